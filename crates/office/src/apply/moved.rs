//! An edition that came into force under a draft: what moved in the form, so that nobody finds out at the end.

use banso_guideline::{Edition, Field, FieldKind, Section, SectionContent};
use banso_kernel::{CaseId, Instant, LocalText};
use banso_permits::{Action, Person};
use banso_store::SaveSection;

use super::draft::SEEN_EDITION;
use crate::{Office, OfficeError};

/// What moved between two editions of a call, as far as the form goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub from: String,
    pub to: String,
    /// In the order of the new form; the clauses can be compared on the call's own page.
    pub changes: Vec<LocalText>,
}

/// Compares two forms. Without the old edition there is only its name to go by.
pub(crate) fn moved(old: Option<&Edition>, new: &Edition) -> Moved {
    let to = new.meta().edition.clone();
    let Some(old) = old else {
        return Moved { from: String::new(), to, changes: Vec::new() };
    };
    let mut changes = Vec::new();
    if old.meta().closes != new.meta().closes {
        let (was, is): (Instant, Instant) = (old.meta().closes, new.meta().closes);
        changes.push(LocalText::new(
            format!("締切りが{}から{}に変わりました。", was.wareki(), is.wareki()),
            format!("The closing instant moved from {was} to {is}."),
        ));
    }
    for section in &new.form().sections {
        match old.form().sections.iter().find(|s| s.id == section.id) {
            Some(before) => of_section(before, section, &mut changes),
            None => changes.push(added(&section.title)),
        }
    }
    let gone = |s: &&Section| !new.form().sections.iter().any(|n| n.id == s.id);
    changes.extend(old.form().sections.iter().filter(gone).map(|s| removed(&s.title)));
    Moved { from: old.meta().edition.clone(), to, changes }
}

fn added(what: &LocalText) -> LocalText {
    LocalText::new(format!("「{}」が加わりました。", what.ja), format!("`{}` is new.", en(what)))
}

fn removed(what: &LocalText) -> LocalText {
    LocalText::new(
        format!("「{}」がなくなりました（入力した内容は残っています）。", what.ja),
        format!("`{}` is gone; what you entered is kept.", en(what)),
    )
}

fn changed(what: &LocalText, ja: &str, english: &str) -> LocalText {
    LocalText::new(format!("「{}」の{ja}が変わりました。", what.ja), format!("{english} of `{}` changed.", en(what)))
}

fn en(text: &LocalText) -> &str {
    text.en.as_deref().unwrap_or(&text.ja)
}

fn of_section(old: &Section, new: &Section, changes: &mut Vec<LocalText>) {
    match (&old.content, &new.content) {
        (SectionContent::Fields(a), SectionContent::Fields(b))
        | (SectionContent::Consortium { parts: a, .. }, SectionContent::Consortium { parts: b, .. }) => of_fields(a, b, changes),
        (SectionContent::Documents(a), SectionContent::Documents(b)) => {
            for spec in b {
                match a.iter().find(|s| s.id == spec.id) {
                    None => changes.push(added(&spec.title)),
                    Some(was) if was != spec => changes.push(changed(&spec.title, "提出の条件", "The requirements")),
                    Some(_) => {}
                }
            }
            changes.extend(a.iter().filter(|s| !b.iter().any(|n| n.id == s.id)).map(|s| removed(&s.title)));
        }
        (a, b) if a != b => changes.push(changed(&new.title, "内容", "The content")),
        _ => {}
    }
}

fn of_fields(old: &[Field], new: &[Field], changes: &mut Vec<LocalText>) {
    for field in new {
        match old.iter().find(|f| f.id == field.id) {
            None => changes.push(added(&field.label)),
            Some(was) if limit(was) != limit(field) => changes.push(changed(&field.label, "字数の上限", "The length limit")),
            Some(was) if was.kind != field.kind || was.required != field.required => {
                changes.push(changed(&field.label, "答え方", "The kind"));
            }
            Some(was) if was.label != field.label || was.hint != field.hint => changes.push(changed(&field.label, "説明", "The wording")),
            Some(_) => {}
        }
    }
    changes.extend(old.iter().filter(|f| !new.iter().any(|n| n.id == f.id)).map(|f| removed(&f.label)));
}

const fn limit(field: &Field) -> Option<usize> {
    match &field.kind {
        FieldKind::Text { characters_max } | FieldKind::LongText { characters_max } => Some(*characters_max),
        FieldKind::Number { .. } | FieldKind::Choice(_) | FieldKind::YesNo | FieldKind::Day | FieldKind::CorporateNumber => None,
    }
}

impl Office {
    /// The applicant has read what moved: from now on the draft goes by the edition in force.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn accept_edition(&self, person: &Person, case: CaseId) -> Result<(), OfficeError> {
        let draft = self.draft(person, case, Action::EditDraft).await?;
        let based_on = draft.saved(SEEN_EDITION, 0).map_or(0, |s| s.version);
        let answers = format!("\"{}\"", draft.edition.digest());
        let save = SaveSection { case, section: SEEN_EDITION.to_owned(), member: 0, based_on, answers, by: person.id };
        self.store().save_section(save).await?;
        Ok(())
    }
}
