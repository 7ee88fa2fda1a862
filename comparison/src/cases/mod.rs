//! The cases: what is sent, and what to say of the spans that came out.

mod life;
mod names;
mod propagation;
mod secrets;

use std::{panic::AssertUnwindSafe, pin::Pin, time::Duration};

use axum::body::Body;
use futures_util::FutureExt;
use http::Request;

use crate::traced::Traced;

/// A row of the table.
pub struct Case {
    pub title: &'static str,
    run: for<'a> fn(&'a Traced) -> Cell<'a>,
}

type Cell<'a> = Pin<Box<dyn Future<Output = String> + 'a>>;

const LIMIT: Duration = Duration::from_secs(2);

macro_rules! case {
    ($title:literal, $run:path) => {
        Case { title: $title, run: |traced| Box::pin($run(traced)) }
    };
}

pub const ALL: [Case; 18] = [
    case!("Body streamed for 300 ms: duration", life::streamed),
    case!("Parent of an OpenTelemetry span made while the body is polled", life::opentelemetry_child),
    case!("Parent of a `tracing` span made while the body is polled", life::tracing_child),
    case!("Caller gone before the head, after 100 ms", life::dropped_before_the_head),
    case!("Caller gone in the body, after 100 ms", life::dropped_in_the_body),
    case!("Body fails", life::broken_body),
    case!("Handler panics", life::panic),
    case!("A task keeps the `Context` for 300 ms: is the end late?", life::kept_context),
    case!("gRPC status 13 in the trailers", life::grpc_trailers),
    case!("Method `PROPFIND-731`: name; tag", names::method),
    case!("No route for `/users/731/x`: name", names::unmatched),
    case!("`Host: [::1]:8080`, peer `[::1]:50731`: tags", names::addresses),
    case!("Secrets that are exported", secrets::exported),
    case!("Malformed trace header inside another span", propagation::malformed),
    case!("Parent in `traceparent`", propagation::traceparent),
    case!("Parent in `uber-trace-id`", propagation::uber_trace_id),
    case!("`baggage: customer=731` in the handler", propagation::baggage),
    case!("`uberctx-customer: 731` in the handler", propagation::uberctx),
];

/// Runs a case; neither a panic nor a hang goes further than its cell.
pub async fn run(case: &Case, traced: &Traced) -> String {
    traced.forget();
    let cell = AssertUnwindSafe((case.run)(traced)).catch_unwind();
    match tokio::time::timeout(LIMIT, cell).await {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => "panics".into(),
        Err(_) => "hangs".into(),
    }
}

fn request(uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("the cases send valid requests")
}
