//! Files that are named at the keyboard or found in a folder of texts: regular ones only, never more of them than such a file may have, and
//! what is wrong with them in both languages.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use banso_exchange::{NotRegular, open_regular};
use banso_kernel::{Lang, LocalText};

/// Most bytes of a table or a list of other offices.
pub(crate) const TABLE_MAX: u64 = 4 << 30;

/// What is wrong with the content of a file.
#[derive(Debug)]
struct Wrong(LocalText);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.0.ja, self.0.get(Lang::En))
    }
}

impl std::error::Error for Wrong {}

fn wrong(ja: String, en: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, Wrong(LocalText::new(ja, en)))
}

/// Opens a file to read it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    open_regular(path)
}

/// A file whole, of at most so many bytes: no more are ever held.
pub(crate) fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|held| held <= most) {
        return Ok(bytes);
    }
    let mib = most >> 20;
    Err(wrong(
        format!("大きすぎます（{mib} MiBまで）。ファイルの取り違えでないか確かめてください。"),
        format!("It is too large (at most {mib} MiB). See whether it is the right file."),
    ))
}

/// A text of this machine: a guideline, a dictionary, settings.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    text_of(path, u64::try_from(banso_guideline::TEXT_MAX).unwrap_or(u64::MAX))
}

/// A text of at most so many bytes.
pub(crate) fn text_of(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(bytes(path, most)?).map_err(|error| no_text(&error))
}

/// A text in another encoding: where it begins, and what to do.
fn no_text(error: &std::string::FromUtf8Error) -> io::Error {
    let sound = error.utf8_error().valid_up_to();
    let line = error.as_bytes().iter().take(sound).filter(|b| **b == b'\n').count() + 1;
    wrong(
        format!("{line}行目に UTF-8 でない文字があります。文字コードを UTF-8 にして保存し直してください。"),
        format!("Line {line} is not UTF-8. Save the file as UTF-8."),
    )
}

/// What is wrong with a file, in words; what the machine says stands in brackets in Japanese.
pub(crate) fn told(error: &io::Error) -> LocalText {
    let inner = error.get_ref();
    if let Some(Wrong(words)) = inner.and_then(|e| e.downcast_ref::<Wrong>()) {
        return words.clone();
    }
    if let Some(kind) = inner.and_then(|e| e.downcast_ref::<NotRegular>()) {
        return kind.told();
    }
    LocalText::new(format!("{}（{error}）", in_japanese(error.kind())), format!("{error}."))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "another crate's open list of errors")]
const fn in_japanese(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "ファイルかフォルダーがありません。名前を確かめてください。",
        ErrorKind::PermissionDenied => "権限がありません。ファイルとフォルダーの権限を確かめてください。",
        ErrorKind::IsADirectory => "フォルダーです。ファイルを指定してください。",
        ErrorKind::NotADirectory => "途中の名前がフォルダーではありません。名前を確かめてください。",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "ディスクに空きがありません。空きを作ってください。",
        ErrorKind::ReadOnlyFilesystem => "書き込めない装置にあります。別の場所を指定してください。",
        _ => "この機械が次のように答えました。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_text_is_told_without_reading_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let endless = folder.path().join("endless.md");
        std::os::unix::fs::symlink("/dev/zero", &endless).unwrap();
        for (path, ja, en) in [
            (endless, "通常のファイルではありません", "no regular file"),
            (folder.path().to_owned(), "フォルダーです", "a folder"),
            (folder.path().join("none.md"), "ファイルかフォルダーがありません。名前を確かめてください。（", "No such file"),
            (file("long.md", &vec![b'a'; banso_guideline::TEXT_MAX + 1]), "2 MiBまで", "at most 2 MiB"),
            (file("sjis.md", b"a\n\x8d\xcc"), "2行目に UTF-8 でない", "Line 2 is not UTF-8"),
        ] {
            let said = told(&text(&path).unwrap_err());
            assert!(said.ja.contains(ja) && said.get(Lang::En).contains(en), "{said:?}");
        }
        assert_eq!(text(&file("most.md", &vec![b'a'; banso_guideline::TEXT_MAX])).unwrap().len(), banso_guideline::TEXT_MAX);
    }
}
