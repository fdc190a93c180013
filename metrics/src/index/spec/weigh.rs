//! `do = "weigh"`.

use super::numbers::{correlation, divisor, norms};
use crate::definitions::reader::Reader;
use crate::index::tree::Tree;
use crate::index::weigh::{Ahp, Comparison, Method, Pca, PcaForm, RandomIndex, Rule, Scale, Scope, Way, Weigh};

const METHODS: [&str; 10] =
    ["given", "equal", "entropy", "critic", "standard_deviation", "variation", "merec", "ahp", "pca", "combined"];

pub(super) fn read(table: &Reader<'_>, tree: Option<&Tree>) -> Option<Weigh> {
    let method = match table.must_choose("method", &METHODS.map(|m| (m, m)), "") {
        "given" => Method::Given(given(table, tree)),
        "equal" => Method::Equal,
        "entropy" => Method::Entropy { shift: table.opt_float("shift").unwrap_or_default() },
        "critic" => Method::Critic {
            correlation: correlation(table),
            absolute: table.opt_bool("absolute").unwrap_or_default(),
            divisor: divisor(table),
        },
        "standard_deviation" => Method::Deviation { relative: false, divisor: divisor(table) },
        "variation" => Method::Deviation { relative: true, divisor: divisor(table) },
        "merec" => Method::Merec,
        "ahp" => Method::Ahp(ahp(table)),
        "pca" => Method::Pca(pca(table)),
        "combined" => combined(table, tree)?,
        _ => return None,
    };
    let scopes = [("group", Scope::Group), ("all", Scope::All)];
    let mut scales = vec![("none", Scale::None)];
    let norms = norms(Default::default(), Default::default());
    scales.extend(norms.map(|(word, norm)| (word, Scale::By(norm))));
    Some(Weigh {
        method,
        scope: table.choice("scope", &scopes).unwrap_or_default(),
        scale: table.choice("scale", &scales),
    })
}

/// `weights = { 甲 = 2, 乙 = 1 }`.
fn given(table: &Reader<'_>, tree: Option<&Tree>) -> Vec<(String, f64)> {
    let Some(weights) = table.opt_table("weights") else { return Vec::new() };
    let mut found = Vec::new();
    for id in weights.keys() {
        let Some(weight) = weights.opt_float(&id) else { continue };
        let known = tree.is_none_or(|t| t.place(&id).is_some());
        if !known || weight < 0.0 {
            weights.complain(&weights.place_of(&id), format!("{id} 不是指标或分组，或权重小于0"), "核对编号和权重");
        }
        found.push((id, weight));
    }
    weights.finish();
    found
}

fn ahp(table: &Reader<'_>) -> Ahp {
    let ways = [("eigenvector", Way::Eigenvector), ("geometric", Way::Geometric), ("arithmetic", Way::Arithmetic)];
    let tables = [("saaty", RandomIndex::Saaty), ("alonso", RandomIndex::Alonso)];
    let given = table.opt_float("random_index").map(RandomIndex::Given);
    let comparisons: Vec<Comparison> = table.tables("matrix").into_iter().map(comparison).collect();
    if comparisons.is_empty() {
        table.complain(&table.place(), "没有判断矩阵", "补上 [[stage.matrix]]，写 of、order、rows");
    }
    Ahp {
        comparisons,
        way: table.choice("way", &ways).unwrap_or_default(),
        random: given.or(table.choice("random_table", &tables)).unwrap_or_default(),
        limit: table.opt_float("limit").unwrap_or(0.1),
    }
}

fn comparison(table: Reader<'_>) -> Comparison {
    let rows = table.opt_float_rows("rows").unwrap_or_default();
    if rows.is_empty() {
        table.complain(&table.place(), "判断矩阵缺少 rows", "如 rows = [[1, 3], [\"1/3\", 1]]");
    }
    let read = Comparison { of: table.text("of"), order: table.texts("order"), rows };
    table.finish();
    read
}

fn pca(table: &Reader<'_>) -> Pca {
    let forms = [
        ("first", PcaForm::First),
        ("first_squared", PcaForm::FirstSquared),
        ("nicoletti", PcaForm::Nicoletti),
        ("scores", PcaForm::Scores),
    ];
    Pca {
        form: table.choice("form", &forms).unwrap_or_default(),
        min_eigenvalue: table.opt_float("min_eigenvalue").unwrap_or(1.0),
        min_variance: table.opt_float("min_variance"),
    }
}

fn combined(table: &Reader<'_>, tree: Option<&Tree>) -> Option<Method> {
    let alpha = table.opt_float("alpha").unwrap_or(0.5);
    let rules = [
        ("additive", Rule::Additive(alpha)),
        ("multiplicative", Rule::Multiplicative),
        ("square_root", Rule::SquareRoot),
        ("game", Rule::Game),
    ];
    if !(0.0..=1.0).contains(&alpha) {
        table.complain(&table.place_of("alpha"), "alpha 应在0和1之间", "主观权重所占的比例，如 0.5");
    }
    let part = |key: &str| {
        let part = table.table(key)?;
        let read = read(&part, tree);
        part.finish();
        read.map(Box::new)
    };
    let (subjective, objective) = (part("subjective"), part("objective"));
    let rule = table.choice("rule", &rules).unwrap_or(Rule::Additive(alpha));
    Some(Method::Combined { subjective: subjective?, objective: objective?, rule })
}
