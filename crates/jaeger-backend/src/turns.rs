//! Work that takes long, beside the threads that answer.

use tokio::sync::Semaphore;

/// Does the work when it is its turn; `None` if it panicked. What has begun keeps its turn to its end, also when nobody waits for it any
/// more.
pub(crate) async fn in_turn<T: Send + 'static>(
    turns: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let turn = turns.acquire().await.ok()?;
    let work = move || {
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_turn() {
        static TURNS: Semaphore = Semaphore::const_new(1);
        let (begun, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let work = move || {
            begun.send(()).unwrap();
            let _ = may_end.recv();
        };
        let waiting = tokio::spawn(in_turn(&TURNS, work));
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        waiting.abort();
        waiting.await.unwrap_err();
        assert_eq!(TURNS.available_permits(), 0);
        drop(end);
        assert_eq!(in_turn(&TURNS, || 7).await, Some(7));
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_turn_back() {
        static TURNS: Semaphore = Semaphore::const_new(1);
        assert_eq!(in_turn(&TURNS, || panic!("as it should")).await, None::<()>);
        assert_eq!(TURNS.available_permits(), 1);
    }
}
