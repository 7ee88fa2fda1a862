//! One of the ways on which spans go, and what became of them there.

use std::{fmt, sync::Arc};

use jaeger_exporter::{BatchSender, ExportStats, FailureCause, ReporterStats};

/// What became of the spans of a tracer, from its start to its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CloseReport {
    /// Spans that the collector accepted, or that went out over UDP without an error.
    pub sent: u64,
    /// Spans that did not: dropped, failed, or unfinished at the deadline.
    pub lost: u64,
    /// Why spans were lost, as the latest error says it; `None` if none was.
    pub last_error: Option<String>,
    /// The same of the further ways, in their order; their own lists are empty.
    pub further: Vec<Self>,
    peer: Peer,
    unreachable: bool,
}

/// One of the ways on which spans go, and what became of them there.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) reporter: Arc<ReporterStats>,
    pub(crate) export: Option<Arc<ExportStats>>,
    pub(crate) peer: Peer,
}

/// Who receives the spans, in words.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
}

// === impl Way ===

impl Way {
    pub(crate) fn of(sender: &BatchSender, reporter: Arc<ReporterStats>) -> Self {
        let peer = Peer { name: sender.endpoint().to_owned(), kind: sender.kind() };
        Self { reporter, export: Some(sender.stats()), peer }
    }

    /// Spans that arrived, as far as anybody knows.
    pub(crate) fn sent(&self) -> u64 {
        // Of a batch that was sent in parts, only the exporter knows how much got through.
        self.export.as_ref().map_or_else(|| self.reporter.sent(), |export| export.sent())
    }

    pub(crate) fn report(&self, further: Vec<CloseReport>) -> CloseReport {
        let Self { reporter, export, peer } = self;
        let sent = self.sent();
        let total = reporter.queued() + reporter.sent() + reporter.lost();
        let lost = total.saturating_sub(sent);
        let unreachable =
            export.as_ref().is_some_and(|export| export.failed_by(FailureCause::Unreachable) > 0);
        let last_error = (lost > 0).then(|| self.last_error());
        CloseReport { sent, lost, last_error, further, peer: peer.clone(), unreachable }
    }

    fn last_error(&self) -> String {
        let Self { reporter, export, .. } = self;
        let error = reporter.last_error();
        let error = error.or_else(|| export.as_ref().and_then(|export| export.last_error()));
        error.unwrap_or_else(|| {
            let cause = match (reporter.dropped_queue_full(), reporter.dropped_after_shutdown()) {
                (1.., _) => "the queue was full",
                (_, 1..) => "finished after the tracer was closed",
                _ => "not sent before the deadline",
            };
            cause.to_owned()
        })
    }
}

// === impl CloseReport ===

impl CloseReport {
    fn fmt_way(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = |count| if count == 1 { "span" } else { "spans" };
        let Self { sent, lost, last_error, peer, unreachable, .. } = self;
        let Some(error) = last_error else {
            write!(f, "{sent} {} sent to {}", spans(*sent), peer.name)?;
            // Whether a datagram has arrived is not known.
            return if peer.kind == "agent" {
                f.write_str(", which does not acknowledge them")
            } else {
                Ok(())
            };
        };
        let total = sent + lost;
        write!(f, "{lost} of {total} {} lost: {error}", spans(total))?;
        if *unreachable {
            let article = if peer.kind == "agent" { "an" } else { "a" };
            write!(
                f,
                ". Is {article} {} listening there, such as Jaeger's all-in-one or jaeger-backend?",
                peer.kind
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for CloseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_way(f)?;
        for way in &self.further {
            f.write_str("; ")?;
            way.fmt_way(f)?;
        }
        Ok(())
    }
}
