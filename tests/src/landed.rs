//! A folder of sample returns taken into a warehouse of its own.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;
use suixin_ingest::check::Checker;
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery::{self, CheckedStream};
use suixin_ingest::value::Value;
use suixin_warehouse::{Landing, Replace, TableWrite, Warehouse};

use crate::samples::{field, lines};

/// Whatever went wrong.
pub type Fault = Box<dyn Error + Send + Sync>;

/// The day after which the sample year is looked at.
///
/// # Panics
/// Never; the text is a time.
#[must_use]
pub fn clock() -> NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(2026, 1, 15).and_then(|d| d.and_hms_opt(18, 0, 0)).unwrap_or_default()
}

/// Makes a warehouse in `home`, loads what was due (`templates.csv`) and lands the returns of `folder` with the times of
/// receipt of `manifest.csv`.
///
/// # Errors
/// When a list cannot be read or the warehouse cannot be written.
pub async fn land(folder: &Path, home: &Path) -> Result<(Warehouse, Landing), Fault> {
    let contracts = Arc::new(Contracts::embedded()?);
    let warehouse = Warehouse::init(home, Arc::clone(&contracts)).await?;
    warehouse.commit(vec![expected(folder)?], "应报清单", clock()).await?;
    let landing = land_again(&warehouse, contracts, folder).await?;
    Ok((warehouse, landing))
}

/// Lands a folder in a warehouse that is there.
///
/// # Errors
/// As [`land`].
pub async fn land_again(warehouse: &Warehouse, contracts: Arc<Contracts>, folder: &Path) -> Result<Landing, Fault> {
    let received = delivery::read_received(&folder.join("manifest.csv"))?;
    let sources = delivery::gather(&[PathBuf::from(folder)], &received, clock())?;
    let mut intake = warehouse.intake();
    for file in CheckedStream::start(Arc::new(Checker::new(contracts)), sources) {
        intake.add(file)?;
    }
    Ok(intake.close(clock(), &|_: &str, _: u64, _: u64| ()).await?)
}

fn expected(folder: &Path) -> Result<TableWrite, Fault> {
    let row = |line: &crate::samples::Line| -> Result<Vec<Value>, Fault> {
        let text = |name| Value::from(field(line, name));
        let due = Value::Date(field(line, "due_date").parse()?);
        Ok(vec![text("template_code"), text("eval_unit_code"), text("period"), due, Value::from("N"), Value::Null])
    };
    let rows = lines(&folder.join("templates.csv"))?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(TableWrite { table: "submission_expected".to_owned(), replace: Replace::All, rows })
}
