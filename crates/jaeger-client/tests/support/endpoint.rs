//! An HTTP endpoint that is asked, and answers as the test says.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// It answers until the program ends.
pub(crate) struct Endpoint {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    answer: Mutex<(u16, String)>,
    heads: Mutex<Vec<String>>,
    asked: Condvar,
}

impl Endpoint {
    pub(crate) fn answering(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            answer: Mutex::new((status, body.to_owned())),
            heads: Mutex::default(),
            asked: Condvar::new(),
        });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                served.serve(stream.unwrap());
            }
        });
        Self { port, shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn answer(&self, status: u16, body: &str) {
        *self.shared.answer.lock().unwrap() = (status, body.to_owned());
    }

    /// The heads of so many requests, or of more.
    pub(crate) fn heads(&self, at_least: usize) -> Vec<String> {
        let heads = self.shared.heads.lock().unwrap();
        let (heads, waited) =
            self.shared.asked.wait_timeout_while(heads, PATIENCE, |heads| heads.len() < at_least).unwrap();
        assert!(!waited.timed_out(), "asked {} times of {at_least}", heads.len());
        heads.clone()
    }

    /// Waits until it has been asked again, and that has been answered.
    pub(crate) fn wait_for_answers(&self, more: usize) {
        let before = self.shared.heads.lock().unwrap().len();
        // With the head of the next request the one before has been answered and the answer taken.
        self.heads(before + more + 1);
    }
}

impl Shared {
    fn serve(&self, stream: std::net::TcpStream) {
        let mut stream = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).unwrap_or(0) == 0 {
                    return;
                }
            }
            let (status, body) = self.answer.lock().unwrap().clone();
            self.heads.lock().unwrap().push(head);
            self.asked.notify_all();
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n\r\n{body}");
            if stream.get_mut().write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}
