//! Both engines behind one program, and a collector whose first connection the test may spoil.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers fail by panicking, and each test uses a part"
)]

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use jaeger_client::{Closer, Config};
use jaeger_thrift::{Batch, Binary};
use opentelemetry::{
    Context,
    trace::{Tracer, TracerProvider},
};

/// Long enough for a loaded machine; nothing waits that long when the test passes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Native,
    Sdk,
}

/// A program that ends spans, so many at a call.
pub(crate) type Program = Box<dyn Fn(usize) + Send + Sync>;

/// What a spoiled connection does once it has a request.
pub(crate) type Misbehave = fn(&mut TcpStream) -> Then;

/// How a spoiled connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    /// Well, for as long as the client keeps it.
    Serve,
}

/// A collector that takes what comes on all connections, but for what the first one does.
pub(crate) struct Server {
    pub(crate) endpoint: String,
    /// The spans for which it has answered that it takes them.
    pub(crate) taken: Arc<AtomicUsize>,
    /// Told when the first connection has a request and holds it, with the number of its spans.
    pub(crate) reached: Receiver<usize>,
    /// Lets the first connection go on.
    pub(crate) release: Sender<()>,
}

/// The lines that a client logs.
pub(crate) struct Lines(Mutex<Receiver<String>>);

// === impl Engine ===

impl Engine {
    pub(crate) const BOTH: [Self; 2] = [Self::Native, Self::Sdk];

    pub(crate) fn start(self, config: Config) -> (Program, Closer) {
        match self {
            Self::Native => {
                let (provider, closer) = config.build().unwrap();
                (program(provider.tracer("test")), closer)
            }
            Self::Sdk => {
                let (provider, closer) = config.build_sdk().unwrap();
                (program(provider.tracer("test")), closer)
            }
        }
    }

    /// The same for spans that go to this collector.
    pub(crate) fn start_to(self, endpoint: &str) -> (Program, Closer, Lines) {
        let (sender, lines) = channel();
        let config = Config::new("test").with_collector_endpoint(endpoint).with_logger(move |line| {
            // The test may have ended.
            let _ = sender.send(line.to_owned());
        });
        let (program, closer) = self.start(config);
        (program, closer, Lines(Mutex::new(lines)))
    }
}

fn program<T>(tracer: T) -> Program
where
    T: Tracer + Send + Sync + 'static,
{
    Box::new(move |spans| {
        for _ in 0..spans {
            drop(tracer.start_with_context("span", &Context::new()));
        }
    })
}

// === impl Lines ===

impl Lines {
    /// Waits for a line that begins like this, and returns the rest of it.
    #[track_caller]
    pub(crate) fn wait_for(&self, start: &str) -> String {
        let lines = self.0.lock().unwrap();
        loop {
            let Ok(line) = lines.recv_timeout(PATIENCE) else { panic!("no line that starts with {start:?}") };
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }
}

// === impl Server ===

impl Server {
    pub(crate) fn good() -> Self {
        Self::start(None, false)
    }

    /// The first request is held until it is released, and then badly answered. Whether its spans are taken nevertheless, the
    /// test says.
    pub(crate) fn hostile(misbehave: Misbehave, takes: bool) -> Self {
        Self::start(Some(misbehave), takes)
    }

    fn start(misbehave: Option<Misbehave>, takes: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = format!("http://{}/api/traces", listener.local_addr().unwrap());
        let (tell, reached) = channel();
        let (release, released) = channel::<()>();
        let server = Self { endpoint, taken: Arc::default(), reached, release };
        let taken = Arc::clone(&server.taken);
        let mut first = misbehave.map(|misbehave| (misbehave, tell, released));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, taken, first) = (stream.unwrap(), Arc::clone(&taken), first.take());
                thread::spawn(move || {
                    if let Some((misbehave, tell, released)) = first {
                        let spans = read_request(&mut BufReader::new(&stream)).unwrap();
                        if takes {
                            taken.fetch_add(spans, Ordering::Relaxed);
                        }
                        let _ = tell.send(spans);
                        let _ = released.recv();
                        if misbehave(&mut stream) == Then::Close {
                            return;
                        }
                    }
                    serve(stream, &taken);
                });
            }
        });
        server
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed) as u64
    }
}

/// Takes everything on one connection.
fn serve(stream: TcpStream, taken: &AtomicUsize) {
    let mut reader = BufReader::new(stream);
    while let Some(spans) = read_request(&mut reader) {
        taken.fetch_add(spans, Ordering::Relaxed);
        if reader.get_mut().write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

/// The spans of the next request; `None` at the end of the connection.
fn read_request(reader: &mut impl BufRead) -> Option<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Batch::decode::<Binary>(&body).unwrap().spans.len())
}
