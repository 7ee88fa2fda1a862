//! A lock that knows by name who holds it and who waits for it, in which order.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Gets hold of in the order of [`enter`](Self::enter).
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// tokio's is fair: whoever comes first gets it first.
    turn: tokio::sync::Mutex<()>,
    line: Mutex<Line>,
}

#[derive(Debug, Default)]
struct Line {
    next_ticket: u64,
    /// The first is the one who holds the lock, or is about to.
    members: Vec<(u64, String)>,
}

/// Somebody's place in the line; it is given up when this is dropped.
#[derive(Debug)]
pub(super) struct Place<'l> {
    lock: &'l Lock,
    ticket: u64,
}

/// The lock is held, until this is dropped.
#[derive(Debug)]
pub(super) struct Locked<'l> {
    // In the order of their drop: who holds the lock no more stands in the line no more.
    place: Place<'l>,
    _turn: tokio::sync::MutexGuard<'l, ()>,
}

// === impl Lock ===

impl Lock {
    /// Gets in line.
    pub(super) fn enter(&self, name: String) -> Place<'_> {
        let mut line = self.line();
        let ticket = line.next_ticket;
        line.next_ticket += 1;
        line.members.push((ticket, name));
        Place { lock: self, ticket }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self, is_meant: impl Fn(u64) -> bool) -> Vec<String> {
        let line = self.line();
        let meant = line.members.iter().filter(|(ticket, _)| is_meant(*ticket));
        meant.map(|(_, name)| name.clone()).collect()
    }
}

// === impl Place ===

impl<'l> Place<'l> {
    /// Who holds the lock, and who waits before this one.
    pub(super) fn before(&self) -> Vec<String> {
        self.lock.names(|ticket| ticket < self.ticket)
    }

    /// Completes when this one is the first.
    pub(super) async fn acquire(self) -> Locked<'l> {
        let turn = self.lock.turn.lock().await;
        Locked { place: self, _turn: turn }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lock.line().members.retain(|(ticket, _)| *ticket != self.ticket);
    }
}

// === impl Locked ===

impl Locked<'_> {
    /// Who waits now.
    pub(super) fn behind(&self) -> Vec<String> {
        let own = self.place.ticket;
        self.place.lock.names(|ticket| ticket > own)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, poll};

    use super::*;

    #[tokio::test]
    async fn of_three_each_knows_who_is_before_and_who_is_behind() {
        let lock = Lock::default();
        let [first, second, third] = ["a", "b", "c"].map(|name| lock.enter(name.to_owned()));
        assert_eq!([first.before(), second.before(), third.before()], [vec![], vec!["a"], vec!["a", "b"]]);

        let first = first.acquire().now_or_never().unwrap();
        let (mut second, mut third) = (Box::pin(second.acquire()), Box::pin(third.acquire()));
        assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        assert_eq!(first.behind(), ["b", "c"]);

        drop(first);
        assert!(poll!(&mut third).is_pending(), "not before the second");
        let second = second.now_or_never().unwrap();
        assert_eq!(second.behind(), ["c"]);
        assert_eq!(
            lock.enter("d".to_owned()).before(),
            ["b", "c"],
            "the one who holds it is one of them, once"
        );

        drop(second);
        assert!(third.now_or_never().unwrap().behind().is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_blocks_nobody() {
        let lock = Lock::default();
        let first = lock.enter("same".to_owned()).acquire().await;
        let mut gives_up = Box::pin(lock.enter("same".to_owned()).acquire());
        assert!(poll!(&mut gives_up).is_pending());
        let last = lock.enter("last".to_owned());
        drop(gives_up);
        assert_eq!(last.before(), ["same"], "of two with one name, one is left");
        drop(first);
        assert!(last.before().is_empty());
        assert!(last.acquire().now_or_never().is_some());
    }
}
