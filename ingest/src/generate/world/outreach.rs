//! Training, publicity and what was learned.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::places::At;
use super::quality::Field;
use super::{Done, World};

pub(super) fn run(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    training(w, store, rng)?;
    publicity(w, store, rng)?;
    experience(w, store, rng)
}

fn training(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "training_id",
        "train_type",
        "title",
        "train_date",
        "hours",
        "attendees",
        "target_headcount",
        "organizer",
        "exam_pass",
    ];
    let table = store.open("training", &columns)?;
    let mut rows = 0;
    for unit in 0..8 {
        for quarter in 0..4 {
            if !rng.chance(w.q(unit, Field::Supervision, 0.55, 1.05)) {
                continue;
            }
            let wanted = rng.between(30, 89);
            let share = rng.normal(w.q(unit, Field::Supervision, 0.6, 1.0), 0.04).clamp(0.3, 1.0);
            let came = (wanted as f64 * share) as i64;
            let cells = row![
                Key::at("PX", rows, 4),
                rng.of(&["1", "2", "3", "4", "5", "6"]),
                "救助与慈善业务培训",
                w.first + 40 + 91 * quarter + rng.days(0, 19),
                Fen::yuan(rng.of(&[2, 4, 6, 8])),
                came,
                wanted,
                format!("{}公益慈善服务中心", w.unit_name(unit)),
                came * 95 / 100,
            ];
            store.put(&table, At::unit_only(unit), cells)?;
            rows += 1;
        }
    }
    Ok(())
}

fn publicity(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["publicity_id", "channel", "title", "pub_date", "audience", "media_level"];
    let table = store.open("publicity", &columns)?;
    let mut rows = 0;
    for unit in 0..8 {
        let mut channels = ["1", "2", "3", "4", "5", "6", "7", "8"];
        rng.shuffle(&mut channels);
        for channel in channels.into_iter().take(w.q(unit, Field::Effect, 2.0, 7.0).round() as usize) {
            for _ in 0..rng.between(1, 4) {
                let level = rng.weighted(&[("1", 6.0), ("2", 3.0), ("3", 1.0), ("4", 0.3)]);
                let day = World::day(rng, w.first + 5, w.last - 3);
                let media = matches!(channel, "3" | "4" | "5" | "7").then_some(level);
                let key = Key::at("XC", rows, 4);
                let cells = row![key, channel, "遂心善救政策宣传", day, rng.between(20, 899), media];
                store.put(&table, At::unit_only(unit), cells)?;
                rows += 1;
            }
        }
    }
    Ok(())
}

fn experience(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    /// Kind, level and how likely the best pilot has it.
    const KINDS: [(&str, &str, f64); 6] =
        [("3", "2", 0.9), ("5", "3", 0.35), ("1", "2", 0.5), ("1", "3", 0.2), ("2", "1", 0.8), ("4", "2", 0.3)];
    let columns = ["output_id", "kind", "title", "publish_date", "level", "proof_ref"];
    let table = store.open("experience_output", &columns)?;
    let mut outputs: Vec<(At, &str, &str)> = Vec::new();
    for (i, v) in w.places.pilots.iter().enumerate() {
        for (kind, level, chance) in KINDS {
            if rng.chance(chance * w.quality.pilots[i]) {
                outputs.push((w.at_village(*v), kind, level));
            }
        }
    }
    for unit in 0..8 {
        if rng.chance(w.q(unit, Field::Mechanism, 0.2, 0.9)) {
            outputs.push((At::unit_only(unit), "1", "2"));
        }
    }
    for (i, (at, kind, level)) in outputs.into_iter().enumerate() {
        let day = World::day(rng, w.first + 30, w.last - 5);
        let cells = row![Key::at("CG", i, 4), kind, "社区慈善实践", day, level, format!("CG{}.pdf", i + 1)];
        store.put(&table, at, cells)?;
    }
    Ok(())
}
