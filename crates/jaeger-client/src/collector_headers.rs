//! What a collector is told beside the spans, and how its own word is trusted.

use std::fmt;

use jaeger_exporter::{EndpointError, HttpTransport};

/// Secrets among them.
#[derive(Default)]
pub(crate) struct CollectorHeaders {
    auth: Option<Auth>,
    others: Vec<(String, String)>,
    /// In PEM.
    #[cfg(feature = "tls")]
    pub(crate) root_certificates: Option<Vec<u8>>,
    /// The chain and the key, in PEM.
    #[cfg(feature = "tls")]
    pub(crate) client_certificate: Option<(Vec<u8>, Vec<u8>)>,
}

enum Auth {
    /// User name and password.
    Basic(String, String),
    Bearer(String),
}

// === impl CollectorHeaders ===

impl CollectorHeaders {
    pub(crate) fn set_basic(&mut self, user: impl Into<String>, password: impl Into<String>) {
        self.auth = Some(Auth::Basic(user.into(), password.into()));
    }

    pub(crate) fn set_bearer(&mut self, token: impl Into<String>) {
        self.auth = Some(Auth::Bearer(token.into()));
    }

    pub(crate) fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.others.push((name.into(), value.into()));
    }

    /// The way to a collector, with these headers.
    pub(crate) fn transport(&self, url: &str) -> Result<HttpTransport, EndpointError> {
        self.on(HttpTransport::new(url)?)
    }

    /// The way to a receiver of another protocol, such as that of the example.
    #[cfg(any(feature = "otlp", feature = "otlp-grpc"))]
    pub(crate) fn transport_like(
        &self,
        url: &str,
        example: &'static str,
    ) -> Result<HttpTransport, EndpointError> {
        self.on(HttpTransport::new_like(url, example)?)
    }

    fn on(&self, mut transport: HttpTransport) -> Result<HttpTransport, EndpointError> {
        for (name, value) in &self.others {
            transport = transport.with_header(name, value)?;
        }
        #[cfg(feature = "tls")]
        {
            if let Some(pem) = &self.root_certificates {
                transport = transport.with_root_certificates(pem)?;
            }
            if let Some((chain, key)) = &self.client_certificate {
                transport = transport.with_client_certificate(chain, key)?;
            }
        }
        match &self.auth {
            Some(Auth::Basic(user, password)) => Ok(transport.with_basic_auth(user, password)),
            Some(Auth::Bearer(token)) => transport.with_bearer_token(token),
            None => Ok(transport),
        }
    }
}

impl fmt::Debug for CollectorHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let auth = match &self.auth {
            Some(Auth::Basic(..)) => "basic",
            Some(Auth::Bearer(_)) => "bearer",
            None => "none",
        };
        let names: Vec<_> = self.others.iter().map(|(name, _)| name).collect();
        f.debug_struct("CollectorHeaders").field("auth", &auth).field("others", &names).finish()
    }
}
