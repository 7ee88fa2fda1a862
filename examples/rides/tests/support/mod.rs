//! The demo's program, running, with its output line by line.
#![allow(dead_code, clippy::panic, clippy::unwrap_used, reason = "tests, and none of them uses all of this")]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

const DEADLINE: Duration = Duration::from_secs(30);

/// A running `rides`, killed when it is dropped.
pub(crate) struct Rides {
    process: Child,
    lines: Receiver<String>,
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    run_with(arguments, &[])
}

/// The same, with these variables in its environment.
pub(crate) fn run_with(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut rides = Command::new(env!("CARGO_BIN_EXE_rides"));
    rides.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

/// The options for free ports everywhere.
pub(crate) const FREE_PORTS: [&str; 4] =
    ["--port=0", "--query-port=0", "--collector-port=0", "--agent-port=0"];

/// In the order of their start.
pub(crate) const SERVICES: [&str; 6] = ["customer", "route", "driver", "pricing", "notify", "frontend"];

/// `target` is a process, or a group of them with a minus before.
#[track_caller]
pub(crate) fn kill(signal: &str, target: &str) {
    assert!(Command::new("kill").args([signal, "--", target]).status().unwrap().success());
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "{what}: not within {DEADLINE:?}");
        thread::park_timeout(Duration::from_millis(10));
    }
}

/// Status and text of an answer.
pub(crate) fn get(url: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// A trace, when it has so many spans.
#[track_caller]
pub(crate) fn trace(query: &str, trace_id: &str, spans: usize) -> Value {
    let mut found = Value::Null;
    wait_until("the trace", || {
        let (status, body) = get(&format!("{query}api/traces/{trace_id}"));
        found = serde_json::from_str(&body).unwrap_or_default();
        let count = found.pointer("/data/0/spans").and_then(Value::as_array).map_or(0, Vec::len);
        status == 200 && count >= spans
    });
    found
}

impl Rides {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rides"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Of its own, so that a test can send to all of it what Ctrl-C sends.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What follows the prefix in the next line that has it.
    #[track_caller]
    pub(crate) fn line_after(&self, prefix: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(DEADLINE);
            let line = line.unwrap_or_else(|error| panic!("no line {prefix:?}: {error}"));
            if let Some(rest) = line.strip_prefix(prefix) {
                return rest.trim().to_owned();
            }
        }
    }

    /// The ids of the services' processes, as `--verbose` tells them.
    #[track_caller]
    pub(crate) fn service_ids(&self) -> [u32; 6] {
        SERVICES.map(|name| {
            let line = self.line_after(name);
            let id = line.strip_prefix("pid ").and_then(|rest| rest.split_once(','));
            id.unwrap_or_else(|| panic!("no id in {line:?}")).0.parse().unwrap()
        })
    }

    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the end of rides", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Rides {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
