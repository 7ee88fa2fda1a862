//! A number for what a process says, so that equal ones are found without comparing all.

use std::hash::{DefaultHasher, Hash, Hasher};

use jaeger_thrift::{Tag, TagValue};

/// Equal for equal names and tags.
pub(crate) fn process_hash<'t>(service_name: &str, tags: impl Iterator<Item = &'t Tag>) -> u64 {
    let mut hasher = DefaultHasher::new();
    service_name.hash(&mut hasher);
    tags.for_each(|tag| hash_tag(tag, &mut hasher));
    hasher.finish()
}

/// Of the bits, because floats have no equality that hashes agree with.
pub(crate) fn hash_tag(tag: &Tag, hasher: &mut impl Hasher) {
    tag.key.hash(hasher);
    match &tag.value {
        TagValue::String(text) => text.hash(hasher),
        TagValue::Double(number) => number.to_bits().hash(hasher),
        TagValue::Bool(truth) => truth.hash(hasher),
        TagValue::Long(number) => number.hash(hasher),
        TagValue::Binary(bytes) => bytes.hash(hasher),
    }
}
