//! The environment, read once.

use std::{collections::BTreeMap, env};

use crate::error::{ConfigError, ConfigErrorKind};

/// Those whose values may stand in no line of a log.
const SECRETS: [&str; 2] = ["JAEGER_AUTH_TOKEN", "JAEGER_PASSWORD"];

/// Variables and their values; none is empty.
#[derive(Debug)]
pub(super) struct Variables(BTreeMap<String, String>);

// === impl Variables ===

impl Variables {
    pub(super) fn of_process() -> Result<Self, ConfigError> {
        let mut variables = BTreeMap::new();
        for (name, value) in env::vars_os() {
            // Those of others may be anything.
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => _ = variables.insert(name, value),
                Err(value) if name.starts_with("JAEGER_") => {
                    let is_secret = SECRETS.contains(&name.as_str());
                    let value = if is_secret { "...".into() } else { value.to_string_lossy() };
                    return Err(error(&name, value.into_owned(), "expected UTF-8"));
                }
                Err(_) => {}
            }
        }
        Ok(Self::new(variables))
    }

    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Any variable, whoever it belongs to.
    pub(super) fn any(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    pub(super) fn text(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn read<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        parse(value.trim()).map(Some).map_err(|reason| error(name, value.to_owned(), &reason))
    }

    /// A text that is to be such as `check` says.
    pub(super) fn checked<E: ToString>(
        &self,
        name: &'static str,
        check: impl FnOnce(&str) -> Result<(), E>,
    ) -> Result<Option<&str>, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        match check(value) {
            Ok(()) => Ok(Some(value)),
            // Whoever has checked it knows which part of it may be shown.
            Err(reason) => Err(error(name, "...".to_owned(), &reason.to_string())),
        }
    }

    /// Those for Jaeger's clients, in alphabetical order.
    pub(super) fn jaegers(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(|(name, _)| name.starts_with("JAEGER_"))
    }
}

fn error(name: &str, value: String, reason: &str) -> ConfigError {
    ConfigErrorKind::Variable { part: None, name: name.to_owned(), value, reason: reason.to_owned() }.into()
}
