//! W3C Trace Context and W3C Baggage.
//!
//! ```text
//! traceparent = version "-" trace-id "-" parent-id "-" flags
//! version     = 2HEX        ; "00" is exactly this; a later one may have more behind it, after another "-"; "ff" is refused
//! trace-id    = 32HEX       ; 0 is "no trace"
//! parent-id   = 16HEX       ; 0 is "no trace"
//! flags       = 2HEX        ; bit 0 sampled; the others say nothing that Jaeger's flags could hold
//!
//! baggage     = member *( "," member )
//! member      = key "=" value *( ";" property )     ; blanks around each part are stripped
//! ```
//!
//! `HEX` is `0-9a-f`, lower case only. Refused on purpose, though OpenTelemetry's propagator for Rust accepts it: a
//! sign, ids that are shorter, several `traceparent` that differ. Values of baggage are percent-decoded and `+` is
//! itself; a bad escape or bad UTF-8 keeps the text. Properties are passed on as they are. `tracestate` is passed on
//! as text, several of them as one list.
//!
//! <https://www.w3.org/TR/trace-context/>, <https://www.w3.org/TR/baggage/>

use std::borrow::Cow;

use crate::{
    BaggageDrop, CarrierFormat, ExtractError, Flags, Format, HeaderText, MalformedPart, SpanContext,
    baggage::ItemRef, id::parse_hex, percent::encode_into, span_context::trim_blanks,
};

/// The most bytes of a `baggage` header that W3C asks everybody to pass on.
pub(crate) const MAX_BAGGAGE_BYTES: usize = 8192;

/// As long as the longest baggage. W3C asks everybody to pass on at least 512.
const MAX_TRACE_STATE_BYTES: usize = 8192;

/// One member of a `baggage` header, still encoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member<'t> {
    pub(crate) key: &'t str,
    pub(crate) value: &'t str,
    pub(crate) properties: &'t str,
}

/// The trace state of a request, as text.
#[derive(Debug, Default)]
pub(crate) struct TraceStateText<'c> {
    text: Cow<'c, str>,
    is_bad: bool,
}

/// Reads a `traceparent` without blanks at its ends. `None` is "no trace": an id that is zero.
pub(crate) fn parse(value: &[u8]) -> Result<Option<SpanContext>, ExtractError> {
    use MalformedPart as P;
    let malformed = |part, expected| ExtractError::new(Format::W3c, part, expected);
    let parts = || malformed(P::Structure, "version-traceid-parentid-flags");

    let (version, rest) = hex(value, 2).ok_or(malformed(P::Version, "2 lower-case hex digits"))?;
    if version == 0xff {
        return Err(malformed(P::Version, "a version other than ff"));
    }
    let rest = dash(rest).ok_or_else(parts)?;
    let (trace_id, rest) = hex(rest, 32).ok_or(malformed(P::TraceId, "32 lower-case hex digits"))?;
    let rest = dash(rest).ok_or_else(parts)?;
    let (span_id, rest) = hex(rest, 16).ok_or(malformed(P::SpanId, "16 lower-case hex digits"))?;
    let rest = dash(rest).ok_or_else(parts)?;
    let (flags, rest) = hex(rest, 2).ok_or(malformed(P::Flags, "2 lower-case hex digits"))?;
    if !rest.is_empty() && (version == 0 || dash(rest).is_none()) {
        return Err(parts());
    }
    let flags = if flags & 1 != 0 { Flags::SAMPLED } else { Flags::NONE };
    let context = SpanContext::new(trace_id.into(), (span_id as u64).into(), flags);
    Ok(context.is_valid().then_some(context))
}

/// The `traceparent` of a span context.
pub(crate) fn to_header(context: &SpanContext) -> HeaderText {
    let mut text = HeaderText::new();
    text.push(b'0');
    text.push(b'0');
    text.push(b'-');
    text.push_hex(context.trace_id.high(), 16);
    text.push_hex(context.trace_id.low(), 16);
    text.push(b'-');
    text.push_hex(context.span_id.into(), 16);
    text.push(b'-');
    text.push_hex(context.flags.is_sampled().into(), 2);
    text
}

/// The members of a `baggage` header, and why each other one is none. Empty ones are passed over.
pub(crate) fn members(header: &[u8]) -> impl Iterator<Item = Result<Member<'_>, BaggageDrop>> {
    let members = header.split(|byte| *byte == b',').map(trim_blanks).filter(|member| !member.is_empty());
    members.map(|member| {
        let member = std::str::from_utf8(member).map_err(|_| BaggageDrop::NotText)?;
        let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
        let (key, value) = pair.split_once('=').ok_or(BaggageDrop::Malformed)?;
        let member = Member {
            key: blank_trimmed(key),
            value: blank_trimmed(value),
            properties: blank_trimmed(properties),
        };
        let is_key = CarrierFormat::HttpHeaders.accepts_name(member.key);
        if is_key { Ok(member) } else { Err(BaggageDrop::Malformed) }
    })
}

/// Appends a member, whose key is a token, to a `baggage` header; `false` if the header has no room for it.
pub(crate) fn push_member(item: ItemRef<'_>, header: &mut String) -> bool {
    let before = header.len();
    if before > 0 {
        header.push(',');
    }
    header.push_str(item.key);
    header.push('=');
    encode_into(item.value, header);
    if !item.properties.is_empty() {
        header.push(';');
        header.push_str(item.properties);
    }
    let fits = header.len() <= MAX_BAGGAGE_BYTES;
    if !fits {
        header.truncate(before);
    }
    fits
}

/// Whether properties can stand behind a value: a comma would begin another member.
pub(crate) fn are_sendable(properties: &str) -> bool {
    is_printable(properties) && !properties.contains(',')
}

/// Visible ASCII, blanks and tabs: what a header may hold.
pub(crate) fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

/// Whether a `tracestate` is a list of `key=value`; one that is not has to be left out.
fn is_list(text: &str) -> bool {
    let is_key_byte = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    let is_member = |member: &str| {
        let (key, value) = member.split_once('=')?;
        let is_key =
            key.bytes().all(is_key_byte) && key.starts_with(|first: char| first.is_ascii_alphanumeric());
        let is_value =
            value.len() <= 256 && value.bytes().all(|byte| matches!(byte, b' '..=b'~' if byte != b'='));
        (is_key && key.len() <= 256 && is_value).then_some(())
    };
    let mut members = text.split(',').map(blank_trimmed).filter(|member| !member.is_empty());
    members.all(|member| is_member(member).is_some())
}

fn blank_trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn dash(rest: &[u8]) -> Option<&[u8]> {
    rest.strip_prefix(b"-")
}

/// So many lower-case digits, and what is behind them.
fn hex(text: &[u8], digits: usize) -> Option<(u128, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let is_lower = !number.iter().any(u8::is_ascii_uppercase);
    parse_hex(number, digits).ok().filter(|_| is_lower).map(|value| (value, rest))
}

// === impl TraceStateText ===

impl<'c> TraceStateText<'c> {
    /// Adds a `tracestate` header to the list.
    pub(crate) fn add(&mut self, value: &'c [u8]) {
        let value = std::str::from_utf8(trim_blanks(value)).ok().filter(|value| is_list(value));
        let Some(value) = value.filter(|value| self.text.len() + value.len() < MAX_TRACE_STATE_BYTES) else {
            self.is_bad = true;
            return;
        };
        if self.text.is_empty() {
            self.text = Cow::Borrowed(value);
        } else if !value.is_empty() {
            let text = self.text.to_mut();
            text.push(',');
            text.push_str(value);
        }
    }

    /// Whether it has to be left out as a whole: part of a list would be another list.
    pub(crate) fn is_bad(&self) -> bool {
        self.is_bad
    }

    /// The whole list; `None` where there is none.
    pub(crate) fn into_text(self) -> Option<String> {
        (!self.text.is_empty()).then(|| self.text.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::percent::Coding;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn read(value: &str) -> Result<Option<SpanContext>, ExtractError> {
        parse(value.as_bytes())
    }

    #[track_caller]
    fn refused(value: &str, part: MalformedPart) {
        let error = read(value).unwrap_err();
        assert_eq!((error.format(), error.part()), (Format::W3c, part), "{value:?}");
    }

    #[test]
    fn a_traceparent_is_read_and_written() {
        let context = read(VALID).unwrap().unwrap();
        assert_eq!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.flags, Flags::SAMPLED);
        assert_eq!(to_header(&context).as_str(), VALID);
    }

    #[test]
    fn other_flags_are_not_jaeger_s() {
        for flags in ["02", "03", "ff", "fe"] {
            let context = read(&VALID.replace("-01", &format!("-{flags}"))).unwrap().unwrap();
            assert!(context.flags.bits() <= 1, "{flags}: {:?}", context.flags);
        }
    }

    #[test]
    fn a_later_version_may_have_more() {
        let later = VALID.replacen("00", "cc", 1);
        for value in [later.clone(), format!("{later}-more"), format!("{later}-")] {
            assert!(read(&value).unwrap().is_some(), "{value:?}");
        }
        refused(&format!("{later}more"), MalformedPart::Structure);
    }

    #[test]
    fn zero_ids_are_no_trace() {
        assert_eq!(read("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), Ok(None));
        assert_eq!(read("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"), Ok(None));
    }

    #[test]
    fn what_is_no_traceparent_is_refused() {
        use MalformedPart as P;
        for (value, part) in [
            ("", P::Version),
            ("junk", P::Version),
            (&VALID.replacen("00", "ff", 1), P::Version),
            (&VALID.replacen("00", "0A", 1), P::Version),
            (&VALID.to_uppercase(), P::TraceId),
            ("00-1-2-01", P::TraceId),
            ("00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", P::TraceId),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-+0f067aa0ba902b7-01", P::SpanId),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1", P::Flags),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", P::Structure),
            (&format!("{VALID}-"), P::Structure),
            (&format!("{VALID}00"), P::Structure),
            ("00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", P::Structure),
        ] {
            refused(value, part);
        }
    }

    #[test]
    fn members_of_a_baggage_header() {
        let found: Vec<_> = members(b" a = 1 ;p=q;r , ,b=,=x,c, d e=1,f=a=b,\xff=1").collect();
        let member = |key, value, properties| Ok(Member { key, value, properties });
        let malformed = || Err(BaggageDrop::Malformed);
        assert_eq!(
            found,
            [
                member("a", "1", "p=q;r"),
                member("b", "", ""),
                malformed(),
                malformed(),
                malformed(),
                member("f", "a=b", ""),
                Err(BaggageDrop::NotText),
            ]
        );
    }

    #[test]
    fn several_trace_states_are_one_list() {
        let mut state = TraceStateText::default();
        state.add(b" a=1 ");
        state.add(b"");
        state.add(b"b=2 ,\tc@d=");
        assert_eq!(state.into_text().as_deref(), Some("a=1,b=2 ,\tc@d="));
    }

    #[test]
    fn a_trace_state_that_is_no_list_is_bad() {
        let long = format!("a={}", "v".repeat(257));
        for value in [
            &b"a=\r\nb"[..],
            b"a=\xff",
            "a=é".as_bytes(),
            &[b'a'; 8192],
            b"a",
            b"A=1",
            b"=1",
            b"a=b=c",
            long.as_bytes(),
        ] {
            let mut state = TraceStateText::default();
            state.add(value);
            assert!(state.is_bad());
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(trace in 1u128.., span in 1u64.., sampled: bool) {
            let context = SpanContext::new(trace.into(), span.into(), Flags::NONE.with_sampled(sampled));
            prop_assert_eq!(read(to_header(&context).as_str()), Ok(Some(context)));
        }

        #[test]
        fn a_member_that_is_written_is_read(key in "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,10}", value: String) {
            let mut header = String::new();
            let item = ItemRef { key: &key, value: &value, properties: "p=1;q" };
            prop_assert!(push_member(item, &mut header));
            let read: Vec<_> = members(header.as_bytes()).flatten().collect();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!((read[0].key, read[0].properties), (key.as_str(), "p=1;q"));
            prop_assert_eq!(Coding::Percent.decode(read[0].value), value);
        }
    }
}
