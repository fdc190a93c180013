//! Returns that were due and never came: a value may be low because they are missing.

use std::collections::BTreeMap;

use suixin_ingest::contract::Contracts;
use suixin_warehouse::Snapshot;

use crate::error::MetricsError;
use crate::window::Window;

/// Table → returns that feed it and are missing, e.g. `T-PERSON 202503`.
pub(super) type Missing = BTreeMap<String, Vec<String>>;

/// What a unit did not send for the periods of a year, as far as it was due.
pub(super) async fn missing(snapshot: &Snapshot, unit: &str, window: &Window) -> Result<Missing, MetricsError> {
    let sql = window.fill(&format!(
        "SELECT e.template_code, e.period FROM submission_expected e \
         LEFT JOIN submission_batch b ON b.template_code=e.template_code AND b.eval_unit_code=e.eval_unit_code \
             AND b.period=e.period \
         WHERE e.exempt='N' AND e.eval_unit_code='{}' AND substr(e.period,1,4)='${{yr}}' \
             AND e.due_date<=DATE '${{asof}}' AND b.batch_id IS NULL \
         ORDER BY e.template_code, e.period",
        unit.replace('\'', "''")
    ));
    let rows = snapshot.query(&sql).await?.rows;
    let contracts = Contracts::embedded().map_err(|e| crate::compute::bad("数据契约", e.to_string()))?;
    let mut missing = Missing::new();
    for row in &rows {
        let (form, period) = (row[0].to_string(), row[1].to_string());
        for table in contracts.forms.get(&form).into_iter().flat_map(|f| &f.tables) {
            missing.entry(table.table.clone()).or_default().push(format!("{form} {period}"));
        }
    }
    Ok(missing)
}
