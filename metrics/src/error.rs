//! What can go wrong, and whose fault it is.

use std::path::PathBuf;

use crate::definitions::Mistake;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// Definition files have mistakes.
    #[error("定义文件有{}处错误：\n{}", .0.len(), lines(.0))]
    Definitions(Vec<Mistake>),
    /// A definition file cannot be read or written.
    #[error("读写 {} 失败：{source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No version of a scheme is in force.
    #[error("{year}年没有生效的方案 {scheme}：请核对方案定义的生效期")]
    NotInForce {
        /// Scheme id.
        scheme: String,
        /// Year asked for.
        year: i32,
    },
    /// A statement of a definition failed.
    #[error("{id} 的取数语句执行失败：{source}")]
    Statement {
        /// Which definition.
        id: String,
        /// What the warehouse said.
        source: suixin_warehouse::Error,
    },
    /// A statement gave something other than what it must.
    #[error("{id} 的结果不合要求：{message}")]
    Result {
        /// Which definition.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// What was asked for is not allowed as things stand; the text says why and what to do.
    #[error("{0}")]
    NotNow(String),
    /// The warehouse failed.
    #[error(transparent)]
    Warehouse(#[from] suixin_warehouse::Error),
    /// Rules of the domain stand against what was asked for.
    #[error("{what}：{}", .reasons.join("；"))]
    Refused {
        /// What cannot be done.
        what: String,
        /// Everything that stands against it, each with its remedy.
        reasons: Vec<String>,
    },
    /// What was asked for does not exist.
    #[error("没有{what} {given}{hint}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// What was given.
        given: String,
        /// A suggestion, with its punctuation, or empty.
        hint: String,
    },
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A definition file.
    Definition,
    /// The request: what it names does not exist.
    NotFound,
    /// The request: it is not allowed as things stand.
    Refused,
    /// The warehouse or the disk.
    Internal,
}

impl MetricsError {
    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Definitions(_) | Self::NotInForce { .. } | Self::Statement { .. } | Self::Result { .. } => {
                ErrorKind::Definition
            }
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::NotNow(_) | Self::Refused { .. } => ErrorKind::Refused,
            Self::File { .. } | Self::Warehouse(_) => ErrorKind::Internal,
        }
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
