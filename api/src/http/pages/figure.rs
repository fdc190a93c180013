//! `/figures/{id}`: what a printed number is, and the rows, files, sheets and cells behind it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use crate::http::Web;
use crate::http::pages::table::figure_href;
use crate::http::pages::{Shell, show};
use crate::http::problem::Problem;
use crate::http::read::Now;
use crate::http::read::trace::{FigureTrace, TraceTable, trace};
use crate::http::v1::returns::Year;

#[derive(Template)]
#[template(path = "figure.html")]
struct FigurePage {
    shell: Shell,
    trace: FigureTrace,
    columns: Vec<(String, String)>,
}

impl FigurePage {
    fn href(&self, figure: &str) -> String {
        figure_href(figure, self.shell.year)
    }

    /// Headings of a table's key.
    fn heads<'a>(&'a self, table: &'a TraceTable) -> Vec<&'a str> {
        let title = |name: &'a String| {
            let key = format!("{}.{name}", table.table);
            self.columns.iter().find(|(k, _)| *k == key).map_or(name.as_str(), |(_, title)| title.as_str())
        };
        table.key.iter().map(title).collect()
    }
}

/// `GET /figures/{id}`
///
/// # Errors
/// `NotFound` for an unknown figure, `NotComputed` before the evaluation.
pub async fn get(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(asked): Query<Year>,
) -> Result<Response, Problem> {
    let now = Now::computed(&web, asked.year).await?;
    let trace = trace(&web, &now, &id).await?;
    let tables = trace.parts.iter().flat_map(|p| &p.tables);
    let titles = tables.filter_map(|t| web.app.contracts.table(&t.table)).flat_map(|t| {
        t.columns
            .iter()
            .map(|c| (format!("{}.{}", t.name, c.name), c.header.replace("(令牌)", "（令牌）")))
            .collect::<Vec<_>>()
    });
    let columns = titles.collect();
    show(&FigurePage { shell: Shell::of(&web, "数字来历", "/", &now), trace, columns })
}
