//! A span that is not sampled, and may be turned on.

use std::borrow::Cow;

use jaeger_propagation::Flags;
use opentelemetry::{Value, trace::TraceId};

use crate::{
    pool::Pooled,
    provider::Inner,
    record::{Head, MAX_PRIORITY, Sort},
    registry,
};

/// What such a span must know when it is turned on: no more, because most never are.
#[derive(Debug)]
pub(crate) struct Asleep {
    /// The number of its provider.
    provider: u64,
    pub(crate) head: Head,
    /// The value of `span.kind`.
    kind: &'static str,
    pub(crate) name: Cow<'static, str>,
}

// === impl Asleep ===

impl Asleep {
    #[inline]
    pub(crate) fn new(provider: u64, head: Head, kind: &'static str, name: &'static str) -> Self {
        Self { provider, head, kind, name: Cow::Borrowed(name) }
    }

    /// The record of a span that this value of `sampling.priority` turns on.
    #[cold]
    pub(crate) fn wake_by(&self, priority: &Value) -> Option<Pooled> {
        let Value::I64(priority @ 0..=MAX_PRIORITY) = priority else { return None };
        let provider = registry::find(self.provider)?;
        if *priority == 0 {
            // Somebody else may have turned its trace on.
            registry::note_said();
            provider.priorities().set(self.head.trace_id, self.head.flags.with_sampled(false));
            return None;
        }
        self.wake(&provider, self.head.flags | Flags::SAMPLED | Flags::DEBUG)
    }

    /// The record of a span that ends, if its trace has been turned on.
    #[cold]
    pub(crate) fn wake_at_end(&self, trace_id: TraceId) -> Option<Pooled> {
        let provider = registry::find(self.provider)?;
        let flags = provider.priorities().of(trace_id).filter(|flags| flags.is_sampled())?;
        self.wake(&provider, flags)
    }

    fn wake(&self, provider: &std::sync::Arc<Inner>, flags: Flags) -> Option<Pooled> {
        if !provider.is_running() {
            provider.count_after_shutdown();
            return None;
        }
        let mut pooled = Pooled::take(provider);
        let sort = Sort { kind: self.kind, ..Sort::default() };
        pooled.open()?.begin(Head { flags, ..self.head }, &self.name, &[], (sort, |_| {}));
        Some(pooled)
    }
}
