//! The two Thrift protocols, chosen at compile time: no trait object stands between a field and its bytes.

mod binary;
mod compact;
mod kind;
mod wire;

use std::fmt::Debug;

pub use self::{binary::Binary, compact::Compact};
pub(crate) use self::{
    kind::Kind,
    wire::{FieldHead, MapHead, MessageHead, Wire},
};

/// A Thrift protocol: [`Compact`] or [`Binary`].
///
/// Sealed: the primitives behind it are not part of the public API.
pub trait Protocol: Wire + Debug + Copy + Send + Sync + 'static {}
