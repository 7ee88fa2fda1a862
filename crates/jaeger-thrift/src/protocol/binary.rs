//! The binary protocol, after
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md>.
//!
//! ```text
//! message = 0x8001 00 type  bytes(method)  i32(seq id)  struct      strict: the only form written
//!         | bytes(method)  type  i32(seq id)  struct                old: accepted
//! struct  = { field } 0x00
//! field   = kind  i16(id)  value
//! list    = kind  i32(count)  elements
//! bytes   = i32(length)  that many bytes
//! ```
//!
//! All numbers are big-endian; lengths and counts are signed, and negative ones are refused.

use super::{FieldHead, Kind, MapHead, MessageHead, Protocol, Wire};
use crate::{
    error::{DecodeError, Found},
    reader::Reader,
};

/// The binary protocol: what the collector reads on HTTP port 14268 and the agent on UDP port 6832.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Binary;

const VERSION_1: u32 = 0x8001_0000;
const VERSION_MASK: u32 = 0xffff_0000;
const TYPE_MASK: u32 = 0x0000_00ff;

// === impl Binary ===

impl Protocol for Binary {}

impl Wire for Binary {
    fn put_message(out: &mut Vec<u8>, head: MessageHead<'_>) {
        out.extend_from_slice(&(VERSION_1 | u32::from(head.message_type)).to_be_bytes());
        Self::put_bytes(out, head.method);
        Self::put_i32(out, head.seq_id);
    }

    #[inline]
    fn put_field(out: &mut Vec<u8>, _last: i16, id: i16, kind: Kind) {
        let [high, low] = id.to_be_bytes();
        out.extend_from_slice(&[code(kind), high, low]);
    }

    #[inline]
    fn put_bool_field(out: &mut Vec<u8>, last: i16, id: i16, value: bool) {
        Self::put_field(out, last, id, Kind::Bool);
        out.push(value.into());
    }

    #[inline]
    fn put_i32(out: &mut Vec<u8>, value: i32) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_i64(out: &mut Vec<u8>, value: i64) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_double(out: &mut Vec<u8>, value: f64) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_bytes(out: &mut Vec<u8>, value: &[u8]) {
        put_count(out, value.len());
        out.extend_from_slice(value);
    }

    #[inline]
    fn put_i64_fields<const N: usize>(out: &mut Vec<u8>, last: i16, values: [i64; N]) {
        for (id, value) in (last + 1..).zip(values) {
            let [high, low] = id.to_be_bytes();
            let [b0, b1, b2, b3, b4, b5, b6, b7] = value.to_be_bytes();
            out.extend_from_slice(&[code(Kind::I64), high, low, b0, b1, b2, b3, b4, b5, b6, b7]);
        }
    }

    #[inline]
    fn put_text_tag(out: &mut Vec<u8>, key: &[u8], text: &[u8]) {
        put_tag_key(out, key);
        let [l0, l1, l2, l3] = count(text.len());
        let [string, number] = [code(Kind::String), code(Kind::I32)];
        out.extend_from_slice(&[number, 0, 2, 0, 0, 0, 0, string, 0, 3, l0, l1, l2, l3]);
        out.extend_from_slice(text);
        out.push(0);
    }

    #[inline]
    fn put_long_tag(out: &mut Vec<u8>, key: &[u8], value: i64) {
        put_tag_key(out, key);
        let [b0, b1, b2, b3, b4, b5, b6, b7] = value.to_be_bytes();
        let [number, long] = [code(Kind::I32), code(Kind::I64)];
        out.extend_from_slice(&[number, 0, 2, 0, 0, 0, 3, long, 0, 6, b0, b1, b2, b3, b4, b5, b6, b7, 0]);
    }

    #[inline]
    fn put_list(out: &mut Vec<u8>, kind: Kind, count: usize) {
        out.push(code(kind));
        put_count(out, count);
    }

    fn message<'a>(reader: &mut Reader<'a>) -> Result<MessageHead<'a>, DecodeError> {
        let head = reader.array("a message").map(u32::from_be_bytes)?;
        if head <= i32::MAX.cast_unsigned() {
            let method = reader.take(head.into())?;
            let message_type = reader.byte("a message type")?;
            return Ok(MessageHead { method, message_type, seq_id: Self::i32(reader)? });
        }
        if head & VERSION_MASK != VERSION_1 {
            return Err(reader.error("a binary message of version 1", Found::Bits(head)));
        }
        let method = Self::bytes(reader)?;
        Ok(MessageHead { method, message_type: (head & TYPE_MASK) as u8, seq_id: Self::i32(reader)? })
    }

    fn field(reader: &mut Reader<'_>, _last: i16) -> Result<Option<FieldHead>, DecodeError> {
        let code = reader.byte("a field")?;
        if code == 0 {
            return Ok(None);
        }
        let kind = kind(reader, code)?;
        Ok(Some(FieldHead { id: Self::i16(reader)?, kind, inline_bool: None }))
    }

    fn i16(reader: &mut Reader<'_>) -> Result<i16, DecodeError> {
        reader.array("an i16").map(i16::from_be_bytes)
    }

    fn i32(reader: &mut Reader<'_>) -> Result<i32, DecodeError> {
        reader.array("an i32").map(i32::from_be_bytes)
    }

    fn i64(reader: &mut Reader<'_>) -> Result<i64, DecodeError> {
        reader.array("an i64").map(i64::from_be_bytes)
    }

    fn double(reader: &mut Reader<'_>) -> Result<f64, DecodeError> {
        reader.array("a double").map(f64::from_be_bytes)
    }

    fn bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
        let claimed = length(reader)?;
        reader.take(claimed)
    }

    fn list(reader: &mut Reader<'_>) -> Result<(Option<Kind>, usize), DecodeError> {
        let code = reader.byte("a list")?;
        let claimed = length(reader)?;
        let count = reader.count(claimed, 1)?;
        let kind = if count == 0 { None } else { Some(kind(reader, code)?) };
        Ok((kind, count))
    }

    fn map(reader: &mut Reader<'_>) -> Result<Option<MapHead>, DecodeError> {
        let [key, value] = reader.array("the kinds of a map")?;
        let claimed = length(reader)?;
        match reader.count(claimed, 2)? {
            0 => Ok(None),
            count => Ok(Some(MapHead { key: kind(reader, key)?, value: kind(reader, value)?, count })),
        }
    }
}

fn kind(reader: &Reader<'_>, code: u8) -> Result<Kind, DecodeError> {
    Ok(match code {
        2 => Kind::Bool,
        3 => Kind::I8,
        4 => Kind::Double,
        6 => Kind::I16,
        8 => Kind::I32,
        10 => Kind::I64,
        11 => Kind::String,
        12 => Kind::Struct,
        13 => Kind::Map,
        14 => Kind::Set,
        15 => Kind::List,
        _ => return Err(reader.error("a type of the binary protocol", Found::Number(code.into()))),
    })
}

const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Bool => 2,
        Kind::I8 => 3,
        Kind::Double => 4,
        Kind::I16 => 6,
        Kind::I32 => 8,
        Kind::I64 => 10,
        Kind::String => 11,
        Kind::Struct => 12,
        Kind::Map => 13,
        Kind::Set => 14,
        Kind::List => 15,
    }
}

/// Counts beyond an `i32` are beyond what one batch can hold, and beyond what any receiver accepts.
#[inline]
fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&self::count(count));
}

#[inline]
fn count(count: usize) -> [u8; 4] {
    i32::try_from(count).unwrap_or(i32::MAX).to_be_bytes()
}

/// The first field of a tag.
#[inline]
fn put_tag_key(out: &mut Vec<u8>, key: &[u8]) {
    let [l0, l1, l2, l3] = count(key.len());
    out.extend_from_slice(&[code(Kind::String), 0, 1, l0, l1, l2, l3]);
    out.extend_from_slice(key);
}

fn length(reader: &mut Reader<'_>) -> Result<u64, DecodeError> {
    let claimed = Binary::i32(reader)?;
    u64::try_from(claimed).map_err(|_| reader.error("a length", Found::Number(claimed.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::{put_i64_fields_one_by_one, put_long_tag_by_fields, put_text_tag_by_fields};

    #[test]
    fn what_is_written_at_once_is_the_same_as_field_by_field() {
        for (key, text) in [(0, 0), (1, 1), (300, 20_000)] {
            let (key, text) = (vec![b'k'; key], vec![b't'; text]);
            let (mut fast, mut slow) = (vec![7], vec![7]);
            Binary::put_text_tag(&mut fast, &key, &text);
            put_text_tag_by_fields::<Binary>(&mut slow, &key, &text);
            Binary::put_long_tag(&mut fast, &key, -2);
            put_long_tag_by_fields::<Binary>(&mut slow, &key, -2);
            Binary::put_i64_fields(&mut fast, 7, [0, -1, i64::MAX]);
            put_i64_fields_one_by_one::<Binary, 3>(&mut slow, 7, [0, -1, i64::MAX]);
            assert_eq!(fast, slow);
        }
    }
}
