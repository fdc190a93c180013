//! Community funds, special funds and pools; fundraising campaigns; the yearly funding plan.

use crate::generate::cell::{E4, Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::orgs::org_key;
use super::places::At;
use super::quality::Field;
use super::{Done, World};

/// A fund.
pub(super) struct Fund {
    pub unit: usize,
    pub village: usize,
    /// `1` community, `2` special, `3` named, `4` pool.
    pub kind: &'static str,
    /// The community fund of a pilot.
    pub pilot: bool,
}

/// A campaign.
pub(super) struct Campaign {
    pub unit: usize,
    pub end: Day,
}

/// The key of a fund.
pub(super) fn fund_key(fund: usize) -> Key {
    Key::at("JJ", fund, 5)
}

/// The key of a campaign.
pub(super) fn campaign_key(campaign: usize) -> Key {
    Key::at("MJ", campaign, 4)
}

/// The place of a fund: a village for a community fund, or else the unit.
pub(super) fn fund_place(w: &World<'_>, fund: usize) -> At {
    let f = &w.funds[fund];
    if f.kind == "1" { w.at_village(f.village) } else { At::unit_only(f.unit) }
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("funds");
    plan(w, &mut rng);
    write(w, store, &mut rng)?;
    campaigns(w, store, &mut rng)?;
    funding_plan(w, store, &mut rng)
}

fn plan(w: &mut World<'_>, rng: &mut Rng) {
    let small = (0.3 + w.size as f64 / 4000.0).min(1.0);
    for unit in 0..8 {
        let villages: Vec<usize> =
            w.places.villages_of[unit].iter().copied().filter(|v| w.places.pilot_of[*v].is_none()).collect();
        let count = (villages.len() as f64 * w.q(unit, Field::Fund, 0.06, 0.34) * small).round() as usize;
        let community = rng.sample(&villages, count);
        w.funds.extend(community.into_iter().map(|village| Fund { unit, village, kind: "1", pilot: false }));
        let first = w.places.villages_of[unit].first().copied().unwrap_or(0);
        w.funds.extend(["2", "3", "4"].map(|kind| Fund { unit, village: first, kind, pilot: false }));
    }
    for village in &w.places.pilots {
        let unit = w.places.villages[*village].unit;
        w.funds.push(Fund { unit, village: *village, kind: "1", pilot: true });
    }
}

fn write(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["fund_id", "fund_name", "fund_type", "host_org_id", "setup_date", "has_committee", "fee_rate"];
    let table = store.open("fund", &columns)?;
    for (i, f) in w.funds.iter().enumerate() {
        let name = match f.kind {
            "1" => format!("{}社区慈善基金", w.places.villages[f.village].name),
            "2" => format!("{}专项基金", w.unit_name(f.unit)),
            "3" => format!("{}冠名基金", w.unit_name(f.unit)),
            _ => format!("{}项目资金池", w.unit_name(f.unit)),
        };
        let cells = row![
            fund_key(i),
            name,
            f.kind,
            org_key(w.orgs.heads[f.unit]),
            World::day(rng, Day::new(2022, 1, 1), w.first - 10),
            rng.chance(0.8),
            E4(rng.of(&[200, 300, 500])),
        ];
        store.put(&table, fund_place(w, i), cells)?;
    }
    Ok(())
}

/// Two campaigns a unit, one of them online; the last is run by a body without the licence (G04).
fn campaigns(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "campaign_id",
        "campaign_name",
        "org_id",
        "filing_no",
        "filing_date",
        "start_date",
        "end_date",
        "is_online",
        "platform_name",
        "target_amount",
        "raised_amount",
    ];
    let table = store.open("fundraising_campaign", &columns)?;
    for i in 0..16 {
        let (unit, online) = (i / 2, i % 2 == 0);
        let licensed = |o: &usize| w.orgs.list[*o].public_raise;
        let unlicensed = w.orgs.working[unit].iter().copied().find(|o| !licensed(o));
        let org = if i == 15 { unlicensed } else { None }.unwrap_or(w.orgs.heads[unit]);
        let start = World::day(rng, w.first + 20, w.last - 130);
        let end = start + 40;
        let title = if online { "99公益日" } else { "慈善一日捐" };
        let cells = row![
            campaign_key(i),
            format!("{}{title}募捐", w.unit_name(unit)),
            org_key(org),
            Key::at("BA", i, 6),
            start - rng.days(10, 24),
            start,
            end,
            online,
            online.then_some("模拟募捐平台"),
            Fen::yuan(rng.between(5, 29) * 10_000),
            Fen::yuan(rng.between(2, 29) * 8_000),
        ];
        store.put(&table, At::unit_only(unit), cells)?;
        w.campaigns.push(Campaign { unit, end });
    }
    w.plant("RSK-G04", 1);
    Ok(())
}

fn funding_plan(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "plan_id",
        "year",
        "channel",
        "fund_nature",
        "budget_amount",
        "arrived_amount",
        "spent_amount",
        "doc_no",
        "issue_date",
        "arrive_date",
    ];
    let table = store.open("funding_plan", &columns)?;
    let mut rows = 0;
    for unit in 0..8 {
        let mut channels = ["C1", "C2", "C3", "C4", "T1", "T2", "O1", "O2", "O3", "O4", "O6"];
        rng.shuffle(&mut channels);
        for channel in channels.into_iter().take(w.q(unit, Field::Fund, 2.5, 9.0).round() as usize) {
            let budget = Fen::yuan(rng.between(5, 119) * 10_000);
            let arrived = budget.times(rng.uniform(0.7, 1.0));
            let used = rng.normal(w.q(unit, Field::Fund, 0.6, 0.98), 0.04).clamp(0.0, 1.0);
            let issued = World::day(rng, w.first + 20, w.first + 120);
            let nature = match channel.as_bytes()[0] {
                b'C' => "C",
                b'T' => "G",
                _ => "X",
            };
            let cells = row![
                Key::at("ZA", rows, 4),
                w.year,
                channel,
                nature,
                budget,
                arrived,
                arrived.times(used),
                format!("遂财社〔{}〕{}号", w.year, rows + 1),
                issued,
                issued + 30,
            ];
            store.put(&table, At::unit_only(unit), cells)?;
            rows += 1;
        }
    }
    Ok(())
}
