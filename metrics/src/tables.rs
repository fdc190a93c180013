//! The tables that this crate fills, with their columns in contract order (a test holds them against the contracts).

use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use crate::error::MetricsError;

/// A table that the product fills.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemTable {
    pub name: &'static str,
    pub columns: &'static [&'static str],
}

pub(crate) const EVAL_SCHEME: SystemTable = SystemTable {
    name: "eval_scheme",
    columns: &[
        "scheme",
        "version",
        "effective_from",
        "effective_to",
        "full_score",
        "bonus_cap",
        "deduct_cap",
        "approve_doc",
        "is_frozen",
    ],
};

pub(crate) const EVAL_INDICATOR: SystemTable = SystemTable {
    name: "eval_indicator",
    columns: &[
        "indicator_id",
        "version",
        "scheme",
        "level1",
        "level2",
        "level3",
        "kind",
        "weight",
        "rule_code",
        "rule_params",
        "value_sql",
    ],
};

pub(crate) const EVAL_VALUE: SystemTable = SystemTable {
    name: "eval_value",
    columns: &[
        "scheme",
        "version",
        "indicator_id",
        "subject_type",
        "subject_id",
        "period",
        "numerator",
        "denominator",
        "value",
        "is_na",
        "source",
        "snapshot_id",
    ],
};

pub(crate) const EVAL_SCORE: SystemTable = SystemTable {
    name: "eval_score",
    columns: &[
        "scheme",
        "version",
        "indicator_id",
        "subject_id",
        "period",
        "score",
        "max_score",
        "rank_no",
        "grade",
        "explain",
    ],
};

pub(crate) const EVAL_APPEAL: SystemTable = SystemTable {
    name: "eval_appeal",
    columns: &[
        "appeal_id",
        "scheme",
        "indicator_id",
        "subject_id",
        "submit_date",
        "reason",
        "due_date",
        "decide_date",
        "accepted",
        "score_before",
        "score_after",
        "eval_unit_code",
    ],
};

pub(crate) const RISK_RULE: SystemTable = SystemTable {
    name: "risk_rule",
    columns: &["rule_id", "version", "rule_name", "level", "params", "sql_text", "enabled", "owner"],
};

pub(crate) const RISK_HIT: SystemTable = SystemTable {
    name: "risk_hit",
    columns: &[
        "hit_id",
        "rule_id",
        "rule_version",
        "run_id",
        "entity_type",
        "entity_key",
        "hit_key",
        "amount",
        "evidence",
        "first_seen",
        "last_seen",
        "status_code",
        "level",
        "eval_unit_code",
        "township_code",
        "village_code",
    ],
};

impl SystemTable {
    /// Place of a column; the constants above are what is asked for.
    pub(crate) fn place(&self, column: &str) -> usize {
        self.columns.iter().position(|c| *c == column).unwrap_or(0)
    }
}

/// The rows of a table, in contract order.
pub(crate) async fn stored(snapshot: &Snapshot, table: &SystemTable) -> Result<Vec<Vec<Value>>, MetricsError> {
    let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
    Ok(snapshot.query(&sql).await?.rows)
}

#[cfg(test)]
mod tests {
    use suixin_ingest::contract::Contracts;

    use super::*;

    #[test]
    fn columns_are_those_of_the_contracts() {
        let contracts = Contracts::embedded().unwrap();
        for table in [EVAL_SCHEME, EVAL_INDICATOR, EVAL_VALUE, EVAL_SCORE, EVAL_APPEAL, RISK_RULE, RISK_HIT] {
            let contract = contracts.table(table.name).unwrap();
            let names: Vec<&str> = contract.columns.iter().map(|c| c.name.as_str()).collect();
            assert_eq!(names, table.columns, "{}", table.name);
        }
    }
}
