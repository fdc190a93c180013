//! Volunteers and the time they give.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::{IdNo, phone};
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::orgs::org_key;
use super::projects::project_key;
use super::quality::Field;
use super::sites::scene_key;
use super::{Done, World};

/// A volunteer.
pub(super) struct Volunteer {
    pub id: IdNo,
    pub name: Name,
    pub village: usize,
    active: bool,
    registered: Day,
    /// Hundredths of hours in the year, for the awards.
    pub hours: i64,
}

/// All volunteers.
#[derive(Default)]
pub(super) struct Volunteers {
    pub list: Vec<Volunteer>,
}

/// The key of a volunteer.
pub(super) fn volunteer_key(volunteer: usize) -> Key {
    Key::at("ZY", volunteer, 6)
}

/// Where the volunteers live: by unit as good as it is, and some in every pilot.
fn homes(w: &World<'_>, rng: &mut Rng) -> Vec<usize> {
    let people: f64 = (0..8).map(|u| w.residents(u)).sum();
    let small = (4.0 * w.size as f64 / (people * 0.1).max(1.0)).min(1.0);
    let mut homes = Vec::new();
    for unit in 0..8 {
        let count = (w.residents(unit) * w.q(unit, Field::Force, 0.05, 0.17) * small) as usize;
        homes.extend((0..count.max(10)).map(|_| rng.of(&w.places.villages_of[unit])));
    }
    let each = (homes.len() * 6 / 1000).max(2);
    for pilot in &w.places.pilots {
        homes.extend(std::iter::repeat_n(*pilot, each));
    }
    homes
}

pub(super) fn register(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let columns =
        ["volunteer_id", "pid_token", "volunteer_name", "phone", "register_date", "skill", "insured", "is_active"];
    let table = store.open("volunteer", &columns)?;
    let mut rng = w.rng("volunteers");
    for (i, village) in homes(w, &mut rng).into_iter().enumerate() {
        let (id, name) = w.adult(&mut rng, w.places.villages[village].unit, (18, 70));
        let active = rng.chance(0.45);
        let registered = if rng.chance(0.85) {
            World::day(&mut rng, Day::new(2019, 1, 1), w.first - 1)
        } else {
            World::day(&mut rng, w.first, w.last - 60)
        };
        let skill = rng.of(&["助老", "助残", "助学", "医疗", "心理", "文艺"]);
        let cells = row![volunteer_key(i), id, name, phone(&mut rng), registered, skill, rng.chance(0.5), active];
        store.put(&table, w.at_village(village), cells)?;
        w.volunteers.list.push(Volunteer { id, name, village, active, registered, hours: 0 });
    }
    Ok(())
}

/// One service of a volunteer.
struct Turn {
    start: crate::generate::day::Moment,
    /// Hundredths of hours as booked.
    hours: i64,
    /// Seconds by the clock.
    seconds: i64,
}

pub(super) fn serve(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let columns = ["vs_id", "volunteer_id", "project_id", "org_id", "start_ts", "end_ts", "hours", "scene_id"];
    let table = store.open("volunteer_service", &columns)?;
    let mut rng = w.rng("volunteer time");
    let scenes = scenes_by_unit(w);
    let mut serial = 0;
    for i in 0..w.volunteers.list.len() {
        if !w.volunteers.list[i].active {
            continue;
        }
        let pilot = w.places.pilot_of[w.volunteers.list[i].village].is_some();
        let times = (rng.poisson(3.0) + 2 * i32::from(pilot)).max(1);
        for _ in 0..times {
            let mut turn = draw_turn(w, &mut rng, i);
            match serial {
                10 => turn.hours += 300,                                      // F08: more hours than the clock
                20 => (turn.hours, turn.seconds) = (1_750, 17 * 3600 + 1800), // F07: more than 16 hours a day
                _ => {}
            }
            w.volunteers.list[i].hours += turn.hours;
            write_turn(w, store, &mut rng, (&table, serial, i), &turn, &scenes)?;
            serial += 1;
        }
    }
    w.plant("RSK-F07", 1);
    w.plant("RSK-F08", 1);
    Ok(())
}

fn scenes_by_unit(w: &World<'_>) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); 8];
    for (i, s) in w.scenes.iter().enumerate() {
        out[w.places.villages[s.village].unit].push(i);
    }
    out
}

fn draw_turn(w: &World<'_>, rng: &mut Rng, volunteer: usize) -> Turn {
    let v = &w.volunteers.list[volunteer];
    let mut day = World::day(rng, w.first + 2, w.last - 2);
    if day < v.registered {
        day = World::day(rng, w.last - 30, w.last - 1);
    }
    let base: i64 = rng.of(&[100, 150, 200, 250, 300, 400]);
    let unit = w.places.villages[v.village].unit;
    let hours = (base as f64 * w.q(unit, Field::Force, 0.6, 1.5) / 10.0).round() as i64 * 10 + 100;
    Turn { start: day.at(rng.between(8, 15) * 3600), hours, seconds: hours * 36 }
}

fn write_turn(
    w: &World<'_>,
    store: &mut Store<'_>,
    rng: &mut Rng,
    (table, serial, volunteer): (&TableRef, usize, usize),
    turn: &Turn,
    scenes: &[Vec<usize>],
) -> Done {
    let village = w.volunteers.list[volunteer].village;
    let unit = w.places.villages[village].unit;
    let project = rng.of(&w.projects.running_in_unit[unit]);
    let project = rng.chance(0.6).then_some(project);
    let org = project.map_or_else(|| rng.of(&w.orgs.working[unit]), |p| w.projects.list[p].org);
    let scene = rng.of(&scenes[unit]);
    let cells = row![
        Key::at("FW", serial, 7),
        volunteer_key(volunteer),
        project.map(project_key),
        org_key(org),
        turn.start,
        crate::generate::day::Moment(turn.start.0 + turn.seconds),
        Fen(turn.hours),
        rng.chance(0.3).then(|| scene_key(scene)),
    ];
    store.put(table, w.at_village(village), cells)
}
