//! Steps over the fields that this version of the IDL does not know.

use crate::{
    error::{DecodeError, Found},
    protocol::{Kind, Protocol},
    reader::Reader,
};

/// How deeply containers and structs in an unknown field may be nested; 64 is Apache Thrift's own default in Go.
const MAX_DEPTH: u32 = 64;

/// Steps over one value. Each element takes a byte at least, so the time is linear in the input.
pub(crate) fn skip<P: Protocol>(reader: &mut Reader<'_>, kind: Kind) -> Result<(), DecodeError> {
    skip_nested::<P>(reader, kind, MAX_DEPTH)
}

fn skip_nested<P: Protocol>(reader: &mut Reader<'_>, kind: Kind, depth: u32) -> Result<(), DecodeError> {
    let Some(inner) = depth.checked_sub(1) else {
        return Err(reader.error("at most 64 nested values", Found::TooLarge));
    };
    match kind {
        Kind::Bool | Kind::I8 => reader.byte(kind.name()).map(drop),
        Kind::I16 => P::i16(reader).map(drop),
        Kind::I32 => P::i32(reader).map(drop),
        Kind::I64 => P::i64(reader).map(drop),
        Kind::Double => P::double(reader).map(drop),
        Kind::String => P::bytes(reader).map(drop),
        Kind::Struct => skip_struct::<P>(reader, inner),
        Kind::List | Kind::Set => match P::list(reader)? {
            (Some(element), count) => (0..count).try_for_each(|_| skip_nested::<P>(reader, element, inner)),
            (None, _) => Ok(()),
        },
        Kind::Map => P::map(reader)?.map_or(Ok(()), |head| {
            (0..head.count).try_for_each(|_| {
                skip_nested::<P>(reader, head.key, inner)?;
                skip_nested::<P>(reader, head.value, inner)
            })
        }),
    }
}

fn skip_struct<P: Protocol>(reader: &mut Reader<'_>, depth: u32) -> Result<(), DecodeError> {
    let mut last = 0;
    while let Some(field) = P::field(reader, last)? {
        last = field.id;
        if field.inline_bool.is_none() {
            skip_nested::<P>(reader, field.kind, depth)?;
        }
    }
    Ok(())
}
