//! The synthetic year: a world of people, charities, projects and money that fits together, and the returns that the
//! eight units would send for it. Nobody's data: names, numbers and events are drawn at random, and ID numbers,
//! accounts and telephones lie in ranges that were never given out (module `numbers` says which).
//!
//! The same plan gives the same bytes. The world is written row by row into a store that splits it by unit and period
//! and moves to disk when it grows; only keys and dates stay in memory. Nothing outside the output folder is touched.

pub(crate) mod cell;
mod day;
mod names;
mod numbers;
mod output;
mod returns;
mod rng;
mod schema;
mod store;
mod truth;
mod world;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::contract::Contracts;

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Seed of all random numbers.
    pub seed: u64,
    /// Number of people in the low-income register, at least 60; 324,000 is the whole city.
    pub persons: u32,
    /// The year that is reported; the opening stock is sent in the last month or quarter before it.
    pub year: i32,
    /// 0: plain workbooks. 1: as counties really send them, with planted mistakes and corrections.
    pub mess: u8,
    /// Write every table of a unit as CSV (UTF-8, at mess 1 GB18030) instead of workbooks: for big worlds.
    pub csv_only: bool,
    /// Also write the tables as they must stand in the end into `truth/`, with clear numbers beside the tokens.
    pub truth: bool,
}

impl Plan {
    /// A plan with workbooks, or CSV files above 50,000 people.
    #[must_use]
    pub fn new(seed: u64, persons: u32, year: i32, mess: u8) -> Self {
        Self { seed, persons, year, mess, csv_only: persons > 50_000, truth: false }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new(2025, 3000, 2025, 1)
    }
}

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Files of the returns.
    pub files: u64,
    /// Tables in these files.
    pub sheets: u64,
    /// Rows of the world.
    pub rows: u64,
    /// Rows in the files that must be accepted.
    pub accepted: u64,
    /// Rows in the files that must be rejected.
    pub rejected: u64,
    /// Suspicions planted, by rule.
    pub planted: std::collections::BTreeMap<String, u32>,
}

/// Why nothing, or not everything, was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The plan asks for something that cannot be.
    #[error("生成参数不对：{0}")]
    Plan(String),
    /// The output folder holds something else.
    #[error("文件夹 {} 不是空的，也不是本程序生成的数据；请换一个文件夹", .0.display())]
    NotEmpty(PathBuf),
    /// The contracts lack what the generator fills.
    #[error("表 {table} 的定义与生成器不符：{detail}")]
    Contract {
        /// Table.
        table: String,
        /// What does not fit.
        detail: String,
    },
    /// Reading or writing failed.
    #[error("读写 {} 失败：{source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// A workbook could not be written.
    #[error("写工作簿 {} 失败：{source}", path.display())]
    Workbook {
        /// File.
        path: PathBuf,
        /// Cause.
        source: rust_xlsxwriter::XlsxError,
    },
}

impl GenerateError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// Is told how far the work has come: the stage in Chinese, what is done and how much there is.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// Writes the returns of a synthetic year into a folder that is empty or was filled by this function before.
///
/// # Errors
/// When the plan is impossible, the folder holds anything else, the contracts do not fit, or a file cannot be written.
pub fn generate(
    plan: &Plan,
    contracts: &Contracts,
    out: &Path,
    progress: Progress<'_>,
) -> Result<Summary, GenerateError> {
    check(plan, contracts)?;
    output::prepare(out)?;
    let (store, planted) = world::build(plan, contracts, out, progress)?;
    let mut summary = returns::write(plan, contracts, &store, out, progress)?;
    summary.planted = planted;
    output::finish(out)?;
    Ok(summary)
}

fn check(plan: &Plan, contracts: &Contracts) -> Result<(), GenerateError> {
    if !(60..=1_000_000).contains(&plan.persons) {
        return Err(GenerateError::Plan(format!("人数应在 60 到 1000000 之间，现为 {}", plan.persons)));
    }
    if !(2000..=2100).contains(&plan.year) {
        return Err(GenerateError::Plan(format!("年份应在 2000 到 2100 之间，现为 {}", plan.year)));
    }
    if plan.mess > 1 {
        return Err(GenerateError::Plan(format!("杂乱程度只有 0 和 1，现为 {}", plan.mess)));
    }
    match contracts.units().len() {
        8 => Ok(()),
        n => Err(GenerateError::Plan(format!("评价单位应有 8 个，代码集里有 {n} 个"))),
    }
}
