//! `suixin generate`: a synthetic year of returns.

use anyhow::Result;
use suixin_ingest::contract::Contracts;
use suixin_ingest::generate::{Plan, generate};

use super::Exit;
use crate::cli::{Generate, Global};
use crate::progress::Stages;

/// Above so many persons the returns are CSV, as workbooks of that size help nobody.
const LARGE: u32 = 50_000;

pub(super) fn run(global: &Global, args: &Generate) -> Result<Exit> {
    let contracts = Contracts::embedded()?;
    let plan = Plan {
        seed: args.seed,
        persons: args.persons,
        year: args.year,
        mess: args.mess,
        csv_only: args.csv_only || args.persons > LARGE,
        truth: false,
    };
    let stages = Stages::new();
    let summary = generate(&plan, &contracts, &args.out, &mut |stage, done, total| stages.tell(stage, done, total));
    stages.finish();
    let summary = summary?;
    if global.json {
        global.out().json(&summary)?;
    } else {
        global.out().line(format!(
            "已在 {} 造出 {} 年合成报表 {} 个文件，{} 行（人员、证号均为虚构，不属于任何人）",
            args.out.display(),
            args.year,
            summary.files,
            summary.rows
        ))?;
    }
    Ok(Exit::Fine)
}
