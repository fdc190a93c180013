//! Monthly supervision, quarterly dispatch, and the faults they found.

use crate::generate::cell::{Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::places::At;
use super::quality::Field;
use super::{Done, World};

struct Round {
    at: At,
    /// `1` monthly, `2` quarterly, `5` audit.
    kind: &'static str,
    period: String,
    day: Day,
    /// The pilot that was looked at, or else the unit.
    pilot: Option<usize>,
    faults: i32,
}

pub(super) fn run(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let mut rounds = Vec::new();
    for unit in 0..8 {
        plan(w, rng, unit, &mut rounds);
    }
    // Units that never find anything look away (SUP-D01).
    let blind = w.quality.ranking(Field::Supervision).get(6).copied();
    for round in &mut rounds {
        round.faults = if blind == Some(round.at.unit()) { 0 } else { rng.poisson(0.9) };
    }
    let day = w.on(8, 20);
    rounds.push(Round {
        at: At::unit_only(0),
        kind: "5",
        period: format!("{}Q3", w.year),
        day,
        pilot: None,
        faults: 1,
    });
    write(w, store, rng, &rounds)?;
    faults(w, store, rng, &rounds)
}

fn plan(w: &World<'_>, rng: &mut Rng, unit: usize, out: &mut Vec<Round>) {
    let towns = &w.places.towns_of[unit];
    let mut next = 0;
    for month in 1..=12 {
        let day = w.on(month, 12) + rng.days(0, 11);
        let period = format!("{}{month:02}", w.year);
        let round = |at, day, pilot| Round { at, kind: "1", period: period.clone(), day, pilot, faults: 0 };
        if rng.chance(w.q(unit, Field::Supervision, 0.75, 1.02)) {
            for _ in 0..1 + w.q(unit, Field::Supervision, 0.0, 3.0) as usize {
                out.push(round(w.places.at_town(towns[next % towns.len()]), day, None));
                next += 1;
            }
        }
        for pilot in w.places.pilots.iter().filter(|v| w.places.villages[**v].unit == unit) {
            let q = w.pilot(*pilot).unwrap_or(0.5);
            if rng.chance(0.02 + 0.95 * q * q * w.q(unit, Field::Supervision, 0.75, 1.0)) {
                out.push(round(w.at_village(*pilot), day + 1, Some(*pilot)));
            }
        }
        if month % 3 == 0 && rng.chance(w.q(unit, Field::Supervision, 0.6, 1.02)) {
            let period = format!("{}Q{}", w.year, month / 3);
            out.push(Round { at: At::unit_only(unit), kind: "2", period, day: day + 2, pilot: None, faults: 0 });
        }
    }
}

fn round_key(round: usize) -> Key {
    Key::at("DD", round, 5)
}

fn write(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, rounds: &[Round]) -> Done {
    let columns = [
        "supervision_id",
        "sup_type",
        "period",
        "sup_date",
        "target_type",
        "target_id",
        "inspectors",
        "issue_count",
        "record_date",
        "file_ref",
    ];
    let table = store.open("supervision", &columns)?;
    for (i, r) in rounds.iter().enumerate() {
        let unit = r.at.unit();
        let two = rng.chance(w.q(unit, Field::Supervision, 0.78, 1.0));
        let inspectors = if two { rng.between(2, 4) } else { 1 };
        let quick = rng.chance(w.q(unit, Field::Supervision, 0.65, 1.0));
        let recorded = (r.day + if quick { rng.days(0, 5) } else { rng.days(7, 19) }).min(w.last);
        let (kind, target) = match r.pilot {
            Some(v) => ("pilot", &w.places.villages[v].code),
            None => ("unit", &w.places.unit_codes[unit]),
        };
        let cells = row![
            round_key(i),
            r.kind,
            &r.period,
            r.day,
            kind,
            target,
            inspectors,
            r.faults,
            recorded,
            format!("DD{}.pdf", i + 1),
        ];
        store.put(&table, r.at, cells)?;
    }
    Ok(())
}

fn faults(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, rounds: &[Round]) -> Done {
    let columns = [
        "issue_id",
        "supervision_id",
        "category",
        "severity",
        "description",
        "found_date",
        "due_date",
        "rectified_date",
        "verified_date",
        "status_code",
        "is_repeat",
    ];
    let table = store.open("supervision_issue", &columns)?;
    let mut rows = 0;
    for (i, r) in rounds.iter().enumerate() {
        for _ in 0..r.faults {
            let unit = r.at.unit();
            let due = (r.day + 30).min(w.last);
            let mended = match (rng.chance(w.q(unit, Field::Supervision, 0.62, 1.0)), rng.chance(0.5)) {
                (true, _) => w.by_now(r.day + rng.days(3, 25)),
                (false, true) => w.by_now(due + rng.days(3, 39)),
                (false, false) => None,
            };
            let verified = mended.and_then(|d| w.by_now(d + 7));
            let status = match (verified, mended) {
                (Some(_), _) => "4",
                (None, Some(_)) => "3",
                (None, None) if due < w.last => "5",
                _ => "2",
            };
            let minor = rng.weighted(&[("1", 5.0), ("2", 1.0)]);
            let cells = row![
                Key::at("WT", rows, 5),
                round_key(i),
                rng.of(&["1", "2", "3", "4", "5", "6"]),
                if r.kind == "5" { "3" } else { minor },
                rng.of(&["台账更新不及时", "服务记录不完整", "公示不规范", "供需对接不及时"]),
                r.day,
                due,
                mended,
                verified,
                status,
                rng.chance(w.q(unit, Field::Supervision, 0.3, 0.02)),
            ];
            store.put(&table, r.at.without_village(), cells)?;
            rows += 1;
        }
    }
    Ok(())
}
