//! `http::HeaderMap` as a carrier; the only file that knows the `http` crate.

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

fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Written {
    let name = match name {
        "uber-trace-id" => Ok(TRACE_CONTEXT),
        "traceparent" => Ok(TRACE_PARENT),
        "tracestate" => Ok(TRACE_STATE),
        "baggage" => Ok(BAGGAGE),
        _ => HeaderName::from_bytes(name.as_bytes()),
    };
    let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) else { return Written::Refused };
    match headers.try_insert(name, value) {
        Ok(None) => Written::New,
        Ok(Some(_)) => Written::Replaced,
        Err(_) => Written::Refused,
    }
}
