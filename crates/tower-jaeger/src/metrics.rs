//! Rate, errors and duration, through an OpenTelemetry `Meter`.

use std::time::Instant;

use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter, UpDownCounter},
};

use crate::{
    RequestHead,
    operation_name::{self, route},
    protocol::Protocol,
    request_span::Side,
    tags::{self, End, Tags},
};

/// The instruments of a layer. Attributes are of low cardinality: a route and not a path, `_OTHER` for what nobody knows.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    http_duration: Histogram<f64>,
    rpc_duration: Histogram<f64>,
    active: UpDownCounter<i64>,
}

/// A request that is under way; it has been counted as active.
#[derive(Debug)]
pub(crate) struct InFlight {
    started: Instant,
    /// The same when it begins and when it ends, or the number of active requests would not return to zero.
    kind: KeyValue,
    route: Option<String>,
}

/// OpenTelemetry's advice for HTTP, in seconds.
const BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

// === impl Metrics ===

impl Metrics {
    pub(crate) fn new(meter: &Meter, side: Side) -> Self {
        let side = match side {
            Side::Server => "server",
            Side::Client => "client",
        };
        let duration = |name: String, description: &'static str| {
            meter
                .f64_histogram(name)
                .with_unit("s")
                .with_description(description)
                .with_boundaries(BOUNDARIES.to_vec())
                .build()
        };
        Self {
            http_duration: duration(format!("http.{side}.request.duration"), "Duration of HTTP requests"),
            rpc_duration: duration(format!("rpc.{side}.call.duration"), "Duration of gRPC calls"),
            active: meter
                .i64_up_down_counter(format!("http.{side}.active_requests"))
                .with_unit("{request}")
                .with_description("Requests under way, gRPC calls included")
                .build(),
        }
    }

    pub(crate) fn begin(&self, of: Tags, request: &RequestHead<'_>) -> Box<InFlight> {
        let kind = match of.protocol {
            Protocol::Grpc => KeyValue::new(tags::RPC_SYSTEM_NAME, "grpc"),
            Protocol::Http => {
                KeyValue::new(tags::HTTP_REQUEST_METHOD, operation_name::method(request.method))
            }
        };
        self.active.add(1, std::slice::from_ref(&kind));
        let route = match of.protocol {
            Protocol::Grpc => operation_name::grpc_method(request.uri.path()),
            Protocol::Http => route(of.side, request),
        };
        Box::new(InFlight { started: Instant::now(), kind, route: route.map(str::to_owned) })
    }

    pub(crate) fn end(&self, in_flight: InFlight, tags: Tags, end: &End) {
        let InFlight { started, kind, route } = in_flight;
        self.active.add(-1, std::slice::from_ref(&kind));
        let mut attributes = vec![kind, KeyValue::new(tags::OUTCOME, end.outcome.as_str())];
        attributes.extend(tags.error_type(end).map(|error| KeyValue::new(tags::ERROR_TYPE, error)));
        let (duration, key) = match tags.protocol {
            Protocol::Http => (&self.http_duration, tags::HTTP_ROUTE),
            Protocol::Grpc => (&self.rpc_duration, tags::RPC_METHOD),
        };
        // Anybody can call any method; one that is not there must not become a time series of its own.
        let is_other = tags.protocol == Protocol::Grpc && !end.is_method_known;
        let route = if is_other { Some(tags::OTHER.to_owned()) } else { route };
        attributes.extend(route.map(|route| KeyValue::new(key, route)));
        match end.grpc_status {
            Some(status) => {
                attributes.push(KeyValue::new(tags::RPC_RESPONSE_STATUS_CODE, status.upper_name()));
            }
            None => attributes
                .extend(end.status.map(|status| {
                    KeyValue::new(tags::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16()))
                })),
        }
        duration.record(started.elapsed().as_secs_f64(), &attributes);
    }
}
