//! Townships and villages of a unit, as lists behind the drop-downs. Names hold inside one unit and township only, which
//! is just how the lists are keyed.

use crate::contract::{CITY, Division};

use super::plan::Plan;

/// The lists of places: name of the list → names of the places.
pub(super) fn lists(plan: &Plan<'_>) -> Vec<(String, Vec<String>)> {
    let units = if plan.unit == CITY { plan.contracts.units() } else { vec![plan.unit.as_str()] };
    units.into_iter().flat_map(|u| lists_of(plan, u)).collect()
}

fn lists_of(plan: &Plan<'_>, unit: &str) -> Vec<(String, Vec<String>)> {
    let name = plan.contracts.unit_name(unit);
    let townships: Vec<&Division> = current(plan, "township", unit).collect();
    let mut out = vec![(format!("{TOWNSHIPS}{name}"), names(townships.iter().copied()))];
    for township in townships {
        let villages = current(plan, "village", unit).filter(|v| v.parent_code == township.code);
        out.push((format!("{VILLAGES}{name}_{}", township.name_short), names(villages)));
    }
    out.retain(|(_, names)| !names.is_empty());
    out
}

/// What the name of a list of townships begins with.
pub(super) const TOWNSHIPS: &str = "镇街_";
/// What the name of a list of villages begins with.
pub(super) const VILLAGES: &str = "村居_";

fn current<'a>(plan: &Plan<'a>, level: &'a str, unit: &'a str) -> impl Iterator<Item = &'a Division> {
    plan.contracts
        .divisions
        .iter()
        .filter(move |d| d.level == level && d.managing_unit_code == unit && d.status == "current")
}

fn names<'a>(places: impl Iterator<Item = &'a Division>) -> Vec<String> {
    places.map(|d| d.name_short.clone()).collect()
}

/// The name of a place, where a reader of the row finds the same place by it: a village needs its township beside it.
pub(super) fn shown<'a>(plan: &'a Plan<'_>, code: &'a str, township: Option<&str>) -> &'a str {
    let found = plan.contracts.divisions.iter().find(|d| d.code == code && d.status == "current");
    let unit_fits = |d: &Division| plan.unit == CITY || d.managing_unit_code == plan.unit;
    let beside = |d: &Division| d.level == "township" || township == Some(d.parent_code.as_str());
    found.filter(|d| unit_fits(d) && beside(d)).map_or(code, |d| d.name_short.as_str())
}
