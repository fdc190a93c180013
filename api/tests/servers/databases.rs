//! What must hold for every kind of database.

use suixin_api::sources::{Kind, Outcome, Pulled};

use super::fixture::{COLUMNS, Database, Office};

macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test]
            async fn postgres() {
                super::$name(super::Database::postgres(concat!("t_", stringify!($name))).await).await;
            }
            #[tokio::test]
            async fn mysql() {
                super::$name(super::Database::mysql(concat!("t_", stringify!($name))).await).await;
            }
        }
    )*};
}

on_both! {
    slots_by_watermark
    a_slot_that_returns_to_what_it_was
    a_late_commit
    writers_at_work
    nothing_is_taken_of_a_pull_that_breaks
    nothing_is_taken_when_the_connection_breaks
    hard_texts
    slots_by_date
    words_for_units
    mistakes
    a_slot_that_vanished
}

async fn create(db: &mut Database) {
    let moment = db.moment();
    db.run(&format!(
        "CREATE TABLE need (bh varchar(40) PRIMARY KEY, sfz varchar(40), lx varchar(4), jj varchar(4), ly varchar(4), \
         djrq date, zt varchar(4), sm text, dw varchar(40), qi varchar(10), gx {moment})"
    ))
    .await;
}

async fn insert(db: &mut Database, id: &str, period: &str, changed: &str) {
    db.run(&insert_sql(id, period, changed)).await;
}

fn insert_sql(id: &str, period: &str, changed: &str) -> String {
    format!(
        "INSERT INTO need VALUES ('{id}', '11010519491231002X', '1', '1', '1', '2025-03-01', '1', '', '船山区', '{period}', '{changed}')"
    )
}

fn keys(db: &Database, more: &str) -> String {
    db.place() + "unit_column = 'dw'\nperiod_column = 'qi'\nwatermark_column = 'gx'\n" + COLUMNS + more
}

fn outcomes(pulled: &Pulled) -> Vec<(String, u64, u32, Outcome)> {
    pulled.slots.iter().map(|s| (s.period.clone(), s.rows, s.version, s.outcome)).collect()
}

async fn slots_by_watermark(mut db: Database) {
    create(&mut db).await;
    let (office, keys) = (Office::new(), keys(&db, ""));
    insert(&mut db, "N2", "202503", "2025-04-01 08:00:00.000001").await;
    insert(&mut db, "N1", "202503", "2025-04-01 08:00:00").await;
    insert(&mut db, "N3", "202504", "2025-05-01 08:00:00").await;
    let first = office.pull(&keys).await.unwrap();
    assert!(first.full);
    assert_eq!(outcomes(&first), [("202503".into(), 2, 1, Outcome::Placed), ("202504".into(), 1, 1, Outcome::Placed)]);
    assert_eq!(office.column("船山区", "202503", "需求编号"), ["N1", "N2"]);
    let bytes = office.bytes("船山区", "202503");

    let again = office.pull_all(&keys, true).await.unwrap();
    assert_eq!((again.placed(), again.slots.len()), (0, 2));
    assert_eq!(office.bytes("船山区", "202503"), bytes, "the same rows are the same bytes");
    let quiet = office.pull(&keys).await.unwrap();
    assert_eq!(
        outcomes(&quiet),
        [("202504".into(), 1, 1, Outcome::Unchanged)],
        "rows at the watermark are looked at again"
    );

    db.run("UPDATE need SET zt = '2', gx = '2025-05-02 09:00:00.5' WHERE bh = 'N1'").await;
    let third = office.pull(&keys).await.unwrap();
    let changed: Vec<_> = outcomes(&third).into_iter().filter(|o| o.3 == Outcome::Placed).collect();
    assert_eq!(changed, [("202503".into(), 2, 2, Outcome::Placed)], "the slot whole, as its next version");
    assert_eq!(office.column("船山区", "202503", "状态"), ["2", "1"]);
    assert!(third.watermark.unwrap().starts_with("2025-05-02 09:00:00.5"));
    assert_eq!(office.taken().len(), 2);
}

async fn a_slot_that_returns_to_what_it_was(mut db: Database) {
    create(&mut db).await;
    let (office, keys) = (Office::new(), keys(&db, ""));
    insert(&mut db, "N1", "202503", "2025-04-01 08:00:00").await;
    office.pull(&keys).await.unwrap();
    let first = office.bytes("船山区", "202503");
    for (status, day) in [("2", 2), ("1", 3)] {
        db.run(&format!("UPDATE need SET zt = '{status}', gx = '2025-04-0{day} 08:00:00'")).await;
        assert_eq!(office.pull(&keys).await.unwrap().placed(), 1);
    }
    assert_eq!(office.column("船山区", "202503", "状态"), ["1"]);
    assert_ne!(office.bytes("船山区", "202503"), first, "what was received before is a copy and would change nothing");
}

async fn a_late_commit(mut db: Database) {
    create(&mut db).await;
    let mut slow = db.another().await;
    slow.run("BEGIN").await;
    insert(&mut slow, "spät", "202503", "2025-04-01 08:00:00").await;
    insert(&mut db, "N1", "202504", "2025-04-01 08:00:30").await;
    let (near, far) = (Office::new(), Office::new());
    let (none, overlap) = (keys(&db, "overlap = 0"), keys(&db, "overlap = 60"));
    for (office, keys) in [(&near, &none), (&far, &overlap)] {
        assert_eq!(office.pull(keys).await.unwrap().placed(), 1);
    }
    slow.run("COMMIT").await;
    assert_eq!(near.pull(&none).await.unwrap().placed(), 0, "older than the watermark");
    assert_eq!(far.pull(&overlap).await.unwrap().placed(), 1);
    assert_eq!(far.column("船山区", "202503", "需求编号"), ["spät"]);
    assert_eq!(near.pull_all(&none, true).await.unwrap().placed(), 1, "a full pull sees it in any case");
}

async fn writers_at_work(mut db: Database) {
    create(&mut db).await;
    insert(&mut db, "N", "202503", "2025-04-01 08:00:00").await;
    let (office, keys) = (Office::new(), keys(&db, "overlap = 60"));
    let mut writers = Vec::new();
    for writer in 0..3 {
        let mut own = db.another().await;
        let now = if matches!(own, Database::Postgres(..)) { "clock_timestamp()" } else { "SYSDATE(6)" };
        writers.push(tokio::spawn(async move {
            for i in 0..60 {
                let sql = insert_sql(&format!("W{writer}-{i:03}"), &format!("20250{}", 3 + i % 4), "@");
                own.run("BEGIN").await;
                own.run(&sql.replace("'@'", now)).await;
                tokio::task::yield_now().await;
                own.run("COMMIT").await;
            }
        }));
    }
    while writers.iter().any(|w| !w.is_finished()) {
        office.pull(&keys).await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    office.pull(&keys).await.unwrap();
    let periods = ["202503", "202504", "202505", "202506"];
    let found: usize = periods.iter().map(|p| office.column("船山区", p, "需求编号").len()).sum();
    assert_eq!(found, 181);
    let seen = office.pull_all(&keys, true).await.unwrap();
    assert_eq!(seen.placed(), 0, "what the increments saw is what is there");
}

async fn nothing_is_taken_of_a_pull_that_breaks(mut db: Database) {
    create(&mut db).await;
    let (office, keys) = (Office::new(), keys(&db, ""));
    insert(&mut db, "N1", "202503", "2025-04-01 08:00:00").await;
    insert(&mut db, "N2", "202504", "2025-05-01 08:00:00").await;
    let bad = if matches!(db, Database::Postgres(..)) { "chr(1)" } else { "char(1)" };
    db.run(&format!("UPDATE need SET sm = {bad} WHERE bh = 'N2'")).await;
    let refused = office.pull(&keys).await.unwrap_err();
    assert!(refused.kind == Kind::Data && refused.what.contains("控制字符"), "{refused}");
    assert!(office.taken().is_empty(), "not even the slot that was fetched whole");
    db.run("UPDATE need SET sm = '' WHERE bh = 'N2'").await;
    let mended = office.pull(&keys).await.unwrap();
    assert!(mended.full && mended.placed() == 2, "nothing was remembered");
}

async fn nothing_is_taken_when_the_connection_breaks(mut db: Database) {
    create(&mut db).await;
    insert(&mut db, "N1", "202503", "2025-04-01 08:00:00").await;
    insert(&mut db, "N2", "202504", "2025-05-01 08:00:00").await;
    let is_postgres = matches!(db, Database::Postgres(..));
    let name = if is_postgres { "t_nothing_is_taken_when_the_connection_breaks.need" } else { "need" };
    // The rows of the second slot take long to come; meanwhile an administrator ends the connection.
    let query = if is_postgres {
        format!(
            "select bh, sfz, lx, jj, ly, djrq, zt, dw, qi, gx, sm || case when qi = '202504' then pg_sleep(60)::text else '' end as sm from {name}"
        )
    } else {
        format!(
            "select bh, sfz, lx, jj, ly, djrq, zt, dw, qi, gx, concat(sm, case when qi = '202504' then sleep(60) else '' end) as sm from {name}"
        )
    };
    let keys = keys(&db, "");
    let (table, query) = (
        if is_postgres { format!("table = '{name}'") } else { "table = 'need'".to_owned() },
        format!("query = \"{query}\""),
    );
    let (office, slow) = (Office::new(), keys.replace(&table, &query));
    let pulling = office.pull(&slow);
    let ending = async {
        loop {
            let found = if is_postgres {
                db.value("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%t_nothing%'").await
            } else {
                db.value("SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE state = 'User sleep' AND db = 't_nothing_is_taken_when_the_connection_breaks'").await
            };
            if !found.is_empty() {
                if !is_postgres {
                    db.run(&format!("KILL {found}")).await;
                }
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let (broken, ()) = tokio::join!(pulling, ending);
    assert_eq!(broken.unwrap_err().kind, Kind::Unreachable);
    assert!(office.taken().is_empty());
    let whole = office.pull(&keys).await.unwrap();
    assert!(whole.full && whole.placed() == 2);
}

async fn hard_texts(mut db: Database) {
    create(&mut db).await;
    let office = Office::new();
    let texts = [
        "逗号,引号\"和分号;",
        "两行\r\n一格",
        "😀𠮷 emoji",
        "制表\t符",
        "合计",
        " 前后有空格 ",
        "=1+1",
        "<html>",
        "it''s \\\\ ok",
    ];
    for (i, text) in texts.iter().enumerate() {
        insert(&mut db, &format!("N{i}"), "202503", "2025-04-01 08:00:00").await;
        let text = if matches!(db, Database::Postgres(..)) { text.replace("\\\\", "\\") } else { (*text).to_owned() };
        db.run(&format!("UPDATE need SET sm = '{text}' WHERE bh = 'N{i}'")).await;
    }
    insert(&mut db, "N98", "202503", "2025-04-01 08:00:00").await;
    insert(&mut db, "N99", "202503", "2025-04-01 08:00:00").await;
    db.run("UPDATE need SET sm = NULL WHERE bh = 'N99'").await;
    office.pull(&keys(&db, "")).await.unwrap();
    let mut expected: Vec<String> = texts.iter().map(|t| t.replace("''", "'").replace("\\\\", "\\")).collect();
    expected.extend([String::new(), String::new()]);
    assert_eq!(office.column("船山区", "202503", "办结说明"), expected, "NULL and the empty text are an empty cell");
    assert_eq!(office.column("船山区", "202503", "序号").last().unwrap(), "11");
}

async fn slots_by_date(mut db: Database) {
    create(&mut db).await;
    let office = Office::new();
    for (id, day) in [("N1", "2025-01-01"), ("N2", "2025-01-31"), ("N3", "2025-02-01"), ("N4", "2024-12-31")] {
        insert(&mut db, id, "", "2025-04-01 08:00:00").await;
        db.run(&format!("UPDATE need SET djrq = '{day}' WHERE bh = '{id}'")).await;
    }
    let keys =
        db.place() + "unit_column = 'dw'\ndate_column = 'djrq'\nfirst_period = '202501'\norder = ['djrq']\n" + COLUMNS;
    let pulled = office.pull(&keys).await.unwrap();
    let slots: Vec<_> = pulled.slots.iter().map(|s| (s.period.as_str(), s.rows)).collect();
    assert_eq!(slots, [("202501", 2), ("202502", 1)]);
    assert_eq!(office.column("船山区", "202501", "登记日期"), ["2025-01-01", "2025-01-31"]);
}

async fn words_for_units(mut db: Database) {
    create(&mut db).await;
    let office = Office::new();
    for (id, unit) in [("N1", "510903"), ("N2", "船山区"), ("N3", "蓬溪县民政局")] {
        insert(&mut db, id, "202503", "2025-04-01 08:00:00").await;
        db.run(&format!("UPDATE need SET dw = '{unit}' WHERE bh = '{id}'")).await;
    }
    assert_eq!(office.pull(&keys(&db, "")).await.unwrap().slots.len(), 2);
    assert_eq!(office.column("船山区", "202503", "需求编号"), ["N1", "N2"], "two words for one unit are one slot");
    db.run("UPDATE need SET dw = NULL WHERE bh = 'N3'").await;
    let refused = office.pull_all(&keys(&db, ""), true).await.unwrap_err();
    assert!(refused.what.contains("有 1 行没有单位或报表期"), "{refused}");
}

async fn mistakes(mut db: Database) {
    create(&mut db).await;
    insert(&mut db, "N1", "202503", "2025-04-01 08:00:00").await;
    let (office, good) = (Office::new(), keys(&db, ""));
    let port = good.lines().find(|l| l.starts_with("port")).unwrap().to_owned();
    let is_postgres = matches!(db, Database::Postgres(..));
    let sleep = if is_postgres { "pg_sleep(20) is not null" } else { "sleep(20) = 0" };
    let table = good.lines().find(|l| l.starts_with("table")).unwrap().to_owned();
    let name = table.trim_start_matches("table = '").trim_end_matches('\'').to_owned();
    let query = format!("query = \"select n.* from {name} n where {sleep}\"\ntimeout_seconds = 1");
    for (from, to, kind, part) in [
        ("password\' }", "wrong\' }", Kind::Login, "不接受用户 suixin 的登录"),
        (port.as_str(), "port = 9", Kind::Unreachable, "连不上 127.0.0.1:9：对方拒绝连接"),
        ("host = '127.0.0.1'", "host = 'gibt-es-nicht.invalid'", Kind::Unreachable, "主机名查不到"),
        ("database = '", "database = 'kein_", Kind::Refused, "没有数据库“kein_"),
        ("bh = 'need_id'", "bhh = 'need_id'", Kind::Config, "列“bhh”"),
        ("unit_column = 'dw'", "unit_column = 'danwei'", Kind::Config, "unit_column 所写的列“danwei”"),
        ("watermark_column = 'gx'", "watermark_column = 'sm'", Kind::Config, "不能比较先后"),
        (table.as_str(), "table = 'nirgends'", Kind::Refused, "nirgends"),
        (table.as_str(), query.as_str(), Kind::Timeout, ""),
        ("tls = 'off'", "tls = 'require'", Kind::Tls, "加密连接没有建成"),
    ] {
        let wrong = office.pull(&good.replace(from, to)).await.unwrap_err();
        let told = format!("{wrong} {wrong:?}");
        assert_eq!(wrong.kind, kind, "{to}: {told}");
        assert!(wrong.what.contains(part) && !wrong.remedy.is_empty(), "{to}: {told}");
        assert!(!told.contains("geheim") && !told.contains("falsch"), "{told}");
    }
    assert!(office.taken().is_empty());
    let ca = super::fixture::setting("SUIXIN_TEST_CA");
    let trusted = good.replace("tls = 'off'", &format!("tls_ca = '{ca}'")).replace("'127.0.0.1'", "'localhost'");
    assert_eq!(office.pull(&trusted).await.unwrap().placed(), 1);
}

async fn a_slot_that_vanished(mut db: Database) {
    create(&mut db).await;
    let (office, keys) = (Office::new(), keys(&db, ""));
    insert(&mut db, "N1", "202503", "2025-04-01 08:00:00").await;
    insert(&mut db, "N2", "202504", "2025-05-01 08:00:00").await;
    office.pull(&keys).await.unwrap();
    db.run("DELETE FROM need WHERE bh = 'N1'").await;
    assert_eq!(office.pull(&keys).await.unwrap().placed(), 0, "a watermark does not see what is gone");
    let full = office.pull_all(&keys, true).await.unwrap();
    assert_eq!(outcomes(&full)[0], ("202503".into(), 0, 2, Outcome::Placed));
    db.run("DELETE FROM need").await;
    assert!(office.pull_all(&keys, true).await.unwrap_err().what.contains("一行也没有"));
}
