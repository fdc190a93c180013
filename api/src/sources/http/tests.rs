//! Pulls from a server inside this process.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use suixin_ingest::contract::Contracts;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::{Desk, Kind, Outcome, Pulled, SourceError, pull, testing};

type Asked = BTreeMap<String, String>;
type Answer = Arc<dyn Fn(&Asked, usize) -> Response + Send + Sync>;

/// A server that remembers what it was asked.
#[derive(Clone)]
struct Server {
    asked: Arc<Mutex<Vec<Asked>>>,
    tokens: Arc<Mutex<Vec<String>>>,
    answer: Answer,
}

async fn answer(State(server): State<Server>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let token = headers.get("authorization").and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
    server.tokens.lock().unwrap().push(token);
    let number = {
        let mut all = server.asked.lock().unwrap();
        all.push(asked.clone());
        all.len()
    };
    (server.answer)(&asked, number)
}

/// A source at a server, with everything that a pull needs.
struct Fixture {
    dir: tempfile::TempDir,
    server: Server,
    url: String,
}

impl Fixture {
    async fn new(answer_with: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static) -> Self {
        let server = Server { asked: Arc::default(), tokens: Arc::default(), answer: Arc::new(answer_with) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/needs", listener.local_addr().unwrap());
        let app = Router::new().route("/needs", get(answer)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { dir: tempfile::tempdir().unwrap(), server, url }
    }

    async fn pull(&self, keys: &str) -> Result<Pulled, SourceError> {
        pull_from(&self.url, self.dir.path(), keys).await
    }

    fn asked(&self, name: &str) -> Vec<String> {
        let asked = self.server.asked.lock().unwrap();
        asked.iter().map(|a| a.get(name).cloned().unwrap_or_default()).collect()
    }

    fn file(&self, period: &str) -> String {
        let path = format!("inbox/sources/api/{period}/船山区/需求清单_船山区_{period}.csv");
        std::fs::read_to_string(self.dir.path().join(path)).unwrap_or_default()
    }
}

async fn pull_from(url: &str, dir: &Path, keys: &str) -> Result<Pulled, SourceError> {
    let token = dir.join("token");
    std::fs::write(&token, "sesam-oeffne-dich\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let toml = format!(
        "[[source]]\nname = 'api'\nkind = 'http'\nurl = '{url}'\ntls = 'off'\ntoken = {{ file = '{}' }}\n\
         target = 'need_item'\nunit = '船山区'\nperiod_column = 'qi'\nmax_seconds = 1\n{keys}",
        token.display()
    );
    let sources = testing::check(&toml).unwrap();
    let contracts = Arc::new(Contracts::embedded().unwrap());
    let (inbox, state) = (dir.join("inbox"), dir.join("state.sqlite"));
    let desk = Desk { contracts, inbox, state, names: vec!["api".to_owned()] };
    pull(&sources[0], &desk, false, "2026-01-15T08:00:00".parse().unwrap()).await
}

/// A row of a period.
fn row(id: &str, period: &str) -> Value {
    json!({"need_id": id, "pid_token": "11010519491231002X", "need_type": "1", "urgency": "1", "source": "1",
           "register_date": "2025-03-01", "status_code": "1", "qi": period, "gx": 1})
}

fn page(value: &Value) -> Response {
    axum::Json(value).into_response()
}

fn rows(ids: &[&str]) -> Value {
    ids.iter().map(|id| row(id, "202503")).collect()
}

#[tokio::test]
async fn numbered_pages_until_an_empty_one() {
    let f = Fixture::new(|asked, _| {
        page(&match asked["page"].as_str() {
            "1" => json!({"data": {"items": rows(&["X2", "X1"])}}),
            "2" => json!({"data": {"items": rows(&["X3"])}}),
            _ => json!({"data": {"items": []}}),
        })
    })
    .await;
    let pulled =
        f.pull("rows = '/data/items'\npaging = 'number'\nsize_parameter = 'size'\npage_size = 2").await.unwrap();
    assert_eq!((pulled.slots.len(), pulled.slots[0].rows, pulled.slots[0].outcome), (1, 3, Outcome::Placed));
    assert_eq!((f.asked("page"), f.asked("size")), (vec!["1".into(), "2".into(), "3".into()], vec!["2".to_owned(); 3]));
    let file = f.file("202503");
    let ids: Vec<&str> = file.lines().skip(2).map(|l| l.split(',').nth(1).unwrap()).collect();
    assert_eq!(ids, ["\"X1\"", "\"X2\"", "\"X3\""], "ordered by content, whatever the order of the pages");
    assert_eq!(f.server.tokens.lock().unwrap()[0], "Bearer sesam-oeffne-dich");
}

#[tokio::test]
async fn a_cursor_leads_from_page_to_page() {
    let f = Fixture::new(|asked, _| {
        page(&match asked.get("cursor").map(String::as_str) {
            None => json!({"items": rows(&["X1"]), "next": "a b&c"}),
            Some("a b&c") => json!({"items": rows(&["X2"]), "next": null}),
            Some(_) => json!({"items": rows(&["falsch"])}),
        })
    })
    .await;
    let pulled = f.pull("rows = '/items'\npaging = 'cursor'\nnext = '/next'").await.unwrap();
    assert_eq!((pulled.slots[0].rows, f.asked("cursor").len()), (2, 2));
}

#[tokio::test]
async fn a_link_of_the_same_host_is_followed_and_a_foreign_one_is_not() {
    let other = Fixture::new(|_, _| page(&rows(&["falsch"]))).await;
    let elsewhere = other.url.clone();
    let f = Fixture::new(move |asked, _| {
        let link = match asked.get("p").map(String::as_str) {
            None => "</needs?p=2>; rel=\"next\"".to_owned(),
            Some("2") => format!("<{elsewhere}>; rel=\"next\""),
            Some(_) => String::new(),
        };
        ([("link", link)], page(&rows(&[asked.get("p").map_or("X1", |_| "X2")]))).into_response()
    })
    .await;
    let refused = f.pull("paging = 'link'").await.unwrap_err();
    assert!(refused.what.contains("别的主机、端口"), "{refused}");
    assert_eq!((f.asked("p"), other.asked("p").len()), (vec![String::new(), "2".into()], 0));
    assert_eq!(f.file("202503"), "", "nothing is put into the inbox");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Fixture::new(|_, _| page(&rows(&["falsch"]))).await;
    let elsewhere = other.url.clone();
    let f = Fixture::new(move |_, _| (StatusCode::FOUND, [("location", elsewhere.clone())]).into_response()).await;
    let refused = f.pull("").await.unwrap_err();
    assert!(refused.what.contains("转到别处") && other.asked("p").is_empty(), "{refused}");
}

#[tokio::test]
async fn a_busy_endpoint_is_asked_again_as_it_says() {
    let f = Fixture::new(|_, number| match number {
        1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        2 => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response(),
        _ => page(&rows(&["X1"])),
    })
    .await;
    assert_eq!(f.pull("").await.unwrap().slots[0].rows, 1);
    assert_eq!(f.asked("p").len(), 3);
    let always = Fixture::new(|_, _| (StatusCode::BAD_GATEWAY, [("retry-after", "0")]).into_response()).await;
    let refused = always.pull("").await.unwrap_err();
    assert_eq!((refused.kind, always.asked("p").len()), (Kind::Refused, 4));
    let later = Fixture::new(|_, _| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "86400")]).into_response()).await;
    assert!(later.pull("").await.is_err() && later.asked("p").len() == 1, "nobody waits for a day");
}

#[tokio::test]
async fn a_wrong_token_is_told_without_it() {
    let f = Fixture::new(|_, _| (StatusCode::UNAUTHORIZED, "sesam-oeffne-dich?").into_response()).await;
    let refused = f.pull("").await.unwrap_err();
    assert_eq!((refused.kind, f.asked("p").len()), (Kind::Login, 1));
    assert!(refused.remedy.contains("口令文件") && !format!("{refused} {refused:?}").contains("sesam"), "{refused}");
}

#[tokio::test]
async fn pages_that_never_end_are_stopped() {
    let same = Fixture::new(|_, _| page(&rows(&["X1"]))).await;
    assert!(same.pull("paging = 'number'").await.unwrap_err().what.contains("又是取过的一页"));
    assert_eq!(same.asked("page").len(), 2);
    let cursor = Fixture::new(|_, _| page(&json!({"items": rows(&["X1"]), "next": "a"}))).await;
    assert!(cursor.pull("rows = '/items'\npaging = 'cursor'\nnext = '/next'").await.is_err());
    let endless = Fixture::new(|_, n| page(&rows(&[&format!("X{n}")]))).await;
    let limit = endless.pull("paging = 'number'\nmax_pages = 5").await.unwrap_err();
    assert_eq!((limit.kind, endless.asked("page").len()), (Kind::Limit, 5));
}

#[tokio::test]
async fn a_huge_body_is_stopped() {
    let f = Fixture::new(|_, _| page(&rows(&["X"; 100]))).await;
    let limit = f.pull("max_bytes = 2048").await.unwrap_err();
    assert!(limit.kind == Kind::Limit && limit.remedy.contains("max_bytes"), "{limit}");
    let streamed = Fixture::new(|_, _| {
        let part = || Ok::<_, std::io::Error>(vec![b' '; 1_000]);
        axum::body::Body::from_stream(futures::stream::repeat_with(part)).into_response()
    })
    .await;
    assert_eq!(streamed.pull("max_bytes = 100000").await.unwrap_err().kind, Kind::Limit);
}

/// A server that says one thing and hangs up.
async fn raw(said: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/needs", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(said.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn a_truncated_body_is_no_page() {
    let dir = tempfile::tempdir().unwrap();
    let cut = raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{\"need_id\":").await;
    let refused = pull_from(&cut, dir.path(), "").await.unwrap_err();
    assert!(refused.what.contains("没有收全"), "{refused}");
    let whole = raw("HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n[{\"need_id\":").await;
    assert!(pull_from(&whole, dir.path(), "").await.unwrap_err().what.contains("不是完整的 JSON"));
    assert!(!dir.path().join("inbox/sources").exists());
    let nobody = pull_from("http://127.0.0.1:9/needs", dir.path(), "").await.unwrap_err();
    assert_eq!((nobody.kind, nobody.what.as_str()), (Kind::Unreachable, "连不上 127.0.0.1:9：对方拒绝连接"));
}

#[tokio::test]
async fn changed_slots_are_fetched_whole() {
    let changed = Arc::new(Mutex::new(vec![row("X1", "202502"), row("X2", "202503"), row("X3", "202503")]));
    let server = Arc::clone(&changed);
    let f = Fixture::new(move |asked, _| {
        let since: u64 = asked.get("since").map_or(0, |s| s.parse().unwrap());
        let of = |r: &&Value| asked.get("period").is_none_or(|p| r["qi"] == **p) && r["gx"].as_u64().unwrap() >= since;
        page(&server.lock().unwrap().iter().filter(of).cloned().collect::<Value>())
    })
    .await;
    let keys = "watermark_column = 'gx'\nsince_parameter = 'since'\nperiod_parameter = 'period'";
    let first = f.pull(keys).await.unwrap();
    assert_eq!((first.full, first.placed(), first.watermark.as_deref()), (true, 2, Some("1")));
    let again = f.pull(keys).await.unwrap();
    assert_eq!((again.full, again.placed(), again.slots.len()), (false, 0, 2), "the same rows, the same bytes");
    changed.lock().unwrap()[1]["status_code"] = json!("2");
    changed.lock().unwrap()[1]["gx"] = json!(5);
    let before = f.file("202503");
    let third = f.pull(keys).await.unwrap();
    assert_eq!((third.placed(), third.watermark.as_deref()), (1, Some("5")));
    let slot = third.slots.iter().find(|s| s.outcome == Outcome::Placed).unwrap();
    assert_eq!((slot.period.as_str(), slot.rows, slot.version), ("202503", 2, 2), "whole, not only the changed row");
    assert_ne!(f.file("202503"), before);
    let fourth = f.pull(keys).await.unwrap();
    assert_eq!((fourth.slots.len(), f.asked("since").last().unwrap().as_str()), (1, ""));
    assert!(f.asked("since").contains(&"5".to_owned()) && f.asked("period").contains(&"202503".to_owned()));
}

#[tokio::test]
async fn rows_of_other_slots_are_noticed() {
    let f = Fixture::new(|_, _| page(&json!([row("X1", "202502"), row("X2", "202503")]))).await;
    let keys = "watermark_column = 'gx'\nsince_parameter = 'since'\nperiod_parameter = 'period'";
    f.pull(keys).await.unwrap();
    let deaf = f.pull(keys).await.unwrap_err();
    assert!(deaf.what.contains("返回了 1 行别的单位"), "{deaf}");
}

#[tokio::test]
async fn a_field_that_a_row_lacks_is_no_empty_cell() {
    let f = Fixture::new(|_, _| {
        let mut less = row("X2", "202503");
        less.as_object_mut().unwrap().remove("urgency");
        page(&json!([row("X1", "202503"), less]))
    })
    .await;
    assert!(f.pull("").await.unwrap_err().what.contains("没有“urgency”这一项"));
    let nested = Fixture::new(|_, _| {
        let mut deep = row("X2", "202503");
        deep["urgency"] = json!({"code": 1});
        page(&json!([deep]))
    })
    .await;
    assert!(nested.pull("").await.unwrap_err().what.contains("“urgency”的类型 json 不能写进报表"));
}

#[tokio::test]
async fn a_slot_that_vanished_is_sent_without_rows_but_an_empty_source_is_no_answer() {
    let now = Arc::new(Mutex::new(vec![row("X1", "202502"), row("X2", "202503")]));
    let server = Arc::clone(&now);
    let f = Fixture::new(move |_, _| page(&server.lock().unwrap().iter().cloned().collect::<Value>())).await;
    assert_eq!(f.pull("").await.unwrap().placed(), 2);
    now.lock().unwrap().remove(0);
    let pulled = f.pull("").await.unwrap();
    let gone = pulled.slots.iter().find(|s| s.period == "202502").unwrap();
    assert_eq!((gone.rows, gone.version, gone.outcome), (0, 2, Outcome::Placed));
    assert_eq!(f.file("202502").lines().count(), 2, "title and header: a nil return");
    now.lock().unwrap().clear();
    assert!(f.pull("").await.unwrap_err().what.contains("一行也没有，而以前拉取过 2 份"));
    now.lock().unwrap().extend([row("X1", "202502"), row("X2", "202503")]);
    let back = f.pull("").await.unwrap();
    let back = back.slots.iter().find(|s| s.period == "202502").unwrap();
    assert_eq!((back.rows, back.version), (1, 3), "what comes back is no copy of what was sent first");
}

#[tokio::test]
async fn a_pull_that_stops_while_files_are_put_in_place_goes_on_next_time() {
    let f = Fixture::new(|_, _| page(&json!([row("X1", "202502"), row("X2", "202503")]))).await;
    let in_the_way = f.dir.path().join("inbox/sources/api/202503");
    std::fs::create_dir_all(in_the_way.parent().unwrap()).unwrap();
    std::fs::write(&in_the_way, "").unwrap();
    assert_eq!(f.pull("").await.unwrap_err().kind, Kind::Disk);
    assert!(!f.file("202502").is_empty() && f.file("202503").is_empty());
    let state = f.dir.path().join("state.sqlite");
    assert_eq!(super::super::last_pulled("api", &state).unwrap(), None, "not remembered as read");
    std::fs::remove_file(&in_the_way).unwrap();
    let done = f.pull("").await.unwrap();
    let outcomes: Vec<_> = done.slots.iter().map(|s| (s.version, s.outcome)).collect();
    assert_eq!(outcomes, [(1, Outcome::Unchanged), (1, Outcome::Placed)]);
}
