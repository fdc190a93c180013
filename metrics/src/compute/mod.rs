//! From a snapshot and the definitions to an [`Evaluation`].
//!
//! The schemes are scored in their order, and the totals of each are laid over `eval_score` before the next one runs, so
//! that what is stored from an earlier run never counts. Nothing is written: that is `save`.

mod answers;
mod overlay;
mod plan;
mod stage;
mod value;

use chrono::NaiveDate;
use suixin_warehouse::Snapshot;

pub(crate) use answers::{Answers, Wanted, bad, column, number};
pub(crate) use overlay::Totals;
pub(crate) use plan::Plan;
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
    let (evaluation, _) = compute_on(snapshot, defs, year, as_of, progress).await?;
    Ok(evaluation)
}

/// As [`compute`], with the snapshot on which the new totals of all schemes are laid.
pub(crate) async fn compute_on(
    snapshot: &Snapshot,
    defs: &Definitions,
    year: i32,
    as_of: NaiveDate,
    progress: &dyn Progress,
) -> Result<(Evaluation, Snapshot), MetricsError> {
    let plan = Plan::new(defs, year, as_of)?;
    let stamp = Stamp { year, as_of, snapshot: snapshot.id().to_string(), definitions: defs.hash().to_owned() };
    let mut answers = Answers::default();
    answers.run(snapshot, plan.independent(), "计算指标", progress).await?;
    let mut totals = Totals::stored(snapshot, year, &plan).await?;
    let mut seen = totals.lay_over(snapshot)?;
    let mut schemes = Vec::with_capacity(plan.stages.len());
    for stage in &plan.stages {
        answers.run(&seen, stage.wanted(), &format!("评分：{}", stage.scheme.title), progress).await?;
        let result = stage.evaluate(&answers)?;
        totals.add(&result, &stamp);
        if stage.scheme.feeds_later {
            seen = totals.lay_over(snapshot)?;
        }
        schemes.push(result);
    }
    Ok((Evaluation { stamp, schemes }, totals.lay_over(snapshot)?))
}
