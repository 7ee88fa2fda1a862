//! A collector that forgets what it gets, in a process of its own: its work is not the program's.

use std::{
    io::{BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use jaeger_thrift::{Batch, Binary};

use super::{NO_SPAN, Seen};
use crate::{
    child::{Child, tell, wait_for_the_end},
    operation::Result,
    sink::{ACCEPTED, body_length},
};

/// The word by which a child knows that it is the collector.
pub(crate) const ARGUMENT: &str = "collector";

const PATIENCE: Duration = Duration::from_secs(10);

/// The collector as its starter has it.
pub(crate) struct Collector {
    process: Child,
    url: String,
}

// === impl Collector ===

impl Collector {
    pub(crate) fn start() -> Result<Self> {
        let process = Child::start(&[ARGUMENT])?;
        let url = process.line(PATIENCE)?;
        Ok(Self { process, url })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The last span of the first batch.
    pub(crate) fn first(&self) -> Result<Seen> {
        Ok(serde_json::from_str(&self.process.line(PATIENCE)?)?)
    }
}

/// Says its URL, then what the first batch of a connection has, and answers until nobody needs it.
pub(crate) fn run_in_child() -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    tell(format_args!("http://{}/api/traces", listener.local_addr()?))?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A connection that breaks is the client's to speak of.
            thread::spawn(move || drop(serve(&connection)));
        }
    });
    wait_for_the_end();
    Ok(())
}

fn serve(connection: &TcpStream) -> Result<()> {
    let mut reader = BufReader::new(connection);
    let mut is_first = true;
    while let Some(length) = body_length(&mut reader)? {
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if is_first {
            let batch = Batch::decode::<Binary>(&body)?;
            tell(serde_json::to_string(&Seen::from(batch.spans.last().ok_or(NO_SPAN)?))?)?;
            is_first = false;
        }
        (&*connection).write_all(ACCEPTED)?;
    }
    Ok(())
}
