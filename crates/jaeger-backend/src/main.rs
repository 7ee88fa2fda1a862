//! The embedded Jaeger as a program: `cargo run -p jaeger-backend -- --help`.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use jaeger_backend::{Backend, BackendBuilder, Listener, StartError};
use tokio::runtime::Runtime;

const HELP: &str = "\
An in-memory Jaeger: receives spans, answers Jaeger's query API and shows traces.

Usage: jaeger-backend [OPTIONS]

  --query-port N         page and query API (default 16686)
  --collector-port N     HTTP, POST /api/traces, Jaeger's Thrift (default 14268)
  --agent-port N         UDP, Jaeger's compact Thrift (default 6831)
  --agent-binary-port N  UDP, Jaeger's binary Thrift (default 6832)
  --agent-zipkin-port N  UDP, Zipkin's compact Thrift (default 5775)
  --otlp-grpc-port N     gRPC, OpenTelemetry (default 4317)
  --otlp-http-port N     HTTP, OpenTelemetry, POST /v1/traces (default 4318)
  --zipkin-port N        HTTP, Zipkin, POST /api/v2/spans and /api/v1/spans (default 9411)
  --sampling-port N      HTTP, sampling strategies for clients (default 5778)
  --admin-port N         HTTP, 200 while it is up (default 14269)
  --host ADDRESS         where they all listen (default 127.0.0.1, this machine alone)
  --sampling-strategies FILE
                         what clients that ask are told, in Jaeger's format; read again when it changes
                         (default: sample everything)
  --baggage-restrictions FILE
                         which baggage clients may set; read again when it changes (default: no rules)
  --max-bytes N          memory for spans; the oldest trace leaves first (default 268435456)
  --help                 this text

Port 0 takes any free port.
";

/// What the command line asks for.
#[derive(Debug)]
enum Command {
    Help,
    Run(Box<BackendBuilder>),
}

/// What decodes or searches after the last answer is not waited for.
const GRACE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    match parse(arguments) {
        Ok(Command::Help) => print(HELP),
        Ok(Command::Run(builder)) => match Runtime::new() {
            Ok(runtime) => {
                let code = runtime.block_on(run(*builder));
                runtime.shutdown_timeout(GRACE);
                return code;
            }
            Err(error) => {
                complain(&error.to_string());
                return ExitCode::FAILURE;
            }
        },
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
            complain(&format!("{error}{}", advice(&error)));
            return ExitCode::FAILURE;
        }
    };
    print(&listeners(&backend));
    stop.await;
    backend.shutdown().await;
    ExitCode::SUCCESS
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut builder = Backend::builder();
    let mut ports = Listener::ALL.map(|listener| (listener, listener.default_port()));
    let mut host = IpAddr::from(Ipv4Addr::LOCALHOST);
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            return Ok(Command::Help);
        }
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || value.clone().or_else(|| arguments.next());
        let port = ports.iter_mut().find(|(listener, _)| port_option(*listener) == option);
        match (port, option) {
            (Some((_, port)), _) => *port = parsed(option, "a number from 0 to 65535", value())?,
            (None, "--host") => host = parsed(option, "an IP address", value())?,
            (None, "--sampling-strategies") => {
                builder = builder.with_sampling_strategies(parsed::<PathBuf>(option, "a file", value())?);
            }
            (None, "--baggage-restrictions") => {
                builder = builder.with_baggage_restrictions(parsed::<PathBuf>(option, "a file", value())?);
            }
            (None, "--max-bytes") => builder = builder.with_max_bytes(parsed(option, "a number", value())?),
            _ => return Err(format!("unknown option {option}")),
        }
    }
    let place = |builder: BackendBuilder, (listener, port)| builder.with_addr(listener, (host, port).into());
    Ok(Command::Run(Box::new(ports.into_iter().fold(builder, place))))
}

fn parsed<T: std::str::FromStr>(option: &str, needed: &str, value: Option<String>) -> Result<T, String> {
    let value = value.ok_or_else(|| format!("{option} needs {needed}"))?;
    value.parse().map_err(|_| format!("{option} needs {needed}, found {value:?}"))
}

fn port_option(listener: Listener) -> String {
    format!("--{listener}-port")
}

fn advice(error: &StartError) -> String {
    let Some((listener, _)) = error.listener() else { return String::new() };
    let option = port_option(listener);
    format!("; choose another port with {option} N, or any free one with {option} 0")
}

/// A line for each.
fn listeners(backend: &Backend) -> String {
    let http = |listener| format!("http://{}", backend.addr(listener));
    let udp = |listener| format!("udp {}", backend.addr(listener));
    let lines = [
        ("page and query API", backend.query_url()),
        ("collector", backend.collector_endpoint()),
        ("agent", udp(Listener::Agent)),
        ("agent, binary", udp(Listener::AgentBinary)),
        ("agent, Zipkin", udp(Listener::AgentZipkin)),
        ("OTLP, gRPC", backend.otlp_grpc_endpoint()),
        ("OTLP, HTTP", backend.otlp_endpoint()),
        ("Zipkin", http(Listener::Zipkin) + "/api/v2/spans"),
        ("sampling", http(Listener::Sampling) + "/sampling?service=NAME"),
        ("health", http(Listener::Admin)),
    ];
    let lines = lines.map(|(what, place)| format!("{what:<19} {place}\n"));
    lines.concat() + "Ctrl-C stops it.\n"
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
