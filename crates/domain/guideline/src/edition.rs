//! One edition of a guideline: everything its text says, checked, and what can be asked of it.

use std::sync::Arc;

use banso_execution::rules::ExecutionRules;
use banso_kernel::{CallId, Digest, LocalText};

use crate::content::Content;
use crate::dictionary::Dictionary;
use crate::examples::Example;
use crate::expr::{Expr, Names};
use crate::library::{Library, SharedDefinition};
use crate::markdown::{Piece, TEXT_MAX, merge_conflicts, pieces, unseen_characters};
use crate::model::{
    Clause, Condition, Duty, Finding, Form, ItemId, Kpi, Meta, Missing, ScoreSheet, Section, SectionContent, SelectionRules, Track,
};
use crate::outline::{self, Placed, TableKind};
use crate::plan::Plan;
use crate::problem::{Code, Problem, Severity, Span, tidy};
use crate::rules::{Rule, Test};
use crate::{content, examples, front};

/// What reading a text gives: the edition, unless there is an error, and all problems in the order of the text.
#[derive(Debug, Clone)]
pub struct Reading {
    pub edition: Option<Edition>,
    pub problems: Vec<Problem>,
}

/// A checked edition. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Edition(Arc<Whole>);

#[derive(Debug)]
pub(crate) struct Whole {
    pub source: String,
    pub digest: Digest,
    pub meta: Meta,
    pub amendment: Option<LocalText>,
    pub placed: Vec<Placed>,
    pub clauses: Vec<Clause>,
    pub pieces: Vec<Piece>,
    pub shared: Vec<SharedDefinition>,
    pub dictionary: Dictionary,
    pub names: Names,
    pub content: Content,
    pub examples: Vec<Example>,
    pub body: usize,
}

impl Edition {
    /// Reads a guideline: front matter, clauses, tables and blocks, and runs its worked examples.
    ///
    /// `dictionary` says which facts there are; `library` holds the shared definitions that the front matter names in 使う定義.
    #[must_use]
    pub fn read(source: &str, dictionary: &Dictionary, library: &Library) -> Reading {
        let mut problems = Vec::new();
        if source.len() > TEXT_MAX {
            problems.push(
                Problem::error(
                    Code::TextTooLarge,
                    Span::new(0, 0),
                    "公募要領が大きすぎます（2 MBまで）。",
                    "The guideline is too large (2 MB at most).",
                )
                .remedy("図表などを別の書類に分けてください。", "Move bulky parts into documents of their own."),
            );
            return Reading { edition: None, problems };
        }
        let parts = Parts::read(source, dictionary, library, &mut problems);
        let sound = parts.content.plan.is_some() && !problems.iter().any(|p| p.severity == Severity::Error);
        let meta = parts.front.meta.clone().filter(|_| sound);
        let edition = meta.map(|meta| parts.whole(source, meta));
        if let Some(edition) = &edition {
            problems.extend(edition.run_examples().iter().filter_map(|e| e.problem()));
            problems.extend(edition.examples_beyond_the_form());
        }
        let sound = !problems.iter().any(|p| p.severity == Severity::Error);
        Reading { edition: edition.filter(|_| sound), problems: tidy(problems, source) }
    }

    /// A text that was published once and is not accepted any more, as far as it can still be read: to look at what was done under it,
    /// never to judge by. What cannot be read is empty; `call` and `name` stand in for a front matter that does not say them.
    #[must_use]
    pub fn as_far_as_it_reads(source: &str, dictionary: &Dictionary, library: &Library, call: &CallId, name: &str) -> Edition {
        let mut unheard = Vec::new();
        let read = source.get(..Span::new(0, TEXT_MAX).within(source).end).unwrap_or_default();
        let parts = Parts::read(read, dictionary, library, &mut unheard);
        let meta = parts.front.meta.clone().unwrap_or_else(|| front::salvaged(read, call, name));
        parts.whole(source, meta)
    }

    pub(crate) fn whole(&self) -> &Whole {
        &self.0
    }

    /// The text as published.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// SHA-256 of the text: what acts refer to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.0.meta
    }

    /// Why this edition was made, when it amends an earlier one (改正).
    #[must_use]
    pub fn amendment(&self) -> Option<&LocalText> {
        self.0.amendment.as_ref()
    }

    /// All clauses, in the order of the text.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.0.clauses
    }

    #[must_use]
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.0.clauses.iter().find(|c| c.id == id)
    }

    #[must_use]
    pub fn tracks(&self) -> &[Track] {
        &self.0.content.tracks
    }

    #[must_use]
    pub fn form(&self) -> &Form {
        &self.0.content.form
    }

    #[must_use]
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.form().sections.iter().find(|s| s.id == id)
    }

    #[must_use]
    pub fn score_sheet(&self) -> &ScoreSheet {
        &self.0.content.sheet
    }

    #[must_use]
    pub fn selection(&self) -> &SelectionRules {
        &self.0.content.selection
    }

    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.0.content.conditions
    }

    #[must_use]
    pub fn duties(&self) -> &[Duty] {
        &self.0.content.duties
    }

    /// What it says of the time after the decision, where it does.
    #[must_use]
    pub fn execution(&self) -> Option<&ExecutionRules> {
        self.0.content.execution.as_ref()
    }

    #[must_use]
    pub fn kpis(&self) -> &[Kpi] {
        &self.0.content.kpis
    }

    /// The conditions for applying, in the order of the text.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.0.content.rules
    }

    /// Whom the guideline wants told of the call (案内対象), if it says.
    #[must_use]
    pub fn audience(&self) -> Option<&Expr> {
        match &self.0.content.audience.as_ref()?.test {
            Test::Computed(computed) => Some(&computed.whole),
            Test::ByPerson(_) => None,
        }
    }

    /// How the amount is computed; nothing where the text of a kept edition does not say it in a way that this program reads.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        self.0.content.plan.as_ref()
    }

    #[must_use]
    pub fn dictionary(&self) -> &Dictionary {
        &self.0.dictionary
    }

    /// Names that its expressions use.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.0.names
    }

    /// The shared definitions it uses.
    #[must_use]
    pub fn shared(&self) -> &[SharedDefinition] {
        &self.0.shared
    }

    /// Every value of the programme that is not settled (要確認).
    #[must_use]
    pub fn unconfirmed(&self) -> &[Missing] {
        &self.0.content.unconfirmed
    }

    /// Where in the form an item is filled in: section id and key. A part of the consortium is found under its section.
    #[must_use]
    pub fn fields_of(&self, item: &str) -> Vec<FieldPlace> {
        let mut out = Vec::new();
        for section in &self.form().sections {
            let keys: Vec<ItemId> = match &section.content {
                SectionContent::Fields(fields) => fields.iter().map(|f| f.id.clone()).collect(),
                SectionContent::Consortium { parts, .. } => {
                    parts.iter().map(|p| p.id.clone()).chain([crate::answers::CONSORTIUM_ITEM.to_owned()]).collect()
                }
                SectionContent::Budget { .. } => {
                    ["経費区分", "金額", "年度", crate::answers::BUDGET_ITEM].iter().map(|s| (*s).to_owned()).collect()
                }
                SectionContent::Kpis => {
                    self.kpis().iter().filter(|k| k.id == item || k.item.as_deref() == Some(item)).map(|_| item.to_owned()).collect()
                }
                SectionContent::Documents(_) => Vec::new(),
            };
            if keys.iter().any(|k| k == item) {
                let key = match &section.content {
                    SectionContent::Fields(_) => Some(item.to_owned()),
                    SectionContent::Kpis => {
                        self.kpis().iter().find(|k| k.id == item || k.item.as_deref() == Some(item)).map(|k| k.id.clone())
                    }
                    SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Documents(_) => None,
                };
                out.push(FieldPlace { section: section.id.clone(), key });
            }
        }
        out
    }
}

impl Edition {
    /// An English text with the Japanese names of choices, tracks and budget lines in it replaced by their English.
    #[must_use]
    pub fn in_english(&self, text: &str) -> String {
        let lines = self.form().sections.iter().flat_map(|s| match &s.content {
            SectionContent::Budget { lines, .. } => lines.iter().map(|l| &l.title).collect::<Vec<_>>(),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => {
                Vec::new()
            }
        });
        let mut words: Vec<&LocalText> = self.dictionary().choices().chain(self.tracks().iter().map(|t| &t.title)).chain(lines).collect();
        // The longest first: 事業管理機関 before 機関.
        words.sort_by_key(|w| std::cmp::Reverse(w.ja.len()));
        let english = |text: String, word: &LocalText| match &word.en {
            Some(en) if text.contains(&word.ja) => text.replace(&word.ja, en),
            Some(_) | None => text,
        };
        words.into_iter().fold(text.to_owned(), english)
    }

    /// Where in the form the answer of a finding hangs: the items it misses, falls short of, or used. Each place once.
    #[must_use]
    pub fn places_of(&self, finding: &Finding) -> Vec<FieldPlace> {
        let missing = finding.missing.iter().filter_map(|m| match m {
            Missing::Fact(item) => Some(item),
            Missing::Unconfirmed { .. } => None,
        });
        let short = finding.shortfalls.iter().map(|s| &s.item);
        let used = finding.used.iter().map(|(item, _)| item);
        let mut out: Vec<FieldPlace> = Vec::new();
        for place in missing.chain(short).chain(used).flat_map(|item| self.fields_of(item)) {
            if !out.contains(&place) {
                out.push(place);
            }
        }
        out
    }
}

/// A place in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPlace {
    pub section: String,
    /// The field's key, where the section has one field for it; none for a table of members or costs.
    pub key: Option<String>,
}

/// What was found in a text.
struct Parts {
    front: front::Front,
    clauses: Vec<Placed>,
    pieces: Vec<Piece>,
    shared: Vec<SharedDefinition>,
    /// With the text's own choices of tracks.
    dictionary: Dictionary,
    names: Names,
    content: Content,
    examples: Vec<Example>,
}

impl Parts {
    fn read(source: &str, dictionary: &Dictionary, library: &Library, problems: &mut Vec<Problem>) -> Parts {
        merge_conflicts(source, problems);
        unseen_characters(source, problems);
        let front = front::read(source, problems);
        let pieces = pieces(source, front.body, problems);
        let outline = outline::read(source, &pieces, problems);
        let shared = shared(&front, library, problems);
        let placed = crate::definitions::collect(source, &outline.parts, problems);
        let own = dictionary.with_choices(TableKind::Tracks.word(), &content::track_names(&outline.parts));
        let names = content::names(&outline.parts, &placed, &shared, &front, &own, problems);
        let content = content::read(source, &front, &outline.parts, &names, dictionary, problems);
        let examples = examples::read(&outline.parts, &own, problems);
        drop_echoes(source, &placed, &names, problems);
        Parts { front, clauses: outline.clauses, pieces, shared, dictionary: own, names, content, examples }
    }

    /// The edition that they make of the whole text.
    fn whole(self, source: &str, meta: Meta) -> Edition {
        Edition(Arc::new(Whole {
            source: source.to_owned(),
            digest: Digest::of(source.as_bytes()),
            meta,
            amendment: self.front.amendment,
            clauses: self.clauses.iter().map(|p| p.clause.clone()).collect(),
            placed: self.clauses,
            pieces: self.pieces,
            shared: self.shared,
            dictionary: self.dictionary,
            names: self.names,
            content: self.content,
            examples: self.examples,
            body: self.front.body,
        }))
    }
}

/// The shared definitions that the front matter asks for.
fn shared(front: &front::Front, library: &Library, problems: &mut Vec<Problem>) -> Vec<SharedDefinition> {
    let mut out = Vec::new();
    for (words, day) in &front.uses {
        match library.on(&words.text, day.unwrap_or(front.opens)) {
            Some(found) => out.push(found.clone()),
            None => problems.push(
                Problem::error(
                    Code::UnknownName,
                    words.at,
                    format!("その日に「{}」という共通の定義はありません。", words.text),
                    format!("There is no shared definition `{}` on that day.", words.text),
                )
                .suggest(&words.text, library.names().filter(|n| *n != words.text)),
            ),
        }
    }
    out
}

/// Takes out complaints about names that are defined, but wrongly: the definition has its own complaint.
fn drop_echoes(source: &str, placed: &[crate::definitions::Placed], names: &Names, problems: &mut Vec<Problem>) {
    let broken = |name: &str| placed.iter().any(|p| p.source.name == name) && names.definition(name).is_none();
    problems.retain(|p| {
        let text = source.get(p.span.start..p.span.end).unwrap_or_default();
        p.code != Code::UnknownName || !broken(text)
    });
}
