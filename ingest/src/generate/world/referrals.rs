//! Referrals with what belongs to them: consent, assessment and agreement.

use crate::generate::cell::{Fen, Key, row};
use crate::generate::day::Day;
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::consents::{self, Consents};
use super::needs::need_key;
use super::orgs::{org_key, social_worker_key};
use super::projects::project_key;
use super::quality::Field;
use super::{Done, World};

/// A referral.
pub(super) struct Referral {
    pub index: usize,
    pub need: usize,
    pub person: usize,
    pub sent: Day,
    /// Within the rules, charity for people in need: asks for a consent.
    pub to_charity: bool,
    status: &'static str,
    closed: bool,
}

/// The tables of this step, open, and how many rows they have.
struct Tables {
    assessment: TableRef,
    agreement: TableRef,
    assessments: usize,
    /// Assessments after the first service still to plant (D03).
    late: usize,
    /// Agreements before the consent still to plant: in a pilot and elsewhere (D01).
    early: [bool; 2],
}

pub(super) fn run(w: &mut World<'_>, store: &mut Store<'_>) -> Done {
    let mut rng = w.rng("referrals");
    let referrals = write_referrals(w, store, &mut rng)?;
    let mut tables = open(store)?;
    let mut consents = Consents::open(store)?;
    consents.expect(&referrals, w.people.len());
    for r in &referrals {
        assess(w, store, &mut rng, &mut tables, r)?;
        if let Some(consent) = consents::ask(w, store, &mut rng, &mut consents, r)? {
            agree(w, store, &mut rng, &mut tables, (r, consent))?;
        }
    }
    let agreements = [tables.early[0], tables.early[1]].iter().filter(|left| !**left).count();
    w.plant("RSK-D01", agreements);
    w.plant("RSK-D03", 2 - tables.late);
    consents.note(w);
    Ok(())
}

fn open(store: &Store<'_>) -> Result<Tables, crate::generate::GenerateError> {
    let assessment = [
        "assessment_id",
        "need_id",
        "pid_token",
        "assess_date",
        "assessor_id",
        "total_score",
        "risk_grade",
        "suggest_project_id",
    ];
    let agreement = [
        "agreement_id",
        "pid_token",
        "project_id",
        "org_id",
        "consent_id",
        "sign_date",
        "start_date",
        "end_date",
        "form",
        "service_times",
        "amount",
        "status_code",
    ];
    Ok(Tables {
        assessment: store.open("assessment", &assessment)?,
        agreement: store.open("service_agreement", &agreement)?,
        assessments: 0,
        late: 2,
        early: [true; 2],
    })
}

fn write_referrals(
    w: &World<'_>,
    store: &mut Store<'_>,
    rng: &mut Rng,
) -> Result<Vec<Referral>, crate::generate::GenerateError> {
    let columns = [
        "referral_id",
        "need_id",
        "pid_token",
        "direction",
        "from_party",
        "to_party",
        "to_org_id",
        "sent_date",
        "accept_date",
        "close_date",
        "feedback_date",
        "status_code",
    ];
    let table = store.open("referral", &columns)?;
    let mut out = Vec::new();
    for (i, n) in w.needs.iter().enumerate() {
        if n.matched.is_none() || !rng.chance(0.62) {
            continue;
        }
        let p = &w.people[n.person];
        let sent = n.registered + rng.days(0, 2).min(w.last - n.registered);
        let quick = rng.chance(w.q(p.unit(), Field::Referral, 0.62, 0.99));
        let accepted = w.by_now(sent + if quick { rng.days(0, 4) } else { rng.days(7, 14) });
        let finished = rng.chance(w.q(p.unit(), Field::Referral, 0.55, 0.97));
        let closed = n.closed.filter(|_| finished).and_then(|c| accepted.map(|a| c.max(a)));
        let feedback = closed.filter(|_| rng.chance(0.96)).map(|c| (c + 3).min(w.last));
        let status = match (accepted, closed, n.first_service) {
            (None, ..) => "01",
            (_, Some(_), _) => "05",
            (_, None, Some(_)) => "04",
            _ => "02",
        };
        let direction = rng.weighted(&[("1", 86.0), ("2", 7.0), ("3", 7.0)]);
        let index = out.len();
        let cells = row![
            Key::at("ZJ", index, 7),
            need_key(i),
            p.id,
            direction,
            rng.of(&["1", "2", "3"]),
            rng.of(&["4", "5", "6", "7"]),
            (direction == "1").then(|| org_key(w.projects.list[n.project].org)),
            sent,
            accepted,
            closed,
            feedback,
            status,
        ];
        store.put(&table, w.at_village(p.village()), cells)?;
        let to_charity = direction == "1";
        out.push(Referral { index, need: i, person: n.person, sent, to_charity, status, closed: closed.is_some() });
    }
    Ok(out)
}

/// An assessment before the first service, sometimes a second one; two are planted after it (D03).
fn assess(w: &World<'_>, store: &mut Store<'_>, rng: &mut Rng, t: &mut Tables, r: &Referral) -> Done {
    let n = &w.needs[r.need];
    let unit = w.people[r.person].unit();
    if !rng.chance(w.q(unit, Field::Referral, 0.78, 1.0)) {
        return Ok(());
    }
    let mut day = (r.sent + 1).min(n.first_service.unwrap_or(w.last)).min(w.last);
    if let Some(served) = n.first_service.filter(|_| t.late > 0) {
        day = (served + 9).min(w.last);
        t.late -= usize::from(day > served);
    }
    let org = rng.of(&w.orgs.working[unit]);
    let worker = rng.of(&w.orgs.social_workers_of[org]);
    let score = rng.between(400, 950) * 10;
    write_assessment(w, store, t, r, (day, worker, score))?;
    let again = n.first_service.is_some_and(|s| day + 3 <= s) && n.closed.is_some() && rng.chance(0.5);
    if again {
        let better = rng.chance(w.q(unit, Field::Effect, 0.2, 0.8));
        write_assessment(w, store, t, r, (day + 3, worker, if better { score - 800 } else { score + 500 }))?;
    }
    Ok(())
}

fn write_assessment(
    w: &World<'_>,
    store: &mut Store<'_>,
    t: &mut Tables,
    r: &Referral,
    (day, worker, score): (Day, usize, i64),
) -> Done {
    let p = &w.people[r.person];
    let score = score.clamp(0, 10_000);
    let grade = if score > 7_500 {
        "1"
    } else if score > 5_500 {
        "2"
    } else {
        "3"
    };
    let cells = row![
        Key::at("PG", t.assessments, 7),
        need_key(r.need),
        p.id,
        day,
        social_worker_key(worker),
        Fen(score),
        grade,
        project_key(w.needs[r.need].project),
    ];
    t.assessments += 1;
    store.put(&t.assessment, w.at_village(p.village()), cells)
}

/// An agreement on or after the day of consent; two are planted before it (D01).
fn agree(
    w: &mut World<'_>,
    store: &mut Store<'_>,
    rng: &mut Rng,
    t: &mut Tables,
    (r, consent): (&Referral, Key),
) -> Done {
    let (p, n) = (&w.people[r.person], &w.needs[r.need]);
    let Some(served) = n.first_service.filter(|_| matches!(r.status, "04" | "05")) else { return Ok(()) };
    if !rng.chance(w.q(p.unit(), Field::Referral, 0.75, 1.0)) {
        return Ok(());
    }
    let key = Key::at("XY", w.agreements.len(), 7);
    let pair = (u32::try_from(n.project).unwrap_or(0), u32::try_from(r.person).unwrap_or(0));
    if w.agreements.contains_key(&pair) {
        return Ok(());
    }
    let mut sign = (r.sent + rng.days(0, 3)).min(served).max(r.sent);
    let kind = usize::from(w.places.pilot_of[p.village()].is_some());
    if t.early[kind] && r.sent - 4 >= w.first {
        sign = r.sent - 4;
        t.early[kind] = false;
    }
    let cells = row![
        key,
        p.id,
        project_key(n.project),
        org_key(w.projects.list[n.project].org),
        consent,
        sign,
        sign,
        sign + 180,
        if rng.chance(w.q(p.unit(), Field::Platform, 0.1, 0.85)) { "2" } else { "1" },
        rng.between(2, 12),
        Fen::yuan(rng.between(2, 29) * 100),
        if r.closed { "2" } else { "1" },
    ];
    store.put(&t.agreement, w.at_village(p.village()), cells)?;
    w.agreements.insert(pair, key);
    Ok(())
}
