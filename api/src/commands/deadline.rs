//! `suixin deadline`: what is due, and what was granted for single returns.

use anyhow::Result;
use suixin_ingest::contract::Contracts;

use super::{Exit, Usage};
use crate::cli::{Deadline, DeadlineOf, Global};
use crate::ops::expected::{self, Due, Grant, Return};

pub(super) async fn run(global: &Global, args: &Deadline) -> Result<Exit> {
    let app = global.open().await?;
    let (of, grant) = match args {
        Deadline::List { period, granted } => {
            let list = expected::list(&app, period.year(app.clock), *granted).await?;
            print(global, &app.contracts, &list)?;
            return Ok(Exit::Fine);
        }
        Deadline::Extend { of, to, approval } => {
            (of, Grant::Extend { to: *to, by: approval.approved_by.clone(), reason: approval.reason.clone() })
        }
        Deadline::Exempt { of, approval } => {
            (of, Grant::Exempt { by: approval.approved_by.clone(), reason: approval.reason.clone() })
        }
        Deadline::Restore { of } => (of, Grant::Restore),
    };
    let then = expected::grant(&app, &return_of(&app.contracts, of)?, &grant).await?;
    print(global, &app.contracts, &[then])?;
    Ok(Exit::Fine)
}

fn return_of(contracts: &Contracts, of: &DeadlineOf) -> Result<Return> {
    let form = of.form.to_ascii_uppercase();
    if !contracts.forms.contains_key(&form) {
        let known: Vec<&str> = contracts.forms.keys().map(String::as_str).collect();
        return Err(Usage(format!("没有报表 {form}；可用的有 {}", known.join("、"))).into());
    }
    let unit = super::unit_code(contracts, &of.unit)?;
    let period =
        of.at.parse().map_err(|_| Usage(format!("报表期 {} 写法不对，应为 202503、2025Q1、2025H1 或 2025", of.at)))?;
    Ok(Return { form, unit, period })
}

fn print(global: &Global, contracts: &Contracts, list: &[Due]) -> Result<()> {
    if global.json {
        return global.out().json(&list);
    }
    let exempt = |d: &Due| if d.exempt { "免报".to_owned() } else { d.due.to_string() };
    let row = |d: &Due| {
        let unit = contracts.unit_name(&d.unit).to_owned();
        vec![unit, d.period.clone(), d.form.clone(), exempt(d), d.grant.clone()]
    };
    global.out().table(
        &["单位", "报表期", "报表", "应报日期", "批准事项"],
        &list.iter().map(row).collect::<Vec<_>>(),
        &[],
    )?;
    global.out().line(format!("{} 份", list.len()))
}
