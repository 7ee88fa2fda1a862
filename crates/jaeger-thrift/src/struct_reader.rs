//! Reads one struct, field after field, and checks each field's type.

use std::marker::PhantomData;

use crate::{
    error::{DecodeError, Found},
    protocol::{FieldHead, Kind, Protocol},
    reader::Reader,
    skip::skip,
};

/// A struct that is being read.
///
/// After [`next`](Self::next) has returned an id, exactly one of the other methods must consume the field's value.
pub(crate) struct StructReader<'r, 'a, P> {
    reader: &'r mut Reader<'a>,
    name: &'static str,
    last: i16,
    kind: Kind,
    inline_bool: Option<bool>,
    protocol: PhantomData<P>,
}

/// Refuses a struct without the field, which the IDL calls required.
pub(crate) fn required<T>(value: Option<T>, field: &'static str) -> Result<T, DecodeError> {
    value.ok_or_else(|| DecodeError::new("a value", field, Found::Nothing))
}

/// A list of structs, from its head on.
pub(crate) fn list_of_structs<'a, P: Protocol, T>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let (kind, count) = P::list(reader)?;
    if let Some(found) = kind.filter(|&kind| kind != Kind::Struct) {
        return Err(reader.error("a list of structs", Found::Type(found.name())));
    }
    // A claimed count reserves no more memory than the input takes itself; the rest grows with what is read.
    let affordable = reader.left() / size_of::<T>().max(1);
    let mut elements = Vec::with_capacity(count.min(affordable));
    for _ in 0..count {
        elements.push(read(reader)?);
    }
    Ok(elements)
}

// === impl StructReader ===

impl<'r, 'a, P: Protocol> StructReader<'r, 'a, P> {
    pub(crate) fn new(reader: &'r mut Reader<'a>, name: &'static str) -> Self {
        Self { reader, name, last: 0, kind: Kind::Bool, inline_bool: None, protocol: PhantomData }
    }

    /// The id of the next field; `None` at the end of the struct.
    pub(crate) fn next(&mut self) -> Result<Option<i16>, DecodeError> {
        self.reader.enter(self.name);
        let Some(FieldHead { id, kind, inline_bool }) = P::field(self.reader, self.last)? else {
            return Ok(None);
        };
        (self.last, self.kind, self.inline_bool) = (id, kind, inline_bool);
        Ok(Some(id))
    }

    /// In a byte of its own only 1 is true, as in Jaeger's Go.
    pub(crate) fn bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        self.expect(Kind::Bool, field)?;
        match self.inline_bool {
            Some(value) => Ok(value),
            None => self.reader.byte("a bool").map(|byte| byte == 1),
        }
    }

    pub(crate) fn i16(&mut self, field: &'static str) -> Result<i16, DecodeError> {
        self.expect(Kind::I16, field)?;
        P::i16(self.reader)
    }

    pub(crate) fn i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        self.expect(Kind::I32, field)?;
        P::i32(self.reader)
    }

    pub(crate) fn i64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        self.expect(Kind::I64, field)?;
        P::i64(self.reader)
    }

    pub(crate) fn double(&mut self, field: &'static str) -> Result<f64, DecodeError> {
        self.expect(Kind::Double, field)?;
        P::double(self.reader)
    }

    pub(crate) fn bytes(&mut self, field: &'static str) -> Result<&'a [u8], DecodeError> {
        self.expect(Kind::String, field)?;
        P::bytes(self.reader)
    }

    /// Text; each invalid sequence of bytes becomes U+FFFD.
    pub(crate) fn string(&mut self, field: &'static str) -> Result<String, DecodeError> {
        self.bytes(field).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    pub(crate) fn structure<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.expect(Kind::Struct, field)?;
        read(self.reader)
    }

    /// A list of structs. An empty list may claim elements of any type, as empty lists of untyped writers do.
    pub(crate) fn list<T>(
        &mut self,
        field: &'static str,
        read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.expect(Kind::List, field)?;
        list_of_structs::<P, T>(self.reader, read)
    }

    /// Steps over a field that this version of the IDL does not know.
    pub(crate) fn skip(&mut self) -> Result<(), DecodeError> {
        match self.inline_bool {
            Some(_) => Ok(()),
            None => skip::<P>(self.reader, self.kind),
        }
    }

    fn expect(&mut self, expected: Kind, field: &'static str) -> Result<(), DecodeError> {
        self.reader.enter(field);
        if self.kind == expected {
            Ok(())
        } else {
            Err(self.reader.error(expected.name(), Found::Type(self.kind.name())))
        }
    }
}
