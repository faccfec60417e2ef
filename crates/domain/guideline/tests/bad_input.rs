//! The worst that a text can be: circles, units that do not fit, tables that overlap, unknown items, renumbered clauses, marks of a
//! version control system, ten megabytes, nesting without end. Each is located and explained in both languages; nothing crashes.

#[cfg(test)]
mod house;

use std::time::{Duration, Instant};

use banso_guideline::{Dictionary, Edition, Library, Problem, Severity, lay_out};
use banso_kernel::Lang;
use house::{dictionary, library, shown};

const SMALL: &str = include_str!("house/small.md");

#[cfg(test)]
fn problems(source: &str) -> Vec<Problem> {
    let dictionary = dictionary();
    Edition::read(source, &dictionary, &library(&dictionary)).problems
}

/// The problem of that code: where it stands, and that it speaks both languages.
#[cfg(test)]
fn told(source: &str, code: &str) -> (usize, String) {
    let found = problems(source);
    let problem = found.iter().find(|p| p.code.as_str() == code).unwrap_or_else(|| panic!("no {code} in\n{}", shown(&found, source)));
    assert_eq!(problem.severity, Severity::Error);
    let english = problem.message.get(Lang::En);
    assert!(problem.message.en.is_some() && english.chars().any(|c| c.is_ascii_alphabetic()), "{problem:?}");
    (problem.span.line_and_column(source).0, problem.message.ja.clone())
}

#[cfg(test)]
fn line_of(source: &str, text: &str) -> usize {
    source.lines().position(|l| l.contains(text)).unwrap() + 1
}

#[test]
fn a_circle_of_definitions_names_all_of_them() {
    let circle = "```定義 甲\n乙 + 1円\n```\n\n```定義 乙\n丙 + 1円\n```\n\n```定義 丙\n甲 + 1円\n```\n\n## 3 様式";
    let source = SMALL.replacen("## 3 様式", circle, 1);
    let (line, message) = told(&source, "circular");
    assert_eq!(line, line_of(&source, "```定義 甲"));
    assert!(message.contains("乙"), "{message}");
    assert_eq!(problems(&source).iter().filter(|p| p.code.as_str() == "circular").count(), 3);
}

#[test]
fn units_that_do_not_fit_and_items_that_there_are_not() {
    for (to, code) in [("資本金 <= 300人", "unit"), ("資本金 + 従業員数 <= 3億円", "unit"), ("資本筋 <= 3億円", "unknown-name")]
    {
        let source = SMALL.replacen("補助事業期間 <= 最長期間", to, 1);
        assert_eq!(told(&source, code).0, line_of(&source, to), "{to}");
    }
    let source = SMALL.replacen("補助事業期間 <= 最長期間", "資本筋 <= 3億円", 1);
    let remedy = problems(&source).into_iter().find_map(|p| p.remedy).unwrap();
    assert!(remedy.ja.contains("資本金"), "the nearest name is told: {remedy:?}");
}

#[test]
fn a_table_that_overlaps_shows_a_firm() {
    let source = SMALL.replacen("| 20人以下 | 2/3 |", "| 30人以下 | 2/3 |", 1);
    let (line, message) = told(&source, "overlap");
    assert_eq!(line, line_of(&source, "| 20人超 | 1/2 |"));
    assert!(message.contains("従業員数: "), "{message}");
}

#[test]
fn a_clause_renumbered_under_a_live_call() {
    let (dictionary, after) = (dictionary(), SMALL.replacen("### 1-3 誓約", "### 1-4 誓約", 1));
    let library = library(&dictionary);
    let read = |text: &str| Edition::read(text, &dictionary, &library).edition.unwrap();
    let told = read(&after).amends(&read(SMALL));
    assert_eq!(told.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["clause-renumbered"]);
    assert_eq!(told[0].span.line_and_column(&after).0, line_of(&after, "### 1-4 誓約"));
    assert!(told[0].message.en.is_some() && told[0].remedy.as_ref().is_some_and(|r| r.ja.contains("1-3")));
}

#[test]
fn marks_of_a_version_control_system_in_every_text() {
    for mark in ["<<<<<<< HEAD\n", ">>>>>>> branch\n"] {
        let source = SMALL.replacen("## 2 補助額", &format!("{mark}## 2 補助額"), 1);
        assert_eq!(told(&source, "merge-conflict").0, line_of(&source, mark.trim()), "{mark}");
        let facts = format!("{mark}{}", house::file("facts/dictionary.md"));
        assert!(Dictionary::parse(&facts).is_err_and(|p| p.iter().any(|p| p.code.as_str() == "merge-conflict")), "{mark}");
        let definitions = format!("{mark}{}", house::file("facts/definitions.md"));
        assert!(
            Library::parse(&definitions, &dictionary()).is_err_and(|p| p.iter().any(|p| p.code.as_str() == "merge-conflict")),
            "{mark}"
        );
    }
}

#[test]
fn ten_megabytes_are_refused_at_once() {
    let began = Instant::now();
    for filling in ["あ", "| a | b |\n", "> ", "```\n", "- ", "### 1-1 題\n\n"] {
        let source = format!("{SMALL}\n{}", filling.repeat(10_000_000 / filling.len()));
        assert_eq!(told(&source, "text-too-large").0, 1, "{filling}");
        assert!(Dictionary::parse(&source).is_err() && Library::parse(&source, &dictionary()).is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn nesting_without_end_ends() {
    let dictionary = dictionary();
    let library = library(&dictionary);
    let wrap = |open: &str, close: &str, n: usize| format!("{}従業員数 >= 1人{}", open.repeat(n), close.repeat(n));
    for text in [
        wrap("(", ")", 65),
        wrap("(", ")", 5_000),
        wrap("not(", ")", 3_000),
        wrap("[", "]", 5_000),
        "-".repeat(10_000) + "1",
        "if ".repeat(5_000),
        "「".repeat(5_000),
        wrap("切捨て(", ", 1円)", 1_000),
    ] {
        let source = SMALL.replacen("補助事業期間 <= 最長期間", &text, 1);
        let reading = Edition::read(&source, &dictionary, &library);
        let at = line_of(&source, "```要件") + 8;
        assert!(
            reading.edition.is_none() && reading.problems.iter().any(|p| p.span.line_and_column(&source).0 >= at - 8),
            "{}",
            &text[..20]
        );
    }
    for open in ["> ", "- ", "1. ", "* - "] {
        let source = format!("{SMALL}\n\n{}深い\n", open.repeat(100_000));
        assert!(problems(&source).iter().any(|p| p.code.as_str() == "too-deep"), "{open}");
    }
}

#[test]
fn what_is_laid_out_says_the_same_and_is_laid_out_once() {
    let dictionary = dictionary();
    let library = library(&dictionary);
    let untidy = SMALL
        .replace("| 審査員数 | 2名 |", "|審査員数|   2名|")
        .replace("公表日: ", "公表日：")
        .replace("不適のとき: ", "不適のとき：　")
        .replace("### 1-2 期間\n\n", "###   1-2　期間\n")
        .replace("【採点表】満点: 30点\n", "【採点表】満点：30点  \n\n\n")
        .replace('\n', "\r\n");
    let laid = lay_out(&untidy);
    assert_eq!(laid, lay_out(SMALL), "{laid}");
    for text in [SMALL, &untidy] {
        let (before, after) = (Edition::read(text, &dictionary, &library), Edition::read(&lay_out(text), &dictionary, &library));
        let (before, after) =
            (before.edition.unwrap(), after.edition.unwrap_or_else(|| panic!("{}", shown(&after.problems, &lay_out(text)))));
        assert_eq!(before.meta(), after.meta());
        assert_eq!(before.clauses(), after.clauses());
        assert_eq!((before.form(), before.score_sheet(), before.selection()), (after.form(), after.score_sheet(), after.selection()));
        assert_eq!(before.page(Lang::Ja), after.page(Lang::Ja));
    }
}
