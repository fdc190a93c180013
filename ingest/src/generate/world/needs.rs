//! Needs, from registration over matching and the first service to closing; and the alerts of the platform.

use crate::generate::cell::{Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::projects::{SHAN, project_key};
use super::quality::Field;
use super::visits::{visit_key, worker_key};
use super::{Done, World};

/// A need.
#[derive(Clone)]
pub(super) struct Need {
    pub person: usize,
    pub project: usize,
    pub registered: Day,
    pub matched: Option<Day>,
    pub first_service: Option<Day>,
    pub closed: Option<Day>,
    pub status: &'static str,
    visit: Option<usize>,
    worker: usize,
    source: &'static str,
}

/// The key of a need.
pub(super) fn need_key(need: usize) -> Key {
    Key::at("XQ", need, 7)
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("needs");
    let mut needs = register(w, &mut rng);
    needs.sort_by_key(|n| n.registered);
    for need in &mut needs {
        follow(w, &mut rng, need);
    }
    close_empty(w, &mut needs);
    w.needs = needs;
    write_needs(w, store, &mut rng)?;
    alerts(w, store, &mut rng)
}

/// What visits found and was booked, and what came in by other ways.
fn register(w: &World<'_>, rng: &mut Rng) -> Vec<Need> {
    let mut needs = Vec::new();
    let others = (w.visits.len() / 16).max(8);
    for (i, v) in w.visits.iter().enumerate() {
        let unit = w.people[v.person as usize].unit();
        if v.found && rng.chance(w.q(unit, Field::Survey, 0.82, 1.0)) {
            let day = (v.day + rng.days(0, 3)).min(w.last);
            add(w, rng, &mut needs, (v.person as usize, v.worker as usize, day), (Some(i), "1"));
        }
    }
    for _ in 0..others.min(w.visits.len() * 100) {
        let Some(v) = w.visits.get(rng.below(w.visits.len())) else { break };
        let source = rng.of(&["2", "3", "4", "5"]);
        add(w, rng, &mut needs, (v.person as usize, v.worker as usize, v.day + 1), (None, source));
    }
    needs
}

fn add(
    w: &World<'_>,
    rng: &mut Rng,
    needs: &mut Vec<Need>,
    (person, worker, registered): (usize, usize, Day),
    (visit, source): (Option<usize>, &'static str),
) {
    let p = &w.people[person];
    if registered > w.last || p.death.is_some_and(|d| registered >= d - 5) {
        return;
    }
    needs.push(Need {
        person,
        project: open_project(w, rng, p.village(), registered),
        registered,
        matched: None,
        first_service: None,
        closed: None,
        status: "10",
        visit,
        worker,
        source,
    });
}

/// A project that is under way when the need is registered, if a few tries find one.
fn open_project(w: &World<'_>, rng: &mut Rng, village: usize, day: Day) -> usize {
    let mut project = 0;
    for _ in 0..5 {
        project = w.some_project(rng, village);
        let p = &w.projects.list[project];
        if p.start <= day + 20 && p.done.is_none_or(|d| d > day + 20) {
            break;
        }
    }
    project
}

/// What becomes of a need, as well as the unit or the pilot works.
fn follow(w: &World<'_>, rng: &mut Rng, need: &mut Need) {
    let p = &w.people[need.person];
    let project = &w.projects.list[need.project];
    let limit = p.death.map_or(w.last, |d| d - 1);
    let ready = rng.chance(w.local(p.village(), (0.55, 0.99), Field::Referral, (0.5, 0.97)));
    let matched = (need.registered + rng.days(0, 8)).max(project.start - 1);
    let wait = w.local(p.village(), (18.0, 4.0), Field::Referral, (20.0, 5.0));
    let served = matched + rng.poisson((wait - 4.0).max(1.0));
    let closed = served + rng.days(5, 39);
    let in_time = project.start <= need.registered + 30;
    if ready && in_time && matched <= limit {
        need.matched = Some(matched);
        need.first_service = (served <= limit).then_some(served);
        need.closed = (closed <= limit && rng.chance(0.93)).then_some(closed);
    }
    need.status = match (need.matched, need.first_service, need.closed) {
        (None, ..) => rng.weighted(&[("10", 5.0), ("20", 3.0), ("60", 2.0), ("70", 1.0)]),
        (_, None, _) => "30",
        (_, _, None) => "40",
        _ => "50",
    };
}

/// One need is closed although nothing was done (D04).
fn close_empty(w: &mut World<'_>, needs: &mut [Need]) {
    if let Some(need) = needs.iter_mut().find(|n| n.status == "20") {
        need.status = "50";
        need.closed = Some((need.registered + 3).min(w.last));
        w.closed_empty = Some(need.person);
        w.plant("RSK-D04", 1);
    }
}

fn write_needs(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "need_id",
        "pid_token",
        "need_type",
        "six_shan",
        "urgency",
        "source",
        "visit_id",
        "register_date",
        "match_date",
        "matched_project_id",
        "first_service_date",
        "close_date",
        "status_code",
        "close_reason",
        "worker_id",
    ];
    let table = store.open("need_item", &columns)?;
    for (i, n) in w.needs.iter().enumerate() {
        let (p, project) = (&w.people[n.person], &w.projects.list[n.project]);
        let reason = if n.matched.is_some() { "服务完成" } else { "已办结" };
        let cells = row![
            need_key(i),
            p.id,
            project.need(),
            SHAN[project.shan].0,
            rng.weighted(&[("1", 1.0), ("2", 3.0), ("3", 6.0)]),
            n.source,
            n.visit.map(visit_key),
            n.registered,
            n.matched,
            n.matched.map(|_| project_key(n.project)),
            n.first_service,
            n.closed,
            n.status,
            n.closed.map(|_| reason),
            worker_key(n.worker),
        ];
        store.put(&table, w.at_village(p.village()), cells)?;
    }
    Ok(())
}

fn alerts(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns =
        ["alert_id", "pid_token", "alert_level", "alert_type", "push_date", "due_date", "handled_date", "result"];
    let table = store.open("monitor_alert", &columns)?;
    for i in 0..(w.people.len() / 20).max(24) {
        let person = rng.below(w.people.len());
        let p = &w.people[person];
        let pushed = World::day(rng, w.first + 2, w.last - 2).max(w.household_of(person).first);
        let due = pushed + 15;
        let handled = if rng.chance(w.q(p.unit(), Field::Survey, 0.82, 1.0)) {
            Some(pushed + rng.days(1, 14))
        } else {
            rng.chance(0.6).then_some(due + rng.days(1, 19))
        };
        let handled = handled.and_then(|d| w.by_now(d));
        let cells = row![
            Key::at("YJ", i, 6),
            p.id,
            rng.weighted(&[("R", 1.0), ("O", 3.0), ("Y", 6.0)]),
            rng.of(&["1", "2", "3", "5", "6"]),
            pushed,
            due,
            handled,
            handled.map(|_| rng.of(&["1", "2", "3", "4"])),
        ];
        store.put(&table, w.at_village(p.village()), cells)?;
    }
    Ok(())
}
