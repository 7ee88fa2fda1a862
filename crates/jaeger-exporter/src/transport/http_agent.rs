//! The HTTP client and its settings.

use std::time::Duration;

use ureq::Agent;
#[cfg(feature = "tls")]
use ureq::tls::{ClientCert, RootCerts, TlsConfig};

/// What a client is made from.
#[derive(Clone)]
pub(super) struct HttpAgent {
    /// For the whole request, from resolving the name to the end of the answer.
    pub(super) timeout: Duration,
    /// `None` are those of the public authorities.
    #[cfg(feature = "tls")]
    pub(super) roots: Option<RootCerts>,
    #[cfg(feature = "tls")]
    pub(super) client_certificate: Option<ClientCert>,
}

// === impl HttpAgent ===

impl HttpAgent {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            #[cfg(feature = "tls")]
            roots: None,
            #[cfg(feature = "tls")]
            client_certificate: None,
        }
    }

    /// For a connection: shorter than the whole, so that it is known what has failed.
    pub(super) fn connect_timeout(&self) -> Duration {
        self.timeout / 2
    }

    /// A client that reads nothing from the environment and follows nobody.
    pub(super) fn build(&self) -> Agent {
        let config = Agent::config_builder()
            .timeout_global(Some(self.timeout))
            .timeout_connect(Some(self.connect_timeout()))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("jaeger-exporter/", env!("CARGO_PKG_VERSION")));
        #[cfg(feature = "tls")]
        let config = config.tls_config(
            TlsConfig::builder()
                .root_certs(self.roots.clone().unwrap_or(RootCerts::WebPki))
                .client_cert(self.client_certificate.clone())
                .build(),
        );
        config.build().new_agent()
    }
}
