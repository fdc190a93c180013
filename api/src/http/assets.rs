//! Style sheet and icon, inside the program. Their address carries a digest, so browsers may keep them for good.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::http::problem::Problem;

/// Name, content type and bytes of each file.
const FILES: [(&str, &str, &[u8]); 2] = [
    ("suixin.css", "text/css; charset=utf-8", include_bytes!("../../assets/suixin.css")),
    ("icon.svg", "image/svg+xml", include_bytes!("../../assets/icon.svg")),
];

/// Digest over all files, short enough for an address.
#[must_use]
pub fn stamp() -> String {
    let mut hash = Sha256::new();
    for (_, _, bytes) in FILES {
        hash.update(bytes);
    }
    hex::encode(&hash.finalize()[..6])
}

/// `GET /assets/{name}`
///
/// # Errors
/// `NotFound` for any other name.
pub async fn get(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = FILES.into_iter().find(|(file, ..)| *file == name);
    let (_, kind, bytes) = found.ok_or_else(|| Problem::not_found("文件", &name))?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers.map(|(name, value)| (name, HeaderValue::from_static(value))), bytes).into_response())
}
