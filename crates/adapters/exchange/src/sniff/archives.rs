//! ZIP and what is built on it: which Office document it is, and whether it hides a bomb, a program or a macro.

use std::io::{Read, Seek};

use super::kind::FileKind;
use super::refusal::SniffRefusal;
use crate::archive::{ArchiveFlaw, ArchiveLimits, Entry, open};

/// Endings that have no place in an application.
const PROGRAMS: [&str; 22] = [
    "exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "lnk", "jar", "app", "sh", "apk",
    "reg", "cpl", "pif",
];

fn entries<R: Read + Seek>(file: &mut R) -> Result<Vec<Entry>, SniffRefusal> {
    match open(file, ArchiveLimits::UPLOAD) {
        Ok((_, entries)) => Ok(entries),
        Err(ArchiveFlaw::Encrypted(_)) => Err(SniffRefusal::Password { what: "ZIP" }),
        Err(ArchiveFlaw::Damaged(_)) => Err(SniffRefusal::Damaged { what: "ZIP" }),
        Err(ArchiveFlaw::Io(e)) => Err(SniffRefusal::Io(e)),
        Err(
            flaw @ (ArchiveFlaw::TooManyEntries { .. }
            | ArchiveFlaw::TooLarge { .. }
            | ArchiveFlaw::TooDense { .. }
            | ArchiveFlaw::Overlapping
            | ArchiveFlaw::Escapes(_)),
        ) => Err(SniffRefusal::Archive(flaw)),
    }
}

/// Which kind of document a ZIP is, by its parts.
pub(super) fn flavour<R: Read + Seek>(file: &mut R) -> Result<FileKind, SniffRefusal> {
    let entries = entries(file)?;
    let has = |name: &str| entries.iter().any(|e| e.name == name);
    if !has("[Content_Types].xml") {
        return Ok(FileKind::Zip);
    }
    let kind = [("xl/workbook.xml", FileKind::Xlsx), ("word/document.xml", FileKind::Docx), ("ppt/presentation.xml", FileKind::Pptx)];
    Ok(kind.into_iter().find(|(part, _)| has(part)).map_or(FileKind::Zip, |(_, kind)| kind))
}

/// Macros in documents, programs in archives. The list itself was checked when the kind was told.
pub(super) fn check<R: Read + Seek>(file: &mut R, kind: FileKind) -> Result<(), SniffRefusal> {
    let entries = entries(file)?;
    if entries.iter().any(|e| e.name.to_ascii_lowercase().ends_with("vbaproject.bin")) {
        return Err(SniffRefusal::Macros);
    }
    if kind != FileKind::Zip {
        return Ok(());
    }
    let program = entries.iter().filter(|e| !e.folder).find(|e| {
        let ending = e.name.rsplit_once('.').map(|(_, x)| x.trim().to_ascii_lowercase());
        ending.is_some_and(|x| PROGRAMS.contains(&x.as_str()))
    });
    match program {
        Some(entry) => Err(SniffRefusal::ProgramInside { entry: entry.name.clone() }),
        None => Ok(()),
    }
}
