//! Tables of facts about firms, block by block, from CSV or Parquet: what the file holds beyond one block is never in memory.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_screening::{Block, Cell, Layout, Misfit, Schema};
use csv::{ByteRecord, Reader};

use crate::csv_file;
use crate::encoding::Encoding;
use crate::parquet_file::ParquetTable;
use crate::trouble::TableTrouble;

/// Misfits that are kept by name; the rest are counted.
const NAMED: usize = 20;

/// Rows of a table of facts that do not fit, as far as it was read.
#[derive(Debug, Clone, Default)]
pub struct Misfits {
    pub first: Vec<Misfit>,
    pub count: u64,
}

impl Misfits {
    fn note(&mut self, misfit: Misfit) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(misfit);
        }
    }
}

/// A table of facts that is read on and on.
pub struct FactTable {
    path: PathBuf,
    layout: Layout,
    rows: Rows,
    next: u64,
    pub misfits: Misfits,
}

enum Rows {
    Csv { reader: Box<Reader<BufReader<File>>>, encoding: Encoding, width: usize, line: u64 },
    Parquet { table: ParquetTable, group: usize, columns: Vec<Vec<Held>>, at: usize },
}

/// A value of a Parquet column.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    Missing,
    Whole(i128),
    Decimal(i128, u32),
    Text(String),
}

impl Held {
    fn cell(&self) -> Cell<'_> {
        match self {
            Held::Missing => Cell::Missing,
            Held::Whole(n) => Cell::Whole(*n),
            Held::Decimal(n, places) => Cell::Decimal(*n, *places),
            Held::Text(text) => Cell::Text(text),
        }
    }
}

impl FactTable {
    /// Opens a table. Its columns are known by the names of the items.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn open(path: &Path, schema: &Arc<Schema>) -> Result<FactTable, TableTrouble> {
        let (layout, rows) = if crate::is_parquet(path)? {
            let table = ParquetTable::open(path)?;
            let layout = Layout::of(schema, table.columns());
            (layout, Rows::Parquet { table, group: 0, columns: Vec::new(), at: 0 })
        } else {
            let (encoding, mut reader) = csv_file::open(path)?;
            let header = csv_file::header_of(path, &mut reader, encoding)?;
            let layout = Layout::of(schema, &header);
            (layout, Rows::Csv { reader: Box::new(reader), encoding, width: header.len(), line: 1 })
        };
        Ok(FactTable { path: path.to_owned(), layout, rows, next: 0, misfits: Misfits::default() })
    }

    /// Which columns are facts.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The next firms, at most a block of them; none at the end.
    ///
    /// # Errors
    /// A row of another length, a file that is broken.
    pub fn block(&mut self) -> Result<Option<Block>, TableTrouble> {
        let mut block = Block::new(self.layout.schema(), self.next);
        let FactTable { path, layout, rows, misfits, .. } = self;
        match rows {
            Rows::Csv { reader, encoding, width, line } => {
                let mut record = ByteRecord::new();
                while !block.is_full() {
                    let more = reader.read_byte_record(&mut record).map_err(|cause| TableTrouble::Csv { path: path.clone(), cause })?;
                    if !more {
                        break;
                    }
                    *line += 1;
                    if record.len() != *width {
                        return Err(TableTrouble::Length { row: *line, got: record.len(), want: *width });
                    }
                    let texts: Vec<_> = record.iter().map(|bytes| encoding.decode(bytes)).collect();
                    let cell = |place: usize| match texts.get(place) {
                        Some(Some(text)) => Cell::Text(text.as_ref()),
                        // Letters that cannot be read are no fact; no item takes this for one.
                        Some(None) => Cell::Decimal(0, u32::MAX),
                        None => Cell::Missing,
                    };
                    layout.push(&mut block, cell, |m| misfits.note(m));
                }
            }
            Rows::Parquet { table, group, columns, at } => {
                while !block.is_full() {
                    if columns.first().is_none_or(|c| *at >= c.len()) {
                        if *group >= table.groups().len() {
                            break;
                        }
                        *columns = layout.places().iter().map(|p| column(table, *group, *p)).collect::<Result<_, _>>()?;
                        *group += 1;
                        *at = 0;
                        continue;
                    }
                    let values: Vec<(usize, &Held)> = layout
                        .places()
                        .iter()
                        .zip(columns.iter())
                        .filter_map(|(place, column)| Some(((*place)?, column.get(*at)?)))
                        .collect();
                    let cell = |place: usize| values.iter().find(|(p, _)| *p == place).map_or(Cell::Missing, |(_, h)| h.cell());
                    layout.push(&mut block, cell, |m| misfits.note(m));
                    *at += 1;
                }
            }
        }
        self.next += block.rows() as u64;
        Ok((block.rows() > 0).then_some(block))
    }
}

/// One column of one group of rows; of a column that the file lacks, only that it is missing.
fn column(table: &ParquetTable, group: usize, place: Option<usize>) -> Result<Vec<Held>, TableTrouble> {
    let rows = table.groups().get(group).copied().unwrap_or(0);
    match place.and_then(|p| table.columns().get(p)) {
        Some(name) => table.held(group, name),
        None => Ok(vec![Held::Missing; rows]),
    }
}
