//! Returns that come by web. Bodies go to files in a private folder of the warehouse and are removed afterwards; what
//! counts is kept by the warehouse itself.
//!
//! Unlike the inbox, an upload is by default all or nothing: whoever sends it sits at the keyboard, so any error that is
//! found in a file sends everything back and changes nothing. Rows that point to something that is not there can be found
//! only when the delivery is closed; those are taken back alone and reported with the receipt.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::Field;
use serde::Serialize;
use suixin_ingest::checked::{CheckedFile, Issue, Level};
use suixin_ingest::period::Period;
use suixin_warehouse::{FileOutcome, TableOutcome};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Kind, Problem};
use crate::http::read::heavy;
use crate::http::read::issue::IssueView;
use crate::http::record::record;
use crate::ops::intake::{self, Intake};

/// Most files of one upload.
const MAX_FILES: usize = 100;
/// Most mistakes listed in one answer.
const MAX_LISTED: usize = 500;

/// Files that arrived and were not looked at yet.
#[derive(Debug)]
pub struct Upload {
    dir: TempDir,
    files: Vec<PathBuf>,
    /// Take in the good rows of a table with faulty ones, as the inbox does.
    pub keep_good_rows: bool,
    unit: Option<String>,
    period: Option<Period>,
}

impl Upload {
    /// An upload without files.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(web: &Web) -> Result<Self, Problem> {
        let state = web.app.home.join("state");
        std::fs::create_dir_all(&state).map_err(Problem::internal)?;
        let dir = tempfile::Builder::new().prefix("upload-").tempdir_in(state).map_err(Problem::internal)?;
        Ok(Self { dir, files: Vec::new(), keep_good_rows: false, unit: None, period: None })
    }

    /// Reads a form: files under `file`; `unit` and `period` for files that do not say; `keep` to take in good rows.
    ///
    /// # Errors
    /// When the form is broken or a name or value in it is wrong.
    pub async fn read_form(mut self, web: &Web, mut form: Multipart) -> Result<Self, Problem> {
        while let Some(field) = form.next_field().await.map_err(broken)? {
            match field.name().unwrap_or_default() {
                "file" => self.save(field).await?,
                "keep" => self.keep_good_rows = !field.text().await.map_err(broken)?.is_empty(),
                "unit" => self.unit = unit(web, &field.text().await.map_err(broken)?)?,
                "period" => self.period = period(&field.text().await.map_err(broken)?)?,
                _ => {}
            }
        }
        Ok(self)
    }

    /// Saves one file of a form. A form sends an empty name where no file was chosen.
    async fn save(&mut self, mut field: Field<'_>) -> Result<(), Problem> {
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Ok(());
        }
        let path = self.place(&name)?;
        let mut file = tokio::fs::File::create(&path).await.map_err(Problem::internal)?;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            file.write_all(&chunk).await.map_err(Problem::internal)?;
        }
        file.flush().await.map_err(Problem::internal)
    }

    /// Saves a file that is the whole body.
    ///
    /// # Errors
    /// When its name is wrong.
    pub async fn save_raw(&mut self, name: &str, body: Bytes) -> Result<(), Problem> {
        let path = self.place(name)?;
        tokio::fs::write(&path, body).await.map_err(Problem::internal)
    }

    /// Where a file goes: a folder of its own, below the folders that its name brings.
    fn place(&mut self, name: &str) -> Result<PathBuf, Problem> {
        if self.files.len() == MAX_FILES {
            return Err(Problem::new(Kind::TooLarge, format!("一次最多上传 {MAX_FILES} 个文件")));
        }
        let inside =
            safe_path(name).ok_or_else(|| Problem::new(Kind::BadRequest, "文件名不能用，请改成普通的文件名"))?;
        let path = self.dir.path().join(format!("f{:03}", self.files.len())).join(inside);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Problem::internal)?;
        }
        self.files.push(path.clone());
        Ok(path)
    }

    /// Puts unit and period that the form names where a reader looks for them: in the two folders above the file.
    fn settle(&mut self) -> Result<(), Problem> {
        let mut folders: Vec<String> = self.period.iter().map(ToString::to_string).collect();
        folders.extend(self.unit.clone());
        if folders.is_empty() {
            return Ok(());
        }
        for (i, path) in self.files.iter_mut().enumerate() {
            let name = path.file_name().map(PathBuf::from).unwrap_or_default();
            let folder = folders.iter().fold(self.dir.path().join(format!("s{i:03}")), |at, f| at.join(f));
            std::fs::create_dir_all(&folder).map_err(Problem::internal)?;
            let to = folder.join(name);
            std::fs::rename(&*path, &to).map_err(Problem::internal)?;
            *path = to;
        }
        Ok(())
    }
}

fn broken(error: axum::extract::multipart::MultipartError) -> Problem {
    let kind = Kind::of_status(error.status());
    Problem::new(kind, if kind == Kind::TooLarge { "上传的内容超过 64 MB" } else { "上传的内容不完整或格式不对" })
}

fn unit(web: &Web, text: &str) -> Result<Option<String>, Problem> {
    let known = text.is_empty() || text == suixin_ingest::contract::CITY || web.app.contracts.units().contains(&text);
    if known {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    } else {
        Err(Problem::new(Kind::BadRequest, "填报单位代码不对"))
    }
}

fn period(text: &str) -> Result<Option<Period>, Problem> {
    let wrong = |_| Problem::new(Kind::BadRequest, "报表期不对，应写成 202503、2025Q1 或 2025");
    if text.trim().is_empty() { Ok(None) } else { text.trim().parse().map(Some).map_err(wrong) }
}

/// A name as a path that stays inside its folder: at most two folders and the file, none of them hidden.
fn safe_path(name: &str) -> Option<PathBuf> {
    let name = name.replace('\\', "/");
    let path = Path::new(&name);
    let plain = |c: Component<'_>| match c {
        Component::Normal(part) => {
            part.to_str().filter(|p| !p.starts_with(['.', '~']) && !p.chars().any(char::is_control)).map(str::to_owned)
        }
        _ => None,
    };
    let parts: Vec<String> = path.components().map(plain).collect::<Option<_>>()?;
    let too_long = parts.iter().any(|p| p.len() > 240);
    (!too_long && (1..=3).contains(&parts.len()) && !name.ends_with('/')).then(|| parts.iter().collect())
}

/// What became of an upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Receipt {
    /// Snapshot that shows it; the one from before when nothing changed.
    pub snapshot: String,
    /// Whether anything changed; the same bytes again change nothing.
    pub changed: bool,
    /// The files in the order in which they counted.
    pub files: Vec<ReceivedFile>,
    /// Mistakes, those found at closing included.
    pub issues: Vec<IssueView>,
}

/// What became of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivedFile {
    /// Its name.
    pub file: String,
    /// Name of the identical file that was received before.
    pub duplicate_of: Option<String>,
    /// Refused whole.
    pub refused: bool,
    /// Its tables.
    pub tables: Vec<ReceivedTable>,
}

/// What became of a table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceivedTable {
    /// Sheet; empty for CSV and JSON.
    pub sheet: String,
    /// Name of the table.
    pub table: String,
    /// Its Chinese title.
    pub title: String,
    /// Code of the form.
    pub form: String,
    /// Name of the unit.
    pub unit: String,
    /// Period.
    pub period: String,
    /// 0 for the first receipt, then counted up.
    pub revision: u32,
    /// Rows taken in.
    pub accepted: u64,
    /// Rows kept out.
    pub rejected: u64,
    /// Returned to the sender whole.
    pub returned: bool,
}

/// Checks an upload and takes it in: everything becomes visible at once, or nothing changes.
///
/// # Errors
/// `Mistakes` with every mistake when it is sent back; others when it cannot be recorded or written.
pub async fn take(web: &Web, mut upload: Upload) -> Result<Receipt, Problem> {
    if upload.files.is_empty() {
        return Err(Problem::new(Kind::BadRequest, "没有收到文件"));
    }
    upload.settle()?;
    let names: Vec<String> =
        upload.files.iter().map(|f| f.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
    record(web, "import", &names.join("、"))?;
    let writer = Arc::clone(&web.writer).lock_owned().await;
    let app = web.app.clone();
    // The lock and the files go along, so that a sender who hangs up stops neither.
    let outcome = heavy(move || async move {
        let _writer = writer;
        let intake = Intake { paths: upload.files.clone(), ..Intake::default() };
        let quiet = |_: &str, _: u64, _: u64| {};
        if !upload.keep_good_rows {
            sent_back(&intake::check(&app, &intake, &quiet)?)?;
        }
        let outcome = intake::run(&app, &intake, &quiet).await?;
        upload.dir.close().context("清不掉上传的临时文件")?;
        Ok(outcome)
    })
    .await?;
    Ok(receipt(web, &outcome))
}

/// Sends an upload back when a file in it has an error.
fn sent_back(files: &[CheckedFile]) -> Result<(), Problem> {
    let found = files.iter().flat_map(|f| f.issues.iter().chain(f.tables.iter().flat_map(|t| &t.issues)));
    let errors: Vec<&Issue> = found.filter(|i| i.level == Level::Error).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let more = if errors.len() > MAX_LISTED { format!("，只列出前 {MAX_LISTED} 处") } else { String::new() };
    let mut problem = Problem::new(Kind::Mistakes, format!("共查出错误 {} 处{more}", errors.len()));
    problem.issues = errors.into_iter().take(MAX_LISTED).map(IssueView::from).collect();
    Err(problem)
}

fn receipt(web: &Web, outcome: &intake::Outcome) -> Receipt {
    let landing = &outcome.landing;
    Receipt {
        snapshot: landing.snapshot.to_string(),
        changed: landing.changed,
        files: landing.files.iter().map(|f| file_view(web, f)).collect(),
        issues: landing.issues.iter().take(MAX_LISTED).map(IssueView::from).collect(),
    }
}

fn file_view(web: &Web, file: &FileOutcome) -> ReceivedFile {
    let FileOutcome { file: name, duplicate_of, refused, tables, .. } = file;
    let tables = tables.iter().map(|t| table_view(web, t)).collect();
    ReceivedFile { file: name.clone(), duplicate_of: duplicate_of.clone(), refused: *refused, tables }
}

fn table_view(web: &Web, t: &TableOutcome) -> ReceivedTable {
    let contracts = &web.app.contracts;
    ReceivedTable {
        sheet: t.sheet.clone(),
        table: t.table.clone(),
        title: contracts.table(&t.table).map_or_else(|| t.table.clone(), |c| c.title.clone()),
        form: t.form.clone(),
        unit: contracts.unit_name(&t.unit).to_owned(),
        period: t.period.clone(),
        revision: t.revision,
        accepted: t.accepted,
        rejected: t.rejected,
        returned: t.returned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_folder() {
        let ok = |name: &str| safe_path(name).map(|p| p.to_string_lossy().into_owned());
        assert_eq!(ok("月报_船山区_202503.xlsx").as_deref(), Some("月报_船山区_202503.xlsx"));
        assert_eq!(ok("202503\\船山区\\person.csv").as_deref(), Some("202503/船山区/person.csv"));
        for bad in [
            "",
            "/",
            "..",
            "../a.xlsx",
            "a/../../b.xlsx",
            "/etc/passwd",
            ".hidden",
            "a/.b/c.csv",
            "~lock",
            "a/b/c/d.csv",
            "a\0b",
            "a/",
        ] {
            assert_eq!(ok(bad), None, "{bad:?}");
        }
    }
}
