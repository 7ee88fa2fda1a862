//! Words, `--name value` or `--name=value` pairs, and flags; options at most once.

use std::collections::BTreeMap;

/// Options that have no value.
const FLAGS: [&str; 4] = ["--help", "--once", "--broken", "--without-formatter"];

/// The options that were given and have not been taken yet.
#[derive(Debug)]
pub(super) struct Options {
    values: BTreeMap<String, String>,
}

// === impl Options ===

impl Options {
    /// The words and the options.
    pub(super) fn read(mut arguments: impl Iterator<Item = String>) -> Result<(Vec<String>, Self), String> {
        let (mut words, mut values) = (Vec::new(), BTreeMap::new());
        while let Some(argument) = arguments.next() {
            if argument == "-h" {
                values.insert("--help".to_owned(), String::new());
                continue;
            }
            if !argument.starts_with("--") {
                words.push(argument);
                continue;
            }
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
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
            if values.insert(name.clone(), value).is_some() {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok((words, Self { values }))
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.values.remove(name).is_some()
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)
    }

    pub(super) fn port(&mut self, name: &str) -> Result<Option<u16>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let expected = || format!("{name}: expected a port from 0 to 65535, found {text:?}");
        text.parse().map(Some).map_err(|_| expected())
    }

    /// Refuses what nobody has taken.
    pub(super) fn finish(self) -> Result<(), String> {
        match self.values.into_keys().next() {
            Some(name) => Err(format!("unknown option {name}, or it has no meaning here")),
            None => Ok(()),
        }
    }
}
