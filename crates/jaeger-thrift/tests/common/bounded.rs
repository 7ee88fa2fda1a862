//! Decodes bytes that nobody vouches for, and watches the memory.

use std::hint::black_box;

use allocation_counter::measure;
use jaeger_thrift::{Batch, Binary, Compact, Span};

/// As the documentation of [`Batch::decode`] has it: about 30.
const MEMORY_PER_BYTE: u64 = 32;
/// For an error, which may hold a piece of a name, whatever the length of the input.
const MEMORY_OF_AN_ERROR: u64 = 256;

/// Decodes in both protocols, with and without a message header, and as a single span: without a panic, and within the bound of memory.
#[track_caller]
pub(crate) fn decode_every_way(bytes: &[u8]) {
    assert_bounded(bytes, || drop(black_box(Batch::decode::<Compact>(bytes))));
    assert_bounded(bytes, || drop(black_box(Batch::decode::<Binary>(bytes))));
    assert_bounded(bytes, || drop(black_box(Batch::decode_emit::<Compact>(bytes))));
    assert_bounded(bytes, || drop(black_box(Batch::decode_emit::<Binary>(bytes))));
    assert_bounded(bytes, || drop(black_box(Span::decode::<Compact>(bytes))));
    assert_bounded(bytes, || drop(black_box(Span::decode::<Binary>(bytes))));
}

#[track_caller]
fn assert_bounded(bytes: &[u8], decode: impl FnOnce()) {
    // A list that grows is there twice for a moment: that counts, too.
    let peak = measure(decode).bytes_max;
    let bound = MEMORY_PER_BYTE * bytes.len() as u64 + MEMORY_OF_AN_ERROR;
    assert!(peak <= bound, "{peak} bytes of memory for {} bytes", bytes.len());
}
