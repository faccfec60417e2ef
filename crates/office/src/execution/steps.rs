//! What the plain steps of the desks share: may → load → decide → append; texts under their digest; and a refusal of the fold told beside
//! the field that it is about.

use banso_execution::act::ExecutionAct;
use banso_execution::decide::step;
use banso_execution::state::Field;
use banso_execution::{Execution, ExecutionRefusal};
use banso_grant::{Refusal, canonical_json};
use banso_kernel::{CaseId, Digest, RequestId};
use banso_permits::{Action, Person};
use banso_store::{Change, Content};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::project::{Project, payment_clause};
use crate::{FieldProblem, Office, OfficeError};

/// The form that a step came from: the prefix of its fields, and those that it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields(pub(crate) &'static str, pub(crate) &'static [&'static str]);

/// At whose desk a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Holder,
    /// A step of the office itself.
    Office,
    /// One that a director decides.
    Director,
}

impl At {
    const fn action(self) -> Action {
        match self {
            At::Holder => Action::SpeakForCase,
            At::Office => Action::HandleCase,
            At::Director => Action::Decide,
        }
    }
}

/// The field that a refusal is about; `None` where it is about the case.
fn about(refusal: &ExecutionRefusal) -> Option<&'static str> {
    if let ExecutionRefusal::Blank { field } | ExecutionRefusal::TooLong { field, .. } = refusal {
        return match field {
            Field::Reason => Some("reason"),
            Field::Clause => Some("clause"),
            Field::What => Some("what"),
            Field::Points => Some("points"),
            Field::Number | Field::Checks | Field::Asset => None,
        };
    }
    let days = matches!(refusal, ExecutionRefusal::DueNotAhead { .. });
    let on = matches!(
        refusal,
        ExecutionRefusal::InTheFuture { .. } | ExecutionRefusal::BeforeDecision { .. } | ExecutionRefusal::AfterProjectEnd { .. }
    );
    let amount = matches!(
        refusal,
        ExecutionRefusal::NotPositive { .. }
            | ExecutionRefusal::MoreThanOwed { .. }
            | ExecutionRefusal::MoreThanCharged { .. }
            | ExecutionRefusal::NotAllThatIsLeft { .. }
            | ExecutionRefusal::PartIsWhole { .. }
            | ExecutionRefusal::AboveReturnable { .. }
            | ExecutionRefusal::Figures(_)
    );
    [(days, "due"), (on, "on"), (amount, "amount")].into_iter().find(|(is, _)| *is).map(|(_, field)| field)
}

/// A refusal of the fold beside its field, where the form has it.
pub(crate) fn beside(fields: Fields, error: OfficeError) -> OfficeError {
    let OfficeError::Refused(Refusal::Execution(refusal)) = &error else { return error };
    let Some(field) = about(refusal).filter(|field| fields.1.contains(field)) else { return error };
    OfficeError::Invalid(vec![FieldProblem { field: format!("{}-{field}", fields.0), text: refusal.told().in_a_line() }])
}

/// What a form must have.
pub(crate) fn needed<T>(value: Option<T>, field: &str, ja: &str, en: &str) -> Result<T, OfficeError> {
    value.ok_or_else(|| OfficeError::field(field, ja, en))
}

/// What a step rests on where the table names no article.
fn clause_of(project: &Project, act: &ExecutionAct) -> String {
    if let ExecutionAct::DebtDischarged(a) = act {
        return a.clause.clone();
    }
    if let ExecutionAct::WorkResumed(_) = act {
        // 法7条1項4号: what was stopped by its condition begins again under it.
        return "適正化法第7条第1項".to_owned();
    }
    payment_clause(&project.rules).to_owned()
}

/// A text that people wrote, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptText {
    format: u32,
    text: String,
}

/// A text that people wrote, as the desks keep it.
///
/// # Errors
/// A fault: a text is always written.
pub fn text_document(text: &str) -> Result<String, OfficeError> {
    canonical_json(&KeptText { format: 1, text: text.trim().to_owned() }).map_err(OfficeError::fault)
}

/// A text as it is kept, and its digest.
pub(crate) fn kept_text(text: &str) -> Result<(Change, Digest), OfficeError> {
    let body = text_document(text)?;
    Ok((Change::keep_content(&body), Digest::of(body.as_bytes())))
}

/// A document under its digest, as a desk finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document<T> {
    Read(T),
    Erased,
    /// It is there, but not in the form in which this desk writes: shown as it is, with a remark.
    Foreign(String),
}

impl<T: DeserializeOwned> Document<T> {
    pub(crate) fn of(content: Option<Content>) -> Self {
        match content {
            Some(Content::Kept(body)) => serde_json::from_str(&body).map_or(Document::Foreign(body), Document::Read),
            Some(Content::Erased { .. }) | None => Document::Erased,
        }
    }
}

/// What is said of a document that is kept in another form, and the document.
pub(crate) fn foreign_words(body: &str) -> String {
    format!("【この文書は別の形式で記録されているため、項目ごとには表示できません。記録のままの内容】{body}")
}

impl Office {
    /// The text under a digest, or what there is instead; `None` where it was erased.
    pub(crate) async fn text_under(&self, digest: Digest) -> Result<Option<String>, OfficeError> {
        Ok(match Document::<KeptText>::of(self.store().content(digest).await?) {
            Document::Read(kept) => Some(kept.text),
            Document::Foreign(body) => Some(foreign_words(&body)),
            Document::Erased => None,
        })
    }

    /// A granted case at a desk: for its holder, or for the office.
    pub(crate) async fn project_at(&self, at: At, person: &Person, case: CaseId) -> Result<Project, OfficeError> {
        match at {
            At::Holder => self.project(person, at.action(), case).await,
            At::Office | At::Director => self.project_at_office(person, at.action(), case).await,
        }
    }

    /// Takes a step that needs no figure: `make` says which act, and what is kept beside it.
    pub(crate) async fn plain_step<F>(
        &self,
        at: At,
        person: &Person,
        case: CaseId,
        request: RequestId,
        fields: Fields,
        make: F,
    ) -> Result<(), OfficeError>
    where
        F: FnOnce(&Project) -> Result<(ExecutionAct, Vec<Change>), OfficeError>,
    {
        let project = self.project_at(at, person, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let (act, keep) = make(&project)?;
        let clause = clause_of(&project, &act);
        let taken = |execution: &Execution, today| step(execution, act, today, &clause);
        self.take_step(person, &project, taken, keep, request).await.map_err(|error| beside(fields, error))
    }
}

#[cfg(test)]
mod unit {
    use banso_kernel::Yen;

    use super::*;

    #[test]
    fn a_refusal_stands_beside_its_field_where_the_form_has_one() {
        let refused = |refusal| OfficeError::Refused(Refusal::Execution(refusal));
        let blank = || refused(ExecutionRefusal::Blank { field: Field::Reason });
        for (error, fields, expect) in [
            (blank(), Fields("waive", &["reason"]), Some("waive-reason")),
            (blank(), Fields("waive", &["amount"]), None),
            (refused(ExecutionRefusal::NotPositive { amount: Yen::ZERO }), Fields("waive", &["amount"]), Some("waive-amount")),
            (refused(ExecutionRefusal::NotOverdue), Fields("waive", &["amount", "due"]), None),
        ] {
            let told = if let OfficeError::Invalid(problems) = beside(fields, error) { Some(problems[0].field.clone()) } else { None };
            assert_eq!(told.as_deref(), expect);
        }
    }
}
