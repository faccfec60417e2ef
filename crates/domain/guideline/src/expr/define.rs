//! Many definitions at once, in any order: finds the order they need, and the cycles.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{LocalText, fold_width};

use super::ast::{Ast, Kind};
use super::decision::{Decision, Hit, Output, Row};
use super::diagnose::{Trouble, error, error_with_remedy};
use super::names::{Definition, DefinitionBody};
use super::{Cell, ExprError, Names, Span, Type, compile, parse};
use crate::model::{ClauseId, Missing};

/// A definition as it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub name: String,
    pub label: LocalText,
    pub clause: ClauseId,
    pub body: Body,
}

/// The text of a definition.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Expression(String),
    Table(TableSource),
}

/// A decision table as it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSource {
    /// One expression for each input column; usually the name of an item.
    pub inputs: Vec<String>,
    pub rows: Vec<RowSource>,
    pub hit: Hit,
}

/// One row: a cell for each input, and an expression or `要確認`.
#[derive(Debug, Clone, PartialEq)]
pub struct RowSource {
    pub cells: Vec<String>,
    pub output: String,
}

/// Which text of a definition an error's span is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Name,
    Expression,
    Input(usize),
    Cell { row: usize, column: usize },
    Output { row: usize },
}

/// An error of one definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Index into what was given.
    pub source: usize,
    pub place: Place,
    pub error: ExprError,
}

/// What a table cell says when the programme has not settled it.
const UNCONFIRMED: &str = "要確認";

type Errors = Vec<(Place, ExprError)>;

impl Names {
    /// Adds definitions given in any order. Those with errors, and those that hang on them, are left out.
    ///
    /// Returns everything wrong: cycles and taken names too.
    pub fn define_all(&mut self, sources: &[Source]) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let (order, cyclic) = order(sources);
        for (source, others) in cyclic {
            misfits.push(Misfit { source, place: Place::Name, error: *cycle(sources, source, &others) });
        }
        for index in order {
            let Some(source) = sources.get(index) else { continue };
            if let Err(errors) = define(self, source) {
                misfits.extend(errors.into_iter().map(|(place, error)| Misfit { source: index, place, error }));
            }
        }
        misfits.sort_by_key(|m| m.source);
        misfits
    }
}

fn define(names: &mut Names, source: &Source) -> Result<(), Errors> {
    let body = match &source.body {
        Body::Expression(text) => {
            let expr = compile(text, names).map_err(|errors| at(Place::Expression, errors))?;
            DefinitionBody::Expression(expr)
        }
        Body::Table(table) => DefinitionBody::Decision(decision(names, source, table)?),
    };
    let definition = Definition { name: source.name.clone(), label: source.label.clone(), clause: source.clause.clone(), body };
    names.add_definition(definition).map_err(|e| vec![(Place::Name, *e)])
}

fn at(place: Place, errors: Vec<ExprError>) -> Errors {
    errors.into_iter().map(|e| (place, e)).collect()
}

/// Compiles the columns, then every row against them; reports all errors of all rows.
fn decision(names: &Names, source: &Source, table: &TableSource) -> Result<Decision, Errors> {
    let mut errors = Errors::new();
    let mut inputs = Vec::new();
    for (i, text) in table.inputs.iter().enumerate() {
        match compile(text, names) {
            Ok(expr) => inputs.push(expr),
            Err(found) => errors.extend(at(Place::Input(i), found)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let types: Vec<&Type> = inputs.iter().map(super::Expr::ty).collect();
    let mut rows = Vec::new();
    for (i, row) in table.rows.iter().enumerate() {
        match row_of(names, (source, table), &types, i, row) {
            Ok(row) => rows.push(row),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Decision::new(inputs, rows, table.hit).map_err(|(row, e)| vec![(Place::Output { row }, *e)])
}

/// What a row waits for that is not settled. A row for everything that no other fits is no open question but an answer that no row knows.
fn unsettled(source: &Source, table: &TableSource, row: &RowSource) -> Missing {
    let clause = source.clause.clone();
    let any = |text: &String| matches!(text.trim(), "-" | "－" | "ー" | "");
    if table.rows.len() > 1 && row.cells.iter().all(any) {
        return Missing::Unconfirmed { clause, what: format!("{}{}{}", source.name, Missing::NO_ROW, table.inputs.join("・")) };
    }
    Missing::Unconfirmed { clause, what: format!("{}（{}）", source.name, row.cells.join("・")) }
}

fn row_of(names: &Names, (source, table): (&Source, &TableSource), types: &[&Type], index: usize, row: &RowSource) -> Result<Row, Errors> {
    let mut errors = Errors::new();
    if row.cells.len() != types.len() {
        let (wanted, found) = (types.len(), row.cells.len());
        let e = error(
            Span::default(),
            "wrong-arity",
            format!("欄は{wanted}個必要ですが{found}個です"),
            format!("the row has {found} cells, not {wanted}"),
        );
        return Err(vec![(Place::Output { row: index }, *e)]);
    }
    let mut cells = Vec::new();
    for (column, (text, ty)) in row.cells.iter().zip(types).enumerate() {
        match Cell::compile(text, ty, names) {
            Ok(cell) => cells.push(cell),
            Err(found) => errors.extend(at(Place::Cell { row: index, column }, found)),
        }
    }
    let output = if row.output.trim() == UNCONFIRMED {
        Some(Output::Unconfirmed(unsettled(source, table, row)))
    } else {
        match compile(&row.output, names) {
            Ok(expr) => Some(Output::Expression(expr)),
            Err(found) => {
                errors.extend(at(Place::Output { row: index }, found));
                None
            }
        }
    };
    match output {
        Some(output) if errors.is_empty() => Ok(Row { cells, output }),
        Some(_) | None => Err(errors),
    }
}

/// The texts of a definition that may name others. Text that cannot be read names nothing: its error is found on compiling.
fn mentioned(source: &Source) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |text: &str| {
        if let Ok(ast) = parse::expression(text) {
            collect_names(&ast, &mut found);
        }
    };
    match &source.body {
        Body::Expression(text) => add(text),
        Body::Table(table) => {
            table.inputs.iter().for_each(|t| add(t));
            table.rows.iter().for_each(|r| add(&r.output));
            for text in table.rows.iter().flat_map(|r| &r.cells) {
                for part in parse::cell(text).iter().flat_map(super::ast::CellTests::parts) {
                    collect_names(part, &mut found);
                }
            }
        }
    }
    found
}

fn collect_names(ast: &Ast, found: &mut BTreeSet<String>) {
    if let Kind::Name(name) = &ast.kind {
        found.insert(fold_width(name));
    }
    for child in ast.kind.children() {
        collect_names(child, found);
    }
}

/// The order in which each comes after what it names, and those in cycles (or hanging on one) with their fellows.
fn order(sources: &[Source]) -> (Vec<usize>, Vec<(usize, Vec<usize>)>) {
    let mut by_name = BTreeMap::new();
    for (i, source) in sources.iter().enumerate() {
        by_name.entry(fold_width(&source.name)).or_insert(i);
    }
    let needs = |s: &Source| mentioned(s).iter().filter_map(|n| by_name.get(n)).copied().collect();
    let mut waiting: BTreeMap<usize, BTreeSet<usize>> = sources.iter().map(needs).enumerate().collect();
    let mut order = Vec::new();
    loop {
        let ready: Vec<usize> = waiting.iter().filter(|(_, needs)| needs.is_empty()).map(|(i, _)| *i).collect();
        if ready.is_empty() {
            break;
        }
        for index in ready {
            waiting.remove(&index);
            waiting.values_mut().for_each(|needs| {
                needs.remove(&index);
            });
            order.push(index);
        }
    }
    let cyclic = waiting.iter().map(|(i, needs)| (*i, needs.iter().copied().collect())).collect();
    (order, cyclic)
}

fn cycle(sources: &[Source], index: usize, others: &[usize]) -> Trouble {
    let name = |i: usize| sources.get(i).map_or("", |s| s.name.as_str());
    let own = name(index);
    let list: Vec<String> = others.iter().map(|i| format!("「{}」", name(*i))).collect();
    error_with_remedy(
        Span::new(0, own.len()),
        "cycle",
        (format!("「{own}」の定義が循環しています（{}を通じて）", list.join("、")), format!("the definition of `{own}` goes in a circle")),
        ("どれかの定義を、他に頼らない形に書き直してください", "rewrite one of them without the others"),
    )
}
