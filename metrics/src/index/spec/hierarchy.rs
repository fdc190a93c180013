//! `[[indicator]]` and `[[group]]`.

use crate::definitions::reader::Reader;
use crate::index::tree::{Direction, Group, Indicator, Tree};

const DIRECTIONS: [(&str, Direction); 4] = [
    ("positive", Direction::Positive),
    ("negative", Direction::Negative),
    ("intermediate", Direction::Intermediate),
    ("interval", Direction::Interval),
];

type Hierarchy = Option<(Tree, Vec<f64>)>;

/// The indicators, the groups, and the hierarchy if it holds together.
pub(super) fn read(reader: &Reader<'_>) -> (Vec<Indicator>, Vec<Group>, Hierarchy) {
    let indicators: Vec<Indicator> = reader.tables("indicator").into_iter().map(indicator).collect();
    let groups: Vec<Group> = reader.tables("group").into_iter().map(group).collect();
    if indicators.is_empty() {
        reader.complain(&reader.place(), "没有指标", "至少写一个 [[indicator]]，id 为数据的列名");
        return (indicators, groups, None);
    }
    let built = Tree::build(&indicators, &groups).map_err(|mistakes| {
        for mistake in mistakes {
            reader.complain(&reader.place_of("indicator"), mistake, "核对各 [[indicator]]、[[group]] 的 id 和 parent");
        }
    });
    (indicators, groups, built.ok())
}

fn indicator(table: Reader<'_>) -> Indicator {
    let id = table.text("id");
    let read = Indicator {
        name: table.opt_text("name").unwrap_or_else(|| id.clone()),
        id,
        parent: table.opt_text("parent"),
        weight: weight(&table),
        direction: table.choice("direction", &DIRECTIONS).unwrap_or_default(),
        denominator: table.opt_text("denominator"),
        goalposts: ends(&table, "goalposts"),
        logarithmic: table.opt_bool("logarithmic").unwrap_or_default(),
        target: table.opt_float("target"),
        best: table.opt_float("best"),
        interval: ends(&table, "interval"),
        limits: ends(&table, "limits"),
    };
    check(&table, &read);
    table.finish();
    read
}

fn check(table: &Reader<'_>, read: &Indicator) {
    let needs = |key: &str, value: &str| {
        table.complain(&table.place_of("direction"), format!("缺少 {key}"), format!("补上 {key} = {value}"));
    };
    match read.direction {
        Direction::Intermediate if read.best.is_none() => needs("best", "最优值"),
        Direction::Interval if read.interval.is_none() => needs("interval", "[下限, 上限]"),
        _ => {}
    }
    if read.logarithmic && read.goalposts.is_some_and(|(low, _)| low <= 0.0) {
        table.complain(&table.place_of("goalposts"), "对数标尺的阈值应大于0", "改为大于0的数，或去掉 logarithmic");
    }
}

fn group(table: Reader<'_>) -> Group {
    let id = table.text("id");
    let read = Group {
        name: table.opt_text("name").unwrap_or_else(|| id.clone()),
        id,
        parent: table.opt_text("parent"),
        weight: weight(&table),
    };
    table.finish();
    read
}

fn weight(table: &Reader<'_>) -> f64 {
    let weight = table.opt_float("weight").unwrap_or(1.0);
    if weight < 0.0 {
        table.complain(&table.place_of("weight"), "权重不能小于0", "方向相反的指标写 direction = \"negative\"");
    }
    weight
}

fn ends(table: &Reader<'_>, key: &str) -> Option<(f64, f64)> {
    let ends = table.opt_floats(key)?;
    match ends.as_slice() {
        [low, high] if low < high => Some((*low, *high)),
        _ => {
            table.complain(&table.place_of(key), format!("{key} 应为由小到大的两个数"), "如 [0, 100]");
            None
        }
    }
}
