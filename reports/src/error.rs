//! What can go wrong while a pack is made, and who has to mend it.

use std::fmt;
use std::path::PathBuf;

use crate::outline::Mistake;

/// Failure of a rendering.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The outline and the brief do not fit; the mistakes name file, line and remedy.
    #[error("outline does not fit the brief:\n{0}")]
    Outline(Mistakes),
    /// The brief lacks a dataset that a page asks for (caught earlier by `check`).
    #[error("dataset `{dataset}` is not in the brief")]
    NoDataset { dataset: String },
    /// A dataset lacks a column.
    #[error("dataset `{dataset}` has no column `{column}`")]
    NoColumn { dataset: String, column: String },
    /// There is no such product.
    #[error("没有产品“{id}”；可用的有 {known}")]
    Product { id: String, known: String },
    /// A key that cannot stand in an outline.
    #[error("对象“{0}”不能用：只能由字母、数字、-、_ 组成")]
    Subject(String),
    /// An embedded font is damaged.
    #[error("embedded font `{font}` cannot be read: {reason}")]
    Font { font: String, reason: String },
    /// A chart could not be drawn or turned into pixels.
    #[error("chart `{chart}`: {reason}")]
    Chart { chart: String, reason: String },
    /// The page description was refused by typst.
    #[error("PDF: {0}")]
    Pdf(String),
    /// The workbook could not be written.
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A Word or PowerPoint file could not be packed.
    #[error("office file: {0}")]
    Package(String),
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// JSON could not be read or written.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Kind of a failure, for exit codes and HTTP statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The outline or the brief has to be mended.
    Definition,
    /// The machine: disk, permissions.
    Machine,
    /// A fault of this program.
    Internal,
}

impl ReportError {
    /// Who has to act.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Outline(_)
            | Self::Product { .. }
            | Self::Subject(_)
            | Self::NoDataset { .. }
            | Self::NoColumn { .. } => ErrorKind::Definition,
            Self::File { .. } => ErrorKind::Machine,
            Self::Font { .. }
            | Self::Chart { .. }
            | Self::Pdf(_)
            | Self::Workbook(_)
            | Self::Package(_)
            | Self::Json(_) => ErrorKind::Internal,
        }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// All mistakes of an outline at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.0 {
            writeln!(f, "{mistake}")?;
        }
        Ok(())
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, ReportError>;
