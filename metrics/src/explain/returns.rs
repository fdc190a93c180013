//! The returns behind a value: those that were due and never came, for it may be low because of them, and those that were
//! corrected after they first came.

use std::collections::BTreeMap;

use suixin_ingest::contract::Contracts;
use suixin_warehouse::Snapshot;

use crate::error::MetricsError;
use crate::window::Window;

/// Returns by the table that they feed.
type ByTable = BTreeMap<String, Vec<String>>;

/// The returns of a unit for the periods of a year.
#[derive(Debug, Default)]
pub(super) struct Returns {
    missing: ByTable,
    corrected: ByTable,
}

impl Returns {
    pub(super) async fn of(snapshot: &Snapshot, unit: &str, window: &Window) -> Result<Self, MetricsError> {
        let contracts = Contracts::embedded().map_err(|e| crate::compute::bad("数据契约", e.to_string()))?;
        let unit = unit.replace('\'', "''");
        let mut returns = Self::default();
        // What is due and did not come.
        let missing = window.fill(&format!(
            "SELECT e.template_code, e.period FROM submission_expected e \
             LEFT JOIN submission_batch b ON b.template_code=e.template_code AND b.eval_unit_code=e.eval_unit_code \
                 AND b.period=e.period \
             WHERE e.exempt='N' AND e.eval_unit_code='{unit}' AND substr(e.period,1,4)='${{yr}}' \
                 AND e.due_date<=DATE '${{asof}}' AND b.batch_id IS NULL \
             ORDER BY e.template_code, e.period"
        ));
        for row in &snapshot.query(&missing).await?.rows {
            let (form, period) = (row[0].to_string(), row[1].to_string());
            put(&contracts, &mut returns.missing, &form, &format!("{form} {period}"));
        }
        let corrected = window.fill(&format!(
            "SELECT template_code, period, MAX(revision) AS revision, CAST(MAX(received_ts) AS DATE) AS day \
             FROM submission_batch \
             WHERE eval_unit_code='{unit}' AND substr(period,1,4)='${{yr}}' AND revision>0 AND status_code<>'2' \
             GROUP BY template_code, period ORDER BY template_code, period"
        ));
        for row in &snapshot.query(&corrected).await?.rows {
            let form = row[0].to_string();
            put(
                &contracts,
                &mut returns.corrected,
                &form,
                &format!("{form} {} 第{}次更正，{}收到", row[1], row[2], row[3]),
            );
        }
        Ok(returns)
    }

    pub(super) fn missing(&self, tables: &[String]) -> Vec<String> {
        those_of(&self.missing, tables)
    }

    pub(super) fn corrected(&self, tables: &[String]) -> Vec<String> {
        those_of(&self.corrected, tables)
    }
}

fn put(contracts: &Contracts, returns: &mut ByTable, form: &str, words: &str) {
    for table in contracts.forms.get(form).into_iter().flat_map(|f| &f.tables) {
        returns.entry(table.table.clone()).or_default().push(words.to_owned());
    }
}

fn those_of(returns: &ByTable, tables: &[String]) -> Vec<String> {
    let mut found: Vec<String> = tables.iter().filter_map(|t| returns.get(t)).flatten().cloned().collect();
    found.sort();
    found.dedup();
    found
}
