//! The global tracer, looked up when it is first needed.

use std::{fmt, sync::OnceLock};

use opentelemetry::{
    Context,
    global::{self, BoxedSpan, BoxedTracer},
    trace::{SpanBuilder, Tracer},
};

/// The instrumentation scope of the spans.
const SCOPE: &str = "tower-jaeger";

/// The program's global tracer, as it is at the first request: so a layer may be made before the tracer is installed,
/// but the tracer has to be there before the first request.
#[derive(Default)]
pub struct GlobalTracer {
    tracer: OnceLock<BoxedTracer>,
}

impl Tracer for GlobalTracer {
    type Span = BoxedSpan;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> BoxedSpan {
        self.tracer.get_or_init(|| global::tracer(SCOPE)).build_with_context(builder, parent)
    }
}

impl fmt::Debug for GlobalTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GlobalTracer")
    }
}
