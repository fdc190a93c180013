//! Two editions of a document beside each other: which figures moved, and which returns and definitions moved them.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use suixin_reports::{Manifest, Restatement, restatement};
use suixin_warehouse::Snapshot;

use crate::app::App;
use crate::commands::Usage;

/// The difference between two editions with its causes.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// Snapshots of the earlier and the later edition.
    pub snapshots: [String; 2],
    /// What differs in them.
    #[serde(flatten)]
    pub restatement: Restatement,
    /// Returns that the later snapshot has and the earlier has not.
    pub returns: Vec<Arrived>,
}

/// A return that arrived between two editions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Arrived {
    /// Batch: form, unit, period and revision.
    pub batch: String,
    /// Unit, by name.
    pub unit: String,
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// 0 for the first receipt.
    pub revision: String,
    /// When it arrived.
    pub received: String,
    /// File.
    pub file: String,
}

/// Compares the documents of two folders.
///
/// # Errors
/// [`Usage`] when a folder holds no printed document, or they are different products; when a snapshot is not in this
/// warehouse.
pub async fn compare(app: &App, before: &Path, after: &Path) -> Result<Difference> {
    let (old, new) = (manifest(before)?, manifest(after)?);
    if (&old.product, &old.subject, old.year) != (&new.product, &new.subject, new.year) {
        let what = |m: &Manifest| format!("“{}”（{}年）", m.title, m.year);
        return Err(Usage(format!("{}和{}不是同一种材料，不能比较", what(&old), what(&new))).into());
    }
    let earlier = batches(app, &app.warehouse.snapshot_at(&old.snapshot.parse()?).await?).await?;
    let later = batches(app, &app.warehouse.snapshot_at(&new.snapshot.parse()?).await?).await?;
    let known = |a: &Arrived| earlier.iter().any(|b| b.batch == a.batch);
    Ok(Difference {
        snapshots: [old.snapshot.clone(), new.snapshot.clone()],
        restatement: restatement(&old, &new),
        returns: later.into_iter().filter(|a| !known(a)).collect(),
    })
}

fn manifest(dir: &Path) -> Result<Manifest> {
    let file = suixin_reports::manifest::FILE;
    if !dir.join(file).is_file() {
        return Err(Usage(format!("{} 里没有 {file}，不是一份印好的材料", dir.display())).into());
    }
    Ok(suixin_reports::read_manifest(dir)?)
}

async fn batches(app: &App, snapshot: &Snapshot) -> Result<Vec<Arrived>> {
    let sql = "SELECT batch_id, eval_unit_code, template_code, period, revision, received_ts, file_name \
               FROM submission_batch ORDER BY received_ts, batch_id";
    let arrived = |row: &Vec<suixin_ingest::value::Value>| {
        let [batch, unit, form, period, revision, received, file] =
            [0, 1, 2, 3, 4, 5, 6].map(|i| row.get(i).map_or_else(String::new, ToString::to_string));
        let unit = app.contracts.unit_name(&unit).to_owned();
        Arrived { batch, unit, form, period, revision, received, file }
    };
    Ok(snapshot.query(sql).await?.rows.iter().map(arrived).collect())
}
