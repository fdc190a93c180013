//! `/v1/scores`: totals of a scheme, and how each came about.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Web;
use crate::http::problem::{Kind, Problem, ProblemJson};
use crate::http::read::Now;
use crate::http::read::scores::{Item, Total, items, scheme, totals};
use crate::http::v1::returns::Year;
use crate::http::v1::{Page, Step};

/// Which scores.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Which {
    /// `CTY` county, `PLT` pilot, `PRJ` project, `ORG` organisation, `SUP` supervision, `AWD` award; `CTY` unless said otherwise.
    pub scheme: Option<String>,
    /// Year, such as `2025`; the newest evaluated one unless said otherwise.
    pub period: Option<String>,
}

/// How a total came about.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// Snapshot that was read.
    pub snapshot: String,
    /// Scheme.
    pub scheme: String,
    /// Its title.
    pub title: String,
    /// Year.
    pub year: i32,
    /// The total.
    pub total: Total,
    /// How the total came about: arithmetic, vetoes, snapshot of the data, hash of the definitions.
    #[schema(value_type = Object)]
    pub explain: serde_json::Value,
    /// Every indicator.
    pub items: Vec<Item>,
}

/// Reads the explanation of a subject; for pages too.
///
/// # Errors
/// `NotFound` for an unknown scheme or subject, `NotComputed` before the evaluation.
pub async fn explanation(web: &Web, now: &Now, scheme_id: &str, subject: &str) -> Result<Explanation, Problem> {
    let scheme = scheme(web, scheme_id)?;
    let found = totals(now, scheme).await?.into_iter().find(|t| t.subject == subject);
    let mut total = found.ok_or_else(|| Problem::not_found("评价对象", subject))?;
    let items = items(web, &now.snapshot, scheme, now.year, &total).await?;
    Ok(Explanation {
        snapshot: now.snapshot.id().to_string(),
        scheme: scheme_id.to_owned(),
        title: scheme.title.clone(),
        year: now.year,
        explain: total.explain.take(),
        total,
        items,
    })
}

fn year_of(period: Option<&str>) -> Result<Option<i32>, Problem> {
    let wrong = |_| Problem::new(Kind::BadRequest, "评价期应为年度，如 2025");
    period.filter(|p| !p.is_empty()).map(|p| p.parse().map_err(wrong)).transpose()
}

/// Totals of a scheme, by rank.
#[utoipa::path(get, path = "/v1/scores", tag = "results", params(Which, Step), responses(
    (status = 200, body = Page<Total>),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
    (status = 404, description = "Unknown scheme, or not computed yet", body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
    Query(step): Query<Step>,
) -> Result<Json<Page<Total>>, Problem> {
    let scheme = scheme(&web, which.scheme.as_deref().unwrap_or("CTY"))?;
    let now = Now::computed(&web, year_of(which.period.as_deref())?).await?;
    Ok(Json(step.of(totals(&now, scheme).await?)))
}

/// How a subject's total came about, down to each indicator: value, rule, arithmetic, clause, points lost.
#[utoipa::path(get, path = "/v1/scores/{scheme}/{subject}", tag = "results",
    params(("scheme" = String, Path, description = "CTY, PLT, PRJ, ORG, SUP or AWD"), ("subject" = String, Path, description = "Key of the subject"), Year),
    responses(
        (status = 200, body = Explanation),
        (status = 404, body = ProblemJson, content_type = "application/problem+json"),
    ))]
pub(crate) async fn explain(
    State(web): State<Web>,
    Path((scheme, subject)): Path<(String, String)>,
    Query(asked): Query<Year>,
) -> Result<Json<Explanation>, Problem> {
    let now = Now::computed(&web, asked.year).await?;
    Ok(Json(explanation(&web, &now, &scheme, &subject).await?))
}
