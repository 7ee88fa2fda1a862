//! A collector that counts what it receives.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers fail by panicking"
)]

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use jaeger_thrift::{Batch, Binary};

pub struct Collector {
    listener: TcpListener,
    pub spans: Arc<AtomicUsize>,
}

impl Collector {
    /// Answers each request.
    pub fn answering() -> Self {
        Self::refusing(&[])
    }

    /// Answers the first requests with these statuses and headers, and takes all that follow.
    pub fn refusing(answers: &[&'static str]) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).unwrap(), answers)
    }

    /// The same on a listener of one's own.
    pub fn on(listener: TcpListener, answers: &[&'static str]) -> Self {
        let this = Self { listener, spans: Arc::default() };
        let (listener, spans) = (this.listener.try_clone().unwrap(), Arc::clone(&this.spans));
        let answers = Arc::new(Mutex::new(VecDeque::from(answers.to_vec())));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (spans, answers) = (Arc::clone(&spans), Arc::clone(&answers));
                thread::spawn(move || serve(stream.unwrap(), &spans, &answers));
            }
        });
        this
    }

    /// Accepts connections, and says nothing.
    pub fn silent() -> Self {
        Self { listener: TcpListener::bind(("127.0.0.1", 0)).unwrap(), spans: Arc::default() }
    }

    pub fn url(&self) -> String {
        format!("http://{}/api/traces", self.listener.local_addr().unwrap())
    }
}

fn serve(stream: TcpStream, spans: &AtomicUsize, answers: &Mutex<VecDeque<&'static str>>) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let refusal = answers.lock().unwrap().pop_front();
        if refusal == Some("") {
            // Breaks the connection off.
            return;
        }
        if refusal.is_none() {
            spans.fetch_add(Batch::decode::<Binary>(&body).unwrap().spans.len(), Ordering::Relaxed);
        }
        let answer = format!("HTTP/1.1 {}\r\ncontent-length: 0\r\n\r\n", refusal.unwrap_or("202 Accepted"));
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
