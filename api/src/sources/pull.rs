//! One pull: what changed, fetched whole, put into the inbox, remembered. In this order, so that a pull that is broken
//! off anywhere leaves nothing half done: files are made ready where ingestion does not look; when all are ready their
//! versions are announced; then they are put into place; and only then the new watermark counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::Serialize;
use sha2::{Digest, Sha256};
use suixin_ingest::contract::{Contracts, Table};
use suixin_ingest::recognise::Names;

use super::columns::{Form, Planned, SeenColumn, left_over, plan_columns};
use super::config::{Place, Source};
use super::error::{Kind, Result, SourceError};
use super::file::{ReturnFile, Title, Written};
use super::inbox::{Inbox, same_bytes};
use super::session::Session;
use super::slot::{Slot, Slots, plan_slots};
use super::state::{Remembered, State, Version, plan_version};
use super::watermark;

/// What pulls share.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Contracts of tables and forms.
    pub contracts: Arc<Contracts>,
    /// Folder of the returns as received.
    pub inbox: PathBuf,
    /// SQLite database of the operational state.
    pub state: PathBuf,
    /// Names of all configured sources.
    pub names: Vec<String>,
}

/// What became of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its file was put into the inbox.
    Placed,
    /// It is as it was put there before.
    Unchanged,
}

/// A slot that was pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PulledSlot {
    /// Code of the unit.
    pub unit: String,
    /// Period.
    pub period: String,
    /// Rows.
    pub rows: u64,
    /// Version of the file.
    pub version: u32,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a pull did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pulled {
    /// Name of the source.
    pub source: String,
    /// Contract table.
    pub target: String,
    /// Whether all slots were fetched.
    pub full: bool,
    /// The slots fetched.
    pub slots: Vec<PulledSlot>,
    /// How far the source has been read now.
    pub watermark: Option<String>,
}

impl Pulled {
    /// Files put into the inbox.
    #[must_use]
    pub fn placed(&self) -> usize {
        self.slots.iter().filter(|s| s.outcome == Outcome::Placed).count()
    }
}

/// What a pull would fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspected {
    /// Name of the source.
    pub source: String,
    /// Contract table.
    pub target: String,
    /// Whether all slots would be fetched.
    pub full: bool,
    /// Source column, its type, and the header it is written under.
    pub columns: Vec<(String, String, String)>,
    /// Source columns that are not fetched.
    pub left_over: Vec<String>,
    /// Unit, period and rows of the source that tell of a change.
    pub slots: Vec<(String, String, u64)>,
    /// The watermark from which on rows count as changed.
    pub since: Option<String>,
}

/// Pulls a source: every changed slot becomes a file in the inbox. `full` fetches all slots.
///
/// # Errors
/// When the source cannot be asked or says what no return can hold; nothing is remembered then.
pub async fn pull(source: &Source, desk: &Desk, full: bool, now: NaiveDateTime) -> Result<Pulled> {
    let inbox = Inbox::take(&desk.inbox, &source.name)?;
    let state = State::at(&desk.state);
    let table = table_of(source, desk)?;
    let start = Start::of(source, &state, full)?;
    let mut found = survey(source, desk, table, &start).await?;
    if start.since.is_none() {
        add_vanished(source, &state, &mut found)?;
    }
    let mut ready = Vec::new();
    for (number, (slot, words)) in found.slots.iter().enumerate() {
        let file = begin(desk, table, slot, &inbox.staged(number), &found.planned)?;
        let file = fill(&mut found.session, file, slot, words, &found.planned).await?;
        let version = plan_version(state.version(&source.table, slot)?, &source.name, &file.body_sha256, &desk.names)?;
        file.stamp(version.version)?;
        ready.push((slot.clone(), file, version));
    }
    drop(found.session);
    let versions: Vec<(Slot, Version)> = ready.iter().map(|(s, _, v)| (s.clone(), v.clone())).collect();
    state.announce(&source.table, &versions)?;
    let place = |(slot, file, version): &(Slot, Written, Version)| place(desk, &inbox, table, slot, file, version);
    let slots = ready.iter().map(place).collect::<Result<Vec<_>>>()?;
    let watermark = found.newest.or(start.last);
    let what = Remembered { definition: start.definition, watermark: watermark.clone(), pulled: now };
    state.remember(&source.name, &what)?;
    Ok(Pulled {
        source: source.name.clone(),
        target: source.table.clone(),
        full: start.since.is_none(),
        slots,
        watermark,
    })
}

/// Connects and says what a pull would fetch. Nothing is written.
///
/// # Errors
/// As [`pull`].
pub async fn inspect(source: &Source, desk: &Desk, full: bool) -> Result<Inspected> {
    let table = table_of(source, desk)?;
    let start = Start::of(source, &State::at(&desk.state), full)?;
    let found = survey(source, desk, table, &start).await?;
    let kind = |name: &str| found.seen.iter().find(|s| s.name == name).map(|s| s.kind.clone()).unwrap_or_default();
    let columns = found.planned.iter().map(|p| (p.source.clone(), kind(&p.source), p.header.clone())).collect();
    let rows = |words: &[super::slot::RawSlot]| words.iter().map(|w| w.rows).sum();
    let slots = found.slots.iter().map(|(s, words)| (s.unit.clone(), s.period.to_string(), rows(words))).collect();
    let left_over = left_over(source, &found.planned, &found.seen);
    let full = start.since.is_none();
    let (source, target) = (source.name.clone(), source.table.clone());
    Ok(Inspected { source, target, full, columns, left_over, slots, since: start.since })
}

/// When a source was last pulled with success.
///
/// # Errors
/// When the state cannot be read.
pub fn last_pulled(source: &str, state: &Path) -> Result<Option<NaiveDateTime>> {
    Ok(State::at(state).source(source)?.map(|r| r.pulled))
}

/// From where a pull starts.
struct Start {
    definition: String,
    last: Option<String>,
    /// `None`: everything is fetched.
    since: Option<String>,
}

impl Start {
    /// A source that is defined otherwise than at the last pull starts anew.
    fn of(source: &Source, state: &State, full: bool) -> Result<Self> {
        let definition = definition_of(source);
        let known = state.source(&source.name)?.filter(|r| r.definition == definition);
        let last = known.and_then(|r| r.watermark);
        let since = match (&source.watermark, &last) {
            (Some(w), Some(last)) if !full && !source.full => Some(watermark::since(last, w.overlap)?),
            _ => None,
        };
        Ok(Self { definition, last, since })
    }
}

/// What decides which rows are fetched and how they are written: not how they are reached, and how long that may take.
fn definition_of(source: &Source) -> String {
    let place = match &source.place {
        Place::Database(d) => format!("{:?} {:?} {:?} {:?}", d.dialect, d.host, d.database, d.relation),
        Place::Http(e) => format!("{} {} {:?}", e.url, e.rows, e.parameters),
    };
    let column = source.watermark.as_ref().map(|w| &w.column);
    let Source { table, unit, period, first_period, columns, order, .. } = source;
    let text = format!("{place} {table} {unit:?} {period:?} {first_period:?} {columns:?} {order:?} {column:?}");
    hex::encode(Sha256::digest(text))
}

/// What the source answered.
struct Found<'a> {
    session: Session<'a>,
    seen: Vec<SeenColumn>,
    planned: Vec<Planned>,
    slots: Slots,
    newest: Option<String>,
}

async fn survey<'a>(source: &'a Source, desk: &Desk, table: &Table, start: &Start) -> Result<Found<'a>> {
    let mut session = Session::open(source).await?;
    let seen = session.columns(start.since.as_deref()).await?;
    let assumed = assumed_columns(source, table);
    let planned = plan_columns(source, table, if seen.is_empty() { &assumed } else { &seen })?;
    let survey = session.slots(start.since.as_deref()).await?;
    let newest = watermark::newest(survey.newest.as_deref().into_iter())?;
    let slots = plan_slots(source, &Names::new(&desk.contracts), survey.slots)?;
    Ok(Found { session, seen, planned, slots, newest })
}

/// An endpoint without a row does not tell its columns: those that the configuration names count.
fn assumed_columns(source: &Source, table: &Table) -> Vec<SeenColumn> {
    let mapped = source.columns.iter().map(|(from, _)| from.clone());
    let same = table.form_columns().map(|(_, c)| c.name.clone()).filter(|_| source.columns.is_empty());
    let asked = source.asked_columns().into_iter().map(|(_, c)| c.to_owned());
    let column = |name| SeenColumn { name, kind: String::new(), form: Form::AsWritten };
    mapped.chain(same).chain(asked).map(column).collect()
}

/// A slot that was there and has no row any more is sent without rows. That *nothing* is there any more is no answer
/// that anybody should act on: an emptied table or a lost permission looks the same.
fn add_vanished(source: &Source, state: &State, found: &mut Found<'_>) -> Result<()> {
    let known = state.slots_of(&source.table, &source.name)?;
    if found.slots.is_empty() && !known.is_empty() {
        let what = format!("来源里一行也没有，而以前拉取过 {} 份", known.len());
        let remedy = "请核对 table、query 和用户能看到的行；确要撤销的，请以空表（零报告）另行报送";
        return Err(SourceError::new(Kind::Data, what, remedy));
    }
    let kept = |s: &Slot| source.first_period.is_none_or(|first| s.period.first() >= first.first());
    for slot in known.into_iter().filter(kept) {
        found.slots.entry(slot).or_default();
    }
    Ok(())
}

fn table_of<'c>(source: &Source, desk: &'c Desk) -> Result<&'c Table> {
    desk.contracts
        .table(&source.table)
        .ok_or_else(|| SourceError::new(Kind::Config, format!("没有表“{}”", source.table), "请核对 target 和定义文件"))
}

fn begin(desk: &Desk, table: &Table, slot: &Slot, path: &Path, planned: &[Planned]) -> Result<ReturnFile> {
    let unit = desk.contracts.unit_name(&slot.unit).to_owned();
    let title = Title { table: table.title.clone(), unit, period: slot.period.to_string() };
    let headers: Vec<&str> = planned.iter().map(|p| p.header.as_str()).collect();
    ReturnFile::create(path, title, &headers)
}

async fn fill(
    session: &mut Session<'_>,
    mut file: ReturnFile,
    slot: &Slot,
    words: &[super::slot::RawSlot],
    planned: &[Planned],
) -> Result<Written> {
    // A slot that vanished has no words of its own: it has no rows.
    if !words.is_empty() {
        session.rows(slot, words, planned, &mut |cells| file.row(cells.iter().copied())).await?;
    }
    file.finish()
}

fn place(
    desk: &Desk,
    inbox: &Inbox,
    table: &Table,
    slot: &Slot,
    file: &Written,
    version: &Version,
) -> Result<PulledSlot> {
    let period = slot.period.to_string();
    let target = inbox.target(&table.title, desk.contracts.unit_name(&slot.unit), &period);
    let outcome = if same_bytes(&file.path, &target) {
        Outcome::Unchanged
    } else {
        inbox.put(&file.path, &target)?;
        Outcome::Placed
    };
    Ok(PulledSlot { unit: slot.unit.clone(), period, rows: file.rows, version: version.version, outcome })
}
