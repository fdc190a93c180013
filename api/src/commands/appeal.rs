//! `suixin appeal`: appeals against published results.

use anyhow::Result;
use serde_json::json;
use suixin_metrics::number::Num;
use suixin_metrics::published::Restatement;
use suixin_metrics::published::appeals::{Appeal, Decision, Right, State};

use super::{Exit, Usage};
use crate::app::App;
use crate::cli::{Appeal as Command, Decide, Global};
use crate::ops::published::{self, Act};

pub(super) async fn run(global: &Global, args: &Command) -> Result<Exit> {
    let app = global.open().await?;
    let today = app.clock.today();
    match args {
        Command::Open { subject, indicator, scheme, period, reason } => {
            let of = (scheme.code(), period.year(app.clock));
            let appeal = published::open(&app, of, (subject, indicator), reason).await?;
            print(global, &app, &[appeal])?;
        }
        Command::List { period, open } => {
            let mut list = published::appeals(&app, period.year(app.clock)).await?;
            list.retain(|a| !open || a.decided.is_none());
            print(global, &app, &list)?;
            if list.iter().any(|a| a.state(today) == State::Overdue) {
                return Ok(Exit::Finding);
            }
        }
        Command::Decide(args) => {
            let act = Act { by: args.approval.approved_by.clone(), reason: args.approval.reason.clone() };
            let (appeal, change) = published::decide(&app, &args.id, &decision(args)?, &act).await?;
            decided(global, &app, &appeal, change.as_ref())?;
        }
        Command::Withdraw { id, reason } => {
            let act = Act { by: String::new(), reason: reason.clone() };
            let (appeal, _) = published::decide(&app, id, &Decision::Withdrawn, &act).await?;
            print(global, &app, &[appeal])?;
        }
    }
    Ok(Exit::Fine)
}

fn decision(args: &Decide) -> Result<Decision> {
    if args.reject {
        return Ok(Decision::Rejected);
    }
    let number = |name: &str, text: &str| -> Result<Num> {
        Ok(text.parse().map_err(|_| Usage(format!("{name} 的值“{text}”不是数字")))?)
    };
    Ok(Decision::Upheld(match (&args.numerator, &args.denominator, &args.value) {
        (Some(n), Some(d), _) => Right::Ratio(number("--numerator", n)?, number("--denominator", d)?),
        (_, _, Some(v)) => Right::Value(number("--value", v)?),
        _ => Right::ByData,
    }))
}

fn decided(global: &Global, app: &App, appeal: &Appeal, change: Option<&Restatement>) -> Result<()> {
    if global.json {
        return global.out().json(&json!({ "appeal": appeal, "restatement": change }));
    }
    print(global, app, std::slice::from_ref(appeal))?;
    let Some(change) = change else { return Ok(()) };
    let out = global.out();
    out.line(format!("{} 由{}分更正为{}分；受影响的对象：", appeal.indicator, change.before, change.after))?;
    let scheme = app.definitions.schemes.get(&appeal.scheme);
    let grade = |g: &Option<String>| match (g, scheme) {
        (Some(g), Some(s)) => s.grade_name(g).to_owned(),
        _ => String::new(),
    };
    let rows: Vec<Vec<String>> = change
        .shifts
        .iter()
        .map(|s| {
            let (rank, total) = (&s.rank, &s.total);
            vec![
                s.name.clone(),
                total.0.clone(),
                total.1.clone(),
                rank.0.to_string(),
                rank.1.to_string(),
                grade(&s.grade.0),
                grade(&s.grade.1),
            ]
        })
        .collect();
    let headers = ["对象", "原总分", "现总分", "原名次", "现名次", "原等次", "现等次"];
    out.table(&headers, &rows, &[1, 2, 3, 4])
}

fn print(global: &Global, app: &App, list: &[Appeal]) -> Result<()> {
    let today = app.clock.today();
    if global.json {
        let shown = |a: &Appeal| {
            let mut value = serde_json::to_value(a)?;
            value["state"] = serde_json::to_value(a.state(today))?;
            Ok(value)
        };
        return global.out().json(&list.iter().map(shown).collect::<Result<Vec<_>>>()?);
    }
    let points = |n: &Option<Num>| n.as_ref().map_or_else(String::new, |n| format!("{n:.2}"));
    let row = |a: &Appeal| {
        vec![
            a.id.clone(),
            app.contracts.unit_name(&a.unit).to_owned(),
            a.subject.clone(),
            a.indicator.clone(),
            a.submitted.to_string(),
            a.due.to_string(),
            a.state(today).title().to_owned(),
            points(&a.before),
            points(&a.after),
            a.reason.clone(),
        ]
    };
    let headers = ["申诉", "单位", "对象", "指标", "提出", "答复时限", "状态", "原得分", "复核得分", "理由和答复"];
    global.out().table(&headers, &list.iter().map(row).collect::<Vec<_>>(), &[7, 8])?;
    global.out().line(format!("{} 件", list.len()))
}
