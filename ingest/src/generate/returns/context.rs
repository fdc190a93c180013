//! What all files have in common: the world, names of codes and places, the style of each unit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::calendar::WorkCalendar;
use crate::contract::{Column, Contracts, Division};
use crate::generate::Plan;
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::schema::{CITY, TableInfo};
use crate::generate::store::Store;
use crate::period::Period;

use super::style::UnitStyle;

/// The texts that may stand for a code: its name, and other spellings.
pub(super) struct Label {
    pub name: String,
    pub aliases: Vec<String>,
}

/// Shared by all files.
pub(super) struct Context<'a> {
    pub plan: &'a Plan,
    pub contracts: &'a Contracts,
    pub store: &'a Store<'a>,
    pub out: &'a Path,
    pub calendar: WorkCalendar,
    pub styles: Vec<UnitStyle>,
    /// Units whose yearly returns come at the last moment.
    rushed: Vec<usize>,
    /// Chance of a unit to be late.
    late: Vec<f64>,
    /// Unit codes and names, the bureau last.
    pub units: Vec<(String, String)>,
    region_names: BTreeMap<String, String>,
    /// Labels by table and column.
    labels: Vec<Vec<BTreeMap<String, Label>>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(plan: &'a Plan, contracts: &'a Contracts, store: &'a Store<'a>, out: &'a Path) -> Self {
        let mut units: Vec<(String, String)> =
            contracts.units().iter().map(|u| ((*u).to_owned(), contracts.unit_name(u).to_owned())).collect();
        units.push((crate::contract::CITY.to_owned(), contracts.unit_name(crate::contract::CITY).to_owned()));
        let mut rng = Rng::new(plan.seed, "returns");
        let styles = (0..units.len()).map(|u| UnitStyle::draw(&mut rng, plan.mess, u == CITY)).collect();
        let rushed = rng.sample(&[0, 1, 2, 3, 4, 5, 6, 7], 2);
        let late =
            (0..units.len()).map(|u| if u == CITY { 0.0 } else { rng.of(&[0.0, 0.0, 0.02, 0.05, 0.1]) }).collect();
        let labels = store.schema.tables.iter().map(|t| t.columns.iter().map(|c| labels_of(contracts, c)).collect());
        Self {
            plan,
            contracts,
            store,
            out,
            calendar: WorkCalendar::new(contracts),
            styles,
            rushed,
            late,
            units,
            region_names: region_names(&contracts.divisions),
            labels: labels.collect(),
        }
    }

    /// The codes of a column with their texts.
    pub(super) fn labels(&self, table: &TableInfo<'_>, column: usize) -> &BTreeMap<String, Label> {
        &self.labels[table.index][column]
    }

    /// The name of a township or village, unless it is not clear inside the unit and township.
    pub(super) fn region_name(&self, code: &str) -> Option<&str> {
        self.region_names.get(code).map(String::as_str)
    }

    /// When a return is due; basic data on 10 January.
    pub(super) fn due(&self, table: &TableInfo<'_>, period: Option<Period>) -> Day {
        let basic = Day::new(self.plan.year, 1, 10);
        match (table.due, period) {
            (Some(due), Some(period)) => {
                let date = self.calendar.due_date(due, period);
                Day::parse(&date.to_string()).unwrap_or(basic)
            }
            (None, Some(period)) => {
                let end = self.calendar.next_workday(period.last());
                Day::parse(&end.to_string()).unwrap_or(basic)
            }
            _ => basic,
        }
    }

    /// Days between the day due and the day received: before it, or sometimes after.
    pub(super) fn lag(&self, rng: &mut Rng, unit: usize, due: Day) -> i32 {
        let (_, month, day) = due.ymd();
        let ample = month == 1 && day >= 18 && !self.rushed.contains(&unit);
        let early = if ample { rng.days(5, 14) } else { rng.days(0, 2) };
        if rng.chance(self.late[unit]) { rng.days(1, 9) } else { -early }
    }
}

/// Names by code: only those that are unique among the townships of a unit, or the villages of a township.
fn region_names(divisions: &[Division]) -> BTreeMap<String, String> {
    let places =
        || divisions.iter().filter(|d| d.status == "current" && matches!(d.level.as_str(), "township" | "village"));
    let key = |d: &Division| {
        let parent = if d.level == "village" { d.parent_code.clone() } else { String::new() };
        (d.managing_unit_code.clone(), parent, d.name_short.clone())
    };
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for d in places() {
        if !seen.insert(key(d)) {
            twice.insert(key(d));
        }
    }
    places().filter(|d| !twice.contains(&key(d))).map(|d| (d.code.clone(), d.name_short.clone())).collect()
}

/// The codes of a column: of its code set, or written out as `1入户;2电话`.
fn labels_of(contracts: &Contracts, column: &Column) -> BTreeMap<String, Label> {
    if let Some(set) = column.code_set.as_ref().and_then(|s| contracts.code_sets.get(s)) {
        let label =
            |c: &crate::contract::Code| (c.code.clone(), Label { name: c.name.clone(), aliases: c.aliases.clone() });
        return set.codes.iter().map(label).collect();
    }
    let mut out = BTreeMap::new();
    if column.code_set.is_none() && column.allowed.contains(';') {
        for part in column.allowed.split(';') {
            let code: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
            let name = part[code.len()..].trim_matches('=');
            if !code.is_empty() && code.len() <= 2 && !name.is_empty() {
                out.insert(code, Label { name: name.to_owned(), aliases: Vec::new() });
            }
        }
    }
    out
}
