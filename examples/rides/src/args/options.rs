//! `--name value` pairs and flags, each at most once.

use std::{collections::BTreeMap, num::NonZeroUsize, str::FromStr};

use crate::knobs::Knobs;

/// Options that have no value.
const FLAGS: [&str; 4] = ["--check", "--help", "--once", "--verbose"];

/// What was given and has not been taken yet.
#[derive(Debug)]
pub(super) struct Options {
    values: BTreeMap<String, String>,
}

// === impl Options ===

impl Options {
    pub(super) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        while let Some(argument) = arguments.next() {
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None if argument == "-h" => ("--help".to_owned(), None),
                None => (argument, None),
            };
            if !name.starts_with("--") {
                return Err(format!("unexpected {name:?}"));
            }
            let value = match (FLAGS.contains(&name.as_str()), value) {
                (true, None) => String::new(),
                (true, Some(_)) => return Err(format!("{name} takes no value")),
                (false, Some(value)) => value,
                // An option is not a value: `--collector --query URL` forgot one.
                (false, None) => arguments
                    .next()
                    .filter(|value| !value.starts_with("--"))
                    .ok_or_else(|| format!("{name} needs a value, or is unknown"))?,
            };
            if values.contains_key(&name) {
                return Err(format!("{name} is given twice"));
            }
            values.insert(name, value);
        }
        Ok(Self { values })
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.values.remove(name).is_some()
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)
    }

    pub(super) fn required(&mut self, name: &str) -> Result<String, String> {
        self.text(name).ok_or_else(|| format!("{name} is missing"))
    }

    /// `what` completes "expected …".
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, what: &str) -> Result<Option<T>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{name}: expected {what}, found {text:?}"))
    }

    /// At least one.
    pub(super) fn count(&mut self, name: &str) -> Result<Option<usize>, String> {
        let count: Option<NonZeroUsize> = self.parsed(name, "a number of at least 1")?;
        Ok(count.map(NonZeroUsize::get))
    }

    pub(super) fn port(&mut self, name: &str) -> Result<Option<u16>, String> {
        self.parsed(name, "a port from 0 to 65535")
    }

    /// Those that are given are turned, the others have their defaults.
    pub(super) fn knobs(&mut self) -> Result<Knobs, String> {
        let mut knobs = Knobs::default();
        for name in Knobs::NAMES {
            if let Some(value) = self.text(&format!("--{name}")) {
                knobs.set(name, &value).map_err(|reason| format!("--{reason}"))?;
            }
        }
        Ok(knobs)
    }

    /// Refuses what nobody has taken.
    pub(super) fn finish(self) -> Result<(), String> {
        match self.values.into_keys().next() {
            Some(name) => Err(format!("unknown option {name}")),
            None => Ok(()),
        }
    }
}
