//! Service records: the first service of every need, and the regular ones of everybody in a project.

use crate::generate::cell::{E4, Fen, Key, row};
use crate::generate::day::{Day, Moment};
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::needs::need_key;
use super::orgs::org_key;
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

/// A service.
#[derive(Clone, Copy)]
pub(super) struct Service {
    pub day: Day,
    pub person: u32,
    pub project: u32,
    need: Option<u32>,
}

/// The key of a service.
pub(super) fn service_key(service: usize) -> Key {
    Key::at("FWJL", service, 7)
}

/// One row of the table.
#[derive(Clone)]
struct Record {
    key: Key,
    service: Service,
    worker: usize,
    start: Moment,
    end: Moment,
    lat: i64,
    lon: i64,
    photo: Option<String>,
    price: i64,
}

/// The table, and the rows that later plants copy.
struct Writer {
    table: TableRef,
    plain: usize,
    near_point: usize,
    last_photo: Option<String>,
    copies: Vec<Record>,
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("services");
    let mut wanted = first_services(w);
    for i in 0..w.beneficiaries.len() {
        regular_services(w, &mut rng, i, &mut wanted);
    }
    wanted.sort_by_key(|s| s.day);
    let mut out = open(store)?;
    let mut orders = vec![0u8; w.orgs.social_workers.len()];
    let mut today = Day::default();
    for service in wanted {
        if service.day > today {
            today = service.day;
            orders.fill(0);
        }
        if let Some((worker, order)) = assign(w, &mut rng, &service, &mut orders) {
            let record = draw(w, &mut rng, service, worker, order);
            book(w, store, &mut out, record)?;
        }
    }
    plant(w, store, &mut rng, &out)
}

fn open(store: &Store<'_>) -> Result<Writer, crate::generate::GenerateError> {
    let columns = [
        "service_id",
        "agreement_id",
        "project_id",
        "need_id",
        "pid_token",
        "worker_pid_token",
        "org_id",
        "service_type",
        "start_ts",
        "end_ts",
        "lon",
        "lat",
        "photo_hash",
        "price",
        "note",
    ];
    let table = store.open("service_record", &columns)?;
    Ok(Writer { table, plain: 0, near_point: 0, last_photo: None, copies: Vec::new() })
}

fn number(i: usize) -> u32 {
    u32::try_from(i).unwrap_or(0)
}

fn first_services(w: &World<'_>) -> Vec<Service> {
    let of = |(i, n): (usize, &super::needs::Need)| {
        let day = n.first_service?;
        Some(Service { day, person: number(n.person), project: number(n.project), need: Some(number(i)) })
    };
    w.needs.iter().enumerate().filter_map(of).collect()
}

fn regular_services(w: &World<'_>, rng: &mut Rng, beneficiary: usize, out: &mut Vec<Service>) {
    let b = &w.beneficiaries[beneficiary];
    let (p, j) = (&w.people[b.person], &w.projects.list[b.project]);
    let often = if w.places.pilot_of[p.village()].is_some() { 6.0 } else { 3.2 };
    let from = b.joined.max(w.first).max(j.start);
    let until = j.done.unwrap_or(w.last).min(w.last).min(p.death.unwrap_or(w.last));
    for _ in 0..rng.poisson(often).clamp(1, 14) {
        if until > from {
            let day = from + rng.days(0, until - from - 1);
            out.push(Service { day, person: number(b.person), project: number(b.project), need: None });
        }
    }
}

/// A worker of the body who still has room on that day (seven services), and which service of the day it is.
/// A first service is given by somebody who works longer; others are left out when nobody has room.
fn assign(w: &World<'_>, rng: &mut Rng, s: &Service, orders: &mut [u8]) -> Option<(usize, u8)> {
    let workers = &w.orgs.social_workers_of[w.projects.list[s.project as usize].org];
    let limit = |attempt: usize| if attempt < 3 { 7 } else { 9 };
    for attempt in 0..if s.need.is_some() { 8 } else { 3 } {
        let worker = rng.of(workers);
        let order = orders[worker];
        if order < limit(attempt) {
            orders[worker] += 1;
            return Some((worker, order));
        }
    }
    None
}

fn draw(w: &World<'_>, rng: &mut Rng, service: Service, worker: usize, order: u8) -> Record {
    let village = &w.places.villages[w.people[service.person as usize].village()];
    let start = service.day.at(8 * 3600 + i64::from(order) * 5400 + rng.between(0, 899));
    let complete = rng.chance(w.q(village.unit, Field::Project, 0.86, 1.0));
    Record {
        key: Key::default(),
        service,
        worker,
        start,
        end: Moment(start.0 + rng.between(35, 65) * 60),
        lat: village.lat + rng.normal(0.0, 40.0).round() as i64,
        lon: village.lon + rng.normal(0.0, 40.0).round() as i64,
        photo: complete.then(|| rng.hash()),
        price: rng.of(&[40, 50, 60, 80, 100]),
    }
}

/// Writes a record and remembers it; some are planted: two minutes (F02), a photo used twice (F03), 44 km away (F04).
fn book(w: &mut World<'_>, store: &mut Store<'_>, out: &mut Writer, mut r: Record) -> Done {
    r.key = service_key(w.services.len());
    let village = w.people[r.service.person as usize].village();
    if r.service.need.is_none() && r.photo.is_some() {
        match out.plain {
            3 => {
                r.end = Moment(r.start.0 + 120);
                w.plant("RSK-F02", 1);
            }
            5 => out.last_photo = r.photo.clone(),
            6 => {
                r.photo = out.last_photo.take();
                w.plant("RSK-F03", 1);
            }
            10 | 12 | 14 => out.copies.push(r.clone()),
            _ if w.has_point[village] => {
                if matches!(out.near_point, 4 | 5) {
                    r.lat += 4_000;
                    w.plant("RSK-F04", 1);
                }
                out.near_point += 1;
            }
            _ => {}
        }
        out.plain += 1;
    }
    write(w, store, out, &r)?;
    let project = &mut w.projects.list[r.service.project as usize];
    project.services += 1;
    project.first_service = project.first_service.or(Some(r.service.day));
    w.services.push(r.service);
    Ok(())
}

fn write(w: &World<'_>, store: &mut Store<'_>, out: &Writer, r: &Record) -> Done {
    let (s, p) = (&r.service, &w.people[r.service.person as usize]);
    let project = s.project as usize;
    let worker = &w.orgs.social_workers[r.worker];
    let note = (r.price + r.start.0 / 60) % 7 == 0;
    let cells = row![
        r.key,
        w.agreements.get(&(s.project, s.person)).copied(),
        project_key(project),
        s.need.map(|n| need_key(n as usize)),
        p.id,
        worker.id,
        org_key(worker.org),
        w.projects.list[project].need(),
        r.start,
        r.end,
        E4(r.lon),
        E4(r.lat),
        r.photo.clone(),
        Fen::yuan(r.price),
        note.then_some("上门探访,协助料理家务"),
    ];
    store.put(&out.table, w.at_village(p.village()), cells)
}

/// Extra rows: one worker in two places (F01), a service for a dead person (F06), one service charged twice (H07).
fn plant(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, out: &Writer) -> Done {
    let (Some(overlap), Some(dead), Some(twice)) = (out.copies.first(), out.copies.get(1), out.copies.get(2)) else {
        return Ok(());
    };
    let mut rows = Vec::new();
    let own = &w.people[overlap.service.person as usize];
    let other = (0..w.people.len()).find(|i| w.people[*i].unit == own.unit && *i != overlap.service.person as usize);
    if let Some(other) = other {
        let service = Service { person: number(other), ..overlap.service };
        rows.push(("RSK-F01", Record { service, ..overlap.clone() }));
    }
    if let Some(person) = w.dead_paid.first() {
        let day = w.first + 150;
        let service = Service { person: number(*person), day, ..dead.service };
        let start = day.at(20 * 3600 + 600);
        rows.push(("RSK-F06", Record { service, start, end: Moment(start.0 + 2400), ..dead.clone() }));
    }
    let project = twice.service.project as usize;
    if let Some(second) = sister(w, project) {
        let service = Service { project: number(second), ..twice.service };
        rows.push(("RSK-H07", Record { service, ..twice.clone() }));
    }
    for (i, (rule, mut record)) in rows.into_iter().enumerate() {
        let village = &w.places.villages[w.people[record.service.person as usize].village()];
        (record.lat, record.lon) = (village.lat, village.lon);
        record.key = Key::at("FWJL9", i, 6);
        record.photo = Some(rng.hash());
        write(w, store, out, &record)?;
        w.plant(rule, 1);
    }
    Ok(())
}

/// Another running project of the same body, or else of the same unit.
fn sister(w: &World<'_>, project: usize) -> Option<usize> {
    let own = &w.projects.list[project];
    let peers = &w.projects.running_in_unit[own.unit];
    let other = |same_org: bool| {
        peers.iter().copied().find(|i| *i != project && (!same_org || w.projects.list[*i].org == own.org))
    };
    other(true).or_else(|| other(false))
}
