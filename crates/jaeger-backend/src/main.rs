//! The embedded Jaeger as a program: `cargo run -p jaeger-backend -- --help`.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use jaeger_backend::{Backend, BackendBuilder, Listener, StartError};

const HELP: &str = "\
An in-memory Jaeger: receives spans, answers Jaeger's query API and shows traces.

Usage: jaeger-backend [OPTIONS]

  --query-port N      page and query API, HTTP (default 16686)
  --collector-port N  POST /api/traces, binary Thrift (default 14268)
  --agent-port N      UDP, compact Thrift (default 6831)
  --max-bytes N       memory for spans; the oldest trace leaves first (default 268435456)
  --help              this text

Port 0 takes any free port. All listeners are on 127.0.0.1.
";

/// What the command line asks for.
#[derive(Debug)]
enum Command {
    Help,
    Run(BackendBuilder),
}

#[tokio::main]
async fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok(Command::Help) => print(HELP),
        Ok(Command::Run(builder)) => return run(builder).await,
        Err(reason) => {
            complain(&format!("{reason}; --help lists the options"));
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

async fn run(builder: BackendBuilder) -> ExitCode {
    // Before the listeners: a signal must not end the process between their start and this.
    let stop = stop_signal();
    let backend = match builder.start().await {
        Ok(backend) => backend,
        Err(error) => {
            complain(&format!("{error}; {}", advice(&error)));
            return ExitCode::FAILURE;
        }
    };
    print(&format!(
        "page and query API  {}\ncollector           {}\nagent               udp {}\nCtrl-C stops it.\n",
        backend.query_url(),
        backend.collector_endpoint(),
        backend.agent_addr(),
    ));
    stop.await;
    backend.shutdown().await;
    ExitCode::SUCCESS
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut builder = Backend::builder().with_default_ports();
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            return Ok(Command::Help);
        }
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || value.clone().or_else(|| arguments.next());
        builder = match option {
            "--query-port" => builder.with_query_addr(local(number(option, value())?)),
            "--collector-port" => builder.with_collector_addr(local(number(option, value())?)),
            "--agent-port" => builder.with_agent_addr(local(number(option, value())?)),
            "--max-bytes" => builder.with_max_bytes(number(option, value())?),
            _ => return Err(format!("unknown option {option}")),
        };
    }
    Ok(Command::Run(builder))
}

fn number<N: std::str::FromStr>(option: &str, value: Option<String>) -> Result<N, String> {
    let value = value.ok_or_else(|| format!("{option} needs a number"))?;
    value.parse().map_err(|_| format!("{option} needs a number, found {value:?}"))
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn advice(error: &StartError) -> String {
    let option = match error.listener() {
        Listener::Query => "--query-port",
        Listener::Collector => "--collector-port",
        Listener::Agent => "--agent-port",
    };
    format!("choose another port with {option} N, or any free one with {option} 0")
}

/// Completes on Ctrl-C or, where there is one, SIGTERM.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            // Without handlers the signals' default actions end the program.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// A closed output is no reason to stop.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "jaeger-backend: {text}");
}
