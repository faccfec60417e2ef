//! Worked examples (検証例): facts and what must come out, good and bad, written by the officials and run with every reading.

use std::collections::BTreeMap;

use banso_kernel::{Exact, Yen, fold_width};

use crate::answers::{BUDGET_ITEM, CONSORTIUM_ITEM, YEAR_PART, read_value};
use crate::dictionary::Dictionary;
use crate::markdown::{Fence, Table};
use crate::members::MEMBER;
use crate::model::{ClauseId, Facts, FieldKind, Item, ItemId, ItemKind, Known, Truth, Value};
use crate::outline::{BlockKind, Mark, Part, TableKind};
use crate::problem::{Code, Problem, Span};
use crate::rules::key_twice;
use crate::words::{Entry, Words, entry, list, local};

/// Keys that say what must come out, beside `1年目` … `9年目`.
pub(crate) const EXPECTED: [&str; 5] = ["判定", "不適の条項", "不明の条項", "足りない項目", "補助額"];

/// A worked example as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub title: String,
    pub clause: ClauseId,
    pub facts: Facts,
    pub(crate) expected: Vec<(Words, Expected)>,
    pub at: Span,
}

impl Example {
    /// The last year that has a cost.
    pub(crate) fn last_year(&self) -> Option<u32> {
        let Some(Value::List(costs)) = self.facts.0.get(BUDGET_ITEM) else { return None };
        let year = |cost: &Value| match cost {
            Value::Record(record) => match record.get(YEAR_PART) {
                Some(Value::Number(year)) => u32::try_from(year.to_integer()).ok(),
                Some(_) | None => None,
            },
            Value::Number(_) | Value::Text(_) | Value::YesNo(_) | Value::Day(_) | Value::List(_) => None,
        };
        costs.iter().filter_map(year).max()
    }
}

/// What must come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    Verdict(Truth),
    Failing(Vec<ClauseId>),
    Unknown(Vec<ClauseId>),
    Missing(Vec<ItemId>),
    Total(Money),
    Year(u32, Money),
}

/// An amount as an example gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Money {
    Exactly(Yen),
    Between(Yen, Yen),
    Unknown,
}

impl Money {
    pub(crate) fn is(self, known: &Known<Yen>) -> bool {
        match (self, known) {
            (Money::Exactly(a), Known::Exactly(b)) => a == *b,
            (Money::Between(a, b), Known::Between(c, d)) => a == *c && b == *d,
            (Money::Unknown, Known::Unknown(_)) => true,
            (Money::Exactly(_) | Money::Between(..) | Money::Unknown, _) => false,
        }
    }
}

/// Reads all examples, blocks and tables, in the order of the text.
pub(crate) fn read(parts: &[Part], dictionary: &Dictionary, problems: &mut Vec<Problem>) -> Vec<Example> {
    let mut reader = Reader { dictionary, problems, examples: Vec::new() };
    for part in parts {
        match part {
            Part::Block { kind: BlockKind::Example, argument, fence, clause } => reader.block(argument, fence, clause),
            Part::Table { mark, table, clause } if mark.kind == TableKind::Examples => reader.table(mark, table, clause),
            Part::Block { .. } | Part::Table { .. } => {}
        }
    }
    reader.examples
}

struct Reader<'a> {
    dictionary: &'a Dictionary,
    problems: &'a mut Vec<Problem>,
    examples: Vec<Example>,
}

impl Reader<'_> {
    fn block(&mut self, argument: &Words, fence: &Fence, clause: &ClauseId) {
        let mut entries = Vec::new();
        for line in fence.lines.iter().filter(|l| !l.text.trim().is_empty()) {
            match entry(line) {
                Some(found) => entries.push(found),
                None => self.problems.push(
                    Problem::error(Code::UnknownKey, line.at, "「項目: 値」の形ではありません。", "This is not `item: value`.")
                        .remedy("例: 資本金: 5,000万円", "For example `資本金: 5,000万円`."),
                ),
            }
        }
        self.example(argument, &entries, clause, fence.info_at);
    }

    /// One example a row; an empty cell says nothing.
    fn table(&mut self, mark: &Mark, table: &Table, clause: &ClauseId) {
        mark.only(&[], self.problems);
        for row in &table.rows {
            let cells = table
                .header
                .iter()
                .zip(row)
                .map(|(h, c)| Entry { key: Words { text: local(&h.text).ja, at: c.at }, value: Words::of_cell(c) });
            let (title, entries): (Vec<Entry>, Vec<Entry>) = cells.filter(|e| !e.value.is_empty()).partition(|e| e.key.text == "例");
            let Some(title) = title.into_iter().next() else {
                self.problems.push(Problem::error(Code::MissingColumn, table.at, "「例」の列がありません。", "There is no column 例."));
                return;
            };
            let at = title.value.at;
            self.example(&title.value, &entries, clause, at);
        }
    }

    fn example(&mut self, title: &Words, entries: &[Entry], clause: &ClauseId, at: Span) {
        if title.text.is_empty() {
            self.problems.push(Problem::error(Code::EmptyBlock, at, "検証例に名前がありません。", "The example has no name."));
            return;
        }
        let mut facts = Facts::default();
        let mut expected = Vec::new();
        let mut fresh: Vec<&str> = Vec::new();
        for (i, e) in entries.iter().enumerate() {
            let earlier = entries.iter().take(i).find(|b| b.key.text == e.key.text);
            self.problems.extend(earlier.filter(|_| !self.is_list(&e.key.text)).map(|first| key_twice(first, e)));
            match e.key.text.as_str() {
                "元" => facts = self.base(&e.value),
                key if EXPECTED.contains(&key) || year_of(key).is_some() => {
                    expected.extend(self.expected(e).map(|x| (e.value.clone(), x)));
                }
                key => {
                    if self.is_list(key) && !fresh.contains(&key) {
                        facts.0.remove(key);
                        fresh.push(key);
                    }
                    self.fact(e, &mut facts);
                }
            }
        }
        if expected.is_empty() {
            self.problems.push(
                Problem::error(Code::Example, at, "検証例に、出るべき結果がありません。", "The example does not say what must come out.")
                    .remedy("「判定: 適」や「補助額: 4,500万円」を加えてください。", "Add 判定 or 補助額."),
            );
        }
        self.costs_of_members(title, &facts);
        if self.examples.iter().any(|e| e.title == title.text) {
            self.problems.push(crate::form::twice(title));
        }
        self.examples.push(Example { title: title.text.clone(), clause: clause.clone(), facts, expected, at });
    }

    /// Costs belong to members that are there.
    fn costs_of_members(&mut self, title: &Words, facts: &Facts) {
        let rows = |item: &str| match facts.0.get(item) {
            Some(Value::List(rows)) => Some(rows),
            Some(_) | None => None,
        };
        let (Some(members), Some(costs)) = (rows(CONSORTIUM_ITEM), rows(BUDGET_ITEM)) else { return };
        let number = |row: &Value| match row {
            Value::Record(record) => record.get(MEMBER).cloned(),
            Value::Number(_) | Value::Text(_) | Value::YesNo(_) | Value::Day(_) | Value::List(_) => None,
        };
        let known: Vec<Value> = members.iter().filter_map(number).collect();
        if let Some(Value::Number(stray)) = costs.iter().filter_map(number).find(|n| !known.contains(n)) {
            self.problems.push(
                Problem::error(
                    Code::BadValue,
                    title.at,
                    format!("経費の構成員{stray}が共同体にいません。"),
                    format!("The costs name member {stray}, who is not in the consortium."),
                )
                .remedy(
                    "構成員の番号は、共同体の行の順に1から数えます。",
                    "Members are numbered from 1, in the order of the 共同体 lines.",
                ),
            );
        }
    }

    fn base(&mut self, words: &Words) -> Facts {
        if let Some(found) = self.examples.iter().find(|e| e.title == words.text) {
            return found.facts.clone();
        }
        self.problems.push(
            Problem::error(
                Code::UnknownName,
                words.at,
                format!("前に「{}」という検証例はありません。", words.text),
                format!("There is no earlier example `{}`.", words.text),
            )
            .suggest(&words.text, self.examples.iter().map(|e| e.title.as_str())),
        );
        Facts::default()
    }

    fn is_list(&self, key: &str) -> bool {
        self.dictionary.get(key).is_some_and(|i| matches!(i.kind, ItemKind::List(_)))
    }

    fn expected(&mut self, e: &Entry) -> Option<Expected> {
        let value = &e.value;
        match e.key.text.as_str() {
            "判定" => {
                let truth = match value.text.as_str() {
                    "適" => Truth::Yes,
                    "不適" => Truth::No,
                    "不明" => Truth::Unknown,
                    _ => return self.wrong(value, "「適」「不適」「不明」のどれかを書いてください。", "Write 適, 不適 or 不明."),
                };
                Some(Expected::Verdict(truth))
            }
            "不適の条項" => Some(Expected::Failing(names(value))),
            "不明の条項" => Some(Expected::Unknown(names(value))),
            "足りない項目" => Some(Expected::Missing(names(value))),
            "補助額" => self.money(value).map(Expected::Total),
            key => year_of(key).and_then(|y| self.money(value).map(|m| Expected::Year(y, m))),
        }
    }

    fn wrong<T>(&mut self, at: &Words, ja: &str, en: &str) -> Option<T> {
        self.problems.push(Problem::error(Code::BadValue, at.at, ja, en));
        None
    }

    fn money(&mut self, words: &Words) -> Option<Money> {
        let read = |t: &str| Yen::parse(t).ok();
        let found = match words.text.split_once(['〜', '～']) {
            Some((low, high)) => read(low).zip(read(high)).map(|(l, h)| Money::Between(l, h)),
            None if words.text == "不明" => Some(Money::Unknown),
            None => read(&words.text).map(Money::Exactly),
        };
        if found.is_none() {
            self.problems.push(Problem::error(
                Code::BadYen,
                words.at,
                format!("「{}」は円の額ではありません。", words.text),
                format!("`{}` is not an amount in yen.", words.text),
            ));
        }
        found
    }

    /// `資本金: 5,000万円`, `共同体: 名称=甲、区分=…`, `共同体1の従業員数: 400人`; 不明 takes a fact away.
    fn fact(&mut self, e: &Entry, facts: &mut Facts) {
        if let Some((list_id, row, part)) = part_of(&e.key.text)
            && self.is_list(list_id)
        {
            self.one_part(e, list_id, row, part, facts);
            return;
        }
        let Some(item) = self.dictionary.get(&e.key.text).cloned() else {
            self.unknown_item(&e.key, &e.key.text);
            return;
        };
        if e.value.text == "不明" {
            facts.0.remove(&item.id);
            return;
        }
        if let ItemKind::List(parts) = &item.kind {
            let record = self.record(&e.value, parts);
            let rows = facts.0.entry(item.id.clone()).or_insert_with(|| Value::List(Vec::new()));
            if let Value::List(rows) = rows {
                let numbered = numbered(record, parts, rows.len());
                rows.push(Value::Record(numbered));
            }
        } else if let Some(value) = self.value(&item, &e.value) {
            facts.0.insert(item.id, value);
        }
    }

    fn one_part(&mut self, e: &Entry, list_id: &str, row: usize, part: &str, facts: &mut Facts) {
        let Some(item) = self.dictionary.get(part).cloned() else {
            self.unknown_item(&e.key, part);
            return;
        };
        let value = if e.value.text == "不明" { None } else { self.value(&item, &e.value) };
        let Some(Value::List(rows)) = facts.0.get_mut(list_id) else {
            self.wrong::<()>(&e.key, "この一覧にはまだ行がありません。", "This list has no rows yet.");
            return;
        };
        let Some(Value::Record(record)) = row.checked_sub(1).and_then(|i| rows.get_mut(i)) else {
            self.wrong::<()>(&e.key, "その番号の行はありません。", "There is no row of that number.");
            return;
        };
        match value {
            Some(value) => record.insert(item.id, value),
            None => record.remove(&item.id),
        };
    }

    fn unknown_item(&mut self, at: &Words, name: &str) {
        let known = self.dictionary.items().iter().map(|i| i.id.as_str()).chain(EXPECTED);
        self.problems.push(
            Problem::error(Code::UnknownName, at.at, format!("「{name}」という項目はありません。"), format!("There is no item `{name}`."))
                .suggest(name, known),
        );
    }

    fn value(&mut self, item: &Item, words: &Words) -> Option<Value> {
        let kind: FieldKind = item.field_kind()?;
        match read_value(&kind, &words.text) {
            Ok(value) => value,
            Err((_, message)) => {
                let en = message.en.clone().unwrap_or_default();
                self.problems.push(Problem::error(Code::BadValue, words.at, message.ja, en));
                None
            }
        }
    }

    fn record(&mut self, words: &Words, parts: &[ItemId]) -> BTreeMap<String, Value> {
        let mut record = BTreeMap::new();
        for part in list(words) {
            let Some((key, value)) = part.text.split_once(['=', '＝']) else {
                self.problems.push(
                    Problem::error(Code::UnknownKey, part.at, "「項目=値」の形ではありません。", "This is not `item=value`.")
                        .remedy("例: 名称=架空製作所、資本金=5,000万円", "For example `名称=架空製作所、資本金=5,000万円`."),
                );
                continue;
            };
            let key = key.trim();
            let value_at = Words { text: value.trim().to_owned(), at: part.at };
            match self.dictionary.get(key).filter(|_| parts.iter().any(|p| p == key)).cloned() {
                Some(item) => record.extend(self.value(&item, &value_at).map(|v| (item.id, v))),
                None => self.problems.push(
                    Problem::error(
                        Code::UnknownName,
                        part.at,
                        format!("「{key}」はこの一覧の項目ではありません。"),
                        format!("`{key}` is not a part of this list."),
                    )
                    .suggest(key, parts.iter().map(String::as_str)),
                ),
            }
        }
        record
    }
}

/// Rows of a list that number members are numbered in order.
fn numbered(mut record: BTreeMap<String, Value>, parts: &[ItemId], before: usize) -> BTreeMap<String, Value> {
    let names_members = parts.iter().any(|p| p == "名称") && parts.iter().any(|p| p == MEMBER);
    if names_members && let Ok(before) = i128::try_from(before) {
        record.entry(MEMBER.to_owned()).or_insert(Value::Number(Exact::from_integer(before + 1)));
    }
    record
}

fn names(words: &Words) -> Vec<String> {
    let mut names: Vec<String> = list(words).into_iter().map(|w| w.text).filter(|t| t != "なし").collect();
    names.sort();
    names
}

/// `2年目` → 2.
fn year_of(key: &str) -> Option<u32> {
    fold_width(key).strip_suffix("年目")?.parse().ok().filter(|y| (1..=9).contains(y))
}

/// `共同体1の従業員数` → 共同体, 1, 従業員数.
fn part_of(key: &str) -> Option<(&str, usize, &str)> {
    let (left, part) = key.split_once('の')?;
    let list_id = left.trim_end_matches(|c: char| c.is_ascii_digit());
    let row = left.get(list_id.len()..)?.parse().ok()?;
    Some((list_id, row, part))
}
