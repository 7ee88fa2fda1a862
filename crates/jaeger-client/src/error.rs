//! What makes a configuration unusable.

use std::{error, fmt};

use jaeger_exporter::EndpointError;

/// The tracer cannot be built from the configuration.
#[derive(Debug)]
pub struct ConfigError {
    kind: ConfigErrorKind,
}

#[derive(Debug)]
pub(crate) enum ConfigErrorKind {
    NoServiceName,
    Endpoint(EndpointError),
    /// What asks for the SDK where the native tracer was to be built.
    NeedsSdk(&'static str),
    /// The URL of an endpoint that is asked.
    PollUrl(String),
    /// The name of a header that cannot be sent.
    Header(String),
}

// === impl ConfigError ===

impl From<ConfigErrorKind> for ConfigError {
    fn from(kind: ConfigErrorKind) -> Self {
        Self { kind }
    }
}

impl From<EndpointError> for ConfigError {
    fn from(error: EndpointError) -> Self {
        ConfigErrorKind::Endpoint(error).into()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ConfigErrorKind::NoServiceName => f.write_str("no service name provided"),
            ConfigErrorKind::Endpoint(error) => error.fmt(f),
            ConfigErrorKind::NeedsSdk(what) => {
                write!(f, "{what} needs the OpenTelemetry SDK: build it by build_sdk")
            }
            ConfigErrorKind::PollUrl(url) => {
                write!(
                    f,
                    "expected a URL such as http://127.0.0.1:5778/sampling, found {:?}",
                    without_password(url)
                )
            }
            ConfigErrorKind::Header(name) => {
                write!(f, "the header {name:?} or its value cannot be sent over HTTP")
            }
        }
    }
}

impl error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            ConfigErrorKind::Endpoint(error) => Some(error),
            _ => None,
        }
    }
}

/// A URL as it may stand in a log.
fn without_password(url: &str) -> String {
    url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, host)| format!("...@{host}"))
}
