//! A study as the form gives it, and the declaration that it amounts to: the columns, the settings and the targets follow from the choices,
//! so that nobody writes code.

use banso_evaluation::study::{Declaration, Design, Method, Outcome};
use banso_guideline::{Edition, Item};
use banso_kernel::{CallId, Lang, count_characters, fold_width};

use super::columns::{groups_of, neighbourhoods, outcomes_of, settings, settled, targets, words};
use super::panel::{AS_OF, OPEN, PAID, Panel, ROUND, unit_of};
use super::shelter::LEAST_CELL;
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
    /// The one of them that groups, checks and cost are about; the first where none is named.
    pub main: String,
    /// Other decided calls of the programme that are pooled with this one, at their own cut-offs.
    pub with: Vec<String>,
    /// Years after the decision.
    pub horizon: String,
    /// Columns of groups.
    pub groups: Vec<String>,
    /// The column of places within which an effect may spill over; may be empty.
    pub neighbourhood: String,
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

impl KnownWarning {
    /// The designs that can give it.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        [Method::Discontinuity, Method::Difference, Method::Balancing].into_iter().filter(|m| m.codes().contains(&self.code))
    }
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
        let asked = Asked::of(edition, most.as_slice(), HORIZON);
        StudyForm {
            title: asked.title,
            title_en: asked.title_en,
            question: asked.question,
            question_en: asked.question_en,
            method: method.map(method_name).unwrap_or_default().to_owned(),
            outcomes: most.map(|i| i.id.clone()).into_iter().collect(),
            main: String::new(),
            with: Vec::new(),
            horizon: HORIZON.to_string(),
            groups: Vec::new(),
            neighbourhood: String::new(),
            acknowledged: Vec::new(),
        }
    }

    /// The form with the words that it began with put right for what was chosen since; what somebody wrote stays.
    #[must_use]
    pub(crate) fn asking(mut self, edition: &Edition, items: &[Item]) -> Self {
        let Ok(years) = fold_width(self.horizon.trim()).parse() else { return self };
        let chosen = self.chosen(items);
        if chosen.is_empty() {
            return self;
        }
        let now = Asked::of(edition, &chosen, years);
        for item in items.iter().filter(|i| unit_of(i).is_some()) {
            let began = Asked::of(edition, &[item], HORIZON);
            let put = |text: &mut String, began: &str, now: &str| {
                if text.trim() == began {
                    now.clone_into(text);
                }
            };
            put(&mut self.title, &began.title, &now.title);
            put(&mut self.title_en, &began.title_en, &now.title_en);
            put(&mut self.question, &began.question, &now.question);
            put(&mut self.question_en, &began.question_en, &now.question_en);
        }
        self
    }

    /// The chosen outcomes, the main one first, the others as they were named.
    fn chosen<'a>(&self, items: &'a [Item]) -> Vec<&'a Item> {
        let of = |id: &String| items.iter().find(|i| unit_of(i).is_some() && i.id == *id);
        let main = self.outcomes.iter().find(|id| **id == self.main);
        let mut chosen: Vec<&Item> = Vec::new();
        main.into_iter().chain(&self.outcomes).filter_map(of).for_each(|i| {
            if !chosen.contains(&i) {
                chosen.push(i)
            }
        });
        chosen
    }

    /// The declaration that the form amounts to.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub(crate) fn declaration(
        &self,
        call: &CallId,
        edition: &Edition,
        items: &[Item],
        panel: &Panel,
    ) -> Result<Declaration, Vec<FieldProblem>> {
        let mut wrong = Vec::new();
        let title = filled("title", &self.title, TITLE_MAX, &mut wrong);
        let question = filled("question", &self.question, QUESTION_MAX, &mut wrong);
        let title_en = optional("title_en", &self.title_en, TITLE_EN_MAX, &mut wrong);
        let question_en = optional("question_en", &self.question_en, QUESTION_EN_MAX, &mut wrong);
        let horizon = number("horizon", &self.horizon, 1, HORIZON_MAX, &mut wrong);
        let chosen = self.chosen(items);
        self.outcomes_wrong(&chosen, panel, &mut wrong);
        let Some(method) = method_of(&self.method) else {
            wrong.push(FieldProblem::new("method", "比べ方を選んでください。", "Choose a design."));
            return Err(wrong);
        };
        self.not_for(method, items, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let outcomes: Vec<Outcome> = chosen.iter().flat_map(|i| outcomes_of(i, method, horizon, items)).collect();
        let first_in_money = outcomes.first().is_some_and(|o| o.unit == "百万円");
        // Of firms whose figures of before nobody knows there is nothing to compare.
        let known: Vec<Item> = items.iter().filter(|i| panel.firms_before(i) >= LEAST_CELL).cloned().collect();
        let before = if method == Method::Discontinuity { settled(&chosen, &known) } else { Vec::new() };
        let groups = self.groups.clone();
        let neighbourhood = (!self.neighbourhood.is_empty()).then(|| self.neighbourhood.clone());
        let with = self.with.clone();
        let rounds = (!with.is_empty()).then(|| ROUND.to_owned());
        let common: Vec<Item> = items.iter().filter(|i| 10 * panel.firms_before(i) >= 9 * panel.lines.len()).cloned().collect();
        let settings = settings(method, rounds.is_some(), &chosen, (&known, &common));
        let covariates: Vec<String> = settings
            .get("covariates")
            .and_then(|v| v.as_array())
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect();
        let named = before.iter().chain(&groups).chain(&neighbourhood).chain(&covariates);
        let targets = targets(edition, with.is_empty().then(|| panel.first_decided()));
        Ok(Declaration {
            title,
            title_en,
            // Said by who records it: see `declared`.
            synthetic: false,
            question,
            question_en,
            call: Some(call.to_string()),
            with,
            horizon: Some(horizon),
            outcomes,
            design: Design {
                method,
                // Support begins in the year after the decision: the headline is of the year that was asked for.
                event_time: (method == Method::Difference).then(|| horizon - 1),
                settings,
            },
            words: words(named, &chosen, items, edition.dictionary()),
            before,
            groups,
            rounds,
            neighbourhood,
            cost: first_in_money.then(|| PAID.to_owned()),
            as_of: (!targets.is_empty()).then(|| AS_OF.to_owned()),
            targets,
            open: Some(OPEN.to_owned()),
            acknowledged: WARNINGS.iter().filter(|w| self.acknowledged.iter().any(|a| a == w.code)).map(|w| w.code.to_owned()).collect(),
            least_cell: LEAST_CELL,
        })
    }

    fn outcomes_wrong(&self, chosen: &[&Item], panel: &Panel, wrong: &mut Vec<FieldProblem>) {
        if chosen.is_empty() {
            wrong.push(FieldProblem::new("outcomes", "成果を1つ以上選んでください。", "Choose at least one outcome."));
        }
        if let Some(unknown) = self.outcomes.iter().find(|id| !chosen.iter().any(|i| i.id == **id)) {
            let (ja, en) = (format!("「{unknown}」は、成果に選べません。"), format!("`{unknown}` cannot be an outcome."));
            wrong.push(FieldProblem::new("outcomes", ja, en));
        }
        if let Some(item) = chosen.iter().find(|i| !panel.has_years(&i.id)) {
            let (ja, en) = (&item.label.ja, item.label.get(Lang::En));
            wrong.push(FieldProblem::new(
                "outcomes",
                format!("「{ja}」は、年度ごとの値が分かる企業がないため、成果に選べません。"),
                format!("No firm has figures of a business year for \"{en}\": it cannot be an outcome."),
            ));
        }
        if !self.main.is_empty() && !self.outcomes.contains(&self.main) {
            wrong.push(FieldProblem::new(
                "main_outcome",
                "主な成果は、選んだ成果の中から選んでください。",
                "The main outcome is one of those that were chosen.",
            ));
        }
    }

    /// What was chosen and the design cannot take: it is refused by name, never left out without a word.
    fn not_for(&self, method: Method, items: &[Item], wrong: &mut Vec<FieldProblem>) {
        let (can, places) = (groups_of(method, items), neighbourhoods(method, items));
        if let Some(group) = self.groups.iter().find(|g| !can.contains(g)) {
            let list = can.join("」「");
            wrong.push(FieldProblem::new(
                "groups",
                format!("この比べ方では、群「{group}」は使えません（使えるのは「{list}」）。選択を外してください。"),
                format!("This design cannot take the group `{group}`; it takes: {}. Leave it out.", can.join(", ")),
            ));
        }
        if !self.neighbourhood.is_empty() && !places.contains(&self.neighbourhood) {
            let place = &self.neighbourhood;
            wrong.push(FieldProblem::new(
                "neighbourhood",
                format!("この比べ方では、影響の波及を「{place}」で確かめられません。空欄にしてください。"),
                format!("This design cannot look at spill-over within `{place}`; leave it empty."),
            ));
        }
        if method != Method::Discontinuity && !self.with.is_empty() {
            wrong.push(FieldProblem::new(
                "with",
                "公募回を合わせられるのは、回帰不連続だけです。選択を外してください。",
                "Only a regression discontinuity pools rounds. Leave them out.",
            ));
        }
        if let Some(code) = self.acknowledged.iter().find(|code| !method.codes().contains(&code.as_str())) {
            let known = WARNINGS.iter().find(|w| w.code == code);
            let (ja, en) = known.map_or((code.as_str(), code.as_str()), |w| (w.ja, w.en));
            wrong.push(FieldProblem::new(
                "acknowledged",
                format!("この比べ方では出ない警告です: 「{ja}」。選択を外してください。"),
                format!("This design does not give the warning \"{en}\". Leave it out."),
            ));
        }
    }
}

/// How many years after the decision a study looks at, if nobody says otherwise.
const HORIZON: u32 = 3;

/// What a study asks, in the words that a form begins with.
struct Asked {
    title: String,
    title_en: String,
    question: String,
    question_en: String,
}

impl Asked {
    fn of(edition: &Edition, outcomes: &[&Item], years: u32) -> Self {
        let (what, what_en) = if outcomes.is_empty() {
            ("成果".to_owned(), "the outcome".to_owned())
        } else {
            let ja: Vec<&str> = outcomes.iter().map(|i| i.id.as_str()).collect();
            let en: Vec<String> = outcomes.iter().map(|i| i.label.get(Lang::En).to_lowercase()).collect();
            (ja.join("・"), en.join(" and the "))
        };
        let after = if years == 1 { "one year".to_owned() } else { format!("{years} years") };
        let name = &edition.meta().call_name;
        Asked {
            title: format!("{}は{what}を増やしたか", name.ja),
            title_en: format!("{}: did it raise {what_en}?", name.get(Lang::En)),
            question: format!("交付を受けたことは、決定から{years}年後の企業の{what}を、受けなかった場合と比べて増やしたか。"),
            question_en: format!(
                "Did the grant raise the {what_en} of firms {after} after the decision, beyond what it would have been without it?"
            ),
        }
    }
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
