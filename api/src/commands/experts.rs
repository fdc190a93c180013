//! `suixin experts`: how the means of experts came about, and who should have recused himself.

use anyhow::Result;
use suixin_metrics::experts::Panel;
use suixin_metrics::number::Num;

use super::Exit;
use crate::cli::{Experts, Global};
use crate::ops::experts;
use crate::output::say;

pub(super) async fn run(global: &Global, args: &Experts) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let mut found = experts::run(&app, year, args.roster.as_deref()).await?;
    let (panels, against) = (found.panels.len(), found.panels.iter().filter(|p| !p.conflicts.is_empty()).count());
    if !args.all {
        found.panels.retain(|p| !p.conflicts.is_empty());
    }
    if global.json {
        global.out().json(&found)?;
    } else {
        print(global, &found.panels)?;
        global.out().line(format!("{year}年共{panels}组打分，其中{against}组有应回避而未回避的"))?;
    }
    if !found.unknown.is_empty() {
        let names: Vec<&str> = found.unknown.iter().map(String::as_str).collect();
        say(format!("不知道身份的评委（无法核对利害关系）：{}；请用 --roster 提供评委名册", names.join("、")));
    }
    if against > 0 {
        say("请核实后在“奖项评审打分”表中把“是否回避”改为“是”，按更正重报，再重新计算");
    }
    Ok(if against > 0 { Exit::Finding } else { Exit::Fine })
}

fn print(global: &Global, panels: &[Panel]) -> Result<()> {
    let number = |n: &Option<Num>, places: usize| n.as_ref().map_or_else(String::new, |n| format!("{n:.places$}"));
    let row = |p: &Panel| {
        let why = |c: &suixin_metrics::experts::Conflict| format!("{}（{}分）：{}", c.judge, c.mark, c.why);
        vec![
            p.subject.clone(),
            p.indicator.clone(),
            p.marks.to_string(),
            p.recused.to_string(),
            if p.trimmed { "去最高最低" } else { "全部平均" }.to_owned(),
            number(&p.mean, 4),
            number(&p.points, 2),
            p.conflicts.iter().map(why).collect::<Vec<_>>().join("；"),
            number(&p.mean_without, 4),
            number(&p.points_without, 2),
        ]
    };
    let headers =
        ["对象", "指标", "有效", "已回避", "办法", "均分", "得分", "应回避而未回避", "除去后均分", "除去后得分"];
    global.out().table(&headers, &panels.iter().map(row).collect::<Vec<_>>(), &[2, 3, 5, 6, 8, 9])
}
