//! `/returns`: what is missing or late, what was found wrong and how to mend it, and a form to send returns.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::http::Web;
use crate::http::guard::Dressed;
use crate::http::pages::{Pager, Shell, show_form};
use crate::http::problem::{Kind, Problem};
use crate::http::read::Now;
use crate::http::read::issue::IssueView;
use crate::http::read::returns::{FaultyReturn, Filter, StoredIssue, faulty_returns, stored_issues};
use crate::http::upload::{Receipt, Upload, take};
use crate::ops::returns::{self, OpenReturn, UnitReturns};
use crate::schedule::{History, RefusedFile};

/// Files with mistakes on a page.
const FILES: usize = 30;
/// Mistakes of a file on a page.
const ISSUES: usize = 200;

/// What the page is to show.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: Option<i32>,
    batch: Option<String>,
    offset: Option<usize>,
}

#[derive(Template)]
#[template(path = "returns.html")]
struct ReturnsPage {
    shell: Shell,
    /// Day up to which returns are counted.
    today: NaiveDate,
    units: Vec<(String, String)>,
    receipt: Option<Receipt>,
    problem: Option<Problem>,
    returns: Vec<UnitReturns>,
    missing: Vec<OpenReturn>,
    late: Vec<OpenReturn>,
    refused: Vec<(RefusedFile, Vec<IssueView>)>,
    faulty: Vec<FaultyReturn>,
    pager: Pager,
    chosen: Option<Chosen>,
}

/// The return whose mistakes are listed.
struct Chosen {
    batch: String,
    issues: Vec<StoredIssue>,
    total: usize,
}

impl ReturnsPage {
    fn days_late(&self, open: &OpenReturn) -> i64 {
        open.received.map_or(0, |day| (day - open.due).num_days())
    }
}

/// `GET /returns`
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn get(State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    show_form(&page(&web, &asked, None, None).await?)
}

/// `POST /returns`: takes returns in and shows what came of it on the same page.
///
/// # Errors
/// When the upload cannot be recorded or written; mistakes in returns are told on the page.
pub async fn post(State(web): State<Web>, form: Result<Multipart, MultipartRejection>) -> Result<Response, Problem> {
    let form = form.map_err(|_| Problem::new(Kind::WrongType, "请从上传表单提交文件"))?;
    let upload = Upload::new(&web)?.read_form(&web, form).await?;
    let (receipt, problem) = match take(&web, upload).await {
        Ok(receipt) => (Some(receipt), None),
        Err(problem) if matches!(problem.kind, Kind::Mistakes | Kind::BadRequest) => (None, Some(problem)),
        Err(problem) => return Err(problem),
    };
    let status = problem.as_ref().and_then(|p| StatusCode::from_u16(p.entry().status).ok()).unwrap_or(StatusCode::OK);
    let mut response = show_form(&page(&web, &Asked::default(), receipt, problem).await?)?;
    *response.status_mut() = status;
    response.extensions_mut().insert(Dressed);
    Ok(response)
}

async fn page(
    web: &Web,
    asked: &Asked,
    receipt: Option<Receipt>,
    problem: Option<Problem>,
) -> Result<ReturnsPage, Problem> {
    let now = Now::of(web, asked.year).await?;
    let (returns, open) = returns::state(&web.app, now.year).await?;
    let (late, missing) = open.into_iter().partition(|o| o.received.is_some());
    let offset = asked.offset.unwrap_or(0);
    let (faulty, total) = faulty_returns(web, now.year, offset, FILES).await?;
    let pager = Pager::new(&format!("/returns?year={}&offset=", now.year), offset, faulty.len(), total, FILES);
    let contracts = &web.app.contracts;
    let refused = History::of(&web.app.home).refused()?.into_iter().map(|file| {
        let issues = serde_json::from_str(&file.issues).unwrap_or_default();
        (file, issues)
    });
    let mut shell = Shell::of(web, "报送情况", "/returns", &now);
    shell.as_of = String::new();
    Ok(ReturnsPage {
        shell,
        today: web.app.clock.today(),
        units: contracts.units().into_iter().map(|u| (u.to_owned(), contracts.unit_name(u).to_owned())).collect(),
        receipt,
        problem,
        returns,
        missing,
        late,
        refused: refused.collect(),
        faulty,
        pager,
        chosen: chosen(web, asked).await?,
    })
}

async fn chosen(web: &Web, asked: &Asked) -> Result<Option<Chosen>, Problem> {
    let Some(batch) = asked.batch.clone() else { return Ok(None) };
    let filter = Filter { batch: Some(batch.clone()), ..Filter::default() };
    let (issues, total) = stored_issues(web, &filter, 0, ISSUES).await?;
    Ok(Some(Chosen { batch, issues, total }))
}
