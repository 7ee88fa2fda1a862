//! A span, from its start to its end.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, Weak},
    time::SystemTime,
};

use jaeger_propagation::{Baggage, JaegerState, LateState, with_trace_of};
use opentelemetry::{
    Context,
    global::BoxedSpan,
    trace::{Span as _, TraceContextExt},
};

use crate::{
    Field, SpanContext, Tracer, Value,
    event::event,
    ext,
    priority::Priority,
    recording::Recording,
    shared_span::SharedSpan,
    span_inner::{End, Inner, Recorded},
};

/// A piece of work: a name, a time, tags, logs and baggage. Clones are the same span.
///
/// It ends with [`finish`](Self::finish), or when the last clone is dropped, as when a panic goes through. What is done with it afterwards
/// is ignored and [counted](Tracer::ignored_operations).
#[derive(Clone)]
pub struct Span {
    inner: Arc<Inner>,
}

/// A [`Span`] that may have been dropped.
#[derive(Clone)]
pub(crate) struct WeakSpan(Weak<Inner>);

// === impl Span ===

impl Span {
    /// One that has just been started, with the baggage and the flags of a context.
    pub(crate) fn started(
        tracer: Tracer,
        span: BoxedSpan,
        parent: &Context,
        error: Option<bool>,
        recording: Option<Recording>,
    ) -> Self {
        let span = SharedSpan::new(span);
        let own =
            with_trace_of(&Context::new(), parent).with_remote_span_context(span.span_context().clone());
        let (late, end) = (LateState::default(), Mutex::new(End { error, is_finished: false }));
        let context = late.follow(&JaegerState::bind(own));
        let (recorded, recording) = (Recorded::Here(span), recording.map(Mutex::new));
        Self { inner: Arc::new(Inner { tracer, recorded, context, late, end, recording }) }
    }

    /// One that does nothing.
    pub(crate) fn noop(tracer: Tracer) -> Self {
        Self::not_own(tracer, Recorded::Nowhere, Context::new(), LateState::default())
    }

    /// The span of a context that somebody else has made. What is set in it reaches others as far as he has provided for it.
    pub(crate) fn foreign(tracer: Tracer, context: Context) -> Self {
        if let Some(late) = LateState::of_span(&context) {
            return Self::not_own(tracer, Recorded::InContext, context, late);
        }
        let late = LateState::default();
        Self::not_own(tracer, Recorded::InContext, late.follow(&context), late)
    }

    fn not_own(tracer: Tracer, recorded: Recorded, context: Context, late: LateState) -> Self {
        let inner = Inner { tracer, recorded, context, late, end: Mutex::default(), recording: None };
        Self { inner: Arc::new(inner) }
    }

    /// Its ids and its baggage as they are now. They do not change, and are good after the span has finished.
    pub fn context(&self) -> SpanContext {
        self.inner.span_context()
    }

    /// The tracer that has started it.
    pub fn tracer(&self) -> &Tracer {
        &self.inner.tracer
    }

    /// Gives it another name.
    pub fn set_operation_name(&self, operation_name: impl Into<Cow<'static, str>>) -> &Self {
        if self.inner.is_open() {
            let name = operation_name.into();
            self.inner.record(|recording| recording.operation_name.clone_from(&name));
            self.inner.update_name(name);
        }
        self
    }

    /// Sets a tag. [`ext`] has those of OpenTracing's conventions, typed.
    ///
    /// Of the tag `error` the last one that is true or false counts, as a bool or as text; the span then has OpenTelemetry's status. Of
    /// [another instrumentation's](Tracer::active_span) span it is the first `false` that counts.
    pub fn set_tag(&self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> &Self {
        if self.inner.is_open() {
            let tag = Field { key: key.into(), value: value.into() };
            self.inner.record(|recording| recording.tags.push(tag.clone()));
            if let Some(is_error) = truth(&tag) {
                self.inner.set_error(is_error);
            } else {
                let priority = Priority::of(&tag);
                self.inner.set_attribute(tag.into_otel());
                if let Some(priority) = priority {
                    self.inner.set_priority(priority);
                }
            }
        }
        self
    }

    /// Logs fields, now. What happened is called `event`, by OpenTracing's conventions.
    pub fn log(&self, fields: impl IntoIterator<Item = Field>) -> &Self {
        self.log_at(SystemTime::now(), fields)
    }

    /// The same at a time of one's own.
    pub fn log_at(&self, time: SystemTime, fields: impl IntoIterator<Item = Field>) -> &Self {
        if self.inner.is_open() && self.inner.takes_logs() {
            let fields: Vec<_> = fields.into_iter().collect();
            self.inner.record(|recording| recording.log(time, fields.clone()));
            let (name, attributes) = event(fields);
            self.inner.add_event(name, time, attributes);
        }
        self
    }

    /// Logs keys and values of one type, now.
    pub fn log_kv<K, V>(&self, fields: impl IntoIterator<Item = (K, V)>) -> &Self
    where
        K: Into<Cow<'static, str>>,
        V: Into<Value>,
    {
        self.log_kv_at(SystemTime::now(), fields)
    }

    /// The same at a time of one's own.
    pub fn log_kv_at<K, V>(&self, time: SystemTime, fields: impl IntoIterator<Item = (K, V)>) -> &Self
    where
        K: Into<Cow<'static, str>>,
        V: Into<Value>,
    {
        let fields = fields.into_iter();
        self.log_at(time, fields.map(|(key, value)| Field { key: key.into(), value: value.into() }))
    }

    /// Sets a baggage item: for this span, and for all that reference it from now on, here and in other processes. An empty value takes
    /// it away.
    ///
    /// As in Jaeger's clients there is a log `event=baggage`, and [`BaggageRestrictions::global`](jaeger_propagation::BaggageRestrictions::global) say what is allowed. A context that was
    /// taken before stays as it is. Where the span is active, calls through `tower-jaeger`'s layers carry the item from now on; of a
    /// span that other instrumentation has started see [`Tracer::active_span`].
    pub fn set_baggage_item(&self, key: &str, value: &str) -> &Self {
        if self.inner.is_open() && !self.is_noop() {
            self.inner.set_baggage_item(key, value);
        }
        self
    }

    /// The value of a baggage item; `None` if there is none of this key.
    pub fn baggage_item(&self, key: &str) -> Option<String> {
        Baggage::from_context(&self.inner.now()).get(key).map(str::to_owned)
    }

    /// Ends it now. Where several threads do things with it at once, what comes at the same time as this may be lost.
    pub fn finish(&self) {
        self.inner.finish(None);
    }

    /// Ends it at a time of one's own.
    pub fn finish_with_time(&self, time: SystemTime) {
        self.inner.finish(Some(time));
    }

    /// A future in which it is the active span, wherever the future is polled. It is not finished with the future.
    ///
    /// ```
    /// # async fn call() {}
    /// # async fn handler(tracer: opentracing_shim::Tracer) {
    /// let span = tracer.start_span("work");
    /// span.activate_in(call()).await;
    /// span.finish();
    /// # }
    /// ```
    pub fn activate_in<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        crate::scope::in_scope(self, future)
    }

    pub(crate) fn downgrade(&self) -> WeakSpan {
        WeakSpan(Arc::downgrade(&self.inner))
    }

    pub(crate) fn set_priority(&self, priority: Priority) {
        self.inner.set_priority(priority);
    }

    /// Whether it does nothing.
    pub(crate) fn is_noop(&self) -> bool {
        matches!(self.inner.recorded, Recorded::Nowhere)
    }

    /// The context in which it is the current span: the current one, with the span and what belongs to it on top. One of somebody else's
    /// cannot be taken out of the context where it was found.
    pub(crate) fn active_context(&self) -> Context {
        let (current, now) = (Context::current(), self.inner.now());
        match &self.inner.recorded {
            Recorded::Here(span) => with_trace_of(&current, &now).with_span(span.clone()),
            Recorded::InContext if current.is_telemetry_suppressed() => now.with_telemetry_suppressed(),
            Recorded::InContext => now,
            Recorded::Nowhere => current,
        }
    }

    pub(crate) fn is_that_of(&self, context: &Context) -> bool {
        self.inner.context.span().span_context() == context.span().span_context()
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("context", &self.context()).finish_non_exhaustive()
    }
}

/// What the tag `error` says; `None` of another tag, and of a value that is neither true nor false.
pub(crate) fn truth(tag: &Field) -> Option<bool> {
    match &tag.value {
        _ if tag.key != ext::ERROR.as_str() => None,
        Value::Bool(truth) => Some(*truth),
        Value::Text(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

// === impl WeakSpan ===

impl WeakSpan {
    pub(crate) fn upgrade(&self) -> Option<Span> {
        self.0.upgrade().map(|inner| Span { inner })
    }
}
