//! The newest pack: its manifest says which files there are, and no other file is handed out.

use std::path::PathBuf;

use suixin_reports::manifest::{self, FILE};
use suixin_reports::{Manifest, read_manifest};

use crate::app::App;
use crate::http::problem::{Kind, Problem};

/// A pack in its folder.
#[derive(Debug, Clone)]
pub struct Pack {
    dir: PathBuf,
    /// What it is and where it came from.
    pub manifest: Manifest,
}

/// The pack of the newest year, if one was made. Packs lie in a folder a year.
#[must_use]
pub fn newest(app: &App) -> Option<Pack> {
    let root = app.home.join(&app.config.packs);
    let folders = std::fs::read_dir(root).ok()?.filter_map(|e| Some(e.ok()?.path()));
    let packs = folders.filter_map(|dir| read_manifest(&dir).ok().map(|manifest| Pack { dir, manifest }));
    packs.max_by_key(|p| (p.manifest.year, p.manifest.as_of, p.manifest.snapshot.clone()))
}

impl Pack {
    /// Bytes of a file that the manifest names, or of the manifest itself. A file whose bytes are others than the
    /// manifest says is not handed out.
    ///
    /// # Errors
    /// `NotFound` for any other name; `Damaged` for changed bytes.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, Problem> {
        let known = self.manifest.documents.iter().find(|d| d.path == name);
        if known.is_none() && name != FILE {
            return Err(Problem::not_found("材料文件", name));
        }
        let bytes = std::fs::read(self.dir.join(name)).map_err(Problem::internal)?;
        if known.is_some_and(|d| d.sha256 != manifest::sha256(&bytes)) {
            return Err(Problem::new(Kind::Damaged, format!("材料文件“{name}”已被改动，请重新印制")));
        }
        Ok(bytes)
    }

    /// Files for people first, then charts and the manifest.
    #[must_use]
    pub fn names(&self) -> Vec<(String, u64)> {
        let mut names: Vec<(String, u64)> =
            self.manifest.documents.iter().map(|d| (d.path.clone(), d.size_bytes)).collect();
        names.sort_by_key(|(path, _)| (path.contains('/'), path.clone()));
        names
    }
}
