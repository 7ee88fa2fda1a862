//! The active span beside other instrumentation, whose spans and contexts are OpenTelemetry's.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    io,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use jaeger_thrift::{RefType, TagValue};
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{Span as _, TraceContextExt, Tracer as _, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{InMemorySpanExporter, SdkTracerProvider, Span, SpanData, SpanProcessor},
};
use opentracing_shim::{Tracer, ext, mock::MockTracer};

use support::{named, on_each_engine, on_each_engine_beside_others, references, tag};

/// What other instrumentation does to the current context.
fn with_baggage(key: &'static str) -> Context {
    let current = Context::current();
    let items = current.baggage().iter();
    let mut items: Vec<_> =
        items.map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone())).collect();
    items.push(KeyValue::new(key, "t"));
    current.with_baggage(items)
}

#[test]
fn an_error_that_is_told_of_a_layer_s_span_is_its_error() {
    on_each_engine_beside_others(
        |tracer, layer| {
            let context = layer("handler");
            let attached = context.clone().attach();
            ext::log_error(&tracer.active_span().unwrap(), &io::Error::other("refused"), []);
            drop(attached);
            context.span().end();
        },
        |spans, ()| {
            assert_eq!(tag(named(spans, "handler"), "error"), Some(&TagValue::Bool(true)));
            assert_eq!(named(spans, "handler").logs.len(), 1);
        },
    );
}

#[test]
fn a_layer_s_span_is_the_parent_and_is_not_finished_with_what_stands_for_it() {
    on_each_engine_beside_others(
        |tracer, layer| {
            let context = layer("handler");
            let _attached = context.clone().attach();
            let active = tracer.active_span().unwrap();
            assert_eq!(
                active.context().span_id_string(),
                context.span().span_context().span_id().to_string()
            );
            drop(active);
            assert!(context.span().is_recording(), "it would have ended");
            tracer.start_span("inside").finish();
            // One on top of this program's own is not this program's.
            let own = tracer.start_span("own");
            let _scope = tracer.activate(&own);
            let top = layer("top").attach();
            assert_ne!(
                tracer.active_span().unwrap().context().span_id_string(),
                own.context().span_id_string()
            );
            tracer.start_span("inside top").finish();
            drop(top);
            context.span().end();
        },
        |spans, ()| {
            let handler = named(spans, "handler").span_id;
            assert_eq!(references(named(spans, "inside")), [(RefType::ChildOf, handler)]);
            let top = named(spans, "top").span_id;
            assert_eq!(references(named(spans, "inside top")), [(RefType::ChildOf, top)]);
        },
    );
}

#[test]
fn a_span_context_keeps_no_span_from_its_end() {
    on_each_engine_beside_others(
        |tracer, layer| {
            let _attached = layer("handler").attach();
            tracer.active_span().unwrap().context()
        },
        |spans, kept| {
            assert_eq!(format!("{:016x}", named(spans, "handler").span_id), kept.span_id_string());
        },
    );
}

#[test]
fn baggage_on_top_of_the_active_span_is_inherited_and_what_has_been_set_in_it_since() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            span.set_baggage_item("before", "1").set_baggage_item("gone", "1");
            let _scope = tracer.activate(&span);
            let _attached = with_baggage("top").attach();
            span.set_baggage_item("since", "2").set_baggage_item("gone", "");
            let child = tracer.start_span("child");
            let item = |key| child.baggage_item(key);
            assert_eq!(
                ["before", "top", "since"].map(item),
                [Some("1".into()), Some("t".into()), Some("2".into())]
            );
            assert_eq!(item("gone"), None);
        },
        |spans, ()| {
            let span = named(spans, "span").span_id;
            assert_eq!(references(named(spans, "child")), [(RefType::ChildOf, span)]);
        },
    );
}

#[test]
fn a_priority_that_was_said_in_the_active_span_counts_below_it() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            let _scope = tracer.activate(&span);
            ext::SAMPLING_PRIORITY.set(&span, 1);
            assert!(tracer.start_span("child").context().is_debug());
        },
        |spans, ()| assert_eq!(spans.len(), 2),
    );
}

#[test]
fn nothing_starts_where_telemetry_is_suppressed() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = Tracer::new(&provider);
    let span = tracer.start_span("span");
    let _scope = tracer.activate(&span);
    {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        tracer.start_span("below").finish();
        tracer.build_span("child").child_of(&span.context()).start().finish();
        tracer.build_span("root").ignore_active_span().start().finish();
        provider.tracer("other").start("other").end();
    }
    tracer.start_span("afterwards").finish();
    let names: Vec<_> = exporter.get_finished_spans().unwrap().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["afterwards"]);
}

#[tokio::test]
async fn a_task_that_goes_on_keeps_no_span_from_its_end() {
    let mock = MockTracer::new();
    {
        let span = mock.tracer().start_span("span");
        let _scope = mock.tracer().activate(&span);
        tokio::spawn(std::future::pending::<()>().with_current_context());
    }
    tokio::task::yield_now().await;
    assert_eq!(mock.unfinished_spans(), 0);

    let active = mock.tracer().start_span("in a future");
    let tracer = mock.tracer().clone();
    let waiting = active.activate_in(async move {
        tokio::task::yield_now().await;
        tracer.active_span().unwrap().set_tag("found", true);
    });
    drop(active);
    assert_eq!(mock.unfinished_spans(), 1, "the future has it");
    waiting.await;
    assert_eq!(mock.finished_spans().last().unwrap().tag("found"), Some(&true.into()));
}

/// At the end of a span it asks which one is active.
#[derive(Debug, Default)]
struct Asks(Arc<Mutex<Option<Tracer>>>);

impl SpanProcessor for Asks {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, _: SpanData) {
        // So that the others are about to tell it something.
        thread::sleep(Duration::from_millis(20));
        let tracer = self.0.lock().unwrap().clone();
        let _ = tracer.unwrap().active_span();
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[test]
fn baggage_that_is_set_while_the_span_ends_stops_nobody() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let asks = Asks::default();
        let slot = Arc::clone(&asks.0);
        let provider = SdkTracerProvider::builder().with_span_processor(asks).build();
        let tracer = Tracer::new(&provider);
        *slot.lock().unwrap() = Some(tracer.clone());
        for _ in 0..10 {
            let span = tracer.build_span("span").ignore_active_span().start();
            let _scope = tracer.activate(&span);
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..5_000 {
                            span.set_baggage_item("key", "value");
                        }
                    });
                }
                thread::sleep(Duration::from_millis(2));
                span.finish();
            });
        }
        done.send(()).unwrap();
    });
    is_done.recv_timeout(Duration::from_secs(60)).expect("they wait for each other");
}

/// What others keep in contexts.
#[derive(Debug, PartialEq)]
struct Tenant(&'static str, Arc<()>);

#[test]
fn what_else_is_in_a_context_stays_there() {
    let (mock, kept) = (MockTracer::new(), Arc::new(()));
    let tracer = mock.tracer();
    let tenant = |name| Context::current_with_value(Tenant(name, kept.clone())).attach();
    let current_tenant = || Context::map_current(|context| context.get::<Tenant>().map(|tenant| tenant.0));
    let first = tenant("a");
    let (span, producer) = (tracer.start_span("span"), tracer.start_span("producer").context());
    drop(first);
    assert_eq!(Arc::strong_count(&kept), 1, "a span keeps what was in its context");
    let _second = tenant("b");
    let consumer = tracer.build_span("consumer").follows_from(&producer).start();
    for span in [&span, &consumer] {
        let scope = tracer.activate(span);
        assert_eq!(current_tenant(), Some("b"));
        drop(scope);
    }
}

#[test]
fn telemetry_stays_suppressed_whatever_becomes_active() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = Tracer::new(&provider);
    let attached = provider.tracer("other").start("layer's");
    let attached = Context::current_with_span(attached).attach();
    let foreign = tracer.active_span().unwrap();
    drop(attached);
    let suppressed = Context::enter_telemetry_suppressed_scope();
    let inside = tracer.start_span("send batch").context();
    for scope in
        [tracer.activate(&tracer.start_span("send batch")), tracer.activate(&foreign), tracer.deactivate()]
    {
        tracer.start_span("child").finish();
        provider.tracer("other").start("other").end();
        drop(scope);
    }
    drop(suppressed);
    assert_eq!(exporter.get_finished_spans().unwrap().len(), 0);
    // A span context brings no suppression along.
    tracer.build_span("outside").child_of(&inside).start().finish();
    assert_eq!(exporter.get_finished_spans().unwrap().len(), 1);
}

#[test]
fn what_is_done_with_an_ended_span_is_counted_however_it_is_reached() {
    on_each_engine_beside_others(
        |tracer, layer| {
            let context = layer("handler");
            let attached = context.clone().attach();
            let handler = tracer.active_span().unwrap();
            context.span().end();
            handler.set_tag("late", 1).log_kv([("event", "late")]);
            drop(attached);
            let own = tracer.start_span("own");
            let scope = tracer.activate(&own);
            let kept = Context::current();
            drop((scope, own));
            let _attached = kept.attach();
            tracer.active_span().unwrap().set_tag("late", 1).set_baggage_item("late", "1");
            assert_eq!(tracer.ignored_operations(), 4);
            assert_eq!(tracer.start_span("below").baggage_item("late"), None);
        },
        |spans, ()| {
            assert_eq!(tag(named(spans, "own"), "late"), None);
            assert_eq!(named(spans, "handler").logs.len(), 0);
        },
    );
}

/// A processor that looks at the current span when one ends.
#[derive(Debug)]
struct Looks(mpsc::Sender<bool>);

impl SpanProcessor for Looks {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, _: SpanData) {
        let is_recording = Context::map_current(|context| context.span().is_recording());
        let _ = self.0.send(is_recording);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[test]
fn who_looks_at_the_current_span_at_its_end_is_not_stuck() {
    let (told, ends) = mpsc::channel();
    let provider = SdkTracerProvider::builder().with_span_processor(Looks(told)).build();
    thread::spawn(move || {
        let tracer = Tracer::new(&provider);
        drop(tracer.activate(&tracer.start_span("ends with its scope")));
        let span = tracer.start_span("ends in its scope");
        let _scope = tracer.activate(&span);
        span.finish();
    });
    for _ in 0..2 {
        assert_eq!(ends.recv_timeout(Duration::from_secs(10)), Ok(false));
    }
}
