//! Suspicions planted among the payments of aid, and the declarations of relations that go with one of them.

use crate::generate::cell::{Fen, row};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::payments::{Payee, Payment, pay};
use super::places::At;
use super::{Done, World};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, payments: &mut Vec<Payment>) -> Done {
    let base: Vec<usize> =
        (0..payments.len()).filter(|i| payments[*i].channel == "G1" && payments[*i].form == '1').collect();
    let returned = rng.sample(&base, (payments.len() / 900).max(4));
    come_back(w, payments, &returned);
    let rest: Vec<usize> = base.into_iter().filter(|i| !returned.contains(i)).collect();
    let picks = different_people(rng, payments, &rest, 11);
    accounts(w, payments, &picks);
    same_hand(w, payments);
    too_much(w, rng, payments, &picks);
    after_exit(w, rng, payments);
    w.plant("RSK-C04", 1);
    let relative = picks.get(10).copied();
    if let Some(i) = relative {
        let unit = w.people[payments[i].person as usize].unit();
        payments[i].worker = u32::try_from(w.workers.of_unit[unit].first().copied().unwrap_or(0)).unwrap_or(0);
    }
    declare(w, store, rng, relative.map(|i| payments[i]))
}

/// Payments of different people, so that one plant does not disturb the other.
fn different_people(rng: &mut Rng, payments: &[Payment], from: &[usize], count: usize) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    for _ in 0..count * 50 {
        let i = rng.of(from);
        if out.len() < count && out.iter().all(|o| payments[*o].person != payments[i].person) {
            out.push(i);
        }
    }
    out
}

/// Some transfers come back; two are never paid again (C05), the others twelve days later.
fn come_back(w: &mut World<'_>, payments: &mut Vec<Payment>, returned: &[usize]) {
    for (n, i) in returned.iter().enumerate() {
        payments[*i].status = '2';
        if n >= 2 {
            let again = payments[*i];
            payments.push(Payment { status: '1', day: (again.day + 12).min(w.last), ..again });
        }
    }
    w.plant("RSK-C05", returned.len().min(2));
}

/// C01: two people, one account. C02: another name. C03: the account of somebody who visits.
fn accounts(w: &mut World<'_>, payments: &mut [Payment], picks: &[usize]) {
    if let [a, b, c, d, ..] = picks {
        payments[*b].account = payments[*a].account;
        payments[*c].payee = Payee::Other;
        let unit = w.people[payments[*d].person as usize].unit();
        let worker = w.workers.of_unit[unit].first().copied().unwrap_or(0);
        payments[*d].account = Some(w.workers.list[worker].account);
        for rule in ["RSK-C01", "RSK-C02", "RSK-C03"] {
            w.plant(rule, 1);
        }
    }
}

/// D05: who approves also handles.
fn same_hand(w: &mut World<'_>, payments: &mut [Payment]) {
    let big = payments.iter_mut().filter(|p| p.amount >= Fen::yuan(1000) && p.form == '1').take(2);
    let mut count = 0;
    for p in big {
        p.handler = p.approver;
        count += 1;
    }
    w.plant("RSK-D05", count);
}

/// B02: the same twice. B01: one reason, two channels. B03: above the standard. B04: four times a year.
fn too_much(w: &mut World<'_>, rng: &mut Rng, payments: &mut Vec<Payment>, picks: &[usize]) {
    let [.., twice, channels, above, often] = picks.get(..8).unwrap_or_default() else { return };
    let twice = payments[*twice];
    payments.push(Payment { day: (twice.day + 3).min(w.last), ..twice });
    let channels = payments[*channels];
    payments.push(Payment { channel: "C1", amount: Fen::yuan(300), ..channels });
    let above = payments[*above];
    payments.push(Payment {
        amount: Fen::yuan(6000),
        item: "低保补发",
        day: (above.day + 1).min(w.last),
        form: '2',
        account: None,
        payee: Payee::Nobody,
        ..above
    });
    let person = payments[*often].person as usize;
    for month in [2, 4, 6, 8] {
        let day = w.on(month, 15);
        payments.push(pay(w, rng, (person, day), ("G3", "临时救助"), Fen::yuan(800)));
    }
    for rule in ["RSK-B01", "RSK-B02", "RSK-B03", "RSK-B04"] {
        w.plant(rule, 1);
    }
}

/// A03: a category that ended long before is still paid in November.
fn after_exit(w: &mut World<'_>, rng: &mut Rng, payments: &mut Vec<Payment>) {
    let limit = w.on(8, 20);
    let left = |i: &usize| {
        let p = &w.people[*i];
        p.death.is_none() && p.end.is_some_and(|e| e < limit) && w.household_of(*i).category == "01"
    };
    let people: Vec<usize> = (0..w.people.len()).filter(left).take(2).collect();
    for person in &people {
        payments.push(pay(w, rng, (*person, w.on(11, 10)), ("G1", "低保金"), Fen::yuan(200)));
    }
    w.plant("RSK-A03", people.len());
}

/// Declared relations; the first one's relative is paid by his own hand (I05).
fn declare(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, paid: Option<Payment>) -> Done {
    let columns = ["pid_token", "related_pid_token", "relation", "declare_date", "source"];
    let table = store.open("relation_declare", &columns)?;
    let day = w.first + 70;
    if let Some(p) = paid {
        let (worker, relative) = (&w.workers.list[p.worker as usize], &w.people[p.person as usize]);
        store.put(&table, At::unit_only(relative.unit()), row![worker.id, relative.id, "2", day, "1"])?;
        w.plant("RSK-I05", 1);
    }
    for unit in 0..8 {
        let related = w.adult(rng, unit, (30, 60)).0;
        let Some(worker) = w.workers.of_unit[unit].get(1) else { continue };
        let relation = rng.of(&["1", "2", "3", "4"]);
        store.put(&table, At::unit_only(unit), row![w.workers.list[*worker].id, related, relation, day, "1"])?;
    }
    Ok(())
}
