//! Bodies that are none, and other methods and paths, at the doors for spans: the status and the media type are those of Jaeger, and where
//! the words are Jaeger's own, the words.

use integration_tests::peers::RealJaeger;
use jaeger_backend::{Backend, Listener};
use jaeger_thrift::{Batch, Binary, Compact, Process};

use super::Answer;

const THRIFT: &str = "application/x-thrift";
const JSON: &str = "application/json";

/// A request with a span that has one more field.
const SPAN: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000000a",
    "spanId":"000000000000000b",FIELD}]}]}]}"#;

/// The same of Zipkin's first format.
const V1: &str = r#"[{"traceId":"000000000000000a","id":"000000000000000b",FIELD}]"#;

/// What is sent: method, door, path, content type and body.
type Case = (&'static str, Listener, &'static str, &'static str, Vec<u8>);

fn cases() -> Vec<Case> {
    let process = Process { service_name: "web".to_owned(), tags: vec![] };
    let batch = Batch { process, ..Batch::default() };
    let good = batch.encode::<Binary>();
    let cut = good.iter().copied().take(good.len() - 3).collect();
    let trailing = [good.clone(), b"garbage".to_vec()].concat();
    let collector = |content_type, body| ("POST", Listener::Collector, "/api/traces", content_type, body);
    let otlp =
        |content_type, body: &str| ("POST", Listener::OtlpHttp, "/v1/traces", content_type, body.into());
    let zipkin = |path, content_type, body: &str| ("POST", Listener::Zipkin, path, content_type, body.into());
    vec![
        collector(THRIFT, good.clone()),
        collector("application/vnd.apache.thrift.binary", good.clone()),
        collector("application/x-thrift; charset=utf-8", good.clone()),
        collector(THRIFT, trailing),
        collector(THRIFT, cut),
        collector(THRIFT, Vec::new()),
        collector(THRIFT, b"not thrift".to_vec()),
        collector(THRIFT, vec![0]),
        collector(THRIFT, batch.encode::<Compact>()),
        collector(JSON, good.clone()),
        collector("application/json; =iammalformed", good.clone()),
        collector("", good.clone()),
        ("POST", Listener::Collector, "/api/traces?format=jaeger.thrift", THRIFT, good.clone()),
        ("POST", Listener::Collector, "/api/traces/", THRIFT, good.clone()),
        ("POST", Listener::Collector, "/nope", THRIFT, good.clone()),
        ("GET", Listener::Collector, "/api/traces", "", Vec::new()),
        ("GET", Listener::Collector, "/", "", Vec::new()),
        ("PUT", Listener::Collector, "/api/traces", THRIFT, good),
        otlp(JSON, r#"{"resourceSpans":[]}"#),
        otlp(JSON, "{}"),
        otlp(JSON, "{"),
        otlp(JSON, r#"{"resourceSpans":7}"#),
        otlp(JSON, r#"{"resource_spans":[{"scope_spans":[{"spans":[]}]}]}"#),
        otlp(JSON, r#"{"resource_spans":7}"#),
        otlp(JSON, r#"{"resourceSpans":[{"scope_spans":7}]}"#),
        otlp(JSON, r#"{"resourceSpans":null}"#),
        otlp(JSON, r#"{"resourceSpans":[{"resource":null,"scopeSpans":null}]}"#),
        otlp(JSON, &SPAN.replace("FIELD", r#""kind":"SPAN_KIND_SERVER""#)),
        otlp(JSON, &SPAN.replace("FIELD", r#""status":{"code":"STATUS_CODE_ERROR"}"#)),
        otlp(JSON, &SPAN.replace("FIELD", r#""attributes":null,"parentSpanId":"""#)),
        otlp(JSON, &SPAN.replace("FIELD", r#""attributes":[{"key":"a"},{"key":"b","value":{}}]"#)),
        otlp("application/x-protobuf", ""),
        otlp("application/x-protobuf", "garbage"),
        otlp("text/plain", "{}"),
        otlp("", "{}"),
        ("GET", Listener::OtlpHttp, "/v1/traces", "", Vec::new()),
        ("POST", Listener::OtlpHttp, "/nope", JSON, Vec::new()),
        zipkin("/api/v2/spans", JSON, "[]"),
        zipkin("/api/v2/spans", "text/plain", "[]"),
        zipkin("/api/v2/spans", JSON, "{}"),
        zipkin("/api/v2/spans", JSON, "nonsense"),
        zipkin("/api/v2/spans", JSON, r#"[{"traceId":"1","id":"0"}]"#),
        zipkin("/api/v2/spans", JSON, r#"[{"traceId":"xyz","id":"1"}]"#),
        zipkin("/api/v2/spans", JSON, r#"[{"traceId":"1","id":"1","parentId":"0000000000000000"}]"#),
        zipkin(
            "/api/v2/spans",
            JSON,
            r#"[{"traceId":"1","id":"1","parentId":null,"name":null,"tags":null}]"#,
        ),
        zipkin("/api/v1/spans", JSON, "[]"),
        zipkin("/api/v1/spans", JSON, r#"[{"traceId":"1","id":"1"}]"#),
        zipkin("/api/v1/spans", THRIFT, "garbage"),
        zipkin(
            "/api/v1/spans",
            JSON,
            &V1.replace("FIELD", r#""timestamp":null,"annotations":null,"parentId":null"#),
        ),
        zipkin(
            "/api/v1/spans",
            JSON,
            &V1.replace("FIELD", r#""annotations":[{"value":"sr","endpoint":{"ipv4":null}}]"#),
        ),
    ]
}

#[test]
fn bodies_are_taken_in_or_refused_alike() {
    let Some(real) = RealJaeger::start() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ours = runtime.block_on(Backend::start()).unwrap();
    let mut unlike = Vec::new();
    for case in cases() {
        let of_ours = send(&ours.addr(case.1).to_string(), &case);
        let address = |url: String| url.split('/').nth(2).unwrap_or_default().to_owned();
        let real = match case.1 {
            Listener::Collector => address(real.collector_endpoint()),
            Listener::OtlpHttp => address(real.otlp_endpoint()),
            _ => real.zipkin(),
        };
        let of_real = send(&real, &case);
        if of_ours != of_real {
            let (method, listener, path, content_type, body) = case;
            let body = String::from_utf8_lossy(&body).chars().take(30).collect::<String>();
            unlike.push(format!("{method} {listener}{path} {content_type:?} {body:?}\n  ours    {of_ours:?}\n  Jaeger  {of_real:?}"));
        }
    }
    runtime.block_on(ours.shutdown());
    assert!(unlike.is_empty(), "{} differ:\n{}", unlike.len(), unlike.join("\n"));
}

fn send(address: &str, (method, _, path, content_type, body): &Case) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{address}{path}");
    let answer = match *method {
        "GET" => agent.get(url).call(),
        "PUT" => agent.put(url).header("content-type", *content_type).send(body),
        _ => agent.post(url).header("content-type", *content_type).send(body),
    };
    let mut answer = answer.unwrap();
    let content_type =
        answer.headers().get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
    let body = answer.body_mut().read_to_string().unwrap_or_default();
    // Why bytes are no Thrift, no JSON and no protobuf is told in the words of each reader.
    let own_words =
        ["Unsupported content type", "Cannot parse content type", "404", "405", "415", "hex traceId"];
    let body = match body.split_once("Unable to process request body: ") {
        Some(_) => "Unable to process request body: …".to_owned(),
        None if own_words.iter().any(|words| body.contains(words)) => body,
        None if answer.status().is_success() && content_type == JSON => body,
        None => String::new(),
    };
    Answer { status: answer.status().as_u16(), content_type, body }
}
