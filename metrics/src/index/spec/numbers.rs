//! The keys of stages that change numbers.

use crate::definitions::reader::Reader;
use crate::index::denominate::{Denominate, Zero};
use crate::index::impute::{Impute, Source};
use crate::index::normalise::{Constant, Cost, Method as Norm, Normalise, Percentile, TargetForm};
use crate::index::screen::Screen;
use crate::index::stats::{Correlation, Divisor, Moments};
use crate::index::tie::Ties;
use crate::index::transform::{Peak, Transform, Turn};
use crate::index::treat::{Shape, Test, Treat, Winsor};

pub(super) fn denominate(table: &Reader<'_>) -> Denominate {
    let zeros = [("refuse", Zero::Refuse), ("missing", Zero::Missing), ("not_applicable", Zero::NotApplicable)];
    Denominate { per: table.opt_float("per").unwrap_or(1.0), zero: table.choice("zero", &zeros).unwrap_or_default() }
}

pub(super) fn screen(table: &Reader<'_>) -> Screen {
    Screen {
        min_available: table.opt_float("min_available"),
        min_nonzero: table.opt_float("min_nonzero"),
        keep: table.opt_texts("keep").unwrap_or_default(),
        drop: table.opt_texts("drop").unwrap_or_default(),
    }
}

pub(super) fn impute(table: &Reader<'_>) -> Option<Impute> {
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

pub(super) fn transform(table: &Reader<'_>) -> Option<Transform> {
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

pub(super) fn turn(table: &Reader<'_>) -> Turn {
    let words = [("from_max", Turn::FromMax), ("reciprocal", Turn::Reciprocal), ("negate", Turn::Negate)];
    table.choice("negative", &words).unwrap_or_default()
}

pub(super) fn peak(table: &Reader<'_>) -> Peak {
    table.choice("intermediate", &[("distance", Peak::Distance), ("triangle", Peak::Triangle)]).unwrap_or_default()
}

pub(super) fn treat(table: &Reader<'_>) -> Treat {
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

pub(super) fn normalise(table: &Reader<'_>) -> Option<Normalise> {
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

pub(super) fn pair(table: &Reader<'_>, key: &str) -> Option<(f64, f64)> {
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

pub(super) fn ties(table: &Reader<'_>) -> Ties {
    let words =
        [("competition", Ties::Competition), ("dense", Ties::Dense), ("mean", Ties::Mean), ("last", Ties::Last)];
    table.choice("ties", &words).unwrap_or_default()
}

pub(super) fn correlation(table: &Reader<'_>) -> Correlation {
    let words =
        [("pearson", Correlation::Pearson), ("spearman", Correlation::Spearman), ("kendall", Correlation::Kendall)];
    table.choice("correlation", &words).unwrap_or_default()
}
