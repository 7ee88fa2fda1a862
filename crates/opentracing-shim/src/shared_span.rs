//! A span of OpenTelemetry's that any number of contexts may have.
//!
//! OpenTelemetry's own contexts take a span for themselves. The active span is put on top of whatever context is current, each time that it
//! becomes active.

use std::{
    borrow::Cow,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use opentelemetry::{
    KeyValue,
    global::BoxedSpan,
    trace::{Span, SpanContext as OtelSpanContext, Status},
};

/// Clones are the same span.
#[derive(Clone, Debug)]
pub(crate) struct SharedSpan {
    context: OtelSpanContext,
    /// `None` after its end.
    span: Arc<Mutex<Option<BoxedSpan>>>,
}

// === impl SharedSpan ===

impl SharedSpan {
    pub(crate) fn new(span: BoxedSpan) -> Self {
        Self { context: span.span_context().clone(), span: Arc::new(Mutex::new(Some(span))) }
    }

    /// Ends it. Not locked meanwhile: what runs at the end of a span may look at the current one.
    pub(crate) fn end_at(&self, time: Option<SystemTime>) {
        let span = mem::take(&mut *self.lock());
        match (span, time) {
            (Some(mut span), Some(time)) => span.end_with_timestamp(time),
            (Some(mut span), None) => span.end(),
            (None, _) => {}
        }
    }

    /// Does something with it, unless it has ended.
    pub(crate) fn with(&self, run: impl FnOnce(&mut BoxedSpan)) {
        if let Some(span) = self.lock().as_mut() {
            run(span);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<BoxedSpan>> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Span for SharedSpan {
    fn add_event_with_timestamp<T>(&mut self, name: T, time: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        self.with(|span| span.add_event_with_timestamp(name, time, attributes));
    }

    fn span_context(&self) -> &OtelSpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.lock().as_ref().is_some_and(BoxedSpan::is_recording)
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.with(|span| span.set_attribute(attribute));
    }

    fn set_status(&mut self, status: Status) {
        self.with(|span| span.set_status(status));
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.with(|span| span.update_name(name));
    }

    fn add_link(&mut self, context: OtelSpanContext, attributes: Vec<KeyValue>) {
        self.with(|span| span.add_link(context, attributes));
    }

    fn end_with_timestamp(&mut self, time: SystemTime) {
        self.end_at(Some(time));
    }
}
