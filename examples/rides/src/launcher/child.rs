//! One service's process, as the launcher sees it.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{self, ChildStderr, ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    BoxError, console,
    service::{FAILED, LISTENING},
};

/// How long a service may take to say where it listens.
const START_DEADLINE: Duration = Duration::from_secs(10);
/// How long a service may take to answer what is open, and to send its last spans.
const STOP_DEADLINE: Duration = Duration::from_secs(5);
/// How long what a service wrote before its end may take to arrive.
const LAST_LINES_DEADLINE: Duration = Duration::from_secs(1);

/// How a tracer's first line starts.
const TRACER_STARTS: &str = "jaeger: service ";

/// What to start.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) name: &'static str,
    /// All but the port.
    pub(super) arguments: Vec<String>,
    /// Whether to say which process it is, and all that it says itself.
    pub(super) is_verbose: bool,
}

/// A running service. Its process is killed if this is dropped before [`stop`](Self::stop) is complete.
#[derive(Debug)]
pub(super) struct Child {
    name: &'static str,
    address: SocketAddr,
    process: process::Child,
    /// Held open: its end tells the service to stop.
    stdin: Option<ChildStdin>,
    lines: JoinHandle<()>,
}

// === impl Child ===

impl Child {
    /// Starts this program as a service, and waits until that listens.
    pub(super) async fn start(launch: &Launch, port: u16) -> Result<Self, BoxError> {
        let Launch { name, arguments, is_verbose } = launch;
        let (name, is_verbose) = (*name, *is_verbose);
        let mut process = Command::new(std::env::current_exe()?)
            .arg(name)
            .args(arguments)
            .arg(format!("--port={port}"))
            // Each of them has its own name.
            .env_remove("JAEGER_SERVICE_NAME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        let stdin = process.stdin.take();
        let lines = tokio::spawn(forward(name, process.stderr.take(), is_verbose));
        let first = timeout(START_DEADLINE, first_line(process.stdout.take())).await;
        let first = first.map_err(|_| format!("{name} did not start within {START_DEADLINE:?}"))?;
        if let Some(reason) = first.strip_prefix(FAILED) {
            return Err(reason.into());
        }
        let address = first.strip_prefix(LISTENING).and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| format!("{name} ended before it was listening"))?;
        if let Some(id) = process.id().filter(|_| is_verbose) {
            console::say(&format!("{name:<9} pid {id}, listening on {address}"));
        }
        Ok(Self { name, address, process, stdin, lines })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Completes when the process ends, and says how.
    pub(super) async fn ended(&mut self) -> String {
        match self.process.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Tells the service to stop and waits for it; kills it where that takes too long.
    pub(super) async fn stop(mut self) {
        drop(self.stdin.take());
        if timeout(STOP_DEADLINE, self.process.wait()).await.is_err() {
            console::complain(&format!("rides: {} did not stop within {STOP_DEADLINE:?}, killed", self.name));
            // An error can only mean that it has ended meanwhile.
            let _ = self.process.kill().await;
        }
        let _ = timeout(LAST_LINES_DEADLINE, self.lines).await;
    }
}

/// Empty at the end of the output.
async fn first_line(stdout: Option<ChildStdout>) -> String {
    let Some(stdout) = stdout else { return String::new() };
    let line = BufReader::new(stdout).lines().next_line().await;
    line.ok().flatten().unwrap_or_default()
}

/// What a service says to people, with its name.
async fn forward(name: &'static str, stderr: Option<ChildStderr>, is_verbose: bool) {
    let Some(stderr) = stderr else { return };
    let mut lines = BufReader::new(stderr).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line);
        // Of eight tracers, a line each; the self-check has said as much in one.
        if is_verbose || !line.starts_with(TRACER_STARTS) {
            console::complain(&format!("[{name}] {line}"));
        }
    }
}
