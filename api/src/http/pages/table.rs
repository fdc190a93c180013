//! Pieces of pages that stand on figures: a cell of a table, an address of a figure.

use crate::http::read::figures::{Line, Shown};
use crate::http::v1::packs::encode;

/// Address of the page of a figure.
#[must_use]
pub fn figure_href(id: &str, year: i32) -> String {
    let parts: Vec<String> = id.split('/').map(encode).collect();
    format!("/figures/{}?year={year}", parts.join("/"))
}

/// A number with the address of where it comes from.
#[derive(Debug, Clone, Default)]
pub struct Num {
    /// As printed.
    pub text: String,
    /// Page of the figure; empty when it has none.
    pub href: String,
}

impl Num {
    /// A cell of a dataset.
    #[must_use]
    pub fn of(shown: Option<&Shown>, year: i32) -> Self {
        let Some(shown) = shown else { return Self { text: "—".to_owned(), href: String::new() } };
        let href = shown.figure.as_ref().map_or_else(String::new, |id| figure_href(id, year));
        Self { text: shown.text.clone(), href }
    }

    /// A cell of a line by its column.
    #[must_use]
    pub fn at(line: &Line, column: &str, year: i32) -> Self {
        Self::of(line.cell(column), year)
    }
}

/// A line of a ranking.
#[derive(Debug, Clone, Default)]
pub struct Ranked {
    /// Rank.
    pub rank: String,
    /// Name.
    pub name: String,
    /// Unit it belongs to; empty for units.
    pub unit: String,
    /// Page with the explanation.
    pub href: String,
    /// 基本分, 加分, 扣分, 总分.
    pub parts: [Num; 4],
    /// Grade.
    pub grade: String,
    /// Rank of the year before.
    pub before: String,
}

impl Ranked {
    /// A line of `county_totals` or `pilot_totals`; `page` is where the explanation stands.
    #[must_use]
    pub fn of(line: &Line, name: &str, unit: &str, page: &str, year: i32) -> Self {
        Self {
            rank: line.text("rank_no").to_owned(),
            name: line.text(name).to_owned(),
            unit: line.text(unit).to_owned(),
            href: format!("{page}/{}?year={year}", encode(&line.key)),
            parts: ["core", "bonus", "deduct", "total"].map(|c| Num::at(line, c, year)),
            grade: line.text("grade").to_owned(),
            before: line.text("prev_rank").to_owned(),
        }
    }

    /// How its grade looks; the word says it too.
    #[must_use]
    pub fn tone(&self) -> &'static str {
        match self.grade.as_str() {
            "优秀" => "good",
            "不合格" => "bad",
            _ => "plain",
        }
    }
}
