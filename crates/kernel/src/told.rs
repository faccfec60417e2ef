//! What every room says in the same shape: who acts, what came with it, what is to be corrected, why something is refused.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::text::{Lang, LocalText};

/// The capacity in which somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    Applicant,
    Office,
    Reviewer,
    /// Decides on selection and grant (交付決定権者).
    Director,
    /// Asks what a call brought about (政策分析).
    Analyst,
}

impl Authority {
    /// As acts write it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Authority::Applicant => "申請者",
            Authority::Office => "事務局",
            Authority::Reviewer => "審査員",
            Authority::Director => "交付決定権者",
            Authority::Analyst => "政策分析",
        }
    }
}

/// A document by its content, and the place in the form that it was handed in for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRef {
    pub digest: Digest,
    pub bytes: u64,
    /// The form's document id, e.g. `plan-pdf`.
    pub slot: String,
}

/// One thing to correct, tied to its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// `section/field`.
    pub field: String,
    pub note: String,
}

/// What a refusal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Stable, e.g. `R101`.
    pub code: &'static str,
    /// Article or clause.
    pub basis: String,
    pub message: LocalText,
    pub next_step: LocalText,
}

impl Told {
    pub fn new(code: &'static str, basis: impl Into<String>, message: LocalText, next_step: LocalText) -> Self {
        Told { code, basis: basis.into(), message, next_step }
    }

    /// For people, in one line: why, what to do next, and on which article or clause. Its code is for programs and is not among it.
    #[must_use]
    pub fn in_a_line(&self) -> LocalText {
        let (message, next_step) = (&self.message, &self.next_step);
        let apart = if message.get(Lang::En).ends_with('.') { " " } else { "; " };
        let next = format!("{apart}{}", next_step.get(Lang::En));
        LocalText::new(
            format!("{}{}（{}）", message.ja, next_step.ja, self.basis),
            format!("{}{next} ({})", message.get(Lang::En), self.basis),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_people_has_no_code() {
        let told = Told::new(
            "R439",
            "適正化法第17条",
            LocalText::new("全額です。", "all of it"),
            LocalText::new("全部としてください。", "cancel the whole"),
        );
        let line = told.in_a_line();
        assert_eq!(line.ja, "全額です。全部としてください。（適正化法第17条）");
        assert_eq!(line.get(Lang::En), "all of it; cancel the whole (適正化法第17条)");
    }
}
