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
        }
    }
}

impl error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            ConfigErrorKind::NoServiceName | ConfigErrorKind::NeedsSdk(_) => None,
            ConfigErrorKind::Endpoint(error) => Some(error),
        }
    }
}
