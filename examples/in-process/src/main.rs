//! `cargo run -p in-process`: one trace, made in one process: `in-process-service` → `Foo` → `Bar`, in three seconds.
//!
//! `cargo run -p jaeger-backend` first, or any Jaeger on this machine: the collector is
//! `http://localhost:14268/api/traces`, unless another one is given as the argument.

use std::{env, process::ExitCode, thread::sleep, time::Duration};

use jaeger_client::{Closer, Config, ConfigError};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{TraceContextExt, Tracer},
};

fn main() -> ExitCode {
    let argument = env::args().nth(1);
    let endpoint = argument.as_deref().unwrap_or("http://localhost:14268/api/traces");
    let closer = match init_jaeger("in-process", endpoint) {
        Ok(closer) => closer,
        Err(error) => {
            eprintln!("cannot init Jaeger: {error}");
            return ExitCode::FAILURE;
        }
    };
    let root = start("in-process-service", &Context::new());
    foo(&root);
    root.span().end();

    // After the root has finished, or the root would be lost.
    let report = closer.close(Duration::from_secs(5));
    println!("{report}");
    if report.lost > 0 {
        return ExitCode::FAILURE;
    }
    let trace_id = root.span().span_context().trace_id();
    match argument {
        None => println!("Look at it: http://localhost:16686/trace/{trace_id}"),
        Some(_) => println!("Look at it on the page of that Jaeger: /trace/{trace_id}"),
    }
    ExitCode::SUCCESS
}

fn init_jaeger(service: &str, endpoint: &str) -> Result<Closer, ConfigError> {
    Config::new(service).with_collector_endpoint(endpoint).with_log_spans().install()
}

fn foo(parent: &Context) {
    let span = start("Foo", parent);
    bar(&span);
    sleep(Duration::from_secs(1));
    span.span().end();
}

fn bar(parent: &Context) {
    let context = start("Bar", parent);
    sleep(Duration::from_secs(2));
    let span = context.span();
    span.add_event("error", vec![KeyValue::new("message", "something wrong")]);
    span.set_attribute(KeyValue::new("error", true));
    span.end();
}

/// Starts a span as ChildOf the one in `parent`. The context comes first in each function, so that the chain of
/// spans is not broken.
fn start(operation: &'static str, parent: &Context) -> Context {
    let span = global::tracer("in-process").start_with_context(operation, parent);
    parent.with_span(span)
}
