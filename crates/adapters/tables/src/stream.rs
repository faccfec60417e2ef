//! A Parquet file as rows for least squares, read group by group and several times over: of the file only the codes of the fixed effects and
//! clusters are held.

use std::borrow::Cow;
use std::ops::Range;

use banso_evaluation::least_squares::{Grouper, Groups, Keys, Source};
use banso_evaluation::{Column, Refusal};

use crate::parquet_file::ParquetTable;
use crate::trouble::TableTrouble;

/// What is wrong with a table, as an estimator refuses.
fn refused(trouble: TableTrouble) -> Refusal {
    match trouble {
        TableTrouble::Refused(refusal) => refusal,
        TableTrouble::NoColumn { .. } => Refusal::new("missing-column", trouble.to_string(), trouble.to_string()),
        other @ (TableTrouble::Unreadable { .. }
        | TableTrouble::Utf16(_)
        | TableTrouble::NoHeader(_)
        | TableTrouble::ColumnTwice(_)
        | TableTrouble::Length { .. }
        | TableTrouble::Cells { .. }
        | TableTrouble::Csv { .. }
        | TableTrouble::Parquet { .. }
        | TableTrouble::Type(_)) => Refusal::new("table", other.to_string(), other.to_string()),
    }
}

impl Source for ParquetTable {
    fn rows(&self) -> usize {
        ParquetTable::groups(self).iter().sum()
    }

    fn is_number(&self, name: &str) -> Result<bool, Refusal> {
        Ok(!self.holds_names(name).map_err(refused)?)
    }

    fn blocks(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let block = |rows: &usize| {
            let range = start..start + rows;
            start += rows;
            range
        };
        ParquetTable::groups(self).iter().map(block).collect()
    }

    fn numbers(&self, block: usize, names: &[&str]) -> Result<Vec<Cow<'_, [f64]>>, Refusal> {
        names.iter().map(|name| ParquetTable::numbers(self, block, name).map(Cow::Owned).map_err(refused)).collect()
    }

    fn groups(&self, name: &str) -> Result<Groups, Refusal> {
        if self.holds_names(name).map_err(refused)? {
            return match self.names(name).map_err(refused)? {
                Column::Name { codes, levels } => Ok(Groups { codes, keys: Keys::Names(levels) }),
                Column::Number(values) => Ok(grouped(values)),
            };
        }
        let mut grouper = Grouper::default();
        for group in 0..ParquetTable::groups(self).len() {
            let values = ParquetTable::numbers(self, group, name).map_err(refused)?;
            values.into_iter().for_each(|value| grouper.push(value));
        }
        Ok(grouper.finish())
    }
}

fn grouped(values: Vec<f64>) -> Groups {
    let mut grouper = Grouper::default();
    values.into_iter().for_each(|value| grouper.push(value));
    grouper.finish()
}
