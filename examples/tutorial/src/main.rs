//! `cargo run -p tutorial -- 1 Bryan`: a lesson of the tutorial, as the first argument says; `--help` lists them.

use std::process::ExitCode;

mod lesson1;
mod lesson2;
mod lesson3;
mod lesson4;

mod extra_credit;

mod a_to_h;

mod http_client;
mod service;
mod tracing;

mod args;
mod console;
mod launcher;
mod stored;

/// The usual meaning of a wrong command line.
const USAGE_ERROR: u8 = 2;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(args::Command::Help) => {
            console::say(args::HELP.trim_end());
            ExitCode::SUCCESS
        }
        Ok(args::Command::Lesson(run)) => launcher::run(run).await,
        Ok(args::Command::Service(service)) => service::run(service).await,
        Err(reason) => {
            console::complain(&format!("tutorial: {reason}; --help lists the lessons and options"));
            ExitCode::from(USAGE_ERROR)
        }
    }
}
