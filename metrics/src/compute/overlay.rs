//! The totals that later schemes read: what is stored for other periods, and what this run has made so far.

use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::evaluation::{SchemeResult, Stamp};
use crate::published::published_schemes;
use crate::save::score_rows;
use crate::tables;

/// Rows of `eval_score`.
#[derive(Debug, Clone)]
pub(crate) struct Totals {
    rows: Vec<Vec<Value>>,
}

impl Totals {
    /// The stored rows, without those that this run makes anew: of this year only the published stay.
    pub(crate) async fn stored(snapshot: &Snapshot, year: i32, defs: &Definitions) -> Result<Self, MetricsError> {
        let published = published_schemes(snapshot, year).await?;
        let period = year.to_string();
        let mut rows = tables::stored(snapshot, &tables::EVAL_SCORE).await?;
        let (scheme, at) = (tables::EVAL_SCORE.place("scheme"), tables::EVAL_SCORE.place("period"));
        let made_anew = |id: &str| defs.schemes.contains_key(id) && !published.contains(id);
        rows.retain(|row| !(row[at].to_string() == period && made_anew(&row[scheme].to_string())));
        Ok(Self { rows })
    }

    /// Adds the rows of a scheme.
    pub(crate) fn add(&mut self, result: &SchemeResult, stamp: &Stamp) {
        self.rows.extend(score_rows(result, stamp));
    }

    /// The snapshot with these rows as its scores.
    pub(crate) fn lay_over(&self, snapshot: &Snapshot) -> Result<Snapshot, MetricsError> {
        Ok(snapshot.with_table(tables::EVAL_SCORE.name, self.rows.clone())?)
    }
}
