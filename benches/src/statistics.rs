//! What is said of several runs.

pub(crate) fn median(runs: &[f64]) -> f64 {
    quantile(runs, 0.5)
}

/// First and third quartile.
pub(crate) fn quartiles(runs: &[f64]) -> [f64; 2] {
    [quantile(runs, 0.25), quantile(runs, 0.75)]
}

/// The value below which so much of all runs is, between two runs if need be; NaN if there is none.
pub(crate) fn quantile(runs: &[f64], share: f64) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = sorted.len().saturating_sub(1) as f64 * share;
    let run = |at: f64| sorted.get(at as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (run(at.floor()), run(at.ceil()));
    low + (high - low) * at.fract()
}
