//! Social organisations: a federation and a foundation in every unit, and the bodies that do the work.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::names::Name;
use crate::generate::numbers::{Account, IdNo, credit_check_char, credit_code};
use crate::generate::rng::Rng;
use crate::generate::store::Store;

use super::places::At;
use super::quality::Field;
use super::{Done, World};

/// An organisation.
pub(super) struct Org {
    pub unit: usize,
    pub village: usize,
    /// `1` association, `2` service body, `3` foundation, `4` registered with the township only.
    pub kind: &'static str,
    pub charity: bool,
    pub public_raise: bool,
    pub account: Account,
    pub name: String,
    pub legal: (IdNo, Name),
}

/// Somebody who has a say in an organisation.
pub(super) struct Member {
    pub org: usize,
    pub person: (IdNo, Name),
    pub role: &'static str,
    /// A related person and how he is related.
    pub related: Option<(IdNo, &'static str)>,
    pub official: bool,
}

/// A social worker.
pub(super) struct SocialWorker {
    pub id: IdNo,
    pub org: usize,
}

/// The organisations with their people.
#[derive(Default)]
pub(super) struct Orgs {
    pub list: Vec<Org>,
    /// The federation of each unit.
    pub heads: Vec<usize>,
    /// The bodies of each unit that carry out projects.
    pub working: Vec<Vec<usize>>,
    pub members: Vec<Member>,
    pub social_workers: Vec<SocialWorker>,
    pub social_workers_of: Vec<Vec<usize>>,
}

/// The key of an organisation.
pub(super) fn org_key(org: usize) -> Key {
    Key::at("ZZ", org, 5)
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("orgs");
    for unit in 0..8 {
        found(w, &mut rng, unit);
    }
    write_orgs(w, store, &mut rng)?;
    write_grades(w, store, &mut rng)?;
    members(w, &mut rng);
    social_workers(w, store, &mut rng)
}

/// The organisations of a unit: in each pilot village one, the others anywhere.
fn found(w: &mut World<'_>, rng: &mut Rng, unit: usize) {
    let wanted = (w.residents(unit) / 10_000.0 * w.q(unit, Field::Force, 2.6, 6.4)).round() as usize;
    let mut villages: Vec<usize> =
        w.places.pilots.iter().copied().filter(|v| w.places.villages[*v].unit == unit).collect();
    let count = wanted.max(5).max(villages.len() + 3);
    villages.extend((villages.len()..count).map(|_| rng.of(&w.places.villages_of[unit])));
    let mut working = Vec::new();
    for (j, village) in villages.into_iter().enumerate() {
        let here = w.orgs.list.len();
        match j {
            0 => w.orgs.heads.push(here),
            1 => {}
            _ => working.push(here),
        }
        let kind = match j {
            0 => "1",
            1 => "3",
            _ => rng.weighted(&[("1", 2.0), ("2", 5.0), ("3", 1.0), ("4", 2.0)]),
        };
        let charity = j < 2 || (kind != "4" && rng.chance(0.35));
        let org = Org {
            unit,
            village,
            kind,
            charity,
            public_raise: charity && (j == 0 || rng.chance(0.15)),
            account: w.numbers.account(1),
            name: name(w, unit, village, j),
            legal: w.adult(rng, unit, (22, 62)),
        };
        w.orgs.list.push(org);
    }
    w.orgs.working.push(working);
}

fn name(w: &World<'_>, unit: usize, village: usize, j: usize) -> String {
    const KINDS: [&str; 6] =
        ["社工服务中心", "志愿者协会", "养老服务中心", "助残服务中心", "儿童关爱中心", "公益促进会"];
    match j {
        0 => format!("{}模拟慈善总会", w.unit_name(unit)),
        1 => format!("{}模拟慈善基金会", w.unit_name(unit)),
        _ => {
            let branch = if j > 7 { format!("第{}分社", j / 6 + 1) } else { String::new() };
            format!("{}模拟{}{branch}", w.places.villages[village].name, KINDS[j % 6])
        }
    }
}

fn write_orgs(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = [
        "org_id",
        "credit_code",
        "org_name",
        "org_type",
        "is_charity",
        "charity_date",
        "is_aid_charity",
        "public_raise",
        "assess_level",
        "assess_date",
        "register_date",
        "legal_rep_name",
        "legal_rep_pid_token",
        "fulltime_staff",
        "bank_account_token",
        "level_of_reg",
        "annual_check",
    ];
    let table = store.open("social_org", &columns)?;
    // One legal early code that fails the check: DQ008 is a warning only.
    let odd = w.orgs.working.get(3).and_then(|o| o.iter().copied().find(|i| w.orgs.list[*i].kind != "4"));
    for (i, o) in w.orgs.list.iter().enumerate() {
        let aid = o.charity && rng.chance(0.5);
        let lately = aid && rng.chance(w.q(o.unit, Field::Force, 0.1, 0.8));
        let recognised = if lately {
            World::day(rng, w.first + 20, w.last - 20)
        } else {
            World::day(rng, Day::new(2018, 1, 1), w.first - 60)
        };
        let level = rng.weighted(&[("5A", 1.0), ("4A", 3.0), ("3A", 6.0), ("2A", 3.0), ("1A", 1.0), ("N", 4.0)]);
        let assessed = World::day(rng, Day::new(w.year - 6, 1, 1), w.first - 40);
        let cells = row![
            org_key(i),
            credit(rng, o, odd == Some(i)),
            &o.name,
            o.kind,
            o.charity,
            o.charity.then_some(recognised),
            aid,
            o.public_raise,
            level,
            (level != "N").then_some(assessed),
            World::day(rng, Day::new(2012, 1, 1), Day::new(w.year - 1, 6, 30)),
            o.legal.1,
            o.legal.0,
            rng.between(0, 8),
            o.account,
            if o.kind == "4" { "township" } else { "county" },
            rng.weighted(&[("1", 14.0), ("2", 3.0), ("3", 1.0), ("4", 1.0)]),
        ];
        store.put(&table, w.at_village(o.village), cells)?;
    }
    Ok(())
}

fn credit(rng: &mut Rng, org: &Org, odd: bool) -> Option<String> {
    let code = credit_code(
        rng,
        match org.kind {
            "1" => "51",
            "3" => "53",
            "4" => return None,
            _ => "52",
        },
        org.unit,
    );
    if !odd {
        return Some(code);
    }
    let body = code.get(..17)?;
    Some(format!("{body}{}", if credit_check_char(body) == '1' { '2' } else { '1' }))
}

fn write_grades(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["org_id", "effective_date", "grade", "prev_grade", "score", "reason", "decided_by"];
    let table = store.open("org_grade_record", &columns)?;
    for (i, o) in w.orgs.list.iter().enumerate() {
        if !rng.chance(w.q(o.unit, Field::Force, 0.72, 1.0)) {
            continue;
        }
        let grade = rng.weighted(&[("A", 2.0), ("B", 4.0), ("C", 4.0), ("D", 1.0)]);
        let score = Fen(rng.between(5_500, 9_600));
        let cells = row![org_key(i), w.on(3, 31), grade, rng.of(&["B", "C", "D"]), score, "年度评定", "遂宁市民政局"];
        store.put(&table, At::unit_only(o.unit), cells)?;
    }
    Ok(())
}

/// Board, supervisor and treasurer; written at the end, because later steps plant relations.
fn members(w: &mut World<'_>, rng: &mut Rng) {
    for org in 0..w.orgs.list.len() {
        let unit = w.orgs.list[org].unit;
        let legal = w.orgs.list[org].legal;
        let board = 1 + usize::from(rng.chance(0.5));
        let mut roles = vec!["2"; board];
        if rng.chance(w.q(unit, Field::Force, 0.5, 1.0)) {
            roles.push("3");
        }
        roles.push("4");
        w.orgs.members.push(Member { org, person: legal, role: "1", related: None, official: false });
        for role in roles {
            let person = w.adult(rng, unit, (22, 62));
            w.orgs.members.push(Member { org, person, role, related: None, official: false });
        }
    }
}

fn social_workers(w: &mut World<'_>, store: &mut Store<'_>, rng: &mut Rng) -> Done {
    let columns = ["worker_id", "pid_token", "worker_name", "cert", "cert_no", "org_id", "phone", "is_active"];
    let table = store.open("social_worker", &columns)?;
    let n = w.orgs.list.len();
    w.orgs.social_workers_of = vec![Vec::new(); n];
    for i in 0..(n * 2).max(w.size / 50) {
        let org = if i < n { i } else { rng.below(n) };
        let (unit, village) = (w.orgs.list[org].unit, w.orgs.list[org].village);
        let (id, name) = w.adult(rng, unit, (22, 62));
        w.orgs.social_workers_of[org].push(i);
        w.orgs.social_workers.push(SocialWorker { id, org });
        let cert = rng.weighted(&[("0", 35.0), ("1", 40.0), ("2", 22.0), ("3", 3.0)]);
        let cells = row![
            social_worker_key(i),
            id,
            name,
            cert,
            (cert != "0").then(|| Key::at("SGZ", i, 8)),
            org_key(org),
            crate::generate::numbers::phone(rng),
            rng.chance(0.93),
        ];
        store.put(&table, w.at_village(village), cells)?;
    }
    Ok(())
}

/// The key of a social worker.
pub(super) fn social_worker_key(worker: usize) -> Key {
    Key::at("SG", worker, 5)
}
