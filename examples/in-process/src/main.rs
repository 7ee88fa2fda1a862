//! `cargo run -p in-process`: one trace, made in one process: `in-process-service` → `Foo` → `Bar`, in three seconds.
//!
//! `cargo run -p jaeger-backend` first, or any Jaeger on this machine: the collector is
//! `http://localhost:14268/api/traces`, unless another one is given as the argument.

use std::{env, process::ExitCode, thread::sleep, time::Duration};

use jaeger_client::{Closer, Config, ConfigError};
use opentelemetry::global;
use opentracing_shim::{Span, Tracer, ext, field};

fn main() -> ExitCode {
    let argument = env::args().nth(1);
    let endpoint = argument.as_deref().unwrap_or("http://localhost:14268/api/traces");
    let (tracer, closer) = match init_jaeger("in-process", endpoint) {
        Ok(tracing) => tracing,
        Err(error) => {
            eprintln!("cannot init Jaeger: {error}");
            return ExitCode::FAILURE;
        }
    };
    let root = tracer.start_span("in-process-service");
    foo(&root);
    root.finish();

    // After the root has finished, or the root would be lost.
    let report = closer.close(Duration::from_secs(5));
    println!("{report}");
    if report.lost > 0 {
        return ExitCode::FAILURE;
    }
    let trace_id = root.context().trace_id_string();
    match argument {
        None => println!("Look at it: http://localhost:16686/trace/{trace_id}"),
        Some(_) => println!("Look at it on the page of that Jaeger: /trace/{trace_id}"),
    }
    ExitCode::SUCCESS
}

fn init_jaeger(service: &str, endpoint: &str) -> Result<(Tracer, Closer), ConfigError> {
    let closer = Config::new(service).with_collector_endpoint(endpoint).with_log_spans().install()?;
    Ok((Tracer::new(&global::tracer_provider()), closer))
}

fn foo(parent: &Span) {
    let span = start("Foo", parent);
    bar(&span);
    sleep(Duration::from_secs(1));
    span.finish();
}

fn bar(parent: &Span) {
    let span = start("Bar", parent);
    sleep(Duration::from_secs(2));
    span.log([field("event", "error"), field("message", "something wrong")]);
    ext::ERROR.set(&span, true);
    span.finish();
}

/// Starts a span as ChildOf another one. That comes first in each function, so that the chain of spans is not broken.
fn start(operation: &'static str, parent: &Span) -> Span {
    parent.tracer().build_span(operation).child_of(&parent.context()).start()
}
