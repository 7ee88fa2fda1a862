//! What becomes of what is sent, in counters and for whom it is told.

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::stats::ReporterStats;

/// Told when sending begins to fail, with the error, and when it succeeds again.
pub type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// Whether sending succeeds; for reporters, which settle with it what they have sent.
pub struct Health {
    is_failing: bool,
    on_change: OnChange,
}

// === impl Health ===

impl Health {
    /// All is well so far.
    pub fn new(on_change: OnChange) -> Self {
        Self { is_failing: false, on_change }
    }

    /// Counts spans that were queued as sent or failed, and then tells the user if that is a change. A panic of the user's is an
    /// error in the counters and ends nothing.
    pub fn settle(&mut self, stats: &ReporterStats, spans: usize, result: &Result<(), String>) {
        match result {
            Ok(()) => stats.queued_to_sent(spans),
            Err(error) => stats.queued_to_failed(spans, error.clone()),
        }
        self.tell_or_note(stats, result.as_ref().map_err(String::as_str).copied());
    }

    /// The same for spans that wait for another attempt: nothing is counted.
    pub fn postpone(&mut self, stats: &ReporterStats, error: &str) {
        stats.set_last_error(error.to_owned());
        self.tell_or_note(stats, Err(error));
    }

    /// Tells the user, if that is a change.
    ///
    /// # Errors
    ///
    /// When the user panics; then says what.
    pub fn tell(&mut self, result: Result<(), &str>) -> Result<(), String> {
        if result.is_err() == self.is_failing {
            return Ok(());
        }
        self.is_failing = result.is_err();
        let tell = || (self.on_change)(result);
        catch_unwind(AssertUnwindSafe(tell))
            .map_err(|panic| format!("the callback panicked: {}", panic_message(&*panic)))
    }

    fn tell_or_note(&mut self, stats: &ReporterStats, result: Result<(), &str>) {
        if let Err(panic) = self.tell(result) {
            stats.set_last_error(panic);
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("is_failing", &self.is_failing).finish_non_exhaustive()
    }
}

/// What a caught panic says.
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no message",
    }
}
