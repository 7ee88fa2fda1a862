//! A service on a client of another language: one hop of a chain. `integration-tests/peers/README.md` says what it does.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::required;
use crate::workspace_root;

/// A peer that runs until it is dropped.
#[derive(Debug)]
pub struct ForeignHop {
    process: Child,
    http: String,
    grpc: Option<String>,
}

const READY: Duration = Duration::from_secs(30);

/// What each peer is set up with.
const TOOLS: [(&str, &[&str]); 6] = [
    ("go", &["go"]),
    ("node", &["node", "npm"]),
    ("python", &["python3"]),
    ("java", &["javac", "mvn"]),
    ("otel-go", &["go"]),
    ("otel-js", &["node", "npm"]),
];

/// Tests of one program start peers side by side: one sets up, and the others find it done.
static SETTING_UP: Mutex<()> = Mutex::new(());

// === impl ForeignHop ===

impl ForeignHop {
    /// Sets it up if need be, and starts it. `None`, with a line that says why, if it is not set up and `REQUIRE_PEERS` is not
    /// 1: a set-up takes a toolchain, and packages from the network.
    ///
    /// # Panics
    ///
    /// If `REQUIRE_PEERS=1` and it cannot be set up, or if it does not come up.
    pub fn start(name: &str) -> Option<Self> {
        Self::start_with(name, &[])
    }

    /// The same with these variables in its environment, by which its client is told where to send spans.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    pub fn start_with(name: &str, environment: &[(&str, String)]) -> Option<Self> {
        match program(name) {
            Ok(program) => {
                Some(Self::spawn(&program, environment).expect("the peer starts and says its ports"))
            }
            Err(why) => {
                assert!(!required(), "the peer {name} is required: {why}");
                println!("passed over, no peer {name}: {why}");
                None
            }
        }
    }

    /// Where it listens for HTTP, `http://…/hop`.
    pub fn http_url(&self) -> String {
        format!("http://{}/hop", self.http)
    }

    /// Where it takes Binary carriers, `http://…/binary`, if its client has that format.
    pub fn binary_url(&self) -> String {
        format!("http://{}/binary", self.http)
    }

    /// Where it listens for gRPC, `grpc://…`, if it does.
    pub fn grpc_url(&self) -> Option<String> {
        self.grpc.as_ref().map(|address| format!("grpc://{address}"))
    }

    /// Closes its input: it sends the spans that it still has, and ends.
    pub fn finish(&mut self) {
        drop(self.process.stdin.take());
    }

    fn spawn(program: &Path, environment: &[(&str, String)]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        // Its input stays open as long as we live, and it ends when that is closed: it never outlives us.
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let lines = process.stdout.take().map(lines_until_ready).ok_or(io::ErrorKind::BrokenPipe)?;
        let mut hop = Self { process, http: String::new(), grpc: None };
        let lines = lines.recv_timeout(READY).map_err(|error| match error {
            RecvTimeoutError::Timeout => io::Error::new(io::ErrorKind::TimedOut, "it is not ready"),
            RecvTimeoutError::Disconnected => io::Error::other("it has ended before it was ready"),
        })?;
        for line in lines {
            match line.split_once(' ') {
                Some(("http", address)) => hop.http = address.to_owned(),
                Some(("grpc", address)) => hop.grpc = Some(address.to_owned()),
                _ => {}
            }
        }
        Ok(hop)
    }
}

impl Drop for ForeignHop {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads on behind that, so that the peer can write on.
fn lines_until_ready(output: ChildStdout) -> mpsc::Receiver<Vec<String>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let mut before = Vec::new();
        let is_ready = lines.by_ref().any(|line| {
            let is_ready = line == "ready";
            before.push(line);
            is_ready
        });
        if is_ready {
            // Nobody may wait any longer.
            let _ = sender.send(before);
            lines.for_each(drop);
        }
    });
    receiver
}

/// `DIR/run`, set up from what the peer's folder holds now.
fn program(name: &str) -> Result<PathBuf, String> {
    let sources = workspace_root().join("integration-tests/peers").join(name);
    let output = workspace_root().join("target/peers").join(name);
    let (program, stamp_file) = (output.join("run"), output.join("sources.stamp"));
    let stamp = stamp_of(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    let _one_at_a_time = SETTING_UP.lock().unwrap_or_else(PoisonError::into_inner);
    if program.exists() && fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(program);
    }
    if let Some(tool) = missing_tool(name) {
        return Err(format!("there is no {tool} here to set it up with"));
    }
    if !required() {
        return Err("it is not set up; REQUIRE_PEERS=1 sets it up".to_owned());
    }
    let script = sources.join("setup.sh");
    let status = Command::new(&script).arg(&output).status();
    match status.map_err(|error| format!("{}: {error}", script.display()))? {
        status if status.success() => {
            fs::write(&stamp_file, stamp).map_err(|error| error.to_string())?;
            Ok(program)
        }
        status => Err(format!("{} ended with {status}", script.display())),
    }
}

/// Changes with the sources, so that an edited peer is set up anew.
fn stamp_of(folder: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                (entry.file_name(), fs::read(entry.path())?).hash(&mut hasher);
            }
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn missing_tool(name: &str) -> Option<&'static str> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let is_here = |tool: &&str| folders.iter().any(|folder| folder.join(tool).exists());
    let (_, tools) = TOOLS.iter().find(|(peer, _)| *peer == name)?;
    tools.iter().find(|tool| !is_here(tool)).copied()
}
