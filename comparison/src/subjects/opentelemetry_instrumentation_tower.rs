//! opentelemetry-instrumentation-tower: one layer, which treats gRPC as any HTTP.

use axum::Router;
use opentelemetry_instrumentation_tower::http::server::Layer;

use super::Subject;

pub const SUBJECT: Subject =
    Subject { name: "opentelemetry-instrumentation-tower", http: layered, grpc: layered };

fn layered(app: Router) -> Router {
    app.layer(Layer::new())
}
