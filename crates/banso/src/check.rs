//! `banso check`: reads guidelines, shows every problem with its line and remedy, runs the worked examples.

use std::path::{Path, PathBuf};

use banso_guideline::{Dictionary, Edition, Library, Problem, Sectors, Severity};
use banso_kernel::Lang;
use banso_office::Words;

use crate::diagnostics::{Ink, render};
use crate::texts;
use crate::trouble::Trouble;

/// How far back an edition before this one is looked for.
const EDITIONS_MAX: u32 = 100;

/// What was found in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Count {
    errors: usize,
    warnings: usize,
}

/// Checks the files one after the other. True when none has an error.
pub(crate) fn check(files: &[PathBuf], programmes: Option<&Path>, lang: Lang, ink: Ink) -> Result<bool, Trouble> {
    let mut sound = true;
    for file in files {
        let source = texts::read(file)?;
        let folder = facts_folder(file, programmes)?;
        let told = match file.file_name().and_then(|name| name.to_str()) {
            Some("dictionary.md") => check_dictionary(file, &source, lang, ink),
            Some("sectors.md") => check_sectors(file, &source, &folder, lang, ink)?,
            Some("definitions.md") => check_definitions(file, &source, &folder, lang, ink)?,
            Some(_) | None => check_guideline(file, &source, &folder, lang, ink)?,
        };
        say!("{}", told.text);
        sound &= told.count.errors == 0;
    }
    Ok(sound)
}

/// The text to show, and what it counts.
struct Told {
    text: String,
    count: Count,
}

fn check_guideline(file: &Path, source: &str, folder: &Path, lang: Lang, ink: Ink) -> Result<Told, Trouble> {
    let words = texts::words(folder, lang, ink)?;
    let mut reading = Edition::read(source, &words.dictionary, &words.library);
    if let Some(edition) = &reading.edition
        && let Some(before) = edition_before(file, &words)
    {
        reading.problems.extend(edition.amends(&before));
    }
    let summary = reading.edition.as_ref().map(|edition| summary(edition, lang));
    Ok(tell(file, source, &reading.problems, summary, lang, ink))
}

/// The edition that this one amends: `round.2.md` beside `round.3.md`, or `round.md`.
fn edition_before(file: &Path, words: &Words) -> Option<Edition> {
    let stem = file.file_name()?.to_str()?.strip_suffix(".md")?;
    let (round, number) = stem.rsplit_once('.').and_then(|(round, number)| Some((round, number.parse::<u32>().ok()?)))?;
    let name = |n: u32| if n == 1 { format!("{round}.md") } else { format!("{round}.{n}.md") };
    let read = |n| Edition::read(&texts::read(&file.with_file_name(name(n))).ok()?, &words.dictionary, &words.library).edition;
    (1..number.min(EDITIONS_MAX)).rev().find_map(read)
}

fn check_dictionary(file: &Path, source: &str, lang: Lang, ink: Ink) -> Told {
    let (problems, items) = match Dictionary::parse(source) {
        Ok(dictionary) => (Vec::new(), dictionary.items().len()),
        Err(problems) => (problems, 0),
    };
    let summary = lang.pick("項目", "items");
    tell(file, source, &problems, Some(format!("{summary} {items}")), lang, ink)
}

fn check_definitions(file: &Path, source: &str, folder: &Path, lang: Lang, ink: Ink) -> Result<Told, Trouble> {
    let dictionary = texts::dictionary(folder, lang, ink)?;
    let (problems, names) = match Library::parse(source, &dictionary) {
        Ok(library) => (Vec::new(), library.names().count()),
        Err(problems) => (problems, 0),
    };
    let summary = lang.pick("定義", "definitions");
    Ok(tell(file, source, &problems, Some(format!("{summary} {names}")), lang, ink))
}

fn check_sectors(file: &Path, source: &str, folder: &Path, lang: Lang, ink: Ink) -> Result<Told, Trouble> {
    let dictionary = texts::dictionary(folder, lang, ink)?;
    let (problems, names) = match Sectors::parse(source, &dictionary) {
        Ok(sectors) => (Vec::new(), sectors.names().len()),
        Err(problems) => (problems, 0),
    };
    let summary = lang.pick("分野", "sectors");
    Ok(tell(file, source, &problems, Some(format!("{summary} {names}")), lang, ink))
}

/// The problems, then one line that says how it stands.
fn tell(file: &Path, source: &str, problems: &[Problem], summary: Option<String>, lang: Lang, ink: Ink) -> Told {
    let path = file.display().to_string();
    let of = |severity| problems.iter().filter(|p| p.severity == severity).count();
    let count = Count { errors: of(Severity::Error), warnings: of(Severity::Warning) };
    let verdict = match (count, lang) {
        (Count { errors: 0, warnings: 0 }, Lang::Ja) => "問題はありません".to_owned(),
        (Count { errors: 0, warnings: 0 }, Lang::En) => "no problems".to_owned(),
        (Count { errors, warnings }, Lang::Ja) => format!("誤り {errors} 件、注意 {warnings} 件"),
        (Count { errors, warnings }, Lang::En) => format!("{errors} error(s), {warnings} warning(s)"),
    };
    let shown = render(&path, source, problems, lang, ink);
    let gap = if shown.is_empty() { "" } else { "\n\n" };
    let about = summary.filter(|_| count.errors == 0).map(|s| format!("（{s}）")).unwrap_or_default();
    Told { text: format!("{shown}{gap}{path}: {verdict}{about}"), count }
}

/// `令和7年度-1、条項 31、検証例 12 件合格`.
fn summary(edition: &Edition, lang: Lang) -> String {
    let (name, clauses) = (&edition.meta().edition, edition.clauses().len());
    let (examples, open) = (edition.run_examples().len(), edition.unconfirmed().len());
    match lang {
        Lang::Ja => format!("{name}、条項 {clauses}、検証例 {examples} 件合格、要確認 {open} 件"),
        Lang::En => format!("{name}, {clauses} clauses, {examples} worked examples pass, {open} value(s) to be confirmed"),
    }
}

/// The `facts` folder beside the programmes, or above the file.
pub(crate) fn facts_folder(file: &Path, programmes: Option<&Path>) -> Result<PathBuf, Trouble> {
    let above = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let beside = programmes.and_then(Path::parent).map(|folder| folder.join("facts"));
    let working = std::iter::once(PathBuf::from("facts"));
    let candidates = beside.into_iter().chain(above.ancestors().skip(1).map(|folder| folder.join("facts"))).chain(working);
    let own = above.parent().filter(|folder| folder.join("dictionary.md").is_file()).map(Path::to_owned);
    own.into_iter().chain(candidates).find(|folder| folder.join("dictionary.md").is_file()).ok_or_else(|| Trouble::NoFacts(file.to_owned()))
}
