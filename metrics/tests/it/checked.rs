//! Definitions against the tables: the product's own are right, and every mistake of a bureau's is reported at once.

use std::path::Path;

use suixin_metrics::Draft;
use suixin_metrics::definitions::source;

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_is_reported_at_once_with_place_and_remedy() {
    let world = World::shared().await;
    assert_eq!(Draft::of(source::embedded()).check(&world.snapshot).await, []);

    let dir = tempfile::tempdir().unwrap();
    source::export(dir.path()).unwrap();
    let spoil = |file: &str, from: &str, to: &str| {
        let path = dir.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    spoil("indicators/CTY/CTY-101.toml", "weight = 2", "weight = 3");
    spoil("indicators/CTY/CTY-102.toml", "na_policy = \"N3\"", "na_policy = \"N4\"");
    spoil("indicators/CTY/CTY-103.toml", "target = 1.0", "targt = 1.0");
    spoil("indicators/CTY/CTY-104.toml", "code = \"R08\"", "code = \"R8\"");
    spoil("indicators/CTY/CTY-105.toml", "zero = 60", "zero = \"60\"");
    spoil("indicators/CTY/CTY-106.toml", "FROM task_ledger", "FROM task_leger");
    spoil("indicators/CTY/CTY-107.toml", "last_exchange_date>=", "last_exchnge_date>=");
    spoil("indicators/CTY/CTY-201.toml", "${pe}", "${pee}");
    spoil("indicators/CTY/CTY-202.toml", " AS v\n", " AS w\n");
    spoil("indicators/CTY/CTY-203.toml", "GROUP BY", "GRUOP BY");
    spoil("indicators/PLT/PLT-101.toml", "weight = 4", "weight = 4 = 5");
    spoil("rules/RSK-A02.toml", "tables = [\"aid_payment\", \"death_record\"]", "tables = [\"aid_payment\"]");
    std::fs::copy(dir.path().join("rules/RSK-A03.toml"), dir.path().join("rules/again.toml")).unwrap();

    let mistakes = Draft::load(dir.path()).unwrap().check(&world.snapshot).await;
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let expected =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mistakes.txt")).unwrap();
    assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "\n{}\n", lines.join("\n"));
}
