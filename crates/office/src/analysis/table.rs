//! The panel as a table: columns of numbers and of names, written as CSV and read back to the same bits, or taken as a frame of the engine.
//! It knows no firm: who a row is of was left behind before it came here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use banso_evaluation::{Column, Frame, Refusal};

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cells {
    Numbers(Vec<Option<f64>>),
    Names(Vec<String>),
}

/// Columns of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    columns: Vec<(String, Cells)>,
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Cells::Numbers(values) => values.len(),
            Cells::Names(names) => names.len(),
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            Cells::Numbers(values) => values.get(row).copied().flatten().map_or_else(String::new, |v| v.to_string()),
            Cells::Names(names) => names.get(row).cloned().unwrap_or_default(),
        }
    }

    fn take(&self, rows: &[usize]) -> Cells {
        match self {
            Cells::Numbers(values) => Cells::Numbers(rows.iter().map(|r| values.get(*r).copied().flatten()).collect()),
            Cells::Names(names) => Cells::Names(rows.iter().map(|r| names.get(*r).cloned().unwrap_or_default()).collect()),
        }
    }
}

impl Table {
    pub(crate) fn put(&mut self, name: &str, cells: Cells) {
        self.columns.push((name.to_owned(), cells));
    }

    pub(crate) fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.len())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// How many rows have a number in a column.
    pub(crate) fn known(&self, name: &str) -> usize {
        self.numbers(name).map_or(0, |values| values.iter().flatten().count())
    }

    /// The largest number of a column.
    pub(crate) fn most(&self, name: &str) -> Option<f64> {
        self.numbers(name)?.iter().copied().flatten().reduce(f64::max)
    }

    fn numbers(&self, name: &str) -> Option<&[Option<f64>]> {
        self.columns.iter().find_map(|(known, cells)| match cells {
            Cells::Numbers(values) if known == name => Some(values.as_slice()),
            Cells::Numbers(_) | Cells::Names(_) => None,
        })
    }

    /// The rows in an order that follows from the values alone, so that neither pseudonyms nor the order of arrival say anything.
    pub(crate) fn ordered_without(mut self, pseudonym: &str) -> Table {
        let key = |row: usize| -> Vec<String> {
            self.columns.iter().filter(|(name, _)| name != pseudonym).map(|(_, cells)| cells.text(row)).collect()
        };
        let mut order: Vec<(Vec<String>, usize)> = (0..self.rows()).map(|row| (key(row), row)).collect();
        order.sort();
        let rows: Vec<usize> = order.into_iter().map(|(_, row)| row).collect();
        for (_, cells) in &mut self.columns {
            *cells = cells.take(&rows);
        }
        self
    }

    /// Only the rows that have a number in a column.
    pub(crate) fn with_number(mut self, column: &str) -> Table {
        let rows: Vec<usize> = match self.numbers(column) {
            Some(values) => values.iter().enumerate().filter(|(_, v)| v.is_some()).map(|(row, _)| row).collect(),
            None => Vec::new(),
        };
        for (_, cells) in &mut self.columns {
            *cells = cells.take(&rows);
        }
        self
    }

    /// Only these columns.
    pub(crate) fn only(mut self, wanted: &BTreeSet<String>) -> Table {
        self.columns.retain(|(name, _)| wanted.contains(name));
        self
    }

    /// UTF-8, comma, CRLF, a head row. Names hold no commas or quotation marks: these were made blanks when they came in.
    pub(crate) fn csv(&self) -> String {
        let mut out = self.names().collect::<Vec<_>>().join(",") + "\r\n";
        for row in 0..self.rows() {
            for (at, (_, cells)) in self.columns.iter().enumerate() {
                let _written = write!(out, "{}{}", if at == 0 { "" } else { "," }, cells.text(row));
            }
            out.push_str("\r\n");
        }
        out
    }

    /// Reads what [`Table::csv`] wrote; `names` are the columns that hold names.
    pub(crate) fn read(csv: &str, names: &[&str]) -> Table {
        let mut lines = csv.lines();
        let heads: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        let mut table = Table::default();
        for (at, head) in heads.iter().enumerate() {
            let texts = rows.iter().map(|row| row.get(at).copied().unwrap_or_default());
            let cells = if names.contains(head) {
                Cells::Names(texts.map(str::to_owned).collect())
            } else {
                Cells::Numbers(texts.map(|t| t.parse().ok()).collect())
            };
            table.put(head, cells);
        }
        table
    }

    /// As the engine takes it.
    pub(crate) fn frame(&self) -> Result<Frame, Refusal> {
        self.columns.iter().try_fold(Frame::new(), |frame, (name, cells)| match cells {
            Cells::Numbers(values) => frame.number(name, values.iter().copied()),
            Cells::Names(names) => frame.with(name, Column::names(names)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default();
        table.put("企業", Cells::Names(vec!["F2".into(), "F1".into(), "F3".into()]));
        table.put("距離", Cells::Numbers(vec![Some(0.1 + 0.2), None, Some(-3.0)]));
        table.put("規模", Cells::Names(vec!["小".into(), String::new(), "小".into()]));
        table
    }

    #[test]
    fn what_is_written_is_read_back_to_the_bit() {
        let csv = table().csv();
        assert_eq!(csv, "企業,距離,規模\r\nF2,0.30000000000000004,小\r\nF1,,\r\nF3,-3,小\r\n");
        assert_eq!(Table::read(&csv, &["企業", "規模"]), table());
        assert_eq!(table().frame().unwrap().rows(), 3);
    }

    #[test]
    fn the_order_says_nothing_of_who_came_first() {
        let ordered = table().ordered_without("企業");
        let mut other = Table::default();
        other.put("企業", Cells::Names(vec!["F9".into(), "F8".into(), "F7".into()]));
        other.put("距離", Cells::Numbers(vec![None, Some(-3.0), Some(0.1 + 0.2)]));
        other.put("規模", Cells::Names(vec![String::new(), "小".into(), "小".into()]));
        assert_eq!(ordered.numbers("距離"), other.ordered_without("企業").numbers("距離"));
        let kept = table().only(&BTreeSet::from(["距離".to_owned()]));
        assert_eq!(kept.names().collect::<Vec<_>>(), ["距離"]);
    }
}
