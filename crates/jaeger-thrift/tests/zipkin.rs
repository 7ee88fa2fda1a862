//! Zipkin's spans, as jaeger-client-go writes them, and damaged.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

use jaeger_thrift::{Batch, Binary, Compact, Packet, ZipkinSpan};

const BODY: &[u8] = include_bytes!("vectors/zipkin/go.zipkin-http");
const PACKET: &[u8] = include_bytes!("vectors/zipkin/go.zipkin-udp");

#[test]
fn a_body_of_the_go_client() {
    let spans = ZipkinSpan::decode_list::<Binary>(BODY).unwrap();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["call", "work", "GET /"]);
    let [call, .., root] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((call.trace_id, call.parent_id), (root.trace_id, Some(root.id)));
    assert_eq!((call.timestamp, call.duration), (Some(1_700_000_000_000_010), Some(80)));
    let annotations: Vec<_> = call.annotations.iter().map(|annotation| annotation.value.as_str()).collect();
    assert_eq!(annotations[..2], ["cs", "cr"]);
    let host = call.annotations[0].host.as_ref().unwrap();
    assert_eq!(host.service_name, "zipkin-go");
    let tag = |key: &str| root.binary_annotations.iter().find(|tag| tag.key == key).unwrap();
    assert_eq!((tag("text").annotation_type, tag("text").value.as_slice()), (6, "grüße ☃".as_bytes()));
}

#[test]
fn a_packet_for_the_agent() {
    let Ok(Packet::Zipkin(spans)) = Packet::decode::<Compact>(PACKET) else { panic!("no spans") };
    let [server, both, ..] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((spans.len(), server.trace_id_high, server.debug), (6, Some(7), true));
    let address = server.binary_annotations.last().unwrap();
    let host = address.host.as_ref().unwrap();
    assert_eq!((address.key.as_str(), host.ipv4, host.port), ("ca", -1_062_731_775, -1));
    assert_eq!(host.ipv6.as_ref().map(Vec::len), Some(16));
    assert_eq!((both.timestamp, both.parent_id, both.annotations.len()), (None, Some(1), 4));
    let error = Batch::decode_emit::<Compact>(PACKET).unwrap_err().to_string();
    assert_eq!(error, r#"expected the method emitBatch in the message header, found "emitZipkinBatch""#);
}

/// Cut anywhere, and with any byte changed, it is an error or other spans, and no panic.
#[test]
fn damaged_bytes_are_no_trouble() {
    for length in 0..BODY.len() {
        assert!(ZipkinSpan::decode_list::<Binary>(&BODY[..length]).is_err(), "{length}");
    }
    for length in 0..PACKET.len() {
        assert!(Packet::decode::<Compact>(&PACKET[..length]).is_err(), "{length}");
    }
    for (at, byte) in (0..PACKET.len()).flat_map(|at| [0, 1, 0x7f, 0x80, 0xff].map(|byte| (at, byte))) {
        let (mut body, mut packet) = (BODY.to_vec(), PACKET.to_vec());
        packet[at] = byte;
        let _ = Packet::decode::<Compact>(&packet);
        if let Some(damaged) = body.get_mut(at) {
            *damaged = byte;
            let _ = ZipkinSpan::decode_list::<Binary>(&body);
        }
    }
}
