//! The bound of memory, and the life of a backend.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use jaeger_backend::{Backend, Listener};
use support::{batch, get, send, span};

#[tokio::test]
async fn the_oldest_trace_leaves_first_and_the_bound_holds() {
    let backend = Backend::builder().with_max_bytes(20_000).start().await.unwrap();
    for trace_id in 1..=100 {
        send(&backend, &batch("web", vec![span(trace_id, 1, 0, &"x".repeat(100))])).await;
    }
    let stats = backend.store().stats();
    assert!(stats.kept_bytes <= 20_000 && stats.kept_traces > 5, "{stats:?}");
    assert_eq!(stats.received_spans, 100);
    assert_eq!(stats.evicted_traces + stats.kept_traces as u64, 100);
    assert_eq!(get(&backend, "/api/traces/1").await.status, 404);
    assert_eq!(get(&backend, "/api/traces/64").await.status, 200);
}

#[tokio::test]
async fn a_giant_trace_is_cut_and_leaves_room_for_others() {
    let backend = Backend::builder().with_max_bytes(100_000).start().await.unwrap();
    send(&backend, &batch("web", vec![span(1, 1, 0, "small")])).await;
    let small = backend.store().stats().kept_bytes;
    send(&backend, &batch("web", (1..=2000).map(|id| span(2, id, 0, "giant")).collect())).await;
    let stats = backend.store().stats();
    assert!(stats.kept_bytes <= 100_000, "{stats:?}");
    assert_eq!((stats.evicted_traces, stats.kept_traces), (0, 2));
    let kept = backend.store().trace("2".parse().unwrap()).unwrap().spans().len();
    assert_eq!(stats.dropped_spans, 2000 - kept as u64);
    assert!((40_000..=50_000).contains(&(stats.kept_bytes - small)), "half of the memory: {stats:?}");
}

#[tokio::test]
async fn a_span_larger_than_the_memory_is_dropped() {
    let backend = Backend::builder().with_max_bytes(1000).start().await.unwrap();
    send(&backend, &batch("web", vec![span(1, 1, 0, &"x".repeat(2000))])).await;
    let stats = backend.store().stats();
    assert_eq!((stats.dropped_spans, stats.kept_traces, stats.kept_bytes), (1, 0, 0));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let backend = Backend::start().await.unwrap();
    let query = backend.query_url().replace("http://", "").parse::<SocketAddr>().unwrap();
    let error = Backend::builder().with_addr(Listener::Query, query).start().await.unwrap_err();
    assert_eq!(error.listener(), Some((Listener::Query, query)));
    let expected = format!("query cannot listen on {query}: Address already in use");
    assert!(error.to_string().starts_with(&expected), "{error}");
    let error =
        Backend::builder().with_addr(Listener::Agent, backend.agent_addr()).start().await.unwrap_err();
    assert!(error.to_string().starts_with("agent cannot listen on 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn shutdown_frees_the_ports_even_with_an_idle_connection() {
    let backend = Backend::start().await.unwrap();
    let address = backend.query_url().replace("http://", "").parse::<SocketAddr>().unwrap();
    let idle = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), backend.shutdown()).await.unwrap();
    drop(idle);
    Backend::builder().with_addr(Listener::Query, address).start().await.unwrap();
}
