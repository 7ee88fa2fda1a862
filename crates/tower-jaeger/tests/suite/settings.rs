//! Trust, filters, names and hooks.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use crate::support::{Frames, TestTracer, Then, Traced, data, frames, outcome, request, tag};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use jaeger_propagation::{BaggageDrop, Format, Propagator};
use opentelemetry::{
    Context, KeyValue, SpanId, TraceId, Value,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use opentelemetry_sdk::trace::SpanData;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, Filter, Outcome, ResponseHeader, ServerLayer, Trust};

const CALLER: [(&str, &str); 3] =
    [("uber-trace-id", "7b:1c8:0:1"), ("uberctx-k", "v"), ("tracestate", "vendor=1")];

/// What leaves a service whose server layer is this one, after a request with these headers.
async fn sent_on(
    server: ServerLayer<TestTracer>,
    client: ClientLayer<TestTracer>,
    path: &str,
    headers: &[(&str, &str)],
) -> HeaderMap {
    let echo = service_fn(async |request: Request<String>| {
        let headers = request.headers().clone();
        Ok::<_, Infallible>(Response::builder().extension(headers).body(String::new()).unwrap())
    });
    let call = service_fn(move |_: Request<String>| {
        let client = client.layer(echo);
        async move { client.oneshot(request("GET", "/next", &[])).await }
    });
    let response = server.layer(call).oneshot(request("GET", path, headers)).await.unwrap();
    let sent = response.extensions().get::<HeaderMap>().unwrap().clone();
    response.into_body().collect().await.unwrap();
    sent
}

fn layers(traced: &Traced) -> (ServerLayer<TestTracer>, ClientLayer<TestTracer>) {
    (ServerLayer::with_tracer(traced.tracer()), ClientLayer::with_tracer(traced.tracer()))
}

/// The server span of a request from [`CALLER`], and what its service sends on.
async fn trusting(trust: Trust) -> (SpanData, HeaderMap) {
    let traced = Traced::new();
    let (server, client) = layers(&traced);
    let sent = sent_on(server.with_trust(trust), client, "/", &CALLER).await;
    let span = traced.finished().into_iter().find(|span| span.name == "HTTP GET" && is_server(span));
    (span.unwrap(), sent)
}

fn is_server(span: &SpanData) -> bool {
    span.span_kind == SpanKind::Server
}

#[tokio::test]
async fn a_trusted_caller_is_the_parent() {
    let (span, sent) = trusting(Trust::child_of()).await;
    assert_eq!(
        (span.span_context.trace_id(), span.parent_span_id),
        (TraceId::from(0x7b), SpanId::from(0x1c8))
    );
    assert!(span.links.is_empty());
    assert_eq!(sent["uberctx-k"], "v");
}

#[tokio::test]
async fn from_an_untrusted_caller_a_new_root_follows() {
    let (span, sent) = trusting(Trust::follows_from()).await;
    assert_ne!(span.span_context.trace_id(), TraceId::from(0x7b));
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    let caller = &span.links.links[0].span_context;
    assert_eq!((caller.trace_id(), caller.span_id()), (TraceId::from(0x7b), SpanId::from(0x1c8)));
    assert!(!sent.contains_key("uberctx-k"), "{sent:?}");
    assert!(sent["uber-trace-id"].to_str().unwrap().starts_with(&span.span_context.trace_id().to_string()));
}

#[tokio::test]
async fn an_ignored_caller_leaves_nothing_behind() {
    let (span, sent) = trusting(Trust::ignore()).await;
    assert_ne!(span.span_context.trace_id(), TraceId::from(0x7b));
    assert!(span.links.is_empty());
    assert!(!sent.contains_key("uberctx-k"), "{sent:?}");
}

#[tokio::test]
async fn baggage_has_a_switch_of_its_own() {
    let (_, sent) = trusting(Trust::ignore().with_baggage()).await;
    assert_eq!(sent["uberctx-k"], "v");
    let (span, sent) = trusting(Trust::child_of().without_baggage()).await;
    assert_eq!(span.span_context.trace_id(), TraceId::from(0x7b));
    assert!(!sent.contains_key("uberctx-k"), "{sent:?}");
}

#[tokio::test]
async fn a_request_that_the_filter_leaves_out_is_not_trusted_the_more() {
    let traced = Traced::new();
    let (server, client) = layers(&traced);
    let server = server.with_trust(Trust::ignore()).with_filter(Filter::not_paths(["/health"]));
    let stranger = [&CALLER[..], &[("jaeger-debug-id", "x")]].concat();
    let sent = sent_on(server, client, "/health", &stranger).await;
    assert!(!sent["uber-trace-id"].to_str().unwrap().starts_with("000000000000007b:"), "{sent:?}");
    assert!(!sent.contains_key("uberctx-k") && !sent.contains_key("tracestate"), "{sent:?}");
}

#[tokio::test]
async fn trust_is_asked_for_each_request_and_what_is_not_taken_is_counted() {
    let traced = Traced::new();
    let propagator = Propagator::new();
    let (server, client) = layers(&traced);
    let server = server.with_propagator(propagator.clone()).with_trust_by(|request| {
        if request.headers.contains_key("x-partner") { Trust::child_of() } else { Trust::ignore() }
    });
    let partner = [&CALLER[..], &[("x-partner", "1")]].concat();
    let sent = sent_on(server.clone(), client.clone(), "/", &partner).await;
    assert!(sent["uber-trace-id"].to_str().unwrap().starts_with("000000000000007b:"));
    let stranger = [&CALLER[..], &[("jaeger-debug-id", "x")]].concat();
    let sent = sent_on(server.clone(), client.clone(), "/", &stranger).await;
    assert!(!sent["uber-trace-id"].to_str().unwrap().starts_with("000000000000007b:"));
    sent_on(server, client, "/", &[("jaeger-debug-id", "x")]).await;
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::Untrusted), 1);
    assert_eq!(propagator.counters().debug_ids_refused(), 1);
    assert_eq!(propagator.counters().extracted(Format::Jaeger), 2, "it was read all the same");
}

#[tokio::test]
async fn a_filtered_request_has_no_span_and_its_trace_goes_on() {
    for (server_filter, client_filter, spans) in [(true, true, 0), (true, false, 1), (false, true, 1)] {
        let traced = Traced::new();
        let (mut server, mut client) = layers(&traced);
        if server_filter {
            server = server.with_filter(Filter::not_paths(["/quiet"]));
        }
        if client_filter {
            client = client.with_filter(Filter::not_paths(["/next"]));
        }
        let sent = sent_on(server, client, "/quiet?x=1", &CALLER).await;
        let finished = traced.finished();
        assert_eq!(finished.len(), spans, "{finished:?}");
        assert_eq!(sent["uberctx-k"], "v");
        let context = sent["uber-trace-id"].to_str().unwrap().to_owned();
        assert!(context.starts_with("000000000000007b:"), "{context}");
        let last = finished.first().map_or(SpanId::from(0x1c8), |span| span.span_context.span_id());
        assert!(
            context.contains(&last.to_string()),
            "the last span before the call is the parent: {context}"
        );
        assert!(finished.iter().all(|span| span.parent_span_id == SpanId::from(0x1c8)));
    }
}

#[tokio::test]
async fn a_filtered_call_does_not_end_the_span_around_it() {
    let traced = Traced::new();
    let current = Context::new().with_span(traced.tracer().start("current"));
    let client = ClientLayer::with_tracer(traced.tracer()).with_filter(Filter::new(|_| false));
    let service = service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
    let guard = current.clone().attach();
    let call = client.layer(service).oneshot(request("GET", "/", &[]));
    drop(guard);
    call.await.unwrap().into_body().collect().await.unwrap();
    assert!(traced.finished().is_empty(), "it was ended by somebody else's call");
    current.span().end();
    assert_eq!(traced.one().name, "current");
}

#[tokio::test]
async fn names_of_one_s_own() {
    let traced = Traced::new();
    let (server, client) = layers(&traced);
    let server = server
        .with_operation_name(|request| request.uri.path().starts_with("/v1/").then(|| "version 1".into()));
    sent_on(server.clone(), client.clone(), "/v1/731", &[]).await;
    sent_on(server, client, "/v2/731", &[]).await;
    let names: Vec<_> =
        traced.finished().iter().filter(|span| is_server(span)).map(|span| span.name.to_string()).collect();
    assert_eq!(names, ["version 1", "HTTP GET"]);
}

#[tokio::test]
async fn hooks_add_tags_at_request_response_and_end() {
    let traced = Traced::new();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&outcomes);
    let layer = ServerLayer::with_tracer(traced.tracer())
        .with_on_request(|request, span| {
            span.set_attribute(KeyValue::new("path.length", request.uri.path().len() as i64));
        })
        .with_on_response(|response, span| {
            let kind = response.headers["content-type"].to_str().unwrap().to_owned();
            span.set_attribute(KeyValue::new("content.type", kind));
        })
        .with_on_end(move |outcome, span| {
            assert!(span.is_recording());
            span.set_attribute(KeyValue::new("mine", outcome.as_str()));
            seen.lock().unwrap().push(outcome);
        })
        .with_filter(Filter::not_paths(["/quiet"]));
    let service = service_fn(async |_: Request<String>| {
        let body: Frames = frames([data("a"), data("b")], Then::End);
        Ok::<_, Infallible>(Response::builder().header("content-type", "text/plain").body(body).unwrap())
    });
    let service = layer.layer(service);
    let response = service.clone().oneshot(request("GET", "/users", &[])).await.unwrap();
    response.into_body().collect().await.unwrap();
    let span = traced.one();
    assert_eq!(tag(&span, "path.length"), Some(Value::from(6)));
    assert_eq!(tag(&span, "content.type"), Some(Value::from("text/plain")));
    assert_eq!(tag(&span, "mine"), Some(Value::from("completed")));

    drop(service.clone().oneshot(request("GET", "/", &[])).await.unwrap());
    drop(service.oneshot(request("GET", "/quiet", &[])).await.unwrap());
    assert_eq!(*outcomes.lock().unwrap(), [Outcome::Completed, Outcome::CancelledInBody]);
}

#[tokio::test]
async fn hooks_run_within_the_span() {
    let traced = Traced::new();
    let current = Arc::new(Mutex::new(Vec::new()));
    let [at_request, at_response, at_end] = [(); 3].map(|()| Arc::clone(&current));
    let note = |current: &Mutex<Vec<SpanId>>| {
        current.lock().unwrap().push(Context::map_current(|context| context.span().span_context().span_id()));
    };
    let layer = ServerLayer::with_tracer(traced.tracer())
        .with_on_request(move |_, _| note(&at_request))
        .with_on_response(move |_, _| note(&at_response))
        .with_on_end(move |_, _| note(&at_end));
    let service = service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
    let response = layer.layer(service).oneshot(request("GET", "/", &[])).await.unwrap();
    response.into_body().collect().await.unwrap();
    assert_eq!(*current.lock().unwrap(), [traced.one().span_context.span_id(); 3]);
}

#[tokio::test]
async fn a_hook_that_panics_ends_the_span_as_the_service_would() {
    type Layer = ServerLayer<TestTracer>;
    let at_request = |layer: Layer| layer.with_on_request(|_, _| panic!("at the request"));
    let at_response = |layer: Layer| layer.with_on_response(|_, _| panic!("at the response"));
    for hook in [at_request as fn(Layer) -> Layer, at_response] {
        let traced = Traced::new();
        let outcomes = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&outcomes);
        let layer = hook(ServerLayer::with_tracer(traced.tracer()))
            .with_on_end(move |outcome, _| seen.lock().unwrap().push(outcome));
        let service =
            service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
        let call = layer.layer(service).oneshot(request("GET", "/", &[]));
        tokio::spawn(call).await.unwrap_err();
        let span = traced.one();
        assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("panicked", Some(Value::from(true))));
        assert_eq!(*outcomes.lock().unwrap(), [Outcome::Panicked]);
    }
}

/// A chain of hops in a mixed fleet: trust and formats do not know of each other.
#[tokio::test]
async fn what_is_sent_on_has_the_caller_s_format_whatever_the_trust() {
    let w3c =
        [("traceparent", "00-0000000000000000000000000000007b-00000000000001c8-01"), ("baggage", "k=v")];
    for (trust, is_joined, has_baggage) in [
        (Trust::child_of(), true, true),
        (Trust::child_of().without_baggage(), true, false),
        (Trust::ignore().with_baggage(), false, true),
        (Trust::follows_from(), false, false),
    ] {
        let traced = Traced::new();
        let propagator = Propagator::as_received();
        let (server, client) = layers(&traced);
        let server = server.with_propagator(propagator.clone()).with_trust(trust);
        let sent = sent_on(server, client.with_propagator(propagator), "/", &w3c).await;
        let is_in_w3c = sent.contains_key("traceparent");
        assert_eq!(is_in_w3c, is_joined, "a new root goes out in Jaeger's format: {trust:?} {sent:?}");
        assert_eq!(sent.contains_key("uber-trace-id"), !is_joined, "{trust:?} {sent:?}");
        let baggage = if is_joined { "baggage" } else { "uberctx-k" };
        assert_eq!(sent.contains_key(baggage), has_baggage, "{trust:?} {sent:?}");
        if let Some(sent) = sent.get("traceparent") {
            assert!(sent.to_str().unwrap().starts_with("00-0000000000000000000000000000007b-"), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn a_setting_of_a_clone_is_not_one_of_the_original() {
    let traced = Traced::new();
    let original = ServerLayer::with_tracer(traced.tracer());
    let _filtering =
        original.clone().with_filter(Filter::new(|_| false)).with_on_end(|_, _| panic!("not mine"));
    let service = ServiceBuilder::new()
        .layer(original)
        .service(service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()))));
    service.oneshot(request("GET", "/", &[])).await.unwrap().into_body().collect().await.unwrap();
    traced.one();
}

#[tokio::test]
async fn the_caller_is_told_the_trace_in_the_chosen_form() {
    let traced = Traced::new();
    let answered = async |header: ResponseHeader, headers: &[(&str, &str)]| {
        let layer = ServerLayer::with_tracer(traced.tracer()).with_response_header(header);
        let service = layer
            .layer(service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()))));
        let response = service.oneshot(request("GET", "/", headers)).await.unwrap();
        let headers = response.headers().clone();
        response.into_body().collect().await.unwrap();
        (headers, traced.finished().last().map(|span| span.span_context.span_id().to_string()))
    };
    let debug = [("uber-trace-id", "7b:1c8:0:3")];
    let name = http::HeaderName::from_static("x-trace-id");
    let (headers, _) = answered(ResponseHeader::trace_id(name.clone()), &debug).await;
    assert_eq!(headers[&name], "000000000000007b");
    let (headers, span) = answered(ResponseHeader::uber_trace_id(), &debug).await;
    assert_eq!(headers["uber-trace-id"], format!("000000000000007b:{}:0:3", span.unwrap()).as_str());
    let (headers, span) = answered(ResponseHeader::traceresponse(), &debug).await;
    let expected = format!("00-0000000000000000000000000000007b-{}-01", span.unwrap());
    assert_eq!(headers["traceresponse"], expected.as_str());
    let (headers, _) =
        answered(ResponseHeader::trace_id(name.clone()), &[("uber-trace-id", "7b:1c8:0:0")]).await;
    assert_eq!(headers[&name], "000000000000007b", "unsampled traces have ids too");
}
