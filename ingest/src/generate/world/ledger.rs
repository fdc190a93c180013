//! The ledger of the funds: donations in, projects out, and the fee.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::donations::donation_key;
use super::funds::{fund_key, fund_place};
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

struct Entry {
    fund: usize,
    /// `I` in, `E` out, `F` fee.
    direction: &'static str,
    amount: Fen,
    day: Day,
    donation: Option<usize>,
    project: Option<usize>,
    counterparty: String,
    summary: &'static str,
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("ledger");
    let mut entries: Vec<Entry> = Vec::new();
    let mut income = vec![0; w.funds.len()];
    for (i, d) in w.donations.iter().enumerate() {
        if let (Some(fund), Some(day), false) = (d.fund, d.received, d.in_kind) {
            income[fund] += d.amount.0;
            let counterparty = w.donors.list[d.donor].name.clone();
            let (direction, summary, donation) = ("I", "捐赠收入", Some(i));
            entries.push(Entry {
                fund,
                direction,
                amount: d.amount,
                day,
                donation,
                project: None,
                counterparty,
                summary,
            });
        }
    }
    let idle = w.funds.iter().position(|f| f.kind == "2");
    for (fund, received) in income.iter().enumerate() {
        let raised = raise(w, &mut rng, fund, &mut entries);
        if idle == Some(fund) {
            // H03: money that lies idle.
            entries.push(simple(fund, "I", Fen::yuan(80_000), w.first + 12, ("模拟爱心企业", "专项捐赠")));
        } else {
            spend(w, &mut rng, fund, Fen(received + raised), &mut entries);
        }
    }
    misuse(w, &mut entries);
    w.plant("RSK-H03", usize::from(idle.is_some()));
    write(w, store, &entries)
}

fn simple(fund: usize, direction: &'static str, amount: Fen, day: Day, text: (&str, &'static str)) -> Entry {
    Entry {
        fund,
        direction,
        amount,
        day,
        donation: None,
        project: None,
        counterparty: text.0.to_owned(),
        summary: text.1,
    }
}

/// Small sums of the neighbours, in pilots four times a year.
fn raise(w: &World<'_>, rng: &mut Rng, fund: usize, entries: &mut Vec<Entry>) -> i64 {
    let f = &w.funds[fund];
    let text = ("居民捐赠", "募集");
    match w.pilot(f.village).filter(|_| f.pilot) {
        Some(q) => [1, 4, 6, 9]
            .into_iter()
            .map(|month| {
                let amount = Fen::yuan(rng.between(10, 89) * 100).times(0.4 + q);
                entries.push(simple(fund, "I", amount, w.first + month * 28, text));
                amount.0
            })
            .sum(),
        None => {
            let amount = Fen::yuan(rng.between(5, 39) * 100);
            entries.push(simple(fund, "I", amount, w.first + rng.days(1, 119), text));
            amount.0
        }
    }
}

fn spend(w: &World<'_>, rng: &mut Rng, fund: usize, income: Fen, entries: &mut Vec<Entry>) {
    let unit = w.funds[fund].unit;
    let out = income.times(w.q(unit, Field::Fund, 0.35, 0.85));
    for (part, day) in [(0.5, 200), (0.47, 330)] {
        let project = rng.of(&w.projects.running_in_unit[unit]);
        let day = w.first + day + rng.days(0, 24);
        let entry = simple(fund, "E", out.times(part), day, ("帮扶对象", "项目支出"));
        entries.push(Entry { project: Some(project), ..entry });
    }
    let fee = out.times(0.03).max(Fen::yuan(1));
    entries.push(simple(fund, "F", fee, w.first + 350, ("慈善总会", "管理费")));
}

/// H08: a donation to one fund is spent from another one.
fn misuse(w: &mut World<'_>, entries: &mut Vec<Entry>) {
    let donation = w.donations.iter().enumerate().find_map(|(i, d)| {
        let fund = d.fund.filter(|_| d.this_year && !d.in_kind && d.received.is_some())?;
        let other = (0..w.funds.len()).find(|f| *f != fund && w.funds[*f].unit == d.unit && w.funds[*f].kind != "2")?;
        Some((i, other, d.amount.min(Fen::yuan(500))))
    });
    if let Some((i, other, amount)) = donation {
        let entry = simple(other, "E", amount, w.last - 30, ("帮扶对象", "支出"));
        entries.push(Entry { donation: Some(i), ..entry });
        w.plant("RSK-H08", 1);
    }
}

fn write(w: &World<'_>, store: &mut Store<'_>, entries: &[Entry]) -> Done {
    let columns = [
        "ledger_id",
        "fund_id",
        "direction",
        "amount",
        "biz_date",
        "donation_id",
        "project_id",
        "counterparty",
        "approver_name",
        "handler_name",
        "summary",
    ];
    let table = store.open("fund_ledger", &columns)?;
    for (i, e) in entries.iter().filter(|e| e.amount.0 > 0).enumerate() {
        let staff = &w.staff[w.funds[e.fund].unit];
        let cells = row![
            Key::at("LZ", i, 7),
            fund_key(e.fund),
            e.direction,
            e.amount,
            e.day,
            e.donation.map(donation_key),
            e.project.map(project_key),
            &e.counterparty,
            staff[0],
            staff[4],
            e.summary,
        ];
        store.put(&table, fund_place(w, e.fund), cells)?;
    }
    Ok(())
}
