//! `/v1/units`: the eight units with their totals.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};
use crate::http::read::Now;
use crate::http::read::scores::{Total, scheme, totals};
use crate::http::v1::returns::{UnitReturnsView, Year};
use crate::ops::returns;

/// Units and their totals.
#[derive(Debug, Serialize, ToSchema)]
pub struct Units {
    /// Snapshot that was read.
    pub snapshot: String,
    /// Year.
    pub year: i32,
    /// Units by rank; by code before the first evaluation.
    pub items: Vec<UnitView>,
}

/// A unit and its total; none before the first evaluation.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitView {
    /// Unit code.
    pub code: String,
    /// Unit name.
    pub name: String,
    /// Its total.
    pub score: Option<Total>,
}

/// A unit, its total and the state of its returns.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitDetail {
    /// Snapshot that was read.
    pub snapshot: String,
    /// Year.
    pub year: i32,
    /// The unit.
    pub unit: UnitView,
    /// State of its returns.
    pub returns: Option<UnitReturnsView>,
}

async fn units(web: &Web, now: &Now) -> Result<Vec<UnitView>, Problem> {
    let scores = totals(now, scheme(web, "CTY")?).await?;
    let contracts = &web.app.contracts;
    let view = |code: &str| UnitView {
        code: code.to_owned(),
        name: contracts.unit_name(code).to_owned(),
        score: scores.iter().find(|s| s.subject == code).cloned(),
    };
    let mut list: Vec<UnitView> = contracts.units().into_iter().map(view).collect();
    list.sort_by_key(|u| (u.score.as_ref().and_then(|s| s.rank).unwrap_or(i64::MAX), u.code.clone()));
    Ok(list)
}

/// The eight units with their totals.
#[utoipa::path(get, path = "/v1/units", tag = "results", params(Year), responses(
    (status = 200, body = Units),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(web): State<Web>, Query(asked): Query<Year>) -> Result<Json<Units>, Problem> {
    let now = Now::of(&web, asked.year).await?;
    let items = units(&web, &now).await?;
    Ok(Json(Units { snapshot: now.snapshot.id().to_string(), year: now.year, items }))
}

/// One unit with its total and the state of its returns.
#[utoipa::path(get, path = "/v1/units/{code}", tag = "results",
    params(("code" = String, Path, description = "Code or name of the unit, such as 510903"), Year),
    responses(
        (status = 200, body = UnitDetail),
        (status = 404, body = ProblemJson, content_type = "application/problem+json"),
    ))]
pub(crate) async fn one(
    State(web): State<Web>,
    Path(code): Path<String>,
    Query(asked): Query<Year>,
) -> Result<Json<UnitDetail>, Problem> {
    let code = web.app.contracts.unit_code(&code).ok_or_else(|| Problem::not_found("单位", &code))?;
    let now = Now::of(&web, asked.year).await?;
    let found = units(&web, &now).await?.into_iter().find(|u| u.code == code);
    let unit = found.ok_or_else(|| Problem::not_found("单位", code))?;
    let (states, _) = returns::state(&web.app, now.year).await?;
    let returns = states.into_iter().find(|u| u.unit == code).map(UnitReturnsView::from);
    Ok(Json(UnitDetail { snapshot: now.snapshot.id().to_string(), year: now.year, unit, returns }))
}
