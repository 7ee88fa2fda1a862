//! The file in YAML.

use std::{fs, path::Path};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

use super::{Config, FileSettings};
use crate::error::{ConfigError, ConfigErrorKind};

// === impl Config ===

impl Config {
    /// Takes what a YAML file says in place of what has been said so far, and leaves the rest; see
    /// [`FileSettings`] for its keys, and [`with_settings`](Self::with_settings).
    ///
    /// ```no_run
    /// let config = jaeger_client::Config::new("shop").with_file("jaeger.yaml")?.with_env()?;
    /// # Ok::<(), jaeger_client::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is no YAML, or a value in it cannot be used.
    pub fn with_file(self, path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let name = path.as_ref().display().to_string();
        let error = |reason: String| ConfigErrorKind::File { name: name.clone(), reason };
        let text = fs::read_to_string(path.as_ref()).map_err(|why| error(why.to_string()))?;
        self.with_settings(settings(&text).map_err(error)?)
    }

    /// The same with YAML that is at hand.
    ///
    /// # Errors
    ///
    /// When it is no YAML, or a value in it cannot be used.
    pub fn with_yaml(self, text: &str) -> Result<Self, ConfigError> {
        let error = |reason| ConfigErrorKind::File { name: "YAML".to_owned(), reason };
        self.with_settings(settings(text).map_err(error)?)
    }
}

fn settings(text: &str) -> Result<FileSettings, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    match documents.first() {
        None => Ok(FileSettings::default()),
        Some(Yaml::Value(Scalar::Null)) => Ok(FileSettings::default()),
        Some(document) => serde_json::from_value(value(document)?).map_err(|error| error.to_string()),
    }
}

/// As JSON has it.
fn value(yaml: &Yaml<'_>) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => Value::Bool(*truth),
        Yaml::Value(Scalar::Integer(number)) => Value::Number((*number).into()),
        Yaml::Value(Scalar::FloatingPoint(number)) => {
            let number = Number::from_f64(number.into_inner());
            Value::Number(number.ok_or_else(|| "expected a finite number".to_owned())?)
        }
        Yaml::Value(Scalar::String(text)) => Value::String(text.to_string()),
        Yaml::Sequence(items) => Value::Array(items.iter().map(value).collect::<Result<_, _>>()?),
        Yaml::Mapping(items) => {
            let mut map = Map::new();
            for (key, item) in items {
                let key = key.as_str().ok_or_else(|| "expected text as a key".to_owned())?;
                map.insert(key.to_owned(), value(item)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(_, inner) => value(inner)?,
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            return Err("expected YAML that can be read as JSON".to_owned());
        }
    })
}
