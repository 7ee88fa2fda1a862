//! A map of text as a carrier, OpenTracing's `TEXT_MAP` format.

use std::{collections::HashMap, hash::BuildHasher};

use super::{CarrierFormat, ExtractCarrier, InjectCarrier, Written};

// === impl HashMap ===

impl<S: BuildHasher> ExtractCarrier for HashMap<String, String, S> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::TextMap
    }

    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        for (name, value) in self {
            visit(name, value.as_bytes());
        }
    }
}

impl<S: BuildHasher> InjectCarrier for HashMap<String, String, S> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::TextMap
    }

    fn remove_if(&mut self, matches: impl Fn(&str) -> bool) {
        self.retain(|name, _| !matches(name));
    }

    fn set(&mut self, name: &str, value: &str) -> Written {
        match self.insert(name.to_owned(), value.to_owned()) {
            None => Written::New,
            Some(_) => Written::Replaced,
        }
    }
}

/// Pairs in order, duplicates included.
impl ExtractCarrier for [(String, String)] {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::TextMap
    }

    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        for (name, value) in self {
            visit(name, value.as_bytes());
        }
    }
}
