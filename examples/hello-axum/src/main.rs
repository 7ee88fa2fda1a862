//! `cargo run -p hello-axum`, then `curl localhost:3000/hello/Bryan`; `cargo run -p jaeger-backend` shows the traces.
//!
//! With baggage: `curl -H 'jaeger-baggage: greeting=Bonjour' localhost:3000/hello/Bryan`.

use std::error::Error;

use axum::{Router, extract::Path, routing::get};
use opentelemetry::{Context, baggage::BaggageExt};
use tower_jaeger::ServerLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let _closer = jaeger_client::Config::new("hello-axum").install()?;
    let app = Router::new().route("/hello/{name}", get(hello)).layer(ServerLayer::new());

    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(ctrl_c()).await?;
    Ok(())
}

async fn hello(Path(name): Path<String>) -> String {
    let context = Context::current();
    let greeting = context.baggage().get("greeting").map_or("Hello", |greeting| greeting.as_str());
    format!("{greeting}, {name}!\n")
}

/// The program ends by itself, so that the closer sends the last spans.
async fn ctrl_c() {
    tokio::signal::ctrl_c().await.ok();
}
