//! The whole way with the program itself: database → pull → inbox → ingest → query.

use std::path::Path;
use std::process::Command;

use super::fixture::{Database, secret, setting};

/// Runs the program; its exit code and what it printed.
fn suixin(home: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_suixin")).args(arguments).arg("--home").arg(home).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("geheim"), "{said}");
    (output.status.code().unwrap(), said)
}

fn configure(home: &Path, port: &str, column: &str) {
    let path = home.join("suixin.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let own = text.split("[[source]]").next().unwrap();
    let source = format!(
        "[[source]]\nname = 'his'\nkind = 'postgres'\nhost = '127.0.0.1'\nport = {port}\ndatabase = 'his'\nuser = 'suixin'\n\
         password = {{ file = '{}' }}\ntls = 'off'\ntable = 't_whole.ts'\ntarget = 'complaint'\nunit_column = 'dw'\n\
         date_column = 'receive_date'\nwatermark_column = '{column}'\n",
        secret("password").display()
    );
    std::fs::write(path, format!("{own}{source}")).unwrap();
}

#[tokio::test]
async fn from_the_database_to_the_answer() {
    let mut db = Database::postgres("t_whole").await;
    db.run(
        "CREATE TABLE ts (complaint_id text, target_type text, receive_date date, due_date date, category int, dw text, gx timestamptz)",
    )
    .await;
    let insert = |id: &str, unit: &str, at: &str| {
        format!("INSERT INTO ts VALUES ('{id}', 'org', '2025-03-05', '2025-03-20', 5, '{unit}', '{at}')")
    };
    db.run(&insert("TS1", "船山区", "2025-03-05 08:00:00")).await;
    db.run(&insert("TS2", "510921", "2025-03-05 09:00:00")).await;
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    assert_eq!(suixin(&home, &["init"]).0, 0);
    configure(&home, &setting("SUIXIN_TEST_PG_PORT"), "gx");
    let inbox = home.join("inbox");
    let inbox = inbox.to_str().unwrap();

    let (code, said) = suixin(&home, &["pull", "--check"]);
    assert!(code == 0 && said.contains("将取全部 2 份") && said.contains("receive_date"), "{code} {said}");
    assert!(!home.join("inbox/sources").exists(), "nothing is written");
    let (code, said) = suixin(&home, &["pull"]);
    assert!(code == 0 && said.contains("取全部 2 份，放入收件文件夹 2 份"), "{code} {said}");
    let (code, said) = suixin(&home, &["ingest", inbox]);
    assert!(code == 0 && said.contains("接收 2 个文件（重复 0，整份退回 0）：入库 2 行"), "{code} {said}");

    db.run("UPDATE ts SET category = 3, gx = '2025-03-06 08:00:00' WHERE complaint_id = 'TS1'").await;
    db.run(&insert("TS3", "船山区", "2025-03-06 08:00:00")).await;
    let (code, said) = suixin(&home, &["pull", "his", "--json"]);
    assert!(code == 0 && said.contains("\"version\": 2"), "{code} {said}");
    let (code, said) = suixin(&home, &["ingest", inbox]);
    assert!(code == 0 && said.contains("重复 1") && said.contains("第 1 次更正"), "{code} {said}");
    let sql = "select eval_unit_code, complaint_id, category from complaint order by 2";
    let (_, rows) = suixin(&home, &["query", sql, "--format", "csv"]);
    assert!(rows.contains("510903,TS1,3") && rows.contains("510921,TS2,5") && rows.contains("510903,TS3,5"), "{rows}");
    let (code, said) = suixin(&home, &["pull", "--full"]);
    assert!(code == 0 && said.contains("没有变化 2 份"), "{code} {said}");

    configure(&home, "9", "gx");
    let (code, said) = suixin(&home, &["pull"]);
    assert!(code == 1 && said.contains("来源 his 失败：连不上 127.0.0.1:9"), "{code} {said}");
    let (code, said) = suixin(&home, &["pull", "hsi"]);
    assert!(code == 2 && said.contains("没有来源“hsi”；已配置的来源：his"), "{code} {said}");
    configure(&home, "70000", "gx");
    let (code, said) = suixin(&home, &["pull"]);
    assert!(code == 2 && said.contains("port：不是允许的整数"), "{code} {said}");
    let (code, said) = suixin(&home, &["check"]);
    assert!(code == 1 && said.contains("port：不是允许的整数"), "{code} {said}");
}
