//! Decision tables gone through case by case: two rows that disagree, and cases that no row decides, each with an example.

use banso_kernel::group_thousands;

use crate::definitions::{Placed, Starts};
use crate::expr::{Body, Collect, Decision, DefinitionBody, Domain, Hit, Names, Output, Type};
use crate::model::Value;
use crate::problem::{Code, Problem, Span};

/// Most pieces that the undecided cases of a table may fall into.
const PIECES_MAX: usize = 4_096;
/// Most rows of a table that are compared with each other.
const ROWS_MAX: usize = 300;

/// A box: one set of values for each input.
type Cases = Vec<Domain>;

/// Checks every decision table among the definitions.
pub(crate) fn check(placed: &[Placed], names: &Names, problems: &mut Vec<Problem>) {
    let mut gaps_told: Vec<Span> = Vec::new();
    for of in placed {
        let Some(definition) = names.definition(&of.source.name) else { continue };
        let DefinitionBody::Decision(decision) = &definition.body else { continue };
        if decision.rows.len() > ROWS_MAX {
            problems.push(unchecked(of));
            continue;
        }
        let rows: Vec<Option<Cases>> = decision.rows.iter().map(|r| cases(decision, &r.cells)).collect();
        if decision.hit == Hit::Unique {
            overlaps(of, decision, &rows, problems);
        }
        // A sum of no rows is nothing: there is no gap to tell of.
        let may_be_empty = decision.hit == Hit::Collect(Collect::Sum);
        if !may_be_empty && !gaps_told.contains(&of.at) && gap(of, decision, &rows, problems) {
            gaps_told.push(of.at);
        }
    }
}

fn unchecked(of: &Placed) -> Problem {
    Problem::warning(
        Code::Unchecked,
        of.name_at,
        format!("決定表「{}」は場合が多く、重なりと抜けを調べきれません。", of.source.name),
        format!("The decision table `{}` has too many cases to be checked for overlaps and gaps.", of.source.name),
    )
    .remedy("表を小さく分けてください。", "Split the table.")
}

/// What a row accepts; none when that hangs on something not settled.
fn cases(decision: &Decision, cells: &[crate::expr::Cell]) -> Option<Cases> {
    cells.iter().zip(&decision.inputs).map(|(cell, input)| cell.domain(input.grain())).collect()
}

fn common(a: &Cases, b: &Cases) -> Option<Cases> {
    let both: Cases = a.iter().zip(b).map(|(a, b)| a.intersection(b)).collect();
    if both.iter().any(Domain::is_empty) { None } else { Some(both) }
}

fn overlaps(of: &Placed, decision: &Decision, rows: &[Option<Cases>], problems: &mut Vec<Problem>) {
    for (j, later) in rows.iter().enumerate() {
        for (i, earlier) in rows.iter().enumerate().take(j) {
            let (Some(earlier), Some(later)) = (earlier, later) else { continue };
            let Some(both) = common(earlier, later) else { continue };
            let (Some(a), Some(b)) = (decision.rows.get(i), decision.rows.get(j)) else { continue };
            if agree(&a.output, &b.output) {
                continue;
            }
            let (ja, en) = example(of, decision, &both);
            problems.push(
                Problem::error(
                    Code::Overlap,
                    row_span(of, j),
                    format!("決定表「{}」の{}行目と{}行目が同時に当たり、結果が違います。例: {ja}", of.source.name, i + 1, j + 1),
                    format!("Rows {} and {} of `{}` both apply and disagree. Example: {en}", i + 1, j + 1, of.source.name),
                )
                .related(row_span(of, i), "同時に当たる行です。", "The row that also applies.")
                .remedy("どちらか一方だけが当たるように条件を直してください。", "Change the conditions so that only one of them applies."),
            );
            return;
        }
    }
}

fn agree(a: &Output, b: &Output) -> bool {
    match (a, b) {
        (Output::Expression(a), Output::Expression(b)) => a.to_text() == b.to_text(),
        (Output::Unconfirmed(a), Output::Unconfirmed(b)) => a == b,
        (Output::Expression(_), Output::Unconfirmed(_)) | (Output::Unconfirmed(_), Output::Expression(_)) => false,
    }
}

/// Looks for a case that no row decides; says whether it told of one.
fn gap(of: &Placed, decision: &Decision, rows: &[Option<Cases>], problems: &mut Vec<Problem>) -> bool {
    let everything: Option<Cases> = decision.inputs.iter().map(|i| Domain::all(i.ty(), i.grain())).collect();
    let Some(everything) = everything else { return false };
    let mut open = vec![everything];
    for row in rows {
        let Some(row) = row else { return false };
        open = open.iter().flat_map(|cases| without(cases, row)).collect();
        if open.len() > PIECES_MAX {
            problems.push(unchecked(of));
            return true;
        }
    }
    let Some(first) = open.first() else { return false };
    let (ja, en) = example(of, decision, first);
    problems.push(
        Problem::error(
            Code::Gap,
            of.name_at,
            format!("決定表「{}」のどの行にも当たらない場合があります。例: {ja}", of.source.name),
            format!("No row of `{}` decides some cases. Example: {en}", of.source.name),
        )
        .remedy(
            "その場合の行を加えるか、当たり方を「上から」にして最後に「-」の行を置いてください。",
            "Add a row for them, or use 当たり方: 上から with a last row of `-`.",
        ),
    );
    true
}

/// The cases of a box that a row does not take, as boxes that do not overlap.
fn without(cases: &Cases, row: &Cases) -> Vec<Cases> {
    if common(cases, row).is_none() {
        return vec![cases.clone()];
    }
    let mut out = Vec::new();
    let mut inside: Cases = Vec::new();
    for (i, (have, takes)) in cases.iter().zip(row).enumerate() {
        let outside = have.intersection(&takes.complement());
        if !outside.is_empty() {
            let rest = cases.iter().skip(i + 1).cloned();
            out.push(inside.iter().cloned().chain([outside]).chain(rest).collect());
        }
        inside.push(have.intersection(takes));
    }
    out
}

/// `業種: 卸売業、資本金: 1億円` out of a box.
fn example(of: &Placed, decision: &Decision, cases: &Cases) -> (String, String) {
    let Body::Table(table) = &of.source.body else { return Default::default() };
    let shown: Vec<String> = table
        .inputs
        .iter()
        .zip(&decision.inputs)
        .zip(cases)
        .filter_map(|((name, input), domain)| domain.sample().map(|v| format!("{name}: {}", written(&v, input.ty()))))
        .collect();
    (shown.join("、"), shown.join(", "))
}

/// A value as an example shows it.
fn written(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::Number(n), Type::Number(unit)) if unit.is_percent() => format!("{}%", plain(&(n * banso_kernel::Exact::from_integer(100)))),
        (Value::Number(n), Type::Number(unit)) => format!("{}{unit}", plain(n)),
        (Value::Number(n), _) => plain(n),
        (Value::YesNo(true), _) => "はい".to_owned(),
        (Value::YesNo(false), _) => "いいえ".to_owned(),
        (Value::Text(text), _) => text.clone(),
        (Value::Day(day), _) => day.date().to_string(),
        (Value::List(_) | Value::Record(_), _) => "…".to_owned(),
    }
}

fn plain(n: &banso_kernel::Exact) -> String {
    if n.is_integer() { group_thousands(n.to_integer()) } else { n.to_string() }
}

fn row_span(of: &Placed, row: usize) -> Span {
    match &of.starts {
        Starts::Table { rows, .. } => {
            let found = rows.get(row);
            let first = found.and_then(|(cells, output)| cells.first().or(Some(output)));
            first.zip(found).map_or(of.at, |(first, (_, output))| Span::new(first.start, output.end.max(first.end)))
        }
        Starts::Expression(_) => of.at,
    }
}
