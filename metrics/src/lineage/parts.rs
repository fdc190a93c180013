//! What the parts of a query are called and made of.

use std::ops::ControlFlow;

use suixin_warehouse::sql::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableAlias,
    TableFactor, Visit, Visitor, visit_expressions,
};

/// Functions over many rows.
const AGGREGATES: [&str; 22] = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "mean",
    "median",
    "string_agg",
    "array_agg",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "var_pop",
    "var_samp",
    "variance",
    "bool_and",
    "bool_or",
    "first_value",
    "last_value",
    "corr",
    "approx_distinct",
    "approx_median",
];

/// An output column of a `SELECT`: its name and what it is, where it has either.
pub(super) struct Output {
    pub name: Option<Ident>,
    pub expr: Option<Expr>,
}

impl Output {
    fn of(name: Option<Ident>, expr: &Expr) -> Self {
        Self { name, expr: Some(expr.clone()) }
    }

    /// The expression, if it is a function of one row.
    pub(super) fn plain(&self) -> Option<&Expr> {
        self.expr.as_ref().filter(|e| is_plain(e))
    }
}

/// The last part of a table's name, in lower case.
pub(super) fn table_name(name: &ObjectName) -> String {
    name.0.last().and_then(|p| p.as_ident()).map_or_else(String::new, |i| i.value.to_lowercase())
}

/// The output columns of a `SELECT`. A `*` over derived tables stands for their columns; one over a base table is one
/// column without a name, for the columns of base tables are not known here.
pub(super) fn outputs(select: &Select) -> Vec<Output> {
    let unknown = || vec![Output { name: None, expr: None }];
    select
        .projection
        .iter()
        .flat_map(|item| match item {
            SelectItem::ExprWithAlias { expr, alias } => vec![Output::of(Some(alias.clone()), expr)],
            SelectItem::UnnamedExpr(expr) => vec![Output::of(own_name(expr), expr)],
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(owner), _) => {
                let owner = table_name(owner);
                let named = factors(select).into_iter().find(|f| alias_of(f).is_some_and(|a| is(&a.name, &owner)));
                named.and_then(derived_outputs).unwrap_or_else(unknown)
            }
            SelectItem::Wildcard(_) => {
                let all: Option<Vec<_>> = factors(select).into_iter().map(derived_outputs).collect();
                all.map_or_else(unknown, |columns| columns.into_iter().flatten().collect())
            }
            _ => unknown(),
        })
        .collect()
}

/// The columns of a derived table as the query around it names them; `None` for a base table.
fn derived_outputs(factor: &TableFactor) -> Option<Vec<Output>> {
    let TableFactor::Derived { subquery, alias: Some(alias), .. } = factor else { return None };
    let column = |name: Option<Ident>| {
        let expr = name.clone().map(|n| Expr::CompoundIdentifier(vec![alias.name.clone(), n]));
        Output { name, expr }
    };
    Some(column_names(subquery, Some(alias)).into_iter().map(column).collect())
}

pub(super) fn alias_of(factor: &TableFactor) -> Option<&TableAlias> {
    match factor {
        TableFactor::Table { alias, .. } | TableFactor::Derived { alias, .. } => alias.as_ref(),
        _ => None,
    }
}

pub(super) fn is(name: &Ident, text: &str) -> bool {
    name.value.eq_ignore_ascii_case(text)
}

/// Every `SELECT` that a set expression is a union of.
pub(super) fn selects(body: &SetExpr) -> Vec<&Select> {
    match body {
        SetExpr::Select(select) => vec![select],
        SetExpr::Query(query) => selects(&query.body),
        SetExpr::SetOperation { left, right, .. } => selects(left).into_iter().chain(selects(right)).collect(),
        _ => Vec::new(),
    }
}

/// The names of a derived table's columns by position; the alias may rename them.
pub(super) fn column_names(query: &Query, alias: Option<&TableAlias>) -> Vec<Option<Ident>> {
    let first = selects(&query.body).first().map_or_else(Vec::new, |s| outputs(s));
    let mut names: Vec<Option<Ident>> = first.into_iter().map(|o| o.name).collect();
    for (place, column) in alias.iter().flat_map(|a| a.columns.iter()).enumerate() {
        if let Some(name) = names.get_mut(place) {
            *name = Some(column.name.clone());
        }
    }
    names
}

/// Tables and derived tables of a `FROM`, those inside brackets too.
pub(super) fn factors(select: &Select) -> Vec<&TableFactor> {
    fn unfold(factor: &TableFactor) -> Vec<&TableFactor> {
        match factor {
            TableFactor::NestedJoin { table_with_joins: t, .. } => {
                std::iter::once(&t.relation).chain(t.joins.iter().map(|j| &j.relation)).flat_map(unfold).collect()
            }
            other => vec![other],
        }
    }
    let all = select.from.iter().flat_map(|t| std::iter::once(&t.relation).chain(t.joins.iter().map(|j| &j.relation)));
    all.flat_map(unfold).collect()
}

/// The queries right inside a part of a statement, not those inside these.
pub(super) fn subqueries(part: &impl Visit) -> Vec<Query> {
    let mut collect = Collect::default();
    let _ = part.visit(&mut collect);
    collect.found
}

/// Whether an expression is a function of one row: no aggregate, no window, no subquery.
pub(super) fn is_plain(expr: &Expr) -> bool {
    let many = |e: &Expr| match e {
        Expr::Function(f) => f.over.is_some() || AGGREGATES.contains(&table_name(&f.name).as_str()),
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => true,
        _ => false,
    };
    visit_expressions(expr, |e| if many(e) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }).is_continue()
}

fn own_name(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Identifier(name) => Some(name.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().cloned(),
        _ => None,
    }
}

#[derive(Default)]
struct Collect {
    depth: usize,
    found: Vec<Query>,
}

impl Visitor for Collect {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.found.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}
