//! Collectors that do what they should not: no span waits for them, each is counted, and once they are well they get what comes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod support;

use std::{
    io::Write,
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use socket2::SockRef;
use support::{Engine, Misbehave, PATIENCE, Server, Then};

/// Spans in the request that is badly answered.
const FIRST: usize = 10;

/// Spans that end while the collector holds that request.
const MEANWHILE: usize = 990;

/// Spans that end when it is well again.
const LATER: usize = 5;

const ALL: u64 = (FIRST + MEANWHILE + LATER) as u64;

/// What becomes of the spans of a badly answered request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// They count as sent: the collector has said so before it went wrong.
    Sent,
    /// The collector cannot have taken them, so that they are sent again. The error says this.
    Again(&'static str),
    /// They are lost. The error says this.
    Lost(&'static str),
}

struct Case {
    name: &'static str,
    misbehave: Misbehave,
    fate: Fate,
}

const NO_ANSWER: Fate = Fate::Lost("no answer within 5s");

const CASES: &[Case] = &[
    Case { name: "never answers", misbehave: say_nothing, fate: NO_ANSWER },
    Case {
        name: "a slow head without an end",
        misbehave: |stream| drip(stream, "HTTP/1.1 202 Accepted\r\nx-slow: ", "a"),
        fate: NO_ANSWER,
    },
    Case {
        name: "interim answers without an end, slowly",
        misbehave: |stream| drip(stream, "", "HTTP/1.1 100 Continue\r\n\r\n"),
        fate: NO_ANSWER,
    },
    Case { name: "a slow answer", misbehave: |stream| dribble(stream, ACCEPTED), fate: Fate::Sent },
    Case {
        name: "a slow body without an end",
        misbehave: |stream| drip(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: 100000\r\n\r\n", "a"),
        fate: Fate::Sent,
    },
    Case {
        name: "headers without an end",
        misbehave: |stream| flood(stream, "HTTP/1.1 202 Accepted\r\n", "x-flood: aaaa\r\n"),
        fate: Fate::Lost("too many headers"),
    },
    Case {
        name: "a header without an end",
        misbehave: |stream| flood(stream, "HTTP/1.1 202 Accepted\r\nx-flood: ", "aaaaaaaa"),
        fate: Fate::Lost("header is too big"),
    },
    Case {
        name: "interim answers without an end",
        misbehave: |stream| flood(stream, "", "HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n"),
        fate: Fate::Lost("header is too big"),
    },
    Case {
        name: "a body without an end",
        misbehave: |stream| flood(stream, "HTTP/1.1 202 Accepted\r\n\r\n", "a"),
        fate: Fate::Sent,
    },
    Case {
        name: "chunks without an end",
        misbehave: |stream| {
            flood(stream, "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\na\r\n")
        },
        fate: Fate::Sent,
    },
    Case {
        name: "a refusal without an end",
        misbehave: |stream| flood(stream, "HTTP/1.1 500 Internal Server Error\r\n\r\n", "a"),
        fate: Fate::Again("status 500 Internal Server Error"),
    },
    Case {
        name: "a reset before the answer",
        misbehave: |stream| reset(stream, ""),
        fate: Fate::Again("reset by peer"),
    },
    Case {
        name: "a reset in the head",
        misbehave: |stream| reset(stream, "HTTP/1.1 202 Acc"),
        fate: Fate::Again("reset by peer"),
    },
    Case {
        name: "a reset in the body",
        misbehave: |stream| reset(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nabc"),
        fate: Fate::Sent,
    },
    Case {
        name: "the end before the answer",
        misbehave: |stream| close(stream, ""),
        fate: Fate::Again("disconnected"),
    },
    Case {
        name: "the end in the head",
        misbehave: |stream| close(stream, "HTTP/1.1 202 Acc"),
        fate: Fate::Again("disconnected"),
    },
    Case { name: "the end behind the answer", misbehave: |stream| close(stream, ACCEPTED), fate: Fate::Sent },
    Case {
        name: "less body than announced",
        misbehave: |stream| close(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nabc"),
        fate: Fate::Sent,
    },
    Case {
        name: "more body than announced",
        misbehave: |stream| {
            stay(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n")
        },
        fate: Fate::Sent,
    },
    Case {
        name: "a negative length",
        misbehave: |stream| stay(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: -1\r\n\r\n"),
        fate: Fate::Lost("content-length"),
    },
    Case {
        name: "a length beyond all numbers",
        misbehave: |stream| {
            stay(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: 99999999999999999999\r\n\r\n")
        },
        fate: Fate::Lost("content-length"),
    },
    Case {
        name: "chunks that are none",
        misbehave: |stream| {
            stay(stream, "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n")
        },
        fate: Fate::Sent,
    },
    Case {
        name: "a redirect",
        misbehave: |stream| {
            stay(stream, "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")
        },
        fate: Fate::Lost("status 302 Found"),
    },
    Case {
        name: "another protocol from here on",
        misbehave: |stream| stay(stream, "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"),
        fate: Fate::Lost("status 101 Switching Protocols"),
    },
    Case {
        name: "a greeting of SSH",
        misbehave: |stream| stay(stream, "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        fate: Fate::Lost("HTTP version"),
    },
    Case {
        name: "an alert of TLS",
        misbehave: |stream| stay(stream, "\x15\x03\x01\0\x02\x02\x46"),
        fate: Fate::Lost("HTTP version"),
    },
];

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// The most that was written on one connection. The rest of what a flood writes is in the system's buffers.
static MOST_BYTES: AtomicUsize = AtomicUsize::new(0);
const ENOUGH_BYTES: usize = 32 * 1024 * 1024;

fn say(stream: &mut TcpStream, answer: &str) {
    // It may have been closed on the other side.
    let _ = stream.write_all(answer.as_bytes());
}

fn say_nothing(stream: &mut TcpStream) -> Then {
    stay(stream, "")
}

fn stay(stream: &mut TcpStream, answer: &str) -> Then {
    say(stream, answer);
    Then::Serve
}

fn close(stream: &mut TcpStream, answer: &str) -> Then {
    say(stream, answer);
    Then::Close
}

fn reset(stream: &mut TcpStream, answer: &str) -> Then {
    say(stream, answer);
    SockRef::from(&*stream).set_linger(Some(Duration::ZERO)).unwrap();
    Then::Close
}

/// One byte at a time.
fn dribble(stream: &mut TcpStream, answer: &str) -> Then {
    for byte in answer.as_bytes() {
        let _ = stream.write_all(&[*byte]);
        thread::sleep(Duration::from_millis(5));
    }
    Then::Serve
}

/// Slowly, until the client has enough.
fn drip(stream: &mut TcpStream, start: &str, more: &str) -> Then {
    say(stream, start);
    while stream.write_all(more.as_bytes()).is_ok() {
        thread::sleep(Duration::from_millis(50));
    }
    Then::Close
}

/// As fast as it is read, until the client has enough.
fn flood(stream: &mut TcpStream, start: &str, more: &str) -> Then {
    say(stream, start);
    let (more, mut written) = (more.repeat(1_000), 0);
    while stream.write_all(more.as_bytes()).is_ok() {
        written += more.len();
        MOST_BYTES.fetch_max(written, Ordering::Relaxed);
    }
    Then::Close
}

fn check(engine: Engine, case: &Case) {
    let Case { name, misbehave, fate } = case;
    let server = Server::hostile(*misbehave, matches!(fate, Fate::Sent));
    let (program, closer, lines) = engine.start_to(&server.endpoint);
    program(FIRST);
    let first = server.reached.recv_timeout(PATIENCE).unwrap() as u64;
    // If one of these waited for the collector, it would do so for ever: the collector waits for them.
    program(MEANWHILE);
    server.release.send(()).unwrap();
    if let Fate::Again(expected) | Fate::Lost(expected) = fate {
        let start = format!("jaeger: spans cannot be sent: POST {} failed: ", server.endpoint);
        let error = lines.wait_for(&start);
        assert!(error.contains(expected), "{name}, {engine:?}: {error}");
    }
    program(LATER);
    let report = closer.close(PATIENCE);
    let message = format!("{name}, {engine:?}: {report}");
    assert_eq!(report.sent + report.lost, ALL, "{message}");
    assert_eq!(report.sent, server.taken(), "{message}");
    match fate {
        Fate::Sent | Fate::Again(_) => assert_eq!(report.lost, 0, "{message}"),
        Fate::Lost(expected) => {
            assert_eq!(report.lost, first, "{message}");
            assert!(report.last_error.unwrap().contains(expected), "{message}");
        }
    }
}

/// The deadline comes when the request is badly answered, or still is not.
fn check_deadline(engine: Engine, case: &Case) {
    let Case { name, misbehave, fate } = case;
    let server = Server::hostile(*misbehave, matches!(fate, Fate::Sent));
    let (program, closer, _) = engine.start_to(&server.endpoint);
    program(FIRST);
    server.reached.recv_timeout(PATIENCE).unwrap();
    program(MEANWHILE + LATER);
    server.release.send(()).unwrap();
    let report = closer.close(Duration::from_secs(1));
    let message = format!("{name}, {engine:?}: {report}");
    assert_eq!(report.sent + report.lost, ALL, "{message}");
    assert!(report.sent <= server.taken(), "{message}");
    assert_eq!(report.last_error.is_some(), report.lost > 0, "{message}");
    if *fate == NO_ANSWER {
        assert_eq!(report.sent, 0, "{message}");
    }
}

/// All at once, because they mostly wait.
fn all(check: fn(Engine, &Case)) {
    thread::scope(|scope| {
        for (engine, case) in CASES.iter().flat_map(|case| Engine::BOTH.map(|engine| (engine, case))) {
            let name = format!("{}, {engine:?}", case.name);
            thread::Builder::new().name(name).spawn_scoped(scope, move || check(engine, case)).unwrap();
        }
    });
    assert!(MOST_BYTES.load(Ordering::Relaxed) < ENOUGH_BYTES, "{MOST_BYTES:?} read of one answer");
}

#[test]
fn no_span_waits_and_each_is_counted_and_a_good_answer_is_used_again() {
    all(check);
}

#[test]
fn a_deadline_holds_whatever_the_collector_does() {
    all(check_deadline);
}
