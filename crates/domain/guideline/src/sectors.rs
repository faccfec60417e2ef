//! Sectors of projects (半導体, 航空宇宙・防衛 …): which records of a programme count, by words in their plan or by a table over their
//! industry. A text like a guideline, versioned by the day it holds from; every answer shows the words that made it.

use banso_kernel::{Day, LocalText, fold_width};

use crate::definitions::collect;
use crate::dictionary::Dictionary;
use crate::expr::{Names, Outcome, compile};
use crate::form::Marked;
use crate::markdown::{Piece, TEXT_MAX, merge_conflicts, pieces};
use crate::model::{Facts, ItemId, ItemKind, Value};
use crate::outline::{Part, TableKind, parts_under};
use crate::overlap;
use crate::problem::{Code, Problem, Severity, Span, tidy};
use crate::tables::{Need, grid};
use crate::words::{list, local};

/// Most letters between the two ends of a word with `～`.
const BETWEEN_MAX: usize = 30;

/// All sectors, each in its versions.
#[derive(Debug, Clone, Default)]
pub struct Sectors {
    versions: Vec<Sector>,
}

/// One version of a sector.
#[derive(Debug, Clone)]
pub struct Sector {
    pub name: LocalText,
    /// The first day on which it holds; it holds until the next version starts.
    pub since: Day,
    lists: Vec<WordList>,
    tables: Vec<String>,
    names: Names,
}

/// Words of which one is enough, and the items that they are looked for in.
#[derive(Debug, Clone)]
struct WordList {
    class: String,
    items: Vec<ItemId>,
    words: Vec<String>,
}

/// That a record belongs to a sector, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belongs {
    /// The list or the row that says so: `半導体`, `半導体製造装置関連`.
    pub class: String,
    /// The words found, each with its item and the text as it stands there.
    pub words: Vec<(ItemId, String)>,
}

impl Sectors {
    /// Reads a text of sectors: `## name`, under it `### 2025-05-01 から` for each version, in a version 【語：…】 or 【決定表：…】 tables.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn parse(source: &str, dictionary: &Dictionary) -> Result<Sectors, Vec<Problem>> {
        let mut problems = Vec::new();
        if source.len() > TEXT_MAX {
            return Err(vec![Problem::error(
                Code::TextTooLarge,
                Span::new(0, 0),
                "分野の分類が大きすぎます。",
                "The text of sectors is too large.",
            )]);
        }
        merge_conflicts(source, &mut problems);
        let pieces = pieces(source, 0, &mut problems);
        let (mut sectors, mut name) = (Sectors::default(), LocalText::default());
        for (i, piece) in pieces.iter().enumerate() {
            let Piece::Heading { level, text, at } = piece else { continue };
            match level {
                2 => name = local(text),
                3 => {
                    let own = pieces.iter().skip(i + 1).take_while(|p| !matches!(p, Piece::Heading { level: 1..=3, .. }));
                    let own: Vec<Piece> = own.cloned().collect();
                    match Day::parse(text.trim().trim_end_matches("から").trim()) {
                        Ok(since) => sectors.versions.push(sector(source, &name, since, &own, dictionary, &mut problems)),
                        Err(_) => problems.push(
                            Problem::error(Code::BadDay, *at, "いつからの分類か読めません。", "The day it starts from cannot be read.")
                                .remedy("「### 2025-05-01 から」のように書いてください。", "Write `### 2025-05-01 から`."),
                        ),
                    }
                }
                _ => {}
            }
        }
        if problems.iter().any(|p| p.severity == Severity::Error) { Err(tidy(problems, source)) } else { Ok(sectors) }
    }

    /// The version of a sector that holds on a day.
    #[must_use]
    pub fn on(&self, name: &str, day: Day) -> Option<&Sector> {
        self.versions.iter().filter(|v| v.name.ja == name && v.since <= day).max_by_key(|v| v.since)
    }

    /// The names there are, each once.
    #[must_use]
    pub fn names(&self) -> Vec<&LocalText> {
        let mut names: Vec<&LocalText> = Vec::new();
        for version in &self.versions {
            if !names.iter().any(|n| n.ja == version.name.ja) {
                names.push(&version.name);
            }
        }
        names
    }
}

impl Sector {
    /// Whether a record belongs to it: the first list with a word found, or what its table says. Nothing where neither speaks.
    #[must_use]
    pub fn of(&self, record: &Facts) -> Option<Belongs> {
        for list in &self.lists {
            let words = list.found(record);
            if !words.is_empty() {
                return Some(Belongs { class: list.class.clone(), words });
            }
        }
        self.tables.iter().find_map(|table| self.by_table(table, record))
    }

    fn by_table(&self, table: &str, record: &Facts) -> Option<Belongs> {
        let expr = compile(table, &self.names).ok()?;
        let Ok(Outcome::Value(Value::Text(class))) = expr.value(&self.names, record) else { return None };
        let used = expr.used(&self.names, record).into_iter();
        let words = used.filter_map(|(item, value)| if let Value::Text(text) = value { Some((item, text)) } else { None });
        Some(Belongs { class, words: words.collect() })
    }
}

impl WordList {
    fn found(&self, record: &Facts) -> Vec<(ItemId, String)> {
        let mut found = Vec::new();
        for item in &self.items {
            let Some(Value::Text(text)) = record.0.get(item) else { continue };
            let folded = fold_width(text).to_uppercase();
            let hits = self.words.iter().filter_map(|word| hit(&folded, &fold_width(word).to_uppercase()));
            for hit in hits {
                if !found.iter().any(|(i, h)| i == item && *h == hit) {
                    found.push((item.clone(), hit));
                }
            }
        }
        found
    }
}

/// The place where a word stands in a text. `半導体～装置` stands where its ends do, a few letters of one sentence between them.
fn hit(text: &str, word: &str) -> Option<String> {
    let Some((first, second)) = word.split_once(['～', '〜', '~']) else { return text.contains(word).then(|| word.to_owned()) };
    text.match_indices(first).find_map(|(start, _)| {
        let rest = text.get(start + first.len()..)?;
        let between = rest.find(second)?;
        let inside = rest.get(..between)?;
        let near = inside.chars().count() <= BETWEEN_MAX && !inside.contains(['。', '\n']);
        near.then(|| format!("{first}{inside}{second}"))
    })
}

fn sector(source: &str, name: &LocalText, since: Day, own: &[Piece], dictionary: &Dictionary, problems: &mut Vec<Problem>) -> Sector {
    let parts = parts_under(source, own, &name.ja, problems);
    let lists = parts
        .iter()
        .filter_map(|part| match part {
            Part::Table { mark, table, clause } if mark.kind == TableKind::Words => {
                word_list(&Marked { mark, table, clause }, dictionary, problems)
            }
            Part::Table { .. } | Part::Block { .. } => None,
        })
        .collect();
    let definitions = collect(source, &parts, problems);
    let mut names = Names::of_items(dictionary.items());
    let sources: Vec<_> = definitions.iter().map(|d| d.source.clone()).collect();
    for misfit in names.define_all(&sources) {
        problems.extend(definitions.get(misfit.source).map(|d| d.problem(&misfit)));
    }
    overlap::check(&definitions, &names, problems);
    let tables = sources.into_iter().map(|s| s.name).collect();
    Sector { name: name.clone(), since, lists, tables, names }
}

/// 【語：宇宙関連】見る欄: 事業計画名、事業計画の概要 — options are parted by 、 too, so each item is an option of its own after the first.
fn word_list(marked: &Marked<'_>, dictionary: &Dictionary, problems: &mut Vec<Problem>) -> Option<WordList> {
    marked.mark.only(&["見る欄"], problems);
    let Some(looked_in) = marked.mark.option("見る欄") else {
        problems.push(
            Problem::error(
                Code::MissingKey,
                marked.mark.at,
                "どの欄の語か書かれていません。",
                "It is not said where the words are looked for.",
            )
            .remedy("「見る欄: 事業計画名・事業計画の概要」のように加えてください。", "Add e.g. `見る欄: 事業計画名・事業計画の概要`."),
        );
        return None;
    };
    let mut items = Vec::new();
    for name in looked_in.text.split('・').map(str::trim) {
        match dictionary.get(name).map(|i| &i.kind) {
            Some(ItemKind::Text) => items.push(name.to_owned()),
            Some(_) | None => problems.push(
                Problem::error(
                    Code::UnknownName,
                    looked_in.at,
                    format!("「{name}」という文字の項目はありません。"),
                    format!("There is no item of text `{name}`."),
                )
                .suggest(name, dictionary.items().iter().map(|i| i.id.as_str())),
            ),
        }
    }
    let grid = grid(marked.table, &[("語", Need::Must), ("備考", Need::May)], problems)?;
    let words = grid.rows().filter_map(|row| row.must("語", problems)).flat_map(|w| list(&w)).map(|w| w.text).collect();
    let class = marked.mark.argument.as_ref().map_or_else(|| "語".to_owned(), |w| local(&w.text).ja);
    Some(WordList { class, items, words })
}
