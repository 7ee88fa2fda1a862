//! When to try again.

use std::time::Duration;

use crate::SendError;

/// The pauses between the attempts to send one message.
///
/// They begin with a tenth of a second and double up to five; each is shortened by up to a half, by chance, so that the clients of a
/// collector that comes back do not all come at once. A message that could not be sent for five minutes is given up.
#[derive(Debug, Default)]
pub struct Backoff {
    attempts: u32,
    waited: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// However long the collector asks for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 60);

// === impl Backoff ===

impl Backoff {
    /// How long to wait after this error, before the next attempt; `None` if there is to be none. `random` is any number.
    pub fn pause(&mut self, error: &SendError, random: u64) -> Option<Duration> {
        if !error.is_temporary() || self.waited >= GIVE_UP_AFTER {
            return None;
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.attempts.min(10)).min(LONGEST_PAUSE);
        let shortened = doubled - doubled.mul_f64((random >> 11) as f64 / (1_u64 << 54) as f64);
        let asked_for = error.retry_after().unwrap_or_default().min(LONGEST_RETRY_AFTER);
        let pause = shortened.max(asked_for);
        self.attempts += 1;
        self.waited += pause;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SendErrorKind;

    fn refused() -> SendError {
        SendError::new("POST http://localhost", SendErrorKind::Refused)
    }

    fn status(status: u16, retry_after: Option<u64>) -> SendError {
        let retry_after = retry_after.map(Duration::from_secs);
        let kind =
            SendErrorKind::Status { status, reason: status.to_string(), retry_after, body: String::new() };
        SendError::new("POST http://localhost", kind)
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_end_after_five_minutes() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = std::iter::from_fn(|| backoff.pause(&refused(), 0)).collect();
        let millis: Vec<_> = pauses.iter().take(8).map(Duration::as_millis).collect();
        assert_eq!(millis, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        let all: Duration = pauses.iter().sum();
        assert!((GIVE_UP_AFTER..GIVE_UP_AFTER + LONGEST_PAUSE).contains(&all), "{all:?}");
    }

    #[test]
    fn chance_shortens_a_pause_by_up_to_a_half() {
        for (random, millis) in [(0, 100), (u64::MAX / 2, 75), (u64::MAX, 50)] {
            let pause = Backoff::default().pause(&refused(), random).unwrap();
            assert_eq!(pause.as_secs_f64().mul_add(1000.0, 0.5) as u64, millis);
        }
    }

    #[test]
    fn the_collector_may_ask_for_a_longer_pause_and_for_none_at_all() {
        let pause = |error: SendError| Backoff::default().pause(&error, 0);
        assert_eq!(pause(status(503, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(pause(status(429, None)), Some(FIRST_PAUSE));
        assert_eq!(pause(status(500, Some(86_400))), Some(LONGEST_RETRY_AFTER));
        assert_eq!(pause(status(400, Some(7))), None);
        assert_eq!(pause(status(413, None)), None);
        let unanswered = SendErrorKind::Timeout(Duration::from_secs(5));
        assert_eq!(
            pause(SendError::new("POST http://localhost", unanswered)),
            None,
            "it may have been taken"
        );
    }
}
