//! What stands in an answer, as people read it in either language: choices by their label, amounts and numbers with their unit.

use banso_kernel::{LocalText, Yen, group_thousands};

use crate::answers::normalised;
use crate::dictionary::unit_in_english;
use crate::edition::Edition;
use crate::model::{FieldKind, SectionContent};

impl Edition {
    /// A value that is chosen from a list as people read it, in both languages where there are both: a choice of the dictionary, a track,
    /// a budget line.
    #[must_use]
    pub fn choice(&self, value: &str) -> LocalText {
        let chosen = self.dictionary().choice(value);
        if chosen.en.is_some() {
            return chosen;
        }
        let track = self.tracks().iter().find(|t| t.name == value).map(|t| &t.title);
        let line = || {
            self.form().sections.iter().find_map(|s| match &s.content {
                SectionContent::Budget { lines, .. } => lines.iter().find(|l| l.name == value).map(|l| &l.title),
                SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
            })
        };
        track.or_else(line).cloned().unwrap_or(chosen)
    }

    /// An answer as it is read: amounts grouped, numbers with their unit, choices by their label, the rest as typed.
    #[must_use]
    pub fn answer_words(&self, kind: &FieldKind, text: &str) -> LocalText {
        let text = normalised(kind, text.trim());
        let text = text.as_str();
        match kind {
            _ if text.is_empty() => LocalText::default(),
            FieldKind::Number { unit, .. } if unit == "円" => Yen::parse(text).map_or_else(
                |_| LocalText::ja(text),
                |y| LocalText::new(y.to_string(), format!("¥{}", group_thousands(i128::from(y.get()))).replace("¥-", "-¥")),
            ),
            FieldKind::Number { unit, .. } => {
                let bare = text.strip_suffix(unit.as_str()).map_or(text, str::trim_end);
                let word = unit_in_english(unit);
                let gap = if word.starts_with(|c: char| c.is_alphabetic()) { " " } else { "" };
                LocalText::new(format!("{bare}{unit}"), format!("{bare}{gap}{word}"))
            }
            FieldKind::Choice(_) => self.choice(text),
            FieldKind::YesNo => match text {
                "はい" => LocalText::new("はい", "Yes"),
                "いいえ" => LocalText::new("いいえ", "No"),
                other => LocalText::ja(other),
            },
            FieldKind::Text { .. } | FieldKind::LongText { .. } | FieldKind::Day | FieldKind::CorporateNumber => LocalText::ja(text),
        }
    }
}
