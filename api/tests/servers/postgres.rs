//! What only PostgreSQL has.

use suixin_api::sources::Kind;

use super::fixture::{Database, Office, setting};

const ROW: &str = "'1' AS need_type, '1' AS urgency, '1' AS source, '1' AS status_code, '202503' AS qi";

fn keys(db: &Database, query: &str) -> String {
    let place = db.place();
    let table = place.lines().find(|l| l.starts_with("table")).unwrap();
    place.replace(table, &format!("query = \"{query}\"")) + "unit = '船山区'\nperiod_column = 'qi'\n"
}

#[tokio::test]
async fn values_come_as_the_server_writes_them() {
    let mut db = Database::postgres("t_types").await;
    db.run("CREATE TYPE mood AS ENUM ('好', '差'); CREATE DOMAIN code AS varchar(9)").await;
    db.run(
        "CREATE TABLE need (need_id numeric(40,10), pid_token char(6), register_date date, match_date timestamptz, \
         first_service_date timestamp, close_reason bool, worker_id bigint, visit_id uuid, matched_project_id mood, \
         six_shan float8, township_code code, bild bytea, liste int[], doc jsonb)",
    )
    .await;
    db.run(
        "INSERT INTO need VALUES (12345678901234567890.0123456789, 'ab', '2025-03-01', '2025-03-01 00:00:00.5Z', \
         '2025-03-01 23:59:59', true, 9223372036854775807, '00000000-0000-0000-0000-000000000001', '好', \
         0.1, '510903001', '\\x00', '{1}', '{}'), (NULL, '', NULL, NULL, NULL, false, -1, NULL, NULL, 1e300, NULL, NULL, NULL, NULL)",
    )
    .await;
    let office = Office::new();
    let query = |columns: &str| format!("select {columns}, {ROW} from t_types.need");
    let pulled = office.pull(&keys(&db, &query("*"))).await.unwrap();
    assert_eq!(pulled.slots[0].rows, 2, "columns that cannot be written do not matter where nobody wants them");
    let rows = office.rows("船山区", "202503");
    let value = |row: usize, header: &str| rows[row][header].clone();
    for (header, expected) in [
        ("需求编号", "12345678901234567890.0123456789"),
        ("对象身份证号", "ab    "),
        ("登记日期", "2025-03-01"),
        ("匹配日期", "2025-03-01 08:00:00.5"),
        ("首次服务日期", "2025-03-01 23:59:59"),
        ("办结说明", "true"),
        ("登记人", "9223372036854775807"),
        ("走访编号", "00000000-0000-0000-0000-000000000001"),
        ("匹配项目", "好"),
        ("对应六善类别", "0.1"),
        ("乡镇(街道)代码", "510903001"),
    ] {
        assert_eq!(value(0, header), expected, "{header}");
    }
    assert_eq!(
        (value(1, "需求编号"), value(1, "办结说明"), value(1, "对应六善类别")),
        (String::new(), "false".into(), "1e+300".into())
    );
    for (column, kind) in [("bild", "bytea"), ("liste", "_int4"), ("doc", "jsonb")] {
        let columns = format!("need_id, pid_token, register_date, {column} as close_reason");
        let refused = office.pull(&keys(&db, &query(&columns))).await.unwrap_err();
        assert!(refused.what.contains(&format!("类型 {kind} 不能写进报表")), "{refused}");
    }
}

#[tokio::test]
async fn nothing_can_be_written() {
    let mut db = Database::postgres("t_readonly").await;
    db.run("CREATE TABLE log (x int)").await;
    db.run("GRANT ALL ON log TO suixin").await;
    db.run(
        "CREATE FUNCTION evil() RETURNS text LANGUAGE sql AS 'INSERT INTO t_readonly.log VALUES (1) RETURNING ''x'''",
    )
    .await;
    let query = format!("select t_readonly.evil() as need_id, '1' as pid_token, '2025-03-01' as register_date, {ROW}");
    let refused = Office::new().pull(&keys(&db, &query)).await.unwrap_err();
    assert_eq!((refused.kind, refused.what.as_str()), (Kind::Refused, "来源拒绝查询（25006）"));
    assert_eq!(db.value("SELECT count(*) FROM log").await, "0");
}

#[tokio::test]
async fn a_query_cannot_leave_its_brackets() {
    let db = Database::postgres("t_brackets").await;
    let refused = Office::new().pull(&keys(&db, "select 1) as x where (1=1")).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Refused, "{refused}");
}

#[tokio::test]
async fn a_server_that_wants_tls_says_so() {
    let mut db = Database::postgres("t_tls").await;
    db.run(&format!("CREATE VIEW need AS SELECT 'N1'::text AS need_id, '1'::text AS pid_token, date '2025-03-01' AS register_date, {ROW}")).await;
    let plain = db.place().replace("'suixin'", "'secure'") + "unit = '船山区'\nperiod_column = 'qi'\n";
    let refused = Office::new().pull(&plain).await.unwrap_err();
    assert!(refused.kind == Kind::Tls && refused.remedy.contains("tls = \"require\""), "{refused}");
    let ca = format!("tls_ca = '{}'", setting("SUIXIN_TEST_CA"));
    let other_name = plain.replace("tls = 'off'", &ca);
    assert_eq!(Office::new().pull(&other_name).await.unwrap_err().kind, Kind::Tls, "the certificate is for localhost");
    let good = other_name.replace("'127.0.0.1'", "'localhost'");
    assert_eq!(Office::new().pull(&good).await.unwrap().placed(), 1);
}
