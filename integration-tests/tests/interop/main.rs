//! Chains of services through the real clients of other languages and back: one trace, each hop ChildOf the one before, the
//! sampling decision and the debug flag kept, the baggage read exactly.
//!
//! `REQUIRE_PEERS=1 cargo test -p integration-tests --test interop` sets the peers up; without it, those that are not set up are
//! named and left out of the chain.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod note;
mod rust_hop;

use http::HeaderMap;
use integration_tests::{HARD_TO_CARRY, peers::ForeignHop};
use jaeger_propagation::{Flags, Format, Propagator, SpanContext};

use note::{Baggage, Note, assert_chain};
use rust_hop::{Plan, RustHop};

#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from examples/hello-tonic/proto/hello.proto")]
#[path = "../../../examples/hello-tonic/src/generated/hello.rs"]
mod hello;

/// The hops of a chain, in order, with what is called to reach each.
struct Chain {
    services: Vec<&'static str>,
    urls: Vec<String>,
    rust: Vec<RustHop>,
    foreign: Vec<ForeignHop>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http,
    Grpc,
}

/// The names of our own hops begin so.
const RUST: &str = "rust";

const CALLER: SpanContext = SpanContext {
    trace_id: jaeger_propagation::TraceId::from_bytes(
        0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes(),
    ),
    span_id: jaeger_propagation::SpanId::from_bytes(0x00f0_67aa_0ba9_02b7_u64.to_be_bytes()),
    parent_id: None,
    flags: Flags::NONE,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_every_jaeger_client_over_http() {
    let hops = ["rust-1", "go", "rust-2", "node", "rust-3", "python", "rust-4", "java", "rust-5"];
    every_kind_of_trace(Chain::start(&hops, Protocol::Http, &Propagator::new()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_every_jaeger_client_over_grpc() {
    let hops = ["rust-1", "go", "rust-2", "python", "rust-3", "java", "rust-4"];
    every_kind_of_trace(Chain::start(&hops, Protocol::Grpc, &Propagator::new()).await).await;
}

/// The fleet in the middle of its migration: those who speak Jaeger's format and those who speak W3C's in one chain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_opentelemetry_with_w3c_and_jaeger_in_turns() {
    let hops = ["rust-1", "go", "rust-2", "otel-go", "rust-3", "node", "rust-4", "otel-js", "rust-5"];
    let propagator = Propagator::both();
    let chain = Chain::start(&hops, Protocol::Http, &propagator).await;
    let mut sampled = Vec::new();
    for flags in [Flags::NONE, Flags::SAMPLED, Flags::SAMPLED | Flags::DEBUG] {
        let notes = chain.call(flags, &baggage()).await;
        assert_chain(&notes, &chain.services, baggage());
        assert!(notes.iter().all(|note| note.sampled == flags.is_sampled()));
        let first_w3c = notes.iter().position(|note| note.service.starts_with("otel"));
        let (before, since) = notes.split_at(first_w3c.unwrap_or(notes.len()));
        assert!(before.iter().all(|note| note.debug == flags.is_debug()), "{before:?}");
        assert!(since.iter().all(|note| !note.debug), "W3C has no debug flag: {since:?}");
        sampled = notes;
    }
    // Each of those is followed by one of ours, three times.
    let from_w3c = chain.services.iter().filter(|service| service.starts_with("otel")).count() as u64 * 3;
    assert_eq!(propagator.counters().extracted(Format::W3c), from_w3c);
    chain.end(&sampled).await;
}

/// Sampled, unsampled and debug traces of a caller, and one that begins in the first hop.
async fn every_kind_of_trace(chain: Chain) {
    for flags in [Flags::NONE, Flags::SAMPLED, Flags::SAMPLED | Flags::DEBUG] {
        let notes = chain.call(flags, &baggage()).await;
        assert_chain(&notes, &chain.services, baggage());
        assert_eq!(notes[0].trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(notes[0].parent_id, "00f067aa0ba902b7");
        for note in &notes {
            assert_eq!((note.sampled, note.debug), (flags.is_sampled(), flags.is_debug()), "{note:?}");
        }
    }
    let notes = chain.send(HeaderMap::new()).await;
    assert_chain(&notes, &chain.services, Baggage::new());
    assert!(notes.iter().all(|note| note.sampled && !note.debug), "{notes:?}");
    chain.end(&notes).await;
}

fn baggage() -> Baggage {
    let items = HARD_TO_CARRY.into_iter().chain([("key.with-dots_and-dashes", "v")]);
    items.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

// === impl Chain ===

impl Chain {
    async fn start(hops: &[&'static str], protocol: Protocol, propagator: &Propagator) -> Self {
        let mut chain =
            Self { services: Vec::new(), urls: Vec::new(), rust: Vec::new(), foreign: Vec::new() };
        for &service in hops {
            if service.starts_with(RUST) {
                let hop = RustHop::start(service, propagator.clone()).await;
                chain.urls.push(if protocol == Protocol::Http { hop.http_url() } else { hop.grpc_url() });
                chain.rust.push(hop);
            } else {
                let started = tokio::task::spawn_blocking(move || ForeignHop::start(service)).await.unwrap();
                let Some(hop) = started else { continue };
                chain.urls.push(match protocol {
                    Protocol::Http => hop.http_url(),
                    Protocol::Grpc => hop.grpc_url().expect("the README says that it speaks gRPC"),
                });
                chain.foreign.push(hop);
            }
            chain.services.push(service);
        }
        chain
    }

    /// Sends a request of a caller through the chain.
    async fn call(&self, flags: Flags, baggage: &Baggage) -> Vec<Note> {
        let caller = SpanContext { flags, ..CALLER };
        let items = baggage.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let mut headers = HeaderMap::new();
        Propagator::new().inject(Some(&caller), items, &mut headers);
        self.send(headers).await
    }

    async fn send(&self, headers: HeaderMap) -> Vec<Note> {
        let plan = Plan { next: self.urls[1..].to_vec() };
        rust_hop::send(&self.urls[0], headers, plan).await.unwrap()
    }

    /// Ends it. What our hops report of a sampled trace is what they have told.
    async fn end(self, notes: &[Note]) {
        for hop in self.rust {
            let (service, spans) = tokio::task::spawn_blocking(|| hop.into_spans()).await.unwrap();
            let note = notes.iter().find(|note| note.service == service).unwrap();
            let span = |id: &str| spans.iter().find(|span| span.span_context.span_id().to_string() == id);
            assert_eq!(span(&note.span_id).unwrap().parent_span_id.to_string(), note.parent_id, "{service}");
            if let Some(client) = &note.client_span_id {
                assert_eq!(span(client).unwrap().parent_span_id.to_string(), note.span_id, "{service}");
            }
        }
    }
}
