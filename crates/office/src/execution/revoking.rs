//! 交付決定の取消し: the notice with the facts and the day to answer, the holder's answer, then dropped or cancelled in whole or part. What it
//! means for the money is computed before it is decided.

use banso_execution::act::{Cause, ExecutionAct, Extent, Ground, RevocationAnswered, RevocationDropped, RevocationNoticed, Revoked};
use banso_execution::rules::ExecutionRules;
use banso_execution::state::Hearing;
use banso_execution::{Execution, ExecutionPhase as Phase, ExecutionRefusal};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CallId, CaseId, Day, Digest, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::ordering::{RepaymentPreview, preview};
use super::project::Project;
use super::steps::{At, Fields, beside, kept_text, needed};
use crate::{FieldProblem, Office, OfficeError};

/// Days that a holder is given to answer, unless somebody types another day.
const ANSWER_DAYS: i32 = 14;

/// The form of a decision to cancel.
const REVOKE: Fields = Fields("revoke", &["reason", "clause", "amount"]);

/// A cancellation that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HearingView {
    pub ground: LocalText,
    pub facts: String,
    pub noticed_on: Day,
    pub reply_due: Day,
    pub answered_on: Option<Day>,
    /// `None` while nothing was answered, and where the text was erased.
    pub statement: Option<String>,
    /// Whether it may be decided now: answered, or the day to answer is over.
    pub decidable: bool,
}

/// What a cancellation would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    pub extent: Extent,
    pub cancelled: Yen,
    pub entitled_before: Yen,
    pub entitled_after: Yen,
    pub paid: Yen,
    /// What would be ordered back today; `None` where nothing was paid beyond what is left.
    pub repayment: Option<RepaymentPreview>,
}

/// The page, at the office and for the holder.
#[derive(Debug, Clone)]
pub struct RevocationPage {
    pub case: CaseId,
    pub call: CallId,
    pub title: String,
    pub receipt_number: String,
    pub holder: String,
    pub phase: Phase,
    pub entitled: Yen,
    pub paid: Yen,
    pub hearing: Option<HearingView>,
    /// Cancelling the whole, or the part that was typed.
    pub consequence: Option<Consequence>,
    /// What is wrong with the part that was typed.
    pub wrong: Vec<FieldProblem>,
    pub grounds: Vec<(String, LocalText)>,
    pub clauses: Vec<(String, LocalText)>,
    pub reply_due: Day,
    /// Whether there is anything left to cancel.
    pub open: bool,
    /// Whether the director's steps are this person's.
    pub may_decide: bool,
    /// Whether this person may answer.
    pub may_answer: bool,
}

/// A decision to cancel, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationForm {
    pub extent: Option<Extent>,
    pub reason: String,
    pub clause: String,
    pub request: RequestId,
}

/// A ground as forms have it.
fn ground_code(ground: Ground) -> String {
    serde_json::to_value(ground).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The case as if the holder had answered: what a decision would come to is computed on it.
fn as_if_heard(execution: &Execution, today: Day) -> Execution {
    let mut heard = execution.clone();
    let ground = heard.hearing.as_ref().map_or(Ground::Breach, |h| h.ground);
    heard.hearing = Some(Hearing { ground, reply_due: today, answered: Some(Digest::of(b"")) });
    heard
}

fn consequence(
    execution: &Execution,
    extent: Extent,
    number: &str,
    today: Day,
    rules: &ExecutionRules,
) -> Result<Consequence, ExecutionRefusal> {
    let before = as_if_heard(execution, today);
    let ground = before.hearing.as_ref().map_or(Ground::Breach, |h| h.ground);
    let word = || "案".to_owned();
    let act = Revoked { number: word(), ground, extent, reason: word(), clause: word() };
    let after = before.apply(&act.into(), today)?;
    let (was, is) = (execution.entitlement(), after.entitlement());
    Ok(Consequence {
        extent,
        cancelled: was.checked_sub(is)?,
        entitled_before: was,
        entitled_after: is,
        paid: execution.paid()?,
        repayment: preview(&after, Cause::Revocation, number, today, rules)?,
    })
}

/// The clauses of the guideline, for choosing.
pub(crate) fn clauses(project: &Project) -> Vec<(String, LocalText)> {
    project.edition.clauses().iter().filter(|c| c.level >= 3).map(|c| (c.id.clone(), c.title.clone())).collect()
}

impl Office {
    async fn hearing_view(&self, project: &Project) -> Result<Option<HearingView>, OfficeError> {
        let Some(hearing) = &project.execution.hearing else { return Ok(None) };
        let newest = |is: fn(&ExecutionAct) -> bool| project.executed().filter(|(act, _)| is(act)).last();
        let notice = newest(|act| matches!(act, ExecutionAct::RevocationNoticed(_)));
        let (Some((ExecutionAct::RevocationNoticed(said), noticed)), today) = (notice, self.now().day()) else { return Ok(None) };
        let answer = newest(|act| matches!(act, ExecutionAct::RevocationAnswered(_))).filter(|_| hearing.answered.is_some());
        let statement = match hearing.answered {
            Some(digest) => self.text_under(digest).await?,
            None => None,
        };
        Ok(Some(HearingView {
            ground: said.ground.label(),
            facts: said.facts.clone(),
            noticed_on: noticed.effective_on,
            reply_due: hearing.reply_due,
            answered_on: answer.map(|(_, record)| record.effective_on),
            statement,
            decidable: hearing.answered.is_some() || today > hearing.reply_due,
        }))
    }

    async fn revocation_view(&self, person: &Person, project: &Project, extent: Option<Extent>) -> Result<RevocationPage, OfficeError> {
        let (execution, today) = (&project.execution, self.now().day());
        let hearing = self.hearing_view(project).await?;
        let number = project.next_repayment();
        let extent = extent.unwrap_or(Extent::Whole);
        let looked = hearing.as_ref().map(|_| consequence(execution, extent, &number, today, &project.rules));
        let (shown, wrong) = match looked {
            Some(Ok(shown)) => (Some(shown), Vec::new()),
            // What is about the case and not about a field is told where it is decided.
            Some(Err(refusal)) => {
                let told = beside(REVOKE, super::refused(refusal));
                (None, if let OfficeError::Invalid(problems) = told { problems } else { Vec::new() })
            }
            None => (None, Vec::new()),
        };
        let paper = &project.file.case.submission.paper;
        let cancellable = ExecutionAct::TABLE.iter().any(|m| m.kind == "revocation_noticed" && m.from.contains(&execution.phase));
        Ok(RevocationPage {
            case: project.case(),
            call: paper.call.clone(),
            title: paper.title.clone(),
            receipt_number: paper.receipt_number.clone(),
            holder: self.holder_of(project).await?,
            phase: execution.phase,
            entitled: execution.entitlement(),
            paid: execution.paid().map_err(super::refused)?,
            hearing,
            consequence: shown,
            wrong,
            grounds: Ground::ALL.iter().map(|g| (ground_code(*g), g.label())).collect(),
            clauses: clauses(project),
            reply_due: today.plus_days(ANSWER_DAYS).or_next_open(banso_kernel::ClosedDays::Office),
            open: cancellable && execution.entitlement() > Yen::ZERO,
            may_decide: self.may_case(person, Action::Decide, project.case()).await.is_ok(),
            may_answer: self.may_case(person, Action::SpeakForCase, project.case()).await.is_ok(),
        })
    }

    /// The page at the office; `extent` is what was typed to be looked at.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn revocation_page(&self, person: &Person, case: CaseId, extent: Option<Extent>) -> Result<RevocationPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        self.revocation_view(person, &project, extent).await
    }

    /// The notice as its holder reads it.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and while none is announced.
    pub async fn hearing_page(&self, person: &Person, case: CaseId) -> Result<RevocationPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let page = self.revocation_view(person, &project, None).await?;
        if page.hearing.is_some() { Ok(page) } else { Err(OfficeError::NotFound) }
    }

    /// Announces a cancellation with its facts, and gives a day to answer.
    ///
    /// # Errors
    /// No ground, no facts, a day that is not ahead; a notice that stands already.
    pub async fn notice_revocation(
        &self,
        person: &Person,
        case: CaseId,
        (ground, facts, reply_due): (&str, &str, Option<Day>),
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let ground = Ground::ALL.iter().copied().find(|g| ground_code(*g) == ground);
        self.plain_step(At::Director, person, case, request, Fields("notice", &["what", "due"]), |_| {
            let ground = needed(ground, "notice-ground", "取消しの事由を選んでください。", "Choose the ground.")?;
            let reply_due = needed(reply_due, "notice-due", "弁明の期限を入力してください。", "Enter the day to answer by.")?;
            Ok((RevocationNoticed { ground, facts: facts.trim().to_owned(), reply_due }.into(), Vec::new()))
        })
        .await
    }

    /// The holder answers.
    ///
    /// # Errors
    /// No words; nothing announced; not this person's to say.
    pub async fn answer_revocation(&self, person: &Person, case: CaseId, statement: &str, request: RequestId) -> Result<(), OfficeError> {
        self.plain_step(At::Holder, person, case, request, Fields("answer", &[]), |_| {
            if statement.trim().is_empty() {
                return Err(OfficeError::field("statement", "弁明の内容を入力してください。", "Enter your statement."));
            }
            let (keep, digest) = kept_text(statement)?;
            Ok((RevocationAnswered { statement: digest, documents: Vec::new() }.into(), vec![keep]))
        })
        .await
    }

    /// Lets the cancellation drop.
    ///
    /// # Errors
    /// No reason; nothing announced.
    pub async fn drop_revocation(&self, person: &Person, case: CaseId, reason: &str, request: RequestId) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, request, Fields("drop", &["reason"]), |_| {
            Ok((RevocationDropped { reason: reason.trim().to_owned() }.into(), Vec::new()))
        })
        .await
    }

    /// Cancels the decision in whole or in part, on the ground that was announced.
    ///
    /// # Errors
    /// Before the holder was heard; no reason or clause; a part that is no part.
    pub async fn revoke(&self, person: &Person, case: CaseId, form: RevocationForm) -> Result<(), OfficeError> {
        self.plain_step(At::Director, person, case, form.request, REVOKE, |project| {
            let hearing = project.execution.hearing.as_ref().map_or(Ground::Breach, |h| h.ground);
            let extent = needed(form.extent, "revoke-extent", "取消しの範囲を選んでください。", "Choose how much is cancelled.")?;
            let sent = project.executed().filter(|(act, _)| matches!(act, ExecutionAct::Revoked(_))).count();
            let act = Revoked {
                number: project.next_letter(LetterKind::Revocation, sent),
                ground: hearing,
                extent,
                reason: form.reason.trim().to_owned(),
                clause: form.clause.trim().to_owned(),
            };
            Ok((act.into(), Vec::new()))
        })
        .await
    }
}
