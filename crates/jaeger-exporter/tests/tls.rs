//! Spans to a collector at `https://`. The certificates are those of `certificates/`, made for this by its script.
#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

mod util;

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use futures_executor::block_on;
use jaeger_exporter::{HttpTransport, JaegerExporter};
use jaeger_thrift::{Batch, Binary};
use opentelemetry_sdk::trace::SpanExporter;
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

use util::{PATIENCE, spans};

const AUTHORITY: &[u8] = include_bytes!("certificates/authority.pem");
const SERVER: (&[u8], &[u8]) =
    (include_bytes!("certificates/server.pem"), include_bytes!("certificates/server.key"));
const CLIENT: (&[u8], &[u8]) =
    (include_bytes!("certificates/client.pem"), include_bytes!("certificates/client.key"));

/// A collector at `https://` that takes one request for each connection, and asks for a certificate if it is to.
fn collector(asks_who: bool) -> (String, mpsc::Receiver<Batch>) {
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = if asks_who {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let chain = vec![CertificateDer::from_pem_slice(SERVER.0).unwrap()];
    let config = builder.with_single_cert(chain, PrivateKeyDer::from_pem_slice(SERVER.1).unwrap()).unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind(("127.0.0.1", 0)).unwrap());
    let url = format!("https://localhost:{}/api/traces", listener.local_addr().unwrap().port());
    let (sender, batches) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // Whoever does not trust the other breaks off here.
            if let Some(batch) = request(&mut stream) {
                let answer = b"HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(answer).unwrap();
                let _ = sender.send(batch);
            }
        }
    });
    (url, batches)
}

fn request(stream: &mut impl Read) -> Option<Batch> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
    let mut body = vec![0; length.trim().parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some(Batch::decode::<Binary>(&body).unwrap())
}

fn exporter(transport: HttpTransport) -> JaegerExporter {
    JaegerExporter::with_http(transport.with_timeout(Duration::from_secs(10))).with_retry_bytes(0)
}

#[test]
fn spans_arrive_at_a_collector_whose_authority_is_trusted() {
    let (url, batches) = collector(false);
    let transport = HttpTransport::new(&url).unwrap().with_root_certificates(AUTHORITY).unwrap();
    let exporter = exporter(transport);
    block_on(exporter.export(spans(3))).unwrap();
    assert_eq!(batches.recv_timeout(PATIENCE).unwrap().spans.len(), 3);
    assert_eq!(exporter.stats().sent(), 3);
}

#[test]
fn a_collector_that_nobody_knows_is_not_told_anything() {
    let (url, batches) = collector(false);
    let exporter = exporter(HttpTransport::new(&url).unwrap());
    let error = block_on(exporter.export(spans(1))).unwrap_err().to_string();
    assert!(error.contains(&url) && error.contains("UnknownIssuer"), "{error}");
    assert_eq!(exporter.stats().failed(), 1);
    assert!(batches.try_recv().is_err());
}

#[test]
fn a_collector_that_asks_who_it_is_is_told_by_a_certificate() {
    let (url, batches) = collector(true);
    let transport = || HttpTransport::new(&url).unwrap().with_root_certificates(AUTHORITY).unwrap();
    let known = exporter(transport().with_client_certificate(CLIENT.0, CLIENT.1).unwrap());
    block_on(known.export(spans(2))).unwrap();
    assert_eq!(batches.recv_timeout(PATIENCE).unwrap().spans.len(), 2);
    let unknown = exporter(transport());
    block_on(unknown.export(spans(1))).unwrap_err();
    assert!(batches.try_recv().is_err());
}

#[test]
fn what_is_no_pem_is_an_error_that_shows_nothing_of_it() {
    let transport = || HttpTransport::new("https://localhost").unwrap();
    let error = transport().with_root_certificates(b"secret").unwrap_err().to_string();
    assert_eq!(error, "expected a certificate in PEM");
    let error = transport().with_client_certificate(CLIENT.0, b"secret").unwrap_err().to_string();
    assert_eq!(error, "expected a private key in PEM");
    assert!(transport().with_client_certificate(b"", CLIENT.1).is_err());
}
