//! A ZIP from outside, looked at before anything in it is unpacked: how many entries, how large, how dense, which names.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

/// How much an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveLimits {
    pub entries: usize,
    /// Bytes of everything unpacked.
    pub unpacked: u64,
    /// Unpacked bytes for each packed byte, over the whole archive.
    pub ratio: u64,
}

impl ArchiveLimits {
    /// Office documents and archives that an applicant hands in. Spreadsheets pack well: 40 to 1 is ordinary.
    pub const UPLOAD: ArchiveLimits = ArchiveLimits { entries: 10_000, unpacked: 1 << 30, ratio: 250 };
    /// A case file taken out by ourselves.
    pub const PACKAGE: ArchiveLimits = ArchiveLimits { entries: 20_000, unpacked: 16 << 30, ratio: 1_000 };
}

/// Below this size nothing can be a bomb, however dense it is.
const HARMLESS: u64 = 16 << 20;

/// What is wrong with an archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveFlaw {
    #[error("it cannot be read as a ZIP: {0}")]
    Damaged(String),
    #[error("it has more than {limit} entries")]
    TooManyEntries { limit: usize },
    #[error("it unpacks to more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("it unpacks to more than {limit} times its size")]
    TooDense { limit: u64 },
    #[error("several entries share the same bytes or the same name")]
    Overlapping,
    #[error("the entry `{0}` is protected by a password")]
    Encrypted(String),
    #[error("the entry `{0}` would land outside the folder, or is a link")]
    Escapes(String),
    #[error("reading: {0}")]
    Io(#[from] io::Error),
}

/// One entry, from the archive's own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) folder: bool,
}

/// Opens an archive after a look at its list. Nothing is unpacked.
pub(crate) fn open<R: Read + Seek>(mut reader: R, limits: ArchiveLimits) -> Result<(ZipArchive<R>, Vec<Entry>), ArchiveFlaw> {
    let size = reader.seek(SeekFrom::End(0))?;
    // The list is read into memory at once, so its length is bounded before.
    if count_list_entries(&mut reader, limits.entries)? > limits.entries {
        return Err(ArchiveFlaw::TooManyEntries { limit: limits.entries });
    }
    reader.seek(SeekFrom::Start(0))?;
    let damaged = |e: zip::result::ZipError| ArchiveFlaw::Damaged(e.to_string());
    let mut archive = ZipArchive::new(reader).map_err(damaged)?;
    if archive.has_duplicate_names() || archive.has_overlapping_files().map_err(damaged)? {
        return Err(ArchiveFlaw::Overlapping);
    }
    let entries = list(&mut archive)?;
    let unpacked = entries.iter().fold(0_u64, |sum, e| sum.saturating_add(e.bytes));
    if unpacked > limits.unpacked {
        return Err(ArchiveFlaw::TooLarge { limit: limits.unpacked });
    }
    if unpacked > HARMLESS && unpacked / size.max(1) > limits.ratio {
        return Err(ArchiveFlaw::TooDense { limit: limits.ratio });
    }
    Ok((archive, entries))
}

fn list<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Vec<Entry>, ArchiveFlaw> {
    let mut entries = Vec::with_capacity(archive.len());
    let mut seen = BTreeSet::new();
    for i in 0..archive.len() {
        let file = archive.by_index_raw(i).map_err(|e| ArchiveFlaw::Damaged(e.to_string()))?;
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        if file.encrypted() {
            return Err(ArchiveFlaw::Encrypted(name));
        }
        if file.is_symlink() || escapes(&name) {
            return Err(ArchiveFlaw::Escapes(name));
        }
        if !seen.insert(name.clone()) {
            return Err(ArchiveFlaw::Overlapping);
        }
        entries.push(Entry { bytes: file.size(), folder: file.is_dir(), name });
    }
    Ok(entries)
}

/// Absolute, with a drive, or climbing out.
fn escapes(name: &str) -> bool {
    let unixy = name.replace('\\', "/");
    unixy.starts_with('/') || unixy.contains('\0') || unixy.get(1..2) == Some(":") || unixy.split('/').any(|part| part == "..")
}

/// Each line of an archive's list begins with this.
const LIST_ENTRY: &[u8; 4] = b"PK\x01\x02";

/// How many list entries the bytes can hold at most; stops counting beyond `enough`.
fn count_list_entries<R: Read + Seek>(reader: &mut R, enough: usize) -> io::Result<usize> {
    reader.seek(SeekFrom::Start(0))?;
    let mut count = 0;
    scan(reader, LIST_ENTRY.len(), &mut |window| {
        count += window.windows(LIST_ENTRY.len()).filter(|w| *w == LIST_ENTRY).count();
        count <= enough
    })?;
    Ok(count)
}

/// Shows all bytes to `see`, piece by piece; each piece begins with the last `overlap - 1` bytes of the one before. Ends when `see`
/// says false.
pub(crate) fn scan(reader: &mut dyn Read, overlap: usize, see: &mut dyn FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut window: Vec<u8> = Vec::with_capacity(128 * 1024);
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let n = reader.read(&mut buffer)?;
        let Some(read) = buffer.get(..n).filter(|r| !r.is_empty()) else { return Ok(()) };
        window.extend_from_slice(read);
        if !see(&window) {
            return Ok(());
        }
        let keep = window.len().min(overlap.saturating_sub(1));
        window.drain(..window.len() - keep);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A ZIP with these entries.
    pub(crate) fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, body) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(body).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn flaw(bytes: &[u8], limits: ArchiveLimits) -> String {
        open(Cursor::new(bytes), limits).map(|_| ()).map_err(|e| e.to_string()).err().unwrap_or_default()
    }

    #[test]
    fn archives_are_judged_by_their_list() {
        let small = ArchiveLimits { entries: 3, unpacked: 20 << 20, ratio: 100 };
        let zeros = vec![0_u8; 17 << 20];
        let large = vec![0_u8; 21 << 20];
        for (bytes, expected) in [
            (zipped(&[("a.txt", b"a"), ("sub/b.txt", b"b")]), ""),
            (zipped(&[]), ""),
            (zipped(&[("1", b""), ("2", b""), ("3", b""), ("4", b"")]), "more than 3 entries"),
            (zipped(&[("zeros", &zeros)]), "more than 100 times its size"),
            (zipped(&[("large", &large)]), "more than 20971520 bytes"),
            (zipped(&[("../../etc/passwd", b"x")]), "outside the folder"),
            (zipped(&[("/etc/passwd", b"x")]), "outside the folder"),
            (zipped(&[("C:\\x", b"x")]), "outside the folder"),
            (zipped(&[("a\\..\\..\\x", b"x")]), "outside the folder"),
            (b"not a zip".to_vec(), "cannot be read"),
            (Vec::new(), "cannot be read"),
        ] {
            let said = flaw(&bytes, small);
            assert!(if expected.is_empty() { said.is_empty() } else { said.contains(expected) }, "{expected}: {said}");
        }
    }

    #[test]
    fn the_same_name_twice_is_refused() {
        let mut bytes = zipped(&[("aa", b"first"), ("bb", b"second")]);
        let at: Vec<usize> = bytes.windows(2).enumerate().filter(|(_, w)| *w == b"bb").map(|(i, _)| i).collect();
        for i in at {
            bytes[i..i + 2].copy_from_slice(b"aa");
        }
        assert!(flaw(&bytes, ArchiveLimits::UPLOAD).contains("the same name"));
    }

    #[test]
    fn a_scan_sees_what_lies_across_two_pieces() {
        let mut data = vec![b'.'; 64 * 1024 - 2];
        data.extend_from_slice(LIST_ENTRY);
        assert_eq!(count_list_entries(&mut Cursor::new(data), 10).unwrap(), 1);
    }
}
