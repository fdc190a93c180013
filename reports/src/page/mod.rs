//! From outline and brief to pages without layout: pieces in order, numbered, every word said.
//!
//! What comes out is data for the page template; it knows nothing of typst.

mod assemble;
pub mod compose;
pub mod deck;
mod table;

use serde::Serialize;

use crate::outline::Form;

pub(crate) use assemble::rows;
pub use assemble::{Assembled, Picture, assemble};
pub use table::{Grid, Plan, Source, grid, plan};

/// A whole document.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// Title, for the file's properties.
    pub title: String,
    /// `pack` or `letter`.
    pub form: Form,
    /// Who may have it; empty where everybody may.
    pub level_text: String,
    /// Title on the cover, in lines.
    pub title_lines: Vec<String>,
    /// Lines below it.
    pub cover: Vec<String>,
    /// Foot of every page, small.
    pub provenance: String,
    /// Language-neutral description for the file's properties.
    pub author: String,
    /// Title of the summary page.
    pub summary_title: String,
    /// Size of the summary's type, in points.
    pub summary_size: f64,
    /// The summary page.
    pub summary: Vec<Piece>,
    /// Chapters.
    pub chapters: Vec<Part>,
    /// Who signs, and when: below the last chapter, on the right.
    pub closing: Vec<String>,
    /// Annexes.
    pub annexes: Vec<Part>,
}

/// A chapter or annex.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// 一、 or 附表1.
    pub number: String,
    /// Title.
    pub title: String,
    /// What stands in it.
    pub pieces: Vec<Piece>,
}

/// Points of one pixel of a chart: 640 pixels are 156 mm.
pub const POINTS_A_PIXEL: f64 = 442.2 / 640.0;

/// One thing on a page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum Piece {
    /// Heading of the second level, with its number.
    Heading {
        /// （一）.
        number: String,
        /// Text.
        text: String,
    },
    /// A paragraph.
    Para {
        /// Runs of text.
        runs: Vec<Run>,
    },
    /// Large figures in boxes.
    Cards {
        /// The boxes.
        cards: Vec<CardText>,
    },
    /// A chart.
    Figure {
        /// 图1.
        number: String,
        /// Id in the outline.
        #[serde(skip)]
        id: String,
        /// Caption.
        caption: String,
        /// Path for the template.
        file: String,
        /// Words for readers who cannot see it.
        alt: String,
        /// Height of the picture, in points.
        height: f64,
        /// Least and greatest height at which it stays legible, in points.
        #[serde(skip)]
        limits: [f64; 2],
        /// Whether it goes to the top of the next page.
        float: bool,
    },
    /// A table.
    Table {
        /// 表1; empty in annexes, whose title is the caption.
        number: String,
        /// Id in the outline.
        #[serde(skip)]
        id: String,
        /// Caption.
        caption: String,
        /// Remark below it.
        note: String,
        /// The unit of all numbers, if there is one for all.
        unit: String,
        /// Small type.
        dense: bool,
        /// Space above and below the text of a cell, in points.
        inset: f64,
        /// Whether it goes to the top of the next page.
        float: bool,
        /// The cells.
        #[serde(flatten)]
        grid: Grid,
    },
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// In bold.
    pub bold: bool,
    /// Text.
    pub text: String,
}

/// A large figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardText {
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
    /// Unit.
    pub unit: String,
    /// Remark.
    pub note: String,
}

/// 一, 二, … 九十九.
#[must_use]
pub fn chinese(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match (n / 10 % 10, n % 10) {
        (0, one) => DIGITS[one].to_owned(),
        (1, one) => format!("十{}", DIGITS[one]),
        (ten, one) => format!("{}十{}", DIGITS[ten], DIGITS[one]),
    }
}

/// Splits `**lead** rest` into runs.
#[must_use]
pub fn runs(text: &str) -> Vec<Run> {
    let parts = text.split("**").enumerate();
    parts.filter(|(_, t)| !t.is_empty()).map(|(i, t)| Run { bold: i % 2 == 1, text: t.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_hanzi() {
        let said: Vec<String> = [1, 10, 11, 20, 35].into_iter().map(chinese).collect();
        assert_eq!(said, ["一", "十", "十一", "二十", "三十五"]);
    }

    #[test]
    fn bold_leads() {
        let bold: Vec<(bool, String)> =
            runs("**一是**抓机制。**二是**抓落实。").into_iter().map(|r| (r.bold, r.text)).collect();
        assert_eq!(bold.len(), 4);
        assert_eq!(bold[2], (true, "二是".to_owned()));
        assert_eq!(runs("无强调"), [Run { bold: false, text: "无强调".to_owned() }]);
    }
}
