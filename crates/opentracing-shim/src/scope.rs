//! The active span of a thread or a task: the one that spans without references are ChildOf.

use std::{fmt, marker::PhantomData};

use jaeger_propagation::LateState;
use opentelemetry::{Context, ContextGuard, baggage::BaggageExt, context::FutureExt, trace::TraceContextExt};

use crate::{Span, Tracer, priority, span::WeakSpan};

/// A span is active as long as this is there; then the one before is again. Made by [`Tracer::activate`].
///
/// It stays on its thread. In async code a span is active in a future: [`Span::activate_in`].
#[must_use = "the span is active until it is dropped"]
pub struct Scope {
    _attached: ContextGuard,
    span: Option<Span>,
    _stays: PhantomData<*const ()>,
}

/// The active span itself, beside OpenTelemetry's. Contexts may be kept for long, by those below and by what was spawned, and shall not
/// keep the span from its end.
struct Active(WeakSpan);

// === impl Scope ===

impl Scope {
    pub(crate) fn of(span: &Span) -> Self {
        Self { span: Some(span.clone()), _attached: context_of(span).attach(), _stays: PhantomData }
    }

    pub(crate) fn none() -> Self {
        let nothing = Context::new();
        let is_suppressed = Context::is_current_telemetry_suppressed();
        let nothing = if is_suppressed { nothing.with_telemetry_suppressed() } else { nothing };
        Self { span: None, _attached: nothing.attach(), _stays: PhantomData }
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
    let (span, future) = (span.clone(), future.with_context(context_of(span)));
    async move {
        let output = future.await;
        drop(span);
        output
    }
}

/// The active span: the same that was made active, or one that stands for the current span of other instrumentation. Where there is
/// only baggage it is a span that does nothing but has it.
pub(crate) fn active(tracer: &Tracer) -> Option<Span> {
    tracer.inner.engine.as_ref()?;
    let current = Context::current();
    if let Some(span) = active_of(&current) {
        return Some(span);
    }
    let current = LateState::up_to_date(current);
    let is_anything = current.span().span_context().is_valid() || !current.baggage().is_empty();
    is_anything.then(|| Span::foreign(tracer.clone(), current))
}

/// The context of a span that is ChildOf the active one: the current one, with what has been set in the active span since it became
/// active.
pub(crate) fn parent() -> Context {
    let current = LateState::up_to_date(Context::current());
    match LateState::of_span(&current).and_then(|late| late.flags()) {
        Some(flags) => {
            let span = priority::decided(current.span().span_context(), flags);
            current.with_remote_span_context(span)
        }
        None => current,
    }
}

/// The active span of a context, if its span is still that.
fn active_of(context: &Context) -> Option<Span> {
    let Active(span) = context.get()?;
    let span = span.upgrade()?;
    span.is_that_of(context).then_some(span)
}

fn context_of(span: &Span) -> Context {
    let context = span.active_context();
    if span.is_noop() { context } else { context.with_value(Active(span.downgrade())) }
}
