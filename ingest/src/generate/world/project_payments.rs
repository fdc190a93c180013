//! What is paid for projects: two instalments a contract, then what the project itself spends.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::numbers::Account;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::contracts::{Contract, contract_key};
use super::places::At;
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

/// Suppliers; the last one gets five equal round sums.
const SUPPLIERS: usize = 61;

struct Payment {
    project: usize,
    contract: Option<usize>,
    kind: &'static str,
    amount: Fen,
    due: Option<Day>,
    paid: Day,
    /// The body of the contract, or a supplier.
    payee: Result<usize, usize>,
    nature: &'static str,
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>, contracts: &[Contract]) -> Done {
    let mut rng = w.rng("project payments");
    let mut payments = Vec::new();
    let rush = w.quality.worst(Field::Fund);
    for (i, c) in contracts.iter().enumerate() {
        instalments(w, &mut rng, (i, c), i == contracts.len() / 4, &mut payments);
        expenses(w, &mut rng, c.project, rush, &mut payments);
    }
    if let Some(c) = contracts.get(1) {
        // H05: five equal round sums to one payee.
        payments.extend((0..5).map(|z| Payment {
            project: c.project,
            contract: None,
            kind: "2",
            amount: Fen::yuan(3000),
            due: None,
            paid: w.first + 100 + 20 * z,
            payee: Err(SUPPLIERS - 1),
            nature: w.projects.list[c.project].nature,
        }));
    }
    payments.retain(|p| p.paid <= w.last);
    for rule in ["RSK-E05", "RSK-H04", "RSK-H05", "RSK-H06"] {
        w.plant(rule, 1);
    }
    write(w, store, &payments)
}

/// 40 % and 55 % of the contract; one contract is paid beyond its amount (E05).
fn instalments(w: &World<'_>, rng: &mut Rng, (i, c): (usize, &Contract), over: bool, out: &mut Vec<Payment>) {
    let p = &w.projects.list[c.project];
    let early = rng.chance(w.q(p.unit, Field::Project, 0.6, 0.98));
    for (share, after) in [(0.40, 20), (if over { 0.75 } else { 0.55 }, 120)] {
        let due = c.sign + after;
        let days = rng.days(1, 11);
        out.push(Payment {
            project: c.project,
            contract: Some(i),
            kind: "1",
            amount: c.amount.times(share),
            due: Some(due),
            paid: if early { due - days } else { due + days },
            payee: Ok(c.org),
            nature: p.nature,
        });
    }
}

/// Eight expenses over the run of the project; the weakest unit spends in December (H04).
fn expenses(w: &World<'_>, rng: &mut Rng, project: usize, rush: usize, out: &mut Vec<Payment>) {
    let p = &w.projects.list[project];
    let total = p.budget.times(rng.uniform(0.72, 1.02) * w.q(p.unit, Field::Project, 0.8, 1.0));
    let parts: Vec<f64> = (0..8).map(|_| rng.uniform(0.1, 2.0)).collect();
    let sum: f64 = parts.iter().sum();
    let from = p.start.max(w.first - 100);
    let until = p.plan_end.min(w.last - 2).max(from + 5);
    for part in parts {
        let mut paid = World::day(rng, from, until);
        if p.unit == rush && rng.chance(0.45) {
            paid = World::day(rng, w.on(12, 3), w.last - 2);
        }
        out.push(Payment {
            project,
            contract: None,
            kind: rng.weighted(&[("2", 0.45), ("3", 0.25), ("4", 0.2), ("5", 0.1)]),
            amount: total.times(part / sum),
            due: None,
            paid,
            payee: Err(rng.below(SUPPLIERS - 1)),
            nature: if rng.chance(0.75) { p.nature } else { "C" },
        });
    }
}

fn write(w: &mut World<'_>, store: &mut Store<'_>, payments: &[Payment]) -> Done {
    let columns = [
        "payment_id",
        "project_id",
        "contract_id",
        "pay_kind",
        "amount",
        "due_date",
        "pay_date",
        "payee_name",
        "payee_account_token",
        "invoice_no",
        "fund_nature",
    ];
    let table = store.open("project_payment", &columns)?;
    let suppliers: Vec<Account> = (0..SUPPLIERS).map(|_| w.numbers.account(3)).collect();
    let goods: Vec<usize> = (0..payments.len()).filter(|i| payments[*i].kind == "2").take(2).collect();
    for (i, p) in payments.iter().enumerate() {
        // H06: the second purchase shows the invoice of the first.
        let invoice = if goods.get(1) == Some(&i) { goods[0] } else { i };
        let (name, account) = match p.payee {
            Ok(org) => (w.orgs.list[org].name.clone(), w.orgs.list[org].account),
            Err(supplier) => (format!("模拟供应商{:02}", supplier + 1), suppliers[supplier]),
        };
        let cells = row![
            Key::at("FK", i, 6),
            project_key(p.project),
            p.contract.map(contract_key),
            p.kind,
            p.amount,
            p.due,
            p.paid,
            name,
            account,
            Key::at("FP", invoice, 8),
            p.nature,
        ];
        store.put(&table, At::unit_only(w.projects.list[p.project].unit), cells)?;
    }
    Ok(())
}
