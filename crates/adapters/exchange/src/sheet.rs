//! A list as the office exports it: typed columns, typed cells, checked before anything is written.

use banso_kernel::{Day, Exact, Instant, Yen};

/// What a column holds, and so how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 法人番号, 郵便番号, 受付番号: digits that are no number and keep their leading zeros.
    Code,
    Text,
    Yen,
    Day,
    Instant,
    /// A count.
    Number,
    /// Points, shown with two decimals.
    Score,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub header: String,
    pub kind: Kind,
}

impl Column {
    pub fn new(header: impl Into<String>, kind: Kind) -> Self {
        Column { header: header.into(), kind }
    }
}

/// One value. A `Text` belongs in columns of `Code` and `Text`; `Empty` anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Yen(Yen),
    Day(Day),
    Instant(Instant),
    Number(i64),
    Score(Exact),
}

impl Cell {
    const fn fits(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Cell::Empty, _)
                | (Cell::Text(_), Kind::Code | Kind::Text)
                | (Cell::Yen(_), Kind::Yen)
                | (Cell::Day(_), Kind::Day)
                | (Cell::Instant(_), Kind::Instant)
                | (Cell::Number(_), Kind::Number)
                | (Cell::Score(_), Kind::Score)
        )
    }
}

/// A whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What the list is: `申請一覧`.
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// When it was taken out; the file bears this moment.
    pub made_at: Instant,
    /// True for a demonstration: the file then says so.
    pub synthetic: bool,
}

/// Why a list cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("row {row} has {cells} cells, but there are {columns} columns")]
    WrongWidth { row: usize, cells: usize, columns: usize },
    #[error("row {row}, column `{column}`: the value is not of the column's kind")]
    WrongKind { row: usize, column: String },
    #[error("row {row}, column `{column}`: a cell holds at most {limit} characters")]
    TooLong { row: usize, column: String, limit: usize },
    #[error("a sheet holds at most {limit} rows, not {rows}: narrow the filter")]
    TooManyRows { rows: usize, limit: usize },
    #[error("a list needs at least one column and at most {limit}")]
    Columns { limit: usize },
    #[error("the file could not be written: {0}")]
    Writing(String),
}

/// Characters of one cell in Excel.
const CELL_LIMIT: usize = 32_767;
/// Rows that Excel opens in bearable time; its own limit is 1,048,576.
const ROW_LIMIT: usize = 200_000;
const COLUMN_LIMIT: usize = 500;

impl Sheet {
    /// Checks that every cell has its place.
    pub(crate) fn check(&self) -> Result<(), SheetError> {
        if self.columns.is_empty() || self.columns.len() > COLUMN_LIMIT {
            return Err(SheetError::Columns { limit: COLUMN_LIMIT });
        }
        if self.rows.len() > ROW_LIMIT {
            return Err(SheetError::TooManyRows { rows: self.rows.len(), limit: ROW_LIMIT });
        }
        self.rows.iter().enumerate().try_for_each(|(i, row)| self.check_row(i + 1, row))
    }

    fn check_row(&self, row: usize, cells: &[Cell]) -> Result<(), SheetError> {
        if cells.len() != self.columns.len() {
            return Err(SheetError::WrongWidth { row, cells: cells.len(), columns: self.columns.len() });
        }
        for (cell, column) in cells.iter().zip(&self.columns) {
            if !cell.fits(column.kind) {
                return Err(SheetError::WrongKind { row, column: column.header.clone() });
            }
            if matches!(cell, Cell::Text(t) if t.encode_utf16().count() > CELL_LIMIT) {
                return Err(SheetError::TooLong { row, column: column.header.clone(), limit: CELL_LIMIT });
            }
        }
        Ok(())
    }
}

/// A text that a spreadsheet could take for a formula.
pub(crate) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// A fraction with two decimals, halves away from zero: `84.33`.
pub(crate) fn two_decimals(value: Exact) -> String {
    let hundredths = (value * Exact::from_integer(100)).round().to_integer();
    let sign = if hundredths < 0 { "-" } else { "" };
    let n = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", n / 100, n % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: Vec<Vec<Cell>>) -> Sheet {
        let columns = vec![Column::new("番号", Kind::Code), Column::new("額", Kind::Yen)];
        Sheet { title: "一覧".into(), columns, rows, made_at: Instant::parse("2025-06-20T17:00+09:00").unwrap(), synthetic: false }
    }

    #[test]
    fn rows_that_do_not_fit_are_named() {
        let text = || Cell::Text("0001".into());
        for (row, expected) in [
            (vec![text(), Cell::Yen(Yen::new(1))], ""),
            (vec![Cell::Empty, Cell::Empty], ""),
            (vec![text()], "row 1 has 1 cells"),
            (vec![text(), text()], "row 1, column `額`"),
            (vec![Cell::Number(1), Cell::Empty], "row 1, column `番号`"),
            (vec![Cell::Text("長".repeat(32_768)), Cell::Empty], "at most 32767 characters"),
        ] {
            let said = sheet(vec![row]).check().map_err(|e| e.to_string()).err().unwrap_or_default();
            assert!(if expected.is_empty() { said.is_empty() } else { said.contains(expected) }, "{expected}: {said}");
        }
    }

    #[test]
    fn fractions_as_points() {
        for (n, d, text) in [(253, 3, "84.33"), (84, 1, "84.00"), (1, 200, "0.01"), (-1, 200, "-0.01"), (-1, 3, "-0.33"), (0, 1, "0.00")] {
            assert_eq!(two_decimals(Exact::new(n, d)), text);
        }
    }
}
