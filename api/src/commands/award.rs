//! `suixin award`: recommendation lists (推荐名单) with their evidence. An order for people to decide on.

use anyhow::Result;
use serde_json::json;
use suixin_metrics::awards::{CategoryList, Entry, Evidence, Verdict};

use super::{Exit, Usage};
use crate::cli::{Award, Global};
use crate::ops::awards::{self, Lists};
use crate::progress::Stages;

pub(super) async fn run(global: &Global, args: &Award) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let stages = Stages::new();
    let made = awards::lists(&app, year, &|stage, done, total| stages.tell(stage, done, total)).await;
    stages.finish();
    let mut lists = made?;
    if let Some(wanted) = &args.category {
        keep(&mut lists, wanted)?;
    }
    if global.json {
        global.out().json(&json!({
            "snapshot": lists.snapshot, "recommendation": lists.recommendation, "names": lists.names,
        }))?;
    } else {
        print(global, &lists, args.detail)?;
    }
    let to_decide = |e: &Entry| matches!(e.verdict, Verdict::TiedAtQuota | Verdict::TiedAtReserve);
    let open = lists.recommendation.lists.iter().flat_map(|l| &l.entries).any(to_decide);
    Ok(if open { Exit::Finding } else { Exit::Fine })
}

/// Keeps one category, by code or name.
fn keep(lists: &mut Lists, wanted: &str) -> Result<()> {
    let all = &mut lists.recommendation.lists;
    let known: Vec<String> = all.iter().map(|l| format!("{} {}", l.category, l.name)).collect();
    all.retain(|l| l.category.eq_ignore_ascii_case(wanted) || l.name == wanted);
    if all.is_empty() {
        return Err(Usage(format!("没有奖项类别 {wanted}；可用的有 {}", known.join("、"))).into());
    }
    Ok(())
}

fn print(global: &Global, lists: &Lists, detail: bool) -> Result<()> {
    let (out, r) = (global.out(), &lists.recommendation);
    out.line(format!("{}年{}（快照 {}）\n{}", r.year, r.list_name, lists.snapshot, r.note))?;
    for limit in &r.limits {
        out.line(format!("整届限制：{limit}"))?;
    }
    for list in &r.lists {
        category(global, lists, list)?;
        if detail {
            list.entries.iter().try_for_each(|e| evidence(global, lists, e))?;
        }
    }
    if r.lists.iter().flat_map(|l| &l.entries).any(|e| e.verdict == Verdict::TiedAtQuota) {
        out.line("\n并列待议：末位名次相同而名额不够，由评审会议决定，系统不代为取舍")?;
    }
    Ok(())
}

fn category(global: &Global, lists: &Lists, list: &CategoryList) -> Result<()> {
    let quota = list.quota.map_or_else(|| "名额未定".to_owned(), |q| format!("名额{q}个，备选{}个", list.reserve));
    let (code, name, days, hint) = (&list.category, &list.name, list.public_days, &list.priority_text);
    let out = global.out();
    out.line(format!("\n{code} {name}：{quota}；公示{days}个工作日；优先提示：{hint}"))?;
    if list.entries.is_empty() {
        return out.line("没有申报");
    }
    let row = |e: &Entry| {
        let name = lists.names.get(&e.nomination).unwrap_or(&e.nominee).clone();
        let said = e.reasons.iter().chain(&e.remarks).cloned().collect::<Vec<_>>().join("；");
        let verdict = e.verdict.word().to_owned();
        let priority = e.priority.clone().unwrap_or_default();
        vec![verdict, e.rank.to_string(), e.nomination.clone(), name, e.total.clone(), priority, said]
    };
    let rows: Vec<Vec<String>> = list.entries.iter().map(row).collect();
    out.table(&["建议", "名次", "申报编号", "对象", "得分", "优先提示", "理由和提醒"], &rows, &[1, 4])
}

fn evidence(global: &Global, lists: &Lists, entry: &Entry) -> Result<()> {
    let name = lists.names.get(&entry.nomination).unwrap_or(&entry.nominee);
    global.out().line(format!("\n{} {name}的依据", entry.nomination))?;
    let row = |e: &Evidence| {
        let met = if e.met { "符合" } else { "不符合" };
        let points = if e.condition { met.to_owned() } else { format!("{} / {}", e.points, e.max) };
        vec![format!("{} {}", e.indicator, e.name), points, e.arithmetic.clone()]
    };
    let rows: Vec<Vec<String>> = entry.evidence.iter().map(row).collect();
    global.out().table(&["条件和指标", "结果", "依据"], &rows, &[1])
}
