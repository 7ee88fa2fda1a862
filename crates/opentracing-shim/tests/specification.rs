//! The OpenTracing specification 1.1, a test for each of its demands, on both engines.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jaeger_propagation::{Format, Propagator};
use jaeger_thrift::{RefType, TagValue};
use opentracing_shim::{
    Binary, CarrierFormat, ExtractCarrier, HttpHeaders, InjectCarrier, PropagationError, ReferenceType,
    SpanContext, TextMap, Tracer, Written, ext, field, mock::MockTracer,
};
use support::{lines, named, on_each_engine, references, tag, text};

fn ids(context: &SpanContext) -> (String, String) {
    (context.trace_id_string(), context.span_id_string())
}

#[test]
fn ot1_a_span_has_a_name_times_tags_logs_a_context_and_references() {
    let start = UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001);
    on_each_engine(
        |tracer| {
            let parent = tracer.start_span("parent");
            let span = tracer.build_span("child").child_of(&parent.context()).start_time(start).start();
            span.set_tag("text", "x").set_tag("bool", true).set_tag("long", -1).set_tag("double", 1.5);
            span.log_at(start + Duration::from_micros(7), [field("event", "retry"), field("attempt", 2)]);
            span.finish_with_time(start + Duration::from_millis(3));
        },
        |spans, ()| {
            let span = named(spans, "child");
            assert_eq!((span.start_time, span.duration), (1_700_000_000_000_001, 3_000));
            assert_eq!(tag(span, "text"), Some(&text("x")));
            assert_eq!(tag(span, "bool"), Some(&TagValue::Bool(true)));
            assert_eq!(tag(span, "long"), Some(&TagValue::Long(-1)));
            assert_eq!(tag(span, "double"), Some(&TagValue::Double(1.5)));
            assert_eq!(
                (span.logs[0].timestamp, lines(span)),
                (1_700_000_000_000_008, vec!["event=retry attempt=2".into()])
            );
            let parent = named(spans, "parent");
            assert_eq!(references(span), [(RefType::ChildOf, parent.span_id)]);
            assert_eq!((span.parent_span_id, span.trace_id_low), (parent.span_id, parent.trace_id_low));
        },
    );
}

#[test]
fn ot2_a_span_context_never_changes() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            let before = span.context();
            span.set_baggage_item("key", "value");
            span.finish();
            assert_eq!(before.baggage_item("key"), None);
            assert_eq!(span.context().baggage_item("key").as_deref(), Some("value"));
            assert_eq!(ids(&before), ids(&span.context()));
        },
        |spans, ()| assert_eq!(spans.len(), 1),
    );
}

#[test]
fn ot3_references_are_child_of_and_follows_from_and_there_may_be_several() {
    on_each_engine(
        |tracer| {
            let [a, b, c] = ["a", "b", "c"].map(|name| tracer.build_span(name).ignore_active_span().start());
            tracer
                .build_span("many")
                .follows_from(&a.context())
                .child_of(&b.context())
                .reference(ReferenceType::FollowsFrom, &c.context())
                .start()
                .finish();
        },
        |spans, ()| {
            let [a, b, c] = ["a", "b", "c"].map(|name| named(spans, name));
            let many = named(spans, "many");
            assert_eq!(
                references(many),
                [
                    (RefType::ChildOf, b.span_id),
                    (RefType::FollowsFrom, a.span_id),
                    (RefType::FollowsFrom, c.span_id)
                ]
            );
            assert_eq!(many.trace_id_low, b.trace_id_low, "it is in the trace of its parent");
        },
    );
}

#[test]
fn ot4_a_span_starts_with_references_a_time_and_tags() {
    on_each_engine(
        |tracer| {
            let start = UNIX_EPOCH + Duration::from_secs(1);
            tracer.build_span("span").start_time(start).tag("from the start", 1).start().finish();
        },
        |spans, ()| {
            assert_eq!(spans[0].start_time, 1_000_000);
            assert_eq!(tag(&spans[0], "from the start"), Some(&TagValue::Long(1)));
        },
    );
}

/// What is a good name nobody but the program knows; the layers of `tower-jaeger` take the route.
#[test]
fn ot5_a_name_is_what_the_program_says() {
    on_each_engine(
        |tracer| {
            for name in ["", "get_account", "Ünïcödé ☃"] {
                tracer.build_span(name).start().finish();
            }
        },
        |spans, ()| {
            let names: Vec<_> = spans.iter().map(|span| span.operation_name.as_str()).collect();
            assert_eq!(names, ["", "get_account", "Ünïcödé ☃"]);
        },
    );
}

fn round_trip(tracer: &Tracer, span: &SpanContext) -> [SpanContext; 4] {
    let mut map = HashMap::new();
    tracer.inject(span, TextMap, &mut map);
    let mut headers = http::HeaderMap::new();
    tracer.inject(span, HttpHeaders, &mut headers);
    let mut header_map = HashMap::new();
    tracer.inject(span, HttpHeaders, &mut header_map);
    let mut bytes = Vec::new();
    tracer.inject(span, Binary, &mut bytes);
    assert!(header_map.values().all(|value| value.is_ascii()), "{header_map:?}");
    [
        tracer.extract(TextMap, &map).unwrap(),
        tracer.extract(HttpHeaders, &headers).unwrap(),
        tracer.extract(HttpHeaders, &header_map).unwrap(),
        tracer.extract(Binary, &bytes).unwrap(),
    ]
}

/// OT8, too: what HTTP headers cannot carry is coded.
#[test]
fn ot6_and_ot7_what_is_injected_is_extracted_in_all_three_formats() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("caller");
            span.set_baggage_item("customer", "Rachel's Floral Designs ☃ 100%");
            for extracted in round_trip(tracer, &span.context()) {
                assert_eq!(ids(&extracted), ids(&span.context()));
                assert!(extracted.is_sampled());
                assert_eq!(extracted.baggage_item("customer"), span.baggage_item("customer"));
                tracer.build_span("callee").child_of(&extracted).start().finish();
            }
        },
        |spans, ()| {
            let caller = named(spans, "caller");
            let callees: Vec<_> = spans.iter().filter(|span| span.operation_name == "callee").collect();
            assert_eq!(callees.len(), 4);
            assert!(callees.iter().all(|callee| callee.parent_span_id == caller.span_id));
        },
    );
}

#[test]
fn ot9_what_is_done_with_a_finished_span_is_ignored_and_counted() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("finished");
            span.finish();
            let context = span.context();
            span.set_operation_name("other").set_tag("late", 1).log_kv([("event", "late")]);
            span.set_baggage_item("late", "1");
            span.finish();
            span.finish_with_time(SystemTime::now());
            assert_eq!(tracer.ignored_operations(), 6);
            assert_eq!(ids(&context), ids(&span.context()), "its context is good");
            assert_eq!(span.context().baggage_item("late"), None);
        },
        |spans, ()| {
            let span = named(spans, "finished");
            assert_eq!((tag(span, "late"), span.logs.len(), spans.len()), (None, 0, 1));
        },
    );
}

#[test]
fn ot10_the_operation_name_can_be_overwritten() {
    on_each_engine(
        |tracer| tracer.start_span("before").set_operation_name("after").finish(),
        |spans, ()| assert_eq!(spans[0].operation_name, "after"),
    );
}

#[test]
fn ot11_a_span_finishes_at_a_time_of_one_s_own() {
    on_each_engine(
        |tracer| {
            let start = UNIX_EPOCH + Duration::from_secs(5);
            let span = tracer.build_span("span").start_time(start).start();
            span.finish_with_time(start + Duration::from_micros(42));
        },
        |spans, ()| assert_eq!(spans[0].duration, 42),
    );
}

/// As with jaeger-client-go, of a tag that is set twice both values are sent, and Jaeger's page shows both.
#[test]
fn ot12_tags_are_set_in_their_order() {
    on_each_engine(
        |tracer| {
            let span = tracer.build_span("span").tag("a", 1).start();
            span.set_tag("b", "x").set_tag("a", 2).finish();
        },
        |spans, ()| {
            let own = spans[0].tags.iter().filter(|tag| ["a", "b"].contains(&tag.key.as_str()));
            let own: Vec<_> = own.map(|tag| (tag.key.as_str(), tag.value.clone())).collect();
            assert_eq!(own, [("a", TagValue::Long(1)), ("b", text("x")), ("a", TagValue::Long(2))]);
        },
    );
}

#[test]
fn ot13_logs_are_keys_and_values_with_a_time_of_their_own_or_without() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            span.log([
                field("event", "soft error"),
                field("type", "cache timeout"),
                field("waited.millis", 1500),
            ]);
            span.log_kv_at(UNIX_EPOCH + Duration::from_secs(1), [("value", 1), ("other", 2)]);
            span.finish();
        },
        |spans, ()| {
            let span = &spans[0];
            let expected = ["event=soft error type=cache timeout waited.millis=1500", "value=1 other=2"];
            assert_eq!(lines(span), expected);
            assert_eq!(span.logs[1].timestamp, 1_000_000);
            assert!((span.start_time..=span.start_time + span.duration).contains(&span.logs[0].timestamp));
        },
    );
}

#[test]
fn ot14_baggage_reaches_all_that_reference_the_span_and_those_that_reference_them() {
    on_each_engine(
        |tracer| {
            let root = tracer.start_span("root");
            root.set_baggage_item("customer", "731");
            let follower = tracer.build_span("follower").follows_from(&root.context()).start();
            let child = tracer.build_span("child").child_of(&follower.context()).start();
            let mut headers = http::HeaderMap::new();
            tracer.inject(&child.context(), HttpHeaders, &mut headers);
            let remote = tracer.extract(HttpHeaders, &headers).unwrap();
            let grandchild = tracer.build_span("remote").child_of(&remote).start();
            assert_eq!(grandchild.baggage_item("customer").as_deref(), Some("731"));
            assert_eq!(grandchild.baggage_item("absent"), None);
            // Not back to where it came from.
            grandchild.set_baggage_item("own", "1");
            assert_eq!(root.baggage_item("own"), None);
        },
        |spans, ()| {
            assert_eq!(lines(named(spans, "root")), ["event=baggage key=customer value=731"]);
        },
    );
}

#[test]
fn ot15_all_baggage_can_be_gone_through() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("span");
    span.set_baggage_item("a", "1").set_baggage_item("b", "2").set_baggage_item("a", "3");
    let mut items: Vec<_> = span.context().baggage_items().collect();
    items.sort();
    assert_eq!(items, [("a".into(), "3".into()), ("b".into(), "2".into())]);
    span.set_baggage_item("a", "");
    assert_eq!(span.context().baggage_items().count(), 1);
}

#[test]
fn ot16_a_no_op_tracer_does_nothing() {
    let tracer = Tracer::noop();
    let span = tracer.start_span("nothing");
    span.set_tag("a", 1).set_baggage_item("b", "2");
    assert!(!span.context().is_valid() && span.baggage_item("b").is_none());
    let mut headers = http::HeaderMap::new();
    tracer.inject(&span.context(), HttpHeaders, &mut headers);
    tracer.inject(&MockTracer::new().tracer().start_span("other").context(), HttpHeaders, &mut headers);
    assert!(headers.is_empty());
    headers.insert("uber-trace-id", "7b:1c8:0:1".parse().unwrap());
    let extracted = tracer.extract(HttpHeaders, &headers).map(|_| ());
    assert_eq!(extracted, Err(PropagationError::SpanContextNotFound));
}

#[test]
fn ot17_ids_can_be_printed() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            ids(&span.context())
        },
        |spans, (trace_id, span_id)| {
            let span = &spans[0];
            assert_eq!(trace_id, format!("{:016x}{:016x}", span.trace_id_high, span.trace_id_low));
            assert_eq!(span_id, format!("{:016x}", span.span_id));
        },
    );
}

/// Section "RPCs" of the conventions.
#[test]
fn a_server_s_span_is_child_of_its_caller_s_and_knows_its_kind_from_the_start() {
    on_each_engine(
        |tracer| {
            let caller = tracer.build_span("call").tag(ext::SPAN_KIND, ext::SpanKind::Client).start();
            tracer.build_span("handle").rpc_server(Some(&caller.context())).start().finish();
            tracer.build_span("first").rpc_server(None).start().finish();
        },
        |spans, ()| {
            let (call, handle, first) = (named(spans, "call"), named(spans, "handle"), named(spans, "first"));
            assert_eq!(references(handle), [(RefType::ChildOf, call.span_id)]);
            assert_eq!(tag(call, "span.kind"), Some(&text("client")));
            assert_eq!(tag(handle, "span.kind"), Some(&text("server")));
            assert_eq!((tag(first, "span.kind"), first.parent_span_id), (Some(&text("server")), 0));
        },
    );
}

#[test]
fn a_server_s_span_without_a_caller_begins_a_trace() {
    on_each_engine(
        |tracer| {
            let active = tracer.start_span("active");
            let _scope = tracer.activate(&active);
            tracer.build_span("server").rpc_server(None).start().finish();
        },
        |spans, ()| {
            assert_eq!(references(named(spans, "server")), []);
            assert_ne!(named(spans, "server").trace_id_low, named(spans, "active").trace_id_low);
        },
    );
}

#[test]
fn of_tags_with_which_a_span_starts_the_last_error_and_the_last_kind_count() {
    on_each_engine(
        |tracer| {
            let span = tracer.build_span("span").tag("error", true).tag("span.kind", "client");
            span.tag("error", false).tag("span.kind", "server").start().finish();
        },
        |spans, ()| {
            assert_eq!(tag(&spans[0], "span.kind"), Some(&text("server")));
            assert_eq!(tag(&spans[0], "error"), None);
        },
    );
}

/// Keys and values one after the other.
#[derive(Default)]
struct MessageHeaders(Vec<(String, Vec<u8>)>);

impl InjectCarrier for MessageHeaders {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::TextMap
    }

    fn remove_if(&mut self, matches: impl Fn(&str) -> bool) {
        self.0.retain(|(key, _)| !matches(key));
    }

    fn set(&mut self, name: &str, value: &str) -> Written {
        self.0.push((name.to_owned(), value.into()));
        Written::New
    }
}

impl ExtractCarrier for MessageHeaders {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::TextMap
    }

    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        for (key, value) in &self.0 {
            visit(key, value);
        }
    }
}

#[test]
fn a_bad_header_is_told_unless_another_one_has_a_span() {
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let propagator = Propagator::new().with_extract_order([Format::Jaeger, Format::W3c]);
    let tracer = Tracer::builder(&provider).with_http_headers_propagator(propagator).build();
    let mut headers = http::HeaderMap::new();
    headers.insert("uber-trace-id", "no ids".parse().unwrap());
    let refused = tracer.extract(HttpHeaders, &headers).map(|_| ());
    assert!(matches!(refused, Err(PropagationError::SpanContextCorrupted(_))), "{refused:?}");
    let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    headers.insert("traceparent", good.parse().unwrap());
    let found = tracer.extract(HttpHeaders, &headers).unwrap();
    assert_eq!(found.span_id_string(), "b7ad6b7169203331");
}

#[test]
fn a_program_has_carriers_of_its_own() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("sender");
    span.set_baggage_item("who", "B & C");
    for coded in [false, true] {
        let mut headers = MessageHeaders::default();
        if coded {
            mock.tracer().inject(&span.context(), HttpHeaders, &mut headers);
        } else {
            mock.tracer().inject(&span.context(), TextMap, &mut headers);
        }
        let baggage = headers.0.iter().find(|(key, _)| key == "uberctx-who").unwrap();
        assert_eq!(baggage.1 == b"B & C", !coded, "{headers:?}", headers = headers.0);
        let found = if coded {
            mock.tracer().extract(HttpHeaders, &headers).unwrap()
        } else {
            mock.tracer().extract(TextMap, &headers).unwrap()
        };
        assert_eq!(ids(&found), ids(&span.context()));
        assert_eq!(found.baggage_item("who").as_deref(), Some("B & C"));
    }
}

/// Section "Message Bus".
#[test]
fn a_consumer_follows_from_the_producer_in_its_trace() {
    on_each_engine(
        |tracer| {
            let producer = tracer.build_span("send").tag(ext::SPAN_KIND, ext::SpanKind::Producer).start();
            ext::MESSAGE_BUS_DESTINATION.set(&producer, "orders");
            let consumer = tracer.build_span("receive").follows_from(&producer.context());
            consumer.tag(ext::SPAN_KIND, ext::SpanKind::Consumer).start().finish();
        },
        |spans, ()| {
            let (send, receive) = (named(spans, "send"), named(spans, "receive"));
            assert_eq!(references(receive), [(RefType::FollowsFrom, send.span_id)]);
            assert_eq!(receive.trace_id_low, send.trace_id_low);
            assert_eq!(tag(receive, "span.kind"), Some(&text("consumer")));
        },
    );
}

/// Sections "Span errors" and "Logged application-level errors".
#[test]
fn an_error_is_a_tag_and_a_log_and_either_may_be_alone() {
    on_each_engine(
        |tracer| {
            let both = tracer.start_span("both");
            let error = std::io::Error::other("no space left");
            ext::log_error(&both, &error, [field("attempt", 2)]);
            both.finish();
            tracer.start_span("tag").set_tag("error", true).finish();
            let log = [
                field("event", "error"),
                field("message", "m"),
                field("error.kind", "k"),
                field("stack", "s"),
            ];
            tracer.start_span("log").log(log).finish();
        },
        |spans, ()| {
            let error = |name| tag(named(spans, name), "error");
            let is_error = Some(&TagValue::Bool(true));
            assert_eq!([error("both"), error("tag"), error("log")], [is_error, is_error, None]);
            assert_eq!(lines(named(spans, "both")), ["event=error error.object=no space left attempt=2"]);
            assert_eq!(lines(named(spans, "tag")), [""; 0]);
            assert_eq!(lines(named(spans, "log")), ["event=error message=m error.kind=k stack=s"]);
        },
    );
}

/// A panic that goes through is an end like any other.
#[test]
fn a_span_that_nobody_finishes_ends_when_it_is_dropped() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("dropped");
            span.set_tag("error", true);
            let clone = span.clone();
            drop(span);
            clone.log_kv([("event", "still there")]);
        },
        |spans, ()| {
            let span = named(spans, "dropped");
            assert_eq!(
                (tag(span, "error"), lines(span)),
                (Some(&TagValue::Bool(true)), vec!["event=still there".into()])
            );
        },
    );
}
