//! `POST /v1/query`: SQL of a person, through the gate, on record before the first row.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use suixin_warehouse::{Frame, Limits};
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Kind, Problem, ProblemJson};
use crate::http::record::record;

/// Rows of an answer unless asked otherwise.
const ROWS: usize = 1_000;
/// Most rows of an answer.
const MAX_ROWS: usize = 100_000;
/// Time of a query.
const TIME: Duration = Duration::from_secs(30);

/// A query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryBody {
    /// One `SELECT`; it reads the newest snapshot.
    #[schema(example = "SELECT eval_unit_code, COUNT(*) AS n FROM need_item GROUP BY eval_unit_code")]
    pub sql: String,
    /// Most rows: 1000 unless said otherwise, at most 100000.
    pub limit: Option<usize>,
}

/// The answer to a query.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// Snapshot that was read.
    pub snapshot: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Their SQL types.
    pub types: Vec<String>,
    /// Rows; decimals are texts, so that no digit is lost.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there were more rows.
    pub truncated: bool,
}

/// Runs a query: audit record first, then the gate. Every door of this module comes through here.
///
/// # Errors
/// When the record cannot be written, or the gate or the engine refuses the statement.
pub async fn run(web: &Web, sql: &str, limit: usize) -> Result<(String, Frame), Problem> {
    if sql.trim().is_empty() {
        return Err(Problem::new(Kind::WrongQuery, "语句是空的"));
    }
    let snapshot = web.app.warehouse.snapshot().await?;
    record(web, "query", sql)?;
    let limits = Limits { max_rows: limit.clamp(1, MAX_ROWS), timeout: TIME };
    let frame = snapshot.query_gated(sql, &limits).await?;
    Ok((snapshot.id().to_string(), frame))
}

/// Reads by SQL. The answer is JSON, or CSV with `Accept: text/csv`.
#[utoipa::path(post, path = "/v1/query", tag = "data", request_body = QueryBody, responses(
    (status = 200, description = "Rows", content((Answer = "application/json"), (String = "text/csv"))),
    (status = 400, description = "SQL that does not run", body = ProblemJson, content_type = "application/problem+json"),
    (status = 403, description = "SQL that the gate refuses", body = ProblemJson, content_type = "application/problem+json"),
    (status = 422, description = "SQL that asks for too much", body = ProblemJson, content_type = "application/problem+json"),
    (status = 503, description = "The audit log cannot be written", body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn post(
    State(web): State<Web>,
    headers: HeaderMap,
    body: Result<Json<QueryBody>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(body) = body.map_err(unreadable)?;
    let (snapshot, frame) = run(&web, &body.sql, body.limit.unwrap_or(ROWS)).await?;
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if accept.split(',').any(|kind| kind.trim().starts_with("text/csv")) {
        return csv(&frame);
    }
    let json = |v| serde_json::to_value(v).unwrap_or_default();
    let rows = frame.rows.iter().map(|row| row.iter().map(json).collect()).collect();
    Ok(Json(Answer { snapshot, columns: frame.columns, types: frame.types, rows, truncated: frame.truncated })
        .into_response())
}

fn unreadable(rejection: JsonRejection) -> Problem {
    let kind = match rejection {
        JsonRejection::MissingJsonContentType(_) => Kind::WrongType,
        _ => Kind::BadRequest,
    };
    Problem::new(kind, "请求体应为 JSON，如 {\"sql\": \"SELECT 1\", \"limit\": 100}")
}

/// A frame as CSV for download: UTF-8 with a mark at the front, so that spreadsheets read the Chinese.
///
/// # Errors
/// When a row cannot be written.
pub fn csv(frame: &Frame) -> Result<Response, Problem> {
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(&frame.columns).map_err(Problem::internal)?;
    for row in &frame.rows {
        writer.write_record(row.iter().map(|v| harmless(v.to_string()))).map_err(Problem::internal)?;
    }
    let bytes = writer.into_inner().map_err(|e| Problem::internal(anyhow::anyhow!("{e}")))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"query.csv\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// A text that a spreadsheet would run as a formula gets a quotation mark in front; numbers stay.
fn harmless(text: String) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky && text.parse::<f64>().is_err() { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_run_nothing() {
        assert_eq!(harmless("=1+1".into()), "'=1+1");
        assert_eq!(harmless("@cmd".into()), "'@cmd");
        assert_eq!(harmless("-12.50".into()), "-12.50");
        assert_eq!(harmless("船山区".into()), "船山区");
    }
}
