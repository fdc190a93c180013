//! Computing, scoring and looking for suspicions; and reading back what was found.

use anyhow::{Context, Result};
use chrono::Datelike;
use serde::Serialize;
use suixin_ingest::value::Value;
use suixin_metrics::{Evaluation, RiskHit, SavedRisks};
use suixin_warehouse::{Frame, Snapshot};

use crate::app::App;
use crate::commands::Usage;
use crate::ops::{Progress, awards};

/// Computes values, points, totals, ranks and grades of a year on the newest snapshot and saves them as one commit.
///
/// # Errors
/// When no scheme is in force, a statement fails, or the warehouse cannot be written; [`Usage`] when everything of the year
/// is published.
pub async fn compute(app: &App, year: i32, progress: Progress<'_>) -> Result<Evaluation> {
    let snapshot = app.warehouse.snapshot().await?;
    ready(app, &snapshot, year)?;
    let tell = |stage: &str, done: u64, total: u64| progress(stage, done, total);
    let as_of = app.clock.as_of(year);
    let evaluation = suixin_metrics::compute(&snapshot, &app.definitions, year, as_of, &tell).await?;
    if evaluation.schemes.is_empty() {
        return Err(Usage(all_published(year)).into());
    }
    suixin_metrics::save(&app.warehouse, &evaluation, app.clock.now()).await.context("评价结果存不进仓库")?;
    Ok(evaluation)
}

/// What is published stands until an appeal is upheld or the publication is lifted.
#[must_use]
pub fn all_published(year: i32) -> String {
    format!("{year}年各方案的结果都已发布，没有重算；{REMEDY}")
}

/// What can be done about a published result.
pub const REMEDY: &str =
    "如有错误，公示期内由单位提出申诉（suixin appeal open），或由市局撤销发布（suixin freeze lift）后更正";

/// Runs the risk rules of a year on the newest snapshot and saves the hits.
///
/// # Errors
/// When a statement fails or the warehouse cannot be written.
pub async fn risks(app: &App, year: i32, progress: Progress<'_>) -> Result<(Vec<RiskHit>, SavedRisks)> {
    let snapshot = app.warehouse.snapshot().await?;
    ready(app, &snapshot, year)?;
    progress("排查疑点", 0, 1);
    let as_of = app.clock.as_of(year);
    let hits = suixin_metrics::run_risks(&snapshot, &app.definitions, year, as_of).await?;
    let saved = suixin_metrics::save_risks(&app.warehouse, &app.definitions, &hits, as_of, app.clock.now()).await?;
    progress("排查疑点", 1, 1);
    Ok((hits, saved))
}

/// There is something to evaluate: returns, and a year that has begun.
pub(super) fn ready(app: &App, snapshot: &Snapshot, year: i32) -> Result<()> {
    if year > app.clock.today().year() {
        return Err(Usage(format!("{year}年还没有开始，不能评价；请用 --period 写明已经开始的年度")).into());
    }
    if snapshot.row_count("submission_batch") == 0 {
        return Err(Usage("仓库里还没有报表；请先执行 suixin ingest 接收".to_owned()).into());
    }
    Ok(())
}

/// A line of a ranking.
#[derive(Debug, Clone, Serialize)]
pub struct Ranked {
    /// Rank inside the group; equal ranks are shared.
    pub rank: Option<i64>,
    /// Group (category of an award), empty: one group.
    pub group: String,
    /// Subject.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// Core points.
    pub core: String,
    /// Bonus points.
    pub bonus: String,
    /// Deduction, zero or less.
    pub deduct: String,
    /// Total.
    pub total: String,
    /// Grade in words, empty where the scheme has none.
    pub grade: String,
    /// Whether every condition of eligibility is met, as far as the scheme has any.
    pub eligible: bool,
}

/// The ranking of a scheme and year as saved, best first; empty when nothing was computed.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn ranking(app: &App, scheme: &str, year: i32) -> Result<Vec<Ranked>> {
    let snapshot = app.warehouse.snapshot().await?;
    let (names, group) = match scheme {
        "PLT" => ("SELECT village_code AS k, pilot_name AS n, '' AS g FROM pilot_site", ""),
        "PRJ" => ("SELECT project_id AS k, project_name AS n, '' AS g FROM charity_project", ""),
        "ORG" => ("SELECT org_id AS k, org_name AS n, '' AS g FROM social_org", ""),
        "AWD" => (awards::NOMINEES, "award_cat"),
        _ => ("SELECT eval_unit_code AS k, eval_unit_name AS n, '' AS g FROM dim_eval_unit", ""),
    };
    let sql = format!(
        "WITH s AS (SELECT * FROM eval_score WHERE scheme = '{scheme}' AND period = '{year}'),
              names AS ({names})
         SELECT t.rank_no, names.g, t.subject_id, names.n, c.score AS core, b.score AS bonus, d.score AS deduct, t.score, t.grade,
                COALESCE(t.\"explain\", '') NOT LIKE '%\"eligible\":false%' AS eligible
         FROM s t
         LEFT JOIN s c ON c.subject_id = t.subject_id AND c.indicator_id = 'CORE'
         LEFT JOIN s b ON b.subject_id = t.subject_id AND b.indicator_id = 'BONUS'
         LEFT JOIN s d ON d.subject_id = t.subject_id AND d.indicator_id = 'DEDUCT'
         LEFT JOIN names ON names.k = t.subject_id
         WHERE t.indicator_id = 'TOTAL'
         ORDER BY names.g, t.rank_no, t.subject_id"
    );
    let frame = snapshot.query(&sql).await?;
    let grades = if scheme == "ORG" { "lib_grade" } else { "eval_grade" };
    Ok(frame.rows.iter().map(|row| ranked(app, row, grades, group)).collect())
}

fn ranked(app: &App, row: &[Value], grades: &str, group: &str) -> Ranked {
    let in_words = |set: &str, code: String| app.contracts.code_name(set, &code).map_or(code, str::to_owned);
    Ranked {
        rank: row[0].as_decimal().and_then(|d| i64::try_from(d).ok()),
        group: in_words(group, row[1].to_string()),
        subject: row[2].to_string(),
        name: if row[3].is_null() { row[2].to_string() } else { row[3].to_string() },
        core: row[4].to_string(),
        bonus: row[5].to_string(),
        deduct: row[6].to_string(),
        total: row[7].to_string(),
        grade: in_words(grades, row[8].to_string()),
        eligible: row[9] == Value::Bool(true),
    }
}

/// Numbers of suspicions by rule, the most serious first: rule, name, level, status, number.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn risk_counts(app: &App) -> Result<Frame> {
    let sql = "SELECT h.rule_id, MIN(r.rule_name) AS rule_name, h.level, h.status_code, COUNT(*) AS hits
               FROM risk_hit h LEFT JOIN risk_rule r ON r.rule_id = h.rule_id AND r.version = h.rule_version
               GROUP BY h.rule_id, h.level, h.status_code
               ORDER BY CASE h.level WHEN 'H' THEN 1 WHEN 'M' THEN 2 ELSE 3 END, h.rule_id, h.status_code";
    Ok(app.warehouse.snapshot().await?.query(sql).await?)
}
