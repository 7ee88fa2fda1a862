//! Spans that go several ways.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use jaeger_exporter::{BatchSender, InMemoryReporter};
use jaeger_tracer::{JaegerTracerProvider, ShutdownError};
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, Span, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};
use support::Agent;

const LONG: Duration = Duration::from_secs(30);

/// A span with everything that is encoded in another way by the other protocol.
fn make(tracer: &impl Tracer<Span: Send + Sync + 'static>) {
    let root = tracer.start("root");
    let link = Link::with_context(root.span_context().clone());
    let root = Context::new().with_span(root);
    let mut span = tracer
        .span_builder("work ☃")
        .with_kind(SpanKind::Client)
        .with_links(vec![link])
        .start_with_context(tracer, &root);
    for (key, value) in [("flag", true), ("no", false)] {
        span.set_attribute(KeyValue::new(key, value));
    }
    span.set_attribute(KeyValue::new("number", -731));
    span.set_attribute(KeyValue::new("double", 1.5));
    span.set_attribute(KeyValue::new("text", "é".repeat(200)));
    span.add_event("retry", vec![KeyValue::new("attempt", 2)]);
    span.set_status(Status::error("refused"));
    span.end();
    root.span().end();
}

#[test]
fn each_way_has_the_same_spans_in_its_own_protocol() {
    let agent = Agent::start();
    let (first, second) = (InMemoryReporter::new(), InMemoryReporter::new());
    let to_agent = || BatchSender::agent(&agent.address()).unwrap();
    for builder in [
        JaegerTracerProvider::builder(to_agent())
            .with_further_sender(BatchSender::in_memory(first.clone()), |_| {}),
        JaegerTracerProvider::builder(BatchSender::in_memory(second.clone()))
            .with_further_sender(to_agent(), |_| {}),
    ] {
        let provider = builder.build();
        make(&provider.tracer("ways"));
        provider.flush(LONG).unwrap();
        provider.shutdown(LONG).unwrap();
        let stats: Vec<_> = provider.further_stats().into_iter().chain([provider.stats()]).collect();
        assert!(
            stats.iter().all(|stats| (stats.sent(), stats.lost(), stats.queued()) == (2, 0, 0)),
            "{stats:?}"
        );
        assert_eq!(provider.shutdown(LONG), Err(ShutdownError::AlreadyShutdown));
    }
    let received = agent.spans();
    let kept: Vec<_> = first.spans().into_iter().chain(second.spans()).collect();
    assert_eq!(received.len(), 4);
    assert_eq!(received, kept);
}

#[test]
fn a_way_that_is_closed_does_not_close_the_others() {
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let memory = InMemoryReporter::new();
    let told = Arc::<Mutex<Vec<bool>>>::default();
    let tell = Arc::clone(&told);
    let to_nobody = || BatchSender::collector(&format!("http://{nobody}")).unwrap();
    let provider = JaegerTracerProvider::builder(to_nobody())
        .with_further_sender(to_nobody(), move |result| tell.lock().unwrap().push(result.is_ok()))
        .with_further_sender(BatchSender::in_memory(memory.clone()), |_| {})
        .with_flush_interval(Duration::from_millis(1))
        .build();
    make(&provider.tracer("ways"));
    assert_eq!(provider.flush(Duration::from_millis(300)), Err(ShutdownError::Timeout));
    assert_eq!(memory.spans_submitted(), 2);
    provider.shutdown(LONG).unwrap();
    let stats: Vec<_> = provider.further_stats().iter().map(|stats| (stats.sent(), stats.lost())).collect();
    assert_eq!((provider.stats().sent(), provider.stats().lost()), (0, 2));
    assert_eq!(stats, [(0, 2), (2, 0)]);
    assert_eq!(*told.lock().unwrap(), [false]);
}

#[test]
fn a_reporter_in_memory_forgets_when_it_is_told_and_knows_whose_spans_it_has() {
    let memory = InMemoryReporter::new();
    let provider = JaegerTracerProvider::builder(BatchSender::in_memory(memory.clone())).build();
    make(&provider.tracer("memory"));
    provider.flush(LONG).unwrap();
    let names: Vec<_> = memory.spans().into_iter().map(|span| span.operation_name).collect();
    assert_eq!(names, ["work ☃", "root"]);
    assert_eq!(memory.process().service_name, "unknown_service");
    memory.reset();
    assert_eq!((memory.spans_submitted(), memory.spans().len()), (0, 0));
    make(&provider.tracer("memory"));
    provider.flush(LONG).unwrap();
    assert_eq!(memory.spans_submitted(), 2);
}
