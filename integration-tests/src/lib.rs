//! Helpers shared by the integration tests.

pub mod peers;
pub mod shown;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::Value;

/// The quick start of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The example of the propagation page compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/propagation.md")]
struct PropagationPage;

/// The example of the page on tests compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/testing.md")]
struct TestingPage;

/// Baggage that is hard to carry: blanks, both kinds of escapes, other scripts, and nothing at all.
pub const HARD_TO_CARRY: [(&str, &str); 7] = [
    ("customer", "Rachel's Floral Designs"),
    ("blanks", "  two  and  two  "),
    ("plus", "1+1=2"),
    ("percent", "100% %41 %zz"),
    ("unicode", "☃ é 世界 \u{1f600}"),
    ("punctuation", r#"a,b;c="d"/\?&#[]{}|^`<>~!$'()*"#),
    ("empty", ""),
];

/// The root of the workspace.
pub fn workspace_root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(PathBuf::from).unwrap_or(manifest)
}

/// A trace from a query API, once it has so many spans.
///
/// # Panics
///
/// If it does not have them within 15 seconds.
pub fn wait_for_trace(query_url: &str, trace_id: &str, spans: usize) -> Value {
    const DEADLINE: Duration = Duration::from_secs(15);
    let started = Instant::now();
    loop {
        let found = trace(query_url, trace_id);
        let count = found.as_ref().and_then(|trace| trace.get("spans")?.as_array()).map_or(0, Vec::len);
        match found {
            Some(trace) if count >= spans => return trace,
            _ => assert!(
                started.elapsed() < DEADLINE,
                "{count} of {spans} spans of {trace_id} after {DEADLINE:?}"
            ),
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

fn trace(query_url: &str, trace_id: &str) -> Option<Value> {
    let mut answer = ureq::get(format!("{query_url}/api/traces/{trace_id}")).call().ok()?;
    let body = answer.body_mut().read_to_string().ok()?;
    let mut answer: Value = serde_json::from_str(&body).ok()?;
    answer.pointer_mut("/data/0").map(Value::take)
}
