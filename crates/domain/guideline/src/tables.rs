//! Tables with named columns: which columns there must be, and what stands in a row.

use crate::markdown::{Cell, Table};
use crate::problem::{Code, Problem, Span};
use crate::words::{Words, local};

/// Whether a table needs a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Must,
    May,
}

/// A table whose columns have been found.
pub(crate) struct Grid<'t> {
    table: &'t Table,
    columns: Vec<(&'static str, usize)>,
}

/// One row of a [`Grid`].
pub(crate) struct Row<'g, 't> {
    grid: &'g Grid<'t>,
    cells: &'t [Cell],
    pub at: Span,
}

/// Finds the columns of a table. A header may carry its English: `項目 / Item`.
pub(crate) fn grid<'t>(table: &'t Table, spec: &[(&'static str, Need)], problems: &mut Vec<Problem>) -> Option<Grid<'t>> {
    let mut columns = Vec::new();
    for (i, cell) in table.header.iter().enumerate() {
        let name = local(&cell.text).ja;
        match spec.iter().find(|(s, _)| *s == name) {
            Some((s, _)) if columns.iter().any(|(c, _)| c == s) => problems.push(Problem::error(
                Code::DuplicateName,
                cell.at,
                format!("列「{name}」が二つあります。"),
                format!("The column `{name}` is there twice."),
            )),
            Some((s, _)) => columns.push((*s, i)),
            None => problems.push(
                Problem::error(
                    Code::UnknownColumn,
                    cell.at,
                    format!("この表に「{name}」という列はありません。"),
                    format!("This table has no column `{name}`."),
                )
                .suggest(&name, spec.iter().map(|(s, _)| *s)),
            ),
        }
    }
    let header_at = table.header.first().map_or(table.at, |c| c.at);
    let mut whole = true;
    for (name, _) in spec.iter().filter(|(s, need)| *need == Need::Must && !columns.iter().any(|(c, _)| c == s)) {
        whole = false;
        problems.push(
            Problem::error(
                Code::MissingColumn,
                header_at,
                format!("この表には「{name}」の列が要ります。"),
                format!("This table needs a column `{name}`."),
            )
            .remedy(format!("見出しの行に「{name}」を加えてください。"), format!("Add `{name}` to the header.")),
        );
    }
    whole.then_some(Grid { table, columns })
}

impl<'t> Grid<'t> {
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_, 't>> {
        let rows: &'t [Vec<Cell>] = &self.table.rows;
        rows.iter().map(|cells| Row { grid: self, cells, at: span_of(cells, self.table.at) })
    }
}

/// The span of a row of cells.
pub(crate) fn span_of(cells: &[Cell], otherwise: Span) -> Span {
    match (cells.first(), cells.last()) {
        (Some(first), Some(last)) => Span::new(first.at.start, last.at.end.max(first.at.end)),
        (Some(_) | None, _) => otherwise,
    }
}

impl Row<'_, '_> {
    /// What stands in a column; nothing when the column is not there.
    pub(crate) fn words(&self, column: &str) -> Words {
        let index = self.grid.columns.iter().find(|(c, _)| *c == column).map(|(_, i)| *i);
        let cell = index.and_then(|i| self.cells.get(i));
        cell.map_or_else(|| Words { text: String::new(), at: self.at }, Words::of_cell)
    }

    /// What stands in a column, unless it is empty or `-`.
    pub(crate) fn may(&self, column: &str) -> Option<Words> {
        Some(self.words(column)).filter(|w| !w.is_empty())
    }

    /// What stands in a column that must not be empty.
    pub(crate) fn must(&self, column: &str, problems: &mut Vec<Problem>) -> Option<Words> {
        let found = self.may(column);
        if found.is_none() {
            problems.push(Problem::error(
                Code::EmptyCell,
                self.words(column).at,
                format!("「{column}」が空です。"),
                format!("`{column}` is empty."),
            ));
        }
        found
    }
}
