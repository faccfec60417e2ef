//! A study as the form gives it, and the declaration that it amounts to: the columns, the settings and the targets follow from the choices,
//! so that nobody writes code.

use std::collections::BTreeMap;

use banso_evaluation::study::{Declaration, Design, Method, Outcome, Reported, Target, Word};
use banso_guideline::{Dictionary, Edition, Item, ItemKind};
use banso_kernel::{CallId, Lang, count_characters, fold_width};
use serde_json::{Map, Value, json};

use super::panel::{
    DISTANCE, FIRM, GRANTED, PAID, ROUND, SIZE, SIZES, START, TRACK, YEAR, column, kpi_column, per_worker, unit_of, workers,
};
use super::table::OTHERS;
use crate::FieldProblem;

/// Most characters of a title and of a question.
pub const TITLE_MAX: usize = 80;
pub const QUESTION_MAX: usize = 400;
/// Most characters of the same in English.
pub const TITLE_EN_MAX: usize = 200;
pub const QUESTION_EN_MAX: usize = 1_000;
/// The furthest horizon, in years after the decision.
pub const HORIZON_MAX: u32 = 10;

/// What somebody chose on the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StudyForm {
    pub title: String,
    /// In English, for the English report; may be empty.
    pub title_en: String,
    pub question: String,
    pub question_en: String,
    /// `discontinuity`, `difference`, `balancing`.
    pub method: String,
    /// Items of the dictionary.
    pub outcomes: Vec<String>,
    /// Other decided calls of the programme that are pooled with this one, at their own cut-offs.
    pub with: Vec<String>,
    /// Years after the decision.
    pub horizon: String,
    /// Columns of groups.
    pub groups: Vec<String>,
    /// The column of places within which an effect may spill over; may be empty.
    pub neighbourhood: String,
    /// Groups of fewer firms are not shown.
    pub least_cell: String,
    /// Codes of warnings whose number is to be shown all the same.
    pub acknowledged: Vec<String>,
}

/// A warning that can be acknowledged beforehand, with what that means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownWarning {
    pub code: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
}

const fn known(code: &'static str, ja: &'static str, en: &'static str) -> KnownWarning {
    KnownWarning { code, ja, en }
}

/// What may hold a headline back.
pub const WARNINGS: [KnownWarning; 10] = [
    known("few-rows", "カットオフ付近の企業が少なくても数値を示す", "show the number although few firms are near the cut-off"),
    known("few-points", "点数の種類が少なくても数値を示す", "show the number although there are few distinct scores"),
    known(
        "weak-first-stage",
        "カットオフでの交付割合の変化が弱くても数値を示す",
        "show the number although the cut-off changes grants little",
    ),
    known("manipulated-score", "点数の操作が疑われても数値を示す", "show the number although the score may be manipulated"),
    known("unbalanced", "決定前の特徴に差があっても数値を示す", "show the number although firms differed before the decision"),
    known("pre-trend", "支援前の推移に差があっても数値を示す", "show the number although trends differed before the start"),
    known("few-clusters", "独立な企業が少なくても数値を示す", "show the number although independent units are few"),
    known("tiny-cohort", "小さい群があっても数値を示す", "show the number although a cohort is tiny"),
    known("holes", "推定できない群・時点があっても数値を示す", "show the number although some cells have no estimate"),
    known("no-overlap", "両群の特徴が重ならなくても数値を示す", "show the number although the arms do not overlap"),
];

impl StudyForm {
    /// What the form begins with for a call: of the outcomes, preferably in money, the one of which most is known.
    #[must_use]
    pub(crate) fn suggested(edition: &Edition, items: &[Item], method: Option<Method>, known: impl Fn(&str) -> usize) -> Self {
        let most = items.iter().filter(|i| unit_of(i).is_some()).max_by_key(|i| (unit_of(i) == Some("百万円"), known(&i.id)));
        let first = most.map(|i| i.id.clone());
        let what = first.clone().unwrap_or_else(|| "成果".to_owned());
        let what_en = most.map_or_else(|| "the outcome".to_owned(), |i| i.label.get(Lang::En).to_lowercase());
        StudyForm {
            title: format!("{}は{what}を増やしたか", edition.meta().call_name.ja),
            title_en: format!("{}: did it raise {what_en}?", edition.meta().call_name.get(Lang::En)),
            question: format!("交付を受けたことは、決定から3年後の企業の{what}を、受けなかった場合と比べて増やしたか。"),
            question_en: format!(
                "Did the grant raise the {what_en} of firms three years after the decision, beyond what it would have been without it?"
            ),
            method: method.map(method_name).unwrap_or_default().to_owned(),
            outcomes: first.into_iter().collect(),
            with: Vec::new(),
            horizon: "3".to_owned(),
            groups: Vec::new(),
            neighbourhood: String::new(),
            least_cell: "10".to_owned(),
            acknowledged: Vec::new(),
        }
    }

    /// The declaration that the form amounts to.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub(crate) fn declaration(&self, call: &CallId, edition: &Edition, items: &[Item]) -> Result<Declaration, Vec<FieldProblem>> {
        let mut wrong = Vec::new();
        let title = filled("title", &self.title, TITLE_MAX, &mut wrong);
        let question = filled("question", &self.question, QUESTION_MAX, &mut wrong);
        let title_en = optional("title_en", &self.title_en, TITLE_EN_MAX, &mut wrong);
        let question_en = optional("question_en", &self.question_en, QUESTION_EN_MAX, &mut wrong);
        let horizon = number("horizon", &self.horizon, 1, HORIZON_MAX, &mut wrong);
        let least_cell = number("least_cell", &self.least_cell, 5, 100, &mut wrong) as usize;
        // In the order in which they were named: the first is what groups and cost are about.
        let of = |id: &String| items.iter().find(|i| unit_of(i).is_some() && i.id == *id);
        let mut chosen: Vec<&Item> = Vec::new();
        self.outcomes.iter().filter_map(of).for_each(|i| {
            if !chosen.contains(&i) {
                chosen.push(i)
            }
        });
        if chosen.is_empty() {
            wrong.push(FieldProblem::new("outcomes", "成果を1つ以上選んでください。", "Choose at least one outcome."));
        }
        let method = method_of(&self.method);
        let Some(method) = method else {
            wrong.push(FieldProblem::new("method", "比べ方を選んでください。", "Choose a design."));
            return Err(wrong);
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let outcomes: Vec<Outcome> = chosen.iter().flat_map(|i| outcomes_of(i, method, horizon, items)).collect();
        let first_in_money = outcomes.first().is_some_and(|o| o.unit == "百万円");
        let before = if method == Method::Discontinuity { settled(&chosen, items) } else { Vec::new() };
        let groups: Vec<String> = groups_of(method, items).into_iter().filter(|g| self.groups.contains(g)).collect();
        let neighbourhood = neighbourhoods(method, items).into_iter().find(|n| *n == self.neighbourhood);
        let with: Vec<String> = if method == Method::Discontinuity { self.with.clone() } else { Vec::new() };
        let rounds = (!with.is_empty()).then(|| ROUND.to_owned());
        let named = before.iter().chain(&groups).chain(&neighbourhood);
        Ok(Declaration {
            title,
            title_en,
            question,
            question_en,
            call: Some(call.to_string()),
            with,
            horizon: Some(horizon),
            outcomes,
            design: Design { method, settings: settings(method, rounds.is_some(), &chosen, items) },
            words: words(named, &chosen, items, edition.dictionary()),
            before,
            groups,
            rounds,
            neighbourhood,
            cost: first_in_money.then(|| PAID.to_owned()),
            targets: targets(edition),
            acknowledged: WARNINGS.iter().filter(|w| self.acknowledged.iter().any(|a| a == w.code)).map(|w| w.code.to_owned()).collect(),
            least_cell,
        })
    }
}

/// The columns of groups that a design can take: over time only what does not change.
fn groups_of(method: Method, items: &[Item]) -> Vec<String> {
    if method == Method::Difference { vec![SIZE.to_owned()] } else { groups(items) }
}

/// The columns of places that a design can take.
fn neighbourhoods(method: Method, items: &[Item]) -> Vec<String> {
    if method == Method::Difference { Vec::new() } else { places(items) }
}

/// The columns that tell where or in what trade a firm is.
pub(crate) fn places(items: &[Item]) -> Vec<String> {
    items.iter().filter(|i| unit_of(i).is_none()).map(|i| i.id.clone()).collect()
}

/// What these columns and their values are called in English, and what columns are called that are no item's own name.
fn words<'a>(named: impl Iterator<Item = &'a String>, chosen: &[&Item], items: &[Item], dictionary: &Dictionary) -> BTreeMap<String, Word> {
    let english = |en: &str| Word { ja: None, en: Some(en.to_owned()) };
    let both = |ja: String, en: String| Word { ja: Some(ja), en: Some(en) };
    let mut words = BTreeMap::new();
    for name in named {
        for item in chosen.iter().copied().chain(workers(items)) {
            let (ja, en) = (item.label.ja.clone(), item.label.get(Lang::En).to_lowercase());
            if *name == column(&item.id, "前") {
                words.insert(name.clone(), both(format!("決定前の{ja}"), format!("{en} before the decision")));
            } else if *name == column(&item.id, "前増") {
                words.insert(name.clone(), both(format!("決定前までの{ja}の増加"), format!("rise of {en} up to the decision")));
            }
        }
        if name == SIZE {
            words.insert(name.clone(), english("size"));
            words.extend(SIZES.map(|(ja, en)| (ja.to_owned(), english(en))));
        } else if name == TRACK {
            words.insert(name.clone(), english("track"));
        }
        let Some(Item { label, kind: ItemKind::Choice(options), .. }) = items.iter().find(|i| i.id == *name) else { continue };
        words.insert(name.clone(), both(label.ja.clone(), label.get(Lang::En).to_lowercase()));
        words.extend(options.iter().filter_map(|o| Some((o.clone(), english(dictionary.choice(o).en.as_deref()?)))));
        words.insert(OTHERS.to_owned(), english("others"));
    }
    words
}

fn filled(field: &str, text: &str, most: usize, wrong: &mut Vec<FieldProblem>) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let count = count_characters(&text);
    if count == 0 {
        wrong.push(FieldProblem::new(field, "入力してください。", "Fill this in."));
    } else if count > most {
        wrong.push(FieldProblem::new(
            field,
            format!("{most}字以内にしてください（{count}字）。"),
            format!("At most {most} characters ({count} now)."),
        ));
    }
    text
}

/// The same where nothing need be said.
fn optional(field: &str, text: &str, most: usize, wrong: &mut Vec<FieldProblem>) -> Option<String> {
    if text.trim().is_empty() { None } else { Some(filled(field, text, most, wrong)) }
}

fn number(field: &str, text: &str, least: u32, most: u32, wrong: &mut Vec<FieldProblem>) -> u32 {
    let value = fold_width(text.trim()).parse().ok().filter(|n| (least..=most).contains(n));
    value.unwrap_or_else(|| {
        let (ja, en) = (format!("{least}から{most}までの整数を入力してください。"), format!("A whole number from {least} to {most}."));
        wrong.push(FieldProblem::new(field, ja, en));
        least
    })
}

pub(crate) const fn method_name(method: Method) -> &'static str {
    match method {
        Method::Discontinuity => "discontinuity",
        Method::Difference => "difference",
        Method::Balancing => "balancing",
    }
}

pub(crate) fn method_of(name: &str) -> Option<Method> {
    [Method::Discontinuity, Method::Difference, Method::Balancing].into_iter().find(|m| method_name(*m) == name)
}

/// The columns that groups can be made of.
pub(crate) fn groups(items: &[Item]) -> Vec<String> {
    let choices = items.iter().filter(|i| unit_of(i).is_none()).map(|i| i.id.clone());
    [SIZE.to_owned(), TRACK.to_owned()].into_iter().chain(choices).collect()
}

/// An item as outcomes: its rise until the horizon in total and, for money, per worker; over time, its level.
fn outcomes_of(item: &Item, method: Method, horizon: u32, items: &[Item]) -> Vec<Outcome> {
    let (ja, en) = (item.label.ja.clone(), item.label.get(Lang::En).to_lowercase());
    let unit = unit_of(item).unwrap_or_default().to_owned();
    if method == Method::Difference {
        let workers = (unit == "百万円").then(|| workers(items).map(|w| w.id.clone())).flatten();
        return vec![Outcome { column: item.id.clone(), ja, en, unit, unit_en: None, workers, reported: None }];
    }
    let years = if horizon == 1 { "1 year".to_owned() } else { format!("{horizon} years") };
    let rise = |named: &dyn Fn(&str) -> String, per: [&str; 2], unit: String| Outcome {
        column: named("増"),
        ja: format!("{}{ja}の増加（{horizon}年後）", per[0]),
        en: format!("rise of {en}{} after {years}", per[1]),
        unit,
        unit_en: None,
        workers: None,
        reported: Some(Reported { after: named("後"), before: named("前") }),
    };
    let mut all = vec![rise(&|when| column(&item.id, when), ["", ""], unit.clone())];
    if unit == "百万円" && workers(items).is_some() {
        all.push(rise(&|when| per_worker(&item.id, when), ["従業員1人あたり", " per worker"], "万円".to_owned()));
    }
    all
}

/// What was fixed before the decision: the chosen items themselves, and how many workers there were.
fn before(chosen: &[&Item], items: &[Item]) -> Vec<String> {
    let mut columns: Vec<String> = chosen.iter().map(|i| column(&i.id, "前")).collect();
    columns.extend(workers(items).map(|w| column(&w.id, "前")).filter(|c| !columns.contains(c)));
    columns
}

/// The same, and how the chosen items had risen by then: no grant can have moved that.
fn settled(chosen: &[&Item], items: &[Item]) -> Vec<String> {
    before(chosen, items).into_iter().chain(chosen.iter().map(|i| column(&i.id, "前増"))).collect()
}

fn settings(method: Method, pooled: bool, chosen: &[&Item], items: &[Item]) -> Map<String, Value> {
    let value = match method {
        // A firm that applies in several rounds is one firm.
        Method::Discontinuity if pooled => json!({ "score": DISTANCE, "cutoff": 0.0, "treatment": GRANTED, "cluster": FIRM }),
        Method::Discontinuity => json!({ "score": DISTANCE, "cutoff": 0.0, "treatment": GRANTED }),
        Method::Difference => json!({ "unit": FIRM, "time": YEAR, "start": START, "comparison": "never-treated" }),
        Method::Balancing => json!({ "treatment": GRANTED, "covariates": before(chosen, items) }),
    };
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// The programme's own targets, of those that say a number: `>= 15%` stands for 15 in a panel that states shares in hundredths.
fn targets(edition: &Edition) -> Vec<Target> {
    let target = |k: &banso_guideline::Kpi| {
        k.item.as_ref()?;
        let text = fold_width(&k.target);
        let (strict, bare) = match text.strip_prefix(">=") {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix('>')?),
        };
        let value: f64 = bare.trim().trim_end_matches('%').trim().parse().ok()?;
        // A figure above the target and not equal to it: panels state figures to a tenth.
        let least = if strict { value + 0.1 } else { value };
        let more = if strict { ("超", "more than ") } else { ("以上", "at least ") };
        let unit = &k.unit;
        let ja = format!("{}（{}、{value}{unit}{}）", k.title.ja, k.when.ja, more.0);
        let en = format!("{} ({}, {}{value}{unit})", k.title.get(Lang::En), k.when.get(Lang::En).to_lowercase(), more.1);
        Some(Target { column: kpi_column(&k.id), ja, en, least, share: None })
    };
    edition.kpis().iter().filter_map(target).collect()
}
