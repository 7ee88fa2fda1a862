//! OpenTelemetry's rules for OpenTracing shims, a test for each. Two are decided otherwise (docs/decisions.md): without references a span
//! is ChildOf the active one, and Binary is a format.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use jaeger_client::{Config, Decision, InMemoryReporter, Sampler};
use jaeger_propagation::{Format, Propagator};
use jaeger_thrift::{RefType, TagValue};
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    trace::{TraceContextExt, TraceId, Tracer as _, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use opentracing_shim::{Binary, HttpHeaders, PropagationError, SpanContext, TextMap, Tracer, field};
use support::{lines, named, on_each_engine, references, tag, text};

/// What OpenTelemetry's SDK sees.
fn exported(program: impl FnOnce(&Tracer)) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    program(&Tracer::new(&provider));
    exporter.get_finished_spans().unwrap()
}

fn carrier(headers: &[(&str, &str)]) -> HashMap<String, String> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn sh1_the_tracer_has_the_shim_s_name_and_version() {
    let spans = exported(|tracer| tracer.start_span("span").finish());
    let scope = &spans[0].instrumentation_scope;
    assert_eq!((scope.name(), scope.version()), ("opentracing-shim", Some(env!("CARGO_PKG_VERSION"))));
}

#[test]
fn sh2_text_map_and_http_headers_may_have_propagators_of_their_own() {
    let provider = SdkTracerProvider::builder().build();
    let text_map = Propagator::w3c();
    let tracer = Tracer::builder(&provider)
        .with_text_map_propagator(text_map.clone())
        .with_http_headers_propagator(Propagator::new())
        .build();
    let span = tracer.start_span("span");
    let (mut map, mut headers) = (HashMap::new(), http::HeaderMap::new());
    tracer.inject(&span.context(), TextMap, &mut map);
    tracer.inject(&span.context(), HttpHeaders, &mut headers);
    assert_eq!(map.keys().collect::<Vec<_>>(), ["traceparent"]);
    // Bytes are a map's affair, whose propagator counts them.
    let mut bytes = Vec::new();
    tracer.inject(&span.context(), Binary, &mut bytes);
    tracer.extract(Binary, &bytes).unwrap();
    assert_eq!(text_map.counters().extracted(Format::Jaeger), 1);
    assert_eq!(headers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["uber-trace-id"]);
}

#[test]
fn sh4_tags_keep_their_names() {
    let spans = exported(|tracer| {
        let span = tracer.start_span("span");
        span.set_tag("http.method", "GET").set_tag("db.type", "sql").set_tag("peer.port", 80);
        span.finish();
    });
    let keys: Vec<_> = spans[0].attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["http.method", "db.type", "peer.port"]);
}

#[test]
fn sh5_the_parent_is_the_first_child_of_else_the_first_and_all_are_links() {
    for (order, parent) in [("fcf", 1), ("cc", 0), ("ff", 0), ("ffc", 2)] {
        let spans = exported(|tracer| {
            let others: Vec<_> =
                order.chars().map(|_| tracer.build_span("other").ignore_active_span().start()).collect();
            let mut builder = tracer.build_span("span");
            for (kind, other) in order.chars().zip(&others) {
                builder = match kind {
                    'c' => builder.child_of(&other.context()),
                    _ => builder.follows_from(&other.context()),
                };
            }
            builder.start().finish();
        });
        let span = spans.iter().find(|span| span.name == "span").unwrap();
        let links: Vec<_> = span.links.iter().collect();
        assert_eq!(span.parent_span_id, links[parent].span_context.span_id(), "{order}");
        let kinds: String = links
            .iter()
            .map(|link| match link.attributes.as_slice() {
                [kind] if kind.key.as_str() == "opentracing.ref_type" => match kind.value.as_str().as_ref() {
                    "child_of" => 'c',
                    "follows_from" => 'f',
                    other => panic!("{other}"),
                },
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(kinds, order);
    }
}

#[test]
fn a_context_of_no_span_is_the_parent_of_none_that_has_another_reference() {
    on_each_engine(
        |tracer| {
            let of_no_span = Tracer::noop().start_span("nothing").context();
            let debug = tracer.extract(TextMap, &carrier(&[("jaeger-debug-id", "why")])).unwrap();
            let baggage = tracer.extract(TextMap, &carrier(&[("uberctx-key", "value")])).unwrap();
            let parent = tracer.start_span("parent").context();
            tracer.build_span("child").child_of(&of_no_span).child_of(&parent).start().finish();
            tracer.build_span("follower").child_of(&debug).follows_from(&parent).start().finish();
            let active = tracer.build_span("active").ignore_active_span().start();
            let scope = tracer.activate(&active);
            tracer.build_span("root").child_of(&of_no_span).start().finish();
            drop(scope);
            let both = tracer.build_span("debugged").child_of(&baggage).follows_from(&debug).start();
            assert_eq!(both.baggage_item("key").as_deref(), Some("value"));
            assert!(both.context().is_debug());
        },
        |spans, ()| {
            let parent = named(spans, "parent").span_id;
            assert_eq!(references(named(spans, "child")), [(RefType::ChildOf, parent)]);
            assert_eq!(references(named(spans, "follower")), [(RefType::FollowsFrom, parent)]);
            assert_eq!(references(named(spans, "debugged")), []);
            assert_eq!(references(named(spans, "root")), []);
            assert_eq!(tag(named(spans, "debugged"), "jaeger-debug-id"), Some(&text("why")));
        },
    );
}

/// The SDK's sampler takes an invalid parent for one that was not sampled.
#[test]
fn a_context_of_no_span_is_no_link_and_no_parent_for_samplers() {
    let spans = exported(|tracer| {
        let of_no_span = Tracer::noop().start_span("nothing").context();
        let baggage = tracer.extract(TextMap, &carrier(&[("uberctx-key", "value")])).unwrap();
        let noop = opentelemetry::trace::noop::NoopTracerProvider::new().tracer("other").start("nothing");
        let attached = Context::new().with_baggage([KeyValue::new("key", "value")]).with_span(noop).attach();
        let active = tracer.active_span().unwrap().context();
        drop(attached);
        for of_no_span in [of_no_span, baggage, active] {
            tracer.build_span("span").child_of(&of_no_span).start().finish();
        }
    });
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| span.links.iter().count() == 0));
}

/// In either order, it waits for it.
#[test]
fn a_span_that_is_child_of_what_it_follows_from_is_child_of_it() {
    on_each_engine(
        |tracer| {
            let parent = tracer.start_span("parent").context();
            tracer.build_span("cf").child_of(&parent).follows_from(&parent).start().finish();
            tracer.build_span("fc").follows_from(&parent).child_of(&parent).start().finish();
        },
        |spans, ()| {
            for name in ["cf", "fc"] {
                let parent = named(spans, "parent").span_id;
                assert_eq!(references(named(spans, name)), [(RefType::ChildOf, parent)], "{name}");
            }
        },
    );
}

#[test]
fn sh6_baggage_is_that_of_all_references_and_without_any_the_current_one() {
    on_each_engine(
        |tracer| {
            let [a, b] = ["a", "b"].map(|name| {
                let span = tracer.build_span(name).ignore_active_span().start();
                span.set_baggage_item(name, "own").set_baggage_item("both", name);
                span
            });
            let many = tracer.build_span("many").follows_from(&a.context()).child_of(&b.context()).start();
            let item = |key| many.baggage_item(key).unwrap();
            // Of two with the same key that of the parent.
            assert_eq!([item("a"), item("b"), item("both")], ["own", "own", "b"]);
            let more = tracer
                .build_span("more")
                .child_of(&a.context())
                .child_of(&a.context())
                .child_of(&b.context());
            assert_eq!(more.start().baggage_item("b").as_deref(), Some("own"));
            let current = Context::new().with_baggage([KeyValue::new("current", "1")]);
            let _attached = current.attach();
            assert_eq!(tracer.start_span("none").baggage_item("current").as_deref(), Some("1"));
            let own = tracer.build_span("own").ignore_active_span().start();
            assert_eq!(own.baggage_item("current"), None);
        },
        |spans, ()| assert_eq!(spans.len(), 6),
    );
}

/// Keeps what it is asked.
#[derive(Debug)]
struct Asked(Arc<Mutex<Vec<String>>>);

impl opentelemetry_sdk::trace::ShouldSample for Asked {
    fn should_sample(
        &self,
        _: Option<&Context>,
        _: TraceId,
        name: &str,
        _: &opentelemetry::trace::SpanKind,
        attributes: &[KeyValue],
        _: &[opentelemetry::trace::Link],
    ) -> opentelemetry_sdk::trace::SamplingResult {
        let attributes = attributes.iter().map(|tag| format!("{}={}", tag.key, tag.value));
        self.0.lock().unwrap().push(format!("{name} {}", attributes.collect::<Vec<_>>().join(" ")));
        opentelemetry_sdk::trace::SamplingResult {
            decision: opentelemetry_sdk::trace::SamplingDecision::RecordAndSample,
            attributes: Vec::new(),
            trace_state: Default::default(),
        }
    }
}

impl Clone for Asked {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[test]
fn sh7_samplers_see_the_tags_with_which_a_span_starts_but_the_error() {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let provider = SdkTracerProvider::builder().with_sampler(Asked(Arc::clone(&asked))).build();
    let tracer = Tracer::new(&provider);
    tracer.build_span("span").tag("customer", "731").tag("error", true).start().set_tag("later", 1);
    assert_eq!(*asked.lock().unwrap(), ["span customer=731"]);
}

#[test]
fn sh8_and_sh16_times_are_those_that_are_said() {
    let start = std::time::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_000_001_002);
    let end = start + Duration::from_nanos(3_000);
    let spans = exported(|tracer| tracer.build_span("span").start_time(start).start().finish_with_time(end));
    assert_eq!((spans[0].start_time, spans[0].end_time), (start, end));
}

/// What ends later is lost and is no panic.
#[test]
fn sh11_the_closer_ends_the_tracer() {
    for is_on_sdk in [false, true] {
        let reporter = InMemoryReporter::new();
        let config = Config::new("closed").with_logger(|_| {}).with_in_memory_reporter(reporter.clone());
        let (tracer, closer) = if is_on_sdk {
            let (provider, closer) = config.build_sdk().unwrap();
            (Tracer::new(&provider), closer)
        } else {
            let (provider, closer) = config.build().unwrap();
            (Tracer::new(&provider), closer)
        };
        tracer.start_span("in time").finish();
        let open = tracer.start_span("too late");
        let report = closer.close(Duration::from_secs(10));
        assert_eq!((report.sent, report.lost), (1, 0), "{report}");
        open.set_tag("a", 1).set_baggage_item("key", "value").finish();
        tracer.start_span("later").finish();
        drop(tracer);
        let names: Vec<_> = reporter.spans().into_iter().map(|span| span.operation_name).collect();
        assert_eq!(names, ["in time"], "on the SDK: {is_on_sdk}");
    }
}

#[test]
fn sh9_baggage_is_injected_without_a_trace_too() {
    let provider = SdkTracerProvider::builder().build();
    let tracer = Tracer::new(&provider);
    let alone = tracer.extract(HttpHeaders, &carrier(&[("uberctx-customer", "731")])).unwrap();
    assert!(!alone.is_valid());
    let mut headers = HashMap::new();
    tracer.inject(&alone, HttpHeaders, &mut headers);
    assert_eq!(headers, carrier(&[("uberctx-customer", "731")]));
}

#[test]
fn sh10_there_is_a_context_if_it_is_valid_or_sampled_or_has_baggage() {
    on_each_engine(
        |tracer| {
            let extract = |headers: &[(&str, &str)]| tracer.extract(HttpHeaders, &carrier(headers));
            let error = |headers: &[(&str, &str)]| extract(headers).map(|_| ()).unwrap_err();
            assert!(extract(&[("uber-trace-id", "7b:1c8:0:0")]).unwrap().is_valid());
            assert_eq!(error(&[]), PropagationError::SpanContextNotFound);
            assert_eq!(error(&[("other", "1")]), PropagationError::SpanContextNotFound);
            let corrupted = error(&[("uber-trace-id", "junk")]);
            assert!(matches!(corrupted, PropagationError::SpanContextCorrupted(_)), "{corrupted}");
            assert!(!extract(&[("uberctx-a", "1")]).unwrap().is_valid());
            let debug = extract(&[("jaeger-debug-id", "why")]).unwrap();
            let root = tracer.build_span("debugged").child_of(&debug).start();
            assert!(root.context().is_debug());
            root.finish();
        },
        |spans, ()| {
            let root = named(spans, "debugged");
            assert_eq!((tag(root, "jaeger-debug-id"), root.parent_span_id), (Some(&text("why")), 0));
            assert_eq!((root.flags, references(root)), (3, vec![]));
        },
    );
}

#[test]
fn sh12_a_span_replaces_its_context_and_threads_may_do_that_side_by_side() {
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            thread::scope(|scope| {
                for thread in 0..4 {
                    let span = &span;
                    scope.spawn(move || {
                        for item in 0..10 {
                            span.set_baggage_item(&format!("{thread}-{item}"), "x");
                        }
                    });
                }
            });
            assert_eq!(span.context().baggage_items().count(), 40);
        },
        |spans, ()| assert_eq!(spans[0].logs.len(), 40),
    );
}

#[test]
fn sh13_the_last_error_counts_and_is_the_status() {
    use opentelemetry::trace::Status;
    let status = |errors: &[bool]| {
        let spans = exported(|tracer| {
            let span = tracer.start_span("span");
            for error in errors {
                span.set_tag("error", *error);
            }
            span.finish();
        });
        assert!(spans[0].attributes.is_empty(), "{:?}", spans[0].attributes);
        spans[0].status.clone()
    };
    assert_eq!(status(&[]), Status::Unset);
    assert_eq!(status(&[true]), Status::error(""));
    assert_eq!(status(&[false]), Status::Ok);
    assert_eq!(status(&[false, true]), Status::error(""));
    assert_eq!(status(&[true, false]), Status::Ok);
    on_each_engine(
        |tracer| {
            tracer.start_span("text").set_tag("error", "true").finish();
            tracer.start_span("number").set_tag("error", 1).finish();
            tracer.start_span("words").set_tag("error", true).set_tag("error", "refused").finish();
            tracer.start_span("capitals").set_tag("error", "True").finish();
            tracer.build_span("at the start").tag("error", true).start().finish();
            tracer.start_span("big").set_tag("big", u64::MAX).finish();
        },
        |spans, ()| {
            let error = |name| tag(named(spans, name), "error").cloned();
            let yes = Some(TagValue::Bool(true));
            assert_eq!(
                [error("text"), error("capitals"), error("at the start")],
                [yes.clone(), yes.clone(), yes]
            );
            assert_eq!([error("number"), error("words")], [Some(TagValue::Long(1)), Some(text("refused"))]);
            assert_eq!(tag(named(spans, "big"), "big"), Some(&text("18446744073709551615")));
        },
    );
}

#[test]
fn sh14_a_log_is_an_event_of_its_name_else_called_log() {
    let spans = exported(|tracer| {
        let span = tracer.start_span("span");
        span.log([field("event", "retry"), field("attempt", 2)]);
        span.log([field("value", "x")]);
        span.finish();
    });
    let events: Vec<_> =
        spans[0].events.iter().map(|event| (event.name.as_ref(), event.attributes.len())).collect();
    assert_eq!(events, [("retry", 1), ("log", 1)]);
    on_each_engine(
        |tracer| {
            let span = tracer.start_span("span");
            span.log([field("value", "x")]).log([field("a", 1), field("event", "e")]);
            span.log([field("event", "log"), field("a", 1)]).log([field("event", "a"), field("event", "b")]);
        },
        |spans, ()| {
            assert_eq!(lines(&spans[0]), ["value=x", "event=e a=1", "event=log a=1", "event=a event=b"]);
        },
    );
}

#[test]
fn sh15_the_log_of_an_error_is_an_exception() {
    let exception = |fields: Vec<opentracing_shim::Field>| {
        let spans = exported(|tracer| {
            tracer.start_span("span").log(fields).finish();
        });
        let event = spans[0].events.iter().next().unwrap().clone();
        assert_eq!(event.name, "exception");
        let of_exception =
            event.attributes.iter().filter(|attribute| attribute.key.as_str().starts_with("exception."));
        of_exception.map(|field| format!("{}={}", field.key, field.value)).collect::<Vec<_>>()
    };
    assert_eq!(
        exception(vec![field("event", "error"), field("error.object", "no space"), field("attempt", 2)]),
        ["exception.message=no space"]
    );
    assert_eq!(
        exception(vec![
            field("event", "error"),
            field("error.kind", "Io"),
            field("message", "m"),
            field("stack", "s")
        ]),
        ["exception.type=Io", "exception.message=m", "exception.stacktrace=s"]
    );
    assert_eq!(
        exception(vec![field("event", "error"), field("error.object", "o"), field("message", "m")]),
        ["exception.message=o"],
        "one of the two"
    );
}

#[test]
fn the_children_of_a_debugged_root_are_debugged_and_do_not_say_why() {
    on_each_engine(
        |tracer| {
            let debug = tracer.extract(TextMap, &carrier(&[("jaeger-debug-id", "why")])).unwrap();
            let root = tracer.build_span("root").child_of(&debug).start();
            let child = tracer.build_span("child").child_of(&root.context()).start();
            assert!(root.context().is_debug() && child.context().is_debug());
            let mut sent = HashMap::new();
            tracer.inject(&child.context(), TextMap, &mut sent);
            assert_eq!(sent.keys().collect::<Vec<_>>(), ["uber-trace-id"]);
            // Nor is a trace debugged that other instrumentation goes on with there.
            let _scope = tracer.activate(&root);
            let other = Propagator::new().extract(&carrier(&[("uber-trace-id", "7b:1c8:0:1")]));
            let other = other.into_context(&Context::new()).span().span_context().clone();
            let current = Context::current().with_remote_span_context(other);
            sent.clear();
            Propagator::new().inject_from_context(&current, &mut sent);
            assert!(sent["uber-trace-id"].ends_with("7b:00000000000001c8:0:1"), "{sent:?}");
        },
        |spans, ()| {
            assert_eq!(tag(named(spans, "root"), "jaeger-debug-id"), Some(&text("why")));
            assert_eq!(tag(named(spans, "child"), "jaeger-debug-id"), None);
        },
    );
}

#[test]
fn sh17_the_active_span_is_the_same_or_stands_for_the_current_one_or_only_has_baggage() {
    on_each_engine(
        |tracer| {
            assert!(tracer.active_span().is_none());
            let span = tracer.start_span("outer");
            {
                let scope = tracer.activate(&span);
                assert_eq!(scope.span().unwrap().context().span_id_string(), span.context().span_id_string());
                // The same, and not one like it: what is done to the one is done to the other.
                tracer.active_span().unwrap().set_baggage_item("key", "value");
                assert_eq!(span.baggage_item("key").as_deref(), Some("value"));
                assert_eq!(tracer.start_span("inner").baggage_item("key").as_deref(), Some("value"));
                let _none = tracer.deactivate();
                assert!(tracer.active_span().is_none());
                assert!(tracer.start_span("root").baggage_item("key").is_none());
            }
            assert!(tracer.active_span().is_none(), "the scope has ended");
            span.finish();

            // What other instrumentation has made current, such as a layer.
            let provider = opentelemetry::trace::noop::NoopTracerProvider::new();
            let remote = Propagator::new().extract(&carrier(&[("uber-trace-id", "7b:1c8:0:1")]));
            let current = remote.into_context(&Context::new());
            let current = current.with_span(provider.tracer("other").start_with_context("x", &current));
            let attached = current.attach();
            let active = tracer.active_span().unwrap();
            assert_eq!(active.context().trace_id_string(), "000000000000007b");
            tracer.start_span("below").finish();
            drop(attached);

            let _baggage = Context::new().with_baggage([KeyValue::new("a", "1")]).attach();
            let active = tracer.active_span().unwrap();
            assert!(!active.context().is_valid() && active.baggage_item("a").as_deref() == Some("1"));
        },
        |spans, ()| {
            let (outer, inner, root) = (named(spans, "outer"), named(spans, "inner"), named(spans, "root"));
            assert_eq!(references(inner), [(RefType::ChildOf, outer.span_id)]);
            assert_eq!(references(root), []);
            assert_eq!(
                (named(spans, "below").trace_id_low, named(spans, "below").parent_span_id),
                (0x7b, 0x1c8)
            );
        },
    );
}

#[test]
fn scopes_end_in_any_order_and_a_span_outlives_its_scope() {
    on_each_engine(
        |tracer| {
            let [a, b] = ["a", "b"].map(|name| tracer.build_span(name).ignore_active_span().start());
            let first = tracer.activate(&a);
            let second = tracer.activate(&b);
            drop(first);
            tracer.start_span("in b").finish();
            drop(second);
            assert!(tracer.active_span().is_none());
            b.finish();
            a.finish();
        },
        |spans, ()| {
            assert_eq!(references(named(spans, "in b")), [(RefType::ChildOf, named(spans, "b").span_id)]);
        },
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_is_active_in_a_future_wherever_it_is_polled() {
    let reporter = InMemoryReporter::new();
    let config = Config::new("futures").with_logger(|_| {}).with_in_memory_reporter(reporter.clone());
    let (provider, closer) = config.build().unwrap();
    let tracer = Tracer::new(&provider);
    let work = |name: &'static str| {
        let (tracer, span) = (tracer.clone(), tracer.start_span(name));
        let inner = tracer.clone();
        let in_span = async move {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                inner.start_span(format!("in {name}")).finish();
            }
            // Nothing is active in a task that is not handed anything.
            let elsewhere = inner.clone();
            let is_none = tokio::spawn(async move { elsewhere.active_span().is_none() }).await.unwrap();
            assert!(is_none);
        };
        async move {
            span.activate_in(in_span).await;
            assert!(tracer.active_span().is_none());
            span.finish();
        }
    };
    let (a, b) = (tokio::spawn(work("a")), tokio::spawn(work("b")));
    a.await.unwrap();
    b.await.unwrap();
    tokio::task::spawn_blocking(|| closer.close(Duration::from_secs(10))).await.unwrap();
    let spans = reporter.spans();
    for (outer, inner) in [("a", "in a"), ("b", "in b")] {
        let outer = named(&spans, outer);
        let inner: Vec<_> = spans.iter().filter(|span| span.operation_name == inner).collect();
        assert_eq!(inner.len(), 5);
        assert!(inner.iter().all(|span| span.parent_span_id == outer.span_id));
    }
}

/// None at all.
#[derive(Debug)]
struct Never;

impl Sampler for Never {
    fn sample(&self, _: TraceId, _: &str) -> Decision {
        Decision::new(false, "never", jaeger_client::SamplerParam::Bool(false))
    }
}

/// As jaeger-client has it: nothing is kept of what is not sampled, and the decision travels.
#[test]
fn a_trace_that_is_not_sampled_has_ids_and_baggage_and_no_spans() {
    let reporter = InMemoryReporter::new();
    let config = Config::new("never").with_logger(|_| {}).with_sampler(Never);
    let (provider, closer) = config.with_in_memory_reporter(reporter.clone()).build().unwrap();
    let tracer = Tracer::new(&provider);
    let span = tracer.start_span("span");
    span.set_baggage_item("a", "1");
    let mut headers = HashMap::new();
    tracer.inject(&span.context(), HttpHeaders, &mut headers);
    let extracted: SpanContext = tracer.extract(HttpHeaders, &headers).unwrap();
    assert!(extracted.is_valid() && !extracted.is_sampled());
    assert_eq!(extracted.baggage_item("a").as_deref(), Some("1"));
    span.finish();
    let _ = closer.close(Duration::from_secs(5));
    assert!(reporter.spans().is_empty());
}
