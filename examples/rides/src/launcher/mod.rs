//! The whole demo: a Jaeger, four services, and their end.

mod child;
mod jaeger;
mod once;
mod services;
mod stop_signal;

use std::process::ExitCode;

use self::{jaeger::Jaeger, services::Services, stop_signal::StopSignal};
use crate::{
    BoxError,
    args::{Demo, Task},
    console,
    frontend::Dispatched,
    load,
};

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
    let frontend = services.start(demo, jaeger).await?;
    match demo.task {
        Task::Once => return Ok(End::Dispatched(once::dispatch(frontend).await?)),
        Task::Load(load) => {
            load::run(&format!("http://{frontend}"), load, demo.deadline).await?;
            return Ok(End::Done);
        }
        Task::StayUp | Task::Check => {}
    }
    console::say(&format!("page    http://{frontend}/"));
    console::say(&format!("traces  {}/", jaeger.query()));
    console::say("Ctrl-C stops the demo.");
    Err(services.failure().await.into())
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
