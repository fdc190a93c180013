//! Delta Lake as the format that others read us by: creating a table, and bringing its log to the files that the journal
//! wants shown. The journal decides, Delta follows: files left in a Delta log by a crashed commit are taken out again by
//! the next one. No deletion vectors, no column mapping, no log clean-up.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use chrono::NaiveDateTime;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::kernel::transaction::{CommitBuilder, TableReference};
use deltalake_core::kernel::{Action, Add, Remove, StructType};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::table::config::TableProperty;
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, checkpoints, ensure_table_uri};

use crate::datafile::DataFile;
use crate::disk;
use crate::error::{At, Error, Result};
use crate::shape::Shape;

/// Versions from one checkpoint to the next.
const CHECKPOINT_EVERY: u64 = 32;

/// A version of a Delta log that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub number: u64,
    pub log_sha256: String,
}

/// Path of a version's log file inside a table folder.
pub(crate) fn log_file(folder: &Path, version: u64) -> std::path::PathBuf {
    folder.join("_delta_log").join(format!("{version:020}.json"))
}

/// Makes the table, or takes the one that a crash left behind without a journal record.
pub(crate) async fn create(folder: &Path, shape: &Shape) -> Result<DeltaTable> {
    disk::make_dir(folder)?;
    let fail = |e: DeltaTableError| Error::storage(shape.name(), e);
    let schema: StructType = shape.full.as_ref().try_into_kernel().map_err(|e| Error::storage(shape.name(), e))?;
    let safe: Vec<&str> =
        shape.file.fields().iter().map(|f| f.name().as_str()).filter(|n| shape.statistics_allowed(n)).collect();
    CreateBuilder::new()
        .with_location(ensure_table_uri(folder.to_string_lossy()).map_err(fail)?)
        .with_table_name(shape.name())
        .with_comment(&shape.table.title)
        .with_columns(schema.fields().cloned())
        .with_partition_columns(shape.partitions.iter().copied())
        .with_configuration_property(TableProperty::EnableExpiredLogCleanup, Some("false"))
        .with_configuration_property(TableProperty::DataSkippingStatsColumns, Some(safe.join(",")))
        .with_save_mode(SaveMode::Ignore)
        .await
        .map_err(fail)
}

/// Opens the newest version of a table.
pub(crate) async fn load(folder: &Path, table: &str) -> Result<DeltaTable> {
    let fail = |e: DeltaTableError| Error::storage(table, e);
    let url = ensure_table_uri(folder.to_string_lossy()).map_err(fail)?;
    DeltaTableBuilder::from_url(url).map_err(fail)?.load().await.map_err(fail)
}

/// The files that a Delta reader of this version sees, by path, with their partition values and sizes.
pub(crate) fn shown(table: &DeltaTable) -> Result<BTreeMap<String, Shown>> {
    let state = table.snapshot().map_err(|e| Error::storage("delta", e))?;
    let log = state.log_data();
    let files = log.iter().map(|f| {
        let shown = Shown { size_bytes: f.size(), partition_values: f.partition_values_map() };
        (f.path().into_owned(), shown)
    });
    Ok(files.collect())
}

/// A file as a Delta log shows it.
pub(crate) struct Shown {
    pub size_bytes: i64,
    pub partition_values: HashMap<String, Option<String>>,
}

/// Brings the Delta log to exactly the files `wanted`, durably. `known` is the version that the journal names.
pub(crate) async fn show(
    folder: &Path,
    shape: &Shape,
    known: Option<u64>,
    wanted: &BTreeMap<String, DataFile>,
    ts: NaiveDateTime,
) -> Result<Version> {
    let table = if disk_has_log(folder) { mended(folder, shape, known).await? } else { create(folder, shape).await? };
    let actions = plan_actions(shape, &shown(&table)?, wanted, ts.and_utc().timestamp_millis());
    let number = if actions.is_empty() {
        table.version().unwrap_or_default()
    } else {
        let number = commit(&table, shape, actions).await?;
        if number % CHECKPOINT_EVERY == 0 {
            checkpoint(folder, shape.name()).await?;
        }
        number
    };
    let path = log_file(folder, number);
    disk::sync(&path)?;
    disk::sync_parent(&path)?;
    disk::sync(folder)?;
    Ok(Version { number, log_sha256: disk::sha256_of(&path)? })
}

/// Writes a checkpoint of the newest version, so that readers need not read every commit. The commits stay.
async fn checkpoint(folder: &Path, name: &str) -> Result<()> {
    let table = load(folder, name).await?;
    checkpoints::create_checkpoint(&table, None).await.map_err(|e| Error::storage(name, e))?;
    let log = folder.join("_delta_log");
    for entry in std::fs::read_dir(&log).at("读取", &log)? {
        let path = entry.at("读取", &log)?.path();
        if path.extension().is_some_and(|e| e == "parquet") || path.ends_with("_last_checkpoint") {
            disk::sync(&path)?;
        }
    }
    Ok(())
}

/// Opens the newest version. Log files after the known version that a power failure left torn are moved aside: no commit
/// was ever shown by them.
async fn mended(folder: &Path, shape: &Shape, known: Option<u64>) -> Result<DeltaTable> {
    let error = match load(folder, shape.name()).await {
        Ok(table) => return Ok(table),
        Err(error) => error,
    };
    let first = known.map_or(0, |version| version + 1);
    let torn: Vec<_> = (first..).map(|v| log_file(folder, v)).take_while(|path| path.is_file()).collect();
    if torn.is_empty() {
        return Err(error);
    }
    for path in torn {
        tracing::warn!(path = %path.display(), "a torn Delta commit that the journal does not know is moved aside");
        std::fs::rename(&path, path.with_extension("torn")).at("移开", &path)?;
    }
    if known.is_some() { load(folder, shape.name()).await } else { create(folder, shape).await }
}

fn disk_has_log(folder: &Path) -> bool {
    log_file(folder, 0).is_file()
}

async fn commit(table: &DeltaTable, shape: &Shape, actions: Vec<Action>) -> Result<u64> {
    let fail = |e: DeltaTableError| Error::storage(shape.name(), e);
    let operation = DeltaOperation::Write {
        mode: SaveMode::Append,
        partition_by: Some(shape.partitions.iter().map(|p| (*p).to_owned()).collect()),
        predicate: None,
    };
    let state = table.snapshot().map_err(fail)?;
    let done = CommitBuilder::default()
        .with_actions(actions)
        .with_max_retries(0)
        .build(Some(state as &dyn TableReference), table.log_store(), operation)
        .await
        .map_err(fail)?;
    Ok(done.version())
}

/// What turns the files shown into the files wanted.
fn plan_actions(
    shape: &Shape,
    shown: &BTreeMap<String, Shown>,
    wanted: &BTreeMap<String, DataFile>,
    now: i64,
) -> Vec<Action> {
    let gone = shown.iter().filter(|(path, _)| !wanted.contains_key(*path));
    let removes = gone.map(|(path, file)| {
        Action::Remove(Remove {
            path: path.clone(),
            data_change: true,
            deletion_timestamp: Some(now),
            extended_file_metadata: Some(true),
            partition_values: Some(file.partition_values.clone()),
            size: Some(file.size_bytes),
            ..Remove::default()
        })
    });
    let new = wanted.values().filter(|f| !shown.contains_key(&f.path));
    removes.chain(new.map(|file| Action::Add(add(shape, file, now)))).collect()
}

fn add(shape: &Shape, file: &DataFile, now: i64) -> Add {
    let values = shape.partition_values(&file.partition());
    Add {
        path: file.path.clone(),
        partition_values: values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        size: i64::try_from(file.size_bytes).unwrap_or(i64::MAX),
        modification_time: now,
        data_change: true,
        stats: Some(format!("{{\"numRecords\":{}}}", file.rows)),
        ..Add::default()
    }
}
