//! Runs the checks: node, which starts Chromium and ends it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// What the checks are run with.
const TOOLS: [&str; 2] = ["chromium", "node"];

/// The program that runs the checks.
#[derive(Debug)]
pub(crate) struct Checks;

/// A process that ends with its test, also if that fails.
struct Running(Child);

/// The checks, or `None` with a line that says why, if a tool is absent and `REQUIRE_PEERS` is not 1.
pub(crate) fn program() -> Option<Checks> {
    let Some(tool) = TOOLS.into_iter().find(|tool| !is_here(tool)) else { return Some(Checks) };
    let why = format!("there is no {tool} here to look at the page with");
    let required = env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(!required, "the peer {tool} is required: {why}");
    println!("passed over, no peer {tool}: {why}");
    None
}

fn is_here(tool: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(tool).exists())
}

/// Where the pictures go.
pub(crate) fn pictures() -> PathBuf {
    let target = || Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("pictures");
    env::var_os("PICTURES").map_or_else(target, PathBuf::from)
}

// === impl Checks ===

impl Checks {
    /// Runs them all; their output is the test's.
    pub(crate) fn run(&self, given: &Value) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.mjs");
        // The checks end when their input does, which is when this process does.
        let mut command = Command::new("node");
        command.arg(script).env("PAGE_UNDER_TEST", given.to_string()).stdin(Stdio::piped());
        let mut node = Running(command.spawn().unwrap());
        let status = node.0.wait_with_input_open();
        assert!(
            status.success(),
            "the checks in the browser failed, see above; pictures: {}",
            pictures().display()
        );
    }
}

/// `Child::wait` closes the input first, by which the checks would end.
trait WaitWithInputOpen {
    fn wait_with_input_open(&mut self) -> std::process::ExitStatus;
}

impl WaitWithInputOpen for Child {
    fn wait_with_input_open(&mut self) -> std::process::ExitStatus {
        let input = self.stdin.take();
        let status = self.wait().unwrap();
        drop(input);
        status
    }
}

// === impl Running ===

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by itself, and then there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
