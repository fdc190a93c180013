//! Satisfaction after a service, and complaints.

use std::collections::BTreeSet;

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::orgs::org_key;
use super::projects::project_key;
use super::quality::Field;
use super::services::service_key;
use super::{Done, World};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("feedback");
    satisfaction(w, store, &mut rng)?;
    complaints(w, store, &mut rng)
}

/// A fifth of the services of every unit, and at least a dozen of every pilot.
fn choose(w: &World<'_>, rng: &mut Rng) -> BTreeSet<usize> {
    let (mut units, mut pilots) = (vec![Vec::new(); 8], vec![Vec::new(); w.places.pilots.len()]);
    for (i, s) in w.services.iter().enumerate() {
        let p = &w.people[s.person as usize];
        units[p.unit()].push(i);
        if let Some(pilot) = w.places.pilot_of[p.village()] {
            pilots[pilot].push(i);
        }
    }
    let mut chosen = BTreeSet::new();
    for pool in units {
        chosen.extend(rng.sample(&pool, (pool.len() / 5).max(32)));
    }
    for pool in pilots {
        chosen.extend(rng.sample(&pool, 12));
    }
    chosen
}

fn satisfaction(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "survey_id",
        "pid_token",
        "project_id",
        "service_id",
        "surveyor",
        "survey_date",
        "mode",
        "score",
        "item_scores",
        "knows_platform",
    ];
    let table = store.open("satisfaction", &columns)?;
    let surveyors = Name::distinct(rng, 30);
    let mut rows = 0;
    for i in choose(w, rng) {
        let service = w.services[i];
        let p = &w.people[service.person as usize];
        let mean = w.local(p.village(), (86.0, 97.0), Field::Effect, (84.0, 96.0));
        let mut score = if rng.chance(0.12) { 100.0 } else { rng.normal(mean, 4.0).round().clamp(40.0, 100.0) };
        let mut items = item_scores(rng, score);
        let mut day = (service.day + rng.days(5, 29)).min(w.last);
        let mut surveyor = rng.of(&surveyors);
        if rows < 12 {
            // F05: twelve identical forms of one surveyor on one day.
            (score, items, day, surveyor) = (100.0, "5,5,5,5,5".to_owned(), w.last - 40, surveyors[0]);
        }
        let aware = rng.chance(w.local(p.village(), (0.6, 0.98), Field::Effect, (0.55, 0.97)));
        let cells = row![
            Key::at("HF", rows, 6),
            p.id,
            project_key(service.project as usize),
            service_key(i),
            surveyor,
            day,
            rng.weighted(&[("1", 3.0), ("2", 5.0), ("3", 1.0), ("4", 1.0)]),
            Fen::of(score),
            items,
            (!rng.chance(0.05)).then_some(aware),
        ];
        store.put(&table, w.at_village(p.village()), cells)?;
        rows += 1;
    }
    w.plant("RSK-F05", usize::from(rows >= 12));
    Ok(())
}

fn item_scores(rng: &mut Rng, score: f64) -> String {
    let items: Vec<String> =
        (0..5).map(|_| ((score / 20.0 + rng.normal(0.0, 0.5)).round().clamp(1.0, 5.0) as i64).to_string()).collect();
    items.join(",")
}

fn complaints(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns =
        ["complaint_id", "target_type", "target_id", "receive_date", "due_date", "close_date", "is_true", "category"];
    let table = store.open("complaint", &columns)?;
    let mut villages = Vec::new();
    for unit in 0..8 {
        let count = 1 + rng.poisson(w.q(unit, Field::Effect, 7.0, 1.0));
        villages.extend((0..count).map(|_| rng.of(&w.places.villages_of[unit])));
    }
    villages.extend(w.places.pilots.iter().enumerate().filter(|(i, _)| w.quality.pilots[*i] < 0.55).map(|(_, v)| *v));
    for (i, village) in villages.into_iter().enumerate() {
        write_complaint(w, store, rng, &table, (i, village))?;
    }
    Ok(())
}

fn write_complaint(
    w: &World<'_>,
    store: &mut Store<'_>,
    rng: &mut Rng,
    table: &TableRef,
    (i, village): (usize, usize),
) -> Done {
    let unit = w.places.villages[village].unit;
    let kind = rng.weighted(&[("unit", 3.0), ("org", 4.0), ("project", 2.0)]);
    let target = match kind {
        "unit" => w.places.unit_codes[unit].clone(),
        "org" => org_key(rng.of(&w.orgs.working[unit])).to_string(),
        _ => project_key(rng.of(&w.projects.running_in_unit[unit])).to_string(),
    };
    let received: Day = World::day(rng, w.first + 5, w.last - 25);
    let closed = w.by_now(received + rng.days(5, 39));
    let cells = row![
        Key::at("TS", i, 5),
        kind,
        target,
        received,
        received + 30,
        closed,
        closed.map(|_| rng.weighted(&[("1", 1.0), ("2", 1.0), ("3", 3.0)])),
        rng.of(&["1", "2", "3", "4", "5"]),
    ];
    store.put(table, w.at_village(village), cells)
}
