//! A scheme: who is evaluated, full score, caps, grades, ranks.

use std::collections::BTreeMap;

use super::common::Head;
use super::reader::Reader;
use super::sql::Sql;
use crate::number::Num;

/// Working days of publicity where the scheme does not say.
const PUBLIC_DAYS: u32 = 5;
/// Working days for the answer to an appeal where the scheme does not say.
const APPEAL_DAYS: u32 = 10;

/// A grade and the total from which it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// Its code in the grade code set.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The lowest total (inclusive); `None`: whatever the total.
    pub from: Option<Num>,
    /// Given by a veto only, never by a total.
    pub veto_only: bool,
    /// Only for subjects that the scheme's `top_grade` statement names.
    pub conditional: bool,
}

/// What the ranks are made by, in this order; equal in all of them: equal rank. The name orders but does not part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RankBy {
    /// Total score.
    Total,
    /// Core score.
    Core,
    /// Value of an indicator.
    Indicator(String),
}

/// An evaluation scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Id, version, effective period, status, clause, basis.
    pub head: Head,
    /// Name.
    pub title: String,
    /// What is evaluated, in words, e.g. `县级单位`.
    pub subject_name: String,
    /// Place in the order of scoring: later schemes read the totals of earlier ones.
    pub order: usize,
    /// Sum of the core weights, for each group of subjects.
    pub full_score: Num,
    /// Most bonus points.
    pub bonus_cap: Num,
    /// Most points off, as a positive number.
    pub deduct_cap: Num,
    /// Number of the document that approved it.
    pub approve_doc: Option<String>,
    /// Whether it is published and so not to be changed.
    pub frozen: bool,
    /// Working days for which a published result is open to appeals.
    pub public_days: u32,
    /// Working days in which an appeal is answered.
    pub appeal_days: u32,
    /// Whether quarters, halves and months are computed for indicators whose `period` names them.
    pub sub_periods: bool,
    /// Whether later schemes see its totals in `eval_score` while they are computed.
    pub feeds_later: bool,
    /// `k`, `name`, `grp`, `unit`, `kind`: who is evaluated.
    pub subjects: Sql,
    /// Name → `k`, `v`: scopes inside which R04 ranks.
    pub scopes: BTreeMap<String, Sql>,
    /// What ranks are made by.
    pub rank_by: Vec<RankBy>,
    /// Code set of the grades; none: not graded.
    pub grade_set: Option<String>,
    /// Grades from best to worst.
    pub grades: Vec<Grade>,
    /// `k`, `v`: those who may get a conditional grade.
    pub top_grade: Option<Sql>,
}

impl Scheme {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        Self {
            head: Head::read(table),
            title: table.text("title"),
            subject_name: table.text("subject_name"),
            order: table.count("order"),
            full_score: table.number("full_score"),
            bonus_cap: table.number("bonus_cap"),
            deduct_cap: table.number("deduct_cap"),
            approve_doc: table.opt_text("approve_doc"),
            frozen: table.opt_bool("frozen").unwrap_or(false),
            public_days: table.opt_count("public_days").unwrap_or(PUBLIC_DAYS),
            appeal_days: table.opt_count("appeal_days").unwrap_or(APPEAL_DAYS),
            sub_periods: table.opt_bool("sub_periods").unwrap_or(false),
            feeds_later: table.opt_bool("feeds_later").unwrap_or(true),
            subjects: table.sql("subjects"),
            scopes: read_scopes(table),
            rank_by: table.texts("rank_by").iter().map(|w| rank_by(w)).collect(),
            grade_set: table.opt_text("grade_set"),
            grades: table.tables("grades").into_iter().map(read_grade).collect(),
            top_grade: table.opt_sql("top_grade"),
        }
    }

    /// Its identifier, e.g. `CTY`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.head.id
    }

    /// Its statements with what each is.
    pub fn statements(&self) -> impl Iterator<Item = &Sql> {
        std::iter::once(&self.subjects).chain(self.scopes.values()).chain(&self.top_grade)
    }

    /// The name of a grade.
    #[must_use]
    pub fn grade_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.grades.iter().find(|g| g.code == code).map_or(code, |g| &g.name)
    }
}

fn rank_by(word: &str) -> RankBy {
    match word {
        "total" => RankBy::Total,
        "core" => RankBy::Core,
        id => RankBy::Indicator(id.to_owned()),
    }
}

fn read_grade(table: Reader<'_>) -> Grade {
    let grade = Grade {
        code: table.text("code"),
        name: table.text("name"),
        from: table.opt_number("from"),
        veto_only: table.opt_bool("veto_only").unwrap_or(false),
        conditional: table.opt_bool("conditional").unwrap_or(false),
    };
    table.finish();
    grade
}

fn read_scopes(table: &Reader<'_>) -> BTreeMap<String, Sql> {
    let Some(scopes) = table.opt_table("scopes") else { return BTreeMap::new() };
    let read = scopes.keys().into_iter().map(|name| (name.clone(), scopes.sql(&name))).collect();
    scopes.finish();
    read
}
