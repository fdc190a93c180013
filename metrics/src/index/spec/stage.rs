//! `[[stage]]`: the chain, one stage a table, `do` says which.

use super::{sensitivity, weigh};
use crate::definitions::reader::Reader;
use crate::index::aggregate::{Absent, Aggregate, Form, GroupMethod, Ideal, Mean, Method as Family, Topsis, Vikor};
use crate::index::audit::Audit;
use crate::index::denominate::{Denominate, Zero};
use crate::index::impute::{Impute, Source};
use crate::index::normalise::{Constant, Cost, Method as Norm, Normalise, Percentile, TargetForm};
use crate::index::points::{Act, Against, Condition, Is, Points, Step};
use crate::index::sensitivity::{MonteCarlo, Sobol};
use crate::index::stats::{Correlation, Divisor, Moments};
use crate::index::tie::Ties;
use crate::index::transform::{Peak, Transform, Turn};
use crate::index::treat::{Shape, Test, Treat, Winsor};
use crate::index::tree::{Indicator, Tree};
use crate::index::weigh::Weigh;

pub use crate::index::screen::Screen;

/// A stage of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name, by which other stages and errors call it.
    pub id: String,
    /// Indicators it is about; all, if none.
    pub columns: Vec<String>,
    /// What it does.
    pub action: Action,
}

/// What a stage does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Divides by denominators.
    Denominate(Denominate),
    /// Lets units with too few data go.
    Screen(Screen),
    /// Fills what is missing.
    Impute(Impute),
    /// Changes numbers one by one.
    Transform(Transform),
    /// Makes more better.
    Orient(Turn, Peak),
    /// Treats outliers.
    Treat(Treat),
    /// Brings onto one scale.
    Normalise(Normalise),
    /// Weighs.
    Weigh(Weigh),
    /// Aggregates.
    Aggregate(Aggregate),
    /// Makes points by rules.
    Points(Points),
    /// Ranks.
    Rank(Rank),
    /// Grades.
    Grade(Vec<Band>, Option<u32>),
    /// Audits.
    Audit(Audit),
    /// Monte Carlo.
    MonteCarlo(MonteCarlo),
    /// Sobol indices.
    Sobol(Sobol),
    /// Leaves one out, of this level.
    LeaveOneOut(usize),
}

impl Action {
    /// Whether scores depend on it; what does not is left out of simulations.
    #[must_use]
    pub fn shapes_the_index(&self) -> bool {
        !matches!(
            self,
            Self::Rank(_) | Self::Grade(..) | Self::Audit(_) | Self::MonteCarlo(_) | Self::Sobol(_) | Self::LeaveOneOut(_)
        )
    }

    /// Columns of text that it reads.
    #[must_use]
    pub fn label_columns(&self) -> Vec<String> {
        match self {
            Self::Impute(impute) => impute.group.clone().into_iter().collect(),
            Self::MonteCarlo(MonteCarlo { factors, .. }) | Self::Sobol(Sobol { factors, .. }) => {
                sensitivity::actions(factors).flat_map(Self::label_columns).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How to rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Places of equals.
    pub ties: Ties,
    /// Decimals to which scores are rounded before; not at all, if none.
    pub digits: Option<u32>,
    /// Whether the largest is first; as the aggregation says, if none.
    pub high_first: Option<bool>,
}

/// A grade from a score upwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Smallest score; none for the rest.
    pub at_least: Option<f64>,
    /// The grade.
    pub label: String,
}

const KINDS: [&str; 16] = [
    "denominate", "screen", "impute", "transform", "orient", "treat", "normalise", "weigh", "aggregate", "points", "rank",
    "grade", "audit", "monte_carlo", "sobol", "leave_one_out",
];

pub(super) fn read_all(reader: &Reader<'_>, indicators: &[Indicator], tree: Option<&Tree>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for table in reader.tables("stage") {
        let Some((kind, action)) = action(&table, tree) else {
            // Its keys are not judged: what the stage does is not known.
            continue;
        };
        let same = stages.iter().filter(|s| s.id == kind || s.id.starts_with(&format!("{kind}_"))).count();
        let id = table.opt_text("id").unwrap_or_else(|| if same == 0 { kind.clone() } else { format!("{kind}_{}", same + 1) });
        if stages.iter().any(|s| s.id == id) {
            table.complain(&table.place_of("id"), format!("环节 {id} 重名"), "换一个 id");
        }
        let columns = table.opt_texts("columns").unwrap_or_default();
        for column in columns.iter().filter(|c| !indicators.iter().any(|i| i.id == **c)) {
            table.complain(&table.place_of("columns"), format!("{column} 不是指标"), "columns 写 [[indicator]] 的 id");
        }
        sensitivity::check(&table, &action, &stages);
        table.finish();
        stages.push(Stage { id, columns, action });
    }
    if stages.is_empty() {
        reader.complain(&reader.place(), "没有环节", "至少写一个 [[stage]]，如 do = \"normalise\"");
    }
    stages
}

/// The kind of a stage and what it does.
pub(super) fn action(table: &Reader<'_>, tree: Option<&Tree>) -> Option<(String, Action)> {
    let kinds: Vec<(&str, &str)> = KINDS.iter().map(|k| (*k, *k)).collect();
    let kind = table.must_choose("do", &kinds, "");
    let action = match kind {
        "denominate" => Action::Denominate(denominate(table)),
        "screen" => Action::Screen(screen(table)),
        "impute" => Action::Impute(impute(table)?),
        "transform" => Action::Transform(transform(table)?),
        "orient" => Action::Orient(table.choice("negative", &TURNS).unwrap_or_default(), peak(table)),
        "treat" => Action::Treat(treat(table)),
        "normalise" => Action::Normalise(normalise(table)?),
        "weigh" => Action::Weigh(weigh::read(table, tree)?),
        "aggregate" => Action::Aggregate(aggregate(table)?),
        "points" => Action::Points(points(table)),
        "rank" => Action::Rank(rank(table)),
        "grade" => Action::Grade(bands(table), digits(table)),
        "audit" => Action::Audit(audit(table)),
        "monte_carlo" => Action::MonteCarlo(sensitivity::monte_carlo(table, tree)),
        "sobol" => Action::Sobol(sensitivity::sobol(table, tree)),
        "leave_one_out" => Action::LeaveOneOut(table.opt_count("level").unwrap_or(1)),
        _ => return None,
    };
    Some((kind.to_owned(), action))
}

fn denominate(table: &Reader<'_>) -> Denominate {
    let zeros = [("refuse", Zero::Refuse), ("missing", Zero::Missing), ("not_applicable", Zero::NotApplicable)];
    Denominate { per: table.opt_float("per").unwrap_or(1.0), zero: table.choice("zero", &zeros).unwrap_or_default() }
}

fn screen(table: &Reader<'_>) -> Screen {
    Screen {
        min_available: table.opt_float("min_available"),
        min_nonzero: table.opt_float("min_nonzero"),
        keep: table.opt_texts("keep").unwrap_or_default(),
        drop: table.opt_texts("drop").unwrap_or_default(),
    }
}

fn impute(table: &Reader<'_>) -> Option<Impute> {
    let value = table.opt_float("value");
    let words = [
        ("mean", Source::Mean),
        ("median", Source::Median),
        ("group_mean", Source::GroupMean),
        ("group_median", Source::GroupMedian),
        ("previous", Source::Previous),
        ("constant", Source::Constant(value.unwrap_or_default())),
    ];
    let first = table.must_choose("method", &words.map(|(w, s)| (w, Some(s))), None)?;
    let then = table.choice("fallback", &words);
    let how = Impute {
        sources: std::iter::once(first).chain(then).collect(),
        group: table.opt_text("group"),
        max_age: table.opt_count("max_age"),
    };
    let uses = |wanted: fn(&Source) -> bool| how.sources.iter().any(wanted);
    if uses(|s| matches!(s, Source::GroupMean | Source::GroupMedian)) && how.group.is_none() {
        table.complain(&table.place(), "缺少 group", "补上 group = \"分组列\"");
    }
    if uses(|s| matches!(s, Source::Constant(_))) && value.is_none() {
        table.complain(&table.place(), "缺少 value", "补上 value = 数字");
    }
    Some(how)
}

fn transform(table: &Reader<'_>) -> Option<Transform> {
    let by = table.opt_float("by");
    let words = [
        ("log", Transform::Log),
        ("log10", Transform::Log10),
        ("log1p", Transform::Log1p),
        ("sqrt", Transform::Sqrt),
        ("reciprocal", Transform::Reciprocal),
        ("power", Transform::Power(by.unwrap_or(1.0))),
        ("multiply", Transform::Multiply(by.unwrap_or(1.0))),
        ("add", Transform::Add(by.unwrap_or_default())),
    ];
    let how = table.must_choose("method", &words.map(|(w, t)| (w, Some(t))), None)?;
    let needs = matches!(how, Transform::Power(_) | Transform::Multiply(_) | Transform::Add(_));
    if needs && by.is_none() {
        table.complain(&table.place(), "缺少 by", "补上 by = 数字");
    }
    Some(how)
}

const TURNS: [(&str, Turn); 3] = [("from_max", Turn::FromMax), ("reciprocal", Turn::Reciprocal), ("negate", Turn::Negate)];

fn peak(table: &Reader<'_>) -> Peak {
    table.choice("intermediate", &[("distance", Peak::Distance), ("triangle", Peak::Triangle)]).unwrap_or_default()
}

fn treat(table: &Reader<'_>) -> Treat {
    let winsors = ["steps", "percentile", "fences", "deviations", "none"].map(|w| (w, w));
    let winsor = match table.choice("winsorise", &winsors).unwrap_or("steps") {
        "none" => None,
        "percentile" => {
            let ends = table.opt_floats("percentiles").unwrap_or_else(|| vec![0.05, 0.95]);
            let [low, high] = ends.as_slice() else {
                table.complain(&table.place_of("percentiles"), "percentiles 应为两个数", "如 [0.05, 0.95]");
                return treat_with(table, None);
            };
            Some(Winsor::Percentile { low: *low, high: *high })
        }
        "fences" => Some(Winsor::Fences(table.opt_float("times").unwrap_or(1.5))),
        "deviations" => Some(Winsor::Deviations(table.opt_float("times").unwrap_or(3.0))),
        _ => Some(Winsor::Steps {
            max: Some(table.opt_count("max_points").unwrap_or(5)),
            force: table.opt_bool("force").unwrap_or_default(),
        }),
    };
    treat_with(table, winsor)
}

fn treat_with(table: &Reader<'_>, winsor: Option<Winsor>) -> Treat {
    let shapes = [
        ("log_shift", Some(Shape::LogShift)),
        ("log_one", Some(Shape::LogOne)),
        ("log_gii", Some(Shape::LogGii)),
        ("log", Some(Shape::Log)),
        ("boxcox", Some(Shape::BoxCox(table.opt_float("lambda")))),
        ("none", None),
    ];
    let default = Test::default();
    let test = Test {
        skewness: table.opt_float("skewness").unwrap_or(default.skewness),
        kurtosis: table.opt_float("kurtosis").unwrap_or(default.kurtosis),
        moments: moments(table),
        both: table.opt_bool("both").unwrap_or_default(),
    };
    Treat {
        test: table.opt_bool("test").unwrap_or(true).then_some(test),
        winsor,
        shape: table.choice("shape", &shapes).unwrap_or(Some(Shape::LogShift)),
        combine: table.opt_bool("combine").unwrap_or_default(),
    }
}

fn moments(table: &Reader<'_>) -> Moments {
    let words = [("plain", Moments::Plain), ("corrected", Moments::Corrected), ("minitab", Moments::Minitab)];
    table.choice("moments", &words).unwrap_or_default()
}

fn normalise(table: &Reader<'_>) -> Option<Normalise> {
    let percentile = [("inclusive", Percentile::Inclusive), ("share", Percentile::Share), ("hazen", Percentile::Hazen)];
    let target = [("range", TargetForm::Range), ("ratio", TargetForm::Ratio), ("relative", TargetForm::Relative)];
    let words = norms(
        table.choice("percentile", &percentile).unwrap_or_default(),
        table.choice("target", &target).unwrap_or_default(),
    );
    let method = table.must_choose("method", &words.map(|(w, m)| (w, Some(m))), None)?;
    let costs =
        [("reflect", Cost::Reflect), ("reciprocal", Cost::Reciprocal), ("ratio", Cost::Ratio), ("keep", Cost::Keep)];
    let constants =
        [("refuse", Constant::Refuse), ("low", Constant::Low), ("middle", Constant::Middle), ("high", Constant::High)];
    Some(Normalise {
        range: pair(table, "range").unwrap_or((0.0, 1.0)),
        z: pair(table, "mean_sd").unwrap_or((0.0, 1.0)),
        divisor: divisor(table),
        ties: ties(table),
        cost: table.choice("cost", &costs),
        truncate: table.opt_bool("truncate"),
        constant: table.choice("constant", &constants).unwrap_or_default(),
        ..Normalise::by(method)
    })
}

/// Names of normalisations.
pub(super) fn norms(percentile: Percentile, target: TargetForm) -> [(&'static str, Norm); 10] {
    [
        ("minmax", Norm::MinMax),
        ("zscore", Norm::ZScore),
        ("rank", Norm::Rank),
        ("percentile", Norm::Percentile(percentile)),
        ("borda", Norm::Borda),
        ("goalposts", Norm::Goalposts),
        ("distance_to_target", Norm::Target(target)),
        ("vector", Norm::Vector),
        ("max", Norm::Max),
        ("sum", Norm::Sum),
    ]
}

fn pair(table: &Reader<'_>, key: &str) -> Option<(f64, f64)> {
    let numbers = table.opt_floats(key)?;
    let [a, b] = numbers.as_slice() else {
        table.complain(&table.place_of(key), format!("{key} 应为两个数"), "如 [0, 100]");
        return None;
    };
    Some((*a, *b))
}

pub(super) fn divisor(table: &Reader<'_>) -> Divisor {
    table.choice("sd", &[("sample", Divisor::Sample), ("population", Divisor::Population)]).unwrap_or_default()
}

fn ties(table: &Reader<'_>) -> Ties {
    let words =
        [("competition", Ties::Competition), ("dense", Ties::Dense), ("mean", Ties::Mean), ("last", Ties::Last)];
    table.choice("ties", &words).unwrap_or_default()
}

pub(super) fn correlation(table: &Reader<'_>) -> Correlation {
    let words =
        [("pearson", Correlation::Pearson), ("spearman", Correlation::Spearman), ("kendall", Correlation::Kendall)];
    table.choice("correlation", &words).unwrap_or_default()
}

fn aggregate(table: &Reader<'_>) -> Option<Aggregate> {
    let power = table.opt_float("power");
    let means = |power: f64| {
        [
            ("arithmetic", GroupMethod::Mean(Mean::Arithmetic)),
            ("geometric", GroupMethod::Mean(Mean::Geometric)),
            ("harmonic", GroupMethod::Mean(Mean::Harmonic)),
            ("power", GroupMethod::Mean(Mean::Power(power))),
            ("copeland", GroupMethod::Copeland),
        ]
    };
    let groups = means(power.unwrap_or(2.0));
    let flat = [("topsis", GroupMethod::Copeland), ("vikor", GroupMethod::Copeland)];
    let words: Vec<(&str, GroupMethod)> = groups.iter().chain(&flat).copied().collect();
    let family = match table.opt_text("method").as_deref() {
        Some("topsis") => Family::Topsis(topsis(table, power)),
        Some("vikor") => Family::Vikor(Vikor { v: table.opt_float("v").unwrap_or(0.5) }),
        Some(_) => Family::Groups { levels: vec![table.choice("method", &words)?], own: own(table, &groups) },
        None => Family::Groups { levels: levels(table, &groups)?, own: own(table, &groups) },
    };
    let absent =
        [("share", Absent::Share), ("lowest", Absent::Lowest), ("no_score", Absent::NoScore), ("refuse", Absent::Refuse)];
    let forms = [("plain", Form::Plain), ("ln", Form::Ln), ("log10", Form::Log10)];
    if power.is_some_and(|p| p == 0.0) {
        table.complain(&table.place_of("power"), "power 不能为0", "0次幂平均即几何平均，写 method = \"geometric\"");
    }
    Some(Aggregate {
        method: family,
        missing: table.choice("missing", &absent).unwrap_or(Absent::Share),
        withheld: table.choice("withheld", &absent).unwrap_or(Absent::Refuse),
        min_share: table.opt_float("min_share").unwrap_or_default(),
        form: table.choice("form", &forms).unwrap_or_default(),
    })
}

fn levels(table: &Reader<'_>, words: &[(&str, GroupMethod)]) -> Option<Vec<GroupMethod>> {
    let Some(named) = table.opt_texts("methods") else {
        table.complain(&table.place(), "缺少 method", "补上 method = \"arithmetic\" 等，或由下至上写 methods = [\"…\", \"…\"]");
        return None;
    };
    let known = |name: &String| {
        let found = words.iter().find(|(w, _)| w == name).map(|(_, m)| *m);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
            table.complain(&table.place_of("methods"), format!("methods 的 {name} 无效"), format!("可用的有：{}", all.join("、")));
        }
        found
    };
    named.iter().map(known).collect()
}

/// `groups = { HDI = "geometric" }`.
fn own(table: &Reader<'_>, words: &[(&str, GroupMethod)]) -> Vec<(String, GroupMethod)> {
    let Some(groups) = table.opt_table("groups") else { return Vec::new() };
    let found = groups.keys().into_iter().filter_map(|id| groups.choice(&id, words).map(|m| (id, m))).collect();
    groups.finish();
    found
}

fn topsis(table: &Reader<'_>, power: Option<f64>) -> Topsis {
    let norms = [
        ("vector", Some(Norm::Vector)),
        ("minmax", Some(Norm::MinMax)),
        ("max", Some(Norm::Max)),
        ("sum", Some(Norm::Sum)),
        ("none", None),
    ];
    Topsis {
        normalisation: table.choice("normalisation", &norms).unwrap_or(Some(Norm::Vector)),
        ideal: table.choice("ideal", &[("data", Ideal::Data), ("unit", Ideal::Unit)]).unwrap_or_default(),
        power: power.unwrap_or(2.0),
    }
}

fn points(table: &Reader<'_>) -> Points {
    Points { start: table.text("start"), steps: table.tables("step").into_iter().filter_map(step).collect() }
}

fn step(table: Reader<'_>) -> Option<Step> {
    let when = table.tables("when").into_iter().filter_map(condition).collect();
    let acts = [
        table.opt_float("add").map(Act::Add),
        table.opt_float("set").map(Act::Set),
        table.opt_float("at_most").map(Act::AtMost),
        table.opt_float("at_least").map(Act::AtLeast),
        pair(&table, "clamp").map(|(low, high)| Act::Clamp(low, high)),
    ];
    let mut acts = acts.into_iter().flatten();
    let (act, more) = (acts.next(), acts.next());
    if act.is_none() || more.is_some() {
        table.complain(&table.place(), "每一步应恰有一个动作", "写 add、set、clamp、at_most、at_least 之一");
    }
    table.finish();
    Some(Step { when, act: act? })
}

fn condition(table: Reader<'_>) -> Option<Condition> {
    let column = table.opt_text("column");
    let numbers = [
        (Is::Equal, table.opt_float("equals")),
        (Is::Above, table.opt_float("above")),
        (Is::Below, table.opt_float("below")),
        (Is::AtLeast, table.opt_float("at_least")),
        (Is::AtMost, table.opt_float("at_most")),
    ];
    let columns = [
        (Is::Equal, table.opt_text("equals_column")),
        (Is::Above, table.opt_text("above_column")),
        (Is::Below, table.opt_text("below_column")),
        (Is::AtLeast, table.opt_text("at_least_column")),
        (Is::AtMost, table.opt_text("at_most_column")),
    ];
    let list = table.opt_floats("in").map(|l| (Is::Equal, Against::OneOf(l)));
    let numbers = numbers.into_iter().filter_map(|(is, x)| x.map(|x| (is, Against::Number(x))));
    let columns = columns.into_iter().filter_map(|(is, c)| c.map(|c| (is, Against::Column(c))));
    let mut all = numbers.chain(columns).chain(list);
    let (one, more) = (all.next(), all.next());
    if one.is_none() || more.is_some() {
        table.complain(&table.place(), "每个条件应恰有一个比较", "写 equals、above、below、at_least、at_most（或加 _column）、in 之一");
    }
    table.finish();
    one.map(|(is, against)| Condition { column, is, against })
}

fn rank(table: &Reader<'_>) -> Rank {
    Rank {
        ties: ties(table),
        digits: digits(table),
        high_first: table.choice("first", &[("high", true), ("low", false)]),
    }
}

fn digits(table: &Reader<'_>) -> Option<u32> {
    table.opt_count("digits").and_then(|d| u32::try_from(d).ok())
}

fn bands(table: &Reader<'_>) -> Vec<Band> {
    let band = |t: Reader<'_>| {
        let band = Band { at_least: t.opt_float("at_least"), label: t.text("label") };
        t.finish();
        band
    };
    let bands: Vec<Band> = table.tables("band").into_iter().map(band).collect();
    let ends: Vec<f64> = bands.iter().filter_map(|b| b.at_least).collect();
    if bands.is_empty() || ends.windows(2).any(|w| w[0] <= w[1]) {
        table.complain(&table.place_of("band"), "等次应由高到低", "从最高等次写起，at_least 逐个减小，最后一档可不写");
    }
    bands
}

fn audit(table: &Reader<'_>) -> Audit {
    let default = Audit::default();
    Audit {
        correlation: correlation(table),
        redundant: table.opt_float("redundant").unwrap_or(default.redundant),
        weak: table.opt_float("weak").unwrap_or(default.weak),
        same: table.opt_float("same").unwrap_or(default.same),
        alpha: table.opt_float("alpha").unwrap_or(default.alpha),
    }
}
