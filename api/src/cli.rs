//! The command line: what can be said, with help that teaches.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub mod case;
pub mod supervision;

use case::Case;
use supervision::Supervision;

/// 遂心善评：救助与慈善评价、报送与治理报告数据仓库
#[derive(Debug, Parser)]
#[command(name = "suixin", version, about, long_about = LONG_ABOUT, after_help = AFTER_HELP, propagate_version = true)]
#[command(disable_help_subcommand = true, subcommand_help_heading = "命令", next_help_heading = "选项")]
pub struct Cli {
    /// 对哪个仓库操作
    #[command(flatten)]
    pub global: Global,
    /// 做什么
    #[command(subcommand)]
    pub command: Command,
}

const LONG_ABOUT: &str = "遂心善评：接收县级单位和试点的报表，逐格校验，入库留存每一版，\
按评价办法计算指标和得分，排查廉政疑点，印制联席会议材料；每个印出来的数字都能追到报表的单元格。";

const AFTER_HELP: &str = "示例：
  suixin demo                                   造一年的样例报表，走完全流程并打开网页
  suixin init --home 仓库                       新建仓库
  suixin ingest 报表文件夹 --home 仓库          接收报表
  suixin pull --check --home 仓库               看来源（数据库、接口）连不连得上、会取什么
  suixin status --home 仓库                     看应报、已报、迟报、漏报
  suixin compute --home 仓库                    计算指标和得分
  suixin score --scheme CTY --home 仓库         看县级综合评价排名
  suixin explain 船山区 CTY-301 --home 仓库     看一个得分是怎么来的
  suixin whatif --set weights.CTY-101=6 --home 仓库   试改权重，与正式排名对照
  suixin report render --home 仓库              印制联席会议材料

退出码：0 正常；1 有需要处理的发现；2 用法或输入不对；3 程序内部错误。";

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// 仓库所在的文件夹（默认 suixin-home，演示为 suixin-demo）
    #[arg(long, global = true, value_name = "文件夹", env = "SUIXIN_HOME")]
    pub home: Option<PathBuf>,
    /// 以哪一天为“今天”，如 2026-01-15（默认当天；评价默认算到年度结束后 15 天）
    #[arg(long, global = true, value_name = "日期")]
    pub as_of: Option<NaiveDate>,
    /// 以 JSON 输出，供其他程序读取
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 新建仓库，并把可修改的定义文件放入其中
    Init,
    /// 检查定义文件（报表、代码、指标、方案、疑点规则、报告提纲），一次列出全部错误
    Check,
    /// 写出空白报表（带下拉和校验），供单位填报
    Template(Template),
    /// 接收报表：文件夹或文件，逐格校验后入库
    Ingest(Ingest),
    /// 从数据库、接口拉取报表，放入收件文件夹（来源写在 suixin.toml 的 [[source]]）
    Pull(Pull),
    /// 报送情况：应报、已报、按时、迟报、漏报、退回
    Status(PeriodArg),
    /// 应报清单和期限：查看、批准延期、免报、恢复
    #[command(subcommand)]
    Deadline(Deadline),
    /// 计算指标、得分、排名和等次，存入仓库
    Compute(PeriodArg),
    /// 看一个方案的得分和排名
    Score(Score),
    /// 说明得分是怎么来的：分子、分母、规则、算式、条款、失分
    Explain(Explain),
    /// 排名稳不稳：分值浮动时名次的区间、分不出先后的对象、不起区分作用的指标
    Robustness(Score),
    /// 奖项推荐名单：资格、得分、优先提示、名额、备选和依据
    Award(Award),
    /// 试算：改权重、目标、规则，或不计指标、单位，与正式结果对照；不改动正式结果
    Whatif(Whatif),
    /// 发布评价结果（冻结并开始公示）、查看、撤销发布
    Freeze(Freeze),
    /// 复核申诉：提出、查看、答复、撤回
    #[command(subcommand)]
    Appeal(Appeal),
    /// 核对评委、专家打分：均分怎样得来，谁应回避而未回避
    Experts(Experts),
    /// 运行廉政疑点规则，存入仓库
    Risks(Risks),
    /// 疑点办理：推送、说明、初核、复核、容错、纠正、销号
    #[command(subcommand)]
    Case(Case),
    /// 督导：月督导、季调度和问题整改
    #[command(subcommand)]
    Supervision(Supervision),
    /// 印制和核验报告
    #[command(subcommand)]
    Report(Report),
    /// 追溯一个数字：从报告到数据行，到文件、工作表、单元格
    Trace(Trace),
    /// 以 SQL 查询仓库（只读）
    Query(Query),
    /// 综合指数：按方案文件计算任意指标表，每一步都写出来供核对
    #[command(subcommand)]
    Index(Index),
    /// 数据快照
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// 体检：核对日志、数据文件、审计链和定义
    Doctor,
    /// 造一年的合成报表（不含任何真实人员）
    Generate(Generate),
    /// 打开网页和接口服务，按计划接收报表、计算、印制
    Serve(Serve),
    /// 演示：造样例报表，走完全流程，然后打开网页
    Demo(Demo),
}

/// `template`
#[derive(Debug, Args)]
pub struct Template {
    /// 报表代号，如 T-NEED；不写则写出该单位该期应报的全部报表
    #[arg(value_name = "报表")]
    pub form: Option<String>,
    /// 单位名称或代码
    #[arg(long, value_name = "单位")]
    pub unit: String,
    /// 报表期，如 202503、2025Q1、2025
    #[arg(long, value_name = "报表期")]
    pub period: String,
    /// 列入以前各期报过、还没有办结的行，接着填
    #[arg(long = "continue")]
    pub goes_on: bool,
    /// 还原这些行的姓名和证号，写明用途，逐个记入审计日志；不写则留空
    #[arg(long, value_name = "用途", requires = "goes_on")]
    pub purpose: Option<String>,
    /// 放到哪个文件夹
    #[arg(long, default_value = "suixin-templates", value_name = "文件夹")]
    pub out: PathBuf,
}

/// `ingest`
#[derive(Debug, Args)]
pub struct Ingest {
    /// 报表文件夹或文件，可以写多个
    #[arg(required = true, value_name = "路径")]
    pub paths: Vec<PathBuf>,
    /// 到达时间清单（CSV：file、template_code、received_ts），用于补录仓库建成前收到的报表
    #[arg(long, value_name = "CSV")]
    pub received: Option<PathBuf>,
    /// 应报清单（CSV：template_code、eval_unit_code、period、due_date），不用日历生成
    #[arg(long, value_name = "CSV")]
    pub expected: Option<PathBuf>,
    /// 试运行：校验，并说明各表和得分会怎样变动，不改动仓库
    #[arg(long)]
    pub dry_run: bool,
    /// 把标注了错误的退回件写到这个文件夹，供单位改正后再报
    #[arg(long, value_name = "文件夹")]
    pub annotate: Option<PathBuf>,
    /// 列出全部警告（默认只列错误）
    #[arg(long)]
    pub warnings: bool,
}

/// `pull`
#[derive(Debug, Args)]
pub struct Pull {
    /// 来源的名称，可以写多个；不写则拉取全部来源
    #[arg(value_name = "来源")]
    pub names: Vec<String>,
    /// 只连接来源，列出各列和会取的报表，不写任何文件
    #[arg(long)]
    pub check: bool,
    /// 不看更新时间，全部单位、全部报表期重新取一遍；来源里已经没有的一期作零报告
    #[arg(long)]
    pub full: bool,
}

/// `deadline`
#[derive(Debug, Subcommand)]
pub enum Deadline {
    /// 列出应报清单
    List {
        /// 评价年度
        #[command(flatten)]
        period: PeriodArg,
        /// 只列批准过延期或免报的
        #[arg(long)]
        granted: bool,
    },
    /// 批准一份报表延期
    Extend {
        /// 哪一份
        #[command(flatten)]
        of: DeadlineOf,
        /// 延到哪一天
        #[arg(long, value_name = "日期")]
        to: NaiveDate,
        /// 批准
        #[command(flatten)]
        approval: Approval,
    },
    /// 批准一份报表免报
    Exempt {
        /// 哪一份
        #[command(flatten)]
        of: DeadlineOf,
        /// 批准
        #[command(flatten)]
        approval: Approval,
    },
    /// 恢复工作日历规定的期限
    Restore {
        /// 哪一份
        #[command(flatten)]
        of: DeadlineOf,
    },
}

/// One return.
#[derive(Debug, Args)]
pub struct DeadlineOf {
    /// 报表代号，如 T-PERSON
    #[arg(value_name = "报表")]
    pub form: String,
    /// 单位名称或代码
    #[arg(long, value_name = "单位")]
    pub unit: String,
    /// 报表期，如 202503、2025Q1
    #[arg(long, value_name = "报表期")]
    pub at: String,
}

/// Who approved, and why.
#[derive(Debug, Args)]
pub struct Approval {
    /// 批准的岗位或会议，如 市局分管领导
    #[arg(long, value_name = "批准人")]
    pub approved_by: String,
    /// 事由
    #[arg(long, value_name = "事由")]
    pub reason: String,
}

/// A year.
#[derive(Debug, Args)]
pub struct PeriodArg {
    /// 评价年度，如 2025（默认上一年）
    #[arg(long, value_name = "年度", value_parser = clap::value_parser!(i32).range(2000..=2100))]
    pub period: Option<i32>,
}

/// `score`
#[derive(Debug, Args)]
pub struct Score {
    /// 方案：CTY 县级、PLT 试点、PRJ 项目、ORG 组织、SUP 督导、AWD 奖项推荐
    #[arg(long, value_name = "方案", default_value = "CTY", ignore_case = true)]
    pub scheme: Scheme,
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
}

/// The six schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Scheme {
    /// 县级综合评价
    Cty,
    /// 试点村（社区）评价
    Plt,
    /// 救助帮扶项目综合评价
    Prj,
    /// 社会组织库分级评价
    Org,
    /// 督导合规评价
    Sup,
    /// 奖项推荐评价
    Awd,
}

impl Scheme {
    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Cty => "CTY",
            Self::Plt => "PLT",
            Self::Prj => "PRJ",
            Self::Org => "ORG",
            Self::Sup => "SUP",
            Self::Awd => "AWD",
        }
    }
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// 评价对象：单位名称或代码、试点名称或代码、项目、组织、申报编号
    #[arg(value_name = "对象")]
    pub subject: String,
    /// 指标编号，如 CTY-301；不写则说明全部
    #[arg(value_name = "指标")]
    pub indicator: Option<String>,
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 与这个年度相比，说明变动来自数据、口径还是规则
    #[arg(long, value_name = "年度", value_parser = clap::value_parser!(i32).range(2000..=2100))]
    pub since: Option<i32>,
}

/// `whatif`
#[derive(Debug, Args)]
pub struct Whatif {
    /// 方案
    #[arg(long, value_name = "方案", default_value = "CTY", ignore_case = true)]
    pub scheme: Scheme,
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 改一个参数：路径=值，如 weights.CTY-101=6、indicators.CTY-101.target=95、scheme.bonus_cap=5；可以写多个
    #[arg(long, value_name = "路径=值")]
    pub set: Vec<String>,
    /// 补丁文件（TOML，路径写成同样的层次）；可以写多个
    #[arg(long, value_name = "文件")]
    pub patch: Vec<PathBuf>,
    /// 不计这项指标，权重并入同一一级指标；可以写多个
    #[arg(long, value_name = "指标")]
    pub without_indicator: Vec<String>,
    /// 这个单位不参评（名称或代码）；可以写多个
    #[arg(long, value_name = "单位")]
    pub without_unit: Vec<String>,
}

/// `freeze`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Freeze {
    /// 查看、撤销
    #[command(subcommand)]
    pub what: Option<FreezeWhat>,
    /// 发布哪个方案的结果
    #[arg(long, value_name = "方案", ignore_case = true)]
    pub scheme: Option<Scheme>,
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 批准发布的岗位或会议，如 局长办公会
    #[arg(long, value_name = "批准人")]
    pub approved_by: Option<String>,
}

/// `freeze …`
#[derive(Debug, Subcommand)]
pub enum FreezeWhat {
    /// 列出已发布的结果
    List {
        /// 只列这个年度的（默认全部年度）
        #[arg(long, value_name = "年度", value_parser = clap::value_parser!(i32).range(2000..=2100))]
        period: Option<i32>,
    },
    /// 撤销发布，结果可以重新计算
    Lift {
        /// 方案
        #[arg(long, value_name = "方案", ignore_case = true)]
        scheme: Scheme,
        /// 评价年度
        #[command(flatten)]
        period: PeriodArg,
        /// 批准
        #[command(flatten)]
        approval: Approval,
    },
}

/// `appeal`
#[derive(Debug, Subcommand)]
pub enum Appeal {
    /// 公示期内对一项指标的得分提出申诉
    Open {
        /// 评价对象：名称或编号
        #[arg(value_name = "对象")]
        subject: String,
        /// 指标编号，如 CTY-301
        #[arg(value_name = "指标")]
        indicator: String,
        /// 方案
        #[arg(long, value_name = "方案", default_value = "CTY", ignore_case = true)]
        scheme: Scheme,
        /// 评价年度
        #[command(flatten)]
        period: PeriodArg,
        /// 理由：事实和依据
        #[arg(long, value_name = "理由")]
        reason: String,
    },
    /// 列出申诉；有逾期未答复的，退出码为 1
    List {
        /// 评价年度
        #[command(flatten)]
        period: PeriodArg,
        /// 只列待答复的
        #[arg(long)]
        open: bool,
    },
    /// 答复申诉：采纳的更正已发布的结果，不予采纳的写明理由
    Decide(Decide),
    /// 撤回申诉
    Withdraw {
        /// 申诉编号，如 CTY-2025-001
        #[arg(value_name = "申诉")]
        id: String,
        /// 事由
        #[arg(long, value_name = "事由")]
        reason: String,
    },
}

/// `appeal decide`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["uphold", "reject"]))]
pub struct Decide {
    /// 申诉编号，如 CTY-2025-001
    #[arg(value_name = "申诉")]
    pub id: String,
    /// 采纳；不写数值的，按仓库里最新的报表取数
    #[arg(long)]
    pub uphold: bool,
    /// 不予采纳
    #[arg(long)]
    pub reject: bool,
    /// 更正后的分子（有分母的指标）
    #[arg(long, value_name = "数", requires_all = ["uphold", "denominator"])]
    pub numerator: Option<String>,
    /// 更正后的分母
    #[arg(long, value_name = "数", requires_all = ["uphold", "numerator"])]
    pub denominator: Option<String>,
    /// 更正后的数值（没有分母的指标）
    #[arg(long, value_name = "数", requires = "uphold", conflicts_with = "numerator")]
    pub value: Option<String>,
    /// 批准
    #[command(flatten)]
    pub approval: Approval,
}

/// `experts`
#[derive(Debug, Args)]
pub struct Experts {
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 评委名册（CSV：评委编号、身份证号），用于核对利害关系；身份证号不留存
    #[arg(long, value_name = "CSV")]
    pub roster: Option<PathBuf>,
    /// 列出全部打分（默认只列应回避而未回避的）
    #[arg(long)]
    pub all: bool,
}

/// `award`
#[derive(Debug, Args)]
pub struct Award {
    /// 评选年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 只看一类：U 试点单位、P 慈善项目、O 社会组织、E 爱心企业、I 爱心人士、G 先进集体、R 先进个人
    #[arg(long, value_name = "类别")]
    pub category: Option<String>,
    /// 列出每个申报对象逐项的资格条件和得分依据
    #[arg(long)]
    pub detail: bool,
}

/// `risks`
#[derive(Debug, Args)]
pub struct Risks {
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 列出每一条疑点（默认只列各规则的数目）
    #[arg(long)]
    pub list: bool,
}

/// `report`
#[derive(Debug, Subcommand)]
pub enum Report {
    /// 列出可以印制的产品
    List,
    /// 印制联席会议材料或其他产品（PDF、Word、幻灯片、网页、附表、图表、清单）
    Render(Render),
    /// 核验一份材料：文件未被改动，数字可以重算
    Verify(Verify),
    /// 比较同一材料的两版：哪些数字变了，因哪些报表、哪些定义而变
    Diff(Diff),
}

/// `report render`
#[derive(Debug, Args)]
pub struct Render {
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
    /// 哪个产品，用 report list 查看；不写则印联席会议材料
    #[arg(long, value_name = "产品")]
    pub product: Option<String>,
    /// 只印一个对象：单位、试点的名称或代码；不写则每个对象一份
    #[arg(long, value_name = "对象", requires = "product")]
    pub subject: Option<String>,
    /// 放到哪个文件夹（默认仓库的 packs/年度，其他产品为 products/年度/产品）
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
    /// 印哪些格式，用逗号隔开，如 pdf,docx（默认全部）
    #[arg(long, value_enum, value_delimiter = ',', value_name = "格式")]
    pub format: Vec<Medium>,
}

/// Formats of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Medium {
    /// 打印和存档用的 PDF，含领导一页纸
    Pdf,
    /// 可修改的 Word/WPS 文档，含领导一页纸
    Docx,
    /// 浏览器里看的单个网页
    Html,
    /// 幻灯片，备注里有数字出处
    Pptx,
    /// 附表工作簿
    Xlsx,
    /// 每幅图的 SVG 和 PNG
    Charts,
}

/// `report diff`
#[derive(Debug, Args)]
pub struct Diff {
    /// 原版所在的文件夹
    #[arg(value_name = "原版")]
    pub before: PathBuf,
    /// 新版所在的文件夹
    #[arg(value_name = "新版")]
    pub after: PathBuf,
}

/// `report verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// 材料所在的文件夹
    #[arg(value_name = "文件夹")]
    pub dir: PathBuf,
}

/// `trace`
#[derive(Debug, Args)]
pub struct Trace {
    /// 数字的编号，如 county_totals/510903/total 或 CTY/510903/CTY-301
    #[arg(value_name = "编号")]
    pub figure: String,
    /// 评价年度
    #[command(flatten)]
    pub period: PeriodArg,
}

/// `query`
#[derive(Debug, Args)]
pub struct Query {
    /// 一条 SELECT 语句
    #[arg(value_name = "SQL")]
    pub sql: String,
    /// 输出格式
    #[arg(long, value_enum, default_value = "table", value_name = "格式")]
    pub format: Format,
    /// 最多多少行
    #[arg(long, default_value_t = 100_000, value_name = "行数")]
    pub limit: usize,
    /// 在哪个快照上查（默认最新）
    #[arg(long, value_name = "快照")]
    pub at: Option<String>,
}

/// `index`
#[derive(Debug, Subcommand)]
pub enum Index {
    /// 按方案文件计算一张指标表：得分、名次、权重、稳健性
    Run(IndexRun),
}

/// `index run`
#[derive(Debug, Args)]
pub struct IndexRun {
    /// 指数方案（TOML），写法见手册 index-toolbox.md
    #[arg(value_name = "方案")]
    pub spec: PathBuf,
    /// 指标表：CSV（UTF-8、GB18030）、Parquet、工作簿的第一张表
    #[arg(long, value_name = "文件", required_unless_present = "query", conflicts_with = "query")]
    pub data: Option<PathBuf>,
    /// 不用文件，以 SQL 从仓库取指标表（只读，记入审计日志）
    #[arg(long, value_name = "SQL")]
    pub query: Option<String>,
    /// 把每一步写成 CSV，放到这个文件夹
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// 表格
    Table,
    /// CSV
    Csv,
    /// JSON
    Json,
}

/// `snapshot`
#[derive(Debug, Subcommand)]
pub enum Snapshot {
    /// 列出全部快照
    List,
}

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// 随机种子；同样的参数得到同样的文件
    #[arg(long, default_value_t = 2025, value_name = "种子")]
    pub seed: u64,
    /// 低收入人口数
    #[arg(long, default_value_t = 3000, value_name = "人数")]
    pub persons: u32,
    /// 年度
    #[arg(long, default_value_t = 2025, value_name = "年度")]
    pub year: i32,
    /// 杂乱程度：0 规整，1 如县里平常所报
    #[arg(long, default_value_t = 1, value_name = "级", value_parser = clap::value_parser!(u8).range(0..=1))]
    pub mess: u8,
    /// 全部写成 CSV（大数据量时用）
    #[arg(long)]
    pub csv_only: bool,
    /// 放到哪个文件夹
    #[arg(long, default_value = "suixin-returns", value_name = "文件夹")]
    pub out: PathBuf,
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// 监听地址，如 127.0.0.1:8080（默认取配置文件）
    #[arg(long, value_name = "地址")]
    pub listen: Option<String>,
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// 低收入人口数
    #[arg(long, default_value_t = 3000, value_name = "人数")]
    pub persons: u32,
    /// 随机种子
    #[arg(long, default_value_t = 2025, value_name = "种子")]
    pub seed: u64,
    /// 走完流程就结束，不打开网页
    #[arg(long)]
    pub no_serve: bool,
    /// 监听地址
    #[arg(long, value_name = "地址", default_value = "127.0.0.1:8080")]
    pub listen: String,
}
