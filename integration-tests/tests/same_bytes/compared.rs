//! Two answers of the query API, field by field.

use std::collections::BTreeMap;

use serde_json::Value;

/// A difference that may be, and its reason.
#[derive(Clone, Copy)]
pub(crate) struct Permitted {
    pub(crate) what: &'static str,
    /// Makes ours of what the real one shows of a span; says whether it changed anything.
    pub(crate) change: fn(&mut Value) -> bool,
}

/// Go prints fields of its own.
pub(crate) const NO_FIELDS_OF_GO: Permitted = Permitted {
    what: "a removed reference is told without what Go's structs have beside it",
    change: |span| {
        let of_go = " XXX_NoUnkeyedLiteral:{} XXX_unrecognized:[] XXX_sizecache:0";
        let mut occurs = false;
        for warning in span["warnings"].as_array_mut().into_iter().flatten() {
            let text = warning.as_str().unwrap_or_default();
            occurs |= text.contains(of_go);
            *warning = Value::from(text.replace(of_go, ""));
        }
        occurs
    },
};

/// By trace id.
type Traces = BTreeMap<String, Value>;

/// Checks that ours are the real ones but for what is permitted, and that all of that occurs.
#[track_caller]
pub(crate) fn assert_same(permitted: &[Permitted], ours: &Traces, real: &Traces) {
    let mut expected: Traces = real.iter().map(|(id, trace)| (id.clone(), comparable(trace))).collect();
    for Permitted { what, change } in permitted {
        let mut occurs = false;
        for trace in expected.values_mut() {
            for span in trace["spans"].as_array_mut().into_iter().flatten() {
                occurs |= change(span);
            }
        }
        assert!(occurs, "no longer a difference: {what}");
    }
    for (id, trace) in ours {
        let (ours, mut expected) = (comparable(trace), expected.remove(id).unwrap_or_default());
        sort_spans(&mut expected);
        let lines = |trace: &Value| -> Vec<String> {
            let text = serde_json::to_string_pretty(trace).unwrap();
            text.lines().map(str::to_owned).collect()
        };
        let (ours, expected) = (lines(&ours), lines(&expected));
        let first = ours.iter().zip(&expected).position(|(ours, expected)| ours != expected);
        let first = first.or((ours.len() != expected.len()).then(|| ours.len().min(expected.len())));
        if let Some(at) = first {
            let around = |lines: &[String]| lines[at.saturating_sub(12)..lines.len().min(at + 8)].join("\n");
            panic!(
                "trace {id} is not as in Jaeger\n--- ours\n{}\n--- Jaeger\n{}",
                around(&ours),
                around(&expected)
            );
        }
    }
}

/// Without what has no meaning: the order of spans, which is another one at each request to Jaeger, and the numbers of processes.
fn comparable(trace: &Value) -> Value {
    let mut trace = trace.clone();
    let processes = trace["processes"].take();
    for span in trace["spans"].as_array_mut().into_iter().flatten() {
        let id = span["processID"].as_str().unwrap_or_default().to_owned();
        span["processID"] = processes[&id].clone();
        // Of several warnings the order depends on that of the spans.
        if let Some(warnings) = span["warnings"].as_array_mut() {
            warnings.sort_by_key(ToString::to_string);
        }
    }
    sort_spans(&mut trace);
    trace
}

fn sort_spans(trace: &mut Value) {
    if let Some(spans) = trace["spans"].as_array_mut() {
        spans.sort_by_key(|span| (span["spanID"].to_string(), span["startTime"].as_i64(), span.to_string()));
    }
}
