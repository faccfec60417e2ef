//! 交付申請の補正依頼: what to put right, and by when.

use banso_grant::{Point, decide};
use banso_guideline::{Edition, SectionContent};
use banso_kernel::{CaseId, Day, LocalText, RequestId};
use banso_permits::{Action, Person};

use crate::apply::{QUOTES, quotes, quotes_title};
use crate::{FieldProblem, Office, OfficeError};

/// A return of a grant request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnOrder {
    pub points: Vec<Point>,
    pub due: Option<Day>,
    pub request: RequestId,
}

/// Where in the form of a grant request something may be wrong: the budget by line, and the documents.
pub(super) fn places(edition: &Edition) -> Vec<(String, LocalText)> {
    let mut places = Vec::new();
    let mut documents = false;
    for section in &edition.form().sections {
        let of_grant = crate::apply::of_grant_request(section);
        match &section.content {
            SectionContent::Budget { lines, .. } => {
                places.push((section.id.clone(), section.title.clone()));
                places.extend(lines.iter().map(|l| (format!("{}/{}", section.id, l.name), below(&section.title, &l.title))));
            }
            SectionContent::Documents(specs) if of_grant => {
                documents = true;
                places.extend(specs.iter().map(|s| (format!("{}/{}", section.id, s.id), below(&section.title, &s.title))));
            }
            SectionContent::Fields(fields) if of_grant => {
                places.extend(fields.iter().map(|f| (format!("{}/{}", section.id, f.id), below(&section.title, &f.label))));
            }
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => {}
        }
    }
    if !documents {
        let quotes = quotes(edition);
        places.push((format!("{}/{QUOTES}", quotes.id), below(&quotes.title, &quotes_title())));
    }
    places
}

fn below(section: &LocalText, part: &LocalText) -> LocalText {
    let en = |t: &LocalText| t.en.clone().unwrap_or_else(|| t.ja.clone());
    LocalText::new(format!("{} ／ {}", section.ja, part.ja), format!("{} / {}", en(section), en(part)))
}

impl Office {
    /// Returns a grant request for correction.
    ///
    /// # Errors
    /// No request waiting, no point named, a point without a place or words, a day that is not ahead.
    pub async fn return_grant_request(&self, person: &Person, case: CaseId, order: ReturnOrder) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        let mut problems = Vec::new();
        if order.points.is_empty() {
            problems.push(FieldProblem::new("note-1", "補正の内容を1件以上入力してください。", "Name at least one point."));
        }
        for (index, point) in order.points.iter().enumerate() {
            if point.field.is_empty() {
                problems.push(FieldProblem::new(format!("place-{}", index + 1), "補正する箇所を選んでください。", "Choose the place."));
            }
        }
        let Some(due) = order.due else {
            problems.push(FieldProblem::new("due", "補正の期限を入力してください。", "Enter the day by which to correct."));
            return Err(OfficeError::Invalid(problems));
        };
        if !problems.is_empty() {
            return Err(OfficeError::Invalid(problems));
        }
        let by = self.by(person, handled.edition.digest(), &handled.edition.selection().clause);
        let act = decide::return_grant_request(&handled.file.case, &order.points, due, &by)?;
        self.record(&handled.file, act, Vec::new(), order.request).await
    }
}
