//! Tables that are to be evaluated, read from files: CSV (UTF-8 with or without its mark, cp932) and Parquet become a
//! [`Frame`](banso_evaluation::Frame).
//!
//! Tables of facts about firms become blocks for screening, read on and on ([`FactTable`]).
//!
//! Only the columns that are asked for are kept. A cell that is not what it should be is named by its row and column. Estimates nothing.

mod ask;
mod build;
mod cell;
mod csv_file;
mod encoding;
mod facts;
mod parquet_file;
mod parquet_values;
mod stream;
mod trouble;

use std::path::Path;

use banso_evaluation::Frame;

pub use ask::Ask;
pub use facts::{FactTable, Misfits};
pub use parquet_file::{ParquetTable, Remark};
pub use trouble::{BadCell, TableTrouble, Why};

/// Reads what is asked for from a file: Parquet when it begins as such, CSV otherwise (fields divided by tabs when its name ends in `.tsv`).
///
/// # Errors
/// A file that cannot be read, a column that is not there or there twice, rows of different lengths, cells that are no numbers.
pub fn read(path: &Path, ask: &Ask) -> Result<Frame, TableTrouble> {
    if is_parquet(path)? { ParquetTable::open(path)?.frame(ask) } else { csv_file::read(path, ask) }
}

/// The names of the columns of a table.
///
/// # Errors
/// A file that cannot be read.
pub fn columns(path: &Path) -> Result<Vec<String>, TableTrouble> {
    if is_parquet(path)? { ParquetTable::open(path).map(|table| table.columns().to_vec()) } else { csv_file::columns(path) }
}

/// Whether a file begins as Parquet does.
///
/// # Errors
/// It cannot be read, or is called Parquet and is not.
pub fn is_parquet(path: &Path) -> Result<bool, TableTrouble> {
    use std::io::Read as _;
    let unreadable = |cause| TableTrouble::Unreadable { path: path.to_owned(), cause };
    let mut start = Vec::with_capacity(4);
    encoding::opened(path).map_err(unreadable)?.take(4).read_to_end(&mut start).map_err(unreadable)?;
    let is = start == b"PAR1";
    if !is && path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
        return Err(TableTrouble::Parquet { path: path.to_owned(), cause: "it does not begin with PAR1".to_owned() });
    }
    Ok(is)
}
