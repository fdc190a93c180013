//! `/v1/indicators`: the definitions by which points are given.

use axum::Json;
use axum::extract::{Path, Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use suixin_metrics::definitions::Indicator;
use utoipa::{IntoParams, ToSchema};

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};
use crate::http::v1::{Page, Step};

/// Which indicators.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Which {
    /// Scheme; all unless said otherwise.
    pub scheme: Option<String>,
}

/// An indicator.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorView {
    /// Id, such as `CTY-301`.
    pub id: String,
    /// Version.
    pub version: String,
    /// Scheme.
    pub scheme: String,
    /// First-level group.
    pub level1: String,
    /// Second-level group.
    pub level2: String,
    /// Name.
    pub name: String,
    /// `core`, `bonus`, `deduct`, `veto` or `elig`.
    pub kind: String,
    /// What it measures.
    pub definition: String,
    /// Unit of its value.
    pub unit: String,
    /// Target, for people.
    pub target: Option<String>,
    /// Points.
    pub weight: String,
    /// Code of the rule.
    pub rule: String,
    /// The rule in words.
    pub rule_text: String,
    /// Clause of the work plan.
    pub clause: String,
    /// Basis in words.
    pub basis: String,
    /// `SEED`, `LAW`, `REF` or `PROPOSAL`.
    pub status: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
}

/// An indicator with its statements.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorDetail {
    /// The indicator.
    #[serde(flatten)]
    pub indicator: IndicatorView,
    /// What is done without a denominator: `N1`, `N2` or `N3`.
    pub na_policy: String,
    /// Parameters of the rule.
    #[schema(value_type = Object)]
    pub rule_params: serde_json::Value,
    /// SQL of the numerator, or of the value itself.
    pub numerator: String,
    /// SQL of the denominator.
    pub denominator: Option<String>,
    /// Tables that it reads.
    pub tables: Vec<String>,
}

impl From<&Indicator> for IndicatorView {
    fn from(i: &Indicator) -> Self {
        Self {
            id: i.id().to_owned(),
            version: i.head.version.clone(),
            scheme: i.scheme.clone(),
            level1: i.level1.clone(),
            level2: i.level2.clone(),
            name: i.name.clone(),
            kind: i.kind.code().to_owned(),
            definition: i.definition.clone(),
            unit: i.unit.clone(),
            target: i.target.clone(),
            weight: i.weight.to_string(),
            rule: i.rule.code().to_owned(),
            rule_text: i.rule_text.clone(),
            clause: i.head.clause.clone(),
            basis: i.head.basis.clone(),
            status: i.head.status.code().to_owned(),
            effective_from: i.head.effective_from,
            effective_to: i.head.effective_to,
        }
    }
}

/// Indicators of all schemes, every version.
#[utoipa::path(get, path = "/v1/indicators", tag = "definitions", params(Which, Step), responses(
    (status = 200, body = Page<IndicatorView>),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
    Query(step): Query<Step>,
) -> Json<Page<IndicatorView>> {
    let wanted = |i: &&Indicator| which.scheme.as_ref().is_none_or(|s| *s == i.scheme);
    Json(step.of(web.app.definitions.indicators.iter().filter(wanted).map(IndicatorView::from).collect()))
}

/// The newest version of an indicator, with its SQL.
#[utoipa::path(get, path = "/v1/indicators/{id}", tag = "definitions",
    params(("id" = String, Path, description = "Indicator id, such as CTY-301")),
    responses(
        (status = 200, body = IndicatorDetail),
        (status = 404, body = ProblemJson, content_type = "application/problem+json"),
    ))]
pub(crate) async fn one(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<IndicatorDetail>, Problem> {
    let found = web.app.definitions.indicators.iter().filter(|i| i.id() == id).next_back();
    let i = found.ok_or_else(|| Problem::not_found("指标", &id))?;
    Ok(Json(IndicatorDetail {
        indicator: i.into(),
        na_policy: i.na_policy.code().to_owned(),
        rule_params: i.rule_params.clone(),
        numerator: i.numerator.text().to_owned(),
        denominator: i.denominator.as_ref().map(|d| d.text().to_owned()),
        tables: i.tables.clone(),
    }))
}
