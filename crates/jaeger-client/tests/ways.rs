//! Spans that go several ways, on both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    net::{TcpListener, UdpSocket},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use jaeger_client::{BatchSender, Closer, Config, InMemoryReporter};
use jaeger_thrift::{Batch, Compact};
use opentelemetry::{
    KeyValue,
    trace::{Span, Tracer, TracerProvider},
};

const PATIENCE: Duration = Duration::from_secs(20);

fn make(tracer: &impl Tracer) {
    for index in 0..3 {
        let mut span = tracer.start("work");
        span.set_attribute(KeyValue::new("index", index));
        span.end();
    }
}

/// Three spans on these ways.
fn traced(config: Config, is_on_sdk: bool) -> Closer {
    if is_on_sdk {
        let (provider, closer) = config.build_sdk().unwrap();
        make(&provider.tracer("test"));
        closer
    } else {
        let (provider, closer) = config.build().unwrap();
        make(&provider.tracer("test"));
        closer
    }
}

#[test]
fn each_way_has_all_spans_and_the_same_process() {
    for is_on_sdk in [false, true] {
        let agent = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        agent.set_read_timeout(Some(PATIENCE)).unwrap();
        let address = agent.local_addr().unwrap().to_string();
        let memory = InMemoryReporter::new();
        let config = Config::new("ways").with_logger(|_| {}).with_tag("zone", "eu");
        let config = config.with_in_memory_reporter(memory.clone());
        let closer = traced(config.with_further_sender(BatchSender::agent(&address).unwrap()), is_on_sdk);
        let report = closer.close(PATIENCE);
        assert_eq!(
            report.to_string(),
            format!(
                "3 spans sent to memory; 3 spans sent to udp://{address}, which does not acknowledge them"
            )
        );
        let mut packet = vec![0; 65_536];
        let length = agent.recv(&mut packet).unwrap();
        let received = Batch::decode_emit::<Compact>(packet.get(..length).unwrap()).unwrap();
        assert_eq!(received.spans, memory.spans());
        for process in [&received.process, &memory.process()] {
            assert_eq!(process.service_name, "ways");
            assert!(process.tags.iter().any(|tag| tag.key == "zone"));
        }
    }
}

/// The deadline is for all of them side by side.
#[test]
fn a_way_that_hangs_costs_the_others_nothing() {
    for is_on_sdk in [false, true] {
        let hanging = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", hanging.local_addr().unwrap());
        let memory = InMemoryReporter::new();
        let config = Config::new("ways").with_logger(|_| {}).with_collector_endpoint(url);
        let closer = traced(config.with_further_sender(BatchSender::in_memory(memory.clone())), is_on_sdk);
        let report = closer.close(Duration::from_millis(300));
        assert_eq!((report.sent, report.lost), (0, 3), "{report}");
        let [further] = report.further.as_slice() else { panic!("{report}") };
        assert_eq!((further.sent, further.lost, memory.spans_submitted()), (3, 0, 3), "{report}");
    }
}

#[test]
fn a_logger_that_panics_costs_no_span() {
    for is_on_sdk in [false, true] {
        let memory = InMemoryReporter::new();
        let config = Config::new("ways").with_in_memory_reporter(memory.clone()).with_log_spans();
        let config = config.with_logger(|line| assert!(!line.contains("Reporting"), "in the logger"));
        let result = catch_unwind(AssertUnwindSafe(|| drop(traced(config, is_on_sdk))));
        assert!(result.is_err());
        // The closer was dropped while the panic went through.
        assert_eq!(memory.spans_submitted(), 1);
    }
}

#[test]
fn a_way_that_is_closed_is_told_and_costs_the_others_nothing() {
    for is_on_sdk in [false, true] {
        let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let memory = InMemoryReporter::new();
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&lines);
        let config = Config::new("ways").with_logger(move |line| log.lock().unwrap().push(line.to_owned()));
        let config = config.with_in_memory_reporter(memory.clone());
        let sender = BatchSender::collector(&format!("http://{nobody}")).unwrap();
        // Dropped and not closed: then it is told what was lost.
        drop(traced(config.with_further_sender(sender), is_on_sdk));
        assert_eq!(memory.spans_submitted(), 3);
        let lines = lines.lock().unwrap();
        let lost = format!(
            "jaeger: 3 spans sent to memory; 3 of 3 spans lost: POST http://{nobody}/api/traces failed: connection refused. Is a collector listening there, such as Jaeger's all-in-one or jaeger-backend?"
        );
        assert_eq!(lines.last(), Some(&lost), "{lines:?}");
    }
}
