//! Contracts, bids and the marks of experts.

use std::collections::BTreeMap;

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::IdNo;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::orgs::org_key;
use super::places::At;
use super::project_payments;
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

/// A contract.
pub(super) struct Contract {
    pub project: usize,
    pub org: usize,
    buyer: String,
    category: String,
    mode: &'static str,
    pub amount: Fen,
    pub sign: Day,
    signer: (IdNo, Name),
}

/// The key of a contract.
pub(super) fn contract_key(contract: usize) -> Key {
    Key::at("HT", contract, 5)
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("contracts");
    let mut contracts = draw(w, &mut rng);
    plant(w, &mut contracts);
    write(w, store, &contracts)?;
    bids(w, store, &mut rng, &contracts)?;
    experts(w, store, &mut rng, &contracts)?;
    project_payments::run(w, store, &contracts)
}

/// A contract for every running project, signed before the first service.
fn draw(w: &mut World<'_>, rng: &mut Rng) -> Vec<Contract> {
    let running: Vec<usize> = (0..w.projects.list.len()).filter(|i| w.projects.list[*i].runs()).collect();
    let mut out = Vec::new();
    for project in running {
        let signer = w.adult(rng, w.projects.list[project].unit, (22, 62));
        let p = &w.projects.list[project];
        let town = &w.places.towns[w.places.villages[p.village].town].name;
        let office = if town.ends_with("街道") { "办事处" } else { "人民政府" };
        let buyer = if rng.chance(0.6) { w.bureau(p.unit) } else { format!("{town}{office}") };
        out.push(Contract {
            project,
            org: p.org,
            buyer,
            category: format!("C{}", rng.between(1, 8)),
            mode: p.mode,
            amount: p.budget.times(rng.uniform(0.85, 1.0)),
            sign: (p.start - 2).min(p.publish + 3),
            signer,
        });
    }
    out
}

fn plant(w: &mut World<'_>, contracts: &mut [Contract]) {
    let weakest = w.quality.worst(Field::Mechanism);
    let split = split_purchase(w, contracts, weakest);
    // E02: one contract just below the limit.
    let free = |c: &Contract| matches!(c.mode, "1" | "3") && w.projects.list[c.project].unit != weakest;
    let near = contracts.iter().position(free);
    if let Some(i) = near {
        contracts[i].amount = Fen::yuan(191_000);
    }
    // E04: work begins before the contract.
    let late = (0..contracts.len()).find(|i| {
        let p = &w.projects.list[contracts[*i].project];
        Some(*i) != near && p.unit != weakest && p.services > 2
    });
    if let Some(i) = late
        && let Some(first) = w.projects.list[contracts[i].project].first_service
    {
        contracts[i].sign = first + 20;
    }
    related(w, contracts);
    w.plant("RSK-E01", usize::from(split));
    w.plant("RSK-E06", usize::from(split));
    w.plant("RSK-E02", usize::from(near.is_some()));
    w.plant("RSK-E04", usize::from(late.is_some()));
}

/// E01 and E06: one buyer splits one service into four contracts with one body, each below the limit.
fn split_purchase(w: &World<'_>, contracts: &mut [Contract], unit: usize) -> bool {
    let own: Vec<usize> =
        (0..contracts.len()).filter(|i| w.projects.list[contracts[*i].project].unit == unit).take(4).collect();
    let Some(first) = own.first() else { return false };
    let org = contracts[*first].org;
    for (i, yuan) in own.iter().zip([68_000, 69_000, 71_000, 70_000]) {
        let c = &mut contracts[*i];
        c.buyer = format!("{}社会救助中心", w.unit_name(unit));
        c.category = "C9".to_owned();
        c.mode = "1";
        c.amount = Fen::yuan(yuan);
        c.org = org;
        c.sign = c.sign.max(w.first + 3);
    }
    own.len() == 4
}

/// I01: the signer sits in the body. I02: an official on its board.
fn related(w: &mut World<'_>, contracts: &mut [Contract]) {
    let n = contracts.len();
    if let Some(c) = contracts.get_mut(n / 2)
        && let Some(m) = w.orgs.members.iter().find(|m| m.org == c.org)
    {
        c.signer.0 = m.person.0;
        w.plant("RSK-I01", 1);
    }
    if let Some(c) = contracts.get(n / 3)
        && let Some(m) = w.orgs.members.iter_mut().find(|m| m.org == c.org && m.role == "2")
    {
        m.official = true;
        w.plant("RSK-I02", 1);
    }
}

fn write(w: &World<'_>, store: &mut Store<'_>, contracts: &[Contract]) -> Done {
    let columns = [
        "contract_id",
        "project_id",
        "buyer_name",
        "org_id",
        "launch_mode",
        "category",
        "amount",
        "sign_date",
        "start_date",
        "end_date",
        "signer_name",
        "signer_pid_token",
    ];
    let table = store.open("project_contract", &columns)?;
    for (i, c) in contracts.iter().enumerate() {
        let p = &w.projects.list[c.project];
        let cells = row![
            contract_key(i),
            project_key(c.project),
            &c.buyer,
            org_key(c.org),
            c.mode,
            &c.category,
            c.amount,
            c.sign,
            p.start,
            p.plan_end,
            c.signer.1,
            c.signer.0,
        ];
        store.put(&table, At::unit_only(p.unit), cells)?;
    }
    Ok(())
}

/// Three bids for every open tender; two of the first tender come from one address (E03).
fn bids(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, contracts: &[Contract]) -> Done {
    let columns =
        ["project_id", "round", "org_id", "bid_amount", "bid_score", "won", "contact_phone", "ip_hash", "open_date"];
    let table = store.open("project_bid", &columns)?;
    let mut address: BTreeMap<usize, String> = BTreeMap::new();
    let mut rows = 0;
    for c in contracts.iter().filter(|c| c.mode == "2") {
        let p = &w.projects.list[c.project];
        let others: Vec<usize> = w.orgs.working[p.unit].iter().copied().filter(|o| *o != c.org).collect();
        let mut bidders = vec![c.org];
        bidders.extend(rng.sample(&others, 2));
        for (z, org) in bidders.into_iter().enumerate() {
            address.insert(rows, rng.hash());
            let from = &address[&if rows == 1 { 0 } else { rows }];
            let cells = row![
                project_key(c.project),
                1,
                org_key(org),
                c.amount.times(1.0 + 0.03 * z as f64),
                Fen(rng.between(7_000, 9_600)),
                z == 0,
                format!("1990001{:04}", rows % 10_000),
                from,
                c.sign - 8,
            ];
            store.put(&table, At::unit_only(p.unit), cells)?;
            rows += 1;
        }
    }
    w.plant("RSK-E03", usize::from(rows > 1));
    Ok(())
}

/// Five experts mark two things of every project; the fifth gives everybody the same (J05).
fn experts(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, contracts: &[Contract]) -> Done {
    let columns = ["project_id", "indicator_id", "expert_id", "year", "score", "score_ts"];
    let table = store.open("project_expert_score", &columns)?;
    for c in contracts {
        let base = rng.uniform(70.0, 96.0);
        for indicator in ["PRJ-103", "PRJ-404"] {
            for expert in 0..5 {
                let score = if expert == 4 { 88.0 } else { rng.normal(base, 3.0).clamp(50.0, 100.0) };
                let when = (w.last - rng.days(1, 19)).at(10 * 3600);
                let key = Key::at("ZJ", expert, 2);
                let cells = row![project_key(c.project), indicator, key, w.year, Fen::of(score), when];
                store.put(&table, At::unit_only(w.projects.list[c.project].unit), cells)?;
            }
        }
    }
    w.plant("RSK-J05", 1);
    Ok(())
}
