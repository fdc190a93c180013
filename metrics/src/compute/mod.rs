//! From a snapshot and the definitions to an [`Evaluation`].
//!
//! The schemes are scored in their order, and the totals of each are laid over `eval_score` before the next one runs, so
//! that what is stored from an earlier run never counts. Nothing is written: that is `save`.

mod answers;
mod overlay;
mod plan;
mod stage;
mod value;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use suixin_warehouse::Snapshot;

pub(crate) use answers::{Answers, Wanted, bad, column, number};
pub(crate) use overlay::Totals;
use plan::Plan;
pub(crate) use stage::{of_indicator, subjects};
pub use value::value_of;

use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, Stamp};
use crate::progress::Progress;

/// Computes values (of the year, and of shorter periods where an indicator names them), points, totals, ranks and grades
/// of all schemes in force at the end of `year`, as of `as_of`.
///
/// # Errors
/// `NotInForce` when no scheme is; `Statement` or `Result` naming the definition whose SQL failed.
pub async fn compute(
    snapshot: &Snapshot,
    defs: &Definitions,
    year: i32,
    as_of: NaiveDate,
    progress: &dyn Progress,
) -> Result<Evaluation, MetricsError> {
    let plan = Plan::new(defs, year, as_of)?;
    run(snapshot, defs, &plan, Stamp::new(snapshot, defs, year, as_of), progress).await
}

/// As [`compute`], but only the schemes named and those scored before them, without shorter periods.
pub(crate) async fn compute_until(
    snapshot: &Snapshot,
    defs: &Definitions,
    year: i32,
    as_of: NaiveDate,
    schemes: &BTreeSet<&str>,
) -> Result<Evaluation, MetricsError> {
    let plan = Plan::new(defs, year, as_of)?.until(schemes);
    run(snapshot, defs, &plan, Stamp::new(snapshot, defs, year, as_of), &|_: &str, _: u64, _: u64| {}).await
}

async fn run(
    snapshot: &Snapshot,
    defs: &Definitions,
    plan: &Plan<'_>,
    stamp: Stamp,
    progress: &dyn Progress,
) -> Result<Evaluation, MetricsError> {
    let mut answers = Answers::default();
    answers.run(snapshot, plan.independent(), "计算指标", progress).await?;
    let mut totals = Totals::stored(snapshot, stamp.year, defs).await?;
    let mut seen = totals.lay_over(snapshot)?;
    let mut schemes = Vec::with_capacity(plan.stages.len());
    for stage in &plan.stages {
        answers.run(&seen, stage.wanted(), &format!("评分：{}", stage.scheme.title), progress).await?;
        let result = stage.evaluate(&answers)?;
        if stage.scheme.feeds_later {
            totals.add(&result, &stamp);
            seen = totals.lay_over(snapshot)?;
        }
        schemes.push(result);
    }
    Ok(Evaluation { stamp, schemes })
}
