//! B3, Zipkin's format, in its two forms.
//!
//! ```text
//! b3 = trace-id "-" span-id [ "-" state [ "-" parent-id ] ]
//!    / state                ; a decision without a trace: not taken, the request starts a new root
//! state = "0" / "1" / "d"   ; d is debug, which implies sampled
//!
//! x-b3-traceid, x-b3-spanid, x-b3-parentspanid
//! x-b3-sampled = "0" / "1" / "false" / "true"
//! x-b3-flags   = "1"        ; debug
//! ```
//!
//! Ids are 1 to 32 and 1 to 16 hex digits of either case, padded on the left, as in Jaeger's own format; zero is "no
//! trace". Without a sampling state the trace counts as unsampled, as in Jaeger's B3 codecs: the caller has not
//! decided, and nobody could be told that we did. A parent that is no id is ignored. The trace id is written with 16
//! or 32 digits.
//!
//! <https://github.com/openzipkin/b3-propagation>

use crate::{
    ExtractError, Flags, Format, HeaderText, MalformedPart, SpanContext, SpanId, TraceId,
    header_names::B3Header, id::parse_hex,
};

/// The values of the headers of the form with several, as far as they are there, without blanks at their ends.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'c> {
    pub(crate) trace_id: Option<&'c [u8]>,
    pub(crate) span_id: Option<&'c [u8]>,
    pub(crate) parent_id: Option<&'c [u8]>,
    pub(crate) sampled: Option<&'c [u8]>,
    pub(crate) flags: Option<&'c [u8]>,
}

/// Reads a `b3` header without blanks at its ends. `None` is "no trace": an id that is zero, or a decision alone.
pub(crate) fn parse_single(value: &[u8]) -> Result<Option<SpanContext>, ExtractError> {
    let format = Format::B3Single;
    if matches!(value, b"0" | b"1" | b"d") {
        return Ok(None);
    }
    let mut parts = value.splitn(5, |byte| *byte == b'-');
    let (trace_id, span_id) = (parts.next(), parts.next());
    let (state, parent_id, surplus) = (parts.next(), parts.next(), parts.next());
    let (Some(trace_id), Some(span_id), None) = (trace_id, span_id, surplus) else {
        return Err(ExtractError::new(format, MalformedPart::Structure, "traceid-spanid-state-parentid"));
    };
    let flags = match state {
        None | Some(b"0") => Flags::NONE,
        Some(b"1") => Flags::SAMPLED,
        Some(b"d") => Flags::SAMPLED | Flags::DEBUG,
        Some(_) => return Err(ExtractError::new(format, MalformedPart::Flags, "0, 1 or d")),
    };
    context(format, trace_id, span_id, parent_id, flags)
}

/// Reads the headers of the form with several. `None` is "no trace": no ids, or one that is zero.
pub(crate) fn parse_multi(fields: Fields<'_>) -> Result<Option<SpanContext>, ExtractError> {
    let format = Format::B3Multi;
    let (trace_id, span_id) = match (fields.trace_id, fields.span_id) {
        (Some(trace_id), Some(span_id)) => (trace_id, span_id),
        (None, None) => return Ok(None),
        _ => {
            return Err(ExtractError::new(format, MalformedPart::Structure, "both a trace id and a span id"));
        }
    };
    let is = |value: &[u8], word: &[u8]| value.eq_ignore_ascii_case(word);
    let sampled = match fields.sampled {
        None => false,
        Some(value) if is(value, b"0") || is(value, b"false") => false,
        Some(value) if is(value, b"1") || is(value, b"true") => true,
        Some(_) => return Err(ExtractError::new(format, MalformedPart::Flags, "0, 1, false or true")),
    };
    let is_debug = fields.flags.is_some_and(|value| is(value, b"1"));
    let flags = if is_debug { Flags::SAMPLED | Flags::DEBUG } else { Flags::NONE.with_sampled(sampled) };
    context(format, trace_id, span_id, fields.parent_id, flags)
}

/// The `b3` header of a span context.
pub(crate) fn to_single(context: &SpanContext) -> HeaderText {
    let mut text = HeaderText::new();
    text.push_trace_id(context.trace_id);
    text.push(b'-');
    text.push_hex(context.span_id.into(), 16);
    text.push(b'-');
    text.push(match context.flags {
        flags if flags.is_debug() => b'd',
        flags if flags.is_sampled() => b'1',
        _ => b'0',
    });
    if let Some(parent_id) = context.parent_id.filter(|id| id.is_valid()) {
        text.push(b'-');
        text.push_hex(parent_id.into(), 16);
    }
    text
}

/// The headers of the form with several. Debug is said twice: B3 asks for `x-b3-flags` alone, but Jaeger's client for
/// Go reads only `x-b3-sampled`.
pub(crate) fn to_multi(context: &SpanContext) -> impl Iterator<Item = (B3Header, HeaderText)> {
    let text = |push: &dyn Fn(&mut HeaderText)| {
        let mut text = HeaderText::new();
        push(&mut text);
        text
    };
    let id = |id: SpanId| text(&|text| text.push_hex(id.into(), 16));
    let sampled = if context.flags.is_sampled() { b'1' } else { b'0' };
    let parent_id = context.parent_id.filter(|id| id.is_valid());
    [
        Some((B3Header::TraceId, text(&|text| text.push_trace_id(context.trace_id)))),
        Some((B3Header::SpanId, id(context.span_id))),
        parent_id.map(|parent_id| (B3Header::ParentSpanId, id(parent_id))),
        Some((B3Header::Sampled, text(&|text| text.push(sampled)))),
        context.flags.is_debug().then(|| (B3Header::Flags, text(&|text| text.push(b'1')))),
    ]
    .into_iter()
    .flatten()
}

fn context(
    format: Format,
    trace_id: &[u8],
    span_id: &[u8],
    parent_id: Option<&[u8]>,
    flags: Flags,
) -> Result<Option<SpanContext>, ExtractError> {
    let malformed = |part, expected| move |_| ExtractError::new(format, part, expected);
    let trace_id =
        parse_hex(trace_id, 32).map_err(malformed(MalformedPart::TraceId, "1 to 32 hex digits"))?;
    let span_id = parse_hex(span_id, 16).map_err(malformed(MalformedPart::SpanId, "1 to 16 hex digits"))?;
    let context = SpanContext {
        trace_id: TraceId::from(trace_id),
        span_id: SpanId::from(span_id as u64),
        parent_id: parent_id.and_then(|id| parse_hex(id, 16).ok()).map(|id| SpanId::from(id as u64)),
        flags,
    };
    Ok(context.is_valid().then_some(context))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
    const SPAN: &str = "e457b5a2e4d86bd1";

    fn single(value: &str) -> Option<SpanContext> {
        parse_single(value.as_bytes()).unwrap()
    }

    #[track_caller]
    fn refused(value: &str, part: MalformedPart) {
        let error = parse_single(value.as_bytes()).unwrap_err();
        assert_eq!((error.format(), error.part()), (Format::B3Single, part), "{value:?}");
    }

    #[test]
    fn the_single_header_is_read() {
        let flags = |value: &str| single(value).unwrap().flags;
        assert_eq!(flags(&format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90")), Flags::SAMPLED);
        assert_eq!(flags(&format!("{TRACE}-{SPAN}-0")), Flags::NONE);
        assert_eq!(flags(&format!("{TRACE}-{SPAN}-d")), Flags::SAMPLED | Flags::DEBUG);
        assert_eq!(flags(&format!("{TRACE}-{SPAN}")), Flags::NONE, "nobody has decided");
        assert_eq!(single("7B-1c8-1-zz").unwrap().parent_id, None);
        for nothing in ["0", "1", "d", "0-1-1", "1-0-1"] {
            assert_eq!(single(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn what_is_no_single_header_is_refused() {
        refused("", MalformedPart::Structure);
        refused("junk", MalformedPart::Structure);
        refused("1-2-1-3-4", MalformedPart::Structure);
        refused("+1-2-1", MalformedPart::TraceId);
        refused(&format!("{TRACE}0-{SPAN}-1"), MalformedPart::TraceId);
        refused("1-0x2-1", MalformedPart::SpanId);
        refused("1-2-D", MalformedPart::Flags);
        refused("1-2--3", MalformedPart::Flags);
    }

    #[test]
    fn several_headers_are_read() {
        let ids = Fields { trace_id: Some(TRACE.as_bytes()), span_id: Some(b"1c8"), ..Fields::default() };
        let flags = |sampled: Option<&'static str>, flags: Option<&'static str>| {
            let (sampled, flags) = (sampled.map(str::as_bytes), flags.map(str::as_bytes));
            parse_multi(Fields { sampled, flags, ..ids }).map(|context| context.unwrap().flags)
        };
        assert_eq!(flags(None, None), Ok(Flags::NONE));
        assert_eq!(flags(Some("1"), Some("0")), Ok(Flags::SAMPLED));
        assert_eq!(flags(Some("True"), None), Ok(Flags::SAMPLED));
        assert_eq!(flags(Some("0"), None), Ok(Flags::NONE));
        assert_eq!(flags(None, Some("1")), Ok(Flags::SAMPLED | Flags::DEBUG));
        assert_eq!(flags(Some("yes"), None).unwrap_err().part(), MalformedPart::Flags);
        let half = parse_multi(Fields { span_id: None, ..ids }).unwrap_err();
        assert_eq!(half.part(), MalformedPart::Structure);
        assert_eq!(parse_multi(Fields { sampled: Some(b"1"), ..Fields::default() }), Ok(None));
    }

    fn contexts() -> impl Strategy<Value = SpanContext> {
        (1u128.., 1u64.., proptest::option::of(1u64..), 0u8..3).prop_map(|(trace, span, parent, state)| {
            SpanContext {
                trace_id: trace.into(),
                span_id: span.into(),
                parent_id: parent.map(SpanId::from),
                flags: Flags::from_bits([0, 1, 3][usize::from(state)]),
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_in_one_header_is_read(context in contexts()) {
            prop_assert_eq!(single(to_single(&context).as_str()), Some(context));
        }

        #[test]
        fn what_is_written_in_several_headers_is_read(context in contexts()) {
            let headers: Vec<_> = to_multi(&context).collect();
            let value = |wanted| headers.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.as_bytes());
            let fields = Fields {
                trace_id: value(B3Header::TraceId),
                span_id: value(B3Header::SpanId),
                parent_id: value(B3Header::ParentSpanId),
                sampled: value(B3Header::Sampled),
                flags: value(B3Header::Flags),
            };
            prop_assert_eq!(parse_multi(fields), Ok(Some(context)));
        }
    }
}
