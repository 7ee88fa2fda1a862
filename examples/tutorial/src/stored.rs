//! A trace as Jaeger has stored it, read through its query API: the same for the one in memory and for any other.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{BoxError, http_client, tracing::Reported};

/// How long the last spans may take to be stored.
const DEADLINE: Duration = Duration::from_secs(15);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The spans of a trace, in the order of their starts.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredTrace {
    pub(crate) spans: Vec<StoredSpan>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredSpan {
    pub(crate) id: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    /// What it is ChildOf or FollowsFrom, as its first reference says.
    pub(crate) cause: Option<Cause>,
    pub(crate) is_error: bool,
    /// In microseconds.
    pub(crate) start: u64,
    pub(crate) duration: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    ChildOf(String),
    FollowsFrom(String),
}

/// Asks until all spans of the trace that were reported are there.
pub(crate) async fn wait_for_trace(query: &str, reported: &Reported) -> Result<StoredTrace, BoxError> {
    let url = format!("{query}/api/traces/{}", reported.trace_id);
    let end = Instant::now() + DEADLINE;
    loop {
        let found = read(&url).await;
        let count = found.as_ref().map_or(0, |trace| trace.spans.len());
        if count >= reported.spans {
            return found;
        }
        if Instant::now() >= end {
            let reason = found.err().map(|error| format!(" ({error})")).unwrap_or_default();
            let Reported { trace_id, spans } = reported;
            return Err(format!(
                "{count} of {spans} spans of trace {trace_id} after {DEADLINE:?}{reason}; \
                                is {query} the Jaeger of that collector?"
            )
            .into());
        }
        sleep(POLL_INTERVAL).await;
    }
}

async fn read(url: &str) -> Result<StoredTrace, BoxError> {
    let answer = http_client::get(Request::get(url).body(Empty::<Bytes>::new())?).await?;
    let answer: Value = serde_json::from_str(&answer)?;
    Ok(answer.pointer("/data/0").map(StoredTrace::of).unwrap_or_default())
}

// === impl StoredTrace ===

impl StoredTrace {
    /// What there is to read in Jaeger's JSON of a trace.
    fn of(trace: &Value) -> Self {
        let spans = trace.get("spans").and_then(Value::as_array).into_iter().flatten();
        let mut spans: Vec<_> = spans.map(|span| StoredSpan::of(span, trace)).collect();
        spans.sort_by_key(|span| span.start);
        Self { spans }
    }

    /// Those that nothing in this trace has caused.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &StoredSpan> {
        let is_known = |span: &StoredSpan| {
            let cause = span.cause.as_ref().map(Cause::id);
            self.spans.iter().any(|other| Some(other.id.as_str()) == cause)
        };
        self.spans.iter().filter(move |span| !is_known(span))
    }

    pub(crate) fn children<'a>(&'a self, of: &'a StoredSpan) -> impl Iterator<Item = &'a StoredSpan> {
        self.spans.iter().filter(|span| matches!(&span.cause, Some(Cause::ChildOf(id)) if *id == of.id))
    }

    pub(crate) fn followers<'a>(&'a self, of: &'a StoredSpan) -> impl Iterator<Item = &'a StoredSpan> {
        self.spans.iter().filter(|span| matches!(&span.cause, Some(Cause::FollowsFrom(id)) if *id == of.id))
    }

    /// A line for each span, below what has caused it.
    pub(crate) fn tree(&self) -> String {
        let mut text = String::new();
        for root in self.roots() {
            text.push_str(&format!("{root_line}\n", root_line = root.line()));
            self.draw_below(root, "", &mut text);
        }
        text
    }

    fn draw_below(&self, span: &StoredSpan, indent: &str, text: &mut String) {
        let mut below: Vec<_> = self.children(span).chain(self.followers(span)).collect();
        below.sort_by_key(|span| span.start);
        let last = below.len().saturating_sub(1);
        for (index, span) in below.into_iter().enumerate() {
            let (branch, indent_below) =
                if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            text.push_str(&format!("{indent}{branch}{}\n", span.line()));
            self.draw_below(span, &format!("{indent}{indent_below}"), text);
        }
    }
}

// === impl StoredSpan ===

impl StoredSpan {
    fn of(span: &Value, trace: &Value) -> Self {
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |key: &str| span.get(key).and_then(Value::as_u64).unwrap_or_default();
        let process = trace.get("processes").and_then(|all| all.get(text(span, "processID")));
        let cause = span.pointer("/references/0").map(|reference| {
            let id = text(reference, "spanID");
            if text(reference, "refType") == "FOLLOWS_FROM" {
                Cause::FollowsFrom(id)
            } else {
                Cause::ChildOf(id)
            }
        });
        let tags = span.get("tags").and_then(Value::as_array);
        let is_error =
            |tag: &Value| text(tag, "key") == "error" && tag.get("value") == Some(&Value::Bool(true));
        Self {
            id: text(span, "spanID"),
            service: process.map(|process| text(process, "serviceName")).unwrap_or_default(),
            operation: text(span, "operationName"),
            cause,
            is_error: tags.into_iter().flatten().any(is_error),
            start: number("startTime"),
            duration: number("duration"),
        }
    }

    fn line(&self) -> String {
        let milliseconds = Duration::from_micros(self.duration).as_secs_f64() * 1000.0;
        let error = if self.is_error { "  error" } else { "" };
        format!("{}: {}  {milliseconds:.1} ms{error}", self.service, self.operation)
    }
}

// === impl Cause ===

impl Cause {
    fn id(&self) -> &str {
        match self {
            Self::ChildOf(id) | Self::FollowsFrom(id) => id,
        }
    }
}
