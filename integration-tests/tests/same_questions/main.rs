//! The same questions, asked of the backend and of the real Jaeger v1.62.0 with the same spans, are answered alike: status, media type
//! and body, but for a list of differences.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bodies;
mod spans;

use integration_tests::peers::RealJaeger;
use jaeger_backend::Backend;
use serde_json::Value;

/// Questions that both answer alike. `START`, `MIDDLE` and `END` are microseconds around the spans, `END_MS` milliseconds.
const ALIKE: &[&str] = &[
    "/api/services",
    "/api/services?prettyPrint=true",
    "/api/services?prettyPrint=false",
    "/api/operations?service=web",
    "/api/operations?service=web&spanKind=server",
    "/api/operations?service=web&spanKind=nosuch",
    "/api/operations",
    "/api/operations?service=",
    "/api/services/web/operations",
    "/api/services/slash%2Fservice/operations",
    "/api/traces/1001",
    "/api/traces/0000000000001001",
    "/api/traces/00000000000000000000000000001001",
    "/api/traces/1001?raw=true",
    "/api/traces/1001?raw=false",
    "/api/traces/1001?raw=1",
    "/api/traces/1001?raw=F",
    "/api/traces/1001?raw=yes",
    "/api/traces/1001?prettyPrint=true",
    "/api/traces/ABCD",
    "/api/traces/abcdef0123456789abcdef0123456789",
    "/api/traces/zzz",
    "/api/traces/0x1001",
    "/api/traces/+1001",
    "/api/traces/abcdef0123456789abcdef01234567890",
    "/api/traces",
    "/api/traces?service=",
    "/api/traces?service=nosuch",
    "/api/traces?service=web",
    "/api/traces?service=web&raw=true",
    "/api/traces?service=web&service=db",
    "/api/traces?service=web&operation=GET%20%2F",
    "/api/traces?service=web&operation=nosuch",
    "/api/traces?service=web&operation=",
    "/api/traces?service=web&limit=1",
    "/api/traces?service=web&limit=0",
    "/api/traces?service=web&limit=-1",
    "/api/traces?service=web&limit=abc",
    "/api/traces?service=web&limit=1.5",
    "/api/traces?service=web&limit=99999999999999999999",
    "/api/traces?service=web&limit=4294967296",
    "/api/traces?service=web&start=99999999999999999999",
    "/api/traces?service=web&start=START&end=END",
    "/api/traces?service=web&start=MIDDLE",
    "/api/traces?service=web&end=MIDDLE",
    "/api/traces?service=web&start=abc",
    "/api/traces?service=web&end=1e9",
    "/api/traces?service=web&minDuration=500us",
    "/api/traces?service=web&minDuration=1.5ms",
    "/api/traces?service=web&maxDuration=1ms",
    "/api/traces?service=web&minDuration=1ms&maxDuration=2ms",
    "/api/traces?service=web&minDuration=1ms&maxDuration=500us",
    "/api/traces?service=web&minDuration=1ms&maxDuration=1ms",
    "/api/traces?service=web&minDuration=abc",
    "/api/traces?service=web&maxDuration=5",
    "/api/traces?service=web&minDuration=-1ms",
    "/api/traces?service=web&minDuration=0",
    "/api/traces?service=web&tag=http.status_code:200",
    "/api/traces?service=web&tag=http.status_code:200&tag=error:true",
    "/api/traces?service=web&tag=url:http://a:80/",
    "/api/traces?service=web&tag=xyz",
    "/api/traces?service=web&tag=",
    "/api/traces?service=web&tag=:",
    "/api/traces?service=web&tags=%7B%22error%22%3A%22true%22%7D",
    "/api/traces?service=web&tags=%7B%22hostname%22%3A%22host-1%22%7D",
    "/api/traces?service=web&tags=%7B%22event%22%3A%22retry%22%7D",
    "/api/traces?service=web&tags=%7B%22load%22%3A%220.5%22%7D",
    "/api/traces?service=web&tags=%7B%22huge%22%3A%221e%2B22%22%7D",
    "/api/traces?service=web&tags=%7B%22third%22%3A%220.3333333333%22%7D",
    "/api/traces?service=web&tags=%7B%22bytes%22%3A%2200ff%22%7D",
    "/api/traces?service=web&tags=%7B%22internal.span.format%22%3A%22jaeger%22%7D",
    "/api/traces?service=web&tags=%7B%7D",
    "/api/traces?service=web&operation=SELECT&tags=%7B%22error%22%3A%22true%22%7D",
    "/api/traces?service=db&minDuration=1ms",
    "/api/traces?traceID=1001&traceID=2002",
    "/api/traces?traceID=1001&traceID=dead",
    "/api/traces?traceID=zzz",
    "/api/traces?traceID=1001&service=nosuch",
    "/api/dependencies?endTs=END_MS&lookback=86400000",
    "/api/dependencies?endTs=END_MS",
    "/api/dependencies?endTs=1000&lookback=500",
    "/api/dependencies?endTs=abc",
    "/api/dependencies?lookback=x",
    "/static/nope.js",
];

/// Questions with another answer: what ours is, and why.
const OTHER: &[(&str, &str, &str)] = &[
    (
        "/api/services/nosuch/operations",
        r#""data":[]"#,
        "an empty list is never null, on which pages fall down",
    ),
    (
        "/api/traces?service=web&tags=xyz",
        "malformed 'tags' parameter, cannot unmarshal JSON: ",
        "the words are those of another reader of JSON",
    ),
    ("/api/nosuch", "404 page not found", "a page in place of an answer hides that the path is wrong"),
    ("/api/traces/", "404 page not found", "the same"),
];

#[test]
fn the_same_questions_are_answered_alike() {
    let Some(real) = RealJaeger::start() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ours = runtime.block_on(Backend::start()).unwrap();
    let times = spans::send(&[ours.collector_endpoint(), real.collector_endpoint()]);
    let (ours, real) = (ours.query_url(), real.query_url());
    for (trace_id, spans) in spans::TRACES {
        for query in [&ours, &real] {
            integration_tests::wait_for_trace(query, trace_id, spans);
        }
    }
    let mut unlike = Vec::new();
    for question in ALIKE {
        let path = times.path_of(question);
        let (ours, real) = (ask(&ours, &path), ask(&real, &path));
        if ours != real {
            unlike.push(format!("{question}\n  ours    {ours:?}\n  Jaeger  {real:?}"));
        }
    }
    assert!(unlike.is_empty(), "{} of {} differ:\n{}", unlike.len(), ALIKE.len(), unlike.join("\n"));
    for (question, says, why) in OTHER {
        let (ours, real) = (ask(&ours, question), ask(&real, question));
        assert!(ours.body.contains(says), "{question}: {ours:?}");
        assert_ne!(ours, real, "no longer a difference: {question}, {why}");
    }
}

/// An answer without what has no meaning: the order of names, traces, spans and processes.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    content_type: String,
    body: String,
}

fn ask(query_url: &str, path: &str) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(format!("{query_url}{path}")).call().unwrap();
    let content_type = answer.headers().get("content-type").map_or("", |value| value.to_str().unwrap());
    let content_type = content_type.to_owned();
    let body = answer.body_mut().read_to_string().unwrap();
    let is_indented = body.contains("\n    ");
    let body = match serde_json::from_str::<Value>(&body) {
        Ok(mut json) => {
            spans::sort(&mut json);
            let end = if body.ends_with('\n') { "\n" } else { "" };
            format!("{json}{end}{}", if is_indented { " indented" } else { "" })
        }
        Err(_) => body,
    };
    Answer { status: answer.status().as_u16(), content_type, body }
}
