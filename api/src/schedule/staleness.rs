//! What is behind what: data → scores → pack, read off the journal. Pure: it decides, others do.

use std::collections::BTreeSet;

use suixin_warehouse::SnapshotInfo;

/// Tables that computing and printing write themselves; a commit of these alone brings no new data.
const PRODUCED: [&str; 8] = [
    "eval_scheme",
    "eval_indicator",
    "eval_value",
    "eval_score",
    "eval_appeal",
    "risk_rule",
    "risk_hit",
    "report_pack",
];

/// Sequence number of the last commit that touched a table.
#[must_use]
pub fn last_touch(journal: &[SnapshotInfo], table: &str) -> Option<u64> {
    journal.iter().filter(|s| s.tables.iter().any(|t| t == table)).map(|s| s.seq).max()
}

/// Sequence number of the last commit that brought data.
#[must_use]
pub fn last_data(journal: &[SnapshotInfo]) -> Option<u64> {
    let brings = |s: &&SnapshotInfo| !s.batches.is_empty() || s.tables.iter().any(|t| !PRODUCED.contains(&t.as_str()));
    journal.iter().filter(brings).map(|s| s.seq).max()
}

/// The years whose scores are older than their data: the years of the returns that came since, and if none came but data
/// changed otherwise, the newest year that owes returns. Years that owe no returns (opening stock) are never scored.
#[must_use]
pub fn years_behind(journal: &[SnapshotInfo], owing: &BTreeSet<i32>) -> BTreeSet<i32> {
    let scored = last_touch(journal, "eval_score").unwrap_or(0);
    let since = || journal.iter().filter(|s| s.seq > scored);
    if last_data(journal).is_none_or(|data| data <= scored) {
        return BTreeSet::new();
    }
    let touched = since().flat_map(|s| &s.batches).filter_map(|b| year_of(b));
    let mut years: BTreeSet<i32> = touched.filter(|y| owing.contains(y)).collect();
    if years.is_empty() {
        years.extend(owing.last());
    }
    years
}

/// The year of a batch such as `T-PERSON.510903.202503.0`.
fn year_of(batch: &str) -> Option<i32> {
    batch.split('.').nth(2)?.get(..4)?.parse().ok()
}

/// Whether a pack made from a snapshot is older than the scores or the suspicions.
#[must_use]
pub fn pack_behind(journal: &[SnapshotInfo], made_from: Option<&str>) -> bool {
    let Some(scored) = last_touch(journal, "eval_score") else { return false };
    let newest = last_touch(journal, "risk_hit").map_or(scored, |risks| risks.max(scored));
    let made = made_from.and_then(|id| journal.iter().find(|s| s.id == id)).map(|s| s.seq);
    made.is_none_or(|seq| seq < newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(seq: u64, batches: &[&str], tables: &[&str]) -> SnapshotInfo {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        let ts = "2026-01-15T08:00:00".parse().unwrap();
        SnapshotInfo {
            id: format!("S{seq:06}"),
            seq,
            ts,
            reason: String::new(),
            batches: own(batches),
            tables: own(tables),
            rows: 0,
        }
    }

    #[test]
    fn scores_are_behind_when_returns_came_after_them() {
        let owing = BTreeSet::from([2025, 2026]);
        let mut journal = vec![commit(1, &["T-PERSON.510903.202412.0", "T-PERSON.510903.202501.0"], &["person"])];
        assert_eq!(years_behind(&journal, &owing), BTreeSet::from([2025]), "2024 is opening stock only");
        journal.push(commit(2, &[], &["eval_score", "eval_value"]));
        journal.push(commit(3, &[], &["risk_hit"]));
        assert!(years_behind(&journal, &owing).is_empty(), "what computing writes is no data");
        journal.push(commit(4, &["T-AID.510903.2025Q4.1", "T-AID.510903.2026Q1.0"], &["aid_payment"]));
        assert_eq!(years_behind(&journal, &owing), owing);
        journal.push(commit(5, &[], &["eval_score"]));
        journal.push(commit(6, &[], &["submission_expected"]));
        assert_eq!(years_behind(&journal, &owing), BTreeSet::from([2026]), "a list of what is due is data");
    }

    #[test]
    fn an_empty_warehouse_has_nothing_to_score() {
        assert!(years_behind(&[commit(0, &[], &["person"])], &BTreeSet::new()).is_empty());
        assert!(!pack_behind(&[commit(0, &[], &["person"])], None), "and nothing to print");
    }

    #[test]
    fn a_pack_is_behind_when_scores_or_suspicions_came_after_it() {
        let journal = [
            commit(1, &["x"], &["person"]),
            commit(2, &[], &["eval_score"]),
            commit(3, &[], &["risk_hit"]),
            commit(4, &[], &["report_pack"]),
        ];
        assert!(pack_behind(&journal, None), "none was made");
        assert!(pack_behind(&journal, Some("S000002")));
        assert!(!pack_behind(&journal, Some("S000003")));
        assert!(!pack_behind(&journal, Some("S000004")), "its own record does not make it old");
        assert!(pack_behind(&journal, Some("S999999")), "made from a warehouse that is not this one");
    }
}
