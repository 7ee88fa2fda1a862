//! The settings that only servers have: nobody asks a client.

use crate::{DebugIds, trust::TrustPolicy};

#[derive(Clone, Debug, Default)]
pub(crate) struct ServerSettings {
    pub(crate) debug_ids: DebugIds,
    pub(crate) trust: TrustPolicy,
}
