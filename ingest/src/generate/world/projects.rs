//! The project library: planned early, because needs are matched to projects; written late, when it is known who came.

use std::collections::BTreeMap;

use crate::generate::cell::{E4, Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::orgs::org_key;
use super::people::share;
use super::places::At;
use super::quality::Field;
use super::{Done, World};

/// The six kinds of good: code, name and the need that it meets.
pub(super) const SHAN: [(&str, &str, &str); 6] = [
    ("YANG", "善养", "01"),
    ("XUE", "善学", "04"),
    ("BANG", "善帮", "06"),
    ("JIE", "善解", "02"),
    ("YI", "善医", "07"),
    ("RONG", "善融", "05"),
];

/// A project.
pub(super) struct Project {
    pub unit: usize,
    pub village: usize,
    pub org: usize,
    /// Index into [`SHAN`].
    pub shan: usize,
    /// Whether it belongs to the pilot of its village.
    pub pilot: bool,
    pub publish: Day,
    pub start: Day,
    pub plan_end: Day,
    pub done: Option<Day>,
    /// `10` in reserve, `30` running, `40` stopped, `60` finished.
    pub status: &'static str,
    pub budget: Fen,
    brand: &'static str,
    pub mode: &'static str,
    pub nature: &'static str,
    /// Set by the steps that fill it.
    pub people: u32,
    pub services: u32,
    pub first_service: Option<Day>,
}

impl Project {
    pub(super) fn runs(&self) -> bool {
        matches!(self.status, "30" | "60")
    }

    pub(super) fn need(&self) -> &'static str {
        SHAN[self.shan].2
    }
}

/// All projects.
#[derive(Default)]
pub(super) struct Projects {
    pub list: Vec<Project>,
    pub running_in_unit: Vec<Vec<usize>>,
    /// Running projects of the villages that have their own.
    pub running_in_village: BTreeMap<usize, Vec<usize>>,
}

/// The key of a project.
pub(super) fn project_key(project: usize) -> Key {
    Key::at("XM", project, 5)
}

impl World<'_> {
    /// A running project for somebody: one of the village's own, or else one of the unit.
    pub(super) fn some_project(&self, rng: &mut Rng, village: usize) -> usize {
        let own = self.projects.running_in_village.get(&village).filter(|_| self.places.pilot_of[village].is_some());
        let unit = self.places.villages[village].unit;
        rng.of(own.unwrap_or(&self.projects.running_in_unit[unit]))
    }
}

pub(super) fn plan(w: &mut World<'_>, _: &mut Store<'_>) -> Done {
    let mut rng = w.rng("projects");
    for unit in 0..8 {
        let mut kinds: Vec<usize> = (0..6).collect();
        rng.shuffle(&mut kinds);
        kinds.truncate((w.q(unit, Field::Project, 2.5, 6.6).round() as usize).clamp(3, 6));
        for i in 0..count(w, unit) {
            let village = rng.of(&w.places.villages_of[unit]);
            let project = draw(w, &mut rng, village, kinds[i % kinds.len()], false);
            w.projects.list.push(project);
        }
    }
    for i in 0..w.places.pilots.len() {
        let village = w.places.pilots[i];
        let mut kinds: Vec<usize> = (0..6).collect();
        rng.shuffle(&mut kinds);
        for shan in kinds.into_iter().take(1 + (w.quality.pilots[i] * 3.4).round() as usize) {
            let project = draw(w, &mut rng, village, shan, true);
            w.projects.list.push(project);
        }
    }
    index(w);
    Ok(())
}

/// Number of projects of a unit; in a big world projects grow rather than their number.
fn count(w: &World<'_>, unit: usize) -> usize {
    let all = if w.size < 6000 { w.size as f64 / 60.0 } else { 100.0 + (w.size - 6000) as f64 / 800.0 };
    ((all * share(&w.places.unit_codes[unit]) / 100.0) as usize).max(4)
}

fn draw(w: &World<'_>, rng: &mut Rng, village: usize, shan: usize, pilot: bool) -> Project {
    let unit = w.places.villages[village].unit;
    let local = (0..w.orgs.list.len()).find(|o| pilot && w.orgs.list[*o].village == village);
    let publish = w.first + rng.days(-200, 70);
    let start = publish + rng.days(5, 19);
    let plan_end = start + rng.days(110, 299);
    let mut status = if plan_end < w.last - 25 { "60" } else { "30" };
    match rng.below(100) {
        0..3 => status = "10",
        3..6 => status = "40",
        _ => {}
    }
    let punctual = rng.chance(w.q(unit, Field::Project, 0.55, 0.97));
    let done = plan_end + if punctual { -rng.days(0, 11) } else { rng.days(3, 39) };
    if status == "60" && done > w.last {
        status = "30";
    }
    let mut brand = rng.weighted(&[("ZC", 2.0), ("TY", 2.0), ("QT", 1.0), ("N", 5.0)]);
    if !pilot && rng.chance(w.q(unit, Field::Project, 0.9, 0.1)) {
        brand = "N";
    }
    Project {
        unit,
        village,
        org: local.unwrap_or_else(|| rng.of(&w.orgs.working[unit])),
        shan,
        pilot,
        publish,
        start,
        plan_end,
        done: (status == "60").then_some(done),
        status,
        budget: Fen::yuan(rng.between(20, 189) * 1000),
        brand,
        mode: rng.weighted(&[("1", 5.0), ("2", 3.0), ("3", 1.0), ("4", 1.0)]),
        nature: rng.weighted(&[("G", 5.0), ("C", 3.0), ("L", 2.0), ("X", 1.0)]),
        people: 0,
        services: 0,
        first_service: None,
    }
}

fn index(w: &mut World<'_>) {
    let p = &mut w.projects;
    p.running_in_unit = vec![Vec::new(); 8];
    for (i, project) in p.list.iter().enumerate().filter(|(_, project)| project.runs()) {
        p.running_in_unit[project.unit].push(i);
        p.running_in_village.entry(project.village).or_default().push(i);
    }
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("project rows");
    write_projects(w, store, &mut rng)?;
    write_targets(w, store, &mut rng)
}

const PROJECT_COLUMNS: [&str; 22] = [
    "project_id",
    "project_name",
    "six_shan",
    "service_need",
    "project_level",
    "brand",
    "launch_mode",
    "org_id",
    "manager_name",
    "target_group",
    "plan_persons",
    "plan_times",
    "budget",
    "fund_nature",
    "publish_date",
    "start_date",
    "plan_end_date",
    "actual_end_date",
    "accept_date",
    "status_code",
    "used_bigdata",
    "is_gov_purchase",
];

fn write_projects(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let table = store.open("charity_project", &PROJECT_COLUMNS)?;
    for (i, p) in w.projects.list.iter().enumerate() {
        let reach = rng.uniform(0.82, 1.15) * w.q(p.unit, Field::Project, 0.85, 1.08);
        let often = rng.uniform(0.8, 1.2) * w.q(p.unit, Field::Project, 0.85, 1.1);
        let plan = |got: u32, ratio: f64, least: i64| ((f64::from(got) / ratio.max(0.3)).round() as i64).max(least);
        let at = w.at_village(p.village);
        let female = rng.chance(0.5);
        let cells = row![
            project_key(i),
            project_name(w, p),
            SHAN[p.shan].0,
            p.need(),
            if p.pilot { "village" } else { rng.of(&["county", "township"]) },
            p.brand,
            p.mode,
            org_key(p.org),
            Name::draw(rng, female),
            rng.of(&["01", "02", "04"]),
            plan(p.people, reach, 3),
            plan(p.services, often, 4),
            p.budget,
            p.nature,
            p.publish,
            p.start,
            p.plan_end,
            p.done,
            p.done.map(|d| (d + 10).min(w.last)),
            p.status,
            rng.chance(w.q(p.unit, Field::Project, 0.4, 1.0)),
            matches!(p.nature, "G" | "L"),
        ];
        let place = match (p.pilot, rng.chance(0.5)) {
            (true, _) => at,
            (false, true) => at.without_village(),
            (false, false) => At::unit_only(p.unit),
        };
        store.put(&table, place, cells)?;
    }
    Ok(())
}

/// The name of a project: place, brand and kind.
pub(super) fn project_name(w: &World<'_>, p: &Project) -> String {
    let brand = match p.brand {
        "ZC" => "公益助餐",
        "TY" => "遂心童阅",
        "QT" => "暖心",
        _ => "",
    };
    format!("{}{brand}{}帮扶项目", w.places.villages[p.village].name, SHAN[p.shan].1)
}

fn write_targets(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["project_id", "target_name", "target_kind", "plan_value", "actual_value", "unit"];
    let table = store.open("project_target", &columns)?;
    for (i, p) in w.projects.list.iter().enumerate() {
        let mut kinds = ["1", "2", "3", "4", "5", "6", "7"];
        rng.shuffle(&mut kinds);
        let count = 3 + (rng.below(4) as f64 * w.q(p.unit, Field::Project, 0.6, 1.2)) as usize;
        for kind in kinds.into_iter().take(count) {
            let planned = rng.between(10, 99);
            let reached = if rng.chance(w.q(p.unit, Field::Project, 0.7, 1.0)) { rng.uniform(1.0, 1.2) } else { 0.8 };
            let cells = row![
                project_key(i),
                format!("目标{kind}"),
                kind,
                E4(planned * 10_000),
                E4((planned as f64 * reached * 100.0).round() as i64 * 100),
                if matches!(kind, "2" | "3" | "7") { "%" } else { "项" },
            ];
            store.put(&table, At::unit_only(p.unit), cells)?;
        }
    }
    Ok(())
}
