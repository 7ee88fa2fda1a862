//! One ride by five paths into two releases of the real Jaeger, by configuration alone: each shows the same trace, but for what the
//! tables below say.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use integration_tests::{
    peers::RealJaeger,
    shown::{Difference, ShownTrace, of_v2},
    wait_for_trace,
};

/// Of this seed there are as many spans.
const SEED: &str = "3";
const SPANS: usize = 55;

/// As `--exporter` has them. Others are compared with the first.
const PATHS: [&str; 5] = ["http", "udp", "udp-binary", "otlp", "opentelemetry-jaeger"];
const THRIFT: &[&str] = &["http", "udp", "udp-binary", "opentelemetry-jaeger"];
const OURS: &[&str] = &["http", "udp", "udp-binary"];
const UDP: &[&str] = &["udp", "udp-binary"];
const OTLP: &[&str] = &["otlp"];
const BRIDGE: &[&str] = &["opentelemetry-jaeger"];

/// What v1.62.0 shows otherwise than what came by HTTP.
const OF_THE_PATHS: [Difference; 8] = [
    Difference::new(
        UDP,
        "internal.span.format is proto",
        "the agent hands spans on by gRPC, as protobuf",
        |span| span.tags.change("internal.span.format", |_| "proto".to_owned()),
    ),
    Difference::new(OTLP, "internal.span.format is otlp", "that is what it came as", |span| {
        span.tags.change("internal.span.format", |_| "otlp".to_owned())
    }),
    Difference::new(OTLP, "no flags", "Jaeger does not take them from OTLP", |span| {
        span.flags.take().is_some()
    }),
    Difference::new(
        OTLP,
        "span.kind internal",
        "OTLP has a kind for every span, Thrift a tag where one is set",
        |span| span.tags.get("span.kind").is_none() && span.tags.add("span.kind", "internal"),
    ),
    Difference::new(
        OTLP,
        "error twice",
        "Jaeger makes one of the status, besides that of the program",
        |span| {
            let error = span.tags.iter().find(|tag| tag.key == "error").cloned();
            error.is_some_and(|error| span.tags.add_tag(error))
        },
    ),
    Difference::new(
        BRIDGE,
        "otel.library.name, not otel.scope.name",
        "the name that is deprecated since",
        |span| span.tags.rename("otel.scope.name", "otel.library.name"),
    ),
    Difference::new(BRIDGE, "no tags of the machine", "it sends the resource and nothing else", |span| {
        ["client-uuid", "hostname", "ip", "jaeger.version"]
            .into_iter()
            .all(|key| span.process_tags.remove(key))
    }),
    Difference::new(BRIDGE, "service.name among the process tags", "it is in the resource", |span| {
        span.process_tags.add("service.name", &span.service)
    }),
];

/// Runs the demo, whose services send by this path, and returns what Jaeger shows then.
fn ride(jaeger: &RealJaeger, path: &str) -> ShownTrace {
    let (option, address) = match path {
        "udp" => ("--agent", jaeger.agent()),
        "udp-binary" => ("--agent", jaeger.binary_agent()),
        "otlp" => ("--collector", jaeger.otlp_endpoint()),
        _ => ("--collector", jaeger.collector_endpoint()),
    };
    let query = jaeger.query_url();
    let mut rides = Command::new(env!("CARGO_BIN_EXE_rides"));
    rides.args(["--once", "--seed", SEED, "--exporter", path, option, &address, "--query", &query]);
    let output = rides.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    // By itself it checks services, operation names, errors and the tree.
    assert!(output.status.success(), "{path}: {printed}\n{}", String::from_utf8_lossy(&output.stderr));
    let trace_id = printed.trim_end().rsplit_once("/trace/").unwrap().1;
    let shown = ShownTrace::new(&wait_for_trace(&query, trace_id, SPANS)).of_any_run();
    assert_eq!((shown.roots().len(), shown.count()), (1, SPANS), "{path}");
    shown
}

#[test]
fn one_ride_looks_the_same_by_five_paths_and_in_two_releases() {
    let Some(v1) = RealJaeger::start() else { return };
    let by_path = PATHS.map(|path| (path, ride(&v1, path)));
    let [(_, by_http), others @ ..] = &by_path;
    for (path, shown) in others {
        by_http.assert_differs_only_by(&OF_THE_PATHS, path, shown);
    }

    let Some(v2) = RealJaeger::start_v2() else { return };
    for (path, shown) in &by_path {
        shown.assert_differs_only_by(&of_v2(&PATHS, THRIFT, OURS, BRIDGE), path, &ride(&v2, path));
    }
}
