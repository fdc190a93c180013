//! `case`: handling suspicions.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use rust_decimal::Decimal;

/// `case`
#[derive(Debug, Subcommand)]
pub enum Case {
    /// 列出疑点：状态、下一环节、期限、逾期天数
    List(CaseList),
    /// 看一条疑点：各环节、期限、能办什么
    Show {
        /// 疑点编号，如 YD0123456789ABCDEF
        #[arg(value_name = "编号")]
        id: String,
    },
    /// 办理一个环节：推送、说明、初核、复核、认定、整改、销号、退回、督办、重新办理
    Step(CaseStep),
    /// 列出各环节：谁能办、什么状态能办、须具备什么、下一环节几个工作日
    Actions,
    /// 容错认定：五项条件逐项写明依据；全部符合的按容错免责办结
    Tolerance(CaseTolerance),
    /// 白名单：登记、终止、查看
    #[command(subcommand)]
    Whitelist(Whitelist),
    /// 各规则的准确率：按办结的季度；误报过多的退回规则责任岗修订
    Precision,
}

/// `case list`
#[derive(Debug, Args)]
pub struct CaseList {
    /// 只列这条规则，如 RSK-A02
    #[arg(long, value_name = "规则")]
    pub rule: Option<String>,
    /// 只列这个单位，名称或代码
    #[arg(long, value_name = "单位")]
    pub unit: Option<String>,
    /// 只列这个状态，代码或名称，如 20 或 已推送说明
    #[arg(long, value_name = "状态")]
    pub status: Option<String>,
    /// 只列这个等级：H、M、L
    #[arg(long, value_name = "等级", ignore_case = true, value_parser = ["H", "M", "L"])]
    pub level: Option<String>,
    /// 只列逾期的
    #[arg(long)]
    pub overdue: bool,
}

/// `case step`
#[derive(Debug, Args)]
pub struct CaseStep {
    /// 疑点编号；几条一起办的以逗号隔开
    #[arg(value_name = "编号", value_delimiter = ',', num_args = 1, required = true)]
    pub ids: Vec<String>,
    /// 环节，如 push、explain、review（全部环节见 suixin case actions）
    #[arg(value_name = "环节")]
    pub action: String,
    /// 经办
    #[command(flatten)]
    pub doer: Doer,
    /// 理由、说明或结论
    #[arg(long, default_value = "", value_name = "文字")]
    pub reason: String,
    /// 佐证材料的名称或编号
    #[arg(long, value_name = "材料")]
    pub evidence: Option<String>,
    /// 追回金额（元）
    #[arg(long, value_name = "元")]
    pub recovered: Option<Decimal>,
    /// 系统或参数修正的记录
    #[arg(long, value_name = "记录")]
    pub fix: Option<String>,
    /// 基础报表没有报齐仍然推送的理由
    #[arg(long, value_name = "理由")]
    pub despite_missing: Option<String>,
}

/// Who does it.
#[derive(Debug, Args)]
pub struct Doer {
    /// 经办人姓名；两人办理的写两次
    #[arg(long, value_name = "姓名", required = true)]
    pub by: Vec<String>,
    /// 角色：audit 市局风险审计岗、county 县级、township 乡镇
    #[arg(long, value_name = "角色")]
    pub role: String,
}

/// `case tolerance`
#[derive(Debug, Args)]
pub struct CaseTolerance {
    /// 疑点编号
    #[arg(value_name = "编号")]
    pub id: String,
    /// 符合的条件和依据，如 a=先行先试方案第三条；每项写一次
    #[arg(long, value_name = "条件=依据")]
    pub met: Vec<String>,
    /// 不符合的条件和理由，如 b=有明文禁止；每项写一次
    #[arg(long, value_name = "条件=理由")]
    pub unmet: Vec<String>,
    /// 不得容错的情形：gain 谋取私利、falsified 篡改伪造数据、repeated 警示后再犯
    #[arg(long, value_name = "情形")]
    pub bar: Vec<String>,
    /// 本来要扣的分
    #[arg(long, value_name = "分")]
    pub deduction: Option<Decimal>,
    /// 单位申请的日期（默认当天）
    #[arg(long, value_name = "日期")]
    pub applied: Option<NaiveDate>,
    /// 经办
    #[command(flatten)]
    pub doer: Doer,
}

/// `case whitelist`
#[derive(Debug, Subcommand)]
pub enum Whitelist {
    /// 登记：有期限（最长 12 个月）、有理由、由另一人批准
    Add {
        /// 疑点编号：取它的规则和对象
        #[arg(long, value_name = "编号", required_unless_present_all = ["rule", "entity"])]
        case: Option<String>,
        /// 规则
        #[arg(long, value_name = "规则", conflicts_with = "case")]
        rule: Option<String>,
        /// 对象：疑点里的代号或编号
        #[arg(long, value_name = "对象", conflicts_with = "case")]
        entity: Option<String>,
        /// 起始日期（默认当天）
        #[arg(long, value_name = "日期")]
        from: Option<NaiveDate>,
        /// 截止日期
        #[arg(long, value_name = "日期")]
        to: NaiveDate,
        /// 理由
        #[arg(long, value_name = "理由")]
        reason: String,
        /// 申请人姓名
        #[arg(long, value_name = "姓名")]
        by: String,
        /// 批准人姓名
        #[arg(long, value_name = "姓名")]
        approved_by: String,
        /// 角色
        #[arg(long, value_name = "角色", default_value = "audit")]
        role: String,
    },
    /// 提前终止
    End {
        /// 规则
        #[arg(long, value_name = "规则")]
        rule: String,
        /// 对象
        #[arg(long, value_name = "对象")]
        entity: String,
        /// 理由
        #[arg(long, value_name = "理由")]
        reason: String,
        /// 经办人姓名
        #[arg(long, value_name = "姓名")]
        by: String,
        /// 角色
        #[arg(long, value_name = "角色", default_value = "audit")]
        role: String,
    },
    /// 查看
    List {
        /// 只列当天有效的
        #[arg(long)]
        in_force: bool,
    },
}
