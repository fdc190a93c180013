//! How the units are governed: the tasks of the plan, meetings, supervision, training and publicity.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::places::At;
use super::quality::Field;
use super::{Done, World, meetings, outreach, supervision};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("governance");
    tasks(w, store, &mut rng)?;
    meetings::run(w, store, &mut rng)?;
    supervision::run(w, store, &mut rng)?;
    outreach::run(w, store, &mut rng)
}

/// Three tasks of each of the seven groups.
fn tasks(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["task_id", "task_group", "task_name", "owner", "due_date", "done_date", "progress"];
    let table = store.open("task_ledger", &columns)?;
    for i in 0..8 * 7 * 3 {
        let (unit, group, z) = (i / 21, ["1", "2", "3", "4", "5", "6", "7"][i / 3 % 7], i % 3 + 1);
        let due = w.first + rng.days(40, 359);
        let done = match (rng.chance(w.q(unit, Field::Mechanism, 0.66, 1.0)), rng.chance(0.6)) {
            (true, _) => Some(due - rng.days(0, 14)),
            (false, true) => w.by_now(due + rng.days(5, 39)),
            (false, false) => None,
        };
        let progress = Fen::yuan(if done.is_some() { 100 } else { rng.between(30, 94) });
        let name = format!("{}工作{z}", w.contracts.code_name("task_group", group).unwrap_or("七大任务"));
        let cells = row![Key::at("RW", i, 4), group, name, w.bureau(unit), due, done, progress];
        store.put(&table, At::unit_only(unit), cells)?;
    }
    Ok(())
}
