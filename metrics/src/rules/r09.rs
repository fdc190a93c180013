//! R09 否决: any approved case caps the grade or disqualifies; the points are still shown.

use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R09.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Veto {
    /// The grade is not better than this one (`effect = "grade_cap"`).
    GradeCap(String),
    /// Out of the running (`effect = "disqualify"`).
    Disqualify,
}

impl Veto {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        match table.must_choose("effect", &[("grade_cap", true), ("disqualify", false)], false) {
            true => Self::GradeCap(table.text("grade")),
            false => Self::Disqualify,
        }
    }

    /// Whether a value is a case: anything above zero.
    #[must_use]
    pub fn applies(value: Option<&Num>) -> bool {
        value.is_some_and(|v| *v > Num::zero())
    }

    /// The cap as it is shown: the grade, or `disqualified`.
    #[must_use]
    pub fn cap(&self) -> &str {
        match self {
            Self::GradeCap(grade) => grade,
            Self::Disqualify => "disqualified",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::num;

    #[test]
    fn only_a_case_applies() {
        assert!(Veto::applies(Some(&num("1"))));
        assert!(!Veto::applies(Some(&num("0"))));
        assert!(!Veto::applies(None));
    }
}
