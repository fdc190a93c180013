//! Published results, to the last digit that is given.

use super::files::{agrees, case, column, numbers, path, sheet, table};

/// The ASEM Sustainable Connectivity Portal (JRC; COINr): 51 countries, 49 indicators, four levels, every stage.
#[test]
fn asem_every_stage_and_rank() {
    let report = case("asem", "data.csv");
    let header = table(&path("asem", "expected_4_normalised.csv")).header;
    let indicators: Vec<(&str, &str)> = header[1..].iter().map(|c| (c.as_str(), c.as_str())).collect();
    for (ours, theirs) in [
        ("02_impute", "expected_2_imputed.csv"),
        ("04_treat", "expected_3_treated.csv"),
        ("05_normalise", "expected_4_normalised.csv"),
    ] {
        assert_eq!(agrees(sheet(&report, ours), &path("asem", theirs), &indicators, 1e-9), 51 * 49, "{ours}");
    }
    let treatment = [("treatment", "treatment"), ("points", "points_winsorised")];
    agrees(sheet(&report, "04_treat_summary"), &path("asem", "expected_3_treatment.csv"), &treatment, 0.0);
    let header = table(&path("asem", "expected_5_scores.csv")).header;
    let groups: Vec<(&str, &str)> = header[1..].iter().map(|c| (c.as_str(), c.as_str())).collect();
    agrees(sheet(&report, "06_aggregate"), &path("asem", "expected_5_scores.csv"), &groups, 1e-9);
    let ranks = agrees(sheet(&report, "07_rank"), &path("asem", "expected_6_ranks.csv"), &groups, 0.0);
    assert_eq!(ranks, 51 * groups.len());
    let weights = [("effective_weight", "effective_weight")];
    agrees(sheet(&report, "06_aggregate_weights"), &path("asem", "expected_7_effective_weights.csv"), &weights, 1e-9);
    let own = [("score", "Index_score"), ("rank", "Index_rank")];
    assert_eq!(agrees(sheet(&report, "result"), &path("asem", "coinr_own_nominal.csv"), &own, 1e-9), 102);
}

/// The Human Development Index 2022 (UNDP): 193 countries.
#[test]
fn hdi_values_ranks_and_groups() {
    let report = case("hdi", "data.csv");
    let expected = path("hdi", "expected.csv");
    let values = [("HDI", "hdi_unrounded"), ("education", "education_index")];
    assert_eq!(agrees(sheet(&report, "02_aggregate"), &expected, &values, 1e-9), 386);
    let indices = [("le", "health_index"), ("gnipc", "income_index")];
    agrees(sheet(&report, "01_normalise"), &expected, &indices, 1e-9);
    let result = sheet(&report, "result");
    assert_eq!(agrees(result, &expected, &[("score", "hdi_published"), ("rank", "rank_published")], 1e-12), 386);
    let groups = column(result, "grade");
    let published = table(&expected);
    // One group is not given in the source.
    let given: Vec<_> = published.rows.iter().filter(|(_, r)| !r[7].is_empty()).collect();
    assert_eq!(given.len(), 192);
    for (_, row) in given {
        assert_eq!(groups[&row[0]].text(), row[7], "{}", row[0]);
    }
}

/// Five-Star ratings of nursing homes (CMS): made by rules with bonus, clamps and a ceiling.
#[test]
fn stars_of_nursing_homes() {
    let report = case("stars", "data.csv");
    assert_eq!(agrees(sheet(&report, "result"), &path("stars", "expected.csv"), &[("score", "overall")], 0.0), 971);
}

#[test]
fn weights_by_comparison_entropy_and_critic() {
    let ahp = case("ahp_5x5", "matrix.csv");
    let expected = path("ahp_5x5", "expected_weights.csv");
    agrees(sheet(&ahp, "01_weigh"), &expected, &[("weight", "weight_eigenvector")], 1e-9);
    agrees(sheet(&ahp, "02_rows"), &expected, &[("weight", "weight_geometric_mean")], 1e-9);
    let consistency = sheet(&ahp, "01_weigh_ahp");
    for (name, value) in
        [("lambda_max", 5.072_084_408_570_22), ("ci", 0.018_021_102_142_554), ("cr", 0.016_090_269_770_137_5)]
    {
        let found = numbers(consistency, name)["index"];
        assert!((found - value).abs() < 1e-9, "{name}: {found}");
    }
    let entropy = case("entropy_elsayed2017", "matrix.csv");
    let expected = path("entropy_elsayed2017", "expected_weights.csv");
    agrees(sheet(&entropy, "01_weigh"), &expected, &[("weight", "weight")], 1e-9);
    let critic = case("critic_diakoulaki1995", "matrix.csv");
    let expected = table(&path("critic_diakoulaki1995", "expected_weights.csv"));
    for (_, row) in &expected.rows {
        let scaled = if row[1] == "True" { "scaled" } else { "raw" };
        let at = ["scaled_pearson", "scaled_spearman", "raw_pearson", "raw_spearman"];
        let name = format!("{scaled}_{}", row[2]);
        let place = at.iter().position(|n| *n == name).unwrap() + 1;
        let found = numbers(sheet(&critic, &format!("{place:02}_{name}")), "weight")[&row[0]];
        let wanted: f64 = row[3].parse().unwrap();
        assert!((found - wanted).abs() < 1e-9 * wanted, "{name} {}: {found}", row[0]);
    }
}

#[test]
fn scores_of_worked_examples() {
    for (folder, score) in
        [("topsis_tzeng2011", "score"), ("wpm_wikipedia", "log10_score"), ("wsm_kracka2010", "score")]
    {
        let report = case(folder, "matrix.csv");
        let expected = path(folder, "expected_scores.csv");
        agrees(sheet(&report, "result"), &expected, &[("score", score)], 1e-9);
        agrees(sheet(&report, "result"), &expected, &[("rank", "rank")], 0.0);
    }
}
