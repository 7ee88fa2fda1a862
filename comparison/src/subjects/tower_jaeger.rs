//! Ours, reading W3C's headers beside Jaeger's, as the peers do.

use axum::Router;
use jaeger_propagation::Propagator;
use tower_jaeger::ServerLayer;

use super::Subject;

pub const SUBJECT: Subject = Subject { name: "tower-jaeger", http: layered, grpc: layered };

fn layered(app: Router) -> Router {
    app.layer(ServerLayer::new().with_propagator(Propagator::both()))
}
