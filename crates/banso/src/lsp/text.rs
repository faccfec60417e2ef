//! An open text, read as far as it can be, and what is told about it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_guideline::{Dictionary, Edition, Library, Origin, Problem, ProposalKind, Sectors, Severity, Writing, lay_out, name_place};
use banso_kernel::{Lang, LocalText};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    GotoDefinitionResponse, Hover, HoverContents, Location, MarkupContent, MarkupKind, NumberOrString, Position, TextEdit, Uri,
};

use super::place::{address, offset, path, position, range};
use crate::check::facts_folder;
use crate::texts;

/// What texts of one folder are read with.
#[derive(Debug)]
struct Words {
    folder: PathBuf,
    dictionary: Dictionary,
    library: Library,
}

/// Dictionaries and shared definitions, read once.
#[derive(Debug, Default)]
pub(crate) struct House(HashMap<PathBuf, Arc<Words>>);

impl House {
    /// The words for a file: those of the `facts` folder near it. Without one, and while it is broken, there are none.
    fn words(&mut self, file: Option<&Path>) -> Arc<Words> {
        let folder = file.and_then(|f| facts_folder(f, None).ok()).unwrap_or_default();
        let read = || {
            let read = |name: &str| texts::read(&folder.join(name)).unwrap_or_default();
            let dictionary = Dictionary::parse(&read("dictionary.md")).unwrap_or_default();
            let library = Library::parse(&read("definitions.md"), &dictionary).unwrap_or_default();
            Arc::new(Words { folder: folder.clone(), dictionary, library })
        };
        Arc::clone(self.0.entry(folder.clone()).or_insert_with(read))
    }
}

/// A text as the editor has it.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) source: String,
    problems: Vec<Problem>,
    words: Arc<Words>,
}

impl Open {
    pub(crate) fn read(uri: &Uri, source: String, house: &mut House) -> Self {
        let file = path(uri);
        let words = house.words(file.as_deref());
        let problems = match file.as_deref().and_then(Path::file_name).and_then(|n| n.to_str()) {
            Some("dictionary.md") => Dictionary::parse(&source).err().unwrap_or_default(),
            Some("sectors.md") => Sectors::parse(&source, &words.dictionary).err().unwrap_or_default(),
            Some("definitions.md") => Library::parse(&source, &words.dictionary).err().unwrap_or_default(),
            Some(_) | None => Edition::read(&source, &words.dictionary, &words.library).problems,
        };
        Open { source, problems, words }
    }

    fn writing(&self) -> Writing<'_> {
        Writing::new(&self.source, &self.words.dictionary, &self.words.library)
    }

    pub(crate) fn diagnostics(&self, uri: &Uri, lang: Lang) -> Vec<Diagnostic> {
        let related = |(span, text): &(banso_guideline::Span, LocalText)| DiagnosticRelatedInformation {
            location: Location { uri: uri.clone(), range: range(&self.source, *span) },
            message: text.get(lang).to_owned(),
        };
        let diagnostic = |problem: &Problem| Diagnostic {
            range: range(&self.source, problem.span),
            severity: Some(match problem.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
            }),
            code: Some(NumberOrString::String(problem.code.as_str().to_owned())),
            source: Some("banso".to_owned()),
            message: match &problem.remedy {
                Some(remedy) => format!("{}\n{}", problem.message.get(lang), remedy.get(lang)),
                None => problem.message.get(lang).to_owned(),
            },
            related_information: Some(problem.related.iter().map(related).collect()),
            ..Diagnostic::default()
        };
        self.problems.iter().map(diagnostic).collect()
    }

    pub(crate) fn hover(&self, at: Position, lang: Lang) -> Option<Hover> {
        let meaning = self.writing().meaning(offset(&self.source, at))?;
        let value = meaning.text.get(lang).to_owned();
        Some(Hover {
            contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::PlainText, value }),
            range: Some(range(&self.source, meaning.at)),
        })
    }

    pub(crate) fn completions(&self, at: Position, lang: Lang) -> Option<CompletionResponse> {
        let proposals = self.writing().proposals(offset(&self.source, at));
        let item = |p: banso_guideline::Proposal| CompletionItem {
            label: p.text,
            kind: Some(match p.kind {
                ProposalKind::Item => CompletionItemKind::FIELD,
                ProposalKind::Choice => CompletionItemKind::ENUM_MEMBER,
                ProposalKind::Definition => CompletionItemKind::VARIABLE,
                ProposalKind::Function => CompletionItemKind::FUNCTION,
                ProposalKind::Keyword => CompletionItemKind::KEYWORD,
                ProposalKind::Clause => CompletionItemKind::REFERENCE,
            }),
            detail: Some(p.about.get(lang).to_owned()),
            ..CompletionItem::default()
        };
        Some(CompletionResponse::Array(proposals.into_iter().map(item).collect()))
    }

    pub(crate) fn origin(&self, at: Position, uri: &Uri) -> Option<GotoDefinitionResponse> {
        let location = match self.writing().origin(offset(&self.source, at))? {
            Origin::Here(span) => Location { uri: uri.clone(), range: range(&self.source, span) },
            Origin::Dictionary(name) => self.in_facts("dictionary.md", &name)?,
            Origin::Library(name) => self.in_facts("definitions.md", &name)?,
        };
        Some(GotoDefinitionResponse::Scalar(location))
    }

    fn in_facts(&self, file: &str, name: &str) -> Option<Location> {
        let file = self.words.folder.join(file);
        let source = texts::read(&file).ok()?;
        let span = name_place(&source, name)?;
        Some(Location { uri: address(&std::path::absolute(file).ok()?)?, range: range(&source, span) })
    }

    /// The whole text laid out, as one edit; none where nothing changes.
    pub(crate) fn laid_out(&self) -> Option<Vec<TextEdit>> {
        let new_text = lay_out(&self.source);
        if new_text == self.source {
            return Some(Vec::new());
        }
        let whole = lsp_types::Range { start: Position::default(), end: position(&self.source, self.source.len()) };
        Some(vec![TextEdit { range: whole, new_text }])
    }
}
