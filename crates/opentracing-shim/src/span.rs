//! A span, from its start to its end.

use std::{
    borrow::Cow,
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::SystemTime,
};

use jaeger_propagation::{Baggage, BaggageRestrictions, LateState};
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext as OtelSpanContext, Status, TraceContextExt},
};

use crate::{Field, SpanContext, Tracer, Value, ext, priority::Priority, recording::Recording};

/// A piece of work: a name, a time, tags, logs and baggage. Clones are the same span.
///
/// It ends with [`finish`](Self::finish), or when the last clone is dropped, as when a panic goes through. What is done with it afterwards
/// is ignored and [counted](Tracer::ignored_operations).
#[derive(Clone)]
pub struct Span {
    inner: Arc<Inner>,
}

struct Inner {
    tracer: Tracer,
    /// With the span itself and its baggage. Locked to read or to replace it and for nothing else: what is said to OpenTelemetry's span
    /// may wait for its end, and what runs there may ask for this.
    context: Mutex<Context>,
    /// Held by the one who makes another context of it.
    change: Mutex<()>,
    /// For the contexts in which it has become active. Items are set with the lock of the context.
    late: OnceLock<LateState>,
    end: Mutex<End>,
    recording: Option<Mutex<Recording>>,
    /// Not one of somebody else's, which he ends.
    is_own: bool,
}

/// A [`Span`] that may have been dropped.
#[derive(Clone)]
pub(crate) struct WeakSpan(Weak<Inner>);

#[derive(Default)]
struct End {
    /// What the tag `error` was last set to. It counts at the end only: OpenTelemetry's status would not become an error again.
    error: Option<bool>,
    is_finished: bool,
}

// === impl Span ===

impl Span {
    pub(crate) fn started(
        tracer: Tracer,
        context: Context,
        error: Option<bool>,
        recording: Option<Recording>,
    ) -> Self {
        let (context, end) = (Mutex::new(context), Mutex::new(End { error, is_finished: false }));
        let (change, recording) = (Mutex::default(), recording.map(Mutex::new));
        let late = OnceLock::new();
        Self { inner: Arc::new(Inner { tracer, context, change, late, end, recording, is_own: true }) }
    }

    pub(crate) fn noop(tracer: Tracer) -> Self {
        Self::foreign(tracer, Context::new())
    }

    /// The span of a context that somebody else has made.
    pub(crate) fn foreign(tracer: Tracer, context: Context) -> Self {
        let late = LateState::of_span(&context).map_or_else(OnceLock::new, OnceLock::from);
        let (context, change, end) = (Mutex::new(context), Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { tracer, context, change, late, end, recording: None, is_own: false }) }
    }

    /// Its ids and its baggage as they are now. They do not change, and are good after the span has finished.
    pub fn context(&self) -> SpanContext {
        SpanContext::of(&self.inner.context())
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
            self.inner.context().span().update_name(name);
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
                self.inner.context().span().set_attribute(tag.into_otel());
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
        if self.inner.is_open() {
            let fields: Vec<_> = fields.into_iter().collect();
            self.inner.record(|recording| recording.log(time, fields.clone()));
            let (name, attributes) = event(fields);
            self.inner.context().span().add_event_with_timestamp(name, time, attributes);
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
    /// As in Jaeger's clients there is a log `event=baggage`, and [`BaggageRestrictions::global`] say what is allowed. A context that was
    /// taken before stays as it is. Where the span is active, calls through `tower-jaeger`'s layers carry the item from now on.
    pub fn set_baggage_item(&self, key: &str, value: &str) -> &Self {
        if self.inner.is_open() && self.tracer().inner.engine.is_some() {
            self.inner.set_baggage_item(key, value);
        }
        self
    }

    /// The value of a baggage item; `None` if there is none of this key.
    pub fn baggage_item(&self, key: &str) -> Option<String> {
        item_of(&self.inner.context(), key)
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

    pub(crate) fn otel_context(&self) -> Context {
        self.inner.context()
    }

    /// Its context, with the baggage that is set later.
    pub(crate) fn followed_context(&self) -> Context {
        let context = self.inner.lock_context();
        self.inner.late.get_or_init(LateState::default).follow(&context)
    }

    pub(crate) fn otel_span_context(&self) -> OtelSpanContext {
        self.inner.context().span().span_context().clone()
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("context", &self.context()).finish_non_exhaustive()
    }
}

fn item_of(context: &Context, key: &str) -> Option<String> {
    Baggage::from_context(context).get(key).map(str::to_owned)
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

/// The name of an event that has no field `event`.
const NO_EVENT: &str = "log";

/// OpenTelemetry's event of a log. Its name is that of the field `event`, else [`NO_EVENT`]; one of an error is called `exception` and has the
/// fields that OpenTelemetry knows beside OpenTracing's.
fn event(fields: Vec<Field>) -> (Cow<'static, str>, Vec<KeyValue>) {
    let name = fields.iter().find(|field| field.key == ext::log::EVENT).map(|field| field.value.to_string());
    let mut attributes: Vec<KeyValue> = Vec::new();
    if name.as_deref() == Some(ext::log::ERROR) {
        let known = |field: &Field| {
            let key = match field.key.as_ref() {
                ext::log::ERROR_KIND => "exception.type",
                ext::log::ERROR_OBJECT | ext::log::MESSAGE => "exception.message",
                ext::log::STACK => "exception.stacktrace",
                _ => return None,
            };
            Some(KeyValue::new(key, field.value.to_string()))
        };
        for attribute in fields.iter().filter_map(known) {
            if attributes.iter().all(|earlier| earlier.key != attribute.key) {
                attributes.push(attribute);
            }
        }
        attributes.splice(0..0, fields.into_iter().map(Field::into_otel));
        return ("exception".into(), attributes);
    }
    let is_told_by_name = name.as_deref().is_some_and(|name| name != NO_EVENT);
    let others = fields.into_iter().filter(|field| !is_told_by_name || field.key != ext::log::EVENT);
    attributes.extend(others.map(Field::into_otel));
    (name.map_or(Cow::Borrowed(NO_EVENT), Cow::Owned), attributes)
}

// === impl WeakSpan ===

impl WeakSpan {
    pub(crate) fn upgrade(&self) -> Option<Span> {
        self.0.upgrade().map(|inner| Span { inner })
    }
}

// === impl Inner ===

impl Inner {
    fn context(&self) -> Context {
        self.lock_context().clone()
    }

    fn lock_context(&self) -> MutexGuard<'_, Context> {
        self.context.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_priority(&self, priority: Priority) {
        let _change = self.begin_change();
        if let Some((after, flags)) = priority.apply(&self.context()) {
            self.replace_context(after, |late| late.set_flags(flags));
        }
    }

    fn set_baggage_item(&self, key: &str, value: &str) {
        let _change = self.begin_change();
        let before = self.context();
        let after = BaggageRestrictions::global().set_item(&before, key, value);
        let [before, item] = [&before, &after].map(|context| item_of(context, key));
        if item != before {
            self.replace_context(after, |late| late.set_item(key, item.as_deref()));
        }
    }

    fn begin_change(&self) -> MutexGuard<'_, ()> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the context, and tells those that were made of it before.
    fn replace_context(&self, new: Context, tell: impl FnOnce(&LateState)) {
        let mut context = self.lock_context();
        if let Some(late) = self.late.get() {
            tell(late);
        }
        let old = mem::replace(&mut *context, new);
        drop(context);
        drop(old);
    }

    /// That of somebody else's span is told at once, as its end is not seen here.
    fn set_error(&self, is_error: bool) {
        if self.is_own {
            self.end().error = Some(is_error);
        } else {
            self.context().span().set_status(status(is_error));
        }
    }

    fn end(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has not finished; counts that somebody wants something of one that has.
    fn is_open(&self) -> bool {
        let is_finished = self.end().is_finished;
        if is_finished {
            self.tracer.inner.ignore();
        }
        !is_finished
    }

    fn record(&self, record: impl FnOnce(&mut Recording)) {
        if let Some(recording) = &self.recording {
            record(&mut recording.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn finish(&self, time: Option<SystemTime>) {
        let mut end = self.end();
        if end.is_finished {
            drop(end);
            return self.tracer.inner.ignore();
        }
        end.is_finished = true;
        let error = end.error;
        drop(end);
        let context = self.context();
        let span = context.span();
        if let Some(is_error) = error {
            span.set_status(status(is_error));
        }
        match time {
            Some(time) => span.end_with_timestamp(time),
            None => span.end(),
        }
        if let Some(recorder) = &self.tracer.inner.recorder {
            self.record(|recording| recorder.finish(recording, SpanContext::of(&context), time));
        }
    }
}

fn status(is_error: bool) -> Status {
    if is_error { Status::error("") } else { Status::Ok }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.is_own && !self.end().is_finished {
            self.finish(None);
        }
    }
}
