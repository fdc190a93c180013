//! What holds for any table.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::files::{numbers, ran, sheet};

const STAGES: [&str; 6] = [
    "[[stage]]\ndo = \"normalise\"\nmethod = \"minmax\"\nrange = [1, 100]\n[[stage]]\ndo = \"aggregate\"\nmethod = \"geometric\"\n",
    "[[stage]]\ndo = \"normalise\"\nmethod = \"zscore\"\n[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n",
    "[[stage]]\ndo = \"normalise\"\nmethod = \"sum\"\n[[stage]]\ndo = \"weigh\"\nmethod = \"entropy\"\n[[stage]]\ndo = \"aggregate\"\nmethod = \"harmonic\"\n",
    "[[stage]]\ndo = \"weigh\"\nmethod = \"critic\"\n[[stage]]\ndo = \"aggregate\"\nmethod = \"topsis\"\n",
    "[[stage]]\ndo = \"aggregate\"\nmethod = \"copeland\"\n",
    "[[stage]]\ndo = \"normalise\"\nmethod = \"borda\"\n[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n",
];

fn spec(stages: &str) -> String {
    let indicators: String = (0..3).map(|i| format!("[[indicator]]\nid = \"c{i}\"\nweight = {}\n", i + 1)).collect();
    format!("{indicators}{stages}[[stage]]\ndo = \"rank\"\n")
}

fn table(rows: &[(usize, [f64; 3])]) -> String {
    let row = |(unit, x): &(usize, [f64; 3])| format!("u{unit},{},{},{}\n", x[0], x[1], x[2]);
    format!("unit,c0,c1,c2\n{}", rows.iter().map(row).collect::<String>())
}

fn ranks(stages: &str, rows: &[(usize, [f64; 3])]) -> BTreeMap<String, f64> {
    numbers(sheet(&ran(&spec(stages), &table(rows)).unwrap(), "result"), "rank")
}

/// Positive numbers on a coarse grid, so that ties are frequent; columns that do not vary are put right.
fn units() -> impl Strategy<Value = Vec<(usize, [f64; 3])>> {
    prop::collection::vec(prop::array::uniform3(1..12_i32), 4..14).prop_map(|rows| {
        let mut rows: Vec<(usize, [f64; 3])> =
            rows.into_iter().map(|r| r.map(|v| f64::from(v) / 10.0)).enumerate().collect();
        (rows[0].1, rows[1].1) = ([1.3, 0.1, 0.7], [0.1, 1.4, 1.5]);
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn ranks_do_not_depend_on_the_order_of_rows(rows in units(), by in 1..9_usize, which in 0..STAGES.len()) {
        let mut turned = rows.clone();
        turned.rotate_left(by % rows.len());
        turned.reverse();
        prop_assert_eq!(ranks(STAGES[which], &rows), ranks(STAGES[which], &turned));
    }

    /// Min-max and z take any unit of measurement; sums, vectors and TOPSIS take any factor; ranks any increasing change.
    #[test]
    fn ranks_do_not_depend_on_the_unit_of_measurement(rows in units(), factor in 0.01..100.0_f64, which in 0..STAGES.len()) {
        let shift = if which < 2 { 50.0 } else { 0.0 };
        let other: Vec<_> = rows.iter().map(|(u, x)| (*u, [x[0] * factor + shift, x[1], x[2] / factor])).collect();
        prop_assert_eq!(ranks(STAGES[which], &rows), ranks(STAGES[which], &other));
    }

    #[test]
    fn equal_units_stay_equal(rows in units(), which in 0..STAGES.len()) {
        let mut rows = rows;
        let twin = rows[0].1;
        rows.push((99, twin));
        let found = ranks(STAGES[which], &rows);
        prop_assert_eq!(found["u0"], found["u99"]);
    }

    #[test]
    fn weights_sum_to_one_and_contributions_to_the_index(rows in units(), absent in 0..3_usize, method in 0..5_usize) {
        let method = ["entropy", "critic", "standard_deviation", "merec", "pca"][method];
        let stages = format!("[[stage]]\ndo = \"weigh\"\nmethod = \"{method}\"\n[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n");
        let mut lines: Vec<String> = table(&rows).lines().map(str::to_owned).collect();
        let mut fields: Vec<&str> = lines[3].split(',').collect();
        fields[absent + 1] = "不适用";
        lines[3] = fields.join(",");
        let report = ran(&spec(&stages), &lines.join("\n")).unwrap();
        let weights = numbers(sheet(&report, "01_weigh"), "effective_weight");
        let total: f64 = (0..3).map(|i| weights[&format!("c{i}")]).sum();
        prop_assert!((total - 1.0).abs() < 1e-12, "{weights:?}");
        let index = numbers(sheet(&report, "02_aggregate"), "index");
        for row in &sheet(&report, "02_aggregate_contributions").rows {
            let parts: f64 = row[1..].iter().filter_map(|f| f.text().parse::<f64>().ok()).sum();
            let whole = index[&row[0].text()];
            prop_assert!((parts - whole).abs() <= 1e-12 * whole.abs(), "{row:?} {whole}");
        }
    }
}
