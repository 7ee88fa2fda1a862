//! What is measured, and what it must have done.

use std::{any::Any, hint::black_box};

use crate::tracers::{Exports, Seen};

/// What goes wrong is said and ends the program.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Something that is done again and again.
pub(crate) struct Operation {
    /// Does it so many times, and says whether all went right.
    batch: Box<dyn FnMut(u32) -> bool>,
    /// What it needs around it: a current span, a subscriber. Entered once for many operations, so that it costs nothing.
    scope: Box<dyn Fn() -> Box<dyn Any>>,
    traced: Option<Traced>,
    done: u64,
    is_right: bool,
}

/// Where the spans go, and how many of them there must be.
struct Traced {
    exports: Box<dyn Exports>,
    expected: Expected,
    tags: Option<usize>,
}

/// What an operation has to export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// For each operation.
    pub(crate) spans: u64,
    /// Of the span; a root's is 0.
    pub(crate) parent_id: u64,
    /// Of the caller; a root makes its own.
    pub(crate) trace_id: Option<u128>,
    /// At least.
    pub(crate) tags: usize,
}

/// What has come out of the spans of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spans {
    pub(crate) exported: u64,
    pub(crate) expected: u64,
    /// Of the first one, if there is one.
    pub(crate) tags: Option<usize>,
}

// === impl Operation ===

impl Operation {
    /// What it returns is kept from being optimised away.
    pub(crate) fn new<R>(mut operation: impl FnMut() -> R + 'static) -> Self {
        Self::checked(move || {
            black_box(operation());
            true
        })
    }

    /// An operation that says itself whether it went right.
    pub(crate) fn checked(mut operation: impl FnMut() -> bool + 'static) -> Self {
        let batch = move |times| (0..times).fold(true, |right, _| black_box(operation()) && right);
        Self {
            batch: Box::new(batch),
            scope: Box::new(|| Box::new(())),
            traced: None,
            done: 0,
            is_right: true,
        }
    }

    /// Holds what this returns while it is done.
    pub(crate) fn within<G: 'static>(mut self, scope: impl Fn() -> G + 'static) -> Self {
        self.scope = Box::new(move || Box::new(scope()));
        self
    }

    /// Does it once and looks at the span: an entry that records nothing would be worthless.
    pub(crate) fn verified(mut self, exports: impl Exports + 'static, expected: Expected) -> Result<Self> {
        self.traced = Some(Traced { exports: Box::new(exports), expected, tags: None });
        self.run(1);
        self.spans()?;
        if let Some(traced) = &mut self.traced
            && traced.expected.spans > 0
        {
            traced.tags = Some(traced.expected.check(&traced.exports.last()?)?);
        }
        Ok(self)
    }

    pub(crate) fn run(&mut self, times: u32) {
        let _scope = (self.scope)();
        self.is_right &= (self.batch)(times);
        self.done += u64::from(times);
    }

    /// Waits for what has been left to other threads.
    pub(crate) fn settle(&self) {
        if let Some(traced) = &self.traced {
            traced.exports.settle();
        }
    }

    /// Number and bytes of the allocations of one operation on this thread.
    pub(crate) fn allocations(&mut self) -> (u64, u64) {
        // Not the one behind a flush, which has to begin anew.
        self.run(1);
        let _scope = (self.scope)();
        self.done += 1;
        let allocated = allocation_counter::measure(|| self.is_right &= (self.batch)(1));
        (allocated.count_total, allocated.bytes_total)
    }

    /// What has been exported until now.
    ///
    /// # Errors
    ///
    /// If a response was wrong, if there are spans too many, or if spans of ours are lost.
    pub(crate) fn spans(&self) -> Result<Option<Spans>> {
        if !self.is_right {
            return Err("an answer is wrong".into());
        }
        let Some(Traced { exports, expected, tags }) = &self.traced else { return Ok(None) };
        exports.settle();
        let spans = Spans { exported: exports.exported(), expected: self.done * expected.spans, tags: *tags };
        let is_verifying = tags.is_none();
        let must_be_whole = exports.is_lossless() || is_verifying;
        if spans.exported > spans.expected || must_be_whole && spans.exported < spans.expected {
            return Err(format!("expected {} spans, found {}", spans.expected, spans.exported).into());
        }
        Ok(Some(spans))
    }
}

// === impl Expected ===

impl Expected {
    /// Nothing is sampled.
    pub(crate) const NOTHING: Self = Self { spans: 0, parent_id: 0, trace_id: None, tags: 0 };

    pub(crate) fn with_tags(mut self, tags: usize) -> Self {
        self.tags = tags;
        self
    }

    /// The number of tags, if all is as it should be.
    fn check(self, seen: &Seen) -> Result<usize> {
        let is_of_trace = self.trace_id.is_none_or(|trace_id| seen.trace_id == trace_id);
        if is_of_trace && seen.parent_id == self.parent_id && seen.tags >= self.tags {
            Ok(seen.tags)
        } else {
            Err(format!("expected a span as {self:x?}, found {seen:x?}").into())
        }
    }
}
