//! The knobs, turned while the demo runs: `GET /knobs`, `PUT /knobs?db-lock=off`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};

use super::Frontend;
use crate::knobs::Knobs;

/// How they are now. Clones are the same knobs.
#[derive(Clone, Debug)]
pub(super) struct LiveKnobs {
    knobs: Arc<Mutex<Knobs>>,
}

pub(super) async fn read(State(frontend): State<Frontend>) -> Json<Knobs> {
    Json(frontend.knobs.now())
}

/// All of them or none.
pub(super) async fn turn(
    State(frontend): State<Frontend>,
    Query(turned): Query<Vec<(String, String)>>,
) -> Result<Json<Knobs>, (StatusCode, String)> {
    let turned = frontend.knobs.turn(&turned);
    turned.map(Json).map_err(|reason| (StatusCode::BAD_REQUEST, reason))
}

// === impl LiveKnobs ===

impl LiveKnobs {
    pub(super) fn new(knobs: Knobs) -> Self {
        Self { knobs: Arc::new(Mutex::new(knobs)) }
    }

    pub(super) fn now(&self) -> Knobs {
        *self.knobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, turned: &[(String, String)]) -> Result<Knobs, String> {
        let mut knobs = self.knobs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut new = *knobs;
        turned.iter().try_for_each(|(name, value)| new.set(name, value))?;
        *knobs = new;
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_turns_nothing() {
        let live = LiveKnobs::new(Knobs::default());
        let turn = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            live.turn(&pairs.collect::<Vec<_>>())
        };
        assert!(turn(&[("db-lock", "off"), ("db-delay", "-1")]).is_err());
        assert_eq!(live.now(), Knobs::default());
        assert!(!turn(&[("db-lock", "off"), ("db-delay", "1")]).unwrap().db_lock);
        assert_eq!(live.now().db_delay, 1);
    }
}
