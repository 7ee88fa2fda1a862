//! The page in a real browser: a headless Chromium, told by node what to do, and asked what a user sees.
//!
//! `*.mjs` beside this file are the checks; they need no package. Pictures of the views are left in
//! `target/pictures`, or in the folder that `PICTURES` names. `ONLY=…` runs the checks whose name contains it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod checks;
mod traces;

use jaeger_backend::Backend;
use serde_json::json;

#[tokio::test]
async fn what_a_user_sees() {
    if !checks::can_run() {
        return;
    }
    let backend = Backend::start().await.unwrap();
    for batch in traces::all() {
        support::send(&backend, &batch).await;
    }
    let given = json!({
        "base": backend.query_url(),
        "pictures": checks::pictures(),
        "hotrod": traces::id(traces::HOTROD),
        "large": traces::id(traces::LARGE),
        "deep": traces::id(traces::DEEP),
        "hostile": traces::id(traces::HOSTILE),
        "odd": traces::id(traces::ODD),
        "peer": traces::id(traces::PEER),
        "loop": traces::id(traces::LOOP),
        "instant": traces::id(traces::INSTANT),
    });
    tokio::task::spawn_blocking(move || checks::run(&given)).await.unwrap();
    backend.shutdown().await;
}
