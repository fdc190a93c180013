//! Charts on pages: the charts of the packs, drawn from the same datasets by the same code. What to draw is data
//! (`templates/charts.toml`, an outline).

use std::collections::BTreeMap;

use suixin_reports::figure::Book;
use suixin_reports::page::compose::Layout;
use suixin_reports::{Brief, Dataset, Meta, Outline, ReportError, page};

use crate::http::Web;
use crate::http::read::Now;

const CHARTS: &str = include_str!("../../../templates/charts.toml");

/// The ranking of the units as SVG. A page without its chart is still a page: a chart that cannot be drawn is logged.
pub async fn ranking(web: &Web, now: &Now, data: &BTreeMap<String, Dataset>) -> Option<String> {
    let brief = Brief { meta: meta(web, now), datasets: data.clone() };
    let drawn = tokio::task::spawn_blocking(move || draw(&brief)).await;
    match drawn {
        Ok(Ok(svg)) => svg,
        Ok(Err(e)) => {
            tracing::warn!("chart: {e}");
            None
        }
        Err(e) => {
            tracing::warn!("chart: {e}");
            None
        }
    }
}

fn draw(brief: &Brief) -> Result<Option<String>, ReportError> {
    let outline = Outline::parse("charts.toml", CHARTS)?;
    let assembled = page::assemble(&outline, &Book::new(brief), &Layout::default(), &mut |_| {})?;
    Ok(assembled.pictures.into_iter().next().map(|p| p.svg))
}

fn meta(web: &Web, now: &Now) -> Meta {
    let office = &web.app.config.office;
    Meta {
        title: String::new(),
        year: now.year,
        period: format!("{0}年1月1日至12月31日", now.year),
        as_of: now.as_of,
        snapshot: now.snapshot.id().to_string(),
        definitions_hash: web.app.definitions.hash().to_owned(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        office: office.clone(),
        city: String::new(),
        source: format!("{office}汇总各单位报表"),
    }
}
