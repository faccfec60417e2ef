//! What a made-up firm writes into the form: whatever the guideline asks for, and its costs.

use banso_guideline::answers::{Answers, Place};
use banso_guideline::{Edition, Field, FieldKind, SectionContent};

use crate::cast::Firm;

/// The number of an applicant who stands alone.
const ALONE: u32 = 1;

/// The answers of a firm.
pub(crate) fn answers(edition: &Edition, firm: &Firm) -> Answers {
    let mut answers = Answers::default();
    for section in &edition.form().sections {
        let mut set = |member: u32, key: String, text: String| answers.set(Place { section: section.id.clone(), member, key }, text);
        match &section.content {
            SectionContent::Fields(fields) => fields.iter().for_each(|field| set(0, field.id.clone(), answer(field, firm))),
            SectionContent::Budget { .. } => {
                firm.costs.iter().for_each(|(line, year, yen)| set(ALONE, format!("{line}.{year}"), yen.get().to_string()));
            }
            SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => {}
        }
    }
    answers
}

fn answer(field: &Field, firm: &Firm) -> String {
    match &field.kind {
        FieldKind::Text { .. } | FieldKind::LongText { .. } => format!("{}の架空の試作です。", firm.name),
        FieldKind::Number { .. } => "45".to_owned(),
        FieldKind::Choice(options) => options.first().cloned().unwrap_or_default(),
        FieldKind::YesNo => "いいえ".to_owned(),
        FieldKind::Day => "2010-04-01".to_owned(),
        FieldKind::CorporateNumber => firm.number.to_string(),
    }
}
