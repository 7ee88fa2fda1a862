//! More and more threads that make spans at the same time.

use std::{sync::Barrier, thread};

use jaeger_tracer::{JaegerTracer, JaegerTracerProvider};
use opentelemetry::trace::{Span, TracerProvider};

use super::curve::Curve;
use crate::{cpu::nanos_of_this_thread, engine::span};

/// Where nobody waits for anybody, each thread adds what one span costs.
pub(super) fn threads(provider: &JaegerTracerProvider) -> Curve {
    let title = "A span with six tags on each of so many threads at the same time, CPU time of all together";
    let curve = Curve::new(title).settling(provider);
    [1, 2, 4, 8].into_iter().fold(curve, |curve, size| {
        let tracer = provider.tracer("growth");
        curve.measured_point(size, f64::NAN, move |spans| on_threads(size, &tracer, spans))
    })
}

/// Nanoseconds of CPU time that all threads took, for so many spans on each.
fn on_threads(threads: usize, tracer: &JaegerTracer, spans: u32) -> f64 {
    let together = Barrier::new(threads);
    thread::scope(|scope| {
        let run = || {
            // A thread begins without records to use again.
            make(tracer, 100);
            together.wait();
            let started = nanos_of_this_thread();
            make(tracer, spans);
            nanos_of_this_thread() - started
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or(f64::NAN)).sum()
    })
}

fn make(tracer: &JaegerTracer, spans: u32) {
    for index in 0..spans as usize {
        span(tracer, index).end();
    }
}
