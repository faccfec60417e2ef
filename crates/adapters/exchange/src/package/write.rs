//! Writing a case file. Every byte is hashed on its way; a document that is not what its digest says stops the export.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read, Seek, Write};

use banso_kernel::{Digest, Instant};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::index::{CasePackage, Index};
use super::{PackageError, html, places};
use crate::hashing::copy_hashed;

/// Writes the case file. `open` gives the bytes of a document that is not marked as erased. The same case gives the same bytes.
///
/// # Errors
/// A document or text that is not what its digest says, or a failure of reading or writing: what was written until then is worthless.
pub fn write_package<W: Write + Seek>(
    out: W,
    package: &CasePackage,
    open: &mut dyn FnMut(Digest) -> std::io::Result<Box<dyn Read>>,
) -> Result<W, PackageError> {
    let mut zip = Writer::new(out, package.exported_at);
    let index = Index::of(package);
    zip.add(places::PAGE, html::page(&index).as_bytes())?;
    zip.add(places::INDEX, &serde_json::to_vec_pretty(&index)?)?;
    let mut lines = String::new();
    for act in &package.acts {
        lines.push_str(&serde_json::to_string(&act.record)?);
        lines.push('\n');
    }
    zip.add(places::ACTS, lines.as_bytes())?;
    let sent: Vec<String> = package.letter_acts.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    zip.add(places::LETTERS, sent.iter().fold(String::new(), |all, line| all + line + "\n").as_bytes())?;
    for content in &package.contents {
        if let Ok(body) = &content.body {
            zip.add_text(&places::content(content.digest), body, content.digest)?;
        }
    }
    for edition in &package.editions {
        zip.add_text(&places::edition(edition.digest), &edition.source, edition.digest)?;
    }
    let mut written = BTreeSet::new();
    for text in package.editions.iter().filter_map(|e| e.words.as_ref()).flat_map(|w| [&w.dictionary, &w.definitions]) {
        let digest = Digest::of(text.as_bytes());
        if written.insert(digest) {
            zip.add(&places::words(digest), text.as_bytes())?;
        }
    }
    for letter in &package.letters {
        if !places::is_letter_name(&letter.file) {
            return Err(PackageError::LetterName(letter.file.clone()));
        }
        let Ok(pdf) = &letter.pdf else { continue };
        if Digest::of(pdf) != letter.digest {
            return Err(PackageError::WrongDocument { digest: letter.digest });
        }
        zip.add(&places::letter(&letter.file), pdf)?;
    }
    for document in package.documents.iter().filter(|d| d.erased.is_none()) {
        let passed = zip.stream(&index.place(document), &mut *open(document.digest)?, document.bytes)?;
        if passed != Some(document.digest) {
            return Err(PackageError::WrongDocument { digest: document.digest });
        }
    }
    zip.finish()
}

struct Writer<W: Write + Seek> {
    zip: ZipWriter<W>,
    options: SimpleFileOptions,
    sums: String,
}

impl<W: Write + Seek> Writer<W> {
    fn new(out: W, at: Instant) -> Self {
        let options = SimpleFileOptions::default().last_modified_time(moment(at).unwrap_or_default()).unix_permissions(0o644);
        Writer { zip: ZipWriter::new(out), options, sums: String::new() }
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), PackageError> {
        self.zip.start_file(name, self.options.compression_method(CompressionMethod::Deflated))?;
        self.zip.write_all(bytes)?;
        self.sum(name, Digest::of(bytes));
        Ok(())
    }

    fn add_text(&mut self, name: &str, text: &str, digest: Digest) -> Result<(), PackageError> {
        if Digest::of(text.as_bytes()) != digest {
            return Err(PackageError::WrongText { digest });
        }
        self.add(name, text.as_bytes())
    }

    /// The digest of what was copied; `None` when it had not that many bytes. Documents are packed already: kept as they are.
    fn stream(&mut self, name: &str, from: &mut dyn Read, bytes: u64) -> Result<Option<Digest>, PackageError> {
        let large = bytes >= u64::from(u32::MAX);
        self.zip.start_file(name, self.options.compression_method(CompressionMethod::Stored).large_file(large))?;
        let passed = copy_hashed(from, &mut self.zip, bytes)?;
        self.sum(name, passed.digest);
        Ok((!passed.cut && passed.bytes == bytes).then_some(passed.digest))
    }

    fn sum(&mut self, name: &str, digest: Digest) {
        let _written = writeln!(self.sums, "{digest}  {name}");
    }

    fn finish(mut self) -> Result<W, PackageError> {
        self.zip.start_file(places::SUMS, self.options.compression_method(CompressionMethod::Deflated))?;
        self.zip.write_all(self.sums.as_bytes())?;
        Ok(self.zip.finish()?)
    }
}

/// The moment of the export in Japan, as ZIP keeps it.
pub(crate) fn moment(at: Instant) -> Option<DateTime> {
    let text = at.to_string();
    let mut numbers = text.split(['-', ' ', ':']);
    let year = numbers.next()?.parse().ok()?;
    let mut next = || numbers.next()?.parse::<u8>().ok();
    DateTime::from_date_and_time(year, next()?, next()?, next()?, next()?, next()?).ok()
}
