//! What can be wrong with a table: where it is, and how to put it right.

use std::fmt;
use std::io;
use std::path::PathBuf;

use banso_evaluation::Refusal;

/// Why a table cannot be read. Each text stands in both languages.
#[derive(Debug, thiserror::Error)]
pub enum TableTrouble {
    /// The file cannot be opened or read on.
    #[error("{path} を読めません: {cause}\nCannot read {path}: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// UTF-16, which spreadsheets call "Unicode text".
    #[error(
        "{path} は UTF-16（Unicode テキスト）です。CSV UTF-8 か通常の CSV（Shift_JIS）で保存し直してください。\n\
         {path} is UTF-16; save it as CSV UTF-8 or as plain CSV.",
        path = .0.display()
    )]
    Utf16(PathBuf),
    /// No row at all, so no header.
    #[error("{path} に見出し行がありません。1行目に列の名前を書いてください。\n{path} has no header; write the names of the columns in the first row.", path = .0.display())]
    NoHeader(PathBuf),
    /// A column that is asked for is not there.
    #[error("列「{name}」がありません。ある列: {there}\nThere is no column \"{name}\"; the columns are: {there}", there = there.join(", "))]
    NoColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        there: Vec<String>,
    },
    /// Two columns of one name, so that it is not clear which is meant.
    #[error("列「{0}」が2つあります。どちらかの名前を変えてください。\nThere are two columns \"{0}\"; rename one.")]
    ColumnTwice(String),
    /// A row with more or fewer fields than the header.
    #[error(
        "{row}行目の項目が{got}個です（見出しは{want}個）。区切りのコンマや引用符を確認してください。\n\
         Row {row} has {got} fields, the header {want}; look at its commas and quotation marks."
    )]
    Length {
        /// The row, the header being row 1.
        row: u64,
        /// How many fields it has.
        got: usize,
        /// How many the header has.
        want: usize,
    },
    /// Cells that are not what their column should hold.
    #[error("{}", told(.first, *.count))]
    Cells {
        /// The first of them.
        first: Vec<BadCell>,
        /// How many there are in all.
        count: usize,
    },
    /// CSV that cannot be taken apart.
    #[error("{path} を CSV として読めません: {cause}\n{path} cannot be read as CSV: {cause}", path = path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        cause: csv::Error,
    },
    /// Parquet that cannot be taken apart.
    #[error("{path} を Parquet として読めません: {cause}\n{path} cannot be read as Parquet: {cause}", path = path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        cause: String,
    },
    /// A Parquet column of lists or of another type that is neither numbers nor names.
    #[error(
        "列「{name}」の型（{found}）は、数値としても文字としても読めません。整数・小数・文字の列に変えて保存し直すか、この列を外してください。\n\
         Column \"{name}\" is of a type ({found}) that is neither numbers nor names; save it as integers, floats or texts, or leave it out."
    )]
    Type {
        /// The column.
        name: String,
        /// Its type in the words of the format.
        found: String,
    },
    /// What the frame refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A cell that is not what its column should hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// Its row: in CSV as a spreadsheet counts (the header is row 1), in Parquet the first row of data is row 1.
    pub row: u64,
    /// Its column.
    pub column: String,
    /// What stands there, at most some letters of it.
    pub text: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Letters in a column of numbers.
    NotANumber,
    /// Infinite, too large, or no number at all (NaN), which is not the same as missing.
    NotFinite,
    /// A whole number beyond 2^53, which a number of double precision does not hold exactly.
    Beyond,
    /// Bytes that are no letters in the encoding of the file.
    NotText,
}

impl TableTrouble {
    /// Whether whole numbers that are not exact are all that is wrong.
    pub(crate) fn is_beyond(&self) -> bool {
        matches!(self, Self::Cells { first, .. } if first.iter().all(|cell| cell.why == Why::Beyond))
    }
}

impl fmt::Display for BadCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, column, text, why } = self;
        let (ja, en) = match why {
            Why::NotANumber => ("数値ではありません", "is not a number"),
            Why::NotFinite => ("有限の数値ではありません", "is not finite"),
            Why::Beyond => (
                "2^53 を超える整数は正確に扱えません（単位を変えるか、識別子なら名前として読んでください）",
                "is beyond 2^53 and not exact (use another unit, or read keys as names)",
            ),
            Why::NotText => ("文字として読めません", "cannot be read as text"),
        };
        write!(f, "  列「{column}」{row}行目「{text}」: {ja} / column \"{column}\", row {row}: \"{text}\" {en}")
    }
}

fn told(first: &[BadCell], count: usize) -> String {
    let cells: Vec<String> = first.iter().map(ToString::to_string).collect();
    let cells = cells.join("\n");
    let rest = if count > first.len() { format!("\n  …（全{count}件 / {count} in all）") } else { String::new() };
    format!(
        "読めないセルがあります。値を直すか、空欄（欠測）にしてください。\nSome cells cannot be read; correct them or leave them empty (missing).\n{cells}{rest}"
    )
}
