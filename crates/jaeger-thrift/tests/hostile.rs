//! Bytes that nobody should send: never a panic, never much memory, and an error that says where.

mod common;

use common::{any_batch, bounded::decode_every_way, full_batch, small_batch, tag};
use jaeger_thrift::{Batch, Binary, Compact, DecodeError, Protocol, TagValue};
use proptest::{prelude::*, sample::Index};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>) {
        decode_every_way(&bytes);
    }

    #[test]
    fn mutated_batches_never_panic(
        batch in any_batch(),
        mutations in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        for mut bytes in [batch.encode::<Compact>(), batch.encode::<Binary>()] {
            for (index, byte) in &mutations {
                *index.get_mut(&mut bytes) = *byte;
            }
            decode_every_way(&bytes);
        }
    }
}

#[test]
fn every_cut_is_refused() {
    assert_cuts(include_bytes!("vectors/batch.compact"), Batch::decode::<Compact>);
    assert_cuts(include_bytes!("vectors/batch.binary"), Batch::decode::<Binary>);
    assert_cuts(include_bytes!("vectors/emit.compact"), Batch::decode_emit::<Compact>);
    assert_cuts(include_bytes!("vectors/emit.binary"), Batch::decode_emit::<Binary>);
}

#[track_caller]
fn assert_cuts(bytes: &[u8], decode: fn(&[u8]) -> Result<Batch, DecodeError>) {
    assert!(decode(bytes).is_ok());
    for end in 0..bytes.len() {
        assert!(decode(bytes.split_at(end).0).is_err(), "cut at {end}");
    }
}

#[test]
fn errors_say_what_and_where() {
    assert_error::<Binary>(b"", "expected a field in Batch, found the end of the input");
    assert_error::<Binary>(b"not thrift", "expected a type of the binary protocol in Batch, found 110");
    assert_error::<Binary>(&[0], "expected a value in Batch.process, found none");
    assert_error::<Binary>(
        &[12, 0, 1, 11, 0, 1, 0, 0, 0, 0, 0, 11, 0, 2],
        "expected a list in Batch.spans, found a string",
    );
    assert_error::<Binary>(
        &[12, 0, 1, 11, 0, 1, 255, 255, 255, 255],
        "expected a length in Process.serviceName, found -1",
    );
    assert_error::<Binary>(
        &[15, 0, 2, 12, 127, 255, 255, 255, 0],
        "expected a length within the input in Batch.spans, found 2147483647 with 1 bytes left",
    );
    assert_error::<Binary>(
        &[15, 0, 2, 11, 0, 0, 0, 1, 0, 0, 0, 0],
        "expected a list of structs in Batch.spans, found a string",
    );
    assert_error::<Binary>(&[15, 0, 2, 12, 0, 0, 0, 1, 0], "expected a value in Span.traceIdLow, found none");

    assert_error::<Compact>(&[0x1d], "expected a type of the compact protocol in Batch, found 13");
    assert_error::<Compact>(&[0x36, 0x80], "expected an i64 in Batch.seqNo, found the end of the input");
    assert_error::<Compact>(
        &[0x36, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2],
        "expected an i64 in Batch.seqNo, found a larger one",
    );
    assert_error::<Compact>(
        &[0x29, 0xfc, 255, 255, 255, 255, 15, 0],
        "expected a length within the input in Batch.spans, found 4294967295 with 1 bytes left",
    );
    // The id delta would leave the range of an i16.
    assert_error::<Compact>(&[0x01, 0xfe, 0xff, 3, 0x11], "expected a field id in Batch, found a larger one");
}

#[track_caller]
fn assert_error<P: Protocol>(bytes: &[u8], expected: &str) {
    assert_eq!(Batch::decode::<P>(bytes).map_err(|error| error.to_string()), Err(expected.into()));
}

#[test]
fn other_messages_are_refused() {
    assert_message_error::<Compact>(
        b"\x82\x81\x01\x0femitZipkinBatch\x00",
        "expected the method emitBatch in the message header, found \"emitZipkinBatch\"",
    );
    assert_message_error::<Compact>(
        b"\x82\x41\x01\x09emitBatch\x00",
        "expected a call or oneway message in the message header, found 2",
    );
    assert_message_error::<Compact>(
        b"\x82\x82\x01\x09emitBatch\x00",
        "expected a compact message of version 1 in the message header, found 0x8282",
    );
    assert_message_error::<Binary>(
        b"\x80\x02\x00\x04",
        "expected a binary message of version 1 in the message header, found 0x80020004",
    );
    assert_message_error::<Compact>(
        b"\x82\x81\x01\x09emitBatch\x00",
        "expected a value in emitBatch.batch, found none",
    );
}

#[track_caller]
fn assert_message_error<P: Protocol>(packet: &[u8], expected: &str) {
    assert_eq!(Batch::decode_emit::<P>(packet).map_err(|error| error.to_string()), Err(expected.into()));
}

/// The header without a version, as the binary protocol began; as a call, which expects an answer.
#[test]
fn old_message_header_is_accepted() {
    let body = small_batch().encode::<Binary>();
    let packet = [b"\0\0\0\x09emitBatch\x01\0\0\0\x07", &[12, 0, 1][..], &body, &[0]].concat();
    assert_eq!(Batch::decode_emit::<Binary>(&packet), Ok(small_batch()));
}

/// Field 99 of each type, in front of the end of the batch.
#[test]
fn unknown_fields_are_skipped() {
    let id = [0xc6, 0x01];
    for value in [
        &[0x01, id[0], id[1]][..],                                             // bool
        &[0x03, id[0], id[1], 7],                                              // i8
        &[0x04, id[0], id[1], 2],                                              // i16
        &[0x05, id[0], id[1], 2],                                              // i32
        &[0x06, id[0], id[1], 2],                                              // i64
        &[0x07, id[0], id[1], 0, 0, 0, 0, 0, 0, 0, 0],                         // double
        &[0x08, id[0], id[1], 2, b'h', b'i'],                                  // string
        &[0x09, id[0], id[1], 0x21, 1, 2],                                     // list of two bools
        &[0x0a, id[0], id[1], 0x15, 2],                                        // set of an i32
        &[0x0b, id[0], id[1], 1, 0x8c, 1, b'k', 0x11, 0x18, 2, b'v', b'v', 0], // map of a string to a struct
        &[0x0b, id[0], id[1], 0],                                              // empty map
        &[0x09, id[0], id[1], 0],                                              // empty list of no type
    ] {
        assert_skipped::<Compact>(value);
    }
    for value in [
        &[2, 0, 99, 1][..],
        &[3, 0, 99, 7],
        &[6, 0, 99, 0, 1],
        &[8, 0, 99, 0, 0, 0, 1],
        &[10, 0, 99, 0, 0, 0, 0, 0, 0, 0, 1],
        &[4, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0],
        &[11, 0, 99, 0, 0, 0, 1, b'h'],
        &[15, 0, 99, 2, 0, 0, 0, 2, 1, 0],
        &[14, 0, 99, 8, 0, 0, 0, 1, 0, 0, 0, 1],
        &[13, 0, 99, 3, 12, 0, 0, 0, 1, 7, 2, 0, 1, 1, 0],
        &[13, 0, 99, 0, 0, 0, 0, 0, 0],
    ] {
        assert_skipped::<Binary>(value);
    }
}

#[track_caller]
fn assert_skipped<P: Protocol>(field: &[u8]) {
    let mut bytes = full_batch().encode::<P>();
    bytes.pop();
    bytes.extend_from_slice(field);
    bytes.push(0);
    assert_eq!(Batch::decode::<P>(&bytes), Ok(full_batch()), "{field:x?}");
}

#[test]
fn nesting_of_unknown_fields_is_bounded() {
    // A list of one list of one list ...; the innermost is empty.
    let nested = |depth: usize| [&[0x79][..], &[0x19].repeat(depth - 1), &[0x09, 0]].concat();
    let with_process = |tail: &[u8]| [&[0x1c, 0x18, 1, b's', 0, 0x19, 0x0c][..], tail].concat();
    assert_eq!(Batch::decode::<Compact>(&with_process(&nested(64))), Ok(small_batch()));
    assert_error::<Compact>(
        &with_process(&nested(65)),
        "expected at most 64 nested values in Batch, found a larger one",
    );
    assert!(Batch::decode::<Compact>(&with_process(&nested(1_000_000))).is_err());
    assert!(Batch::decode::<Binary>(&[12, 0, 99].repeat(1_000_000)).is_err());
}

/// Tags as no sane client writes them, all of which Jaeger accepts.
#[test]
fn odd_tags_are_accepted() {
    assert_tag(&[0x15, 0], TagValue::String(String::new()));
    assert_tag(&[0x15, 2], TagValue::Double(0.0));
    assert_tag(&[0x15, 4], TagValue::Bool(false));
    assert_tag(&[0x15, 6], TagValue::Long(0));
    assert_tag(&[0x15, 8], TagValue::Binary(vec![]));
    assert_tag(&[0x15, 18], TagValue::String("unknown vType 9".into()));
    // A value of another type than vType says is not the value.
    assert_tag(&[0x15, 6, 0x18, 1, b'x'], TagValue::Long(0));
    assert_tag(&[0x15, 0, 0x18, 2, 0xff, b'x'], TagValue::String("\u{fffd}x".into()));
}

/// Decodes a process with the tag `k` and the given fields behind the key.
#[track_caller]
fn assert_tag(fields: &[u8], expected: TagValue) {
    let bytes =
        [&[0x1c, 0x18, 1, b's', 0x19, 0x1c, 0x18, 1, b'k'][..], fields, &[0, 0, 0x19, 0x0c, 0]].concat();
    let tags = Batch::decode::<Compact>(&bytes).map(|batch| batch.process.tags);
    assert_eq!(tags, Ok(vec![tag("k", expected)]));
}
