//! MySQL and MariaDB. One read-only transaction with a consistent snapshot sees one state of the database (of tables
//! of an engine with transactions); values come as the server itself writes them (text protocol), row by row.

use std::time::Duration;

use mysql_async::consts::ColumnType as T;
use mysql_async::prelude::Queryable;
use mysql_async::{Column, Conn, OptsBuilder, Row, SslOpts, Value};

use super::columns::{Form, Planned, SeenColumn};
use super::config::{Database, Source, Tls};
use super::error::{Kind, Result, SourceError};
use super::session::{RowSink, Survey};
use super::slot::{RawSlot, Slot};
use super::sql::Statements;
use super::{fault, tls};

/// The character set of bytes that are no text.
const BINARY: u16 = 63;

/// An open transaction.
pub(super) struct Mysql<'a> {
    conn: Conn,
    statements: Statements<'a>,
    database: &'a Database,
    timeout: Duration,
    watermark: Option<&'a str>,
}

impl<'a> Mysql<'a> {
    /// Connects and begins the transaction.
    pub async fn open(source: &'a Source, database: &'a Database) -> Result<Self> {
        let options = options(database)?;
        let patience = source.timeout.min(Duration::from_secs(30));
        let conn = match tokio::time::timeout(patience, Conn::new(options)).await {
            Ok(conn) => conn.map_err(|e| fault::mysql(&e, database))?,
            Err(_) => return Err(fault::unreachable(&database.host, database.port, "连接超时")),
        };
        let statements = Statements::new(source, database);
        let watermark = source.watermark.as_ref().map(|w| w.column.as_str());
        let mut session = Self { conn, statements, database, timeout: source.timeout, watermark };
        for sql in session.beginning().await? {
            session.within(|c| c.query_drop(sql)).await?;
        }
        Ok(session)
    }

    /// What is said before anything is asked. The two servers call the limit of a statement's time differently.
    async fn beginning(&mut self) -> Result<[String; 6]> {
        let version: Option<String> = self.within(|c| c.query_first("SELECT VERSION()")).await?;
        let seconds = self.timeout.as_secs().max(1);
        let limit = if version.is_some_and(|v| v.contains("MariaDB")) {
            format!("SET SESSION max_statement_time = {seconds}")
        } else {
            format!("SET SESSION max_execution_time = {}", seconds * 1_000)
        };
        let plain = ["SET NAMES utf8mb4", "SET SESSION time_zone = '+08:00'"].map(str::to_owned);
        let [names, zone] = plain;
        Ok([
            names,
            zone,
            limit,
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ".to_owned(),
            "SET SESSION TRANSACTION READ ONLY".to_owned(),
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY".to_owned(),
        ])
    }

    /// The columns of the relation.
    pub async fn columns(&mut self) -> Result<Vec<SeenColumn>> {
        let sql = self.statements.probe();
        let columns = self.described(&sql).await?;
        if let Some(seen) = self.watermark.and_then(|w| columns.iter().find(|c| c.name == w)) {
            fault::check_watermark(
                seen,
                &["tinyint", "smallint", "mediumint", "int", "bigint", "date", "datetime", "timestamp"],
            )?;
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
        let sql = self.statements.slots(since);
        self.each(&sql, &mut |row| {
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

    /// The columns of a statement. Describing takes one statement only and runs nothing: a query from the configuration
    /// cannot bring a second one along.
    async fn described(&mut self, sql: &str) -> Result<Vec<SeenColumn>> {
        let statement = self.within(|c| c.prep(sql.to_owned())).await?;
        let columns = statement.columns().iter().map(seen).collect();
        self.within(|c| c.close(statement)).await?;
        Ok(columns)
    }

    async fn each(&mut self, sql: &str, take: &mut (dyn FnMut(&Row) -> Result<()> + Send)) -> Result<()> {
        self.described(sql).await?;
        let (timeout, database) = (self.timeout, self.database);
        let failed = |e: mysql_async::Error| fault::mysql(&e, database);
        let late = |_| fault::timeout(timeout);
        let started = tokio::time::timeout(timeout, self.conn.query_iter(sql)).await;
        let mut result = started.map_err(late)?.map_err(failed)?;
        while let Some(row) = tokio::time::timeout(timeout, result.next()).await.map_err(late)?.map_err(failed)? {
            take(&row)?;
        }
        Ok(())
    }

    async fn within<'s, T, F>(&'s mut self, work: impl FnOnce(&'s mut Conn) -> F) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, mysql_async::Error>> + 's,
    {
        let (timeout, database) = (self.timeout, self.database);
        match tokio::time::timeout(timeout, work(&mut self.conn)).await {
            Ok(done) => done.map_err(|e| fault::mysql(&e, database)),
            Err(_) => Err(fault::timeout(timeout)),
        }
    }
}

fn options(database: &Database) -> Result<OptsBuilder> {
    let ssl = match &database.tls {
        Tls::Off => None,
        Tls::Require { ca } => {
            tls::name_provider();
            let path = tls::authorities(ca.as_deref())?;
            tls::certificates(&path)?;
            Some(SslOpts::default().with_disable_built_in_roots(true).with_root_certs(vec![path.into()]))
        }
    };
    Ok(OptsBuilder::default()
        .ip_or_hostname(&database.host)
        .tcp_port(database.port)
        .db_name(Some(&database.database))
        .user(Some(&database.user))
        .pass(Some(database.password.read()?.reveal()))
        .prefer_socket(false)
        .stmt_cache_size(0)
        .ssl_opts(ssl))
}

fn cell(row: &Row, at: usize) -> Result<Option<&str>> {
    match row.as_ref(at) {
        None | Some(Value::NULL) => Ok(None),
        Some(Value::Bytes(bytes)) => std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| SourceError::new(Kind::Data, "来源的文字不是 UTF-8", "请核对来源数据库的编码")),
        Some(_) => Err(SourceError::new(Kind::Data, "来源没有按文字返回值", "请核对来源是 MySQL 或 MariaDB")),
    }
}

fn seen(column: &Column) -> SeenColumn {
    let (kind, form) = kind_of(column.column_type(), column.character_set() == BINARY);
    SeenColumn { name: column.name_str().into_owned(), kind: kind.to_owned(), form }
}

fn kind_of(kind: T, binary: bool) -> (&'static str, Form) {
    let plain = |name| (name, Form::AsWritten);
    match kind {
        T::MYSQL_TYPE_TINY => plain("tinyint"),
        T::MYSQL_TYPE_SHORT => plain("smallint"),
        T::MYSQL_TYPE_INT24 => plain("mediumint"),
        T::MYSQL_TYPE_LONG => plain("int"),
        T::MYSQL_TYPE_LONGLONG => plain("bigint"),
        T::MYSQL_TYPE_YEAR => plain("year"),
        T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => plain("decimal"),
        T::MYSQL_TYPE_FLOAT | T::MYSQL_TYPE_DOUBLE => plain("float"),
        T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => plain("date"),
        T::MYSQL_TYPE_TIME | T::MYSQL_TYPE_TIME2 => plain("time"),
        T::MYSQL_TYPE_DATETIME | T::MYSQL_TYPE_DATETIME2 => plain("datetime"),
        T::MYSQL_TYPE_TIMESTAMP | T::MYSQL_TYPE_TIMESTAMP2 => plain("timestamp"),
        T::MYSQL_TYPE_VARCHAR
        | T::MYSQL_TYPE_VAR_STRING
        | T::MYSQL_TYPE_STRING
        | T::MYSQL_TYPE_ENUM
        | T::MYSQL_TYPE_SET
        | T::MYSQL_TYPE_BLOB
        | T::MYSQL_TYPE_TINY_BLOB
        | T::MYSQL_TYPE_MEDIUM_BLOB
        | T::MYSQL_TYPE_LONG_BLOB
            if !binary =>
        {
            plain("text")
        }
        T::MYSQL_TYPE_NULL => plain("null"),
        T::MYSQL_TYPE_JSON => ("json", Form::Refused),
        T::MYSQL_TYPE_BIT => ("bit", Form::Refused),
        T::MYSQL_TYPE_GEOMETRY => ("geometry", Form::Refused),
        _ => ("blob", Form::Refused),
    }
}
