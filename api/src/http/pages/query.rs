//! `/query`: read-only SQL with a table of results, and the same as CSV. The statement runs when the form is sent, never
//! by following a link.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use suixin_ingest::value::Value;
use suixin_warehouse::Frame;

use crate::http::Web;
use crate::http::guard::Dressed;
use crate::http::pages::{Shell, show_form};
use crate::http::problem::{Kind, Problem};
use crate::http::v1::query::{csv, run};

/// Rows shown on the page.
const ROWS: usize = 1_000;
/// Rows of a download.
const ROWS_OF_FILE: usize = 100_000;

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sql: String,
    format: String,
}

#[derive(Template)]
#[template(path = "query.html")]
struct QueryPage {
    shell: Shell,
    sql: String,
    error: Option<Problem>,
    frame: Option<Frame>,
    groups: Vec<Group>,
    examples: &'static [(&'static str, &'static str)],
}

struct Group {
    name: String,
    tables: Vec<Listed>,
}

struct Listed {
    name: String,
    title: String,
    columns: Vec<(String, String, String)>,
}

const EXAMPLES: [(&str, &str); 4] = [
    (
        "各单位需求登记和匹配数",
        "SELECT eval_unit_code, COUNT(*) AS 需求, COUNT(match_date) AS 已匹配\nFROM need_item GROUP BY eval_unit_code ORDER BY eval_unit_code",
    ),
    (
        "按月服务人次",
        "SELECT date_trunc('month', start_ts) AS 月份, COUNT(*) AS 人次\nFROM service_record GROUP BY 1 ORDER BY 1",
    ),
    (
        "失分最多的县级指标",
        "SELECT s.indicator_id, i.level3, SUM(s.max_score - s.score) AS 失分\nFROM eval_score s JOIN eval_indicator i ON i.indicator_id = s.indicator_id AND i.version = s.version\nWHERE s.scheme = 'CTY' AND length(s.period) = 4 AND i.kind = 'core'\nGROUP BY 1, 2 ORDER BY 失分 DESC LIMIT 10",
    ),
    (
        "各单位收到的报表批次",
        "SELECT eval_unit_code, COUNT(*) AS 批次, SUM(row_count) AS 行数, SUM(error_rows) AS 退回行数\nFROM submission_batch GROUP BY eval_unit_code ORDER BY eval_unit_code",
    ),
];

impl QueryPage {
    fn numeric(&self, value: &Value) -> bool {
        matches!(value, Value::Int(_) | Value::Dec(_) | Value::Float(_))
    }

    fn numeric_column(&self, frame: &Frame, place: &usize) -> bool {
        frame.types.get(*place).is_some_and(|t| t == "BIGINT" || t == "DOUBLE" || t.starts_with("DECIMAL"))
    }
}

/// `GET /query`: the form; `?sql=` fills it in.
///
/// # Errors
/// When the template fails.
pub async fn get(State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    page(&web, asked.sql, None, None)
}

/// `POST /query`: runs the statement.
///
/// # Errors
/// When the template or the file fails; a statement that does not pass is told on the page.
pub async fn post(State(web): State<Web>, Form(asked): Form<Asked>) -> Result<Response, Problem> {
    let file = asked.format == "csv";
    match run(&web, &asked.sql, if file { ROWS_OF_FILE } else { ROWS }).await {
        Ok((_, frame)) if file => csv(&frame),
        Ok((snapshot, frame)) => page(&web, asked.sql, Some((snapshot, frame)), None),
        Err(problem) if is_his(problem.kind) => {
            let status = StatusCode::from_u16(problem.entry().status).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = page(&web, asked.sql, None, Some(problem))?;
            *response.status_mut() = status;
            response.extensions_mut().insert(Dressed);
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

/// Whether the statement is at fault and the writer can mend it.
fn is_his(kind: Kind) -> bool {
    matches!(kind, Kind::WrongQuery | Kind::RefusedQuery | Kind::GreedyQuery)
}

fn page(web: &Web, sql: String, answer: Option<(String, Frame)>, error: Option<Problem>) -> Result<Response, Problem> {
    let mut shell = Shell::plain(web, "数据查询", "/query");
    let frame = answer.map(|(snapshot, frame)| {
        shell.snapshot = snapshot;
        frame
    });
    show_form(&QueryPage { shell, sql, error, frame, groups: catalogue(web), examples: &EXAMPLES })
}

/// The tables that can be read, by group of the catalogue.
fn catalogue(web: &Web) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut tables: Vec<_> = web.app.contracts.tables.values().collect();
    tables.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    for table in tables {
        let columns = table.columns.iter().map(|c| (c.name.clone(), c.header.clone(), c.sql_type.clone())).collect();
        let listed = Listed { name: table.name.clone(), title: table.title.clone(), columns };
        match groups.last_mut().filter(|g| g.name == table.group) {
            Some(group) => group.tables.push(listed),
            None => groups.push(Group { name: table.group.clone(), tables: vec![listed] }),
        }
    }
    groups
}
