//! Grades: by the total (thresholds inclusive), made worse by a veto, never better.

use crate::definitions::Scheme;
use crate::number::Num;

/// The grade that a total gives; `None` where the scheme does not grade. `may_lead`: named by the scheme's `top_grade`.
pub(crate) fn grade_of(scheme: &Scheme, total: &Num, may_lead: bool) -> Option<String> {
    let reached = |from: &Option<Num>| from.as_ref().is_none_or(|from| total >= from);
    scheme
        .grades
        .iter()
        .find(|g| !g.veto_only && (!g.conditional || may_lead) && reached(&g.from))
        .map(|g| g.code.clone())
}

/// The worse of the grade and the cap.
pub(crate) fn capped(scheme: &Scheme, grade: Option<String>, cap: Option<&str>) -> Option<String> {
    let place = |code: &str| scheme.grades.iter().position(|g| g.code == code);
    match (grade, cap) {
        (Some(grade), Some(cap)) if place(cap) > place(&grade) => Some(cap.to_owned()),
        (grade, _) => grade,
    }
}
