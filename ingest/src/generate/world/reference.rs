//! The bureau's basic data: divisions, units, pilots, codes, parameters and the calendar of working days.

use std::collections::BTreeSet;

use crate::calendar::WorkCalendar;
use crate::contract::{CITY, Division};
use crate::generate::cell::{Cell, E4, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::phone;
use crate::generate::store::Store;

use super::places::At;
use super::{Done, World};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    regions(w, store)?;
    units(w, store)?;
    pilots(w, store)?;
    codes(w, store)?;
    parameters(store)?;
    workdays(w, store)
}

/// Real residents of a unit in 2023 (the parks are estimates, taken out of 船山区).
pub(super) fn residents(unit: &str) -> f64 {
    match unit {
        "510903" => 573_000.0,
        "510904" => 442_000.0,
        "510921" => 410_000.0,
        "510923" => 344_000.0,
        "510981" => 709_000.0,
        "5109A1" => 90_000.0,
        "5109A2" => 110_000.0,
        _ => 70_000.0,
    }
}

/// Real registered people of a unit.
fn registered(unit: &str) -> f64 {
    match unit {
        "510903" => 476_000.0,
        "510904" => 744_000.0,
        "510921" => 665_000.0,
        "510923" => 504_000.0,
        "510981" => 921_000.0,
        "5109A1" => 70_000.0,
        "5109A2" => 86_000.0,
        _ => 64_000.0,
    }
}

fn regions(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let columns = [
        "region_code",
        "region_name",
        "short_name",
        "region_level",
        "parent_code",
        "eval_unit_code",
        "urban_rural",
        "is_pilot",
        "valid_from",
        "valid_to",
        "successor_code",
    ];
    let table = store.open("dim_region", &columns)?;
    let mut seen = BTreeSet::new();
    for d in &w.contracts.divisions {
        let current = matches!(d.status.as_str(), "current" | "local");
        let from =
            Day::parse(&d.valid_from).unwrap_or(if current { Day::new(2019, 10, 31) } else { Day::new(2010, 1, 1) });
        if !seen.insert((d.code.as_str(), from)) {
            continue;
        }
        let city = d.level == "city";
        let cells: &[Cell<'_>] = row![
            &d.code,
            &d.name_stat,
            &d.name_short,
            level(&d.level),
            (!city).then_some(&d.parent_code),
            (!city && current).then(|| unit_of(d)),
            urban_rural(&d.urban_rural),
            if d.is_pilot == "Y" { "Y" } else { "N" },
            from,
            Day::parse(&d.valid_to),
            &d.successor_code,
        ];
        store.put(&table, At::CITY, cells)?;
    }
    Ok(())
}

fn level(level: &str) -> &'static str {
    match level {
        "city" => "2",
        "county" | "eval_unit" => "3",
        "township" => "4",
        _ => "5",
    }
}

fn urban_rural(text: &str) -> Option<&'static str> {
    match text {
        "居委会" | "U" => Some("U"),
        "村委会" | "R" => Some("R"),
        _ => None,
    }
}

/// The unit that manages a division; 射洪 kept its units when the county became a city.
fn unit_of(d: &Division) -> String {
    let code = [&d.managing_unit_code, &d.statutory_county_code].into_iter().find(|c| !c.is_empty());
    let code = code.map_or(d.code.get(..6).unwrap_or(CITY), String::as_str);
    if code == "510922" { "510981".to_owned() } else { code.to_owned() }
}

fn units(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let columns = [
        "eval_unit_code",
        "eval_unit_name",
        "unit_kind",
        "bureau_name",
        "resident_pop",
        "registered_pop",
        "township_count",
        "village_count",
        "is_scored",
    ];
    let table = store.open("dim_eval_unit", &columns)?;
    let (p, scale) = (&w.places, w.scale());
    let scaled = |people: f64| (people * scale) as i64;
    let (mut all, mut all_registered) = (0, 0);
    for (i, code) in p.unit_codes.iter().take(8).enumerate() {
        let (resident, registered) = (scaled(residents(code)), scaled(registered(code)));
        all += resident;
        all_registered += registered;
        let kind = if p.is_park(i) { "2" } else { "1" };
        let (towns, villages) = (p.towns_of[i].len(), p.villages_of[i].len());
        let cells = row![code, w.unit_name(i), kind, w.bureau(i), resident, registered, towns, villages, true];
        store.put(&table, At::CITY, cells)?;
    }
    let cells = row![CITY, "市本级", "9", "遂宁市民政局", all, all_registered, p.towns.len(), p.villages.len(), false];
    store.put(&table, At::CITY, cells)
}

fn pilots(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let columns =
        ["pilot_no", "pilot_name", "contact_name", "contact_phone", "start_date", "has_mechanism", "mechanism_doc_id"];
    let table = store.open("pilot_site", &columns)?;
    let mut rng = w.rng("pilots");
    for (i, v) in w.places.pilots.iter().enumerate() {
        let quality = w.quality.pilots[i];
        let female = rng.chance(0.5);
        let contact = Name::draw(&mut rng, female);
        let document = (quality > 0.6).then(|| mechanism_doc(i));
        let name = &w.places.villages[*v].name;
        let cells = row![i + 1, name, contact, phone(&mut rng), Day::new(2024, 3, 5), quality > 0.52, document];
        store.put(&table, w.at_village(*v), cells)?;
    }
    Ok(())
}

/// The document in which a pilot lays down how it goes on.
pub(super) fn mechanism_doc(pilot: usize) -> String {
    format!("WJ-PLT-{:02}", pilot + 1)
}

fn codes(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let table = store.open("dim_code", &["code_set", "code", "code_name", "aliases"])?;
    for set in w.contracts.code_sets.values() {
        for code in &set.codes {
            store.put(&table, At::CITY, row![&set.id, &code.code, &code.name, code.aliases.join(";")])?;
        }
    }
    Ok(())
}

fn parameters(store: &mut Store<'_>) -> Done {
    let columns = ["param_key", "scope_code", "valid_from", "valid_to", "param_value", "unit", "source_doc"];
    let table = store.open("policy_parameter", &columns)?;
    let rows = [
        ("LOW_STD_U", "2022-07-01", "2023-06-30", 7_000_000, "元/月"),
        ("LOW_STD_U", "2023-07-01", "", 7_500_000, "元/月"),
        ("LOW_STD_R", "2022-07-01", "2023-06-30", 5_000_000, "元/月"),
        ("LOW_STD_R", "2023-07-01", "", 5_330_000, "元/月"),
        ("PROC_LIMIT", "2024-01-01", "", 2_000_000_000, "元"),
        ("ADMIN_FEE_MAX", "2016-09-01", "", 1_000, "比例"),
        ("TEMP_AID_MAX", "2023-07-01", "", 90_000_000, "元"),
    ];
    for (key, from, to, value, unit) in rows {
        store.put(&table, At::CITY, row![key, "*", from, to, E4(value), unit, "遂民规〔2023〕1号"])?;
    }
    Ok(())
}

fn workdays(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let table = store.open("dim_workday", &["cal_date", "is_workday", "holiday_name"])?;
    let calendar = WorkCalendar::new(w.contracts);
    for i in 0..=(w.last - w.first) + 90 {
        let day = w.first + i;
        let off = w.contracts.holidays.get(&day.ymd().0).map(|h| h.off.as_slice()).unwrap_or_default();
        let holiday = off.iter().find(|o| (o.from..=o.to).contains(&day.date())).map(|o| &o.name);
        store.put(&table, At::CITY, row![day, calendar.is_workday(day.date()), holiday])?;
    }
    Ok(())
}
