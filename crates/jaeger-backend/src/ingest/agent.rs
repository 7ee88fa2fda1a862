//! The agent's UDP port: compact `emitBatch` messages.

use std::sync::Arc;

use jaeger_thrift::{Batch, Compact};
use tokio::net::UdpSocket;

use crate::store::{Source, Store};

/// The largest datagram that UDP's length field can announce.
const MAX_PACKET_BYTES: usize = 65_535;

/// Receives packets until the task is stopped. A bad packet is counted and nothing else.
pub(crate) async fn receive_packets(socket: UdpSocket, store: Arc<Store>) {
    let mut buffer = vec![0; MAX_PACKET_BYTES];
    loop {
        let received = socket.recv_from(&mut buffer).await;
        let packet = received.ok().and_then(|(length, _)| buffer.get(..length));
        match packet.map(Batch::decode_emit::<Compact>) {
            Some(Ok(batch)) => store.receive(batch, Source::Agent),
            Some(Err(_)) | None => {
                store.count_bad_packet();
                // A socket that keeps failing must not keep others from running.
                tokio::task::yield_now().await;
            }
        }
    }
}
