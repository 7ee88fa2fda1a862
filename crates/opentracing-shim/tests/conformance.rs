//! OpenTracing's checks, of every tracer that there is.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use jaeger_client::{Config, InMemoryReporter};
use jaeger_propagation::Propagator;
use opentelemetry::{
    Context, InstrumentationScope,
    trace::{SpanBuilder, TracerProvider, noop::NoopSpan},
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentracing_shim::{
    Tracer,
    conformance::{Capabilities, Outcome, run_api_checks},
    mock::MockTracer,
};

#[track_caller]
fn all_pass(new_tracer: impl Fn() -> Tracer, capabilities: Capabilities) -> Vec<&'static str> {
    let checks = run_api_checks(new_tracer, capabilities);
    assert_eq!(checks.len(), 16);
    let failed: Vec<_> = checks.iter().filter(|check| check.is_failed()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    checks
        .iter()
        .filter(|check| matches!(check.outcome, Outcome::Skipped(_)))
        .map(|check| check.name)
        .collect()
}

#[test]
fn jaeger_s_tracer_does_everything() {
    let config = || Config::new("checks").with_logger(|_| {});
    let (native, closer) = config().with_in_memory_reporter(InMemoryReporter::new()).build().unwrap();
    assert_eq!(all_pass(|| Tracer::new(&native), Capabilities::everything()), [""; 0]);
    assert!(closer.close(Duration::from_secs(5)).sent > 10);
    let (sdk, closer) = config().with_in_memory_reporter(InMemoryReporter::new()).build_sdk().unwrap();
    assert_eq!(all_pass(|| Tracer::new(&sdk), Capabilities::everything()), [""; 0]);
    assert!(closer.close(Duration::from_secs(5)).sent > 10);
}

#[test]
fn the_sdk_alone_does_everything() {
    let provider = SdkTracerProvider::builder().build();
    assert_eq!(all_pass(|| Tracer::new(&provider), Capabilities::everything()), [""; 0]);
}

#[test]
fn the_mock_tracer_does_everything() {
    assert_eq!(all_pass(|| MockTracer::new().tracer().clone(), Capabilities::everything()), [""; 0]);
}

#[test]
fn the_no_op_tracer_does_nothing_and_fails_at_nothing() {
    let skipped = all_pass(Tracer::noop, Capabilities::default());
    assert_eq!(skipped.len(), 9, "{skipped:?}");
}

#[test]
fn what_is_active_does_not_matter_to_the_checks() {
    let mock = MockTracer::new();
    let active = mock.tracer().start_span("active");
    active.set_baggage_item("key", "value");
    let _scope = mock.tracer().activate(&active);
    assert_eq!(all_pass(|| MockTracer::new().tracer().clone(), Capabilities::everything()), [""; 0]);
}

/// The checks can fail.
#[test]
fn a_tracer_that_says_it_can_and_cannot_is_found_out() {
    let checks = run_api_checks(Tracer::noop, Capabilities::everything());
    let failed: Vec<_> = checks.iter().filter(|check| check.is_failed()).map(|check| check.name).collect();
    let expected = [
        "TestStartSpanWithParent",
        "TestSpanBaggage",
        "TestContextBaggage",
        "TestMultiBaggage",
        "TestTextPropagation",
        "TestHTTPPropagation",
        "TestBinaryPropagation",
        "TestMandatoryFormats",
        "TestInvalidExtract",
    ];
    assert_eq!(failed, expected);
}

/// One that has no ids is checked as far as it goes: what is skipped in one format hides nothing of the next.
#[test]
fn a_format_that_does_not_work_is_found_out() {
    let provider = SdkTracerProvider::builder().build();
    let writes_nothing = || Propagator::new().with_inject_formats([]);
    let new = || Tracer::builder(&provider).with_http_headers_propagator(writes_nothing()).build();
    let mut capabilities = Capabilities::everything();
    capabilities.ids = false;
    let checks = run_api_checks(new, capabilities);
    let failed: Vec<_> = checks.iter().filter(|check| check.is_failed()).map(|check| check.name).collect();
    assert_eq!(failed, ["TestHTTPPropagation", "TestMandatoryFormats"]);
}

#[derive(Clone, Debug)]
struct Panics;

impl TracerProvider for Panics {
    type Tracer = Self;

    fn tracer_with_scope(&self, _: InstrumentationScope) -> Self {
        self.clone()
    }
}

impl opentelemetry::trace::Tracer for Panics {
    type Span = NoopSpan;

    fn build_with_context(&self, builder: SpanBuilder, _: &Context) -> NoopSpan {
        assert_ne!(builder.name, "Turanga Munda", "not her");
        NoopSpan::DEFAULT
    }
}

#[test]
fn a_check_in_which_a_tracer_panics_has_failed_and_the_others_go_on() {
    let checks = run_api_checks(|| Tracer::new(&Panics), Capabilities::default());
    assert_eq!(checks.len(), 16);
    let failed: Vec<_> = checks.iter().filter(|check| check.is_failed()).map(ToString::to_string).collect();
    assert!(
        matches!(failed.as_slice(), [first] if first.contains("TestStartSpanWithParent: failed: a panic: ")),
        "{failed:?}"
    );
    assert!(failed[0].contains("not her"), "{failed:?}");
}

/// Every span is a root.
#[derive(Clone, Debug)]
struct Forgets(SdkTracerProvider);

impl TracerProvider for Forgets {
    type Tracer = Self;

    fn tracer_with_scope(&self, _: InstrumentationScope) -> Self {
        self.clone()
    }
}

impl opentelemetry::trace::Tracer for Forgets {
    type Span = opentelemetry_sdk::trace::Span;

    fn build_with_context(&self, builder: SpanBuilder, _: &Context) -> Self::Span {
        self.0.tracer("forgets").build_with_context(builder, &Context::new())
    }
}

#[test]
fn a_tracer_that_forgets_the_parent_is_found_out() {
    let provider = Forgets(SdkTracerProvider::builder().build());
    let checks = run_api_checks(|| Tracer::new(&provider), Capabilities::everything());
    let failed: Vec<_> = checks.iter().filter(|check| check.is_failed()).map(|check| check.name).collect();
    assert_eq!(failed, ["TestStartSpanWithParent"]);
}
