//! Checks where a source stands: the parts of a connection, and how an endpoint is asked. Pure.

use std::time::Duration;

use super::config::{Database, Dialect, Endpoint, Limits, Paging, Parameters, Place, Relation, Tls};
use super::keys::{Keys, SECRETIVE};

/// Bytes that all pages of a pull have at most where nothing is said: they are in memory together.
const MAX_BYTES: u64 = 256 << 20;
/// Pages of a pull where nothing is said.
const MAX_PAGES: u64 = 1_000;
/// Seconds that a pull over HTTP takes at most where nothing is said.
const MAX_SECONDS: u64 = 1_800;

pub(super) fn place_of(keys: &mut Keys<'_>) -> Option<Place> {
    let kind = keys.need("kind", "请写 postgres、mysql 或 http").unwrap_or_default();
    match kind.as_str() {
        "postgres" => database(keys, Dialect::Postgres, 5432).map(Place::Database),
        "mysql" => database(keys, Dialect::Mysql, 3306).map(Place::Database),
        "http" => endpoint(keys).map(Place::Http),
        other => {
            keys.allow_unknown();
            if !other.is_empty() {
                let remedy = "请写 postgres（含兼容的国产库）、mysql（含 MariaDB）或 http";
                keys.wrong("kind", format!("不认识“{other}”"), remedy);
            }
            None
        }
    }
}

fn database(keys: &mut Keys<'_>, dialect: Dialect, port: u64) -> Option<Database> {
    let host = keys.need("host", "请写数据库服务器的名称或地址");
    let port = u16::try_from(keys.number("port", port, 1..=65_535)).unwrap_or_default();
    let database = keys.need("database", "请写数据库名");
    let user = keys.need("user", "请写只有查询权限的用户");
    if !keys.has("password") {
        keys.wrong("password", "没有写", "请写成 password = { env = \"SUIXIN_…\" } 或 { file = \"/etc/suixin/…\" }");
    }
    let password = keys.secret("password");
    let (tls, relation) = (tls_of(keys), relation_of(keys));
    let (host, database, user, password) = (host?, database?, user?, password?);
    Some(Database { dialect, host, port, database, user, password, tls, relation: relation? })
}

fn tls_of(keys: &mut Keys<'_>) -> Tls {
    let ca = keys.text("tls_ca").map(Into::into);
    match keys.text("tls").as_deref() {
        Some("off") => {
            if ca.is_some() {
                keys.wrong("tls_ca", "tls = \"off\" 时用不上", "请删去 tls_ca，或改成 tls = \"require\"");
            }
            return Tls::Off;
        }
        None | Some("require") => {}
        Some(_) => keys.wrong("tls", "只能是 require 或 off", "请写 require；确在受保护的专网内、服务器不支持的写 off"),
    }
    Tls::Require { ca }
}

fn relation_of(keys: &mut Keys<'_>) -> Option<Relation> {
    match (keys.text("table"), keys.text("query")) {
        (Some(table), None) => {
            let parts: Vec<String> = table.split('.').map(str::to_owned).collect();
            let good = parts.len() <= 2 && parts.iter().all(|p| !p.is_empty() && !p.contains(['"', '`', '\0']));
            if !good {
                keys.wrong("table", "应是“表”或“模式.表”，不加引号", "名称里有点或引号的，请改用 query");
            }
            good.then_some(Relation::Table(parts))
        }
        (None, Some(query)) => query_of(keys, &query).map(Relation::Query),
        (Some(_), Some(_)) => {
            keys.wrong("query", "与 table 只能写一个", "整张表用 table，要筛选、连接的用 query");
            None
        }
        (None, None) if keys.has("table") || keys.has("query") => None,
        (None, None) => {
            keys.wrong("table", "没有写取哪张表", "请写 table = \"模式.表\"，或 query = \"select …\"");
            None
        }
    }
}

fn query_of(keys: &mut Keys<'_>, query: &str) -> Option<String> {
    let query = query.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    let first: String = query.chars().take_while(char::is_ascii_alphabetic).collect();
    if !matches!(first.to_ascii_lowercase().as_str(), "select" | "with") {
        keys.wrong("query", "不是查询语句", "请写以 select 或 with 开头的一条语句");
    } else if query.contains([';', '\0']) {
        keys.wrong("query", "只能是一条语句，其中不能有分号", "请删去分号；文字里要用分号的，请在来源建视图");
    } else {
        return Some(query.to_owned());
    }
    None
}

fn endpoint(keys: &mut Keys<'_>) -> Option<Endpoint> {
    let url = keys.need("url", "请写接口地址，如 https://dt.example.gov.cn/api/needs");
    let tls = tls_of(keys);
    let url = url.and_then(|text| url_of(keys, &text, &tls));
    let token = keys.secret("token");
    let rows = pointer(keys, "rows").unwrap_or_default();
    let (paging, parameters, limits) = (paging_of(keys), parameters_of(keys), limits_of(keys));
    Some(Endpoint { url: url?, token, tls, rows, paging: paging?, parameters, limits })
}

fn url_of(keys: &mut Keys<'_>, text: &str, tls: &Tls) -> Option<reqwest::Url> {
    let Some(url) = reqwest::Url::parse(text).ok().filter(|u| u.has_host()) else {
        keys.wrong("url", "不是网址", "请写成 https://主机/路径");
        return None;
    };
    let secretive = |name: &str| SECRETIVE.iter().any(|w| name.to_lowercase().contains(w));
    if !url.username().is_empty() || url.password().is_some() {
        keys.wrong("url", "网址里不能写用户和口令", "请删去，改用 token = { env = \"SUIXIN_…\" }；写出过的口令请更换");
    } else if url.query_pairs().any(|(name, _)| secretive(&name)) {
        keys.wrong("url", "网址的参数里不能写令牌", "请删去，改用 token = { env = \"SUIXIN_…\" }；写出过的令牌请更换");
    } else if !matches!((url.scheme(), tls), ("https", _) | ("http", Tls::Off)) {
        keys.wrong("url", "应以 https:// 开头", "请改用 https；确在受保护的专网内、没有证书的，另写 tls = \"off\"");
    } else {
        return Some(url);
    }
    None
}

fn pointer(keys: &mut Keys<'_>, key: &'static str) -> Option<String> {
    let text = keys.text(key)?;
    if !text.starts_with('/') {
        keys.wrong(key, "应是以 / 开头的位置", "如 /data/items：对象 data 里的 items");
    }
    Some(text)
}

fn paging_of(keys: &mut Keys<'_>) -> Option<Paging> {
    let style = keys.text("paging").unwrap_or_else(|| "none".to_owned());
    Some(match style.as_str() {
        "none" => Paging::None,
        "link" => Paging::Link,
        "number" => {
            let parameter = keys.text("page_parameter").unwrap_or_else(|| "page".to_owned());
            let first = keys.number("first_page", 1, 0..=1);
            let size_named = keys.text("size_parameter");
            let rows = keys.number("page_size", 500, 1..=100_000);
            if size_named.is_none() && keys.has("page_size") && !keys.has("size_parameter") {
                let remedy = "请写接口用来收每页行数的参数名，如 size_parameter = \"size\"，或删去 page_size";
                keys.wrong("page_size", "没有 size_parameter 就用不上", remedy);
            }
            let size = size_named.map(|name| (name, rows));
            Paging::Number { parameter, first, size }
        }
        "cursor" => {
            let parameter = keys.text("page_parameter").unwrap_or_else(|| "cursor".to_owned());
            if !keys.has("next") {
                keys.wrong("next", "没有写", "请写下一页游标在页里的位置，如 next = \"/next_cursor\"");
            }
            Paging::Cursor { parameter, next: pointer(keys, "next")? }
        }
        _ => {
            keys.wrong(
                "paging",
                format!("不认识“{style}”"),
                "请写 none、number（页码）、cursor（游标）或 link（Link 响应头）",
            );
            return None;
        }
    })
}

fn parameters_of(keys: &mut Keys<'_>) -> Parameters {
    Parameters {
        since: keys.text("since_parameter"),
        unit: keys.text("unit_parameter"),
        period: keys.text("period_parameter"),
    }
}

fn limits_of(keys: &mut Keys<'_>) -> Limits {
    Limits {
        pages: keys.number("max_pages", MAX_PAGES, 1..=1_000_000),
        bytes: keys.number("max_bytes", MAX_BYTES, 1_024..=(4 << 30)),
        time: Duration::from_secs(keys.number("max_seconds", MAX_SECONDS, 1..=86_400)),
    }
}
