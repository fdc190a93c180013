//! The world behind the returns, step by step: places and people first, then charities and projects, what happens
//! between them, the money, and how the units are governed. A step writes its rows into the store and keeps only what
//! later steps need. Every unit and every pilot has its own quality in nine fields, so that scores and ranks differ.

mod awards;
mod beneficiaries;
mod consents;
mod contracts;
mod disclosures;
mod donations;
mod feedback;
mod funds;
mod goods;
mod governance;
mod ledger;
mod libraries;
mod meetings;
mod needs;
mod nominees;
mod org_reports;
mod orgs;
mod outreach;
mod payment_plants;
mod payments;
mod people;
pub(super) mod places;
mod platform;
mod project_payments;
mod projects;
mod quality;
mod reference;
mod referrals;
mod services;
mod sites;
mod status;
mod supervision;
mod visits;
mod volunteers;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::contract::Contracts;

use super::cell::Key;
use super::day::Day;
use super::names::Name;
use super::numbers::{IdNo, Numbers};
use super::rng::Rng;
use super::store::Store;
use super::{GenerateError, Plan, Progress};

use places::{At, Places};
use quality::{Field, Quality};

/// What a step returns.
type Done = Result<(), GenerateError>;

/// Everything that later steps look up.
pub(super) struct World<'c> {
    contracts: &'c Contracts,
    seed: u64,
    year: i32,
    size: usize,
    first: Day,
    last: Day,
    places: Arc<Places>,
    quality: Quality,
    numbers: Numbers,
    planted: BTreeMap<&'static str, u32>,
    /// Six officials of each unit: three approve, three handle.
    staff: Vec<Vec<Name>>,
    households: Vec<people::Household>,
    people: Vec<people::Person>,
    /// People who are paid long after their death.
    dead_paid: Vec<usize>,
    orgs: orgs::Orgs,
    scenes: Vec<sites::Scene>,
    /// Whether a village has a service point.
    has_point: Vec<bool>,
    projects: projects::Projects,
    workers: visits::Workers,
    visits: Vec<visits::Visit>,
    needs: Vec<needs::Need>,
    /// The person whose need was closed without anything done.
    closed_empty: Option<usize>,
    agreements: BTreeMap<(u32, u32), Key>,
    beneficiaries: Vec<beneficiaries::Beneficiary>,
    services: Vec<services::Service>,
    volunteers: volunteers::Volunteers,
    funds: Vec<funds::Fund>,
    campaigns: Vec<funds::Campaign>,
    donors: donations::Donors,
    donations: Vec<donations::Donation>,
}

/// Builds the world into a store.
pub(super) fn build<'c>(
    plan: &Plan,
    contracts: &'c Contracts,
    out: &Path,
    progress: Progress<'_>,
) -> Result<(Store<'c>, BTreeMap<String, u32>), GenerateError> {
    let mut world = World::new(plan, contracts);
    let mut store = Store::new(contracts, plan.year, Arc::clone(&world.places), out);
    if plan.truth {
        store = store.with_truth(&out.join("truth"))?;
    }
    let total = STEPS.len() as u64;
    for (i, (title, step)) in STEPS.iter().enumerate() {
        progress(title, i as u64, total);
        step(&mut world, &mut store)?;
    }
    progress("数据生成完毕", total, total);
    store.close_truth()?;
    let planted: BTreeMap<String, u32> = world.planted.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
    if plan.truth {
        write_planted(&planted, &store, plan, out)?;
    }
    Ok((store, planted))
}

type Step = for<'a, 'c, 's> fn(&'a mut World<'c>, &'a mut Store<'s>) -> Done;

/// The steps in order, with what people are told meanwhile.
const STEPS: [(&str, Step); 27] = [
    ("行政区划和参数", reference::run),
    ("低收入家庭和人口", people::run),
    ("救助身份变动", status::run),
    ("平台账号", platform::run),
    ("社会组织和社工", orgs::run),
    ("志愿者", volunteers::register),
    ("阵地和场景", sites::run),
    ("帮扶项目", projects::plan),
    ("铁脚板走访", visits::run),
    ("需求和预警", needs::run),
    ("转介", referrals::run),
    ("项目受益人", beneficiaries::run),
    ("服务记录", services::run),
    ("满意度和投诉", feedback::run),
    ("志愿服务", volunteers::serve),
    ("项目库", projects::run),
    ("项目合同和投标", contracts::run),
    ("基金和募捐", funds::run),
    ("捐赠", donations::run),
    ("基金收支", ledger::run),
    ("物资", goods::run),
    ("救助款物发放", payments::run),
    ("信息公开", disclosures::run),
    ("清单、地图和制度", libraries::run),
    ("会议和任务", governance::run),
    ("组织年报和成员", org_reports::run),
    ("奖项和加扣分", awards::run),
];

fn write_planted(planted: &BTreeMap<String, u32>, store: &Store<'_>, plan: &Plan, out: &Path) -> Done {
    let mut text = String::from("rule_id,planted\n");
    for (rule, n) in planted {
        text.push_str(&format!("{rule},{n}\n"));
    }
    let path = out.join("planted_risks.csv");
    std::fs::write(&path, text).map_err(|e| GenerateError::io(&path, e))?;
    let tables: BTreeMap<&str, u64> = store.totals().collect();
    let rows: u64 = tables.values().sum();
    let world = serde_json::json!({ "year": plan.year, "persons": plan.persons, "rows": rows, "tables": tables });
    let path = out.join("world.json");
    std::fs::write(&path, world.to_string()).map_err(|e| GenerateError::io(&path, e))
}

impl<'c> World<'c> {
    fn new(plan: &Plan, contracts: &'c Contracts) -> Self {
        let mut rng = Rng::new(plan.seed, "places");
        let places = Arc::new(Places::new(contracts, &mut rng));
        let quality = Quality::draw(&mut rng, places.pilots.len());
        let staff = (0..8).map(|_| Name::distinct(&mut rng, 6)).collect();
        Self {
            contracts,
            seed: plan.seed,
            year: plan.year,
            size: plan.persons as usize,
            first: Day::new(plan.year, 1, 1),
            last: Day::new(plan.year, 12, 31),
            has_point: vec![false; places.villages.len()],
            places,
            quality,
            staff,
            numbers: Numbers::default(),
            planted: BTreeMap::new(),
            households: Vec::new(),
            people: Vec::new(),
            dead_paid: Vec::new(),
            orgs: orgs::Orgs::default(),
            scenes: Vec::new(),
            projects: projects::Projects::default(),
            workers: visits::Workers::default(),
            visits: Vec::new(),
            needs: Vec::new(),
            closed_empty: None,
            agreements: BTreeMap::new(),
            beneficiaries: Vec::new(),
            services: Vec::new(),
            volunteers: volunteers::Volunteers::default(),
            funds: Vec::new(),
            campaigns: Vec::new(),
            donors: donations::Donors::default(),
            donations: Vec::new(),
        }
    }

    /// The stream of random numbers of a step.
    fn rng(&self, label: &str) -> Rng {
        Rng::new(self.seed, label)
    }

    /// The quality of a unit in a field, stretched to `lo..hi`.
    fn q(&self, unit: usize, field: Field, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.quality.of(unit, field)
    }

    /// The quality of the pilot in a village, if it is one.
    fn pilot(&self, village: usize) -> Option<f64> {
        self.places.pilot_of[village].map(|p| self.quality.pilots[p])
    }

    /// A chance that depends on the pilot of a village, or else on the unit.
    fn local(&self, village: usize, pilot: (f64, f64), field: Field, unit: (f64, f64)) -> f64 {
        match self.pilot(village) {
            Some(p) => pilot.0 + (pilot.1 - pilot.0) * p,
            None => self.q(self.places.villages[village].unit, field, unit.0, unit.1),
        }
    }

    /// Notes that so many suspicions of a rule were planted.
    fn plant(&mut self, rule: &'static str, count: usize) {
        *self.planted.entry(rule).or_default() += u32::try_from(count).unwrap_or(0);
    }

    /// An adult outside the register: number, name.
    fn adult(&mut self, rng: &mut Rng, unit: usize, ages: (i32, i32)) -> (IdNo, Name) {
        let female = rng.chance(0.5);
        let (from, to) = (Day::new(self.year - ages.1, 1, 1), Day::new(self.year - ages.0, 12, 31));
        let birth = from + rng.days(0, to - from);
        (self.numbers.id(rng, unit, birth, female), Name::draw(rng, female))
    }

    /// A day from one to another, both included.
    fn day(rng: &mut Rng, from: Day, to: Day) -> Day {
        from + rng.days(0, (to - from).max(0))
    }

    /// A day of a month and day inside the year.
    fn on(&self, month: u32, day: u32) -> Day {
        Day::new(self.year, month, day)
    }

    /// `None` for what has not happened by the end of the year.
    fn by_now(&self, day: Day) -> Option<Day> {
        (day <= self.last).then_some(day)
    }

    fn unit_name(&self, unit: usize) -> &str {
        &self.places.unit_names[unit]
    }

    /// The bureau of a unit: 民政局, in the parks 社会事业局.
    fn bureau(&self, unit: usize) -> String {
        format!("{}{}", self.unit_name(unit), if self.places.is_park(unit) { "社会事业局" } else { "民政局" })
    }

    fn at_village(&self, village: usize) -> At {
        self.places.at_village(village)
    }

    /// Residents of a unit, scaled to the number of people in the register.
    fn residents(&self, unit: usize) -> f64 {
        reference::residents(&self.places.unit_codes[unit]) * self.scale()
    }

    /// The size of this world as a share of the real one.
    fn scale(&self) -> f64 {
        (self.size as f64 / 137_000.0).clamp(0.01, 1.0)
    }
}
