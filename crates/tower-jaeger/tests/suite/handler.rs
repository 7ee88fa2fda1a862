//! What handlers, tasks and consumers of messages do with the context of a request.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Traced, call, request};
use http::{Request, Response};
use jaeger_propagation::{Baggage, Propagator};
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    trace::{Link, SpanContext, SpanId, SpanKind, TraceContextExt, TraceId, Tracer},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, ServerLayer, current_baggage, current_span, follows_from, with_baggage};

const FROM_A_CALLER: [(&str, &str); 3] =
    [("uber-trace-id", "7b:1c8:0:1"), ("uberctx-session", "s1"), ("uberctx-city", "Oslo")];

/// Sends a request with a trace and baggage through the server layer to a handler.
async fn serve<F: Future<Output = ()>>(traced: &Traced, handler: impl Fn() -> F) {
    let handler = service_fn(async |_: Request<String>| {
        handler().await;
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let mut service = ServerLayer::with_tracer(traced.tracer()).layer(handler);
    call(&mut service, request("GET", "/", &FROM_A_CALLER)).await;
}

/// Calls the next hop through the client layer and returns the baggage that it gets.
async fn baggage_at_next_hop(traced: &Traced) -> BTreeMap<String, String> {
    let received = Mutex::new(Baggage::default());
    let next_hop = service_fn(async |request: Request<String>| {
        *received.lock().unwrap() = Propagator::new().extract(request.headers()).baggage;
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let mut client = ClientLayer::with_tracer(traced.tracer()).layer(next_hop);
    call(&mut client, request("GET", "http://next.example/", &[])).await;
    let received = received.into_inner().unwrap();
    received.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

// === Baggage ===

#[tokio::test]
async fn added_baggage_reaches_the_next_hop_beside_what_came() {
    let traced = Traced::new();
    let handler = async || {
        let items = [("customer", "Trom Chocolatier, 100 % kakaó"), ("city", "Tromsø")];
        let received = with_baggage(items, async {
            tokio::task::yield_now().await;
            baggage_at_next_hop(&traced).await
        });
        let expected = [("session", "s1"), ("city", "Tromsø"), ("customer", "Trom Chocolatier, 100 % kakaó")];
        assert_eq!(received.await, pairs(&expected));
        let afterwards = baggage_at_next_hop(&traced).await;
        assert_eq!(afterwards, pairs(&[("session", "s1"), ("city", "Oslo")]));
    };
    serve(&traced, handler).await;

    let spans = traced.finished();
    let server = spans.iter().find(|span| span.span_kind == SpanKind::Server).unwrap();
    let clients: Vec<_> = spans.iter().filter(|span| span.span_kind == SpanKind::Client).collect();
    assert_eq!(clients.len(), 2);
    assert!(clients.iter().all(|client| client.parent_span_id == server.span_context.span_id()));
}

#[tokio::test]
async fn added_baggage_may_be_more_than_opentelemetry_s() {
    let traced = Traced::new();
    let handler = async || {
        let many = (0..100).map(|i| (format!("key{i}"), i.to_string()));
        with_baggage(many, async {
            // A second time, on top of what OpenTelemetry had no room for; a key that no header can have stays here.
            with_baggage([("key99", "new"), ("no token", "x")], async {
                let received = baggage_at_next_hop(&traced).await;
                assert_eq!(received.len(), 102);
                assert_eq!(received["key98"], "98");
                assert_eq!(received["key99"], "new");
                assert_eq!(current_baggage().len(), 103);
                assert_eq!(current_baggage().get("no token"), Some("x"));
            })
            .await;
        })
        .await;
    };
    serve(&traced, handler).await;
}

#[tokio::test]
async fn baggage_may_be_added_outside_of_any_request() {
    let traced = Traced::new();
    let received = with_baggage([("job", "7")], baggage_at_next_hop(&traced)).await;
    assert_eq!(received, pairs(&[("job", "7")]));
}

// === The current span ===

#[test]
fn outside_of_a_request_there_is_no_span_and_no_baggage() {
    assert!(!current_span().is_valid());
    assert!(current_baggage().is_empty());
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn axum_s_handlers_take_span_and_baggage_as_arguments() {
    use axum::{Router, body::Body, routing::get};
    use http_body_util::BodyExt;
    use tower_jaeger::{CurrentBaggage, CurrentSpan};

    async fn order(CurrentSpan(span): CurrentSpan, CurrentBaggage(baggage): CurrentBaggage) -> String {
        format!("{} {} {:?}", span.trace_id(), span.is_sampled(), baggage.get("city"))
    }

    let traced = Traced::new();
    let app = Router::new().route("/order", get(order)).layer(ServerLayer::with_tracer(traced.tracer()));
    let (head, _) = request("GET", "/order", &FROM_A_CALLER).into_parts();
    let response = app.clone().oneshot(Request::from_parts(head, Body::empty())).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, format!("{:032x} true Some(\"Oslo\")", 0x7b));
}

#[tokio::test]
async fn tonic_s_handlers_ask_for_span_and_baggage() {
    use http_body_util::{BodyExt, Full};
    use tonic_prost::ProstCodec;

    let seen = Mutex::new(None);
    let handler = || {
        service_fn(async |_: tonic::Request<String>| {
            tokio::task::yield_now().await;
            *seen.lock().unwrap() = Some((current_span(), current_baggage()));
            Ok::<_, tonic::Status>(tonic::Response::new("found".to_owned()))
        })
    };
    let grpc = service_fn(async |request: Request<Full<bytes::Bytes>>| {
        let mut grpc = tonic::server::Grpc::new(ProstCodec::<String, String>::default());
        Ok::<_, Infallible>(grpc.unary(handler(), request).await)
    });
    let traced = Traced::new();
    let mut headers = FROM_A_CALLER.to_vec();
    headers.push(("content-type", "application/grpc"));
    let (head, _) = request("POST", "/driver.Driver/Find", &headers).into_parts();
    // A frame of gRPC with an empty message.
    let request = Request::from_parts(head, Full::from(&[0; 5][..]));
    let service = ServerLayer::with_tracer(traced.tracer()).layer(grpc);
    let response = service.oneshot(request).await.unwrap();
    response.into_body().collect().await.unwrap();

    let (span, baggage) = seen.into_inner().unwrap().unwrap();
    assert_eq!(span, traced.one().span_context);
    assert_eq!(span.trace_id(), TraceId::from(0x7b));
    assert_eq!(baggage.get("session"), Some("s1"));
}

// === Tasks ===

#[tokio::test]
async fn a_task_takes_the_context_along_and_does_not_delay_the_span() {
    let traced = Arc::new(Traced::new());
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let (wait, task) = (Mutex::new(Some(wait)), Mutex::new(None));
    let handler = async || {
        let (wait, traced) = (wait.lock().unwrap().take().unwrap(), Arc::clone(&traced));
        let work = async move {
            wait.await.unwrap();
            baggage_at_next_hop(&traced).await
        };
        *task.lock().unwrap() = Some(tokio::spawn(work.with_current_context()));
    };
    serve(&traced, handler).await;
    let server = traced.one();

    go.send(()).unwrap();
    let task = task.into_inner().unwrap().unwrap();
    let received = tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
    assert_eq!(received, pairs(&[("session", "s1"), ("city", "Oslo")]));
    assert_eq!(traced.finished()[1].parent_span_id, server.span_context.span_id());
}

// === Messages ===

/// Starts the consumer's span in the context of a producer, as the documentation of `follows_from` shows.
fn consume(traced: &Traced, producer: &Context) -> SpanContext {
    let tracer = traced.tracer();
    let builder = tracer.span_builder("process order").with_kind(SpanKind::Consumer);
    let span = tracer.build_with_context(builder.with_links(follows_from(producer)), producer);
    let context = producer.with_span(span);
    context.span().end();
    context.span().span_context().clone()
}

fn is_follows_from(link: &Link, predecessor: &SpanContext) -> bool {
    (link.span_context.trace_id(), link.span_context.span_id())
        == (predecessor.trace_id(), predecessor.span_id())
        && link.attributes == [KeyValue::new("opentracing.ref_type", "follows_from")]
}

#[tokio::test]
async fn a_consumer_follows_from_the_producer_of_its_message() {
    let (traced, propagator) = (Traced::new(), Propagator::new());
    let message = Mutex::new((HashMap::<String, String>::new(), Vec::new()));
    let handler = async || {
        let (headers, bytes) = &mut *message.lock().unwrap();
        let context = Context::current();
        propagator.inject_from_context(&context, headers);
        propagator.inject_binary_from_context(&context, bytes);
    };
    serve(&traced, handler).await;
    let server = traced.one().span_context;

    let (headers, bytes) = message.into_inner().unwrap();
    for extracted in [propagator.extract(&headers), propagator.extract_binary(&bytes)] {
        let producer = extracted.into_context(&Context::new());
        assert_eq!(Baggage::from_context(&producer).get("city"), Some("Oslo"));
        let span = consume(&traced, &producer);
        let consumer = traced.finished().pop().unwrap();
        assert_eq!(consumer.span_context, span);
        assert_eq!(span.trace_id(), server.trace_id());
        assert_eq!(consumer.parent_span_id, server.span_id());
        assert_eq!(consumer.links.len(), 1);
        assert!(is_follows_from(&consumer.links[0], &server), "{:?}", consumer.links);
    }
}

#[test]
fn a_message_without_a_trace_is_a_root_without_references() {
    let traced = Traced::new();
    let nothing = HashMap::<String, String>::new();
    consume(&traced, &Propagator::new().extract(&nothing).into_context(&Context::new()));
    let consumer = traced.one();
    assert_eq!(consumer.parent_span_id, SpanId::INVALID);
    assert_eq!(consumer.links.len(), 0);
}
