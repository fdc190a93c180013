//! What is made public of projects, funds and campaigns, and when.

use crate::generate::cell::{Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::funds::{campaign_key, fund_key};
use super::places::At;
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

struct Duty {
    /// `1` campaign, `2` project, `4` fund.
    kind: &'static str,
    object: Key,
    unit: usize,
    due: Day,
    /// Chance to be in time.
    good: f64,
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let columns = [
        "disclosure_id",
        "object_type",
        "object_id",
        "period_from",
        "period_to",
        "due_date",
        "public_date",
        "platform",
    ];
    let table = store.open("project_disclosure", &columns)?;
    let mut rng = w.rng("disclosures");
    for (i, duty) in duties(w).into_iter().enumerate() {
        write(w, store, &mut rng, (&table, i), &duty)?;
    }
    Ok(())
}

fn duties(w: &World<'_>) -> Vec<Duty> {
    let mut out = Vec::new();
    for (i, p) in w.projects.list.iter().enumerate().filter(|(_, p)| p.runs()) {
        for quarter in 1..=4 {
            let due = p.start + 92 * quarter;
            if due >= w.first && due <= w.last - 3 && due <= p.plan_end + 95 {
                let good = w.q(p.unit, Field::Project, 0.75, 1.0);
                out.push(Duty { kind: "2", object: project_key(i), unit: p.unit, due, good });
            }
        }
    }
    for (i, f) in w.funds.iter().enumerate() {
        let Some(q) = w.pilot(f.village).filter(|_| f.pilot) else { continue };
        for month in [4, 7, 10] {
            let (due, good) = (w.on(month, 10), 0.4 + 0.62 * q);
            out.push(Duty { kind: "4", object: fund_key(i), unit: f.unit, due, good });
        }
    }
    for (i, c) in w.campaigns.iter().enumerate() {
        let due = (c.end + 60).min(w.last - 3);
        out.push(Duty { kind: "1", object: campaign_key(i), unit: c.unit, due, good: 0.95 });
    }
    out
}

fn write(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, (table, i): (&TableRef, usize), d: &Duty) -> Done {
    let late = (d.due + rng.days(2, 29)).min(w.last);
    let public = match (rng.chance(d.good), rng.chance(0.6)) {
        (true, _) => Some(d.due - rng.days(0, 8)),
        (false, true) => Some(late).filter(|day| *day > d.due),
        (false, false) => None,
    };
    let platform = rng.of(&["1", "2", "3", "4"]);
    let cells = row![Key::at("GK", i, 5), d.kind, d.object, d.due - 92, d.due - 1, d.due, public, platform];
    store.put(table, At::unit_only(d.unit), cells)
}
