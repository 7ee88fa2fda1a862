//! The active span of a thread or a task: the one that spans without references are ChildOf.

use std::{fmt, marker::PhantomData};

use opentelemetry::{Context, ContextGuard, baggage::BaggageExt, context::FutureExt, trace::TraceContextExt};

use crate::{Span, Tracer};

/// A span is active as long as this is there; then the one before is again. Made by [`Tracer::activate`].
///
/// It stays on its thread. In async code a span is active in a future: [`Span::activate_in`].
#[must_use = "the span is active until it is dropped"]
pub struct Scope {
    span: Option<Span>,
    _attached: ContextGuard,
    _stays: PhantomData<*const ()>,
}

/// The active span itself, beside OpenTelemetry's.
#[derive(Debug)]
struct Active(Span);

// === impl Scope ===

impl Scope {
    pub(crate) fn of(span: &Span) -> Self {
        Self { span: Some(span.clone()), _attached: context_of(span).attach(), _stays: PhantomData }
    }

    pub(crate) fn none() -> Self {
        Self { span: None, _attached: Context::new().attach(), _stays: PhantomData }
    }

    /// The span that is active; `None` in a scope without one.
    pub fn span(&self) -> Option<&Span> {
        self.span.as_ref()
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("span", &self.span).finish_non_exhaustive()
    }
}

pub(crate) fn in_scope<F: Future>(span: &Span, future: F) -> impl Future<Output = F::Output> + use<F> {
    future.with_context(context_of(span))
}

/// The active span: the same that was made active, or one that stands for the current span of other instrumentation. Where there is
/// only baggage it is a span that does nothing but has it.
pub(crate) fn active(tracer: &Tracer) -> Option<Span> {
    let current = Context::current();
    let current_span = current.span().span_context().clone();
    if let Some(Active(span)) = current.get::<Active>()
        && span.otel_span_context() == current_span
    {
        return Some(span.clone());
    }
    let is_anything = current_span.is_valid() || !current.baggage().is_empty();
    is_anything.then(|| Span::foreign(tracer.clone(), current))
}

fn context_of(span: &Span) -> Context {
    span.otel_context().with_value(Active(span.clone()))
}
