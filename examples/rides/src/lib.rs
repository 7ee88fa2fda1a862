#![doc = include_str!("../README.md")]

use std::process::ExitCode;

mod args;
mod console;

mod launcher;
mod load;
mod query;
mod self_check;
mod tree;

mod customer;
mod driver;
mod frontend;
mod notify;
mod pricing;
mod route;
mod service;

mod baggage;
mod call_error;
mod database;
mod exporter;
mod http_client;
mod knobs;
mod plan;
mod retries;
mod tracing;

#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from proto/driver.proto")]
#[path = "generated/driver.rs"]
mod proto;

/// The usual meaning of a wrong command line.
const USAGE_ERROR: u8 = 2;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The program: the whole demo, or one of its services, as the command line says.
pub async fn run() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(args::Command::Help) => {
            console::say(args::HELP.trim_end());
            ExitCode::SUCCESS
        }
        Ok(args::Command::Demo(demo)) => launcher::run(demo).await,
        Ok(args::Command::Load(load)) => load::against(load).await,
        Ok(args::Command::Service(service)) => service::run(service).await,
        Err(reason) => {
            console::complain(&format!("rides: {reason}; --help lists the options"));
            ExitCode::from(USAGE_ERROR)
        }
    }
}
