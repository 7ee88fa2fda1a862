//! The tracer: where spans start, and where they cross the borders of a process.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jaeger_propagation::{LateState, Propagator};
use opentelemetry::{
    Context, InstrumentationScope,
    global::{BoxedTracer, ObjectSafeTracer},
    trace::TracerProvider,
};

use crate::{
    PropagationError, Scope, Span, SpanBuilder, SpanContext,
    format::{ExtractFormat, InjectFormat, Sealed},
    recording::Recorder,
    scope,
};

/// Starts spans, and writes span contexts to carriers and reads them. Clones are the same tracer.
#[derive(Clone, Debug)]
pub struct Tracer {
    pub(crate) inner: Arc<Inner>,
}

/// Settings of a [`Tracer`].
pub struct TracerBuilder {
    engine: BoxedTracer,
    text_map: Option<Propagator>,
    http_headers: Option<Propagator>,
    pub(crate) recorder: Option<Arc<Recorder>>,
}

pub(crate) struct Inner {
    /// `None` is the no-op tracer.
    pub(crate) engine: Option<BoxedTracer>,
    text_map: Option<Propagator>,
    http_headers: Option<Propagator>,
    pub(crate) recorder: Option<Arc<Recorder>>,
    ignored: AtomicU64,
}

/// The tracer's name for OpenTelemetry, as its rules for such shims say.
const SCOPE: &str = "opentracing-shim";

// === impl Tracer ===

impl Tracer {
    /// A tracer over any of OpenTelemetry's providers: Jaeger's own, the SDK's, or the global one.
    ///
    /// ```
    /// use jaeger_client::{Config, InMemoryReporter};
    /// use opentracing_shim::Tracer;
    ///
    /// let reporter = InMemoryReporter::new();
    /// let (provider, closer) = Config::new("hello-world").with_in_memory_reporter(reporter.clone()).build()?;
    /// let tracer = Tracer::new(&provider);
    ///
    /// let span = tracer.start_span("say-hello");
    /// span.set_tag("hello-to", "Bryan");
    /// span.finish();
    ///
    /// let _ = closer.close(std::time::Duration::from_secs(2));
    /// assert_eq!(reporter.spans()[0].operation_name, "say-hello");
    /// # Ok::<(), jaeger_client::ConfigError>(())
    /// ```
    pub fn new<P>(provider: &P) -> Self
    where
        P: TracerProvider,
        P::Tracer: ObjectSafeTracer + Send + Sync + 'static,
    {
        Self::builder(provider).build()
    }

    /// The same with propagators of its own.
    pub fn builder<P>(provider: &P) -> TracerBuilder
    where
        P: TracerProvider,
        P::Tracer: ObjectSafeTracer + Send + Sync + 'static,
    {
        let scope = InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION")).build();
        let engine = BoxedTracer::new(Box::new(provider.tracer_with_scope(scope)));
        TracerBuilder { engine, text_map: None, http_headers: None, recorder: None }
    }

    /// A tracer that does nothing: its spans have no ids and no baggage, and there is nothing in any carrier.
    pub fn noop() -> Self {
        let inner = Inner {
            engine: None,
            text_map: None,
            http_headers: None,
            recorder: None,
            ignored: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Starts a span as ChildOf the active one; without one it is the root of a trace.
    pub fn start_span(&self, operation_name: impl Into<Cow<'static, str>>) -> Span {
        self.build_span(operation_name).start()
    }

    /// A span that is to start with references, tags or a time.
    ///
    /// ```
    /// # let tracer = opentracing_shim::Tracer::noop();
    /// let parent = tracer.start_span("say-hello");
    /// let span = tracer.build_span("formatString").child_of(&parent.context()).tag("hello-to", "Bryan").start();
    /// ```
    pub fn build_span(&self, operation_name: impl Into<Cow<'static, str>>) -> SpanBuilder {
        SpanBuilder::new(self.clone(), operation_name.into())
    }

    /// Writes a span context to a carrier; one that is invalid if it has baggage.
    ///
    /// ```
    /// # let tracer = opentracing_shim::Tracer::noop();
    /// use opentracing_shim::HttpHeaders;
    ///
    /// let mut request = http::Request::new(());
    /// tracer.inject(&tracer.start_span("call").context(), HttpHeaders, request.headers_mut());
    /// ```
    ///
    /// Carriers are `http::HeaderMap`, `HashMap<String, String>` and whatever is an [`InjectCarrier`](crate::InjectCarrier) for
    /// [`HttpHeaders`](crate::HttpHeaders) and [`TextMap`](crate::TextMap), and `Vec<u8>` for [`Binary`](crate::Binary), to the end of
    /// which it is written. It cannot fail: what a carrier cannot carry is left out and counted by the propagator.
    pub fn inject<C: ?Sized>(
        &self,
        span_context: &SpanContext,
        format: impl InjectFormat<C>,
        carrier: &mut C,
    ) {
        if self.inner.engine.is_some() {
            let propagator = self.propagator(&format);
            format.inject(&propagator, span_context, carrier);
        }
    }

    /// Reads a span context from a carrier: that of a caller's span, or, without one, a debug id or baggage that a new trace takes
    /// along.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read. A server then begins a trace.
    pub fn extract<C: ?Sized>(
        &self,
        format: impl ExtractFormat<C>,
        carrier: &C,
    ) -> Result<SpanContext, PropagationError> {
        if self.inner.engine.is_none() {
            return Err(PropagationError::SpanContextNotFound);
        }
        let propagator = self.propagator(&format);
        let extracted = format.extract(&propagator, carrier);
        if let Some(error) = extracted.refused.as_ref().filter(|_| extracted.span_context.is_none()) {
            return Err(PropagationError::SpanContextCorrupted(*error));
        }
        let span_context = SpanContext::own(extracted.into_context(&Context::new()), None);
        Some(span_context)
            .filter(SpanContext::is_worth_something)
            .ok_or(PropagationError::SpanContextNotFound)
    }

    /// The active span of this thread or task; `None` if there is none, and of a no-op tracer.
    ///
    /// It may be one that other instrumentation has started: tags and logs of it are that span's own. Its end is that
    /// instrumentation's; finish it only to end it before.
    ///
    /// Baggage that is set in the span of a `tower-jaeger` server layer is in the calls of the handler from then on, if a tracer has been
    /// made before the request came. Of other
    /// instrumentation's span it is only that of this `Span` and of what references it, until it is [made active](Self::activate) again.
    pub fn active_span(&self) -> Option<Span> {
        scope::active(self)
    }

    /// Makes a span the active one of this thread, until what is returned is dropped. The span is not finished then.
    ///
    /// `tower-jaeger`'s client layer, and Jaeger's propagator wherever it injects, see what is set in it later. OpenTelemetry's own
    /// `Context` does not change: its `baggage()` is that of now. Other values of the
    /// current context stay, except where it is [another instrumentation's](Self::active_span) span, which comes with the context where it
    /// was found. A no-op span changes nothing.
    pub fn activate(&self, span: &Span) -> Scope {
        Scope::of(span)
    }

    /// Has no active span on this thread, and nothing else that the current context has, until what is returned is dropped.
    pub fn deactivate(&self) -> Scope {
        Scope::none()
    }

    /// Operations on spans that had finished, which were ignored.
    pub fn ignored_operations(&self) -> u64 {
        self.inner.ignored.load(Ordering::Relaxed)
    }

    fn propagator<F: Sealed>(&self, _: &F) -> Propagator {
        let own = if F::IS_HTTP { &self.inner.http_headers } else { &self.inner.text_map };
        own.clone().unwrap_or_else(Propagator::global)
    }
}

// === impl TracerBuilder ===

impl TracerBuilder {
    /// What reads and writes maps of text, and bytes; the program's own, [`Propagator::global`], by default.
    #[must_use]
    pub fn with_text_map_propagator(mut self, propagator: Propagator) -> Self {
        self.text_map = Some(propagator);
        self
    }

    /// What reads and writes HTTP headers; the program's own, [`Propagator::global`], by default.
    #[must_use]
    pub fn with_http_headers_propagator(mut self, propagator: Propagator) -> Self {
        self.http_headers = Some(propagator);
        self
    }

    /// The tracer.
    pub fn build(self) -> Tracer {
        let Self { engine, text_map, http_headers, recorder } = self;
        let engine = Some(engine);
        LateState::enable();
        Tracer {
            inner: Arc::new(Inner { engine, text_map, http_headers, recorder, ignored: AtomicU64::new(0) }),
        }
    }
}

impl fmt::Debug for TracerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracerBuilder")
            .field("text_map", &self.text_map)
            .field("http_headers", &self.http_headers)
            .finish_non_exhaustive()
    }
}

// === impl Inner ===

impl Inner {
    pub(crate) fn ignore(&self) {
        self.ignored.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, text_map, http_headers, ignored, .. } = self;
        f.debug_struct("Inner")
            .field("is_noop", &engine.is_none())
            .field("text_map", text_map)
            .field("http_headers", http_headers)
            .field("ignored", ignored)
            .finish_non_exhaustive()
    }
}
