//! One engine after the other as the program's.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

use std::time::Duration;

use jaeger_client::Config;
use jaeger_tracer::global_tracer;
use opentelemetry::{InstrumentationScope, global, trace::Tracer};
use opentelemetry_sdk::trace::InMemorySpanExporter;

#[test]
fn what_is_installed_last_is_the_program_s() {
    let scope = || InstrumentationScope::builder("test").build();
    let native = || Config::new("a").with_agent("127.0.0.1:9").with_logger(|_| {}).install().unwrap();
    let first = native();
    assert!(global_tracer(scope()).is_some());
    first.close(Duration::from_secs(5));
    assert!(global_tracer(scope()).is_none(), "it has been shut down");

    let _running = native();
    let config = Config::new("b").with_exporter("memory", InMemorySpanExporter::default());
    let sdk = config.with_logger(|_| {}).install().unwrap();
    assert!(global_tracer(scope()).is_none(), "the SDK has taken its place");
    global::tracer("test").in_span("span", |_| {});
    assert_eq!(sdk.close(Duration::from_secs(5)).sent, 1);
    let _again = native();
    assert!(global_tracer(scope()).is_some());
}
