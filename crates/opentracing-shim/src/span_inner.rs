//! A span behind its handles: where what is said of it goes, and its end.

use std::{
    borrow::Cow,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use jaeger_propagation::{Baggage, BaggageRestrictions, LateState, span_context_of};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, Status, TraceContextExt},
};

use crate::{SpanContext, Tracer, priority::Priority, recording::Recording, shared_span::SharedSpan};

/// What the handles of a span share.
pub(crate) struct Inner {
    pub(crate) tracer: Tracer,
    pub(crate) recorded: Recorded,
    /// What it had at its start, or where it was found. What has been said of it since is `late`.
    pub(crate) context: Context,
    pub(crate) late: LateState,
    pub(crate) end: Mutex<End>,
    pub(crate) recording: Option<Mutex<Recording>>,
}

/// Where what is said of a span goes.
pub(crate) enum Recorded {
    Here(SharedSpan),
    /// To the span of the context, which somebody else ends.
    InContext,
    /// To nobody.
    Nowhere,
}

#[derive(Default)]
pub(crate) struct End {
    /// What the tag `error` was last set to. It counts at the end only: OpenTelemetry's status would not become an error again.
    pub(crate) error: Option<bool>,
    pub(crate) is_finished: bool,
}

// === impl Inner ===

impl Inner {
    /// What it has now.
    pub(crate) fn now(&self) -> Context {
        LateState::up_to_date(self.context.clone())
    }

    pub(crate) fn span_context(&self) -> SpanContext {
        match self.recorded {
            Recorded::Here(_) => SpanContext::own(self.now(), self.late.flags()),
            Recorded::InContext | Recorded::Nowhere => SpanContext::of(&self.now(), self.late.flags()),
        }
    }

    pub(crate) fn set_attribute(&self, attribute: KeyValue) {
        match &self.recorded {
            Recorded::Here(span) => span.with(|span| span.set_attribute(attribute)),
            Recorded::InContext => self.context.span().set_attribute(attribute),
            Recorded::Nowhere => {}
        }
    }

    pub(crate) fn add_event(&self, name: Cow<'static, str>, time: SystemTime, attributes: Vec<KeyValue>) {
        match &self.recorded {
            Recorded::Here(span) => {
                span.with(|span| span.add_event_with_timestamp(name, time, attributes));
            }
            Recorded::InContext => self.context.span().add_event_with_timestamp(name, time, attributes),
            Recorded::Nowhere => {}
        }
    }

    pub(crate) fn update_name(&self, name: Cow<'static, str>) {
        match &self.recorded {
            Recorded::Here(span) => span.with(|span| span.update_name(name)),
            Recorded::InContext => self.context.span().update_name(name),
            Recorded::Nowhere => {}
        }
    }

    fn set_status(&self, is_error: bool) {
        let status = if is_error { Status::error("") } else { Status::Ok };
        match &self.recorded {
            Recorded::Here(span) => span.with(|span| span.set_status(status)),
            Recorded::InContext => self.context.span().set_status(status),
            Recorded::Nowhere => {}
        }
    }

    /// That of somebody else's span is told at once, as its end is not seen here.
    pub(crate) fn set_error(&self, is_error: bool) {
        match self.recorded {
            Recorded::Here(_) => self.end().error = Some(is_error),
            Recorded::InContext | Recorded::Nowhere => self.set_status(is_error),
        }
    }

    fn is_recording(&self) -> bool {
        match &self.recorded {
            Recorded::Here(span) => span.is_recording(),
            Recorded::InContext => self.context.span().is_recording(),
            Recorded::Nowhere => false,
        }
    }

    /// Whether a log would be kept.
    pub(crate) fn takes_logs(&self) -> bool {
        self.recording.is_some() || self.is_recording()
    }

    /// If the engine records the span: then it has taken the tag as a decision.
    pub(crate) fn set_priority(&self, priority: Priority) {
        if self.is_recording()
            && let Some(span) = span_context_of(self.span_context().context())
        {
            self.late.set_flags(span.trace_id.into(), priority.flags(span.flags));
        }
    }

    pub(crate) fn set_baggage_item(&self, key: &str, value: &str) {
        let is_override = Baggage::from_context(&self.now()).get(key).is_some();
        let (allowed, log) = BaggageRestrictions::global().check(key, value, is_override);
        self.add_event("baggage".into(), SystemTime::now(), log);
        if let Some(value) = allowed {
            self.late.set_item(key, Some(value).filter(|value| !value.is_empty()));
        }
    }

    fn end(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has not finished; counts that somebody wants something of one that has.
    pub(crate) fn is_open(&self) -> bool {
        let is_finished = self.end().is_finished || self.has_ended_elsewhere();
        if is_finished {
            self.tracer.inner.ignore();
        }
        !is_finished
    }

    /// Of somebody else's span no more is known than that it is sampled, lives here and is recorded no more.
    fn has_ended_elsewhere(&self) -> bool {
        let span = self.context.span();
        let is_here = span.span_context().is_sampled() && !span.span_context().is_remote();
        matches!(self.recorded, Recorded::InContext) && is_here && !span.is_recording()
    }

    pub(crate) fn record(&self, record: impl FnOnce(&mut Recording)) {
        if let Some(recording) = &self.recording {
            record(&mut recording.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    pub(crate) fn finish(&self, time: Option<SystemTime>) {
        let mut end = self.end();
        if end.is_finished {
            drop(end);
            return self.tracer.inner.ignore();
        }
        end.is_finished = true;
        let error = end.error;
        drop(end);
        if let Some(is_error) = error {
            self.set_status(is_error);
        }
        match (&self.recorded, time) {
            (Recorded::Here(span), time) => span.end_at(time),
            (Recorded::InContext, Some(time)) => self.context.span().end_with_timestamp(time),
            (Recorded::InContext, None) => self.context.span().end(),
            (Recorded::Nowhere, _) => {}
        }
        if let Some(recorder) = &self.tracer.inner.recorder {
            self.record(|recording| recorder.finish(recording, self.span_context(), time));
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if matches!(self.recorded, Recorded::Here(_)) && !self.end().is_finished {
            self.finish(None);
        }
    }
}
