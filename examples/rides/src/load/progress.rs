//! How far it is: a bar on a terminal, and some lines elsewhere.

use std::io::{self, IsTerminal, Write};

use tokio::time::Instant;

use crate::console;

const WIDTH: usize = 40;
/// So many lines where there is no terminal.
const LINES: usize = 10;

/// Counts requests, on standard error.
#[derive(Debug)]
pub(super) struct Progress {
    total: usize,
    done: usize,
    failed: usize,
    started: Instant,
    is_terminal: bool,
}

// === impl Progress ===

impl Progress {
    pub(super) fn new(total: usize) -> Self {
        Self { total, done: 0, failed: 0, started: Instant::now(), is_terminal: io::stderr().is_terminal() }
    }

    pub(super) fn count(&mut self, is_good: bool) {
        self.done += 1;
        self.failed += usize::from(!is_good);
        if self.is_terminal {
            // Nothing depends on whether a terminal is still there.
            let _ = write!(io::stderr().lock(), "\r{} {}", self.bar(), self.words());
        } else if self.done * LINES / self.total > (self.done - 1) * LINES / self.total {
            console::complain(&self.words());
        }
    }

    pub(super) fn finish(self) {
        if self.is_terminal {
            console::complain("");
        }
    }

    fn bar(&self) -> String {
        let full = WIDTH * self.done / self.total.max(1);
        format!("[{}{}]", "█".repeat(full), "·".repeat(WIDTH - full))
    }

    fn words(&self) -> String {
        let Self { total, done, failed, .. } = self;
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
        let rate = *done as f64 / seconds;
        format!("{done}/{total} requests, {failed} failed, {rate:.1}/s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_full_at_the_end() {
        let mut progress = Progress { is_terminal: true, ..Progress::new(2) };
        assert_eq!(progress.bar(), format!("[{}]", "·".repeat(40)));
        progress.done = 1;
        assert_eq!(progress.bar(), format!("[{}{}]", "█".repeat(20), "·".repeat(20)));
        progress.done = 2;
        assert_eq!(progress.bar(), format!("[{}]", "█".repeat(40)));
        assert!(progress.words().starts_with("2/2 requests, 0 failed, "));
    }
}
