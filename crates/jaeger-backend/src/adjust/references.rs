//! References, as they are shown: those that say something, the parent first.

use jaeger_thrift::RefType;

use super::AdjustedSpan;
use crate::store::TraceId;

/// Takes away references to no trace, and puts the parent first, where Jaeger's page looks for it.
pub(super) fn adjust(span: &mut AdjustedSpan<'_>) {
    let mut warnings = Vec::new();
    span.references.retain(|reference| {
        let is_valid = TraceId::of_reference(reference) != TraceId::default();
        if !is_valid {
            let kind = match reference.ref_type {
                RefType::ChildOf => "CHILD_OF",
                RefType::FollowsFrom => "FOLLOWS_FROM",
            };
            let id = reference.span_id.cast_unsigned();
            let text = format!(
                "Invalid span reference removed {{TraceID:0000000000000000 SpanID:{id:016x} RefType:{kind}}}"
            );
            warnings.push(text);
        }
        is_valid
    });
    span.warnings.append(&mut warnings);
    let own = TraceId::of(&span.received.span);
    let in_trace = |ref_type: RefType| {
        let found = |reference: &jaeger_thrift::SpanRef| {
            reference.ref_type == ref_type && TraceId::of_reference(reference) == own
        };
        span.references.iter().position(found)
    };
    if let Some(at) = in_trace(RefType::ChildOf).or_else(|| in_trace(RefType::FollowsFrom)) {
        span.references.swap(0, at);
    }
}
