//! The global tracer; in a program of its own, because there is only one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jaeger_client::Config;
use opentelemetry::{
    Context, global,
    trace::{TraceContextExt, Tracer},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

/// Keeps the spans, unlike the SDK's exporter in memory, when it is shut down.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().append(&mut batch);
        Ok(())
    }
}

#[test]
fn install_sets_the_global_tracer_and_the_global_propagator() {
    let exporter = Kept::default();
    let config = Config::new("global").with_exporter("memory", exporter.clone()).with_logger(|_| {});
    let closer = config.install().unwrap();

    let span = global::tracer("test").start_with_context("root", &Context::new());
    let context = Context::new().with_span(span);
    let mut headers = HashMap::new();
    global::get_text_map_propagator(|jaeger| jaeger.inject_context(&context, &mut headers));
    context.span().end();

    let report = closer.close(Duration::from_secs(20));
    assert_eq!(report.to_string(), "1 span sent to memory");
    let spans = exporter.0.lock().unwrap();
    let (trace_id, span_id) = (spans[0].span_context.trace_id(), spans[0].span_context.span_id());
    assert_eq!(headers["uber-trace-id"], format!("{trace_id}:{span_id}:0:1"));
}
