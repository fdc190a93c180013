//! Mistakes that were found in returns and are stored with them.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use suixin_ingest::value::Value;
use utoipa::{IntoParams, ToSchema};

use super::now::rows;
use crate::http::Web;
use crate::http::problem::{Kind, Problem};

/// Which mistakes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Filter {
    /// Unit code.
    pub unit: Option<String>,
    /// `error` or `warning`.
    pub level: Option<String>,
    /// Batch, such as `T-PERSON.510903.202503.0`.
    pub batch: Option<String>,
}

/// A mistake in a return that was taken in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StoredIssue {
    /// Batch of the return.
    pub batch: String,
    /// File as it was received.
    pub file: String,
    /// Name of the unit.
    pub unit: String,
    /// Code of the form.
    pub form: String,
    /// Period.
    pub period: String,
    /// Sheet; empty for CSV and JSON.
    pub sheet: String,
    /// Row from 1.
    pub row: Option<i64>,
    /// Cell such as `D17`.
    pub cell: Option<String>,
    /// Code of the rule.
    pub code: String,
    /// `error` or `warning`.
    pub level: String,
    /// What is wrong and what to do, in Chinese.
    pub message: String,
    /// Value as written; personal data masked.
    pub raw_masked: Option<String>,
}

impl StoredIssue {
    /// Whether it keeps a row out.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == "error"
    }

    /// Where to look.
    #[must_use]
    pub fn place(&self) -> String {
        match (&self.cell, self.row) {
            (Some(cell), _) => cell.clone(),
            (None, Some(row)) => format!("第 {row} 行"),
            (None, None) => "整张表".to_owned(),
        }
    }
}

/// A return with its mistakes counted.
#[derive(Debug, Clone)]
pub struct FaultyReturn {
    /// Batch.
    pub batch: String,
    /// File as it was received.
    pub file: String,
    /// Name of the unit.
    pub unit: String,
    /// Title of the form.
    pub form: String,
    /// Period.
    pub period: String,
    /// When it was received.
    pub received: Option<NaiveDateTime>,
    /// Rows sent back.
    pub error_rows: i64,
    /// Errors.
    pub errors: i64,
    /// Warnings.
    pub warnings: i64,
}

const FROM: &str = "
FROM dq_issue d JOIN submission_batch b ON b.batch_id = d.batch_id
WHERE 1 = 1 ${unit} ${level} ${batch}";

/// The condition of a filter. Only known units, known levels and batches of the usual letters come into a statement.
fn condition(web: &Web, filter: &Filter) -> Result<String, Problem> {
    let wrong = |what: &str| Problem::new(Kind::BadRequest, format!("{what}不对"));
    let given = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
    let unit = match given(&filter.unit) {
        Some(u) if u == suixin_ingest::contract::CITY || web.app.contracts.units().contains(&u.as_str()) => {
            format!("AND b.eval_unit_code = '{u}'")
        }
        Some(_) => return Err(wrong("单位代码")),
        None => String::new(),
    };
    let level = match given(&filter.level).as_deref() {
        Some("error") => "AND d.level = 'E'",
        Some("warning") => "AND d.level = 'W'",
        Some(_) => return Err(wrong("级别")),
        None => "",
    };
    let batch = match given(&filter.batch) {
        Some(b) if b.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) => {
            format!("AND d.batch_id = '{b}'")
        }
        Some(_) => return Err(wrong("批次编号")),
        None => String::new(),
    };
    Ok(FROM.replace("${unit}", &unit).replace("${level}", level).replace("${batch}", &batch))
}

/// Stored mistakes, errors first, by file and place, and how many there are.
///
/// # Errors
/// When the filter is wrong or the warehouse cannot be read.
pub async fn stored_issues(
    web: &Web,
    filter: &Filter,
    offset: usize,
    limit: usize,
) -> Result<(Vec<StoredIssue>, usize), Problem> {
    let from = condition(web, filter)?;
    let snapshot = web.app.warehouse.snapshot().await?;
    let count = rows(&snapshot, &format!("SELECT COUNT(*) {from}")).await?;
    let sql = format!(
        "SELECT d.batch_id, b.file_name, b.eval_unit_code, b.template_code, b.period, d.sheet_name, d.row_no, d.cell_ref,
                d.rule_code, d.level, d.message, d.raw_value_masked {from}
         ORDER BY d.level, b.eval_unit_code, b.period, b.file_name, d.sheet_name, d.row_no, d.issue_id LIMIT {limit} OFFSET {offset}"
    );
    let list = rows(&snapshot, &sql).await?.into_iter().map(|r| stored(web, r)).collect();
    let total = count.first().map_or(0, |r| whole(&r[0]));
    Ok((list, usize::try_from(total).unwrap_or(0)))
}

fn stored(web: &Web, r: Vec<Value>) -> StoredIssue {
    let text = |v: &Value| Some(v.to_string()).filter(|t| !t.is_empty());
    StoredIssue {
        batch: r[0].to_string(),
        file: r[1].to_string(),
        unit: web.app.contracts.unit_name(&r[2].to_string()).to_owned(),
        form: r[3].to_string(),
        period: r[4].to_string(),
        sheet: r[5].to_string(),
        row: if let Value::Int(row) = r[6] { Some(row) } else { None },
        cell: text(&r[7]),
        code: r[8].to_string(),
        level: if r[9].as_str() == Some("E") { "error" } else { "warning" }.to_owned(),
        message: r[10].to_string(),
        raw_masked: text(&r[11]),
    }
}

/// Returns of a year with mistakes, those with errors first, and how many there are.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn faulty_returns(
    web: &Web,
    year: i32,
    offset: usize,
    limit: usize,
) -> Result<(Vec<FaultyReturn>, usize), Problem> {
    let snapshot = web.app.warehouse.snapshot().await?;
    let from = format!(
        "FROM submission_batch b
         JOIN (SELECT batch_id, SUM(CASE WHEN level = 'E' THEN 1 ELSE 0 END) AS errors, SUM(CASE WHEN level = 'W' THEN 1 ELSE 0 END) AS warnings
               FROM dq_issue GROUP BY batch_id) d ON d.batch_id = b.batch_id
         WHERE substr(b.period, 1, 4) = '{year}'"
    );
    let count = rows(&snapshot, &format!("SELECT COUNT(*) {from}")).await?;
    let sql = format!(
        "SELECT b.batch_id, b.file_name, b.eval_unit_code, b.template_code, b.period, b.received_ts, b.error_rows, d.errors, d.warnings {from}
         ORDER BY CASE WHEN d.errors > 0 THEN 0 ELSE 1 END, b.received_ts DESC, b.batch_id LIMIT {limit} OFFSET {offset}"
    );
    let list = rows(&snapshot, &sql).await?.into_iter().map(|r| faulty(web, r)).collect();
    let total = count.first().map_or(0, |r| whole(&r[0]));
    Ok((list, usize::try_from(total).unwrap_or(0)))
}

fn faulty(web: &Web, r: Vec<Value>) -> FaultyReturn {
    let form = r[3].to_string();
    FaultyReturn {
        batch: r[0].to_string(),
        file: r[1].to_string(),
        unit: web.app.contracts.unit_name(&r[2].to_string()).to_owned(),
        form: web.app.contracts.forms.get(&form).map_or(form, |f| f.title.clone()),
        period: r[4].to_string(),
        received: if let Value::Ts(ts) = r[5] { Some(ts) } else { None },
        error_rows: whole(&r[6]),
        errors: whole(&r[7]),
        warnings: whole(&r[8]),
    }
}

fn whole(value: &Value) -> i64 {
    value.as_decimal().and_then(|d| i64::try_from(d).ok()).unwrap_or(0)
}
