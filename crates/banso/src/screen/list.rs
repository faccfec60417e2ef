//! Lists of firms for a coordinator, one file a programme, and the firms themselves as a table.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use banso_guideline::Missing;
use banso_screening::{Answer, Block, Verdict, written};

use super::input::{Firms, Prepared, key_of};
use super::{Asked, ScreenTrouble};

/// One line of a list.
pub(super) struct Row {
    programme: usize,
    firm: u64,
    line: String,
}

/// The lists of a folder.
pub(super) struct Lists {
    files: Vec<(PathBuf, BufWriter<File>)>,
}

/// How a verdict is written in lists and tables.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Eligible => "適",
        Verdict::Open => "申請次第",
        Verdict::OneFactAway => "あと一つ",
        Verdict::Unknown => "不明",
        Verdict::Not => "不適",
    }
}

/// A name of a file from the id of a call.
pub(super) fn file_name(prefix: &str, call: &str) -> String {
    format!("{prefix}_{}.csv", call.replace('/', "-"))
}

/// The firms of a block for which a programme may be open.
pub(super) fn rows_of(prepared: &Prepared, block: &Block, index: usize, answer: &Answer) -> Vec<Row> {
    let perhaps = answer.eligible | answer.open | answer.one_away;
    let wanted = |row: &usize| prepared.only.iter().all(|(place, value)| block.fact(*place, *row).as_ref() == Some(value));
    let line = |row: usize| {
        let verdict = answer.verdict(row);
        let lacks = answer.away.iter().find(|(_, plane)| plane.get(row)).and_then(|(s, _)| prepared.screen.missing(*s));
        let lacks = match lacks {
            Some(Missing::Fact(item)) => item.as_str(),
            Some(Missing::Unconfirmed { .. }) | None => "",
        };
        let ceiling = answer.ceiling(row).map(|yen| yen.to_string()).unwrap_or_default();
        let groups: Vec<String> =
            prepared.divisions.iter().map(|d| d.groups.get(d.group(block, row)).cloned().unwrap_or_default()).collect();
        let told = if answer.audience.yes.get(row) { "○" } else { "" };
        let (key, name) = (key_of(prepared, block, row), name_of(block, row));
        format!("{key},{name},{},{},{lacks},{ceiling},{told}\n", groups.join(","), word(verdict))
    };
    let rows = perhaps.rows().filter(wanted);
    rows.map(|row| Row { programme: index, firm: block.first + row as u64, line: line(row) }).collect()
}

fn name_of(block: &Block, row: usize) -> String {
    written(block.schema().place("名称").and_then(|p| block.fact(p, row)).as_ref())
}

impl Lists {
    /// Opens the lists; each is cut to what belongs to the firms screened so far.
    pub(super) fn open(folder: &Path, prepared: &Prepared, lengths: &[u64]) -> Result<Lists, ScreenTrouble> {
        let mut files = Vec::new();
        let groups: Vec<&str> = prepared.divisions.iter().map(|d| d.name.as_str()).collect();
        for (i, programme) in prepared.screen.programmes().iter().enumerate() {
            let path = folder.join(file_name("一覧", &programme.edition.meta().call.to_string()));
            let unwritable = |cause| ScreenTrouble::Unwritable { path: path.clone(), cause };
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(unwritable)?;
            let length = lengths.get(i).copied().unwrap_or(0);
            file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(unwritable)?;
            let mut file = BufWriter::new(file);
            if length == 0 {
                // The mark lets Excel read it as UTF-8.
                let header = format!("\u{feff}企業,名称,{},判定,足りない事実,補助上限額,案内対象\n", groups.join(","));
                file.write_all(header.as_bytes()).map_err(unwritable)?;
            }
            files.push((path, file));
        }
        Ok(Lists { files })
    }

    /// Adds lines in the order of the firms.
    pub(super) fn add(&mut self, mut rows: Vec<Row>) -> Result<(), ScreenTrouble> {
        rows.sort_by_key(|r| (r.programme, r.firm));
        for row in rows {
            if let Some((path, file)) = self.files.get_mut(row.programme) {
                file.write_all(row.line.as_bytes()).map_err(|cause| ScreenTrouble::Unwritable { path: path.clone(), cause })?;
            }
        }
        Ok(())
    }

    /// Writes out what is held back; how long each list is now.
    pub(super) fn flush(&mut self) -> Result<Vec<u64>, ScreenTrouble> {
        let one = |(path, file): &mut (PathBuf, BufWriter<File>)| {
            file.flush().and_then(|()| file.stream_position()).map_err(|cause| ScreenTrouble::Unwritable { path: path.clone(), cause })
        };
        self.files.iter_mut().map(one).collect()
    }
}

/// Writes the firms as a table of facts.
pub(super) fn write_firms(asked: &Asked, prepared: &Prepared, path: &Path) -> Result<bool, ScreenTrouble> {
    let unwritable = |cause| ScreenTrouble::Unwritable { path: path.to_owned(), cause };
    let mut firms = Firms::open(asked, prepared)?;
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    let header: Vec<&str> = prepared.screen.schema().fields().iter().map(|f| f.item.as_str()).collect();
    writeln!(file, "{}", header.join(",")).map_err(unwritable)?;
    while let Some(block) = firms.block()? {
        for row in 0..block.rows() {
            let cells: Vec<String> = (0..header.len()).map(|place| written(block.fact(place, row).as_ref())).collect();
            writeln!(file, "{}", cells.join(",")).map_err(unwritable)?;
        }
    }
    file.flush().map_err(unwritable)?;
    Ok(firms.misfits().is_none())
}
