//! Making and verifying the joint meeting's pack and the other products.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use suixin_ingest::value::Value;
use suixin_metrics::definitions::DatasetColumn;
use suixin_reports::number::Format;
use suixin_reports::outline::JOINT_MEETING;
use suixin_reports::{Brief, Cell, Column, Dataset, Manifest, Meta, Outline, Output, Privacy, Product, ReportError};
use suixin_warehouse::Snapshot;

use crate::app::App;
use crate::commands::Usage;
use crate::ops::{Progress, basis};

/// A pack that was made.
#[derive(Debug)]
pub struct Made {
    /// Its folder.
    pub dir: PathBuf,
    /// Documents, by path inside the folder; charts are left out.
    pub files: Vec<String>,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Prints the pack of a year in all formats into `out`, or into `packs/<year>` of the warehouse.
///
/// # Errors
/// When there are no scores yet, the outline does not fit, or the folder cannot be written.
pub async fn render(app: &App, year: i32, out: Option<&Path>, progress: Progress<'_>) -> Result<Made> {
    render_as(app, year, out, &Output::all(), progress).await
}

/// Prints the pack of a year in the formats asked for.
///
/// # Errors
/// As [`render`].
pub async fn render_as(
    app: &App,
    year: i32,
    out: Option<&Path>,
    outputs: &BTreeSet<Output>,
    progress: Progress<'_>,
) -> Result<Made> {
    let dir = out.map_or_else(|| app.home.join(&app.config.packs).join(year.to_string()), Path::to_owned);
    let outline = find(app, JOINT_MEETING)?.outline(None)?;
    let brief = newest(app, year, outline.level, progress).await?;
    made(&brief, &outline, outputs, dir, progress)
}

/// The frozen data of a year on the newest snapshot, up to a class.
async fn newest(app: &App, year: i32, level: Privacy, progress: Progress<'_>) -> Result<Brief> {
    let snapshot = app.warehouse.snapshot().await?;
    progress("汇集报告数据", 0, 1);
    brief(app, &snapshot, year, basis::as_of(&snapshot, app.clock, year).await?, level).await
}

/// Which product to print, and about whom.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Id of the product.
    pub product: &'a str,
    /// Key or name of one subject; all of them if none is named.
    pub subject: Option<&'a str>,
    /// Formats.
    pub outputs: &'a BTreeSet<Output>,
}

/// Prints a product of a year into `out`, or into `products/<year>/<product>` of the warehouse; one that is made for each
/// of several subjects into a folder for each.
///
/// # Errors
/// [`Usage`] for an unknown subject; as [`render`].
pub async fn render_product(
    app: &App,
    year: i32,
    wanted: Wanted<'_>,
    out: Option<&Path>,
    progress: Progress<'_>,
) -> Result<Vec<Made>> {
    let product = find(app, wanted.product)?;
    let own = || app.home.join("products").join(year.to_string()).join(&product.id);
    let dir = out.map_or_else(own, Path::to_owned);
    let draft = product.outline(None)?;
    let brief = newest(app, year, draft.level, progress).await?;
    let Some(each) = &draft.each else {
        if let Some(subject) = wanted.subject {
            return Err(Usage(format!("{}只有一份，不分对象；请去掉 --subject {subject}", draft.name)).into());
        }
        return Ok(vec![made(&brief, &draft, wanted.outputs, dir, progress)?]);
    };
    let subjects = subjects(&brief, each, wanted.subject)?;
    let print = |key: &String| made(&brief, &product.outline(Some(key))?, wanted.outputs, dir.join(key), progress);
    subjects.iter().map(print).collect()
}

/// Keys of the subjects of a product: one, given by key or name, or all.
fn subjects(brief: &Brief, each: &str, one: Option<&str>) -> Result<Vec<String>> {
    let dataset = brief.datasets.get(each).with_context(|| format!("没有数据集 {each}"))?;
    let key = dataset.key.first().and_then(|k| dataset.column(k)).with_context(|| format!("数据集 {each} 没有键"))?;
    let name = dataset.columns.iter().position(|c| c.name.ends_with("_name"));
    let text = |row: &[Cell], place: usize| row.get(place).map_or_else(String::new, ToString::to_string);
    let is_it = |row: &&Vec<Cell>| one.is_none_or(|o| text(row, key) == o || name.is_some_and(|n| text(row, n) == o));
    let found: Vec<String> = dataset.rows.iter().filter(is_it).map(|row| text(row, key)).collect();
    if found.is_empty() {
        let names: Vec<String> = dataset.rows.iter().map(|row| text(row, name.unwrap_or(key))).collect();
        let asked = one.unwrap_or("任何对象");
        return Err(Usage(format!("没有对象 {asked}；可用的有 {}", names.join("、"))).into());
    }
    Ok(found)
}

/// The products of this warehouse, the joint meeting's pack first.
///
/// # Errors
/// When the definitions cannot be read or have mistakes.
pub fn products(app: &App) -> Result<Vec<Outline>> {
    let all = Product::all(definitions(app).as_deref())?;
    Ok(all.iter().map(|p| p.outline(None)).collect::<Result<_, _>>()?)
}

fn definitions(app: &App) -> Option<PathBuf> {
    app.config.definitions_dir(&app.home).map(|d| d.join("reports"))
}

fn find(app: &App, id: &str) -> Result<Product> {
    match Product::find(definitions(app).as_deref(), id) {
        Err(e @ ReportError::Product { .. }) => Err(Usage(e.to_string()).into()),
        other => Ok(other?),
    }
}

fn made(
    brief: &Brief,
    outline: &Outline,
    outputs: &BTreeSet<Output>,
    dir: PathBuf,
    progress: Progress<'_>,
) -> Result<Made> {
    let manifest = print(brief, outline, outputs, &dir, progress)?;
    let documents = manifest.documents.iter().map(|d| d.path.clone()).filter(|p| !p.starts_with("charts/"));
    let files = documents.chain([suixin_reports::manifest::FILE.to_owned()]).collect();
    Ok(Made { dir, files, manifest })
}

/// Prints an outline.
fn print(
    brief: &Brief,
    outline: &Outline,
    outputs: &BTreeSet<Output>,
    dir: &Path,
    progress: Progress<'_>,
) -> Result<Manifest> {
    let mut brief = brief.clone();
    if outline.id != JOINT_MEETING {
        let subject = outline.subject.as_ref().map_or_else(String::new, |key| format!("（{key}）"));
        brief.meta.title = format!("{}{subject}（{}年度）", outline.name, brief.meta.year);
    }
    suixin_reports::render_pack_as(&brief, outline, outputs, dir, &Steps(progress)).context("材料印不出来")
}

/// The frozen data of a document; what is of a higher class than the document does not even reach it.
async fn brief(app: &App, snapshot: &Snapshot, year: i32, as_of: chrono::NaiveDate, level: Privacy) -> Result<Brief> {
    let scored = snapshot.query(&format!("SELECT COUNT(*) FROM eval_score WHERE period = '{year}'")).await?;
    let none = scored.rows.first().and_then(|r| r[0].as_decimal()).is_none_or(|n| n.is_zero());
    if none {
        return Err(Usage(format!("{year}年还没有得分；请先执行 suixin compute --period {year}")).into());
    }
    let allowed = app.definitions.datasets.values().filter(|d| class(&d.privacy) <= level);
    let ids: Vec<String> = allowed.map(|d| d.id.clone()).collect();
    let datasets = suixin_metrics::run_datasets(snapshot, &app.definitions, year, as_of, Some(&ids)).await?;
    Ok(Brief {
        meta: Meta {
            title: format!("遂宁市“救助+慈善”联席会议材料（{year}年度）"),
            year,
            period: format!("{year}年1月1日至12月31日"),
            as_of,
            snapshot: snapshot.id().to_string(),
            definitions_hash: app.definitions.hash().to_owned(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            office: app.config.office.clone(),
            city: "遂宁市".to_owned(),
            source: "遂心善评数据仓库".to_owned(),
        },
        datasets: datasets.into_iter().map(|(id, d)| (id, dataset(d))).collect(),
    })
}

/// A computed dataset as reports and pages print it.
#[must_use]
pub fn dataset(d: suixin_metrics::Dataset) -> Dataset {
    Dataset {
        hash: suixin_reports::manifest::sha256(d.sql.as_bytes()),
        id: d.id,
        title: d.title,
        basis: d.basis,
        privacy: class(&d.privacy),
        key: d.key,
        columns: d.columns.into_iter().map(column).collect(),
        rows: d.rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect(),
    }
}

/// A class by its code; one that nobody knows is the highest.
#[must_use]
pub fn class(code: &str) -> Privacy {
    match code {
        "S0" => Privacy::S0,
        "S1" => Privacy::S1,
        "S2" => Privacy::S2,
        _ => Privacy::S3,
    }
}

fn column(c: DatasetColumn) -> Column {
    use suixin_metrics::definitions::Format as F;
    let format = match c.format {
        F::Text => Format::Text,
        F::Int => Format::Int,
        F::Dec1 => Format::Dec1,
        F::Dec2 => Format::Dec2,
        F::Score => Format::Score,
        F::Percent1 => Format::Pct1,
        F::Wan => Format::Wan,
        F::Date => Format::Date,
        F::Days1 => Format::Days1,
    };
    Column { name: c.name, title: c.title, unit: c.unit, format, persons: c.persons }
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(b) => Cell::Bool(b),
        Value::Int(i) => Cell::Int(i),
        Value::Dec(d) => Cell::Dec(d),
        Value::Float(f) => Cell::from_f64(f),
        Value::Date(d) => Cell::Date(d),
        Value::Ts(t) => Cell::Date(t.date()),
        Value::Str(s) => Cell::Str(s),
    }
}

/// What verifying a pack found: differences in words; none means that it is the same.
///
/// # Errors
/// When the folder holds no manifest, or its snapshot is not in the warehouse.
pub async fn verify(app: &App, dir: &Path, progress: Progress<'_>) -> Result<Vec<String>> {
    if !dir.join(suixin_reports::manifest::FILE).is_file() {
        let file = suixin_reports::manifest::FILE;
        return Err(Usage(format!("{} 里没有 {file}，不是一份印好的材料", dir.display())).into());
    }
    let printed = suixin_reports::read_manifest(dir)?;
    let mut out: Vec<String> = suixin_reports::verify_manifest(dir)?.into_iter().map(difference).collect();
    if printed.definitions_hash != app.definitions.hash() {
        out.push("现在的定义与印制时的定义不同，以下数字按现在的定义重算".to_owned());
    }
    let snapshot = app.warehouse.snapshot_at(&printed.snapshot.parse()?).await?;
    let outline = find(app, &printed.product)?.outline(printed.subject.as_deref())?;
    let brief = brief(app, &snapshot, printed.year, printed.as_of, outline.level).await?;
    let scratch = tempfile::tempdir().context("临时文件夹建不了")?;
    let again = print(&brief, &outline, &printed.outputs, &scratch.path().join("pack"), progress)?;
    out.extend(figures(&printed, &again));
    out.extend(documents(&printed, &again));
    Ok(out)
}

fn difference(d: suixin_reports::Difference) -> String {
    use suixin_reports::DifferenceKind as K;
    match d.kind {
        K::Missing => format!("文件 {} 不见了", d.path),
        K::Changed => format!("文件 {} 被改动过", d.path),
        K::Unknown => format!("文件 {} 不在清单内", d.path),
    }
}

fn figures(printed: &Manifest, again: &Manifest) -> Vec<String> {
    let find = |id: &str| again.figures.iter().find(|f| f.id == id);
    let differs = |f: &&suixin_reports::figure::Figure| find(&f.id).is_none_or(|other| other.texts != f.texts);
    let say = |f: &suixin_reports::figure::Figure| {
        let now = find(&f.id).map_or_else(|| "没有这个数".to_owned(), |o| shown(&o.texts));
        format!("数字 {} 印的是 {}，重算是 {now}", f.id, shown(&f.texts))
    };
    printed.figures.iter().filter(differs).map(say).collect()
}

fn shown(texts: &std::collections::BTreeSet<String>) -> String {
    texts.iter().map(String::as_str).collect::<Vec<_>>().join("、")
}

fn documents(printed: &Manifest, again: &Manifest) -> Vec<String> {
    let find = |path: &str| again.documents.iter().find(|d| d.path == path).map(|d| &d.sha256);
    let differs = printed.documents.iter().filter(|d| find(&d.path) != Some(&d.sha256));
    differs.map(|d| format!("文件 {} 重印后内容不同", d.path)).collect()
}

struct Steps<'a>(Progress<'a>);

impl suixin_reports::Progress for Steps<'_> {
    fn step(&self, done: usize, total: usize, what: &str) {
        (self.0)(&format!("印制：{what}"), done as u64, total as u64);
    }
}
