//! The program as a user runs it: against a backend, and against nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    net::TcpListener,
    process::{Command, Output},
    time::Duration,
};

use jaeger_backend::Backend;
use jaeger_thrift::TagValue;

fn run(endpoint: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_in-process")).arg(endpoint).output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_makes_the_trace_of_the_beginner_s_program() {
    let backend = Backend::start().await.unwrap();
    let endpoint = backend.collector_endpoint();
    let output = tokio::task::spawn_blocking(move || run(&endpoint)).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let trace_id = printed.trim_end().rsplit(['/', ' ']).next().unwrap();

    let trace = backend.wait_for_trace(trace_id, 3, Duration::from_secs(5)).await.unwrap();
    assert_eq!(trace.tree(), "in-process: in-process-service\n  in-process: Foo\n    in-process: Bar\n");
    let bar = trace.find("Bar").unwrap();
    assert_eq!(bar.tag("error"), Some(&TagValue::Bool(true)));
    let fields: Vec<_> =
        bar.span.logs[0].fields.iter().map(|field| (field.key.as_str(), field.value.clone())).collect();
    let text = |text: &str| TagValue::String(text.to_owned());
    assert_eq!(fields, [("event", text("error")), ("message", text("something wrong"))]);
    let logged = String::from_utf8(output.stderr).unwrap();
    assert_eq!(logged.matches("Reporting span").count(), 3, "{logged}");
}

#[test]
fn it_says_clearly_that_nothing_listens() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = run(&format!("http://{unused}/api/traces"));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("3 of 3 spans lost") && printed.contains("connection refused"), "{printed}");
    assert_eq!(output.status.code(), Some(1));
}
