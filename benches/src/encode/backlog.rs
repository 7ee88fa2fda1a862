//! What waits in the socket of an agent on this machine: who sends faster than it reads has to wait, or spans are lost.

use std::{error::Error, fs, thread, time::Duration};

use super::receiver::Receiver;

/// Much less than the socket has room for.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// What is sent between two looks has room, too.
const SPANS_BETWEEN: usize = 16_384;

/// Looks at a socket now and then.
#[derive(Debug)]
pub(super) struct Backlog {
    /// `None` if the receiver answers.
    port: Option<u16>,
    sent: usize,
}

// === impl Backlog ===

impl Backlog {
    pub(super) fn new(receiver: Receiver, address: &str) -> Result<Self, Box<dyn Error>> {
        let port = match receiver {
            Receiver::CompactAgent | Receiver::BinaryAgent => address.rsplit(':').next(),
            _ => None,
        };
        Ok(Self { port: port.map(str::parse).transpose()?, sent: 0 })
    }

    /// Notes so many spans, and waits until they have been read but for a few.
    pub(super) fn wait(&mut self, sent: usize) -> Result<(), Box<dyn Error>> {
        let Some(port) = self.port else { return Ok(()) };
        self.sent += sent;
        if self.sent >= SPANS_BETWEEN {
            self.sent = 0;
            while unread(port)? > MAX_BYTES {
                thread::sleep(Duration::from_millis(1));
            }
        }
        Ok(())
    }
}

/// The bytes in the buffer of the socket that is bound to this port of 127.0.0.1.
fn unread(port: u16) -> Result<u64, Box<dyn Error>> {
    let (sockets, local) = (fs::read_to_string("/proc/net/udp")?, format!("0100007F:{port:04X}"));
    let mut rows = sockets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row.get(1) == Some(&&*local)).ok_or("expected the agent's socket")?;
    let queues = row.get(4).and_then(|queues| queues.split_once(':')).ok_or("expected its queues")?;
    Ok(u64::from_str_radix(queues.1, 16)?)
}
