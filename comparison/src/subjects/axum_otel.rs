//! axum-otel: callbacks for tower-http's `TraceLayer`; nothing for gRPC.

use axum::Router;
use axum_otel::{AxumOtelOnFailure, AxumOtelOnResponse, AxumOtelSpanCreator};
use tower_http::trace::TraceLayer;
use tracing::Level;

use super::Subject;

pub const SUBJECT: Subject = Subject { name: "axum-otel", http: layered, grpc: layered };

fn layered(app: Router) -> Router {
    app.layer(
        TraceLayer::new_for_http()
            .make_span_with(AxumOtelSpanCreator::new().level(Level::INFO))
            .on_response(AxumOtelOnResponse::new().level(Level::INFO))
            .on_failure(AxumOtelOnFailure::new()),
    )
}
