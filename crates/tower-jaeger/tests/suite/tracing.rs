//! The bridge from the `tracing` crate, beside `tracing-opentelemetry`.
#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    convert::Infallible,
    fmt, io,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use crate::support::{Traced, call, request, tag};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use opentelemetry::{
    Context, Value,
    trace::{Event, SpanId, SpanKind, Status, TraceContextExt, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, Span, SpanData, SpanProcessor},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, EventLayer, ServerLayer, WithTraceId};
use tracing::{Instrument, Subscriber, error, info, info_span, instrument};
use tracing_subscriber::{
    Layer as _, filter::LevelFilter, filter::filter_fn, fmt::MakeWriter, layer::SubscriberExt,
    registry::LookupSpan,
};

/// The set-up that the documentation of `EventLayer` shows.
fn bridge(traced: &Traced) -> impl Subscriber + for<'s> LookupSpan<'s> + Send + Sync + use<> {
    let spans = tracing_opentelemetry::layer().with_tracer(traced.tracer());
    tracing_subscriber::registry()
        .with(spans.with_filter(filter_fn(|metadata| metadata.is_span())))
        .with(EventLayer::new())
}

/// Runs to the end with a subscriber.
fn run<T>(subscriber: impl Subscriber + Send + Sync + 'static, future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(future))
}

/// Sends a request through the server layer to a handler.
async fn serve<F: Future<Output = ()>>(traced: &Traced, handler: impl Fn() -> F) {
    let handler = service_fn(async |_: Request<String>| {
        handler().await;
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let mut service = ServerLayer::with_tracer(traced.tracer()).layer(handler);
    call(&mut service, request("GET", "/", &[])).await;
}

/// Calls the next hop through the client layer and returns the trace header that it gets.
async fn call_next_hop(traced: &Traced) -> String {
    let next_hop = service_fn(async |request: Request<String>| {
        let header = request.headers().get("uber-trace-id").unwrap().to_str().unwrap().to_owned();
        Ok::<_, Infallible>(Response::new(header))
    });
    let mut client = ClientLayer::with_tracer(traced.tracer()).layer(next_hop);
    let response = call(&mut client, request("GET", "http://next.example/", &[])).await;
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Lets other tasks run.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[track_caller]
fn named<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next().unwrap_or_else(|| panic!("no {name} in {spans:?}"));
    assert!(found.next().is_none(), "{name} occurs twice");
    span
}

#[track_caller]
fn assert_parent(child: &SpanData, parent: &SpanData) {
    assert_eq!(child.span_context.trace_id(), parent.span_context.trace_id());
    assert_eq!(child.parent_span_id, parent.span_context.span_id(), "{} of {}", child.name, parent.name);
}

fn logs(span: &SpanData) -> Vec<&str> {
    span.events.iter().map(|event| event.name.as_ref()).collect()
}

#[track_caller]
fn field(log: &Event, key: &str) -> Value {
    let found: Vec<_> = log.attributes.iter().filter(|field| field.key.as_str() == key).collect();
    assert_eq!(found.len(), 1, "{key} in {log:?}");
    found[0].value.clone()
}

// === Spans ===

#[instrument(skip(traced))]
async fn dispatch(traced: &Traced, customer: i64) {
    pause().await;
    info!(customer, "before the call");
    call_next_hop(traced).await;
    let nested = info_span!("nested");
    async {
        pause().await;
        info!("in the nested span");
    }
    .instrument(nested)
    .await;
}

#[test]
fn spans_of_a_handler_stand_between_the_server_and_the_client() {
    let traced = Traced::new();
    run(bridge(&traced), serve(&traced, || dispatch(&traced, 731)));

    let spans = traced.finished();
    assert_eq!(spans.len(), 4);
    let dispatch = named(&spans, "dispatch");
    let server = spans.iter().find(|span| span.parent_span_id == SpanId::INVALID).unwrap();
    let client = spans.iter().find(|span| span.span_kind == SpanKind::Client).unwrap();
    assert_eq!(server.span_kind, SpanKind::Server);
    assert_parent(dispatch, server);
    assert_parent(client, dispatch);
    assert_parent(named(&spans, "nested"), dispatch);
    assert_eq!(tag(dispatch, "customer"), Some(Value::from(731)));
    assert_eq!(logs(dispatch), ["before the call"]);
    assert_eq!(logs(named(&spans, "nested")), ["in the nested span"]);
    assert_eq!(logs(server), Vec::<&str>::new());
}

#[test]
fn requests_that_take_turns_keep_their_spans_apart() {
    let traced = Traced::new();
    let one = || serve(&traced, || dispatch(&traced, 1));
    run(bridge(&traced), async { tokio::join!(one(), one(), one()) });

    let spans = traced.finished();
    assert_eq!(spans.len(), 12);
    for span in &spans {
        let of_trace =
            spans.iter().filter(|other| other.span_context.trace_id() == span.span_context.trace_id());
        assert_eq!(of_trace.count(), 4);
    }
}

#[test]
fn a_span_of_a_handler_that_is_dropped_has_its_true_duration() {
    let traced = Traced::new();
    run(bridge(&traced), async {
        let never = serve(&traced, || std::future::pending().instrument(info_span!("never")));
        tokio::time::timeout(Duration::from_millis(50), never).await.unwrap_err();
    });

    let spans = traced.finished();
    let span = named(&spans, "never");
    assert!(span.end_time.duration_since(span.start_time).unwrap() >= Duration::from_millis(50));
}

// === Events ===

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such driver")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_event_is_a_log_of_the_server_span_with_typed_fields() {
    let traced = Traced::new();
    let error = Outer("x".parse::<i64>().unwrap_err());
    let error: &(dyn std::error::Error + 'static) = &error;
    let handler = async || {
        pause().await;
        let (drivers, huge) = (3_usize, u64::MAX);
        info!(drivers, huge, wide = -5_i128, share = 0.5, full = true, city = "Tromsø", r#type = ?Some(1), error,
              "found {drivers}");
    };
    run(bridge(&traced), serve(&traced, handler));

    let span = traced.one();
    assert_eq!(logs(&span), ["found 3"]);
    let fields: Vec<_> =
        span.events[0].attributes.iter().map(|field| (field.key.as_str(), field.value.clone())).collect();
    assert_eq!(
        fields,
        [
            ("drivers", Value::from(3)),
            ("huge", Value::from("18446744073709551615")),
            ("wide", Value::from(-5)),
            ("share", Value::from(0.5)),
            ("full", Value::from(true)),
            ("city", Value::from("Tromsø")),
            ("type", Value::from("Some(1)")),
            ("error", Value::from("no such driver: invalid digit found in string")),
            ("level", Value::from("info")),
            ("target", Value::from(module_path!())),
        ]
    );
}

#[test]
fn an_error_that_is_logged_is_no_failure_of_the_request() {
    let traced = Traced::new();
    let handler = async || {
        error!("in the handler");
        async { error!(error = "redis timeout", "in a span") }.instrument(info_span!("redis")).await;
    };
    run(bridge(&traced), serve(&traced, handler));

    let spans = traced.finished();
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!(span.status, Status::Unset);
        assert_eq!(tag(span, "error"), None);
        assert_eq!(span.events.len(), 1);
        assert_eq!(field(&span.events[0], "level"), Value::from("error"));
    }
}

#[test]
fn an_event_without_a_message_bears_its_own_name() {
    let traced = Traced::new();
    run(bridge(&traced), serve(&traced, async || info!(name: "cache miss", key = 1)));
    assert_eq!(logs(&traced.one()), ["cache miss"]);
}

#[test]
fn a_record_of_the_log_crate_has_its_own_target() {
    let traced = Traced::new();
    // As the crate `tracing-log` makes them.
    let handler = async || info!(target: "log", { log.target = "redis", log.line = 7 }, "connected");
    run(bridge(&traced), serve(&traced, handler));

    let span = traced.one();
    assert_eq!(field(&span.events[0], "target"), Value::from("redis"));
    assert_eq!(span.events[0].attributes.len(), 2);
}

struct LoggingBody(bool);

impl Body for LoggingBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        info!("in the body");
        Poll::Ready(std::mem::take(&mut self.0).then(|| Ok(Frame::data(Bytes::from_static(b"x")))))
    }
}

#[test]
fn an_event_in_the_body_is_a_log_too() {
    let traced = Traced::new();
    run(bridge(&traced), async {
        let handler =
            service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(LoggingBody(true))));
        let service = ServerLayer::with_tracer(traced.tracer()).layer(handler);
        let response = service.oneshot(request("GET", "/", &[])).await.unwrap();
        response.into_body().collect().await.unwrap();
    });
    assert_eq!(logs(&traced.one()), ["in the body", "in the body"]);
}

#[test]
fn what_belongs_to_no_span_is_no_log() {
    let traced = Traced::new();
    run(bridge(&traced), async {
        info!("outside of any request");
        serve(&traced, async || {
            info!(parent: None, "of nobody");
            tracing::warn!(target: "opentelemetry_sdk", "of the SDK itself");
            let _suppressed = Context::enter_telemetry_suppressed_scope();
            info!("caused by an exporter");
        })
        .await;
    });
    assert_eq!(logs(&traced.one()), Vec::<&str>::new());
}

#[test]
fn nothing_is_formatted_for_a_span_that_is_not_recorded() {
    struct Unprintable;
    impl fmt::Debug for Unprintable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("formatted")
        }
    }

    let traced = Traced::sampling(false);
    run(bridge(&traced), serve(&traced, async || info!(value = ?Unprintable, "nobody sees it")));
    assert_eq!(traced.finished().len(), 0);
}

/// Logs whenever a span ends, which happens while the span is locked.
#[derive(Debug)]
struct LoggingProcessor(SimpleSpanProcessor<InMemorySpanExporter>);

impl SpanProcessor for LoggingProcessor {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        info!("a span ends");
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[test]
fn a_processor_may_log_also_when_a_handler_panics() {
    let exporter = InMemorySpanExporter::default();
    let processor = LoggingProcessor(SimpleSpanProcessor::new(exporter.clone()));
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let panicking =
        service_fn(async |_: Request<String>| -> Result<Response<String>, Infallible> { panic!() });
    let service = ServerLayer::with_tracer(provider.tracer("test")).layer(panicking);
    let subscriber = tracing_subscriber::registry().with(EventLayer::new());
    let call = AssertUnwindSafe(|| run(subscriber, service.oneshot(request("GET", "/", &[]))));
    std::panic::catch_unwind(call).unwrap_err();
    let spans = exporter.get_finished_spans().unwrap();
    assert_eq!(tag(&spans[0], "outcome"), Some(Value::from("panicked")));
}

// === Levels ===

#[test]
fn a_level_that_is_filtered_out_does_not_break_propagation() {
    for level in [LevelFilter::OFF, LevelFilter::ERROR] {
        let traced = Traced::new();
        let header = Mutex::new(String::new());
        let handler = async || {
            let call = async {
                info!("filtered out");
                call_next_hop(&traced).await
            };
            *header.lock().unwrap() = call.instrument(info_span!("filtered out")).await;
        };
        run(bridge(&traced).with(level), serve(&traced, handler));

        let spans = traced.finished();
        let [client, server] = spans.as_slice() else { panic!("{spans:?}") };
        assert_parent(client, server);
        assert_eq!(logs(server), Vec::<&str>::new());
        let (trace_id, span_id) = (client.span_context.trace_id(), client.span_context.span_id());
        assert_eq!(*header.lock().unwrap(), format!("{trace_id}:{span_id}:0:1"));
    }
}

// === Log lines ===

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Memory {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Memory {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

#[test]
fn a_log_line_ends_with_the_trace_id() {
    let (traced, memory) = (Traced::new(), Memory::default());
    let lines = tracing_subscriber::fmt::layer().without_time().with_ansi(false);
    let subscriber = bridge(&traced).with(lines.with_writer(WithTraceId::new(memory.clone())));
    run(subscriber, async {
        info!("outside");
        serve(&traced, async || {
            info!(drivers = 3, "found");
            info!(target: "opentelemetry_sdk", "its own");
        })
        .await;
    });

    let span = traced.one().span_context;
    assert_eq!(
        memory.lines(),
        [
            concat!(" INFO ", module_path!(), ": outside").to_owned(),
            format!(
                " INFO {}: found drivers=3 trace_id={} span_id={}",
                module_path!(),
                span.trace_id(),
                span.span_id()
            ),
            " INFO opentelemetry_sdk: its own".to_owned(),
        ]
    );
}

#[test]
fn a_line_that_only_begins_as_json_does_is_text() {
    let (traced, memory) = (Traced::new(), Memory::default());
    let lines = tracing_subscriber::fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_level(false)
        .with_target(false)
        .with_writer(WithTraceId::new(memory.clone()));
    run(bridge(&traced).with(lines), async {
        serve(&traced, async || info!(drivers = 3, r#"{{"a":1}}"#)).await;
    });
    let span = traced.one().span_context;
    let expected = format!(r#"{{"a":1}} drivers=3 trace_id={} span_id={}"#, span.trace_id(), span.span_id());
    assert_eq!(memory.lines(), [expected]);
}

#[test]
fn a_line_of_json_has_the_trace_id_as_a_member_sampled_or_not() {
    let (traced, memory) = (Traced::sampling(false), Memory::default());
    let lines = tracing_subscriber::fmt::layer().json().without_time();
    let subscriber = tracing_subscriber::registry().with(lines.with_writer(WithTraceId::new(memory.clone())));
    let ids = Mutex::new(None);
    let handler = async || {
        let context = Context::current();
        *ids.lock().unwrap() = Some(context.span().span_context().clone());
        info!("found");
    };
    run(subscriber, serve(&traced, handler));

    let span = ids.into_inner().unwrap().unwrap();
    let start = format!(r#"{{"trace_id":"{}","span_id":"{}","#, span.trace_id(), span.span_id());
    let lines = memory.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        lines[0].strip_prefix(&start),
        Some(concat!(r#""level":"INFO","fields":{"message":"found"},"target":""#, module_path!(), r#""}"#))
    );
}
