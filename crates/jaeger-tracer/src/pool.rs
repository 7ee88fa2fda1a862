//! Records that are used again: a span in the usual case allocates nothing.

use std::{
    cell::RefCell,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    provider::Inner,
    record::{End, Record},
};

/// A record, shared by all who hold the span.
///
/// It keeps its provider for the next span, so that spans do not count references to it, which all threads would have to do
/// in one place.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) inner: Arc<Inner>,
    record: Mutex<Record>,
    /// From its start to its end, outside of the lock, because who drops an ended span need not take that.
    is_open: AtomicBool,
    /// Whether the memory of the record is worth keeping.
    is_small: AtomicBool,
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
            let record = Mutex::new(inner.new_record());
            Arc::new(Slot {
                inner: Arc::clone(inner),
                record,
                is_open: AtomicBool::new(false),
                is_small: AtomicBool::new(true),
            })
        });
        Self(Some(slot))
    }

    /// Opens the record, for whom it has just been taken: nobody else holds it.
    pub(crate) fn open(&mut self) -> Option<&mut Record> {
        let slot = Arc::get_mut(self.0.as_mut()?)?;
        *slot.is_open.get_mut() = true;
        Some(slot.record.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.as_ref().is_some_and(|slot| slot.is_open.load(Ordering::Acquire))
    }

    /// Writes to the record, if the span has not ended.
    pub(crate) fn write(&self, write: impl FnOnce(&mut Record)) {
        let Some(slot) = &self.0 else { return };
        let mut record = slot.lock();
        if slot.is_open.load(Ordering::Relaxed) {
            write(&mut record);
            slot.inner.settle(&mut record);
        }
    }

    /// Writes to the record for the last time, and ends the span, if it has not ended.
    pub(crate) fn end(&self, write: impl FnOnce(&mut Record), at: Option<End>) {
        let Some(slot) = self.0.as_ref().filter(|slot| slot.is_open.load(Ordering::Acquire)) else { return };
        let mut record = slot.lock();
        if !slot.is_open.load(Ordering::Relaxed) {
            return;
        }
        // May panic: then the span is still open, and ends when it is dropped.
        write(&mut record);
        // Written under the lock, as all that follow it look again there.
        slot.is_open.store(false, Ordering::Release);
        let at = at.unwrap_or_else(|| End::Tick(slot.inner.now()));
        let reported = slot.inner.finish(&mut record, at);
        slot.is_small.store(record.is_small(), Ordering::Relaxed);
        drop(record);
        slot.inner.report(reported);
    }
}

// === impl Slot ===

impl Slot {
    /// A panic elsewhere leaves the record as it was between two statements.
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Pooled {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(slot) = self.0.take() else { return };
        // Who holds it alone stays alone: there is nobody else to clone it.
        let is_last = Arc::strong_count(&slot) == 1;
        if is_last && slot.is_small.load(Ordering::Relaxed) && slot.inner.is_running() {
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
