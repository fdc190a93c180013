//! What went wrong, as every door of HTTP says it: one table from kind to status, problem+json (RFC 9457) for programs and
//! a page for people. What is inside a failure of ours goes to the log only.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Error;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use suixin_metrics::{ErrorKind as MetricsKind, MetricsError};
use suixin_warehouse::Kind as WarehouseKind;
use utoipa::ToSchema;

use crate::http::read::issue::IssueView;

/// Kinds of failure; the table below says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request itself is wrong.
    BadRequest,
    /// SQL that does not run.
    WrongQuery,
    /// SQL that the gate does not let pass.
    RefusedQuery,
    /// SQL that asks for too much.
    GreedyQuery,
    /// The request comes from a foreign page or under a foreign name.
    Foreign,
    /// There is no such thing.
    NotFound,
    /// The address exists, the method does not.
    WrongMethod,
    /// Too slow.
    Timeout,
    /// Too big.
    TooLarge,
    /// A content type that nobody reads here.
    WrongType,
    /// Returns with mistakes; nothing was taken.
    Mistakes,
    /// Nothing has been computed yet.
    NotComputed,
    /// Somebody else is writing.
    Busy,
    /// Vault or audit log failed: no answer.
    Secured,
    /// A definition file is wrong.
    Definition,
    /// Stored data are incomplete.
    Damaged,
    /// Our fault.
    Internal,
}

/// One line of the table.
#[derive(Debug)]
pub struct Entry {
    /// The kind.
    pub kind: Kind,
    /// Last part of the problem's type.
    pub slug: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

const fn entry(kind: Kind, slug: &'static str, status: u16, title: &'static str, remedy: &'static str) -> Entry {
    Entry { kind, slug, status, title, remedy }
}

/// The one table from kind of failure to HTTP status, with what to tell people.
pub const TABLE: [Entry; 17] = [
    entry(Kind::BadRequest, "bad-request", 400, "请求有误", "请核对地址和填写的内容后重试。"),
    entry(Kind::WrongQuery, "wrong-query", 400, "查询语句有误", "请按提示改正语句；表名和列名见查询页的“可查的表”。"),
    entry(
        Kind::RefusedQuery,
        "refused-query",
        403,
        "查询被拒绝",
        "这里只能查询：一条 SELECT 语句，不能写入、设置或读取文件。",
    ),
    entry(
        Kind::Foreign,
        "foreign-request",
        403,
        "请求来自别处",
        "请从本系统自己的页面提交，地址用 127.0.0.1 或 localhost。",
    ),
    entry(Kind::NotFound, "not-found", 404, "没有找到", "请核对编号，或从首页重新进入。"),
    entry(Kind::WrongMethod, "wrong-method", 405, "不支持这种操作", "请按接口说明 /v1/openapi.json 使用。"),
    entry(Kind::Timeout, "timeout", 503, "处理超时", "请缩小范围后重试；数据量大时请用命令行。"),
    entry(
        Kind::NotComputed,
        "not-computed",
        404,
        "还没有评价结果",
        "请先接收报表并计算得分（suixin compute），或等计划任务完成。",
    ),
    entry(Kind::TooLarge, "too-large", 413, "内容过大", "一次最多上传 64 MB；请分几次上传，或放入接收文件夹。"),
    entry(Kind::WrongType, "wrong-type", 415, "不识别的内容类型", "请按接口说明 /v1/openapi.json 选用内容类型。"),
    entry(Kind::Mistakes, "mistakes", 422, "报表有错误，没有入库", "请按下面所列位置和办法改正后重新上传。"),
    entry(Kind::GreedyQuery, "greedy-query", 422, "查询超过限制", "请增加条件、减少行数后重试。"),
    entry(Kind::Busy, "busy", 503, "正在处理其他任务", "另一项写入正在进行，请稍后重试。"),
    entry(
        Kind::Secured,
        "secured",
        503,
        "不能留下审计记录，没有作答",
        "请报告系统管理员检查磁盘空间和审计日志（suixin doctor）。",
    ),
    entry(
        Kind::Definition,
        "definition",
        500,
        "定义文件有误",
        "请报告系统管理员执行 suixin check，按提示改正定义文件。",
    ),
    entry(Kind::Damaged, "damaged", 500, "数据仓库不完整", "请报告系统管理员执行 suixin doctor，并从备份恢复。"),
    entry(Kind::Internal, "internal", 500, "系统内部错误", "请把错误编号告诉系统管理员，由其查看日志。"),
];

impl Kind {
    /// Its line of the table.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        TABLE.iter().find(|e| e.kind == self).unwrap_or(&TABLE[TABLE.len() - 1])
    }

    /// The kind of a bare status, for answers that no handler of ours gave.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::WrongMethod,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::WrongType,
            s if s.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// A failure on its way to whoever asked.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Its kind.
    pub kind: Kind,
    /// What exactly, in Chinese; for a failure of ours only its number.
    pub detail: Cow<'static, str>,
    /// Mistakes in returns.
    pub issues: Vec<IssueView>,
    /// Number under which the log has the inside.
    pub number: Option<String>,
}

impl Problem {
    /// A failure with what exactly went wrong.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), issues: Vec::new(), number: None }
    }

    /// No such thing.
    #[must_use]
    pub fn not_found(what: &str, name: &str) -> Self {
        Self::new(Kind::NotFound, format!("没有{what}“{name}”"))
    }

    /// Our fault, whatever the error says: its inside goes to the log.
    pub fn internal(error: impl Into<Error>) -> Self {
        Self::hidden(Kind::Internal, &error.into())
    }

    fn hidden(kind: Kind, error: &Error) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let number = format!("E{}-{:04}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        tracing::error!(number, "request failed: {error:#}");
        Self { number: Some(number.clone()), ..Self::new(kind, format!("错误编号 {number}")) }
    }

    /// Status, title and remedy.
    #[must_use]
    pub fn entry(&self) -> &'static Entry {
        self.kind.entry()
    }

    /// Its JSON form.
    #[must_use]
    pub fn json(&self) -> ProblemJson {
        let entry = self.entry();
        ProblemJson {
            r#type: format!("/problems/{}", entry.slug),
            title: entry.title.to_owned(),
            status: entry.status,
            detail: self.detail.clone().into_owned(),
            remedy: entry.remedy.to_owned(),
            instance: self.number.as_ref().map(|n| format!("urn:suixin:error:{n}")),
            issues: self.issues.clone(),
        }
    }
}

/// An error as programs get it (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemJson {
    /// Address that explains the kind of problem.
    pub r#type: String,
    /// Kind of problem in a few words, in Chinese.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What exactly went wrong, in Chinese.
    pub detail: String,
    /// What to do, in Chinese.
    pub remedy: String,
    /// Number of the failure in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Mistakes in returns, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<IssueView>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.json())).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        // The page for people is made of it outside of `/v1`.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<suixin_warehouse::Error> for Problem {
    fn from(error: suixin_warehouse::Error) -> Self {
        let kind = kind_of_warehouse(error.kind());
        if is_ours(kind) { Self::hidden(kind, &error.into()) } else { Self::new(kind, error.to_string()) }
    }
}

impl From<MetricsError> for Problem {
    fn from(error: MetricsError) -> Self {
        Error::from(error).into()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if let Some(problem) = error.downcast_ref::<Self>() {
            return problem.clone();
        }
        let kind = kind_of(&error);
        if is_ours(kind) { Self::hidden(kind, &error) } else { Self::new(kind, error.root_cause().to_string()) }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}：{}", self.entry().title, self.detail)
    }
}

impl std::error::Error for Problem {}

/// Failures whose inside only the log may know. A busy warehouse is somebody's, but the path of its lock is ours.
fn is_ours(kind: Kind) -> bool {
    kind.entry().status >= 500
}

fn kind_of(error: &Error) -> Kind {
    let warehouse = error.chain().find_map(|e| e.downcast_ref::<suixin_warehouse::Error>());
    if let Some(metrics) = error.chain().find_map(|e| e.downcast_ref::<MetricsError>()) {
        return match (metrics.kind(), warehouse) {
            (MetricsKind::NotFound, _) => Kind::NotFound,
            (MetricsKind::Definition, _) => Kind::Definition,
            (_, Some(w)) if w.kind() != WarehouseKind::Query => kind_of_warehouse(w.kind()),
            _ => Kind::Internal,
        };
    }
    // Outside of the gate all SQL is ours, and so are its faults.
    warehouse.map_or(Kind::Internal, |w| {
        if w.kind() == WarehouseKind::Query { Kind::Internal } else { kind_of_warehouse(w.kind()) }
    })
}

fn kind_of_warehouse(kind: WarehouseKind) -> Kind {
    match kind {
        WarehouseKind::NotFound => Kind::NotFound,
        WarehouseKind::Damaged => Kind::Damaged,
        WarehouseKind::Busy => Kind::Busy,
        WarehouseKind::Query => Kind::WrongQuery,
        WarehouseKind::Refused => Kind::RefusedQuery,
        WarehouseKind::Limit => Kind::GreedyQuery,
        WarehouseKind::Secured => Kind::Secured,
        WarehouseKind::Exists | WarehouseKind::Input | WarehouseKind::Storage => Kind::Internal,
    }
}
