//! What can be wrong with a specification, its data, or a method that meets data it is not made for.

use crate::definitions::Mistake;

/// An error of the toolbox. Every text says where, what, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The specification has mistakes.
    #[error("指数方案有{}处错误：\n{}", .0.len(), lines(.0))]
    Spec(Vec<Mistake>),
    /// The data have mistakes.
    #[error("数据有{}处错误：\n{}", .0.len(), .0.join("\n"))]
    Data(Vec<String>),
    /// A stage cannot be applied.
    #[error("环节“{stage}”：{what}；{remedy}")]
    Stage {
        /// Name of the stage.
        stage: String,
        /// What is wrong, with indicator and unit.
        what: String,
        /// What to do.
        remedy: String,
    },
}

/// What a method says of data it cannot work on; the stage's name is added by the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, with indicator and unit.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Fault {
    /// A fault in words.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }

    /// The fault as an error of a stage.
    #[must_use]
    pub fn at(self, stage: &str) -> IndexError {
        IndexError::Stage { stage: stage.to_owned(), what: self.what, remedy: self.remedy }
    }
}

/// What a method gives.
pub type Outcome<T> = Result<T, Fault>;

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
