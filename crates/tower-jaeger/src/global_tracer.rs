//! The global tracer, looked up when it is first needed.

use std::{fmt, sync::OnceLock};

use opentelemetry::{
    Context,
    global::{self, BoxedSpan, BoxedTracer},
    trace::{Span, SpanBuilder, TraceContextExt, Tracer},
};

/// The instrumentation scope of the spans.
const SCOPE: &str = "tower-jaeger";

/// The program's global tracer. It is looked up at each request until one has been installed, and kept from then on: a
/// layer may be made, and may serve, before the tracer is there. A tracer that is installed later in its place is not
/// noticed.
#[derive(Default)]
pub struct GlobalTracer {
    tracer: OnceLock<BoxedTracer>,
    #[cfg(feature = "native")]
    native: OnceLock<crate::native::Native>,
}

// === impl GlobalTracer ===

#[cfg(feature = "native")]
impl GlobalTracer {
    /// The native tracer, if the program's is one.
    pub(crate) fn native(&self) -> Option<&crate::native::Native> {
        let native = self.native.get();
        if native.is_some() || self.tracer.get().is_some() {
            return native;
        }
        crate::native::global(SCOPE).map(|tracer| self.native.get_or_init(|| tracer))
    }
}

impl Tracer for GlobalTracer {
    type Span = BoxedSpan;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> BoxedSpan {
        if let Some(tracer) = self.tracer.get() {
            return tracer.build_with_context(builder, parent);
        }
        let tracer = global::tracer(SCOPE);
        let span = tracer.build_with_context(builder, parent);
        if has_own_id(&span, parent) {
            // Another request may have been first, with the same tracer.
            let _ = self.tracer.set(tracer);
        }
        span
    }
}

/// The tracer that stands in for one that is not installed makes no ids: it repeats the parent's, or has none.
pub(crate) fn has_own_id<S: Span>(span: &S, parent: &Context) -> bool {
    let own = span.span_context();
    own.is_valid() && own.span_id() != parent.span().span_context().span_id()
}

impl fmt::Debug for GlobalTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GlobalTracer")
    }
}
