//! `/units/{code}`, `/pilots/{code}`: a total explained down to each indicator.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use rust_decimal::Decimal;
use suixin_metrics::definitions::Scheme;
use suixin_reports::number::{self, Format};

use crate::http::Web;
use crate::http::pages::{Shell, show};
use crate::http::problem::{Kind, Problem};
use crate::http::read::Now;
use crate::http::read::scores::{Item, Total, scheme as scheme_of};
use crate::http::v1::returns::Year;
use crate::http::v1::scores::{Explanation, explanation};
use crate::ops::returns::{self, UnitReturns};

#[derive(Template)]
#[template(path = "subject.html")]
struct SubjectPage {
    shell: Shell,
    scheme: String,
    owner: String,
    total: Total,
    of: usize,
    text: String,
    remarks: Vec<String>,
    snapshot: String,
    definitions: String,
    grades: String,
    full: String,
    caps: (String, String),
    losses: Vec<Item>,
    groups: Vec<Group>,
    returns: Vec<UnitReturns>,
}

/// The indicators of a first-level group.
struct Group {
    title: String,
    points: Decimal,
    max: Decimal,
    core: bool,
    items: Vec<Item>,
}

impl SubjectPage {
    fn points(&self, value: &Decimal) -> String {
        number::decimal(*value, Format::Score)
    }

    fn optional(&self, value: &Option<Decimal>) -> String {
        value.map_or_else(|| number::MISSING.to_owned(), |v| self.points(&v))
    }

    /// Page of the figure of an indicator's points.
    fn figure(&self, item: &Item) -> String {
        let id = format!("{}/{}/{}", self.scheme, self.total.subject, item.indicator);
        super::table::figure_href(&id, self.shell.year)
    }

    /// A value with its unit; shares as percentages.
    fn value(&self, item: &Item) -> String {
        let parsed = item.value.as_ref().and_then(|v| v.parse::<Decimal>().ok());
        match parsed {
            None => number::MISSING.to_owned(),
            Some(v) if item.unit == "%" => number::decimal(v, Format::Pct1),
            Some(v) => format!("{} {}", number::decimal(v.round_dp(4), Format::Text), item.unit),
        }
    }

    /// Numerator and denominator as they were counted.
    fn counted(&self, item: &Item) -> String {
        let plain = |text: &String| {
            text.parse::<Decimal>().map_or_else(|_| text.clone(), |d| number::decimal(d.round_dp(4), Format::Text))
        };
        match (&item.numerator, &item.denominator) {
            (Some(n), Some(d)) => format!("{} ÷ {}", plain(n), plain(d)),
            (Some(n), None) => plain(n),
            (None, Some(d)) => format!("无 ÷ {}", plain(d)),
            (None, None) => number::MISSING.to_owned(),
        }
    }

    fn outcome(&self, item: &Item) -> &'static str {
        match item.outcome.as_str() {
            "dropped" => "不适用，分值转给同组其他指标",
            "full_by_default" => "没有应办事项，按满分计",
            "zero_by_default" => "没有开展，不得分",
            "nothing" => "没有发生",
            "no_veto" => "未触发",
            "veto" => "已触发",
            "passed" => "符合",
            "failed" => "不符合",
            _ => "",
        }
    }
}

/// `GET /units/{code}`, by code or name.
///
/// # Errors
/// `NotFound` for an unknown unit, `NotComputed` before the evaluation.
pub async fn unit(
    State(web): State<Web>,
    Path(code): Path<String>,
    Query(asked): Query<Year>,
) -> Result<Response, Problem> {
    let code = web.app.contracts.unit_code(&code).ok_or_else(|| Problem::not_found("单位", &code))?;
    let now = Now::computed(&web, asked.year).await?;
    let explained = explanation(&web, &now, "CTY", code).await?;
    let (mut states, _) = returns::state(&web.app, now.year).await?;
    states.retain(|u| u.unit == code);
    show(&page(&web, &now, explained, states)?)
}

/// `GET /pilots/{code}`
///
/// # Errors
/// `NotFound` for an unknown pilot, `NotComputed` before the evaluation.
pub async fn pilot(
    State(web): State<Web>,
    Path(code): Path<String>,
    Query(asked): Query<Year>,
) -> Result<Response, Problem> {
    let now = Now::computed(&web, asked.year).await?;
    let explained = explanation(&web, &now, "PLT", &code).await.map_err(|p| match p.kind {
        Kind::NotFound => Problem::not_found("试点", &code),
        _ => p,
    })?;
    show(&page(&web, &now, explained, Vec::new())?)
}

fn page(web: &Web, now: &Now, explained: Explanation, returns: Vec<UnitReturns>) -> Result<SubjectPage, Problem> {
    let rules = scheme_of(web, &explained.scheme)?;
    let Explanation { scheme, title, total, explain, items, .. } = explained;
    let text = |name: &str| explain[name].as_str().unwrap_or_default().to_owned();
    let mut losses: Vec<Item> = items.iter().filter(|i| i.lost > Decimal::ZERO).cloned().collect();
    losses.sort_by(|a, b| b.lost.cmp(&a.lost).then_with(|| a.indicator.cmp(&b.indicator)));
    losses.truncate(5);
    let unit = &total.unit;
    Ok(SubjectPage {
        shell: Shell::of(web, format!("{} · {title}", total.name), "/", now),
        owner: if *unit == total.subject { String::new() } else { web.app.contracts.unit_name(unit).to_owned() },
        of: explain["ranked_with"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        text: text("text"),
        remarks: remarks(&total, &explain, &items),
        snapshot: text("snapshot"),
        definitions: text("definitions").chars().take(8).collect(),
        grades: thresholds(rules),
        full: rules.full_score.to_string(),
        caps: (rules.bonus_cap.to_string(), rules.deduct_cap.to_string()),
        groups: groups(items),
        scheme,
        losses,
        returns,
        total,
    })
}

/// From which total each grade is given, as the scheme says: `优秀≥90，良好≥80，合格≥60`.
fn thresholds(scheme: &Scheme) -> String {
    let given = scheme.grades.iter().filter_map(|g| g.from.as_ref().map(|from| format!("{}≥{from}", g.name)));
    given.collect::<Vec<_>>().join("，")
}

/// What must be said beside the total: vetoes and indicators that do not apply.
fn remarks(total: &Total, explain: &serde_json::Value, items: &[Item]) -> Vec<String> {
    let named = |name: &str| -> Vec<String> {
        let ids = explain[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let name_of =
            |id: &str| items.iter().find(|i| i.indicator == id).map_or_else(|| id.to_owned(), |i| i.name.clone());
        ids.iter().filter_map(|v| v.as_str()).map(name_of).collect()
    };
    let mut out = Vec::new();
    let vetoes = named("vetoes");
    if !vetoes.is_empty() {
        let grade = total.grade_name.as_deref().unwrap_or("—");
        out.push(format!("触发一票否决：{}。得分照列，等次限为“{grade}”。", vetoes.join("、")));
    }
    let dropped = named("dropped");
    if !dropped.is_empty() {
        out.push(format!("不适用的指标：{}。其分值已按比例转给同一级指标内的其他指标。", dropped.join("、")));
    }
    out
}

fn groups(items: Vec<Item>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for item in items {
        let (title, core) = (item.level1.clone(), item.kind == "core");
        let place = groups.iter().position(|g| g.title == title && g.core == core).unwrap_or_else(|| {
            groups.push(Group { title, points: Decimal::ZERO, max: Decimal::ZERO, core, items: Vec::new() });
            groups.len() - 1
        });
        let group = &mut groups[place];
        group.points += item.points;
        group.max += item.max;
        group.items.push(item);
    }
    groups
}
