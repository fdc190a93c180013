//! Rows in force: later periods, corrections, rows that come back, units apart.

use suixin_ingest::value::Value;

use crate::support::{World, codes, correction, edited, needs, persons, table};

const A: &str = "510903";
const B: &str = "510904";

const NEEDS: &str = "SELECT need_id, status_code FROM need_item ORDER BY 1";

async fn world() -> World {
    let world = World::new().await;
    world.land(vec![world.file("p.xlsx", "2025-01-01T08:00:00", vec![persons(A, "202412", &["p1"])])]).await;
    world
}

#[tokio::test]
async fn the_row_of_the_later_period_is_in_force_whatever_the_order() {
    for order in [["202501", "202502"], ["202502", "202501"]] {
        let world = world().await;
        for (i, period) in order.into_iter().enumerate() {
            let status = if period == "202501" { "10" } else { "50" };
            let file = world.file(
                &format!("{period}.xlsx"),
                &format!("2025-03-0{}T08:00:00", i + 1),
                vec![needs(A, period, &[("n1", "p1", status)])],
            );
            let landing = world.land(vec![file]).await;
            assert_eq!(codes(&landing), if i == 1 && period == "202502" { "DQ018:5" } else { "" });
        }
        assert_eq!(world.list(NEEDS).await, "n1 50", "{order:?}");
        let history = "SELECT batch_id, valid_to_ts IS NOT NULL, is_current FROM history.need_item";
        assert_eq!(world.list(history).await, "T-NEED.510903.202501.0 true false");
    }
}

#[tokio::test]
async fn both_periods_in_one_delivery_are_the_same_as_one_after_the_other() {
    let world = world().await;
    let file = |period, status| {
        world.file(&format!("{period}.xlsx"), "2025-03-01T08:00:00", vec![needs(A, period, &[("n1", "p1", status)])])
    };
    let landing = world.land(vec![file("202502", "50"), file("202501", "10")]).await;
    assert_eq!((world.list(NEEDS).await.as_str(), codes(&landing).as_str()), ("n1 50", "DQ018:5"));
    assert_eq!(world.list("SELECT status_code FROM history.need_item").await, "10");
}

#[tokio::test]
async fn a_correction_replaces_the_whole_table_of_its_unit_and_period() {
    let world = world().await;
    let first = world.file(
        "1.xlsx",
        "2025-02-01T08:00:00",
        vec![needs(A, "202501", &[("n1", "p1", "10"), ("n2", "p1", "10")])],
    );
    let other = world.file("2.xlsx", "2025-02-01T08:00:00", vec![needs(B, "202501", &[("n9", "p1", "10")])]);
    world.land(vec![first, other]).await;
    let before = world.snapshot().await;
    let fixed = world.file(
        "3.xlsx",
        "2025-02-10T08:00:00",
        vec![correction(needs(A, "202501", &[("n2", "p1", "20"), ("n3", "p1", "10")]))],
    );
    let landing = world.land_at(vec![fixed], "2025-02-10T09:00:00").await;
    assert_eq!((landing.files[0].tables[0].revision, codes(&landing).as_str()), (1, ""));
    assert_eq!(world.list(NEEDS).await, "n2 20,n3 10,n9 10");
    let history = "SELECT need_id, valid_to_ts FROM history.need_item ORDER BY 1";
    assert_eq!(world.list(history).await, "n1 2025-02-10 09:00:00,n2 2025-02-10 09:00:00");
    let then = before.query(NEEDS).await.unwrap();
    assert_eq!(then.rows.len(), 3, "the older snapshot reads as it did");
    // The correction in the same delivery as the first return.
    let world = World::new().await;
    let person = world.file("p.xlsx", "2025-01-01T08:00:00", vec![persons(A, "202501", &["p1", "p2"])]);
    let better = world.file("更正_p.xlsx", "2025-01-01T08:00:00", vec![correction(persons(A, "202501", &["p1"]))]);
    let landing = world.land(vec![better, person]).await;
    assert_eq!(landing.files.iter().map(|f| f.tables[0].revision).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(world.list("SELECT count(*) FROM person").await, "1");
    assert_eq!(world.list("SELECT count(*) FROM history.person").await, "2");
}

#[tokio::test]
async fn a_row_withdrawn_gives_way_to_the_one_before() {
    let world = world().await;
    let land = |name: &'static str, received: &'static str, table| {
        world.land_at(vec![world.file(name, received, vec![table])], received)
    };
    land("1.xlsx", "2025-02-01T08:00:00", needs(A, "202501", &[("n1", "p1", "10")])).await;
    land("2.xlsx", "2025-03-01T08:00:00", needs(A, "202502", &[("n1", "p1", "50"), ("n2", "p1", "10")])).await;
    land("3.xlsx", "2025-03-05T08:00:00", correction(needs(A, "202502", &[("n2", "p1", "10")]))).await;
    assert_eq!(world.list(NEEDS).await, "n1 10,n2 10");
    assert_eq!(world.list("SELECT valid_from_ts FROM need_item WHERE need_id='n1'").await, "2025-03-05 08:00:00");
    // A row of a revision that was itself replaced never comes back.
    land("4.xlsx", "2025-03-06T08:00:00", correction(needs(A, "202501", &[]))).await;
    assert_eq!(world.list(NEEDS).await, "n2 10");
    land("5.xlsx", "2025-03-07T08:00:00", correction(needs(A, "202502", &[]))).await;
    assert_eq!(world.list(NEEDS).await, "");
    assert_eq!(world.warehouse.verify().await.unwrap().findings, Vec::<String>::new());
}

#[tokio::test]
async fn a_correction_that_is_returned_changes_no_rows() {
    let world = world().await;
    world
        .land(vec![world.file("1.xlsx", "2025-02-01T08:00:00", vec![needs(A, "202501", &[("n1", "p1", "10")])])])
        .await;
    let refused = correction(needs(A, "202501", &[("n1", "p1", "20"), ("n2", "p1", "10")]));
    let mut refused = edited(refused, |rows| rows.iter_mut().for_each(|r| r.rejected = true));
    refused.refused = true;
    let landing = world.land(vec![world.file("2.xlsx", "2025-02-02T08:00:00", vec![refused])]).await;
    let outcome = &landing.files[0].tables[0];
    assert_eq!((outcome.revision, outcome.accepted, outcome.rejected, outcome.returned), (1, 0, 2, true));
    assert_eq!(world.list(NEEDS).await, "n1 10");
    let status = "SELECT revision, status_code, row_count, error_rows FROM submission_batch WHERE template_code='T-NEED' ORDER BY 1";
    assert_eq!(world.list(status).await, "0 4 1 0,1 2 2 2");
    world
        .land(vec![world.file(
            "3.xlsx",
            "2025-02-03T08:00:00",
            vec![correction(needs(A, "202501", &[("n3", "p1", "10")]))],
        )])
        .await;
    assert_eq!(world.list(NEEDS).await, "n3 10");
    assert_eq!(world.list(status).await, "0 5 1 0,1 5 2 2,2 4 1 0");
}

#[tokio::test]
async fn two_units_may_have_the_same_person_on_their_registers() {
    let world = World::new().await;
    let file =
        |unit: &str| world.file(&format!("{unit}.xlsx"), "2025-02-01T08:00:00", vec![persons(unit, "202501", &["p1"])]);
    world.land(vec![file(A), file(B)]).await;
    assert_eq!(world.list("SELECT eval_unit_code FROM person ORDER BY 1").await, "510903,510904");
}

#[tokio::test]
async fn a_key_in_two_sheets_of_a_file_counts_once() {
    let world = World::new().await;
    let mut second = persons(A, "202501", &["p2", "p1"]);
    second.sheet = "续表".to_owned();
    let landing = world
        .land(vec![world.file("a.xlsx", "2025-02-01T08:00:00", vec![persons(A, "202501", &["p1"]), second])])
        .await;
    assert_eq!(codes(&landing), "DQ017:6");
    assert_eq!(
        landing.files[0].tables.iter().map(|t| t.revision).collect::<Vec<_>>(),
        [0, 0],
        "sheets of one file are one revision"
    );
    assert_eq!(world.list("SELECT src_sheet, src_row FROM person ORDER BY 2,1").await, "低收入人口 5,续表 5");
    assert_eq!(world.list("SELECT count(*) FROM submission_file").await, "2");
}

#[tokio::test]
async fn a_table_of_the_bureau_has_rows_of_every_unit_and_of_none() {
    let world = World::new().await;
    let region = |code: &str, unit: Option<&str>, name: &str| {
        vec![
            ("region_code", Value::from(code)),
            ("eval_unit_code", unit.map_or(Value::Null, Value::from)),
            ("region_name", name.into()),
        ]
    };
    let regions = |rows: Vec<Vec<(&'static str, Value)>>| {
        table("dim_region", "510900", "2025", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let first = vec![region("510900", None, "市"), region("510903", Some(A), "甲"), region("510904", Some(B), "乙")];
    world.land(vec![world.file("1.xlsx", "2025-01-01T08:00:00", vec![regions(first)])]).await;
    let sql = "SELECT region_code, coalesce(eval_unit_code, '-') FROM dim_region ORDER BY 1";
    assert_eq!(world.list(sql).await, "510900 -,510903 510903,510904 510904");
    assert_eq!(world.list("SELECT region_code FROM dim_region WHERE eval_unit_code IS NULL").await, "510900");
    assert_eq!(world.list("SELECT count(*) FROM dim_region WHERE eval_unit_code IS NOT NULL").await, "2");
    // The correction moves a row to another unit.
    let second = vec![region("510900", None, "市"), region("510904", Some(A), "乙")];
    world.land(vec![world.file("2.xlsx", "2025-01-02T08:00:00", vec![correction(regions(second))])]).await;
    assert_eq!(world.list(sql).await, "510900 -,510904 510903");
    assert_eq!(world.warehouse.verify().await.unwrap().findings, Vec::<String>::new());
}
