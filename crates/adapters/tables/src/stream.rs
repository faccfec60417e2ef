//! A Parquet file as rows for least squares, read piece by piece and several times over: of the file only the codes of the fixed effects and
//! clusters are held. The pieces are those of a table in memory, whatever the file's own groups of rows, so that both give the same bits.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use banso_evaluation::least_squares::{Grouper, Groups, Keys, Source, blocks};
use banso_evaluation::{Column, Refusal};
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use crate::parquet_file::ParquetTable;
use crate::parquet_values::{Numbers, Reading, skip, values};
use crate::trouble::TableTrouble;

/// So many pieces further on a column is read through and the pieces are kept; beyond that its place is sought anew.
const AHEAD: usize = 16;

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
        | TableTrouble::Type { .. }) => Refusal::new("table", other.to_string(), other.to_string()),
    }
}

/// Where each column is read on from.
#[derive(Clone, Default)]
pub(crate) struct Cursors(Arc<Mutex<BTreeMap<String, OfColumn>>>);

type OfColumn = Arc<Mutex<Option<Cursor>>>;

impl fmt::Debug for Cursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    fn of(&self, name: &str) -> OfColumn {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.to_owned()).or_default())
    }
}

/// A column that is read from front to back; pieces that were read on the way to a later one wait until they are asked for.
struct Cursor {
    file: SerializedFileReader<File>,
    place: usize,
    reading: Reading,
    /// The group of rows that comes next.
    group: usize,
    /// The reader of the group before it, and how many of its rows are left.
    open: Option<(ColumnReader, usize)>,
    /// The piece that comes next.
    block: usize,
    waiting: VecDeque<(usize, Vec<f64>)>,
}

impl ParquetTable {
    fn total(&self) -> usize {
        self.groups().iter().sum()
    }

    /// Groups by names.
    fn named(&self, name: &str) -> Result<Groups, Refusal> {
        match self.names(name).map_err(refused)? {
            Column::Name { codes, levels } => Ok(Groups { codes, keys: Keys::Names(levels) }),
            Column::Number(values) => Ok(grouped(values)),
        }
    }

    /// A cursor that stands at the beginning of a piece.
    fn cursor(&self, name: &str, block: usize, start: usize) -> Result<Cursor, TableTrouble> {
        let file = self.reader()?;
        let (place, reading) = self.reading(&file, name)?;
        let (mut group, mut before) = (0, 0);
        while let Some(rows) = self.groups().get(group)
            && before + rows <= start
        {
            (group, before) = (group + 1, before + rows);
        }
        let mut cursor = Cursor { file, place, reading, group, open: None, block, waiting: VecDeque::new() };
        let mut past = start - before;
        while past > 0 {
            let (column, left) = cursor.next(self)?;
            let now = past.min(*left);
            (*left, past) = (*left - now, past - now);
            skip(column, now).map_err(|e| self.broken(&e))?;
        }
        Ok(cursor)
    }

    /// One piece of a column.
    fn piece(&self, name: &str, block: usize, rows: &Range<usize>) -> Result<Vec<f64>, TableTrouble> {
        let cursor = self.cursors.of(name);
        let mut cursor = cursor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cursor.as_mut()
            && let Some(at) = known.waiting.iter().position(|(waiting, _)| *waiting == block)
            && let Some((_, values)) = known.waiting.remove(at)
        {
            return Ok(values);
        }
        let near = cursor.as_ref().is_some_and(|c| (c.block..=c.block + AHEAD).contains(&block));
        if !near {
            *cursor = Some(self.cursor(name, block, rows.start)?);
        }
        let taken = cursor.as_mut().map_or_else(|| Ok(Vec::new()), |c| c.advance(self, name, block, rows));
        if taken.is_err() {
            *cursor = None;
        }
        taken
    }
}

impl Cursor {
    /// The reader to go on with, and how many rows it has left.
    fn next(&mut self, table: &ParquetTable) -> Result<&mut (ColumnReader, usize), TableTrouble> {
        while self.open.as_ref().is_none_or(|(_, left)| *left == 0) {
            let broken = |e| table.broken(&e);
            let rows = *table.groups().get(self.group).ok_or_else(|| broken(ParquetError::EOF("rows are missing".to_owned())))?;
            let group = self.file.get_row_group(self.group).map_err(broken)?;
            self.open = Some((group.get_column_reader(self.place).map_err(broken)?, rows));
            self.group += 1;
        }
        self.open.as_mut().ok_or_else(|| table.broken(&ParquetError::EOF("no rows".to_owned())))
    }

    /// Reads up to a piece and gives it.
    fn advance(&mut self, table: &ParquetTable, name: &str, block: usize, rows: &Range<usize>) -> Result<Vec<f64>, TableTrouble> {
        let length = blocks(table.total()).next().map_or(0, |first| first.len());
        loop {
            let distance = block - self.block;
            let (start, end) =
                (rows.start - distance * length, if distance == 0 { rows.end } else { rows.start - (distance - 1) * length });
            let values = self.read(table, name, start..end)?;
            self.block += 1;
            if distance == 0 {
                return Ok(values);
            }
            self.waiting.push_back((self.block - 1, values));
            // What nobody came for, of a pass that was broken off.
            self.waiting.retain(|(at, _)| at + 2 * AHEAD > block);
        }
    }

    fn read(&mut self, table: &ParquetTable, name: &str, rows: Range<usize>) -> Result<Vec<f64>, TableTrouble> {
        let reading = self.reading;
        let mut numbers = Numbers::new(name, rows.start, rows.len());
        let mut wanted = rows.len();
        while wanted > 0 {
            let (column, left) = self.next(table)?;
            let now = wanted.min(*left);
            (*left, wanted) = (*left - now, wanted - now);
            values(column, now, reading, |value| numbers.push(value)).map_err(|e| table.broken(&e))?;
        }
        numbers.finish()
    }
}

impl Source for ParquetTable {
    fn rows(&self) -> usize {
        self.total()
    }

    fn is_number(&self, name: &str) -> Result<bool, Refusal> {
        Ok(!self.holds_names(name).map_err(refused)?)
    }

    fn blocks(&self) -> Vec<Range<usize>> {
        blocks(self.total()).collect()
    }

    fn numbers(&self, block: usize, names: &[&str]) -> Result<Vec<Cow<'_, [f64]>>, Refusal> {
        let Some(rows) = blocks(self.total()).nth(block) else { return Ok(vec![Cow::Borrowed(&[]); names.len()]) };
        // Each piece begins with another column, so that those who read at once do not wait for one another.
        let mut found: Vec<Cow<'_, [f64]>> = vec![Cow::Borrowed(&[]); names.len()];
        for at in 0..names.len() {
            let at = (at + block) % names.len();
            if let (Some(name), Some(place)) = (names.get(at), found.get_mut(at)) {
                *place = Cow::Owned(self.piece(name, block, &rows).map_err(refused)?);
            }
        }
        Ok(found)
    }

    fn groups(&self, name: &str) -> Result<Groups, Refusal> {
        if self.holds_names(name).map_err(refused)? || self.coarse(name).map_err(refused)? {
            return self.named(name);
        }
        let mut grouper = Grouper::for_rows(self.total());
        for group in 0..ParquetTable::groups(self).len() {
            match ParquetTable::numbers(self, group, name) {
                Ok(values) => values.into_iter().for_each(|value| grouper.push(value)),
                // Keys that would run together as numbers are names, as when the table is read as a whole.
                Err(trouble) if trouble.is_beyond() => return self.named(name),
                Err(trouble) => return Err(refused(trouble)),
            }
        }
        Ok(grouper.finish())
    }
}

fn grouped(values: Vec<f64>) -> Groups {
    let mut grouper = Grouper::default();
    values.into_iter().for_each(|value| grouper.push(value));
    grouper.finish()
}
