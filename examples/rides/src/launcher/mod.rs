//! The whole demo: a Jaeger, the services, and their end.

mod child;
mod jaeger;
mod once;
mod services;
mod stop_signal;
mod supervised;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::ExitCode,
    time::Duration,
};

use self::{jaeger::Jaeger, services::Services, stop_signal::StopSignal};
use crate::{
    BoxError,
    args::{Demo, Task},
    console,
    frontend::Dispatched,
    load, self_check,
};

/// For the span of the self-check, where the demo goes on without it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the demo came to its end.
enum End {
    /// Ctrl-C, or SIGTERM.
    Stopped,
    /// What was to be done is done.
    Done,
    /// Of `--once`: the dispatch is answered.
    Dispatched(Dispatched),
}

/// Runs the demo to its end.
pub(crate) async fn run(demo: Demo) -> ExitCode {
    match try_run(&demo).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&format!("rides: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn try_run(demo: &Demo) -> Result<(), BoxError> {
    // Before anything else is started: a signal must not end this process and leave the others.
    let mut stop = StopSignal::new()?;
    let jaeger = Jaeger::start(demo).await?;
    let mut services = Services::default();
    let end = tokio::select! {
        end = work(demo, &jaeger, &mut services) => end,
        () = stop.received() => Ok(End::Stopped),
    };
    // The services send their last spans while they stop, so that the trace is complete then.
    services.stop().await;
    let outcome = tokio::select! {
        outcome = conclude(demo, &jaeger, end) => outcome,
        () = stop.received() => Err("stopped before the trace was there".into()),
    };
    jaeger.stop().await;
    outcome
}

async fn work(demo: &Demo, jaeger: &Jaeger, services: &mut Services) -> Result<End, BoxError> {
    check_port(demo.port)?;
    self_check(demo, jaeger).await?;
    if demo.task == Task::Check {
        return Ok(End::Done);
    }
    let frontend = services.start(demo, jaeger).await?;
    tokio::select! {
        done = attend(demo, jaeger, frontend) => done,
        never = services.keep_up(demo.restart_after) => match never {},
    }
}

/// Says whether traces will appear. Who stays up goes on all the same: the Jaeger may be the next thing that somebody starts.
async fn self_check(demo: &Demo, jaeger: &Jaeger) -> Result<(), BoxError> {
    let (sink, query) = (jaeger.sink(), jaeger.query());
    // Who only wants to see the page is not kept waiting.
    let stays_up = demo.task == Task::StayUp;
    let deadline = if stays_up { demo.deadline.min(PATIENCE) } else { demo.deadline };
    match self_check::run(sink, query, deadline).await {
        Ok(finding) => {
            if matches!(demo.task, Task::StayUp | Task::Check) {
                let name = sink.exporter.name();
                console::say(&format!("check   a span sent by {name} to {} is at {query}", sink.address));
            }
            if let Some(finding) = finding {
                console::complain(&format!("rides: {finding}"));
            }
            Ok(())
        }
        Err(finding) if stays_up => {
            console::complain(&format!("rides: no trace will appear: {finding}"));
            Ok(())
        }
        Err(finding) => Err(format!("no trace would appear: {finding}").into()),
    }
}

/// Does what the demo is started for, or lets others do so.
async fn attend(demo: &Demo, jaeger: &Jaeger, frontend: SocketAddr) -> Result<End, BoxError> {
    match demo.task {
        Task::Once => Ok(End::Dispatched(once::dispatch(frontend).await?)),
        Task::Load(load) => {
            load::run(&format!("http://{frontend}"), load, demo.deadline).await?;
            Ok(End::Done)
        }
        // It needs no service, and has been done before.
        Task::Check => Ok(End::Done),
        Task::StayUp => {
            console::say(&format!("page    http://{frontend}/"));
            console::say(&format!("traces  {}/", jaeger.query()));
            console::say("Ctrl-C stops the demo.");
            std::future::pending().await
        }
    }
}

async fn conclude(demo: &Demo, jaeger: &Jaeger, end: Result<End, BoxError>) -> Result<(), BoxError> {
    match end? {
        End::Dispatched(answer) => once::check(demo, jaeger, &answer).await,
        End::Stopped if demo.task != Task::StayUp => Err("stopped before it was done".into()),
        End::Stopped | End::Done => Ok(()),
    }
}

/// How to get around a port that is taken.
fn port_advice(option: &str) -> String {
    format!("choose another port with {option} N, or any free one with {option} 0")
}

/// Whether the frontend will get its port, the only one of the services that somebody else may have: better known
/// before anything is started.
fn check_port(port: u16) -> Result<(), String> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let advice = port_advice("--port");
    let taken = |error| format!("frontend cannot listen on {wanted}: {error}; {advice}");
    TcpListener::bind(wanted).map(drop).map_err(taken)
}
