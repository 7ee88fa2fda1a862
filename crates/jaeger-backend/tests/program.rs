//! The program: what it prints, how it stops.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

const FREE_PORTS: [&str; 12] = [
    "--query-port",
    "0",
    "--collector-port=0",
    "--agent-port=0",
    "--agent-binary-port=0",
    "--agent-zipkin-port=0",
    "--otlp-grpc-port=0",
    "--otlp-http-port=0",
    "--zipkin-port=0",
    "--sampling-port=0",
    "--admin-port=0",
    "--max-bytes=1000000",
];

fn program(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jaeger-backend"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Exit code, output and error output of a program that ends by itself.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program(arguments).wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn it_says_where_it_listens_and_stops_on_a_signal() {
    for signal in ["-INT", "-TERM"] {
        let mut child = program(&FREE_PORTS);
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = [const { String::new() }; 3];
        for line in &mut lines {
            out.read_line(line).unwrap();
        }
        let [query, collector, agent] = lines;
        assert!(query.contains("http://127.0.0.1:"), "{query}");
        assert!(collector.trim_end().ends_with("/api/traces"), "{collector}");
        assert!(agent.contains("udp 127.0.0.1:"), "{agent}");
        let url = query.split_whitespace().last().unwrap();
        assert_eq!(ureq::get(format!("{url}/api/services")).call().unwrap().status(), 200);

        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!(errors, "");
    }
}

#[test]
fn a_taken_port_is_one_line_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, out, errors) = run(&[&FREE_PORTS[..], &["--collector-port", &port]].concat());
    assert_eq!((code, out.as_str(), errors.lines().count()), (Some(1), "", 1), "{errors}");
    let start =
        format!("jaeger-backend: collector cannot listen on 127.0.0.1:{port}: Address already in use");
    assert!(errors.starts_with(&start) && errors.contains("--collector-port"), "{errors}");
}

#[test]
fn wrong_options_are_explained() {
    for (arguments, reason) in [
        (["--nope"].as_slice(), "unknown option --nope"),
        (&["--query-port"], "--query-port needs a number from 0 to 65535"),
        (&["--query-port", "70000"], r#"--query-port needs a number from 0 to 65535, found "70000""#),
        (&["--max-bytes=x"], r#"--max-bytes needs a number, found "x""#),
        (&["--host", "localhost"], r#"--host needs an IP address, found "localhost""#),
    ] {
        let expected = format!("jaeger-backend: {reason}; --help lists the options\n");
        assert_eq!(run(arguments), (Some(2), String::new(), expected));
    }
    let (code, out, errors) = run(&["--help"]);
    assert!(code == Some(0) && out.contains("--agent-port") && errors.is_empty());
}
