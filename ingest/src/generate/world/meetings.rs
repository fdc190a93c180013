//! Joint meetings, quarterly dispatch meetings, and what they resolved.

use crate::generate::cell::{Cell, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::places::At;
use super::quality::Field;
use super::{Done, World};

struct Meeting {
    unit: usize,
    kind: &'static str,
    day: Day,
}

pub(super) fn run(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let mut meetings = plan(w, rng);
    meetings.sort_by_key(|m| (m.day, m.unit));
    write(w, store, rng, &meetings)?;
    resolutions(w, store, rng, &meetings)
}

/// One or two joint meetings a unit (the weakest has none), and a dispatch meeting most quarters.
fn plan(w: &World<'_>, rng: &mut Rng) -> Vec<Meeting> {
    let weakest = w.quality.worst(Field::Mechanism);
    let mut out = Vec::new();
    for unit in 0..8 {
        let joint = if unit == weakest { 0 } else { rng.between(1, 2) };
        out.extend((0..joint).map(|_| Meeting { unit, kind: "2", day: w.first + rng.days(30, 329) }));
        for quarter in 0..4 {
            if rng.chance(w.q(unit, Field::Mechanism, 0.6, 1.0)) {
                out.push(Meeting { unit, kind: "4", day: w.first + 85 + 91 * quarter });
            }
        }
    }
    out.retain(|m| m.day <= w.last);
    out
}

fn write(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, meetings: &[Meeting]) -> Done {
    let columns = [
        "meeting_id",
        "meeting_type",
        "title",
        "meeting_date",
        "host",
        "member_units",
        "attended_units",
        "minutes_no",
        "minutes_date",
    ];
    let table = store.open("meeting", &columns)?;
    for (i, m) in meetings.iter().enumerate() {
        let quick = rng.chance(w.q(m.unit, Field::Supervision, 0.6, 1.0));
        let minutes = w.by_now(m.day + if quick { rng.days(2, 9) } else { rng.days(13, 24) });
        let title = w.contracts.code_name("meeting_type", m.kind).unwrap_or("会议");
        let cells = row![
            meeting_key(i),
            m.kind,
            format!("{}{title}", w.unit_name(m.unit)),
            m.day,
            w.staff[m.unit][0],
            15,
            rng.between(10, 15),
            minutes.map(|_| format!("纪要〔{}〕{}号", w.year, i + 1)),
            minutes,
        ];
        store.put(&table, At::unit_only(m.unit), cells)?;
    }
    city(w, store, &table)
}

fn city(w: &World<'_>, store: &mut Store<'_>, table: &TableRef) -> Done {
    let day = w.first + 80;
    let minutes = format!("遂民纪要〔{}〕1号", w.year);
    let cells: &[Cell<'_>] = row!["HYS01", "1", "市级联席会议", day, "市局领导", 15, 15, minutes, day + 6];
    store.put(table, At::CITY, cells)
}

fn meeting_key(meeting: usize) -> Key {
    Key::at("HY", meeting, 4)
}

fn resolutions(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, meetings: &[Meeting]) -> Done {
    let columns = ["resolution_id", "meeting_id", "content", "owner_unit", "due_date", "done_date", "status_code"];
    let table = store.open("meeting_resolution", &columns)?;
    let mut rows = 0;
    for (i, m) in meetings.iter().enumerate() {
        for _ in 0..rng.between(2, 4) {
            let due = (m.day + rng.days(20, 89)).min(w.last);
            let done = if rng.chance(w.q(m.unit, Field::Mechanism, 0.6, 1.0)) {
                due - rng.days(0, 9)
            } else {
                due + rng.days(5, 39)
            };
            let done = w.by_now(done.max(m.day + 1));
            let status = if done.is_some() { "3" } else { "4" };
            let content = "推进供需对接与项目落地";
            let cells = row![Key::at("YD", rows, 4), meeting_key(i), content, w.bureau(m.unit), due, done, status];
            store.put(&table, At::unit_only(m.unit), cells)?;
            rows += 1;
        }
    }
    Ok(())
}
