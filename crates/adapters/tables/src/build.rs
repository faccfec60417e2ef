//! Columns as they grow while rows are read.

use std::collections::HashMap;

use banso_evaluation::Column;

use crate::cell;
use crate::trouble::{BadCell, TableTrouble, Why};

/// How many bad cells are named; the rest are counted.
const NAMED: usize = 10;
/// How much of a bad cell is shown.
const SHOWN: usize = 30;

/// Bad cells as they are met.
#[derive(Debug, Default)]
pub(crate) struct Bad {
    first: Vec<BadCell>,
    count: usize,
}

impl Bad {
    /// Notes one.
    pub(crate) fn note(&mut self, row: u64, column: &str, text: &str, why: Why) {
        self.count += 1;
        if self.first.len() < NAMED {
            let text = text.chars().take(SHOWN).collect();
            self.first.push(BadCell { row, column: column.to_owned(), text, why });
        }
    }

    /// Nothing when there were none.
    pub(crate) fn verdict(self) -> Result<(), TableTrouble> {
        if self.count == 0 { Ok(()) } else { Err(TableTrouble::Cells { first: self.first, count: self.count }) }
    }
}

/// A column of names as it grows.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashMap<Box<str>, u32>,
    levels: Vec<String>,
    codes: Vec<u32>,
}

impl Names {
    /// The next row; blanks around a name do not count.
    pub(crate) fn push(&mut self, text: &str) {
        let text = cell::trimmed(text);
        let code = if cell::missing(text) {
            Column::MISSING
        } else if let Some(code) = self.known.get(text) {
            *code
        } else {
            let code = u32::try_from(self.levels.len()).unwrap_or(Column::MISSING);
            self.known.insert(text.into(), code);
            self.levels.push(text.to_owned());
            code
        };
        self.codes.push(code);
    }

    /// The column.
    pub(crate) fn column(mut self) -> Column {
        self.codes.shrink_to_fit();
        Column::Name { codes: self.codes, levels: self.levels }
    }
}
