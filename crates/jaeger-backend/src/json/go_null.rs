//! `null`, as Go reads it.

use serde::{Deserialize, Deserializer};

/// A `null` says nothing: the same as where there is no field.
pub(crate) fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<T, D::Error> {
    Option::deserialize(value).map(Option::unwrap_or_default)
}
