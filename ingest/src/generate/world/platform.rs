//! Accounts on the platform: one or two a township, three a county, six of the bureau.

use crate::generate::cell::{Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::places::At;
use super::quality::Field;
use super::{Done, World};

const COLUMNS: [&str; 9] = [
    "account_id",
    "unit_level",
    "org_name",
    "role_code",
    "holder_name",
    "opened_date",
    "closed_date",
    "last_login_date",
    "active_days",
];

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let table = store.open("platform_account", &COLUMNS)?;
    let mut rng = w.rng("platform");
    let mut accounts: Vec<(At, &str, String)> = Vec::new();
    for (t, town) in w.places.towns.iter().enumerate() {
        for _ in 0..1 + usize::from(rng.chance(0.5)) {
            accounts.push((w.places.at_town(t), "township", format!("{}社会事务办", town.name)));
        }
    }
    for unit in 0..8 {
        accounts.extend((0..3).map(|_| (At::unit_only(unit), "county", w.bureau(unit))));
    }
    let mut left = 0;
    for (i, (at, level, org)) in accounts.iter().enumerate() {
        // The first account belongs to somebody who left and was not shut out (K03).
        let active = i > 0 && rng.chance(w.q(at.unit(), Field::Platform, 0.80, 1.0));
        let login = match (i, active) {
            (0, _) => w.first - 60,
            (_, true) => World::day(&mut rng, w.last - 45, w.last - 1),
            (_, false) => World::day(&mut rng, Day::new(w.year - 1, 3, 1), w.first - 20),
        };
        let closed = (i > 0 && !active && rng.chance(0.6)).then_some(login + 30);
        left += usize::from(!active && closed.is_none());
        let days = if active { rng.between(4, 22) } else { 0 };
        let holder = Name::draw(&mut rng, i % 2 == 0);
        let opened = World::day(&mut rng, Day::new(2022, 1, 1), Day::new(2023, 12, 31));
        let cells = row![Key::at("ZH", i, 5), *level, org, *level, holder, opened, closed, login, days];
        store.put(&table, *at, cells)?;
    }
    w.plant("RSK-K03", left);
    w.plant("RSK-K04", 1);
    bureau(w, store, &mut rng, &table)
}

/// The accounts of the bureau; one person holds two roles that must be apart (K04).
fn bureau(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, table: &TableRef) -> Done {
    let roles = [
        ("sysadmin", "市局信息科"),
        ("secadmin", "市局信息科"),
        ("logadmin", "市局纪检组"),
        ("perf", "市局救助科"),
        ("sec", "市局办公室"),
        ("audit", "市局纪检组"),
    ];
    let holders = Name::distinct(rng, roles.len());
    for (i, (role, office)) in roles.into_iter().enumerate() {
        let holder = holders[if i == 1 { 0 } else { i }];
        let opened = Day::new(2022, 1, 5);
        let cells = row![Key::at("ZHS", i, 3), "city", office, role, holder, opened, None::<Day>, w.last - 3, 18];
        store.put(table, At::CITY, cells)?;
    }
    Ok(())
}
