//! No program outlives the lesson that has started it, and what is in its way is said.
#![cfg(target_os = "linux")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use support::{Jaeger, printed, run, text};

const DEADLINE: Duration = Duration::from_secs(30);
const FREE_PORTS: [&str; 5] =
    ["--formatter-port=0", "--publisher-port=0", "--query-port=0", "--collector-port=0", "--agent-port=0"];

/// A lesson that stays up, killed when it is dropped.
struct Lesson {
    process: Child,
    lines: BufReader<ChildStdout>,
}

// === impl Lesson ===

impl Lesson {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tutorial"));
        command.args(["3", "Bryan"]).args(FREE_PORTS).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    /// Reads up to the line with this in it.
    #[track_caller]
    fn line(&mut self, part: &str) -> String {
        let line = self.lines.by_ref().lines().map(Result::unwrap).find(|line| line.contains(part));
        line.unwrap_or_else(|| panic!("no line {part:?}"))
    }

    /// The processes that it has started.
    fn children(&self) -> Vec<u32> {
        let id = self.process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        children.unwrap().split_whitespace().map(|id| id.parse().unwrap()).collect()
    }

    #[track_caller]
    fn interrupt(&self) {
        assert!(
            Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap().success()
        );
    }
}

impl Drop for Lesson {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "{what}: not within {DEADLINE:?}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// A zombie has ended: it only waits for somebody to ask how.
fn is_running(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[test]
fn the_page_stays_up_until_ctrl_c_and_the_programs_do_not() {
    let mut lesson = Lesson::start();
    lesson.line("[publisher] Hello, Bryan!");
    let link = lesson.line("/trace/");
    lesson.line("Ctrl-C ends the tutorial");
    assert_eq!(lesson.children(), [0; 0]);

    let page = link.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    let trace = page.replace("/trace/", "/api/traces/");
    assert_eq!(ureq::get(page).call().unwrap().status(), 200);
    let answer = ureq::get(&trace).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(answer.contains("formatString"), "{answer}");

    lesson.interrupt();
    assert_eq!(lesson.process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_killed_lesson_leaves_nobody() {
    // Nobody accepts there, so that the first spans never arrive and the lesson does not end.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let collector = format!("http://{}/api/traces", silent.local_addr().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_tutorial"));
    command.args(["3", "Bryan", "--once", "--query", "http://127.0.0.1:1", "--collector", &collector]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap());
    let mut lesson = Lesson { process, lines };
    lesson.line("[publisher] Hello, Bryan!");
    let children = lesson.children();
    assert_eq!(children.len(), 2);

    lesson.process.kill().unwrap();
    wait_until("the end of the programs", || !children.iter().copied().any(is_running));
}

/// The formatter of lesson 4 without the lesson, as somebody else would call it.
#[test]
fn a_program_takes_the_context_from_jaeger_s_headers_and_sends_its_spans_at_its_end() {
    let jaeger = Jaeger::in_memory();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tutorial"));
    command.args(["formatter", "--lesson", "4", "--to", &jaeger.collector]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap());
    let mut formatter = Lesson { process, lines };
    let listening = formatter.line("listening ");
    let url = format!("http://localhost:{}/format?helloTo=Bryan", listening.trim_start_matches("listening "));

    let called = ureq::get(&url).header("uber-trace-id", "7b:1c8:0:1").header("uberctx-greeting", "Bonjour");
    assert_eq!(called.call().unwrap().body_mut().read_to_string().unwrap(), "Bonjour, Bryan!");
    // One that cannot be read is none: the work is done, in a trace of its own.
    let called = ureq::get(&url).header("uber-trace-id", "x:y:z").header("uberctx-greeting", "Bonjour");
    assert_eq!(called.call().unwrap().body_mut().read_to_string().unwrap(), "Hello, Bryan!");

    drop(formatter.process.stdin.take());
    assert_eq!(formatter.process.wait().unwrap().code(), Some(0));
    // It has come when the process is gone, and not a flush interval later.
    let trace = ureq::get(format!("{}/api/traces/7b", jaeger.query)).call().unwrap();
    let trace = trace.into_body().read_to_string().unwrap();
    assert!(
        trace.contains(r#""refType":"CHILD_OF","traceID":"000000000000007b","spanID":"00000000000001c8""#),
        "{trace}"
    );
}

#[test]
fn a_taken_port_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for option in ["--formatter-port", "--publisher-port", "--query-port", "--collector-port"] {
        // Without --once too: it does not wait for Ctrl-C before it says so.
        let taken = format!("{option}={port}");
        let others = FREE_PORTS.iter().filter(|other| !other.starts_with(option)).copied();
        let output = run(&["3", "Bryan", &taken].into_iter().chain(others).collect::<Vec<_>>());
        let said = text(output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let line = said.lines().find(|line| line.starts_with("tutorial: ")).unwrap_or_default();
        for part in [&format!("cannot listen on 127.0.0.1:{port}: "), &format!("with {option} N")] {
            assert!(line.contains(part.as_str()), "{part}\n{said}");
        }
    }
}

#[test]
fn spans_that_are_lost_are_an_error() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let collector = format!("http://{nobody}/api/traces");
    let output = run(&["1", "Bryan", "--once", "--query", "http://127.0.0.1:1", "--collector", &collector]);
    let said = text(output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("tutorial: 1 of 1 span lost") && said.contains("connection refused"), "{said}");
}

#[test]
fn without_a_jaeger_it_brings_its_own() {
    let (out, _) = printed(&["1", "Bryan", "--once"]);
    assert!(out.contains("(gone now; without --once it stays up)"), "{out}");
    let (out, _) = Jaeger::in_memory().printed(&["1", "Bryan"]);
    assert!(!out.contains("gone now"), "{out}");
}

#[test]
fn a_wrong_command_line_is_told_apart() {
    let output = run(&["4", "Bryan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("two arguments, a name and a greeting"));
}
