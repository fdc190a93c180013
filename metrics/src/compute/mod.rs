//! From a snapshot and the definitions to an [`Evaluation`].
//!
//! The schemes are scored in their order, and the totals of each are laid over `eval_score` before the next one runs, so
//! that what is stored from an earlier run never counts. Nothing is written: that is `save`.

mod alter;
mod answers;
mod overlay;
mod plan;
mod stage;
mod value;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use suixin_warehouse::Snapshot;

pub use alter::Alteration;
pub(crate) use answers::{Answers, Wanted, bad, column, number, number_of};
pub(crate) use overlay::Totals;
use plan::Plan;
pub(crate) use stage::{of_indicator, of_year, subjects};
pub use value::value_of;

use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, Stamp};
use crate::progress::Progress;
use crate::published::published_schemes;
use crate::window::Window;

/// Computes values (of the year, and of shorter periods where an indicator names them), points, totals, ranks and grades
/// of all schemes in force at the end of `year`, as of `as_of`. A published result is not computed again: later schemes
/// read it as it is stored, and [`Evaluation::published`] names it.
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
    run(snapshot, defs, plan, Stamp::new(snapshot, defs, year, as_of), progress).await
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
    run(snapshot, defs, plan, Stamp::new(snapshot, defs, year, as_of), &|_: &str, _: u64, _: u64| {}).await
}

/// The result of one scheme where some things count otherwise. Shorter periods, which score nothing, only if wanted: they
/// take most of the time.
///
/// # Errors
/// As [`compute`]; `NotInForce` also when the scheme is published in this snapshot.
pub(crate) async fn compute_altered(
    snapshot: &Snapshot,
    defs: &Definitions,
    window: Window,
    scheme: &str,
    (alteration, shorter): (&Alteration, bool),
) -> Result<Evaluation, MetricsError> {
    let (year, as_of) = (window.period.year(), window.as_of);
    let plan = Plan::new(defs, year, as_of)?.only(scheme, shorter).altered(scheme, alteration);
    let stamp = Stamp::new(snapshot, defs, year, as_of);
    let mut evaluation = run(snapshot, defs, plan, stamp, &|_: &str, _: u64, _: u64| {}).await?;
    evaluation.schemes.retain(|s| s.scheme == scheme);
    if evaluation.schemes.is_empty() {
        return Err(MetricsError::NotInForce { scheme: scheme.to_owned(), year });
    }
    Ok(evaluation)
}

async fn run(
    snapshot: &Snapshot,
    defs: &Definitions,
    plan: Plan<'_>,
    stamp: Stamp,
    progress: &dyn Progress,
) -> Result<Evaluation, MetricsError> {
    let published = published_schemes(snapshot, stamp.year).await?;
    let plan = plan.leaving(&published);
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
    Ok(Evaluation { stamp, schemes, published })
}
