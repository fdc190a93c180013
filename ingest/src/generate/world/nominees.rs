//! Who is put forward for an award.

use crate::generate::numbers::IdNo;
use crate::generate::rng::Rng;

use super::World;
use super::donations::donor_key;
use super::orgs::org_key;
use super::projects::{project_key, project_name};
use super::quality::Field;
use super::visits::worker_key;
use super::volunteers::volunteer_key;

/// Somebody or something put forward.
#[derive(Clone)]
pub(super) struct Nominee {
    pub award: &'static str,
    /// Code of the set `award_cat`.
    pub category: &'static str,
    pub id: String,
    pub name: String,
    pub person: Option<IdNo>,
    pub unit: usize,
}

impl Nominee {
    /// The indicator that the judges mark.
    pub(super) fn indicator(&self) -> &'static str {
        match self.category {
            "U" => "AWD-U04",
            "P" => "AWD-P04",
            "O" => "AWD-O04",
            "E" => "AWD-EN4",
            "I" => "AWD-I03",
            "G" => "AWD-G04",
            _ => "AWD-R04",
        }
    }
}

/// All nominees of the year; one stands in two categories (AWD-E04).
pub(super) fn nominees(w: &World<'_>, rng: &mut Rng) -> Vec<Nominee> {
    let mut out = pilots(w);
    out.extend(projects(w, rng));
    out.extend(orgs(w, rng));
    out.extend(donors(w));
    out.extend(volunteers(w));
    out.extend(units(w));
    out.extend(workers(w));
    let again = out.first().cloned();
    out.extend(again.map(|n| Nominee { category: "P", ..n }));
    out
}

/// The indices of the greatest values, the first ones among equals.
fn top(values: impl Iterator<Item = i64>, count: usize) -> Vec<usize> {
    let mut all: Vec<(i64, usize)> = values.enumerate().map(|(i, v)| (-v, i)).filter(|(v, _)| *v < 0).collect();
    all.sort_unstable();
    all.into_iter().take(count).map(|(_, i)| i).collect()
}

fn pilots(w: &World<'_>) -> Vec<Nominee> {
    let quality = w.quality.pilots.iter().map(|q| (q * 1e6) as i64);
    let of = |i: usize| {
        let v = &w.places.villages[w.places.pilots[i]];
        Nominee { award: "SXCSJ", category: "U", id: v.code.clone(), name: v.name.clone(), person: None, unit: v.unit }
    };
    top(quality, 8).into_iter().map(of).collect()
}

fn projects(w: &World<'_>, rng: &mut Rng) -> Vec<Nominee> {
    let done: Vec<usize> = (0..w.projects.list.len()).filter(|i| w.projects.list[*i].done.is_some()).collect();
    let of = |i: usize| {
        let p = &w.projects.list[i];
        let (id, name) = (project_key(i).to_string(), project_name(w, p));
        Nominee { award: "SXCSJ", category: "P", id, name, person: None, unit: p.unit }
    };
    rng.sample(&done, 10).into_iter().map(of).collect()
}

/// Five bodies, and the one with an official on its board (I03).
fn orgs(w: &World<'_>, rng: &mut Rng) -> Vec<Nominee> {
    let all: Vec<usize> = w.orgs.working.iter().flatten().copied().collect();
    let related = w.orgs.members.iter().find(|m| m.official).map(|m| m.org);
    let mut chosen: Vec<usize> = rng.sample(&all, 6).into_iter().filter(|o| related != Some(*o)).take(5).collect();
    chosen.extend(related);
    let of = |i: usize| {
        let o = &w.orgs.list[i];
        let (id, name) = (org_key(i).to_string(), o.name.clone());
        Nominee { award: "SXCSJ", category: "O", id, name, person: None, unit: o.unit }
    };
    chosen.into_iter().map(of).collect()
}

/// The most generous firms and residents.
fn donors(w: &World<'_>) -> Vec<Nominee> {
    let list = &w.donors.list;
    let given = |kinds: &'static [&str]| list.iter().map(move |d| if kinds.contains(&d.kind) { d.given } else { 0 });
    let of = |i: usize| {
        let d = &list[i];
        let category = if d.person.is_some() { "I" } else { "E" };
        let id = donor_key(i).to_string();
        Nominee { award: "SXCSJ", category, id, name: d.name.clone(), person: d.person.map(|p| p.0), unit: d.unit }
    };
    let firms = top(given(&["1", "2"]), 6);
    let people = top(given(&["3"]), 5);
    firms.into_iter().chain(people).map(of).collect()
}

fn volunteers(w: &World<'_>) -> Vec<Nominee> {
    let list = &w.volunteers.list;
    let of = |i: usize| {
        let v = &list[i];
        let unit = w.places.villages[v.village].unit;
        let (id, name) = (volunteer_key(i).to_string(), v.name.to_string());
        Nominee { award: "SXCSJ", category: "I", id, name, person: Some(v.id), unit }
    };
    top(list.iter().map(|v| v.hours), 2).into_iter().map(of).collect()
}

fn units(w: &World<'_>) -> Vec<Nominee> {
    let of = |unit: usize| {
        let id = w.places.unit_codes[unit].clone();
        Nominee { award: "XJJT", category: "G", id, name: w.bureau(unit), person: None, unit }
    };
    w.quality.ranking(Field::Mechanism).into_iter().take(5).map(of).collect()
}

fn workers(w: &World<'_>) -> Vec<Nominee> {
    let list = &w.workers.list;
    let of = |i: usize| {
        let worker = &list[i];
        let unit = w.places.villages[worker.village].unit;
        let (id, name) = (worker_key(i).to_string(), worker.name.to_string());
        Nominee { award: "XJGR", category: "R", id, name, person: Some(worker.id), unit }
    };
    top(list.iter().map(|v| i64::from(v.visits)), 12).into_iter().map(of).collect()
}
