//! What the documents say: the words of the glossary are in the code, and links lead somewhere.

use std::path::Path;

use crate::tree::{Source, expect_none, file, files, root};

/// Words in backticks in the second column of the glossary's tables under `## In the code`.
fn glossary_words(glossary: &Source) -> Vec<String> {
    let part = glossary.text.split("## In the code").nth(1).unwrap_or("").split("\n## ").next().unwrap_or("");
    let cells = part.lines().filter(|l| l.starts_with("| ")).filter_map(|l| l.split('|').nth(2));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn unknown_words(words: &[String], sources: &[Source]) -> Vec<String> {
    let is_word = |text: &str, word: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == word);
    words
        .iter()
        .filter(|word| !word.split("::").all(|part| sources.iter().any(|s| is_word(&s.text, part))))
        .map(|word| {
            format!(
                "GLOSSARY.md: no Rust says `{word}`. Rename the one or the other; a word not yet built stands under `## Not built yet`."
            )
        })
        .collect()
}

/// Targets of `](…)` links that stay in the repository.
fn links(paper: &Source) -> Vec<&str> {
    let targets = paper.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|t| t.split('#').next().unwrap_or(""))
        .filter(|t| !t.is_empty() && !t.contains("://") && !t.starts_with("mailto:"))
        .collect()
}

fn dead_links(paper: &Source, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(&paper.path).parent().unwrap_or(Path::new("")).to_owned();
    links(paper)
        .into_iter()
        .filter(|target| !exists(&folder.join(target)))
        .map(|target| format!("{}: the link to `{target}` leads nowhere.", paper.path))
        .collect()
}

/// Every paper that a reader may open.
fn papers() -> Vec<Source> {
    let mut all = files(&["docs"], ".md");
    all.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md", "SECURITY.md"].map(file));
    all
}

#[test]
fn the_words_of_the_glossary_are_the_words_of_the_code() {
    let glossary =
        Source::new("GLOSSARY.md", "## In the code\n| 受理 | `Receipt`, `Submitted` | x |\n\n## Not built yet\n| 返還 | `Repayment` | |\n");
    let words = glossary_words(&glossary);
    assert_eq!(words, ["Receipt", "Submitted"]);
    assert_eq!(unknown_words(&words, &[Source::new("a.rs", "struct Submitted; // Receipts")]).len(), 1);

    let words = glossary_words(&file("GLOSSARY.md"));
    assert!(words.len() > 20, "the glossary's tables have moved");
    expect_none(&unknown_words(&words, &files(&["crates"], ".rs")));
}

#[test]
fn links_lead_somewhere() {
    let paper = Source::new("docs/a.md", "[x](b.md) [y](https://example.jp) [z](../README.md#top)");
    assert_eq!(dead_links(&paper, |p| p == Path::new("docs/../README.md")).len(), 1);
    let complaints: Vec<_> = papers().iter().flat_map(|paper| dead_links(paper, |p| root().join(p).exists())).collect();
    expect_none(&complaints);
}
