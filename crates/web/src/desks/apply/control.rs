//! One answer as a control of a page: what the guideline asks, what was typed, what is known of it, what is wrong with it.

use banso_guideline::answers::Clash;
use banso_guideline::{Edition, Field, FieldKind, Needed, Truth};
use banso_kernel::Lang;
use banso_office::FieldProblem;
use banso_office::apply::{CheckedRow, KnownAnswer, SectionPage};

use crate::context::PageContext;
use crate::keypad;

/// Names of answers in a form begin so: no answer is mistaken for a field of the page itself.
pub(crate) const PREFIX: &str = "a.";

/// The name of an answer in a form, which is its id on the page too.
pub(crate) fn name_of(key: &str) -> String {
    format!("{PREFIX}{key}")
}

/// A control, ready for its template.
pub(crate) struct Control {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) value: String,
    pub(crate) required: bool,
    /// `text`, `long`, `number`, `choice`, `day` or `digits`.
    pub(crate) kind: &'static str,
    pub(crate) max: usize,
    pub(crate) unit: String,
    /// Which keys a number needs.
    pub(crate) keypad: &'static str,
    pub(crate) options: Vec<(String, String)>,
    /// Where the prefilled answer is known from; or what is known, where the answer differs.
    pub(crate) source: Option<String>,
    /// What somebody else saved in this field meanwhile.
    pub(crate) theirs: Option<String>,
}

impl Control {
    pub(crate) fn new(page: &PageContext, section: &SectionPage, key: &str, field: &Field, clashes: &[Clash]) -> Self {
        let saved = section.answers.get(key).cloned().unwrap_or_default();
        let clash = clashes.iter().find(|c| c.key == key);
        let value = clash.map_or(saved, |c| c.mine.clone());
        let (kind, max, unit) = shape(&field.kind);
        let needed = section.needs.get(key);
        Control {
            name: name_of(key),
            label: page.local(&field.label).to_owned(),
            hint: hint(page, field, needed.filter(|n| n.truth == Truth::Unknown)),
            required: field.required.always() || needed.is_some_and(|n| n.truth == Truth::Yes),
            kind,
            max,
            unit,
            keypad: keypad::of(&field.kind),
            options: options(page.lang, &field.kind, &section.edition),
            source: section.known.get(key).map(|known| source(page.lang, known, &value)),
            theirs: clash.map(|c| c.theirs.clone()),
            value,
        }
    }
}

/// What helps to answer; where it is open whether an answer is required, when it is.
fn hint(page: &PageContext, field: &Field, open: Option<&Needed>) -> String {
    let own = page.local(&field.hint);
    let Some(open) = open else { return own.to_owned() };
    let when = page.local(&open.when);
    let required = if page.lang == Lang::Ja { format!("{when}は必須です。") } else { format!("Required {when}. ") };
    format!("{required}{own}").trim_end().to_owned()
}

/// The names of the controls of which the answers so far do not say whether they are required.
pub(crate) fn open_names(section: &SectionPage) -> Vec<String> {
    section.needs.iter().filter(|(_, n)| n.truth == Truth::Unknown).map(|(key, _)| name_of(key)).collect()
}

fn shape(kind: &FieldKind) -> (&'static str, usize, String) {
    match kind {
        FieldKind::Text { characters_max } => ("text", *characters_max, String::new()),
        FieldKind::LongText { characters_max } => ("long", *characters_max, String::new()),
        FieldKind::Number { unit, .. } => ("number", 0, unit.clone()),
        FieldKind::Choice(_) | FieldKind::YesNo => ("choice", 0, String::new()),
        FieldKind::Day => ("day", 0, String::new()),
        FieldKind::CorporateNumber => ("digits", 0, String::new()),
    }
}

fn options(lang: Lang, kind: &FieldKind, edition: &Edition) -> Vec<(String, String)> {
    match kind {
        FieldKind::Choice(options) => options.iter().map(|o| (o.clone(), edition.choice(o).get(lang).to_owned())).collect(),
        FieldKind::YesNo => {
            vec![("はい".to_owned(), lang.pick("はい", "Yes").to_owned()), ("いいえ".to_owned(), lang.pick("いいえ", "No").to_owned())]
        }
        FieldKind::Text { .. } | FieldKind::LongText { .. } | FieldKind::Number { .. } | FieldKind::Day | FieldKind::CorporateNumber => {
            Vec::new()
        }
    }
}

fn source(lang: Lang, known: &KnownAnswer, value: &str) -> String {
    let (from, as_of) = (&known.source, &known.as_of);
    let same = value.trim() == known.text;
    match (lang, same) {
        (Lang::Ja, true) => format!("自動入力　出典：{from}（{as_of}時点）。違うときは書き換えてください。"),
        (Lang::Ja, false) => format!("登録されている値：{}　出典：{from}（{as_of}時点）", known.text),
        (Lang::En, true) => format!("Filled in from {from} (as of {as_of}). Change it if it is wrong."),
        (Lang::En, false) => format!("On file: {} — {from} (as of {as_of})", known.text),
    }
}

/// What is wrong with answers, as problems of a page: missing ones only where they are asked for.
pub(crate) fn problems(section: &SectionPage, with_missing: bool) -> Vec<FieldProblem> {
    let shown = section.problems.iter().filter(|p| with_missing || !p.is_blank());
    shown.map(|p| FieldProblem { field: name_of(&p.place.key), text: p.named() }).collect()
}

/// An answer as a summary shows it.
pub(crate) fn answer_text(page: &PageContext, row: &CheckedRow) -> String {
    if row.text.trim().is_empty() {
        return page.t("（未入力）", "(empty)").to_owned();
    }
    let bare_number = row.text.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-'));
    if bare_number && !row.unit.is_empty() { format!("{} {}", row.text, page.unit(&row.unit)) } else { page.local(&row.words).to_owned() }
}
