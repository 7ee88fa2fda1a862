//! The traces in memory.

mod counters;
mod incoming;
mod memory;
mod names;
mod process_hash;
mod received_span;
mod span_store;
mod trace;
mod trace_id;
mod trace_tree;
mod tree_difference;
mod weight;

pub use counters::Stats;
pub(crate) use incoming::Incoming;
pub(crate) use process_hash::{hash_tag, process_hash};
pub use received_span::{ReceivedSpan, Source};
pub(crate) use received_span::{Rest, SOURCE_TAG};
pub use span_store::Store;
pub use trace::Trace;
pub use trace_id::{ParseTraceIdError, TraceId};
pub(crate) use trace_tree::TraceTree;
pub use tree_difference::TreeDifference;
