//! Which tables carry planted mistakes. Decided before anything is written, because some kinds are limited over the
//! year.

use std::collections::BTreeMap;

use crate::generate::rng::Rng;
use crate::generate::schema::CITY;

use super::context::Context;
use super::jobs::Job;

/// What happens to a table of a unit and period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Extra rows that must be rejected.
    Extra,
    /// True rows sent badly, and corrected later.
    Correction,
    /// A total that disagrees; the whole table is refused and corrected later.
    WrongTotal,
    /// A row that the correction takes away again.
    Withdrawn,
}

/// Damage by table, unit and slot.
pub(super) type Plan = BTreeMap<(usize, usize, usize), Damage>;

/// Draws the damage of all tables; nothing at mess 0.
pub(super) fn plan(context: &Context<'_>, jobs: &[Job]) -> Plan {
    let mut plan = Plan::new();
    if context.plan.mess == 0 {
        return plan;
    }
    let mut rng = Rng::new(context.plan.seed, "damage");
    let (mut corrections, mut totals, mut withdrawn) = (0, 0, false);
    for job in jobs.iter().filter(|j| j.unit != CITY) {
        for table in &job.tables {
            let info = &context.store.schema.tables[*table];
            let name = info.table.name.as_str();
            let rows = context.store.count(*table, job.unit, job.slot);
            let opening = matches!(name, "list_library_status");
            let export = matches!(name, "household" | "person" | "aid_payment" | "bank_receipt");
            let x = rng.unit();
            let damage = if name == "complaint" && rows > 0 && !withdrawn && job.slot > 0 && job.slot < 12 {
                withdrawn = true;
                Some(Damage::Withdrawn)
            } else if rows < 3 || opening {
                None
            } else if x < 0.22 {
                Some(Damage::Extra)
            } else if x < 0.235 && corrections < 10 && !export {
                corrections += 1;
                Some(Damage::Correction)
            } else if x < 0.26 && totals < 3 && can_total(context, job.unit, *table) && !export {
                totals += 1;
                Some(Damage::WrongTotal)
            } else {
                None
            };
            if let Some(damage) = damage {
                plan.insert((*table, job.unit, job.slot), damage);
            }
        }
    }
    plan
}

fn can_total(context: &Context<'_>, unit: usize, table: usize) -> bool {
    let money = context.store.schema.tables[table].money().next().is_some();
    !context.plan.csv_only && context.styles[unit].total && money
}
