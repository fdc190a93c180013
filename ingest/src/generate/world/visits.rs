//! The people who go from door to door, and their visits.

use crate::generate::cell::{Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::{Account, IdNo, phone};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::quality::Field;
use super::{Done, World};

/// Somebody who visits.
pub(super) struct Worker {
    pub id: IdNo,
    pub name: Name,
    pub village: usize,
    pub account: Account,
    /// Visits of the year, for the awards.
    pub visits: u32,
}

/// All of them.
#[derive(Default)]
pub(super) struct Workers {
    pub list: Vec<Worker>,
    of_town: Vec<Vec<usize>>,
    pub of_unit: Vec<Vec<usize>>,
}

/// A visit.
#[derive(Clone, Copy)]
pub(super) struct Visit {
    pub day: Day,
    pub person: u32,
    pub worker: u32,
    pub found: bool,
}

/// The key of a visiting worker.
pub(super) fn worker_key(worker: usize) -> Key {
    Key::at("MP", worker, 5)
}

/// The key of a visit.
pub(super) fn visit_key(visit: usize) -> Key {
    Key::at("ZF", visit, 7)
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("visits");
    hire(w, store, &mut rng)?;
    let mut visits = Vec::new();
    for person in 0..w.people.len() {
        visit(w, &mut rng, person, &mut visits);
    }
    visits.sort_by_key(|v| v.day);
    for v in &visits {
        w.workers.list[v.worker as usize].visits += 1;
    }
    w.visits = visits;
    write_visits(w, store, &mut rng)
}

/// Two officials in every township, and somebody in some villages and in every pilot.
fn hire(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["worker_id", "pid_token", "worker_name", "role", "phone", "bank_account_token", "is_active"];
    let table = store.open("survey_worker", &columns)?;
    let mut jobs: Vec<(usize, &str)> = Vec::new();
    let places = std::sync::Arc::clone(&w.places);
    for town in &places.towns {
        let Some(first) = town.villages.first() else { continue };
        jobs.extend([(*first, "1"), (*first, "2")]);
        for village in rng.sample(&town.villages, (w.size / 600).max(1)) {
            jobs.push((village, rng.of(&["3", "4", "5", "6"])));
        }
    }
    for pilot in &places.pilots {
        if !jobs.iter().any(|j| j.0 == *pilot) {
            jobs.push((*pilot, rng.of(&["3", "4", "5", "6"])));
        }
    }
    w.workers.of_town = vec![Vec::new(); places.towns.len()];
    w.workers.of_unit = vec![Vec::new(); 8];
    for (i, (village, role)) in jobs.into_iter().enumerate() {
        let v = &places.villages[village];
        let (id, name) = w.adult(rng, v.unit, (22, 62));
        let account = w.numbers.account(2);
        w.workers.of_town[v.town].push(i);
        w.workers.of_unit[v.unit].push(i);
        w.workers.list.push(Worker { id, name, village, account, visits: 0 });
        store.put(
            &table,
            places.at_village(village),
            row![worker_key(i), id, name, role, phone(rng), account, true],
        )?;
    }
    Ok(())
}

/// The visits to a person between entry and exit.
fn visit(w: &World<'_>, rng: &mut Rng, person: usize, out: &mut Vec<Visit>) {
    let p = &w.people[person];
    let range = if p.is_focus() { (0.74, 1.0) } else { (0.35, 0.75) };
    if !rng.chance(w.local(p.village(), (0.72, 1.0), Field::Survey, range)) {
        return;
    }
    let from = w.household_of(person).first.max(w.first);
    let until = p.until(w.last);
    let town = w.places.villages[p.village()].town;
    for _ in 0..1 + rng.poisson(0.8) {
        if until - from > 6 {
            let worker = rng.of(&w.workers.of_town[town]);
            out.push(Visit {
                day: from + rng.days(0, until - from - 1),
                person: u32::try_from(person).unwrap_or(0),
                worker: u32::try_from(worker).unwrap_or(0),
                found: rng.chance(0.26),
            });
        }
    }
}

fn write_visits(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["visit_id", "pid_token", "worker_id", "visit_date", "visit_mode", "found_need", "note"];
    let table = store.open("visit_survey", &columns)?;
    for (i, v) in w.visits.iter().enumerate() {
        let p = &w.people[v.person as usize];
        let cells = row![
            visit_key(i),
            p.id,
            worker_key(v.worker as usize),
            v.day,
            rng.weighted(&[("1", 8.0), ("2", 2.0), ("3", 1.0)]),
            v.found,
            rng.chance(0.2).then_some("家庭情况稳定,继续关注"),
        ];
        store.put(&table, w.at_village(p.village()), cells)?;
    }
    Ok(())
}
