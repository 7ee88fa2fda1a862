//! The span that all exporters are given: ten tags, two logs of two fields, a parent and a link.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use jaeger_exporter::process_of;
use jaeger_thrift::{Batch, Process};
use opentelemetry::{
    Context, KeyValue,
    trace::{
        Link, Span, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
        TracerProvider,
    },
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};

/// The name of the tracer, which becomes a tag.
pub(super) const SCOPE: &str = "bench";

/// Those of the span, its kind and its tracer's name.
const TAGS: usize = 12;

const LOGS: usize = 2;

/// The name of the log is one.
const FIELDS: usize = 2;

const PROCESS_TAGS: usize = 4;

/// Keeps what ends, for exporters that are measured by themselves.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

/// What describes the process: the service, and four tags.
pub(super) fn resource() -> Resource {
    Resource::builder_empty()
        .with_service_name("checkout")
        .with_attributes([
            KeyValue::new("hostname", "checkout-7f9c6d-x2x4v"),
            KeyValue::new("ip", "10.1.17.4"),
            KeyValue::new("jaeger.version", "Rust"),
            KeyValue::new("deployment.environment", "production"),
        ])
        .build()
}

/// The same for ours.
pub(super) fn process() -> Process {
    process_of(&resource())
}

/// A caller's span, which has been sampled.
pub(super) fn parent() -> Context {
    Context::new().with_remote_span_context(span_context(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736))
}

/// A span that has not ended yet.
pub(super) fn span<T: Tracer>(tracer: &T, parent: &Context, index: usize) -> T::Span {
    let link = Link::new(span_context(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c), Vec::new(), 0);
    let start = tracer.span_builder("HTTP GET /customers/{id}");
    let start = start.with_kind(SpanKind::Server).with_links(vec![link]);
    let mut span = start.start_with_context(tracer, parent);
    span.set_attribute(KeyValue::new("component", "tower"));
    span.set_attribute(KeyValue::new("http.method", "GET"));
    span.set_attribute(KeyValue::new("http.url", "/customers/731?with=orders"));
    span.set_attribute(KeyValue::new("http.route", "/customers/{id}"));
    span.set_attribute(KeyValue::new("http.status_code", 200));
    span.set_attribute(KeyValue::new("peer.address", "10.1.17.9:41212"));
    span.set_attribute(KeyValue::new("customer.name", "Trom Chocolatier"));
    span.set_attribute(KeyValue::new("index", index as i64));
    span.set_attribute(KeyValue::new("cached", false));
    span.set_attribute(KeyValue::new("load", 0.75));
    span.add_event("cache miss", vec![KeyValue::new("key", "customer:731")]);
    span.add_event("query", vec![KeyValue::new("rows", 17)]);
    span
}

/// So many spans of the SDK, which have ended.
pub(super) fn ended(count: usize) -> Vec<SpanData> {
    let kept = Kept::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(kept.clone()).build();
    let (tracer, parent) = (provider.tracer(SCOPE), parent());
    (0..count).for_each(|index| span(&tracer, &parent, index).end());
    std::mem::take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner))
}

fn span_context(trace_id: u128) -> SpanContext {
    let (trace_id, span_id) = (TraceId::from(trace_id), SpanId::from(0x00f0_67aa_0ba9_02b7));
    SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, true, TraceState::NONE)
}

/// How many spans are in a batch.
///
/// # Errors
///
/// If something of a span is missing: an exporter that forgets things is faster.
pub(super) fn count(batch: &Batch) -> Result<usize, Box<dyn Error>> {
    let is_whole = |span: &jaeger_thrift::Span| {
        span.parent_span_id != 0
            && span.tags.len() >= TAGS
            && !span.references.is_empty()
            && span.logs.len() == LOGS
            && span.logs.iter().all(|log| log.fields.len() >= FIELDS)
    };
    if let Some(span) = batch.spans.iter().find(|span| !is_whole(span)) {
        return Err(format!("expected a whole span, found {span:?}").into());
    }
    if batch.process.tags.len() < PROCESS_TAGS {
        return Err(format!("expected {PROCESS_TAGS} tags, found {:?}", batch.process).into());
    }
    Ok(batch.spans.len())
}

/// The same for OTLP, which has the kind and the tracer's name in other places.
#[cfg(feature = "exporters")]
pub(super) fn count_otlp(
    request: &opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest,
) -> Result<usize, Box<dyn Error>> {
    let mut count = 0;
    for resource in &request.resource_spans {
        let process = resource.resource.as_ref().map_or(0, |resource| resource.attributes.len());
        // One of them is the service.
        if process < PROCESS_TAGS + 1 {
            return Err(format!("expected {PROCESS_TAGS} attributes and a service, found {process}").into());
        }
        for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
            let is_whole = !span.parent_span_id.is_empty()
                && span.attributes.len() + 2 >= TAGS
                && span.links.len() == 1
                && span.events.len() == LOGS
                && span.events.iter().all(|event| event.attributes.len() + 1 >= FIELDS);
            if !is_whole {
                return Err(format!("expected a whole span, found {span:?}").into());
            }
            count += 1;
        }
    }
    Ok(count)
}

// === impl Kept ===

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        Ok(())
    }
}
