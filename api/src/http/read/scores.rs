//! Scores as they are stored: totals, and how each came about.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value as Json;
use suixin_ingest::value::Value;
use suixin_metrics::definitions::{Indicator, Kind, Scheme};
use suixin_metrics::window::Window;
use suixin_warehouse::Snapshot;
use utoipa::ToSchema;

use super::now::{Now, explained, rows};
use crate::http::Web;
use crate::http::problem::Problem;

/// The total of a subject with its parts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Total {
    /// Key of the subject: unit, village, project, organisation or nomination.
    pub subject: String,
    /// Its name; the key where it has none.
    pub name: String,
    /// Code of the unit it belongs to.
    pub unit: String,
    /// Core points.
    #[schema(value_type = Option<String>)]
    pub core: Option<Decimal>,
    /// Bonus points.
    #[schema(value_type = Option<String>)]
    pub bonus: Option<Decimal>,
    /// Deducted points, zero or less.
    #[schema(value_type = Option<String>)]
    pub deduct: Option<Decimal>,
    /// Total.
    #[schema(value_type = Option<String>)]
    pub total: Option<Decimal>,
    /// Rank; equal ranks are shared.
    pub rank: Option<i64>,
    /// Code of the grade.
    pub grade: Option<String>,
    /// Name of the grade.
    pub grade_name: Option<String>,
    /// How the total came about; empty in lists.
    #[serde(skip)]
    pub explain: Json,
}

/// How an indicator came to its points.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Item {
    /// Indicator id.
    pub indicator: String,
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
    /// Numerator.
    pub numerator: Option<String>,
    /// Denominator.
    pub denominator: Option<String>,
    /// Value; for the unit `%` a ratio.
    pub value: Option<String>,
    /// Unit of the value.
    pub unit: String,
    /// Code of the rule.
    pub rule: String,
    /// The rule in words.
    pub rule_text: String,
    /// The arithmetic, step by step.
    pub arithmetic: String,
    /// How it came to its points: `scored`, `dropped`, `full_by_default` …
    pub outcome: String,
    /// Points.
    #[schema(value_type = String)]
    pub points: Decimal,
    /// Points that it could have given.
    #[schema(value_type = String)]
    pub max: Decimal,
    /// Points lost.
    #[schema(value_type = String)]
    pub lost: Decimal,
    /// Clause of the work plan.
    pub clause: String,
    /// Clause, basis and status in words.
    pub grounds: String,
    /// Version of the definition.
    pub version: String,
}

const TOTALS: &str = "
SELECT subject_id,
       MAX(CASE WHEN indicator_id = 'CORE' THEN score END), MAX(CASE WHEN indicator_id = 'BONUS' THEN score END),
       MAX(CASE WHEN indicator_id = 'DEDUCT' THEN score END), MAX(CASE WHEN indicator_id = 'TOTAL' THEN score END),
       MAX(rank_no), MAX(grade), MAX(CASE WHEN indicator_id = 'TOTAL' THEN explain END)
FROM eval_score WHERE scheme = '${scheme}' AND period = '${period}' AND indicator_id IN ('CORE', 'BONUS', 'DEDUCT', 'TOTAL')
GROUP BY subject_id ORDER BY 6, 5 DESC, 1";

const ITEMS: &str = "
SELECT s.indicator_id, s.version, s.score, s.max_score, s.explain FROM eval_score s
WHERE s.scheme = '${scheme}' AND s.period = '${period}' AND s.subject_id = '${subject}'
  AND s.indicator_id NOT IN ('CORE', 'BONUS', 'DEDUCT', 'TOTAL') ORDER BY s.indicator_id";

/// A scheme by its id.
///
/// # Errors
/// `NotFound`.
pub fn scheme<'a>(web: &'a Web, id: &str) -> Result<&'a Scheme, Problem> {
    web.app.definitions.schemes.get(id).ok_or_else(|| Problem::not_found("评价方案", id))
}

/// The totals of a scheme and year, by rank.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn totals(now: &Now, scheme: &Scheme) -> Result<Vec<Total>, Problem> {
    let sql = TOTALS.replace("${scheme}", scheme.id()).replace("${period}", &now.year.to_string());
    let subjects = subjects(now, scheme).await?;
    let total = |row: Vec<Value>| {
        let subject = row[0].to_string();
        let known = subjects.iter().find(|s| s[0].as_str() == Some(&subject));
        let text = |i: usize| known.map(|s| s[i].to_string()).filter(|t| !t.is_empty());
        let grade = row[6].as_str().map(str::to_owned);
        Total {
            name: text(1).unwrap_or_else(|| subject.clone()),
            unit: text(2).unwrap_or_default(),
            core: row[1].as_decimal(),
            bonus: row[2].as_decimal(),
            deduct: row[3].as_decimal(),
            total: row[4].as_decimal(),
            rank: if let Value::Int(rank) = row[5] { Some(rank) } else { None },
            grade_name: grade.as_ref().map(|g| scheme.grade_name(g).to_owned()),
            explain: explained(&row[7]),
            subject,
            grade,
        }
    };
    Ok(rows(&now.snapshot, &sql).await?.into_iter().map(total).collect())
}

/// Key, name and unit of everybody whom a scheme evaluates.
async fn subjects(now: &Now, scheme: &Scheme) -> Result<Vec<Vec<Value>>, Problem> {
    let inner = Window::year(now.year, now.as_of).fill(scheme.subjects.text());
    rows(&now.snapshot, &format!("SELECT k, name, unit FROM ({inner}) AS subjects")).await
}

/// How every indicator of a subject came to its points, in the order of the definitions.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn items(
    web: &Web,
    snapshot: &Snapshot,
    scheme: &Scheme,
    year: i32,
    total: &Total,
) -> Result<Vec<Item>, Problem> {
    let subject = total.subject.replace('\'', "''");
    let sql =
        ITEMS.replace("${scheme}", scheme.id()).replace("${period}", &year.to_string()).replace("${subject}", &subject);
    let found = rows(snapshot, &sql).await?;
    let mut items: Vec<(Kind, Item)> = found.iter().filter_map(|row| item(web, row)).collect();
    items.sort_by(|(a, x), (b, y)| (a, &x.indicator).cmp(&(b, &y.indicator)));
    Ok(items.into_iter().map(|(_, item)| item).collect())
}

/// A definition by id and version; the newest when the version is gone.
fn definition<'a>(web: &'a Web, id: &str, version: &str) -> Option<&'a Indicator> {
    let of = |i: &&Indicator| i.id() == id;
    let all = &web.app.definitions.indicators;
    all.iter().filter(of).find(|i| i.head.version == version).or_else(|| all.iter().filter(of).next_back())
}

fn item(web: &Web, row: &[Value]) -> Option<(Kind, Item)> {
    let (id, version) = (row[0].to_string(), row[1].to_string());
    let definition = definition(web, &id, &version)?;
    let explain = explained(&row[4]);
    let text = |name: &str| explain[name].as_str().map(str::to_owned);
    let (points, max) = (row[2].as_decimal().unwrap_or_default(), row[3].as_decimal().unwrap_or_default());
    let item = Item {
        level1: definition.level1.clone(),
        level2: definition.level2.clone(),
        name: definition.name.clone(),
        kind: definition.kind.code().to_owned(),
        definition: definition.definition.clone(),
        numerator: text("numerator"),
        denominator: text("denominator"),
        value: text("value"),
        unit: text("unit").unwrap_or_else(|| definition.unit.clone()),
        rule: text("rule").unwrap_or_default(),
        rule_text: text("rule_text").unwrap_or_else(|| definition.rule_text.clone()),
        arithmetic: text("text").unwrap_or_default(),
        outcome: text("outcome").unwrap_or_default(),
        points,
        max,
        lost: lost(definition.kind, points, max),
        clause: text("clause").unwrap_or_else(|| definition.head.clause.clone()),
        grounds: definition.head.grounds(),
        version,
        indicator: id,
    };
    Some((definition.kind, item))
}

/// Points lost: of a core indicator what it could have given more, of a deduction what it took.
fn lost(kind: Kind, points: Decimal, max: Decimal) -> Decimal {
    match kind {
        Kind::Core => max - points,
        Kind::Deduct => -points,
        Kind::Bonus | Kind::Veto | Kind::Eligibility => Decimal::ZERO,
    }
}
