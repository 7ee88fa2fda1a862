//! What `src/sync.rs` has, as a model: loom's locks, and a clock that moves only where a wait is over in time.

use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
};

pub(crate) use std::{
    // Only counts, and nobody waits for what it says.
    sync::atomic::AtomicUsize,
    sync::{Arc, LockResult, PoisonError},
    time::Duration,
};

pub(crate) use loom::sync::atomic::Ordering;

/// A point in time, since the run of the model began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(Duration);

#[derive(Debug)]
pub(crate) struct AtomicBool(loom::sync::atomic::AtomicBool);

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    guard: loom::sync::MutexGuard<'a, T>,
    mutex: &'a Mutex<T>,
}

#[derive(Debug)]
pub(crate) struct Condvar(loom::sync::Condvar);

// loom runs all threads of a model on one thread of the system.
std::thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static TIMEOUTS: Cell<usize> = const { Cell::new(0) };
}

loom::thread_local! {
    static SHARD: Cell<usize> = Cell::new(0);
}

/// A run begins, in which so many of the worker's waits end in time. Then time stands still, and they last until it is woken.
pub(crate) fn start(timeouts: usize) {
    NOW.set(Duration::ZERO);
    TIMEOUTS.set(timeouts);
}

/// Time passes, unless it stands still.
pub(crate) fn pass(time: Duration) {
    if TIMEOUTS.get() > 0 {
        NOW.set(NOW.get() + time);
    }
}

pub(crate) fn parallelism() -> usize {
    1
}

pub(crate) fn shard_of_thread() -> usize {
    SHARD.with(Cell::get)
}

/// This thread has that shard from now on.
pub(crate) fn enter_shard(shard: usize) {
    SHARD.with(|own| own.set(shard));
}

// === impl Instant ===

impl Instant {
    pub(crate) fn now() -> Self {
        Self(NOW.get())
    }

    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

// === impl AtomicBool ===

impl AtomicBool {
    pub(crate) fn new(value: bool) -> Self {
        Self(loom::sync::atomic::AtomicBool::new(value))
    }

    pub(crate) fn load(&self, ordering: Ordering) -> bool {
        self.0.load(ordering)
    }

    pub(crate) fn swap(&self, value: bool, ordering: Ordering) -> bool {
        self.0.swap(value, ordering)
    }

    /// loom takes it for possible that a store comes between the two halves of a swap: <https://github.com/tokio-rs/loom/issues/254>.
    /// Between swaps nothing comes.
    pub(crate) fn store(&self, value: bool, ordering: Ordering) {
        self.0.swap(value, ordering);
    }
}

// === impl Mutex ===

impl<T> Mutex<T> {
    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(MutexGuard { guard: self.0.lock().unwrap(), mutex: self })
    }
}

// === impl MutexGuard ===

impl<T> MutexGuard<'_, T> {
    /// Lets others have the lock. Whoever they are and however far they come is what loom tries out.
    fn relock(self) -> Self {
        let mutex = self.mutex;
        drop(self);
        mutex.lock().unwrap()
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

// === impl Condvar ===

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(loom::sync::Condvar::new())
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let MutexGuard { guard, mutex } = guard;
        Ok(MutexGuard { guard: self.0.wait(guard).unwrap(), mutex })
    }

    /// The worker's wait for the flush interval.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let left = TIMEOUTS.get();
        if left == 0 {
            return Ok((self.wait(guard).unwrap(), false));
        }
        let guard = guard.relock();
        pass(timeout);
        TIMEOUTS.set(left - 1);
        Ok((guard, true))
    }

    /// A wait for the worker. One for no time at all is over at once.
    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        while condition(&mut guard) {
            if timeout.is_zero() {
                return Ok((guard.relock(), true));
            }
            guard = self.wait(guard).unwrap();
        }
        Ok((guard, false))
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}
