//! Which baggage clients may set, in a file like that of the sampling strategies.
//!
//! Jaeger has the interface, and nothing that would answer: there is no format of a file to follow.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// The restrictions of each service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restrictions {
    #[serde(default)]
    default_restrictions: Vec<Restriction>,
    #[serde(default)]
    service_restrictions: HashMap<String, Vec<Restriction>>,
}

/// A key that may be set; an answer is a list of them.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Restriction {
    baggage_key: String,
    /// Bytes.
    max_value_length: i32,
}

// === impl Restrictions ===

impl Restrictions {
    pub(crate) fn parse(file: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(file).map_err(|error| error.to_string())
    }

    pub(crate) fn of(&self, service: &str) -> &[Restriction] {
        self.service_restrictions.get(service).unwrap_or(&self.default_restrictions)
    }
}
