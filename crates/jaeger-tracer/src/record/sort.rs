//! Spans that begin alike.

use jaeger_thrift::ListMark;

/// The tags with which every span of a sort begins, such as the layer's component. A record that comes from the pool has them
/// already, if the span before was of the same sort.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FirstTags {
    pub(super) sort: Sort,
    /// `span.kind` is the last of them.
    pub(super) before_kind: ListMark,
    pub(super) end: ListMark,
    pub(super) own: OwnTags,
}

/// Spans of one tracer, one number and one kind have the same first tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) tracer: u64,
    /// `None` for spans that begin with nothing but their scope.
    pub(crate) number: Option<u32>,
    /// The value of `span.kind`; empty for internal spans.
    pub(crate) kind: &'static str,
}

/// The tags that the program has set itself and that are therefore not made from kind and status.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OwnTags {
    pub(super) span_kind: bool,
    pub(super) error: bool,
    pub(super) status_code: bool,
    pub(super) status_description: bool,
}
