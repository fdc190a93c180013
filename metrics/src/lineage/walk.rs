//! Walks through a query from its result down to its base tables and makes the probes.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use suixin_warehouse::sql::ast::{Expr, Ident, Query, Select, TableAlias, TableFactor, visit_expressions};

use super::Wanted;
use super::counted::{condition, one_column, taking_part};
use super::parts::{column_names, factors, is, outputs, selects, subqueries, table_name};
use super::probe::Probe;

/// What the rows of a query must fit, given by the query around it.
#[derive(Debug, Clone, Default)]
struct Above {
    /// Something more to read from.
    from: Option<String>,
    /// Conditions on it.
    conditions: Vec<String>,
    /// Output column (by position) → SQL of the text that it must have.
    equal: Vec<(usize, String)>,
}

/// Where the rows of one `SELECT` come from.
struct Scope {
    from: String,
    condition: String,
    names: BTreeSet<String>,
}

impl Scope {
    /// Only the rows that meet this too.
    fn also(&mut self, condition: Option<Expr>) {
        if let Some(condition) = condition {
            let more = format!("({condition})");
            self.condition = if self.condition.is_empty() { more } else { format!("{} AND {more}", self.condition) };
        }
    }
}

#[derive(Default)]
struct Walk {
    probes: Vec<Probe>,
    derived: usize,
}

/// The probes of a query.
pub(super) fn walk(query: &Query, wanted: &Wanted<'_>) -> Vec<Probe> {
    let mut walk = Walk::default();
    let names = column_names(query, None);
    let place = |name: &str| names.iter().position(|n| n.as_ref().is_some_and(|n| n.value.eq_ignore_ascii_case(name)));
    let equal =
        wanted.equal.iter().filter_map(|(name, text)| Some((place(name)?, format!("'{}'", text.replace('\'', "''")))));
    let above = Above { equal: equal.collect(), ..Above::default() };
    let asked = wanted.output.and_then(place);
    for select in selects(&query.body) {
        walk.select(select, &above, asked);
    }
    walk.probes
}

impl Walk {
    /// `asked`: the place of the output column that the rows are wanted for.
    fn select(&mut self, select: &Select, above: &Above, asked: Option<usize>) {
        let outputs = outputs(select);
        let column = asked.and_then(|place| outputs.get(place)?.expr.as_ref());
        let mut scope = scope_of(select, above);
        scope.also(column.and_then(condition));
        let taking_part = column.map_or_else(|| factors(select), |c| taking_part(select, c));
        let alone = factors(select).len() == 1;
        for factor in taking_part {
            match factor {
                TableFactor::Table { name, alias, .. } => self.probes.push(Probe {
                    table: table_name(name),
                    alias: alias.as_ref().map_or_else(|| last_part(&name.to_string()), |a| a.name.to_string()),
                    from: scope.from.clone(),
                    condition: scope.condition.clone(),
                }),
                TableFactor::Derived { subquery, alias, .. } => {
                    let name = alias.as_ref().map_or("", |a| a.name.value.as_str());
                    let inner = column.and_then(|c| one_column(c, name, alone));
                    self.derived(subquery, alias.as_ref(), &scope, inner.as_deref());
                }
                _ => {}
            }
        }
        let all = outputs.iter().filter_map(|o| o.expr.as_ref());
        let looked_into: Vec<&Expr> = column.map_or_else(|| all.collect(), |c| vec![c]);
        for query in looked_into.into_iter().chain(&select.selection).flat_map(subqueries) {
            self.subquery(&query, &scope);
        }
    }

    /// The rows of a derived table that the query around it uses: those whose plain columns it has.
    fn derived(&mut self, query: &Query, alias: Option<&TableAlias>, scope: &Scope, asked: Option<&str>) {
        let columns = plain_columns(query, alias);
        let mut above = Above::default();
        if let Some(alias) = alias.filter(|_| !columns.is_empty()) {
            self.derived += 1;
            let up = format!("up{}", self.derived);
            let taken = columns
                .iter()
                .enumerate()
                .map(|(n, (_, name))| format!("COALESCE(CAST({}.{name} AS VARCHAR), '') AS c{n}", alias.name));
            let taken: Vec<String> = taken.collect();
            let condition =
                if scope.condition.is_empty() { String::new() } else { format!(" WHERE {}", scope.condition) };
            above.from = Some(format!("(SELECT DISTINCT {} FROM {}{condition}) AS {up}", taken.join(", "), scope.from));
            above.equal = columns.iter().enumerate().map(|(n, (place, _))| (*place, format!("{up}.c{n}"))).collect();
        }
        let names = column_names(query, alias);
        let is_asked = |n: &Option<Ident>| n.as_ref().zip(asked).is_some_and(|(n, asked)| is(n, asked));
        let place = names.iter().position(is_asked);
        for select in selects(&query.body) {
            self.select(select, &above, place);
        }
    }

    /// A query inside an expression; one that names tables of the query around it reads from these too.
    fn subquery(&mut self, query: &Query, scope: &Scope) {
        let mut above = Above::default();
        if refers_to(query, &scope.names) && !scope.from.is_empty() {
            above.from = Some(scope.from.clone());
            above.conditions.extend(Some(scope.condition.clone()).filter(|c| !c.is_empty()));
        }
        for select in selects(&query.body) {
            self.select(select, &above, None);
        }
    }
}

fn scope_of(select: &Select, above: &Above) -> Scope {
    let own: Vec<String> = select.from.iter().map(ToString::to_string).collect();
    let mut conditions: Vec<String> = select.selection.iter().map(|c| format!("({c})")).collect();
    conditions.extend(above.conditions.iter().cloned());
    let outputs = outputs(select);
    for (place, text) in &above.equal {
        if let Some(expr) = outputs.get(*place).and_then(|o| o.plain()) {
            conditions.push(format!("COALESCE(CAST({expr} AS VARCHAR), '') = {text}"));
        }
    }
    Scope {
        from: own.into_iter().chain(above.from.clone()).collect::<Vec<_>>().join(", "),
        condition: conditions.join(" AND "),
        names: names_of(select),
    }
}

/// Position and name of the columns of a derived table that are functions of one row in every branch of it.
fn plain_columns(query: &Query, alias: Option<&TableAlias>) -> Vec<(usize, Ident)> {
    let selects = selects(&query.body);
    let plain = |place: usize| selects.iter().all(|s| outputs(s).get(place).is_some_and(|o| o.plain().is_some()));
    let names = column_names(query, alias).into_iter().enumerate();
    names.filter_map(|(place, name)| Some((place, name?))).filter(|(place, _)| plain(*place)).collect()
}

/// What the tables of a `FROM` are called.
fn names_of(select: &Select) -> BTreeSet<String> {
    let name = |f: &TableFactor| match f {
        TableFactor::Table { alias: Some(a), .. } | TableFactor::Derived { alias: Some(a), .. } => {
            Some(a.name.value.to_lowercase())
        }
        TableFactor::Table { name, .. } => Some(table_name(name)),
        _ => None,
    };
    factors(select).into_iter().filter_map(name).collect()
}

/// Whether a query names a table of the query around it as the owner of a column.
fn refers_to(query: &Query, outer: &BTreeSet<String>) -> bool {
    let own: BTreeSet<String> = selects(&query.body).into_iter().flat_map(names_of).collect();
    let owner = |e: &Expr| match e {
        Expr::CompoundIdentifier(parts) if parts.len() > 1 => Some(parts[0].value.to_lowercase()),
        _ => None,
    };
    let hit = |e: &Expr| owner(e).is_some_and(|o| outer.contains(&o) && !own.contains(&o));
    visit_expressions(query, |e| if hit(e) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }).is_break()
}

fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).to_owned()
}
