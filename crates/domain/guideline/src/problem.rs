//! What is wrong with a text, where, and how to put it right.

use std::fmt;

use banso_kernel::LocalText;
use serde::{Deserialize, Serialize};

/// Bytes of a source text, from `start` up to, not including, `end`. Always inside the text and on letter boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// The same bytes of a text that begins `by` bytes later.
    #[must_use]
    pub const fn shifted(self, by: usize) -> Self {
        Span { start: self.start + by, end: self.end + by }
    }

    /// Line and column of the start, both counted from 1, the column in letters.
    #[must_use]
    pub fn line_and_column(self, source: &str) -> (usize, usize) {
        let before = source.get(..self.start).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// This span cut back to what lies inside `source`.
    #[must_use]
    pub(crate) fn within(self, source: &str) -> Self {
        let floor = |mut at: usize| {
            at = at.min(source.len());
            while !source.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(self.start);
        Span { start, end: floor(self.end).max(start) }
    }
}

/// How grave a problem is. A text with an error has no edition; with warnings it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    Error,
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// What kind of problem it is. The text of a code is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            /// The stable text, e.g. `clause-order`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text),* }
            }
        }
    };
}

codes! {
    TextTooLarge = "text-too-large",
    TooDeep = "too-deep",
    TooManyProblems = "too-many-problems",
    MergeConflict = "merge-conflict",
    /// A character that nobody sees and that changes what is read.
    UnseenCharacter = "unseen-character",
    FrontMatter = "front-matter",
    UnknownKey = "unknown-key",
    DuplicateKey = "duplicate-key",
    MissingKey = "missing-key",
    BadValue = "bad-value",
    BadDay = "bad-day",
    BadYen = "bad-yen",
    ClosesBeforeOpens = "closes-before-opens",
    /// An amendment that ends earlier than what was announced.
    ClosingBroughtForward = "closing-brought-forward",
    /// An amendment under another call, or with other numbers of receipts and letters.
    NumberChanged = "number-changed",
    /// An amendment that makes a demonstration real, or something real a demonstration.
    SyntheticChanged = "synthetic-changed",
    /// An amendment that ends the reserve list earlier than what was announced.
    ReserveTermShortened = "reserve-term-shortened",
    /// A heading that is not a numbered clause where one is due.
    ClauseNumber = "clause-number",
    DuplicateClause = "duplicate-clause",
    /// An amendment that gives a clause another number.
    ClauseRenumbered = "clause-renumbered",
    ClauseOrder = "clause-order",
    /// A block that stands before the first numbered clause.
    OutsideClause = "outside-clause",
    UnknownBlock = "unknown-block",
    UnclosedBlock = "unclosed-block",
    EmptyBlock = "empty-block",
    UnknownTable = "unknown-table",
    MissingTable = "missing-table",
    UnmarkedTable = "unmarked-table",
    UnknownColumn = "unknown-column",
    MissingColumn = "missing-column",
    EmptyCell = "empty-cell",
    /// A row of a table with more or fewer cells than its header.
    RowWidth = "row-width",
    DuplicateName = "duplicate-name",
    UnknownName = "unknown-name",
    /// A definition that needs itself.
    Circular = "circular",
    /// Yen that meet people.
    Unit = "unit",
    Expression = "expression",
    Overlap = "overlap",
    Gap = "gap",
    /// A decision table with too many cases to be gone through.
    Unchecked = "unchecked",
    Points = "points",
    MissingPart = "missing-part",
    Example = "example",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub severity: Severity,
    pub code: Code,
    pub span: Span,
    pub message: LocalText,
    pub remedy: Option<LocalText>,
    /// Other places that have to do with it, e.g. where a number was used first.
    pub related: Vec<(Span, LocalText)>,
}

impl Problem {
    pub(crate) fn error(code: Code, span: Span, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Problem { severity: Severity::Error, code, span, message: LocalText::new(ja, en), remedy: None, related: Vec::new() }
    }

    pub(crate) fn warning(code: Code, span: Span, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(code, span, ja, en) }
    }

    pub(crate) fn remedy(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.remedy = Some(LocalText::new(ja, en));
        self
    }

    pub(crate) fn related(mut self, span: Span, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.related.push((span, LocalText::new(ja, en)));
        self
    }

    /// With a "did you mean", when one of `known` is near to `name`.
    pub(crate) fn suggest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, known) {
            Some(near) => self.remedy(format!("「{near}」ではありませんか。"), format!("Did you mean `{near}`?")),
            None => self,
        }
    }
}

/// The known name that a misspelt one is nearest to, if it is near at all.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .filter(|(distance, k)| *distance * 2 <= length.max(k.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// Most problems that one reading lists.
const PROBLEMS_MAX: usize = 200;

/// The problems of a reading: in the order of the text, inside the text, each once, and not without end.
pub(crate) fn tidy(mut problems: Vec<Problem>, source: &str) -> Vec<Problem> {
    for p in &mut problems {
        p.span = p.span.within(source);
        p.related.iter_mut().for_each(|(span, _)| *span = span.within(source));
    }
    problems.sort_by_key(|p| (p.span, p.code));
    problems.dedup();
    if problems.len() > PROBLEMS_MAX {
        let more = problems.len() - PROBLEMS_MAX;
        problems.truncate(PROBLEMS_MAX);
        let end = problems.last().map(|p| p.span).unwrap_or_default();
        problems.push(Problem::error(
            Code::TooManyProblems,
            end,
            format!("このほかに{more}件の問題があります。"),
            format!("There are {more} more problems."),
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_count_letters() {
        let source = "一行目\n二行目の誤り";
        let at = source.find("誤").unwrap();
        assert_eq!(Span::new(at, at + 3).line_and_column(source), (2, 5));
        assert_eq!(Span::new(at + 1, 999).within(source), Span::new(at, source.len()));
    }

    #[test]
    fn near_names_are_suggested() {
        assert_eq!(nearest("従業員", ["資本金", "従業員数"]), Some("従業員数"));
        assert_eq!(nearest("まったく別の名前", ["資本金", "従業員数"]), None);
    }
}
