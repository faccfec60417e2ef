//! What people typed into a form, and the facts it amounts to. Half-filled and wrong answers are normal: they are kept as typed.
//!
//! Keys inside a section: a field's id; for the consortium `{member}.{part}`; for the budget `{line}.{year}`; for KPIs the KPI's id.
//! Members are numbered from 1 in the order in which they joined; a side's own section is kept under its number, the lead's under 0.

mod facts;
mod field;
mod merge;

use std::collections::BTreeMap;

use banso_kernel::{Digest, LocalText};
use serde::{Deserialize, Serialize};

pub use facts::{BUDGET_ITEM, CONSORTIUM_ITEM, FormFacts, LINE_PART, LineCost, YEAR_PART};
pub use field::{normalised, read_value};
pub use merge::{Clash, Merged, merge};

use crate::model::{ClauseId, Field, Form, Kpi, Required, Section, SectionContent, Side};
use crate::required::Needs;

/// Raw texts of one section by key, as typed.
pub type SectionAnswers = BTreeMap<String, String>;

/// Everything typed into one application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Section id → member number (0: the lead's own) → key → text.
    pub sections: BTreeMap<String, BTreeMap<u32, SectionAnswers>>,
}

/// Where in the form something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub section: String,
    /// 0 for the lead's own sections.
    pub member: u32,
    pub key: String,
}

/// The code of an empty answer that may be required: the answers so far do not say. It does not stand in the way of handing in.
pub const MAY_BE_MISSING: &str = "may-be-missing";

/// Something missing or wrong in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerProblem {
    pub place: Place,
    /// Stable: `missing`, `too-long`, `not-a-number`, …
    pub code: &'static str,
    pub label: LocalText,
    pub message: LocalText,
    pub clause: ClauseId,
}

impl AnswerProblem {
    /// Whether nothing was answered where something must be, or may have to be: nothing that was typed is wrong.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self.code, "missing" | MAY_BE_MISSING)
    }

    /// The message with the name of its field, for a list away from the form.
    #[must_use]
    pub fn named(&self) -> LocalText {
        let (label, message) = (&self.label, &self.message);
        if label.ja.is_empty() || message.ja.contains(&label.ja) {
            return message.clone();
        }
        LocalText {
            ja: format!("「{}」{}", label.ja, message.ja),
            en: message.en.as_ref().map(|en| format!("{}: {en}", label.en.as_deref().unwrap_or(&label.ja))),
        }
    }
}

impl Answers {
    /// The text typed at a place; empty when nothing was.
    #[must_use]
    pub fn text(&self, section: &str, member: u32, key: &str) -> &str {
        self.section(section, member).and_then(|s| s.get(key)).map_or("", String::as_str)
    }

    /// One side's answers to one section.
    #[must_use]
    pub fn section(&self, section: &str, member: u32) -> Option<&SectionAnswers> {
        self.sections.get(section).and_then(|sides| sides.get(&member))
    }

    pub fn set(&mut self, place: Place, text: String) {
        self.sections.entry(place.section).or_default().entry(place.member).or_default().insert(place.key, text);
    }

    /// The one JSON text of these answers: keys sorted, empty answers left out. Its digest is what an act carries.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        let filled: BTreeMap<_, BTreeMap<_, BTreeMap<_, _>>> = self
            .sections
            .iter()
            .map(|(id, sides)| {
                let sides = sides.iter().map(|(m, a)| (*m, a.iter().filter(|(_, t)| !t.trim().is_empty()).collect())).collect();
                (id, sides)
            })
            .collect();
        // Maps of strings always serialise.
        serde_json::to_string(&serde_json::json!({ "sections": filled })).unwrap_or_default()
    }

    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical_json().as_bytes())
    }

    /// # Errors
    /// Not the JSON of answers.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The numbers of the members that stand in the consortium section. Where the form has none, the applicant is number 1 and alone.
    #[must_use]
    pub fn members(&self, form: &Form) -> Vec<u32> {
        if !form.has_consortium() {
            return vec![1];
        }
        let mut found: Vec<u32> = form
            .sections
            .iter()
            .filter(|s| matches!(s.content, SectionContent::Consortium { .. }))
            .filter_map(|s| self.section(&s.id, 0))
            .flat_map(|a| a.iter().filter(|(_, text)| !text.trim().is_empty()))
            .filter_map(|(key, _)| key.split_once('.').and_then(|(n, _)| n.parse().ok()))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Which numbers a section is filled under.
    #[must_use]
    pub fn sides(&self, form: &Form, section: &Section) -> Vec<u32> {
        match section.side {
            Side::Lead => vec![0],
            Side::EachMember => self.members(form),
        }
    }

    /// What is missing or wrong in one section as one side filled it, with what hangs on a condition there (`Edition::needs`): where that is
    /// not known yet, an empty answer is `may-be-missing`. Documents are judged where they are kept.
    #[must_use]
    pub fn section_problems(&self, section: &Section, member: u32, kpis: &[Kpi], members: &[u32], needs: &Needs) -> Vec<AnswerProblem> {
        let at = |key: String| Place { section: section.id.clone(), member, key };
        let judge = |field: &Field, key: String| {
            let text = self.text(&section.id, member, &key);
            field::problem(field, needs.get(&key), text).map(|(code, message)| AnswerProblem {
                place: at(key),
                code,
                label: field.label.clone(),
                message,
                clause: field.clause.clone(),
            })
        };
        match &section.content {
            SectionContent::Fields(fields) => fields.iter().filter_map(|f| judge(f, f.id.clone())).collect(),
            SectionContent::Consortium { parts, members_max } => {
                let mut found: Vec<_> = members
                    .iter()
                    .flat_map(|m| parts.iter().map(move |p| (p, format!("{m}.{}", p.id))))
                    .filter_map(|(p, key)| judge(p, key))
                    .collect();
                found.extend(count_problem(section, members.len(), *members_max).map(|message| AnswerProblem {
                    place: at(String::new()),
                    code: if members.is_empty() { "missing" } else { "too-many" },
                    label: section.title.clone(),
                    message,
                    clause: section.clause.clone(),
                }));
                found
            }
            SectionContent::Budget { lines, years_max } => {
                let asked = |key: &str| lines.iter().any(|l| (1..=*years_max).any(|year| *key == format!("{}.{year}", l.name)));
                self.budget_problems(section, member, asked)
            }
            SectionContent::Kpis => kpis.iter().map(kpi_field).filter_map(|f| judge(&f, f.id.clone())).collect(),
            SectionContent::Documents(_) => Vec::new(),
        }
    }

    /// Of the lines and years that are asked for: what was typed under an earlier edition cannot be put right any more.
    fn budget_problems(&self, section: &Section, member: u32, asked: impl Fn(&str) -> bool) -> Vec<AnswerProblem> {
        let Some(answers) = self.section(&section.id, member) else {
            return Vec::new();
        };
        let wrong = |key: &str, (code, message)| AnswerProblem {
            place: Place { section: section.id.clone(), member, key: key.to_owned() },
            code,
            label: LocalText::new(key.replace('.', " ").to_string() + "年目", key.replace('.', ", year ")),
            message,
            clause: section.clause.clone(),
        };
        let asked = answers.iter().filter(|(key, _)| asked(key));
        asked.filter_map(|(key, text)| field::yen_problem(text).map(|p| wrong(key, p))).collect()
    }
}

impl Form {
    /// Whether several organisations may apply together: the form has a section for them.
    #[must_use]
    pub fn has_consortium(&self) -> bool {
        self.sections.iter().any(|s| matches!(s.content, SectionContent::Consortium { .. }))
    }
}

/// A KPI as a field of the form: the applicant's own target.
#[must_use]
pub fn kpi_field(kpi: &Kpi) -> Field {
    Field {
        id: kpi.id.clone(),
        label: kpi.title.clone(),
        hint: kpi.when.clone(),
        kind: crate::model::FieldKind::Number { unit: kpi.unit.clone(), limits: kpi.limits },
        required: Required::Always,
        clause: kpi.clause.clone(),
    }
}

fn count_problem(section: &Section, members: usize, members_max: u32) -> Option<LocalText> {
    let title = &section.title;
    if members == 0 {
        return Some(LocalText::new(
            format!("{}を1者以上入力してください。", title.ja),
            format!("Enter at least one member in `{}`.", title.get(banso_kernel::Lang::En)),
        ));
    }
    (members > members_max as usize).then(|| {
        LocalText::new(
            format!("{}は{members_max}者までです（いま{members}者）。", title.ja),
            format!("At most {members_max} members; there are {members}."),
        )
    })
}

#[cfg(test)]
mod tests;
