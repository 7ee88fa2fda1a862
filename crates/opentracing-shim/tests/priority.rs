//! The tag `sampling.priority`: what other processes are told of it, as by jaeger-client-go, and what is reported.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::HashMap, time::Duration};

use jaeger_client::{Config, ConstSampler, InMemoryReporter};
use jaeger_propagation::Propagator;
use opentelemetry::{Context, trace::TraceContextExt};
use opentracing_shim::{Span, TextMap, Tracer, ext};

/// What a program on the native tracer, or on the SDK, returns, and the names and flags of the spans that it reports.
fn run<T>(
    (is_on_sdk, is_sampled): (bool, bool),
    program: impl FnOnce(&Tracer) -> T,
) -> (T, Vec<(String, i32)>) {
    let reporter = InMemoryReporter::new();
    let config = Config::new("priority").with_logger(|_| {}).with_in_memory_reporter(reporter.clone());
    let config = config.with_sampler(ConstSampler::new(is_sampled));
    let (told, closer) = if is_on_sdk {
        let (provider, closer) = config.build_sdk().unwrap();
        (program(&Tracer::new(&provider)), closer)
    } else {
        let (provider, closer) = config.build().unwrap();
        (program(&Tracer::new(&provider)), closer)
    };
    assert_eq!(closer.close(Duration::from_secs(10)).lost, 0);
    let reported = reporter.spans();
    (told, reported.into_iter().map(|span| (span.operation_name, span.flags)).collect())
}

/// The flags that a span is injected with.
fn sent(span: &Span) -> String {
    let mut carrier = HashMap::new();
    span.tracer().inject(&span.context(), TextMap, &mut carrier);
    carrier["uber-trace-id"].rsplit_once(':').unwrap().1.to_owned()
}

/// What is sent by a root, before and after it is given the tag, by a child of its context and by a child of the active span.
fn after_the_start(tracer: &Tracer, priority: u16) -> [String; 4] {
    let root = tracer.start_span("root");
    let before = root.context();
    let first = sent(&root);
    ext::SAMPLING_PRIORITY.set(&root, priority);
    let child = tracer.build_span("child").child_of(&root.context()).start();
    let scope = tracer.activate(&root);
    let of_active = tracer.start_span("of active");
    drop(scope);
    assert_eq!(before.is_sampled(), first != "0", "a context never changes");
    assert_eq!(root.context().is_sampled(), sent(&root) != "0");
    assert_eq!(child.context().is_debug(), sent(&child) == "3");
    [first, sent(&root), sent(&child), sent(&of_active)]
}

/// By the engine, the sampler and the priority: what is sent, and the flags of what is reported.
#[track_caller]
fn assert_told(engine: (bool, bool), priority: u16, expected: [&str; 4], flags: &[(&str, i32)]) {
    let (sent, mut reported) = run(engine, |tracer| after_the_start(tracer, priority));
    assert_eq!(sent, expected);
    reported.sort();
    let reported: Vec<_> = reported.iter().map(|(name, flags)| (name.as_str(), *flags)).collect();
    assert_eq!(reported, flags);
}

#[test]
fn a_debug_trace_is_one_for_others_too() {
    let all = [("child", 3), ("of active", 3), ("root", 3)];
    assert_told((false, true), 1, ["1", "3", "3", "3"], &all);
    assert_told((false, false), 1, ["0", "3", "3", "3"], &all);
    let below = [("child", 3), ("of active", 3), ("root", 1)];
    assert_told((true, true), 65_535, ["1", "3", "3", "3"], &below);
    assert_told((true, false), 1, ["0", "0", "0", "0"], &[]);
}

#[test]
fn a_trace_that_is_turned_off_is_off_for_others_too() {
    assert_told((false, true), 0, ["1", "0", "0", "0"], &[]);
    assert_told((false, false), 0, ["0", "0", "0", "0"], &[]);
    assert_told((true, true), 0, ["1", "0", "0", "0"], &[("root", 1)]);
    assert_told((true, false), 0, ["0", "0", "0", "0"], &[]);
}

#[test]
fn a_span_may_start_with_it_and_what_is_no_number_of_16_bits_says_nothing() {
    for engine in [(false, true), (true, true)] {
        let key = ext::SAMPLING_PRIORITY;
        let (sent, _) = run(engine, |tracer| {
            let on = sent(&tracer.build_span("on").tag(key, 1).start());
            let last = sent(&tracer.build_span("last").tag(key, 1).tag(key, 0).start());
            let nothing = tracer.build_span("nothing").tag(key, "1").start();
            nothing.set_tag(key, -1).set_tag(key, 65_536).set_tag(key, 1.0).set_tag(key, true);
            (on, last, self::sent(&nothing))
        });
        assert_eq!(sent, ("3".into(), "0".into(), "1".into()), "on the SDK: {}", engine.0);
    }
}

/// It is the later one that counts; and the flags of a caller that nothing was said of stay.
#[test]
fn it_can_be_said_again_and_of_a_caller_s_trace() {
    for is_on_sdk in [false, true] {
        let (sent, _) = run((is_on_sdk, true), |tracer| {
            let headers = HashMap::from([("uber-trace-id".to_owned(), "7b:1c8:0:9".to_owned())]);
            let caller = tracer.extract(TextMap, &headers).unwrap();
            let span = tracer.build_span("span").child_of(&caller).start();
            [None, Some(1), Some(0), Some(2)].map(|priority| {
                if let Some(priority) = priority {
                    ext::SAMPLING_PRIORITY.set(&span, priority);
                }
                sent(&span)
            })
        });
        assert_eq!(sent, ["9", "b", "8", "b"], "on the SDK: {is_on_sdk}");
    }
}

#[test]
fn the_last_one_at_the_start_counts() {
    let (is_debug, reported) = run((false, false), |tracer| {
        let key = ext::SAMPLING_PRIORITY;
        tracer.build_span("span").tag(key, 0).tag(key, 1).start().context().is_debug()
    });
    assert!(is_debug);
    assert_eq!(reported, [("span".to_owned(), 3)]);
}

#[test]
fn another_trace_that_goes_on_below_is_no_debug_trace() {
    for is_on_sdk in [false, true] {
        let (is_debug, _) = run((is_on_sdk, true), |tracer| {
            let root = tracer.start_span("root");
            let _scope = tracer.activate(&root);
            let headers = HashMap::from([("uber-trace-id".to_owned(), "7b:1c8:0:1".to_owned())]);
            let other = Propagator::new().extract(&headers).into_context(&Context::new());
            let other = other.span().span_context().clone();
            let attached = Context::current().with_remote_span_context(other).attach();
            ext::SAMPLING_PRIORITY.set(&root, 1);
            let span = tracer.start_span("of the other trace");
            drop(attached);
            span.context().is_debug()
        });
        assert!(!is_debug, "on the SDK: {is_on_sdk}");
    }
}
