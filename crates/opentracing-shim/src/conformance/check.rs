//! What is expected of a tracer, and what became of it.

use std::fmt;

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
