//! Spans that are larger than a packet to an agent: cut down to one, or counted, and no other span is lost with them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use jaeger_exporter::{BatchSender, DEFAULT_MAX_PACKET_BYTES, EndpointError, ExportStats};
use jaeger_thrift::{Batch, Binary, Compact, DecodeError, Span, TagValue};
use jaeger_tracer::{JaegerSpan, JaegerTracerProvider};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, Tracer, TracerProvider},
};

const LONG: Duration = Duration::from_secs(30);

/// Both protocols: a sender to an agent's port, and how the agent reads its packets.
type Way = (fn(&str) -> Result<BatchSender, EndpointError>, fn(&[u8]) -> Result<Batch, DecodeError>);

const WAYS: [Way; 2] = [
    (BatchSender::agent, Batch::decode_emit::<Compact>),
    (BatchSender::binary_agent, Batch::decode_emit::<Binary>),
];

/// What an agent at this address receives of five spans, of which the second and the third are changed and then large, and what was
/// counted.
fn received(way: Way, agent: SocketAddr, change: impl Fn(&mut JaegerSpan)) -> (Vec<Span>, Arc<ExportStats>) {
    let socket = UdpSocket::bind(agent).unwrap();
    socket.set_read_timeout(Some(LONG)).unwrap();
    let (sender, decode) = way;
    let sender = sender(&socket.local_addr().unwrap().to_string()).unwrap();
    let stats = sender.stats();
    let provider = JaegerTracerProvider::builder(sender).with_max_tag_value_bytes(usize::MAX).build();
    let tracer = provider.tracer("large");
    for name in ["a before", "b large", "c large", "d after", "e after"] {
        let mut span = tracer.start(name);
        if name.ends_with("large") {
            change(&mut span);
        }
        span.end();
    }
    provider.shutdown(LONG).unwrap();
    let reporter = provider.stats();
    assert_eq!((reporter.sent(), reporter.failed(), reporter.queued()), (stats.sent(), stats.lost(), 0));
    let (mut spans, mut packet) = (Vec::new(), vec![0; 65_536]);
    while spans.len() < stats.sent() as usize {
        let len = socket.recv(&mut packet).unwrap();
        assert!(len <= DEFAULT_MAX_PACKET_BYTES, "{len}");
        spans.append(&mut decode(&packet[..len]).unwrap().spans);
    }
    spans.sort_by(|one, other| one.operation_name.cmp(&other.operation_name));
    (spans, stats)
}

fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn count(span: &Span, key: &str) -> Option<i64> {
    span.tags.iter().find(|tag| tag.key == key).map(|tag| match tag.value {
        TagValue::Long(count) => count,
        ref other => panic!("{key} is {other:?}"),
    })
}

#[test]
fn a_large_log_is_removed() {
    for way in WAYS {
        let (spans, stats) = received(way, loopback(), |span| {
            span.add_event("first", Vec::new());
            span.add_event("large", vec![KeyValue::new("text", "x".repeat(200_000))]);
            span.add_event("last", Vec::new());
        });
        assert_eq!((stats.sent(), stats.cut_down(), stats.lost()), (5, 2, 0));
        for (at, span) in spans.iter().enumerate() {
            let is_large = at == 1 || at == 2;
            assert_eq!(span.logs.len(), if is_large { 2 } else { 0 }, "{at}");
            assert_eq!(count(span, "jaeger.cut.logs"), is_large.then_some(1), "{at}");
            assert_eq!(count(span, "jaeger.cut.tags"), None, "{at}");
        }
    }
}

#[test]
fn long_values_of_tags_are_cut() {
    for way in WAYS {
        let (spans, stats) = received(way, loopback(), |span| {
            span.set_attribute(KeyValue::new("short", "whole"));
            span.set_attribute(KeyValue::new("text", "\u{fc}".repeat(50_000)));
            span.set_attribute(KeyValue::new("more", "x".repeat(100_000)));
        });
        assert_eq!((stats.sent(), stats.cut_down(), stats.lost()), (5, 2, 0));
        for span in &spans[1..3] {
            assert_eq!((count(span, "jaeger.cut.logs"), count(span, "jaeger.cut.tags")), (None, Some(2)));
            let bytes: usize = span.tags.iter().map(|tag| tag.key.len() + text(&tag.value).len()).sum();
            assert!((DEFAULT_MAX_PACKET_BYTES - 1_000..DEFAULT_MAX_PACKET_BYTES).contains(&bytes), "{bytes}");
            let values = |key| span.tags.iter().filter(move |tag| tag.key == key).map(|tag| text(&tag.value));
            assert_eq!(values("short").collect::<Vec<_>>(), ["whole"]);
            assert!(values("text").all(|value| value.chars().all(|c| c == '\u{fc}')));
        }
    }
}

fn text(value: &TagValue) -> &str {
    if let TagValue::String(text) = value { text } else { "" }
}

#[test]
fn what_cannot_be_cut_down_is_counted() {
    for way in WAYS {
        let (spans, stats) = received(way, loopback(), |span| {
            span.update_name("large".repeat(50_000));
            span.add_event("event", Vec::new());
        });
        let names: Vec<_> = spans.iter().map(|span| span.operation_name.as_str()).collect();
        assert_eq!(names, ["a before", "d after", "e after"]);
        assert_eq!((stats.sent(), stats.cut_down(), stats.too_large()), (3, 0, 2));
        let error = stats.last_error().unwrap();
        assert!(
            error.ends_with("does not fit into a packet of 65000") || cfg!(target_os = "macos"),
            "{error}"
        );
    }
}

#[test]
fn an_agent_may_listen_on_ipv6() {
    let agent = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    if UdpSocket::bind(agent).is_err() {
        // A machine without it, as many containers are.
        return;
    }
    for way in WAYS {
        let (spans, stats) = received(way, agent, |_| {});
        assert_eq!((spans.len(), stats.sent(), stats.cut_down()), (5, 5, 0));
    }
}
