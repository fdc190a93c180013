//! What servers say, in the user's words: the cause and the remedy. Their own words are repeated only where they speak
//! about names and syntax; elsewhere they may quote a value of a row.

use std::error::Error;
use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::columns::SeenColumn;
use super::config::{Database, Tls};
use super::error::{Kind, Result, SourceError};

pub(super) fn unreachable(host: &str, port: u16, why: &str) -> SourceError {
    let what = format!("连不上 {host}:{port}：{why}");
    SourceError::new(Kind::Unreachable, what, "请核对 host 和 port、网络和防火墙，以及服务是否已启动")
}

pub(super) fn timeout(after: Duration) -> SourceError {
    let what = format!("等了 {} 秒没有答复", after.as_secs());
    SourceError::new(Kind::Timeout, what, "请在来源的单位、报表期、更新时间列上建索引，或调大 timeout_seconds")
}

/// A text column is ordered letter by letter, so that 9 comes after 10.
pub(super) fn check_watermark(seen: &SeenColumn, good: &[&str]) -> Result<()> {
    if good.contains(&seen.kind.as_str()) {
        return Ok(());
    }
    let what = format!("watermark_column“{}”的类型 {} 不能比较先后", seen.name, seen.kind);
    Err(SourceError::new(Kind::Config, what, "请换成时间、日期或整数列；只有文字列的，请在 query 里转换"))
}

fn login(database: &Database) -> SourceError {
    let what = format!("{} 不接受用户 {} 的登录", database.host, database.user);
    let remedy = format!("请核对 user 和{}，以及服务器是否允许从本机登录", database.password);
    SourceError::new(Kind::Login, what, remedy)
}

fn no_tls(database: &Database, cause: &str) -> SourceError {
    let what = format!("与 {}:{} 的加密连接没有建成：{cause}", database.host, database.port);
    let remedy = match &database.tls {
        Tls::Require { .. } => {
            "请用 tls_ca 指明签发机构，host 要与证书上的名称一致；服务器不支持加密、又确在受保护的专网内的，写 tls = \"off\""
        }
        Tls::Off => "服务器要求加密：请改成 tls = \"require\"",
    };
    SourceError::new(Kind::Tls, what, remedy)
}

fn refused(code: &str, said: Option<&str>) -> SourceError {
    let said = said.map(|s| format!("：{}", s.chars().take(200).collect::<String>())).unwrap_or_default();
    let what = format!("来源拒绝查询（{code}）{said}");
    SourceError::new(Kind::Refused, what, "请核对 table、query 和各列的名称，以及用户的查询权限")
}

pub(super) fn postgres(e: &tokio_postgres::Error, database: &Database) -> SourceError {
    let Some(said) = e.as_db_error() else { return connection(e, database) };
    let code = said.code();
    match code {
        c if *c == SqlState::INVALID_PASSWORD => login(database),
        c if c.code() == "28000" && said.message().contains("no encryption") && database.tls == Tls::Off => {
            no_tls(database, "服务器不接受不加密的连接")
        }
        c if c.code().starts_with("28") => login(database),
        c if *c == SqlState::INVALID_CATALOG_NAME => {
            refused(c.code(), Some(&format!("没有数据库“{}”", database.database)))
        }
        c if *c == SqlState::QUERY_CANCELED => SourceError::new(
            Kind::Timeout,
            "来源在规定时间内没有查完",
            "请在来源的单位、报表期、更新时间列上建索引，或调大 timeout_seconds",
        ),
        c if c.code().starts_with("42") => refused(c.code(), Some(said.message())),
        c if c.code().starts_with("57P") => unreachable(&database.host, database.port, "服务正在关闭或启动"),
        c => refused(c.code(), None),
    }
}

fn connection(e: &tokio_postgres::Error, database: &Database) -> SourceError {
    let causes = causes(e);
    let text = causes.join("：");
    if e.is_closed() {
        return unreachable(&database.host, database.port, "连接中断");
    }
    if text.contains("does not support TLS") {
        return no_tls(database, "服务器不支持加密");
    }
    if text.contains("TLS") || text.contains("certificate") {
        return no_tls(database, causes.last().map_or("", String::as_str));
    }
    if text.contains("password missing") || text.contains("authentication") {
        return login(database);
    }
    unreachable(&database.host, database.port, network(&text))
}

pub(super) fn mysql(e: &mysql_async::Error, database: &Database) -> SourceError {
    match e {
        mysql_async::Error::Server(said) => match said.code {
            1045 | 1698 | 1820 | 1251 => login(database),
            3159 => no_tls(database, "服务器不接受不加密的连接"),
            1044 | 1049 => {
                refused(&said.code.to_string(), Some(&format!("没有数据库“{}”，或没有权限", database.database)))
            }
            1969 | 3024 | 1205 => SourceError::new(
                Kind::Timeout,
                "来源在规定时间内没有查完",
                "请在来源的单位、报表期、更新时间列上建索引，或调大 timeout_seconds",
            ),
            1054 | 1064 | 1142 | 1143 | 1146 | 1060 | 1248 | 1370 | 1792 => {
                refused(&said.code.to_string(), Some(&said.message))
            }
            code => refused(&code.to_string(), None),
        },
        other => {
            let causes = causes(other);
            let text = causes.join("：");
            if text.contains("TLS") || text.contains("certificate") || text.contains("CLIENT_SSL") {
                return no_tls(database, causes.last().map_or("", String::as_str));
            }
            unreachable(&database.host, database.port, network(&text))
        }
    }
}

/// An error and what caused it.
pub(super) fn causes(e: &dyn Error) -> Vec<String> {
    let mut out = vec![e.to_string()];
    let mut cause = e.source();
    while let Some(inner) = cause {
        out.push(inner.to_string());
        cause = inner.source();
    }
    out
}

/// What the network says.
pub(super) fn network(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    let known = [
        ("refused", "对方拒绝连接"),
        ("lookup", "主机名查不到"),
        ("resolve", "主机名查不到"),
        ("dns", "主机名查不到"),
        ("timed out", "连接超时"),
        ("timeout", "连接超时"),
        ("unreachable", "网络不通"),
    ];
    known.iter().find(|(word, _)| text.contains(word)).map_or("连接中断", |(_, said)| said)
}
