//! What Jaeger's agent mends in Zipkin's spans (`sanitizer/zipkin` of v1.62).

use std::mem;

use jaeger_thrift::{ZipkinBinaryAnnotation, ZipkinSpan};

/// Types of values.
const TRUTH: i32 = 0;
const TEXT: i32 = 6;

/// Mends times that are missing or negative, a parent of zero, errors that are no truth.
pub(super) fn sanitized(mut span: ZipkinSpan) -> ZipkinSpan {
    let text = |key: &str, value: Vec<u8>| ZipkinBinaryAnnotation {
        key: key.to_owned(),
        value,
        annotation_type: TEXT,
        host: None,
    };
    let at = |wanted: &str| {
        let found = span.annotations.iter().find(|annotation| annotation.value == wanted);
        found.map(|annotation| annotation.timestamp)
    };
    if span.timestamp.is_none() {
        span.timestamp = at("cs").or_else(|| at("sr").filter(|_| span.parent_id.is_none()));
    }
    match span.duration {
        None => {
            let ends =
                span.annotations.first().zip(span.annotations.last()).filter(|_| span.annotations.len() > 1);
            let ends = ends.map(|(first, last)| {
                (at("cs").unwrap_or(first.timestamp), at("cr").unwrap_or(last.timestamp))
            });
            let ends = ends.filter(|(first, last)| first < last);
            if let Some((first, _)) = ends {
                span.timestamp.get_or_insert(first);
            }
            span.duration = Some(ends.map_or(1, |(first, last)| last.saturating_sub(first)));
        }
        Some(negative @ ..0) => {
            span.duration = Some(1);
            span.binary_annotations.push(text("errNegativeDuration", negative.to_string().into_bytes()));
        }
        Some(_) => {}
    }
    if span.parent_id == Some(0) {
        span.parent_id = None;
        span.binary_annotations.push(text("errZeroParentID", b"0".to_vec()));
    }
    let mut messages = Vec::new();
    for tag in &mut span.binary_annotations {
        if tag.annotation_type == TRUTH || !tag.key.eq_ignore_ascii_case("error") {
            continue;
        }
        tag.annotation_type = TRUTH;
        let is_error = !tag.value.eq_ignore_ascii_case(b"false");
        let said = mem::replace(&mut tag.value, vec![u8::from(is_error)]);
        if is_error && !said.is_empty() && !said.eq_ignore_ascii_case(b"true") {
            messages.push(text("error.message", said));
        }
    }
    span.binary_annotations.append(&mut messages);
    span
}
