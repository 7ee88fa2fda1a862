//! The pool of workers that ask for routes.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

/// All dispatches share them. Clones are the same pool.
#[derive(Clone, Debug, Default)]
pub(super) struct Workers {
    pool: Arc<Mutex<Pool>>,
}

/// A permit is a worker. None of them at first.
#[derive(Debug, Default)]
struct Pool {
    workers: u64,
    permits: Option<Arc<Semaphore>>,
}

// === impl Workers ===

impl Workers {
    /// The pool, with so many workers. A pool that had another number of them ends with the work that it has.
    pub(super) fn pool(&self, workers: u64) -> Arc<Semaphore> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.workers != workers {
            *pool = Pool { workers, permits: None };
        }
        let count = usize::try_from(workers).unwrap_or(Semaphore::MAX_PERMITS);
        Arc::clone(pool.permits.get_or_insert_with(|| Arc::new(Semaphore::new(count))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispatches_share_a_pool_until_its_size_changes() {
        let workers = Workers::default();
        let three = workers.pool(3);
        let _at_work = three.try_acquire_many(2).unwrap();
        assert_eq!(workers.pool(3).available_permits(), 1);
        assert_eq!(workers.pool(5).available_permits(), 5);
        assert_eq!(three.available_permits(), 1, "the old one goes on");
    }
}
