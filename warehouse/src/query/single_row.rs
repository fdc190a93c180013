//! Keeps conditions above an aggregate without groups. DataFusion 55 pushes a condition that needs no column of the
//! aggregate, as `'合计' = '510903'`, below it; but such an aggregate gives a row even for no input, so the row that the
//! condition should have removed comes back. A limit of one row, which changes nothing, is what no condition passes.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult};
use datafusion::logical_expr::{Limit, LogicalPlan, lit};
use datafusion::optimizer::AnalyzerRule;

/// Puts the limit above every aggregate without groups, save those of correlated subqueries, which are rewritten into
/// joins.
#[derive(Debug)]
pub(super) struct SingleRow;

impl AnalyzerRule for SingleRow {
    fn name(&self) -> &'static str {
        "single_row"
    }

    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| {
            Ok(if is_single_row(&plan) { Transformed::yes(limited(plan)) } else { Transformed::no(plan) })
        })
        .data()
    }
}

fn is_single_row(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::Aggregate(a) if a.group_expr.is_empty()) && plan.all_out_ref_exprs().is_empty()
}

fn limited(plan: LogicalPlan) -> LogicalPlan {
    LogicalPlan::Limit(Limit { skip: None, fetch: Some(Box::new(lit(1_i64))), input: Arc::new(plan) })
}
