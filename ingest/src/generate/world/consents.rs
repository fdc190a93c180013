//! Consents to a referral: before or on the day of sending, with a few planted faults.

use crate::generate::GenerateError;
use crate::generate::cell::{Key, row};
use crate::generate::rng::Rng;
use crate::generate::store::{Store, TableRef};

use super::World;
use super::referrals::Referral;

/// The consent table and what is still to plant.
pub(super) struct Consents {
    table: TableRef,
    rows: usize,
    /// The first scan and its person, to be used a second time for somebody else (D07).
    scan: Option<(String, usize)>,
    reused: bool,
    /// A minor without a guardian's signature (D06).
    alone: bool,
    /// Nobody asked (D02): referrals without a consent.
    missing: usize,
    /// The one referral that is surely without consent: of somebody who is referred once.
    never: Option<usize>,
}

impl Consents {
    pub(super) fn open(store: &Store<'_>) -> Result<Self, GenerateError> {
        let columns = [
            "consent_id",
            "pid_token",
            "referral_id",
            "signed_date",
            "form",
            "scope",
            "separate_sensitive",
            "guardian_signed",
            "revoked_date",
            "file_hash",
        ];
        let table = store.open("consent", &columns)?;
        Ok(Self { table, rows: 0, scan: None, reused: false, alone: false, missing: 0, never: None })
    }

    /// Chooses the referral for which nobody will have asked.
    pub(super) fn expect(&mut self, referrals: &[Referral], people: usize) {
        let mut count = vec![0u32; people];
        for r in referrals {
            count[r.person] += 1;
        }
        self.never = referrals.iter().find(|r| r.to_charity && count[r.person] == 1).map(|r| r.index);
    }

    /// Notes what was planted.
    pub(super) fn note(&self, w: &mut World<'_>) {
        w.plant("RSK-D02", self.missing);
        w.plant("RSK-D06", usize::from(self.alone));
        w.plant("RSK-D07", usize::from(self.reused));
    }

    /// The scan of a person; the second person gets the first one's.
    fn scan_of(&mut self, rng: &mut Rng, person: usize) -> String {
        match &self.scan {
            Some((scan, first)) if !self.reused && *first != person => {
                self.reused = true;
                scan.clone()
            }
            Some(_) => rng.hash(),
            None => {
                let scan = rng.hash();
                self.scan = Some((scan.clone(), person));
                scan
            }
        }
    }
}

/// Asks for the consent to a referral to charity; returns its key.
pub(super) fn ask(
    w: &World<'_>,
    store: &mut Store<'_>,
    rng: &mut Rng,
    c: &mut Consents,
    r: &Referral,
) -> Result<Option<Key>, GenerateError> {
    if !r.to_charity {
        return Ok(None);
    }
    if rng.chance(0.01) || c.never == Some(r.index) {
        c.missing += 1;
        return Ok(None);
    }
    let p = &w.people[r.person];
    let guarded = p.minor && c.alone;
    c.alone |= p.minor;
    let key = Key::at("TY", c.rows, 7);
    let scan = c.scan_of(rng, r.person);
    let cells = row![
        key,
        p.id,
        Key::at("ZJ", r.index, 7),
        r.sent,
        rng.weighted(&[("1", 6.0), ("2", 3.0), ("3", 1.0)]),
        "姓名、住址、救助类别、需求",
        rng.chance(0.96),
        guarded,
        rng.chance(0.01).then_some((r.sent + 60).min(w.last)),
        scan,
    ];
    store.put(&c.table, w.at_village(p.village()), cells)?;
    c.rows += 1;
    Ok(Some(key))
}
