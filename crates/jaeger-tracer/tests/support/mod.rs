//! An agent that keeps what it receives.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers fail by panicking")]

use std::{
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

use jaeger_thrift::{Batch, Compact, Span, TagValue};

pub struct Agent(UdpSocket);

impl Agent {
    pub fn start() -> Self {
        Self(UdpSocket::bind(("127.0.0.1", 0)).unwrap())
    }

    pub fn address(&self) -> String {
        self.0.local_addr().map(|address: SocketAddr| address.to_string()).unwrap()
    }

    /// The batches that have come; nothing is sent any more.
    pub fn batches(&self) -> Vec<Batch> {
        self.0.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut packet = vec![0; 65_536];
        let mut batches = Vec::new();
        while let Ok(len) = self.0.recv(&mut packet) {
            batches.push(Batch::decode_emit::<Compact>(&packet[..len]).unwrap());
        }
        batches
    }

    pub fn spans(&self) -> Vec<Span> {
        self.batches().into_iter().flat_map(|batch| batch.spans).collect()
    }
}

pub fn tag(span: &Span, key: &str) -> Option<TagValue> {
    let mut found = span.tags.iter().filter(|tag| tag.key == key).map(|tag| tag.value.clone());
    let value = found.next();
    assert!(found.next().is_none(), "{key} occurs twice");
    value
}
