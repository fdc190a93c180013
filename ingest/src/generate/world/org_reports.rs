//! What is told of the organisations at the end: members, yearly reports, penalties and incubation.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::orgs::org_key;
use super::places::At;
use super::quality::Field;
use super::{Done, World};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("org reports");
    members(w, store)?;
    reports(w, store, &mut rng)?;
    penalties(w, store, &mut rng)?;
    incubation(w, store, &mut rng)
}

fn members(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let columns = [
        "org_id",
        "pid_token",
        "member_name",
        "role",
        "related_pid_token",
        "relation",
        "is_public_official",
        "start_date",
    ];
    let table = store.open("org_member", &columns)?;
    for m in &w.orgs.members {
        let (related, relation) = (m.related.map(|r| r.0), m.related.map(|r| r.1));
        let (id, name) = m.person;
        let since = Day::new(2022, 6, 1);
        let cells = row![org_key(m.org), id, name, m.role, related, relation, m.official, since];
        store.put(&table, At::unit_only(w.orgs.list[m.org].unit), cells)?;
    }
    Ok(())
}

/// The yearly report of a charity in whole fen.
struct Report {
    income: Fen,
    previous: Fen,
    expense: Fen,
    charity: Fen,
    management: Fen,
    net_assets: Fen,
}

fn draw(rng: &mut Rng, number: usize) -> Report {
    let income = Fen::of(rng.lognormal(13.2, 0.8));
    let spent = income.times(rng.uniform(0.75, 1.05));
    let previous = income.times(rng.uniform(0.85, 1.1));
    let charity = spent.times(0.86).max(previous.times(rng.uniform(0.72, 0.9)));
    let management = spent.times(rng.uniform(0.03, 0.09));
    let net_assets = previous.times(rng.uniform(0.8, 2.5));
    let expense = spent.max(Fen(charity.0 + management.0));
    let usual = Report { income, previous, expense, charity, management, net_assets };
    let yuan = Fen::yuan;
    match number {
        // H01: management costs above every cap.
        0 => Report {
            income: yuan(2_500_000),
            previous: yuan(2_400_000),
            expense: yuan(2_600_000),
            charity: yuan(1_900_000),
            management: yuan(620_000),
            net_assets: yuan(3_000_000),
        },
        // H02: far below the spending that is asked for.
        1 => Report { charity: previous.times(0.02), net_assets: previous.times(3.0), ..usual },
        _ => usual,
    }
}

fn reports(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "org_id",
        "year",
        "total_income",
        "prev_income",
        "prev3_avg_income",
        "total_expense",
        "charity_expense",
        "admin_fee",
        "raise_cost",
        "prev_net_assets",
        "submit_date",
        "public_date",
        "audited",
        "explained",
    ];
    let table = store.open("org_annual_report", &columns)?;
    let due = Day::new(w.year + 1, 6, 30);
    for (i, (org, o)) in w.orgs.list.iter().enumerate().filter(|(_, o)| o.charity).enumerate() {
        let r = draw(rng, i);
        let in_time = rng.chance(w.q(o.unit, Field::Force, 0.6, 1.0));
        let public = if in_time { World::day(rng, w.last + 60, due - 5) } else { due + 40 };
        let cells = row![
            org_key(org),
            w.year,
            r.income,
            r.previous,
            r.previous.times(0.95),
            r.expense,
            r.charity,
            r.management,
            r.expense.times(0.01),
            r.net_assets,
            w.last + 15,
            public,
            true,
            false,
        ];
        store.put(&table, At::unit_only(o.unit), cells)?;
    }
    w.plant("RSK-H01", 1);
    w.plant("RSK-H02", 1);
    Ok(())
}

fn penalties(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["penalty_id", "org_id", "penalty_type", "decide_date", "end_date", "amount", "doc_no"];
    let table = store.open("org_penalty", &columns)?;
    let all: Vec<usize> = (0..w.orgs.list.len()).collect();
    for (i, org) in rng.sample(&all, (all.len() / 20).max(3)).into_iter().enumerate() {
        let drawn = rng.of(&["1", "2", "4", "5", "6"]);
        let kind = if i == 0 { "4" } else { drawn };
        let decided = World::day(rng, w.first - 300, w.last - 20);
        let cells = row![
            Key::at("CF", i, 4),
            org_key(org),
            kind,
            decided,
            rng.chance(0.6).then_some(decided + 180),
            (kind == "1").then_some(Fen::yuan(5000)),
            format!("遂民罚〔{}〕{}号", decided.ymd().0, i + 1),
        ];
        store.put(&table, At::unit_only(w.orgs.list[org].unit), cells)?;
    }
    Ok(())
}

fn incubation(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["incubation_id", "org_id", "kind", "start_date", "end_date", "amount", "result"];
    let table = store.open("incubation", &columns)?;
    for i in 0..(w.orgs.list.len() * 9 / 10).max(8) {
        let org = rng.below(w.orgs.list.len());
        let start = World::day(rng, w.first + 10, w.last - 40);
        let cells = row![
            Key::at("FH", i, 5),
            org_key(org),
            rng.of(&["1", "2", "3", "4", "5", "6"]),
            start,
            (start + 30).min(w.last),
            Fen::yuan(rng.between(1, 29) * 1000),
            rng.weighted(&[("1", 1.0), ("2", 1.0), ("3", 2.0), ("4", 5.0), ("5", 1.0)]),
        ];
        store.put(&table, At::unit_only(w.orgs.list[org].unit), cells)?;
    }
    Ok(())
}
