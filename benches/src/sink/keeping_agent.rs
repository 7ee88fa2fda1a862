//! An agent that keeps every packet, for who counts spans when nobody is measured any more.

use std::{
    error::Error,
    io, mem,
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};

use crate::engine::LONG;

/// Nothing is lost in the socket, however fast the sender is: the system's default has room for three packets.
const BUFFER_BYTES: usize = 64 * 1024 * 1024;

/// How long there is nothing to read until all is read.
const IDLE: Duration = Duration::from_millis(20);

/// It ends, with its thread, when it is dropped.
#[derive(Debug)]
pub(crate) struct KeepingAgent {
    address: String,
    is_asked: Arc<AtomicBool>,
    packets: mpsc::Receiver<io::Result<Vec<Vec<u8>>>>,
}

// === impl KeepingAgent ===

impl KeepingAgent {
    pub(crate) fn start() -> io::Result<Self> {
        let socket = UdpSocket::bind(("127.0.0.1", 0))?;
        // Root may have more than the system's maximum.
        if set_socket_recv_buffer_size_force(&socket, BUFFER_BYTES).is_err() {
            set_socket_recv_buffer_size(&socket, BUFFER_BYTES)?;
        }
        socket.set_read_timeout(Some(IDLE))?;
        let address = socket.local_addr()?.to_string();
        let is_asked = Arc::<AtomicBool>::default();
        let is_asked_there = Arc::clone(&is_asked);
        let (tell, packets) = mpsc::channel();
        thread::spawn(move || read(&socket, &is_asked_there, &tell));
        Ok(Self { address, is_asked, packets })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Takes the packets that were sent to it until now.
    pub(crate) fn take(&self) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
        self.is_asked.store(true, Ordering::Relaxed);
        Ok(self.packets.recv_timeout(LONG)??)
    }
}

impl Drop for KeepingAgent {
    fn drop(&mut self) {
        // The thread finds nobody to tell.
        self.is_asked.store(true, Ordering::Relaxed);
    }
}

fn read(socket: &UdpSocket, is_asked: &AtomicBool, tell: &mpsc::Sender<io::Result<Vec<Vec<u8>>>>) {
    let (mut packets, mut packet) = (Vec::new(), vec![0; 65_536]);
    loop {
        match socket.recv(&mut packet) {
            Ok(length) => packets.push(packet.get(..length).unwrap_or_default().to_vec()),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                if is_asked.swap(false, Ordering::Relaxed) && tell.send(Ok(mem::take(&mut packets))).is_err()
                {
                    return;
                }
            }
            Err(error) => return drop(tell.send(Err(error))),
        }
    }
}
