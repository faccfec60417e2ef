//! What a file is, told from its bytes.

use std::io::{Read, Seek, SeekFrom};

use super::archives;
use super::refusal::SniffRefusal;

/// The kinds of file that Banso takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    Pdf,
    Xlsx,
    Docx,
    Pptx,
    Png,
    Jpeg,
    Zip,
    Csv,
    Text,
}

impl FileKind {
    pub const ALL: [FileKind; 9] = [
        FileKind::Pdf,
        FileKind::Xlsx,
        FileKind::Docx,
        FileKind::Pptx,
        FileKind::Png,
        FileKind::Jpeg,
        FileKind::Zip,
        FileKind::Csv,
        FileKind::Text,
    ];

    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            FileKind::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Zip => "application/zip",
            FileKind::Csv => "text/csv",
            FileKind::Text => "text/plain",
        }
    }

    /// As people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            FileKind::Pdf => "PDF",
            FileKind::Xlsx => "Excel（.xlsx）",
            FileKind::Docx => "Word（.docx）",
            FileKind::Pptx => "PowerPoint（.pptx）",
            FileKind::Png => "PNG",
            FileKind::Jpeg => "JPEG",
            FileKind::Zip => "ZIP",
            FileKind::Csv => "CSV",
            FileKind::Text => "テキスト（.txt）",
        }
    }

    /// Endings that such a file may have.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            FileKind::Pdf => &["pdf"],
            FileKind::Xlsx => &["xlsx"],
            FileKind::Docx => &["docx"],
            FileKind::Pptx => &["pptx"],
            FileKind::Png => &["png"],
            FileKind::Jpeg => &["jpg", "jpeg", "jpe"],
            FileKind::Zip => &["zip"],
            FileKind::Csv => &["csv"],
            FileKind::Text => &["txt", "text"],
        }
    }

    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<FileKind> {
        Self::ALL.into_iter().find(|k| k.media_type().eq_ignore_ascii_case(media_type.trim()))
    }
}

/// Enough for every signature, and for telling text from noise.
const HEAD: u64 = 8 * 1024;

/// The kind of a file by its bytes; the name decides only between CSV and plain text.
pub(super) fn by_content<R: Read + Seek>(file: &mut R, name: &str) -> Result<FileKind, SniffRefusal> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    if let Some(found) = executable(&head) {
        return Err(SniffRefusal::Executable { found });
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(old_office(file)?);
    }
    if head.starts_with(b"PK") && infer::archive::is_zip(&head) {
        return archives::flavour(file);
    }
    if head.starts_with(b"%PDF-") {
        return Ok(FileKind::Pdf);
    }
    match infer::get(&head).map(|t| t.mime_type()) {
        Some("image/png") => Ok(FileKind::Png),
        Some("image/jpeg") => Ok(FileKind::Jpeg),
        // A few bytes of rubbish before the header are common, and readers forgive them.
        Some("application/pdf") => Ok(FileKind::Pdf),
        Some(other) => Err(SniffRefusal::Unknown { found: Some(other) }),
        None => text(&head, name),
    }
}

/// What would run on somebody's machine.
fn executable(head: &[u8]) -> Option<&'static str> {
    if infer::app::is_exe(head) {
        return Some("Windows の実行ファイル（.exe・.dll）");
    }
    if head.starts_with(b"\x7FELF") || infer::app::is_mach(head) || infer::app::is_java(head) || infer::app::is_wasm(head) {
        return Some("実行ファイル");
    }
    if head.starts_with(b"#!") {
        return Some("スクリプト");
    }
    if head.starts_with(b"\x4C\x00\x00\x00\x01\x14\x02\x00") {
        return Some("Windows のショートカット（.lnk）");
    }
    let start: String =
        String::from_utf8_lossy(head.get(..512).unwrap_or(head)).trim_start_matches('\u{FEFF}').trim_start().to_ascii_lowercase();
    let markup = ["<!doctype html", "<html", "<script", "<?php", "<svg", "<hta:"];
    (markup.iter().any(|m| start.starts_with(m)) || (start.starts_with("<?xml") && start.contains("<svg")))
        .then_some("HTML 等のウェブページ")
}

/// The compound file of Office before 2007. A modern document with a password looks like this from outside too.
fn old_office<R: Read + Seek>(file: &mut R) -> Result<SniffRefusal, SniffRefusal> {
    let needle: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut found = false;
    file.seek(SeekFrom::Start(0))?;
    crate::archive::scan(file, needle.len(), &mut |window| {
        found = window.windows(needle.len()).any(|w| w == needle);
        !found
    })?;
    Ok(if found { SniffRefusal::Password { what: "Office 文書" } } else { SniffRefusal::OldOffice })
}

/// A file with no signature is text if it has no bytes that text does not have.
fn text(head: &[u8], name: &str) -> Result<FileKind, SniffRefusal> {
    if head.iter().any(|b| matches!(b, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F)) {
        return Err(SniffRefusal::Unknown { found: None });
    }
    Ok(if name.to_ascii_lowercase().ends_with(".csv") { FileKind::Csv } else { FileKind::Text })
}
