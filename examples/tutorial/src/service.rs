//! The formatter or the publisher in a process of its own: it says where it listens, and serves until its standard input ends.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use axum::Router;
use opentracing_shim::set_global_tracer;
use serde::Deserialize;
use tokio::{net::TcpListener, sync::watch, time::sleep};

use crate::{
    BoxError,
    args::{Lesson, Role, Service},
    console, extra_credit, lesson3, lesson4,
    tracing::{CLOSE_DEADLINE, Log, Reporting, init},
};

/// Before the port, in a service's first line.
pub(crate) const LISTENING: &str = "listening ";
/// Before the reason, in the first line of a service that cannot start.
pub(crate) const FAILED: &str = "failed ";

/// How long open requests may take when the service stops.
const GRACE: Duration = Duration::from_secs(1);

/// The ports of this machine on which the services listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peers {
    pub(crate) formatter: u16,
    pub(crate) publisher: u16,
    /// The exercise: their calls bear no context.
    pub(crate) forgets_to_inject: bool,
}

/// The parameter of `/format`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HelloTo {
    pub(crate) hello_to: String,
}

/// The parameter of `/publish`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HelloStr {
    pub(crate) hello_str: String,
}

/// Runs the service to its end.
pub(crate) async fn run(service: Service) -> ExitCode {
    // Ctrl-C goes to all processes of the terminal; this one ends when its parent does.
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    match serve(&service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::say(&format!("{FAILED}{error}"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(service: &Service) -> Result<(), BoxError> {
    let name = service.role.name();
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port));
    let refused = |error| {
        let option = service.role.port_option();
        format!(
            "{name} cannot listen on {wanted}: {error}; choose another port with {option} N, or any free one \
             with {option} 0"
        )
    };
    let listener = TcpListener::bind(wanted).await.map_err(refused)?;
    let reporting = Reporting { collector: service.collector.clone(), log: Log::default() };
    let (tracer, closer) = init(name, &reporting)?;
    set_global_tracer(tracer)?;
    console::say(&format!("{LISTENING}{}", listener.local_addr()?.port()));

    let cut = standard_input();
    let served = tokio::select! {
        served = axum::serve(listener, router(service)).with_graceful_shutdown(end(cut.clone())) => served,
        () = async { end(cut).await; sleep(GRACE).await } => Ok(()),
    };
    let report = tokio::task::spawn_blocking(|| closer.close(CLOSE_DEADLINE)).await?;
    if report.lost > 0 {
        console::complain(&report.to_string());
    }
    Ok(served?)
}

fn router(service: &Service) -> Router {
    match (service.lesson, service.role) {
        (Lesson::Four, Role::Formatter) => lesson4::formatter::router(),
        (Lesson::Four, Role::Publisher) => lesson4::publisher::router(),
        (Lesson::ExtraCredit, Role::Formatter) => extra_credit::formatter::router(),
        (Lesson::ExtraCredit, Role::Publisher) => extra_credit::publisher::router(),
        (_, Role::Formatter) => lesson3::formatter::router(),
        (_, Role::Publisher) => lesson3::publisher::router(),
    }
}

/// Its sender is gone when the standard input ends.
fn standard_input() -> watch::Receiver<()> {
    let (sender, cut) = watch::channel(());
    // A thread, and not tokio's standard input: a read in progress would keep the runtime from ending.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(sender);
    });
    cut
}

async fn end(mut cut: watch::Receiver<()>) {
    while cut.changed().await.is_ok() {}
}
