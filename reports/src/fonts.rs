//! The embedded typefaces: Noto Sans SC and Noto Serif SC, regular and bold, with all hanzi (OFL 1.1).
//!
//! They are decompressed once a process. System fonts are never looked up, so a document looks the same everywhere.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use ttf_parser::Face;

use crate::error::{ReportError, Result};

/// Family of headings, tables and charts.
pub const SANS: &str = "Noto Sans SC";
/// Family of the text.
pub const SERIF: &str = "Noto Serif SC";

/// One typeface: name, compressed bytes.
type Packed = (&'static str, &'static [u8]);

const PACKED: [Packed; 4] = [
    ("NotoSansSC-Regular", include_bytes!("../assets/fonts/NotoSansSC_400Regular-full.ttf.zst")),
    ("NotoSansSC-Bold", include_bytes!("../assets/fonts/NotoSansSC_700Bold-full.ttf.zst")),
    ("NotoSerifSC-Regular", include_bytes!("../assets/fonts/NotoSerifSC_400Regular-full.ttf.zst")),
    ("NotoSerifSC-Bold", include_bytes!("../assets/fonts/NotoSerifSC_700Bold-full.ttf.zst")),
];

/// The four typefaces, ready to use.
pub struct Fonts {
    faces: [(&'static str, &'static [u8]); 4],
    regular: Face<'static>,
    bold: Face<'static>,
}

static FONTS: OnceLock<std::result::Result<Fonts, String>> = OnceLock::new();

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.faces.iter().map(|(name, _)| name)).finish()
    }
}

/// The embedded typefaces.
///
/// # Errors
/// If the embedded bytes are damaged.
pub fn fonts() -> Result<&'static Fonts> {
    FONTS
        .get_or_init(Fonts::unpack)
        .as_ref()
        .map_err(|reason| ReportError::Font { font: "embedded".to_owned(), reason: reason.clone() })
}

/// Characters of a text for which no embedded typeface has a glyph, in order, each once.
///
/// # Errors
/// If the embedded bytes are damaged.
pub fn missing(text: &str) -> Result<Vec<char>> {
    let fonts = fonts()?;
    let mut found = Vec::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if fonts.regular.glyph_index(c).is_none() && !found.contains(&c) {
            found.push(c);
        }
    }
    Ok(found)
}

impl Fonts {
    fn unpack() -> std::result::Result<Self, String> {
        let mut faces = PACKED;
        for (name, bytes) in &mut faces {
            let raw = zstd::decode_all(*bytes).map_err(|e| format!("{name}: {e}"))?;
            // Kept for the life of the process on purpose: parsed faces, fontdb and typst all borrow it.
            *bytes = Box::leak(raw.into_boxed_slice());
        }
        let parse = |i: usize| Face::parse(faces[i].1, 0).map_err(|e| format!("{}: {e}", faces[i].0));
        Ok(Self { regular: parse(0)?, bold: parse(1)?, faces })
    }

    /// Name and bytes of each typeface.
    #[must_use]
    pub fn faces(&self) -> &[(&'static str, &'static [u8])] {
        &self.faces
    }

    /// Width of a text in Noto Sans SC at a size of 1.
    #[must_use]
    pub fn width(&self, text: &str, bold: bool) -> f64 {
        let face = if bold { &self.bold } else { &self.regular };
        let em = f64::from(face.units_per_em());
        let advance = |c| face.glyph_index(c).and_then(|g| face.glyph_hor_advance(g)).map_or(em, f64::from);
        text.chars().map(advance).sum::<f64>() / em
    }

    /// SHA-256 of each typeface as embedded, for the manifest.
    #[must_use]
    pub fn hashes() -> Vec<(String, String)> {
        PACKED.iter().map(|(name, bytes)| ((*name).to_owned(), hex::encode(Sha256::digest(bytes)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_the_names_of_the_place() {
        assert!(missing("郪江镇崚山村，镕堃喆犇垚湉珺璟鄠㛃㙍䢺；“救助+慈善”—−≥≤～·√□①⑨").unwrap().is_empty());
        assert_eq!(missing("a\u{e000}b\u{e000}").unwrap(), vec!['\u{e000}']);
    }

    #[test]
    fn hanzi_are_one_em_wide() {
        let fonts = fonts().unwrap();
        assert!((fonts.width("遂宁", false) - 2.0).abs() < 1e-9);
        assert!(fonts.width("1,234.56", true) > fonts.width("1,234.56", false));
    }
}
