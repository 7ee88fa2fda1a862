//! OpenTelemetry's protocol: what is taken in, and what is answered to the rest. What it looks like is compared with Jaeger in
//! `integration-tests/tests/same_bytes`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{convert::Infallible, future::poll_fn};

use axum::body::Bytes;
use http_body_util::channel::Channel as ChannelBody;
use jaeger_backend::{Backend, Listener, Source};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse, trace_service_client::TraceServiceClient,
    },
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;
use support::{Answer, post_to};
use tonic::{Code, codec::CompressionEncoding, codegen::Service, transport::Channel};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

fn request(trace_id: &[u8], span_id: &[u8]) -> ExportTraceServiceRequest {
    let span = Span {
        trace_id: trace_id.to_vec(),
        span_id: span_id.to_vec(),
        name: "GET".into(),
        ..Span::default()
    };
    let scope = ScopeSpans { spans: vec![span], ..ScopeSpans::default() };
    let resource = ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }
}

async fn post(backend: &Backend, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    post_to(backend.otlp_endpoint(), content_type, body.into()).await
}

#[tokio::test]
async fn spans_come_by_grpc_plain_and_compressed() {
    let backend = Backend::start().await.unwrap();
    let channel = Channel::from_shared(backend.otlp_grpc_endpoint()).unwrap().connect().await.unwrap();
    let mut plain = TraceServiceClient::new(channel);
    let mut compressed = plain.clone().send_compressed(CompressionEncoding::Gzip);
    for (client, id) in [(&mut plain, 1), (&mut compressed, 2)] {
        let answer = client.export(request(&[id; 16], &[id; 8])).await.unwrap().into_inner();
        assert_eq!(answer.partial_success.unwrap().rejected_spans, 0);
    }
    let traces = backend.store().traces();
    assert_eq!(traces.len(), 2);
    assert!(traces.iter().all(|trace| trace.spans().iter().all(|span| span.source == Source::Otlp)));
    let refused = plain.export(request(&[1; 15], &[1; 8])).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(refused.message(), "invalid length for TraceID: 15 bytes, not 16");
    let too_large = plain.export(request(&[1; 16], &vec![1; 5 << 20])).await.unwrap_err();
    assert_eq!(too_large.code(), Code::OutOfRange);
    assert_eq!(backend.store().stats().refused_bodies, 2);
}

#[tokio::test]
async fn answers_are_in_the_encoding_of_the_request() {
    let backend = Backend::start().await.unwrap();
    let good = request(&[1; 16], &[1; 8]);
    let answer = post(&backend, JSON, serde_json::to_vec(&good).unwrap()).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, JSON));
    assert_eq!(answer.body, r#"{"partialSuccess":{}}"#);
    let answer = post(&backend, PROTOBUF, good.encode_to_vec()).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, PROTOBUF));
    let answer = ExportTraceServiceResponse::decode(answer.body.as_bytes()).unwrap();
    assert!(answer.partial_success.is_some());
    assert_eq!(backend.store().stats().received_spans, 2);
}

#[tokio::test]
async fn what_is_no_request_is_refused_and_counted() {
    let backend = Backend::start().await.unwrap();
    let short = serde_json::to_string(&request(&[1; 3], &[1; 8])).unwrap();
    for (content_type, body, status, says) in [
        (JSON, "{", 400, r#"{"code":3,"message":"EOF"#),
        (JSON, short.as_str(), 400, r#""message":"invalid length for TraceID: 3 bytes, not 16""#),
        (PROTOBUF, "no", 400, "invalid"),
        (
            "text/plain",
            "{}",
            415,
            "415 unsupported media type, supported: [application/json, application/x-protobuf]",
        ),
        ("", "{}", 415, "415 unsupported media type"),
    ] {
        let answer = post(&backend, content_type, body).await;
        assert_eq!(answer.status, status, "{content_type} {body}");
        assert!(answer.body.contains(says), "{}", answer.body);
    }
    assert_eq!(backend.store().stats().refused_bodies, 5);
    let url = format!("http://{}/v1/traces", backend.addr(Listener::OtlpHttp));
    let answer = support::get_url(url).await;
    assert_eq!((answer.status, answer.body.as_str()), (405, "405 method not allowed, supported: [POST]"));
}

/// What OpenTelemetry's rules for its JSON leave to the sender.
#[tokio::test]
async fn json_may_have_more_and_less_than_is_read() {
    let backend = Backend::start().await.unwrap();
    let body = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"00f067aa0ba902b7","name":"GET","unknown":{"a":[1]},
         "startTimeUnixNano":1795333714000000000,"attributes":[{"key":"none"},{"key":"n","value":{"intValue":7}}]}]}],
        "schemaUrl":""}],"more":1}"#;
    assert_eq!(post(&backend, JSON, body).await.body, r#"{"partialSuccess":{}}"#);
    let trace = backend.store().trace("0af7651916cd43dd8448eb211c80319c".parse().unwrap()).unwrap();
    assert_eq!(trace.tree_with(&["none", "n"]), "OTLPResourceNoServiceName: GET [none= n=7]\n");
}

#[tokio::test]
async fn calls_that_send_nothing_give_way_to_others() {
    const AS_MANY_AS_ARE_READ_AT_ONCE: usize = 32;
    let backend = Backend::start().await.unwrap();
    let channel = Channel::from_shared(backend.otlp_grpc_endpoint()).unwrap().connect().await.unwrap();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let mut silent = tokio::task::JoinSet::new();
    for _ in 0..AS_MANY_AS_ARE_READ_AT_ONCE {
        let mut channel = channel.clone();
        silent.spawn(async move {
            poll_fn(|cx| channel.poll_ready(cx)).await.unwrap();
            let request = axum::http::Request::post(path).header("content-type", "application/grpc");
            let (_sends_nothing, body) = ChannelBody::<Bytes, Infallible>::new(1);
            let answer = channel.call(request.body(tonic::body::Body::new(body)).unwrap()).await.unwrap();
            tonic::Status::from_header_map(answer.headers()).unwrap().code()
        });
    }
    // Whether it waits for one of them or comes before the last, it is answered.
    TraceServiceClient::new(channel).export(request(&[1; 16], &[1; 8])).await.unwrap();
    while let Some(code) = silent.join_next().await {
        assert_eq!(code.unwrap(), Code::Unavailable);
    }
    let stats = backend.store().stats();
    let refused = AS_MANY_AS_ARE_READ_AT_ONCE as u64;
    assert_eq!((stats.received_spans, stats.refused_bodies), (1, refused));
}
