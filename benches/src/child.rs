//! The bench as a process beside itself, for what must not share memory or a core with who measures it.

use std::{
    env,
    error::Error,
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    process::{self, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{
    encode::{allocations, whole_way},
    export::burst,
    load::server,
    tracers::collector,
};

/// The argument by which a process knows that it is one.
pub(crate) const ARGUMENT: &str = "--child";

/// A process that tells lines on its standard output, and ends at the end of its standard input. It is killed when this is
/// dropped.
#[derive(Debug)]
pub(crate) struct Child {
    process: process::Child,
    lines: mpsc::Receiver<String>,
}

// === impl Child ===

impl Child {
    pub(crate) fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(ARGUMENT).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let (told, lines) = mpsc::channel();
        if let Some(output) = process.stdout.take() {
            thread::spawn(move || {
                BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| told.send(line))
            });
        }
        Ok(Self { process, lines })
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Its next line.
    pub(crate) fn line(&self, timeout: Duration) -> Result<String, Box<dyn Error>> {
        let line = self.lines.recv_timeout(timeout);
        line.map_err(|error| format!("expected a line of process {}: {error}", self.id()).into())
    }

    /// Asks it to end, for its last line.
    pub(crate) fn finish(mut self, timeout: Duration) -> Result<String, Box<dyn Error>> {
        drop(self.process.stdin.take());
        self.line(timeout)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// In the child: does what its arguments say.
pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    match arguments {
        [word, rest @ ..] if word == burst::ARGUMENT => burst::run_in_child(rest),
        [word, rest @ ..] if word == allocations::ARGUMENT => allocations::run_in_child(rest),
        [word, rest @ ..] if word == whole_way::ARGUMENT => whole_way::run_in_child(rest),
        [word, rest @ ..] if word == server::ARGUMENT => server::run_in_child(rest),
        [word] if word == collector::ARGUMENT => collector::run_in_child(),
        _ => Err(format!("expected the words of a child, found {arguments:?}").into()),
    }
}

/// In the child: a line for who has started it. An error if that is no more.
pub(crate) fn tell(line: impl fmt::Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// In the child: waits until it is asked to end, or who started it is no more.
pub(crate) fn wait_for_the_end() {
    let _ = io::stdin().read_to_end(&mut Vec::new());
}
