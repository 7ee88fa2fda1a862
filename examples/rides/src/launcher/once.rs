//! `--once`: one dispatch, and whether its trace is the expected one.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;

use super::jaeger::Jaeger;
use crate::{
    BoxError,
    args::Demo,
    console,
    frontend::{Dispatched, Outcome},
    http_client,
    plan::{Customer, Plan, RACHEL},
    query::{self, Received},
    tree::Node,
};

/// A name with blanks and an apostrophe, which have to survive three hops.
const CUSTOMER: Customer = RACHEL;
const SESSION: &str = "once";

/// Asks for a ride as the page does, with baggage and without a trace.
pub(super) async fn dispatch(frontend: SocketAddr) -> Result<Dispatched, BoxError> {
    let request = Request::get(format!("http://{frontend}/dispatch?customer={}", CUSTOMER.id))
        .header("jaeger-baggage", format!("session={SESSION}, request={SESSION}-1"))
        .body(Empty::<Bytes>::new())?;
    let (status, body) = http_client::send(http_client::plain(), request).await?;
    let answer = serde_json::from_slice(&body);
    let text = String::from_utf8_lossy(&body);
    Ok(answer.map_err(|_| format!("the dispatch failed: {status}: {text}"))?)
}

/// Prints the trace; an error if it, or the answer, is not the expected one.
pub(super) async fn check(demo: &Demo, jaeger: &Jaeger, answer: &Dispatched) -> Result<(), BoxError> {
    let plan = Plan::new(demo.seed);
    let expected = plan.trace(CUSTOMER, SESSION, demo.knobs);
    let spans = expected.count();
    let received = query::wait_for_trace(jaeger.query(), &answer.trace_id, spans, demo.deadline).await;
    if received.count() == 0 {
        return Err(no_trace(demo, jaeger, answer, &received).into());
    }
    for root in &received.roots {
        console::say(root.to_string().trim_end());
    }
    let note = if jaeger.is_embedded() { " (gone now; without --once the demo stays up)" } else { "" };
    console::say(&format!("\n{} spans  {}{note}", received.count(), answer.trace_url));

    if !is_shape(&received.roots, &expected) {
        let found: String = received.roots.iter().map(|root| root.shape().to_string()).collect();
        let expected = expected.shape();
        return Err(
            format!("the trace is not the expected one\n\nexpected:\n{expected}\nfound:\n{found}").into()
        );
    }
    match &answer.outcome {
        Outcome::Failed { error } => Err(format!("the dispatch failed, as its trace shows: {error}").into()),
        Outcome::Ride(ride) => match plan.best_ride(CUSTOMER) {
            Some(best) if best == *ride => Ok(()),
            best => {
                Err(format!("the ride is not the expected one: expected {best:?}, found {ride:?}").into())
            }
        },
    }
}

fn is_shape(roots: &[Node], expected: &Node) -> bool {
    matches!(roots, [root] if root.shape() == expected.shape())
}

fn no_trace(demo: &Demo, jaeger: &Jaeger, answer: &Dispatched, received: &Received) -> String {
    let reason = received.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
    let sink = jaeger.sink();
    let receiver = sink.exporter.receiver();
    format!(
        "no trace {} after {:?}{reason}; {receiver} {}: is it running?",
        answer.trace_id, demo.deadline, sink.address
    )
}
