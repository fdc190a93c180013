//! What is stored of an edition: quotas and nominations.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use crate::error::MetricsError;

/// An award in an edition.
#[derive(Debug, Clone)]
pub(super) struct Edition {
    quotas: serde_json::Value,
    /// Working days of publicity; none where the edition does not say.
    pub public_days: Option<usize>,
}

impl Edition {
    /// Places of a category.
    pub(super) fn quota(&self, category: &str) -> Option<usize> {
        self.quotas.get(category).and_then(serde_json::Value::as_u64).and_then(|n| usize::try_from(n).ok())
    }
}

/// A nomination.
#[derive(Debug, Clone)]
pub(super) struct Nomination {
    pub nominee: String,
    pub unit: String,
    pub status: String,
    objections: i64,
    open_hits: i64,
    public_until: Option<NaiveDate>,
}

impl Nomination {
    /// What people should look at.
    pub(super) fn remarks(&self, as_of: NaiveDate) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.objections > 0 {
            remarks.push(format!("公示期收到异议{}件，须查清后再定", self.objections));
        }
        if self.open_hits > 0 {
            remarks.push(format!("有尚未办结的疑点{}条，核实前请暂缓决定", self.open_hits));
        }
        match self.public_until {
            None => remarks.push("尚未进行市级公示".to_owned()),
            Some(day) if day > as_of => remarks.push(format!("市级公示到{day}期满")),
            Some(_) => {}
        }
        remarks
    }
}

/// Award → its edition of the year.
pub(super) async fn editions(snapshot: &Snapshot, year: i32) -> Result<BTreeMap<String, Edition>, MetricsError> {
    let sql = format!("SELECT award, category_quota, public_days FROM award_edition WHERE edition='{year}'");
    let rows = snapshot.query(&sql).await?.rows;
    let quotas = |row: &[Value]| serde_json::from_str(&row[1].to_string()).unwrap_or_default();
    let edition = |row: &Vec<Value>| Edition { quotas: quotas(row), public_days: row[2].to_string().parse().ok() };
    Ok(rows.iter().map(|row| (row[0].to_string(), edition(row))).collect())
}

fn count(value: &Value) -> i64 {
    if let Value::Int(n) = value { *n } else { 0 }
}

/// Nomination id → nomination of the year.
pub(super) async fn nominations(snapshot: &Snapshot, year: i32) -> Result<BTreeMap<String, Nomination>, MetricsError> {
    let sql = format!(
        "SELECT n.nomination_id, n.nominee_id, n.eval_unit_code, n.status_code, COALESCE(n.objections, 0) AS objections, \
                n.public3_to, COALESCE(h.open_hits, 0) AS open_hits \
         FROM award_nomination n \
         LEFT JOIN (SELECT entity_key, COUNT(*) AS open_hits FROM risk_hit \
                    WHERE status_code NOT IN ('60','61','62') GROUP BY entity_key) h ON h.entity_key=n.nominee_id \
         WHERE n.edition='{year}'"
    );
    let rows = snapshot.query(&sql).await?.rows;
    let nomination = |row: &Vec<Value>| Nomination {
        nominee: row[1].to_string(),
        unit: row[2].to_string(),
        status: row[3].to_string(),
        objections: count(&row[4]),
        open_hits: count(&row[6]),
        public_until: row[5].as_date(),
    };
    Ok(rows.iter().map(|row| (row[0].to_string(), nomination(row))).collect())
}
