//! A whole trace.

use serde::Deserialize;
use serde_json::Value;

use super::{answer, difference::Difference, span::ShownSpan};

/// A trace as Jaeger shows it: its tree, without the ids of spans and processes, and in an order of its own where Jaeger's means nothing (spans, tags and the
/// numbers of processes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTrace {
    roots: Vec<ShownSpan>,
}

// === impl ShownTrace ===

impl ShownTrace {
    /// One that [`wait_for_trace`](crate::wait_for_trace) returned.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn new(trace: &Value) -> Self {
        let trace = answer::Trace::deserialize(trace).expect("a trace, as the query API has it");
        let mut shown = Self { roots: trace.roots() };
        shown.change(&mut |span| span.process_tags.change("client-uuid", |_| "ID".to_owned()));
        shown
    }

    /// The spans without a parent in it.
    pub fn roots(&self) -> &[ShownSpan] {
        &self.roots
    }

    /// The number of its spans.
    pub fn count(&self) -> usize {
        self.roots.iter().map(ShownSpan::count).sum()
    }

    /// Without what is new in each run of a program: times, and the ports of this machine.
    #[must_use]
    pub fn of_any_run(mut self) -> Self {
        self.change(&mut |span| {
            span.times = None;
            for log in &mut span.logs {
                log.timestamp = None;
            }
            span.tags.change_all(|tag| without_port(&tag.value));
            span.tags.change("peer.port", |_| "PORT".to_owned());
            true
        });
        self
    }

    /// Checks that the other one, which came by this path, is this one but for what the table says of the path, and that all of that
    /// occurs.
    ///
    /// # Panics
    ///
    /// If that is not so, with what is different.
    #[track_caller]
    pub fn assert_differs_only_by(&self, table: &[Difference], path: &str, other: &Self) {
        let mut expected = self.clone();
        for Difference { what, change, .. } in table.iter().filter(|row| row.paths.contains(&path)) {
            let occurs = expected.change(&mut |span| change(span));
            assert!(occurs, "{path}: nothing to be different: {what}");
        }
        assert!(expected == *other, "{path} is not as expected:\n{}", expected.unlike(other));
    }

    fn change(&mut self, change: &mut dyn FnMut(&mut ShownSpan) -> bool) -> bool {
        let mut is_changed = false;
        for root in &mut self.roots {
            is_changed |= root.change(change);
        }
        self.roots.sort();
        is_changed
    }

    /// What only one of them has; everything, if that is the same and only its places differ.
    fn unlike(&self, other: &Self) -> String {
        let (mut expected, mut found) = (self.facts(), other.facts());
        let common: Vec<_> = expected.iter().filter(|fact| found.contains(fact)).cloned().collect();
        for fact in &common {
            // Each as often as both have it.
            if let (Some(here), Some(there)) =
                (expected.iter().position(|own| own == fact), found.iter().position(|own| own == fact))
            {
                expected.remove(here);
                found.remove(there);
            }
        }
        if expected.is_empty() && found.is_empty() {
            return format!("the same in other places:\n{self:#?}\nand\n{other:#?}");
        }
        let missing = expected.iter().map(|fact| format!("missing  {fact}\n"));
        missing.chain(found.iter().map(|fact| format!("too much {fact}\n"))).collect()
    }

    fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        self.roots.iter().for_each(|root| root.facts("", &mut facts));
        facts
    }
}

/// `127.0.0.1:PORT` for every port.
fn without_port(text: &str) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut parts = text.split(HOST);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(HOST);
        result.push_str("PORT");
        result.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    result
}
