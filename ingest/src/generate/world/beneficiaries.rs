//! Who takes part in which project: the people whose needs were served, and those whom the villages recommend.

use std::collections::BTreeMap;

use crate::generate::cell::row;
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

/// A person in a project.
pub(super) struct Beneficiary {
    pub project: usize,
    pub person: usize,
    pub joined: Day,
}

/// Day of joining and who chose, by project and person.
type Pairs = BTreeMap<(usize, usize), (Day, &'static str)>;

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("beneficiaries");
    let mut pairs = served(w);
    recommended(w, &mut rng, &mut pairs);
    nobody_left_alone(w, &mut rng, &mut pairs);
    write(w, store, &mut rng, &pairs)?;
    plant_relative(w);
    Ok(())
}

fn served(w: &World<'_>) -> Pairs {
    let mut pairs = Pairs::new();
    for n in &w.needs {
        if let (Some(matched), Some(_)) = (n.matched, n.first_service) {
            let joined = matched.max(w.projects.list[n.project].start);
            pairs.entry((n.project, n.person)).or_insert((joined, "1"));
        }
    }
    pairs
}

fn recommended(w: &World<'_>, rng: &mut Rng, pairs: &mut Pairs) {
    for (i, p) in w.people.iter().enumerate() {
        if !p.is_focus() || p.end.is_some() || p.death.is_some() {
            continue;
        }
        if !rng.chance(w.local(p.village(), (0.25, 0.95), Field::Project, (0.12, 0.72))) {
            continue;
        }
        let project = w.some_project(rng, p.village());
        let j = &w.projects.list[project];
        let joined = j.start.max(w.household_of(i).first) + rng.days(0, 39);
        if joined < (w.last - 20).min(j.done.unwrap_or(j.plan_end)) {
            let by = rng.weighted(&[("2", 6.0), ("3", 3.0), ("4", 1.0)]);
            pairs.entry((project, i)).or_insert((joined, by));
        }
    }
}

/// No running project is without people.
fn nobody_left_alone(w: &World<'_>, rng: &mut Rng, pairs: &mut Pairs) {
    let filled: Vec<usize> = pairs.keys().map(|k| k.0).collect();
    for unit in 0..8 {
        let settled = |i: &usize| {
            let p = &w.people[*i];
            p.unit() == unit && p.end.is_none() && p.death.is_none() && w.household_of(*i).first < w.first
        };
        let pool: Vec<usize> = (0..w.people.len()).filter(settled).take(400).collect();
        for project in &w.projects.running_in_unit[unit] {
            if filled.binary_search(project).is_err() {
                let joined = (w.projects.list[*project].start + 3).max(w.first - 60);
                for person in rng.sample(&pool, 4) {
                    pairs.entry((*project, person)).or_insert((joined, "2"));
                }
            }
        }
    }
}

fn write(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, pairs: &Pairs) -> Done {
    let columns = ["project_id", "pid_token", "join_date", "exit_date", "selected_by", "planned_times"];
    let table = store.open("project_beneficiary", &columns)?;
    for ((project, person), (joined, by)) in pairs {
        let p = &w.people[*person];
        let exit = w.projects.list[*project].done.filter(|d| d > joined);
        let cells = row![project_key(*project), p.id, *joined, exit, *by, rng.between(2, 12)];
        store.put(&table, w.at_village(p.village()), cells)?;
        w.projects.list[*project].people += 1;
        w.beneficiaries.push(Beneficiary { project: *project, person: *person, joined: *joined });
    }
    Ok(())
}

/// Somebody on the board of a body is related to one of its beneficiaries (F09).
fn plant_relative(w: &mut World<'_>) {
    let Some(first) = w.beneficiaries.first() else { return };
    let (org, relative) = (w.projects.list[first.project].org, w.people[first.person].id);
    if let Some(member) = w.orgs.members.iter_mut().rev().find(|m| m.org == org) {
        member.related = Some((relative, "2"));
        w.plant("RSK-F09", 1);
    }
}
