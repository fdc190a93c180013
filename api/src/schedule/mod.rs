//! Scheduled work: taking in the inbox, computing, printing. Each job is a function that may be run again at any time:
//! it looks at what there is and does what is missing. One job never runs twice at once, one job writes at a time, and a
//! run that was missed while the program was down is made up for when it starts. It knows no formula.

mod history;
mod ingest;
mod refresh;
mod render;
mod staleness;
mod times;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono_tz::Asia::Shanghai;
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job as CronJob, JobScheduler};

pub use history::{History, Outcome, RefusedFile, Run, SeenFile};
pub use staleness::pack_behind;
pub use times::Times;

use crate::app::App;
use crate::config::Schedule as Config;

/// The jobs, in the order in which one feeds the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Takes in the inbox.
    Ingest,
    /// Computes and scores when data have changed.
    Refresh,
    /// Prints the pack when scores have changed.
    Render,
}

/// What a job did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Whether anything is different now.
    pub changed: bool,
    /// What it did, in Chinese.
    pub message: String,
}

impl Done {
    fn idle(message: impl Into<String>) -> Self {
        Self { changed: false, message: message.into() }
    }

    fn changed(message: impl Into<String>) -> Self {
        Self { changed: true, message: message.into() }
    }
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ingest, Self::Refresh, Self::Render];

    /// Its name in the history and in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Refresh => "refresh",
            Self::Render => "render",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ingest => "接收报表",
            Self::Refresh => "计算得分",
            Self::Render => "印制材料",
        }
    }

    /// The title that belongs to a name of the history.
    #[must_use]
    pub fn title_of(name: &str) -> &str {
        Self::ALL.into_iter().find(|j| j.name() == name).map_or(name, |job| job.title())
    }

    /// Its times in the configuration.
    #[must_use]
    pub fn times(self, config: &Config) -> &str {
        match self {
            Self::Ingest => &config.ingest,
            Self::Refresh => &config.refresh,
            Self::Render => &config.render,
        }
    }

    async fn run(self, app: &App) -> Result<Done> {
        match self {
            Self::Ingest => ingest::run(app).await,
            Self::Refresh => refresh::run(app).await,
            Self::Render => render::run(app).await,
        }
    }
}

/// Runs jobs one at a time and keeps their history.
#[derive(Clone)]
pub struct Runner {
    app: App,
    /// Held by whoever writes: a job, or an upload.
    writer: Arc<Mutex<()>>,
    busy: Arc<BTreeMap<Job, Mutex<()>>>,
}

impl Runner {
    /// A runner that shares the right to write.
    #[must_use]
    pub fn new(app: App, writer: Arc<Mutex<()>>) -> Self {
        let busy = Job::ALL.into_iter().map(|job| (job, Mutex::new(()))).collect();
        Self { app, writer, busy: Arc::new(busy) }
    }

    /// Runs a job now, unless it is running already; then nothing happens and the answer is `None`.
    ///
    /// # Errors
    /// When the history cannot be written. A job that fails is no error here: its failure is in the history.
    pub async fn run(&self, job: Job) -> Result<Option<Outcome>> {
        let Some(Ok(_busy)) = self.busy.get(&job).map(Mutex::try_lock) else { return Ok(None) };
        let _writer = self.writer.lock().await;
        let history = History::of(&self.app.home);
        let id = history.start(job.name(), self.app.clock.now())?;
        let (outcome, message) = match self.work(job).await {
            Ok(done) if done.changed => (Outcome::Done, done.message),
            Ok(done) => (Outcome::Idle, done.message),
            Err(e) => {
                tracing::error!(job = job.name(), "job failed: {e:#}");
                (Outcome::Failed, format!("{e:#}"))
            }
        };
        history.finish(id, self.app.clock.now(), outcome, &message)?;
        Ok(Some(outcome))
    }

    /// Away from the threads that answer requests: a job computes for long stretches without a pause.
    async fn work(&self, job: Job) -> Result<Done> {
        let (app, here) = (self.app.clone(), tokio::runtime::Handle::current());
        tokio::task::spawn_blocking(move || here.block_on(job.run(&app))).await.context("任务意外中止")?
    }

    /// Makes up for the runs that were missed, in the order in which one job feeds the next.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub async fn catch_up(&self) -> Result<()> {
        let history = History::of(&self.app.home);
        for job in Job::ALL {
            let now = self.app.clock.now();
            let Some(times) = Times::parse(job.times(&self.app.config.schedule))? else { continue };
            if times.missed(history.last_success(job.name())?, now) {
                self.run(job).await?;
            }
        }
        Ok(())
    }
}

/// The running schedule.
pub struct Schedule {
    scheduler: JobScheduler,
    runner: Runner,
}

impl Schedule {
    /// Starts the jobs at their times, and makes up for what was missed.
    ///
    /// # Errors
    /// When a time of the configuration is wrong or the history cannot be written.
    pub async fn start(runner: Runner) -> Result<Self> {
        let history = History::of(&runner.app.home);
        history.close_open(runner.app.clock.now())?;
        let scheduler = JobScheduler::new().await.context("起动不了计划任务")?;
        for job in Job::ALL {
            let times = runner.app.config.schedule.clone();
            let times = job.times(&times);
            let what = || format!("配置 schedule.{} 有误", job.name());
            if Times::parse(times).with_context(what)?.is_some() {
                scheduler.add(cron_job(job, times, runner.clone()).with_context(what)?).await?;
            }
        }
        scheduler.start().await.context("起动不了计划任务")?;
        let first = runner.clone();
        tokio::spawn(async move { tell("catch-up", first.catch_up().await) });
        Ok(Self { scheduler, runner })
    }

    /// Starts no more jobs and waits for the one that is writing.
    pub async fn stop(mut self) {
        tell("shutdown", self.scheduler.shutdown().await.map_err(Into::into));
        let _writer = self.runner.writer.lock().await;
    }
}

fn cron_job(job: Job, times: &str, runner: Runner) -> Result<CronJob> {
    let start = move |_, _| -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let runner = runner.clone();
        Box::pin(async move { tell(job.name(), runner.run(job).await.map(|_| ())) })
    };
    Ok(CronJob::new_async_tz(times.trim(), Shanghai, start)?)
}

fn tell(what: &str, result: Result<()>) {
    if let Err(e) = result {
        tracing::error!(what, "schedule: {e:#}");
    }
}
