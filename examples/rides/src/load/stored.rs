//! Whether the traces of the load are stored, as the query API tells.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use http::StatusCode;
use tokio::time::Instant;

use super::{About, Answered, SESSION};
use crate::{frontend::Dispatched, plan::Plan, query, tree::Node};

/// So many questions at a time.
const CONCURRENCY: usize = 8;

/// Of the traces that the frontend named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) named: usize,
    pub(super) traces: usize,
    pub(super) spans: usize,
    /// Traces whose course the seed tells, and those of them that are whole and as expected.
    pub(super) foreseen: usize,
    pub(super) as_foreseen: usize,
    /// How many spans the foreseen ones lack.
    pub(super) lost: usize,
}

pub(super) async fn count(about: &About, answers: &[Answered], deadline: Duration) -> Stored {
    let end = Instant::now() + deadline;
    let look_up = answers.iter().filter_map(|answered| {
        let (status, dispatched) = answered.answer.as_ref().ok()?;
        Some(look_up(about, answered, *status, dispatched, end))
    });
    let found = stream::iter(look_up).buffer_unordered(CONCURRENCY);
    found.fold(Stored::default(), async |sum, one| sum.plus(one)).await
}

async fn look_up(
    about: &About,
    answered: &Answered,
    status: StatusCode,
    dispatched: &Dispatched,
    end: Instant,
) -> Stored {
    let expected = expected(about, answered, status);
    let least = expected.as_ref().map_or(1, Node::count);
    let left = end.saturating_duration_since(Instant::now());
    let received = query::wait_for_trace(&about.query, &dispatched.trace_id, least, left).await;
    let spans = received.count();
    Stored {
        named: 1,
        traces: usize::from(spans > 0),
        spans,
        foreseen: usize::from(expected.is_some()),
        as_foreseen: usize::from(expected.as_ref().is_some_and(|expected| received.is(expected))),
        lost: expected.map_or(0, |expected| expected.count().saturating_sub(spans)),
    }
}

/// What the seed says; nothing about a dispatch that failed because a service was away.
fn expected(about: &About, answered: &Answered, status: StatusCode) -> Option<Node> {
    let expected = Plan::new(about.seed).trace(answered.customer, SESSION, &answered.request, about.knobs);
    (expected.is_error() != status.is_success()).then_some(expected)
}

// === impl Stored ===

impl Stored {
    fn plus(self, other: Self) -> Self {
        Self {
            named: self.named + other.named,
            traces: self.traces + other.traces,
            spans: self.spans + other.spans,
            foreseen: self.foreseen + other.foreseen,
            as_foreseen: self.as_foreseen + other.as_foreseen,
            lost: self.lost + other.lost,
        }
    }
}
