//! The static files, inside the binary. Their address carries their digest, so browsers may keep them for a year.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use banso_kernel::Digest;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    body: &'static str,
}

const ASSETS: [Asset; 4] = [
    Asset { name: "tokens.css", media_type: "text/css; charset=utf-8", body: include_str!("../static/tokens.css") },
    Asset { name: "banso.css", media_type: "text/css; charset=utf-8", body: include_str!("../static/banso.css") },
    Asset { name: "banso.js", media_type: "text/javascript; charset=utf-8", body: include_str!("../static/banso.js") },
    Asset { name: "icon.svg", media_type: "image/svg+xml", body: include_str!("../static/icon.svg") },
];

/// The addresses of all files, computed once.
static ADDRESSES: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    let address = |a: &Asset| format!("/static/{}/{}", Digest::of(a.body.as_bytes()).short(), a.name);
    ASSETS.iter().map(|a| (a.name, address(a))).collect()
});

/// The address of a static file.
pub(crate) fn address(name: &str) -> &'static str {
    ADDRESSES.iter().find(|(n, _)| *n == name).map_or("", |(_, address)| address)
}

pub(crate) fn router() -> Router {
    Router::new().route("/static/{digest}/{name}", get(serve)).route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

async fn serve(Path((digest, name)): Path<(String, String)>) -> Response {
    let asked = format!("/static/{digest}/{name}");
    match ASSETS.iter().find(|a| a.name == name && address(a.name) == asked) {
        Some(asset) => {
            let headers = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.body).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
