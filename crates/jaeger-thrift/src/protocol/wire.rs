//! What a protocol must be able to write and to read.

use super::Kind;
use crate::{error::DecodeError, reader::Reader};

/// The primitives of a protocol.
///
/// A field header may depend on the id of the field before it (`last`, 0 at the start of a struct); nothing else
/// is remembered between calls.
pub trait Wire: Sized {
    fn put_message(out: &mut Vec<u8>, head: MessageHead<'_>);
    fn put_field(out: &mut Vec<u8>, last: i16, id: i16, kind: Kind);
    /// Header and value, because the compact protocol keeps the value in the header.
    fn put_bool_field(out: &mut Vec<u8>, last: i16, id: i16, value: bool);
    fn put_i32(out: &mut Vec<u8>, value: i32);
    fn put_i64(out: &mut Vec<u8>, value: i64);
    fn put_double(out: &mut Vec<u8>, value: f64);
    fn put_bytes(out: &mut Vec<u8>, value: &[u8]);
    fn put_list(out: &mut Vec<u8>, kind: Kind, count: usize);
    /// Fields of 64 bits, whose ids follow on `last`: ids of spans and times, which are long.
    #[inline]
    fn put_i64_fields<const N: usize>(out: &mut Vec<u8>, last: i16, values: [i64; N]) {
        put_i64_fields_one_by_one::<Self, N>(out, last, values);
    }
    /// A whole tag of text, which most tags are.
    #[inline]
    fn put_text_tag(out: &mut Vec<u8>, key: &[u8], text: &[u8]) {
        put_text_tag_by_fields::<Self>(out, key, text);
    }
    /// A whole tag of an integer.
    #[inline]
    fn put_long_tag(out: &mut Vec<u8>, key: &[u8], value: i64) {
        put_long_tag_by_fields::<Self>(out, key, value);
    }

    fn message<'a>(reader: &mut Reader<'a>) -> Result<MessageHead<'a>, DecodeError>;
    /// The next field of a struct; `None` at its end.
    fn field(reader: &mut Reader<'_>, last: i16) -> Result<Option<FieldHead>, DecodeError>;
    fn i16(reader: &mut Reader<'_>) -> Result<i16, DecodeError>;
    fn i32(reader: &mut Reader<'_>) -> Result<i32, DecodeError>;
    fn i64(reader: &mut Reader<'_>) -> Result<i64, DecodeError>;
    fn double(reader: &mut Reader<'_>) -> Result<f64, DecodeError>;
    fn bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError>;
    /// The head of a list or set; the elements are known to fit in what is left, at one byte each.
    /// The kind is `None` only when there are no elements.
    fn list(reader: &mut Reader<'_>) -> Result<(Option<Kind>, usize), DecodeError>;
    /// The head of a map; `None` when it is empty.
    fn map(reader: &mut Reader<'_>) -> Result<Option<MapHead>, DecodeError>;
}

/// The head of a message: which method is called, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageHead<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) message_type: u8,
    pub(crate) seq_id: i32,
}

/// The head of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldHead {
    pub(crate) id: i16,
    pub(crate) kind: Kind,
    /// The value of a bool that stands in the header itself, so that no byte of value follows.
    pub(crate) inline_bool: Option<bool>,
}

/// The head of a map with at least one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapHead {
    pub(crate) key: Kind,
    pub(crate) value: Kind,
    pub(crate) count: usize,
}

pub(super) fn put_i64_fields_one_by_one<P: Wire, const N: usize>(
    out: &mut Vec<u8>,
    last: i16,
    values: [i64; N],
) {
    for (last, value) in (last..).zip(values) {
        P::put_field(out, last, last + 1, Kind::I64);
        P::put_i64(out, value);
    }
}

/// A tag of an integer, field by field.
pub(super) fn put_long_tag_by_fields<P: Wire>(out: &mut Vec<u8>, key: &[u8], value: i64) {
    P::put_field(out, 0, 1, Kind::String);
    P::put_bytes(out, key);
    P::put_field(out, 1, 2, Kind::I32);
    P::put_i32(out, 3);
    P::put_field(out, 2, 6, Kind::I64);
    P::put_i64(out, value);
    out.push(0);
}

/// A tag of text, field by field.
pub(super) fn put_text_tag_by_fields<P: Wire>(out: &mut Vec<u8>, key: &[u8], text: &[u8]) {
    P::put_field(out, 0, 1, Kind::String);
    P::put_bytes(out, key);
    P::put_field(out, 1, 2, Kind::I32);
    P::put_i32(out, 0);
    P::put_field(out, 2, 3, Kind::String);
    P::put_bytes(out, text);
    out.push(0);
}

// === impl MessageHead ===

impl MessageHead<'_> {
    /// A call that expects an answer.
    pub(crate) const CALL: u8 = 1;
    /// A call without an answer, which is what fits in a datagram.
    pub(crate) const ONEWAY: u8 = 4;
}
