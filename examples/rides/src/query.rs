//! Reads a trace through Jaeger's query API: the same for the embedded Jaeger and for any other.

use std::{collections::HashMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    baggage,
    call_error::CallError,
    http_client::{self, PlainClient},
    tree::Node,
};

const CHILD_OF: &str = "CHILD_OF";
const FOLLOWS_FROM: &str = "FOLLOWS_FROM";

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What came of a trace until it was complete or the time was over.
#[derive(Debug)]
pub(crate) struct Received {
    /// One, if the trace is whole.
    pub(crate) roots: Vec<Node>,
    /// Why the last question had no answer.
    pub(crate) error: Option<CallError>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    data: Vec<Trace>,
}

#[derive(Debug, Deserialize)]
struct Trace {
    spans: Vec<Span>,
    processes: HashMap<String, Process>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    #[serde(rename = "spanID")]
    span_id: String,
    operation_name: String,
    references: Vec<Reference>,
    start_time: u64,
    /// In microseconds.
    duration: u64,
    tags: Vec<Tag>,
    #[serde(rename = "processID")]
    process_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Debug, Deserialize)]
struct Tag {
    key: String,
    value: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    service_name: String,
}

/// Asks until that many spans are there, or the deadline is over.
pub(crate) async fn wait_for_trace(
    query: &str,
    trace_id: &str,
    spans: usize,
    deadline: Duration,
) -> Received {
    let client: PlainClient = http_client::plain();
    let url = format!("{query}/api/traces/{trace_id}");
    let end = Instant::now() + deadline;
    let mut received = Received { roots: Vec::new(), error: None };
    loop {
        match http_client::get_json(client.clone(), &url).await {
            Ok(Answer { data }) => {
                let roots = data.iter().flat_map(Trace::roots).collect();
                received = Received { roots, error: None };
            }
            Err(error) => received.error = Some(error),
        }
        if received.count() >= spans || Instant::now() >= end {
            return received;
        }
        sleep(POLL_INTERVAL).await;
    }
}

// === impl Received ===

impl Received {
    /// The number of spans.
    pub(crate) fn count(&self) -> usize {
        self.roots.iter().map(Node::count).sum()
    }

    /// Whether this is one tree, and the expected one.
    pub(crate) fn is(&self, expected: &Node) -> bool {
        matches!(self.roots.as_slice(), [root] if root.shape() == expected.shape())
    }
}

// === impl Trace ===

impl Trace {
    /// The spans without a parent among them, each with what is below it.
    fn roots(&self) -> Vec<Node> {
        let mut children: HashMap<Option<&str>, Vec<&Span>> = HashMap::new();
        for span in &self.spans {
            let parent = span.parent().map(|parent| parent.span_id.as_str());
            let parent = parent.filter(|id| self.spans.iter().any(|other| other.span_id == *id));
            children.entry(parent).or_default().push(span);
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|span| span.start_time);
        }
        self.nodes(None, &children)
    }

    fn nodes(&self, parent: Option<&str>, children: &HashMap<Option<&str>, Vec<&Span>>) -> Vec<Node> {
        let spans = children.get(&parent).into_iter().flatten();
        let node = |span: &&Span| span.node(self).children(self.nodes(Some(&span.span_id), children));
        spans.map(node).collect()
    }
}

// === impl Span ===

impl Span {
    /// What it is the child of, or else what it follows.
    fn parent(&self) -> Option<&Reference> {
        let of = |kind| self.references.iter().find(move |reference| reference.ref_type == kind);
        of(CHILD_OF).or_else(|| of(FOLLOWS_FROM)).filter(|reference| reference.span_id != self.span_id)
    }

    fn node(&self, trace: &Trace) -> Node {
        let process = trace.processes.get(&self.process_id);
        let service = process.map_or("unknown service", |process| process.service_name.as_str());
        let mut node = Node::new(service, &self.operation_name).took(Duration::from_micros(self.duration));
        if self.parent().is_some_and(|parent| parent.ref_type == FOLLOWS_FROM) {
            node = node.follows();
        }
        for key in [baggage::CUSTOMER, baggage::REQUEST, baggage::SESSION] {
            if let Some(value) = self.tag(key).and_then(Value::as_str) {
                node = node.tag(key, value);
            }
        }
        // A bool or, from programs that write it so, a text.
        let is_error = self.tag("error").is_some_and(|value| *value == true || *value == "true");
        if is_error { node.error() } else { node }
    }

    fn tag(&self, key: &str) -> Option<&Value> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| &tag.value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span(id: &str, parent: Option<&str>, start: u64, tags: &Value) -> Value {
        let reference = |id: &str| json!({ "refType": "CHILD_OF", "traceID": "1", "spanID": id });
        json!({
            "traceID": "1", "spanID": id, "operationName": format!("op {id}"), "processID": "p1",
            "references": parent.map(reference).into_iter().collect::<Vec<_>>(),
            "startTime": start, "duration": 1500, "tags": tags,
        })
    }

    #[test]
    fn references_make_the_tree_and_time_the_order() {
        let tags = json!([
            { "key": "session", "type": "string", "value": "s" },
            { "key": "error", "type": "bool", "value": true },
            { "key": "http.method", "type": "string", "value": "GET" },
        ]);
        let trace: Trace = serde_json::from_value(json!({
            "spans": [
                span("c", Some("a"), 3, &tags),
                span("a", None, 1, &json!([])),
                span("b", Some("a"), 2, &json!([])),
                span("orphan", Some("lost"), 4, &json!([])),
            ],
            "processes": { "p1": { "serviceName": "web", "tags": [] } },
        }))
        .unwrap();
        let drawn: String = trace.roots().iter().map(Node::to_string).collect();
        let expected = "\
web: op a  1.5 ms
├─ web: op b  1.5 ms
└─ web: op c  1.5 ms  error  session=\"s\"
web: op orphan  1.5 ms
";
        assert_eq!(drawn, expected);
    }
}
