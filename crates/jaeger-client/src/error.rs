//! What makes a configuration unusable.

use std::{error, fmt};

use jaeger_exporter::EndpointError;
use jaeger_propagation::HeaderNamesError;

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
    /// An exporter of OpenTelemetry's that cannot be built.
    #[cfg(any(feature = "otlp", feature = "otlp-grpc"))]
    Exporter(Box<dyn error::Error + Send + Sync>),
    /// The URL of an endpoint that is asked.
    PollUrl(String),
    /// The name of a header that cannot be sent.
    Header(String),
    Variable {
        /// What jaeger-client-go calls the part of the configuration.
        part: Option<&'static str>,
        name: String,
        value: String,
        reason: String,
    },
    /// A user name without a password, or a password without a user name.
    HalfCredentials,
    /// The parameter of a sampler that is no probability.
    Probability(f64),
    /// A file, or what stands in it, cannot be read.
    File {
        name: String,
        reason: String,
    },
    HeaderNames(HeaderNamesError),
}

// === impl ConfigError ===

impl From<ConfigErrorKind> for ConfigError {
    fn from(kind: ConfigErrorKind) -> Self {
        Self { kind }
    }
}

impl ConfigError {
    pub(crate) fn of_env(mut self, of: &'static str) -> Self {
        if let ConfigErrorKind::Variable { part, .. } = &mut self.kind {
            *part = Some(of);
        }
        self
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
            #[cfg(any(feature = "otlp", feature = "otlp-grpc"))]
            ConfigErrorKind::Exporter(error) => write!(f, "the exporter cannot be built: {error}"),
            ConfigErrorKind::PollUrl(url) => {
                write!(
                    f,
                    "expected a URL such as http://127.0.0.1:5778/sampling, found {:?}",
                    without_password(url)
                )
            }
            ConfigErrorKind::Variable { part, name, value, reason } => {
                if let Some(part) = part {
                    write!(f, "cannot obtain {part} config from env: ")?;
                }
                write!(f, "cannot parse env var {name}={value}: {reason}")
            }
            ConfigErrorKind::HalfCredentials => {
                f.write_str("you must set JAEGER_USER and JAEGER_PASSWORD env vars together")
            }
            ConfigErrorKind::Probability(param) => write!(
                f,
                "invalid Param for probabilistic sampler; expecting value between 0 and 1, received {param}"
            ),
            ConfigErrorKind::File { name, reason } => write!(f, "cannot read {name}: {reason}"),
            ConfigErrorKind::HeaderNames(error) => error.fmt(f),
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
            ConfigErrorKind::HeaderNames(error) => Some(error),
            #[cfg(any(feature = "otlp", feature = "otlp-grpc"))]
            ConfigErrorKind::Exporter(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}

/// A URL as it may stand in a log.
fn without_password(url: &str) -> String {
    url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, host)| format!("...@{host}"))
}
