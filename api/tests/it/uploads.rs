//! Returns sent through the web door.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use crate::support::{HTML, PROBLEM, send, with_returns};

const HEADER: &str = "编号,渠道,主题,日期,受众人次,媒体层级,乡镇(街道)\n";

fn raw(name: &str, rows: &str) -> Request<Body> {
    Request::post(format!("/v1/returns?name={name}")).body(format!("{HEADER}{rows}").into()).unwrap()
}

/// `202503/船山区/宣传活动.csv`
const NAME: &str = "202503/%E8%88%B9%E5%B1%B1%E5%8C%BA/%E5%AE%A3%E4%BC%A0%E6%B4%BB%E5%8A%A8.csv";

#[tokio::test]
async fn uploads() {
    let world = with_returns(|n| n.starts_with("市局/")).await;
    let app = &world.app;
    let commits = || app.warehouse.snapshots().unwrap().len();
    let (before, good) = (commits(), "XC9001,微信,慈善政策宣传,2025-03-05,120,县级,\n");

    let bad = send(app, raw(NAME, &format!("{good}XC9002,飞鸽传书,主题,2025-13-45,多,县级,\n"))).await;
    assert_eq!((bad.status, bad.kind()), (StatusCode::UNPROCESSABLE_ENTITY, PROBLEM), "{}", bad.text);
    let issues = bad.json()["issues"].as_array().unwrap().clone();
    assert!(
        issues.len() >= 3 && issues.iter().all(|i| i["row"] == 3 && !i["remedy"].as_str().unwrap().is_empty()),
        "{}",
        bad.text
    );
    assert!(issues.iter().any(|i| i["header"] == "渠道" && i["code"] == "DQ006"), "{}", bad.text);
    assert_eq!(commits(), before, "a bad file changes nothing");

    let taken = send(app, raw(NAME, good)).await;
    assert_eq!((taken.status, taken.json()["changed"].clone()), (StatusCode::OK, json!(true)), "{}", taken.text);
    assert_eq!(taken.json()["files"][0]["tables"][0]["accepted"], 1);
    let after = commits();
    assert!(after > before);
    let again = send(app, raw(NAME, good)).await.json();
    assert_eq!((again["changed"].clone(), commits()), (json!(false), after), "the same bytes again do nothing");

    let some =
        send(app, raw(&format!("{NAME}&keep=true"), &format!("{good}XC9003,飞鸽传书,主题,2025-03-06,5,县级,\n")))
            .await
            .json();
    assert_eq!(
        (some["files"][0]["tables"][0]["accepted"].clone(), some["files"][0]["tables"][0]["rejected"].clone()),
        (json!(1), json!(1))
    );

    for (name, status) in [("..%2F..%2Fx.csv", 400), ("%2Fetc%2Fx.csv", 400), ("a%2F..%2Fx.csv", 400), ("", 400)] {
        assert_eq!(send(app, raw(name, good)).await.status.as_u16(), status, "{name}");
    }
    let unknown = send(app, Request::post("/v1/returns?name=x.csv").body("a,b\n1,2\n".into()).unwrap()).await;
    assert_eq!(
        (unknown.status, unknown.json()["issues"][0]["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("DQ002")),
        "{}",
        unknown.text
    );
    let big = Request::post("/v1/returns?name=x.csv")
        .header("content-length", (65 << 20).to_string())
        .body(Body::empty())
        .unwrap();
    let big = send(app, big).await;
    assert_eq!((big.status, big.kind()), (StatusCode::PAYLOAD_TOO_LARGE, PROBLEM));
    let left: Vec<_> = std::fs::read_dir(world.home.path().join("state"))
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().into_string().ok())
        .collect();
    assert!(left.iter().all(|n| !n.starts_with("upload-")), "uploads are removed: {left:?}");
}

fn form(path: &str, fields: &[(&str, &str)], file: (&str, &str)) -> Request<Body> {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--B\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    let (name, text) = file;
    body += &format!(
        "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--B--\r\n"
    );
    Request::post(path).header("content-type", "multipart/form-data; boundary=B").body(body.into()).unwrap()
}

#[tokio::test]
async fn the_form_shows_what_came_of_it() {
    let world = with_returns(|n| n.starts_with("市局/")).await;
    let app = &world.app;
    let place = [("unit", "510903"), ("period", "202503")];
    let bad = send(
        app,
        form("/returns", &place, ("宣传活动.csv", &format!("{HEADER}XC9102,飞鸽传书,主题,2025-03-06,5,县级,\n"))),
    )
    .await;
    assert_eq!((bad.status, bad.kind()), (StatusCode::UNPROCESSABLE_ENTITY, HTML));
    assert!(
        bad.text.contains("报表有错误，没有入库") && bad.text.contains("改正办法") && bad.text.contains("DQ006"),
        "{}",
        bad.text
    );
    let good = send(
        app,
        form("/returns", &place, ("宣传活动.csv", &format!("{HEADER}XC9101,微信,主题,2025-03-06,5,县级,\n"))),
    )
    .await;
    assert!(
        good.status == StatusCode::OK && good.text.contains("已收到并入库") && good.text.contains("船山区"),
        "{}",
        good.text
    );
    let none = send(app, form("/returns", &[], ("", ""))).await;
    assert!(none.status == StatusCode::BAD_REQUEST && none.text.contains("没有收到文件"), "{}", none.text);
    let wrong = send(app, form("/v1/returns", &[("period", "三月")], ("x.csv", HEADER))).await;
    assert_eq!((wrong.status, wrong.kind()), (StatusCode::BAD_REQUEST, PROBLEM));
}
