//! 形式審査: what a person has to check, and what comes of it: back for correction, passed, or not accepted.

use banso_grant::decide;
use banso_grant::{Point, Refusal};
use banso_guideline::{Edition, SectionContent, Truth};
use banso_kernel::{CaseId, Day, LocalText, RequestId};
use banso_permits::{Action, Person};

use super::form_clause;
use crate::dossier::{DossierContent, DossierSlot, Pages, Reading};
use crate::{FieldProblem, Office, OfficeError};

/// What is to be checked, in the order of the guideline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist {
    pub items: Vec<CheckItem>,
}

/// One thing to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckItem {
    /// Stable, and fit for an id of a page: `clause-2-4`, or the anchor of a document.
    pub id: String,
    pub label: LocalText,
    pub clause: String,
    /// What the machine found, where it looked.
    pub note: Option<LocalText>,
}

/// A return for correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnOrder {
    pub points: Vec<Point>,
    pub due: Option<Day>,
    pub request: RequestId,
}

impl Checklist {
    /// What a person has to check of an application: the clauses that the guideline leaves to people, what the examination did not find
    /// met, and the documents.
    #[must_use]
    pub(crate) fn of(pages: &Pages) -> Self {
        let note = |truth: Truth| match truth {
            Truth::Yes => LocalText::new("機械の判定：適合", "found: yes"),
            Truth::No => LocalText::new("機械の判定：不適合。理由を確かめてください。", "found: no; look at the reason"),
            Truth::Unknown => LocalText::new("機械では判定できません。", "not settled by the machine"),
        };
        let clauses = pages.findings.iter().filter(|f| f.by_person || f.truth != Truth::Yes).map(|f| CheckItem {
            id: format!("clause-{}", f.clause),
            label: f.title.clone(),
            clause: f.clause.clone(),
            note: (!f.by_person).then(|| note(f.truth)),
        });
        let documents = pages.sections.iter().flat_map(|section| {
            let slots = match &section.content {
                DossierContent::Documents(slots) => slots.as_slice(),
                DossierContent::Answers(_) | DossierContent::Members(_) | DossierContent::Budget(_) => &[],
            };
            let wanted = |slot: &&DossierSlot| !slot.files.is_empty() || required(&pages.edition, &slot.id);
            slots.iter().filter(wanted).map(|slot| CheckItem {
                id: slot.anchor.clone(),
                label: slot.title.clone(),
                clause: section.clause.clone(),
                note: Some(LocalText::new(format!("添付{}点", slot.files.len()), format!("{} attached", slot.files.len()))),
            })
        });
        let mut items: Vec<CheckItem> = Vec::new();
        for mut item in clauses.chain(documents) {
            let same =
                items.iter().filter(|i| i.id == item.id || i.id.strip_prefix(&item.id).is_some_and(|rest| rest.starts_with('_'))).count();
            if same > 0 {
                item.id = format!("{}_{}", item.id, same + 1);
            }
            items.push(item);
        }
        Checklist { items }
    }

    /// The checklist of what there is to read; empty where the answers were erased.
    #[must_use]
    pub(crate) fn of_reading(reading: &Reading) -> Self {
        match reading {
            Reading::Kept(pages) => Checklist::of(pages),
            Reading::Erased { .. } => Checklist::default(),
        }
    }
}

/// Somebody else was quicker: the page that was sent is out of date.
fn moved_on(state: &LocalText) -> OfficeError {
    OfficeError::Stale(LocalText::new(
        format!("この案件は、すでに「{}」です。画面を開き直してください。", state.ja),
        format!("This case is “{}” already: open the page again.", state.get(banso_kernel::Lang::En)),
    ))
}

impl Office {
    /// Passes an application. Everything on the checklist has to be ticked.
    ///
    /// # Errors
    /// What was not ticked; a refusal; stale.
    pub async fn pass_completeness(&self, person: &Person, case: CaseId, ticked: &[String], request: RequestId) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let checklist = Checklist::of_reading(&self.dossier(&handled.file).await?.reading);
        let missing: Vec<FieldProblem> = checklist.items.iter().filter(|i| !ticked.contains(&i.id)).map(not_ticked).collect();
        let by = self.by(person, handled.edition.digest(), &form_clause(&handled.edition));
        let labels: Vec<String> = checklist.items.iter().map(|i| format!("{} {}", i.clause, i.label.ja)).collect();
        let labels = if labels.is_empty() { vec!["提出内容の全体".to_owned()] } else { labels };
        let act = match decide::pass_completeness(&handled.file.case, &labels, &by) {
            Err(Refusal::WrongState { state, .. }) => return Err(moved_on(&state.label())),
            other => other?,
        };
        if !missing.is_empty() {
            return Err(OfficeError::Invalid(missing));
        }
        self.record(&handled.file, act, Vec::new(), request).await
    }

    /// Returns an application for correction.
    ///
    /// # Errors
    /// No day, no points, a day that is not ahead, a case past the check; stale.
    pub async fn return_for_correction(&self, person: &Person, case: CaseId, order: &ReturnOrder) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        let due = due_of(order)?;
        let by = self.by(person, handled.edition.digest(), &form_clause(&handled.edition));
        let act = decide::return_for_correction(&handled.file.case, &order.points, due, &by)?;
        self.record(&handled.file, act, Vec::new(), order.request).await
    }

    /// Does not accept an application.
    ///
    /// # Errors
    /// No reason, a correction that may still come, a case past the check; stale.
    pub async fn not_accept(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let by = self.by(person, handled.edition.digest(), &form_clause(&handled.edition));
        let act = decide::not_accept(&handled.file.case, reason, &by)?;
        self.record(&handled.file, act, Vec::new(), request).await
    }
}

/// The day of a return that names at least one point.
pub(crate) fn due_of(order: &ReturnOrder) -> Result<Day, OfficeError> {
    let mut wrong = Vec::new();
    if order.points.is_empty() {
        wrong.push(FieldProblem::new(
            "place-1",
            "補正する欄と補正の内容を1件以上入力してください。",
            "Name at least one place, and what to correct there.",
        ));
    }
    if order.due.is_none() {
        wrong.push(FieldProblem::new("due", "補正の期限を入力してください。", "Enter the day by which to correct it."));
    }
    match order.due {
        Some(due) if wrong.is_empty() => Ok(due),
        Some(_) | None => Err(OfficeError::Invalid(wrong)),
    }
}

/// Whether the form asks for a document in any case.
fn required(edition: &Edition, slot: &str) -> bool {
    edition.form().sections.iter().any(|s| match &s.content {
        SectionContent::Documents(specs) => specs.iter().any(|d| d.id == slot && d.required.always()),
        SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => false,
    })
}

fn not_ticked(item: &CheckItem) -> FieldProblem {
    FieldProblem::new(
        format!("check-{}", item.id),
        format!("「{}」（{}）を確認し、チェックを入れてください。確認できないときは差し戻してください。", item.label.ja, item.clause),
        format!("Check `{}` ({}) and tick it, or return the application.", item.label.en.as_deref().unwrap_or(&item.label.ja), item.clause),
    )
}
