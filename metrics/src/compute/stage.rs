//! One scheme of an evaluation: what it asks, and what the answers make of it.

use std::collections::{BTreeMap, BTreeSet};

use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use super::alter::{Alteration, PLAIN};
use super::answers::{Answers, Wanted, column};
use super::value::value_of;
use crate::definitions::{Indicator, Scheme, Sql};
use crate::error::MetricsError;
use crate::evaluation::{IndicatorValue, Measured, SchemeResult, Subject};
use crate::score::{Inputs, Values, score};
use crate::window::{Window, sub_periods};

/// A scheme with its indicators and the window of the year.
#[derive(Debug)]
pub(crate) struct Stage<'a> {
    pub scheme: &'a Scheme,
    pub indicators: Vec<&'a Indicator>,
    pub window: Window,
    /// Whether shorter periods are computed too.
    pub shorter: bool,
    /// What counts otherwise than it was measured.
    pub alteration: &'a Alteration,
}

impl Stage<'_> {
    /// Every statement of the scheme, for the year and for shorter periods.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        let own = self.scheme.statements().map(|sql| self.of_scheme(sql));
        let indicators = self.indicators.iter().flat_map(|i| {
            let windows = std::iter::once(self.window).chain(self.shorter(i));
            windows.flat_map(move |w| i.statements().map(move |sql| of_indicator(i, sql, &w)))
        });
        own.chain(indicators).collect()
    }

    /// Values and scores from the answers.
    pub(crate) fn evaluate(&self, answers: &Answers) -> Result<SchemeResult, MetricsError> {
        let mut subjects = self.subjects(answers)?;
        subjects.retain(|s| self.alteration.keeps(s));
        let mut year_values = Values::new();
        let mut values = Vec::new();
        for i in &self.indicators {
            let mut year = self.measure(answers, i, &subjects, &self.window)?;
            for (key, measured) in &mut year {
                *measured = self.alteration.measured(i.id(), key, std::mem::take(measured));
            }
            values.extend(self.listed(i, &subjects, &self.window, &year));
            for window in self.shorter(i) {
                let measured = self.measure(answers, i, &subjects, &window)?;
                values.extend(self.listed(i, &subjects, &window, &measured));
            }
            year_values.insert(i.id().to_owned(), year);
        }
        let inputs = Inputs {
            scheme: self.scheme,
            indicators: &self.indicators,
            subjects: &subjects,
            values: &year_values,
            scopes: &self.scopes(answers)?,
            top_grade: &self.top_grade(answers)?,
        };
        let scores = score(&inputs);
        Ok(SchemeResult {
            scheme: self.scheme.id().to_owned(),
            version: self.scheme.head.version.clone(),
            definition: self.scheme.clone(),
            indicators: self.indicators.iter().map(|i| (*i).clone()).collect(),
            values,
            scores,
        })
    }

    fn subjects(&self, answers: &Answers) -> Result<Vec<Subject>, MetricsError> {
        let wanted = self.of_scheme(&self.scheme.subjects);
        let frame = answers.frame(&wanted)?;
        let places = ["k", "name", "grp", "unit", "kind"].map(|name| column(&wanted, frame, name));
        let [k, name, group, unit, kind] = places;
        let (k, name, group, unit, kind) = (k?, name?, group?, unit?, kind?);
        let named = |row: &[Value]| if row[name].is_null() { row[k].to_string() } else { row[name].to_string() };
        let mut subjects: Vec<Subject> = frame
            .rows
            .iter()
            .filter(|row| !row[k].is_null())
            .map(|row| Subject {
                key: row[k].to_string(),
                name: named(row),
                group: row[group].to_string(),
                unit: row[unit].to_string(),
                kind: row[kind].to_string(),
            })
            .collect();
        subjects.sort();
        subjects.dedup_by(|a, b| a.key == b.key);
        Ok(subjects)
    }

    /// Quarters, halves and months of an indicator that names them.
    fn shorter(&self, i: &Indicator) -> Vec<Window> {
        let periods = if self.shorter { sub_periods(&i.period, self.window.period.year()) } else { Vec::new() };
        periods.into_iter().map(Window::of).collect()
    }

    /// What was measured for every subject that the indicator is for, rows or none.
    fn measure(
        &self,
        answers: &Answers,
        i: &Indicator,
        subjects: &[Subject],
        window: &Window,
    ) -> Result<BTreeMap<String, Measured>, MetricsError> {
        let mut numerators = answers.numbers(&of_indicator(i, &i.numerator, window))?;
        let mut denominators = match &i.denominator {
            Some(sql) => answers.numbers(&of_indicator(i, sql, window))?,
            None => BTreeMap::new(),
        };
        let mut take = |key: String| {
            let (n, d) = (numerators.remove(&key).flatten(), denominators.remove(&key).flatten());
            (key, value_of(i.denominator.is_some(), i.na_policy, n, d))
        };
        if i.by_edition {
            return Ok(BTreeMap::from([take(window.period.year().to_string())]));
        }
        Ok(subjects.iter().filter(|s| i.is_for(&s.group)).map(|s| take(s.key.clone())).collect())
    }

    /// What was measured, with the kind of each subject; a limit of a whole edition is about a group.
    fn listed(
        &self,
        i: &Indicator,
        subjects: &[Subject],
        window: &Window,
        measured: &BTreeMap<String, Measured>,
    ) -> Vec<IndicatorValue> {
        let kinds: BTreeMap<&str, &str> = subjects.iter().map(|s| (s.key.as_str(), s.kind.as_str())).collect();
        let corrected = |key: &str| *window == self.window && self.alteration.correction(i.id(), key).is_some();
        measured
            .iter()
            .map(|(key, m)| IndicatorValue {
                indicator: i.id().to_owned(),
                subject: key.clone(),
                kind: (*kinds.get(key.as_str()).unwrap_or(&"group")).to_owned(),
                period: window.period.to_string(),
                measured: m.clone(),
                corrected: corrected(key),
            })
            .collect()
    }

    fn scopes(&self, answers: &Answers) -> Result<BTreeMap<String, BTreeMap<String, String>>, MetricsError> {
        let scopes = &self.scheme.scopes;
        scopes.iter().map(|(name, sql)| Ok((name.clone(), answers.texts(&self.of_scheme(sql))?))).collect()
    }

    fn top_grade(&self, answers: &Answers) -> Result<BTreeSet<String>, MetricsError> {
        let Some(sql) = &self.scheme.top_grade else { return Ok(BTreeSet::new()) };
        Ok(answers.texts(&self.of_scheme(sql))?.into_keys().collect())
    }

    fn of_scheme(&self, sql: &Sql) -> Wanted {
        Wanted { id: self.scheme.id().to_owned(), sql: self.window.fill(sql.text()) }
    }
}

/// Who is evaluated by a scheme.
pub(crate) async fn subjects(
    snapshot: &Snapshot,
    scheme: &Scheme,
    window: Window,
) -> Result<Vec<Subject>, MetricsError> {
    let stage = Stage { scheme, indicators: Vec::new(), window, shorter: false, alteration: &PLAIN };
    let mut answers = Answers::default();
    let wanted = [stage.of_scheme(&scheme.subjects)];
    answers.run(snapshot, wanted, "评价对象", &|_: &str, _: u64, _: u64| {}).await?;
    stage.subjects(&answers)
}

/// What an indicator gives one subject for a window on a snapshot.
pub(crate) async fn of_year(
    snapshot: &Snapshot,
    i: &Indicator,
    window: &Window,
    subject: &str,
) -> Result<Measured, MetricsError> {
    let mut answers = Answers::default();
    let wanted: Vec<Wanted> = i.statements().map(|sql| of_indicator(i, sql, window)).collect();
    answers.run(snapshot, wanted.clone(), i.id(), &|_: &str, _: u64, _: u64| {}).await?;
    let mut sides = wanted.iter().map(|w| Ok(answers.numbers(w)?.remove(subject).flatten()));
    let mut side = || sides.next().unwrap_or(Ok::<_, MetricsError>(None));
    let (n, d) = (side()?, side()?);
    Ok(value_of(i.denominator.is_some(), i.na_policy, n, d))
}

pub(crate) fn of_indicator(i: &Indicator, sql: &Sql, window: &Window) -> Wanted {
    Wanted { id: i.id().to_owned(), sql: window.fill(sql.text()) }
}
