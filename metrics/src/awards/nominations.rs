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
    public_until: Option<NaiveDate>,
}

impl Nomination {
    /// What people should look at.
    pub(super) fn remarks(&self, as_of: NaiveDate) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.objections > 0 {
            remarks.push(format!("公示期收到异议{}件，须查清后再定", self.objections));
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

/// Nomination id → nomination of the year.
pub(super) async fn nominations(snapshot: &Snapshot, year: i32) -> Result<BTreeMap<String, Nomination>, MetricsError> {
    let sql = format!(
        "SELECT nomination_id, nominee_id, eval_unit_code, status_code, COALESCE(objections, 0) AS objections, public3_to \
         FROM award_nomination WHERE edition='{year}'"
    );
    let rows = snapshot.query(&sql).await?.rows;
    let nomination = |row: &Vec<Value>| Nomination {
        nominee: row[1].to_string(),
        unit: row[2].to_string(),
        status: row[3].to_string(),
        objections: if let Value::Int(n) = row[4] { n } else { 0 },
        public_until: row[5].as_date(),
    };
    Ok(rows.iter().map(|row| (row[0].to_string(), nomination(row))).collect())
}
