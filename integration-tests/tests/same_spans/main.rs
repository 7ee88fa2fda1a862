//! What Jaeger shows of the same spans by our exporter, through opentelemetry-jaeger and by OTLP: each difference, and its reason.
#![allow(clippy::unwrap_used, reason = "tests")]

mod spans;

use std::time::Duration;

use integration_tests::{
    peers::RealJaeger,
    shown::{Difference, ShownTrace, of_v2},
    wait_for_trace,
};
use jaeger_client::Config;
use opentelemetry_jaeger_bridge::BridgeExporter;

/// Others are compared with the first.
const PATHS: [&str; 4] = ["http", "bridge", "otlp", "otlp-grpc"];
const OURS: &[&str] = &["http"];
const BRIDGE: &[&str] = &["bridge"];
const OTLP: &[&str] = &["otlp", "otlp-grpc"];
const THRIFT: &[&str] = &["http", "bridge"];
const SDKS: &[&str] = &["bridge", "otlp", "otlp-grpc"];

/// What v1.62.0 shows otherwise than what our exporter sent. The READMEs of the bridge and of the client have it in words.
const OF_THE_PATHS: [Difference; 14] = [
    Difference::new(BRIDGE, "no tags of the machine", "it sends the resource and nothing else", |span| {
        ["client-uuid", "hostname", "jaeger.version"].into_iter().all(|key| span.process_tags.remove(key))
    }),
    Difference::new(BRIDGE, "service.name among the process tags", "it is in the resource", |span| {
        span.process_tags.add("service.name", &span.service)
    }),
    Difference::new(
        BRIDGE,
        "otel.library.*, not otel.scope.*",
        "the names before they were deprecated",
        |span| {
            span.tags.rename("otel.scope.name", "otel.library.name")
                && span.tags.rename("otel.scope.version", "otel.library.version")
        },
    ),
    Difference::new(BRIDGE, "every link is FOLLOWS_FROM", "it does not read opentracing.ref_type", |span| {
        let child_of =
            span.references.iter_mut().find(|reference| reference.starts_with("CHILD_OF 0000000000000099"));
        child_of.is_some_and(|reference| {
            *reference = reference.replace("CHILD_OF", "FOLLOWS_FROM");
            true
        })
    }),
    Difference::new(
        BRIDGE,
        "links in another order",
        "it sends no reference to the parent: Jaeger swaps the first one and the link to that",
        |span| {
            let links = span.references.get_mut(1..).filter(|links| !links.is_empty());
            links.is_some_and(|links| {
                links.rotate_left(1);
                true
            })
        },
    ),
    Difference::new(BRIDGE, "arrays that are no JSON", "it does not escape", |span| {
        span.tags.change("array", |value| value.replace("\\\"", "\""))
    }),
    Difference::new(
        BRIDGE,
        "NaN and infinity in arrays as Rust has them",
        "it does not know of JSON",
        |span| span.tags.change("infinites", |_| "[1.5,inf]".to_owned()),
    ),
    Difference::new(BRIDGE, "no w3c.tracestate", "it does not read it", |span| {
        span.tags.remove("w3c.tracestate")
    }),
    Difference::new(
        BRIDGE,
        "otel.event.dropped_attributes_count",
        "the name in a version of OpenTelemetry's rules",
        |span| {
            let fields = span.logs.iter_mut().flat_map(|log| &mut log.fields);
            let counts = fields.filter(|field| field.key == "otel.dropped_attributes_count");
            counts.map(|count| count.key = "otel.event.dropped_attributes_count".to_owned()).count() > 0
        },
    ),
    Difference::new(OTLP, "no count of what a log has lost", "Jaeger does not read it", |span| {
        span.logs.iter_mut().any(|log| {
            let before = log.fields.len();
            log.fields.retain(|field| field.key != "otel.dropped_attributes_count");
            log.fields.len() < before
        })
    }),
    Difference::new(
        SDKS,
        "no counts of what a span has lost",
        "the bridge does not send them, and Jaeger does not read them from OTLP",
        |span| {
            span.tags.remove("otel.dropped_attributes_count") && span.tags.remove("otel.dropped_events_count")
        },
    ),
    Difference::new(
        SDKS,
        "long text is whole",
        "the limit of 256 bytes is that of Jaeger's clients",
        |span| span.tags.change("text of 300", |_| "x".repeat(300)),
    ),
    Difference::new(
        OTLP,
        "internal.span.format is otlp, and no flags",
        "that is what it came as, and Jaeger reads no flags from it",
        |span| span.tags.change("internal.span.format", |_| "otlp".to_owned()) && span.flags.take().is_some(),
    ),
    Difference::new(
        OTLP,
        "span.kind internal",
        "OTLP has a kind for every span, Thrift a tag where one is set",
        |span| span.tags.get("span.kind").is_none() && span.tags.add("span.kind", "internal"),
    ),
];

/// What v2.13.0 shows otherwise than v1.62.0 of the same path, beside what [`of_v2`] lists.
const OF_V2: Difference = Difference::new(BRIDGE, "links in their order", "it does not swap them", |span| {
    let links = span.references.get_mut(1..).filter(|links| !links.is_empty());
    links.is_some_and(|links| {
        links.rotate_right(1);
        true
    })
});

/// Sends the spans by this path, and returns what Jaeger shows then.
fn show(jaeger: &RealJaeger, path: &str, trace_id: u128) -> ShownTrace {
    let config =
        Config::new("same-spans").with_logger(|_| {}).with_tag("zone", "eu-1").with_tag("ip", "192.0.2.1");
    let config = match path {
        "bridge" => {
            config.with_exporter("bridge", BridgeExporter::collector(&jaeger.collector_endpoint()).unwrap())
        }
        "otlp" => config.with_otlp_endpoint(jaeger.otlp_endpoint()),
        "otlp-grpc" => config.with_otlp_grpc_endpoint(jaeger.otlp_grpc_endpoint()),
        _ => config.with_collector_endpoint(jaeger.collector_endpoint()),
    };
    let (provider, closer) = config.build_sdk().unwrap();
    spans::send(&provider, trace_id);
    let report = closer.close(Duration::from_secs(10));
    assert_eq!(report.sent, spans::SPANS as u64, "{path}: {report}");
    let shown = wait_for_trace(&jaeger.query_url(), &format!("{trace_id:032x}"), spans::SPANS);
    ShownTrace::new(&shown)
}

#[test]
fn the_same_spans_look_the_same_by_each_exporter_but_for_what_is_listed() {
    let Some(v1) = RealJaeger::start() else { return };
    let mut trace_ids = 0x0b2b_df42_51e5_ce0e_11b2_1f32_90c3_5d90..;
    let mut show = |jaeger, path| show(jaeger, path, trace_ids.next().unwrap());
    let by_path = PATHS.map(|path| (path, show(&v1, path)));
    let [(_, ours), others @ ..] = &by_path;
    for (path, shown) in others {
        ours.assert_differs_only_by(&OF_THE_PATHS, path, shown);
    }

    let Some(v2) = RealJaeger::start_v2() else { return };
    let of_v2 = [of_v2(&PATHS, THRIFT, OURS, BRIDGE).as_slice(), &[OF_V2]].concat();
    for (path, shown) in &by_path {
        shown.assert_differs_only_by(&of_v2, path, &show(&v2, path));
    }
}
