//! `/v1/packs`: the newest pack and its files.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Kind, Problem, ProblemJson};
use crate::http::read::packs::{Pack, newest};
use crate::http::record::record;

/// The newest pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackView {
    /// Title.
    pub title: String,
    /// Year.
    pub year: i32,
    /// Day up to which outcomes were counted.
    pub as_of: NaiveDate,
    /// Snapshot that it was made from.
    pub snapshot: String,
    /// Hash of the definitions.
    pub definitions: String,
    /// Its files.
    pub files: Vec<PackFile>,
}

/// A file of a pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackFile {
    /// Path inside the pack.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Where to get it.
    pub href: String,
}

fn pack(web: &Web) -> Result<Pack, Problem> {
    newest(&web.app).ok_or_else(|| Problem::new(Kind::NotFound, "还没有印制过材料"))
}

/// Address of a file; the pack's own slashes stay slashes.
#[must_use]
pub fn href(path: &str) -> String {
    let encoded: Vec<String> = path.split('/').map(encode).collect();
    format!("/v1/packs/{}", encoded.join("/"))
}

/// Percent-encodes one part of a path.
#[must_use]
pub fn encode(part: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    part.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The newest pack.
#[utoipa::path(get, path = "/v1/packs", tag = "reports", responses(
    (status = 200, body = PackView),
    (status = 404, description = "No pack yet", body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(web): State<Web>) -> Result<Json<PackView>, Problem> {
    let m = pack(&web)?.manifest;
    let file = |d: suixin_reports::manifest::Document| PackFile {
        href: href(&d.path),
        path: d.path,
        sha256: d.sha256,
        size_bytes: d.size_bytes,
    };
    let files = m.documents.into_iter().map(file).collect();
    Ok(Json(PackView {
        title: m.title,
        year: m.year,
        as_of: m.as_of,
        snapshot: m.snapshot,
        definitions: m.definitions_hash,
        files,
    }))
}

/// A file of the newest pack; `manifest.json` too.
#[utoipa::path(get, path = "/v1/packs/{file}", tag = "reports",
    params(("file" = String, Path, description = "Path inside the pack, as listed")),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, body = ProblemJson, content_type = "application/problem+json"),
        (status = 503, description = "The audit log cannot be written", body = ProblemJson, content_type = "application/problem+json"),
    ))]
pub(crate) async fn one(State(web): State<Web>, Path(file): Path<String>) -> Result<Response, Problem> {
    let bytes = pack(&web)?.file(&file)?;
    record(&web, "export", &format!("pack/{file}"))?;
    let name = file.rsplit('/').next().unwrap_or_default();
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(name));
    let disposition = HeaderValue::from_str(&disposition).map_err(Problem::internal)?;
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type(name))),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        bytes,
    )
        .into_response())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "pdf" => "application/pdf",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_keep_their_folders() {
        assert_eq!(href("charts/01-rank.svg"), "/v1/packs/charts/01-rank.svg");
        assert_eq!(href("附 表.xlsx"), "/v1/packs/%E9%99%84%20%E8%A1%A8.xlsx");
    }
}
