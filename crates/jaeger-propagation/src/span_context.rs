//! The span context and its one-header form.
//!
//! ```text
//! header  = trace-id ":" span-id ":" parent-id ":" flags
//! trace-id = 1*32HEXDIG   ; left-padded; 0 is "no trace"
//! span-id  = 1*16HEXDIG   ; left-padded; 0 is "no trace"
//! parent-id = *VCHAR      ; deprecated: kept if 1*16HEXDIG, else ignored
//! flags    = 1*2HEXDIG    ; one byte
//! ```
//!
//! Over HTTP the whole may be percent-encoded once (`%3A` for `:`); blanks at both ends are stripped. Refused on
//! purpose, though some client accepts it: a sign, `0x`, `_`, longer ids even with leading zeros, fewer or more
//! than four parts, three digits of flags. The format is Jaeger's "Propagation Format"
//! (documentation, SDK migration page).

use crate::{
    ExtractError, Flags, Format, HeaderText, MalformedPart, SpanId, TraceId,
    id::{hex_digit, parse_16_hex},
    percent::{BadEscape, Decoded},
    w3c,
};

/// What one span passes to the next one: the ids and the flags.
///
/// ```
/// use jaeger_propagation::{Flags, SpanContext, SpanId, TraceId};
///
/// let context = SpanContext::new(TraceId::from(0x7b), SpanId::from(0x1c8), Flags::SAMPLED);
/// assert_eq!(context.to_header().as_str(), "000000000000007b:00000000000001c8:0:1");
/// assert_eq!(SpanContext::from_header("7b:1c8:0:1")?, Some(context.with_parent_id(SpanId::default())));
/// # Ok::<(), jaeger_propagation::ExtractError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanContext {
    /// Id of the whole trace.
    pub trace_id: TraceId,
    /// Id of the span.
    pub span_id: SpanId,
    /// Id of the span's own parent, zero for a root; `None` where it is not known. Deprecated in the format:
    /// receivers ignore it.
    pub parent_id: Option<SpanId>,
    /// Jaeger's flags.
    pub flags: Flags,
}

/// One part of the header, read up to its colon or the end.
#[derive(Clone, Copy, Default)]
struct Part {
    value: u128,
    digits: usize,
    only_hex: bool,
    at_end: bool,
}

// === impl SpanContext ===

impl SpanContext {
    /// A context whose own parent is not known.
    pub const fn new(trace_id: TraceId, span_id: SpanId, flags: Flags) -> Self {
        Self { trace_id, span_id, parent_id: None, flags }
    }

    /// The same context with the id of the span's own parent.
    #[must_use]
    pub const fn with_parent_id(self, parent_id: SpanId) -> Self {
        Self { parent_id: Some(parent_id), ..self }
    }

    /// Whether trace id and span id are both non-zero.
    pub const fn is_valid(&self) -> bool {
        self.trace_id.is_valid() && self.span_id.is_valid()
    }

    /// Reads a header value as it is, without percent-decoding. Allocates nothing.
    ///
    /// # Errors
    ///
    /// The value is not of the form above. A zero trace id or span id is no error but `None`: "no trace".
    pub fn from_header(value: &str) -> Result<Option<Self>, ExtractError> {
        Self::parse(trim_blanks(value.as_bytes()), false)
    }

    /// Reads a header value without blanks at its ends; percent-decoded where `url_encoded` is set and there is
    /// anything to decode.
    pub(crate) fn parse(value: &[u8], url_encoded: bool) -> Result<Option<Self>, ExtractError> {
        if let Some(context) = parse_usual(value) {
            Ok(context.is_valid().then_some(context))
        } else if url_encoded && value.contains(&b'%') {
            parse(Decoded::new(value, false))
        } else {
            parse(value.iter().copied().map(Ok))
        }
    }

    /// The header value: lower case, ids padded to 16 or 32 digits, flags as one or two digits, `0` for a parent
    /// that is zero or not known.
    pub fn to_header(&self) -> HeaderText {
        let mut text = HeaderText::new();
        text.push_trace_id(self.trace_id);
        text.push(b':');
        text.push_hex(self.span_id.into(), 16);
        text.push(b':');
        match self.parent_id {
            Some(parent) if parent.is_valid() => text.push_hex(parent.into(), 16),
            _ => text.push(b'0'),
        }
        text.push(b':');
        text.push_hex(u64::from(self.flags.bits()), if self.flags.bits() > 0xf { 2 } else { 1 });
        text
    }

    /// The same as W3C's `traceparent`: of the flags only *sampled*.
    pub fn to_traceparent(&self) -> HeaderText {
        w3c::to_header(self)
    }
}

pub(crate) fn trim_blanks(value: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = value.iter().position(|b| !blank(b)).unwrap_or(value.len());
    let end = value.iter().rposition(|b| !blank(b)).map_or(start, |last| last + 1);
    value.get(start..end).unwrap_or_default()
}

/// The form that clients print, with all leading zeros: most headers, read in a fraction of the time. `None` says nothing.
fn parse_usual(value: &[u8]) -> Option<SpanContext> {
    let (first, rest) = value.split_first_chunk()?;
    let first = parse_16_hex(first)?;
    let (trace_id, rest) = match rest {
        [b':', rest @ ..] => (u128::from(first), rest),
        _ => {
            let (low, rest) = usual_part(rest)?;
            (u128::from(first) << 64 | u128::from(low), rest)
        }
    };
    let (span_id, rest) = usual_part(rest)?;
    let (parent_id, flags) = match rest {
        [b'0', b':', flags] => (0, flags),
        _ => match usual_part(rest)? {
            (parent_id, [flags]) => (parent_id, flags),
            _ => return None,
        },
    };
    Some(SpanContext {
        trace_id: trace_id.into(),
        span_id: span_id.into(),
        parent_id: Some(parent_id.into()),
        flags: Flags::from_bits(hex_digit(*flags)?),
    })
}

/// 16 digits and a colon, and what follows.
#[inline]
fn usual_part(value: &[u8]) -> Option<(u64, &[u8])> {
    let (digits, rest) = value.split_first_chunk()?;
    Some((parse_16_hex(digits)?, rest.strip_prefix(b":")?))
}

fn parse(
    mut bytes: impl Iterator<Item = Result<u8, BadEscape>>,
) -> Result<Option<SpanContext>, ExtractError> {
    use MalformedPart as P;
    const FOUR_PARTS: ExtractError = malformed(P::Structure, "trace-id:span-id:parent-id:flags");
    let bad_escape = |BadEscape| malformed(P::Escape, "two hex digits after %");

    let [trace_id, span_id, parent_id, flags] = {
        let mut parts = [Part::default(); 4];
        for (index, part) in parts.iter_mut().enumerate() {
            *part = next_part(&mut bytes).map_err(bad_escape)?;
            if part.at_end != (index == 3) {
                return Err(FOUR_PARTS);
            }
        }
        parts
    };
    let trace_id = trace_id.hex(32).ok_or(malformed(P::TraceId, "1 to 32 hex digits"))?;
    let span_id = span_id.hex(16).ok_or(malformed(P::SpanId, "1 to 16 hex digits"))? as u64;
    let flags = flags.hex(2).ok_or(malformed(P::Flags, "1 or 2 hex digits"))? as u8;
    if trace_id == 0 || span_id == 0 {
        return Ok(None);
    }
    Ok(Some(SpanContext {
        trace_id: trace_id.into(),
        span_id: span_id.into(),
        parent_id: parent_id.hex(16).map(|id| SpanId::from(id as u64)),
        flags: Flags::from_bits(flags),
    }))
}

const fn malformed(part: MalformedPart, expected: &'static str) -> ExtractError {
    ExtractError::new(Format::Jaeger, part, expected)
}

#[inline]
fn next_part(bytes: &mut impl Iterator<Item = Result<u8, BadEscape>>) -> Result<Part, BadEscape> {
    let mut part = Part { only_hex: true, ..Part::default() };
    for byte in bytes {
        let byte = byte?;
        match hex_digit(byte) {
            Some(digit) => {
                part.value = part.value << 4 | u128::from(digit);
                part.digits += 1;
            }
            None if byte == b':' => return Ok(part),
            None => part.only_hex = false,
        }
    }
    part.at_end = true;
    Ok(part)
}

// === impl Part ===

impl Part {
    fn hex(&self, max_digits: usize) -> Option<u128> {
        (self.only_hex && (1..=max_digits).contains(&self.digits)).then_some(self.value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(value: &str, message: &str) {
        assert_eq!(SpanContext::from_header(value).unwrap_err().to_string(), message, "{value:?}");
    }

    #[test]
    fn errors_say_which_part_was_wrong() {
        let header =
            "malformed structure in the jaeger trace header: expected trace-id:span-id:parent-id:flags";
        for value in ["", "junk", "1:2:3", "1:2:3:1:", "1:2:3:4:5", ":::"] {
            let error = SpanContext::from_header(value).unwrap_err();
            assert!(value == ":::" || error.to_string() == header, "{value:?}: {error}");
        }
        refused("+1:2:0:1", "malformed trace id in the jaeger trace header: expected 1 to 32 hex digits");
        refused(
            &format!("{}:2:0:1", "0".repeat(33)),
            "malformed trace id in the jaeger trace header: expected 1 to 32 hex digits",
        );
        refused("1:0x2:0:1", "malformed span id in the jaeger trace header: expected 1 to 16 hex digits");
        refused("1:2:0:001", "malformed flags in the jaeger trace header: expected 1 or 2 hex digits");
        refused("1:2:0:-1", "malformed flags in the jaeger trace header: expected 1 or 2 hex digits");
        let error = SpanContext::parse(b"1%3A2%3a0%3:1", true).unwrap_err();
        assert_eq!(
            error.to_string(),
            "malformed percent escape in the jaeger trace header: expected two hex digits after %"
        );
    }

    #[test]
    fn a_parent_that_is_no_id_is_ignored() {
        for parent in ["", "zz", "-1", "12345678901234567"] {
            let context = SpanContext::from_header(&format!("1:2:{parent}:1")).unwrap().unwrap();
            assert_eq!(context.parent_id, None, "{parent:?}");
        }
    }

    #[test]
    fn zero_ids_are_no_trace() {
        assert_eq!(SpanContext::from_header("0:1:0:1"), Ok(None));
        assert_eq!(SpanContext::from_header("1:0000:0:1"), Ok(None));
    }

    #[test]
    fn the_url_encoded_form_is_read_only_where_it_may_occur() {
        assert!(SpanContext::parse(b"1%3A2%3a0%3A1", true).unwrap().is_some());
        assert!(SpanContext::parse(b"1%3A2%3a0%3A1", false).is_err());
    }

    proptest! {
        #[test]
        fn what_is_printed_is_parsed(trace in 1u128.., span in 1u64.., parent: u64, flags: u8) {
            let context = SpanContext::new(trace.into(), span.into(), Flags::from_bits(flags))
                .with_parent_id(parent.into());
            prop_assert_eq!(SpanContext::from_header(context.to_header().as_str()), Ok(Some(context)));
        }

        #[test]
        fn the_usual_form_is_read_as_any_other(
            value in "([0-9a-fA-F]{16}|[0-9a-fA-F]{32}|0{16}|[0-9a-g+:%]{15,17}):([0-9a-fA-F]{16}|0{16}|[0-9a-g+]{15,17}):(0|[0-9a-fA-F]{16}|[0-9a-g]{0,2}):[0-9a-g]{0,2}",
        ) {
            let general = parse(value.bytes().map(Ok));
            prop_assert_eq!(SpanContext::parse(value.as_bytes(), false), general);
            if let Some(context) = parse_usual(value.as_bytes()) {
                prop_assert_eq!(Ok(Some(context).filter(SpanContext::is_valid)), general);
            }
        }

        #[test]
        fn no_input_panics(value: Vec<u8>, url_encoded: bool) {
            let _ = SpanContext::parse(&value, url_encoded);
        }

        #[test]
        fn nearly_right_input_never_panics(value in "[0-9a-f:%A +-]{0,80}", url_encoded: bool) {
            let _ = SpanContext::parse(value.as_bytes(), url_encoded);
        }
    }
}
