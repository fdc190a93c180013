//! How a suspicion is handled: states, who may take which step under which conditions, the days for it, and the tolerance
//! test. The machine is data; which conditions there are is a closed list.

use std::collections::{BTreeMap, BTreeSet};

use super::common::Head;
use super::mistake::did_you_mean;
use super::reader::Reader;
use super::risk_rule::Severity;
use crate::number::Num;

/// What a state means for a rule's precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Still being handled.
    Open,
    /// Closed: there was nothing in it.
    FalseAlarm,
    /// Closed: there was something in it.
    Confirmed,
}

/// A state of a case (code set `hit_status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Code, e.g. `20`.
    pub code: String,
    /// Name, e.g. `已推送说明`.
    pub name: String,
    /// What it means for precision.
    pub outcome: Conclusion,
}

/// What must hold before a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A reason in words.
    Reason,
    /// A reference to the evidence.
    Evidence,
    /// At least two people.
    TwoPeople,
    /// None of the people explained the case.
    NotExplainer,
    /// None of the people reviewed it in the county.
    NotReviewer,
    /// The newest run found it, and nothing came in since.
    NewestRun,
    /// No whitelist entry is in force for it.
    NotWhitelisted,
    /// One is.
    Whitelisted,
    /// No return that the rule reads is missing, or somebody says why it does not matter.
    BasisComplete,
    /// It was not drawn for the city's review.
    NotSampled,
    /// The tolerance test was passed in full.
    Tolerated,
    /// Money recovered, a corrected return, or a fix of system or parameters on record.
    Correction,
    /// A corrected return made it go away.
    Resubmitted,
    /// Its next step is overdue.
    Overdue,
    /// The last step raised it to the city for being overdue.
    Escalated,
}

impl Need {
    /// All of them with their words in the definition.
    pub const ALL: [(&'static str, Self); 15] = [
        ("reason", Self::Reason),
        ("evidence", Self::Evidence),
        ("two_people", Self::TwoPeople),
        ("not_explainer", Self::NotExplainer),
        ("not_reviewer", Self::NotReviewer),
        ("newest_run", Self::NewestRun),
        ("not_whitelisted", Self::NotWhitelisted),
        ("whitelisted", Self::Whitelisted),
        ("basis_complete", Self::BasisComplete),
        ("not_sampled", Self::NotSampled),
        ("tolerated", Self::Tolerated),
        ("correction", Self::Correction),
        ("resubmitted", Self::Resubmitted),
        ("overdue", Self::Overdue),
        ("escalated", Self::Escalated),
    ];

    /// In a few words, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Reason => "理由",
            Self::Evidence => "佐证",
            Self::TwoPeople => "两人以上",
            Self::NotExplainer => "不是说明人",
            Self::NotReviewer => "不是初核人",
            Self::NewestRun => "最近筛查仍命中",
            Self::NotWhitelisted => "不在白名单",
            Self::Whitelisted => "在白名单",
            Self::BasisComplete => "基础报表报齐",
            Self::NotSampled => "未抽中市级复核",
            Self::Tolerated => "认定予以容错",
            Self::Correction => "纠正的依据",
            Self::Resubmitted => "更正后不再命中",
            Self::Overdue => "逾期",
            Self::Escalated => "已提级督办",
        }
    }
}

/// A step that somebody may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Identifier, e.g. `push`.
    pub id: String,
    /// Name, e.g. `推送说明`.
    pub title: String,
    /// States in which it may be taken.
    pub from: Vec<String>,
    /// State after it; none: as before.
    pub to: Option<String>,
    /// Code of the step in `risk_handling`: `1` 推送 … `7` 销号.
    pub step: String,
    /// Roles that may take it (code set `role`).
    pub roles: Vec<String>,
    /// Levels of cases for which it is there.
    pub levels: Vec<Severity>,
    /// What must hold.
    pub needs: BTreeSet<Need>,
    /// The step that is due then; none: the one that was due, or nothing.
    pub next_step: Option<String>,
    /// Working days for it by level.
    pub next_workdays: BTreeMap<Severity, u32>,
}

/// A flag or a bar of the tolerance test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Identifier, e.g. `a` or `gain`.
    pub id: String,
    /// In words.
    pub title: String,
}

/// The definition of casework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Casework {
    /// Id, version, effective period, status, clause, basis.
    pub head: Head,
    /// What must be said with every list.
    pub note: String,
    /// M-level cases that the city reviews, percent.
    pub sample_percent: usize,
    /// Most months of a whitelist entry.
    pub whitelist_months: usize,
    /// Days within which two rules on one entity raise an L case.
    pub recurrence_days: usize,
    /// Share of false alarms beyond which a rule goes back to its owner.
    pub false_share_limit: Num,
    /// Quarters over which that share is taken.
    pub false_share_quarters: usize,
    /// Working days to correct what is partly tolerated.
    pub partial_correct_workdays: usize,
    /// States.
    pub states: Vec<State>,
    /// Steps.
    pub actions: Vec<Action>,
    /// Conditions of tolerance.
    pub conditions: Vec<Criterion>,
    /// What rules tolerance out.
    pub bars: Vec<Criterion>,
    /// Flags that must all be met to tolerate.
    pub full: BTreeSet<String>,
    /// Flags that must be met to tolerate in part.
    pub partial: BTreeSet<String>,
    /// Share of a deduction that is spared then.
    pub partial_share: Num,
}

const OUTCOMES: [(&str, Conclusion); 3] =
    [("open", Conclusion::Open), ("false", Conclusion::FalseAlarm), ("confirmed", Conclusion::Confirmed)];
const LEVELS: [(&str, Severity); 3] = [("L", Severity::Low), ("M", Severity::Medium), ("H", Severity::High)];
const STEPS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
const ROLES: [&str; 5] = ["perf", "sec", "audit", "county", "township"];

impl Casework {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let tolerance = table.table("tolerance");
        let flags = |key: &str| tolerance.as_ref().map(|t| t.texts(key).into_iter().collect()).unwrap_or_default();
        let (full, partial) = (flags("full"), flags("partial"));
        let partial_share = tolerance.as_ref().map_or_else(Num::zero, |t| t.number("partial_share"));
        if let Some(t) = tolerance {
            t.finish();
        }
        let read = Self {
            head: Head::read(table),
            note: table.text("note"),
            sample_percent: table.count("sample_percent"),
            whitelist_months: table.count("whitelist_months"),
            recurrence_days: table.count("recurrence_days"),
            false_share_limit: table.number("false_share_limit"),
            false_share_quarters: table.count("false_share_quarters"),
            partial_correct_workdays: table.count("partial_correct_workdays"),
            states: table.tables("states").into_iter().map(read_state).collect(),
            actions: table.tables("actions").into_iter().map(read_action).collect(),
            conditions: table.tables("conditions").into_iter().map(|t| read_criterion(t, "flag")).collect(),
            bars: table.tables("bars").into_iter().map(|t| read_criterion(t, "id")).collect(),
            full,
            partial,
            partial_share,
        };
        read.complain(table);
        read
    }

    /// Names that do not exist, and states that nobody gets to or out of.
    fn complain(&self, table: &Reader<'_>) {
        let known: Vec<&str> = self.states.iter().map(|s| s.code.as_str()).collect();
        let mut seen = BTreeSet::new();
        for action in &self.actions {
            if !seen.insert(action.id.as_str()) {
                let message = format!("步骤 {} 写了两次", action.id);
                table.complain(&table.place_of("actions"), message, "合并为一个，或改用另一个 id");
            }
            for code in action.from.iter().chain(&action.to).filter(|c| !known.contains(&c.as_str())) {
                let message = format!("步骤 {} 的状态 {code} 没有定义", action.id);
                table.complain(&table.place_of("actions"), message, did_you_mean(code, known.iter().copied()));
            }
        }
        for state in &self.states {
            let leads_out = self.actions.iter().any(|a| a.from.contains(&state.code));
            let leads_in = self.actions.iter().any(|a| a.to.as_ref() == Some(&state.code));
            if state.outcome == Conclusion::Open && !leads_out {
                let message = format!("状态 {} {} 没有步骤可以走出", state.code, state.name);
                table.complain(&table.place_of("states"), message, "补上 from 含这一状态的步骤");
            }
            if self.first_state() != Some(&state.code) && !leads_in {
                let message = format!("状态 {} {} 没有步骤可以到达", state.code, state.name);
                table.complain(&table.place_of("states"), message, "补上 to 为这一状态的步骤，或删去这一状态");
            }
        }
        let flags: Vec<&str> = self.conditions.iter().map(|c| c.id.as_str()).collect();
        for flag in self.full.union(&self.partial).filter(|f| !flags.contains(&f.as_str())) {
            let message = format!("容错条件 {flag} 没有定义");
            table.complain(&table.place_of("tolerance"), message, did_you_mean(flag, flags.iter().copied()));
        }
    }

    /// The state of a hit that nobody has looked at.
    #[must_use]
    pub fn first_state(&self) -> Option<&String> {
        self.states.first().map(|s| &s.code)
    }

    /// A state by its code.
    #[must_use]
    pub fn state(&self, code: &str) -> Option<&State> {
        self.states.iter().find(|s| s.code == code)
    }

    /// A step by its identifier.
    #[must_use]
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.iter().find(|a| a.id == id)
    }
}

fn read_state(table: Reader<'_>) -> State {
    let state = State {
        code: table.text("code"),
        name: table.text("name"),
        outcome: table.must_choose("outcome", &OUTCOMES, Conclusion::Open),
    };
    table.finish();
    state
}

fn read_criterion(table: Reader<'_>, key: &str) -> Criterion {
    let criterion = Criterion { id: table.text(key), title: table.text("title") };
    table.finish();
    criterion
}

fn read_action(table: Reader<'_>) -> Action {
    let action = Action {
        id: table.text("id"),
        title: table.text("title"),
        from: table.texts("from"),
        to: table.opt_text("to"),
        step: one_of(&table, "step", &STEPS),
        roles: table.texts("roles"),
        levels: chosen(&table, "levels", &LEVELS),
        needs: chosen(&table, "needs", &Need::ALL).into_iter().collect(),
        next_step: table.opt_text("next_step"),
        next_workdays: table.opt_table("next_workdays").map(read_workdays).unwrap_or_default(),
    };
    for role in action.roles.iter().filter(|r| !ROLES.contains(&r.as_str())) {
        table.complain(&table.place_of("roles"), format!("没有角色 {role}"), did_you_mean(role, ROLES));
    }
    if action.next_step.is_some() && action.levels.iter().any(|l| !action.next_workdays.contains_key(l)) {
        let message = format!("步骤 {} 没有写明下一环节各等级的工作日", action.id);
        table.complain(&table.place(), message, "补上 next_workdays，如 { H = 5, M = 10 }");
    }
    table.finish();
    action
}

fn read_workdays(table: Reader<'_>) -> BTreeMap<Severity, u32> {
    let mut days = BTreeMap::new();
    for key in table.keys() {
        let n = table.count(&key);
        match LEVELS.iter().find(|(w, _)| *w == key) {
            Some((_, level)) => {
                days.insert(*level, u32::try_from(n).unwrap_or(u32::MAX));
            }
            None => {
                let remedy = did_you_mean(&key, LEVELS.map(|(w, _)| w));
                table.complain(&table.place_of(&key), format!("没有等级 {key}"), remedy);
            }
        }
    }
    table.finish();
    days
}

fn one_of(table: &Reader<'_>, key: &str, words: &[&str]) -> String {
    let given = table.text(key);
    if !given.is_empty() && !words.contains(&given.as_str()) {
        let remedy = did_you_mean(&given, words.iter().copied());
        table.complain(&table.place_of(key), format!("{key} 的取值 {given} 无效"), remedy);
    }
    given
}

fn chosen<T: Copy>(table: &Reader<'_>, key: &str, words: &[(&str, T)]) -> Vec<T> {
    let mut found = Vec::new();
    for given in table.texts(key) {
        match words.iter().find(|(w, _)| *w == given) {
            Some((_, value)) => found.push(*value),
            None => {
                let remedy = did_you_mean(&given, words.iter().map(|(w, _)| *w));
                table.complain(&table.place_of(key), format!("{key} 的取值 {given} 无效"), remedy);
            }
        }
    }
    found
}
