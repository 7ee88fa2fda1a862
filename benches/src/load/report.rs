//! What many runs of the entries have come to.

use super::{CONNECTIONS, MEASURED, entry::Entry};
use crate::{
    grid::Grid,
    statistics::{median, quantile, quartiles},
};

pub(crate) struct Run {
    pub(crate) per_second: f64,
    /// Of the server, per request.
    pub(crate) cpu_us: f64,
    /// How much of a core the server ran.
    pub(crate) busy_share: f64,
    pub(crate) latencies_us: Vec<f64>,
    /// Spans per request.
    pub(crate) exported_share: f64,
}

/// The figures of an entry, one for each round.
#[derive(Default)]
struct Rounds {
    per_second: Vec<f64>,
    cpu_us: Vec<f64>,
    busy_share: Vec<f64>,
    p50_us: Vec<f64>,
    p99_us: Vec<f64>,
    exported_share: Vec<f64>,
}

#[derive(Default)]
pub(crate) struct Report {
    entries: [Rounds; Entry::ALL.len()],
}

// === impl Report ===

impl Report {
    pub(crate) fn add(&mut self, entry: Entry, run: Run) {
        let Some(rounds) = self.entries.get_mut(entry as usize) else { return };
        let Run { per_second, cpu_us, busy_share, latencies_us, exported_share } = run;
        rounds.per_second.push(per_second);
        rounds.cpu_us.push(cpu_us);
        rounds.busy_share.push(busy_share);
        rounds.p50_us.push(quantile(&latencies_us, 0.5));
        rounds.p99_us.push(quantile(&latencies_us, 0.99));
        rounds.exported_share.push(exported_share);
    }

    pub(crate) fn grids(&self) -> Vec<Grid> {
        vec![self.throughput(), self.latency()]
    }

    fn throughput(&self) -> Grid {
        let [bare, ..] = &self.entries;
        let title = format!(
            "HTTP over loopback, {CONNECTIONS} connections, 1 worker thread on a core of its own, {} runs of {} s each",
            bare.per_second.len(),
            MEASURED.as_secs()
        );
        let columns = [
            "req/s",
            "q1",
            "q3",
            "of bare",
            "q1",
            "q3",
            "CPU us/req",
            "over bare",
            "q1",
            "q3",
            "spans/req",
            "busy",
        ];
        let note = "\"busy\" is how much of its core the server ran. Much below 1, other programs ran there, and only its CPU \
                    time says something.";
        let grid = Grid::new(title, columns).note(note);
        self.entries.iter().zip(Entry::ALL).fold(grid, |grid, (rounds, entry)| {
            // Of each round, whose runs were made one after the other.
            let ratios = paired(&rounds.per_second, &bare.per_second, |ours, bare| ours / bare);
            let over = paired(&rounds.cpu_us, &bare.cpu_us, |ours, bare| ours - bare);
            let [low, high] = quartiles(&rounds.per_second);
            let ([ratio_low, ratio_high], [over_low, over_high]) = (quartiles(&ratios), quartiles(&over));
            let figures = [
                median(&rounds.per_second),
                low,
                high,
                median(&ratios),
                ratio_low,
                ratio_high,
                median(&rounds.cpu_us),
                median(&over),
                over_low,
                over_high,
                median(&rounds.exported_share),
                median(&rounds.busy_share),
            ];
            grid.row(entry.name(), figures)
        })
    }

    fn latency(&self) -> Grid {
        let columns = ["p50 us", "q1", "q3", "p99 us", "q1", "q3"];
        let title = "The same: latency while all connections wait, medians and quartiles of the runs";
        self.entries.iter().zip(Entry::ALL).fold(Grid::new(title, columns), |grid, (rounds, entry)| {
            let ([low, high], [tail_low, tail_high]) = (quartiles(&rounds.p50_us), quartiles(&rounds.p99_us));
            let (middle, tail) = (median(&rounds.p50_us), median(&rounds.p99_us));
            grid.row(entry.name(), [middle, low, high, tail, tail_low, tail_high])
        })
    }
}

fn paired(ours: &[f64], bare: &[f64], combine: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    ours.iter().zip(bare).map(|(&ours, &bare)| combine(ours, bare)).collect()
}
