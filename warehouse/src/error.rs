//! What can go wrong, who is to blame and what to do. Texts are Chinese, since users see them; none carries a value of a
//! row, so no personal datum can leak through an error.

use std::path::{Path, PathBuf};

use crate::query::Fault;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the warehouse; [`Error::kind`] is what callers branch on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder already holds a warehouse.
    #[error("“{}”里已有数据仓库，不能重复初始化", .path.display())]
    Exists {
        /// The home folder.
        path: PathBuf,
    },
    /// The folder holds no warehouse.
    #[error("“{}”里没有数据仓库，请先执行 suixin init", .path.display())]
    NotFound {
        /// The home folder.
        path: PathBuf,
    },
    /// Journal and files disagree; nothing is opened rather than losing rows quietly.
    #[error("数据仓库不完整，已停止打开，共 {} 处：\n{}\n请从备份恢复上述文件后，再执行 suixin doctor 核对", .findings.len(), .findings.join("\n"))]
    Damaged {
        /// What is missing or different, one line each.
        findings: Vec<String>,
    },
    /// Another process writes.
    #[error("另一个进程正在写入数据仓库（锁文件 {}），请待其结束后重试", .path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The contract of a table changed in a way that stored files cannot follow.
    #[error("表“{table}”的列与仓库中已有的不一致，请恢复原合同或另建仓库后重新导入")]
    ContractChanged {
        /// Table of the contract.
        table: String,
    },
    /// A name that the contracts do not know.
    #[error("没有{what}“{name}”")]
    Unknown {
        /// What the name stands for (表, 列, 快照 …).
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Rows handed over do not fit the contract; the value itself is not named.
    #[error("表“{table}”第 {row} 行的列“{column}”填入的值不合列类型：{problem}")]
    BadRow {
        /// Table of the contract.
        table: String,
        /// Row from 1 inside the rows handed over.
        row: usize,
        /// Column, or the number of columns.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What was handed over cannot be processed.
    #[error("{0}")]
    Input(String),
    /// SQL of ours or of a person that does not run.
    #[error("查询不能执行：{0}")]
    Query(String),
    /// SQL with something that its writer can mend.
    #[error("查询不能执行：{0}")]
    Sql(Fault),
    /// SQL that the gate does not let pass.
    #[error("查询被拒绝：{0}")]
    Refused(String),
    /// A limit of the gate was reached.
    #[error("查询超过限制：{0}")]
    Limit(String),
    /// The vault cannot be read or written.
    #[error("密封库出错：{0}")]
    Vault(String),
    /// The audit log cannot be written or does not verify; then the answer is no.
    #[error("审计日志出错：{0}")]
    Audit(String),
    /// The file system failed.
    #[error("{action}“{}”失败：{source}", .path.display())]
    Io {
        /// What was tried, such as 读取.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Delta, Parquet or Arrow failed on a table.
    #[error("读写表“{table}”失败：{message}")]
    Storage {
        /// Table of the contract, or a file.
        table: String,
        /// The cause.
        message: String,
    },
}

/// Closed list of causes, for exit codes and HTTP statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The target exists already.
    Exists,
    /// A warehouse, table, snapshot or file that is not there.
    NotFound,
    /// Stored data are incomplete or were changed.
    Damaged,
    /// Try again later.
    Busy,
    /// Rows, definitions or arguments are wrong.
    Input,
    /// SQL is wrong.
    Query,
    /// Not allowed.
    Refused,
    /// Too much.
    Limit,
    /// Vault or audit log failed; nothing may be answered.
    Secured,
    /// Disk, Delta, Parquet.
    Storage,
}

impl Error {
    /// The cause as a closed list.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Exists { .. } => Kind::Exists,
            Self::NotFound { .. } | Self::Unknown { .. } => Kind::NotFound,
            Self::Damaged { .. } => Kind::Damaged,
            Self::Busy { .. } => Kind::Busy,
            Self::ContractChanged { .. } | Self::BadRow { .. } | Self::Input(_) => Kind::Input,
            Self::Query(_) | Self::Sql(_) => Kind::Query,
            Self::Refused(_) => Kind::Refused,
            Self::Limit(_) => Kind::Limit,
            Self::Vault(_) | Self::Audit(_) => Kind::Secured,
            Self::Io { .. } | Self::Storage { .. } => Kind::Storage,
        }
    }

    pub(crate) fn storage(table: &str, cause: impl std::fmt::Display) -> Self {
        Self::Storage { table: table.to_owned(), message: cause.to_string() }
    }
}

/// Gives an I/O error its file and what was tried.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io { action, path: path.to_owned(), source })
    }
}
