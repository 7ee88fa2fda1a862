//! Chains of hops over HTTP: one of ours before and behind each client, on the two engines in turns.

use http::HeaderMap;
use integration_tests::{HARD_TO_CARRY, peers::ForeignHop};
use jaeger_client::ConstSampler;
use jaeger_propagation::{Flags, Propagator, SpanContext, SpanId, TraceId};
use jaeger_thrift::Span;

use crate::{
    clients,
    engine::Engine,
    note::{Baggage, Note, assert_chain},
    shim_hop::{ShimHop, send},
};

/// The hops of a chain, in order.
struct Chain {
    services: Vec<String>,
    urls: Vec<String>,
}

/// Our hops of all chains.
struct Fleet {
    chains: Vec<Chain>,
    ours: Vec<ShimHop>,
}

const LONG: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

/// Of 64 bits, with zeros in front, which Node and Python leave out.
const SHORT: u128 = 0x0000_35d6_77b3_4da6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_client_continues_what_the_shim_injects_and_the_shim_what_it_injects() {
    let fleet = Fleet::start().await;
    let mut notes = Vec::new();
    for chain in &fleet.chains {
        notes.extend(traces_of_a_caller(chain).await);
        notes.extend(traces_that_begin_with_the_shim(chain).await);
        notes.extend(traces_that_begin_with_a_client(chain).await);
    }
    fleet.end(&notes).await;
}

/// With every kind of flags that all clients read, and with baggage that is hard to carry.
async fn traces_of_a_caller(chain: &Chain) -> Vec<(Flags, Note)> {
    let mut all = Vec::new();
    let sampled = [Flags::NONE, Flags::SAMPLED, Flags::SAMPLED | Flags::DEBUG];
    for flags in sampled.into_iter().chain([Flags::FIREHOSE, Flags::SAMPLED | Flags::FIREHOSE]) {
        for trace_id in [LONG, SHORT] {
            let caller = SpanContext::new(TraceId::from(trace_id), SpanId::from(0x1c8), flags);
            let mut headers = HeaderMap::new();
            let items = baggage();
            let items = items.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            Propagator::new().inject(Some(&caller), items, &mut headers);
            let notes = chain.send(0, headers).await;
            assert_chain(&notes, &chain.services(0), baggage());
            assert_eq!(notes[0].trace_id, format!("{trace_id:032x}"));
            assert_eq!(notes[0].parent_id, "00000000000001c8");
            assert_flags(&notes, flags);
            all.extend(notes.into_iter().map(|note| (flags, note)));
        }
    }
    all
}

/// By themselves, with a debug id, and with baggage alone.
async fn traces_that_begin_with_the_shim(chain: &Chain) -> Vec<(Flags, Note)> {
    let customer = ("uberctx-customer", "Rachel%27s+Floral%20Designs");
    let debug = Flags::SAMPLED | Flags::DEBUG;
    let kinds =
        [(None, Flags::SAMPLED), (Some(("jaeger-debug-id", "731")), debug), (Some(customer), Flags::SAMPLED)];
    let mut all = Vec::new();
    for (header, flags) in kinds {
        let notes = chain.send(0, headers(header)).await;
        let baggage =
            (header == Some(customer)).then(|| ("customer".into(), "Rachel's Floral Designs".into()));
        assert_chain(&notes, &chain.services(0), Baggage::from_iter(baggage));
        assert_eq!(notes[0].parent_id, "0000000000000000");
        assert_flags(&notes, flags);
        all.extend(notes.into_iter().map(|note| (flags, note)));
    }
    all
}

/// Each with each client as the first, by itself and with a debug id.
async fn traces_that_begin_with_a_client(chain: &Chain) -> Vec<(Flags, Note)> {
    let debug = Flags::SAMPLED | Flags::DEBUG;
    let mut all = Vec::new();
    for first in (1..chain.urls.len()).step_by(2) {
        for (header, flags) in [(None, Flags::SAMPLED), (Some(("jaeger-debug-id", "731")), debug)] {
            let notes = chain.send(first, headers(header)).await;
            assert_chain(&notes, &chain.services(first), Baggage::new());
            assert_eq!(notes[0].parent_id, "0000000000000000");
            assert_flags(&notes, flags);
            all.extend(notes.into_iter().map(|note| (flags, note)));
        }
    }
    all
}

/// Ids of 64 bits, a sampler that says no, and `sampling.priority`, which says more than the sampler.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_client_is_told_what_the_shim_s_tracer_has_decided() {
    let debug = Flags::SAMPLED | Flags::DEBUG;
    let mut roots = Vec::new();
    for engine in Engine::BOTH {
        let short = engine.start_with("short", |config| {
            config.with_64_bit_trace_ids().with_sampler(ConstSampler::new(false))
        });
        roots.push((ShimHop::start_traced("short", short, None).await, Flags::NONE));
    }
    let priorities = [
        (Engine::Native, false, 1, debug),
        (Engine::Native, true, 1, debug),
        (Engine::Native, true, 0, Flags::NONE),
        (Engine::Sdk, true, 1, debug),
        (Engine::Sdk, true, 0, Flags::NONE),
    ];
    for (engine, sampler, priority, flags) in priorities {
        let sampler = ConstSampler::new(sampler);
        let traced = engine.start_with("priority", |config| config.with_sampler(sampler));
        roots.push((ShimHop::start_traced("priority", traced, Some(priority)).await, flags));
    }
    for (service, client) in all_clients().await {
        let last = ShimHop::start("last", Engine::Native).await;
        for (root, flags) in &roots {
            let (url, next) = (root.url(), vec![client.http_url(), last.url()]);
            let asked = tokio::task::spawn_blocking(move || send(&url, HeaderMap::new(), next));
            let notes = asked.await.unwrap().unwrap();
            let services = [notes[0].service.as_str(), service, "last"];
            assert_chain(&notes, &services, Baggage::new());
            assert_eq!(notes[0].trace_id.starts_with("0000000000000000"), services[0] == "short");
            assert_flags(&notes, *flags);
        }
    }
}

/// See the table at the head of the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go_alone_loses_a_trace_whose_flags_have_a_letter() {
    let caller = SpanContext::new(TraceId::from(LONG), SpanId::from(0x1c8), Flags::from_bits(11));
    for (service, client) in all_clients().await {
        let (hop, url) = (ShimHop::start("shim", Engine::Native).await, client.http_url());
        let mut headers = HeaderMap::new();
        Propagator::new().inject(Some(&caller), [], &mut headers);
        let ours = hop.url();
        let notes =
            tokio::task::spawn_blocking(move || send(&ours, headers, vec![url])).await.unwrap().unwrap();
        assert_eq!(notes[0].trace_id, caller.trace_id.to_string());
        assert_eq!(notes[1].trace_id != notes[0].trace_id, service == "go", "{notes:?}");
    }
}

fn assert_flags(notes: &[Note], flags: Flags) {
    for note in notes {
        assert_eq!((note.sampled, note.debug), (flags.is_sampled(), flags.is_debug()), "{note:?}");
    }
}

fn headers(header: Option<(&'static str, &str)>) -> HeaderMap {
    header.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn baggage() -> Baggage {
    Baggage::from(HARD_TO_CARRY.map(|(key, value)| (key.to_owned(), value.to_owned())))
}

/// Starts them, if need be.
async fn all_clients() -> Vec<(&'static str, &'static ForeignHop)> {
    tokio::task::spawn_blocking(|| clients::all().collect()).await.unwrap()
}

// === impl Chain ===

impl Chain {
    fn services(&self, first: usize) -> Vec<&str> {
        self.services[first..].iter().map(String::as_str).collect()
    }

    /// Sends a request through the chain, from one of its hops on.
    async fn send(&self, first: usize, headers: HeaderMap) -> Vec<Note> {
        let (url, next) = (self.urls[first].clone(), self.urls[first + 1..].to_vec());
        tokio::task::spawn_blocking(move || send(&url, headers, next)).await.unwrap().unwrap()
    }
}

// === impl Fleet ===

impl Fleet {
    /// Two chains through all clients: where the one has Jaeger's tracer under the shim, the other has the SDK.
    async fn start() -> Self {
        let mut fleet = Self { chains: Vec::new(), ours: Vec::new() };
        let clients = all_clients().await;
        for mut engine in Engine::BOTH {
            let mut chain = Chain { services: Vec::new(), urls: Vec::new() };
            for index in 0..=clients.len() {
                let service = format!("shim-{index}-{engine:?}").to_lowercase();
                let hop = ShimHop::start(&service, engine).await;
                chain.services.push(service);
                chain.urls.push(hop.url());
                fleet.ours.push(hop);
                if let Some((name, client)) = clients.get(index) {
                    chain.services.push((*name).to_owned());
                    chain.urls.push(client.http_url());
                }
                engine = engine.other();
            }
            fleet.chains.push(chain);
        }
        fleet
    }

    /// Ends it. What our hops have reported is what they have told, and has the flags of the first caller.
    async fn end(self, notes: &[(Flags, Note)]) {
        for hop in self.ours {
            let (service, spans) = tokio::task::spawn_blocking(|| hop.into_spans()).await.unwrap();
            let mut expected = 0;
            for (flags, note) in notes.iter().filter(|(_, note)| note.service == service) {
                expected += assert_reported(&spans, note, *flags);
            }
            assert!(expected > 0);
            assert_eq!(spans.len(), expected, "{service}");
        }
    }
}

/// Asserts that the spans of a note were reported, if their trace is sampled. How many there are.
fn assert_reported(spans: &[Span], note: &Note, flags: Flags) -> usize {
    if !flags.is_sampled() {
        return 0;
    }
    let hex = |id: i64| format!("{id:016x}");
    let span = |id: &str| spans.iter().find(|span| hex(span.span_id) == id).unwrap();
    let ends =
        [Some((&note.span_id, &note.parent_id)), note.client_span_id.as_ref().map(|id| (id, &note.span_id))];
    let mut found = 0;
    for (id, parent_id) in ends.into_iter().flatten() {
        let span = span(id);
        assert_eq!(hex(span.trace_id_high) + &hex(span.trace_id_low), note.trace_id, "{note:?}");
        assert_eq!(&hex(span.parent_span_id), parent_id, "{note:?}");
        assert_eq!(span.flags, i32::from(flags.bits()), "{note:?}");
        found += 1;
    }
    found
}
