//! Query parameters, some of which may be repeated.

use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr;

use serde::Deserialize;

use super::answer::QueryError;
use crate::json::parse_duration;

/// The pairs after the `?`, in their order.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Params(Vec<(String, String)>);

// === impl Params ===

impl Params {
    /// Every value of that name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of that name; an empty one counts as absent.
    pub(super) fn first<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next().filter(|value| !value.is_empty())
    }

    /// The service, which most queries need.
    pub(super) fn service(&self) -> Result<&str, QueryError> {
        self.first("service").ok_or_else(|| QueryError::bad_request("parameter 'service' is required"))
    }

    /// Whether the parameter is there and not `false`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.first(name).is_some_and(|value| value != "false")
    }

    /// A truth as Go's `strconv.ParseBool` reads it; whatever else is no truth.
    pub(super) fn truth(&self, name: &str) -> bool {
        matches!(self.first(name), Some("1" | "t" | "T" | "true" | "TRUE" | "True"))
    }

    /// An integer of 32 bits; the error does not name the parameter, as Jaeger's does not for `limit`.
    pub(super) fn unnamed_integer(&self, name: &str) -> Result<Option<i32>, QueryError> {
        self.integer_or_message(name).map_err(QueryError::bad_request)
    }

    /// An integer, often a time.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, QueryError> {
        self.integer_or_message(name).map_err(|message| unable_to_parse(name, &message))
    }

    /// A duration in Go's notation, in nanoseconds; 0 counts as absent.
    pub(super) fn duration(&self, name: &str) -> Result<Option<i64>, QueryError> {
        let parsed = self.first(name).map(parse_duration).transpose();
        let parsed = parsed.map_err(|message| unable_to_parse(name, &message))?;
        Ok(parsed.filter(|nanoseconds| *nanoseconds != 0))
    }

    fn integer_or_message<T>(&self, name: &str) -> Result<Option<T>, String>
    where
        T: FromStr<Err = ParseIntError>,
    {
        let parse = |value: &str| {
            value.parse().map_err(|error: ParseIntError| {
                let reason = match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
                    _ => "invalid syntax",
                };
                format!("strconv.ParseInt: parsing {value:?}: {reason}")
            })
        };
        self.first(name).map(parse).transpose()
    }
}

fn unable_to_parse(name: &str, message: &str) -> QueryError {
    QueryError::bad_request(format!("unable to parse param '{name}': {message}"))
}
