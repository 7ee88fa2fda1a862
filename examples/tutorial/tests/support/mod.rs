//! The program as a user runs it, and its traces as text.
#![allow(dead_code, clippy::panic, clippy::unwrap_used, reason = "tests, and none of them uses all of this")]

use std::{
    any::Any,
    fmt::Write,
    process::{Command, Output},
};

use integration_tests::{
    peers::RealJaeger,
    shown::{ShownSpan, ShownTag, ShownTrace},
    wait_for_trace,
};
use jaeger_backend::Backend;
use tokio::runtime;

/// A Jaeger that a test has started.
pub(crate) struct Jaeger {
    pub(crate) collector: String,
    pub(crate) query: String,
    /// It ends with this.
    _running: Box<dyn Any>,
}

/// What differs from the original, and has to: tags that it has not, on every span where their condition holds.
#[derive(Clone, Copy)]
pub(crate) struct Difference {
    pub(crate) tag: &'static str,
    pub(crate) value: &'static str,
    pub(crate) is_there: fn(&ShownSpan) -> bool,
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tutorial")).args(arguments).output().unwrap()
}

/// What it printed, of a program that succeeded.
#[track_caller]
pub(crate) fn printed(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}\n{out}\n{err}", output.status);
    (out, err)
}

pub(crate) fn text(output: Vec<u8>) -> String {
    String::from_utf8(output).unwrap()
}

/// Number of spans and id of each trace whose link was printed.
pub(crate) fn links(printed: &str) -> Vec<(usize, &str)> {
    let link = |line: &'_ str| -> Option<(usize, usize)> {
        let (count, rest) = line.split_once(" span")?;
        let start = line.len() - rest.split_once("/trace/")?.1.len();
        Some((count.parse().ok()?, start))
    };
    let found = |line| {
        let (count, start) = link(line)?;
        Some((count, line.get(start..)?.split(' ').next()?))
    };
    printed.lines().filter_map(found).collect()
}

// === impl Jaeger ===

impl Jaeger {
    pub(crate) fn in_memory() -> Self {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let backend = runtime.block_on(Backend::start()).unwrap();
        let (collector, query) = (backend.collector_endpoint(), backend.query_url());
        Self { collector, query, _running: Box::new((backend, runtime)) }
    }

    /// `None` if there is none on this machine and it is not required.
    pub(crate) fn real() -> Option<Self> {
        let jaeger = RealJaeger::start()?;
        let (collector, query) = (jaeger.collector_endpoint(), jaeger.query_url());
        Some(Self { collector, query, _running: Box::new(jaeger) })
    }

    /// Runs a lesson into it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run(&self.arguments(arguments))
    }

    #[track_caller]
    pub(crate) fn printed(&self, arguments: &[&str]) -> (String, String) {
        printed(&self.arguments(arguments))
    }

    fn arguments<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        let jaeger = ["--once", "--collector", &self.collector, "--query", &self.query];
        [arguments, &jaeger].concat()
    }

    /// The traces whose links were printed.
    pub(crate) fn shown(&self, printed: &str) -> Vec<ShownTrace> {
        self.with_times(printed).into_iter().map(ShownTrace::of_any_run).collect()
    }

    /// Checks that in each trace the calls were one after the other, and within the span that made them.
    #[track_caller]
    pub(crate) fn assert_one_after_the_other(&self, printed: &str) {
        for trace in self.with_times(printed) {
            trace.roots().iter().for_each(assert_in_order);
        }
    }

    fn with_times(&self, printed: &str) -> Vec<ShownTrace> {
        let of = |(count, id): &(usize, &str)| ShownTrace::new(&wait_for_trace(&self.query, id, *count));
        links(printed).iter().map(of).collect()
    }
}

#[track_caller]
fn assert_in_order(span: &ShownSpan) {
    let (start, duration) = span.times.unwrap();
    let mut calls: Vec<_> = span.children.iter().map(|child| child.times.unwrap()).collect();
    calls.sort_unstable();
    let end = calls.into_iter().fold(start, |earlier, (start, duration)| {
        assert!(start >= earlier, "a call below {} began too early", span.operation);
        start + duration
    });
    // Start and duration are cut to whole microseconds, each by itself.
    assert!(end <= start + duration + 1, "{} ended before its calls", span.operation);
    span.children.iter().for_each(assert_in_order);
}

/// A trace with everything that is shown of it, but for what the table says; and all of that is there.
#[track_caller]
pub(crate) fn described(trace: &ShownTrace, table: &[Difference]) -> String {
    let mut text = String::new();
    for root in trace.roots() {
        describe(root, 0, table, &mut text);
    }
    text
}

#[track_caller]
fn describe(span: &ShownSpan, depth: usize, table: &[Difference], text: &mut String) {
    let indent = "  ".repeat(depth);
    writeln!(text, "{indent}{}: {}", span.service, span.operation).unwrap();
    for reference in &span.references {
        writeln!(text, "{indent}  {reference}").unwrap();
    }
    let mut tags: Vec<&ShownTag> = span.tags.iter().collect();
    for Difference { tag, value, is_there } in table {
        let at = tags.iter().position(|found| found.key == *tag && found.value == *value);
        assert_eq!(at.is_some(), is_there(span), "{tag} of {}: {tags:#?}", span.operation);
        at.map(|at| tags.remove(at));
    }
    for tag in tags {
        writeln!(text, "{indent}  tag {}", with_usual_port(&tag.to_string())).unwrap();
    }
    for log in &span.logs {
        writeln!(text, "{indent}  {}", with_usual_port(&log.to_string())).unwrap();
    }
    // Neither has warnings.
    assert!(span.warnings.is_empty(), "{:?}", span.warnings);
    let below = |child| {
        let mut text = String::new();
        describe(child, depth + 1, table, &mut text);
        text
    };
    let mut children: Vec<_> = span.children.iter().map(below).collect();
    children.sort_unstable();
    text.extend(children);
}

/// Tests run side by side, so that the services are on free ports.
fn with_usual_port(text: &str) -> String {
    const HOST: &str = "localhost:";
    let Some((before, after)) = text.split_once(HOST) else { return text.to_owned() };
    let path = after.trim_start_matches(|char: char| char.is_ascii_digit());
    let port = match path {
        path if path.starts_with("/format") => "8081",
        path if path.starts_with("/publish") => "8082",
        _ => "PORT",
    };
    format!("{before}{HOST}{port}{path}")
}
