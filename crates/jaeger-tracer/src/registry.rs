//! The providers of the program, by number: for spans that were not sampled and are turned on later. They hold a number because
//! counting references to a provider would make all threads meet at its counter, for spans that nobody records.

use std::sync::{
    Arc, PoisonError, RwLock, Weak,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use crate::provider::Inner;

static PROVIDERS: RwLock<Vec<(u32, Weak<Inner>)>> = RwLock::new(Vec::new());

/// Whether any trace of the program has been given a priority; most programs never do, and look no further.
static IS_ANY_SAID: AtomicBool = AtomicBool::new(false);

/// A number that no other provider has.
pub(crate) fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(crate) fn add(number: u32, provider: &Arc<Inner>) {
    let mut providers = PROVIDERS.write().unwrap_or_else(PoisonError::into_inner);
    providers.retain(|(_, provider)| provider.strong_count() > 0);
    providers.push((number, Arc::downgrade(provider)));
}

pub(crate) fn find(number: u32) -> Option<Arc<Inner>> {
    let providers = PROVIDERS.read().unwrap_or_else(PoisonError::into_inner);
    providers.iter().find(|(own, _)| *own == number)?.1.upgrade()
}

pub(crate) fn note_said() {
    IS_ANY_SAID.store(true, Ordering::Release);
}

/// Whether the tag `sampling.priority` has been set on any span of the program: then spans that were not sampled when they started
/// may be recorded now. For layers, which need not look otherwise.
#[inline]
pub fn is_any_said() -> bool {
    IS_ANY_SAID.load(Ordering::Acquire)
}
