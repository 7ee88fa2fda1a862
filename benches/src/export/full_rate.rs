//! Requests through the layer as fast as one core makes them, with the tracer's thread on the other core: what they cost, and
//! whether that thread keeps up.

use std::{
    convert::Infallible,
    error::Error,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, routing::get};
use http::Request;
use http_body_util::BodyExt;
use jaeger_exporter::BatchSender;
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::trace::TracerProvider;
use tower::Service;
use tower_jaeger::ServerLayer;

use crate::{
    cpu::{first_and_last, on_core},
    engine::{LONG, unlimited_agent},
    grid::Grid,
    requests::now,
    sink::{Agent, Collector},
    statistics::{median, quartiles},
};

/// Long beside what the queue has room for, which is a fifth of a second.
const ROUND: Duration = Duration::from_secs(1);

struct Entry {
    name: &'static str,
    router: Router,
    provider: Option<JaegerTracerProvider>,
    nanos: Vec<f64>,
    requests: u64,
    most_queued: u64,
}

/// Receivers, which last as long as the entries.
type Sinks = (Agent, Collector);

pub(crate) fn grid(rounds: usize) -> Result<Grid, Box<dyn Error>> {
    let [first, last] = first_and_last()?;
    // Threads stay where they are started: the tracers' and the collector's.
    let (mut entries, _sinks) = on_core(last, setup)?;
    on_core(first, || {
        for _ in 0..rounds {
            entries.iter_mut().for_each(Entry::run);
        }
        Ok(())
    })?;
    let columns = ["ns", "q1", "q3", "over", "requests", "sent", "lost", "most queued"];
    let title = "Requests through the layer at full rate, the tracer's thread on another core";
    let bare = entries.first().map_or(f64::NAN, |bare| median(&bare.nanos));
    let grid = Grid::new(title, columns);
    let grid = entries.iter().fold(grid, |grid, entry| grid.row(entry.name, entry.figures(bare)));
    Ok(if first == last { grid.note("All share one core: there is no other.") } else { grid })
}

fn setup() -> Result<(Vec<Entry>, Sinks), Box<dyn Error>> {
    let (agent, collector) = (Agent::start()?, Collector::forgetting()?);
    let (to_agent, to_collector) =
        (unlimited_agent(&agent.address()?)?, BatchSender::collector(&collector.url())?);
    let entries = vec![
        Entry::new("bare router", None),
        Entry::new("tower-jaeger, agent without a limit", Some(to_agent)),
        Entry::new("tower-jaeger, collector on the tracer's core", Some(to_collector)),
    ];
    Ok((entries, (agent, collector)))
}

// === impl Entry ===

impl Entry {
    fn new(name: &'static str, sender: Option<BatchSender>) -> Self {
        let provider = sender.map(|sender| JaegerTracerProvider::builder(sender).build());
        let router = Router::new().route("/users/{id}", get(async || "hello"));
        let router = match &provider {
            Some(provider) => router.layer(ServerLayer::with_tracer(provider.tracer("bench"))),
            None => router,
        };
        // As `axum::serve` does it.
        let router = router.with_state(());
        Self { name, router, provider, nanos: Vec::new(), requests: 0, most_queued: 0 }
    }

    fn run(&mut self) {
        let (started, mut requests) = (Instant::now(), 0_u32);
        while started.elapsed() < ROUND {
            (0..100).for_each(|_| request(&mut self.router));
            requests += 100;
        }
        self.nanos.push(started.elapsed().as_secs_f64() * 1e9 / f64::from(requests));
        self.requests += u64::from(requests);
        if let Some(provider) = &self.provider {
            self.most_queued = self.most_queued.max(provider.stats().queued());
            // What is left is not to disturb the next entry.
            let _ = provider.flush(LONG);
        }
    }

    fn figures(&self, bare: f64) -> [f64; 8] {
        let ([low, high], nanos) = (quartiles(&self.nanos), median(&self.nanos));
        let (mut sent, mut lost, mut queued) = (f64::NAN, f64::NAN, f64::NAN);
        if let Some(provider) = &self.provider {
            sent = provider.stats().sent() as f64;
            lost = self.requests as f64 - sent;
            queued = self.most_queued as f64;
        }
        [nanos, low, high, nanos - bare, self.requests as f64, sent, lost, queued]
    }
}

/// One request with a sampled parent: call, response, body to its end.
fn request(router: &mut Router) {
    let request = Request::get("/users/731")
        .header("host", "example.com")
        .header("accept", "*/*")
        .header("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1");
    let Ok(request) = request.body(Body::empty()) else { return };
    let Ok::<_, Infallible>(response) = now(router.call(request));
    // Of a body in memory nothing fails.
    let _ = now(response.into_body().collect());
}
