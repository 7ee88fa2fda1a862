//! A request with more and more baggage, read and sent on.

use std::error::Error;

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::Propagator;
use opentelemetry::Context;

use super::curve::Curve;

pub(super) fn extract_and_inject() -> Result<Curve, Box<dyn Error>> {
    let curve = Curve::new("Headers with so many baggage items: extract, and inject into an empty map");
    [0, 1, 2, 4, 8, 16, 32, 64].into_iter().try_fold(curve, |curve, size| {
        let (propagator, received) = (Propagator::new(), headers(size)?);
        Ok(curve.point(size, move || {
            let context = propagator.extract(&received).into_context(&Context::new());
            let mut sent = HeaderMap::new();
            propagator.inject_from_context(&context, &mut sent);
            sent
        }))
    })
}

fn headers(items: usize) -> Result<HeaderMap, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    let trace = HeaderValue::from_static("4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1");
    headers.insert(HeaderName::from_static("uber-trace-id"), trace);
    for index in 0..items {
        let name = HeaderName::from_bytes(format!("uberctx-key-{index:02}").as_bytes())?;
        headers.insert(name, HeaderValue::from_static("Trom%20Chocolatier"));
    }
    Ok(headers)
}
