//! Finds the subject that a person means: by key, or by name where it is the only one of that name.

use suixin_warehouse::Snapshot;

use crate::compute::subjects;
use crate::definitions::mistake::hint;
use crate::definitions::{Definitions, Scheme};
use crate::error::MetricsError;
use crate::evaluation::Subject;
use crate::window::Window;

/// What is missing when nobody is found.
pub(super) const SUBJECT: &str = "评价对象";

/// A subject in a scheme.
pub(crate) struct Found {
    pub scheme: String,
    pub key: String,
}

/// The subject in every scheme that evaluates it, or in the one that the indicator belongs to; with `only` in no other
/// scheme than that.
pub(super) async fn resolve(
    snapshot: &Snapshot,
    defs: &Definitions,
    (window, only): (Window, Option<&str>),
    given: &str,
    indicator: Option<&str>,
) -> Result<Vec<Found>, MetricsError> {
    let schemes = schemes_of(defs, window, indicator)?;
    let (mut found, mut everybody) = (Vec::new(), Vec::new());
    for scheme in schemes.into_iter().filter(|s| only.is_none_or(|o| o == s.id())) {
        let all = subjects(snapshot, scheme, window).await?;
        found.extend(pick(scheme, &all, given)?);
        everybody.extend(all);
    }
    if found.is_empty() {
        let names = everybody.iter().flat_map(|s| [s.key.as_str(), s.name.as_str()]);
        let hint = hint(given, names);
        return Err(MetricsError::NotFound { what: SUBJECT, given: given.to_owned(), hint });
    }
    Ok(found)
}

fn schemes_of<'a>(
    defs: &'a Definitions,
    window: Window,
    indicator: Option<&str>,
) -> Result<Vec<&'a Scheme>, MetricsError> {
    let day = window.period.last();
    let Some(id) = indicator else { return Ok(defs.schemes_on(day)) };
    let known = defs.indicators.iter().find(|i| i.id().eq_ignore_ascii_case(id));
    let Some(known) = known else {
        let hint = hint(id, defs.indicators.iter().map(|i| i.id()));
        return Err(MetricsError::NotFound { what: "指标", given: id.to_owned(), hint });
    };
    let year = window.period.year();
    let scheme = defs.scheme_on(&known.scheme, day);
    scheme.map(|s| vec![s]).ok_or_else(|| MetricsError::NotInForce { scheme: known.scheme.clone(), year })
}

/// The subject of a key or of an unambiguous name.
pub(crate) fn pick(scheme: &Scheme, all: &[Subject], given: &str) -> Result<Option<Found>, MetricsError> {
    let found = |s: &Subject| Found { scheme: scheme.id().to_owned(), key: s.key.clone() };
    if let Some(s) = all.iter().find(|s| s.key.eq_ignore_ascii_case(given)) {
        return Ok(Some(found(s)));
    }
    let named: Vec<&Subject> = all.iter().filter(|s| s.name == given).collect();
    match named.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(found(one))),
        several => {
            let keys: Vec<&str> = several.iter().take(12).map(|s| s.key.as_str()).collect();
            let hint = format!("：有{}个同名，请改用编号，如 {}", several.len(), keys.join("、"));
            Err(MetricsError::NotFound { what: "唯一的评价对象", given: given.to_owned(), hint })
        }
    }
}
