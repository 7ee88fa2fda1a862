//! A collector in threads of this process: as much HTTP as takes bodies and answers 202.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use jaeger_thrift::{Batch, Binary, DecodeError};

/// It ends, with its connections, when it is dropped.
#[derive(Debug)]
pub(crate) struct Collector {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    manner: Manner,
    is_over: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
    bodies: Mutex<Vec<Vec<u8>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Forgets,
    Keeps,
    #[cfg(feature = "exporters")]
    KeepsOtlp,
    IsSilent,
}

#[cfg(feature = "exporters")]
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

pub(crate) const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

// === impl Collector ===

impl Collector {
    /// Forgets what it receives.
    pub(crate) fn forgetting() -> io::Result<Self> {
        Self::start(Manner::Forgets)
    }

    /// Keeps the bodies, to count the spans in them when nobody is measured any more.
    pub(crate) fn keeping() -> io::Result<Self> {
        Self::start(Manner::Keeps)
    }

    /// The same for OTLP, whose receivers answer 200.
    #[cfg(feature = "exporters")]
    pub(crate) fn keeping_otlp() -> io::Result<Self> {
        Self::start(Manner::KeepsOtlp)
    }

    /// Accepts connections and says nothing.
    pub(crate) fn silent() -> io::Result<Self> {
        Self::start(Manner::IsSilent)
    }

    fn start(manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            manner,
            is_over: AtomicBool::new(false),
            connections: Mutex::default(),
            bodies: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accepting.accept(&listener));
        Ok(Self { address, shared })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api/traces", self.address)
    }

    /// Its address, for what has another path.
    #[cfg(feature = "exporters")]
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the bodies kept so far.
    pub(crate) fn take_bodies(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *lock(&self.shared.bodies))
    }

    /// Takes the bodies kept so far, and counts their spans.
    pub(crate) fn take_spans(&self) -> Result<usize, DecodeError> {
        self.take_bodies().iter().map(|body| Ok(Batch::decode::<Binary>(body)?.spans.len())).sum()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes who accepts.
        let _ = TcpStream::connect(self.address);
        for connection in lock(&self.shared.connections).drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

// === impl Shared ===

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming().map_while(Result::ok) {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let Ok(clone) = stream.try_clone() else { return };
            lock(&self.connections).push(clone);
            if self.manner != Manner::IsSilent {
                let shared = Arc::clone(&self);
                thread::spawn(move || shared.serve(stream));
            }
        }
    }

    /// An error is the end of the connection.
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut answers = stream.try_clone()?;
        let mut requests = BufReader::with_capacity(64 * 1024, stream);
        let mut body = Vec::new();
        while let Some(length) = body_length(&mut requests)? {
            body.resize(length, 0);
            requests.read_exact(&mut body)?;
            if self.manner != Manner::Forgets {
                lock(&self.bodies).push(std::mem::take(&mut body));
            }
            answers.write_all(self.manner.answer())?;
        }
        Ok(())
    }
}

// === impl Manner ===

impl Manner {
    fn answer(self) -> &'static [u8] {
        match self {
            #[cfg(feature = "exporters")]
            Self::KeepsOtlp => OK,
            _ => ACCEPTED,
        }
    }
}

/// Reads the head of a request; `None` at the end of the connection.
pub(crate) fn body_length(requests: &mut impl BufRead) -> io::Result<Option<usize>> {
    let (mut length, mut line) = (0, String::new());
    while requests.read_line(&mut line)? > 0 {
        if line == "\r\n" {
            return Ok(Some(length));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
    }
    Ok(None)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
