//! `EventLayer`: events as logs of the current span.

use opentelemetry::trace::TraceContextExt;
use tracing_core::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::{context_of, fields::Fields};

/// A layer of a `tracing` subscriber: what is logged while a request is handled becomes a log (an OpenTelemetry span
/// event) of the nearest span, which is that of the server layer where the handler has none of its own.
///
/// - The message is the name of the log, and fields keep their types: integers, floats and booleans are what they were. An
///   integer beyond 64 bits with a sign becomes text, an error its text and that of its sources.
/// - `level` (`info`, in lower case) and `target` are added.
/// - An event of level `error` is a log like any other: what makes a request fail is its outcome.
/// - Nothing is formatted for a span that is not recorded, and nothing happens outside of any.
/// - What `opentelemetry*` crates log about themselves is left out.
///
/// Which events those are is the subscriber's choice, as for its other layers; whatever level it filters out, the trace and
/// the baggage go on to the next hop.
///
/// Spans of `tracing` (`#[instrument]`, `info_span!`) become spans through the crate `tracing-opentelemetry`. It
/// has to leave the events to this layer, for otherwise they are there twice, and those of level `error` mark the span
/// as failed:
///
/// ```
/// use opentelemetry::trace::TracerProvider;
/// use tracing_subscriber::{Layer, filter::filter_fn, layer::SubscriberExt};
///
/// # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
/// # let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
/// // The provider whose tracers the server and the client layers have, too.
/// let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("app"));
/// let subscriber = tracing_subscriber::registry()
///     .with(tracing_subscriber::fmt::layer())
///     .with(spans.with_filter(filter_fn(|metadata| metadata.is_span())))
///     .with(tower_jaeger::EventLayer::new());
///
/// // In a program: `.init()` instead (`tracing_subscriber::util::SubscriberInitExt`).
/// tracing::subscriber::with_default(subscriber, || {
///     let _dispatch = tracing::info_span!("dispatch").entered();
///     tracing::info!(drivers = 3, "found");
/// });
///
/// # let spans = exporter.get_finished_spans().unwrap();
/// # let log = &spans[0].events[0];
/// assert_eq!(log.name, "found");
/// assert!(log.attributes.contains(&opentelemetry::KeyValue::new("drivers", 3)));
/// ```
///
/// Two things of that crate to know: a span ends when it was last entered, so one that is only held ends too early
/// (`#[instrument]` and `Instrument` are right, also when the future is dropped); and unsigned fields of a *span* are text,
/// signed ones numbers. Its tags about threads, source lines and busy time can be switched off.
///
/// A log belongs to the current span also where its event names another one (`parent: &span`); one with
/// `parent: None` belongs to none.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct EventLayer;

// === impl EventLayer ===

impl EventLayer {
    /// There is nothing to configure.
    pub const fn new() -> Self {
        Self
    }
}

impl<S: Subscriber> Layer<S> for EventLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.is_root() {
            return;
        }
        let Some(context) = context_of(event.metadata()) else { return };
        let span = context.span();
        if span.is_recording() {
            let (name, attributes) = Fields::of(event).into_log(event.metadata());
            span.add_event(name, attributes);
        }
    }
}
