//! Why a pull failed, with what to do about it. No value of a row and no secret ever stands in one of these.

use std::fmt;

/// Who has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The configuration does not fit the source or the contract.
    Config,
    /// Nobody answers at the address.
    Unreachable,
    /// The source knows the user or the token, but not so.
    Login,
    /// The connection cannot be protected as asked.
    Tls,
    /// It took too long.
    Timeout,
    /// The source refuses the statement or the request.
    Refused,
    /// What the source holds cannot be written into a return.
    Data,
    /// A limit of the configuration was met.
    Limit,
    /// Another pull is at work.
    Busy,
    /// A file or the state cannot be read or written here.
    Disk,
}

/// A pull that failed: cause and remedy, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SourceError {
    /// Who has to look.
    pub kind: Kind,
    /// The cause.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl SourceError {
    pub(super) fn new(kind: Kind, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, what: what.into(), remedy: remedy.into() }
    }

    /// A file or folder that cannot be read or written.
    pub(super) fn disk(path: &std::path::Path, cause: &dyn fmt::Display) -> Self {
        let what = format!("读写 {} 失败：{cause}", path.display());
        Self::new(Kind::Disk, what, "请检查文件夹是否存在、是否有权限、磁盘是否已满")
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}；{}", self.what, self.remedy)
    }
}

/// What a pull or a part of it gives.
pub(super) type Result<T> = std::result::Result<T, SourceError>;
