//! `suixin index`: a composite index from a specification and any table, with every stage written out.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use suixin_ingest::read::child::{ChildReader, Limits as ReadLimits};
use suixin_ingest::read::{RawFile, ReadError, read_file};
use suixin_metrics::definitions::SourceFile;
use suixin_metrics::index::{RawTable, Report, Sheet, Spec, dataset, run as run_chain};
use suixin_warehouse::{AuditEntry, Limits};

use super::{Exit, Usage};
use crate::app::READ_APART;
use crate::cli::{Global, Index, IndexRun};
use crate::output::say;

/// Time that a query may take.
const LIMIT: Duration = Duration::from_secs(120);
/// Most units that a query may give.
const MAX_ROWS: usize = 1_000_000;
/// The list of what is in a folder of stages.
const CONTENTS: &str = "contents.csv";

/// The report, and where it was written.
#[derive(Serialize)]
struct Told<'r> {
    files: Vec<String>,
    #[serde(flatten)]
    report: &'r Report,
}

pub(super) async fn run(global: &Global, args: &Index) -> Result<Exit> {
    let Index::Run(args) = args;
    let spec = Spec::parse(&source(&args.spec)?)?;
    let table = match (&args.data, &args.query) {
        (Some(path), _) => read(path)?,
        (None, Some(sql)) => queried(global, sql).await?,
        (None, None) => return Err(Usage("缺少数据：写 --data 文件，或 --query SQL".to_owned()).into()),
    };
    let report = run_chain(&spec, dataset(&spec, &table)?)?;
    let files = match &args.out {
        Some(dir) => write(dir, &report).with_context(|| format!("写不了 {}", dir.display()))?,
        None => Vec::new(),
    };
    for warning in &report.warnings {
        say(format!("请注意：{warning}"));
    }
    tell(global, args, &report, files)?;
    Ok(Exit::Fine)
}

fn tell(global: &Global, args: &IndexRun, report: &Report, files: Vec<String>) -> Result<()> {
    if global.json {
        return global.out().json(&Told { files, report });
    }
    global.out().line(&report.title)?;
    let field = |x: Option<f64>| x.map(|x| format!("{x:.4}")).unwrap_or_default();
    let row = |p: &suixin_metrics::index::run::Placed| {
        let rank = p.rank.map(|r| r.to_string()).unwrap_or_default();
        vec![rank, p.unit.clone(), p.name.clone(), field(p.score), p.grade.clone().unwrap_or_default()]
    };
    let rows: Vec<Vec<String>> = report.units.iter().map(row).collect();
    global.out().table(&["名次", "单位", "名称", "得分", "等次"], &rows, &[0, 3])?;
    if let Some(dir) = &args.out {
        say(format!("每一步写在 {}，目录见 {CONTENTS}", dir.display()));
    }
    Ok(())
}

fn source(path: &Path) -> Result<SourceFile> {
    let text = std::fs::read_to_string(path).with_context(|| format!("读不了方案 {}", path.display()))?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    Ok(SourceFile { path: path.display().to_string().into(), text })
}

/// The first table of a file; workbooks and Parquet are read in a process of their own.
fn read(path: &Path) -> Result<RawTable> {
    let told = |e: ReadError| Usage(format!("读不了数据 {}：{e}；{}", path.display(), e.remedy()));
    let file = read_apart(path).map_err(told)?;
    let sheet = file.sheets.into_iter().find(|s| !s.hidden && !s.rows.is_empty());
    let mut rows = sheet.map(|s| s.rows).unwrap_or_default().into_iter().filter(|r| !r.is_blank());
    let fields = |r: &suixin_ingest::read::RawRow| r.cells.iter().map(|c| c.shown()).collect::<Vec<String>>();
    let header = rows.next().map(|r| fields(&r)).unwrap_or_default();
    Ok(RawTable { header, rows: rows.map(|r| (r.no, fields(&r))).collect() })
}

fn read_apart(path: &Path) -> Result<RawFile, ReadError> {
    let mut head = [0; 4];
    let size_bytes = std::fs::metadata(path)?.len();
    // A file shorter than its mark is text.
    let marked = std::io::Read::read_exact(&mut std::fs::File::open(path)?, &mut head).is_ok();
    match std::env::current_exe() {
        Ok(program) if marked && ChildReader::wants(&head, size_bytes) => {
            ChildReader::new(program, vec![READ_APART.to_owned()], ReadLimits::default()).read(path)
        }
        _ => read_file(path),
    }
}

/// A table from the warehouse, through the gate and on record.
async fn queried(global: &Global, sql: &str) -> Result<RawTable> {
    let app = global.open().await?;
    let snapshot = app.warehouse.snapshot().await?;
    let entry = AuditEntry {
        ts: app.clock.now(),
        account: "cli".to_owned(),
        role: "audit".to_owned(),
        action: "query".to_owned(),
        object: sql.to_owned(),
        rows: None,
        purpose: Some("index run".to_owned()),
    };
    app.warehouse.audit(&entry).context("审计日志写不了，查询没有执行")?;
    let frame = snapshot.query_gated(sql, &Limits { max_rows: MAX_ROWS, timeout: LIMIT }).await?;
    if frame.truncated {
        return Err(Usage(format!("查询结果超过 {MAX_ROWS} 行，不能当作完整的指标表；请加条件")).into());
    }
    let fields = |row: &Vec<suixin_ingest::value::Value>| row.iter().map(ToString::to_string).collect();
    let rows = frame.rows.iter().map(fields).zip(1..).map(|(row, at)| (at, row)).collect();
    Ok(RawTable { header: frame.columns, rows })
}

/// Writes every sheet and the list of them; the files of an earlier run in the same folder go.
fn write(dir: &Path, report: &Report) -> Result<Vec<String>> {
    std::fs::create_dir_all(dir)?;
    clear(dir)?;
    let mut contents = Sheet::new("contents", "目录", &["file", "title", "rows"]);
    for sheet in &report.sheets {
        let file = format!("{}.csv", sheet.name);
        contents.push(vec![file.as_str().into(), sheet.title.as_str().into(), sheet.rows.len().into()]);
    }
    // The list first: what it names belongs to a run and may be cleared.
    write_sheet(&dir.join(CONTENTS), &contents)?;
    for sheet in &report.sheets {
        write_sheet(&dir.join(format!("{}.csv", sheet.name)), sheet)?;
    }
    let named = contents.rows.iter().filter_map(|r| r.first()).map(|f| f.text());
    Ok(std::iter::once(CONTENTS.to_owned()).chain(named).map(|f| dir.join(f).display().to_string()).collect())
}

fn clear(dir: &Path) -> Result<()> {
    let contents = dir.join(CONTENTS);
    if !contents.exists() {
        if std::fs::read_dir(dir)?.next().is_some() {
            let what = format!("文件夹 {} 里有别的文件；请用 --out 另给一个新文件夹", dir.display());
            return Err(Usage(what).into());
        }
        return Ok(());
    }
    for record in csv::Reader::from_path(&contents)?.records() {
        let record = record?;
        // Only plain names: the list may have been edited.
        let plain = record.get(0).filter(|f| Path::new(f).file_name().is_some_and(|n| n == *f) && f.ends_with(".csv"));
        if let Some(file) = plain.map(|f| dir.join(f)).filter(|f| f.exists()) {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}

fn write_sheet(path: &Path, sheet: &Sheet) -> Result<()> {
    let mut out = csv::WriterBuilder::new().flexible(false).from_path(path)?;
    out.write_record(&sheet.columns)?;
    for row in &sheet.rows {
        out.write_record(row.iter().map(suixin_metrics::index::Field::text))?;
    }
    Ok(out.flush()?)
}
