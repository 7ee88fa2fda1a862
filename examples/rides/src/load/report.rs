//! What came of the load, in a table.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::{Answered, Load, stored::Stored};
use crate::frontend::Outcome;

/// The table.
#[derive(Debug)]
pub(super) struct Report {
    load: Load,
    took: Duration,
    /// Sorted; of every request that was answered.
    latencies: Vec<Duration>,
    /// How many of each status, and what the first one said.
    errors: BTreeMap<String, (usize, String)>,
    stored: Stored,
}

// === impl Report ===

impl Report {
    pub(super) fn new(load: Load, took: Duration, answers: &[Answered], stored: Stored) -> Self {
        let answered = answers.iter().filter(|answered| answered.answer.is_ok());
        let mut latencies: Vec<_> = answered.map(|answered| answered.latency).collect();
        latencies.sort_unstable();
        let mut errors = BTreeMap::new();
        for (status, text) in answers.iter().filter_map(error) {
            errors.entry(status).or_insert((0, text)).0 += 1;
        }
        Self { load, took, latencies, errors, stored }
    }

    /// Whether all is well.
    pub(super) fn verdict(&self) -> Result<(), String> {
        let failed: usize = self.errors.values().map(|(count, _)| count).sum();
        let Stored { named, traces, foreseen, as_foreseen, lost, .. } = self.stored;
        let missing = named - traces;
        if failed == 0 && missing == 0 && as_foreseen == foreseen {
            return Ok(());
        }
        let unlike = foreseen - as_foreseen;
        Err(format!(
            "{failed} requests failed, {missing} traces and {lost} spans are not stored, {unlike} traces are not as expected"
        ))
    }

    /// The latency that so many of a hundred requests do not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.latencies.len() * percent).div_ceil(100).max(1);
        self.latencies.get(rank - 1).copied().unwrap_or_default()
    }

    fn write_errors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errors.is_empty() {
            return writeln!(f, "errors    none");
        }
        for (index, (status, (count, text))) in self.errors.iter().enumerate() {
            let name = if index == 0 { "errors" } else { "" };
            writeln!(f, "{name:<9} {count} × {status}, the first: {text}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load { requests, concurrency } = self.load;
        let seconds = self.took.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
        let rate = requests as f64 / seconds.max(0.001);
        writeln!(f, "requests  {requests} in {seconds:.1} s, {concurrency} at a time: {rate:.1}/s")?;
        self.write_errors(f)?;
        let [p50, p90, p99, max] = [50, 90, 99, 100].map(|percent| self.percentile(percent).as_millis());
        writeln!(f, "latency   p50 {p50} ms, p90 {p90} ms, p99 {p99} ms, max {max} ms")?;
        let Stored { named, traces, spans, foreseen, as_foreseen, lost } = self.stored;
        writeln!(f, "traces    {traces} of {named} stored, {as_foreseen} of {foreseen} as the seed tells")?;
        writeln!(f, "spans     {spans} stored, {lost} lost")
    }
}

/// The status of a request that has no ride, and the reason.
fn error(answered: &Answered) -> Option<(String, String)> {
    match &answered.answer {
        Err(reason) => Some(("no answer".to_owned(), reason.clone())),
        Ok((status, dispatched)) => match &dispatched.outcome {
            Outcome::Failed { error } => Some((status.as_u16().to_string(), error.clone())),
            Outcome::Ride(_) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::{frontend::Dispatched, plan::RACHEL};

    fn answered(millis: u64, answer: Result<u16, &str>) -> Answered {
        let dispatched = |status| {
            let outcome = Outcome::Failed { error: format!("reason {millis}") };
            let dispatched = Dispatched { outcome, trace_id: String::new(), trace_url: String::new() };
            (StatusCode::from_u16(status).unwrap(), dispatched)
        };
        let answer = answer.map(dispatched).map_err(str::to_owned);
        Answered { request: String::new(), customer: RACHEL, latency: Duration::from_millis(millis), answer }
    }

    #[test]
    fn the_table_has_errors_by_status_and_percentiles_of_answers() {
        let mut answers: Vec<_> = (1..=100).map(|millis| answered(millis, Ok(503))).collect();
        answers.push(answered(9999, Err("the frontend is away")));
        answers.push(answered(200, Ok(502)));
        let stored = Stored { named: 101, traces: 100, spans: 900, foreseen: 3, as_foreseen: 2, lost: 5 };
        let load = Load { requests: 102, concurrency: 4 };
        let report = Report::new(load, Duration::from_secs(2), &answers, stored);
        let table = "\
requests  102 in 2.0 s, 4 at a time: 51.0/s
errors    1 × 502, the first: reason 200
          100 × 503, the first: reason 1
          1 × no answer, the first: the frontend is away
latency   p50 51 ms, p90 91 ms, p99 100 ms, max 200 ms
traces    100 of 101 stored, 2 of 3 as the seed tells
spans     900 stored, 5 lost
";
        assert_eq!(report.to_string(), table);
        let verdict =
            "102 requests failed, 1 traces and 5 spans are not stored, 1 traces are not as expected";
        assert_eq!(report.verdict().unwrap_err(), verdict);
    }

    #[test]
    fn nothing_is_a_table_too() {
        let load = Load { requests: 0, concurrency: 1 };
        let report = Report::new(load, Duration::ZERO, &[], Stored::default());
        assert!(report.to_string().contains("max 0 ms"));
        assert_eq!(report.verdict(), Ok(()));
    }
}
