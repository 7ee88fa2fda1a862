//! Runs the checks: node, which starts Chromium and ends it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

/// What the checks are run with.
const TOOLS: [&str; 2] = ["chromium", "node"];

/// The checks at work. They end when their input does, so they never outlive this process.
struct Running {
    node: Child,
    _input: Option<ChildStdin>,
}

/// Whether the checks can run here. If not, a line says why, and it is a failure if `REQUIRE_PEERS` is 1.
pub(crate) fn can_run() -> bool {
    let Some(tool) = TOOLS.into_iter().find(|tool| !is_here(tool)) else { return true };
    let why = format!("there is no {tool} here to look at the page with");
    let required = env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(!required, "the peer {tool} is required: {why}");
    println!("passed over, no peer {tool}: {why}");
    false
}

fn is_here(tool: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(tool).exists())
}

/// Where the pictures go.
pub(crate) fn pictures() -> PathBuf {
    let beside_the_tests = || Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("pictures");
    env::var_os("PICTURES").map_or_else(beside_the_tests, PathBuf::from)
}

/// Runs all checks and expects them to hold; what they print is the test's output.
pub(crate) fn run(given: &Value) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.mjs");
    let mut command = Command::new("node");
    command.arg(script).env("PAGE_UNDER_TEST", given.to_string()).stdin(Stdio::piped());
    let mut running = Running::start(&mut command);
    let status = running.node.wait().unwrap();
    assert!(status.success(), "the page is not as it should be, see above and {}", pictures().display());
}

// === impl Running ===

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut node = command.spawn().unwrap();
        // Waiting would close an input that it still had.
        let input = node.stdin.take();
        Self { node, _input: input }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by itself, and then there is nothing to stop.
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}
