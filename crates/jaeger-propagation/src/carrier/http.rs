//! `http::HeaderMap` as a carrier; the only file that knows the `http` crate.

use std::cell::RefCell;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{CarrierFormat, ExtractCarrier, InjectCarrier, Written};

/// The headers of a gRPC call: a `HeaderMap` under gRPC's rules for names.
#[derive(Debug)]
pub struct GrpcHeaders<'h>(pub &'h mut HeaderMap);

/// Made ready, so that the usual headers cost no allocation for their names.
const TRACE_CONTEXT: HeaderName = HeaderName::from_static("uber-trace-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");
const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

// === impl HeaderMap ===

impl ExtractCarrier for HeaderMap {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    #[inline]
    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        for (name, value) in self {
            visit(name.as_str(), value.as_bytes());
        }
    }
}

impl InjectCarrier for HeaderMap {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    fn remove_if(&mut self, matches: impl Fn(&str) -> bool) {
        remove_if(self, matches);
    }

    fn set(&mut self, name: &str, value: &str) -> Written {
        set(self, name, value)
    }
}

// === impl GrpcHeaders ===

impl InjectCarrier for GrpcHeaders<'_> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::GrpcMetadata
    }

    fn remove_if(&mut self, matches: impl Fn(&str) -> bool) {
        remove_if(self.0, matches);
    }

    fn set(&mut self, name: &str, value: &str) -> Written {
        set(self.0, name, value)
    }
}

fn remove_if(headers: &mut HeaderMap, matches: impl Fn(&str) -> bool) {
    // Only a forwarded request has any: the list stays empty and unallocated for the others.
    let found: Vec<HeaderName> = headers.keys().filter(|name| matches(name.as_str())).cloned().collect();
    for name in found {
        headers.remove(name);
    }
}

thread_local! {
    /// Names that have been sent: programs send the same few again and again, and each would be checked and allocated anew.
    static KNOWN: RefCell<[Option<HeaderName>; 16]> = const { RefCell::new([const { None }; 16]) };
}

/// Longer names are not kept.
const MAX_KNOWN_BYTES: usize = 64;

/// The name, if it can be one.
fn known(name: &str) -> Option<HeaderName> {
    let made = || HeaderName::from_bytes(name.as_bytes()).ok();
    if name.len() > MAX_KNOWN_BYTES {
        return made();
    }
    // Names begin alike and differ at their ends.
    let end = name.as_bytes().last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
    let hash = (end ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let found = KNOWN.try_with(|known| {
        let mut known = known.try_borrow_mut().ok()?;
        let place = known.get_mut((hash >> 60) as usize)?;
        if place.as_ref().is_none_or(|own| own.as_str() != name) {
            *place = Some(made()?);
        }
        place.clone()
    });
    // At the end of a thread there is none.
    found.unwrap_or_else(|_| made())
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Written {
    let name = match name {
        "uber-trace-id" => Some(TRACE_CONTEXT),
        "traceparent" => Some(TRACE_PARENT),
        "tracestate" => Some(TRACE_STATE),
        "baggage" => Some(BAGGAGE),
        _ => known(name),
    };
    let (Some(name), Ok(value)) = (name, HeaderValue::from_str(value)) else { return Written::Refused };
    match headers.try_insert(name, value) {
        Ok(None) => Written::New,
        Ok(Some(_)) => Written::Replaced,
        Err(_) => Written::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_their_own_however_many_there_are() {
        for round in 0..3 {
            for number in 0..200 {
                let name = format!("uberctx-{number}-{}", "x".repeat(number % 70));
                assert_eq!(known(&name).unwrap().as_str(), name, "{round}");
            }
            for name in ["", "a b", "é", "uberctx-a b"] {
                assert_eq!(known(name), None, "{name:?}");
            }
        }
        assert_eq!(known("Uberctx-A").unwrap().as_str(), "uberctx-a", "as `HeaderName` has it");
    }
}
