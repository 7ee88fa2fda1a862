//! What is set in an active span, and the calls that `tower-jaeger`'s layers make below it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{collections::HashMap, convert::Infallible, pin::Pin, time::Duration};

use http::{HeaderMap, Request, Response};
use jaeger_client::{Config, InMemoryReporter};
use jaeger_propagation::Propagator;
use opentelemetry::{
    Context,
    context::FutureExt,
    global::ObjectSafeTracer,
    propagation::TextMapPropagator,
    trace::{Tracer as OtelTracer, TracerProvider},
};
use opentracing_shim::{TextMap, Tracer, ext};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, ServerLayer, current_baggage, with_baggage};

/// Makes a call with a client under a layer, and returns the baggage in its headers, in order, behind the flags of its trace.
type Call<'c> = &'c dyn Fn() -> Pin<Box<dyn Future<Output = String>>>;

async fn call<T>(client: ClientLayer<T>) -> String
where
    T: OtelTracer<Span: Send + Sync> + 'static,
{
    let peer = service_fn(async |request: Request<String>| {
        Ok::<_, Infallible>(Response::new(carried(request.headers())))
    });
    let request = Request::get("http://next/").body(String::new()).unwrap();
    let answer = client.layer(peer).oneshot(request).await.unwrap();
    let answer = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
    String::from_utf8(answer.to_vec()).unwrap()
}

fn carried(headers: &HeaderMap) -> String {
    let baggage = headers.iter().filter_map(|(name, value)| {
        Some(format!("{}={}", name.as_str().strip_prefix("uberctx-")?, value.to_str().ok()?))
    });
    let mut baggage: Vec<_> = baggage.collect();
    baggage.sort();
    let trace = headers.get("uber-trace-id").unwrap().to_str().unwrap();
    let (_, flags) = trace.rsplit_once(':').unwrap();
    [flags.to_owned()].into_iter().chain(baggage).collect::<Vec<_>>().join(" ")
}

/// A request with baggage of its own, handled on the native tracer and on the SDK.
async fn served(program: impl AsyncFn(&Tracer, Call<'_>)) {
    for is_on_sdk in [false, true] {
        let config =
            Config::new("layers").with_logger(|_| {}).with_in_memory_reporter(InMemoryReporter::new());
        let closer = if is_on_sdk {
            let (provider, closer) = config.build_sdk().unwrap();
            serve(&provider, &program).await;
            closer
        } else {
            let (provider, closer) = config.build().unwrap();
            serve(&provider, &program).await;
            closer
        };
        assert_eq!(closer.close(Duration::from_secs(10)).lost, 0);
    }
}

async fn serve<P>(provider: &P, program: &impl AsyncFn(&Tracer, Call<'_>))
where
    P: TracerProvider<Tracer: OtelTracer<Span: Send + Sync> + ObjectSafeTracer + Send + Sync + 'static>,
{
    let (tracer, client) = (Tracer::new(provider), ClientLayer::with_tracer(provider.tracer("client")));
    let handler = service_fn(async |_: Request<String>| {
        program(&tracer, &|| Box::pin(call(client.clone()))).await;
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let request = Request::get("/").header("uber-trace-id", "7b:1c8:0:1").header("uberctx-session", "4711");
    let request = request.body(String::new()).unwrap();
    ServerLayer::with_tracer(provider.tracer("server")).layer(handler).oneshot(request).await.unwrap();
}

#[tokio::test]
async fn what_a_handler_sets_in_the_request_s_span_is_in_its_calls() {
    let handler = async |tracer: &Tracer, call: Call<'_>| {
        assert_eq!(call().await, "1 session=4711");
        let before = tracer.active_span().unwrap().context();
        tracer.active_span().unwrap().set_baggage_item("customer", "731");
        assert_eq!(call().await, "1 customer=731 session=4711");
        assert_eq!(tracer.active_span().unwrap().baggage_item("customer").as_deref(), Some("731"));
        assert_eq!(current_baggage().get("customer"), Some("731"));
        assert_eq!(tracer.start_span("below").baggage_item("customer").as_deref(), Some("731"));
        // By OpenTelemetry's own interface, too.
        let mut headers = HashMap::new();
        Propagator::new().inject_context(&Context::current(), &mut headers);
        assert_eq!(headers.get("uberctx-customer").map(String::as_str), Some("731"));
        // In a task of its own.
        let in_task = call().with_current_context();
        tracer.active_span().unwrap().set_baggage_item("session", "");
        assert_eq!(in_task.await, "1 customer=731");
        assert_eq!(call().await, "1 customer=731");
        // A span context never changes.
        let mut headers = HashMap::new();
        tracer.inject(&before, TextMap, &mut headers);
        assert_eq!((before.baggage_item("customer"), headers.get("uberctx-customer")), (None, None));
        assert_eq!(headers.get("uberctx-session").map(String::as_str), Some("4711"));
    };
    served(handler).await;
}

#[tokio::test]
async fn what_is_set_in_a_span_of_one_s_own_is_in_the_calls_below_it_alone() {
    let handler = async |tracer: &Tracer, call: Call<'_>| {
        let span = tracer.start_span("span");
        span.set_baggage_item("before", "1").set_baggage_item("gone", "1");
        let in_span = span.activate_in(async {
            assert_eq!(call().await, "1 before=1 gone=1 session=4711");
            tracer.active_span().unwrap().set_baggage_item("since", "2").set_baggage_item("gone", "");
            let below = tracer.start_span("below");
            let scope = tracer.activate(&below);
            below.set_baggage_item("below", "3");
            let in_below = call().await;
            drop(scope);
            (in_below, call().await)
        });
        let (in_below, in_span) = in_span.await;
        assert_eq!(in_below, "1 before=1 below=3 session=4711 since=2");
        assert_eq!(in_span, "1 before=1 session=4711 since=2");
        assert_eq!(call().await, "1 session=4711");
        // It is active again, and has all of it.
        assert_eq!(span.activate_in(call()).await, "1 before=1 session=4711 since=2");
        // After its end it takes no more, and what it had stays.
        let scope = tracer.activate(&span);
        span.finish();
        span.set_baggage_item("late", "4");
        assert_eq!(call().await, "1 before=1 session=4711 since=2");
        drop(scope);
    };
    served(handler).await;
}

#[tokio::test]
async fn baggage_for_a_future_comes_on_top() {
    let handler = async |tracer: &Tracer, call: Call<'_>| {
        let active = tracer.active_span().unwrap();
        active.set_baggage_item("customer", "731").set_baggage_item("session", "1");
        let inside = with_baggage([("session", "2")], async {
            let before = call().await;
            tracer.active_span().unwrap().set_baggage_item("since", "3");
            (before, call().await)
        });
        let (before, after) = inside.await;
        assert_eq!(before, "1 customer=731 session=2");
        assert_eq!(after, "1 customer=731 session=2 since=3");
        assert_eq!(call().await, "1 customer=731 session=1 since=3");
    };
    served(handler).await;
}

#[tokio::test]
async fn a_priority_that_is_said_in_the_request_s_span_is_in_its_calls() {
    served(async |tracer, call| {
        ext::SAMPLING_PRIORITY.set(&tracer.active_span().unwrap(), 1);
        assert!(tracer.active_span().unwrap().context().is_debug());
        assert!(tracer.start_span("below").context().is_debug());
        assert_eq!(call().await, "3 session=4711");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_turned_off_is_off_for_what_starts_below_it() {
    served(async |tracer, _| {
        assert!(tracer.start_span("before").context().is_sampled());
        ext::SAMPLING_PRIORITY.set(&tracer.active_span().unwrap(), 0);
        assert!(!tracer.start_span("below").context().is_sampled());
        let referenced = tracer.build_span("child").child_of(&tracer.active_span().unwrap().context());
        assert!(!referenced.start().context().is_sampled());
    })
    .await;
}

#[tokio::test]
async fn a_priority_that_is_said_in_a_span_of_one_s_own_is_in_the_calls_below_it() {
    served(async |tracer, call| {
        let span = tracer.start_span("span");
        let scope = tracer.activate(&span);
        ext::SAMPLING_PRIORITY.set(&span, 1);
        assert_eq!(call().await, "3 session=4711");
        drop(scope);
    })
    .await;
}

#[tokio::test]
async fn all_that_stands_for_the_request_s_span_is_the_same_span() {
    served(async |tracer, call| {
        let (kept, other) = (tracer.active_span().unwrap(), tracer.active_span().unwrap());
        kept.set_baggage_item("session", "1").set_baggage_item("user", "7").set_baggage_item("user", "");
        other.set_baggage_item("session", "4711").set_baggage_item("user", "7");
        assert_eq!(call().await, "1 session=4711 user=7");
        assert_eq!(kept.baggage_item("session").as_deref(), Some("4711"));
        ext::SAMPLING_PRIORITY.set(&other, 1);
        let child = tracer.build_span("child").child_of(&kept.context()).start();
        assert!(child.context().is_debug());
        assert_eq!(child.baggage_item("user").as_deref(), Some("7"));
        assert_eq!(kept.activate_in(call()).await, "3 session=4711 user=7");
    })
    .await;
}

#[tokio::test]
async fn an_item_that_is_set_again_counts_below_one_that_was_put_on_top() {
    served(async |tracer, call| {
        let span = tracer.start_span("span");
        span.set_baggage_item("key", "1");
        let inside = async {
            tracer.active_span().unwrap().set_baggage_item("key", "1");
            call().await
        };
        let on_top = async { with_baggage([("key", "2")], inside).await };
        assert_eq!(span.activate_in(on_top).await, "1 key=1 session=4711");
    })
    .await;
}

#[tokio::test]
async fn a_tracer_that_does_nothing_does_nothing_to_others_calls() {
    served(async |tracer, call| {
        let noop = Tracer::noop();
        let span = noop.start_span("library work");
        assert_eq!(span.activate_in(call()).await, "1 session=4711");
        let _scope = noop.activate(&span);
        assert_eq!(call().await, "1 session=4711");
        assert!(noop.active_span().is_none() && tracer.active_span().is_some());
    })
    .await;
}
