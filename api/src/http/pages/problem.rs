//! Pages for errors: what went wrong, what to do, and for a failure of ours the number under which the log has the inside.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::http::Web;
use crate::http::pages::{Shell, show};
use crate::http::problem::{Entry, Problem, TABLE};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    problem: Problem,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage {
    shell: Shell,
    entries: Vec<&'static Entry>,
}

/// The page of a problem, with its status and the headers that the answer carried.
pub fn page(web: &Web, problem: Problem) -> Response {
    let entry = problem.entry();
    let status = StatusCode::from_u16(entry.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let shell = Shell::plain(web, entry.title, "");
    match (ProblemPage { shell, problem }).render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(e) => {
            tracing::error!("error page: {e}");
            (StatusCode::INTERNAL_SERVER_ERROR, "系统内部错误").into_response()
        }
    }
}

/// `GET /problems`: what the types of problem+json mean.
///
/// # Errors
/// When the template fails.
pub async fn list(State(web): State<Web>) -> Result<Response, Problem> {
    show(&ProblemsPage { shell: Shell::plain(&web, "错误说明", ""), entries: TABLE.iter().collect() })
}

/// `GET /problems/{slug}`
///
/// # Errors
/// `NotFound` for a type that there is not.
pub async fn one(State(web): State<Web>, Path(slug): Path<String>) -> Result<Response, Problem> {
    let found = TABLE.iter().find(|e| e.slug == slug).ok_or_else(|| Problem::not_found("错误类型", &slug))?;
    show(&ProblemsPage { shell: Shell::plain(&web, found.title, ""), entries: vec![found] })
}
