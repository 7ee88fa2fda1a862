//! Ctrl-C and SIGTERM.

use std::io;

/// From its creation on, a signal is noted instead of ending the process.
#[cfg(unix)]
pub(super) struct StopSignal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

/// From its creation on, Ctrl-C is noted instead of ending the process.
#[cfg(windows)]
pub(super) struct StopSignal {
    interrupt: tokio::signal::windows::CtrlC,
}

// === impl StopSignal ===

#[cfg(unix)]
impl StopSignal {
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Completes at the next signal.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
impl StopSignal {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Completes at the next Ctrl-C.
    pub(super) async fn received(&mut self) {
        self.interrupt.recv().await;
    }
}
