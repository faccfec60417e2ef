//! Which letters the bytes of a CSV file stand for: UTF-8 when all of them are, cp932 otherwise.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use encoding_rs::SHIFT_JIS;

use crate::trouble::TableTrouble;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// Shift_JIS as Windows writes it.
    Cp932,
}

impl Encoding {
    /// The letters of a cell; none when its bytes are no letters.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Cp932 if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Cp932 => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }
}

/// Opens a regular file: a pipe would be waited for without end, a device has none.
pub(crate) fn opened(path: &Path) -> std::io::Result<File> {
    if path.metadata()?.is_file() {
        return File::open(path);
    }
    let what = "通常のファイルではありません（フォルダー・パイプ・装置は読みません） / it is no regular file";
    Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, what))
}

/// Looks through a whole file for its encoding, and gives it back behind the mark of UTF-8, if it has one.
pub(crate) fn look(path: &Path) -> Result<(Encoding, File), TableTrouble> {
    let unreadable = |cause| TableTrouble::Unreadable { path: path.to_owned(), cause };
    let mut file = opened(path).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 20];
    let (mut held, mut whole, mut mark, mut first) = (0, true, 0, true);
    loop {
        let got = file.read(buffer.get_mut(held..).unwrap_or_default()).map_err(unreadable)?;
        let bytes = buffer.get(..held + got).unwrap_or_default();
        if first {
            if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
                return Err(TableTrouble::Utf16(path.to_owned()));
            }
            mark = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
            first = false;
        }
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text.len(),
            // A letter that the end of the buffer cuts is looked at again with what follows.
            Err(error) if error.error_len().is_none() && got > 0 => error.valid_up_to(),
            Err(_) => {
                whole = false;
                break;
            }
        };
        if got == 0 {
            break;
        }
        let end = held + got;
        held = end - valid;
        buffer.copy_within(valid..end, 0);
    }
    file.seek(SeekFrom::Start(mark)).map_err(unreadable)?;
    // A file that carries the mark is UTF-8, and what is broken in it is named cell by cell.
    Ok((if whole || mark > 0 { Encoding::Utf8 } else { Encoding::Cp932 }, file))
}
