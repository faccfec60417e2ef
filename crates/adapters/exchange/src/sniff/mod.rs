//! A first look into an uploaded file: what it is by its content, whether that is wanted here, whether it is safe to keep.
//!
//! Nothing is unpacked or run. The name and the declared type are never believed.

mod archives;
mod kind;
mod pdf;
mod refusal;

use std::io::{Read, Seek, SeekFrom};

pub use kind::FileKind;
pub use refusal::SniffRefusal;

use kind::by_content;

/// What a form asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// Accepted media types, as the guideline lists them.
    pub media_types: &'a [String],
    pub bytes_max: u64,
}

/// A file that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedFile {
    /// The last part of the name, without control or direction characters.
    pub name: String,
    pub kind: FileKind,
    pub media_type: &'static str,
    pub bytes: u64,
}

/// Looks into a file and says what it is, or why it cannot be taken. Reads the file at most three times, from its beginning.
///
/// # Errors
/// What is wrong, with the remedy, in Japanese and English.
pub fn inspect<R: Read + Seek>(file: &mut R, name: &str, expected: Expected<'_>) -> Result<InspectedFile, SniffRefusal> {
    let bytes = file.seek(SeekFrom::End(0))?;
    if bytes == 0 {
        return Err(SniffRefusal::Empty);
    }
    if bytes > expected.bytes_max {
        return Err(SniffRefusal::TooLarge { bytes, limit: expected.bytes_max });
    }
    let name = clean_name(name);
    let kind = by_content(file, &name)?;
    if !expected.media_types.iter().any(|m| m.trim().eq_ignore_ascii_case(kind.media_type())) {
        return Err(SniffRefusal::NotAccepted { found: kind, accepted: labels(expected.media_types) });
    }
    if let Some(extension) = extension(&name)
        && !kind.extensions().contains(&extension.as_str())
    {
        return Err(SniffRefusal::ExtensionDiffers { extension, found: kind });
    }
    match kind {
        FileKind::Pdf => pdf::check(file, bytes)?,
        FileKind::Xlsx | FileKind::Docx | FileKind::Pptx | FileKind::Zip => archives::check(file, kind)?,
        FileKind::Png | FileKind::Jpeg | FileKind::Csv | FileKind::Text => {}
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(InspectedFile { name, kind, media_type: kind.media_type(), bytes })
}

/// Media types as people call them.
fn labels(media_types: &[String]) -> String {
    let label = |m: &String| FileKind::of_media_type(m).map_or_else(|| m.clone(), |kind| kind.label().to_owned());
    media_types.iter().map(label).collect::<Vec<_>>().join("、")
}

/// Characters of a file name that are kept.
const NAME_LIMIT: usize = 150;

/// The last part of a path, fit to be shown and to be offered for download.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last
        .chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        })
        .map(|c| if matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?') { '_' } else { c })
        .collect();
    let shown = shown.trim().trim_matches('.').trim();
    let count = shown.chars().count();
    match count {
        0 => "file".to_owned(),
        n if n > NAME_LIMIT => {
            // The ending stays.
            let tail: String = shown.chars().skip(n - 20).collect();
            shown.chars().take(NAME_LIMIT - 21).chain(['…']).chain(tail.chars()).collect()
        }
        _ => shown.to_owned(),
    }
}

fn extension(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
