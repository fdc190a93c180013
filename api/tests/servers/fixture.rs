//! Servers, the folder that pulls work in, and files as read back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mysql_async::prelude::Queryable;
use suixin_api::sources::{Desk, Pulled, Source, SourceError, check, pull};
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery::{ReceivedTimes, gather};

#[expect(clippy::disallowed_methods, reason = "the command that starts the servers says where they are")]
pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run .ci/servers"))
}

/// A file with a secret.
pub fn secret(name: &str) -> PathBuf {
    Path::new(&setting("SUIXIN_TEST_SECRETS")).join(name)
}

/// A database for one test, and somebody who may change it.
pub enum Database {
    Postgres(tokio_postgres::Client, String),
    Mysql(mysql_async::Conn, String),
}

impl Database {
    pub async fn postgres(name: &str) -> Self {
        let client = connect_postgres().await;
        let sql = format!(
            "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; GRANT USAGE ON SCHEMA {name} TO suixin, secure; ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT ON TABLES TO suixin, secure; SET search_path = {name}"
        );
        client.batch_execute(&sql).await.unwrap();
        Self::Postgres(client, name.to_owned())
    }

    pub async fn mysql(name: &str) -> Self {
        let mut conn = connect_mysql().await;
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
            format!("USE {name}"),
        ] {
            conn.query_drop(sql).await.unwrap();
        }
        Self::Mysql(conn, name.to_owned())
    }

    /// Runs one statement.
    pub async fn run(&mut self, sql: &str) {
        match self {
            Self::Postgres(client, _) => client.batch_execute(sql).await.unwrap(),
            Self::Mysql(conn, _) => conn.query_drop(sql).await.unwrap(),
        }
    }

    /// A second connection to the same database.
    pub async fn another(&self) -> Self {
        match self {
            Self::Postgres(_, name) => {
                let client = connect_postgres().await;
                client.batch_execute(&format!("SET search_path = {name}")).await.unwrap();
                Self::Postgres(client, name.clone())
            }
            Self::Mysql(_, name) => {
                let mut conn = connect_mysql().await;
                conn.query_drop(format!("USE {name}")).await.unwrap();
                Self::Mysql(conn, name.clone())
            }
        }
    }

    /// The first value of the first row.
    pub async fn value(&mut self, sql: &str) -> String {
        match self {
            Self::Postgres(client, _) => {
                let messages = client.simple_query(sql).await.unwrap();
                let row = messages.iter().find_map(|m| match m {
                    tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
                    _ => None,
                });
                row.and_then(|r| r.get(0)).unwrap_or_default().to_owned()
            }
            Self::Mysql(conn, _) => conn.query_first::<String, _>(sql).await.unwrap().unwrap_or_default(),
        }
    }

    /// The keys that say where the database is; `tls` and all that follows the test says.
    pub fn place(&self) -> String {
        match self {
            Self::Postgres(_, name) => {
                place("postgres", "SUIXIN_TEST_PG_PORT", "his") + &format!("table = '{name}.need'\n")
            }
            Self::Mysql(_, name) => place("mysql", "SUIXIN_TEST_MY_PORT", name) + "table = 'need'\n",
        }
    }

    /// A type for moments.
    pub fn moment(&self) -> &'static str {
        match self {
            Self::Postgres(..) => "timestamptz(6)",
            Self::Mysql(..) => "datetime(6)",
        }
    }
}

fn place(kind: &str, port: &str, database: &str) -> String {
    format!(
        "kind = '{kind}'\nhost = '127.0.0.1'\nport = {}\ndatabase = '{database}'\nuser = 'suixin'\npassword = {{ file = '{}' }}\ntls = 'off'\n",
        setting(port),
        secret("password").display()
    )
}

async fn connect_postgres() -> tokio_postgres::Client {
    let at = format!("host=127.0.0.1 port={} user=admin dbname=his", setting("SUIXIN_TEST_PG_PORT"));
    let (client, connection) = tokio_postgres::connect(&at, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET TimeZone = 'Asia/Shanghai'").await.unwrap();
    client
}

async fn connect_mysql() -> mysql_async::Conn {
    let port = setting("SUIXIN_TEST_MY_PORT").parse().unwrap();
    let options = mysql_async::OptsBuilder::default().ip_or_hostname("127.0.0.1").tcp_port(port).user(Some("admin"));
    let mut conn = mysql_async::Conn::new(options.prefer_socket(false)).await.unwrap();
    conn.query_drop("SET time_zone = '+08:00'").await.unwrap();
    conn
}

/// Columns of `need` and what they are in the return.
pub const COLUMNS: &str = "columns = { bh = 'need_id', sfz = 'pid_token', lx = 'need_type', jj = 'urgency', ly = 'source', djrq = 'register_date', zt = 'status_code', sm = 'close_reason' }\n";

/// The folder that pulls of a test work in.
pub struct Office {
    pub dir: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn desk(&self) -> Desk {
        let (inbox, state) = (self.inbox(), self.dir.path().join("state.sqlite"));
        Desk { contracts: Arc::new(Contracts::embedded().unwrap()), inbox, state, names: vec!["his".to_owned()] }
    }

    fn inbox(&self) -> PathBuf {
        self.dir.path().join("inbox")
    }

    pub async fn pull(&self, keys: &str) -> Result<Pulled, SourceError> {
        self.pull_all(keys, false).await
    }

    pub async fn pull_all(&self, keys: &str, full: bool) -> Result<Pulled, SourceError> {
        pull(&source(keys), &self.desk(), full, "2026-01-15T08:00:00".parse().unwrap()).await
    }

    /// The files that ingestion would take, by name.
    pub fn taken(&self) -> Vec<String> {
        if !self.inbox().exists() {
            return Vec::new();
        }
        let now = "2026-01-15T08:00:00".parse().unwrap();
        let mut names: Vec<String> =
            gather(&[self.inbox()], &ReceivedTimes::new(), now).unwrap().into_iter().map(|s| s.name).collect();
        names.sort();
        names
    }

    /// The bytes of a slot's file.
    pub fn bytes(&self, unit: &str, period: &str) -> Vec<u8> {
        std::fs::read(self.inbox().join(format!("sources/his/{period}/{unit}/需求清单_{unit}_{period}.csv")))
            .unwrap_or_default()
    }

    /// The rows of a slot's file: header → value, in the order of the file.
    pub fn rows(&self, unit: &str, period: &str) -> Vec<std::collections::BTreeMap<String, String>> {
        let bytes = self.bytes(unit, period);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
        let mut records = reader.records().map(Result::unwrap).skip(1);
        let headers = records.next().unwrap_or_default();
        records.map(|r| headers.iter().map(str::to_owned).zip(r.iter().map(str::to_owned)).collect()).collect()
    }

    /// One column of a slot's file.
    pub fn column(&self, unit: &str, period: &str, header: &str) -> Vec<String> {
        self.rows(unit, period).iter().map(|r| r[header].clone()).collect()
    }
}

/// A checked source.
pub fn source(keys: &str) -> Source {
    #[derive(serde::Deserialize)]
    struct File {
        source: suixin_api::sources::RawSources,
    }
    let toml = format!("[[source]]\nname = 'his'\ntarget = 'need_item'\n{keys}");
    let file: File = toml::from_str(&toml).unwrap();
    check(&file.source, &Contracts::embedded().unwrap()).unwrap().remove(0)
}
