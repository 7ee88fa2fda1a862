//! Records that are used again: a span in the usual case allocates nothing.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{provider::Inner, record::Record};

/// A record, shared by all who hold the span.
///
/// It keeps its provider for the next span, so that spans do not count references to it, which all threads would have to do
/// in one place.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) inner: Arc<Inner>,
    record: Mutex<Record>,
}

/// One of several holders of a slot; the last one gives it back.
#[derive(Debug)]
pub(crate) struct Pooled(Option<Arc<Slot>>);

/// Per thread. Spans that end on another thread than they started on move their records there, where they are used as well.
const MAX_POOLED: usize = 64;

thread_local! {
    static POOL: RefCell<Vec<Arc<Slot>>> = const { RefCell::new(Vec::new()) };
}

// === impl Pooled ===

impl Pooled {
    /// A record of this provider, of which nobody else knows.
    pub(crate) fn take(inner: &Arc<Inner>) -> Self {
        let pooled = POOL.try_with(|pool| pool.try_borrow_mut().ok()?.pop()).ok().flatten();
        let slot = pooled.filter(|slot| Arc::ptr_eq(&slot.inner, inner)).unwrap_or_else(|| {
            let record = Mutex::new(Record::new(inner.protocol()));
            Arc::new(Slot { inner: Arc::clone(inner), record })
        });
        Self(Some(slot))
    }

    pub(crate) fn inner(&self) -> Option<&Arc<Inner>> {
        self.0.as_ref().map(|slot| &slot.inner)
    }

    /// The record, which a panic elsewhere leaves as it was between two statements.
    pub(crate) fn lock(&self) -> Option<MutexGuard<'_, Record>> {
        self.0.as_ref().map(|slot| slot.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clone for Pooled {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut slot) = self.0.take() else { return };
        let is_reusable = Arc::get_mut(&mut slot).is_some_and(|slot| {
            let record = slot.record.get_mut().unwrap_or_else(PoisonError::into_inner);
            record.is_small() && slot.inner.is_running()
        });
        if is_reusable {
            // At the end of a thread there is no pool any more.
            let _ = POOL.try_with(|pool| {
                if let Ok(mut pool) = pool.try_borrow_mut()
                    && pool.len() < MAX_POOLED
                {
                    pool.push(slot);
                }
            });
        }
    }
}
