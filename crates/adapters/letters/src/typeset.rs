//! From a letter to the bytes of its PDF.

use std::sync::Arc;

use banso_kernel::{Digest, Instant, MoneyError, Yen};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::clean::{Limits, clean};
use crate::letter::Letter;
use crate::view::view;
use crate::world::{Desk, Shared};

/// Why a letter could not be written.
#[derive(Debug, thiserror::Error)]
pub enum LettersError {
    #[error("`{field}` has {characters} characters; at most {limit} fit into a letter: shorten it")]
    TooLong { field: String, characters: usize, limit: usize },
    #[error("`{field}` has {count} entries; at most {limit} fit into a letter: split it")]
    TooMany { field: String, count: usize, limit: usize },
    #[error("the amounts by year add up to {sum}, but the decision is for {amount}: correct one of them before the letter goes out")]
    YearsDiffer { sum: Yen, amount: Yen },
    #[error("the amounts of the letter: {0}")]
    Money(#[from] MoneyError),
    #[error("the letter's data cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the letter could not be typeset: {0}")]
    Typesetting(String),
}

/// A letter, typeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typeset {
    /// PDF/A-3a and PDF/UA-1.
    pub pdf: Vec<u8>,
    pub pages: usize,
    /// Characters that no font has: printed as 〓 and listed in the letter by their code.
    pub missing: Vec<char>,
    /// What the typesetter remarked; empty for our own templates.
    pub warnings: Vec<String>,
}

/// The writer of letters. Make one and clone it: the fonts are read once.
#[derive(Clone)]
pub struct Letters {
    shared: Arc<Shared>,
    limits: Limits,
}

impl Default for Letters {
    fn default() -> Self {
        Self::new()
    }
}

impl Letters {
    /// Reads the embedded fonts (about a tenth of a second).
    #[must_use]
    pub fn new() -> Self {
        Letters { shared: Arc::new(Shared::new()), limits: Limits::DEFAULT }
    }

    /// The letter as PDF/A-3a and PDF/UA-1. The same letter gives the same bytes.
    ///
    /// # Errors
    /// A text or list that is too long, amounts that do not add up, or a failure of the typesetter.
    pub fn render(&self, letter: &Letter) -> Result<Vec<u8>, LettersError> {
        self.typeset(letter).map(|t| t.pdf)
    }

    /// Like [`Letters::render`], with what is worth knowing about the result. Takes a tenth of a second or more: not
    /// for a thread that serves others.
    ///
    /// # Errors
    /// As [`Letters::render`].
    pub fn typeset(&self, letter: &Letter) -> Result<Typeset, LettersError> {
        let sheet = self.lay_out(letter)?;
        let pdf = sheet.export()?;
        // The cache of layouts is for one letter; what the last ten did not use is dropped.
        comemo::evict(10);
        Ok(Typeset { pdf, pages: sheet.document.pages().len(), missing: sheet.missing, warnings: sheet.warnings })
    }

    pub(crate) fn lay_out(&self, letter: &Letter) -> Result<Sheet<'_>, LettersError> {
        let original = serde_json::to_vec_pretty(letter)?;
        let page = view(letter)?;
        let mut data = page.data;
        let missing = clean(&mut data, self.limits, &|c| self.shared.fonts.covers(c))?;
        if let serde_json::Value::Object(fields) = &mut data {
            let codes: Vec<String> = missing.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
            fields.insert("missing".to_owned(), codes.into());
        }
        let ident = Digest::of(&original);
        let desk = Desk::new(&self.shared, page.template, serde_json::to_vec(&data)?, original, letter)
            .ok_or_else(|| LettersError::Typesetting(format!("no template {}", page.template)))?;
        let compiled = typst::compile::<PagedDocument>(&desk);
        let warnings = compiled.warnings.iter().map(|w| w.message.to_string()).collect();
        let document = compiled.output.map_err(|e| failed(&desk, &e))?;
        Ok(Sheet { desk, document, dated: page.dated, ident, missing, warnings })
    }
}

/// A letter laid out on its pages, not yet a PDF.
pub(crate) struct Sheet<'a> {
    desk: Desk<'a>,
    pub(crate) document: PagedDocument,
    dated: Instant,
    ident: Digest,
    missing: Vec<char>,
    warnings: Vec<String>,
}

impl Sheet<'_> {
    fn export(&self) -> Result<Vec<u8>, LettersError> {
        let standards =
            PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1]).map_err(|e| LettersError::Typesetting(e.message().to_string()))?;
        let options = PdfOptions {
            ident: Smart::Custom(self.ident.to_string()),
            creator: Smart::Custom(Some("Banso".to_owned())),
            timestamp: timestamp(self.dated),
            standards,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&self.document, &options).map_err(|e| failed(&self.desk, &e))
    }
}

/// What the typesetter says, with the template and line.
fn failed(desk: &Desk<'_>, errors: &[SourceDiagnostic]) -> LettersError {
    let said: Vec<String> = errors
        .iter()
        .map(|e| {
            let hints: Vec<&str> = e.hints.iter().map(|h| h.v.as_str()).collect();
            [desk.place(e.span).unwrap_or_default(), e.message.to_string(), hints.join("; ")].join(" ").trim().to_owned()
        })
        .collect();
    LettersError::Typesetting(said.join(" / "))
}

/// The date that the PDF bears: the letter's own, in Japan.
fn timestamp(at: Instant) -> Option<Timestamp> {
    let text = at.to_string();
    let mut numbers = text.split(['-', ' ', ':']);
    let year: i32 = numbers.next()?.parse().ok()?;
    let mut next = || numbers.next()?.parse::<u8>().ok();
    let datetime = Datetime::from_ymd_hms(year, next()?, next()?, next()?, next()?, next()?)?;
    Timestamp::new_local(datetime, 9 * 60)
}
