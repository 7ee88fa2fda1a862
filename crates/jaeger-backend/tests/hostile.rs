//! Whatever is sent, the program stays up, within its memory, and answers.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use jaeger_thrift::{Binary, TagValue};
use serde_json::Value;

use support::{batch, packet, span, tag};

/// The program, with its addresses by what its lines say.
struct Program {
    child: Child,
    lines: Vec<String>,
}

const MAX_BYTES: usize = 64 << 20;

/// What the program may hold beside its spans: twice 20 MiB of bodies, what they become, and what the allocator keeps.
const SLACK_KIB: usize = 900 << 10;

impl Program {
    fn start() -> Self {
        let ports = [
            "query",
            "collector",
            "agent",
            "agent-binary",
            "agent-zipkin",
            "otlp-grpc",
            "otlp-http",
            "zipkin",
            "sampling",
            "admin",
        ];
        let ports = ports.map(|port| format!("--{port}-port=0"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_jaeger-backend"));
        let command = command.args(ports).arg(format!("--max-bytes={MAX_BYTES}")).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let lines = lines.take_while(|line| !line.starts_with("Ctrl-C")).collect();
        Self { child, lines }
    }

    /// `host:port` of the line that begins so.
    fn address(&self, what: &str) -> String {
        let line = self.lines.iter().find(|line| line.starts_with(what)).unwrap();
        let place = line.split_whitespace().last().unwrap().trim_start_matches("http://");
        place.split('/').next().unwrap().to_owned()
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("http://{}{path}", self.address("page"));
        let body = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&body).unwrap()
    }

    fn post(&self, what: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.post(format!("http://{}{path}", self.address(what)));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send(body).map_or(0, |answer| answer.status().as_u16())
    }

    fn thrift(&self, body: &[u8]) -> u16 {
        self.post("collector", "/api/traces", &[("content-type", "application/x-thrift")], body)
    }

    /// It is there, takes in a span, shows it, and has not grown.
    #[track_caller]
    fn assert_well(&mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "it has ended");
        let body = batch("well", vec![span(0x77, 1, 0, "well")]).encode::<Binary>();
        let mut status = self.thrift(&body);
        for _ in 0..500 {
            // The room of clients that are gone is free when it has noticed.
            if status != 503 {
                break;
            }
            thread::sleep(Duration::from_millis(20));
            status = self.thrift(&body);
        }
        assert_eq!(status, 202);
        assert_eq!(self.get("/api/traces/77")["data"][0]["traceID"], "0000000000000077");
        let stats = self.get("/api/stats");
        assert!(stats["keptBytes"].as_u64().unwrap() <= MAX_BYTES as u64, "{stats}");
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kib: usize = resident.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kib < (MAX_BYTES >> 10) + SLACK_KIB, "{kib} KiB");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn garbage_at_every_door() {
    let mut program = Program::start();
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |length: usize| -> Vec<u8> {
        let next = |_| {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            noise as u8
        };
        (0..length).map(next).collect()
    };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in [0, 1, 7, 100, 1_000, 60_000] {
        for body in
            [random(length), vec![0xff; length], vec![0; length], vec![b'['; length], vec![12; length]]
        {
            for agent in ["agent ", "agent, binary", "agent, Zipkin"] {
                socket.send_to(&body, program.address(agent)).unwrap();
            }
            assert_eq!(program.thrift(&body), 400);
            for content_type in ["application/json", "application/x-protobuf"] {
                let headers = [("content-type", content_type)];
                let status = program.post("OTLP, HTTP", "/v1/traces", &headers, &body);
                assert!(status == 400 || status == 200 && length < 8, "{status}");
            }
            for (path, content_type) in [
                ("/api/v1/spans", "application/x-thrift"),
                ("/api/v1/spans", "a/b"),
                ("/api/v2/spans", "a/b"),
            ] {
                let status = program.post("Zipkin", path, &[("content-type", content_type)], &body);
                assert!(matches!(status, 400 | 202), "{status}");
            }
            let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
            assert_eq!(program.post("OTLP, HTTP", "/v1/traces", &headers, &body), 400);
            for door in ["page", "collector", "OTLP, gRPC", "sampling", "health"] {
                let mut stream = TcpStream::connect(program.address(door)).unwrap();
                let _ = stream.write_all(&body);
            }
        }
    }
    program.assert_well();
}

#[test]
fn bodies_that_are_too_large() {
    let mut program = Program::start();
    let large = vec![0; 100 << 20];
    // Refused at its length, so that the sender may not get the answer for all it still sends.
    assert!(matches!(program.thrift(&large), 413 | 0));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&large).unwrap();
    let bomb = bomb.finish().unwrap();
    for (what, path) in [("OTLP, HTTP", "/v1/traces"), ("Zipkin", "/api/v2/spans")] {
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
        assert_eq!(program.post(what, path, &headers, &bomb), 413);
    }
    let deep = format!("[{}{}]", "[".repeat(1 << 20), "]".repeat(1 << 20));
    let value = format!("{}1{}", r#"{"arrayValue":{"values":["#.repeat(10_000), "]}}".repeat(10_000));
    let otlp =
        format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"a","value":{value}}}]}}}}]}}"#);
    for body in [deep, otlp] {
        let headers = [("content-type", "application/json")];
        assert_eq!(program.post("OTLP, HTTP", "/v1/traces", &headers, body.as_bytes()), 400);
        assert_eq!(program.post("Zipkin", "/api/v2/spans", &headers, body.as_bytes()), 400);
    }
    // A list that claims two thousand million spans, and tags that take thirty times their bytes.
    let mut claims = batch("web", vec![]).encode::<Binary>();
    let at = claims.len() - 5;
    claims[at..at + 4].copy_from_slice(&i32::MAX.to_be_bytes());
    assert_eq!(program.thrift(&claims), 400);
    let mut many = span(1, 1, 0, "tags");
    many.tags = vec![tag("", TagValue::Bool(true)); 900_000];
    let body = batch("web", vec![many]).encode::<Binary>();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(matches!(program.thrift(&body), 202 | 503 | 0)));
        }
    });
    program.assert_well();
}

#[test]
fn a_million_traces_of_one_span() {
    const SPANS: usize = 5_000;
    let mut program = Program::start();
    for number in 0..200 {
        let of = |span_number: usize| {
            let id = 0x1_0000 + i64::try_from(number * SPANS + span_number).unwrap();
            span(id, id, 0, &format!("operation {id}"))
        };
        let spans = (0..SPANS).map(of).collect();
        assert_eq!(program.thrift(&batch(&format!("service {number}"), spans).encode::<Binary>()), 202);
    }
    let stats = program.get("/api/stats");
    let count = |name: &str| usize::try_from(stats[name].as_u64().unwrap()).unwrap();
    assert_eq!(count("receivedSpans"), 200 * SPANS);
    assert_eq!(count("keptTraces") + count("evictedTraces"), 200 * SPANS, "{stats}");
    let services = program.get("/api/services")["total"].as_u64().unwrap();
    assert!(services < 200, "evicted services are named: {services}");
    program.assert_well();
}

#[test]
fn clients_that_send_nothing_more() {
    let mut program = Program::start();
    let head = "POST /api/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-thrift\r\nContent-Length: 20000000\r\n\r\n";
    let mut slow = Vec::new();
    for part in ["", "POST /api", head] {
        for _ in 0..100 {
            let mut stream = TcpStream::connect(program.address("collector")).unwrap();
            stream.write_all(part.as_bytes()).unwrap();
            slow.push(stream);
        }
    }
    // Each has a share of the room for bodies, and more of it than there is.
    let mut refused = 0;
    for stream in slow.iter_mut().skip(200).take(10) {
        let _ = stream.write_all(&vec![0; 8 << 20]);
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut answer = [0; 12];
        refused += usize::from(stream.read_exact(&mut answer).is_ok() && answer.ends_with(b"503"));
    }
    assert!(refused > 0, "all of 80 MiB was held");
    drop(slow);
    program.assert_well();
}

#[test]
fn a_packet_of_any_length_that_is_cut() {
    let mut program = Program::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let whole = packet(&batch("cut", vec![span(5, 5, 0, "cut")]));
    for length in 0..whole.len() {
        socket.send_to(&whole[..length], program.address("agent ")).unwrap();
    }
    socket.send_to(&whole, program.address("agent ")).unwrap();
    while program.get("/api/stats")["receivedSpans"] == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(program.get("/api/stats")["badPackets"], whole.len());
    program.assert_well();
}

#[test]
fn a_page_of_another_site_sends_nothing() {
    let mut program = Program::start();
    let span = r#"[{"traceId":"99","id":"1"}]"#;
    for origin in ["http://evil.example", "null"] {
        for content_type in ["text/plain", "application/json"] {
            let headers = [("content-type", content_type), ("origin", origin)];
            assert_eq!(program.post("Zipkin", "/api/v2/spans", &headers, span.as_bytes()), 403);
        }
    }
    let mut stream = TcpStream::connect(program.address("page")).unwrap();
    stream.write_all(b"GET /api/services HTTP/1.1\r\nHost: evil.example:16686\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert!(answer.ends_with(b"403"), "its name leads here");
    let stats = program.get("/api/stats");
    assert_eq!((&stats["receivedSpans"], &stats["refusedBodies"]), (&0.into(), &4.into()));
    program.assert_well();
}

#[test]
fn a_scope_that_would_be_copied_to_each_span() {
    let mut program = Program::start();
    let spans = vec![r#"{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000b"}"#; 10_000];
    let otlp = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"scope":{{"name":"{}"}},"spans":[{}]}}]}}]}}"#,
        "n".repeat(1 << 20),
        spans.join(",")
    );
    let headers = [("content-type", "application/json")];
    assert_eq!(program.post("OTLP, HTTP", "/v1/traces", &headers, otlp.as_bytes()), 400);
    program.assert_well();
}

#[test]
fn attributes_and_processes_by_the_hundred_thousand() {
    let mut program = Program::start();
    let annotations: Vec<_> =
        (0..200_000).map(|number| format!(r#"{{"key":"k{number}","value":"v"}}"#)).collect();
    let one = format!(
        r#"[{{"traceId":"000000000000000a","id":"000000000000000b","binaryAnnotations":[{}]}}]"#,
        annotations.join(",")
    );
    let endpoints: Vec<_> = (0..100_000)
        .map(|number| {
            format!(
                r#"{{"traceId":"000000000000000c","id":"{:016x}","annotations":[{{"value":"sr","timestamp":1,"endpoint":{{"serviceName":"s{number}"}}}}]}}"#,
                number + 1
            )
        })
        .collect();
    let many = format!("[{}]", endpoints.join(","));
    let headers = [("content-type", "application/json")];
    for body in [one, many] {
        assert_eq!(program.post("Zipkin", "/api/v1/spans", &headers, body.as_bytes()), 202);
    }
    let processes = program.get("/api/traces/c")["data"][0]["processes"].as_object().unwrap().len();
    assert!(processes > 20_000, "{processes}: a trace may take half of the memory, and the rest is counted");
    program.assert_well();
}

#[test]
fn answers_that_nobody_reads() {
    let mut program = Program::start();
    let mut large = span(0x55, 1, 0, "large");
    large.tags = vec![tag("text", TagValue::String("x".repeat(15 << 20)))];
    assert_eq!(program.thrift(&batch("web", vec![large]).encode::<Binary>()), 202);
    let mut readers = Vec::new();
    let mut refused = 0;
    for _ in 0..40 {
        let mut stream = TcpStream::connect(program.address("page")).unwrap();
        stream.write_all(b"GET /api/traces/55 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        refused += usize::from(answer.ends_with(b"503"));
        readers.push(stream);
    }
    assert!(
        (20..40).contains(&refused),
        "{refused} refused: 256 MiB are sixteen answers, and some are in the sockets"
    );
    drop(readers);
    program.assert_well();
}

#[test]
fn more_connections_than_there_are_places_wait() {
    const PLACES: usize = 512;
    let mut program = Program::start();
    let mut idle: Vec<_> =
        (0..PLACES).map(|_| TcpStream::connect(program.address("health")).unwrap()).collect();
    let mut one_more = TcpStream::connect(program.address("health")).unwrap();
    one_more.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    one_more.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut answer = [0; 12];
    assert!(one_more.read_exact(&mut answer).is_err(), "there was a place for it");
    idle.pop();
    one_more.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    one_more.read_exact(&mut answer).unwrap();
    assert!(answer.ends_with(b"200"));
    program.assert_well();
}

#[test]
fn a_head_that_does_not_end_loses_its_connection() {
    let mut program = Program::start();
    let mut stream = TcpStream::connect(program.address("collector")).unwrap();
    stream.write_all(b"POST /api/traces HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(50))).unwrap();
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer);
    let is_late = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    assert!(!end.as_ref().is_err_and(is_late), "{end:?}: it is still open");
    program.assert_well();
}
