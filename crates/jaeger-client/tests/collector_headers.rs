//! What a collector is told beside the spans, on both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use jaeger_client::Config;
use opentelemetry::trace::{Tracer, TracerProvider};

const PATIENCE: Duration = Duration::from_secs(20);

/// The head of the request that a tracer of this configuration makes.
fn head(configure: fn(Config) -> Config, is_on_sdk: bool) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let config = Config::new("told").with_logger(|_| {});
    let config = config.with_collector_endpoint(format!("http://{}", listener.local_addr().unwrap()));
    let collector = thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            stream.read_line(&mut head).unwrap();
            let line = head.split_at(start).1.to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        stream.read_exact(&mut vec![0; length]).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
        head
    });
    let closer = if is_on_sdk {
        let (provider, closer) = configure(config).build_sdk().unwrap();
        provider.tracer("test").in_span("span", |_| {});
        closer
    } else {
        let (provider, closer) = configure(config).build().unwrap();
        provider.tracer("test").in_span("span", |_| {});
        closer
    };
    assert_eq!(closer.close(PATIENCE).sent, 1);
    collector.join().unwrap()
}

#[test]
fn a_collector_is_told_who_asks_and_what_is_set() {
    for is_on_sdk in [false, true] {
        let basic = head(|config| config.with_basic_auth("Aladdin", "open sesame"), is_on_sdk);
        assert!(basic.contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), "{basic}");
        let bearer = head(
            |config| {
                let config = config.with_basic_auth("replaced", "secret").with_bearer_token("t0.k_en");
                config.with_collector_header("x-tenant", "blue")
            },
            is_on_sdk,
        );
        assert!(bearer.contains("Bearer t0.k_en\r\n") && bearer.contains("x-tenant: blue\r\n"), "{bearer}");
        let neither = head(|config| config, is_on_sdk);
        assert!(!neither.to_lowercase().contains("authorization"), "{neither}");
    }
}

#[test]
fn secrets_are_not_shown_and_what_cannot_be_sent_is_an_error() {
    let config = Config::new("told").with_bearer_token("secret\n").with_collector_header("x-key", "secret");
    let shown = format!("{config:?}");
    assert!(shown.contains("x-key") && !shown.contains("secret"), "{shown}");
    let error = config.build().unwrap_err().to_string();
    assert_eq!(error, "expected printable ASCII as the value of the header \"authorization\"");
    let error = Config::new("told").with_collector_header("a b", "c").build_sdk().unwrap_err().to_string();
    assert_eq!(error, "expected the name of a header that HTTP can carry, found \"a b\"");
}
