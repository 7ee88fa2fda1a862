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

mod checks;
mod propagation;

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::Tracer;

/// What a tracer is able to do; less is checked of one that is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Baggage that is set can be read.
    pub baggage_values: bool,
    /// Span contexts can be read from carriers.
    pub extract: bool,
    /// Span contexts are written to carriers.
    pub inject: bool,
    /// Spans have ids, by which it can be told which of them belong together.
    pub ids: bool,
}

/// One check, and what became of it.
#[derive(Clone, Debug)]
pub struct Check {
    /// As opentracing-go calls it.
    pub name: &'static str,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The tracer does what is expected.
    Passed,
    /// In part, or not at all: the tracer is not able to.
    Skipped(&'static str),
    /// What it tries cannot be written: it does not compile.
    RuledOut,
    /// It does not, and why.
    Failed(String),
}

/// What is checked of a tracer; `Err` is what is wrong with it.
type Run = fn(&Tracer, Capabilities) -> Result<Outcome, String>;

const CHECKS: [(&str, Run); 16] = [
    ("TestStartSpan", checks::start_span),
    ("TestStartSpanWithParent", checks::start_span_with_parent),
    ("TestSetOperationName", checks::set_operation_name),
    ("TestSpanTagValueTypes", checks::span_tag_value_types),
    ("TestSpanTagsWithChaining", checks::span_tags_with_chaining),
    ("TestSpanLogs", checks::span_logs),
    ("TestSpanBaggage", checks::span_baggage),
    ("TestContextBaggage", checks::context_baggage),
    ("TestMultiBaggage", checks::multi_baggage),
    ("TestTextPropagation", propagation::text),
    ("TestHTTPPropagation", propagation::http),
    ("TestBinaryPropagation", propagation::binary),
    ("TestMandatoryFormats", propagation::mandatory_formats),
    ("TestUnknownFormat", propagation::ruled_out),
    ("TestInvalidInject", propagation::ruled_out),
    ("TestInvalidExtract", propagation::invalid_extract),
];

/// Runs all checks, each with a tracer of its own. A check in which the tracer panics has failed.
pub fn run_api_checks(new_tracer: impl Fn() -> Tracer, capabilities: Capabilities) -> Vec<Check> {
    let run = |(name, run): (&'static str, Run)| {
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&new_tracer(), capabilities)));
        let outcome = outcome.unwrap_or_else(|panic| Err(format!("a panic: {}", words(&*panic))));
        Check { name, outcome: outcome.unwrap_or_else(Outcome::Failed) }
    };
    CHECKS.into_iter().map(run).collect()
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("of no text")
}

// === impl Capabilities ===

impl Capabilities {
    /// All of them.
    pub const fn everything() -> Self {
        Self { baggage_values: true, extract: true, inject: true, ids: true }
    }
}

// === impl Check ===

impl Check {
    /// Whether the tracer does not do what is expected.
    pub const fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, outcome } = self;
        match outcome {
            Outcome::Passed => write!(f, "{name}: passed"),
            Outcome::Skipped(what) => write!(f, "{name}: skipped, as far as it needs {what}"),
            Outcome::RuledOut => write!(f, "{name}: does not compile"),
            Outcome::Failed(why) => write!(f, "{name}: failed: {why}"),
        }
    }
}
