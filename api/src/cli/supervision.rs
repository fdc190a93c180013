//! `supervision`: month supervision and quarter dispatch.

use clap::{Args, Subcommand};

/// `supervision`
#[derive(Debug, Subcommand)]
pub enum Supervision {
    /// 月督导、季调度：应开展、已开展、迟、缺；发现问题、整改、逾期、重复问题、零问题预警
    Status(SupervisionStatus),
}

/// `supervision status`
#[derive(Debug, Args)]
pub struct SupervisionStatus {
    /// 期间：2025、2025-Q1 或 2025-03
    #[arg(long, value_name = "期间")]
    pub period: String,
    /// 只看这个单位，名称或代码
    #[arg(long, value_name = "单位")]
    pub unit: Option<String>,
}
