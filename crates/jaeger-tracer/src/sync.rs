//! What the queue takes from the system: locks, time and threads. `tests/queue_model.rs` compiles the queue with a model of these
//! in their place, so the queue names nothing of the kind but through this file.

use std::{cell::Cell, thread};
pub(crate) use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// How many threads run side by side.
pub(crate) fn parallelism() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Threads take turns, so that those that run side by side have shards of their own.
pub(crate) fn shard_of_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<Option<usize>> = const { Cell::new(None) };
    }
    let shard = SHARD.try_with(|shard| {
        shard.get().unwrap_or_else(|| {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            shard.set(Some(next));
            next
        })
    });
    shard.unwrap_or_default()
}
