//! A collector that answers each POST with one status and hands the request to the test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// Long enough for a machine under load; a passing test never waits so long.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct FakeCollector {
    pub(crate) endpoint: String,
    requests: Receiver<Request>,
}

pub(crate) struct Request {
    /// The request line and the headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

// === impl FakeCollector ===

impl FakeCollector {
    pub(crate) fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (sender, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(&stream, status, &sender);
            }
        });
        Self { endpoint: format!("http://{address}/api/traces"), requests }
    }

    pub(crate) fn request(&self) -> Request {
        self.requests.recv_timeout(DEADLINE).expect("a request within the deadline")
    }
}

fn answer(mut stream: &TcpStream, status: &str, requests: &Sender<Request>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).expect("a readable head");
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    reader.read_exact(&mut body).expect("the whole body");

    let response = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(response.as_bytes()).expect("a client that waits for the answer");
    // The test may be over.
    let _ = requests.send(Request { head, body });
}
