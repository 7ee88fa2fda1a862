//! Rate, errors and duration: one measurement for each request, whatever its way out, and no request is active for ever.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{future::pending, panic::AssertUnwindSafe};

use crate::support::{Frames, Then, Traced, data, frames, next, request, trailers};
use http::{Request, Response};
use http_body_util::BodyExt;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
    data::{AggregatedMetrics, MetricData},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, Filter, ServerLayer};

/// A meter, and what was measured with it.
struct Measured {
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

impl Measured {
    fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        Self { provider: SdkMeterProvider::builder().with_reader(reader).build(), exporter }
    }

    fn layer(&self) -> ServerLayer<crate::support::TestTracer> {
        ServerLayer::with_tracer(Traced::new().tracer()).with_meter(&self.provider.meter("test"))
    }

    /// A line for each data point: the name, the attributes, and the count or the value.
    fn lines(&self) -> Vec<String> {
        self.provider.force_flush().unwrap();
        let exports = self.exporter.get_finished_metrics().unwrap();
        let mut lines = Vec::new();
        for metric in exports.last().unwrap().scope_metrics().flat_map(|scope| scope.metrics()) {
            let mut line = |attributes: Vec<String>, value: String| {
                lines.push(format!("{} [{}] {value}", metric.name(), attributes.join(", ")));
            };
            let sorted = |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>| {
                let mut attributes: Vec<_> =
                    attributes.map(|label| format!("{}={}", label.key, label.value)).collect();
                attributes.sort();
                attributes
            };
            match metric.data() {
                AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                    for point in histogram.data_points() {
                        line(sorted(&mut point.attributes()), format!("count {}", point.count()));
                    }
                }
                AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                    for point in sum.data_points() {
                        line(sorted(&mut point.attributes()), point.value().to_string());
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        lines.sort();
        lines
    }
}

/// A service whose answer is told by the path.
async fn answer(request: Request<String>) -> Result<Response<Frames>, &'static str> {
    let body = |then| frames([data("x")], then);
    match request.uri().path() {
        "/never" => pending().await,
        "/error" => Err("refused"),
        "/panic" => panic!("the handler panics"),
        "/500" => Ok(Response::builder().status(500).body(body(Then::End)).unwrap()),
        "/body-error" => Ok(Response::new(frames([data("x"), Err("broken")], Then::End))),
        "/endless" => Ok(Response::new(body(Then::Pending))),
        "/a.B/C" => Ok(Response::new(frames([data("x"), trailers(&[("grpc-status", "5")])], Then::End))),
        "/denied.Up/4711" => Ok(Response::new(frames([trailers(&[("grpc-status", "16")])], Then::End))),
        "/made.Up/4711" => Ok(Response::new(frames([trailers(&[("grpc-status", "12")])], Then::End))),
        _ => Ok(Response::new(body(Then::End))),
    }
}

#[tokio::test]
async fn every_way_out_is_measured_once_and_leaves_no_request_active() {
    let measured = Measured::new();
    let service = measured.layer().with_filter(Filter::not_paths(["/quiet"])).layer(service_fn(answer));
    let get = |path: &str| service.clone().oneshot(request("GET", path, &[]));
    for path in ["/", "/", "/500", "/body-error", "/quiet"] {
        let _ = get(path).await.unwrap().into_body().collect().await;
    }
    assert!(get("/error").await.is_err());
    drop(get("/endless").await.unwrap());
    let mut never = Box::pin(get("/never"));
    assert!(futures_poll(&mut never).await);
    assert!(measured.lines().contains(&"http.server.active_requests [http.request.method=GET] 1".to_owned()));
    drop(never);
    let panicking = AssertUnwindSafe(get("/panic"));
    assert!(tokio::spawn(panicking.0).await.unwrap_err().is_panic());

    let of = |rest: &str, count: u64| format!("http.server.request.duration [{rest}] count {count}");
    let ok = "http.request.method=GET, http.response.status_code=200";
    let mut expected = vec![
        "http.server.active_requests [http.request.method=GET] 0".to_owned(),
        of(&format!("{ok}, outcome=cancelled-in-body"), 1),
        of(&format!("{ok}, outcome=completed"), 2),
        of(&format!("error.type=body-error, {ok}, outcome=body-error"), 1),
        of("error.type=500, http.request.method=GET, http.response.status_code=500, outcome=completed", 1),
        of("error.type=panicked, http.request.method=GET, outcome=panicked", 1),
        of("error.type=service-error, http.request.method=GET, outcome=service-error", 1),
        of("http.request.method=GET, outcome=cancelled-before-head", 1),
    ];
    expected.sort();
    assert_eq!(measured.lines(), expected);
}

/// Polls once; `true` if it is not ready.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending()))
        .await
}

#[tokio::test]
async fn grpc_is_measured_by_its_status_and_a_method_that_is_not_there_is_other() {
    let measured = Measured::new();
    let service = measured.layer().layer(service_fn(answer));
    for path in ["/a.B/C", "/made.Up/4711", "/denied.Up/4711", "/no.Grpc/4711"] {
        let call = request("POST", path, &[("content-type", "application/grpc")]);
        service.clone().oneshot(call).await.unwrap().into_body().collect().await.unwrap();
    }
    let of = |rest: &str| format!("rpc.server.call.duration [{rest}, rpc.system.name=grpc] count 1");
    assert_eq!(
        measured.lines(),
        [
            "http.server.active_requests [rpc.system.name=grpc] 0".to_owned(),
            of("outcome=completed, rpc.method=_OTHER, rpc.response.status_code=UNIMPLEMENTED")
                .replace("[outcome", "[error.type=UNIMPLEMENTED, outcome"),
            of(
                "error.type=missing-trailers, http.response.status_code=200, outcome=missing-trailers, rpc.method=_OTHER"
            ),
            of("outcome=completed, rpc.method=_OTHER, rpc.response.status_code=UNAUTHENTICATED"),
            of("outcome=completed, rpc.method=a.B/C, rpc.response.status_code=NOT_FOUND"),
        ]
    );
}

#[tokio::test]
async fn a_hook_that_panics_leaves_no_request_active() {
    let measured = Measured::new();
    let layer = measured.layer().with_on_end(|_, _| panic!("the hook panics"));
    let service = layer.layer(service_fn(answer));
    let call =
        async move { service.oneshot(request("GET", "/", &[])).await.unwrap().into_body().collect().await };
    assert!(tokio::spawn(async { call.await.is_ok() }).await.unwrap_err().is_panic());
    let active = "http.server.active_requests [http.request.method=GET] 0".to_owned();
    assert!(measured.lines().contains(&active), "{:?}", measured.lines());
}

#[tokio::test]
async fn clients_are_measured_in_instruments_of_their_own_and_methods_nobody_knows_are_other() {
    let measured = Measured::new();
    let layer = ClientLayer::with_tracer(Traced::new().tracer()).with_meter(&measured.provider.meter("test"));
    let mut body =
        layer.layer(service_fn(answer)).oneshot(request("MADE-UP-4711", "/", &[])).await.unwrap().into_body();
    while next(&mut body).await.is_some() {}
    assert_eq!(
        measured.lines(),
        [
            "http.client.active_requests [http.request.method=_OTHER] 0",
            "http.client.request.duration [http.request.method=_OTHER, http.response.status_code=200, outcome=completed] count 1",
        ]
    );
}
