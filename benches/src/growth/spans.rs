//! Spans with more and more tags, logs and siblings.

use std::time::SystemTime;

use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::{
    Context, KeyValue,
    trace::{Span, TraceContextExt, Tracer, TracerProvider},
};

use super::curve::Curve;

/// How many tags or logs a span has.
const SIZES: [usize; 8] = [0, 1, 2, 4, 8, 16, 32, 64];

pub(super) fn tags(provider: &JaegerTracerProvider) -> Curve {
    let keys: Vec<_> = (0..64).map(key).collect();
    let curve = Curve::new("A span with so many tags").settling(provider);
    SIZES.into_iter().fold(curve, |curve, size| {
        let (tracer, keys) = (provider.tracer("growth"), keys.clone());
        curve.point(size, move || {
            let mut span = tracer.start("span");
            for &key in keys.iter().take(size) {
                span.set_attribute(KeyValue::new(key, "value"));
            }
            span.end();
        })
    })
}

pub(super) fn logs(provider: &JaegerTracerProvider) -> Curve {
    let curve = Curve::new("A span with so many logs of one field").settling(provider);
    SIZES.into_iter().fold(curve, |curve, size| {
        let tracer = provider.tracer("growth");
        // The clock of the system is no cost of ours.
        let now = SystemTime::now();
        curve.point(size, move || {
            let mut span = tracer.start("span");
            for index in 0..size {
                span.add_event_with_timestamp("event", now, vec![KeyValue::new("index", index as i64)]);
            }
            span.end();
        })
    })
}

/// The trace as a whole: a root, and the others its children, one after the other.
pub(super) fn spans_of_a_trace(provider: &JaegerTracerProvider) -> Curve {
    let curve = Curve::new("A trace of so many spans, all but one children of its root").settling(provider);
    [1, 10, 100, 1_000, 10_000].into_iter().fold(curve, |curve, size| {
        let tracer = provider.tracer("growth");
        curve.point(size, move || {
            let root = Context::new().with_span(tracer.start("root"));
            for _ in 1..size {
                tracer.start_with_context("child", &root).end();
            }
        })
    })
}

/// A name of the tag as the program's text has it; they last as long as the program runs.
fn key(index: usize) -> &'static str {
    format!("key.{index:02}").leak()
}
