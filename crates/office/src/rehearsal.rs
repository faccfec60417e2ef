//! A whole round at once, for a demonstration whose people are all made up: what studies look back on, years before the demonstration was
//! loaded. Every act is decided by the same rules as anybody's; only pages, letters and mails are left out. An office with real people
//! refuses it.

mod steps;

use std::collections::BTreeMap;

use banso_grant::decide::{self, GrantLimits, GrantOrder, GrantRequestOrder, PromotionOrder, SheetOrder, SubmissionOrder, Window};
use banso_grant::numbers::receipt_number;
use banso_grant::review::{PlannedReview, ReviewAssignments};
use banso_grant::{CallAct, Case, CaseAct, CaseState, Declaration, NewAct, Refusal, canonical_json};
use banso_guideline::answers::Answers;
use banso_guideline::{Edition, ReserveTerm};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, LocalText, OrganisationId, PersonId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Append, Application, Batch, CallFile, Change, Plan, PlanKind};

use crate::apply::{FORMAT, Paper, PaperMember, Stage};
use crate::{Office, OfficeError};

pub use steps::RehearsedCase;

/// An application of the round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    pub firm: OrganisationId,
    pub number: CorporateNumber,
    pub name: String,
    pub title: String,
    pub requested: Yen,
    /// What the form says; empty where nobody will read it.
    pub answers: Answers,
    /// Criterion and points of each sheet, in the order of the reviewers.
    pub sheets: Vec<Vec<(String, u32)>>,
}

/// A step of every case of the round at one moment, by the number of the leading firm: what is played follows from the round alone and not
/// from ids.
struct Steps {
    cases: BTreeMap<(CorporateNumber, CaseId), Played>,
}

/// A case as it stands by now, the act it stood at before, and the acts since.
type Played = (Case, u64, Vec<NewAct<CaseAct>>);

impl Steps {
    fn of(cases: BTreeMap<CaseId, Case>) -> Self {
        let entry = |(id, case): (CaseId, Case)| {
            let seq = case.last.seq;
            ((case.submission.paper.lead, id), (case, seq, Vec::new()))
        };
        Steps { cases: cases.into_iter().map(entry).collect() }
    }

    /// Decides an act for a case as it stands by now; `None` leaves it alone.
    fn each(
        &mut self,
        at: banso_kernel::Instant,
        mut act: impl FnMut(CaseId, &Case) -> Result<Option<NewAct<CaseAct>>, Refusal>,
    ) -> Result<(), OfficeError> {
        self.each_many(at, |id, case| Ok(act(id, case)?.into_iter().collect()))
    }

    /// The same for several acts in a row.
    fn each_many(
        &mut self,
        at: banso_kernel::Instant,
        mut decided: impl FnMut(CaseId, &Case) -> Result<Vec<NewAct<CaseAct>>, Refusal>,
    ) -> Result<(), OfficeError> {
        for ((_, id), (case, _, acts)) in &mut self.cases {
            for new in decided(*id, case)? {
                *case = case.clone().apply(&new.clone().recorded(case.last.seq + 1, at)).map_err(OfficeError::fault)?;
                acts.push(new);
            }
        }
        Ok(())
    }

    fn into_batch(self, mut batch: Batch) -> Batch {
        for ((_, case), (_, after, acts)) in self.cases {
            if !acts.is_empty() {
                batch = batch.and_append(Append::Case { case, after, acts });
            }
        }
        batch
    }
}

impl Office {
    /// Whether this office may rehearse at all.
    fn rehearses(&self) -> Result<(), OfficeError> {
        if self.synthetic() {
            return Ok(());
        }
        Err(OfficeError::Forbidden(vec![LocalText::new(
            "実在の人のデータがある事務局では、演じられません。",
            "Only a demonstration may be rehearsed.",
        )]))
    }

    async fn on_stage(&self, person: &Person, action: Action, call: &CallId) -> Result<(CallFile, Edition, Steps), OfficeError> {
        self.rehearses()?;
        let permit = self.may_call(person, action, call)?;
        let file = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        Ok((file, self.edition_in_force(call)?, Steps::of(self.store().cases_within(&permit).await?)))
    }

    /// All applications arrive, handed in by one made-up person.
    ///
    /// # Errors
    /// An office with real people; a call that is not open.
    pub async fn rehearse_arrival(&self, person: &Person, call: &CallId, round: &[Rehearsed]) -> Result<Vec<CaseId>, OfficeError> {
        self.rehearses()?;
        self.may_call(person, Action::Apply, call)?;
        let edition = self.edition_in_force(call)?;
        let (meta, by) = (edition.meta(), self.by(person, edition.digest(), ""));
        let window = Window { opens: meta.opens, closes: meta.closes };
        let track = edition.tracks().first().map(|t| t.name.clone()).unwrap_or_default();
        let (mut batch, mut cases) = (Batch::default(), Vec::with_capacity(round.len()));
        for one in round {
            let case = case_of(call, one.number);
            let text = paper(one, call, &edition, &track).canonical().map_err(OfficeError::fault)?;
            let order = SubmissionOrder {
                call: call.clone(),
                title: one.title.clone(),
                track: track.clone(),
                lead: one.number,
                parties: vec![one.number],
                content: Digest::of(text.as_bytes()),
                documents: Vec::new(),
                requested: one.requested,
            };
            let act = decide::submit(&order, &receipt_number(&meta.number_prefix, case), window, &by)?;
            let application = Application {
                case,
                call: call.clone(),
                lead: one.firm,
                title: one.title.clone(),
                track: track.clone(),
                created_by: person.id,
            };
            batch = batch
                .and_append(Append::Case { case, after: 0, acts: vec![act] })
                .and_change(Change::start_application(&application))
                .and_change(Change::keep_content(&text));
            cases.push(case);
        }
        self.append(batch).await?;
        Ok(cases)
    }

    /// All are complete, three reviewers each, every sheet is in, the review is closed. `cases` and `round` are in the same order.
    ///
    /// # Errors
    /// An office with real people; what the rules refuse.
    pub async fn rehearse_review(
        &self,
        officer: &Person,
        reviewers: &[PersonId],
        call: &CallId,
        (cases, round): (&[CaseId], &[Rehearsed]),
        due: Day,
    ) -> Result<(), OfficeError> {
        let (file, edition, mut steps) = self.on_stage(officer, Action::RunCall, call).await?;
        let by = self.by(officer, edition.digest(), &edition.selection().clause);
        let of: BTreeMap<CaseId, (usize, &Rehearsed)> = cases.iter().copied().zip(round.iter().enumerate()).collect();
        let panel = |id: CaseId| -> Vec<PersonId> {
            let nth = of.get(&id).map_or(0, |(nth, _)| *nth);
            (0..edition.selection().reviewers_each as usize)
                .filter_map(|i| reviewers.get((nth + i) % reviewers.len().max(1)).copied())
                .collect()
        };
        let plan = review_plan(call, officer, edition.selection().reviewers_each, &steps, &panel)?;
        let opened = decide::open_review(&file.call, plan.digest, due, edition.meta().closes, &by)?;
        let in_review = file.call.clone().apply(&opened.clone().recorded(file.seq() + 1, by.now)).map_err(OfficeError::fault)?;
        let closed = decide::close_review(&in_review, "全ての審査結果がそろったため（合成）", &by)?;
        steps.each(by.now, |_, case| decide::pass_completeness(case, &["様式と書類（合成）".to_owned()], &by).map(Some))?;
        steps.each(by.now, |id, case| decide::assign_reviewers(case, &in_review, edition.selection(), &panel(id), &by).map(Some))?;
        for nth in 0..edition.selection().reviewers_each as usize {
            let who = |id: CaseId| panel(id).get(nth).copied();
            let as_reviewer = |p: PersonId| decide::By { actor: banso_grant::Actor::Person(p), ..by.clone() };
            steps.each(by.now, |id, case| {
                let Some(p) = who(id) else { return Ok(None) };
                decide::declare_conflict(case, &in_review, p, Declaration::NoConflict, &as_reviewer(p)).map(Some)
            })?;
            steps.each(by.now, |id, case| {
                let (Some(p), Some((_, one))) = (who(id), of.get(&id)) else { return Ok(None) };
                let points = one.sheets.get(nth).cloned().unwrap_or_default();
                let commented = edition.score_sheet().criteria.iter().map(|c| c.id.clone()).collect();
                let order = SheetOrder { reviewer: p, points, commented, comments: Digest::of(COMMENTS.as_bytes()) };
                decide::submit_review(case, &in_review, edition.score_sheet(), &order, &as_reviewer(p)).map(Some)
            })?;
        }
        let batch = Batch::call(call.clone(), file.seq(), vec![opened, closed])
            .and_change(Change::keep_plan(&plan))
            .and_change(Change::keep_content(COMMENTS));
        self.append(steps.into_batch(batch)).await?;
        Ok(())
    }

    /// The leading firms of the cases that were granted.
    ///
    /// # Errors
    /// An office with real people; forbidden.
    pub async fn granted_in(&self, person: &Person, call: &CallId) -> Result<std::collections::BTreeSet<CorporateNumber>, OfficeError> {
        let (_, _, steps) = self.on_stage(person, Action::ReadCall, call).await?;
        let granted = |(case, ..): &Played| matches!(case.state, CaseState::Granted { .. }).then_some(case.submission.paper.lead);
        Ok(steps.cases.values().filter_map(granted).collect())
    }

    /// The frozen plan is executed, and nobody is told.
    ///
    /// # Errors
    /// An office with real people; what the rules refuse.
    pub async fn rehearse_selection(&self, director: &Person, call: &CallId) -> Result<(), OfficeError> {
        let (file, edition, mut steps) = self.on_stage(director, Action::Decide, call).await?;
        let by = self.by(director, edition.digest(), &edition.selection().clause);
        let frozen = match &file.call.phase {
            banso_grant::CallPhase::SelectionFrozen { selection, .. } => selection.plan,
            banso_grant::CallPhase::Receiving
            | banso_grant::CallPhase::InReview { .. }
            | banso_grant::CallPhase::Reviewed { .. }
            | banso_grant::CallPhase::SelectionExecuted { .. } => return Err(OfficeError::NotFound),
        };
        let plan = self.selection_plan(frozen).await?;
        let act = decide::execute_selection(&file.call, &plan, &by)?;
        let after = file.call.clone().apply(&act.clone().recorded(file.seq() + 1, by.now)).map_err(OfficeError::fault)?;
        steps.each(by.now, |id, case| decide::give_outcome(id, case, &after, &plan, &by).map(Some))?;
        let batch: Vec<NewAct<CallAct>> = vec![act];
        self.append(steps.into_batch(Batch::call(call.clone(), file.seq(), batch))).await?;
        Ok(())
    }

    /// Every `leaves`-th of the selected withdraws, the first of the reserve list move up for them, and whoever is selected asks for the
    /// grant and gets it as asked.
    ///
    /// # Errors
    /// An office with real people; what the rules refuse.
    pub async fn rehearse_grants(&self, director: &Person, applicant: &Person, call: &CallId, leaves: usize) -> Result<(), OfficeError> {
        let (_, edition, mut steps) = self.on_stage(director, Action::Decide, call).await?;
        let by = self.by(director, edition.digest(), &edition.selection().clause);
        let theirs = decide::By { actor: banso_grant::Actor::Person(applicant.id), ..by.clone() };
        let mut left = 0_usize;
        let mut nth = 0_usize;
        steps.each(by.now, |_, case| {
            let CaseState::Selected { .. } = case.state else { return Ok(None) };
            nth += 1;
            if !nth.is_multiple_of(leaves.max(1)) {
                return Ok(None);
            }
            left += 1;
            decide::withdraw(case, "経営方針の変更のため（合成）", &theirs).map(Some)
        })?;
        let promoted = u32::try_from(left).unwrap_or(u32::MAX);
        steps.each(by.now, |_, case| {
            let CaseState::Reserved { order, .. } = case.state else { return Ok(None) };
            if order > promoted {
                return Ok(None);
            }
            let order = PromotionOrder {
                reason: "取下げにより予算に余裕が生じたため（合成）".to_owned(),
                first_in_line: order,
                free: case.submission.paper.requested,
                term: ReserveTerm::Open,
            };
            decide::promote(case, &order, &by).map(Some)
        })?;
        request_all(&mut steps, &theirs)?;
        let mut number = 0_u32;
        steps.each(by.now, |_, case| {
            let CaseState::GrantRequested { .. } = case.state else { return Ok(None) };
            number += 1;
            let amount = case.submission.paper.requested;
            let order = GrantOrder {
                number: format!("{}交第{number}号（合成）", edition.meta().number_prefix),
                eligible_cost: Yen::new(amount.get().saturating_mul(3) / 2),
                amount,
                by_year: vec![(1, amount)],
                conditions: vec!["公募要領に定める条件（合成）".to_owned()],
                modifications: Vec::new(),
                feasibility: String::new(),
                project_ends: by.today().plus_days(900),
                withdrawable_until: by.today().plus_days(20),
            };
            decide::decide_grant(case, &order, GrantLimits { ceiling: amount, budget: amount }, &by).map(Some)
        })?;
        self.append(steps.into_batch(Batch::default())).await?;
        Ok(())
    }

    /// Whoever is selected asks for the grant. The decisions are left to the director's desk.
    ///
    /// # Errors
    /// An office with real people; what the rules refuse.
    pub async fn rehearse_requests(&self, director: &Person, applicant: &Person, call: &CallId) -> Result<(), OfficeError> {
        let (_, edition, mut steps) = self.on_stage(director, Action::Decide, call).await?;
        let by = self.by(applicant, edition.digest(), &edition.selection().clause);
        request_all(&mut steps, &by)?;
        self.append(steps.into_batch(Batch::default())).await?;
        Ok(())
    }
}

/// Whoever is selected asks for what was applied for.
fn request_all(steps: &mut Steps, by: &decide::By) -> Result<(), OfficeError> {
    steps.each(by.now, |_, case| {
        let CaseState::Selected { .. } = case.state else { return Ok(None) };
        let paper = &case.submission.paper;
        let (requested, documents) = (paper.requested, Vec::new());
        let order = GrantRequestOrder { content: paper.content, documents, requested, computed: requested, slots_required: Vec::new() };
        decide::request_grant(case, &order, by).map(Some)
    })
}

/// The case of a firm in a rehearsed round, always the same: receipt numbers follow from it, and they part equal scores in the end.
fn case_of(call: &CallId, firm: CorporateNumber) -> CaseId {
    let digest = Digest::of(format!("rehearsed {call} {firm}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    CaseId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The comments of every sheet.
const COMMENTS: &str = "{}";

fn paper(one: &Rehearsed, call: &CallId, edition: &Edition, track: &str) -> Paper {
    let lead = PaperMember {
        member: 1,
        name: one.name.clone(),
        role: String::new(),
        kind: "中小企業者等".to_owned(),
        corporate_number: Some(one.number),
    };
    Paper {
        format: FORMAT,
        stage: Stage::Application,
        call: call.clone(),
        edition: edition.digest(),
        title: one.title.clone(),
        track: track.to_owned(),
        members: vec![lead],
        answers: one.answers.clone(),
        attachments: Vec::new(),
    }
}

fn review_plan(
    call: &CallId,
    officer: &Person,
    each: u32,
    steps: &Steps,
    panel: &dyn Fn(CaseId) -> Vec<PersonId>,
) -> Result<Plan, OfficeError> {
    let mut loads: BTreeMap<PersonId, u32> = BTreeMap::new();
    let mut cases: Vec<PlannedReview> = Vec::with_capacity(steps.cases.len());
    for ((_, id), (case, ..)) in &steps.cases {
        let reviewers = panel(*id);
        reviewers.iter().for_each(|r| *loads.entry(*r).or_default() += 1);
        let receipt_number = case.submission.paper.receipt_number.clone();
        cases.push(PlannedReview { case: *id, receipt_number, reviewers, kept_away: Vec::new() });
    }
    cases.sort_by(|a, b| a.receipt_number.cmp(&b.receipt_number));
    let body = canonical_json(&ReviewAssignments { each, cases, loads: loads.into_iter().collect() }).map_err(OfficeError::fault)?;
    Ok(Plan { digest: Digest::of(body.as_bytes()), call: call.clone(), kind: PlanKind::Review, body, made_by: officer.id })
}
