//! The compact protocol, after
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.
//!
//! ```text
//! message = 0x82  type << 5 | 1  varint(seq id)  bytes(method)  struct
//! struct  = { field } 0x00                    read: any byte whose low half is 0, as in Jaeger's Go
//! field   = id delta << 4 | kind              when the id is 1..=15 above the last one
//!         | kind  zigzag(id)                  otherwise
//! list    = count << 4 | kind                 when count < 15
//!         | 0xf0 | kind  varint(count)        otherwise
//! bytes   = varint(length)  that many bytes
//! i16, i32, i64 = zigzag varint;  double = 8 bytes, little-endian
//! bool    = nothing: the kind of the field is 1 (true) or 2 (false); one byte in a list
//! ```
//!
//! Refused on purpose: varints beyond the range of their type, field ids beyond an `i16`, kinds not numbered here.

use super::{FieldHead, Kind, MapHead, MessageHead, Protocol, Wire, wire::put_text_tag_by_fields};
use crate::{
    error::{DecodeError, Found},
    reader::Reader,
};

/// The compact protocol: what the agent reads on UDP port 6831.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compact;

const PROTOCOL_ID: u8 = 0x82;
const VERSION: u8 = 1;
const VERSION_MASK: u8 = 0x1f;
const TYPE_SHIFT: u32 = 5;

const KIND_MASK: u8 = 0x0f;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
/// Of 64 bits.
const MAX_VARINT_BYTES: usize = 10;
/// This count in the short list header says that the real one follows.
const LONG_LIST: u8 = 15;

// === impl Compact ===

impl Protocol for Compact {}

impl Wire for Compact {
    fn put_message(out: &mut Vec<u8>, head: MessageHead<'_>) {
        out.extend_from_slice(&[PROTOCOL_ID, head.message_type << TYPE_SHIFT | VERSION]);
        put_varint(out, u64::from(head.seq_id.cast_unsigned()));
        Self::put_bytes(out, head.method);
    }

    #[inline]
    fn put_field(out: &mut Vec<u8>, last: i16, id: i16, kind: Kind) {
        put_field_code(out, last, id, code(kind));
    }

    #[inline]
    fn put_bool_field(out: &mut Vec<u8>, last: i16, id: i16, value: bool) {
        put_field_code(out, last, id, if value { TRUE } else { FALSE });
    }

    #[inline]
    fn put_i32(out: &mut Vec<u8>, value: i32) {
        put_varint(out, u64::from((value << 1 ^ value >> 31).cast_unsigned()));
    }

    #[inline]
    fn put_i64(out: &mut Vec<u8>, value: i64) {
        put_varint(out, zigzag(value));
    }

    #[inline]
    fn put_double(out: &mut Vec<u8>, value: f64) {
        out.extend_from_slice(&value.to_le_bytes());
    }

    #[inline]
    fn put_bytes(out: &mut Vec<u8>, value: &[u8]) {
        put_varint(out, value.len() as u64);
        out.extend_from_slice(value);
    }

    #[inline]
    fn put_list(out: &mut Vec<u8>, kind: Kind, count: usize) {
        match u8::try_from(count) {
            Ok(short) if short < LONG_LIST => out.push(short << 4 | code(kind)),
            _ => {
                out.push(LONG_LIST << 4 | code(kind));
                put_varint(out, count as u64);
            }
        }
    }

    #[inline]
    fn put_i64_fields<const N: usize>(out: &mut Vec<u8>, _last: i16, values: [i64; N]) {
        const I64_AT_NEXT: u8 = 1 << 4 | code(Kind::I64);
        for value in values {
            let ([b0, b1, b2, b3, b4, b5, b6, b7, b8, b9], len) = long_varint(zigzag(value));
            let end = out.len() + 1 + len;
            out.extend_from_slice(&[I64_AT_NEXT, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9]);
            out.truncate(end);
        }
    }

    #[inline]
    fn put_text_tag(out: &mut Vec<u8>, key: &[u8], text: &[u8]) {
        const STRING_AT_1: u8 = 1 << 4 | code(Kind::String);
        const I32_AT_2: u8 = 1 << 4 | code(Kind::I32);
        const STRING_AT_3: u8 = STRING_AT_1;
        let (Ok(key_len @ ..0x80), Ok(text_len @ ..0x80)) =
            (u8::try_from(key.len()), u8::try_from(text.len()))
        else {
            return put_text_tag_by_fields::<Self>(out, key, text);
        };
        out.extend_from_slice(&[STRING_AT_1, key_len]);
        out.extend_from_slice(key);
        out.extend_from_slice(&[I32_AT_2, 0, STRING_AT_3, text_len]);
        out.extend_from_slice(text);
        out.push(0);
    }

    fn message<'a>(reader: &mut Reader<'a>) -> Result<MessageHead<'a>, DecodeError> {
        const EXPECTED: &str = "a compact message of version 1";
        let [protocol, version] = reader.array(EXPECTED)?;
        if protocol != PROTOCOL_ID || version & VERSION_MASK != VERSION {
            let found = u16::from_be_bytes([protocol, version]);
            return Err(reader.error(EXPECTED, Found::Bits(found.into())));
        }
        let seq_id = narrow(reader, "a sequence id")?.cast_signed();
        let method = Self::bytes(reader)?;
        Ok(MessageHead { method, message_type: version >> TYPE_SHIFT, seq_id })
    }

    fn field(reader: &mut Reader<'_>, last: i16) -> Result<Option<FieldHead>, DecodeError> {
        let head = reader.byte("a field")?;
        if head & KIND_MASK == 0 {
            return Ok(None);
        }
        let id = match i16::from(head >> 4) {
            0 => Some(Self::i16(reader)?),
            delta => last.checked_add(delta),
        };
        let id = id.ok_or_else(|| reader.error("a field id", Found::TooLarge))?;
        let kind = kind(reader, head & KIND_MASK)?;
        let inline_bool = (kind == Kind::Bool).then_some(head & KIND_MASK == TRUE);
        Ok(Some(FieldHead { id, kind, inline_bool }))
    }

    fn i16(reader: &mut Reader<'_>) -> Result<i16, DecodeError> {
        let value = Self::i32(reader)?;
        i16::try_from(value).map_err(|_| reader.error("an i16", Found::Number(value.into())))
    }

    fn i32(reader: &mut Reader<'_>) -> Result<i32, DecodeError> {
        let value = narrow(reader, "an i32")?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn i64(reader: &mut Reader<'_>) -> Result<i64, DecodeError> {
        let value = varint(reader, "an i64")?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn double(reader: &mut Reader<'_>) -> Result<f64, DecodeError> {
        reader.array("a double").map(f64::from_le_bytes)
    }

    fn bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
        let claimed = varint(reader, "a length")?;
        reader.take(claimed)
    }

    fn list(reader: &mut Reader<'_>) -> Result<(Option<Kind>, usize), DecodeError> {
        let head = reader.byte("a list")?;
        let claimed = match head >> 4 {
            LONG_LIST => varint(reader, "a length")?,
            short => short.into(),
        };
        let count = reader.count(claimed, 1)?;
        let kind = if count == 0 { None } else { Some(kind(reader, head & KIND_MASK)?) };
        Ok((kind, count))
    }

    fn map(reader: &mut Reader<'_>) -> Result<Option<MapHead>, DecodeError> {
        let claimed = varint(reader, "a length")?;
        if claimed == 0 {
            return Ok(None);
        }
        let kinds = reader.byte("the kinds of a map")?;
        let count = reader.count(claimed, 2)?;
        Ok(Some(MapHead { key: kind(reader, kinds >> 4)?, value: kind(reader, kinds & KIND_MASK)?, count }))
    }
}

/// A bool in a container is of kind 1 or 2, depending on the writer; in front of its elements both mean the same.
fn kind(reader: &Reader<'_>, code: u8) -> Result<Kind, DecodeError> {
    Ok(match code {
        TRUE | FALSE => Kind::Bool,
        3 => Kind::I8,
        4 => Kind::I16,
        5 => Kind::I32,
        6 => Kind::I64,
        7 => Kind::Double,
        8 => Kind::String,
        9 => Kind::List,
        10 => Kind::Set,
        11 => Kind::Map,
        12 => Kind::Struct,
        _ => return Err(reader.error("a type of the compact protocol", Found::Number(code.into()))),
    })
}

const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Bool => TRUE,
        Kind::I8 => 3,
        Kind::I16 => 4,
        Kind::I32 => 5,
        Kind::I64 => 6,
        Kind::Double => 7,
        Kind::String => 8,
        Kind::List => 9,
        Kind::Set => 10,
        Kind::Map => 11,
        Kind::Struct => 12,
    }
}

#[inline]
fn put_field_code(out: &mut Vec<u8>, last: i16, id: i16, code: u8) {
    match id.checked_sub(last).map(u8::try_from) {
        Some(Ok(delta @ 1..=15)) => out.push(delta << 4 | code),
        _ => {
            out.push(code);
            Compact::put_i32(out, id.into());
        }
    }
}

/// Seven bits a byte, the lowest first; bit 7 says that more follow. Ids are long and random, so all bytes are made at once.
#[inline]
fn put_varint(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        put_long_varint(out, value);
    }
}

#[inline(never)]
fn put_long_varint(out: &mut Vec<u8>, value: u64) {
    let (bytes, len) = long_varint(value);
    let end = out.len() + len;
    // All bytes are written, because a fixed number of them is quick; those behind the last one are taken away.
    out.extend_from_slice(&bytes);
    out.truncate(end);
}

/// The bytes, of which so many count.
#[inline]
fn long_varint(value: u64) -> ([u8; MAX_VARINT_BYTES], usize) {
    // The 7-bit groups, at least one: 37 / 256 is a little more than a seventh, and right for up to 64 bits.
    let bits = u64::BITS - (value | 1).leading_zeros();
    let len = (((bits + 6) * 37) >> 8) as usize;
    // The low 56 bits: their halves apart, then those of each half, then those of each of these.
    let low = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4;
    let low = low & 0x0000_3fff_0000_3fff | (low & 0x0fff_c000_0fff_c000) << 2;
    let low = low & 0x007f_007f_007f_007f | (low & 0x3f80_3f80_3f80_3f80) << 1;
    let before_last = 1u64.checked_shl(8 * (len - 1) as u32).map_or(u64::MAX, |above| above - 1);
    let [b0, b1, b2, b3, b4, b5, b6, b7] = (low | 0x8080_8080_8080_8080 & before_last).to_le_bytes();
    let high = value >> 56;
    let b8 = high as u8 & 0x7f | if len == MAX_VARINT_BYTES { 0x80 } else { 0 };
    ([b0, b1, b2, b3, b4, b5, b6, b7, b8, (high >> 7) as u8], len)
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

fn varint(reader: &mut Reader<'_>, expected: &'static str) -> Result<u64, DecodeError> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = reader.byte(expected)?;
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if bits << shift >> shift != bits {
            break;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(reader.error(expected, Found::TooLarge))
}

fn narrow(reader: &mut Reader<'_>, expected: &'static str) -> Result<u32, DecodeError> {
    let value = varint(reader, expected)?;
    u32::try_from(value).map_err(|_| reader.error(expected, Found::TooLarge))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::put_i64_fields_one_by_one;

    #[test]
    fn a_tag_of_text_is_the_same_as_field_by_field() {
        for (key, text) in [(0, 0), (1, 1), (127, 127), (127, 128), (128, 127), (300, 20_000)] {
            let (key, text) = (vec![b'k'; key], vec![b't'; text]);
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            Compact::put_text_tag(&mut fast, &key, &text);
            put_text_tag_by_fields::<Compact>(&mut slow, &key, &text);
            assert_eq!(fast, slow);
        }
    }

    #[test]
    fn fields_of_64_bits_are_the_same_one_by_one() {
        for values in [[0, 1, -1, 63], [i64::MIN, i64::MAX, -64, 64], [1 << 55, 1 << 56, -(1 << 55), 1 << 62]]
        {
            let (mut fast, mut slow) = (vec![7], vec![7]);
            Compact::put_i64_fields(&mut fast, 3, values);
            put_i64_fields_one_by_one::<Compact, 4>(&mut slow, 3, values);
            assert_eq!(fast, slow, "{values:?}");
        }
    }

    #[test]
    fn varints_are_those_of_the_simple_loop() {
        let check = |value: u64| {
            let (mut simple, mut rest) = (Vec::new(), value);
            while rest >= 0x80 {
                simple.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            simple.push(rest as u8);
            let mut out = vec![1, 2, 3];
            put_varint(&mut out, value);
            assert_eq!(out.get(3..), Some(&simple[..]), "{value:#x}");
        };
        for shift in 0..64 {
            for base in [1u64 << shift, u64::MAX >> shift] {
                (0..300).for_each(|offset| check(base.wrapping_add(offset)));
                (0..300).for_each(|offset| check(base.wrapping_sub(offset)));
            }
        }
        // Bits all over, by a multiplicative sequence.
        let mut value = 1u64;
        for _ in 0..200_000 {
            value = value.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            check(value >> (value & 63));
        }
    }
}
