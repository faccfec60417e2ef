//! What the Rust sources say: headers, sizes, words that a pure crate, a test, or any crate may not use.

use std::collections::BTreeMap;

use crate::tree::{Source, expect_none, file, files};

/// Lines of a file, tests aside.
const LINES_MAX: usize = 400;

/// Words with which code reads a clock, the environment, or waits. Pure crates get what they need as an argument.
const IMPURE: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::env",
    "std::fs",
    "std::net",
    "std::thread",
    "async fn",
    ".await",
    "println!",
    "eprintln!",
];

/// Estimates may be floats: a reviewer's severity is shown beside the exact score, and a misspelt name is like another to some degree.
/// Nothing that is paid or ranked passes here.
const ESTIMATES: &[&str] = &["crates/domain/grant/src/severity.rs", "crates/domain/guideline/src/expr/diagnose.rs"];

/// Names of programmes. What differs between programmes stands in programmes/, never in Rust.
const PROGRAMMES: &[&str] = &[
    "Go-Tech",
    "GoTech",
    "go-tech",
    "go_tech",
    "gotech",
    "成長型中小企業等研究開発支援",
    "ものづくり補助",
    "ものづくり・商業",
    "新事業進出",
    "省力化投資補助",
    "省力化補助",
    "IT導入補助",
    "持続化補助",
    "事業再構築",
];

/// All Rust of the house, the tests included.
fn rust() -> Vec<Source> {
    files(&["crates", "scenarios"], ".rs")
}

/// A source without its test modules: each `#[cfg(test)]` item is left out up to its closing brace at the same indent.
fn without_tests(source: &Source) -> Vec<(usize, &str)> {
    let mut kept = Vec::new();
    let mut until: Option<String> = None;
    let mut before_item = false;
    for (number, line) in source.text.lines().enumerate() {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        if until.is_none() && line.trim() == "#[cfg(test)]" {
            until = Some(format!("{indent}}}"));
            before_item = true;
        } else if let Some(end) = &until {
            let whole_item = before_item && (line.ends_with(';') || line.ends_with('}'));
            if line == end || whole_item {
                until = None;
            }
            before_item = before_item && line.trim_start().starts_with("#[");
        } else {
            kept.push((number + 1, line));
        }
    }
    kept
}

/// The part of a line that the compiler reads.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

fn headerless(source: &Source) -> Vec<String> {
    if source.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![format!("{}: open the file with `//!` and its duty in one to five lines.", source.path)]
}

/// `path lines` of files that were too long when this check was made. The list may only shrink.
fn known_long() -> BTreeMap<String, usize> {
    let list = file("scenarios/golden/long_files.txt");
    let lines = list.text.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
    lines.map(|l| l.rsplit_once(' ').unwrap()).map(|(path, n)| (path.to_owned(), n.parse().unwrap())).collect()
}

fn too_long(source: &Source, known: &BTreeMap<String, usize>) -> Vec<String> {
    let lines = if source.is_test_file() { 0 } else { without_tests(source).len() };
    match known.get(&source.path) {
        None if lines > LINES_MAX => {
            vec![format!("{}: {lines} lines without tests, {LINES_MAX} allowed. Split it by duty: one file says one thing.", source.path)]
        }
        Some(&was) if lines > was => {
            vec![format!("{}: grew from {was} to {lines} lines and was too long already. Move a duty out.", source.path)]
        }
        Some(_) if lines <= LINES_MAX => {
            vec![format!("{}: short enough now. Take its line out of scenarios/golden/long_files.txt.", source.path)]
        }
        Some(_) | None => Vec::new(),
    }
}

/// Lines of code (tests and comments aside) that hold one of the words.
fn holding(source: &Source, words: &[&str], advice: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in without_tests(source) {
        for word in words.iter().filter(|w| code(line).contains(*w)) {
            complaints.push(format!("{}:{number}: `{word}`. {advice}", source.path));
        }
    }
    complaints
}

/// Lines, tests and comments included, that hold one of the words.
fn saying(source: &Source, words: &[String], advice: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        for word in words.iter().filter(|w| line.contains(w.as_str())) {
            complaints.push(format!("{}:{}: `{word}`. {advice}", source.path, number + 1));
        }
    }
    complaints
}

/// Words put together here, so that this file does not say them itself.
fn words(halves: &[(&str, &str)]) -> Vec<String> {
    halves.iter().map(|(a, b)| format!("{a}{b}")).collect()
}

fn unfinished(source: &Source) -> Vec<String> {
    let list = words(&[("TO", "DO"), ("FIX", "ME"), ("XX", "X:"), ("unimple", "mented!"), ("to", "do!(")]);
    saying(source, &list, "Finish it, or file an issue and leave no mark in the code.")
}

/// Waiting lives in scenarios/src/patience.rs, with a deadline; tests ask it.
fn flaky(source: &Source) -> Vec<String> {
    if source.path == "scenarios/src/patience.rs" {
        return Vec::new();
    }
    let is_test = |number: usize| source.is_test_file() || !without_tests(source).iter().any(|(kept, _)| *kept == number);
    let sleeping = words(&[("thread::", "sleep("), ("time::", "sleep("), (" sl", "eep(")]);
    let mut complaints = saying(source, &words(&[("#[ig", "nore")]), "A test runs or goes.");
    for (number, line) in source.text.lines().enumerate() {
        if sleeping.iter().any(|w| line.contains(w.as_str())) && is_test(number + 1) {
            complaints.push(format!("{}:{}: a test does not sleep. Wait for what you mean with `eventually`.", source.path, number + 1));
        }
    }
    complaints
}

fn is_pure(source: &Source) -> bool {
    source.path.starts_with("crates/kernel/src/") || (source.path.starts_with("crates/domain/") && source.path.contains("/src/"))
}

#[test]
fn the_tests_of_a_file_are_set_aside() {
    let source = Source::new("a.rs", "a\n#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\n#[path = \"x\"]\nmod t {\n    fn x() {\n    }\n}\nc\n");
    let kept: Vec<_> = without_tests(&source).into_iter().map(|(n, line)| (n, line.to_owned())).collect();
    assert_eq!(kept, [(1, "a".to_owned()), (4, "b".to_owned()), (11, "c".to_owned())]);
}

#[test]
fn every_file_says_its_duty_first() {
    assert_eq!(headerless(&Source::new("a.rs", "use x;\n")).len(), 1);
    expect_none(&rust().iter().flat_map(headerless).collect::<Vec<_>>());
}

#[test]
fn files_are_short() {
    let long = Source::new("crates/x/src/a.rs", &"x\n".repeat(LINES_MAX + 1));
    let tests = Source::new("crates/x/src/a.rs", &format!("x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    x\n".repeat(LINES_MAX)));
    let known = |n| BTreeMap::from([("crates/x/src/a.rs".to_owned(), n)]);
    assert_eq!(too_long(&long, &BTreeMap::new()).len(), 1);
    assert_eq!(too_long(&long, &known(LINES_MAX)).len(), 1);
    assert_eq!(too_long(&long, &known(LINES_MAX + 1)).len(), 0);
    assert_eq!(too_long(&tests, &known(LINES_MAX + 1)).len(), 1);
    assert_eq!(too_long(&tests, &BTreeMap::new()).len(), 0);

    let (sources, known) = (rust(), known_long());
    let mut complaints: Vec<_> = sources.iter().flat_map(|s| too_long(s, &known)).collect();
    let gone = known.keys().filter(|path| !sources.iter().any(|s| s.path == **path));
    complaints.extend(gone.map(|path| format!("scenarios/golden/long_files.txt: `{path}` is gone. Take its line out.")));
    expect_none(&complaints);
}

#[test]
fn pure_crates_get_everything_as_an_argument() {
    let advice = "A crate that decides takes day, facts and settings as arguments.";
    let bad = Source::new("crates/kernel/src/a.rs", "let t = Timestamp::now();\n// std::env in a comment\nasync fn x() {}\n");
    assert_eq!(holding(&bad, IMPURE, advice).len(), 2);
    expect_none(&rust().iter().filter(|s| is_pure(s)).flat_map(|s| holding(s, IMPURE, advice)).collect::<Vec<_>>());
}

#[test]
fn what_is_paid_or_ranked_is_exact() {
    let advice = "Use Yen, Rate or Exact; each rounding names its direction.";
    let check = |s: &Source| holding(s, &["f64", "f32"], advice);
    assert_eq!(check(&Source::new("crates/kernel/src/a.rs", "let x: f64 = 0.0;\n")).len(), 1);
    let decides = |s: &&Source| is_pure(s) && !ESTIMATES.contains(&s.path.as_str());
    expect_none(&rust().iter().filter(decides).flat_map(check).collect::<Vec<_>>());
}

#[test]
fn no_programme_has_a_name_in_rust() {
    let advice = "What differs between programmes stands in programmes/ and facts/; take it from the edition.";
    let bad = Source::new(
        "crates/web/src/a.rs",
        "/// e.g. go-tech\nlet call = \"go-tech/r7-1\";\n#[cfg(test)]\nmod tests {\n    \"go-tech\"\n}\n",
    );
    assert_eq!(holding(&bad, PROGRAMMES, advice).len(), 1);
    let crates = files(&["crates"], ".rs");
    expect_none(&crates.iter().filter(|s| !s.is_test_file()).flat_map(|s| holding(s, PROGRAMMES, advice)).collect::<Vec<_>>());
}

#[test]
fn web_does_not_name_the_store() {
    let bad = Source::new("crates/web/src/a.rs", "use banso_store::Ledger;\n");
    let advice = "Pages ask the office; add or widen a use case there.";
    let check = |s: &Source| holding(s, &["banso_store", "sqlx", "SELECT ", "INSERT "], advice);
    assert_eq!(check(&bad).len(), 1);
    expect_none(&files(&["crates"], ".rs").iter().filter(|s| s.path.starts_with("crates/web/")).flat_map(check).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_unfinished() {
    assert_eq!(unfinished(&Source::new("a.rs", &format!("// {}DO later", "TO"))).len(), 1);
    expect_none(&rust().iter().flat_map(unfinished).collect::<Vec<_>>());
}

#[test]
fn tests_neither_sleep_nor_hide() {
    let asleep = format!("std::thread::{}(x);\n", "sleep");
    let bad = format!("{asleep}#[cfg(test)]\nmod tests {{\n    #[{}]\n    {asleep}}}\n", ["ig", "nore"].concat());
    assert_eq!(flaky(&Source::new("crates/x/src/a.rs", &bad)).len(), 2);
    assert_eq!(flaky(&Source::new("crates/x/tests/a.rs", &asleep)).len(), 1);
    expect_none(&rust().iter().flat_map(flaky).collect::<Vec<_>>());
}
