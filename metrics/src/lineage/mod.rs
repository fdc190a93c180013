//! From a statement to the base rows behind its result: pure rewriting of SQL.
//!
//! For every base table that a statement reads, a *probe* is made: a statement with the same joins and conditions, without
//! grouping, that gives the rows of that table which went into one row of the result. It knows SQL only: no files, no
//! definitions, no data.

mod counted;
mod inline;
mod parts;
mod probe;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use suixin_warehouse::sql::{ast, parse};
use suixin_warehouse::{Error, Result};

pub(crate) use probe::Probe;

/// Which row of the result, and which of its columns, the base rows are wanted for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'a> {
    /// Output column → text that it must have.
    pub equal: BTreeMap<&'a str, &'a str>,
    /// Output column that is asked for: the rows that it counts and no others; none: those of all columns.
    pub output: Option<&'a str>,
}

/// The probes of a statement, in the order in which it names its tables.
///
/// # Errors
/// When it does not parse or is no query.
pub(crate) fn probes(sql: &str, wanted: &Wanted<'_>) -> Result<Vec<Probe>> {
    let query = query_of(sql)?;
    Ok(walk::walk(&query, wanted))
}

/// The base tables that a statement reads, without those that it defines itself.
///
/// # Errors
/// When it does not parse or is no query.
pub(crate) fn tables_of(sql: &str) -> Result<BTreeSet<String>> {
    let query = query_of(sql)?;
    let mut tables = BTreeSet::new();
    let _ = ast::visit_relations(&query, |name| {
        tables.insert(parts::table_name(name));
        ControlFlow::<()>::Continue(())
    });
    Ok(tables)
}

/// The query of a statement with every `WITH` written into its place.
fn query_of(sql: &str) -> Result<ast::Query> {
    match parse(sql)? {
        ast::Statement::Query(query) => Ok(inline::inlined(*query)),
        _ => Err(Error::Query("不是查询语句".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqls(sql: &str, equal: &[(&str, &str)], output: Option<&str>) -> Vec<String> {
        let wanted = Wanted { equal: equal.iter().copied().collect(), output };
        probes(sql, &wanted).unwrap().iter().map(|p| p.sql(&["id"])).collect()
    }

    #[test]
    fn grouping_goes_joins_and_conditions_stay() {
        let sql = "SELECT e.unit AS k, COUNT(*) AS v FROM a e JOIN b ON b.x=e.x WHERE e.d=1 GROUP BY e.unit HAVING COUNT(*)>1";
        assert_eq!(
            sqls(sql, &[("k", "5109")], None),
            [
                "SELECT DISTINCT e.\"id\" FROM a e JOIN b ON b.x = e.x WHERE (e.d = 1) AND COALESCE(CAST(e.unit AS VARCHAR), '') = '5109'",
                "SELECT DISTINCT b.\"id\" FROM a e JOIN b ON b.x = e.x WHERE (e.d = 1) AND COALESCE(CAST(e.unit AS VARCHAR), '') = '5109'",
            ]
        );
    }

    #[test]
    fn a_derived_table_is_looked_into_for_the_rows_that_matter() {
        let sql = "SELECT f.u AS k, COUNT(*) AS v FROM (SELECT p.id, p.u, COUNT(*) AS n FROM p WHERE p.z=1 GROUP BY p.id, p.u) f WHERE f.n>2 GROUP BY f.u";
        let found = sqls(sql, &[("k", "x'y")], None);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with(
                "SELECT DISTINCT p.\"id\" FROM p, (SELECT DISTINCT COALESCE(CAST(f.id AS VARCHAR), '') AS c0"
            ),
            "{}",
            found[0]
        );
        assert!(found[0].contains("(f.n > 2) AND COALESCE(CAST(f.u AS VARCHAR), '') = 'x''y'"), "{}", found[0]);
        assert!(found[0].ends_with("WHERE (p.z = 1) AND COALESCE(CAST(p.id AS VARCHAR), '') = up1.c0 AND COALESCE(CAST(p.u AS VARCHAR), '') = up1.c1"), "{}", found[0]);
    }

    #[test]
    fn every_branch_of_a_union_and_every_with() {
        let sql = "WITH w AS (SELECT id, u FROM a UNION ALL SELECT id, v FROM b) SELECT u AS k, COUNT(*) AS v FROM w GROUP BY u";
        let found = sqls(sql, &[("k", "1")], None);
        assert_eq!(found.len(), 2);
        assert!(found[1].contains("CAST(v AS VARCHAR)"), "{}", found[1]);
        assert_eq!(tables_of(sql).unwrap().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_star_over_a_derived_table_stands_for_its_columns() {
        let sql = "SELECT j.c AS k, MAX(j.place) AS v FROM (SELECT n.*, ROW_NUMBER() OVER (ORDER BY n.id) AS place \
                   FROM (SELECT id, c FROM a) n) j GROUP BY j.c";
        let found = sqls(sql, &[("k", "U")], None);
        assert!(found.len() == 1 && found[0].contains("COALESCE(CAST(c AS VARCHAR), '') = up2.c1"), "{found:?}");
    }

    #[test]
    fn only_the_rows_that_the_column_asked_for_counts() {
        let sql = "SELECT c.red, c.all_of_them, d.other FROM (SELECT COUNT(*) FILTER (WHERE level='R') AS red, COUNT(*) AS all_of_them, \
                   SUM(CASE WHEN done=1 THEN amount ELSE 0 END) AS paid FROM a) c CROSS JOIN (SELECT COUNT(*) AS other FROM b) d";
        let red = sqls(sql, &[], Some("red"));
        assert_eq!(red.len(), 1, "what stands beside has no part in it: {red:?}");
        assert!(red[0].ends_with("(level = 'R')"), "{red:?}");
        assert!(!sqls(sql, &[], Some("all_of_them"))[0].contains("level"));
        let paid =
            sqls("SELECT SUM(CASE WHEN done=1 THEN amount ELSE 0 END) AS v, COUNT(x.k) AS n FROM x", &[], Some("v"));
        assert_eq!(paid, ["SELECT DISTINCT x.\"id\" FROM x WHERE ((done = 1))"]);
        let held = sqls("SELECT SUM(CASE WHEN done=1 THEN 0 ELSE amount END) AS v FROM x", &[], Some("v"));
        assert_eq!(held, ["SELECT DISTINCT x.\"id\" FROM x"], "a branch that counts for nothing is not understood");
    }

    #[test]
    fn only_the_subquery_of_the_column_asked_for() {
        let sql = "SELECT (SELECT COUNT(*) FROM a) AS x, (SELECT COUNT(*) FROM b WHERE b.u=c.u) AS y FROM c";
        assert_eq!(sqls(sql, &[], Some("x")), ["SELECT DISTINCT c.\"id\" FROM c", "SELECT DISTINCT a.\"id\" FROM a"]);
        assert_eq!(sqls(sql, &[], Some("y"))[1], "SELECT DISTINCT b.\"id\" FROM b, c WHERE (b.u = c.u)");
    }
}
