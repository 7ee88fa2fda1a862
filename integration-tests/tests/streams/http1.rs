//! Bodies over HTTP/1.1, from axum to hyper-util's client, and callers who close the connection.

use std::{
    convert::Infallible,
    future::pending,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http_body_util::{BodyExt, Empty};
use opentelemetry::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use tower::ServiceExt;
use tower_jaeger::Outcome;

use crate::support::{Ends, Held, serve, wait_until};

type Chunk = Result<Bytes, &'static str>;

/// A server with a body for every case, and what to write the chunks of `/chunks` to.
async fn start(ends: &Ends) -> (SocketAddr, mpsc::Sender<Chunk>) {
    let (chunks, written) = mpsc::channel(1);
    let written = Arc::new(Mutex::new(Some(written)));
    let stream =
        async move || Body::from_stream(ReceiverStream::new(written.lock().unwrap().take().unwrap()));
    let app = Router::new()
        .route("/chunks", get(stream))
        .route("/hello", get(async || "hello"))
        .route("/empty", get(async || ()))
        .route("/no-content", get(async || StatusCode::NO_CONTENT))
        .route("/not-modified", get(async || StatusCode::NOT_MODIFIED))
        .route("/never", get(pending::<()>))
        .layer(ends.server.server_layer());
    (serve(app).await, chunks)
}

fn request(method: &str, address: SocketAddr, path: &str) -> Request<Empty<Bytes>> {
    Request::builder().method(method).uri(format!("http://{address}{path}")).body(Empty::new()).unwrap()
}

fn chunk(text: &'static str) -> Chunk {
    Ok(Bytes::from_static(text.as_bytes()))
}

/// A caller who speaks through a bare socket and has written a request.
async fn bare_caller(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    stream
}

/// Reads from a bare socket until it has seen a text.
async fn read_until(stream: &mut TcpStream, text: &str) {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "closed before {text:?}");
    }
}

#[tokio::test]
async fn a_chunked_body_is_in_both_spans_to_its_last_chunk() {
    let ends = Ends::new();
    let (address, chunks) = start(&ends).await;
    let response = ends.client.http_client().oneshot(request("GET", address, "/chunks")).await.unwrap();
    assert_eq!(response.headers()[TRANSFER_ENCODING], "chunked");
    let mut body = response.into_body();
    chunks.send(chunk("first")).await.unwrap();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "first");
    let held = Held::open().await;
    ends.assert_open();
    chunks.send(chunk("last")).await.unwrap();
    drop(chunks);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "last");
    for ended in ends.ended().await {
        ended.assert(Outcome::Completed, false);
        ended.assert_covers(&held);
    }
}

#[tokio::test]
async fn a_body_that_fails_is_an_error_on_both_sides() {
    let ends = Ends::new();
    let (address, chunks) = start(&ends).await;
    let response = ends.client.http_client().oneshot(request("GET", address, "/chunks")).await.unwrap();
    chunks.send(chunk("first")).await.unwrap();
    chunks.send(Err("the disk is gone")).await.unwrap();
    response.into_body().collect().await.unwrap_err();
    for ended in ends.ended().await {
        ended.assert(Outcome::BodyError, true);
        assert_eq!(ended.tag("http.status_code"), Some(Value::from(200)));
    }
}

#[tokio::test]
async fn a_response_that_is_its_head_completes() {
    for (method, path, status) in [
        ("HEAD", "/hello", 200),
        ("HEAD", "/chunks", 200),
        ("GET", "/empty", 200),
        ("GET", "/no-content", 204),
        ("GET", "/not-modified", 304),
    ] {
        let ends = Ends::new();
        let (address, _chunks) = start(&ends).await;
        let response = ends.client.http_client().oneshot(request(method, address, path)).await.unwrap();
        assert_eq!(response.status(), status);
        // Nobody reads the body.
        for ended in ends.ended().await {
            ended.assert(Outcome::Completed, false);
            assert_eq!(
                ended.tag("http.status_code"),
                Some(Value::from(i64::from(status))),
                "{method} {path}"
            );
        }
        drop(response);
        ends.assert_ended_once();
    }
}

#[tokio::test]
async fn a_body_of_known_length_completes_with_its_last_byte() {
    let ends = Ends::new();
    let (address, _chunks) = start(&ends).await;
    let response = ends.client.http_client().oneshot(request("GET", address, "/hello")).await.unwrap();
    assert_eq!(response.headers()[CONTENT_LENGTH], "5");
    let mut body = response.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "hello");
    // Nobody asks whether there is more.
    for ended in ends.ended().await {
        ended.assert(Outcome::Completed, false);
    }
    drop(body);
    ends.assert_ended_once();
}

#[tokio::test]
async fn requests_on_one_connection_have_spans_of_their_own() {
    let ends = Ends::new();
    let (address, _chunks) = start(&ends).await;
    let mut stream = bare_caller(address, "/hello").await;
    read_until(&mut stream, "hello").await;
    ends.server.ended().await.assert(Outcome::Completed, false);
    stream.write_all(b"GET /never HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    ends.server.started(2).await;
    drop(stream);
    wait_until(|| ends.server.outcomes().len() == 2, || format!("{:?}", ends.server.outcomes())).await;
    assert_eq!(ends.server.outcomes(), [Outcome::Completed, Outcome::CancelledBeforeHead]);
}

#[tokio::test]
async fn a_caller_who_closes_before_the_head_is_no_error() {
    let ends = Ends::new();
    let (address, _chunks) = start(&ends).await;
    let stream = bare_caller(address, "/never").await;
    ends.server.started(1).await;
    ends.server.assert_open();
    drop(stream);
    let ended = ends.server.ended().await;
    ended.assert(Outcome::CancelledBeforeHead, false);
    assert_eq!(ended.tag("http.status_code"), None);
}

#[tokio::test]
async fn a_caller_who_closes_in_the_body_is_no_error() {
    let ends = Ends::new();
    let (address, chunks) = start(&ends).await;
    let mut stream = bare_caller(address, "/chunks").await;
    chunks.send(chunk("first")).await.unwrap();
    read_until(&mut stream, "first").await;
    ends.server.assert_open();
    drop(stream);
    let ended = ends.server.ended().await;
    ended.assert(Outcome::CancelledInBody, false);
    assert_eq!(ended.tag("http.status_code"), Some(Value::from(200)));
    chunks.closed().await;
}

#[tokio::test]
async fn a_client_that_drops_its_call_cancels_both_sides_before_the_head() {
    let ends = Ends::new();
    let (address, _chunks) = start(&ends).await;
    let call = tokio::spawn(ends.client.http_client().oneshot(request("GET", address, "/never")));
    ends.server.started(1).await;
    ends.assert_open();
    call.abort();
    for ended in ends.ended().await {
        ended.assert(Outcome::CancelledBeforeHead, false);
    }
}

#[tokio::test]
async fn a_client_that_drops_the_response_cancels_both_sides_in_the_body() {
    let ends = Ends::new();
    let (address, chunks) = start(&ends).await;
    let response = ends.client.http_client().oneshot(request("GET", address, "/chunks")).await.unwrap();
    let mut body = response.into_body();
    chunks.send(chunk("first")).await.unwrap();
    body.frame().await.unwrap().unwrap();
    ends.assert_open();
    drop(body);
    for ended in ends.ended().await {
        ended.assert(Outcome::CancelledInBody, false);
    }
}

#[tokio::test]
async fn a_server_that_closes_in_the_body_is_an_error_for_the_client() {
    let ends = Ends::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_until(&mut stream, "\r\n\r\n").await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
        Ok::<_, Infallible>(())
    });
    let response = ends.client.http_client().oneshot(request("GET", address, "/")).await.unwrap();
    response.into_body().collect().await.unwrap_err();
    ends.client.ended().await.assert(Outcome::BodyError, true);
}
