//! Headers as OpenTelemetry's propagators see them: what `opentelemetry-http` has, for both versions.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

pub(crate) struct HeaderExtractor<'a>(pub(crate) &'a HeaderMap);

pub(crate) struct HeaderInjector<'a>(pub(crate) &'a mut HeaderMap);

// === impl HeaderExtractor ===

impl HeaderExtractor<'_> {
    fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.value(key)
    }

    fn keys(&self) -> Vec<&str> {
        self.names()
    }
}

impl opentelemetry_peer::propagation::Extractor for HeaderExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.value(key)
    }

    fn keys(&self) -> Vec<&str> {
        self.names()
    }
}

// === impl HeaderInjector ===

impl HeaderInjector<'_> {
    fn insert(&mut self, key: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(key.as_bytes()), HeaderValue::from_str(value))
        {
            self.0.insert(name, value);
        }
    }
}

impl Injector for HeaderInjector<'_> {
    fn set(&mut self, key: &str, value: String) {
        self.insert(key, &value);
    }
}

impl opentelemetry_peer::propagation::Injector for HeaderInjector<'_> {
    fn set(&mut self, key: &str, value: String) {
        self.insert(key, &value);
    }
}
