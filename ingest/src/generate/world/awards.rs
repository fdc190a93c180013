//! Editions, nominations and marks of the awards; bonuses and vetoes for the evaluation.

use crate::generate::cell::{Cell, Fen, Key, row};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::nominees::{Nominee, nominees};
use super::places::At;
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("awards");
    editions(w, store)?;
    let all = nominees(w, &mut rng);
    nominations(w, store, &mut rng, &all)?;
    marks(w, store, &mut rng, &all)?;
    adjustments(w, store)?;
    for rule in ["RSK-I03", "RSK-I04", "RSK-J04"] {
        w.plant(rule, 1);
    }
    Ok(())
}

fn editions(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let columns = ["award", "edition", "period_from", "period_to", "quota", "category_quota", "public_days"];
    let table = store.open("award_edition", &columns)?;
    let rows = [
        ("SXCSJ", 17, r#"{"U": 3, "P": 5, "O": 3, "E": 3, "I": 3}"#),
        ("XJJT", 3, r#"{"G": 3}"#),
        ("XJGR", 8, r#"{"R": 8}"#),
    ];
    for (award, quota, categories) in rows {
        let cells: &[Cell<'_>] = row![award, w.year.to_string(), w.first, w.last, quota, categories, 5];
        store.put(&table, At::CITY, cells)?;
    }
    Ok(())
}

fn nomination_key(nomination: usize) -> Key {
    Key::at("TJ", nomination, 4)
}

const NOMINATION_COLUMNS: [&str; 22] = [
    "nomination_id",
    "award",
    "edition",
    "category",
    "nominee_id",
    "nominee_name",
    "nominee_pid_token",
    "is_grassroots",
    "cadre_rank",
    "recommend_unit",
    "recommend_rank",
    "submit_date",
    "public1_from",
    "public1_to",
    "public2_from",
    "public2_to",
    "public3_from",
    "public3_to",
    "objections",
    "discipline_checked",
    "status_code",
    "auto_priority",
];

fn nominations(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, all: &[Nominee]) -> Done {
    let table = store.open("award_nomination", &NOMINATION_COLUMNS)?;
    for (i, n) in all.iter().enumerate() {
        let person = n.category == "R";
        let before = |days: i32| w.last - days;
        let grassroots = rng.chance(0.8);
        let rank = rng.weighted(&[("0", 4.0), ("1", 4.0), ("2", 3.0), ("3", 1.0)]);
        // Some were not public for five working days.
        let until = before(if rng.chance(0.12) { 14 } else { 8 });
        let cells = row![
            nomination_key(i),
            n.award,
            w.year.to_string(),
            n.category,
            &n.id,
            &n.name,
            n.person,
            person.then_some(grassroots),
            person.then_some(rank),
            w.bureau(n.unit),
            i + 1,
            before(40),
            before(38),
            before(32),
            before(30),
            before(24),
            before(15),
            until,
            0,
            rng.chance(0.95),
            "40",
            false,
        ];
        store.put(&table, At::unit_only(n.unit), cells)?;
    }
    Ok(())
}

/// Nine judges mark every nomination; one mark is far off (I04).
fn marks(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, all: &[Nominee]) -> Done {
    let columns = ["nomination_id", "indicator_id", "judge_id", "score", "recused", "score_ts"];
    let table = store.open("award_score", &columns)?;
    for (i, n) in all.iter().enumerate() {
        let base = rng.uniform(75.0, 95.0);
        for judge in 0..9 {
            let extreme = i == 0 && judge == 8;
            let score = if extreme { 30.0 } else { rng.normal(base, 2.2).clamp(50.0, 100.0) };
            let recused = rng.chance(0.03) && !extreme;
            let seconds = i64::try_from(i * 9 + judge).unwrap_or(0) * 30;
            let when = (w.last - 5).at(seconds);
            let key = Key::at("PW", judge, 2);
            let cells = row![nomination_key(i), n.indicator(), key, Fen::of(score), recused, when];
            store.put(&table, At::CITY, cells)?;
        }
    }
    Ok(())
}

/// Approved bonuses and vetoes, one proof used twice (J04), and two that nobody has approved yet.
fn adjustments(w: &World<'_>, store: &mut Store<'_>) -> Done {
    let columns = [
        "adj_id",
        "scheme",
        "indicator_id",
        "subject_id",
        "period",
        "kind",
        "points",
        "evidence_ref",
        "proposed_by",
        "approved_by",
        "approved_date",
    ];
    let table = store.open("eval_adjustment", &columns)?;
    let best = w.quality.ranking(Field::Mechanism);
    let unit = |rank: usize| w.places.unit_codes[best[rank]].clone();
    let project =
        w.projects.running_in_unit.iter().flatten().max().map_or(String::new(), |p| project_key(*p).to_string());
    let pilots = &w.quality.pilots;
    let weakest = (0..pilots.len()).min_by(|a, b| pilots[*a].total_cmp(&pilots[*b])).unwrap_or(0);
    let village = w.places.villages[w.places.pilots[weakest]].code.clone();
    let rows = [
        ("CTY", "CTY-B05", unit(0), "bonus", 1, "省级通报表扬", true),
        ("CTY", "CTY-B05", unit(1), "bonus", 2, "省级试点一等", true),
        ("CTY", "CTY-B05", unit(1), "bonus", 1, "省级试点一等", true),
        ("CTY", "CTY-V04", unit(6), "veto", 1, "个人信息泄露事件认定书", true),
        ("PRJ", "PRJ-V01", project, "veto", 1, "虚列受益人查实", true),
        ("PLT", "PLT-V01", village, "veto", 1, "台账造假查实", true),
        ("CTY", "CTY-B05", unit(2), "bonus", 1, "待批材料", false),
        ("CTY", "CTY-V03", unit(3), "veto", 1, "待核实线索", false),
    ];
    for (i, (scheme, indicator, subject, kind, points, proof, approved)) in rows.into_iter().enumerate() {
        let cells: &[Cell<'_>] = row![
            Key::at("TZ", i, 3),
            scheme,
            indicator,
            subject,
            w.year.to_string(),
            kind,
            Fen::yuan(points),
            proof,
            "绩效岗甲",
            approved.then_some("绩效岗乙"),
            approved.then_some(w.last - 2),
        ];
        store.put(&table, At::CITY, cells)?;
    }
    Ok(())
}
