//! A table of named columns, checked where it enters: what is not finite is refused by the name of its row and column.

use std::collections::BTreeMap;

use crate::notice::Refusal;

/// One column of a [`Frame`].
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; a missing one is `NaN`, which nothing but [`Frame`] puts there.
    Number(Vec<f64>),
    /// Names (firms, regions, industries): for each row the index of its level, [`Column::MISSING`] for none; levels in order of first
    /// appearance.
    Name {
        /// The level of each row.
        codes: Vec<u32>,
        /// What the levels are called.
        levels: Vec<String>,
    },
}

impl Column {
    /// The code of a missing name.
    pub const MISSING: u32 = u32::MAX;

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Name { codes, .. } => codes.len(),
        }
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether row `row` has no value.
    #[must_use]
    pub fn missing(&self, row: usize) -> bool {
        match self {
            Self::Number(values) => values.get(row).is_none_or(|v| v.is_nan()),
            Self::Name { codes, .. } => codes.get(row).is_none_or(|c| *c == Self::MISSING),
        }
    }

    /// A column of names from one text a row, empty for missing.
    #[must_use]
    pub fn names<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Self {
        let (mut known, mut levels, mut codes) = (BTreeMap::<String, u32>::new(), Vec::new(), Vec::new());
        for text in texts {
            let text = text.as_ref();
            if text.is_empty() {
                codes.push(Self::MISSING);
            } else if let Some(code) = known.get(text) {
                codes.push(*code);
            } else {
                let code = levels.len() as u32;
                known.insert(text.to_owned(), code);
                levels.push(text.to_owned());
                codes.push(code);
            }
        }
        Self::Name { codes, levels }
    }
}

/// Named columns of one length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    columns: Vec<(String, Column)>,
    rows: usize,
}

/// Which rows of a frame an estimator uses: those where no asked column is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The rows, ascending.
    pub rows: Vec<usize>,
    /// How many rows were left out because something was missing.
    pub dropped: usize,
}

impl Frame {
    /// A frame without columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column of numbers; `None` is missing.
    ///
    /// # Errors
    /// A value that is not finite, another length than the columns before it, or a name that is taken.
    pub fn number(self, name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Result<Self, Refusal> {
        let mut column = Vec::new();
        for (row, value) in values.into_iter().enumerate() {
            if value.is_some_and(|v| !v.is_finite()) {
                let (value, row) = (value.unwrap_or_default(), row + 1);
                return Err(Refusal::new(
                    "not-finite",
                    format!("列「{name}」の{row}行目が数値として扱えません（{value}）。値を直すか、空欄（欠測）にしてください。"),
                    format!("column \"{name}\", row {row}: {value} is not a finite number; correct it or leave it empty (missing)"),
                ));
            }
            column.push(value.unwrap_or(f64::NAN));
        }
        self.with(name, Column::Number(column))
    }

    /// Adds a column of names; an empty text is missing.
    ///
    /// # Errors
    /// Another length than the columns before it, or a name that is taken.
    pub fn names<S: AsRef<str>>(self, name: &str, texts: impl IntoIterator<Item = S>) -> Result<Self, Refusal> {
        self.with(name, Column::names(texts))
    }

    /// Adds a column. Numbers that are infinite are refused; `NaN` counts as missing.
    ///
    /// # Errors
    /// As [`Frame::number`].
    pub fn with(mut self, name: &str, column: Column) -> Result<Self, Refusal> {
        if self.columns.iter().any(|(taken, _)| taken == name) {
            return Err(Refusal::new(
                "column-twice",
                format!("列「{name}」が2つあります。どちらかの名前を変えてください。"),
                format!("there are two columns \"{name}\"; rename one"),
            ));
        }
        if !self.columns.is_empty() && column.len() != self.rows {
            let (got, want) = (column.len(), self.rows);
            return Err(Refusal::new(
                "length",
                format!("列「{name}」は{got}行ですが、ほかの列は{want}行です。行をそろえてください。"),
                format!("column \"{name}\" has {got} rows, the others {want}; bring them to one length"),
            ));
        }
        if let Column::Number(values) = &column
            && let Some(row) = values.iter().position(|v| v.is_infinite())
        {
            let row = row + 1;
            return Err(Refusal::new(
                "not-finite",
                format!("列「{name}」の{row}行目が無限大です。値を直すか、空欄（欠測）にしてください。"),
                format!("column \"{name}\", row {row} is infinite; correct it or leave it empty (missing)"),
            ));
        }
        self.rows = column.len();
        self.columns.push((name.to_owned(), column));
        Ok(self)
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// The column of that name.
    ///
    /// # Errors
    /// No such column; the refusal lists those that there are.
    pub fn column(&self, name: &str) -> Result<&Column, Refusal> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, column)| column).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            let known = known.join(", ");
            Refusal::new(
                "missing-column",
                format!("列「{name}」がありません。ある列: {known}"),
                format!("there is no column \"{name}\"; the columns are: {known}"),
            )
        })
    }

    /// The numbers of a column, `NaN` for missing.
    ///
    /// # Errors
    /// No such column, or a column of names.
    pub fn numbers(&self, name: &str) -> Result<&[f64], Refusal> {
        match self.column(name)? {
            Column::Number(values) => Ok(values),
            Column::Name { .. } => Err(Refusal::new(
                "not-numbers",
                format!("列「{name}」は文字の列です。ここでは数値の列が必要です。"),
                format!("column \"{name}\" holds names; numbers are needed here"),
            )),
        }
    }

    /// Groups for fixed effects and clusters: each row's number counted from 0 in order of first appearance among `rows`, and how many
    /// groups there are. Works for numbers (equal values are one group) and names.
    ///
    /// # Errors
    /// No such column.
    pub fn groups(&self, name: &str, rows: &[usize]) -> Result<(Vec<u32>, usize), Refusal> {
        let mut known = std::collections::HashMap::<u64, u32>::with_capacity(rows.len().min(1 << 16));
        let column = self.column(name)?;
        let key = |row: usize| match column {
            // Zero and minus zero are one group.
            Column::Number(values) => (values[row] + 0.0).to_bits(),
            Column::Name { codes, .. } => u64::from(codes[row]),
        };
        let codes = rows
            .iter()
            .map(|row| {
                let next = known.len() as u32;
                *known.entry(key(*row)).or_insert(next)
            })
            .collect();
        Ok((codes, known.len()))
    }

    /// The rows in which none of the named columns is missing.
    ///
    /// # Errors
    /// No such column, or no complete row at all.
    pub fn complete<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Used, Refusal> {
        let named = names.into_iter().map(|name| Ok((name, self.column(name)?))).collect::<Result<Vec<_>, Refusal>>()?;
        let rows: Vec<usize> = (0..self.rows).filter(|row| named.iter().all(|(_, column)| !column.missing(*row))).collect();
        if rows.is_empty() {
            let empty = named.iter().filter(|(_, column)| (0..self.rows).all(|row| column.missing(row))).map(|(name, _)| *name);
            return Err(no_rows(&empty.collect::<Vec<_>>()));
        }
        let dropped = self.rows - rows.len();
        Ok(Used { rows, dropped })
    }
}

/// Why no row is complete: columns without any value, by name.
fn no_rows(empty: &[&str]) -> Refusal {
    if empty.is_empty() {
        return Refusal::new(
            "no-rows",
            "必要な列がすべてそろった行が1つもありません。欠測を確認してください。",
            "no row has a value in every column that is needed; look at what is missing",
        );
    }
    Refusal::new(
        "no-rows",
        format!("値が1つもない列があります: 「{}」。この列を外すか、値を入れてください。", empty.join("」「")),
        format!("columns without a single value: \"{}\"; leave them out or fill them in", empty.join("\", \"")),
    )
}

impl Used {
    /// The values of a column in these rows.
    #[must_use]
    pub fn of(&self, values: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| values[*row]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_is_named() {
        let refused = Frame::new().number("売上高", [Some(1.0), Some(f64::INFINITY)]);
        assert!(refused.is_err_and(|r| r.code == "not-finite" && r.ja.contains("売上高") && r.ja.contains("2行目")));
    }

    #[test]
    fn missing_rows_are_left_out_and_counted() -> Result<(), Refusal> {
        let frame = Frame::new().number("y", [Some(1.0), None, Some(3.0)])?.names("firm", ["a", "b", "a"])?;
        let used = frame.complete(["y", "firm"])?;
        assert_eq!((used.rows.clone(), used.dropped), (vec![0, 2], 1));
        assert_eq!(used.of(frame.numbers("y")?), vec![1.0, 3.0]);
        assert_eq!(frame.groups("firm", &used.rows)?, (vec![0, 0], 1));
        assert!(frame.numbers("firm").is_err_and(|r| r.code == "not-numbers"));
        assert!(frame.numbers("x").is_err_and(|r| r.en.contains("y, firm")));
        Ok(())
    }
}
