//! The exact bytes: a small span computed by hand from the Thrift specification, and a batch with every field that
//! Jaeger's own code wrote.
//!
//! `vectors/` was made by `vectors/generator` with the modules that its `go.mod` and `go.sum` pin.

mod common;

use common::{emit, full_batch, small_batch, tag};
use jaeger_thrift::{Batch, Binary, Compact, Protocol, Span, TagValue};

fn small_span() -> Span {
    Span {
        trace_id_low: 1,
        span_id: 2,
        operation_name: "a".into(),
        flags: 1,
        start_time: 3,
        duration: 64,
        tags: vec![tag("k", TagValue::Bool(true))],
        ..Default::default()
    }
}

#[test]
fn small_span_in_the_compact_protocol() {
    #[rustfmt::skip]
    let expected = [
        0x16, 2,                // 1: i64, zigzag
        0x16, 0,                // 2
        0x16, 4,                // 3
        0x16, 0,                // 4
        0x18, 1, b'a',          // 5: string
        0x25, 2,                // 7: i32, two ids further
        0x16, 6,                // 8
        0x16, 0x80, 1,          // 9: 64 is 128 in zigzag, two groups of seven bits
        0x19, 0x1c,             // 10: list of one struct
            0x18, 1, b'k',      //   1: string
            0x15, 4,            //   2: BOOL
            0x31,               //   5: true, in the header
            0,
        0,
    ];
    let mut written = Vec::new();
    small_span().encode::<Compact>(&mut written);
    assert_eq!(written, expected);
}

#[test]
fn small_span_in_the_binary_protocol() {
    #[rustfmt::skip]
    let expected = [
        10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
        10, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
        10, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2,
        10, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,
        11, 0, 5, 0, 0, 0, 1, b'a',
        8, 0, 7, 0, 0, 0, 1,
        10, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3,
        10, 0, 9, 0, 0, 0, 0, 0, 0, 0, 64,
        15, 0, 10, 12, 0, 0, 0, 1,
            11, 0, 1, 0, 0, 0, 1, b'k',
            8, 0, 2, 0, 0, 0, 2,
            2, 0, 5, 1,
            0,
        0,
    ];
    let mut written = Vec::new();
    small_span().encode::<Binary>(&mut written);
    assert_eq!(written, expected);
}

#[test]
fn smallest_message() {
    #[rustfmt::skip]
    let compact = [
        &[0x82, 0x81, 1, 9][..], b"emitBatch",
        &[0x1c, 0x1c, 0x18, 1, b's', 0, 0x19, 0x0c, 0, 0],
    ].concat();
    assert_eq!(emit::<Compact>(&small_batch(), 1), compact);

    #[rustfmt::skip]
    let binary = [
        &[0x80, 1, 0, 4, 0, 0, 0, 9][..], b"emitBatch", &[0, 0, 0, 1],
        &[12, 0, 1, 12, 0, 1, 11, 0, 1, 0, 0, 0, 1, b's', 0, 15, 0, 2, 12, 0, 0, 0, 0, 0, 0],
    ].concat();
    assert_eq!(emit::<Binary>(&small_batch(), 1), binary);
}

#[test]
fn same_bytes_as_jaeger() {
    assert_same::<Compact>(include_bytes!("vectors/batch.compact"), include_bytes!("vectors/emit.compact"));
    assert_same::<Binary>(include_bytes!("vectors/batch.binary"), include_bytes!("vectors/emit.binary"));
}

#[track_caller]
fn assert_same<P: Protocol>(batch: &[u8], message: &[u8]) {
    let expected = full_batch();
    assert_eq!(Batch::decode::<P>(batch).as_ref(), Ok(&expected));
    assert_eq!(Batch::decode_emit::<P>(message).as_ref(), Ok(&expected));
    assert_eq!(expected.encode::<P>(), batch);
    assert_eq!(emit::<P>(&expected, 300), message);
}
