//! The scoring rules R01–R12: from a value to points. One rule a file, each with its meaning and its edge cases.
//!
//! Invariant: a rule is a pure function over decimals. It knows its parameters, the value, the weight and the rank; it
//! must not know where the value comes from, what is done when there is none, or what the other indicators got.

mod given;
pub mod r01;
pub mod r02;
pub mod r03;
pub mod r04;
pub mod r05;
pub mod r06;
pub mod r07;
pub mod r08;
pub mod r09;
pub mod r10;
pub mod r11;
pub mod r12;

pub use given::{Direction, Given};

use crate::definitions::reader::Reader;
use crate::number::Num;

/// What every rule that gives points can say.
pub trait Scoring {
    /// The points before rounding.
    fn points(&self, given: &Given<'_>) -> Num;
    /// The arithmetic with its numbers, in Chinese, without the result.
    fn arithmetic(&self, given: &Given<'_>) -> String;
    /// The measured value (percent points for a `%` indicator) that would give `wanted` points; `None` where more
    /// points cannot be had by a value of one's own.
    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num>;
}

/// A rule with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Full marks at a standard, so much off for each step short of it.
    R01(r01::Standard),
    /// Linear between zero and full.
    R02(r02::Linear),
    /// Bands.
    R03(r03::Bands),
    /// By rank.
    R04(r04::ByRank),
    /// So much for each, capped.
    R05(r05::CountUp),
    /// So much off for each, capped.
    R06(r06::CountDown),
    /// There or not.
    R07(r07::Present),
    /// Proportional to a target.
    R08(r08::Proportion),
    /// Veto.
    R09(r09::Veto),
    /// Mean of experts.
    R10(r10::Mean),
    /// Best inside an interval.
    R11(r11::Interval),
    /// Condition of eligibility.
    R12(r12::Condition),
}

/// The codes of all rules with what each means.
pub const CODES: [(&str, &str); 12] = [
    ("R01", "达标满分、每差一步扣分"),
    ("R02", "区间线性"),
    ("R03", "分档"),
    ("R04", "排名赋分"),
    ("R05", "计数加分封顶"),
    ("R06", "计数扣分"),
    ("R07", "有无"),
    ("R08", "完成度比例"),
    ("R09", "否决"),
    ("R10", "专家均分"),
    ("R11", "最优区间"),
    ("R12", "资格条件"),
];

impl Rule {
    /// Reads the `[rule]` table of an indicator.
    pub(crate) fn read(table: &Reader<'_>) -> Option<Self> {
        let words = CODES.map(|(code, _)| (code, code));
        if table.opt_text("code").is_none() {
            table.text("code");
            return None;
        }
        Some(match table.choice("code", &words)? {
            "R01" => Self::R01(r01::Standard::read(table)),
            "R02" => Self::R02(r02::Linear::read(table)),
            "R03" => Self::R03(r03::Bands::read(table)),
            "R04" => Self::R04(r04::ByRank::read(table)),
            "R05" => Self::R05(r05::CountUp::read(table)),
            "R06" => Self::R06(r06::CountDown::read(table)),
            "R07" => Self::R07(r07::Present::read(table)),
            "R08" => Self::R08(r08::Proportion::read(table)),
            "R09" => Self::R09(r09::Veto::read(table)),
            "R10" => Self::R10(r10::Mean::read(table)),
            "R11" => Self::R11(r11::Interval::read(table)),
            _ => Self::R12(r12::Condition::read(table)),
        })
    }

    /// Its code, `R01` … `R12`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::R01(_) => "R01",
            Self::R02(_) => "R02",
            Self::R03(_) => "R03",
            Self::R04(_) => "R04",
            Self::R05(_) => "R05",
            Self::R06(_) => "R06",
            Self::R07(_) => "R07",
            Self::R08(_) => "R08",
            Self::R09(_) => "R09",
            Self::R10(_) => "R10",
            Self::R11(_) => "R11",
            Self::R12(_) => "R12",
        }
    }

    /// The rule as one that gives points; `None` for vetoes and conditions.
    #[must_use]
    pub fn scoring(&self) -> Option<&dyn Scoring> {
        Some(match self {
            Self::R01(r) => r,
            Self::R02(r) => r,
            Self::R03(r) => r,
            Self::R04(r) => r,
            Self::R05(r) => r,
            Self::R06(r) => r,
            Self::R07(r) => r,
            Self::R08(r) => r,
            Self::R10(r) => r,
            Self::R11(r) => r,
            Self::R09(_) | Self::R12(_) => return None,
        })
    }
}

/// The smaller.
pub(crate) fn least(a: Num, b: Num) -> Num {
    if b < a { b } else { a }
}

/// The larger.
pub(crate) fn most(a: Num, b: Num) -> Num {
    if b > a { b } else { a }
}

/// Between zero and one.
pub(crate) fn clamp(x: Num) -> Num {
    least(Num::one(), most(Num::zero(), x))
}
