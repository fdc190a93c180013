//! What a pack may consist of: a closed list, chosen by name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One format of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// The pack and the page for leaders, to be printed and kept.
    Pdf,
    /// Both for Word and WPS, to be edited.
    Docx,
    /// The pack for a browser, one file.
    Html,
    /// Slides with notes.
    Pptx,
    /// The annex as a workbook.
    Xlsx,
    /// Every chart as SVG and PNG.
    Charts,
}

impl Output {
    /// All formats.
    pub const ALL: [Self; 6] = [Self::Pdf, Self::Docx, Self::Html, Self::Pptx, Self::Xlsx, Self::Charts];

    /// Name on the command line and in the manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Html => "html",
            Self::Pptx => "pptx",
            Self::Xlsx => "xlsx",
            Self::Charts => "charts",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }

    /// The set of all formats.
    #[must_use]
    pub fn all() -> BTreeSet<Self> {
        Self::ALL.into()
    }
}
