//! The fact dictionary: which facts there are, of what kind, about whom. Read from Markdown tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use banso_kernel::{Digest, LocalText};

use crate::limits::unit_and_limits;
use crate::markdown::{Piece, TEXT_MAX, Table, merge_conflicts, pieces};
use crate::model::{FieldKind, Item, ItemId, ItemKind};
use crate::problem::{Code, Problem, Severity, Span, nearest, tidy};
use crate::tables::{Need, Row, grid};
use crate::words::{Words, list, local, yes_no};

/// Columns of a dictionary table.
const COLUMNS: [(&str, Need); 8] = [
    ("項目", Need::Must),
    ("型", Need::Must),
    ("単位・選択肢", Need::Must),
    ("対象", Need::Must),
    ("変更可否", Need::Must),
    ("出所", Need::Must),
    ("説明", Need::Must),
    ("English", Need::Must),
];

/// Longest text of an item, unless a form says otherwise.
pub(crate) const TEXT_CHARACTERS_MAX: usize = 200;

/// All items of fact, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dictionary {
    items: Vec<Item>,
    index: BTreeMap<ItemId, usize>,
    /// Choices with their English.
    choices: BTreeMap<String, LocalText>,
    source: Arc<str>,
}

impl Dictionary {
    /// Reads the tables of a dictionary text (`facts/dictionary.md`). Every table with a column 項目 is read.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn parse(source: &str) -> Result<Dictionary, Vec<Problem>> {
        let mut problems = Vec::new();
        if source.len() > TEXT_MAX {
            problems.push(Problem::error(Code::TextTooLarge, Span::new(0, 0), "事実辞書が大きすぎます。", "The dictionary is too large."));
            return Err(problems);
        }
        merge_conflicts(source, &mut problems);
        let mut dictionary = Dictionary { source: Arc::from(source), ..Dictionary::default() };
        let mut places = Vec::new();
        for piece in pieces(source, 0, &mut problems) {
            if let Piece::Table(table) = piece
                && table.header.iter().any(|c| c.text == "項目")
            {
                dictionary.read_table(&table, &mut places, &mut problems);
            }
        }
        dictionary.check_parts(&places, &mut problems);
        if problems.iter().any(|p| p.severity == Severity::Error) { Err(tidy(problems, source)) } else { Ok(dictionary) }
    }

    /// The text that it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// SHA-256 of the text: what an edition pins that was read with it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.source.as_bytes())
    }

    /// The item of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Item> {
        self.index.get(id).and_then(|i| self.items.get(*i))
    }

    /// All items, in the order of the text.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// A value of a choice as people read it, in both languages where the dictionary has them.
    #[must_use]
    pub fn choice(&self, value: &str) -> LocalText {
        self.choices.get(value).cloned().unwrap_or_else(|| LocalText::ja(value))
    }

    /// All choices that have an English label.
    pub(crate) fn choices(&self) -> impl Iterator<Item = &LocalText> {
        self.choices.values().filter(|c| c.en.is_some())
    }

    /// Where an item stands in the text: earlier facts are asked earlier.
    #[must_use]
    pub fn position(&self, id: &str) -> usize {
        self.index.get(id).copied().unwrap_or(usize::MAX)
    }

    /// The item that a misspelt name is nearest to.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        nearest(name, self.items.iter().map(|i| i.id.as_str()))
    }

    /// The same items, one of them with only these of its choices. Choices that it does not have are left to whoever names them.
    #[must_use]
    pub(crate) fn with_choices(&self, item: &str, wanted: &[String]) -> Dictionary {
        let mut own = self.clone();
        if let Some(Item { kind: ItemKind::Choice(options), .. }) = self.index.get(item).and_then(|i| own.items.get_mut(*i))
            && !wanted.is_empty()
            && wanted.iter().all(|w| options.contains(w))
        {
            wanted.clone_into(options);
        }
        own
    }

    fn read_table(&mut self, table: &Table, places: &mut Vec<(ItemId, Words)>, problems: &mut Vec<Problem>) {
        let Some(grid) = grid(table, &COLUMNS, problems) else { return };
        for row in grid.rows() {
            let Some(name) = row.must("項目", problems) else { continue };
            if self.index.contains_key(&name.text) {
                problems.push(Problem::error(
                    Code::DuplicateName,
                    name.at,
                    format!("項目「{}」が二度書かれています。", name.text),
                    format!("The item `{}` is written twice.", name.text),
                ));
                continue;
            }
            let Some(item) = item_of(&row, &name, problems) else { continue };
            if matches!(item.kind, ItemKind::Choice(_)) {
                let labels = list(&row.words("単位・選択肢")).into_iter().map(|w| local(&w.text));
                self.choices.extend(labels.map(|l| (l.ja.clone(), l)));
            }
            self.index.insert(item.id.clone(), self.items.len());
            places.push((item.id.clone(), row.words("単位・選択肢")));
            self.items.push(item);
        }
    }

    /// The parts of a list must be items themselves.
    fn check_parts(&self, places: &[(ItemId, Words)], problems: &mut Vec<Problem>) {
        for (id, words) in places {
            let Some(Item { kind: ItemKind::List(parts), .. }) = self.get(id) else { continue };
            for part in parts.iter().filter(|p| !self.index.contains_key(*p)) {
                problems.push(
                    Problem::error(
                        Code::UnknownName,
                        words.at,
                        format!("一覧「{id}」の「{part}」という項目はありません。"),
                        format!("The list `{id}` names `{part}`, which is not an item."),
                    )
                    .suggest(part, self.items.iter().map(|i| i.id.as_str())),
                );
            }
        }
    }
}

fn item_of(row: &Row<'_, '_>, name: &Words, problems: &mut Vec<Problem>) -> Option<Item> {
    let detail = row.words("単位・選択肢");
    let options = || list(&detail).into_iter().map(|w| local(&w.text).ja).collect::<Vec<_>>();
    let kind_words = row.must("型", problems)?;
    let kind = match kind_words.text.as_str() {
        "数値" => {
            let (unit, limits) = unit_and_limits(&detail, problems);
            ItemKind::Number { unit, limits }
        }
        "文字" => ItemKind::Text,
        "はい・いいえ" => ItemKind::YesNo,
        "選択" => ItemKind::Choice(options()),
        "日付" => ItemKind::Day,
        "法人番号" => ItemKind::CorporateNumber,
        "一覧" => ItemKind::List(options()),
        other => {
            problems.push(
                Problem::error(
                    Code::BadValue,
                    kind_words.at,
                    format!("「{other}」という型はありません。"),
                    format!("There is no kind `{other}`."),
                )
                .suggest(other, ["数値", "文字", "はい・いいえ", "選択", "日付", "法人番号", "一覧"]),
            );
            return None;
        }
    };
    if matches!(&kind, ItemKind::Choice(o) | ItemKind::List(o) if o.is_empty()) {
        problems.push(Problem::error(
            Code::EmptyCell,
            kind_words.at,
            "選択肢又は一覧の中身を「、」で区切って書いてください。",
            "List the choices or parts, separated by `、`.",
        ));
    }
    let changeable_words = row.must("変更可否", problems)?;
    let changeable = yes_no(&changeable_words.text).unwrap_or_else(|| {
        problems.push(Problem::error(Code::BadValue, changeable_words.at, "「可」か「不可」を書いてください。", "Write 可 or 不可."));
        false
    });
    let english = row.words("English").text;
    let label = if english.is_empty() { LocalText::ja(&name.text) } else { LocalText::new(&name.text, english) };
    Some(Item {
        id: name.text.clone(),
        kind,
        about: row.words("対象").text,
        changeable,
        source: row.words("出所").text,
        label,
        help: local(&row.words("説明").text),
    })
}

/// A unit of the dictionary in English, where it has a plain word: `円` is `yen`.
#[must_use]
pub fn unit_in_english(unit: &str) -> &str {
    const WORDS: [(&str, &str); 10] = [
        ("円", "yen"),
        ("人", "people"),
        ("名", "people"),
        ("年", "years"),
        ("か月", "months"),
        ("日", "days"),
        ("時間", "hours"),
        ("点", "points"),
        ("件", "cases"),
        ("回", "times"),
    ];
    WORDS.iter().find(|(ja, _)| *ja == unit).map_or(unit, |(_, en)| en)
}

impl Item {
    /// The kind of field that asks for this item; none for a list, which is filled row by row.
    #[must_use]
    pub fn field_kind(&self) -> Option<FieldKind> {
        Some(match &self.kind {
            ItemKind::Number { unit, limits } => FieldKind::Number { unit: unit.clone(), limits: *limits },
            ItemKind::Text => FieldKind::Text { characters_max: TEXT_CHARACTERS_MAX },
            ItemKind::YesNo => FieldKind::YesNo,
            ItemKind::Choice(options) => FieldKind::Choice(options.clone()),
            ItemKind::Day => FieldKind::Day,
            ItemKind::CorporateNumber => FieldKind::CorporateNumber,
            ItemKind::List(_) => return None,
        })
    }
}
