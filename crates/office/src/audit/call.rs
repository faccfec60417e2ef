//! A call as its acts tell it, with the plans that they name opened.

use banso_grant::review::ReviewAssignments;
use banso_grant::selection::Place;
use banso_grant::{ActRecord, CallAct, SelectionPlan};
use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, Digest, LocalText, Yen};
use banso_permits::{Action, Person};
use banso_store::PlanKind;

use crate::timeline::ActLine;
use crate::{Office, OfficeError, PublishedCall};

/// A call and its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCall {
    pub call: CallId,
    pub programme: LocalText,
    pub call_name: LocalText,
    pub acts: Vec<ActLine>,
    pub plans: Vec<PlanView>,
}

/// A plan under the digest that acts name it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    pub digest: Digest,
    pub made_by: String,
    pub shown: PlanShown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanShown {
    Review {
        each: u32,
        rows: Vec<(CaseId, String, String)>,
    },
    Selection {
        budget: Option<Yen>,
        amount: Yen,
        rows: Vec<PlannedRow>,
    },
    /// The declaration of a study, as it was hashed.
    Study {
        text: String,
    },
    /// Its text is not there, or is none that this program reads: the digest alone remains.
    Unreadable,
}

/// A case in a selection plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    pub case: CaseId,
    pub receipt_number: String,
    pub rank: u32,
    pub score: String,
    pub requested: Yen,
    pub cumulative: Yen,
    pub place: LocalText,
    pub reason: String,
}

fn place_words(place: Place) -> LocalText {
    match place {
        Place::Selected => LocalText::new("採択", "selected"),
        Place::Reserve { order } => LocalText::new(format!("補欠{order}位"), format!("reserve {order}")),
        Place::BelowPassMark => LocalText::new("不採択（基準点未満）", "rejected: below the pass mark"),
        Place::BeyondTheLine => LocalText::new("不採択（予算・件数の範囲外）", "rejected: beyond the line"),
    }
}

impl Office {
    /// A call with its acts and plans.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]; [`OfficeError::Forbidden`] for whoever does not audit.
    pub async fn audit_call(&self, person: &Person, call: &CallId) -> Result<AuditCall, OfficeError> {
        self.may_call(person, Action::Audit, call)?;
        let file = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        let edition = self.edition(file.call.edition.digest)?;
        let mut plans: Vec<PlanView> = Vec::new();
        for record in &file.acts {
            let act = record.decode::<CallAct>().map_err(OfficeError::fault)?.act;
            if let Some((digest, kind)) = plan_of(&act)
                && !plans.iter().any(|p| p.digest == digest)
            {
                plans.push(self.plan_view(digest, kind, record).await?);
            }
        }
        Ok(AuditCall {
            call: call.clone(),
            programme: edition.meta().programme.clone(),
            call_name: edition.meta().call_name.clone(),
            acts: self.call_timeline(&file).await?,
            plans,
        })
    }

    async fn plan_view(&self, digest: Digest, kind: PlanKind, record: &ActRecord) -> Result<PlanView, OfficeError> {
        let Some(plan) = self.store().plan(digest).await? else {
            tracing::warn!(%digest, stream = %record.stream, "a plan that an act names is not kept");
            return Ok(PlanView { digest, made_by: String::new(), shown: PlanShown::Unreadable });
        };
        let made_by = self.names([plan.made_by]).await?.of(plan.made_by);
        let shown = match kind {
            PlanKind::Review => self.review_shown(&plan.body).await?,
            PlanKind::Selection => selection_shown(&plan.body),
            PlanKind::Study | PlanKind::Payment => PlanShown::Study { text: plan.body },
        };
        Ok(PlanView { digest, made_by, shown })
    }

    async fn review_shown(&self, body: &str) -> Result<PlanShown, OfficeError> {
        let Ok(plan) = serde_json::from_str::<ReviewAssignments>(body) else { return Ok(PlanShown::Unreadable) };
        let names = self.names(plan.cases.iter().flat_map(|c| c.reviewers.clone()).collect::<Vec<_>>()).await?;
        let people = |c: &banso_grant::review::PlannedReview| c.reviewers.iter().map(|r| names.of(*r)).collect::<Vec<_>>().join("、");
        let rows = plan.cases.iter().map(|c| (c.case, c.receipt_number.clone(), people(c))).collect();
        Ok(PlanShown::Review { each: plan.each, rows })
    }

    /// An edition that an act was governed by, with its call: to read a clause as it stood then.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]; [`OfficeError::Forbidden`] for whoever does not audit.
    pub fn audit_edition(&self, person: &Person, digest: Digest) -> Result<(PublishedCall, Edition), OfficeError> {
        self.auditor(person)?;
        let edition = self.edition(digest)?;
        Ok((self.published_call(&edition.meta().call)?, edition))
    }
}

fn plan_of(act: &CallAct) -> Option<(Digest, PlanKind)> {
    match act {
        CallAct::ReviewOpened { plan, .. } => Some((*plan, PlanKind::Review)),
        CallAct::SelectionFrozen { plan, .. } => Some((*plan, PlanKind::Selection)),
        CallAct::StudyDeclared(declared) => Some((declared.study, PlanKind::Study)),
        CallAct::PaymentRunFrozen(frozen) => Some((frozen.run, PlanKind::Payment)),
        CallAct::EditionPublished { .. }
        | CallAct::ReviewClosed { .. }
        | CallAct::SelectionDiscarded { .. }
        | CallAct::SelectionExecuted { .. }
        | CallAct::StudyRun(_)
        | CallAct::PaymentRunApproved { .. }
        | CallAct::PaymentRunDiscarded { .. }
        | CallAct::PaymentRunSettled(_) => None,
    }
}

fn selection_shown(body: &str) -> PlanShown {
    let Ok(plan) = SelectionPlan::open(body) else { return PlanShown::Unreadable };
    let row = |c: &banso_grant::selection::PlannedCase| PlannedRow {
        case: c.case,
        receipt_number: c.receipt_number.clone(),
        rank: c.rank,
        score: c.score.clone(),
        requested: c.requested,
        cumulative: c.cumulative,
        place: place_words(c.place),
        reason: c.reason.clone(),
    };
    PlanShown::Selection { budget: plan.budget(), amount: plan.amount(), rows: plan.cases().iter().map(row).collect() }
}
