//! A PDF at a glance: is it whole, and can it be opened without a password.

use std::io::{Read, Seek, SeekFrom};

use super::refusal::SniffRefusal;
use crate::archive::scan;

/// Readers look for the end mark within this distance from the end.
const TAIL: u64 = 2048;
const ENCRYPT: &[u8] = b"/Encrypt";
/// `/Encrypt 12345 65535 R`, with room for line ends.
const ENCRYPT_SPAN: usize = 40;

pub(super) fn check<R: Read + Seek>(file: &mut R, bytes: u64) -> Result<(), SniffRefusal> {
    file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.by_ref().take(TAIL).read_to_end(&mut tail)?;
    if !tail.windows(5).any(|w| w == b"%%EOF") {
        return Err(SniffRefusal::Damaged { what: "PDF" });
    }
    file.seek(SeekFrom::Start(0))?;
    let mut encrypted = false;
    scan(file, ENCRYPT_SPAN, &mut |window| {
        encrypted = window.windows(ENCRYPT.len()).enumerate().any(|(at, w)| w == ENCRYPT && is_entry(window.get(at + ENCRYPT.len()..)));
        !encrypted
    })?;
    if encrypted { Err(SniffRefusal::Password { what: "PDF" }) } else { Ok(()) }
}

/// Whether `/Encrypt` is followed by a reference (`5 0 R`) or a dictionary: an entry of the trailer, not a word in a text.
fn is_entry(rest: Option<&[u8]>) -> bool {
    let text =
        String::from_utf8_lossy(rest.unwrap_or_default().get(..ENCRYPT_SPAN - ENCRYPT.len()).or(rest).unwrap_or_default()).into_owned();
    let trimmed = text.trim_start();
    if trimmed.starts_with("<<") {
        return true;
    }
    let mut words = trimmed.split_ascii_whitespace();
    let number = |w: Option<&str>| w.is_some_and(|w| w.parse::<u32>().is_ok());
    number(words.next()) && number(words.next()) && words.next().is_some_and(|w| w.starts_with('R'))
}
