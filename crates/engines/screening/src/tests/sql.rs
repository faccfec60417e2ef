//! The emitted SQL on PostgreSQL against both evaluators, over random expressions and firms. Runs `psql` on the database of the tests.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use banso_guideline::expr::{Expr, Names, Type, compile};
use banso_guideline::{Facts, Known, Truth, Value};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::properties::{condition, firm, yen};
use super::{items, names};
use crate::schema::{Kind, Schema};
use crate::sql::{self, Dialect, Source, Statement};

/// A fact as SQL writes it; a number that is no decimal of six places has no place in the table.
fn literal(kind: &Kind, value: Option<&Value>) -> Option<String> {
    Some(match (kind, value) {
        (_, None) => "NULL".to_owned(),
        (Kind::Number { scale }, Some(Value::Number(n))) => {
            let whole = crate::block::scaled(*n, *scale)?;
            format!("{whole}::numeric / {scale}")
        }
        (Kind::Day, Some(Value::Day(day))) => format!("DATE '{day}'"),
        (Kind::YesNo, Some(Value::YesNo(yes))) => yes.to_string(),
        (Kind::Choice(_) | Kind::Text, Some(Value::Text(text))) => Dialect::Postgres.text(text),
        (Kind::Number { .. } | Kind::Day | Kind::YesNo | Kind::Choice(_) | Kind::Text, Some(_)) => return None,
    })
}

/// Runs a script and gives its rows.
fn psql(address: &str, script: &str) -> Vec<Vec<String>> {
    let mut psql = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-F", "|", "-P", "null=?", "-v", "ON_ERROR_STOP=1", address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql, which comes with PostgreSQL, is not here");
    psql.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = psql.wait_with_output().unwrap();
    assert!(out.status.success(), "{}\n{script}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(|l| l.split('|').map(str::to_owned).collect()).collect()
}

fn script(schema: &Schema, rows: &[Facts], statement: &Statement, source: &Source) -> String {
    let mut text = sql::create(schema, source, Dialect::Postgres).replacen("CREATE TABLE", "CREATE TEMPORARY TABLE", 1);
    text.push_str(";\n");
    for (i, facts) in rows.iter().enumerate() {
        let cells: Vec<String> = schema.fields().iter().map(|f| literal(&f.kind, facts.0.get(&f.item)).unwrap()).collect();
        text.push_str(&format!("INSERT INTO \"firms\" VALUES ({i}, {});\n", cells.join(", ")));
    }
    text.push_str(&format!("SELECT * FROM ({}) AS answers ORDER BY 1;\n", statement.text));
    text
}

fn wanted(expr: &Expr, names: &Names, facts: &Facts) -> Vec<String> {
    if *expr.ty() == Type::YesNo {
        return vec![match expr.truth(names, facts).map(|j| j.truth) {
            Ok(Truth::Yes) => "t".to_owned(),
            Ok(Truth::No) => "f".to_owned(),
            Ok(Truth::Unknown) | Err(_) => "?".to_owned(),
        }];
    }
    match expr.bounds(names, facts) {
        Ok(Known::Exactly(n)) => vec![format!("{n}"), format!("{n}")],
        Ok(Known::Between(low, high)) => vec![format!("{low}"), format!("{high}")],
        Ok(Known::Unknown(_)) | Err(_) => vec!["open".to_owned()],
    }
}

/// What the database says of an amount, as fractions: it gives the numerator over one scale.
fn number(text: &str, scale: i64) -> String {
    match text.split('.').next().unwrap_or(text).parse::<i128>() {
        Ok(n) => format!("{}", banso_kernel::Exact::new(n, i128::from(scale))),
        Err(_) => "?".to_owned(),
    }
}

fn agree_in_sql(address: &str, texts: &[String], rows: &[Facts]) {
    let (names, schema) = (names(), Arc::new(Schema::of(&items())));
    let rows: Vec<Facts> =
        rows.iter().filter(|r| schema.fields().iter().all(|f| literal(&f.kind, r.0.get(&f.item)).is_some())).cloned().collect();
    let exprs: Vec<Expr> = texts.iter().map(|t| compile(t, &names).unwrap()).collect();
    let source = Source { table: "firms".into(), key: "id".into() };
    let statement = sql::expressions(&schema, &names, &exprs, &source, Dialect::Postgres);
    let found = psql(address, &script(&schema, &rows, &statement, &source));
    assert_eq!(found.len(), rows.len());
    for (facts, line) in rows.iter().zip(&found) {
        for (i, text) in statement.truths.iter().enumerate() {
            let expr = exprs.iter().find(|e| e.text() == text).unwrap();
            assert_eq!(vec![line[1 + i].clone()], wanted(expr, &names, facts), "{text} on {facts:?}\n{}", statement.text);
        }
        for (i, text) in statement.amounts.iter().enumerate() {
            let expr = exprs.iter().find(|e| e.text() == text).unwrap();
            let scale = statement.scales[i];
            let at = 1 + statement.truths.len() + 2 * i;
            let ends = vec![number(&line[at], scale), number(&line[at + 1], scale)];
            match wanted(expr, &names, facts) {
                open if open.len() == 1 => assert!(ends.contains(&"?".to_owned()), "{text} on {facts:?}: {ends:?}"),
                both => assert_eq!(ends, both, "{text} on {facts:?}\n{}", statement.text),
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "says where the tests' PostgreSQL is, if there is one")]
fn postgres_server() -> Option<String> {
    std::env::var("BANSO_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

#[test]
fn postgres_says_what_the_row_evaluator_says() {
    let Some(address) = postgres_server() else { return };
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 16, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() });
    let cases = (prop::collection::vec(condition(), 3), prop::collection::vec(yen(), 2), prop::collection::vec(firm(), 25));
    runner
        .run(&cases, |(conditions, amounts, rows)| {
            let texts: Vec<String> = conditions.into_iter().chain(amounts).collect();
            agree_in_sql(&address, &texts, &rows);
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_sql_cannot_say_is_named() {
    let (names, schema) = (names(), Schema::of(&items()));
    let exprs: Vec<Expr> = ["中央値(資本金, 経費, 7円) = 0円", "資本金 <= 1億円"].iter().map(|t| compile(t, &names).unwrap()).collect();
    let source = Source { table: "firms".into(), key: "id".into() };
    let statement = sql::expressions(&schema, &names, &exprs, &source, Dialect::Postgres);
    assert_eq!(statement.truths, ["資本金 <= 1億円"]);
    assert_eq!(statement.left_out.len(), 1);
    assert!(statement.text.contains("\"資本金\" <= 100000000"), "{}", statement.text);
}
