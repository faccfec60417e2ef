//! One function a step: from a case (or a call) and an order to the act that records it, or to a refusal. Nothing is stored
//! here. Checks run in one order everywhere: where the case stands, where the call stands, the time, who acts, the papers, the money;
//! the first that fails is the answer.

mod calling;
mod completeness;
mod executing;
mod granting;
mod leaving;
mod paying;
mod reviewing;
mod selecting;
mod studying;
mod submitting;

pub use banso_kernel::Authority;
use banso_kernel::{Day, Digest, Instant, count_characters};

pub use calling::{LeftToDo, close_review, discard_selection, execute_selection, freeze_selection, open_review, publish_edition};
pub use completeness::{not_accept, pass_completeness, return_for_correction};
pub use executing::{allocate, execute, write_step};
pub use granting::{GrantLimits, GrantOrder, GrantRequestOrder, decide_grant, refuse_grant, request_grant, return_grant_request};
pub use leaving::{rectify, withdraw};
pub use paying::{approve_run, discard_run, freeze_run, settle_run};
pub use reviewing::{
    BonusOrder, SheetOrder, ask_reconsideration, assign_reviewers, declare_conflict, judge_bonus, replace_reviewer, submit_review,
};
pub use selecting::{PromotionOrder, ReserveEndOrder, end_reserve, give_outcome, promote};
pub use studying::{StudyOrder, declare_study, record_study_run};
pub use submitting::{SubmissionOrder, Window, accepted_until, resubmit, submit, whole_digest, withdraw_submission};

use crate::act::{Actor, NewAct, Point};
use crate::call::Call;
use crate::refusal::{FieldName, PaperFlaw, PhaseCode, Refusal, Step, Timing};

/// Most characters of a reason or note.
pub const REASON_CHARACTERS_MAX: usize = 2_000;

/// Who takes a step, under which edition, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    pub actor: Actor,
    /// Digest of the edition in force.
    pub edition: Digest,
    pub now: Instant,
    /// The guideline's clause for steps that rest on the guideline alone; steps that rest on the Act name their article.
    pub clause: String,
}

impl By {
    #[must_use]
    pub fn today(&self) -> Day {
        self.now.day()
    }

    fn writes<A>(&self, authority: Authority, clause: &str, act: A) -> NewAct<A> {
        NewAct {
            act,
            actor: self.actor,
            authority: authority.label().to_owned(),
            clause: clause.to_owned(),
            edition: self.edition,
            effective_on: self.today(),
        }
    }
}

/// A reason, trimmed.
fn reason(step: Step, text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Refusal::Paper(PaperFlaw::ReasonMissing { step }));
    }
    not_too_long(REASON, trimmed)
}

const REASON: FieldName = FieldName::new("理由", "reason");

fn filled(field: FieldName, text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Refusal::Paper(PaperFlaw::Blank { field }));
    }
    not_too_long(field, trimmed)
}

fn not_too_long(field: FieldName, text: &str) -> Result<String, Refusal> {
    if count_characters(text) > REASON_CHARACTERS_MAX {
        return Err(Refusal::Paper(PaperFlaw::TooLong { field, characters_max: REASON_CHARACTERS_MAX }));
    }
    Ok(text.to_owned())
}

/// Points to correct and the day by which.
fn correction(points: &[Point], due: Day, today: Day) -> Result<Vec<Point>, Refusal> {
    if due <= today {
        return Err(Refusal::Timing(Timing::DueNotAhead { due, today }));
    }
    if points.is_empty() {
        return Err(Refusal::Paper(PaperFlaw::NoPoints));
    }
    let (field, note) = (FieldName::new("補正する欄", "field to correct"), FieldName::new("補正の内容", "what to correct"));
    let point = |p: &Point| Ok(Point { field: filled(field, &p.field)?, note: filled(note, &p.note)? });
    points.iter().map(point).collect()
}

fn wrong_phase(step: Step, call: &Call) -> Refusal {
    Refusal::WrongPhase { step, phase: PhaseCode::from(&call.phase) }
}
