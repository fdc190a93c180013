//! Methods against published examples and against independent programs.

use super::files::{agrees, column, numbers, path, ran, sheet};

/// The example of the MEREC paper (Keshavarz-Ghorabaee et al. 2021, table 1); two criteria are costs.
const MEREC: &str =
    "a,c1,c2,c3,c4\nA1,450,8000,54,145\nA2,10,9100,2,160\nA3,100,8200,31,153\nA4,220,9300,1,162\nA5,5,8400,23,158\n";

fn criteria(weights: [f64; 4]) -> String {
    let one = |(i, w): (usize, f64)| {
        let direction = if i > 1 { "negative" } else { "positive" };
        format!("[[indicator]]\nid = \"c{}\"\nweight = {w}\ndirection = \"{direction}\"\n", i + 1)
    };
    weights.into_iter().enumerate().map(one).collect()
}

fn weights(stage: &str) -> Vec<f64> {
    let report = ran(&format!("{}[[stage]]\ndo = \"weigh\"\n{stage}", criteria([1.0; 4])), MEREC).unwrap();
    let found = numbers(sheet(&report, "01_weigh"), "weight");
    (1..=4).map(|i| found[&format!("c{i}")]).collect()
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < 1e-9 * b.abs().max(1e-3), "{found:?}, expected {expected:?}");
    }
}

/// Expected: pymcdm 1.4.0 and numpy; CRITIC: scikit-criteria 0.10, which minds costs; MEREC as printed in the paper too (0.5752, 0.0141, 0.4016, 0.0091).
#[test]
fn weights_from_data() {
    near(
        &weights("method = \"merec\""),
        &[0.575_221_667_209_382, 0.014_096_591_168_467, 0.401_561_363_887_731, 0.009_120_377_734_419],
    );
    near(
        &weights("method = \"standard_deviation\""),
        &[0.236_561_521_345_045, 0.726_645_670_785_289, 0.028_119_764_751_993, 0.008_673_043_117_673],
    );
    near(
        &weights("method = \"critic\""),
        &[0.228_678_083_755_469_75, 0.240_714_314_221_338_04, 0.253_869_733_229_127_76, 0.276_737_868_794_064_4],
    );
    near(
        &weights("method = \"entropy\""),
        &[0.556_990_788_202_739, 0.001_669_620_300_876, 0.440_602_081_695_175, 0.000_737_509_801_21],
    );
    let first = [0.199_843_860_243_415, 0.250_540_198_135_801, 0.275_253_756_853_911, 0.274_362_184_766_874];
    near(&weights("method = \"pca\""), &first);
    // One component is kept, so score coefficients give the same.
    near(&weights("method = \"pca\"\nform = \"scores\""), &first);
    let both: f64 = weights("method = \"pca\"\nform = \"nicoletti\"\nmin_variance = 0.95").iter().sum();
    assert!((both - 1.0).abs() < 1e-12);
}

fn scores(stages: &str) -> Vec<f64> {
    let report = ran(&format!("{}{stages}", criteria([0.4, 0.3, 0.2, 0.1])), MEREC).unwrap();
    let found = numbers(sheet(&report, "result"), "score");
    (1..=5).map(|i| found[&format!("A{i}")]).collect()
}

/// Expected: pymcdm 1.4.0 with the normalisations of the same name.
#[test]
fn topsis_with_each_normalisation() {
    let own = |norm: &str| {
        scores(&format!("[[stage]]\ndo = \"aggregate\"\nmethod = \"topsis\"\nnormalisation = \"{norm}\"\n"))
    };
    near(
        &own("vector"),
        &[
            0.684_123_953_745_525,
            0.313_821_285_400_6,
            0.260_294_504_044_785,
            0.563_812_440_375_963,
            0.208_618_024_379_444,
        ],
    );
    near(
        &own("minmax"),
        &[
            0.533_482_813_170_374,
            0.440_482_314_188_215,
            0.249_671_319_239_747,
            0.640_453_590_338_81,
            0.245_108_461_721_023,
        ],
    );
    near(
        &own("max"),
        &[
            0.663_449_282_056_241,
            0.333_608_945_032_644,
            0.265_718_710_017_782,
            0.575_166_211_279_829,
            0.222_005_168_005_256,
        ],
    );
    let chained = |norm: &str| {
        scores(&format!(
            "[[stage]]\ndo = \"normalise\"\nmethod = \"{norm}\"\n[[stage]]\ndo = \"aggregate\"\nmethod = \"topsis\"\nnormalisation = \"none\"\n"
        ))
    };
    near(
        &chained("sum"),
        &[
            0.647_479_829_848_279,
            0.207_448_064_463_38,
            0.183_357_936_361_34,
            0.584_740_132_657_048,
            0.016_186_875_108_833,
        ],
    );
    near(
        &chained("max"),
        &[
            0.663_449_282_056_241,
            0.202_787_176_588_737,
            0.187_392_133_101_965,
            0.575_166_211_279_829,
            0.030_849_991_620_698,
        ],
    );
}

/// Expected: pymcdm 1.4.0. The smallest Q is best, and the compromise is told.
#[test]
fn vikor_ranks_from_below() {
    let vikor = "[[stage]]\ndo = \"aggregate\"\nmethod = \"vikor\"\n[[stage]]\ndo = \"rank\"\n";
    near(&scores(vikor), &[0.451_141_752_065_852, 0.734_795_813_895_251, 0.737_302_673_147_428, 0.0, 1.0]);
    let report = ran(&format!("{}{vikor}", criteria([0.4, 0.3, 0.2, 0.1])), MEREC).unwrap();
    assert_eq!(report.units[0].unit, "A4");
    let compromise = column(sheet(&report, "01_aggregate_vikor"), "compromise");
    assert_eq!(
        compromise.iter().filter(|(_, f)| f.text() == "是").map(|(k, _)| k.as_str()).collect::<Vec<_>>(),
        ["A4"]
    );
}

#[test]
fn two_judges_meet_in_the_middle() {
    let judge = |a: &str| {
        format!(
            "[[stage.matrix]]\nof = \"index\"\norder = [\"c1\", \"c2\", \"c3\", \"c4\"]\nrows = [[1, {a}, 1, 1], [\"1/{a}\", 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]\n"
        )
    };
    let mixed = weights(&format!("method = \"ahp\"\n{}{}", judge("2"), judge("8")));
    near(&mixed, &weights(&format!("method = \"ahp\"\n{}", judge("4"))));
    let combined = weights(&format!(
        "method = \"combined\"\nrule = \"additive\"\nalpha = 0.25\n[stage.subjective]\nmethod = \"equal\"\n[stage.objective]\nmethod = \"merec\"\n"
    ));
    let merec = weights("method = \"merec\"");
    near(&combined, &merec.iter().map(|w| 0.25 * 0.25 + 0.75 * w).collect::<Vec<_>>());
}

/// A comparison that contradicts itself is told, with its ratio.
#[test]
fn inconsistent_comparisons_are_told() {
    let stage = "[[stage]]\ndo = \"weigh\"\nmethod = \"ahp\"\n[[stage.matrix]]\nof = \"index\"\norder = [\"c1\", \"c2\", \"c3\"]\nrows = [[1, 9, \"1/9\"], [\"1/9\", 1, 9], [9, \"1/9\", 1]]\n";
    let three = "[[indicator]]\nid = \"c1\"\n[[indicator]]\nid = \"c2\"\n[[indicator]]\nid = \"c3\"\n";
    let report = ran(&format!("{three}{stage}"), MEREC).unwrap();
    assert!(report.warnings.iter().any(|w| w.contains("一致性比率")), "{:?}", report.warnings);
}

/// The ASEM scores decompose exactly: contributions add up to the index.
#[test]
fn contributions_add_up() {
    let report = super::files::case("asem", "data.csv");
    let parts = sheet(&report, "06_aggregate_contributions");
    let index = numbers(sheet(&report, "06_aggregate"), "Index");
    for row in &parts.rows {
        let total: f64 = row[1..].iter().map(|f| f.text().parse::<f64>().unwrap()).sum();
        assert!((total - index[&row[0].text()]).abs() < 1e-11, "{}", row[0].text());
    }
    let expected = path("asem", "expected_7_effective_weights.csv");
    agrees(sheet(&report, "06_aggregate_weights"), &expected, &[("effective_weight", "effective_weight")], 1e-12);
}
