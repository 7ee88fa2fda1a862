//! Random ids.

use std::cell::RefCell;

use opentelemetry::trace::{SpanId, TraceId};
use rand::{Rng, SeedableRng, rngs::SmallRng};

thread_local! {
    static RNG: RefCell<SmallRng> = RefCell::new(SmallRng::from_os_rng());
}

/// 128 bits, never zero.
pub(crate) fn trace_id() -> TraceId {
    loop {
        let id = RNG.with_borrow_mut(|rng| rng.random::<u128>());
        if id != 0 {
            return TraceId::from(id);
        }
    }
}

/// 63 bits, never zero: what clients know that have signed 64-bit ids.
pub(crate) fn short_trace_id() -> TraceId {
    loop {
        let id = RNG.with_borrow_mut(|rng| rng.random::<u64>()) >> 1;
        if id != 0 {
            return TraceId::from(u128::from(id));
        }
    }
}

/// 64 bits, for what is to happen by chance.
pub(crate) fn random() -> u64 {
    RNG.with_borrow_mut(|rng| rng.random())
}

/// 64 bits, never zero.
pub(crate) fn span_id() -> SpanId {
    loop {
        let id = RNG.with_borrow_mut(|rng| rng.random::<u64>());
        if id != 0 {
            return SpanId::from(id);
        }
    }
}
