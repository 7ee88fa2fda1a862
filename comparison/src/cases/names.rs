//! Names and tags: what a caller can make of them.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use http::{Method, Request};

use super::request;
use crate::{
    exported::{code, each, tag, tags},
    traced::Traced,
};

const ADDRESSES: [&str; 10] = [
    "server.address",
    "server.port",
    "client.address",
    "client.port",
    "network.peer.address",
    "network.peer.port",
    "peer.address",
    "peer.ipv6",
    "peer.port",
    "http.host",
];

pub async fn method(traced: &Traced) -> String {
    let mut sent = request("/users/731", &[]);
    *sent.method_mut() = Method::from_bytes(b"PROPFIND-731").expect("a method is a token");
    traced.send(sent).await;
    each(&traced.server_spans(), |span| {
        let tag = tag(span, "http.request.method").or_else(|| tag(span, "http.method"));
        format!("{}; {}", code(&span.name), code(&tag.unwrap_or_default()))
    })
}

pub async fn unmatched(traced: &Traced) -> String {
    traced.send(request("/users/731/x", &[])).await;
    each(&traced.server_spans(), |span| code(&span.name))
}

pub async fn addresses(traced: &Traced) -> String {
    let mut sent: Request<Body> = request("/users/731", &[("host", "[::1]:8080")]);
    let peer: SocketAddr = ([0, 0, 0, 0, 0, 0, 0, 1], 50731).into();
    sent.extensions_mut().insert(ConnectInfo(peer));
    traced.send(sent).await;
    each(&traced.server_spans(), |span| tags(span, &ADDRESSES).unwrap_or("none".into()))
}
