//! `--once`: one dispatch, and whether its trace is the expected one.

use std::net::SocketAddr;

use super::jaeger::Jaeger;
use crate::{
    BoxError,
    args::Demo,
    console,
    frontend::{Dispatched, Outcome},
    load,
    plan::{Customer, Plan, RACHEL},
    query,
};

/// A name with blanks and an apostrophe, which have to survive three hops.
const CUSTOMER: Customer = RACHEL;
const SESSION: &str = "once";
const REQUEST: &str = "once-1";

pub(super) async fn dispatch(frontend: SocketAddr) -> Result<Dispatched, BoxError> {
    let frontend = format!("http://{frontend}");
    let answer = load::dispatch(load::client(), &frontend, CUSTOMER, SESSION, REQUEST).await;
    Ok(answer.map_err(|reason| format!("the dispatch failed: {reason}"))?.1)
}

/// Prints the trace; an error if it, or the answer, is not the expected one.
pub(super) async fn check(demo: &Demo, jaeger: &Jaeger, answer: &Dispatched) -> Result<(), BoxError> {
    let plan = Plan::new(demo.seed);
    let expected = plan.trace(CUSTOMER, SESSION, REQUEST, demo.knobs);
    let spans = expected.count();
    let received = query::wait_for_trace(jaeger.query(), &answer.trace_id, spans, demo.deadline).await;
    if received.count() == 0 {
        let reason = received.error.map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(format!("no trace {} after {:?}{reason}", answer.trace_id, demo.deadline).into());
    }
    for root in &received.roots {
        console::say(root.to_string().trim_end());
    }
    let note = if jaeger.is_embedded() { " (gone now; without --once the demo stays up)" } else { "" };
    console::say(&format!("\n{} spans  {}{note}", received.count(), answer.trace_url));

    if !received.is(&expected) {
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
