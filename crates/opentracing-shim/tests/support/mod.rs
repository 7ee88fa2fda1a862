//! What Jaeger receives of a program, on both engines.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "helpers fail by panicking, and each test uses a part of them"
)]

use std::time::Duration;

use jaeger_client::{Config, InMemoryReporter};
use jaeger_thrift::{Log, Span, Tag, TagValue};
use opentelemetry::{
    Context,
    trace::{TraceContextExt, Tracer as _, TracerProvider},
};
use opentracing_shim::Tracer;

/// Runs a program on the native tracer and on the SDK, and looks at what came out of each.
pub(crate) fn on_each_engine<T>(program: impl Fn(&Tracer) -> T, check: impl Fn(&[Span], T)) {
    on_each_engine_beside_others(|tracer, _| program(tracer), check);
}

/// The same with a way to start spans as other instrumentation does, such as a layer: as children of the current one, by name.
pub(crate) fn on_each_engine_beside_others<T>(
    program: impl Fn(&Tracer, &dyn Fn(&'static str) -> Context) -> T,
    check: impl Fn(&[Span], T),
) {
    for is_on_sdk in [false, true] {
        let reporter = InMemoryReporter::new();
        let config = Config::new("rules").with_logger(|_| {}).with_in_memory_reporter(reporter.clone());
        let (told, closer) = if is_on_sdk {
            let (provider, closer) = config.build_sdk().unwrap();
            let other = provider.tracer("layer");
            (program(&Tracer::new(&provider), &|name| Context::current_with_span(other.start(name))), closer)
        } else {
            let (provider, closer) = config.build().unwrap();
            let other = provider.tracer("layer");
            (program(&Tracer::new(&provider), &|name| Context::current_with_span(other.start(name))), closer)
        };
        let report = closer.close(Duration::from_secs(10));
        assert_eq!(report.lost, 0, "{report}");
        check(&reporter.spans(), told);
    }
}

#[track_caller]
pub(crate) fn named<'s>(spans: &'s [Span], operation_name: &str) -> &'s Span {
    let mut found = spans.iter().filter(|span| span.operation_name == operation_name);
    let span = found.next().unwrap_or_else(|| panic!("no span {operation_name} in {spans:?}"));
    assert!(found.next().is_none(), "{operation_name} twice");
    span
}

pub(crate) fn tag<'s>(span: &'s Span, key: &str) -> Option<&'s TagValue> {
    value(&span.tags, key)
}

fn value<'t>(tags: &'t [Tag], key: &str) -> Option<&'t TagValue> {
    let mut found = tags.iter().filter(|tag| tag.key == key);
    let tag = found.next();
    assert!(found.next().is_none(), "{key} twice in {tags:?}");
    tag.map(|tag| &tag.value)
}

/// A log in one line.
pub(crate) fn line(log: &Log) -> String {
    let fields = log.fields.iter().map(|field| {
        let value = match &field.value {
            TagValue::String(text) => text.clone(),
            TagValue::Bool(truth) => truth.to_string(),
            TagValue::Long(number) => number.to_string(),
            TagValue::Double(number) => number.to_string(),
            TagValue::Binary(bytes) => format!("{bytes:?}"),
        };
        format!("{}={value}", field.key)
    });
    fields.collect::<Vec<_>>().join(" ")
}

pub(crate) fn lines(span: &Span) -> Vec<String> {
    span.logs.iter().map(line).collect()
}

/// The references: type and span.
pub(crate) fn references(span: &Span) -> Vec<(jaeger_thrift::RefType, i64)> {
    span.references.iter().map(|reference| (reference.ref_type, reference.span_id)).collect()
}

pub(crate) fn text(text: &str) -> TagValue {
    TagValue::String(text.to_owned())
}
