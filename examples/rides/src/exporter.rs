//! How the services send their spans, and where to.

/// Where the spans go, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sink {
    pub(crate) exporter: Exporter,
    /// A collector's URL, or an agent's `HOST:PORT`.
    pub(crate) address: String,
}

/// How a service sends its spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    Http,
    Udp,
    UdpBinary,
    Otlp,
    OpentelemetryJaeger,
}

// === impl Exporter ===

impl Exporter {
    const ALL: [Self; 5] = [Self::Http, Self::Udp, Self::UdpBinary, Self::Otlp, Self::OpentelemetryJaeger];

    /// The value of `--exporter`; http if there is none.
    pub(crate) fn read(name: Option<String>) -> Result<Self, String> {
        let Some(name) = name else { return Ok(Self::Http) };
        let exporter = Self::named(&name)?;
        if exporter.is_built_in() { Ok(exporter) } else { Err(exporter.missing()) }
    }

    fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|exporter| exporter.name() == name);
        found.ok_or_else(|| {
            format!(
                "--exporter: expected http, udp, udp-binary, otlp or opentelemetry-jaeger, found {name:?}"
            )
        })
    }

    /// What to say where it is not built in.
    fn missing(self) -> String {
        let name = self.name();
        format!("--exporter {name} needs the cargo feature {name}: cargo run -p rides --features {name}")
    }

    const fn is_built_in(self) -> bool {
        match self {
            Self::Http | Self::Udp | Self::UdpBinary => true,
            Self::Otlp => cfg!(feature = "otlp"),
            Self::OpentelemetryJaeger => cfg!(feature = "opentelemetry-jaeger"),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Udp => "udp",
            Self::UdpBinary => "udp-binary",
            Self::Otlp => "otlp",
            Self::OpentelemetryJaeger => "opentelemetry-jaeger",
        }
    }

    /// Whether it takes spans of the OpenTelemetry SDK only.
    pub(crate) const fn needs_sdk(self) -> bool {
        matches!(self, Self::Otlp | Self::OpentelemetryJaeger)
    }

    /// What listens there.
    pub(crate) const fn receiver(self) -> &'static str {
        match self {
            Self::Http | Self::Otlp | Self::OpentelemetryJaeger => "collector",
            Self::Udp | Self::UdpBinary => "agent",
        }
    }

    /// The option that says where that is.
    pub(crate) const fn address_option(self) -> &'static str {
        match self {
            Self::Http | Self::Otlp | Self::OpentelemetryJaeger => "--collector",
            Self::Udp | Self::UdpBinary => "--agent",
        }
    }

    /// Where a Jaeger on this machine listens for it.
    pub(crate) const fn default_address(self) -> &'static str {
        match self {
            Self::Http | Self::OpentelemetryJaeger => "http://127.0.0.1:14268/api/traces",
            Self::Udp => "127.0.0.1:6831",
            Self::UdpBinary => "127.0.0.1:6832",
            Self::Otlp => "http://127.0.0.1:4318/v1/traces",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read() {
        for exporter in Exporter::ALL {
            assert_eq!(Exporter::named(exporter.name()), Ok(exporter));
        }
        assert_eq!(Exporter::read(None), Ok(Exporter::Http));
    }

    #[test]
    fn one_that_is_not_built_in_names_its_feature() {
        let command = "cargo run -p rides --features otlp";
        let expected = format!("--exporter otlp needs the cargo feature otlp: {command}");
        assert_eq!(Exporter::Otlp.missing(), expected);
    }
}
