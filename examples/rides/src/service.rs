//! One service in a process of its own: it says where it listens, and serves until its standard input ends.
//!
//! That end is what the launcher does to stop it, and what the operating system does when the launcher is gone.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use jaeger_client::Closer;
use tokio::{net::TcpListener, sync::watch, time::sleep};

use crate::{
    BoxError,
    args::{Peers, Service},
    console, customer,
    database::Database,
    driver, frontend, notify,
    plan::Plan,
    pricing, route, tracing,
};

/// Before the address, in a service's first line.
pub(crate) const LISTENING: &str = "listening ";
/// Before the reason, in the first line of a service that cannot start.
pub(crate) const FAILED: &str = "failed ";

/// How long open requests may take when the service stops.
const GRACE: Duration = Duration::from_secs(1);
/// How long the last spans may take to be sent.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// Tells when to stop; clones tell the same.
#[derive(Clone, Debug)]
pub(crate) struct Lifeline {
    cut: watch::Receiver<()>,
}

/// Runs the service to its end.
pub(crate) async fn run(service: Service) -> ExitCode {
    // Ctrl-C goes to all processes of the terminal; the launcher decides in which order they stop.
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    match start(&service).await {
        Ok((listener, address)) => {
            console::say(&format!("{LISTENING}{address}"));
            serve(service, listener).await
        }
        Err(error) => {
            console::say(&format!("{FAILED}{error}"));
            ExitCode::FAILURE
        }
    }
}

async fn start(service: &Service) -> Result<(TcpListener, SocketAddr), BoxError> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port));
    let refused = |error| format!("{} cannot listen on {wanted}: {error}", service.name());
    let listener = TcpListener::bind(wanted).await.map_err(refused)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn serve(service: Service, listener: TcpListener) -> ExitCode {
    let name = service.name();
    let (database, closers) = match start_tracers(&service) {
        Ok(tracers) => tracers,
        Err(error) => {
            console::complain(&format!("{name} cannot trace: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let lifeline = Lifeline::standard_input();
    let served = tokio::select! {
        served = serve_peers(service, database, listener, lifeline.clone()) => served,
        () = async { lifeline.cut().await; sleep(GRACE).await } => Ok(()),
    };
    close(closers);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&format!("{name} cannot serve: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// That of the process, and that of the database in it, if there is one.
fn start_tracers(service: &Service) -> Result<(Option<Database>, Vec<Closer>), BoxError> {
    let sink = &service.sink;
    let own = tracing::install(service.name(), sink)?;
    let Some(name) = service.database() else { return Ok((None, vec![own])) };
    let (database, closer) = Database::start(name, sink)?;
    Ok((Some(database), vec![own, closer]))
}

/// All at once: a collector that is away holds each of them up to the deadline.
fn close(closers: Vec<Closer>) {
    let close = |closer: Closer| {
        let report = closer.close(CLOSE_DEADLINE);
        if report.lost > 0 {
            console::complain(&format!("jaeger: {report}"));
        }
    };
    std::thread::scope(|scope| {
        for closer in closers {
            scope.spawn(move || close(closer));
        }
    });
}

async fn serve_peers(
    service: Service,
    database: Option<Database>,
    listener: TcpListener,
    lifeline: Lifeline,
) -> Result<(), BoxError> {
    let plan = Plan::new(service.seed);
    let database = database.ok_or("this service has no database");
    match service.peers {
        Peers::Customer => customer::serve(listener, plan, database?, lifeline).await,
        Peers::Driver { route } => driver::serve(listener, plan, database?, route, lifeline).await,
        Peers::Route => route::serve(listener, plan, lifeline).await,
        Peers::Pricing => pricing::serve(listener, plan, lifeline).await,
        Peers::Notify => notify::serve(listener, plan, lifeline).await,
        Peers::Frontend { addresses, query } => {
            let peers = frontend::Peers::new(&addresses)?;
            frontend::serve(listener, peers, service.knobs, query, service.seed, lifeline).await
        }
    }
}

// === impl Lifeline ===

impl Lifeline {
    fn standard_input() -> Self {
        let (sender, cut) = watch::channel(());
        // A thread, and not tokio's standard input: a read in progress would keep the runtime from ending.
        std::thread::spawn(move || {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            drop(sender);
        });
        Self { cut }
    }

    /// Completes when the service is to stop.
    pub(crate) async fn cut(mut self) {
        while self.cut.changed().await.is_ok() {}
    }
}
