//! Definitions that many guidelines share (中小企業者, …), each version keyed by the day it starts from, so that gaps and
//! overlaps in time cannot be written.

use std::sync::Arc;

use banso_kernel::{Day, Digest, LocalText, fold_width};

use crate::definitions::{Placed, collect};
use crate::dictionary::Dictionary;
use crate::expr::Names;
use crate::markdown::{Piece, TEXT_MAX, merge_conflicts, pieces};
use crate::outline::parts_under;
use crate::overlap;
use crate::problem::{Code, Problem, Severity, Span, tidy};
use crate::words::local;

/// One version of a shared definition, with the helpers it needs.
#[derive(Debug, Clone)]
pub struct SharedDefinition {
    /// As 使う定義 names it: `みなし大企業`, or with its variant `みなし大企業：持続化`. What it defines bears the part before the colon.
    pub name: String,
    pub label: LocalText,
    /// The first day on which it holds; it holds until the next version starts.
    pub since: Day,
    pub(crate) definitions: Vec<Placed>,
    pub(crate) pieces: Vec<Piece>,
}

/// All shared definitions.
#[derive(Debug, Clone, Default)]
pub struct Library {
    versions: Vec<SharedDefinition>,
    source: Arc<str>,
}

impl Library {
    /// Reads a text of shared definitions (`facts/definitions.md`): `## 名前`, under it `### 2016-04-01 から` for each version,
    /// and in each version 定義 blocks and 決定表 tables. One of them has the name itself.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn parse(source: &str, dictionary: &Dictionary) -> Result<Library, Vec<Problem>> {
        let mut problems = Vec::new();
        if source.len() > TEXT_MAX {
            problems.push(Problem::error(Code::TextTooLarge, Span::new(0, 0), "定義集が大きすぎます。", "The library is too large."));
            return Err(problems);
        }
        merge_conflicts(source, &mut problems);
        let pieces = pieces(source, 0, &mut problems);
        let mut library = Library { source: Arc::from(source), ..Library::default() };
        let mut name: Option<LocalText> = None;
        for (i, piece) in pieces.iter().enumerate() {
            let Piece::Heading { level, text, at } = piece else { continue };
            match level {
                2 => name = Some(local(text)),
                3 => {
                    let own = pieces.iter().skip(i + 1).take_while(|p| !matches!(p, Piece::Heading { level: 1..=3, .. }));
                    let own: Vec<Piece> = own.cloned().collect();
                    library.version(source, name.as_ref(), text, *at, own, dictionary, &mut problems);
                }
                _ => {}
            }
        }
        if problems.iter().any(|p| p.severity == Severity::Error) { Err(tidy(problems, source)) } else { Ok(library) }
    }

    /// The text that it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// SHA-256 of the text: what an edition pins that was read with it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.source.as_bytes())
    }

    /// The version of a definition that holds on a day.
    #[must_use]
    pub fn on(&self, name: &str, day: Day) -> Option<&SharedDefinition> {
        let name = fold_width(name);
        self.versions.iter().filter(|v| fold_width(&v.name) == name && v.since <= day).max_by_key(|v| v.since)
    }

    /// The names there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().map(|v| v.name.as_str())
    }

    #[expect(clippy::too_many_arguments, reason = "one version is all of these; they are used once, here")]
    fn version(
        &mut self,
        source: &str,
        name: Option<&LocalText>,
        heading: &str,
        at: Span,
        own: Vec<Piece>,
        dictionary: &Dictionary,
        problems: &mut Vec<Problem>,
    ) {
        let Some(label) = name else {
            problems.push(
                Problem::error(Code::OutsideClause, at, "定義の名前がありません。", "The definition has no name.")
                    .remedy("「## 名前」の見出しの下に置いてください。", "Put it under a heading `## name`."),
            );
            return;
        };
        let Ok(since) = Day::parse(heading.trim().trim_end_matches("から").trim()) else {
            problems.push(
                Problem::error(Code::BadDay, at, "いつからの定義か読めません。", "The day it starts from cannot be read.")
                    .remedy("「### 2016-04-01 から」のように書いてください。", "Write `### 2016-04-01 から`."),
            );
            return;
        };
        if self.versions.iter().any(|v| v.name == label.ja && v.since == since) {
            problems.push(Problem::error(Code::DuplicateName, at, "同じ日からの定義が二つあります。", "Two versions start on one day."));
        }
        let parts = parts_under(source, &own, &label.ja, problems);
        let definitions = collect(source, &parts, problems);
        let mut names = Names::of_items(dictionary.items());
        let sources: Vec<_> = definitions.iter().map(|d| d.source.clone()).collect();
        for misfit in names.define_all(&sources) {
            problems.extend(definitions.get(misfit.source).map(|d| d.problem(&misfit)));
        }
        overlap::check(&definitions, &names, problems);
        let defined = defined_name(&label.ja);
        if !definitions.is_empty() && !definitions.iter().any(|d| d.source.name == defined) {
            problems.push(Problem::error(
                Code::UnknownName,
                at,
                format!("「{defined}」そのものの定義がありません。"),
                format!("`{defined}` itself is not defined here."),
            ));
        }
        self.versions.push(SharedDefinition { name: label.ja.clone(), label: label.clone(), since, definitions, pieces: own });
    }
}

/// What a heading defines: `みなし大企業：持続化` is a variant of みなし大企業.
fn defined_name(heading: &str) -> &str {
    heading.split([':', '：']).next().unwrap_or(heading).trim()
}
