//! A collector that forgets what it gets, in a process of its own: its work is not the program's.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
};

use jaeger_thrift::{Batch, Binary};

use super::{NO_SPAN, Seen};
use crate::operation::Result;

/// The argument that makes a collector of this program.
pub(crate) const ARGUMENT: &str = "--collector";

const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// The collector as its starter has it. It ends when its standard input does.
pub(crate) struct Collector {
    process: Child,
    said: Mutex<BufReader<ChildStdout>>,
    url: String,
}

// === impl Collector ===

impl Collector {
    pub(crate) fn start() -> Result<Self> {
        let mut process = Command::new(env::current_exe()?)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = BufReader::new(process.stdout.take().ok_or("the collector has no output")?);
        let mut url = String::new();
        said.read_line(&mut url)?;
        Ok(Self { process, said: Mutex::new(said), url: url.trim().to_owned() })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The last span of the first batch.
    pub(crate) fn first(&self) -> Result<Seen> {
        let mut line = String::new();
        self.said.lock().unwrap_or_else(PoisonError::into_inner).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Is the collector: says its URL, then what the first batch of a connection has, and answers until nobody needs it.
pub(crate) fn collect() -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("http://{}/api/traces", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A connection that breaks is the client's to speak of.
            thread::spawn(move || drop(serve(&connection)));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn serve(connection: &TcpStream) -> Result<()> {
    let mut reader = BufReader::new(connection);
    let mut is_first = true;
    while let Some(length) = content_length(&mut reader)? {
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if is_first {
            let batch = Batch::decode::<Binary>(&body)?;
            println!("{}", serde_json::to_string(&Seen::from(batch.spans.last().ok_or(NO_SPAN)?))?);
            is_first = false;
        }
        (&*connection).write_all(ACCEPTED)?;
    }
    Ok(())
}

/// Reads a head; `None` if there is none any more.
fn content_length(reader: &mut impl BufRead) -> Result<Option<usize>> {
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line)? > 0 {
        if line.trim().is_empty() {
            return Ok(Some(length));
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        line.clear();
    }
    Ok(None)
}
