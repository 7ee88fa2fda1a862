//! What baggage a program may set, as an agent says by a real connection.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/endpoint.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod endpoint;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use endpoint::Endpoint;
use jaeger_client::Config;
use jaeger_propagation::{Baggage, BaggageRestrictions};
use opentelemetry::{
    Context,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::InMemorySpanExporter;

fn wait_until(is_true: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_true() {
        assert!(Instant::now() < deadline, "it does not come true");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

fn baggage_after(restrictions: &BaggageRestrictions, key: &str, value: &str) -> Option<String> {
    let context = restrictions.set_item(&Context::new(), key, value);
    Baggage::from_context(&context).get(key).map(str::to_owned)
}

#[test]
fn the_agent_says_which_keys_are_allowed_and_how_long_values_may_be() {
    let agent = Endpoint::answering(200, r#"[{"baggageKey":"customer","maxValueLength":3}]"#);
    let config = Config::new("shop & more").with_logger(|_| {});
    let config = config.with_baggage_restrictions(agent.url("/baggageRestrictions"));
    let (_provider, closer) = config.build().unwrap();
    let heads = agent.heads(1).concat();
    assert!(heads.starts_with("GET /baggageRestrictions?service=shop%20%26%20more HTTP/1.1\r\n"), "{heads}");
    let restrictions = closer.baggage_restrictions();
    wait_until(|| restrictions.max_value_bytes("customer") == Some(3));
    assert_eq!(baggage_after(restrictions, "customer", "Rachel").as_deref(), Some("Rac"));
    assert_eq!(baggage_after(restrictions, "session", "4711"), None);
    assert_eq!((restrictions.set(), restrictions.truncated(), restrictions.refused()), (1, 1, 1));
}

#[test]
fn until_the_agent_has_answered_all_is_allowed_or_nothing_and_a_line_says_why() {
    let agent = Endpoint::answering(500, "collector error: baggage not implemented");
    let url = agent.url("/baggageRestrictions");
    for (config, allowed) in [
        (Config::new("a").with_baggage_restrictions(&url), Some("1")),
        (Config::new("a").with_baggage_denied_until_known(&url), None),
    ] {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&lines);
        let config = config.with_logger(move |line| log.lock().unwrap().push(line.to_owned()));
        let (_provider, closer) = config.build().unwrap();
        let expected = format!(
            "jaeger: the baggage restrictions are not known, and those before hold: GET {url} failed: status 500 Internal Server Error: collector error: baggage not implemented"
        );
        wait_until(|| lines.lock().unwrap().contains(&expected));
        assert_eq!(baggage_after(closer.baggage_restrictions(), "key", "1").as_deref(), allowed);
    }
}

/// As `baggage_setter.go` of jaeger-client-go writes it.
#[test]
fn the_span_says_what_was_set_cut_and_refused() {
    let spans = InMemorySpanExporter::default();
    let config = Config::new("logged").with_logger(|_| {}).with_exporter("memory", spans.clone());
    let (provider, closer) = config.build_sdk().unwrap();
    let restrictions = BaggageRestrictions::default();
    restrictions.allow_only([("customer".to_owned(), 3)]);
    let span = provider.tracer("test").start("work");
    let mut context = Context::new().with_span(span);
    for (key, value) in [("customer", "731"), ("customer", "Rachel"), ("session", "4711")] {
        context = restrictions.set_item(&context, key, value);
    }
    context.span().end();
    provider.force_flush().unwrap();
    let spans = spans.get_finished_spans().unwrap();
    assert_eq!(closer.close(Duration::from_secs(5)).sent, 1);
    let logs: Vec<String> = spans
        .iter()
        .flat_map(|span| span.events.iter())
        .map(|event| {
            let fields = event.attributes.iter().map(|field| format!("{}={}", field.key, field.value));
            format!("{}: {}", event.name, fields.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(
        logs,
        [
            "baggage: key=customer value=731",
            "baggage: key=customer value=Rac override=true truncated=true",
            "baggage: key=session value=4711 invalid=true",
        ]
    );
}
