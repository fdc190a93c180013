//! What only MySQL and MariaDB have.

use suixin_api::sources::Kind;

use super::fixture::{Database, Office};

const ROW: &str = "'1' AS need_type, '1' AS urgency, '1' AS source, '1' AS status_code, '202503' AS qi";

fn keys(db: &Database, query: &str) -> String {
    db.place().replace("table = 'need'", &format!("query = \"{query}\"")) + "unit = '船山区'\nperiod_column = 'qi'\n"
}

#[tokio::test]
async fn values_come_as_the_server_writes_them() {
    let mut db = Database::mysql("t_types").await;
    db.run(
        "CREATE TABLE need (need_id decimal(40,10), pid_token char(6), register_date date, match_date timestamp(3) NULL, \
         first_service_date datetime, close_reason bool, worker_id bigint unsigned, visit_id enum('好','差'), \
         six_shan double, township_code text, bild blob, bits bit(3), `sel``tsam` varchar(9)) CHARACTER SET gbk",
    )
    .await;
    db.run("SET time_zone = '+00:00'").await;
    db.run(
        "INSERT INTO need VALUES (123456789012345678901234567890.0123456789, 'ab', '2025-03-01', '2025-03-01 00:00:00.5', \
         '2025-03-01 23:59:59', true, 18446744073709551615, '好', 0.1, '船山', X'00', b'101', 'x'), \
         (NULL, '', NULL, NULL, NULL, false, 0, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    .await;
    let office = Office::new();
    let query = |columns: &str| format!("select {columns}, {ROW} from need");
    assert_eq!(office.pull(&keys(&db, &query("need.*"))).await.unwrap().slots[0].rows, 2);
    let rows = office.rows("船山区", "202503");
    let row = rows.iter().find(|r| !r["需求编号"].is_empty()).unwrap();
    for (header, expected) in [
        ("需求编号", "123456789012345678901234567890.0123456789"),
        ("对象身份证号", "ab"),
        ("登记日期", "2025-03-01"),
        ("匹配日期", "2025-03-01 08:00:00.500"),
        ("首次服务日期", "2025-03-01 23:59:59"),
        ("办结说明", "1"),
        ("登记人", "18446744073709551615"),
        ("走访编号", "好"),
        ("对应六善类别", "0.1"),
        ("乡镇(街道)代码", "船山"),
    ] {
        assert_eq!(row[header], expected, "{header}");
    }
    for (column, kind) in [("bild", "blob"), ("bits", "bit")] {
        let columns = format!("need_id, pid_token, register_date, {column} as close_reason");
        let refused = office.pull(&keys(&db, &query(&columns))).await.unwrap_err();
        assert!(refused.what.contains(&format!("类型 {kind} 不能写进报表")), "{refused}");
    }
}

#[tokio::test]
async fn nothing_can_be_written() {
    let mut db = Database::mysql("t_readonly").await;
    db.run("CREATE TABLE log (x int)").await;
    db.run("CREATE FUNCTION evil() RETURNS text BEGIN INSERT INTO t_readonly.log VALUES (1); RETURN 'x'; END").await;
    let query = format!("select evil() as need_id, '1' as pid_token, '2025-03-01' as register_date, {ROW}");
    let refused = Office::new().pull(&keys(&db, &query)).await.unwrap_err();
    assert!(refused.kind == Kind::Refused && refused.what.contains("1792"), "{refused}");
    assert_eq!(db.value("SELECT CAST(count(*) AS CHAR) FROM log").await, "0");
}

#[tokio::test]
async fn a_large_whole_number_as_watermark() {
    let mut db = Database::mysql("t_number").await;
    db.run(&format!("CREATE TABLE need AS SELECT 'N1' AS need_id, '1' AS pid_token, '2025-03-01' AS register_date, CAST(9007199254740993 AS UNSIGNED) AS gx, {ROW}")).await;
    let keys = db.place() + "unit = '船山区'\nperiod_column = 'qi'\nwatermark_column = 'gx'\n";
    let office = Office::new();
    office.pull(&keys).await.unwrap();
    // A server that compared them as floating point numbers would find the two the same.
    db.run("INSERT INTO need SELECT 'N2', '1', '2025-03-01', 9007199254740992, '1', '1', '1', '1', '202504'").await;
    assert_eq!(office.pull(&keys).await.unwrap().slots.len(), 1, "below the watermark");
    db.run("UPDATE need SET gx = 9007199254740994 WHERE need_id = 'N2'").await;
    let third = office.pull(&keys).await.unwrap();
    assert_eq!((third.placed(), third.watermark.as_deref()), (1, Some("9007199254740994")));
}
