//! Spans to export, and a collector that keeps what it receives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of a test fail it by panicking")]
#![allow(dead_code, reason = "each test program uses a part of it")]

pub(crate) mod gate;

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, SystemTime},
};

use jaeger_thrift::{Batch, Binary};
use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// Long enough for a loaded machine; nothing waits that long when the test passes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn span(name: String) -> SpanData {
    span_with(name, TraceFlags::SAMPLED)
}

pub(crate) fn span_with(name: String, flags: TraceFlags) -> SpanData {
    let start_time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    SpanData {
        span_context: SpanContext::new(TraceId::from(1), SpanId::from(2), flags, false, TraceState::NONE),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Server,
        name: name.into(),
        start_time,
        end_time: start_time + Duration::from_millis(3),
        attributes: vec![KeyValue::new("http.method", "GET"), KeyValue::new("http.status_code", 200)],
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

pub(crate) fn spans(count: usize) -> Vec<SpanData> {
    (0..count).map(|index| span(format!("span {index}"))).collect()
}

/// What arrived in one request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) batch: Batch,
    /// Number of the TCP connection, counted from 0.
    pub(crate) connection: usize,
}

/// A collector that answers every request with the same text and hands the requests over.
pub(crate) struct FakeCollector {
    pub(crate) endpoint: String,
    pub(crate) requests: Receiver<Request>,
}

impl FakeCollector {
    pub(crate) fn start(answer: &'static str) -> Self {
        Self::on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(), &[], answer)
    }

    /// The same on a listener of the test, with other answers to the first requests, which are not handed over. No answer is a
    /// connection that breaks.
    pub(crate) fn on(listener: TcpListener, first: &[&'static str], answer: &'static str) -> Self {
        let first = Arc::new(Mutex::new(VecDeque::from(first.to_vec())));
        let endpoint = format!("http://{}/api/traces", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (sender, first) = (sender.clone(), Arc::clone(&first));
                thread::spawn(move || {
                    let mut stream = BufReader::new(stream.unwrap());
                    while let Some((head, body)) = read_request(&mut stream) {
                        match first.lock().unwrap().pop_front() {
                            Some("") => break,
                            Some(refusal) => {
                                stream.get_mut().write_all(refusal.as_bytes()).unwrap();
                                continue;
                            }
                            None => {}
                        }
                        let batch = Batch::decode::<Binary>(&body).unwrap();
                        let sent = sender.send(Request { head, batch, connection });
                        if sent.is_err() || stream.get_mut().write_all(answer.as_bytes()).is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { endpoint, requests }
    }
}

fn read_request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// An endpoint where nobody listens.
pub(crate) fn closed_endpoint() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!("http://{}/api/traces", listener.local_addr().unwrap())
}
