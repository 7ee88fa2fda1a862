//! Every tag that the layers write: the one place that knows their names.
//!
//! The names and types are those of OpenTracing's semantic conventions and of the Go middlewares (go-stdlib `nethttp`
//! for HTTP, `otgrpc` for gRPC). `span.kind` is not here: it is the span's own kind, which exporters write out.

use http::StatusCode;
use opentelemetry::{
    KeyValue,
    trace::{Status as SpanStatus, TraceContextExt},
};

use crate::{Outcome, RequestHead, grpc, protocol::Protocol, request_span::Side};

const COMPONENT: &str = "component";
const HTTP_METHOD: &str = "http.method";
const HTTP_URL: &str = "http.url";
const HTTP_STATUS_CODE: &str = "http.status_code";
const RESPONSE_CODE: &str = "response_code";
const RESPONSE_CLASS: &str = "response_class";
const OUTCOME: &str = "outcome";
const ERROR: &str = "error";

/// What is known when the span starts: `component`, `http.method`, `http.url`.
pub(crate) fn at_start(protocol: Protocol, request: &RequestHead<'_>, mut set: impl FnMut(KeyValue)) {
    match protocol {
        Protocol::Grpc => set(KeyValue::new(COMPONENT, "gRPC")),
        Protocol::Http => {
            set(KeyValue::new(COMPONENT, "tower"));
            set(KeyValue::new(HTTP_METHOD, crate::operation_name::method(request.method)));
            set(KeyValue::new(HTTP_URL, crate::url::redacted(request.uri)));
        }
    }
}

/// The status of an HTTP response, `http.status_code`. Of a gRPC response only one that is no gRPC: its status is 200.
pub(crate) fn at_head(protocol: Protocol, context: &opentelemetry::Context, status: StatusCode) {
    if protocol == Protocol::Http || status != StatusCode::OK {
        context.span().set_attribute(KeyValue::new(HTTP_STATUS_CODE, i64::from(status.as_u16())));
    }
}

/// A gRPC status that is not OK: `response_code` and `response_class`.
pub(crate) fn at_grpc_status(context: &opentelemetry::Context, status: grpc::Status) {
    if !status.is_ok() {
        context.span().set_attribute(KeyValue::new(RESPONSE_CODE, status.name()));
        context.span().set_attribute(KeyValue::new(RESPONSE_CLASS, status.class()));
    }
}

/// How the request ended, unless it just completed.
pub(crate) fn at_end(context: &opentelemetry::Context, outcome: Outcome, failed: bool) {
    let span = context.span();
    if outcome != Outcome::Completed {
        span.set_attribute(KeyValue::new(OUTCOME, outcome.as_str()));
    }
    if failed || outcome.is_error() {
        span.set_attribute(KeyValue::new(ERROR, true));
        span.set_status(SpanStatus::error(""));
    }
}

/// Whether an HTTP status is an error: from 500 on for a server, from 400 on for a client (the Go middleware says 500
/// there too; a client whose request was refused has failed).
pub(crate) fn is_http_error(side: Side, status: StatusCode) -> bool {
    match side {
        Side::Server => status.as_u16() >= 500,
        Side::Client => status.as_u16() >= 400,
    }
}

/// Whether a gRPC status is an error: only the `5xx` class for a server, anything but OK for a client, as `otgrpc`.
pub(crate) fn is_grpc_error(side: Side, status: grpc::Status) -> bool {
    match side {
        Side::Server => status.class() == "5xx",
        Side::Client => !status.is_ok(),
    }
}
