//! The page: one document for search, traces and dependencies, with its style and scripts, all in the binary.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::answer::not_found;

/// Scripts and styles come from this server only, and data only from its API. Span data can therefore not
/// run as a script even if a text were inserted as markup by mistake.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// A file of the folder `page`.
#[derive(Clone, Copy, Debug)]
struct Asset {
    path: &'static str,
    media_type: &'static str,
    text: &'static str,
}

/// The files of the folder `page` by their names: each is at `/assets/` and in the binary.
macro_rules! assets {
    ($($media_type:ident: $($file:literal)*;)*) => {
        [$($(Asset::new(concat!("/assets/", $file), $media_type, include_str!(concat!("../page/", $file))),)*)*]
    };
}

const ASSETS: [Asset; 42] = assets! {
    CSS: "base.css" "search.css" "trace.css" "detail.css" "dependencies.css";
    SVG: "icon.svg";
    // All pages.
    SCRIPT: "theme-first.js" "theme.js" "main.js" "api.js" "dom.js" "format.js" "words.js" "colours.js";
    // `/search`
    SCRIPT: "search.js" "search-form.js" "search-address.js" "results.js" "scatter.js";
    // `/trace/{id}`
    SCRIPT: "trace.js" "trace-view.js" "trace-tree.js" "trace-head.js" "timeline.js" "folds.js" "row-window.js"
        "row-heights.js" "row.js" "detail.js" "view.js" "divider.js" "tools.js" "help.js"
        "ruler.js" "minimap.js" "find.js" "find-bar.js" "keys.js";
    // `/dependencies`
    SCRIPT: "dependencies.js" "graph-layout.js" "graph-picture.js" "graph-window.js";
};

const DOCUMENT: Asset = Asset::new("/", HTML, include_str!("../page/index.html"));

/// The routes of the page. What the path means is decided by its scripts.
pub(crate) fn router() -> Router {
    let pages = Router::new()
        .route("/", get(DOCUMENT))
        .route("/search", get(DOCUMENT))
        .route("/dependencies", get(DOCUMENT))
        .route("/trace/{id}", get(DOCUMENT))
        .route("/favicon.ico", get(StatusCode::NO_CONTENT))
        .fallback(not_found);
    ASSETS.into_iter().fold(pages, |router, asset| router.route(asset.path, get(asset)))
}

// === impl Asset ===

impl Asset {
    const fn new(path: &'static str, media_type: &'static str, text: &'static str) -> Self {
        Self { path, media_type, text }
    }
}

impl IntoResponse for Asset {
    fn into_response(self) -> Response {
        let headers: [(HeaderName, HeaderValue); 5] = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.media_type)),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            // The next version of the program may bring other files under the same names.
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ];
        (headers, self.text).into_response()
    }
}
