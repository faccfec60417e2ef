//! Named definitions, decision tables and constants of a guideline, and the [`Names`] they make.

use banso_kernel::{Day, Yen};

use crate::expr::{Body, Collect, Hit, Misfit, Names, Outcome, Parameter, Place, RowSource, Source, TableSource, Type, Unit};
use crate::form::{Marked, twice};
use crate::markdown::{Fence, Table};
use crate::model::{ClauseId, Facts, Value};
use crate::outline::{BlockKind, Part, TableKind};
use crate::problem::{Code, Problem, Span};
use crate::rules::misfit;
use crate::tables::{Need, grid};
use crate::words::{UNCONFIRMED, Words, list, local};

/// A definition and where its texts stand.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub source: Source,
    pub name_at: Span,
    /// Start of the expression, or of each input, each row's cells, each row's output.
    pub starts: Starts,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Starts {
    Expression(usize),
    Table { inputs: Vec<Span>, rows: Vec<(Vec<Span>, Span)> },
}

impl Placed {
    /// The problem that a misfit of this definition is.
    pub(crate) fn problem(&self, misfit_of: &Misfit) -> Problem {
        let base = match (&self.starts, misfit_of.place) {
            (_, Place::Name) => self.name_at.start,
            (Starts::Expression(start), _) => *start,
            (Starts::Table { inputs, .. }, Place::Input(i)) => inputs.get(i).map_or(self.at.start, |s| s.start),
            (Starts::Table { rows, .. }, Place::Cell { row, column }) => {
                rows.get(row).and_then(|(cells, _)| cells.get(column)).map_or(self.at.start, |s| s.start)
            }
            (Starts::Table { rows, .. }, Place::Output { row }) => rows.get(row).map_or(self.at.start, |(_, s)| s.start),
            (Starts::Table { .. }, Place::Expression) => self.at.start,
        };
        misfit(&misfit_of.error, base)
    }
}

/// All definitions of a text's parts: 定義 blocks and 決定表 tables.
pub(crate) fn collect(source: &str, parts: &[Part], problems: &mut Vec<Problem>) -> Vec<Placed> {
    let mut out: Vec<Placed> = Vec::new();
    for part in parts {
        let found = match part {
            Part::Block { kind: BlockKind::Definition, argument, fence, clause } => {
                block(source, argument, fence, clause, problems).into_iter().collect()
            }
            Part::Table { mark, table, clause } if mark.kind == TableKind::Decision => decisions(&Marked { mark, table, clause }, problems),
            Part::Block { .. } | Part::Table { .. } => Vec::new(),
        };
        for placed in found {
            match out.iter().find(|p| p.source.name == placed.source.name) {
                Some(first) => problems.push(twice(&Words { text: placed.source.name.clone(), at: placed.name_at }).related(
                    first.name_at,
                    "初めはここです。",
                    "First here.",
                )),
                None => out.push(placed),
            }
        }
    }
    out
}

/// ```` ```定義 名前 / Name ````: an expression.
fn block(source: &str, argument: &Words, fence: &Fence, clause: &ClauseId, problems: &mut Vec<Problem>) -> Option<Placed> {
    let start = fence.lines.first().map_or(fence.at.end, |l| l.at.start);
    let end = fence.lines.last().map_or(start, |l| l.at.end);
    let words = Words::part(source.get(start..end).unwrap_or_default(), start, 0, end.saturating_sub(start));
    if argument.text.is_empty() || words.text.is_empty() {
        problems.push(
            Problem::error(Code::EmptyBlock, fence.info_at, "定義に名前か式がありません。", "The definition has no name or no expression.")
                .remedy("「```定義 名前」の次の行に式を書いてください。", "Write the expression on the line after `定義 name`."),
        );
        return None;
    }
    let label = local(&argument.text);
    let source = Source { name: label.ja.clone(), label, clause: clause.clone(), body: Body::Expression(words.text) };
    Some(Placed { source, name_at: argument.at, starts: Starts::Expression(words.at.start), at: fence.at })
}

/// 【決定表：名前、名前】: inputs on the left, one column for each name on the right.
fn decisions(marked: &Marked<'_>, problems: &mut Vec<Problem>) -> Vec<Placed> {
    let (mark, table) = (marked.mark, marked.table);
    mark.only(&["当たり方"], problems);
    let outputs = mark.argument.as_ref().map(list).unwrap_or_default();
    if outputs.is_empty() {
        problems.push(
            Problem::error(
                Code::MissingKey,
                mark.at,
                "決定表が何を決めるのか書かれていません。",
                "It is not said what the decision table decides.",
            )
            .remedy("【決定表：補助率】のように、決める列の名前を書いてください。", "Name the deciding columns, e.g. 【決定表：補助率】."),
        );
        return Vec::new();
    }
    let hit = mark.option("当たり方").map_or(Hit::Unique, |words| hit_policy(words, problems));
    let column_of = |name: &str| table.header.iter().position(|c| local(&c.text).ja == local(name).ja);
    let mut columns = Vec::new();
    for output in &outputs {
        match column_of(&output.text) {
            Some(column) => columns.push((output.clone(), column)),
            None => problems.push(
                Problem::error(
                    Code::MissingColumn,
                    output.at,
                    format!("表に「{}」の列がありません。", output.text),
                    format!("The table has no column `{}`.", output.text),
                )
                .suggest(&output.text, table.header.iter().map(|c| c.text.as_str())),
            ),
        }
    }
    let decided: Vec<usize> = columns.iter().map(|(_, c)| *c).collect();
    let inputs: Vec<usize> = (0..table.header.len()).filter(|c| !decided.contains(c) && !is_note(table, *c)).collect();
    columns.into_iter().map(|(name, column)| decision(marked, &inputs, &name, column, hit)).collect()
}

/// Words of the hit policies.
pub(crate) const HITS: [(&str, Hit); 5] = [
    ("一つだけ", Hit::Unique),
    ("上から", Hit::First),
    ("合計", Hit::Collect(Collect::Sum)),
    ("最小", Hit::Collect(Collect::Least)),
    ("最大", Hit::Collect(Collect::Greatest)),
];

fn hit_policy(words: &Words, problems: &mut Vec<Problem>) -> Hit {
    if let Some((_, hit)) = HITS.iter().find(|(word, _)| *word == words.text) {
        return *hit;
    }
    problems.push(
        Problem::error(
            Code::BadValue,
            words.at,
            format!("「{}」という当たり方はありません。", words.text),
            format!("There is no hit policy `{}`.", words.text),
        )
        .remedy(
            "一つだけ、上から、合計、最小、最大 のどれかを書いてください。",
            "Write 一つだけ (unique), 上から (first), or 合計, 最小, 最大 (sum, least, greatest of all rows that apply).",
        ),
    );
    Hit::Unique
}

/// A column of remarks, which decides nothing.
fn is_note(table: &Table, column: usize) -> bool {
    table.header.get(column).is_some_and(|c| ["備考", "出典"].contains(&local(&c.text).ja.as_str()))
}

fn decision(marked: &Marked<'_>, inputs: &[usize], name: &Words, column: usize, hit: Hit) -> Placed {
    let table = marked.table;
    let cell =
        |row: &[crate::markdown::Cell], i: usize| row.get(i).map_or_else(|| Words { text: String::new(), at: table.at }, Words::of_cell);
    let header = |i: &usize| {
        let words = cell(&table.header, *i);
        Words { text: local(&words.text).ja, at: words.at }
    };
    let mut rows = Vec::new();
    let mut starts = Vec::new();
    for row in &table.rows {
        let cells: Vec<Words> = inputs.iter().map(|i| cell(row, *i)).collect();
        let output = cell(row, column);
        starts.push((cells.iter().map(|w| w.at).collect(), output.at));
        rows.push(RowSource { cells: cells.into_iter().map(|w| w.text).collect(), output: output_text(&output.text) });
    }
    let inputs: Vec<Words> = inputs.iter().map(header).collect();
    let label = local(&table.header.get(column).map(|c| c.text.clone()).unwrap_or_default());
    let source = Source {
        name: label.ja.clone(),
        label,
        clause: marked.clause.clone(),
        body: Body::Table(TableSource { inputs: inputs.iter().map(|w| w.text.clone()).collect(), rows, hit }),
    };
    let starts = Starts::Table { inputs: inputs.iter().map(|w| w.at).collect(), rows: starts };
    Placed { source, name_at: name.at, starts, at: table.at }
}

/// What an output cell means: 定額 pays the whole eligible cost.
fn output_text(text: &str) -> String {
    match text {
        FIXED_SUM => "100%".to_owned(),
        NO_CAP => format!("{}円", NO_CAP_YEN.get()),
        other => other.to_owned(),
    }
}

/// 上限なし: nothing is cut.
pub(crate) const NO_CAP: &str = "上限なし";
/// What no amount exceeds.
pub(crate) const NO_CAP_YEN: Yen = Yen::new(i64::MAX);

/// 定額: the eligible cost itself, without a share to bear.
pub(crate) const FIXED_SUM: &str = "定額";

/// 【定数】: values with the day they apply from and the day they were made public. The one in force on `on` and public by
/// `known` is taken.
pub(crate) fn constants(marked: &Marked<'_>, on: Day, known: Day, names: &mut Names, problems: &mut Vec<Problem>) {
    marked.mark.only(&[], problems);
    let columns =
        [("名前", Need::Must), ("値", Need::Must), ("単位", Need::Must), ("効力", Need::Must), ("公表", Need::Must), ("出典", Need::May)];
    let Some(grid) = grid(marked.table, &columns, problems) else { return };
    let mut chosen: Vec<(Words, Words, Words, Day)> = Vec::new();
    for row in grid.rows() {
        let (Some(name), Some(value), Some(unit)) = (row.must("名前", problems), row.must("値", problems), row.must("単位", problems))
        else {
            continue;
        };
        let (Some(from), Some(public)) =
            (row.must("効力", problems).and_then(|w| day(&w, problems)), row.must("公表", problems).and_then(|w| day(&w, problems)))
        else {
            continue;
        };
        if from > on || public > known {
            continue;
        }
        match chosen.iter_mut().find(|(n, ..)| n.text == name.text) {
            Some((.., since)) if *since == from => problems.push(twice(&name)),
            Some(held) if held.3 < from => *held = (name, value, unit, from),
            Some(_) => {}
            None => chosen.push((name, value, unit, from)),
        }
    }
    for (name, value, unit, _) in chosen {
        constant(&name, &value, &unit, marked.clause, names, problems);
    }
}

fn day(words: &Words, problems: &mut Vec<Problem>) -> Option<Day> {
    let day = Day::parse(&words.text).ok();
    if day.is_none() {
        problems.push(
            Problem::error(
                Code::BadDay,
                words.at,
                format!("「{}」という日はありません。", words.text),
                format!("`{}` is not a day.", words.text),
            )
            .remedy("2025-04-01 や 令和7年4月1日 のように書いてください。", "Write 2025-04-01 or 令和7年4月1日."),
        );
    }
    day
}

fn constant(name: &Words, value: &Words, unit: &Words, clause: &ClauseId, names: &mut Names, problems: &mut Vec<Problem>) {
    let label = local(&name.text);
    let ty = Type::Number(Unit::of(&unit.text));
    let value = if value.text == UNCONFIRMED { None } else { Some(literal(value, &ty, problems)) };
    if value == Some(None) {
        return;
    }
    let parameter = Parameter { name: label.ja.clone(), label, clause: clause.clone(), ty, value: value.flatten() };
    if let Err(error) = names.add_parameter(parameter) {
        problems.push(misfit(&error, name.at.start));
    }
}

/// The value of a text without names, of the type wanted.
fn literal(words: &Words, ty: &Type, problems: &mut Vec<Problem>) -> Option<Value> {
    let names = Names::default();
    let expr = crate::rules::expression(words, &names, problems)?;
    let same = match (expr.ty(), ty) {
        (Type::Number(a), Type::Number(b)) => a.same_as(b),
        (a, b) => a == b,
    };
    if !same {
        problems.push(Problem::error(
            Code::Unit,
            words.at,
            format!("単位が違います（{}ではなく{}です）。", ty.in_japanese(), expr.ty().in_japanese()),
            format!("The unit differs: it is {}, not {}.", expr.ty().in_english(), ty.in_english()),
        ));
        return None;
    }
    match expr.value(&names, &Facts::default()) {
        Ok(Outcome::Value(value)) => Some(value),
        Ok(Outcome::Unknown(_)) => None,
        Err(error) => {
            problems.push(Problem::error(
                Code::Expression,
                words.at,
                error.message.ja.clone(),
                error.message.en.clone().unwrap_or_default(),
            ));
            None
        }
    }
}
