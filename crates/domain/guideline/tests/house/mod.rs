//! The texts of this repository, as the tests read them.

use std::path::PathBuf;

use banso_guideline::{Dictionary, Library, Problem};

/// A file of the repository.
pub(crate) fn file(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Problems as a person would read them.
pub(crate) fn shown(problems: &[Problem], source: &str) -> String {
    let line = |p: &Problem| {
        let (line, column) = p.span.line_and_column(source);
        let at = source[p.span.start..p.span.end].lines().next().unwrap_or_default();
        let remedy = p.remedy.as_ref().map(|r| r.ja.clone()).unwrap_or_default();
        format!("{line}:{column} [{}] {} 「{at}」 {remedy}\n", p.code, p.message.ja)
    };
    problems.iter().map(line).collect()
}

pub(crate) fn dictionary() -> Dictionary {
    let source = file("facts/dictionary.md");
    Dictionary::parse(&source).unwrap_or_else(|p| panic!("{}", shown(&p, &source)))
}

pub(crate) fn library(dictionary: &Dictionary) -> Library {
    let source = file("facts/definitions.md");
    Library::parse(&source, dictionary).unwrap_or_else(|p| panic!("{}", shown(&p, &source)))
}
