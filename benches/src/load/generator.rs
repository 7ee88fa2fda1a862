//! Who calls: a few connections, each with one request under way, made of bytes that are there before.
//!
//! One thread looks at them in turns and never sleeps, so that the server is what all of them wait for: to be woken on another core
//! of a virtual machine takes longer than to answer.

use std::{
    error::Error,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use super::{CONNECTIONS, MEASURED, PATIENCE, WARM_UP};
use crate::cpu::nanos_of_process;

/// A sampled parent, in both forms; each service reads the one it knows.
const REQUEST: &[u8] = b"GET /hello/731 HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\naccept: */*\r\n\
uber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1\r\n\
traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";

/// What became of all connections together.
pub(crate) struct Driven {
    /// From the beginning.
    pub(crate) served: f64,
    /// While it was measured.
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    /// Of all threads of the server, while it was measured.
    pub(crate) cpu_nanos: f64,
    /// In microseconds.
    pub(crate) latencies: Vec<f64>,
}

struct Generator {
    connections: Vec<Connection>,
    served: u64,
    latencies: Vec<Duration>,
}

struct Connection {
    stream: TcpStream,
    /// The last response; all are equally long.
    response: Vec<u8>,
    /// Bytes of it that have come.
    length: usize,
    asked_at: Instant,
}

/// Calls the server and measures its process.
pub(crate) fn drive(address: SocketAddr, process: u32) -> Result<Driven, Box<dyn Error>> {
    let connections = (0..CONNECTIONS).map(|_| Connection::open(address)).collect::<Result<Vec<_>, _>>()?;
    let served = connections.len() as u64;
    let mut generator = Generator { connections, served, latencies: Vec::with_capacity(1_000_000) };
    generator.run(WARM_UP)?;
    generator.latencies.clear();
    let cpu_before = nanos_of_process(process)?;
    let started = Instant::now();
    generator.run(MEASURED)?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu_nanos = nanos_of_process(process)? - cpu_before;
    let requests = generator.latencies.len() as f64;
    // So that the server has answered all that it has been asked.
    generator.connections.iter_mut().try_for_each(Connection::wait)?;
    let served = generator.served + generator.connections.len() as u64;
    let latencies = generator.latencies.iter().map(|latency| latency.as_secs_f64() * 1e6).collect();
    Ok(Driven { served: served as f64, requests, seconds, cpu_nanos, latencies })
}

// === impl Generator ===

impl Generator {
    /// Leaves the requests under way that are under way at its end.
    fn run(&mut self, duration: Duration) -> io::Result<()> {
        let started = Instant::now();
        for connection in self.connections.iter_mut().filter(|connection| connection.is_idle()) {
            connection.ask()?;
        }
        while started.elapsed() < duration {
            for connection in &mut self.connections {
                if connection.has_answered()? {
                    self.latencies.push(connection.asked_at.elapsed());
                    self.served += 1;
                    connection.ask()?;
                }
            }
        }
        Ok(())
    }
}

// === impl Connection ===

impl Connection {
    /// With one request, from which it is known how long responses are.
    fn open(address: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(REQUEST)?;
        let (mut response, mut length) = (vec![0; 4096], 0);
        while !is_whole(response.get(..length).unwrap_or_default()) {
            length += some(stream.read(response.get_mut(length..).unwrap_or_default())?)?;
        }
        response.truncate(length);
        stream.set_nonblocking(true)?;
        Ok(Self { stream, response, length, asked_at: Instant::now() })
    }

    fn is_idle(&self) -> bool {
        self.length == self.response.len()
    }

    fn ask(&mut self) -> io::Result<()> {
        self.length = 0;
        self.asked_at = Instant::now();
        self.stream.write_all(REQUEST)
    }

    fn has_answered(&mut self) -> io::Result<bool> {
        match self.stream.read(self.response.get_mut(self.length..).unwrap_or_default()) {
            Ok(read) => self.length += some(read)?,
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            Err(_) if self.asked_at.elapsed() < PATIENCE => return Ok(false),
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
        if self.is_idle() && !self.response.starts_with(b"HTTP/1.1 200 ") {
            return Err(io::Error::other("expected a response as long as the first one, and status 200"));
        }
        Ok(self.is_idle())
    }

    fn wait(&mut self) -> io::Result<()> {
        while !self.is_idle() {
            self.has_answered()?;
        }
        Ok(())
    }
}

/// Not the end of the connection.
fn some(read: usize) -> io::Result<usize> {
    if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(read) }
}

/// Whether this is a head and the body of which it tells the length.
fn is_whole(response: &[u8]) -> bool {
    let text = String::from_utf8_lossy(response);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    length == Some(body.len())
}
