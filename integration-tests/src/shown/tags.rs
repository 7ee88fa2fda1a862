//! Tags of a span or of a process, or the fields of a log.

use std::fmt;

/// A key, the type of its value, and that as Jaeger prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownTag {
    /// Not unique.
    pub key: String,
    /// For example `int64`.
    pub kind: String,
    /// Text without its quotes.
    pub value: String,
}

/// Tags in the order of their keys.
///
/// What changes them says whether it did: a [`Difference`](super::Difference) is one that occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownTags(Vec<ShownTag>);

// === impl ShownTag ===

impl ShownTag {
    /// A tag of text.
    pub fn text(key: &str, value: &str) -> Self {
        Self { key: key.to_owned(), kind: "string".to_owned(), value: value.to_owned() }
    }
}

impl fmt::Display for ShownTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} ({})", self.key, self.value, self.kind)
    }
}

// === impl ShownTags ===

impl ShownTags {
    pub(super) fn new(mut tags: Vec<ShownTag>) -> Self {
        tags.sort();
        Self(tags)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ShownTag> {
        self.0.iter()
    }

    /// The value of the first tag with this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
    }

    /// Adds a tag of text.
    pub fn add(&mut self, key: &str, value: &str) -> bool {
        self.add_tag(ShownTag::text(key, value))
    }

    /// Adds a tag, which may be there already.
    pub fn add_tag(&mut self, tag: ShownTag) -> bool {
        self.0.push(tag);
        self.0.sort();
        true
    }

    /// Takes out all tags with this key.
    pub fn remove(&mut self, key: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|tag| tag.key != key);
        self.0.len() < before
    }

    /// Gives the tags with the first key the second one.
    pub fn rename(&mut self, key: &str, new_key: &str) -> bool {
        let renamed = self.0.iter_mut().filter(|tag| tag.key == key).map(|tag| tag.key = new_key.to_owned());
        let is_changed = renamed.count() > 0;
        self.0.sort();
        is_changed
    }

    /// Replaces the values of the tags with this key.
    pub fn change(&mut self, key: &str, change: impl Fn(&str) -> String) -> bool {
        let mut is_changed = false;
        for tag in self.0.iter_mut().filter(|tag| tag.key == key) {
            let value = change(&tag.value);
            is_changed |= value != tag.value;
            tag.value = value;
        }
        self.0.sort();
        is_changed
    }

    /// Replaces the values of all tags.
    pub(super) fn change_all(&mut self, change: impl Fn(&ShownTag) -> String) {
        for tag in &mut self.0 {
            tag.value = change(tag);
        }
        self.0.sort();
    }
}
