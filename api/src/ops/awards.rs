//! Recommendation lists of awards, evaluated anew on the newest snapshot, with the names that may be shown.

use std::collections::BTreeMap;

use anyhow::Result;
use suixin_metrics::Recommendation;

use crate::app::App;
use crate::ops::{Progress, evaluate};

/// The names of nominees; persons, firms and donors stand by their number only.
pub(super) const NOMINEES: &str = "SELECT n.nomination_id AS k, n.category AS g,
           COALESCE(p.pilot_name, j.project_name, o.org_name, u.eval_unit_name, n.nominee_id) AS n
    FROM award_nomination n
    LEFT JOIN pilot_site p ON n.category = 'U' AND p.village_code = n.nominee_id
    LEFT JOIN charity_project j ON n.category = 'P' AND j.project_id = n.nominee_id
    LEFT JOIN social_org o ON n.category = 'O' AND o.org_id = n.nominee_id
    LEFT JOIN dim_eval_unit u ON n.category = 'G' AND u.eval_unit_code = n.nominee_id";

/// The lists of an edition.
#[derive(Debug)]
pub struct Lists {
    /// The lists.
    pub recommendation: Recommendation,
    /// Nomination → name of the nominee, or its number.
    pub names: BTreeMap<String, String>,
    /// Snapshot that they were made from.
    pub snapshot: String,
}

/// Makes the lists of a year. Nothing is saved.
///
/// # Errors
/// When no award rules are in force, a statement fails, or there are no returns.
pub async fn lists(app: &App, year: i32, progress: Progress<'_>) -> Result<Lists> {
    let snapshot = app.warehouse.snapshot().await?;
    evaluate::ready(app, &snapshot, year)?;
    let tell = |stage: &str, done: u64, total: u64| progress(stage, done, total);
    let as_of = app.clock.as_of(year);
    let evaluation = suixin_metrics::compute(&snapshot, &app.definitions, year, as_of, &tell).await?;
    let recommendation = suixin_metrics::recommend(&snapshot, &app.definitions, &evaluation).await?;
    let named = snapshot.query(NOMINEES).await?.rows;
    let names = named.iter().map(|r| (r[0].to_string(), r[2].to_string())).collect();
    Ok(Lists { recommendation, names, snapshot: snapshot.id().to_string() })
}
