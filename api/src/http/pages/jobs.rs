//! `/jobs`: what is scheduled, and what came of it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use crate::http::Web;
use crate::http::pages::{Pager, Shell, show};
use crate::http::problem::Problem;
use crate::http::v1::Step;
use crate::schedule::{History, Job, Outcome, Run, Times};

/// Runs on a page.
const STEP: usize = 50;

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    shell: Shell,
    jobs: Vec<Line>,
    runs: Vec<Run>,
    pager: Pager,
}

struct Line {
    title: &'static str,
    what: &'static str,
    times: String,
    next: String,
    last: String,
}

impl JobsPage {
    fn title<'a>(&self, run: &'a Run) -> &'a str {
        Job::title_of(&run.job)
    }

    fn tone(&self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Done => "good",
            Outcome::Idle | Outcome::Running => "plain",
            Outcome::Failed | Outcome::Interrupted => "bad",
        }
    }
}

/// `GET /jobs`
///
/// # Errors
/// When the history cannot be read.
pub async fn get(State(web): State<Web>, Query(step): Query<Step>) -> Result<Response, Problem> {
    let history = History::of(&web.app.home);
    let (runs, total) = history.runs(step.offset(), STEP)?;
    let pager = Pager::new("/jobs?offset=", step.offset(), runs.len(), total, STEP);
    let jobs = Job::ALL.into_iter().map(|job| line(&web, &history, job)).collect::<Result<_, Problem>>()?;
    show(&JobsPage { shell: Shell::plain(&web, "计划任务", "/jobs"), jobs, runs, pager })
}

fn line(web: &Web, history: &History, job: Job) -> Result<Line, Problem> {
    let cron = job.times(&web.app.config.schedule);
    let (times, now) = (Times::parse(cron)?, web.app.clock.now());
    let next = times.as_ref().and_then(|t| t.next(now));
    let text = |t: Option<chrono::NaiveDateTime>, none: &str| {
        t.map_or_else(|| none.to_owned(), |t| t.format("%Y-%m-%d %H:%M").to_string())
    };
    Ok(Line {
        title: job.title(),
        what: match job {
            Job::Ingest => "接收文件夹中的新报表，逐格校验后入库",
            Job::Refresh => "数据有变化时重新计算指标、得分和疑点",
            Job::Render => "得分有变化时重新印制联席会议材料",
        },
        times: times.map_or_else(|| "停用".to_owned(), |t| t.rhythm(now).unwrap_or_else(|| cron.to_owned())),
        next: text(next, "—"),
        last: text(history.last_success(job.name())?, "还没有"),
    })
}
