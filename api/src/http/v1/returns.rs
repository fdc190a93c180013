//! `/v1/returns`: the state of returns, their mistakes, and taking new ones in.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::{StatusCode, header};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Web;
use crate::http::problem::{Kind, Problem, ProblemJson};
use crate::http::read::Now;
use crate::http::read::returns::{Filter, StoredIssue, stored_issues};
use crate::http::upload::{Receipt, Upload, take};
use crate::http::v1::{Page, Step};
use crate::ops::returns::{self, OpenReturn, UnitReturns};

/// A year.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Year {
    /// Year; the newest evaluated one unless said otherwise.
    #[param(minimum = 2000, maximum = 2100)]
    pub year: Option<i32>,
}

/// The state of the returns of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnsView {
    /// Year.
    pub year: i32,
    /// Day on which it was looked at.
    pub today: NaiveDate,
    /// Unit by unit.
    pub units: Vec<UnitReturnsView>,
    /// Returns that are missing or came late.
    pub open: Vec<OpenReturnView>,
}

/// The state of a unit's returns.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitReturnsView {
    /// Unit code.
    pub unit: String,
    /// Unit name.
    pub name: String,
    /// Returns due by the day.
    pub expected: i64,
    /// Of these, received.
    pub received: i64,
    /// Of these, received when due or before.
    pub on_time: i64,
    /// Received after the due day.
    pub late: i64,
    /// Due and not received.
    pub missing: i64,
    /// Not due yet.
    pub not_due: i64,
    /// Received with rows sent back.
    pub returned: i64,
    /// Rows sent back.
    pub error_rows: i64,
}

impl From<UnitReturns> for UnitReturnsView {
    fn from(u: UnitReturns) -> Self {
        Self {
            unit: u.unit,
            name: u.name,
            expected: u.expected,
            received: u.received,
            on_time: u.on_time,
            late: u.late,
            missing: u.missing,
            not_due: u.not_due,
            returned: u.returned,
            error_rows: u.error_rows,
        }
    }
}

/// A return that is missing or came late.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenReturnView {
    /// Form code.
    pub form: String,
    /// Form title.
    pub title: String,
    /// Unit code.
    pub unit: String,
    /// Unit name.
    pub name: String,
    /// Period.
    pub period: String,
    /// Due day.
    pub due: NaiveDate,
    /// Day of receipt; none: missing.
    pub received: Option<NaiveDate>,
}

impl From<OpenReturn> for OpenReturnView {
    fn from(o: OpenReturn) -> Self {
        let OpenReturn { form, title, unit, name, period, due, received } = o;
        Self { form, title, unit, name, period, due, received }
    }
}

/// State of returns: expected, received, on time, late, missing, sent back.
#[utoipa::path(get, path = "/v1/returns", tag = "returns", params(Year), responses(
    (status = 200, body = ReturnsView),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn state(State(web): State<Web>, Query(asked): Query<Year>) -> Result<Json<ReturnsView>, Problem> {
    let year = Now::of(&web, asked.year).await?.year;
    let (units, open) = returns::state(&web.app, year).await?;
    let (units, open) = (units.into_iter().map(Into::into).collect(), open.into_iter().map(Into::into).collect());
    Ok(Json(ReturnsView { year, today: web.app.clock.today(), units, open }))
}

/// Mistakes found in returns that were taken in, by file and place.
#[utoipa::path(get, path = "/v1/returns/issues", tag = "returns", params(Filter, Step), responses(
    (status = 200, body = Page<StoredIssue>),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn issues(
    State(web): State<Web>,
    Query(filter): Query<Filter>,
    Query(step): Query<Step>,
) -> Result<Json<Page<StoredIssue>>, Problem> {
    let (items, total) = stored_issues(&web, &filter, step.offset(), step.limit()).await?;
    Ok(Json(step.page(items, total)))
}

/// How a raw body is to be read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct RawName {
    /// Name of the file when the body is the file itself; folders may name period and unit: `202503/船山区/person.csv`.
    pub name: Option<String>,
    /// Take in the good rows of tables with faulty ones; otherwise any error sends everything back.
    pub keep: bool,
}

/// A form with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form; the fields are read one by one")]
pub struct UploadForm {
    /// One or more files.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// Unit code, for files that do not say.
    unit: Option<String>,
    /// Period, for files that do not say.
    period: Option<String>,
    /// Anything: take in the good rows of tables with faulty ones.
    keep: Option<String>,
}

/// Takes returns in: a form with files, or one file as the body with `?name=`.
#[utoipa::path(post, path = "/v1/returns", tag = "returns", params(RawName),
    request_body(content((UploadForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"))),
    responses(
        (status = 200, description = "Taken in", body = Receipt),
        (status = 400, body = ProblemJson, content_type = "application/problem+json"),
        (status = 413, description = "More than 64 MB", body = ProblemJson, content_type = "application/problem+json"),
        (status = 422, description = "Mistakes, each with its place; nothing was taken", body = ProblemJson, content_type = "application/problem+json"),
        (status = 503, description = "Somebody else is writing", body = ProblemJson, content_type = "application/problem+json"),
    ))]
pub(crate) async fn upload(
    State(web): State<Web>,
    Query(raw): Query<RawName>,
    request: Request,
) -> Result<Json<Receipt>, Problem> {
    let mut upload = Upload::new(&web)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let form =
            Multipart::from_request(request, &web).await.map_err(|e| Problem::new(Kind::BadRequest, e.body_text()))?;
        upload = upload.read_form(&web, form).await?;
        upload.keep_good_rows |= raw.keep;
    } else {
        let name = raw.name.ok_or_else(|| Problem::new(Kind::BadRequest, "直接上传文件时请用 ?name= 写明文件名"))?;
        let body = Bytes::from_request(request, &web).await.map_err(|e| unreadable(e.status()))?;
        upload.keep_good_rows = raw.keep;
        upload.save_raw(&name, body).await?;
    }
    Ok(Json(take(&web, upload).await?))
}

fn unreadable(status: StatusCode) -> Problem {
    let kind = Kind::of_status(status);
    Problem::new(kind, if kind == Kind::TooLarge { "上传的内容超过 64 MB" } else { "请求体读不完整" })
}
