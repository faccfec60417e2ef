//! What of a form must be filled in: always, never, or where a condition over facts holds (必須 of 【様式】, 【共同体】 and 【提出書類】).

use std::collections::BTreeMap;

use banso_kernel::{Lang, LocalText};
use serde::{Deserialize, Serialize};

use crate::answers::CONSORTIUM_ITEM;
use crate::dictionary::Dictionary;
use crate::edition::Edition;
use crate::expr::{Expr, Names, attributive, compile};
use crate::members::member_facts;
use crate::model::{Facts, Form, Item, ItemKind, Section, SectionContent, Side, Truth};
use crate::problem::{Code, Problem, Span};
use crate::rules::condition;
use crate::words::{Words, yes_no};

/// What ends a condition in the column 必須: `区分 = 中小企業者等 のとき`.
const WHERE: &str = "のとき";

/// Whether an answer or a document has to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Required {
    Always,
    Never,
    /// Where this condition holds, as it is written.
    When(String),
}

impl Required {
    /// Whether it has to be given whatever the facts are.
    #[must_use]
    pub const fn always(&self) -> bool {
        matches!(self, Required::Always)
    }
}

/// Whether something that hangs on a condition has to be given by one side, and the condition in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    pub truth: Truth,
    /// `区分が中小企業者等の場合`.
    pub when: LocalText,
}

/// What hangs on a condition in one section of one side, by key (for the consortium `{member}.{part}`). The rest is not in it.
pub type Needs = BTreeMap<String, Needed>;

/// A cell of the column 必須.
pub(crate) fn required(words: &Words, names: &Names, problems: &mut Vec<Problem>) -> Required {
    if let Some(yes) = yes_no(&words.text) {
        return if yes { Required::Always } else { Required::Never };
    }
    let Some(text) = words.text.strip_suffix(WHERE).map(str::trim_end) else {
        problems.push(
            Problem::error(
                Code::BadValue,
                words.at,
                format!("「{}」は必須・任意（はい・いいえ）ではありません。", words.text),
                format!("`{}` is neither 必須 (yes) nor 任意 (no).", words.text),
            )
            .remedy(
                "必須、任意、又は「申請枠 = 通常枠 のとき」のように条件を書いてください。",
                "Write 必須, 任意, or a condition such as `申請枠 = 通常枠 のとき`.",
            ),
        );
        return Required::Never;
    };
    let at = Span::new(words.at.start, words.at.start + text.len());
    match condition(&Words { text: text.to_owned(), at }, names, problems) {
        Some(_) => Required::When(text.to_owned()),
        None => Required::Never,
    }
}

/// The conditions of a form, ready to be asked, by their text.
pub(crate) fn conditions(form: &Form, names: &Names) -> BTreeMap<String, Expr> {
    let texts = form.sections.iter().flat_map(conditional).map(|(_, text)| text);
    texts.filter_map(|text| Some((text.to_owned(), compile(text, names).ok()?))).collect()
}

/// What of a section hangs on a condition: field or document, and the condition's text.
fn conditional<'a>(section: &'a Section) -> Vec<(&'a str, &'a str)> {
    let all: Vec<(&str, &Required)> = match &section.content {
        SectionContent::Fields(fields) | SectionContent::Consortium { parts: fields, .. } => {
            fields.iter().map(|f| (f.id.as_str(), &f.required)).collect()
        }
        SectionContent::Documents(specs) => specs.iter().map(|d| (d.id.as_str(), &d.required)).collect(),
        SectionContent::Budget { .. } | SectionContent::Kpis => Vec::new(),
    };
    let hangs = |pair: (&'a str, &'a Required)| match pair.1 {
        Required::When(text) => Some((pair.0, text.as_str())),
        Required::Always | Required::Never => None,
    };
    all.into_iter().filter_map(hangs).collect()
}

/// A condition of the lead's section that asks for what each member answers: nobody could say whose answer is meant.
pub(crate) fn of_no_member(
    form: &Form,
    conditions: &BTreeMap<String, Expr>,
    dictionary: &Dictionary,
    sections: &[(Span, Section)],
    problems: &mut Vec<Problem>,
) {
    let Some(Item { kind: ItemKind::List(parts), .. }) = dictionary.get(CONSORTIUM_ITEM) else { return };
    let lead = |s: &&(Span, Section)| s.1.side == Side::Lead && !matches!(s.1.content, SectionContent::Consortium { .. });
    let own = |item: &str| {
        sections.iter().filter(lead).any(|(_, s)| matches!(&s.content, SectionContent::Fields(f) if f.iter().any(|f| f.id == item)))
    };
    if !form.has_consortium() {
        return;
    }
    for (at, section) in sections.iter().filter(lead) {
        for (id, text) in conditional(section) {
            let items = conditions.get(text).map(Expr::items).unwrap_or_default();
            problems.extend(items.iter().filter(|i| parts.contains(i) && !own(i)).map(|item| {
                Problem::error(
                    Code::BadValue,
                    *at,
                    format!("「{id}」を必須とする条件の「{item}」は、構成員ごとの項目です。"),
                    format!("`{id}` is required by `{item}`, which each member answers."),
                )
                .remedy(
                    format!("いずれか({CONSORTIUM_ITEM}, …) のように書いてください。"),
                    format!("Write e.g. `いずれか({CONSORTIUM_ITEM}, …)`."),
                )
            }));
        }
    }
}

impl Section {
    /// Whether something in it is required on a condition.
    #[must_use]
    pub fn requires_by_condition(&self) -> bool {
        !conditional(self).is_empty()
    }
}

impl Edition {
    /// What hangs on a condition in a section as one side fills it in. `members` stand in the consortium; `facts` are the application's.
    #[must_use]
    pub fn needs(&self, section: &Section, member: u32, members: &[u32], facts: &Facts) -> Needs {
        let conditional = conditional(section);
        let mut needs = Needs::new();
        if conditional.is_empty() {
            return needs;
        }
        let sides: Vec<(String, u32)> = match section.content {
            SectionContent::Consortium { .. } => members.iter().map(|m| (format!("{m}."), *m)).collect(),
            SectionContent::Fields(_) | SectionContent::Budget { .. } | SectionContent::Kpis | SectionContent::Documents(_) => {
                vec![(String::new(), member)]
            }
        };
        for (prefix, side) in sides {
            let own = member_facts(facts, self.dictionary(), side);
            needs.extend(conditional.iter().map(|(id, text)| (format!("{prefix}{id}"), self.needed(text, &own))));
        }
        needs
    }

    fn needed(&self, text: &str, facts: &Facts) -> Needed {
        let truth = self.condition(text).and_then(|c| c.truth(self.names(), facts).ok()).map_or(Truth::Unknown, |j| j.truth);
        let when = LocalText::new(self.required_when(text, Lang::Ja), self.required_when(text, Lang::En));
        Needed { truth, when }
    }

    fn condition(&self, text: &str) -> Option<&Expr> {
        self.whole().content.required.get(text)
    }

    /// When something is required, in words: `区分が中小企業者等の場合`.
    fn required_when(&self, text: &str, lang: Lang) -> String {
        let said = self.condition(text).map_or_else(|| text.to_owned(), |c| c.sentence(self.names(), lang));
        match lang {
            Lang::Ja => format!("{}場合", attributive(&said)),
            Lang::En => format!("where {}", self.in_english(&said)),
        }
    }

    /// A cell of the column 必須 that is a condition, in words.
    pub(crate) fn required_cell(&self, cell: &str, lang: Lang) -> Option<String> {
        let text = cell.trim().strip_suffix(WHERE)?.trim_end();
        self.condition(text).map(|_| self.required_when(text, lang))
    }
}
