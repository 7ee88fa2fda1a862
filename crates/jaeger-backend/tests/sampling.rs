//! What clients are told of sampling and baggage, with the answers of v1.62 to the same questions.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jaeger_backend::{Backend, Listener};
use support::{Answer, get_url};

/// The name of a recording, the port, the path and the status.
const RECORDED: [(&str, Listener, &str, u16); 14] = [
    ("5778-sampling-svc-prob", Listener::Sampling, "/sampling?service=svc-prob", 200),
    ("5778-sampling-svc-prob-only", Listener::Sampling, "/sampling?service=svc-prob-only", 200),
    ("5778-sampling-svc-rate", Listener::Sampling, "/sampling?service=svc-rate", 200),
    ("5778-sampling-unknown", Listener::Sampling, "/sampling?service=unknown", 200),
    ("5778-root-svc-prob", Listener::Sampling, "/?service=svc-prob", 200),
    ("5778-root-svc-prob-only", Listener::Sampling, "/?service=svc-prob-only", 200),
    ("5778-root-svc-rate", Listener::Sampling, "/?service=svc-rate", 200),
    ("5778-root-unknown", Listener::Sampling, "/?service=unknown", 200),
    ("14268-api-sampling-svc-prob", Listener::Collector, "/api/sampling?service=svc-prob", 200),
    ("5778-empty", Listener::Sampling, "/sampling?service=", 200),
    ("5778-noservice", Listener::Sampling, "/sampling", 400),
    ("5778-twoservice", Listener::Sampling, "/sampling?service=a&service=b", 400),
    ("5778-baggage", Listener::Sampling, "/baggageRestrictions?service=a", 500),
    ("14268-baggage", Listener::Collector, "/api/baggageRestrictions?service=a", 500),
];

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/sampling").join(name)
}

async fn ask(backend: &Backend, listener: Listener, path: &str) -> Answer {
    get_url(format!("http://{}{path}", backend.addr(listener))).await
}

#[tokio::test]
async fn answers_are_those_of_jaeger() {
    let backend = Backend::builder().with_sampling_strategies(data("strategies.json")).start().await.unwrap();
    for (name, listener, path, status) in RECORDED {
        let answer = ask(&backend, listener, path).await;
        let recorded = fs::read_to_string(data(name)).unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (status, recorded.as_str()), "{name}");
        let content_type = if status == 200 { "application/json" } else { "text/plain; charset=utf-8" };
        assert_eq!(answer.content_type, content_type, "{name}");
    }
    assert_eq!(ask(&backend, Listener::Sampling, "/nope").await.status, 404);
}

#[tokio::test]
async fn without_a_file_everything_is_sampled() {
    let backend = Backend::start().await.unwrap();
    let answer = ask(&backend, Listener::Sampling, "/sampling?service=any").await;
    let everything = r#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}"#;
    assert_eq!(answer.body, everything);
}

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changes_and_what_was_good_stays() {
    let file = folder("changing").join("strategies.json");
    let strategy =
        |rate: &str| format!(r#"{{"default_strategy":{{"type":"probabilistic","param":{rate}}}}}"#);
    fs::write(&file, strategy("0.5")).unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let backend = Backend::builder()
        .with_sampling_strategies(&file)
        .with_logger(move |line| told.lock().unwrap().push(line.to_owned()))
        .start()
        .await
        .unwrap();
    let until_told = async |count: usize| {
        let started = Instant::now();
        while lines.lock().unwrap().len() < count {
            assert!(started.elapsed() < Duration::from_secs(20), "nothing was told");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let rate = async || ask(&backend, Listener::Sampling, "/sampling?service=a").await.body;
    assert!(rate().await.contains("0.5"));
    fs::write(&file, strategy("0.25")).unwrap();
    until_told(1).await;
    assert!(rate().await.contains("0.25"));
    fs::write(&file, "{").unwrap();
    until_told(2).await;
    fs::remove_file(&file).unwrap();
    until_told(3).await;
    assert!(rate().await.contains("0.25"));
    fs::write(&file, strategy("0.125")).unwrap();
    until_told(4).await;
    assert!(rate().await.contains("0.125"));
    let lines = lines.lock().unwrap();
    for (line, said) in lines.iter().zip(["read again", "makes no sense", "cannot be read", "read again"]) {
        assert!(line.contains(said), "{lines:?}");
    }
}

#[tokio::test]
async fn a_bad_file_is_told_at_the_start() {
    let file = folder("bad").join("strategies.json");
    fs::write(&file, r#"{"default_strategy":{"type":"sometimes"}}"#).unwrap();
    let error = Backend::builder().with_sampling_strategies(&file).start().await.unwrap_err().to_string();
    assert!(error.contains(r#"unknown type "sometimes""#), "{error}");
    let none = folder("bad").join("none.json");
    let error = Backend::builder().with_baggage_restrictions(&none).start().await.unwrap_err().to_string();
    assert!(error.contains("none.json cannot be used"), "{error}");
}

#[tokio::test]
async fn baggage_is_restricted_by_service() {
    let file = folder("baggage").join("restrictions.json");
    let restrictions = r#"{"default_restrictions": [{"baggageKey": "customer", "maxValueLength": 64}],
        "service_restrictions": {"checkout": [{"baggageKey": "session", "maxValueLength": 16}], "none": []}}"#;
    fs::write(&file, restrictions).unwrap();
    let backend = Backend::builder().with_baggage_restrictions(&file).start().await.unwrap();
    for (service, expected) in [
        ("any", r#"[{"baggageKey":"customer","maxValueLength":64}]"#),
        ("checkout", r#"[{"baggageKey":"session","maxValueLength":16}]"#),
        ("none", "[]"),
    ] {
        let agent =
            ask(&backend, Listener::Sampling, &format!("/baggageRestrictions?service={service}")).await;
        assert_eq!(agent.body, expected);
        let path = format!("/api/baggageRestrictions?service={service}");
        assert_eq!(ask(&backend, Listener::Collector, &path).await.body, expected);
    }
}

#[tokio::test]
async fn health_is_asked_at_any_path() {
    let backend = Backend::start().await.unwrap();
    for path in ["/", "/health"] {
        let answer = ask(&backend, Listener::Admin, path).await;
        assert_eq!((answer.status, answer.json()["status"].as_str()), (200, Some("Server available")));
    }
}
