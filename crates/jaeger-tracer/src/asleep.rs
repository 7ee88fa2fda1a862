//! A span that is not sampled, and may be turned on.

use std::{borrow::Cow, sync::Arc};

use jaeger_propagation::Flags;
use opentelemetry::{
    Value,
    trace::{SpanContext, SpanId, SpanKind},
};

use crate::{
    pool::Pooled,
    provider::Inner,
    record::{Head, MAX_PRIORITY, Sort, Start, kind_text},
    registry,
};

/// What such a span must know when it is turned on: no more, because most never are.
#[derive(Debug)]
pub(crate) struct Asleep {
    pub(crate) name: Cow<'static, str>,
    pub(crate) start: Start,
    pub(crate) parent_id: SpanId,
    /// The number of its provider.
    pub(crate) provider: u32,
    pub(crate) kind: SpanKind,
}

// === impl Asleep ===

impl Asleep {
    /// The record of a span that this value of `sampling.priority` turns on.
    #[cold]
    pub(crate) fn wake_by(&self, priority: &Value, context: &SpanContext, flags: Flags) -> Option<Pooled> {
        let Value::I64(priority @ 0..=MAX_PRIORITY) = priority else { return None };
        let provider = registry::find(self.provider)?;
        if *priority == 0 {
            // Somebody else may have turned its trace on.
            registry::note_said();
            provider.priorities().set(context.trace_id(), flags.with_sampled(false));
            return None;
        }
        self.wake(&provider, context, flags | Flags::SAMPLED | Flags::DEBUG)
    }

    /// The record of a span that ends, if its trace has been turned on.
    #[cold]
    pub(crate) fn wake_at_end(&self, context: &SpanContext) -> Option<Pooled> {
        let provider = registry::find(self.provider)?;
        let flags = provider.priorities().of(context.trace_id()).filter(|flags| flags.is_sampled())?;
        self.wake(&provider, context, flags)
    }

    fn wake(&self, provider: &Arc<Inner>, context: &SpanContext, flags: Flags) -> Option<Pooled> {
        if !provider.is_running() {
            provider.count_after_shutdown();
            return None;
        }
        let mut pooled = Pooled::take(provider);
        let (trace_id, span_id) = (context.trace_id(), context.span_id());
        let head = Head { trace_id, span_id, parent_id: self.parent_id, flags, start: self.start };
        let sort = Sort { kind: kind_text(&self.kind), ..Sort::default() };
        pooled.open()?.begin(head, &self.name, &[], (sort, |_| {}));
        Some(pooled)
    }
}
