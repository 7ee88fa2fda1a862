//! One of the ways on which spans go: a queue and a thread for each.

use std::sync::Arc;

use jaeger_exporter::{ReporterStats, WireProtocol};
use jaeger_thrift::{Binary, Compact, Span};

use crate::queue::Queue;

/// A queue in front of a sender.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) queue: Queue,
    pub(crate) protocol: WireProtocol,
    pub(crate) stats: Arc<ReporterStats>,
}

// === impl Lane ===

impl Lane {
    /// Queues a span that has been encoded for another lane.
    pub(super) fn push_again(&self, span: &[u8], protocol: WireProtocol) {
        if self.protocol == protocol {
            return self.queue.push(|out| out.extend_from_slice(span));
        }
        let decoded = match protocol {
            WireProtocol::Compact => Span::decode::<Compact>(span),
            WireProtocol::Binary => Span::decode::<Binary>(span),
        };
        match decoded {
            Ok(span) => self.queue.push(|out| match self.protocol {
                WireProtocol::Compact => span.encode::<Compact>(out),
                WireProtocol::Binary => span.encode::<Binary>(out),
            }),
            // We have encoded it ourselves; if that was wrong, it is lost and counted.
            Err(error) => {
                self.stats.add_queued(1);
                self.stats.queued_to_failed(1, error.to_string());
            }
        }
    }

    /// Nobody sends any more: what is queued is lost.
    pub(super) fn fail_queued(&self, why: impl FnOnce() -> String) {
        let spans = self.queue.abandon();
        if spans > 0 {
            self.stats.queued_to_abandoned(spans, self.stats.last_error().unwrap_or_else(why));
        }
    }
}
