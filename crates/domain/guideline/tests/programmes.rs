//! Every guideline below `programmes/`: it reads clean, its examples are good and bad, everything it asks has its place and its English.

#[cfg(test)]
mod house;
#[cfg(test)]
#[path = "programmes/sectors.rs"]
mod sectors;

use std::collections::BTreeSet;
use std::path::PathBuf;

use banso_guideline::{Block, Edition, SectionContent, Truth};
use banso_kernel::Lang;
use house::{dictionary, file, library, shown};

/// `programme/round.md` of every guideline of this repository, in order.
#[cfg(test)]
fn texts() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../programmes");
    let mut found = Vec::new();
    for programme in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        for text in std::fs::read_dir(&programme).unwrap().map(|e| e.unwrap().path()) {
            let name = |p: &PathBuf| p.file_name().unwrap().to_str().unwrap().to_owned();
            found.push(format!("{}/{}", name(&programme), name(&text)));
        }
    }
    found.sort();
    found
}

#[cfg(test)]
fn editions() -> Vec<(String, Edition)> {
    let (dictionary, texts) = (dictionary(), texts());
    let library = library(&dictionary);
    let read = |name: String| {
        let source = file(&format!("programmes/{name}"));
        let reading = Edition::read(&source, &dictionary, &library);
        assert!(reading.problems.is_empty(), "{name}\n{}", shown(&reading.problems, &source));
        (name, reading.edition.unwrap())
    };
    texts.into_iter().map(read).collect()
}

#[test]
fn every_guideline_reads_clean_and_stands_where_it_says() {
    for (name, edition) in editions() {
        assert!(name.starts_with(&format!("{}.", edition.meta().call)), "{name}");
        assert!(edition.meta().synthetic, "{name}: none of them is a ministry's own text");
        assert!(edition.source().contains("出典") && edition.source().contains("要確認"), "{name}");
    }
}

#[test]
fn every_guideline_has_good_and_bad_examples_and_amounts() {
    for (name, edition) in editions() {
        let examinations: Vec<_> = edition.examples().iter().map(|e| (edition.examine(&e.facts), edition.amount(&e.facts))).collect();
        let of = |truth: Truth| examinations.iter().filter(|(x, _)| x.verdict == truth).count();
        assert!(examinations.len() >= 8 && of(Truth::No) >= 3, "{name}");
        // Where nothing may be a yes because the programme has not settled a value, the good example is one that lacks no fact.
        let whole = |x: &banso_guideline::Examination| x.verdict != Truth::No && x.next_questions.is_empty();
        assert!(examinations.iter().any(|(x, _)| whole(x)), "{name}");
        let failing: BTreeSet<_> =
            examinations.iter().flat_map(|(x, _)| &x.findings).filter(|f| f.truth == Truth::No).map(|f| f.clause.clone()).collect();
        let computed: BTreeSet<_> =
            edition.rules().iter().filter(|r| matches!(r.test, banso_guideline::Test::Computed(_))).map(|r| r.clause.clone()).collect();
        assert!(failing.len() * 2 >= computed.len(), "{name}: bad examples for {failing:?} of {computed:?}");
    }
}

#[test]
fn everything_that_is_asked_has_its_place_in_the_form() {
    for (name, edition) in editions() {
        for item in edition.questions().iter().filter(|i| *i != "申請枠") {
            assert!(!edition.fields_of(item).is_empty(), "{name}: {item}");
        }
    }
}

#[test]
fn every_clause_field_and_letter_has_its_english() {
    for (name, edition) in editions() {
        assert!(edition.clauses().iter().all(|c| c.title.en.is_some()), "{name}");
        for section in &edition.form().sections {
            assert!(section.title.en.is_some(), "{name}: {}", section.id);
            if let SectionContent::Fields(fields) = &section.content {
                assert!(fields.iter().all(|f| f.label.en.is_some() && f.hint.en.is_some()), "{name}: {}", section.id);
            }
        }
        assert!(edition.score_sheet().criteria.iter().all(|c| c.title.en.is_some() && c.group.en.is_some()), "{name}");
        assert!(edition.selection().bonuses.iter().all(|b| b.title.en.is_some()), "{name}");
        assert!(edition.conditions().iter().all(|c| c.text.en.is_some()), "{name}");
        assert!(edition.duties().iter().all(|d| d.title.en.is_some() && d.when.en.is_some()), "{name}");
        assert!(edition.rules().iter().all(|r| r.remedy.as_ref().is_none_or(|t| t.en.is_some())), "{name}");
        for block in edition.page(Lang::En) {
            assert!(!matches!(&block, Block::Prose { html } if html.contains("English:")), "{name}: {block:?}");
        }
    }
}

#[test]
fn the_tutorial_shows_what_its_text_says() {
    let (tutorial, text) = (file("docs/guide/tutorial.md"), file("programmes/mihon-rd/r8-1.md"));
    let excerpts: Vec<&str> = tutorial.split("````markdown\n").skip(1).filter_map(|rest| rest.split("````").next()).collect();
    assert!(excerpts.len() >= 12);
    for excerpt in excerpts {
        assert!(text.contains(excerpt.trim()), "the tutorial shows what is not in its text:\n{excerpt}");
    }
}
