//! What the frontend tells of itself, so that who asks it can tell what is to be expected.

use serde::{Deserialize, Serialize};

use crate::{call_error::CallError, http_client, knobs::Knobs};

/// The answer to `GET /about`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct About {
    /// The URL below which traces are read.
    pub(crate) query: String,
    pub(crate) seed: u64,
    pub(crate) knobs: Knobs,
}

// === impl About ===

impl About {
    pub(super) async fn ask(frontend: &str) -> Result<Self, String> {
        let about = http_client::get_json(http_client::plain(), &format!("{frontend}/about")).await;
        about.map_err(|error: CallError| format!("the frontend at {frontend} {error}"))
    }
}
