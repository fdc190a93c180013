//! What SQL of a person may say: measured before parsing, then looked at in the parsed statement. Pure.

use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, Query, Select, SetExpr,
    Statement as Sql, TableFactor, TableFunctionArgs, UnaryOperator, Value as Literal, Visit, Visitor,
};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::failure::{failed, misspelt};
use crate::error::{Error, Result};
use crate::sql::DIALECT;

/// Longest statement, in bytes.
const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Deepest nesting of parentheses and CASE.
const MAX_DEPTH: usize = 40;
/// Most operators: a chain of them is as deep as it is long once parsed.
const MAX_OPERATORS: usize = 800;
/// Most values that a generating function may make.
const MAX_GENERATED: i64 = 100_000;
/// Longest text or list that a padding or repeating function may make.
const MAX_REPEATED: i64 = 10_000;

/// Whether a text may be planned at all.
pub(super) fn check(sql: &str) -> Result<()> {
    if sql.len() > MAX_TEXT_BYTES {
        return Err(Error::Limit(format!("语句长 {} 字节，最多 {MAX_TEXT_BYTES} 字节", sql.len())));
    }
    check_shape(sql)?;
    let mut parser = DFParserBuilder::new(sql).with_dialect(&DIALECT).build().map_err(failed)?;
    let mut statements = parser.parse_statements().map_err(failed)?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(statement), true) => check_statement(&statement),
        (None, _) => Err(Error::Query("语句是空的".to_owned())),
        (Some(_), false) => refuse("一次只能执行一条语句"),
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Refused(why.into()))
}

/// Depth and length by counting tokens, before a parser recurses over them.
fn check_shape(sql: &str) -> Result<()> {
    let tokens = Tokenizer::new(&DIALECT, sql).tokenize().map_err(|e| misspelt(&e.to_string()))?;
    let (mut depth, mut operators) = (0_usize, 0_usize);
    for token in tokens {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            Token::Word(w) if w.keyword == Keyword::CASE => depth += 1,
            Token::Word(w) if w.keyword == Keyword::END => depth = depth.saturating_sub(1),
            Token::Word(w) if chains(w.keyword) => operators += 1,
            Token::Word(_)
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Whitespace(_)
            | Token::Comma
            | Token::Period => {}
            _ => operators += 1,
        }
        if depth > MAX_DEPTH {
            return Err(Error::Limit(format!("括号或 CASE 嵌套超过 {MAX_DEPTH} 层")));
        }
    }
    if operators > MAX_OPERATORS {
        return Err(Error::Limit(format!("运算符超过 {MAX_OPERATORS} 个")));
    }
    Ok(())
}

/// Words that join an expression or a query to what stands before it.
fn chains(word: Keyword) -> bool {
    use Keyword as K;
    matches!(
        word,
        K::AND
            | K::OR
            | K::NOT
            | K::IS
            | K::LIKE
            | K::ILIKE
            | K::BETWEEN
            | K::UNION
            | K::EXCEPT
            | K::INTERSECT
            | K::JOIN
            | K::COLLATE
            | K::XOR
            | K::DIV
    )
}

fn check_statement(statement: &Statement) -> Result<()> {
    match statement {
        Statement::Statement(sql) => check_sql(sql),
        Statement::Explain(explain) if explain.options.analyze => refuse("不允许 EXPLAIN ANALYZE"),
        Statement::Explain(explain) => check_statement(&explain.statement),
        Statement::CopyTo(_) | Statement::CreateExternalTable(_) | Statement::Reset(_) => refuse(ONLY_READING),
    }
}

const ONLY_READING: &str = "只允许查询（SELECT、WITH、EXPLAIN、SHOW TABLES、DESCRIBE）";

fn check_sql(sql: &Sql) -> Result<()> {
    match sql {
        Sql::Query(_) => {}
        Sql::Explain { analyze: false, statement, .. } => check_sql(statement)?,
        Sql::ShowTables { .. } | Sql::ShowColumns { .. } | Sql::ExplainTable { .. } => {}
        _ => return refuse(ONLY_READING),
    }
    match sql.visit(&mut Inspector) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(why) => refuse(why),
    }
}

/// Walks a statement and stops at the first thing that is not allowed.
struct Inspector;

type Verdict = ControlFlow<String>;

fn stop(why: &str) -> Verdict {
    ControlFlow::Break(why.to_owned())
}

impl Visitor for Inspector {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> Verdict {
        if query.with.as_ref().is_some_and(|w| w.recursive) {
            return stop("不允许递归查询（WITH RECURSIVE）");
        }
        if !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
        {
            return stop("不允许 FOR、SETTINGS、FORMAT 子句");
        }
        body(&query.body)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Verdict {
        if select.into.is_some() { stop("不允许 SELECT INTO") } else { ControlFlow::Continue(()) }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Verdict {
        match factor {
            TableFactor::Table { name, args: Some(TableFunctionArgs { args, .. }), .. } => table_function(name, args),
            TableFactor::Table { .. }
            | TableFactor::Derived { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            TableFactor::Function { name, args, .. } => table_function(name, args),
            TableFactor::TableFunction { expr: Expr::Function(f), .. } => table_function(&f.name, arguments(f)),
            _ => stop("FROM 里只能是表、子查询、unnest 或 generate_series"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Verdict {
        match expr {
            Expr::Function(f) => scalar_function(f),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn body(set: &SetExpr) -> Verdict {
    match set {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) | SetExpr::Table(_) => ControlFlow::Continue(()),
        SetExpr::SetOperation { left, right, .. } => {
            body(left)?;
            body(right)
        }
        _ => stop(ONLY_READING),
    }
}

fn last_name(name: &ObjectName) -> String {
    name.0.last().map(|part| part.to_string().trim_matches('"').to_lowercase()).unwrap_or_default()
}

fn arguments(function: &Function) -> &[FunctionArg] {
    match &function.args {
        FunctionArguments::List(list) => &list.args,
        _ => &[],
    }
}

fn table_function(name: &ObjectName, args: &[FunctionArg]) -> Verdict {
    match last_name(name).as_str() {
        "unnest" => ControlFlow::Continue(()),
        "generate_series" | "range" => generated(args),
        other => stop(&format!("不允许表函数 {other}")),
    }
}

fn scalar_function(function: &Function) -> Verdict {
    let args = arguments(function);
    match last_name(&function.name).as_str() {
        "generate_series" | "range" => generated(args),
        "repeat" | "lpad" | "rpad" | "array_resize" | "list_resize" => capped(args.get(1)),
        "array_repeat" | "list_repeat" => capped(args.get(1)),
        "space" => capped(args.first()),
        _ => ControlFlow::Continue(()),
    }
}

/// A series of whole numbers whose length can be told from the statement.
fn generated(args: &[FunctionArg]) -> Verdict {
    let numbers: Option<Vec<i64>> = args.iter().map(number).collect();
    let length = match numbers.as_deref() {
        Some([end]) => Some(*end),
        Some([start, end]) => end.checked_sub(*start),
        Some([start, end, step]) if *step != 0 => end.checked_sub(*start).and_then(|n| n.checked_div(*step)),
        _ => None,
    };
    match length {
        Some(n) if n <= MAX_GENERATED => ControlFlow::Continue(()),
        _ => stop(&format!("generate_series 的起止必须写成整数，且不超过 {MAX_GENERATED} 个")),
    }
}

fn capped(arg: Option<&FunctionArg>) -> Verdict {
    match arg.and_then(number) {
        Some(n) if n <= MAX_REPEATED => ControlFlow::Continue(()),
        _ => stop(&format!("填充、重复类函数的长度必须写成整数，且不超过 {MAX_REPEATED}")),
    }
}

/// A whole number written as such.
fn number(arg: &FunctionArg) -> Option<i64> {
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = arg else { return None };
    let literal = |e: &Expr| match e {
        Expr::Value(v) => {
            if let Literal::Number(n, _) = &v.value {
                n.parse::<i64>().ok()
            } else {
                None
            }
        }
        _ => None,
    };
    match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => literal(expr).and_then(i64::checked_neg),
        other => literal(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn kind(sql: &str) -> Option<Kind> {
        check(sql).err().map(|e| e.kind())
    }

    #[test]
    fn reading_passes() {
        for sql in [
            "SELECT 1",
            "WITH a AS (SELECT * FROM person) SELECT count(*) FROM a JOIN history.person USING (pid_token);",
            "SELECT * FROM generate_series(1, 100000)",
            "SELECT * FROM unnest([1,2,3])",
            "EXPLAIN SELECT 1",
            "SHOW TABLES",
            "DESCRIBE person",
            "SELECT CASE WHEN a=1 THEN rpad(b, 10, 'x') END FROM t UNION ALL SELECT 'DROP TABLE t'",
            "VALUES (1),(2)",
        ] {
            assert!(check(sql).is_ok(), "{sql}: {:?}", check(sql));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for sql in [
            "INSERT INTO person SELECT * FROM person",
            "DELETE FROM person",
            "UPDATE person SET sex='1'",
            "DROP TABLE person",
            "CREATE TABLE x AS SELECT 1",
            "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
            "COPY person TO '/tmp/x.csv'",
            "COPY (SELECT 1) TO '/tmp/x.csv'",
            "SET datafusion.execution.target_partitions = 1",
            "RESET datafusion.execution.target_partitions",
            "EXPLAIN ANALYZE SELECT 1",
            "EXPLAIN COPY person TO '/tmp/x.csv'",
            "SELECT 1; SELECT 2",
            "SELECT * INTO x FROM person",
            "WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT * FROM a) SELECT * FROM a",
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT * FROM parquet_metadata('x')",
            "SELECT * FROM generate_series(1, 100000000)",
            "SELECT * FROM generate_series(1, (SELECT 5))",
            "SELECT unnest(range(0, 1000000000))",
            "SELECT repeat('x', 1000000000)",
            "SELECT lpad('x', 10 * 100000)",
            "PREPARE a AS SELECT 1",
            "BEGIN",
            "SELECT * FROM person FOR UPDATE",
        ] {
            assert_eq!(kind(sql), Some(Kind::Refused), "{sql}: {:?}", check(sql));
        }
    }

    #[test]
    fn depth_and_length_are_measured_before_parsing() {
        let deep = format!("SELECT {}1{}", "(".repeat(50), ")".repeat(50));
        let cases = format!("SELECT {} 1 {}", "CASE WHEN true THEN ".repeat(50), "END ".repeat(50));
        let chain = format!("SELECT 1{}", "+1".repeat(5_000));
        let minus = format!("SELECT {}1", "- ".repeat(5_000));
        let unions = vec!["SELECT 1"; 2_000].join(" UNION ALL ");
        let long = format!("SELECT '{}'", "x".repeat(70_000));
        for sql in [deep, cases, chain, minus, unions, long] {
            assert_eq!(kind(&sql), Some(Kind::Limit), "{}", &sql[..40]);
        }
        let allowed = format!("SELECT 1{}", "+1".repeat(700));
        assert!(check(&allowed).is_ok());
    }
}
