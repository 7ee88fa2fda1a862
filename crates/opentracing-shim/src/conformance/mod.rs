//! The checks that a tracer does what the OpenTracing API says: those of opentracing-go's package `harness`, under their names.
//!
//! ```
//! use opentracing_shim::{conformance::{Capabilities, run_api_checks}, mock::MockTracer};
//!
//! for check in run_api_checks(|| MockTracer::new().tracer().clone(), Capabilities::everything()) {
//!     println!("{check}");
//!     assert!(!check.is_failed());
//! }
//! ```
//!
//! Three of them try what does not compile here: a format that is none, a carrier that is none, and a span context of somebody else's.
//!
//! ```compile_fail,E0277
//! # let tracer = opentracing_shim::Tracer::noop();
//! // TestUnknownFormat
//! tracer.inject(&tracer.start_span("Bender").context(), "kiss my shiny metal ...", &mut Vec::new());
//! ```
//!
//! ```compile_fail,E0277
//! # let tracer = opentracing_shim::Tracer::noop();
//! // TestUnknownFormat
//! let _ = tracer.extract("kiss my shiny metal ...", &Vec::new());
//! ```
//!
//! ```compile_fail,E0308
//! # let tracer = opentracing_shim::Tracer::noop();
//! // TestInvalidInject
//! tracer.inject("nobody's span context", opentracing_shim::Binary, &mut Vec::new());
//! ```
//!
//! ```compile_fail,E0277
//! # let tracer = opentracing_shim::Tracer::noop();
//! struct NotACarrier;
//! // TestInvalidInject
//! tracer.inject(&tracer.start_span("op").context(), opentracing_shim::HttpHeaders, &mut NotACarrier);
//! ```
//!
//! ```compile_fail,E0277
//! # let tracer = opentracing_shim::Tracer::noop();
//! struct NotACarrier;
//! // TestInvalidExtract
//! let _ = tracer.extract(opentracing_shim::Binary, &NotACarrier);
//! ```

mod check;
mod propagation;
mod spans;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

pub use self::check::{Capabilities, Check, Outcome};
use crate::Tracer;

/// What is checked of a tracer; `Err` is what is wrong with it.
type Run = fn(&Tracer, Capabilities) -> Result<Outcome, String>;

const CHECKS: [(&str, Run); 16] = [
    ("TestStartSpan", spans::start_span),
    ("TestStartSpanWithParent", spans::start_span_with_parent),
    ("TestSetOperationName", spans::set_operation_name),
    ("TestSpanTagValueTypes", spans::span_tag_value_types),
    ("TestSpanTagsWithChaining", spans::span_tags_with_chaining),
    ("TestSpanLogs", spans::span_logs),
    ("TestSpanBaggage", spans::span_baggage),
    ("TestContextBaggage", spans::context_baggage),
    ("TestMultiBaggage", spans::multi_baggage),
    ("TestTextPropagation", propagation::text),
    ("TestHTTPPropagation", propagation::http),
    ("TestBinaryPropagation", propagation::binary),
    ("TestMandatoryFormats", propagation::mandatory_formats),
    ("TestUnknownFormat", propagation::ruled_out),
    ("TestInvalidInject", propagation::ruled_out),
    ("TestInvalidExtract", propagation::invalid_extract),
];

/// Runs all checks, each with a tracer of its own and without an active span. A check in which the tracer panics has failed.
pub fn run_api_checks(new_tracer: impl Fn() -> Tracer, capabilities: Capabilities) -> Vec<Check> {
    let run = |(name, run): (&'static str, Run)| {
        let checked = || {
            let tracer = new_tracer();
            let _none = tracer.deactivate();
            run(&tracer, capabilities)
        };
        let outcome = catch_unwind(AssertUnwindSafe(checked));
        let outcome = outcome.unwrap_or_else(|panic| Err(format!("a panic: {}", words(&*panic))));
        Check { name, outcome: outcome.unwrap_or_else(Outcome::Failed) }
    };
    CHECKS.into_iter().map(run).collect()
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("of no text")
}
