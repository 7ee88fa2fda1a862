//! The options of the load generator.

use std::time::Duration;

use super::{demo::deadline, options::Options};
use crate::load::Load;

const DEFAULT_REQUESTS: usize = 100;
const DEFAULT_CONCURRENCY: usize = 4;

/// Load for a demo that runs already.
#[derive(Debug)]
pub(crate) struct LoadAgainst {
    /// Of its frontend.
    pub(crate) url: String,
    pub(crate) load: Load,
    /// How long its traces may take to be stored.
    pub(crate) deadline: Duration,
}

// === impl LoadAgainst ===

impl LoadAgainst {
    pub(super) fn read(options: &mut Options) -> Result<Self, String> {
        let requests = options.count("--requests")?.unwrap_or(DEFAULT_REQUESTS);
        let url = options.required("--url")?.trim_end_matches('/').to_owned();
        Ok(Self { url, load: read(options, requests)?, deadline: deadline(options)? })
    }
}

/// So many requests.
pub(super) fn read(options: &mut Options, requests: usize) -> Result<Load, String> {
    let concurrency = options.count("--concurrency")?.unwrap_or(DEFAULT_CONCURRENCY);
    Ok(Load { requests, concurrency })
}
