//! Whose child the span is, and what the caller's baggage becomes.

use http_body_util::BodyExt;
use opentelemetry::SpanId;
use tracing::Instrument;

use super::request;
use crate::{exported::each, traced::Traced};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID: &str = "00f067aa0ba902b7";

pub async fn malformed(traced: &Traced) -> String {
    let headers = [("traceparent", "00-nonsense-01"), ("uber-trace-id", "nonsense:1:0:1")];
    traced.send(request("/users/731", &headers)).instrument(tracing::info_span!("ambient")).await;
    let ambient = traced.named("ambient").map(|span| span.span_context.span_id());
    each(&traced.server_spans(), |span| match span.parent_span_id {
        SpanId::INVALID => "new root".into(),
        parent if Some(parent) == ambient => "child of the other span".into(),
        _ => "child of something else".into(),
    })
}

pub async fn traceparent(traced: &Traced) -> String {
    joined(traced, ("traceparent", &format!("00-{TRACE_ID}-{PARENT_ID}-01"))).await
}

pub async fn uber_trace_id(traced: &Traced) -> String {
    joined(traced, ("uber-trace-id", &format!("{TRACE_ID}:{PARENT_ID}:0:1"))).await
}

pub async fn baggage(traced: &Traced) -> String {
    found(traced, ("baggage", "customer=731")).await
}

pub async fn uberctx(traced: &Traced) -> String {
    found(traced, ("uberctx-customer", "731")).await
}

async fn joined(traced: &Traced, header: (&str, &str)) -> String {
    traced.send(request("/users/731", &[header])).await;
    each(&traced.server_spans(), |span| match span.parent_span_id.to_string() == PARENT_ID {
        true => "joined".into(),
        false => "new root".into(),
    })
}

async fn found(traced: &Traced, header: (&str, &str)) -> String {
    let response = traced.send(request("/baggage", &[header])).await;
    let body = response.into_body().collect().await;
    match body.is_ok_and(|body| body.to_bytes() == "731") {
        true => "there".into(),
        false => "lost".into(),
    }
}
