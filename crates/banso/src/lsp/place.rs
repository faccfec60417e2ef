//! Places of a text as editors count them, lines and UTF-16 units from 0, and as we do, bytes; files as editors name them.

use std::path::{Path, PathBuf};

use banso_guideline::Span;
use lsp_types::{Position, Range, Uri};

/// The byte at a position; the end of its line where the line is shorter.
pub(crate) fn offset(source: &str, position: Position) -> usize {
    let mut start = 0;
    for line in source.split_inclusive('\n').take(position.line as usize) {
        start += line.len();
    }
    let line = source.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    let mut units = 0;
    for (at, c) in line.char_indices() {
        if units >= position.character {
            return start + at;
        }
        units += c.len_utf16() as u32;
    }
    start + line.len()
}

/// The position of a byte.
pub(crate) fn position(source: &str, at: usize) -> Position {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count();
    let units: usize = before.rsplit('\n').next().unwrap_or_default().chars().map(char::len_utf16).sum();
    Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: u32::try_from(units).unwrap_or(u32::MAX) }
}

pub(crate) fn range(source: &str, span: Span) -> Range {
    Range { start: position(source, span.start), end: position(source, span.end) }
}

/// The file that a `file://` address names.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut letters = path.bytes();
    while let Some(byte) = letters.next() {
        if byte == b'%' {
            let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
            let (high, low) = (digit(letters.next())?, digit(letters.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The address of a file.
pub(crate) fn address(path: &Path) -> Option<Uri> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    let encoded: String = path.to_str()?.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    format!("file://{encoded}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let source = "資本金\n𠮷野 <= 3\r\n";
        for (line, character, letter) in [(0, 0, "資"), (0, 2, "金"), (0, 9, "\n"), (1, 0, "𠮷"), (1, 2, "野"), (1, 3, " "), (9, 0, "")]
        {
            let at = offset(source, Position { line, character });
            assert!(source[at..].starts_with(letter), "{line}:{character} {at}");
        }
        assert_eq!(position(source, offset(source, Position { line: 1, character: 3 })), Position { line: 1, character: 3 });
    }

    #[test]
    fn files_with_japanese_names() {
        let path_of = PathBuf::from("/tmp/要領 1/r8.md");
        let uri = address(&path_of).unwrap();
        assert!(uri.as_str().is_ascii());
        assert_eq!(path(&uri), Some(path_of));
        assert_eq!(path(&"untitled:1".parse().unwrap()), None);
    }
}
