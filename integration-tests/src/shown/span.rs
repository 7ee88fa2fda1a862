//! One span, with what is below it.

use std::fmt;

use super::tags::{ShownTag, ShownTags};

/// A span as Jaeger shows it, without its ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownSpan {
    /// The process's name.
    pub service: String,
    /// The operation name.
    pub operation: String,
    /// Absent if it is 0.
    pub flags: Option<u64>,
    /// Type and target: the operation name of a span in the same trace, or else the ids. In their order.
    pub references: Vec<String>,
    /// Those of the span.
    pub tags: ShownTags,
    /// Those of its process.
    pub process_tags: ShownTags,
    /// Each with its time and its fields, in their order.
    pub logs: Vec<ShownLog>,
    /// What Jaeger has to say about it.
    pub warnings: Vec<String>,
    /// Start and duration, in microseconds.
    pub times: Option<(u64, u64)>,
    /// In no order that means anything.
    pub children: Vec<ShownSpan>,
}

/// A log of a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownLog {
    /// In microseconds.
    pub timestamp: Option<u64>,
    /// In their order.
    pub fields: Vec<ShownTag>,
}

// === impl ShownSpan ===

impl ShownSpan {
    /// The number of spans from here on.
    pub fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }

    /// Changes this span and those below it; whether one of them did change.
    pub(super) fn change(&mut self, change: &mut dyn FnMut(&mut Self) -> bool) -> bool {
        let mut is_changed = change(self);
        for child in &mut self.children {
            is_changed |= child.change(change);
        }
        // What is below decides about the order.
        self.children.sort();
        is_changed
    }

    /// Everything there is to say about it, each with the way to it.
    pub(super) fn facts(&self, above: &str, facts: &mut Vec<String>) {
        let at = format!("{above}/{}: {}", self.service, self.operation);
        let mut say = |what: &dyn fmt::Display| facts.push(format!("{at}  {what}"));
        say(&"is there");
        if let Some(flags) = self.flags {
            say(&format_args!("flags {flags}"));
        }
        if let Some((start, duration)) = self.times {
            say(&format_args!("from {start} for {duration}"));
        }
        self.references.iter().for_each(|reference| say(&format_args!("reference {reference}")));
        self.tags.iter().for_each(|tag| say(&format_args!("tag {tag}")));
        self.process_tags.iter().for_each(|tag| say(&format_args!("process tag {tag}")));
        self.logs.iter().for_each(|log| say(log));
        self.warnings.iter().for_each(|warning| say(&format_args!("warning {warning}")));
        self.children.iter().for_each(|child| child.facts(&at, facts));
    }
}

// === impl ShownLog ===

impl fmt::Display for ShownLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("log")?;
        if let Some(timestamp) = self.timestamp {
            write!(f, " at {timestamp}")?;
        }
        self.fields.iter().try_for_each(|field| write!(f, ", {field}"))
    }
}
