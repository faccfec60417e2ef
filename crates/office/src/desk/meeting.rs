//! The selection meeting on one page: the ranking by the guideline's aggregation, and beside it, never in its place, how severe each
//! reviewer is and what the scores would be without that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use banso_grant::score::parse_fraction;
use banso_grant::selection::{Candidate, PlannedCase, SelectionTerms, Tie, plan};
use banso_grant::severity::{CalibratedCase, Calibration, Mark, Severity, calibrate};
use banso_grant::{CallPhase, Case, CaseState, Frozen, JudgedBonus, ReviewStatus, SelectionPlan, StateCode};
use banso_guideline::{Bonus, Edition, ReserveTerm};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Exact, LocalText, PersonId, Yen};
use banso_permits::{Action, Person};

use super::Called;
use super::promotion::{ReserveLine, committed};
use super::unsettled::{UnsettledCase, unsettled};
use crate::{Office, OfficeError};

/// The page of the selection meeting.
#[derive(Debug, Clone)]
pub struct Meeting {
    pub call: CallId,
    pub edition: Edition,
    pub state: MeetingState,
    pub reviewers: Vec<MeetingReviewer>,
    /// Panels that share no case; severities compare only within one.
    pub panels: usize,
    /// By rank.
    pub lines: Vec<MeetingLine>,
    /// Cases under review that have too few sheets to be ranked.
    pub waiting: Vec<MeetingLine>,
    /// Sheets that are still to come.
    pub outstanding: u32,
    /// Whether the office has closed the review.
    pub review_closed: bool,
    /// Cases that are neither turned away nor reviewed: nothing can be frozen before they are.
    pub unsettled: Vec<UnsettledCase>,
    pub plan: Option<SelectionPlan>,
    /// Why there is no plan.
    pub problem: Option<LocalText>,
    pub budget: Option<Yen>,
    /// Full points of the sheet, and the pass mark in points.
    pub full: u32,
    pub pass_mark: Option<Exact>,
    pub reserves: Vec<ReserveLine>,
    /// Until when the reserve list stands, and whether that day has passed.
    pub reserve_term: ReserveTerm,
    pub reserves_over: bool,
    /// What is left of the budget after an execution.
    pub free: Option<Yen>,
    pub may_run: bool,
    pub may_decide: bool,
}

/// How far the choosing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeetingState {
    /// No review was opened.
    NotYet,
    Open,
    Frozen(Frozen),
    Executed(Frozen, Day),
}

/// A reviewer with what the marks say of them.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingReviewer {
    pub person: PersonId,
    pub name: String,
    pub marks: usize,
    pub severity: Severity,
}

impl MeetingReviewer {
    /// Points above or below the panel, with two decimals and a sign.
    #[must_use]
    pub fn points(&self) -> Option<String> {
        match self.severity {
            Severity::Estimated { points, .. } => Some(format!("{points:+.2}")),
            Severity::TooFewCases | Severity::NobodyToCompareWith => None,
        }
    }

    /// The standard error, where there is freedom to see one.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        match self.severity {
            Severity::Estimated { standard_error, .. } => standard_error.map(|e| format!("{e:.2}")),
            Severity::TooFewCases | Severity::NobodyToCompareWith => None,
        }
    }
}

/// One case of the table.
#[derive(Debug, Clone)]
pub struct MeetingLine {
    pub case: CaseId,
    pub receipt_number: String,
    pub title: String,
    pub lead: String,
    pub state: StateCode,
    pub requested: Yen,
    pub marks: Vec<MeetingMark>,
    pub calibrated: Option<CalibratedCase>,
    /// Where the calibrated score would put it, for comparison only.
    pub calibrated_rank: Option<u32>,
    pub bonuses: Vec<MeetingBonus>,
    /// Nothing while it cannot be ranked.
    pub planned: Option<PlannedCase>,
}

impl MeetingLine {
    /// The calibrated mean with two decimals.
    #[must_use]
    pub fn calibrated_text(&self) -> Option<String> {
        self.calibrated.map(|c| format!("{:.2}", c.calibrated_mean))
    }

    /// An exact score of the plan with two decimals.
    #[must_use]
    pub fn points(&self, fraction: &str) -> String {
        parse_fraction(fraction).map(banso_grant::score::two_decimals).unwrap_or_default()
    }
}

/// What one reviewer gave one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingMark {
    pub reviewer: PersonId,
    pub name: String,
    pub total: Option<u32>,
    pub status: ReviewStatus,
}

/// A bonus of the guideline and where it stands for one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingBonus {
    pub bonus: Bonus,
    /// Documents handed in as its evidence.
    pub evidence: Vec<Digest>,
    pub judged: Option<JudgedBonus>,
}

impl Meeting {
    /// Whether the reserve list may be ended now, as a whole.
    #[must_use]
    pub fn may_end_reserves(&self) -> bool {
        let open = match self.reserve_term {
            ReserveTerm::Open => true,
            ReserveTerm::Until(_) => self.reserves_over,
            ReserveTerm::Unconfirmed => false,
        };
        open && self.may_decide && !self.reserves.is_empty()
    }

    /// Whether this place on the reserve list may be ended by itself: without a last day only the last of the list, so that nobody is
    /// passed over.
    #[must_use]
    pub fn may_end(&self, line: &ReserveLine) -> bool {
        self.may_end_reserves() && (self.reserves_over || self.reserves.last() == Some(line))
    }

    /// How a tie with the case above was broken, in words; `None` when there was none.
    #[must_use]
    pub fn tie_words(&self, tie: &Tie) -> Option<LocalText> {
        match tie {
            Tie::NotTied => None,
            Tie::ByCriterion(id) => {
                let criterion = self.edition.score_sheet().criteria.iter().find(|c| c.id == *id);
                let title = criterion.map_or_else(|| LocalText::ja(id), |c| c.title.clone());
                let en = title.en.clone().unwrap_or_else(|| title.ja.clone());
                Some(LocalText::new(format!("同点：「{}」の点で決定", title.ja), format!("tie, broken by “{en}”")))
            }
            Tie::ByArrival => Some(LocalText::new("同点：受付の先後で決定", "tie, broken by arrival")),
            Tie::ByReceiptNumber => Some(LocalText::new("同点：受付番号の順で決定", "tie, broken by receipt number")),
        }
    }
}

impl MeetingBonus {
    /// Whether somebody has to judge it: evidence was handed in, and nobody has.
    #[must_use]
    pub fn open(&self) -> bool {
        self.judged.is_none() && !self.evidence.is_empty()
    }
}

/// The bonuses of the guideline for one case.
pub(crate) fn bonuses_of(edition: &Edition, case: &Case) -> Vec<MeetingBonus> {
    let documents = &case.submission.paper.documents;
    let bonus = |b: &Bonus| MeetingBonus {
        evidence: documents.iter().filter(|d| b.evidence.as_ref() == Some(&d.slot)).map(|d| d.digest).collect(),
        judged: case.bonuses.get(&b.id).cloned(),
        bonus: b.clone(),
    };
    edition.selection().bonuses.iter().map(bonus).collect()
}

/// What a call's cases come to, before anything is written.
pub(crate) struct Ranking {
    pub(crate) cases: BTreeMap<CaseId, Case>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) outstanding: u32,
}

impl Ranking {
    pub(crate) fn of(cases: BTreeMap<CaseId, Case>) -> Self {
        let candidates = cases.iter().filter_map(|(id, case)| Candidate::of(*id, case)).collect();
        let waiting = |case: &Case| match &case.state {
            CaseState::UnderReview { review } => review.outstanding().len(),
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRequestReturned { .. }
            | CaseState::Granted { .. }
            | CaseState::GrantRefused { .. }
            | CaseState::Withdrawn { .. } => 0,
        };
        let outstanding = cases.values().map(waiting).sum::<usize>();
        Ranking { candidates, outstanding: u32::try_from(outstanding).unwrap_or(u32::MAX), cases }
    }

    fn marks(&self) -> Vec<Mark> {
        let of = |(id, case): (&CaseId, &Case)| {
            let sheets = case.state.review().map(|r| r.sheets().map(|(p, s)| (p, s.total())).collect::<Vec<_>>()).unwrap_or_default();
            let id = *id;
            sheets.into_iter().map(move |(reviewer, total)| Mark { case: id, reviewer, total })
        };
        self.cases.iter().flat_map(of).collect()
    }
}

/// What the guideline says of a call's selection.
pub(crate) fn terms<'a>(call: &'a CallId, edition: &'a Edition) -> SelectionTerms<'a> {
    SelectionTerms {
        call,
        edition: edition.digest(),
        budget: edition.meta().budget,
        sheet: edition.score_sheet(),
        rules: edition.selection(),
    }
}

impl Office {
    /// The page of the selection meeting.
    ///
    /// # Errors
    /// Forbidden, or no such call.
    pub async fn meeting(&self, person: &Person, call: &CallId) -> Result<Meeting, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let ranking = Ranking::of(self.store().cases_within(&called.permit).await?);
        super::reviews_nothing_here(person, &ranking.cases)?;
        let calibration = calibrate(&ranking.marks());
        let state = state_of(&called.call.call.phase);
        let (plan, problem) = match state {
            MeetingState::Frozen(frozen) | MeetingState::Executed(frozen, _) => (Some(self.selection_plan(frozen.plan).await?), None),
            MeetingState::NotYet | MeetingState::Open => live_plan(&ranking, &called),
        };
        let names = self.names_of(calibration.reviewers.iter().map(|r| r.reviewer)).await?;
        let reviewers = calibration.reviewers.iter().map(|r| MeetingReviewer {
            person: r.reviewer,
            name: names.get(&r.reviewer).cloned().unwrap_or_default(),
            marks: r.marks,
            severity: r.severity,
        });
        let reviewers: Vec<MeetingReviewer> = reviewers.collect();
        let (lines, waiting) = self.meeting_lines(&ranking, &called.edition, &calibration, plan.as_ref(), names).await?;
        let executed = matches!(state, MeetingState::Executed(..));
        let budget = called.edition.meta().budget;
        let free = budget.filter(|_| executed).and_then(|b| b.checked_sub(committed(&ranking.cases)).ok());
        let sheet = called.edition.score_sheet();
        let full = sheet.criteria.iter().map(|c| c.points_max).sum();
        Ok(Meeting {
            call: call.clone(),
            state,
            reviewers,
            panels: calibration.panels,
            outstanding: ranking.outstanding,
            review_closed: matches!(called.call.call.phase, CallPhase::Reviewed { .. }),
            unsettled: unsettled(&ranking.cases),
            plan,
            problem,
            budget,
            full,
            pass_mark: called.edition.selection().pass_mark.map(|share| share * Exact::from_integer(i128::from(full))),
            reserves: super::promotion::reserves(&ranking.cases),
            reserve_term: called.edition.selection().reserve_term,
            reserves_over: called.edition.selection().reserve_term.is_over(self.now().day()),
            free,
            may_run: self.may_call(person, Action::RunCall, call).is_ok(),
            may_decide: self.may_call(person, Action::Decide, call).is_ok(),
            lines,
            waiting,
            edition: called.edition,
        })
    }

    async fn names_of(&self, people: impl Iterator<Item = PersonId>) -> Result<BTreeMap<PersonId, String>, OfficeError> {
        let mut names = BTreeMap::new();
        for person in people {
            names.insert(person, self.known_as(person).await?);
        }
        Ok(names)
    }

    async fn meeting_lines(
        &self,
        ranking: &Ranking,
        edition: &Edition,
        calibration: &Calibration,
        plan: Option<&SelectionPlan>,
        mut names: BTreeMap<PersonId, String>,
    ) -> Result<(Vec<MeetingLine>, Vec<MeetingLine>), OfficeError> {
        let ranks = calibrated_ranks(calibration, plan);
        let mut leads: BTreeMap<CorporateNumber, String> = BTreeMap::new();
        let (mut lines, mut waiting) = (Vec::new(), Vec::new());
        for (id, case) in &ranking.cases {
            let planned = plan.and_then(|p| p.cases().iter().find(|c| c.case == *id)).cloned();
            let Some(review) = case.state.review().filter(|_| planned.is_some() || matches!(case.state, CaseState::UnderReview { .. }))
            else {
                continue;
            };
            for assignment in &review.assignments {
                if let Entry::Vacant(unknown) = names.entry(assignment.reviewer) {
                    unknown.insert(self.known_as(assignment.reviewer).await?);
                }
            }
            let paper = &case.submission.paper;
            if let Entry::Vacant(unknown) = leads.entry(paper.lead) {
                unknown.insert(self.lead_name(paper.lead).await?);
            }
            let mark = |row: banso_grant::ReviewRow| MeetingMark {
                reviewer: row.reviewer,
                name: names.get(&row.reviewer).cloned().unwrap_or_default(),
                total: row.total,
                status: row.status,
            };
            let line = MeetingLine {
                case: *id,
                receipt_number: paper.receipt_number.clone(),
                title: paper.title.clone(),
                lead: leads.get(&paper.lead).cloned().unwrap_or_default(),
                state: case.state.code(),
                requested: paper.requested,
                marks: case.review_rows(*id).into_iter().filter(|r| r.status != ReviewStatus::Replaced).map(mark).collect(),
                calibrated: calibration.cases.iter().find(|c| c.case == *id).copied(),
                calibrated_rank: ranks.get(id).copied(),
                bonuses: bonuses_of(edition, case),
                planned,
            };
            if line.planned.is_some() { lines.push(line) } else { waiting.push(line) }
        }
        lines.sort_by_key(|l| l.planned.as_ref().map(|p| p.rank));
        Ok((lines, waiting))
    }
}

/// The plan as it would be now, over the cases that have enough sheets.
fn live_plan(ranking: &Ranking, called: &Called) -> (Option<SelectionPlan>, Option<LocalText>) {
    let rules = called.edition.selection();
    let enough = |c: &&Candidate| banso_grant::score::aggregate(&vec![0; c.sheets.len()], rules.aggregation).is_ok();
    let ready: Vec<Candidate> = ranking.candidates.iter().filter(enough).cloned().collect();
    if ready.is_empty() {
        return (None, None);
    }
    match plan(&ready, &terms(&called.call.id, &called.edition)) {
        Ok(plan) => (Some(plan), None),
        Err(error) => (None, Some(error.message())),
    }
}

/// Ranks by calibrated mean and bonus points, for comparison beside the ranks that count.
fn calibrated_ranks(calibration: &Calibration, plan: Option<&SelectionPlan>) -> BTreeMap<CaseId, u32> {
    let bonus = |case: CaseId| {
        let planned = plan.and_then(|p| p.cases().iter().find(|c| c.case == case));
        planned.map(|p| p.bonuses.iter().map(|b| f64::from(b.points)).sum::<f64>())
    };
    let mut scored: Vec<(f64, CaseId)> =
        calibration.cases.iter().filter_map(|c| Some((c.calibrated_mean + bonus(c.case)?, c.case))).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.into_iter().zip(1..).map(|((_, case), rank)| (case, rank)).collect()
}

fn state_of(phase: &CallPhase) -> MeetingState {
    match phase {
        CallPhase::Receiving => MeetingState::NotYet,
        CallPhase::InReview { .. } | CallPhase::Reviewed { .. } => MeetingState::Open,
        CallPhase::SelectionFrozen { selection, .. } => MeetingState::Frozen(*selection),
        CallPhase::SelectionExecuted { selection, on, .. } => MeetingState::Executed(*selection, *on),
    }
}
