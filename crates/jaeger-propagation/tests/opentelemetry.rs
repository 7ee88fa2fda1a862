//! Through OpenTelemetry's `Context` and its `TextMapPropagator`.
#![cfg(feature = "opentelemetry")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::HashMap;

use jaeger_propagation::{BaggageDrop, Flags, Format, JaegerState, MalformedPart, Propagator, with_trace_of};
use opentelemetry::{
    Context,
    baggage::BaggageExt,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt, TraceFlags, TraceState},
};

fn text(headers: &[(&str, &str)]) -> HashMap<String, String> {
    headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn through(headers: &[(&str, &str)]) -> (Context, HashMap<String, String>) {
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&Context::new(), &text(headers));
    let mut out = HashMap::new();
    jaeger.inject_context(&context, &mut out);
    (context, out)
}

fn local_span(trace_id: u128, sampled: bool) -> SpanContext {
    let flags = if sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    SpanContext::new(trace_id.into(), 9.into(), flags, false, TraceState::NONE)
}

#[test]
fn flags_ids_and_baggage_pass_through() {
    let (context, out) = through(&[("uber-trace-id", "7b:1c8:0:b"), ("uberctx-k", "a%20b")]);
    assert_eq!(out["uber-trace-id"], "000000000000007b:00000000000001c8:0:b");
    assert_eq!(out["uberctx-k"], "a%20b");
    let flags = JaegerState::flags_of(&context, 0x7b.into()).unwrap();
    assert!(flags.is_debug() && flags.is_firehose());
    assert_eq!(context.span().span_context().trace_flags().to_u8(), 1, "nothing is smuggled into TraceFlags");
}

#[test]
fn the_flags_belong_to_one_trace() {
    let (context, _) = through(&[("uber-trace-id", "7b:1c8:0:3")]);
    let other = context.with_remote_span_context(local_span(5, true));
    assert_eq!(JaegerState::flags_of(&other, 5.into()), None);
    let mut out = HashMap::new();
    Propagator::new().inject_context(&other, &mut out);
    assert_eq!(out["uber-trace-id"], "0000000000000005:0000000000000009:0:1");
}

#[test]
fn a_debug_id_marks_the_root_and_then_only_its_trace() {
    let (context, out) = through(&[("jaeger-debug-id", "why"), ("uberctx-k", "v")]);
    assert_eq!(JaegerState::from_context(&context).unwrap().debug_id(), Some("why"));
    assert_eq!(JaegerState::flags_of(&context, 5.into()), Some(Flags::SAMPLED | Flags::DEBUG));
    assert_eq!(out, text(&[("uberctx-k", "v")]), "the debug id is not sent on");

    let root = JaegerState::bind(context.with_remote_span_context(local_span(5, true)));
    assert_eq!(JaegerState::flags_of(&root, 5.into()), Some(Flags::SAMPLED | Flags::DEBUG));
    assert_eq!(JaegerState::flags_of(&root, 6.into()), None);
    assert_eq!(JaegerState::from_context(&root).unwrap().debug_id(), None);

    let unsampled = JaegerState::bind(context.with_remote_span_context(local_span(5, false)));
    let mut out = HashMap::new();
    Propagator::new().inject_context(&unsampled, &mut out);
    assert_eq!(out["uber-trace-id"], "0000000000000005:0000000000000009:0:0");
}

#[test]
fn a_malformed_header_gives_a_root_and_never_the_ambient_span() {
    let ambient = Context::new().with_remote_span_context(local_span(5, true));
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&ambient, &text(&[("uber-trace-id", "junk")]));
    assert!(!context.span().span_context().is_valid());
    assert_eq!(jaeger.counters().malformed(Format::Jaeger, MalformedPart::Structure), 1);
}

#[test]
fn baggage_that_opentelemetry_refuses_still_travels() {
    let headers: Vec<_> = (0..70).map(|i| (format!("uberctx-k{i}"), format!("v{i}"))).collect();
    let mut headers: HashMap<_, _> = headers.into_iter().collect();
    headers.insert("uber-trace-id".into(), "1:2:0:0".into());
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&Context::new(), &headers);
    assert_eq!(context.baggage().len(), 64);
    let mut out = HashMap::new();
    jaeger.inject_context(&context, &mut out);
    assert_eq!(out.len(), 71);
    assert_eq!(out["uberctx-k69"], "v69");
}

#[test]
fn a_change_through_opentelemetry_wins() {
    let (context, _) = through(&[("uber-trace-id", "1:2:0:1"), ("uberctx-k", "old")]);
    let context = context.with_baggage([opentelemetry::KeyValue::new("k", "new")]);
    let mut out = HashMap::new();
    Propagator::new().inject_context(&context, &mut out);
    assert_eq!(out["uberctx-k"], "new");
}

#[test]
fn fields_are_the_configured_name() {
    let mut names = jaeger_propagation::HeaderNames::default();
    let jaeger = Propagator::new();
    assert_eq!(jaeger.fields().collect::<Vec<_>>(), ["uber-trace-id"]);
    names.trace_context = "x-trace".into();
    let jaeger = jaeger.with_header_names(names).unwrap();
    assert_eq!(jaeger.fields().collect::<Vec<_>>(), ["x-trace"]);
}

#[test]
fn w3c_s_trace_state_and_properties_pass_through() {
    let w3c = Propagator::w3c();
    let headers = [
        ("traceparent", "00-0000000000000000000000000000007b-00000000000001c8-01"),
        ("tracestate", "a=1,b=2"),
        ("baggage", "k=v;p=1;q"),
    ];
    let context = w3c.extract_with_context(&Context::new(), &text(&headers));
    assert_eq!(context.span().span_context().trace_state().get("b"), Some("2"));
    let mut out = HashMap::new();
    w3c.inject_context(&context, &mut out);
    assert_eq!(out, text(&headers));
}

#[test]
fn a_trace_state_that_is_no_list_costs_no_trace() {
    let headers = [
        ("traceparent", "00-0000000000000000000000000000007b-00000000000001c8-01"),
        ("tracestate", "no list member"),
    ];
    let w3c = Propagator::w3c();
    let context = w3c.extract_with_context(&Context::new(), &text(&headers));
    assert!(context.span().span_context().is_valid());
    assert_eq!(context.span().span_context().trace_state(), &TraceState::NONE);
    assert_eq!(w3c.counters().trace_state_dropped(), 1);
}

#[test]
fn a_trace_state_made_by_the_program_cannot_break_a_header() {
    let state = TraceState::from_key_value([("a", "1\r\nevil: 1")]).unwrap();
    let span = SpanContext::new(1.into(), 2.into(), TraceFlags::SAMPLED, false, state);
    let w3c = Propagator::w3c();
    let mut out = HashMap::new();
    w3c.inject_context(&Context::new().with_remote_span_context(span), &mut out);
    assert_eq!(out.keys().collect::<Vec<_>>(), ["traceparent"]);
    assert_eq!(w3c.counters().trace_state_dropped(), 1);
}

#[test]
fn the_format_in_which_a_request_came_is_in_its_context() {
    let propagator = Propagator::as_received();
    let context =
        propagator.extract_with_context(&Context::new(), &text(&[("b3", "7b-1c8-d"), ("uberctx-k", "v")]));
    let own = context.with_remote_span_context(local_span(0x7b, true));
    let mut out = HashMap::new();
    propagator.inject_context(&own, &mut out);
    let written = [
        ("b3", "000000000000007b-0000000000000009-d"),
        ("uber-trace-id", "000000000000007b:0000000000000009:0:3"),
        ("uberctx-k", "v"),
    ];
    assert_eq!(out, text(&written), "baggage alone has a format as well");
}

#[test]
fn a_context_goes_into_a_message_and_comes_out_of_it() {
    let (context, _) = through(&[("uber-trace-id", "7b:1c8:0:3"), ("uberctx-k", "v")]);
    let propagator = Propagator::new();
    let mut message = Vec::new();
    propagator.inject_binary_from_context(&context, &mut message);
    let received = propagator.extract_binary(&message).into_context(&Context::new());
    assert_eq!(received.span().span_context(), context.span().span_context());
    assert_eq!(received.baggage().get("k").unwrap().as_str(), "v");
    assert!(JaegerState::flags_of(&received, 0x7b.into()).unwrap().is_debug());
}

#[test]
fn an_item_is_in_opentelemetry_s_baggage_or_beside_it_and_never_lost() {
    let long = "v".repeat(5000);
    let items =
        [("a", long.as_str()), ("b", long.as_str()), ("not a token", "1"), ("", "no key"), ("c", "1")];
    let mut limits = jaeger_propagation::BaggageLimits::default();
    limits.bytes = 100_000;
    let jaeger = Propagator::new().with_baggage_limits(limits);
    let names: Vec<_> = items.iter().map(|(key, _)| format!("uberctx-{key}")).collect();
    let headers: Vec<_> = names.iter().zip(items).map(|(name, (_, value))| (name.as_str(), value)).collect();
    let context = jaeger.extract(&text(&headers)).into_context(&Context::new());
    let mut out = HashMap::<String, String>::new();
    jaeger.inject_from_context(&context, &mut out);
    assert_eq!(out.len(), 4, "{:?}", out.keys());
    assert!(context.baggage().len() < 4);
}

#[test]
fn properties_made_by_the_program_cannot_make_another_item() {
    use opentelemetry::baggage::KeyValueMetadata;

    let w3c = Propagator::w3c();
    for properties in ["p=1,injected=2", "p\r\nevil: 1", "é"] {
        let context = Context::new().with_baggage([KeyValueMetadata::new("k", "v", properties)]);
        let mut out = HashMap::new();
        w3c.inject_context(&context, &mut out);
        assert_eq!(out, text(&[("baggage", "k=v")]));
    }
    assert_eq!(w3c.counters().baggage_dropped(BaggageDrop::UnsendableProperties), 3);
}

#[test]
fn nothing_of_the_ambient_request_gets_into_another_one() {
    let propagator = Propagator::as_received();
    let into = |ambient: &Context, headers: &[(&str, &str)]| {
        let context = propagator.extract_with_context(ambient, &text(headers));
        let context = context.with_remote_span_context(local_span(9, true));
        let mut out = HashMap::new();
        propagator.inject_context(&context, &mut out);
        let mut names: Vec<_> = out.into_keys().collect();
        names.sort_unstable();
        names
    };
    let ambient = propagator.extract_with_context(&Context::new(), &text(&[("b3", "7b-1c8-1")]));
    let ambient = ambient.with_remote_span_context(local_span(0x7b, true));
    assert_eq!(into(&ambient, &[("uber-trace-id", "junk")]), ["uber-trace-id"], "the format");

    let rest = text(&[("uberctx-not a token", "1"), ("uberctx-k", "v")]);
    let ambient = propagator.extract_with_context(&Context::new(), &rest);
    let found = into(&ambient, &[("uber-trace-id", "1:2:0:1"), ("uberctx-l", "w")]);
    assert_eq!(found, ["uber-trace-id", "uberctx-l"], "the baggage that OpenTelemetry could not hold");

    let ambient = propagator.extract_with_context(&Context::new(), &text(&[("jaeger-debug-id", "why")]));
    let context = propagator.extract_with_context(&ambient, &text(&[("uber-trace-id", "7b:1c8:0:1")]));
    let mut out = HashMap::new();
    propagator.inject_context(&context, &mut out);
    assert_eq!(out["uber-trace-id"], "000000000000007b:00000000000001c8:0:1", "the debug flag");
}

/// Of two requests the context of the one has all of the other, and nothing of its own beside.
#[test]
fn the_trace_of_another_context_comes_as_a_whole() {
    let propagator = Propagator::as_received();
    let read = |headers: &[(&str, &str)]| propagator.extract(&text(headers)).into_context(&Context::new());
    let sent = |base: &Context, other: &Context| {
        let context = with_trace_of(base, other).with_remote_span_context(local_span(0x7b, true));
        let mut carrier = HashMap::new();
        propagator.inject_from_context(&context, &mut carrier);
        let mut names: Vec<_> = carrier.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        names.sort();
        names
    };
    let debug = read(&[("jaeger-debug-id", "d"), ("jaeger-baggage", "own=1")]);
    let b3 = read(&[("b3", "1c8-1c8-1")]);
    let plain = read(&[("uberctx-customer", "731")]);
    let [from_debug, from_b3] = [&debug, &b3].map(|base| sent(base, &plain));
    assert_eq!(from_debug, from_b3);
    assert!(from_b3[0].starts_with("uber-trace-id: ") && from_b3[0].ends_with(":1"), "{from_b3:?}");
    assert_eq!(from_b3[1..], ["uberctx-customer: 731"]);
    assert!(sent(&plain, &b3)[0].starts_with("b3: "));
    assert!(sent(&plain, &debug)[0].ends_with(":3") && sent(&plain, &debug)[1] == "uberctx-own: 1");
}

#[test]
fn a_request_that_says_nothing_changes_nothing_of_the_ambient_one() {
    let sent = |propagator: &Propagator, ambient: &[(&str, &str)], headers: &[(&str, &str)]| {
        let ambient = propagator.extract_with_context(&Context::new(), &text(ambient));
        let context = propagator.extract_with_context(&ambient, &text(headers));
        let mut out = HashMap::new();
        propagator.inject_context(&context, &mut out);
        out
    };
    let ids = "000000000000007b:00000000000001c8:0";
    for headers in [&[][..], &[("jaeger-debug-id", "why")]] {
        let out = sent(&Propagator::new(), &[("uber-trace-id", "7b:1c8:0:b")], headers);
        assert_eq!(out, text(&[("uber-trace-id", &format!("{ids}:b"))]), "{headers:?}");
        let out = sent(&Propagator::new(), &[("uber-trace-id", "7b:1c8:0:1")], headers);
        assert_eq!(out, text(&[("uber-trace-id", &format!("{ids}:1"))]), "{headers:?}");
    }
    let out = sent(&Propagator::as_received(), &[("b3", "7b-1c8-d")], &[("accept", "*/*")]);
    assert_eq!(out, text(&[("b3", "000000000000007b-00000000000001c8-d")]));
    let out = sent(&Propagator::as_received(), &[("b3", "7b-1c8-d")], &[("baggage", "k=v")]);
    assert!(out.contains_key("b3") && out.contains_key("baggage"), "{out:?}");
}

#[test]
fn a_sampler_that_says_yes_makes_no_debug_trace_of_a_lone_debug_bit() {
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&Context::new(), &text(&[("uber-trace-id", "7b:1c8:0:a")]));
    let mut out = HashMap::new();
    jaeger.inject_context(&context, &mut out);
    assert!(out["uber-trace-id"].ends_with(":a"), "unsampled, the byte passes whole");
    jaeger.inject_context(&context.with_remote_span_context(local_span(0x7b, true)), &mut out);
    assert!(out["uber-trace-id"].ends_with(":9"), "{out:?}");
    assert!(!JaegerState::flags_of(&context, 0x7b.into()).unwrap().with_sampled(true).is_debug());
}

#[test]
fn after_a_malformed_header_the_sampler_decides_whatever_is_current() {
    use opentelemetry::trace::{Span, Tracer, TracerProvider};
    use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

    let parent_based = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
    let provider = SdkTracerProvider::builder().with_sampler(parent_based).build();
    let tracer = provider.tracer("test");
    let ambient = Context::new().with_span(tracer.start_with_context("ambient", &Context::new()));
    let malformed = text(&[("uber-trace-id", "junk")]);
    let context = Propagator::new().extract_with_context(&ambient, &malformed);
    let root = tracer.start_with_context("root", &context);
    assert!(root.span_context().is_sampled());
    assert_ne!(root.span_context().trace_id(), ambient.span().span_context().trace_id());
}

#[test]
fn a_malformed_header_does_not_hide_what_another_propagator_has_read() {
    use opentelemetry::propagation::TextMapCompositePropagator;
    use opentelemetry_sdk::propagation::TraceContextPropagator;

    let composite = TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(Propagator::new()),
    ]);
    let headers = [
        ("traceparent", "00-0000000000000000000000000000007b-00000000000001c8-01"),
        ("uber-trace-id", "junk"),
    ];
    let ambient = Context::new().with_remote_span_context(local_span(5, true));
    let context = composite.extract_with_context(&ambient, &text(&headers));
    assert_eq!(context.span().span_context().trace_id(), 0x7b.into());
}

#[test]
fn fields_are_all_that_may_be_written() {
    assert_eq!(Propagator::w3c().fields().collect::<Vec<_>>(), ["traceparent", "tracestate", "baggage"]);
    assert_eq!(Propagator::as_received().fields().count(), 10);
}

#[test]
fn the_counters_are_seen_through_a_meter() {
    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

    let exporter = InMemoryMetricExporter::default();
    let provider =
        SdkMeterProvider::builder().with_reader(PeriodicReader::builder(exporter.clone()).build()).build();
    let propagator = Propagator::both();
    propagator.counters().observe(&provider.meter("propagation"));

    let good = propagator.extract(&text(&[("uber-trace-id", "7b:1c8:0:1"), ("uberctx-", "no key")]));
    propagator.extract(&text(&[("traceparent", "00-junk")]));
    propagator.inject(good.span_context.as_ref(), [], &mut HashMap::<String, String>::new());
    propagator.counters().count_debug_id_refused();
    provider.force_flush().unwrap();
    assert_eq!(
        observed(&exporter),
        [
            "jaeger.propagation.baggage.dropped cause=malformed 1",
            "jaeger.propagation.debug_id.refused 1",
            "jaeger.propagation.extracted format=jaeger 1",
            "jaeger.propagation.injected format=jaeger 1",
            "jaeger.propagation.injected format=w3c 1",
            "jaeger.propagation.malformed format=w3c,part=trace id 1",
        ]
    );
}

/// A line for each data point of the last export, sorted.
fn observed(exporter: &opentelemetry_sdk::metrics::InMemoryMetricExporter) -> Vec<String> {
    use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};

    let exports = exporter.get_finished_metrics().unwrap();
    let metrics = exports.last().unwrap().scope_metrics().flat_map(|scope| scope.metrics());
    let mut lines = Vec::new();
    for metric in metrics {
        let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() else { panic!("{metric:?}") };
        for point in sum.data_points() {
            let mut attributes: Vec<_> =
                point.attributes().map(|label| format!("{}={}", label.key, label.value)).collect();
            attributes.sort_unstable();
            let attributes = attributes.join(",");
            lines.push(format!("{} {attributes} {}", metric.name(), point.value()).replace("  ", " "));
        }
    }
    lines.sort_unstable();
    lines
}
