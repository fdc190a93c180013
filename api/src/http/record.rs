//! The audit record that goes before an answer: if it cannot be written, there is no answer.

use suixin_ingest::normalise::mask_personal;
use suixin_warehouse::AuditEntry;

use crate::http::Web;
use crate::http::problem::Problem;

/// Account under which the web door acts while there are no accounts.
const ACCOUNT: &str = "web";
/// Its role (code set `role`).
const ROLE: &str = "perf";
/// Characters of a statement that are kept.
const MAX_OBJECT: usize = 2_000;

/// Records what is about to be done. Numbers of persons that somebody typed into a statement are masked.
///
/// # Errors
/// When the log cannot be written.
pub fn record(web: &Web, action: &str, object: &str) -> Result<(), Problem> {
    let short: String = object.chars().take(MAX_OBJECT).collect();
    let object = mask_personal(&short).unwrap_or(short);
    let entry = AuditEntry {
        ts: web.app.clock.now(),
        account: ACCOUNT.to_owned(),
        role: ROLE.to_owned(),
        action: action.to_owned(),
        object,
        rows: None,
        purpose: None,
    };
    Ok(web.app.warehouse.audit(&entry)?)
}
