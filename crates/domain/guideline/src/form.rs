//! Tables that make the application form: tracks, sections of fields, consortium, budget lines.

use banso_kernel::LocalText;

use crate::answers::CONSORTIUM_ITEM;
use crate::dictionary::Dictionary;
use crate::expr::Names;
use crate::limits::unit_and_limits;
use crate::markdown::Table;
use crate::model::{BudgetLine, ClauseId, Field, FieldKind, Item, ItemKind, Required, Section, SectionContent, Side, Track};
use crate::outline::Mark;
use crate::problem::{Code, Problem, Span};
use crate::required::required;
use crate::tables::{Need, Row, grid};
use crate::words::{Words, count, is_identifier, list, local, yes_no};

/// Options that every section may have.
pub(crate) const SECTION_OPTIONS: [&str; 3] = ["識別子", "記入", "目安"];
/// Longest text a field may ask for.
const CHARACTERS_MAX: u32 = 20_000;

/// A marked table and where it stands.
pub(crate) struct Marked<'a> {
    pub mark: &'a Mark,
    pub table: &'a Table,
    pub clause: &'a ClauseId,
}

pub(crate) fn tracks(marked: &Marked<'_>, problems: &mut Vec<Problem>) -> Vec<Track> {
    marked.mark.only(&[], problems);
    let Some(grid) = grid(marked.table, &[("枠", Need::Must), ("説明", Need::May)], problems) else { return Vec::new() };
    let mut out: Vec<Track> = Vec::new();
    for row in grid.rows() {
        let Some(name) = row.must("枠", problems) else { continue };
        let title = local(&name.text);
        if out.iter().any(|t| t.name == title.ja) {
            problems.push(twice(&name));
            continue;
        }
        out.push(Track { name: title.ja.clone(), title, clause: marked.clause.clone() });
    }
    out
}

/// A name that stands there already.
pub(crate) fn twice(words: &Words) -> Problem {
    Problem::error(
        Code::DuplicateName,
        words.at,
        format!("「{}」が二度使われています。", words.text),
        format!("`{}` is used twice.", words.text),
    )
    .remedy("別の名前にしてください。", "Choose another name.")
}

/// An identifier, or a complaint.
pub(crate) fn identifier(words: &Words, problems: &mut Vec<Problem>) -> Option<String> {
    if is_identifier(&words.text) {
        return Some(words.text.clone());
    }
    problems.push(
        Problem::error(
            Code::BadValue,
            words.at,
            format!("「{}」は識別子になりません。", words.text),
            format!("`{}` is not an identifier.", words.text),
        )
        .remedy("英小文字で始め、英小文字・数字・ハイフンで書いてください。", "Use lower-case letters, digits and hyphens."),
    );
    None
}

/// A count such as `800字`, or a complaint.
pub(crate) fn number(words: &Words, problems: &mut Vec<Problem>) -> Option<u32> {
    let found = count(&words.text);
    if found.is_none() {
        problems.push(
            Problem::error(
                Code::BadValue,
                words.at,
                format!("「{}」は数ではありません。", words.text),
                format!("`{}` is not a number.", words.text),
            )
            .remedy("3 や 800字 のように書いてください。", "Write 3 or 800字."),
        );
    }
    found
}

/// A count within limits, or a complaint: what is outside is never quietly changed.
pub(crate) fn number_within(words: &Words, least: u32, most: u32, problems: &mut Vec<Problem>) -> Option<u32> {
    let found = number(words, problems)?;
    if (least..=most).contains(&found) {
        return Some(found);
    }
    problems.push(Problem::error(
        Code::BadValue,
        words.at,
        format!("「{}」は{least}から{most}までの数ではありません。", words.text),
        format!("`{}` is not a number from {least} to {most}.", words.text),
    ));
    None
}

/// Yes or no, or a complaint.
pub(crate) fn flag(words: &Words, problems: &mut Vec<Problem>) -> bool {
    yes_no(&words.text).unwrap_or_else(|| {
        problems.push(Problem::error(
            Code::BadValue,
            words.at,
            format!("「{}」は必須・任意（はい・いいえ）ではありません。", words.text),
            format!("`{}` is neither 必須 (yes) nor 任意 (no).", words.text),
        ));
        false
    })
}

/// The section that a mark declares, around a content.
pub(crate) fn section(marked: &Marked<'_>, title: LocalText, content: SectionContent, problems: &mut Vec<Problem>) -> Option<Section> {
    let mark = marked.mark;
    let Some(id) = mark.option("識別子") else {
        problems.push(
            Problem::error(
                Code::MissingKey,
                mark.at,
                format!("【{}】に識別子がありません。", mark.kind.word()),
                format!("【{}】 lacks an identifier.", mark.kind.word()),
            )
            .remedy("「識別子: plan」のように加えてください。", "Add e.g. `識別子: plan`."),
        );
        return None;
    };
    let side = match mark.option("記入").map(|w| (w.text.as_str(), w)) {
        None | Some(("代表者", _)) => Side::Lead,
        Some(("各構成員", _)) => Side::EachMember,
        Some((other, words)) => {
            problems.push(
                Problem::error(
                    Code::BadValue,
                    words.at,
                    format!("「{other}」は記入者ではありません。"),
                    format!("`{other}` is not a side."),
                )
                .remedy("「代表者」か「各構成員」を書いてください。", "Write 代表者 or 各構成員."),
            );
            Side::Lead
        }
    };
    let minutes = mark.option("目安").and_then(|w| number(w, problems)).unwrap_or(10);
    Some(Section { id: identifier(id, problems)?, title, clause: marked.clause.clone(), side, minutes, content })
}

pub(crate) fn title_of(mark: &Mark, ja: &str, en: &str) -> LocalText {
    mark.argument.as_ref().map_or_else(|| LocalText::new(ja, en), |w| local(&w.text))
}

/// 【様式：題名】: one question a row.
pub(crate) fn fields(marked: &Marked<'_>, dictionary: &Dictionary, names: &Names, problems: &mut Vec<Problem>) -> Option<Section> {
    marked.mark.only(&SECTION_OPTIONS, problems);
    let fields = field_rows(marked, dictionary, names, problems)?;
    section(marked, title_of(marked.mark, "申請内容", "Application"), SectionContent::Fields(fields), problems)
}

fn field_rows(marked: &Marked<'_>, dictionary: &Dictionary, names: &Names, problems: &mut Vec<Problem>) -> Option<Vec<Field>> {
    let columns =
        [("欄", Need::Must), ("見出し", Need::May), ("型", Need::May), ("字数", Need::May), ("必須", Need::Must), ("説明", Need::May)];
    let grid = grid(marked.table, &columns, problems)?;
    let mut fields = Vec::new();
    for row in grid.rows() {
        let Some(id) = row.must("欄", problems) else { continue };
        let item = dictionary.get(&id.text);
        let Some(kind) = field_kind(&row, &id, item, dictionary, problems) else { continue };
        let required = row.must("必須", problems).map_or(Required::Never, |w| required(&w, names, problems));
        let label = match (row.may("見出し"), item) {
            (Some(words), _) => local(&words.text),
            (None, Some(item)) => item.label.clone(),
            (None, None) => {
                row.must("見出し", problems);
                continue;
            }
        };
        let hint = row.may("説明").map_or_else(|| item.map(|i| i.help.clone()).unwrap_or_default(), |w| local(&w.text));
        fields.push(Field { id: id.text, label, hint, kind, required, clause: marked.clause.clone() });
    }
    Some(fields)
}

/// The kind of a field: that of its item, or the one written.
fn field_kind(
    row: &Row<'_, '_>,
    id: &Words,
    item: Option<&Item>,
    dictionary: &Dictionary,
    problems: &mut Vec<Problem>,
) -> Option<FieldKind> {
    let written = row.may("型");
    let characters = row.may("字数").and_then(|w| number_within(&w, 1, CHARACTERS_MAX, problems));
    match (item, written) {
        (Some(item), None) => item_kind(item, characters, id, problems),
        (None, Some(words)) => text_kind(&words, characters, problems),
        (Some(item), Some(words)) => {
            problems.push(
                Problem::error(
                    Code::BadValue,
                    words.at,
                    format!("項目「{}」の型は事実辞書が決めます。", item.id),
                    format!("The dictionary decides the kind of `{}`.", item.id),
                )
                .remedy("型を空にしてください。", "Leave 型 empty."),
            );
            None
        }
        (None, None) => {
            let problem = Problem::error(
                Code::UnknownName,
                id.at,
                format!("「{}」は事実辞書に無く、型もありません。", id.text),
                format!("`{}` is not an item of the dictionary and has no kind.", id.text),
            );
            problems.push(match dictionary.suggest(&id.text) {
                Some(near) => problem.remedy(format!("「{near}」ではありませんか。"), format!("Did you mean `{near}`?")),
                None => problem.remedy("型に「短文」か「長文」を書いてください。", "Write 短文 (short) or 長文 (long text) as its kind."),
            });
            None
        }
    }
}

fn item_kind(item: &Item, characters: Option<u32>, id: &Words, problems: &mut Vec<Problem>) -> Option<FieldKind> {
    let kind = item.field_kind();
    if kind.is_none() {
        problems.push(
            Problem::error(
                Code::BadValue,
                id.at,
                format!("一覧「{}」は一つの欄になりません。", id.text),
                format!("The list `{}` cannot be one field.", id.text),
            )
            .remedy("【共同体】か【経費】の表を使ってください。", "Use a table of 【共同体】 or 【経費】."),
        );
    }
    Some(match (kind?, characters) {
        (FieldKind::Text { .. }, Some(_)) => FieldKind::Text { characters_max: limit(characters, 200) },
        (other, _) => other,
    })
}

fn text_kind(words: &Words, characters: Option<u32>, problems: &mut Vec<Problem>) -> Option<FieldKind> {
    match words.text.as_str() {
        "短文" => Some(FieldKind::Text { characters_max: limit(characters, 200) }),
        "長文" => Some(FieldKind::LongText { characters_max: limit(characters, 2_000) }),
        "はい・いいえ" => Some(FieldKind::YesNo),
        "日付" => Some(FieldKind::Day),
        "法人番号" => Some(FieldKind::CorporateNumber),
        other => {
            let inside = |name: &str| other.strip_prefix(name)?.strip_prefix(['（', '('])?.strip_suffix(['）', ')']);
            if let Some(unit) = inside("数値") {
                let start = words.at.start + words.text.find(unit).unwrap_or(0);
                let unit = Words { text: unit.trim().to_owned(), at: Span::new(start, start + unit.len()) };
                let (unit, limits) = unit_and_limits(&unit, problems);
                return Some(FieldKind::Number { unit, limits });
            }
            if let Some(options) = inside("選択") {
                let start = words.at.start + words.text.find(options).unwrap_or(0);
                let options = list(&Words { text: options.to_owned(), at: Span::new(start, start + options.len()) });
                return choice(words, &options, problems);
            }
            problems.push(
                Problem::error(
                    Code::BadValue,
                    words.at,
                    format!("「{other}」という型はありません。"),
                    format!("There is no kind `{other}`."),
                )
                .remedy(
                    "短文、長文、数値（円）、数値（%、0〜100）、選択（甲、乙）、はい・いいえ、日付、法人番号 のどれかを書いてください。",
                    "Write one of 短文, 長文, 数値（円）, 数値（%、0〜100）, 選択（甲、乙）, はい・いいえ, 日付, 法人番号.",
                ),
            );
            None
        }
    }
}

/// What can be chosen: something, and nothing twice.
fn choice(words: &Words, options: &[Words], problems: &mut Vec<Problem>) -> Option<FieldKind> {
    if options.is_empty() {
        problems.push(
            Problem::error(Code::BadValue, words.at, "選択肢がありません。", "There is nothing to choose from.")
                .remedy("選択（甲、乙）のように書いてください。", "Write 選択（甲、乙）."),
        );
        return None;
    }
    let again = options.iter().enumerate().filter(|(i, w)| options.iter().take(*i).any(|before| before.text == w.text));
    problems.extend(again.map(|(_, w)| twice(w)));
    Some(FieldKind::Choice(options.iter().map(|w| w.text.clone()).collect()))
}

fn limit(characters: Option<u32>, otherwise: u32) -> usize {
    usize::try_from(characters.unwrap_or(otherwise)).unwrap_or(200)
}

/// 【共同体】最大: 10者: what is asked of each member; the parts are items of the dictionary's 共同体.
pub(crate) fn consortium(marked: &Marked<'_>, dictionary: &Dictionary, names: &Names, problems: &mut Vec<Problem>) -> Option<Section> {
    marked.mark.only(&["識別子", "記入", "目安", "最大"], problems);
    let parts = field_rows(marked, dictionary, names, problems)?;
    if let Some(Item { kind: ItemKind::List(known), .. }) = dictionary.get(CONSORTIUM_ITEM) {
        for part in parts.iter().filter(|p| !known.contains(&p.id)) {
            problems.push(
                Problem::error(
                    Code::UnknownName,
                    marked.table.at,
                    format!("「{}」は事実辞書の「{CONSORTIUM_ITEM}」の項目ではありません。", part.id),
                    format!("`{}` is not a part of the dictionary's `{CONSORTIUM_ITEM}`.", part.id),
                )
                .suggest(&part.id, known.iter().map(String::as_str)),
            );
        }
    }
    let members_max = marked.mark.option("最大").and_then(|w| number_within(w, 1, 100, problems)).unwrap_or(20);
    let title = title_of(marked.mark, "共同体", "Consortium");
    section(marked, title, SectionContent::Consortium { parts, members_max }, problems)
}

/// 【経費】: the budget lines.
pub(crate) fn budget(marked: &Marked<'_>, problems: &mut Vec<Problem>) -> Option<Section> {
    marked.mark.only(&["識別子", "記入", "目安", "年数"], problems);
    let grid = grid(marked.table, &[("経費区分", Need::Must), ("説明", Need::May)], problems)?;
    let mut lines: Vec<BudgetLine> = Vec::new();
    for row in grid.rows() {
        let Some(name) = row.must("経費区分", problems) else { continue };
        let title = local(&name.text);
        if lines.iter().any(|l| l.name == title.ja) {
            problems.push(twice(&name));
            continue;
        }
        let hint = row.may("説明").map(|w| local(&w.text)).unwrap_or_default();
        lines.push(BudgetLine { name: title.ja.clone(), title, hint, clause: marked.clause.clone() });
    }
    let years_max = marked.mark.option("年数").and_then(|w| number_within(w, 1, 10, problems)).unwrap_or(1);
    section(marked, title_of(marked.mark, "経費明細", "Budget"), SectionContent::Budget { lines, years_max }, problems)
}
