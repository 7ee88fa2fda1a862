//! The agent's UDP ports: `emitBatch` and `emitZipkinBatch`, in compact or binary Thrift.

use std::sync::Arc;

use jaeger_thrift::{Packet, Protocol};
use tokio::net::UdpSocket;

use super::zipkin::batches_of_packet;
use crate::store::{Source, Store};

/// The largest datagram that UDP's length field can announce.
const MAX_PACKET_BYTES: usize = 65_535;

/// Receives packets until the task is stopped. A bad packet is counted and nothing else.
pub(crate) async fn receive_packets<P: Protocol>(socket: UdpSocket, store: Arc<Store>) {
    let mut buffer = vec![0; MAX_PACKET_BYTES];
    loop {
        let received = socket.recv_from(&mut buffer).await;
        let packet = received.ok().and_then(|(length, _)| buffer.get(..length));
        match packet.map(Packet::decode::<P>) {
            Some(Ok(Packet::Jaeger(batch))) => store.receive(batch, Source::Agent),
            Some(Ok(Packet::Zipkin(spans))) => {
                batches_of_packet(spans).for_each(|batch| store.receive(batch, Source::Agent));
            }
            Some(Err(_)) | None => {
                store.count_bad_packet();
                // A socket that keeps failing must not keep others from running.
                tokio::task::yield_now().await;
            }
        }
    }
}
