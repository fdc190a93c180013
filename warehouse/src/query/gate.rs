//! The gate for SQL that a person wrote: what it may say is decided in [`super::inspect`], the limits while it runs here. It
//! knows nothing of accounts: which tables a session holds decides what can be read.

use std::sync::OnceLock;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use futures::StreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::failure::{failed, unplanned};
use super::inspect::check;
use super::{Frame, Snapshot};
use crate::error::{Error, Result};

/// Largest result held in memory, whatever its number of rows.
const MAX_FRAME_BYTES: usize = 64 << 20;
const WORKER_THREADS: usize = 2;
/// Reserved, not used unless needed.
const WORKER_STACK_BYTES: usize = 128 << 20;

/// What a gated query may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rows returned; beyond them the frame is marked as truncated.
    pub max_rows: usize,
    /// Time for planning and running together.
    pub timeout: Duration,
}

impl Default for Limits {
    /// 10,000 rows, 30 seconds.
    fn default() -> Self {
        Self { max_rows: 10_000, timeout: Duration::from_secs(30) }
    }
}

impl Snapshot {
    /// Runs SQL that a person wrote: one SELECT (or WITH, EXPLAIN, SHOW TABLES, DESCRIBE), nothing that writes, sets,
    /// copies or reads files, no recursion, capped generators, within `limits`. Record it with [`crate::Warehouse::audit`]
    /// before calling.
    ///
    /// # Errors
    /// `Refused` for what the gate does not let pass, `Limit` for too much of it, `Query` for SQL that is wrong.
    pub async fn query_gated(&self, sql: &str, limits: &Limits) -> Result<Frame> {
        let mut running = self.start_gated(sql, limits).await?;
        let mut frame = Frame::empty(&running.schema);
        let mut bytes = 0;
        while let Some(batch) = running.next().await? {
            bytes += frame.extend(&batch);
            if bytes > MAX_FRAME_BYTES {
                return Err(Error::Limit(format!("结果超过 {} MiB，请改用导出", MAX_FRAME_BYTES >> 20)));
            }
        }
        frame.truncated = running.truncated;
        Ok(frame)
    }

    /// Starts gated SQL; its rows come as they are made.
    pub(super) async fn start_gated(&self, sql: &str, limits: &Limits) -> Result<Gated> {
        let deadline = Instant::now() + limits.timeout;
        let (snapshot, text) = (self.clone(), sql.to_owned());
        let (send, batches) = mpsc::channel(2);
        let (tell, told) = oneshot::channel();
        let task = workers()?.spawn(async move {
            match snapshot.plan_gated(&text).await {
                Ok(stream) => {
                    tell.send(Ok(stream.schema())).ok();
                    forward(stream, send).await;
                }
                Err(error) => {
                    tell.send(Err(error)).ok();
                }
            }
        });
        let task = Task(task);
        let planned = tokio::time::timeout_at(deadline, told).await.map_err(|_| too_long(limits))?;
        let schema = planned.map_err(|_| Error::Query("执行中断".to_owned()))??;
        Ok(Gated {
            schema,
            truncated: false,
            room: limits.max_rows,
            batches,
            deadline,
            limits: limits.clone(),
            _task: task,
        })
    }

    async fn plan_gated(&self, sql: &str) -> Result<SendableRecordBatchStream> {
        check(sql)?;
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let planned =
            self.gated().await?.sql_with_options(sql, options).await.map_err(|e| unplanned(&e, &self.tables()))?;
        planned.execute_stream().await.map_err(failed)
    }
}

/// Passes rows on until the reader has enough.
async fn forward(mut stream: SendableRecordBatchStream, send: mpsc::Sender<Result<RecordBatch>>) {
    while let Some(batch) = stream.next().await {
        if send.send(batch.map_err(failed)).await.is_err() {
            return;
        }
    }
}

fn too_long(limits: &Limits) -> Error {
    Error::Limit(format!("运行超过 {} 秒", limits.timeout.as_secs()))
}

/// A gated query that runs; dropping it stops it.
pub(super) struct Gated {
    pub schema: SchemaRef,
    /// Whether rows beyond the limit were left out.
    pub truncated: bool,
    room: usize,
    batches: mpsc::Receiver<Result<RecordBatch>>,
    deadline: Instant,
    limits: Limits,
    _task: Task,
}

impl Gated {
    /// The next rows, `None` at the end or when the limit of rows is reached.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        if self.truncated {
            return Ok(None);
        }
        let next =
            tokio::time::timeout_at(self.deadline, self.batches.recv()).await.map_err(|_| too_long(&self.limits))?;
        let Some(batch) = next.transpose()? else { return Ok(None) };
        self.truncated = batch.num_rows() > self.room;
        let batch = batch.slice(0, batch.num_rows().min(self.room));
        self.room -= batch.num_rows();
        Ok(Some(batch))
    }
}

struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The threads on which gated SQL is parsed, planned and run, away from those that answer. Their stacks hold the longest
/// chain of operators that the gate lets through: planning recurses over it, and so does running it.
fn workers() -> Result<&'static Runtime> {
    static WORKERS: OnceLock<Runtime> = OnceLock::new();
    if let Some(made) = WORKERS.get() {
        return Ok(made);
    }
    let made = Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .thread_name("gated-sql")
        .thread_stack_size(WORKER_STACK_BYTES)
        .enable_all()
        .build()
        .map_err(|e| Error::Query(format!("没有可用的线程：{e}")))?;
    Ok(WORKERS.get_or_init(|| made))
}
