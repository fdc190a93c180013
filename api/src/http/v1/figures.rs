//! `/v1/figures`: the numbers that packs print, and where each comes from.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};
use crate::http::read::Now;
use crate::http::read::figures::{Sheet, run, sheet};
use crate::http::read::trace::{FigureTrace, trace};
use crate::http::v1::returns::Year;
use crate::http::v1::{Page, Step};

/// Which figures.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Which {
    /// Dataset; without it the datasets themselves are listed, each with the ids of its figures' columns.
    pub dataset: Option<String>,
    /// Year; the newest evaluated one unless said otherwise.
    pub year: Option<i32>,
}

/// A figure, or without `dataset` a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// Id `<dataset>/<row key>/<column>`; of a dataset its own.
    pub id: String,
    /// Title of the dataset, and of the column.
    pub title: String,
    /// As printed; none for a dataset.
    pub text: Option<String>,
    /// Unit as printed.
    pub unit: String,
}

/// The numbers of a dataset with their ids, or the datasets.
#[utoipa::path(get, path = "/v1/figures", tag = "reports", params(Which, Step), responses(
    (status = 200, body = Page<FigureView>),
    (status = 404, description = "Unknown dataset, or not computed yet", body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
    Query(step): Query<Step>,
) -> Result<Json<Page<FigureView>>, Problem> {
    let Some(id) = which.dataset else { return Ok(Json(step.of(datasets(&web)))) };
    let now = Now::computed(&web, which.year).await?;
    let data = run(&web, &now, &[&id]).await?;
    Ok(Json(step.of(data.values().map(sheet).flat_map(|s| figures(&s)).collect())))
}

fn datasets(web: &Web) -> Vec<FigureView> {
    let view = |d: &suixin_metrics::definitions::DatasetDef| FigureView {
        id: d.id.clone(),
        title: d.title.clone(),
        text: None,
        unit: String::new(),
    };
    web.app.definitions.datasets.values().map(view).collect()
}

fn figures(sheet: &Sheet) -> Vec<FigureView> {
    let cells = sheet.lines.iter().flat_map(|line| line.cells.iter().zip(&sheet.columns));
    let view = |(shown, head): (&crate::http::read::figures::Shown, &crate::http::read::figures::Head)| {
        let id = shown.figure.clone()?;
        Some(FigureView {
            id,
            title: format!("{}：{}", sheet.title, head.title),
            text: Some(shown.text.clone()),
            unit: head.unit.clone(),
        })
    };
    cells.filter_map(view).collect()
}

/// Where a number comes from: its statement, the rows, the files, sheets and rows of the returns.
#[utoipa::path(get, path = "/v1/figures/{id}", tag = "reports",
    params(("id" = String, Path, description = "<dataset>/<row key>/<column>, or <scheme>/<subject>/<indicator>"), Year),
    responses(
        (status = 200, body = FigureTrace),
        (status = 404, body = ProblemJson, content_type = "application/problem+json"),
    ))]
pub(crate) async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(asked): Query<Year>,
) -> Result<Json<FigureTrace>, Problem> {
    let now = Now::computed(&web, asked.year).await?;
    Ok(Json(trace(&web, &now, &id).await?))
}
