//! PostgreSQL. One read-only transaction at repeatable read sees one state of the database; values come as the server
//! itself writes them (simple query protocol), row by row.

use std::pin::pin;
use std::time::Duration;

use futures::TryStreamExt;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{Kind as PgKind, Type};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage, SimpleQueryRow};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::columns::{Form, Planned, SeenColumn};
use super::config::{Database, Source, Tls};
use super::error::{Kind, Result, SourceError};
use super::session::{RowSink, Survey};
use super::slot::{RawSlot, Slot};
use super::sql::Statements;
use super::{fault, tls};

/// An open transaction.
pub(super) struct Postgres<'a> {
    client: Client,
    connection: JoinHandle<()>,
    statements: Statements<'a>,
    database: &'a Database,
    timeout: Duration,
    watermark: Option<&'a str>,
}

impl Drop for Postgres<'_> {
    /// A statement that nobody waits for any more ends with its connection.
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl<'a> Postgres<'a> {
    /// Connects and begins the transaction.
    pub async fn open(source: &'a Source, database: &'a Database) -> Result<Self> {
        let (client, connection) = connect(database, source.timeout.min(Duration::from_secs(30))).await?;
        let statements = Statements::new(source, database);
        let watermark = source.watermark.as_ref().map(|w| w.column.as_str());
        let session = Self { client, connection, statements, database, timeout: source.timeout, watermark };
        // Times are written in local time, floating point numbers in full.
        let begin = format!(
            "SET client_min_messages = error; SET DateStyle = 'ISO, YMD'; SET TimeZone = 'Asia/Shanghai'; \
             SET extra_float_digits = 1; SET standard_conforming_strings = on; SET default_transaction_read_only = on; \
             SET statement_timeout = {}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            source.timeout.as_millis()
        );
        session.within(session.client.batch_execute(&begin)).await?;
        Ok(session)
    }

    /// The columns of the relation.
    pub async fn columns(&mut self) -> Result<Vec<SeenColumn>> {
        let described = self.within(self.client.prepare(&self.statements.probe())).await?;
        let column = |c: &tokio_postgres::Column| SeenColumn {
            name: c.name().to_owned(),
            kind: c.type_().name().to_owned(),
            form: form(c.type_()),
        };
        let columns: Vec<SeenColumn> = described.columns().iter().map(column).collect();
        if let Some(seen) = self.watermark.and_then(|w| columns.iter().find(|c| c.name == w)) {
            let good = ["int2", "int4", "int8", "numeric", "date", "timestamp", "timestamptz"];
            fault::check_watermark(seen, &good)?;
        }
        Ok(columns)
    }

    /// The slots with rows changed since.
    pub async fn slots(&mut self, since: Option<&str>) -> Result<Survey> {
        let mut survey = Survey::default();
        if let Some(sql) = self.statements.newest() {
            self.each(&sql, &mut |row| {
                survey.newest = cell(row, 0)?.map(str::to_owned);
                Ok(())
            })
            .await?;
        }
        self.each(&self.statements.slots(since), &mut |row| {
            let text = |i| Ok::<_, SourceError>(cell(row, i)?.map(str::to_owned));
            let rows = cell(row, 2)?.and_then(|n| n.parse().ok()).unwrap_or_default();
            survey.slots.push(RawSlot { unit: text(0)?, period: text(1)?, rows });
            Ok(())
        })
        .await?;
        Ok(survey)
    }

    /// All rows of a slot.
    pub async fn rows(&mut self, slot: &Slot, words: &[RawSlot], planned: &[Planned], sink: RowSink<'_>) -> Result<()> {
        let sql = self.statements.rows(slot, words, planned);
        self.each(&sql, &mut |row| {
            let cells = planned.iter().enumerate().map(|(i, p)| Ok(cell(row, i)?.map(|text| p.form.cell(text))));
            sink(&cells.collect::<Result<Vec<_>>>()?)
        })
        .await
    }

    /// Runs a statement. The extended protocol describes it first, which takes one statement only and runs nothing: a
    /// query from the configuration cannot bring a second one along.
    async fn each(&self, sql: &str, take: &mut (dyn FnMut(&SimpleQueryRow) -> Result<()> + Send)) -> Result<()> {
        self.within(self.client.prepare(sql)).await?;
        let mut stream = pin!(self.within(self.client.simple_query_raw(sql)).await?);
        while let Some(message) = self.within(stream.try_next()).await? {
            if let SimpleQueryMessage::Row(row) = message {
                take(&row)?;
            }
        }
        Ok(())
    }

    async fn within<T>(&self, work: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>) -> Result<T> {
        match tokio::time::timeout(self.timeout, work).await {
            Ok(done) => done.map_err(|e| fault::postgres(&e, self.database)),
            Err(_) => Err(fault::timeout(self.timeout)),
        }
    }
}

async fn connect(database: &Database, patience: Duration) -> Result<(Client, JoinHandle<()>)> {
    let mut config = tokio_postgres::Config::new();
    config.host(&database.host).port(database.port).dbname(&database.database).user(&database.user);
    config.password(database.password.read()?.reveal()).application_name("suixin").connect_timeout(patience);
    let ours = |e: tokio_postgres::Error| fault::postgres(&e, database);
    let attempt = async {
        match &database.tls {
            Tls::Off => {
                let (client, connection) = config.ssl_mode(SslMode::Disable).connect(NoTls).await.map_err(ours)?;
                Ok::<_, SourceError>((client, tokio::spawn(run(connection))))
            }
            Tls::Require { ca } => {
                let tls = MakeRustlsConnect::new(tls::client(ca.as_deref())?);
                let (client, connection) = config.ssl_mode(SslMode::Require).connect(tls).await.map_err(ours)?;
                Ok((client, tokio::spawn(run(connection))))
            }
        }
    };
    match tokio::time::timeout(patience, attempt).await {
        Ok(done) => done,
        Err(_) => Err(fault::unreachable(&database.host, database.port, "连接超时")),
    }
}

/// Works for the client; what goes wrong reaches the client as well.
async fn run(connection: impl Future<Output = std::result::Result<(), tokio_postgres::Error>>) {
    let _ = connection.await;
}

fn cell(row: &SimpleQueryRow, at: usize) -> Result<Option<&str>> {
    row.try_get(at).map_err(|_| SourceError::new(Kind::Data, "来源的文字不是 UTF-8", "请核对来源数据库的编码"))
}

fn form(kind: &Type) -> Form {
    match kind.kind() {
        PgKind::Domain(inner) => return form(inner),
        PgKind::Enum(_) => return Form::AsWritten,
        PgKind::Simple => {}
        _ => return Form::Refused,
    }
    match kind.name() {
        "bool" => Form::Truth,
        "timestamptz" => Form::Zoned,
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" | "text" | "varchar" | "bpchar" | "name"
        | "char" | "citext" | "date" | "timestamp" | "time" | "uuid" => Form::AsWritten,
        _ => Form::Refused,
    }
}
