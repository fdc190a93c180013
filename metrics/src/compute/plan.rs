//! What is to be computed for a year: the schemes in force, in order, with their indicators and windows.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::alter::{Alteration, PLAIN};
use super::answers::Wanted;
use super::stage::Stage;
use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::window::Window;

/// The stages of an evaluation.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub stages: Vec<Stage<'a>>,
}

impl<'a> Plan<'a> {
    /// The schemes in force on the last day of the year.
    pub(crate) fn new(defs: &'a Definitions, year: i32, as_of: NaiveDate) -> Result<Self, MetricsError> {
        let window = Window::year(year, as_of);
        let day = window.period.last();
        if let Some(missing) = defs.schemes.keys().find(|id| defs.scheme_on(id, day).is_none()) {
            return Err(MetricsError::NotInForce { scheme: missing.clone(), year });
        }
        let stages = defs.schemes_on(day).into_iter().map(|scheme| Stage {
            scheme,
            indicators: defs.indicators_on(scheme.id(), day),
            window,
            shorter: scheme.sub_periods,
            alteration: &PLAIN,
        });
        Ok(Self { stages: stages.collect() })
    }

    /// Only these schemes and those scored before them, and only the year.
    pub(crate) fn until(mut self, schemes: &BTreeSet<&str>) -> Self {
        let last = self.stages.iter().rposition(|s| schemes.contains(s.scheme.id())).map_or(0, |n| n + 1);
        self.stages.truncate(last);
        self.stages.iter_mut().for_each(|s| s.shorter = false);
        self
    }

    /// Only this scheme and those scored before it, these without shorter periods; this one with them if wanted.
    pub(crate) fn only(mut self, scheme: &str, shorter: bool) -> Self {
        let last = self.stages.iter().position(|s| s.scheme.id() == scheme).map_or(0, |n| n + 1);
        self.stages.truncate(last);
        self.stages.iter_mut().filter(|s| !shorter || s.scheme.id() != scheme).for_each(|s| s.shorter = false);
        self
    }

    /// Without the schemes whose result is published: it stands as it is stored.
    pub(crate) fn leaving(mut self, published: &BTreeSet<String>) -> Self {
        self.stages.retain(|s| !published.contains(s.scheme.id()));
        self
    }

    /// With what counts otherwise in a scheme.
    pub(crate) fn altered(mut self, scheme: &str, alteration: &'a Alteration) -> Self {
        self.stages.iter_mut().filter(|s| s.scheme.id() == scheme).for_each(|s| s.alteration = alteration);
        self
    }

    /// Statements that read no score and so can all run at once, before any scheme is scored.
    pub(crate) fn independent(&self) -> Vec<Wanted> {
        self.stages.iter().flat_map(Stage::wanted).filter(|w| !reads_scores(&w.sql)).collect()
    }
}

fn reads_scores(sql: &str) -> bool {
    sql.contains("eval_score")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::usual_as_of;

    #[test]
    fn a_year_before_the_schemes_were_in_force_is_refused() {
        let defs = Definitions::embedded().unwrap();
        let plan = |year| Plan::new(&defs, year, usual_as_of(year));
        assert_eq!(plan(2024).unwrap().stages.len(), 6);
        assert!(matches!(plan(2023), Err(MetricsError::NotInForce { year: 2023, .. })));
    }

    #[test]
    fn what_is_scored_later_is_left_out() {
        let defs = Definitions::embedded().unwrap();
        let plan = Plan::new(&defs, 2025, usual_as_of(2025)).unwrap().until(&BTreeSet::from(["PLT", "PRJ"]));
        assert_eq!(plan.stages.iter().map(|s| s.scheme.id()).collect::<Vec<_>>(), ["PRJ", "PLT"]);
        assert!(plan.independent().iter().all(|w| !w.sql.contains("eval_score")));
    }
}
