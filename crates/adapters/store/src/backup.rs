//! The whole store in one file, and back: every table as lines of JSON, every document under its digest. The file is the same whichever
//! database it came from, so it also moves an office from SQLite to PostgreSQL. Sessions and failed sign-ins stay behind.

use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_kernel::Digest;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::clock::Clock;
use crate::db::{Arg, Conn, Row, args, built, row, run};
use crate::documents::Upload;
use crate::fault::Fault;
use crate::installation::Restoring;
use crate::ledger::Anchor;
use crate::store::{Place, Store};
use crate::verify::Report;

/// Every table that is taken along, with its order; what others belong to comes first.
pub(crate) const TABLES: [(&str, &str); 30] = [
    ("organisations", "id"),
    ("facts", "organisation, item, period, source"),
    ("restated_facts", "organisation, item, period, source, learned_on"),
    ("people", "id"),
    ("applications", "case_id"),
    ("draft_sections", "case_id, section, member"),
    ("members", "case_id, member"),
    ("attachments", "case_id, slot, member, digest"),
    ("contents", "digest"),
    ("erasures", "digest"),
    ("plans", "digest"),
    ("review_drafts", "case_id, reviewer"),
    ("notices", "id"),
    ("mails", "effect"),
    ("editions", "digest"),
    ("edition_problems", "path"),
    ("jobs", "id"),
    ("access_log", "id"),
    ("register_files", "digest"),
    ("register_firms", "number"),
    ("register_history", "number, updated_on, sequence, process"),
    ("fact_files", "digest"),
    ("firm_facts", "number, item, source, as_of"),
    ("told_firms", "call_id, number"),
    ("requests", "id"),
    ("cases", "id"),
    ("reviews", "case_id, reviewer"),
    ("calls", "id"),
    ("acts", "position"),
    ("chain", "id"),
];
/// What a backup leaves behind.
#[cfg(test)]
const LEFT_BEHIND: [&str; 3] = ["migrations", "sessions", "sign_in_attempts"];

const FORMAT: u32 = 1;
const HEADER: &str = "banso-backup.json";
/// The longest line and the largest document that a restore takes in, in bytes.
const LONGEST_LINE: u64 = 256 << 20;
const CHUNK: usize = 64 * 1024;

/// The first entry of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    format: u32,
    schema: i64,
    anchor: Anchor,
}

/// What went into a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    pub rows: u64,
    pub documents: u64,
    /// The end of the ledger that is in the backup.
    pub anchor: Anchor,
}

/// What goes over between the database and the file.
enum Piece {
    Entry(String),
    Bytes(Vec<u8>),
    /// The file is whole.
    End,
}

type Pieces = mpsc::Sender<Piece>;

fn of_file(error: impl ToString) -> Fault {
    Fault::Files(error.to_string())
}

fn broken(error: impl ToString) -> Fault {
    Fault::BrokenBackup(error.to_string())
}

fn cut_short() -> Fault {
    broken("it ends before its end")
}

impl Store {
    /// Writes everything into one file, as it is at one moment, while work goes on. The file appears whole or not at all;
    /// one that is there already stays as it is.
    ///
    /// # Errors
    /// [`Fault`]s of the database and of the disk; a file of this name.
    pub async fn backup(&self, to: &Path) -> Result<BackedUp, Fault> {
        let (pieces, receiver) = mpsc::channel(64);
        let to = to.to_owned();
        let file = tokio::task::spawn_blocking(move || write_file(&to, receiver));
        let sent = self.send_all(pieces).await;
        let written = file.await.map_err(of_file)?;
        // The disk's own trouble explains why nobody listened any more.
        match (written, sent) {
            (Ok(()), sent) => sent,
            (Err(_), Err(fault)) if !matches!(fault, Fault::BrokenBackup(_)) => Err(fault),
            (Err(fault), _) => Err(fault),
        }
    }

    async fn send_all(&self, pieces: Pieces) -> Result<BackedUp, Fault> {
        let mut conn = self.db().reader().await?;
        run(&mut conn, self.db().kind.begin_snapshot(), args![]).await?;
        let Some(end) = row(&mut conn, "SELECT position, running FROM chain WHERE id = 1", args![]).await? else {
            return Err(Fault::impossible("chain", "the end of the ledger is missing"));
        };
        let anchor = Anchor { position: end.count("position")?, running: end.parse("running")? };
        let header = Header { format: FORMAT, schema: crate::migrate::newest(), anchor };
        send(&pieces, Piece::Entry(HEADER.to_owned())).await?;
        send(&pieces, Piece::Bytes(serde_json::to_vec(&header).map_err(of_file)?)).await?;
        let mut rows = 0;
        for (table, order) in TABLES {
            send(&pieces, Piece::Entry(format!("tables/{table}.jsonl"))).await?;
            rows += send_table(&mut conn, table, order, &pieces).await?;
        }
        let mut documents = 0;
        for digest in self.documents().all().await? {
            documents += u64::from(self.send_document(digest, &pieces).await?);
        }
        send(&pieces, Piece::End).await?;
        Ok(BackedUp { rows, documents, anchor })
    }

    /// Whether it was still there: it may have been erased in the meantime.
    async fn send_document(&self, digest: Digest, pieces: &Pieces) -> Result<bool, Fault> {
        let Some(mut reader) = self.documents().open(digest).await? else { return Ok(false) };
        send(pieces, Piece::Entry(format!("documents/{digest}"))).await?;
        while let Some(chunk) = reader.next().await? {
            send(pieces, Piece::Bytes(chunk)).await?;
        }
        Ok(true)
    }

    /// Fills an empty place from a backup, goes through everything, and reports.
    ///
    /// # Errors
    /// [`Fault::NotEmpty`]; a file that is no backup or of a newer program; a document that does not have its digest.
    pub async fn restore(place: &Place, clock: Arc<dyn Clock>, from: &Path) -> Result<(Store, Report), Fault> {
        let checked = from.to_owned();
        tokio::task::spawn_blocking(move || is_backup(&checked)).await.map_err(of_file)??;
        let store = Store::open_unfinished(place, clock).await?;
        for table in ["acts", "people", "organisations", "editions"] {
            let sql = built(format!("SELECT COUNT(*) AS n FROM {table}"));
            if store.db().number(sql, args![]).await? > 0 {
                return Err(Fault::NotEmpty);
            }
        }
        let restoring = Restoring::begin(&place.folder)?;
        let (pieces, receiver) = mpsc::channel(64);
        let from = from.to_owned();
        let file = tokio::task::spawn_blocking(move || read_file(&from, &pieces));
        let taken = store.take_all(receiver).await;
        let read = file.await.map_err(of_file)?;
        let anchor = match (taken, read) {
            // Why the file ended is for its reader to say.
            (Ok(_) | Err(Fault::BrokenBackup(_)), Err(fault)) | (Err(fault), _) => return Err(fault),
            (Ok(anchor), Ok(())) => anchor,
        };
        let report = store.verify(Some(anchor)).await?;
        restoring.end()?;
        Ok((store, report))
    }

    /// Takes in a backup: the rows in one transaction, the documents before it ends.
    async fn take_all(&self, mut pieces: mpsc::Receiver<Piece>) -> Result<Anchor, Fault> {
        let mut conn = self.db().writer().await?;
        run(&mut conn, self.db().kind.begin_write(), args![]).await?;
        run(&mut conn, "DELETE FROM chain", args![]).await?;
        let mut taking = Taking::Header(Vec::new());
        let mut anchor = None;
        loop {
            match pieces.recv().await.ok_or_else(cut_short)? {
                Piece::Bytes(bytes) => taking.take(&mut conn, &bytes).await?,
                Piece::Entry(name) => {
                    anchor = taking.finish().await?.or(anchor);
                    taking = self.entry(&name).await?;
                }
                Piece::End => {
                    anchor = taking.finish().await?.or(anchor);
                    break;
                }
            }
        }
        run(&mut conn, "COMMIT", args![]).await?;
        anchor.ok_or_else(cut_short)
    }

    async fn entry(&self, name: &str) -> Result<Taking, Fault> {
        let table = name.strip_prefix("tables/").and_then(|n| n.strip_suffix(".jsonl"));
        if let Some((table, _)) = TABLES.iter().find(|(t, _)| Some(*t) == table) {
            return Ok(Taking::Table(table));
        }
        if name == HEADER {
            return Ok(Taking::Header(Vec::new()));
        }
        let digest = name.strip_prefix("documents/").and_then(|d| d.parse().ok());
        let digest: Digest = digest.ok_or_else(|| Fault::impossible("backup", format!("an entry `{name}`")))?;
        let upload = self.documents().begin(u64::MAX).await.map_err(of_file)?;
        Ok(Taking::Document(digest, Box::new(upload)))
    }
}

/// The entry of a backup that is being taken in.
enum Taking {
    Header(Vec<u8>),
    Table(&'static str),
    Document(Digest, Box<Upload>),
}

impl Taking {
    /// The next bytes: of a table, one whole line.
    async fn take(&mut self, conn: &mut Conn, bytes: &[u8]) -> Result<(), Fault> {
        match self {
            Taking::Header(header) => header.extend_from_slice(bytes),
            Taking::Table(table) => insert_line(conn, table, bytes).await?,
            Taking::Document(_, upload) => upload.write(bytes).await.map_err(of_file)?,
        }
        Ok(())
    }

    async fn finish(self) -> Result<Option<Anchor>, Fault> {
        match self {
            Taking::Header(bytes) if bytes.is_empty() => Ok(None),
            Taking::Header(bytes) => {
                let header: Header = serde_json::from_slice(&bytes).map_err(|e| Fault::impossible("backup", e))?;
                let known = crate::migrate::newest();
                let ours = header.format == FORMAT && header.schema <= known;
                if ours { Ok(Some(header.anchor)) } else { Err(Fault::Newer { found: header.schema, known }) }
            }
            Taking::Table(_) => Ok(None),
            Taking::Document(digest, upload) => {
                let stored = upload.finish().await.map_err(of_file)?;
                if stored.digest == digest { Ok(None) } else { Err(Fault::impossible("backup", format!("document {digest}"))) }
            }
        }
    }
}

async fn send(pieces: &Pieces, piece: Piece) -> Result<(), Fault> {
    pieces.send(piece).await.map_err(|_| cut_short())
}

async fn send_table(conn: &mut Conn, table: &str, order: &str, pieces: &Pieces) -> Result<u64, Fault> {
    let mut rows = sqlx::query(built(format!("SELECT * FROM {table} ORDER BY {order}"))).fetch(conn);
    let mut n = 0;
    while let Some(row) = rows.try_next().await? {
        let mut line = serde_json::to_vec(&Row::from(row).to_json()?).map_err(of_file)?;
        line.push(b'\n');
        send(pieces, Piece::Bytes(line)).await?;
        n += 1;
    }
    Ok(n)
}

/// One row. What is null is left out, so that no database asks of what type it is.
async fn insert_line(conn: &mut Conn, table: &str, line: &[u8]) -> Result<(), Fault> {
    let wrong = |what: &str| Fault::impossible(format!("backup, table {table}"), what);
    let row: Map<String, Value> = serde_json::from_slice(line).map_err(|e| wrong(&e.to_string()))?;
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for (column, value) in row {
        if !column.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            return Err(wrong("a column that is none"));
        }
        match value {
            Value::Null => continue,
            Value::Number(n) => values.push(Arg::Int(Some(n.as_i64().ok_or_else(|| wrong("a number out of range"))?))),
            Value::String(text) => values.push(Arg::Text(Some(text))),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(wrong("a value that is neither number nor text")),
        }
        columns.push(column);
    }
    let tuple = crate::ledger::insert::tuples(1, values.len());
    run(conn, built(format!("INSERT INTO {table} ({}) VALUES {tuple}", columns.join(", "))), values).await?;
    Ok(())
}

/// Writes the file beside, forces it to the disk, and gives it its name.
fn write_file(to: &Path, pieces: mpsc::Receiver<Piece>) -> Result<(), Fault> {
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned);
    let temp = tempfile::NamedTempFile::new_in(&folder)?;
    write_pieces(temp.as_file(), pieces)?;
    temp.as_file().sync_all()?;
    temp.persist_noclobber(to).map_err(|e| Fault::from(e.error))?;
    Ok(std::fs::File::open(folder)?.sync_all()?)
}

fn write_pieces(file: &std::fs::File, mut pieces: mpsc::Receiver<Piece>) -> Result<(), Fault> {
    let mut zip = ZipWriter::new(BufWriter::new(file));
    loop {
        match pieces.blocking_recv().ok_or_else(cut_short)? {
            Piece::Entry(name) => {
                // Documents are mostly packed already.
                let packed = if name.starts_with("documents/") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
                let options = SimpleFileOptions::default().compression_method(packed).large_file(true);
                zip.start_file(name, options).map_err(of_file)?;
            }
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
            Piece::End => {
                zip.finish().map_err(of_file)?.flush()?;
                return Ok(());
            }
        }
    }
}

/// Looks whether a file is a backup at all, before anything is made for it.
fn is_backup(file: &Path) -> Result<(), Fault> {
    let mut zip = ZipArchive::new(BufReader::new(std::fs::File::open(file)?)).map_err(broken)?;
    zip.by_name(HEADER).map(|_| ()).map_err(broken)
}

fn read_file(from: &Path, pieces: &Pieces) -> Result<(), Fault> {
    let give = |piece| pieces.blocking_send(piece).map_err(|_| cut_short());
    let mut zip = ZipArchive::new(BufReader::new(std::fs::File::open(from)?)).map_err(broken)?;
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        let lines = name.starts_with("tables/");
        give(Piece::Entry(name))?;
        let mut reader = BufReader::new(entry);
        loop {
            let mut bytes = Vec::new();
            let n = match lines {
                true => (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes),
                false => (&mut reader).take(CHUNK as u64).read_to_end(&mut bytes),
            }
            .map_err(broken)?;
            if n == 0 {
                break;
            }
            give(Piece::Bytes(bytes))?;
        }
    }
    give(Piece::End)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_is_forgotten() {
        let schema = concat!(
            include_str!("schema/0001_tables.sql"),
            include_str!("schema/0003_register.sql"),
            include_str!("schema/0005_firm_facts.sql"),
            include_str!("schema/0007_restated_facts.sql")
        );
        let mut made: Vec<&str> = schema.lines().filter_map(|l| l.strip_prefix("CREATE TABLE ")?.strip_suffix(" (")).collect();
        let mut known: Vec<&str> = TABLES.iter().map(|(t, _)| *t).chain(LEFT_BEHIND).filter(|t| *t != "migrations").collect();
        made.sort_unstable();
        known.sort_unstable();
        assert_eq!(made, known);
    }
}
