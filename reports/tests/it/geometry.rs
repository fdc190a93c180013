//! No label of a chart is clipped or lies over another, on real data and at the edges.

use std::fmt::Write;

use crate::common::{brief, collisions, dataset, dec, outline, pages, sample, text};
use suixin_reports::chart::WIDTH;
use suixin_reports::page::POINTS_A_PIXEL;
use suixin_reports::page::compose::Layout;
use suixin_reports::{Brief, Cell, Dataset, Outline};

/// Draws all charts of an outline, at their natural, least and greatest heights, and collects what is wrong.
fn check(outline: &Outline, brief: &Brief) -> String {
    let draft = pages(outline, brief, &Layout::default());
    let limits: Vec<(String, [f64; 2])> = draft
        .document
        .summary
        .iter()
        .chain(draft.document.chapters.iter().flat_map(|c| &c.pieces))
        .filter_map(|piece| match piece {
            suixin_reports::page::Piece::Figure { id, limits, .. } => Some((id.clone(), *limits)),
            _ => None,
        })
        .collect();
    let mut report = String::new();
    for end in 0..3 {
        let mut layout = Layout::default();
        if end < 2 {
            layout.heights = limits.iter().map(|(id, l)| (id.clone(), (l[end] / POINTS_A_PIXEL) as u32)).collect();
        }
        for picture in pages(outline, brief, &layout).pictures {
            for problem in collisions(&picture.svg) {
                writeln!(report, "{} ({}): {problem}", picture.id, ["least", "most", "natural"][end]).unwrap();
            }
            assert!(picture.svg.contains(&format!("width=\"{WIDTH}\"")));
        }
    }
    report
}

#[test]
fn charts_of_the_sample_year() {
    let report = check(&Outline::joint_meeting().unwrap(), &sample());
    assert!(report.is_empty(), "{report}");
}

/// Every kind of chart over the same four datasets.
const ALL: &str = r#"
[[chapters.blocks]]
chart = "bars"
id = "bars"
data = "rows"
finding = "结论"
label = "name"
value = "a"
rate = "rate"
focus = "first"
lines = [{ at = 60.0, label = "合格线" }]
[[chapters.blocks]]
chart = "ranked-stack"
id = "ranked"
data = "rows"
finding = "结论"
label = "name"
values = ["a", "b", "c"]
total = "total"
role = "grade"
lines = [{ at = 60.0, label = "合格" }, { at = 80.0, label = "良好" }, { at = 90.0, label = "优秀" }]
[[chapters.blocks]]
chart = "stack-rows"
id = "stack"
data = "rows"
finding = "结论"
label = "name"
group = "grade"
values = ["a", "b"]
total = "total"
[[chapters.blocks]]
chart = "shares"
id = "shares"
data = "rows"
finding = "结论"
label = "name"
values = ["a", "b"]
total = "total"
[[chapters.blocks]]
chart = "ranges"
id = "ranges"
data = "rows"
finding = "结论"
label = "name"
low = "b"
value = "a"
high = "total"
[[chapters.blocks]]
chart = "scatter"
id = "scatter"
data = "rows"
finding = "结论"
label = "name"
x = "a"
y = "total"
[[chapters.blocks]]
chart = "pareto"
id = "pareto"
data = "rows"
finding = "结论"
label = "name"
value = "b"
rate = "rate"
[[chapters.blocks]]
chart = "funnel"
id = "funnel"
data = "rows"
finding = "结论"
label = "name"
value = "a"
rate = "rate"
total = "rate"
[[chapters.blocks]]
chart = "tiles"
id = "tiles"
data = "rows"
finding = "结论"
label = "name"
value = "total"
role = "grade"
[[chapters.blocks]]
chart = "slope"
id = "slope"
data = "rows"
finding = "结论"
label = "name"
x = "r0"
y = "r1"
[[chapters.blocks]]
chart = "waterfall"
id = "waterfall"
data = "rows"
finding = "结论"
label = "name"
value = "c"
role = "step"
[[chapters.blocks]]
chart = "boxes"
id = "boxes"
data = "rows"
finding = "结论"
group = "grade"
value = "total"
lines = [{ at = 80.0, label = "良好" }]
[[chapters.blocks]]
chart = "lines"
id = "lines"
data = "rows"
finding = "结论"
label = "month"
values = ["a", "total"]
[[chapters.blocks]]
chart = "lines"
id = "split"
data = "rows"
finding = "结论"
label = "month"
values = ["a", "b", "total"]
split = true
[[chapters.blocks]]
chart = "heat"
id = "heat"
data = "grid"
finding = "结论"
label = "name"
across = "col"
value = "rate"
[[chapters.blocks]]
chart = "calendar"
id = "calendar"
data = "grid"
finding = "结论"
label = "name"
across = "month"
value = "n"
[[chapters.blocks]]
chart = "bubbles"
id = "bubbles"
data = "grid"
finding = "结论"
label = "name"
across = "col"
value = "n"
[[chapters.blocks]]
chart = "panels"
id = "panels"
data = "grid"
finding = "结论"
label = "name"
across = "col"
value = "rate"
[[chapters.blocks]]
chart = "radars"
id = "radars"
data = "grid"
finding = "结论"
label = "name"
across = "col"
value = "rate"
[[chapters.blocks]]
chart = "flow"
id = "flow"
data = "one"
finding = "结论"
values = ["needs", "matched", "closed"]
losses = [["lost", "left"], ["open"]]
rates = ["r1", "r2"]
"#;

/// A value of a repeating list; values may be missing, zero, negative, large.
fn value(values: &[Option<&str>], i: usize) -> Cell {
    values[i % values.len()].map_or(Cell::Null, dec)
}

fn world(names: &[&str], values: &[Option<&str>]) -> Brief {
    brief(vec![rows(names, values), grid(names, values), one(values)])
}

fn rows(names: &[&str], values: &[Option<&str>]) -> Dataset {
    let grades = ["优秀", "良好", "合格", "不合格"];
    let row = |(i, n): (usize, &&str)| {
        let step = if i == 0 {
            "base"
        } else if i + 1 == names.len() {
            "total"
        } else {
            "core"
        };
        let mut row = vec![text(n)];
        row.extend((0..4).map(|k| value(values, i + k)));
        row.push(values[i % values.len()].map_or(Cell::Null, |_| dec(&format!("0.{:03}", (i * 137 + 51) % 1000))));
        row.extend([text(grades[i % 4]), text(step)]);
        row.extend([i + 1, names.len() - i, i + 1].map(|n| Cell::Int(n as i64)));
        row
    };
    let columns = [
        "name",
        "a:score:分",
        "b:score:分",
        "c:score:分",
        "total:score:分",
        "rate:pct1",
        "grade",
        "step",
        "r0:int",
        "r1:int",
        "month:int:月",
    ];
    dataset("rows", &["name"], &columns, names.iter().enumerate().map(row).collect())
}

fn grid(names: &[&str], values: &[Option<&str>]) -> Dataset {
    let mut rows = Vec::new();
    for (i, name) in names.iter().enumerate() {
        for c in 0..9 {
            let column = ["三单三库一基金", "运行机制", "慈善力量培育"][c % 3];
            let there = values[(i + c) % values.len()].is_some();
            let rate = if there { dec(&format!("0.{}", (i * 7 + c * 3) % 10)) } else { Cell::Null };
            rows.push(vec![
                text(name),
                text(&format!("{column}{c}")),
                Cell::Int(c as i64 + 1),
                rate,
                value(values, i + c),
            ]);
        }
    }
    dataset("grid", &["name", "col"], &["name", "col", "month:int:月", "rate:pct1", "n:int:次"], rows)
}

fn one(values: &[Option<&str>]) -> Dataset {
    let count = |i: usize| values[i % values.len()].map_or(Cell::Null, |v| dec(v.trim_start_matches('-')));
    let columns = [
        "needs:int:条",
        "matched:int:条",
        "closed:int:条",
        "lost:int:条",
        "left:int:条",
        "open:int:条",
        "r1:pct1",
        "r2:pct1",
    ];
    let mut row: Vec<Cell> = (0..6).map(|i| count(i % 4)).collect();
    row.extend([dec("0.5"), dec("0.995")]);
    dataset("one", &[], &columns, vec![row])
}

const UNITS: [&str; 8] = ["船山区", "安居区", "蓬溪县", "大英县", "射洪市", "河东新区", "经开区", "高新区"];

#[test]
fn edges_of_the_data() {
    let long = ["北川羌族自治县盐井街道花园街社区居民委员会", "遂宁经济技术开发区社会事业局", "河东新区"];
    type Case<'a> = (&'a str, Vec<&'a str>, Vec<Option<&'a str>>);
    let cases: [Case; 8] = [
        ("usual", UNITS.to_vec(), vec![Some("98.85"), Some("8"), Some("-1.25"), Some("60.34"), Some("72.2")]),
        ("one unit", vec!["船山区"], vec![Some("81.5"), Some("3"), Some("-2"), Some("82.5")]),
        ("two units", vec!["船山区", "安居区"], vec![Some("81.5"), Some("3"), Some("-2"), Some("82.5")]),
        ("all equal", UNITS.to_vec(), vec![Some("50")]),
        ("negative", UNITS.to_vec(), vec![Some("-3.5"), Some("-20"), Some("-0.01"), Some("4")]),
        ("missing", UNITS.to_vec(), vec![None, Some("5"), None, Some("0"), Some("77")]),
        ("large", UNITS.to_vec(), vec![Some("1234567.89"), Some("98765432.1"), Some("0.5"), Some("3")]),
        ("long names", long.to_vec(), vec![Some("98.85"), Some("8"), Some("-1.25"), Some("60.34")]),
    ];
    let outline = outline(ALL);
    let mut report = String::new();
    for (case, names, values) in cases {
        let found = check(&outline, &world(&names, &values));
        found.lines().for_each(|line| writeln!(report, "[{case}] {line}").unwrap());
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn nothing_to_draw_is_left_out() {
    let found = pages(&outline(ALL), &world(&UNITS, &[None]), &Layout::default());
    let ids: Vec<&str> = found.pictures.iter().map(|p| p.id.as_str()).collect();
    // Ranks are there even if scores are not.
    assert_eq!(ids, ["slope"]);
}
