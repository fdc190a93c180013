//! `/`: the results of a year on one page.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use crate::http::Web;
use crate::http::pages::table::{Num, Ranked};
use crate::http::pages::{Shell, chart, show};
use crate::http::problem::Problem;
use crate::http::read::Now;
use crate::http::read::figures::{Line, Sheet, run, sheet};
use crate::http::read::packs::{Pack, newest};
use crate::http::v1::packs::href;
use crate::http::v1::returns::Year;
use crate::ops::returns::{self, UnitReturns};
use crate::schedule::pack_behind;

const DATASETS: [&str; 5] = ["headline", "county_summary", "county_totals", "pilot_totals", "risk_summary"];

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    years: Vec<i32>,
    computed: bool,
    cards: Vec<Card>,
    chart: Option<String>,
    units: Vec<Ranked>,
    pilots: Vec<Ranked>,
    returns: Vec<UnitReturns>,
    risks: Vec<(&'static str, Num)>,
    pack: Option<PackBox>,
}

/// A large figure.
struct Card {
    title: String,
    value: Num,
    unit: String,
}

/// The pack to download.
struct PackBox {
    title: String,
    as_of: String,
    snapshot: String,
    stale: bool,
    documents: Vec<File>,
    charts: Vec<File>,
}

struct File {
    name: String,
    href: String,
    size: String,
}

/// `GET /`
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn get(State(web): State<Web>, Query(asked): Query<Year>) -> Result<Response, Problem> {
    let now = Now::of(&web, asked.year).await?;
    let (returns, _) = returns::state(&web.app, now.year).await?;
    let mut home = Home {
        shell: Shell::of(&web, format!("{}年度评价结果", now.year), "/", &now),
        years: now.years.clone(),
        computed: now.evaluated.is_some(),
        cards: Vec::new(),
        chart: None,
        units: Vec::new(),
        pilots: Vec::new(),
        returns,
        risks: Vec::new(),
        pack: newest(&web.app).map(|p| pack_box(&web, &p)).transpose()?,
    };
    if home.computed {
        fill(&web, &now, &mut home).await?;
    }
    show(&home)
}

async fn fill(web: &Web, now: &Now, home: &mut Home) -> Result<(), Problem> {
    let data = run(web, now, &DATASETS).await?;
    let sheet_of = |id: &str| data.get(id).map_or_else(Sheet::default, sheet);
    let year = now.year;
    home.units =
        sheet_of("county_totals").lines.iter().map(|l| Ranked::of(l, "unit_name", "", "/units", year)).collect();
    home.pilots = sheet_of("pilot_totals")
        .lines
        .iter()
        .map(|l| Ranked::of(l, "pilot_name", "unit_name", "/pilots", year))
        .collect();
    home.cards = cards(&sheet_of("headline"), year);
    home.risks = sheet_of("risk_summary").lines.first().map(|l| risks(l, year)).unwrap_or_default();
    home.chart = chart::ranking(web, now, &data).await;
    Ok(())
}

/// The figures that the page opens with.
fn cards(headline: &Sheet, year: i32) -> Vec<Card> {
    let wanted = ["persons", "key_persons", "visit_rate", "needs", "match_rate", "services", "arrived", "donated"];
    let Some(line) = headline.lines.first() else { return Vec::new() };
    let card = |name: &&str| {
        let head = headline.columns.iter().find(|c| c.name == **name)?;
        Some(Card { title: head.title.clone(), value: Num::at(line, name, year), unit: head.unit.clone() })
    };
    wanted.iter().filter_map(card).collect()
}

/// Suspicions are shown as counts by level and nothing else.
fn risks(line: &Line, year: i32) -> Vec<(&'static str, Num)> {
    let columns = [("高等级", "high"), ("中等级", "middle"), ("低等级", "low"), ("合计", "hits"), ("已办结", "closed")];
    columns.map(|(title, column)| (title, Num::at(line, column, year))).to_vec()
}

fn pack_box(web: &Web, pack: &Pack) -> Result<PackBox, Problem> {
    let m = &pack.manifest;
    let file = |(path, bytes): (String, u64)| File { href: href(&path), size: size(bytes), name: path };
    let (charts, documents) = pack.names().into_iter().map(file).partition(|f| f.name.contains('/'));
    Ok(PackBox {
        title: m.title.clone(),
        as_of: m.as_of.to_string(),
        snapshot: m.snapshot.clone(),
        stale: pack_behind(&web.app.warehouse.snapshots()?, Some(&m.snapshot)),
        documents,
        charts,
    })
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 {
        format!("{} KB", bytes.div_ceil(1 << 10))
    } else {
        format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
    }
}
