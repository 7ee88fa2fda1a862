//! Writes one struct, field after field.

use std::marker::PhantomData;

use crate::protocol::{Kind, Protocol};

/// A struct that is being appended to `out`; [`end`](Self::end) must close it.
pub(crate) struct StructWriter<'a, P> {
    out: &'a mut Vec<u8>,
    last: i16,
    protocol: PhantomData<P>,
}

// === impl StructWriter ===

impl<'a, P: Protocol> StructWriter<'a, P> {
    #[inline]
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, last: 0, protocol: PhantomData }
    }

    #[inline]
    pub(crate) fn bool(&mut self, id: i16, value: bool) {
        P::put_bool_field(self.out, self.last, id, value);
        self.last = id;
    }

    #[inline]
    pub(crate) fn i32(&mut self, id: i16, value: i32) {
        self.field(id, Kind::I32);
        P::put_i32(self.out, value);
    }

    #[inline]
    pub(crate) fn i64(&mut self, id: i16, value: i64) {
        self.field(id, Kind::I64);
        P::put_i64(self.out, value);
    }

    /// Fields of 64 bits, whose ids follow on the last one.
    #[inline]
    pub(crate) fn i64s<const N: usize>(&mut self, values: [i64; N]) {
        P::put_i64_fields(self.out, self.last, values);
        self.last += N as i16;
    }

    #[inline]
    pub(crate) fn double(&mut self, id: i16, value: f64) {
        self.field(id, Kind::Double);
        P::put_double(self.out, value);
    }

    /// A `string` or `binary` field, which look the same.
    #[inline]
    pub(crate) fn bytes(&mut self, id: i16, value: &[u8]) {
        self.field(id, Kind::String);
        P::put_bytes(self.out, value);
    }

    /// A struct that is encoded already.
    #[inline]
    pub(crate) fn structure(&mut self, id: i16, encoded: &[u8]) {
        self.field(id, Kind::Struct);
        self.out.extend_from_slice(encoded);
    }

    /// A list of structs that are encoded already.
    #[inline]
    pub(crate) fn list(&mut self, id: i16, encoded: &[u8], count: usize) {
        self.field(id, Kind::List);
        P::put_list(self.out, Kind::Struct, count);
        self.out.extend_from_slice(encoded);
    }

    /// An optional list: nothing at all when it is empty.
    #[inline]
    pub(crate) fn optional_list(&mut self, id: i16, encoded: &[u8], count: usize) {
        if count > 0 {
            self.list(id, encoded, count);
        }
    }

    /// A struct written in place by `write`, which must end it.
    #[inline]
    pub(crate) fn nested(&mut self, id: i16, write: impl FnOnce(&mut Vec<u8>)) {
        self.field(id, Kind::Struct);
        write(self.out);
    }

    /// Of all that has been written to where this struct is.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    #[inline]
    pub(crate) fn end(self) {
        self.out.push(0);
    }

    #[inline]
    fn field(&mut self, id: i16, kind: Kind) {
        P::put_field(self.out, self.last, id, kind);
        self.last = id;
    }
}
