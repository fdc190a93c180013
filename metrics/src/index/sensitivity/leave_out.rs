//! Leaving one out: how the ranking changes without each indicator or group (OECD and JRC 2008, 1.7).

use super::model::Model;
use super::shift::{max_shift, mean_shift};
use crate::index::error::IndexError;
use crate::index::run::State;
use crate::index::sheet::{Field, Sheet};
use crate::index::spec::{Action, Spec, Stage};
use crate::index::stats;
use crate::index::table::Dataset;

/// Runs the chain without each node of a level, weights from the data found anew.
///
/// # Errors
/// A chain that gives no full ranking, or that cannot do without one of them.
pub fn leave_one_out(
    level: usize,
    spec: &Spec,
    before: &[Stage],
    data: &Dataset,
    name: &str,
) -> Result<Vec<Sheet>, IndexError> {
    let whole = Model::build(spec, before, &State::new(spec, data.clone()), &[], name)?;
    let head = ["without", "mean_rank_shift", "max_rank_shift", "spearman", "first_stays_first"];
    let mut sheet = Sheet::new("summary", "逐一剔除后的名次变化", &head);
    let mut ranks = Sheet::new("ranks", "逐一剔除后的名次", &["unit", "nominal_rank"]);
    for (unit, rank) in whole.units.iter().zip(&whole.nominal) {
        ranks.push(vec![unit.as_str().into(), (*rank).into()]);
    }
    for node in spec.tree.nodes.iter().filter(|n| n.level == level && n.parent.is_some()) {
        let Some(spec) = spec.without(&node.id) else { continue };
        let before: Vec<Stage> = before.iter().map(|s| judged_without(s, &spec)).collect();
        let left = Model::build(&spec, &before, &State::new(&spec, without_columns(data, &spec)), &[], name)?;
        let first = whole.nominal.iter().zip(&left.nominal).all(|(a, b)| *a > 1.0 || *b <= 1.0);
        sheet.push(vec![
            node.id.as_str().into(),
            mean_shift(&whole.nominal, &left.nominal).into(),
            max_shift(&whole.nominal, &left.nominal).into(),
            stats::spearman(&whole.nominal, &left.nominal).into(),
            first.into(),
        ]);
        ranks.columns.push(format!("without_{}", node.id));
        for (row, rank) in ranks.rows.iter_mut().zip(&left.nominal) {
            row.push(Field::from(*rank));
        }
    }
    Ok(vec![sheet, ranks])
}

/// A stage whose judgements are on what is left only.
fn judged_without(stage: &Stage, spec: &Spec) -> Stage {
    let action = match &stage.action {
        Action::Weigh(how) => Action::Weigh(how.without(&|id| spec.tree.place(id).is_some())),
        other => other.clone(),
    };
    Stage { action, ..stage.clone() }
}

/// The data with the indicators that are left first, in their order, and the other columns after them.
fn without_columns(data: &Dataset, spec: &Spec) -> Dataset {
    let is_left = |id: &str| spec.indicators.iter().any(|i| i.id == id);
    let mut data = data.clone();
    let tables = std::iter::once(&mut data.table).chain(data.earlier.iter_mut().map(|(_, t)| t));
    for table in tables {
        // A stable sort: indicators keep their order.
        table.columns.sort_by_key(|c| !is_left(&c.id));
    }
    data
}
