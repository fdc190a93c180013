//! Who is in which category from when to when, and who died.

use crate::generate::cell::row;
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::quality::Field;
use super::{Done, World};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("status");
    leave(w, &mut rng);
    let twice = double_status(w);
    let deaths = die(w, &mut rng, &twice);
    write_deaths(w, store, &mut rng, &deaths)?;
    write_status(w, store, &mut rng, &twice)
}

/// Some leave the register during the year.
fn leave(w: &mut World<'_>, rng: &mut Rng) {
    for i in 0..w.people.len() {
        let end = World::day(rng, w.first + 40, w.last - 10);
        if rng.chance(0.05) && end > w.household_of(i).first + 60 {
            w.people[i].end = Some(end);
        }
    }
}

/// People for whom a second status is planted: two in 低保 and 特困 at once (A04), two in two units (A05).
fn double_status(w: &World<'_>) -> [Vec<usize>; 2] {
    let of = |category: &str| {
        let active = |i: &usize| w.people[*i].end.is_none() && w.household_of(*i).category == category;
        (0..w.people.len()).filter(active).take(2).collect()
    };
    [of("01"), of("04")]
}

/// The dead of the year; the first two stay on the pay list (A02).
fn die(w: &mut World<'_>, rng: &mut Rng, twice: &[Vec<usize>; 2]) -> Vec<usize> {
    let n = w.people.len();
    let settled = |i: &usize| w.people[*i].end.is_none() && w.household_of(*i).first < w.first && !twice[0].contains(i);
    let living: Vec<usize> = (0..n).filter(settled).collect();
    let paid: Vec<usize> = living.iter().copied().filter(|i| w.household_of(*i).category == "01").take(2).collect();
    let others: Vec<usize> = living.into_iter().filter(|i| !paid.contains(i)).collect();
    let late = rng.sample(&others, (n * 6 / 1000).max(4) - 2);
    for i in &paid {
        w.people[*i].death = Some(w.first + 60);
    }
    for i in &late {
        let death = World::day(rng, w.first + 10, w.last - 50);
        w.people[*i].death = Some(death);
        w.people[*i].end = Some(death + 20);
    }
    w.plant("RSK-A02", paid.len());
    w.dead_paid = paid.clone();
    paid.into_iter().chain(late).collect()
}

fn write_deaths(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, deaths: &[usize]) -> Done {
    let table = store.open("death_record", &["pid_token", "death_date", "source", "received_date"])?;
    for i in deaths {
        let p = &w.people[*i];
        let Some(death) = p.death else { continue };
        let received = death + rng.days(3, 24);
        store.put(&table, w.at_village(p.village()), row![p.id, death, rng.of(&["1", "2", "3", "4"]), received])?;
    }
    Ok(())
}

/// One status of a person as it is written.
struct Status {
    person: usize,
    category: &'static str,
    start: Day,
    review: Day,
    village: usize,
}

fn write_status(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, twice: &[Vec<usize>; 2]) -> Done {
    let columns = [
        "pid_token",
        "aid_category",
        "start_date",
        "end_date",
        "in_reason",
        "out_reason",
        "approve_unit",
        "approver_name",
        "review_date",
    ];
    let table = store.open("person_status", &columns)?;
    for i in 0..w.people.len() {
        let (p, h) = (&w.people[i], w.household_of(i));
        let checked = rng.chance(w.q(p.unit(), Field::Survey, 0.97, 0.999));
        let review = if checked {
            World::day(rng, w.first + 10, w.last - 5)
        } else {
            World::day(rng, Day::new(w.year - 1, 1, 1), w.first + 4)
        };
        let review = review.max(h.first).min(p.end.unwrap_or(w.last));
        let status = Status { person: i, category: h.category, start: h.first, review, village: p.village() };
        write_one(w, store, rng, &table, &status)?;
    }
    for (kind, people) in twice.iter().enumerate() {
        for i in people {
            let own = w.people[*i].village();
            let elsewhere = w.places.villages_of[(w.people[*i].unit() + 1) % 8].first().copied().unwrap_or(own);
            let status = Status {
                person: *i,
                category: if kind == 0 { "02" } else { "05" },
                start: w.first + 100,
                review: w.first + 200,
                village: if kind == 0 { own } else { elsewhere },
            };
            write_one(w, store, rng, &table, &status)?;
        }
    }
    w.plant("RSK-A04", twice[0].len());
    w.plant("RSK-A05", twice[1].len());
    w.plant("RSK-A07", 1);
    Ok(())
}

fn write_one(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, table: &TableRef, s: &Status) -> Done {
    let p = &w.people[s.person];
    let reason = match (p.end, p.death) {
        (None, _) => None,
        (Some(_), Some(_)) => Some("OUT2"),
        (Some(_), None) => Some(rng.weighted(&[("OUT1", 6.0), ("OUT3", 1.0), ("OUT4", 2.0), ("OUT5", 2.0)])),
    };
    let unit = w.places.villages[s.village].unit;
    let approver = w.staff[unit][rng.below(3)];
    let cells = row![p.id, s.category, s.start, p.end, "IN1", reason, w.bureau(unit), approver, s.review];
    store.put(table, w.at_village(s.village), cells)
}
