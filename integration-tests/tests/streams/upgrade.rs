//! Connections that are handed over to another protocol: the span ends at the head, whatever flows afterwards.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    Router,
    extract::ws::{WebSocket, WebSocketUpgrade},
    routing::any,
};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, upgrade::Upgraded};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use opentelemetry::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, protocol::Role},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::Outcome;

use crate::support::{Ended, Ends, serve};

type Body = Empty<Bytes>;

/// A server that sends every message back.
async fn serve_websocket(ends: &Ends) -> SocketAddr {
    let upgrade = any(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo));
    serve(Router::new().route("/socket", upgrade).layer(ends.server.server_layer())).await
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

/// Messages flow in both directions.
async fn assert_echoes<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
}

#[track_caller]
fn assert_upgraded(ended: &Ended, status: u16) {
    ended.assert(Outcome::Upgraded, false);
    assert_eq!(ended.tag("http.status_code"), Some(Value::from(i64::from(status))));
}

#[tokio::test]
async fn a_websocket_ends_the_server_s_span_at_its_head_and_stays_open() {
    let ends = Ends::new();
    let address = serve_websocket(&ends).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut socket, response) =
        tokio_tungstenite::client_async(format!("ws://{address}/socket"), stream).await.unwrap();
    assert_eq!(response.status(), 101);
    assert_upgraded(&ends.server.ended().await, 101);
    assert_echoes(&mut socket, "after the end of the span").await;
    assert_eq!(ends.server.ended().await.span.name, "HTTP GET /socket");
    socket.close(None).await.unwrap();
    ends.server.ended().await;
}

#[tokio::test]
async fn a_websocket_of_hyper_s_client_ends_both_spans_at_its_head() {
    let ends = Ends::new();
    let address = serve_websocket(&ends).await;
    // tungstenite makes the head, hyper sends it.
    let head = format!("ws://{address}/socket").into_client_request().unwrap();
    let mut request = Request::get(format!("http://{address}/socket")).body(Body::new()).unwrap();
    *request.headers_mut() = head.headers().clone();
    let response = ends.client.http_client().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 101);
    for ended in ends.ended().await {
        assert_upgraded(&ended, 101);
    }
    let upgraded = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    let mut socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await;
    assert_echoes(&mut socket, "after the end of both spans").await;
    drop(socket);
    ends.assert_ended_once();
}

#[tokio::test]
async fn a_refused_websocket_has_a_body_like_any_other() {
    let ends = Ends::new();
    let address = serve_websocket(&ends).await;
    let request = Request::get(format!("http://{address}/socket")).body(Body::new()).unwrap();
    let response = ends.client.http_client().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 400);
    response.into_body().collect().await.unwrap();
    let [server, client] = ends.ended().await;
    server.assert(Outcome::Completed, false);
    client.assert(Outcome::Completed, true);
}

/// A proxy that sends every byte back through the tunnel.
async fn serve_tunnel(ends: &Ends) -> SocketAddr {
    let service = ends.server.server_layer().layer(service_fn(tunnel));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

async fn tunnel(mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    assert_eq!(request.method(), Method::CONNECT);
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async {
        let (mut reader, mut writer) = tokio::io::split(TokioIo::new(upgrade.await.unwrap()));
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    });
    Ok(Response::new(Body::new()))
}

async fn assert_bytes_flow(upgraded: Upgraded) {
    let mut tunnel = TokioIo::new(upgraded);
    tunnel.write_all(b"not HTTP").await.unwrap();
    tunnel.flush().await.unwrap();
    let mut answer = [0; 8];
    tunnel.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"not HTTP");
}

#[tokio::test]
async fn a_tunnel_ends_both_spans_at_its_head_and_stays_open() {
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let ends = Ends::new();
        let address = serve_tunnel(&ends).await;
        let client = match version {
            Version::HTTP_2 => ends.client.http2_client(),
            _ => ends.client.http_client(),
        };
        let request = Request::connect(address.to_string()).version(version).body(Body::new()).unwrap();
        let response = client.oneshot(request).await.unwrap();
        assert_eq!((response.status(), response.version()), (StatusCode::OK, version));
        for ended in ends.ended().await {
            assert_upgraded(&ended, 200);
        }
        assert_bytes_flow(hyper::upgrade::on(response).await.unwrap()).await;
        ends.assert_ended_once();
    }
}
