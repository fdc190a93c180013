//! Donors, donations of this year and the last, and what the bank saw of them.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::{IdNo, credit_code};
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::funds::{campaign_key, fund_key};
use super::orgs::{Member, org_key};
use super::people::share;
use super::places::At;
use super::quality::Field;
use super::sites::scene_key;
use super::{Done, World};

/// A donor.
pub(super) struct Donor {
    pub unit: usize,
    /// `1` firm, `2` shop, `3` resident, `4` office, `5` organisation.
    pub kind: &'static str,
    pub name: String,
    pub person: Option<(IdNo, Name)>,
    /// Received in the year, for the awards.
    pub given: i64,
}

/// All donors.
#[derive(Default)]
pub(super) struct Donors {
    pub list: Vec<Donor>,
    of_unit: Vec<Vec<usize>>,
}

/// A donation.
#[derive(Clone)]
pub(super) struct Donation {
    pub unit: usize,
    village: usize,
    pub donor: usize,
    pub fund: Option<usize>,
    pub amount: Fen,
    pub received: Option<Day>,
    pledged: Option<Day>,
    pub in_kind: bool,
    path: &'static str,
    invoice: bool,
    waived: bool,
    designated: Option<IdNo>,
    bank: bool,
    pub this_year: bool,
}

/// The key of a donor.
pub(super) fn donor_key(donor: usize) -> Key {
    Key::at("JZR", donor, 5)
}

/// The key of a donation.
pub(super) fn donation_key(donation: usize) -> Key {
    Key::at("JZ", donation, 7)
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("donations");
    let places = villages(w, &mut rng);
    donors(w, store, &mut rng, places.len())?;
    draw_all(w, &mut rng, &places);
    plant(w);
    write(w, store, &mut rng)?;
    bank(w, store, &mut rng)
}

/// Unit and village of this year's donations: by size of the unit, and six in every pilot.
fn villages(w: &World<'_>, rng: &mut Rng) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (unit, code) in w.places.unit_codes.iter().take(8).enumerate() {
        let mut count = (20 + w.size / 40).min(45) + (0.0022 * w.size as f64 * share(code)) as usize;
        if w.size >= 2000 && code == "510981" {
            count = count.max(320); // enough for Benford's law (G08)
        }
        out.extend((0..count).map(|_| (unit, rng.of(&w.places.villages_of[unit]))));
    }
    for pilot in &w.places.pilots {
        out.extend(std::iter::repeat_n((w.places.villages[*pilot].unit, *pilot), 6));
    }
    out
}

fn donors(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng, donations: usize) -> Done {
    let columns = ["donor_id", "donor_type", "donor_name", "credit_code", "pid_token", "agree_public", "blacklist"];
    let table = store.open("donor", &columns)?;
    let shares: Vec<(usize, f64)> = (0..8).map(|u| (u, share(&w.places.unit_codes[u]))).collect();
    w.donors.of_unit = vec![Vec::new(); 8];
    for i in 0..(donations / 3).max(60) {
        let unit = if i < 32 { i / 4 } else { rng.weighted(&shares) };
        let drawn = rng.weighted(&[("1", 3.0), ("2", 3.0), ("3", 6.0), ("4", 1.0), ("5", 1.0)]);
        let kind = match i {
            0..32 if i % 4 == 0 => "1",
            0..32 if i % 4 == 1 => "3",
            _ => drawn,
        };
        let person = if kind == "3" { Some(w.adult(rng, unit, (22, 70))) } else { None };
        let name = person.map_or_else(|| firm(rng), |p| p.1.to_string());
        let credit = person.is_none().then(|| credit_code(rng, "91", unit));
        let village = rng.of(&w.places.villages_of[unit]);
        let cells = row![donor_key(i), kind, &name, credit, person.map(|p| p.0), rng.chance(0.8), false];
        store.put(&table, w.at_village(village), cells)?;
        w.donors.of_unit[unit].push(i);
        w.donors.list.push(Donor { unit, kind, name, person, given: 0 });
    }
    Ok(())
}

fn firm(rng: &mut Rng) -> String {
    let trade = rng.of(&["商贸", "建筑", "农业", "食品", "科技"]);
    let sign = rng.of(&["宏", "鑫", "瑞", "恒", "泰", "和", "源", "盛", "达", "丰"]);
    format!("遂宁市模拟{sign}{}{trade}有限公司", rng.of(&["安", "德", "信", "仁", "义", "诚"]))
}

fn draw_all(w: &mut World<'_>, rng: &mut Rng, places: &[(usize, usize)]) {
    let mut community = vec![None; w.places.villages.len()];
    let mut of_unit = vec![Vec::new(); 8];
    for (i, f) in w.funds.iter().enumerate() {
        of_unit[f.unit].push(i);
        if f.kind == "1" {
            community[f.village] = Some(i);
        }
    }
    for this_year in [true, false] {
        for (unit, village) in places {
            // Fewer donations last year where the unit is good: the rest is its growth.
            if !this_year && !rng.chance(w.q(*unit, Field::Fund, 0.9, 0.6)) {
                continue;
            }
            let fund = community[*village].unwrap_or_else(|| rng.of(&of_unit[*unit]));
            let donation = draw(w, rng, (*unit, *village, fund), this_year);
            w.donations.push(donation);
        }
    }
}

fn draw(w: &World<'_>, rng: &mut Rng, (unit, village, fund): (usize, usize, usize), this_year: bool) -> Donation {
    let received =
        if this_year { World::day(rng, w.first + 1, w.last - 1) } else { World::day(rng, w.first - 364, w.first - 2) };
    let amount = match rng.below(100) {
        0..60 => Fen::yuan(rng.of(&[50, 100, 200, 300])),
        60..93 => Fen::of(rng.lognormal(7.2, 0.8)),
        _ => Fen::of(rng.lognormal(9.9, 0.7)),
    };
    let in_kind = rng.chance(0.15);
    let money = rng.weighted(&[("1", 4.0), ("2", 3.0), ("3", 0.6), ("4", 3.0), ("6", 1.0)]);
    let path = if in_kind { "5" } else { money };
    let in_pilot = w.places.pilot_of[village].is_some();
    let invoice = rng.chance(w.q(unit, Field::Fund, 0.92, 1.0));
    Donation {
        unit,
        village,
        donor: rng.of(&w.donors.of_unit[unit]),
        fund: rng.chance(if in_pilot { 0.9 } else { 0.5 }).then_some(fund),
        amount,
        received: Some(received),
        pledged: rng.chance(0.05).then_some(received - 20),
        in_kind,
        path,
        invoice,
        waived: !invoice && rng.chance(0.8),
        designated: None,
        bank: !in_kind && path != "3",
        this_year,
    }
}

/// G06: promised and never paid. G05: a donor names his own relative.
fn plant(w: &mut World<'_>) {
    let money: Vec<usize> =
        (0..w.donations.len()).filter(|i| w.donations[*i].this_year && !w.donations[*i].in_kind).collect();
    let lost: Vec<usize> = money.iter().copied().skip(3).take(2).collect();
    for i in &lost {
        let d = &mut w.donations[*i];
        (d.pledged, d.received, d.invoice, d.waived, d.bank) = (Some(w.first + 30), None, false, false, false);
    }
    w.plant("RSK-G06", lost.len());
    w.plant("RSK-G03", 1);
    let relative = w.people[0].id;
    let donor = |d: &Donation| w.donors.list[d.donor].person.filter(|_| d.this_year && d.received.is_some());
    let found = w.donations.iter().enumerate().find_map(|(i, d)| donor(d).map(|p| (i, p)));
    if let Some((i, person)) = found {
        w.donations[i].designated = Some(relative);
        w.orgs.members.push(Member { org: 2, person, role: "5", related: Some((relative, "2")), official: false });
        w.plant("RSK-G05", 1);
    }
    for d in &w.donations {
        if d.received.is_some() && d.this_year {
            w.donors.list[d.donor].given += d.amount.0;
        }
    }
}

fn write(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "donation_id",
        "donor_id",
        "recipient_org_id",
        "fund_id",
        "campaign_id",
        "donation_type",
        "path",
        "amount",
        "item_desc",
        "qty",
        "pledge_date",
        "receive_date",
        "invoice_no",
        "invoice_waived",
        "designated_pid_token",
        "bank_ref",
        "scene_id",
    ];
    let table = store.open("donation", &columns)?;
    let mut scenes = vec![Vec::new(); 8];
    for (i, s) in w.scenes.iter().enumerate() {
        scenes[w.places.villages[s.village].unit].push(i);
    }
    for (i, d) in w.donations.iter().enumerate() {
        let scene = rng.of(&scenes[d.unit]);
        let goods = rng.of(&["大米10kg", "食用油5L", "棉被", "学习用品"]);
        let cells = row![
            donation_key(i),
            donor_key(d.donor),
            org_key(w.orgs.heads[d.unit]),
            d.fund.map(fund_key),
            (d.path == "2" && d.this_year).then(|| campaign_key(d.unit * 2)),
            if d.in_kind { "2" } else { "1" },
            d.path,
            d.amount,
            d.in_kind.then_some(goods),
            d.in_kind.then(|| Fen::yuan((d.amount.0 / 5_000).max(1))),
            d.pledged,
            d.received,
            d.invoice.then(|| Key::at("PJ", i, 7)),
            d.waived,
            d.designated,
            d.bank.then(|| receipt_key(i)),
            rng.chance(0.25).then(|| scene_key(scene)),
        ];
        store.put(&table, w.at_village(d.village), cells)?;
    }
    Ok(())
}

fn receipt_key(donation: usize) -> Key {
    Key::at("LS", donation, 8)
}

/// The receipts of the bank: one with another amount and one missing (G01), two that nobody booked (G02).
fn bank(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["bank_ref", "org_id", "account_token", "txn_date", "direction", "amount", "counterparty", "summary"];
    let table = store.open("bank_receipt", &columns)?;
    let booked: Vec<usize> =
        (0..w.donations.len()).filter(|i| w.donations[*i].bank && w.donations[*i].this_year).collect();
    let wrong = rng.sample(&booked, 2);
    for (i, d) in w.donations.iter().enumerate() {
        let (Some(day), true) = (d.received, d.bank && wrong.first() != Some(&i)) else { continue };
        let amount = if wrong.get(1) == Some(&i) { Fen(d.amount.0 + 10_000) } else { d.amount };
        receipt(w, store, &table, (receipt_key(i), d.unit, day), (amount, &w.donors.list[d.donor].name))?;
    }
    for (i, (day, yuan)) in [(77, 5_000), (188, 12_000)].into_iter().enumerate() {
        let at = (Key::at("LS9", i, 7), rng.below(8), w.first + day);
        receipt(w, store, &table, at, (Fen::yuan(yuan), "个人"))?;
    }
    w.plant("RSK-G01", wrong.len());
    w.plant("RSK-G02", 2);
    Ok(())
}

fn receipt(
    w: &World<'_>,
    store: &mut Store<'_>,
    table: &TableRef,
    (key, unit, day): (Key, usize, Day),
    (amount, from): (Fen, &str),
) -> Done {
    let head = w.orgs.heads[unit];
    let cells = row![key, org_key(head), w.orgs.list[head].account, day, "I", amount, from, "捐款"];
    store.put(table, At::unit_only(unit), cells)
}
