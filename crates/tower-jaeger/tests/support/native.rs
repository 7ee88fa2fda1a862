//! The engine of `jaeger-tracer`: its spans are received as an agent does, and turned back into those of the SDK.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "each binary uses a part; helpers fail by panicking"
)]

use std::{
    net::UdpSocket,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use jaeger_exporter::BatchSender;
use jaeger_thrift::{Batch, Compact, Log, RefType, Span, SpanRef, Tag, TagValue};
use jaeger_tracer::{Decision, JaegerTracer, JaegerTracerProvider, Sampler, SamplerParam};
use opentelemetry::{
    Array, InstrumentationScope, KeyValue, StringValue, Value,
    trace::{
        Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState, TracerProvider,
    },
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

pub type TestTracer = JaegerTracer;

/// A tracer, and the spans that it has finished.
pub struct Traced {
    provider: JaegerTracerProvider,
    agent: UdpSocket,
    spans: Mutex<Vec<SpanData>>,
}

#[derive(Debug)]
struct Always(bool);

impl Sampler for Always {
    fn sample(&self, _: TraceId, _: &str) -> Decision {
        Decision::new(self.0, "const", SamplerParam::Bool(self.0))
    }
}

impl Traced {
    pub fn new() -> Self {
        Self::sampling(true)
    }

    /// Every trace that begins here is sampled, or none.
    pub fn sampling(samples: bool) -> Self {
        let agent = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        agent.set_nonblocking(true).unwrap();
        let sender = BatchSender::agent(&agent.local_addr().unwrap().to_string()).unwrap();
        let provider = JaegerTracerProvider::builder(sender).with_sampler(Always(samples)).build();
        Self { provider, agent, spans: Mutex::default() }
    }

    pub fn tracer(&self) -> JaegerTracer {
        self.provider.tracer("test")
    }

    pub fn finished(&self) -> Vec<SpanData> {
        self.provider.flush(Duration::from_secs(10)).unwrap();
        let mut spans = self.spans.lock().unwrap();
        let mut packet = vec![0; 65_536];
        // What has been sent on this machine is there.
        while let Ok(len) = self.agent.recv(&mut packet) {
            let batch = Batch::decode_emit::<Compact>(&packet[..len]).unwrap();
            spans.extend(batch.spans.into_iter().map(of_the_sdk));
        }
        spans.clone()
    }

    /// The one finished span.
    #[track_caller]
    pub fn one(&self) -> SpanData {
        let mut spans = self.finished();
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    }
}

/// What `jaeger-exporter` would have made this of.
fn of_the_sdk(span: Span) -> SpanData {
    let trace_id = trace_id(span.trace_id_high, span.trace_id_low);
    let parent = SpanId::from(span.parent_span_id as u64);
    let mut data = SpanData {
        span_context: context(trace_id, span.span_id, span.flags),
        parent_span_id: parent,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: span.operation_name.into(),
        start_time: at(span.start_time),
        end_time: at(span.start_time + span.duration),
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    };
    // The layer sets `error` itself in OpenTracing's words; elsewhere it is made from the status.
    let is_made = span.tags.iter().all(|tag| tag.key != "component");
    for Tag { key, value } in span.tags {
        match (key.as_str(), &value) {
            ("span.kind", TagValue::String(kind)) => {
                data.span_kind = match kind.as_str() {
                    "client" => SpanKind::Client,
                    "server" => SpanKind::Server,
                    "producer" => SpanKind::Producer,
                    _ => SpanKind::Consumer,
                };
            }
            ("otel.status_code", TagValue::String(code)) => {
                data.status = if code == "OK" { Status::Ok } else { Status::error("") };
            }
            ("otel.status_description", TagValue::String(text)) => data.status = Status::error(text.clone()),
            ("error", _) if is_made => {}
            ("otel.scope.name", TagValue::String(name)) => {
                data.instrumentation_scope = InstrumentationScope::builder(name.clone()).build();
            }
            ("sampler.type" | "sampler.param" | "w3c.tracestate", _) => {}
            _ => data.attributes.push(KeyValue::new(key, self::value(value))),
        }
    }
    data.events.events = span.logs.into_iter().map(event).collect();
    for SpanRef { ref_type, trace_id_low, trace_id_high, span_id } in span.references {
        let trace = self::trace_id(trace_id_high, trace_id_low);
        if ref_type == RefType::FollowsFrom || trace != trace_id || SpanId::from(span_id as u64) != parent {
            let kind = if ref_type == RefType::FollowsFrom { "follows_from" } else { "child_of" };
            let attributes = vec![KeyValue::new("opentracing.ref_type", kind)];
            data.links.links.push(Link::new(context(trace, span_id, 1), attributes, 0));
        }
    }
    data
}

fn trace_id(high: i64, low: i64) -> TraceId {
    TraceId::from(u128::from(high as u64) << 64 | u128::from(low as u64))
}

fn context(trace_id: TraceId, span_id: i64, flags: i32) -> SpanContext {
    let flags = TraceFlags::new(flags as u8 & 1);
    SpanContext::new(trace_id, SpanId::from(span_id as u64), flags, false, TraceState::NONE)
}

fn at(micros: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros as u64)
}

fn event(log: Log) -> Event {
    let mut name = String::new();
    let mut attributes = Vec::new();
    for Tag { key, value } in log.fields {
        match (key.as_str(), self::value(value)) {
            ("event", Value::String(text)) if name.is_empty() => name = text.into(),
            (_, value) => attributes.push(KeyValue::new(key, value)),
        }
    }
    Event::new(name, at(log.timestamp), attributes, 0)
}

fn value(value: TagValue) -> Value {
    match value {
        TagValue::Bool(truth) => truth.into(),
        TagValue::Long(number) => number.into(),
        TagValue::Double(number) => number.into(),
        TagValue::String(text) => match text.strip_prefix("[\"").and_then(|text| text.strip_suffix("\"]")) {
            // The layers have lists of text only.
            Some(items) => {
                let items = items.split("\",\"").map(|item| StringValue::from(item.to_owned()));
                Value::Array(Array::String(items.collect()))
            }
            None => text.into(),
        },
        TagValue::Binary(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}
