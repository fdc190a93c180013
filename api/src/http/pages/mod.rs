//! Pages for people: rendered here, in Chinese, printable, usable from the keyboard, without script. Every page works on
//! one snapshot and says which.

pub mod chart;
pub mod figure;
pub mod home;
pub mod jobs;
pub mod problem;
pub mod query;
pub mod returns;
pub mod snapshots;
pub mod subject;
pub mod table;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::http::problem::Problem;
use crate::http::read::Now;
use crate::http::{Web, assets};

/// What stands around every page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Title of the page.
    pub title: String,
    /// Entry of the menu that is shown as the current one.
    pub here: &'static str,
    /// The office.
    pub office: String,
    /// Digest of the style sheet.
    pub stamp: String,
    /// Snapshot that was read; empty on pages that read none.
    pub snapshot: String,
    /// Year evaluated.
    pub year: i32,
    /// Day up to which outcomes were counted; empty where it does not matter.
    pub as_of: String,
}

const MENU: [(&str, &str); 5] = [
    ("/", "评价结果"),
    ("/returns", "报送情况"),
    ("/query", "数据查询"),
    ("/jobs", "计划任务"),
    ("/snapshots", "数据快照"),
];

impl Shell {
    /// Around a page that reads no data.
    #[must_use]
    pub fn plain(web: &Web, title: impl Into<String>, here: &'static str) -> Self {
        Self {
            title: title.into(),
            here,
            office: web.app.config.office.clone(),
            stamp: assets::stamp(),
            snapshot: String::new(),
            year: 0,
            as_of: String::new(),
        }
    }

    /// Around a page that shows results of an evaluation.
    #[must_use]
    pub fn of(web: &Web, title: impl Into<String>, here: &'static str, now: &Now) -> Self {
        let (snapshot, as_of) = (now.snapshot.id().to_string(), now.as_of.to_string());
        Self { snapshot, year: now.year, as_of, ..Self::plain(web, title, here) }
    }

    /// The menu.
    #[must_use]
    pub fn menu(&self) -> &'static [(&'static str, &'static str)] {
        &MENU
    }
}

/// Renders a page.
///
/// # Errors
/// When the template fails, which is our fault.
pub fn show(page: &impl Template) -> Result<Response, Problem> {
    Ok(Html(page.render().map_err(Problem::internal)?).into_response())
}

/// Renders a page with a form that is sent here. Browsers must be allowed to say that it comes from here: under
/// `no-referrer` they would send the origin `null`, as a foreign page does.
///
/// # Errors
/// As [`show`].
pub fn show_form(page: &impl Template) -> Result<Response, Problem> {
    let mut response = show(page)?;
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(response)
}

/// One step through a long list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// First entry shown, from 1; 0 when there is none.
    pub from: usize,
    /// Last entry shown.
    pub to: usize,
    /// Entries in all.
    pub total: usize,
    /// Address of the step before.
    pub before: Option<String>,
    /// Address of the next step.
    pub after: Option<String>,
}

impl Pager {
    /// The step at `offset` of a list; `address` ends with `offset=`.
    #[must_use]
    pub fn new(address: &str, offset: usize, shown: usize, total: usize, step: usize) -> Self {
        let link = |at: usize| format!("{address}{at}");
        Self {
            from: if shown == 0 { 0 } else { offset + 1 },
            to: offset + shown,
            total,
            before: (offset > 0).then(|| link(offset.saturating_sub(step))),
            after: (offset + shown < total).then(|| link(offset + step)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_knows_its_neighbours() {
        let first = Pager::new("/jobs?offset=", 0, 50, 120, 50);
        assert_eq!((first.from, first.to, first.before.as_deref()), (1, 50, None));
        assert_eq!(first.after.as_deref(), Some("/jobs?offset=50"));
        let last = Pager::new("/jobs?offset=", 100, 20, 120, 50);
        assert_eq!((last.before.as_deref(), last.after), (Some("/jobs?offset=50"), None));
        assert_eq!(Pager::new("/jobs?offset=", 0, 0, 0, 50).from, 0);
    }
}
