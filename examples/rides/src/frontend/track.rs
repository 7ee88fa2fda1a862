//! `GET /track?driver=T7…C&from=x,y&to=x,y`: where the driver is, a line of JSON for each position, until the customer is reached or
//! nobody looks any longer.

use axum::{
    body::Body,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream::{self, StreamExt};
use opentelemetry::{Context, KeyValue};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_jaeger::current_span;

use super::{Frontend, error::DispatchError};
use crate::{
    call_error::CallError,
    proto::{Position, TrackRequest},
    tracing,
};

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    driver: String,
    from: String,
    to: String,
}

pub(super) async fn track(
    State(frontend): State<Frontend>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let trace_url = frontend.trace_url(&current_span().trace_id().to_string());
    let Parameters { driver: driver_id, from, to } = parameters;
    match frontend.peers.track(TrackRequest { driver_id, from, to }).await {
        Ok(positions) => {
            let first = stream::iter([json!({ "trace_url": trace_url })]);
            let lines =
                first.chain(positions.map(line)).map(|line| Ok::<_, DispatchError>(format!("{line}\n")));
            ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
        }
        Err(error) => {
            let text = json!({ "error": error.to_string(), "trace_url": trace_url });
            (error.status(), format!("{text}\n")).into_response()
        }
    }
}

/// The head of the answer has gone when this fails; so the line and the span have to say it.
fn line(position: Result<Position, tonic::Status>) -> Value {
    match position {
        Ok(Position { location, left }) => json!({ "location": location, "left": left }),
        Err(status) => {
            let text = DispatchError::Upstream("driver", CallError::from(status)).to_string();
            tracing::fail(&Context::current(), "error", KeyValue::new("message", text.clone()));
            json!({ "error": text })
        }
    }
}
