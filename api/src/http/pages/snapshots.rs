//! `/snapshots`: every commit of the warehouse.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use crate::http::Web;
use crate::http::pages::{Pager, Shell, show};
use crate::http::problem::Problem;
use crate::http::v1::Step;
use crate::http::v1::snapshots::{SnapshotView, all};

/// Snapshots on a page.
const STEP: usize = 50;

#[derive(Template)]
#[template(path = "snapshots.html")]
struct SnapshotsPage {
    shell: Shell,
    list: Vec<Line>,
    pager: Pager,
}

struct Line {
    snapshot: SnapshotView,
    tables: Vec<String>,
}

/// `GET /snapshots`
///
/// # Errors
/// When the journal cannot be read.
pub async fn get(State(web): State<Web>, Query(step): Query<Step>) -> Result<Response, Problem> {
    let snapshots = all(&web)?;
    let total = snapshots.len();
    let title = |name: &String| web.app.contracts.table(name).map_or_else(|| name.clone(), |t| t.title.clone());
    let line = |s: SnapshotView| Line { tables: s.tables.iter().map(title).collect(), snapshot: s };
    let list: Vec<Line> = snapshots.into_iter().skip(step.offset()).take(STEP).map(line).collect();
    let pager = Pager::new("/snapshots?offset=", step.offset(), list.len(), total, STEP);
    show(&SnapshotsPage { shell: Shell::plain(&web, "数据快照", "/snapshots"), list, pager })
}
