//! The environment of a real process. The program is this test, run again.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    env,
    ffi::OsStr,
    net::UdpSocket,
    process::{Command, Output},
    time::Duration,
};

use jaeger_client::Config;
use jaeger_propagation::Propagator;
use jaeger_thrift::{Batch, Compact};
use opentelemetry::{
    global,
    trace::{Tracer, TracerProvider},
};

/// What the program does.
#[test]
#[ignore = "the program that the tests run"]
fn program() {
    match Config::from_env().and_then(|config| config.with_logger(|line| println!("{line}")).install()) {
        Ok(closer) => {
            global::tracer_provider().tracer("env").in_span("work", |_| {});
            println!("{}", closer.close(Duration::from_secs(5)));
            println!("{:?}", Propagator::global());
        }
        Err(error) => println!("error: {error}"),
    }
}

fn run(variables: &[(&str, &OsStr)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("JAEGER_") {
            command.env_remove(name);
        }
    }
    let command = command.args(["--exact", "program", "--ignored", "--nocapture"]);
    let Output { stdout, status, .. } = command.envs(variables.iter().copied()).output().unwrap();
    assert!(status.success());
    String::from_utf8(stdout).unwrap()
}

#[track_caller]
fn says(variables: &[(&str, &str)], expected: &str) {
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, OsStr::new(*value))).collect();
    let output = run(&variables);
    assert!(output.contains(expected), "{output}");
}

#[test]
fn a_program_is_configured_by_its_environment_alone() {
    let agent = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    agent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let port = agent.local_addr().unwrap().port().to_string();
    let variables = [
        ("JAEGER_SERVICE_NAME", "by-env"),
        ("JAEGER_AGENT_HOST", "127.0.0.1"),
        ("JAEGER_AGENT_PORT", &port),
        ("JAEGER_SAMPLER_TYPE", "const"),
        ("JAEGER_SAMPLER_PARAM", "1"),
        ("JAEGER_TAGS", "zone=${HOME_ZONE:nowhere}"),
        ("JAEGER_PROPAGATION", "w3c"),
        ("JAEGER_TYPO", "x"),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, OsStr::new(*value))).collect();
    let output = run(&variables);
    let start = format!("jaeger: service \"by-env\" reports every trace to udp://127.0.0.1:{port}");
    assert!(output.contains(&start) && output.contains("jaeger: JAEGER_TYPO is not known"), "{output}");
    assert!(output.contains("extract_order: [W3c]"), "{output}");

    let mut packet = vec![0; 65_536];
    let length = agent.recv(&mut packet).unwrap();
    let batch = Batch::decode_emit::<Compact>(packet.get(..length).unwrap()).unwrap();
    assert_eq!(batch.process.service_name, "by-env");
    let zone = batch.process.tags.iter().find(|tag| tag.key == "zone").unwrap();
    assert_eq!(zone.value, jaeger_thrift::TagValue::String("nowhere".to_owned()));
    assert!(batch.spans.iter().all(|span| span.trace_id_high == 0 && span.operation_name == "work"));
}

#[test]
fn errors_name_the_variable() {
    says(&[], "error: no service name provided");
    says(
        &[("JAEGER_DISABLED", "maybe")],
        "error: cannot parse env var JAEGER_DISABLED=maybe: expected true or false",
    );
    says(&[("JAEGER_DISABLED", "true")], "0 spans sent to nobody: tracing is disabled");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_an_error() {
    use std::os::unix::ffi::OsStrExt;
    let output = run(&[("JAEGER_SERVICE_NAME", OsStr::from_bytes(b"caf\xe9"))]);
    assert!(
        output.contains("cannot parse env var JAEGER_SERVICE_NAME=caf\u{fffd}: expected UTF-8"),
        "{output}"
    );
}
