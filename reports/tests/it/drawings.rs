//! Charts drawn once and kept: a change of a picture is a change that somebody looks at.

use crate::common::{brief, dataset, dec, outline, pages, text};
use suixin_reports::Cell;
use suixin_reports::page::compose::Layout;

/// Draws one block over one dataset.
fn draw(block: &str, data: suixin_reports::Dataset) -> String {
    let found = pages(&outline(block), &brief(vec![data]), &Layout::default());
    assert_eq!(found.pictures.len(), 1);
    found.pictures[0].svg.clone()
}

#[test]
fn ranked_stack() {
    let row = |name: &str, core: &str, bonus: &str, deduct: &str, total: &str, grade: &str| {
        vec![text(name), dec(core), dec(bonus), dec(deduct), dec(total), text(grade)]
    };
    let data = dataset(
        "totals",
        &["name"],
        &["name", "core:score:分", "bonus:score:分", "deduct:score:分", "total:score:分", "grade"],
        vec![
            row("经开区", "92.10", "8.00", "-1.25", "98.85", "优秀"),
            row("射洪市", "80.42", "6.00", "-2.30", "84.12", "良好"),
            row("船山区", "56.38", "3.50", "-7.35", "52.53", "不合格"),
        ],
    );
    let block = r#"
[[chapters.blocks]]
chart = "ranked-stack"
id = "totals"
data = "totals"
finding = "{totals/@1/name}{totals/@1/total}居首，{totals/@-1/name}{totals/@-1/total}居末"
measure = "总分及构成（分），{year}年"
note = "n=3"
label = "name"
values = ["core", "bonus", "deduct"]
total = "total"
role = "grade"
lines = [{ at = 60.0, label = "合格" }]
"#;
    insta::assert_snapshot!(draw(block, data));
}

#[test]
fn heat_with_a_missing_cell() {
    let row = |name: &str, col: &str, rate: Option<&str>| vec![text(name), text(col), rate.map_or(Cell::Null, dec)];
    let rows = vec![
        row("船山区", "工作机制", Some("0.866154")),
        row("船山区", "资金统筹", Some("0.366")),
        row("安居区", "工作机制", None),
        row("安居区", "资金统筹", Some("1")),
    ];
    let block = r#"
[[chapters.blocks]]
chart = "heat"
id = "heat"
data = "heat"
finding = "得分率"
label = "name"
across = "col"
value = "rate"
to = 1.0
"#;
    insta::assert_snapshot!(draw(block, dataset("heat", &["name", "col"], &["name", "col", "rate:pct1"], rows)));
}

#[test]
fn flow_with_losses() {
    let columns =
        ["登记:int:条", "匹配:int:条", "办结:int:条", "未匹配:int:条", "服务中:int:条", "匹配率:pct1", "办结率:pct1"];
    let mut data = dataset("flow", &[], &["a", "b", "c", "d", "e", "f", "g"], Vec::new());
    for (column, text) in data.columns.iter_mut().zip(columns) {
        let mut parts = text.split(':');
        column.title = parts.next().unwrap().to_owned();
        column.format = serde_json::from_value(parts.next().unwrap().into()).unwrap();
        column.unit = parts.next().unwrap_or("").to_owned();
    }
    data.rows = vec![vec![
        Cell::Int(1195),
        Cell::Int(991),
        Cell::Int(834),
        Cell::Int(204),
        Cell::Int(157),
        dec("0.829289"),
        dec("0.841574"),
    ]];
    let block = r#"
[[chapters.blocks]]
chart = "flow"
id = "flow"
data = "flow"
finding = "匹配{flow/-/b}，办结{flow/-/c}"
values = ["a", "b", "c"]
losses = [["d"], ["e"]]
rates = ["f", "g"]
"#;
    insta::assert_snapshot!(draw(block, data));
}

#[test]
fn boxes_by_group() {
    let scores = ["57.3", "60.1", "66.9", "75.5", "77.4", "81.6", "85.0", "88.1", "90.7"];
    let rows = scores
        .iter()
        .enumerate()
        .map(|(i, s)| vec![text(&format!("P{i}")), text(if i % 2 == 0 { "协议委托" } else { "公益创投" }), dec(s)]);
    let block = r#"
[[chapters.blocks]]
chart = "boxes"
id = "boxes"
data = "boxes"
finding = "分布"
group = "mode"
value = "total"
lines = [{ at = 80.0, label = "良好" }]
"#;
    insta::assert_snapshot!(draw(block, dataset("boxes", &["id"], &["id", "mode", "total:score:分"], rows.collect())));
}
