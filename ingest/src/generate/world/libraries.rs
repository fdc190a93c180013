//! Lists, libraries, maps, offers, partners, templates and documents.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::numbers::credit_code;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::orgs::org_key;
use super::places::At;
use super::projects::SHAN;
use super::quality::Field;
use super::reference::mechanism_doc;
use super::{Done, World};

const LISTS: [&str; 7] = ["L1", "L2", "L3", "K1", "K2", "K3", "F1"];

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("libraries");
    lists(w, store, &mut rng)?;
    maps(w, store, &mut rng)?;
    resources(w, store, &mut rng)?;
    offers(w, store, &mut rng)?;
    partners(w, store, &mut rng)?;
    templates(w, store, &mut rng)?;
    documents(w, store, &mut rng)
}

fn lists(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["period", "region_code", "list_type", "built_flag", "entry_count", "updated_date"];
    let table = store.open("list_library_status", &columns)?;
    // A pilot that has built a list keeps it.
    let built: Vec<bool> = w
        .places
        .pilots
        .iter()
        .flat_map(|v| LISTS.map(|_| w.pilot(*v)))
        .map(|q| rng.unit() < 0.45 + 0.6 * q.unwrap_or(0.5))
        .collect();
    for quarter in 1..=4 {
        for (t, town) in w.places.towns.iter().enumerate() {
            for list in LISTS {
                let has = rng.chance(w.q(town.unit, Field::Survey, 0.86, 1.0));
                let fresh = rng.chance(w.q(town.unit, Field::Survey, 0.5, 1.0));
                list_row(w, store, rng, &table, (quarter, list, has, fresh), (w.places.at_town(t), &town.code))?;
            }
        }
        for (i, v) in w.places.pilots.iter().enumerate() {
            for (l, list) in LISTS.into_iter().enumerate() {
                let fresh = rng.chance(0.3 + 0.7 * w.quality.pilots[i]);
                let at = (w.at_village(*v), &w.places.villages[*v].code);
                list_row(w, store, rng, &table, (quarter, list, built[i * LISTS.len() + l], fresh), at)?;
            }
        }
    }
    Ok(())
}

fn list_row(
    w: &World<'_>,
    store: &mut Store<'_>,
    rng: &mut Rng,
    table: &TableRef,
    (quarter, list, built, fresh): (u32, &str, bool, bool),
    (at, region): (At, &String),
) -> Done {
    let end = w.on(quarter * 3, 28);
    let updated = end - if fresh { rng.days(0, 19) } else { rng.days(95, 199) };
    let count = if built { rng.between(3, 79) } else { 0 };
    let period = format!("{}Q{quarter}", w.year);
    store.put(table, at, row![period, region, list, built, count, built.then_some(updated)])
}

fn maps(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns =
        ["map_id", "map_type", "version", "drawn_date", "point_count", "is_public", "map_approval_no", "file_ref"];
    let table = store.open("map_product", &columns)?;
    let mut rows = 0;
    for (t, town) in w.places.towns.iter().enumerate() {
        for kind in ["1", "2", "3"] {
            if !rng.chance(w.q(town.unit, Field::Survey, 0.6, 1.02)) {
                continue;
            }
            let public = rng.chance(0.2);
            let drawn = World::day(rng, w.first - 200, w.last - 30);
            let approval = public.then(|| format!("模拟审图({}){rows:05}号", w.year));
            let file = format!("map/{}.png", rows + 1);
            let cells = row![Key::at("DT", rows, 4), kind, "V1", drawn, rng.between(20, 399), public, approval, file];
            store.put(&table, w.places.at_town(t), cells)?;
            rows += 1;
        }
    }
    Ok(())
}

/// Some places in every pilot, and more anywhere.
fn spread(w: &World<'_>, rng: &mut Rng, in_pilot: usize, elsewhere: usize) -> Vec<usize> {
    let mut out: Vec<usize> = w.places.pilots.iter().flat_map(|v| std::iter::repeat_n(*v, in_pilot)).collect();
    out.extend((0..elsewhere).map(|_| rng.below(w.places.villages.len())));
    out
}

fn resources(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "resource_id",
        "resource_type",
        "provider_name",
        "provider_credit_code",
        "capacity",
        "capacity_unit",
        "used_qty",
        "valid_from",
        "valid_to",
    ];
    let table = store.open("resource_item", &columns)?;
    for (i, v) in spread(w, rng, 8, (w.size / 20).max(120)).into_iter().enumerate() {
        let q = w.pilot(v).unwrap_or(0.5);
        let unit = w.places.villages[v].unit;
        let provider = rng.below(w.donors.list.len());
        let used = if rng.chance(0.15 + 0.6 * q) { rng.between(1, 19) } else { 0 };
        let code = rng.chance(0.4).then(|| credit_code(rng, "91", unit));
        let cells = row![
            Key::at("ZYQ", i, 6),
            rng.of(&["1", "2", "3", "4", "5", "6"]),
            &w.donors.list[provider].name,
            code,
            Fen::yuan(rng.between(1, 59)),
            rng.of(&["次", "件", "小时", "人"]),
            Fen::yuan(used),
            World::day(rng, w.first - 100, w.first + 200),
            w.last,
        ];
        store.put(&table, w.at_village(v), cells)?;
    }
    Ok(())
}

fn offers(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["service_item_id", "item_name", "six_shan", "need_type", "provider_org_id", "unit_price", "is_open"];
    let table = store.open("service_item", &columns)?;
    for (i, v) in spread(w, rng, 3, (w.size / 30).max(80)).into_iter().enumerate() {
        let (code, name, need) = rng.of(&SHAN);
        let provider = org_key(rng.of(&w.orgs.working[w.places.villages[v].unit]));
        let price = Fen::yuan(rng.between(2, 11) * 10);
        let cells = row![Key::at("FWX", i, 5), format!("{name}服务"), code, need, provider, price, rng.chance(0.9)];
        store.put(&table, w.at_village(v), cells)?;
    }
    Ok(())
}

fn partners(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    const OFFICES: [&str; 12] = [
        "教育局",
        "卫健局",
        "医保局",
        "人社局",
        "住建局",
        "残联",
        "妇联",
        "团委",
        "红十字会",
        "乡村振兴局",
        "退役军人局",
        "总工会",
    ];
    let columns = ["dept_name", "dept_kind", "share_items", "agreement_date", "last_exchange_date"];
    let table = store.open("linkage_dept", &columns)?;
    for unit in 0..8 {
        let good = w.q(unit, Field::Platform, 0.25, 0.98);
        for (i, office) in OFFICES.into_iter().enumerate() {
            let agreed = World::day(rng, Day::new(2024, 3, 1), (w.first - 5).max(Day::new(2024, 3, 1)));
            let exchanged = if rng.chance(good) {
                World::day(rng, w.last - 120, w.last - 5)
            } else {
                World::day(rng, w.first - 200, w.first + 100)
            };
            let kind = ["1", "2", "3", "4", "5"][i % 5];
            store.put(&table, At::unit_only(unit), row![office, kind, "人员名单", agreed, exchanged])?;
        }
    }
    Ok(())
}

fn templates(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["doc_id", "doc_kind", "title", "version", "issue_date", "in_force"];
    let table = store.open("template_doc", &columns)?;
    let mut rows = 0;
    for unit in 0..8 {
        for kind in ["3", "4", "5", "6"] {
            let title = w.contracts.code_name("doc_type", kind).unwrap_or("示范文本");
            let issued = World::day(rng, Day::new(2024, 3, 10), (w.first - 30).max(Day::new(2024, 3, 10)));
            let cells = row![Key::at("WB", rows, 3), kind, title, "V1.0", issued, true];
            store.put(&table, At::unit_only(unit), cells)?;
            rows += 1;
        }
    }
    Ok(())
}

fn documents(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["doc_id", "doc_type", "title", "doc_no", "issue_date", "issuer"];
    let table = store.open("policy_doc", &columns)?;
    let weakest = w.quality.worst(Field::Mechanism);
    let mut rows = 0;
    for unit in 0..8 {
        for kind in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"] {
            let good = rng.chance(w.q(unit, Field::Mechanism, 0.7, 1.05));
            let needed = kind == "1" && unit != weakest;
            if !(good || needed) || (kind == "2" && unit == weakest) {
                continue;
            }
            let issued = World::day(rng, Day::new(2024, 3, 10), w.last - 60);
            let title = format!("{}{}", w.unit_name(unit), w.contracts.code_name("doc_type", kind).unwrap_or("制度"));
            let number = format!("遂民发〔{}〕{}号", issued.ymd().0, rows + 1);
            let cells = row![Key::at("WJ", rows, 4), kind, title, number, issued, w.bureau(unit)];
            store.put(&table, At::unit_only(unit), cells)?;
            rows += 1;
        }
    }
    for (i, v) in w.places.pilots.iter().enumerate().filter(|(i, _)| w.quality.pilots[*i] > 0.6) {
        let title = format!("{}可持续运行机制", w.places.villages[*v].name);
        let cells = row![mechanism_doc(i), "11", title, None::<&str>, Day::new(2024, 9, 30), "试点村(社区)"];
        store.put(&table, w.at_village(*v), cells)?;
    }
    Ok(())
}
