//! The keys of stages that make scores, ranks and grades, and of the audit.

use super::numbers::{correlation, pair, ties};
use super::stage::{Band, Rank};
use crate::definitions::reader::Reader;
use crate::index::aggregate::{Absent, Aggregate, Form, GroupMethod, Ideal, Mean, Method as Family, Topsis, Vikor};
use crate::index::audit::Audit;
use crate::index::normalise::Method as Norm;
use crate::index::points::{Act, Against, Condition, Is, Points, Step};

pub(super) fn aggregate(table: &Reader<'_>) -> Option<Aggregate> {
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
    let absent = [
        ("share", Absent::Share),
        ("lowest", Absent::Lowest),
        ("no_score", Absent::NoScore),
        ("refuse", Absent::Refuse),
    ];
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
        table.complain(
            &table.place(),
            "缺少 method",
            "补上 method = \"arithmetic\" 等，或由下至上写 methods = [\"…\", \"…\"]",
        );
        return None;
    };
    let known = |name: &String| {
        let found = words.iter().find(|(w, _)| w == name).map(|(_, m)| *m);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
            table.complain(
                &table.place_of("methods"),
                format!("methods 的 {name} 无效"),
                format!("可用的有：{}", all.join("、")),
            );
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

pub(super) fn points(table: &Reader<'_>) -> Points {
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
        table.complain(
            &table.place(),
            "每个条件应恰有一个比较",
            "写 equals、above、below、at_least、at_most（或加 _column）、in 之一",
        );
    }
    table.finish();
    one.map(|(is, against)| Condition { column, is, against })
}

pub(super) fn rank(table: &Reader<'_>) -> Rank {
    Rank {
        ties: ties(table),
        digits: digits(table),
        high_first: table.choice("first", &[("high", true), ("low", false)]),
    }
}

pub(super) fn digits(table: &Reader<'_>) -> Option<u32> {
    table.opt_count("digits")
}

pub(super) fn bands(table: &Reader<'_>) -> Vec<Band> {
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

pub(super) fn audit(table: &Reader<'_>) -> Audit {
    let default = Audit::default();
    Audit {
        correlation: correlation(table),
        redundant: table.opt_float("redundant").unwrap_or(default.redundant),
        weak: table.opt_float("weak").unwrap_or(default.weak),
        same: table.opt_float("same").unwrap_or(default.same),
        alpha: table.opt_float("alpha").unwrap_or(default.alpha),
    }
}
