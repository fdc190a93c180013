//! Writes every `WITH` query into the places that name it, so that only derived tables are left.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use suixin_warehouse::sql::ast::{Ident, ObjectName, Query, TableAlias, TableFactor, VisitMut, VisitorMut};

/// Name → query and the names of its columns.
type Defined = BTreeMap<String, (Query, TableAlias)>;

/// The query without `WITH`.
pub(super) fn inlined(mut query: Query) -> Query {
    inline(&mut query, &Defined::new());
    query
}

fn inline(query: &mut Query, outer: &Defined) {
    let mut defined = outer.clone();
    if let Some(with) = query.with.take() {
        for mut cte in with.cte_tables {
            inline(&mut cte.query, &defined);
            defined.insert(cte.alias.name.value.to_lowercase(), (*cte.query, cte.alias));
        }
    }
    let _ = query.visit(&mut Replace { defined, depth: 0 });
}

struct Replace {
    defined: Defined,
    depth: usize,
}

impl VisitorMut for Replace {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        // A query inside with names of its own; the outermost one is what is being visited.
        if self.depth > 0 && query.with.is_some() {
            inline(query, &self.defined);
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, .. } = factor
            && let Some((query, own)) = single(name).and_then(|n| self.defined.get(&n.value.to_lowercase()))
        {
            let mut named = alias.clone().unwrap_or_else(|| own.clone());
            if named.columns.is_empty() {
                named.columns.clone_from(&own.columns);
            }
            *factor = TableFactor::Derived {
                lateral: false,
                subquery: Box::new(query.clone()),
                alias: Some(named),
                sample: None,
            };
        }
        ControlFlow::Continue(())
    }
}

fn single(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [part] => part.as_ident(),
        _ => None,
    }
}
