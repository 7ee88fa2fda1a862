//! A driver on the way to a customer, as a stream of positions.

use std::time::Duration;

use futures_util::stream::{self, Stream};
use opentelemetry::KeyValue;
use tokio::time::sleep;
use tonic::Status;

use crate::{plan::Location, proto::Position, tracing};

/// The positions of a ride: a few, so that it is watched to its end.
const POSITIONS: u32 = 12;
const PACE: Duration = Duration::from_millis(250);

/// One position after the other, the last one the customer's. The span of the call is current whenever this is polled.
pub(super) fn track(from: Location, to: Location) -> impl Stream<Item = Result<Position, Status>> {
    stream::unfold(1, move |position| async move {
        if position > POSITIONS {
            return None;
        }
        sleep(PACE).await;
        let location = from.on_the_way(to, position, POSITIONS);
        let left = POSITIONS - position;
        tracing::log("Position", [KeyValue::new("location", location.to_string())]);
        Some((Ok(Position { location: location.to_string(), left }), position + 1))
    })
}
