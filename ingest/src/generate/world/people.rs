//! Low-income households and people.

use crate::generate::cell::{Cell, Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::{Account, IdNo, phone};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::{Done, World};

/// A household.
pub(super) struct Household {
    pub village: usize,
    pub head: usize,
    pub size: usize,
    /// `01` to `06` of the code set `aid_category`.
    pub category: &'static str,
    pub first: Day,
}

/// A person of the register.
pub(super) struct Person {
    pub id: IdNo,
    pub name: Name,
    pub account: Account,
    pub household: u32,
    pub village: u16,
    pub unit: u8,
    /// The last digit of the number and the sex as reported differ for the few planted ones.
    female: bool,
    pub focus: char,
    pub minor: bool,
    birth: Day,
    /// Set by [`super::status`].
    pub end: Option<Day>,
    pub death: Option<Day>,
}

impl Person {
    pub(super) fn unit(&self) -> usize {
        usize::from(self.unit)
    }

    pub(super) fn village(&self) -> usize {
        usize::from(self.village)
    }

    /// Seriously ill or severely disabled: the people that the plan puts first.
    pub(super) fn is_focus(&self) -> bool {
        matches!(self.focus, 'B' | 'C')
    }

    /// The last day on which the register holds the living person.
    pub(super) fn until(&self, last: Day) -> Day {
        self.end.unwrap_or(last).min(self.death.unwrap_or(last)).min(last)
    }
}

/// The key of a household.
pub(super) fn household_key(household: u32) -> Key {
    Key::at("JT", household as usize, 7)
}

impl World<'_> {
    pub(super) fn household_of(&self, person: usize) -> &Household {
        &self.households[self.people[person].household as usize]
    }

    /// The guardian of a minor: the head of the household.
    pub(super) fn guardian(&self, person: usize) -> Option<Name> {
        self.people[person].minor.then(|| self.people[self.household_of(person).head].name)
    }
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("people");
    let villages = draw_villages(w, &mut rng);
    for village in villages {
        settle(w, &mut rng, village);
    }
    let odd = odd_ones(w, &mut rng);
    write_households(w, store, &mut rng)?;
    write_people(w, store, &mut rng, &odd)
}

/// The villages of the households, as many as hold everybody: two in every pilot, the others by weight.
fn draw_villages(w: &World<'_>, rng: &mut Rng) -> Vec<usize> {
    let places = &w.places;
    let n = w.size as f64;
    let least = (24.0 / n).min(0.05);
    let shares: Vec<f64> = places.unit_codes.iter().take(8).map(|u| (share(u) / 100.0).max(least)).collect();
    let all: f64 = shares.iter().sum();
    let keep = (13.0 * (n * 0.006).max(8.0) / n).min(0.35);
    let mut weights = vec![0.0; places.villages.len()];
    for (unit, villages) in places.villages_of.iter().enumerate() {
        let raw: Vec<f64> = villages.iter().map(|_| rng.lognormal(0.0, 0.6)).collect();
        let sum: f64 = raw.iter().sum();
        for (v, r) in villages.iter().zip(raw) {
            weights[*v] = r / sum * shares[unit] / all * (1.0 - keep);
        }
    }
    let mut out = Vec::new();
    for v in &places.pilots {
        weights[*v] += keep / places.pilots.len() as f64;
        out.extend([*v, *v]);
    }
    let mut sums = Vec::with_capacity(weights.len());
    let mut sum = 0.0;
    for x in weights {
        sum += x;
        sums.push(sum);
    }
    while out.len() < w.size {
        let x = rng.unit() * sum;
        out.push(sums.partition_point(|s| *s <= x).min(sums.len() - 1));
    }
    out
}

/// Share of the low-income people that live in a unit, in percent.
pub(super) fn share(unit: &str) -> f64 {
    match unit {
        "510903" => 10.0,
        "510904" => 24.0,
        "510921" => 21.0,
        "510923" => 11.0,
        "510981" => 27.0,
        "5109A1" => 2.0,
        _ => 2.5,
    }
}

/// Adds a household of one to four people, unless everybody is settled.
fn settle(w: &mut World<'_>, rng: &mut Rng, village: usize) {
    let size = rng.weighted(&[(1, 0.5), (2, 0.28), (3, 0.15), (4, 0.07)]).min(w.size - w.people.len());
    if size == 0 {
        return;
    }
    let category = rng.weighted(&[("01", 50.0), ("02", 12.0), ("03", 5.0), ("04", 18.0), ("05", 10.0), ("06", 5.0)]);
    let first = if rng.chance(0.09) {
        World::day(rng, w.first, w.last - 40)
    } else {
        World::day(rng, Day::new(2019, 1, 10), w.first - 30)
    };
    let household = u32::try_from(w.households.len()).unwrap_or(0);
    let head = w.people.len();
    w.households.push(Household {
        village,
        head,
        size,
        category: if category == "02" && size > 1 { "01" } else { category },
        first,
    });
    for i in 0..size {
        let person = born(w, rng, village, if i == 0 { (28, 85) } else { (4, 79) });
        w.people.push(Person { household, ..person });
    }
}

fn born(w: &mut World<'_>, rng: &mut Rng, village: usize, ages: (i32, i32)) -> Person {
    let unit = w.places.villages[village].unit;
    let female = rng.chance(0.5);
    let birth = w.first - (rng.days(ages.0, ages.1) * 1461 / 4 + rng.days(0, 364));
    let mut focus = rng.weighted(&[('B', 9.0), ('C', 10.0), ('O', 12.0), ('N', 69.0)]);
    if w.places.pilot_of[village].is_some() && rng.chance(0.18) {
        focus = 'B';
    }
    Person {
        id: w.numbers.id(rng, unit, birth, female),
        name: Name::draw(rng, female),
        account: w.numbers.account(0),
        household: 0,
        village: u16::try_from(village).unwrap_or(0),
        unit: u8::try_from(unit).unwrap_or(0),
        female,
        focus,
        minor: birth > Day::new(w.year - 18, 12, 31),
        birth,
        end: None,
        death: None,
    }
}

/// Three people without a certificate (A01) and three whose sex does not fit the number (A06), by index.
fn odd_ones(w: &mut World<'_>, rng: &mut Rng) -> [Vec<usize>; 2] {
    let n = w.people.len();
    let no_card = vec![n / 5, n / 2, n * 4 / 5];
    for i in &no_card {
        w.people[*i].id = w.people[*i].id.spoiled();
    }
    let others: Vec<usize> = (0..n).filter(|i| !no_card.contains(i)).collect();
    let wrong_sex = rng.sample(&others, 3);
    w.plant("RSK-A01", no_card.len());
    w.plant("RSK-A06", wrong_sex.len());
    [no_card, wrong_sex]
}

fn write_households(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "household_id",
        "head_name",
        "head_pid_token",
        "member_count",
        "area_type",
        "monthly_income_pc",
        "rigid_expense",
        "address",
        "first_reg_date",
    ];
    let table = store.open("household", &columns)?;
    for (i, h) in w.households.iter().enumerate() {
        let (head, village) = (&w.people[h.head], &w.places.villages[h.village]);
        let cells = row![
            household_key(u32::try_from(i).unwrap_or(0)),
            head.name,
            head.id,
            h.size + usize::from(rng.chance(0.15)),
            if village.urban { "U" } else { "R" },
            Fen(rng.between(6_000, 52_000)),
            Fen::of(rng.lognormal(8.8, 0.7)),
            format!("{}{}组", village.name, rng.between(1, 8)),
            h.first,
        ];
        store.put(&table, w.at_village(h.village), cells)?;
    }
    Ok(())
}

fn write_people(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, odd: &[Vec<usize>; 2]) -> Done {
    let columns = [
        "pid_token",
        "no_id_reason",
        "household_id",
        "person_name",
        "sex",
        "birth_date",
        "phone",
        "focus_group",
        "disab_level",
        "self_care",
        "is_minor",
        "guardian_name",
        "bank_account_token",
        "account_holder",
    ];
    let table = store.open("person", &columns)?;
    for (i, p) in w.people.iter().enumerate() {
        let reason = odd[0].iter().position(|x| *x == i).map(|x| if x == 0 { "1" } else { "2" });
        let female = p.female != odd[1].contains(&i);
        let guardian = w.guardian(i);
        let cells = row![
            p.id,
            reason,
            household_key(p.household),
            p.name,
            if female { "2" } else { "1" },
            p.birth,
            (!p.minor).then(|| phone(rng)),
            p.focus,
            if p.focus == 'C' { rng.of(&["1", "2"]) } else { "0" },
            if p.is_focus() { rng.weighted(&[("1", 4.0), ("2", 4.0), ("3", 2.0)]) } else { "1" },
            Cell::Bool(p.minor),
            guardian,
            p.account,
            guardian.unwrap_or(p.name),
        ];
        store.put_dated(&table, w.at_village(p.village()), (Some(w.household_of(i).first), None), cells)?;
    }
    Ok(())
}
