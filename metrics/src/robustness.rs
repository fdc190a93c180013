//! How far a ranking hangs on its weights: trials with other weights, rank intervals, pairs that cannot be told apart.
//!
//! Each trial multiplies the weight of every core indicator by an independent number between 1 − [`SPREAD`] and
//! 1 + [`SPREAD`] and scales the weights back to their sum; bonus and deduction stay. The weight of an indicator that does
//! not apply to a subject is shared out as the scheme itself does it (first inside the group, then among groups). After
//! OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7; Saisana, Saltelli, Tarantola, J. R. Stat. Soc. A
//! 168 (2005) 307–323. Invariant: the same saved scores give the same answer, on any machine. It must not know rules: it
//! starts from the points as saved.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use suixin_warehouse::Snapshot;

use crate::compute::{bad, subjects};
use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::window::{Window, usual_as_of};

/// Trials of a ranking.
pub const TRIALS: usize = 2_000;
/// The largest part by which a trial changes a weight.
pub const SPREAD: f64 = 0.25;
/// The share of trials that must agree for an order to count as certain.
pub const SURE: f64 = 0.95;
/// Totals that differ by less are equal: the trials calculate with binary numbers.
const EQUAL: f64 = 1e-9;
const SEED: u64 = 20_240_226;

/// How sure a ranking is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// Scheme.
    pub scheme: String,
    /// Year.
    pub year: i32,
    /// Number of trials.
    pub trials: usize,
    /// The largest part by which a weight was changed.
    pub spread: f64,
    /// Subjects by group and official rank.
    pub subjects: Vec<Robust>,
    /// Pairs of a group whose order fewer than [`SURE`] of the trials confirm.
    pub pairs: Vec<Pair>,
    /// Core indicators by which all subjects to whom they apply have the same share of the points.
    pub flat: Vec<Flat>,
}

/// The ranks of a subject in the trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robust {
    /// Subject.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// Group in which it is ranked.
    pub group: String,
    /// Official rank.
    pub rank: i64,
    /// Better end of the interval that holds 5 to 95 % of the trials.
    pub best: usize,
    /// The rank in the middle of the trials.
    pub middle: usize,
    /// Worse end of the interval.
    pub worst: usize,
    /// Share of the trials in which it is first, alone or with others.
    pub first: f64,
}

/// Two subjects of which it is not certain who is ahead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// Who is ahead officially.
    pub ahead: String,
    /// Its name.
    pub ahead_name: String,
    /// Who is behind, or equal.
    pub behind: String,
    /// Its name.
    pub behind_name: String,
    /// Share of the trials in which the first is ahead; a tie is none.
    pub share: f64,
}

/// An indicator that tells nobody apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flat {
    /// Indicator.
    pub indicator: String,
    /// Its name.
    pub name: String,
    /// Its weight.
    pub weight: f64,
    /// The share of its points that all have.
    pub share: f64,
    /// To how many subjects it applies.
    pub subjects: usize,
}

/// Tries the saved ranking of a scheme and year.
///
/// # Errors
/// `NotInForce` when the scheme is not in force in the year; `NotFound` when no scores are saved; `Statement` when the
/// snapshot cannot be read.
pub async fn robustness(
    snapshot: &Snapshot,
    defs: &Definitions,
    scheme: &str,
    year: i32,
) -> Result<Robustness, MetricsError> {
    let saved = Saved::read(snapshot, defs, scheme, year).await?;
    let subjects = &saved.subjects;
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut tally = Tally::new(subjects.len());
    for _ in 0..TRIALS {
        tally.count(subjects, &saved.trial(&mut random));
    }
    Ok(Robustness {
        scheme: scheme.to_owned(),
        year,
        trials: TRIALS,
        spread: SPREAD,
        subjects: subjects.iter().enumerate().map(|(n, s)| tally.robust(n, s)).collect(),
        pairs: tally.pairs(subjects),
        flat: saved.flat(),
    })
}

/// A core indicator.
#[derive(Debug)]
struct Core {
    id: String,
    name: String,
    group: String,
    weight: f64,
}

#[derive(Debug)]
struct Ranked {
    key: String,
    name: String,
    group: String,
    rank: i64,
    /// Bonus and deduction: no weight touches them.
    fixed: f64,
    /// Share of the points of each core indicator; none where it does not apply.
    shares: Vec<Option<f64>>,
}

/// The saved scores of a scheme.
#[derive(Debug)]
struct Saved {
    core: Vec<Core>,
    /// By group, rank and key.
    subjects: Vec<Ranked>,
}

impl Saved {
    async fn read(snapshot: &Snapshot, defs: &Definitions, id: &str, year: i32) -> Result<Self, MetricsError> {
        let window = Window::year(year, usual_as_of(year));
        let day = window.period.last();
        let missing = || MetricsError::NotInForce { scheme: id.to_owned(), year };
        let scheme = defs.scheme_on(id, day).ok_or_else(missing)?;
        let indicators = defs.indicators_on(id, day).into_iter().filter(|i| i.kind == crate::definitions::Kind::Core);
        let number = |n: &crate::number::Num| n.to_decimal().and_then(|d| d.to_f64()).unwrap_or(0.0);
        let core: Vec<Core> = indicators
            .map(|i| Core {
                id: i.id().to_owned(),
                name: i.name.clone(),
                group: i.level1.clone(),
                weight: number(&i.weight),
            })
            .collect();
        let rows = stored(snapshot, id, year).await?;
        let known = subjects(snapshot, scheme, window).await?;
        let mut ranked: Vec<Ranked> = rows
            .iter()
            .filter_map(|(key, points)| {
                let of = known.iter().find(|s| s.key == *key);
                let rank = points.get("TOTAL")?.rank?;
                let part = |row: &str| points.get(row).map_or(0.0, |p| p.score);
                let share = |c: &Core| points.get(c.id.as_str()).filter(|p| p.max > 0.0).map(|p| p.score / p.max);
                Some(Ranked {
                    name: of.map_or_else(|| key.clone(), |s| s.name.clone()),
                    group: of.map_or_else(String::new, |s| s.group.clone()),
                    key: key.clone(),
                    rank,
                    fixed: part("BONUS") + part("DEDUCT"),
                    shares: core.iter().map(share).collect(),
                })
            })
            .collect();
        ranked.sort_by(|a, b| (&a.group, a.rank, &a.key).cmp(&(&b.group, b.rank, &b.key)));
        if ranked.is_empty() {
            let hint = format!("；请先执行 suixin compute --period {year}");
            return Err(MetricsError::NotFound { what: "得分", given: format!("{year}年 {id}"), hint });
        }
        Ok(Self { core, subjects: ranked })
    }

    /// The totals of one trial.
    fn trial(&self, random: &mut impl Rng) -> Vec<f64> {
        let changed: Vec<f64> =
            self.core.iter().map(|c| c.weight * random.random_range(1.0 - SPREAD..=1.0 + SPREAD)).collect();
        let scale = self.core.iter().map(|c| c.weight).sum::<f64>() / changed.iter().sum::<f64>();
        let weights: Vec<f64> = changed.iter().map(|w| w * scale).collect();
        self.subjects.iter().map(|s| s.fixed + self.core_points(s, &weights)).collect()
    }

    /// Core points under these weights, those of indicators that do not apply shared out as [`crate::score`] does it.
    fn core_points(&self, subject: &Ranked, weights: &[f64]) -> f64 {
        let mut groups: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
        for ((core, share), weight) in self.core.iter().zip(&subject.shares).zip(weights) {
            let (whole, alive, points) = groups.entry(&core.group).or_default();
            *whole += weight;
            if let Some(share) = share {
                *alive += weight;
                *points += weight * share;
            }
        }
        let all: f64 = groups.values().map(|(whole, ..)| whole).sum();
        let kept: f64 = groups.values().filter(|(_, alive, _)| *alive > 0.0).map(|(whole, ..)| whole).sum();
        let of = |(whole, alive, points): &(f64, f64, f64)| if *alive > 0.0 { points * whole / alive } else { 0.0 };
        if kept > 0.0 { groups.values().map(of).sum::<f64>() * all / kept } else { 0.0 }
    }

    fn flat(&self) -> Vec<Flat> {
        let flat = |(n, core): (usize, &Core)| {
            let shares: Vec<f64> = self.subjects.iter().filter_map(|s| s.shares[n]).collect();
            let (first, rest) = shares.split_first()?;
            let same = !rest.is_empty() && rest.iter().all(|s| (s - first).abs() < EQUAL);
            same.then(|| Flat {
                indicator: core.id.clone(),
                name: core.name.clone(),
                weight: core.weight,
                share: *first,
                subjects: shares.len(),
            })
        };
        self.core.iter().enumerate().filter_map(flat).collect()
    }
}

/// A saved row of a subject.
struct Points {
    score: f64,
    max: f64,
    rank: Option<i64>,
}

/// Subject → row → points.
async fn stored(
    snapshot: &Snapshot,
    scheme: &str,
    year: i32,
) -> Result<BTreeMap<String, BTreeMap<String, Points>>, MetricsError> {
    let sql = format!(
        "SELECT subject_id, indicator_id, score, max_score, rank_no FROM eval_score \
         WHERE scheme='{}' AND period='{year}'",
        scheme.replace('\'', "''")
    );
    let failed = |source| MetricsError::Statement { id: format!("{scheme} 已存得分"), source };
    let mut out: BTreeMap<String, BTreeMap<String, Points>> = BTreeMap::new();
    for row in snapshot.query(&sql).await.map_err(failed)?.rows {
        let number = |i: usize| row[i].as_decimal().and_then(|d| d.to_f64());
        let score = number(2).ok_or_else(|| bad("eval_score", "得分不是数字".to_owned()))?;
        let points =
            Points { score, max: number(3).unwrap_or(0.0), rank: row[4].as_decimal().and_then(|d| d.to_i64()) };
        out.entry(row[0].to_string()).or_default().insert(row[1].to_string(), points);
    }
    Ok(out)
}

/// What the trials said.
struct Tally {
    ranks: Vec<Vec<usize>>,
    /// `ahead[a][b]`: trials in which `a` has more than `b`.
    ahead: Vec<Vec<usize>>,
}

impl Tally {
    fn new(subjects: usize) -> Self {
        Self { ranks: vec![Vec::new(); subjects], ahead: vec![vec![0; subjects]; subjects] }
    }

    fn count(&mut self, subjects: &[Ranked], totals: &[f64]) {
        for (a, own) in totals.iter().enumerate() {
            let mut better = 0;
            for (b, other) in totals.iter().enumerate().filter(|(b, _)| subjects[*b].group == subjects[a].group) {
                better += usize::from(other - own > EQUAL);
                self.ahead[a][b] += usize::from(own - other > EQUAL);
            }
            self.ranks[a].push(better + 1);
        }
    }

    fn robust(&self, n: usize, subject: &Ranked) -> Robust {
        let mut ranks = self.ranks[n].clone();
        ranks.sort_unstable();
        // The k-th of n, without interpolation: a rank is a whole number.
        let at =
            |percent: usize| ranks.get((ranks.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0);
        let first = ranks.iter().filter(|r| **r == 1).count();
        Robust {
            subject: subject.key.clone(),
            name: subject.name.clone(),
            group: subject.group.clone(),
            rank: subject.rank,
            best: at(5),
            middle: at(50),
            worst: at(95),
            first: share(first, ranks.len()),
        }
    }

    fn pairs(&self, subjects: &[Ranked]) -> Vec<Pair> {
        let mut out = Vec::new();
        for (a, first) in subjects.iter().enumerate() {
            for (b, second) in subjects.iter().enumerate().skip(a + 1).filter(|(_, s)| s.group == first.group) {
                let share = share(self.ahead[a][b], self.ranks[a].len());
                if share < SURE {
                    out.push(Pair {
                        ahead: first.key.clone(),
                        ahead_name: first.name.clone(),
                        behind: second.key.clone(),
                        behind_name: second.name.clone(),
                        share,
                    });
                }
            }
        }
        out
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Rows of `VALUES` that stand for the trials in the statements of datasets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fillings(BTreeMap<&'static str, String>);

/// Placeholder, scheme, and whether it stands for subjects or for pairs.
const FILLINGS: [(&str, &str, bool); 4] = [
    ("${trials_cty}", "CTY", true),
    ("${pairs_cty}", "CTY", false),
    ("${trials_plt}", "PLT", true),
    ("${pairs_plt}", "PLT", false),
];

impl Fillings {
    /// Rows for the placeholders of these statements. Before the first evaluation there is nothing to try: no row.
    pub(crate) async fn of<'s>(
        snapshot: &Snapshot,
        defs: &Definitions,
        year: i32,
        statements: impl Iterator<Item = &'s str> + Clone,
    ) -> Result<Self, MetricsError> {
        let mut tried: BTreeMap<&str, Option<Robustness>> = BTreeMap::new();
        let mut out = BTreeMap::new();
        for (name, scheme, of_subjects) in FILLINGS {
            if !statements.clone().any(|s| s.contains(name)) {
                continue;
            }
            if !tried.contains_key(scheme) {
                tried.insert(scheme, optional(robustness(snapshot, defs, scheme, year).await)?);
            }
            let Some(Some(found)) = tried.get(scheme) else { continue };
            let rows = if of_subjects { subject_rows(found) } else { pair_rows(found) };
            if !rows.is_empty() {
                out.insert(name, rows.join(", "));
            }
        }
        Ok(Self(out))
    }

    /// Puts the rows into a statement; a row that fits nothing where there are none.
    pub(crate) fn fill(&self, sql: String) -> String {
        let nothing = |of_subjects: bool| if of_subjects { "('', 0, 0, 0, 0.0)" } else { "('', '', 0.0)" };
        FILLINGS.iter().fold(sql, |text, (name, _, of_subjects)| {
            let rows = self.0.get(name).map_or(nothing(*of_subjects), String::as_str);
            if text.contains(name) { text.replace(name, rows) } else { text }
        })
    }
}

fn optional(found: Result<Robustness, MetricsError>) -> Result<Option<Robustness>, MetricsError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(MetricsError::NotFound { .. } | MetricsError::NotInForce { .. }) => Ok(None),
        Err(e) => Err(e),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn subject_rows(found: &Robustness) -> Vec<String> {
    let row = |s: &Robust| format!("({}, {}, {}, {}, {:.6})", quoted(&s.subject), s.best, s.middle, s.worst, s.first);
    found.subjects.iter().map(row).collect()
}

fn pair_rows(found: &Robustness) -> Vec<String> {
    let row = |p: &Pair| format!("({}, {}, {:.6})", quoted(&p.ahead), quoted(&p.behind), p.share);
    found.pairs.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(weights: &[(&str, f64)], subjects: &[(&str, f64, &[Option<f64>])]) -> Saved {
        let core = weights.iter().enumerate().map(|(n, (group, weight))| Core {
            id: format!("X-{n}"),
            name: format!("指标{n}"),
            group: (*group).to_owned(),
            weight: *weight,
        });
        let ranked = subjects.iter().zip(1..).map(|((key, fixed, shares), rank)| Ranked {
            key: (*key).to_owned(),
            name: (*key).to_owned(),
            group: String::new(),
            rank,
            fixed: *fixed,
            shares: shares.to_vec(),
        });
        Saved { core: core.collect(), subjects: ranked.collect() }
    }

    fn tally(saved: &Saved) -> Tally {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let mut tally = Tally::new(saved.subjects.len());
        (0..500).for_each(|_| tally.count(&saved.subjects, &saved.trial(&mut random)));
        tally
    }

    #[test]
    fn who_is_better_everywhere_is_first_under_all_weights() {
        let s = saved(
            &[("一", 60.0), ("二", 40.0)],
            &[("甲", 0.0, &[Some(0.9), Some(0.9)]), ("乙", 0.0, &[Some(0.8), Some(0.8)])],
        );
        let tally = tally(&s);
        let first = tally.robust(0, &s.subjects[0]);
        assert_eq!((first.best, first.middle, first.worst, first.first), (1, 1, 1, 1.0));
        assert!(tally.pairs(&s.subjects).is_empty() && s.flat().is_empty());
    }

    #[test]
    fn opposite_strengths_of_equal_weight_cannot_be_told_apart() {
        let s = saved(
            &[("一", 50.0), ("二", 50.0)],
            &[("甲", 0.0, &[Some(1.0), Some(0.5)]), ("乙", 0.0, &[Some(0.5), Some(1.0)])],
        );
        let tally = tally(&s);
        let (a, b) = (tally.robust(0, &s.subjects[0]), tally.robust(1, &s.subjects[1]));
        assert_eq!((a.best, a.worst, b.best, b.worst), (1, 2, 1, 2));
        let pairs = tally.pairs(&s.subjects);
        assert!(pairs.len() == 1 && (0.4..0.6).contains(&pairs[0].share), "{pairs:?}");
        // A bonus that no weight touches makes it certain.
        let s = saved(
            &[("一", 50.0), ("二", 50.0)],
            &[("甲", 20.0, &[Some(1.0), Some(0.5)]), ("乙", 0.0, &[Some(0.5), Some(1.0)])],
        );
        assert!(super::tests::tally(&s).pairs(&s.subjects).is_empty());
    }

    #[test]
    fn weights_that_do_not_apply_are_shared_out_as_the_scheme_does_it() {
        // 一 drops whole; in 二 a third drops: 75 and 25 are left, of which 0.8 and 0.4 were earned.
        let weights = [("一", 20.0), ("二", 20.0), ("二", 40.0), ("三", 20.0)];
        let s = saved(&weights, &[("甲", 1.5, &[None, None, Some(0.8), Some(0.4)])]);
        let points = s.core_points(&s.subjects[0], &weights.map(|(_, w)| w));
        assert!((points - 70.0).abs() < 1e-12, "{points}");
        let nothing = saved(&weights, &[("甲", 0.0, &[None, None, None, None])]);
        assert_eq!(nothing.core_points(&nothing.subjects[0], &weights.map(|(_, w)| w)), 0.0);
    }

    #[test]
    fn equal_subjects_share_a_rank_in_every_trial() {
        let s = saved(&[("一", 100.0)], &[("甲", 0.0, &[Some(0.7)]), ("乙", 0.0, &[Some(0.7)])]);
        let tally = tally(&s);
        assert_eq!((tally.robust(1, &s.subjects[1]).worst, tally.pairs(&s.subjects)[0].share), (1, 0.0));
        assert_eq!(s.flat()[0].subjects, 2);
    }
}
