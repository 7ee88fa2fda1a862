//! The formatter or the publisher, as the launcher sees it.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines},
    process::{self, ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    BoxError,
    args::{Lesson, Role},
    console,
    service::{FAILED, LISTENING},
    tracing::Reporting,
};

/// How long a service may take to say where it listens.
const START_DEADLINE: Duration = Duration::from_secs(10);
/// How long a service may take to answer what is open, and to send its last spans.
const STOP_DEADLINE: Duration = Duration::from_secs(5);
/// How long what a service wrote before its end may take to arrive.
const LAST_LINES_DEADLINE: Duration = Duration::from_secs(1);

/// A running service. Its process is killed if this is dropped before [`stop`](Self::stop) is complete.
#[derive(Debug)]
pub(super) struct Child {
    role: Role,
    port: u16,
    process: process::Child,
    /// Held open: its end tells the service to stop, however this process ends.
    stdin: Option<ChildStdin>,
    output: JoinHandle<()>,
    lines: JoinHandle<()>,
}

// === impl Child ===

impl Child {
    /// Starts this program as a service, and waits until that listens.
    pub(super) async fn start(
        role: Role,
        port: u16,
        lesson: Lesson,
        reporting: &Reporting,
    ) -> Result<Self, BoxError> {
        let name = role.name();
        let mut process = Command::new(std::env::current_exe()?)
            .args([name, "--lesson", lesson.name(), "--to", &reporting.collector])
            .args([role.port_option(), &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        let stdin = process.stdin.take();
        let prefix = format!("[{name}] ");
        let (stderr, log) = (process.stderr.take(), reporting.log.clone());
        let said = prefix.clone();
        let lines = tokio::spawn(forward(stderr, move |line| log.add(&said, line)));

        let mut stdout = process.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        let first = timeout(START_DEADLINE, next(&mut stdout)).await;
        let first = first.map_err(|_| format!("{name} did not start within {START_DEADLINE:?}"))?;
        if let Some(reason) = first.strip_prefix(FAILED) {
            return Err(reason.into());
        }
        let port = first.strip_prefix(LISTENING).and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| format!("{name} ended before it was listening"))?;
        let stdout = stdout.map(Lines::into_inner);
        let output = tokio::spawn(forward(stdout, move |line| console::say(&format!("{prefix}{line}"))));
        Ok(Self { role, port, process, stdin, output, lines })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Tells the service to stop and waits for it; kills it where that takes too long.
    pub(super) async fn stop(mut self) {
        drop(self.stdin.take());
        if timeout(STOP_DEADLINE, self.process.wait()).await.is_err() {
            let name = self.role.name();
            console::complain(&format!("tutorial: {name} did not stop within {STOP_DEADLINE:?}, killed"));
            // An error can only mean that it has ended meanwhile.
            let _ = self.process.kill().await;
        }
        let _ = timeout(LAST_LINES_DEADLINE, async { tokio::join!(self.output, self.lines) }).await;
    }
}

/// Empty at the end of the output.
async fn next(stdout: &mut Option<Lines<BufReader<ChildStdout>>>) -> String {
    let Some(stdout) = stdout else { return String::new() };
    stdout.next_line().await.ok().flatten().unwrap_or_default()
}

/// Hands each line on.
async fn forward(output: Option<impl AsyncRead + Unpin>, line: impl Fn(&str)) {
    let Some(output) = output else { return };
    let mut lines = BufReader::new(output).split(b'\n');
    while let Ok(Some(text)) = lines.next_segment().await {
        line(&String::from_utf8_lossy(&text));
    }
}
