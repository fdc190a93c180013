//! `suixin risks`: runs the risk rules. A hit is a clue and no verdict; the list shows tokens, never names.

use anyhow::Result;
use serde_json::json;

use super::Exit;
use crate::cli::{Global, Risks};
use crate::ops::evaluate;
use crate::output::say;
use crate::progress::Stages;

pub(super) async fn run(global: &Global, args: &Risks) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let stages = Stages::new();
    let (hits, saved) = evaluate::risks(&app, year, &|stage, done, total| stages.tell(stage, done, total)).await?;
    stages.finish();
    if global.json {
        global.out().json(&json!({
            "year": year, "hits": hits.len(), "new": saved.new, "again": saved.again, "not_found": saved.not_found,
            "snapshot": saved.snapshot.to_string(), "list": args.list.then(|| hits.iter().map(row).collect::<Vec<_>>()),
        }))?;
    } else {
        if args.list {
            list(global, &hits)?;
        } else {
            counts(global, &app).await?;
        }
        global.out().line(format!(
            "命中 {} 条：新增 {}，以前已有 {}；以前命中、这次没有再命中的 {} 条。疑点只是线索，须经核查认定",
            hits.len(),
            saved.new,
            saved.again,
            saved.not_found
        ))?;
        say("明细在表 risk_hit；姓名和证号只有经授权、说明用途后才能揭示");
    }
    Ok(if hits.is_empty() { Exit::Fine } else { Exit::Finding })
}

/// Rule, name, unit, kind and key of the entity, amount.
fn row(h: &suixin_metrics::RiskHit) -> Vec<String> {
    let amount = h.amount.as_ref().map_or_else(String::new, ToString::to_string);
    vec![h.rule.clone(), h.rule_name.clone(), h.unit.clone(), h.entity_type.clone(), h.entity_key.clone(), amount]
}

fn list(global: &Global, hits: &[suixin_metrics::RiskHit]) -> Result<()> {
    let rows: Vec<Vec<String>> = hits.iter().map(row).collect();
    global.out().table(&["规则", "名称", "单位", "对象类型", "对象", "金额"], &rows, &[5])
}

async fn counts(global: &Global, app: &crate::app::App) -> Result<()> {
    let frame = evaluate::risk_counts(app).await?;
    let words = |set: &str, code: String| app.contracts.code_name(set, &code).map_or(code, str::to_owned);
    let rows: Vec<Vec<String>> = frame
        .rows
        .iter()
        .map(|r| {
            let (level, status) = (words("risk_level", r[2].to_string()), words("hit_status", r[3].to_string()));
            vec![r[0].to_string(), r[1].to_string(), level, status, r[4].to_string()]
        })
        .collect();
    global.out().table(&["规则", "名称", "等级", "状态", "条数"], &rows, &[4])
}
