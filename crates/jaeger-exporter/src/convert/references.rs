//! The parent and the links of a span as Jaeger's references.

use jaeger_thrift::{Protocol, RefType, SpanBuffer, SpanRef};
use opentelemetry::{
    Value,
    trace::{Link, SpanId, TraceId},
};
use opentelemetry_sdk::trace::SpanData;

/// The attribute of a link that says which of OpenTracing's reference types it is (OpenTelemetry's semantic
/// conventions for the OpenTracing shim).
const REF_TYPE: &str = "opentracing.ref_type";

/// Writes the parent first, then the links in their order.
///
/// A link to the parent is not a second reference, but may say that the span does not hold up its parent.
pub(super) fn write<P: Protocol>(span: &SpanData, buffer: &mut SpanBuffer<P>) {
    let trace_id = span.span_context.trace_id();
    let parent_id = span.parent_span_id;
    let has_parent = parent_id != SpanId::INVALID;
    let is_parent = |link: &Link| {
        has_parent && link.span_context.span_id() == parent_id && link.span_context.trace_id() == trace_id
    };
    if has_parent {
        let ref_type = parent_ref_type(span.links.iter().filter(|link| is_parent(link)));
        buffer.reference(&reference(ref_type, trace_id, parent_id));
    }
    for link in span.links.iter().filter(|link| link.span_context.is_valid() && !is_parent(link)) {
        let ref_type = ref_type(link).unwrap_or(RefType::FollowsFrom);
        buffer.reference(&reference(ref_type, link.span_context.trace_id(), link.span_context.span_id()));
    }
}

fn reference(ref_type: RefType, trace_id: TraceId, span_id: SpanId) -> SpanRef {
    let (trace_id_high, trace_id_low) = super::trace_id_halves(trace_id);
    SpanRef { ref_type, trace_id_low, trace_id_high, span_id: super::span_id(span_id) }
}

/// Which kind of reference the parent is, by the links to it: ChildOf, unless all that say something say FollowsFrom.
pub fn parent_ref_type<'l>(links_to_parent: impl Iterator<Item = &'l Link>) -> RefType {
    let said = links_to_parent.filter_map(ref_type);
    said.reduce(|so_far, next| if next == RefType::ChildOf { next } else { so_far })
        .unwrap_or(RefType::ChildOf)
}

/// Which kind of reference a link is, if it says so: by the attribute `opentracing.ref_type`.
pub fn ref_type(link: &Link) -> Option<RefType> {
    let attribute = link.attributes.iter().find(|attribute| attribute.key.as_str() == REF_TYPE)?;
    match &attribute.value {
        Value::String(name) if name.as_str() == "child_of" => Some(RefType::ChildOf),
        Value::String(name) if name.as_str() == "follows_from" => Some(RefType::FollowsFrom),
        _ => None,
    }
}
