//! Whether a trace would appear, and if not, why: a span of our own is sent the way the services send theirs, and looked for where people
//! look.

mod answer;
mod finding;

pub(crate) use self::finding::Finding;

use std::time::{Duration, SystemTime};

use jaeger_client::{CloseReport, Closer};
use opentelemetry::trace::{Span, Tracer};

use self::answer::Answer;
use crate::{BoxError, exporter::Sink, query, tracing};

/// The service and the operation of the span.
const SERVICE: &str = "rides";
const OPERATION: &str = "self-check";

/// A collector on the same machine needs some milliseconds; the rest is for one that wakes up.
const SEND_DEADLINE: Duration = Duration::from_secs(3);
/// Jaeger's page searches by minutes and hours: less than this does not matter.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);

/// Sends a span and looks for it; the error says in plain words why there is none. `Some` is a finding that hides traces from a search
/// only.
pub(crate) async fn run(sink: &Sink, query: &str, deadline: Duration) -> Result<Option<Finding>, Finding> {
    let (trace_id, report) = send(sink).await?;
    if report.lost > 0 {
        let listener = Answer::of_query_api(&sink.address).await.ok();
        let reason = report.last_error.unwrap_or_default();
        return Err(Finding::NotSent { sink: sink.clone(), reason, listener });
    }
    let received = query::wait_for_trace(query, &trace_id, 1, deadline).await;
    let answer = Answer::to(&format!("{query}/api/traces/{trace_id}")).await;
    let answer = answer.map_err(|error| Finding::QueryAway { query: query.to_owned(), error })?;
    if !answer.is_of_jaeger() {
        return Err(Finding::NoQueryApi { query: query.to_owned(), answer });
    }
    if received.count() == 0 {
        return Err(Finding::NotStored { sink: sink.clone(), query: query.to_owned() });
    }
    Ok(clock(query, &answer).or_else(not_all_sampled))
}

/// The id of the trace, and what became of its only span.
async fn send(sink: &Sink) -> Result<(String, CloseReport), Finding> {
    let (tracer, closer) = tracing::build_quietly(SERVICE, sink)
        .map_err(|error| Finding::NoTracer { reason: error.to_string() })?;
    let mut span = tracer.start(OPERATION);
    let context = span.span_context().clone();
    span.end();
    let closed = close(closer).await.map_err(|error| Finding::NoTracer { reason: error.to_string() })?;
    if !context.is_valid() {
        return Err(Finding::Disabled);
    }
    if !context.is_sampled() {
        return Err(Finding::NotSampled { variables: sampler().unwrap_or_default() });
    }
    Ok((context.trace_id().to_string(), closed))
}

async fn close(closer: Closer) -> Result<CloseReport, BoxError> {
    Ok(tokio::task::spawn_blocking(|| closer.close(SEND_DEADLINE)).await?)
}

/// What the environment says about sampling, if it says anything.
fn sampler() -> Option<String> {
    let variables = ["JAEGER_SAMPLER_TYPE", "JAEGER_SAMPLER_PARAM", "JAEGER_SAMPLING_ENDPOINT"];
    let set = variables.iter().filter_map(|name| Some(format!("{name}={}", std::env::var(name).ok()?)));
    let set: Vec<_> = set.collect();
    (!set.is_empty()).then(|| set.join(" "))
}

/// A sampler that said yes this time; one that is constant says so always.
fn not_all_sampled() -> Option<Finding> {
    let is_constant = std::env::var("JAEGER_SAMPLER_TYPE").is_ok_and(|kind| kind == "const");
    let variables = sampler().filter(|_| !is_constant)?;
    Some(Finding::NotAllSampled { variables })
}

/// How far this machine's clock is off, if it matters.
fn clock(query: &str, answer: &Answer) -> Option<Finding> {
    let (theirs, ours) = (answer.date?, SystemTime::now());
    let (off, is_ahead) = match ours.duration_since(theirs) {
        Ok(off) => (off, true),
        Err(error) => (error.duration(), false),
    };
    (off > CLOCK_TOLERANCE).then(|| Finding::Clock { query: query.to_owned(), off, is_ahead })
}
