//! Aid that is paid out: monthly benefits, single payments, and what charities give.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::Account;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::funds::fund_key;
use super::payment_plants;
use super::people::household_key;
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

/// A payment. Small, because the whole city has some two million of them.
#[derive(Clone, Copy)]
pub(super) struct Payment {
    pub person: u32,
    pub day: Day,
    /// Month that it is for, 1 to 12.
    pub month: u8,
    pub channel: &'static str,
    pub item: &'static str,
    pub amount: Fen,
    /// `1` transfer, `2` cash, `3` goods.
    pub form: char,
    /// `1` paid, `2` came back.
    pub status: char,
    pub account: Option<Account>,
    pub payee: Payee,
    /// Places among the staff of the unit.
    pub approver: u8,
    pub handler: u8,
    /// The visiting worker who handles it.
    pub worker: u32,
}

/// Whose name stands beside the account.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Payee {
    Nobody,
    Own(Name),
    /// Somebody else, who fetches it (C02).
    Other,
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("payments");
    let mut payments = Vec::new();
    for person in 0..w.people.len() {
        if w.closed_empty != Some(person) {
            of_person(w, &mut rng, person, &mut payments);
        }
    }
    payments.sort_by_key(|p| (p.day, p.person, p.channel));
    payment_plants::run(w, store, &mut rng, &mut payments)?;
    write(w, store, &mut rng, &payments)
}

/// The day from which nothing is due any more.
fn stop(w: &World<'_>, person: usize) -> Day {
    let p = &w.people[person];
    if w.dead_paid.contains(&person) {
        w.last + 1
    } else {
        p.end.is_some().then(|| p.until(w.last)).or(p.death).unwrap_or(w.last + 1)
    }
}

fn of_person(w: &World<'_>, rng: &mut Rng, person: usize, out: &mut Vec<Payment>) {
    let (p, h) = (&w.people[person], w.household_of(person));
    let stop = stop(w, person);
    let standard = if w.places.villages[p.village()].urban { 750.0 } else { 533.0 };
    let yuan = |x: f64| Fen::yuan(x.round() as i64);
    let (low, destitute) = (yuan(rng.uniform(0.25, 0.95) * standard), yuan(rng.uniform(560.0, 980.0)));
    match h.category {
        "01" => monthly(w, rng, (person, stop), ("G1", "低保金"), low, out),
        "02" => monthly(w, rng, (person, stop), ("G2", "特困供养金"), destitute, out),
        _ => {}
    }
    if p.focus == 'C' {
        monthly(w, rng, (person, stop), ("G4", "残疾人两项补贴"), Fen::yuan(80), out);
    }
    if rng.chance(0.07) {
        let amount = (rng.lognormal(7.3, 0.5) / 10.0).round() * 10.0;
        once(w, rng, (person, stop), ("G3", "临时救助"), yuan(amount), out);
    }
    if rng.chance(0.10) {
        let amount = rng.lognormal(5.6, 0.5);
        once(w, rng, (person, stop), ("G5", "医疗救助"), yuan(amount), out);
    }
    let reach = if p.is_focus() { (0.35, 0.9) } else { (0.1, 0.3) };
    if rng.chance(w.q(p.unit(), Field::Effect, reach.0, reach.1)) {
        let channel = rng.of(&[
            ("C1", "慈善项目帮扶"),
            ("C2", "社区基金帮扶"),
            ("C3", "专项基金帮扶"),
            ("C4", "慈善超市物资"),
            ("C5", "群团帮扶"),
        ]);
        let amount = rng.of(&[200, 300, 500, 800, 1000, 1500]);
        once(w, rng, (person, stop), channel, Fen::yuan(amount), out);
    }
}

type What = (&'static str, &'static str);

/// On the tenth of every month between entry and exit.
fn monthly(
    w: &World<'_>,
    rng: &mut Rng,
    (person, stop): (usize, Day),
    what: What,
    amount: Fen,
    out: &mut Vec<Payment>,
) {
    let first = w.household_of(person).first;
    for month in 1..=12 {
        let start = w.on(month, 1);
        if start >= first && start < stop {
            out.push(pay(w, rng, (person, start + 9), what, amount));
        }
    }
}

fn once(w: &World<'_>, rng: &mut Rng, (person, stop): (usize, Day), what: What, amount: Fen, out: &mut Vec<Payment>) {
    let from = (w.household_of(person).first + 1).max(w.first + 3);
    let until = (stop - 1).min(w.last - 2);
    if until > from {
        let day = from + rng.days(0, until - from - 1);
        out.push(pay(w, rng, (person, day), what, amount));
    }
}

/// A payment by transfer to the person or the guardian; some in cash, most of them where the unit is weakest (C04).
pub(super) fn pay(w: &World<'_>, rng: &mut Rng, (person, day): (usize, Day), what: What, amount: Fen) -> Payment {
    let p = &w.people[person];
    let cash = if p.unit() == w.quality.worst(Field::Fund) { 0.11 } else { 0.012 };
    let form = match what.0 {
        "C4" => '3',
        _ if rng.chance(cash) => '2',
        _ => '1',
    };
    let name = w.guardian(person).unwrap_or(p.name);
    Payment {
        person: u32::try_from(person).unwrap_or(0),
        day,
        month: u8::try_from(day.ymd().1).unwrap_or(1),
        channel: what.0,
        item: what.1,
        amount,
        form,
        status: '1',
        account: (form == '1').then_some(p.account),
        payee: if form == '1' { Payee::Own(name) } else { Payee::Nobody },
        approver: rng.of(&[0, 1, 2]),
        handler: rng.of(&[3, 4, 5]),
        worker: u32::try_from(rng.of(&w.workers.of_unit[p.unit()])).unwrap_or(0),
    }
}

fn write(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, payments: &[Payment]) -> Done {
    let columns = [
        "payment_id",
        "pid_token",
        "household_id",
        "pay_channel",
        "benefit_item",
        "period",
        "amount",
        "form",
        "pay_date",
        "payee_account_token",
        "payee_name",
        "pay_status",
        "project_id",
        "fund_id",
        "approver_name",
        "handler_name",
        "handler_pid_token",
    ];
    let table = store.open("aid_payment", &columns)?;
    let mut funds = vec![Vec::new(); 8];
    for (i, f) in w.funds.iter().enumerate() {
        funds[f.unit].push(i);
    }
    for (i, p) in payments.iter().enumerate() {
        let person = &w.people[p.person as usize];
        let (unit, staff) = (person.unit(), &w.staff[person.unit()]);
        let project = (p.channel == "C1").then(|| rng.of(&w.projects.running_in_unit[unit]));
        let fund = matches!(p.channel, "C2" | "C3").then(|| rng.of(&funds[unit]));
        let payee = match p.payee {
            Payee::Nobody => None,
            Payee::Own(name) => Some(name.to_string()),
            Payee::Other => Some("李拟代".to_owned()),
        };
        let cells = row![
            Key::at("FF", i, 8),
            person.id,
            household_key(person.household),
            p.channel,
            p.item,
            format!("{}{:02}", w.year, p.month),
            p.amount,
            p.form,
            p.day,
            p.account,
            payee,
            p.status,
            project.map(project_key),
            fund.map(fund_key),
            staff[usize::from(p.approver)],
            staff[usize::from(p.handler)],
            w.workers.list[p.worker as usize].id,
        ];
        store.put(&table, w.at_village(person.village()), cells)?;
    }
    Ok(())
}
