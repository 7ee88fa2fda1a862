//! How the cost of the native tracer grows with what a span carries and with how many there are.

mod baggage;
mod curve;
mod spans;
mod threads;

use std::error::Error;

use jaeger_tracer::JaegerTracerProvider;

use crate::{engine::unlimited_agent, grid::Grid, sink::Agent};

/// One grid for each curve.
pub(crate) fn grids(rounds: usize) -> Result<Vec<Grid>, Box<dyn Error>> {
    let agent = Agent::start()?;
    let provider = JaegerTracerProvider::builder(unlimited_agent(&agent.address()?)?).build();
    let curves = [
        spans::tags(&provider),
        spans::logs(&provider),
        baggage::extract_and_inject()?,
        threads::threads(&provider),
        spans::spans_of_a_trace(&provider),
    ];
    Ok(curves.map(|curve| curve.measure(rounds)).into())
}
