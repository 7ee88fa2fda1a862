//! TLS to a collector (feature `tls`).

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, parse_pem};

use super::HttpTransport;
use crate::error::{EndpointError, EndpointErrorKind};

// === impl HttpTransport ===

impl HttpTransport {
    /// Trusts these authorities and no others: certificates in PEM, for a collector whose certificate is the fleet's own. Those of the
    /// public authorities (Mozilla's) by default.
    ///
    /// # Errors
    ///
    /// When there is no certificate in it.
    pub fn with_root_certificates(self, pem: &[u8]) -> Result<Self, EndpointError> {
        let roots = RootCerts::new_with_certs(&certificates(pem)?);
        Ok(self.with_agent(|agent| agent.roots = Some(roots)))
    }

    /// Says who it is by a certificate, in PEM with the ones that lead to its authority, and its private key in PEM, for a collector
    /// that asks for that; by none by default.
    ///
    /// # Errors
    ///
    /// When there is no certificate, or no key.
    pub fn with_client_certificate(self, chain: &[u8], key: &[u8]) -> Result<Self, EndpointError> {
        let key = PrivateKey::from_pem(key).map_err(|_| error("private key"))?;
        let certificate = ClientCert::new_with_certs(&certificates(chain)?, key);
        Ok(self.with_agent(|agent| agent.client_certificate = Some(certificate)))
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, EndpointError> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| error("certificate"))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() { Err(error("certificate")) } else { Ok(certificates) }
}

fn error(what: &'static str) -> EndpointError {
    EndpointError::new("", EndpointErrorKind::Pem(what))
}
