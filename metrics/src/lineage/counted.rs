//! Which rows an aggregate counts, and from which tables of its `SELECT` a column is made.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use suixin_warehouse::sql::ast::{
    CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, JoinOperator, Select, TableFactor,
    Value, visit_expressions,
};

use super::parts::{alias_of, factors, is, is_plain, table_name};

/// Functions around an aggregate that do not change which rows it counts, if their other arguments are constants.
const WRAPPERS: [&str; 4] = ["coalesce", "round", "nullif", "abs"];

/// The condition that a row must meet to count: that of `FILTER`, or of `SUM(CASE WHEN … THEN … ELSE 0 END)` and the like.
/// `None` where every row counts or it cannot be told.
pub(super) fn condition(expr: &Expr) -> Option<Expr> {
    let found = match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => condition(inner),
        Expr::Function(f) if WRAPPERS.contains(&table_name(&f.name).as_str()) => {
            let mut parts = arguments(f).into_iter().filter(|a| !is_constant(a));
            let only = parts.next().filter(|_| parts.next().is_none());
            only.and_then(condition)
        }
        Expr::Function(f) if f.over.is_none() => match &f.filter {
            Some(filter) => Some((**filter).clone()),
            None => counted(f),
        },
        _ => None,
    };
    found.filter(is_plain)
}

/// Of `COUNT` and `SUM` over a `CASE` that gives nothing otherwise.
fn counted(f: &Function) -> Option<Expr> {
    let name = table_name(&f.name);
    let [argument] = arguments(f)[..] else { return None };
    match (name.as_str(), argument) {
        ("count" | "sum", Expr::Case { operand: None, conditions, else_result, .. }) => {
            let nothing = else_result.as_ref().is_none_or(|e| is_nothing(e, name == "sum"));
            let counts = |c: &&CaseWhen| !is_nothing(&c.result, name == "sum");
            // A branch that gives nothing takes rows away from those after it.
            let plain = nothing && conditions.iter().all(|c| counts(&c));
            plain.then(|| conditions.iter().map(|c| Expr::Nested(Box::new(c.condition.clone()))).reduce(or))?
        }
        ("count", Expr::CompoundIdentifier(_) | Expr::Identifier(_)) => {
            Some(Expr::IsNotNull(Box::new(argument.clone())))
        }
        _ => None,
    }
}

fn or(left: Expr, right: Expr) -> Expr {
    use suixin_warehouse::sql::ast::BinaryOperator::Or;
    Expr::Nested(Box::new(Expr::BinaryOp { left: Box::new(left), op: Or, right: Box::new(right) }))
}

fn arguments(f: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &f.args else { return Vec::new() };
    list.args.iter().filter_map(plain_argument).collect()
}

fn plain_argument(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => Some(e),
        _ => None,
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(_))
}

/// Whether a value does not count: `NULL`, and for a sum zero.
fn is_nothing(expr: &Expr, in_sum: bool) -> bool {
    match expr {
        Expr::Value(v) => match &v.value {
            Value::Null => true,
            Value::Number(n, _) => in_sum && n.trim_matches(['0', '.']).is_empty(),
            _ => false,
        },
        _ => false,
    }
}

/// The tables of a `SELECT` that the rows behind one of its columns come from: those that the column names, and all that
/// are joined with a condition. What is only put beside (`CROSS JOIN`) and not named has no part in it.
pub(super) fn taking_part<'s>(select: &'s Select, column: &Expr) -> Vec<&'s TableFactor> {
    let all = factors(select);
    let named = owners(column);
    let beside = beside(select);
    let is_named = |f: &TableFactor| alias_of(f).is_some_and(|a| named.iter().any(|n| is(&a.name, n)));
    if named.is_empty() || select.selection.is_some() || !all.iter().any(|f| is_named(f)) {
        return all;
    }
    all.into_iter().enumerate().filter(|(n, f)| !beside.contains(n) || is_named(f)).map(|(_, f)| f).collect()
}

/// Places of the tables that stand in `FROM` without a condition, where there are several.
fn beside(select: &Select) -> BTreeSet<usize> {
    let (mut places, mut place) = (BTreeSet::new(), 0);
    for table in &select.from {
        let crossed = table.joins.iter().all(|j| matches!(j.join_operator, JoinOperator::CrossJoin(..)));
        if crossed {
            places.extend(place..=place + table.joins.len());
        }
        place += 1 + table.joins.len();
    }
    // Brackets count for more tables than they are: then nothing is left out.
    if place == factors(select).len() { places } else { BTreeSet::new() }
}

/// The owners of the columns that an expression names; empty when a column without an owner is among them.
fn owners(expr: &Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let unowned = visit_expressions(expr, |e| match e {
        Expr::CompoundIdentifier(parts) if parts.len() > 1 => {
            found.insert(parts[0].value.clone());
            ControlFlow::Continue(())
        }
        Expr::Identifier(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    if unowned.is_break() { BTreeSet::new() } else { found }
}

/// The one column of a table that an expression names, if it names one only.
pub(super) fn one_column(expr: &Expr, alias: &str, only_table: bool) -> Option<String> {
    let mut names = BTreeSet::new();
    let _ = visit_expressions(expr, |e| {
        match e {
            Expr::CompoundIdentifier(parts) if parts.len() == 2 && is(&parts[0], alias) => {
                names.insert(parts[1].value.to_lowercase());
            }
            Expr::Identifier(name) if only_table => {
                names.insert(name.value.to_lowercase());
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
    let first = names.pop_first();
    first.filter(|_| names.is_empty())
}
