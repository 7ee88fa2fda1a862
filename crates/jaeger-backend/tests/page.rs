//! The page: complete, self-contained and closed to scripts from elsewhere.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

mod support;

use jaeger_backend::Backend;
use support::get;

#[tokio::test]
async fn every_page_is_the_document() {
    let backend = Backend::start().await.unwrap();
    for path in ["/", "/search", "/search?service=web", "/trace/1001", "/dependencies"] {
        let answer = get(&backend, path).await;
        assert_eq!(
            (answer.status, answer.content_type.as_str()),
            (200, "text/html; charset=utf-8"),
            "{path}"
        );
    }
    assert_eq!(get(&backend, "/favicon.ico").await.status, 204);
    for path in ["/nope", "/api/nope", "/assets/nope.js"] {
        let answer = get(&backend, path).await;
        assert_eq!((answer.status, answer.body.as_str()), (404, "404 page not found\n"), "{path}");
    }
}

/// Follows the references of the document and of the scripts.
#[tokio::test]
async fn all_that_the_page_needs_is_in_the_binary() {
    let backend = Backend::start().await.unwrap();
    let mut pending = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = pending.pop() {
        if seen.contains(&path) {
            continue;
        }
        let text = get(&backend, &path).await;
        assert_eq!(text.status, 200, "{path}");
        for forbidden in ["https://", "innerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!text.body.contains(forbidden), "{path} contains {forbidden}");
        }
        for part in text.body.split('"').skip(1).step_by(2) {
            if let Some(file) = part.strip_prefix("./") {
                pending.push(format!("/assets/{file}"));
            } else if part.starts_with("/assets/") {
                pending.push(part.to_owned());
            }
        }
        seen.push(path);
    }
    assert_eq!(seen.len(), 43, "{seen:?}");
}

#[tokio::test]
async fn only_own_scripts_may_run() {
    let backend = Backend::start().await.unwrap();
    let url = backend.query_url();
    let policy = tokio::task::spawn_blocking(move || {
        let answer = ureq::get(url).call().unwrap();
        answer.headers()["content-security-policy"].to_str().unwrap().to_owned()
    });
    let policy = policy.await.unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
}
