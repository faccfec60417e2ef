//! The national register of corporate numbers: firms as they are now, every row that was ever reported, and which files were taken in.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use banso_kernel::{CorporateNumber, Day, Digest, Instant};
use banso_register::{Closing, ClosingCause, Entry, Known, LegalForm, Plan, Process, Tally, name_key};
use sqlx::SqlSafeStr;

use crate::Store;
use crate::batch::{Batch, CommitError};
use crate::change::Change;
use crate::db::{Arg, Now, Row, args};
use crate::fault::Fault;
use crate::lists::Page;

/// Rows of one INSERT.
const ROWS: usize = 50;

/// A firm as the register has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredFirm {
    pub number: CorporateNumber,
    pub name: String,
    pub kana: String,
    pub english_name: String,
    pub form: LegalForm,
    /// As one line.
    pub place: String,
    /// Its name; empty abroad.
    pub prefecture: String,
    /// JIS X 0401; empty abroad.
    pub prefecture_code: String,
    pub city_code: String,
    pub postcode: String,
    /// What happened last.
    pub process: Process,
    pub assigned_on: Day,
    pub changed_on: Day,
    /// As of which day the register says so.
    pub updated_on: Day,
    pub closing: Option<Closing>,
}

/// A row of the firm's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEvent {
    pub process: Process,
    pub changed_on: Day,
    pub updated_on: Day,
    pub name: String,
    pub place: String,
    /// The register's own words.
    pub details: String,
    pub closed_on: Option<Day>,
    pub successor: Option<CorporateNumber>,
    pub correction: bool,
}

/// A file of the register, and how far it was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterFile {
    pub digest: Digest,
    pub name: String,
    /// The last line that is in; the next part starts behind it.
    pub lines: u64,
    pub tally: Tally,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
}

const FIRM_COLUMNS: &str = "number, name, name_key, kana, english_name, form, place, prefecture, prefecture_code, city_code, postcode, process, \
                            assigned_on, changed_on, updated_on, sequence, closed_on, closing_cause, successor, file, line";
const HISTORY_COLUMNS: &str =
    "number, updated_on, sequence, process, changed_on, name, place, details, closed_on, successor, correction, file";

/// `INSERT` of so many rows, kept for good: there are two lengths for each table.
fn insert(table: &str, columns: &str, rows: usize, again: &str) -> String {
    let width = columns.split(',').count();
    let row = |n: usize| {
        let places: Vec<String> = (1..=width).map(|i| format!("${}", n * width + i)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO {table} ({columns}) VALUES {} ON CONFLICT {again}", rows.join(", "))
}

fn insert_firms(rows: usize) -> &'static str {
    static MANY: OnceLock<String> = OnceLock::new();
    static ONE: OnceLock<String> = OnceLock::new();
    let text = |rows| {
        let set: Vec<String> = FIRM_COLUMNS.split(", ").skip(1).map(|c| format!("{c} = excluded.{c}")).collect();
        insert("register_firms", FIRM_COLUMNS, rows, &format!("(number) DO UPDATE SET {}", set.join(", ")))
    };
    if rows == ROWS { MANY.get_or_init(|| text(ROWS)) } else { ONE.get_or_init(|| text(1)) }
}

fn insert_history(rows: usize) -> &'static str {
    static MANY: OnceLock<String> = OnceLock::new();
    static ONE: OnceLock<String> = OnceLock::new();
    let text = |rows| insert("register_history", HISTORY_COLUMNS, rows, "DO NOTHING");
    if rows == ROWS { MANY.get_or_init(|| text(ROWS)) } else { ONE.get_or_init(|| text(1)) }
}

fn firm_args(file: Digest, line: u64, entry: &Entry) -> Vec<Arg> {
    let Entry { number, name, kana, english_name, form, place, process, assigned_on, changed_on, updated_on, sequence, closing, .. } =
        entry;
    let (closed_on, cause, successor) = match closing {
        Some(Closing { on, cause, successor }) => (Some(*on), cause.map(|c| c.code()), *successor),
        None => (None, None, None),
    };
    args![
        *number,
        name,
        name_key(name),
        kana,
        english_name,
        form.code(),
        place.line(),
        &place.prefecture,
        &place.prefecture_code,
        &place.city_code,
        &place.postcode,
        process.code(),
        *assigned_on,
        *changed_on,
        *updated_on,
        *sequence,
        closed_on,
        cause,
        successor,
        file,
        line
    ]
}

fn history_args(file: Digest, entry: &Entry) -> Vec<Arg> {
    let Entry { number, updated_on, sequence, process, changed_on, name, place, details, closing, correction, .. } = entry;
    args![
        *number,
        *updated_on,
        *sequence,
        process.code(),
        *changed_on,
        name,
        place.line(),
        details,
        closing.as_ref().map(|c| c.on),
        closing.as_ref().and_then(|c| c.successor),
        *correction,
        file
    ]
}

/// Rows of bound values as inserts of [`ROWS`], and one by one what is left over.
fn inserts(change: Change, rows: Vec<Vec<Arg>>, sql: fn(usize) -> &'static str) -> Change {
    let mut change = change;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part: Vec<Vec<Arg>> = rows.by_ref().take(ROWS).collect();
        if part.len() == ROWS {
            change = change.then(Change::by(sql(ROWS), part.concat()));
        } else {
            change = part.into_iter().fold(change, |change, row| change.then(Change::by(sql(1), row)));
        }
    }
    change
}

impl Change {
    /// Writes what a part of a file of the register says, and that it is in up to `lines`.
    fn take_register(file: Digest, plan: &Plan, lines: u64, tally: Tally) -> Self {
        let so_far = Change::by(
            "UPDATE register_files SET lines = $2, new = new + $3, changed = changed + $4, past = past + $5, older = older + $6, \
             refused = refused + $7 WHERE digest = $1 AND lines < $2",
            args![file, lines, tally.new, tally.changed, tally.past, tally.older, tally.refused],
        )
        .or_missing("part of the file");
        let firms = plan.firms.iter().map(|(line, entry)| firm_args(file, *line, entry)).collect();
        let history = plan.history.iter().map(|(_, entry)| history_args(file, entry)).collect();
        inserts(inserts(so_far, firms, insert_firms), history, insert_history)
    }
}

impl TryFrom<&Row> for RegisteredFirm {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        let closing = match row.opt_parse("closed_on")? {
            Some(on) => Some(Closing {
                on,
                cause: row.opt_text("closing_cause")?.and_then(|c| ClosingCause::of_code(&c)),
                successor: row.opt_parse("successor")?,
            }),
            None => None,
        };
        Ok(RegisteredFirm {
            number: row.parse("number")?,
            name: row.text("name")?,
            kana: row.text("kana")?,
            english_name: row.text("english_name")?,
            form: coded(row, "form", LegalForm::of_code)?,
            place: row.text("place")?,
            prefecture: row.text("prefecture")?,
            prefecture_code: row.text("prefecture_code")?,
            city_code: row.text("city_code")?,
            postcode: row.text("postcode")?,
            process: coded(row, "process", Process::of_code)?,
            assigned_on: row.parse("assigned_on")?,
            changed_on: row.parse("changed_on")?,
            updated_on: row.parse("updated_on")?,
            closing,
        })
    }
}

impl TryFrom<&Row> for RegisterEvent {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(RegisterEvent {
            process: coded(row, "process", Process::of_code)?,
            changed_on: row.parse("changed_on")?,
            updated_on: row.parse("updated_on")?,
            name: row.text("name")?,
            place: row.text("place")?,
            details: row.text("details")?,
            closed_on: row.opt_parse("closed_on")?,
            successor: row.opt_parse("successor")?,
            correction: row.flag("correction")?,
        })
    }
}

impl TryFrom<&Row> for RegisterFile {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(RegisterFile {
            digest: row.parse("digest")?,
            name: row.text("name")?,
            lines: row.count("lines")?,
            tally: Tally {
                new: row.count("new")?,
                changed: row.count("changed")?,
                past: row.count("past")?,
                older: row.count("older")?,
                refused: row.count("refused")?,
            },
            started_at: row.instant("started_at")?,
            finished_at: row.opt_instant("finished_at")?,
        })
    }
}

fn coded<T>(row: &Row, column: &str, of_code: fn(&str) -> Option<T>) -> Result<T, Fault> {
    let code = row.text(column)?;
    of_code(&code).ok_or_else(|| Fault::impossible("register", format!("{column} `{code}`")))
}

impl Store {
    /// Begins with a file, or goes on with it; says how far it is in.
    ///
    /// # Errors
    /// [`CommitError::Fault`]
    pub async fn begin_register_file(&self, digest: Digest, name: &str) -> Result<RegisterFile, CommitError> {
        let sql = "INSERT INTO register_files (digest, name, lines, new, changed, past, older, refused, started_at) \
                   VALUES ($1, $2, 0, 0, 0, 0, 0, 0, $3) ON CONFLICT (digest) DO NOTHING";
        self.change(Change::by(sql, args![digest, name, Now])).await?;
        let file = self.one("SELECT * FROM register_files WHERE digest = $1", args![digest]).await?;
        file.ok_or(CommitError::Missing("file"))
    }

    /// What is on record of these numbers.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn register_known(
        &self,
        file: Digest,
        numbers: impl Iterator<Item = CorporateNumber>,
    ) -> Result<BTreeMap<CorporateNumber, Known>, Fault> {
        let numbers: Vec<Arg> = numbers.map(Arg::from).collect();
        let mut known = BTreeMap::new();
        for part in numbers.chunks(ROWS) {
            let mut part = part.to_vec();
            // One text of the statement, whatever the number of numbers.
            part.resize(ROWS, Arg::Text(None));
            for row in self.db().rows(known_sql(), part).await? {
                let (number, firm) = known_firm(&row, file)?;
                known.insert(number, firm);
            }
        }
        Ok(known)
    }

    /// Takes in a part of a file, up to and with line `lines`: what is planned and how far it is are written together.
    ///
    /// # Errors
    /// [`CommitError::Missing`] when somebody else has taken in that part.
    pub async fn take_register(&self, file: Digest, plan: &Plan, lines: u64, tally: Tally) -> Result<(), CommitError> {
        self.commit(Batch::changes(vec![Change::take_register(file, plan, lines, tally)])).await.map(|_| ())
    }

    /// The file is in.
    ///
    /// # Errors
    /// [`CommitError::Fault`]
    pub async fn finish_register_file(&self, digest: Digest) -> Result<(), CommitError> {
        let sql = "UPDATE register_files SET finished_at = COALESCE(finished_at, $2) WHERE digest = $1";
        self.change(Change::by(sql, args![digest, Now])).await
    }

    /// Files of the register, the newest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn register_files(&self) -> Result<Vec<RegisterFile>, Fault> {
        self.all("SELECT * FROM register_files ORDER BY started_at DESC, digest LIMIT 1000", args![]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn registered_firm(&self, number: CorporateNumber) -> Result<Option<RegisteredFirm>, Fault> {
        self.one("SELECT * FROM register_firms WHERE number = $1", args![number]).await
    }

    /// Everything the register has reported of a firm, the newest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn register_history(&self, number: CorporateNumber) -> Result<Vec<RegisterEvent>, Fault> {
        let sql = "SELECT * FROM register_history WHERE number = $1 ORDER BY changed_on DESC, updated_on DESC, sequence DESC LIMIT 1000";
        self.all(sql, args![number]).await
    }

    /// Firms that went over to this one.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn succeeded_by(&self, number: CorporateNumber) -> Result<Vec<RegisteredFirm>, Fault> {
        self.all("SELECT * FROM register_firms WHERE successor = $1 ORDER BY closed_on DESC, number LIMIT 1000", args![number]).await
    }

    /// Firms whose name begins with this text, however it is written, open ones first; where there are none, those that have it
    /// anywhere in their name. At most as many as a page has.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn find_registered(&self, name: &str, page: Page) -> Result<Vec<RegisteredFirm>, Fault> {
        let key = name_key(name);
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let size = i64::from(page.size());
        let prefix = "SELECT * FROM register_firms WHERE name_key >= $1 AND name_key < $2 \
                      ORDER BY (closed_on IS NULL) DESC, name_key, number LIMIT $3";
        let found: Vec<RegisteredFirm> = self.all(prefix, args![&key, format!("{key}{}", char::MAX), size]).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let anywhere =
            "SELECT * FROM register_firms WHERE name_key LIKE $1 ESCAPE '!' ORDER BY (closed_on IS NULL) DESC, name_key, number LIMIT $2";
        self.all(anywhere, args![crate::lists::pattern(&key), size]).await
    }
}

fn known_sql() -> impl SqlSafeStr {
    static SQL: OnceLock<String> = OnceLock::new();
    let text: &'static str = SQL.get_or_init(|| {
        let places: Vec<String> = (1..=ROWS).map(|n| format!("${n}")).collect();
        format!(
            "SELECT number, updated_on, sequence, closed_on, process, file, line FROM register_firms WHERE number IN ({})",
            places.join(", ")
        )
    });
    text
}

fn known_firm(row: &Row, file: Digest) -> Result<(CorporateNumber, Known), Fault> {
    let wrote: Digest = row.parse("file")?;
    let deleted = row.text("process")? == Process::Deleted.code();
    let known = Known {
        updated_on: row.parse("updated_on")?,
        sequence: row.count("sequence")?,
        closed: row.opt_text("closed_on")?.is_some() || deleted,
        line: (wrote == file).then(|| row.count("line")).transpose()?,
    };
    Ok((row.parse("number")?, known))
}
