//! What lies on the office's desk today: every call with its counts, what waits for somebody, and guidelines that are not in force.

use banso_grant::{CallPhase, StateCode};
use banso_kernel::{CallId, Instant, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_store::{CaseFilter, CaseSort, Direction, Page};

use crate::execution::WaitingCount;
use crate::{BrokenFile, CallTime, Office, OfficeError, UnacceptedEdition, call_time};

/// The front page of the desk.
#[derive(Debug, Clone)]
pub struct FrontDesk {
    pub calls: Vec<CallOverview>,
    pub broken: Vec<BrokenFile>,
    /// Published editions that this program does not accept any more.
    pub unaccepted: Vec<UnacceptedEdition>,
    /// Mails that could not be handed over, among the newest thousand.
    pub mails_failing: u64,
}

/// One call.
#[derive(Debug, Clone)]
pub struct CallOverview {
    pub call: CallId,
    pub programme: LocalText,
    pub call_name: LocalText,
    pub time: CallTime,
    pub closes: Instant,
    pub phase: &'static str,
    /// Started and not handed in.
    pub drafts: u64,
    pub counts: Vec<(StateCode, u64)>,
    pub todos: Vec<Todo>,
    /// What waits after the decisions; counted for the front of the desk only.
    pub after: Vec<WaitingCount>,
}

/// Something that waits for the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Todo {
    pub kind: TodoKind,
    pub count: u64,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TodoKind {
    /// Arrived and not checked.
    Completeness,
    /// The day for the correction has passed.
    CorrectionOverdue,
    /// Complete, but without reviewers.
    ReviewPlan,
    /// Reviewers who declared a conflict and were not replaced.
    ReplaceReviewers,
    /// All sheets are in: rank and freeze.
    Selection,
    /// A frozen plan waits for the director.
    Execute,
    /// Places on the reserve list whose last day has passed: they get their end.
    EndReserves,
    /// Grant requests that wait for their examination or decision.
    GrantRequests,
}

impl TodoKind {
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            TodoKind::Completeness => LocalText::new("形式審査を待つ申請", "applications to check for completeness"),
            TodoKind::CorrectionOverdue => LocalText::new("補正の期限を過ぎた申請", "corrections that are overdue"),
            TodoKind::ReviewPlan => LocalText::new("審査員の割当てを待つ申請", "applications without reviewers"),
            TodoKind::ReplaceReviewers => LocalText::new("利益相反により交代が必要な割当て", "reviewers to replace for a conflict"),
            TodoKind::Selection => LocalText::new("審査結果がそろった申請（採択案の作成）", "reviewed applications to rank"),
            TodoKind::Execute => LocalText::new("確定した採択案の執行（交付決定権者）", "frozen selection plan to execute (director)"),
            TodoKind::EndReserves => LocalText::new(
                "期限を過ぎた補欠（補欠を終了する・交付決定権者）",
                "places on the reserve list that are over: end them (director)",
            ),
            TodoKind::GrantRequests => LocalText::new("交付申請の審査・交付決定", "grant requests to examine and decide"),
        }
    }
}

impl CallOverview {
    /// How many cases are in a state.
    #[must_use]
    pub fn count(&self, state: StateCode) -> u64 {
        self.counts.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n)
    }

    /// All cases of the call.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|(_, n)| n).sum()
    }
}

impl Office {
    /// The front page of the office's desk.
    ///
    /// # Errors
    /// Forbidden to whoever has no such desk.
    pub async fn front_desk(&self, person: &Person) -> Result<FrontDesk, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let mut calls = Vec::new();
        for call in self.calls() {
            let mut overview = self.overview(person, &call.call).await?;
            if overview.count(StateCode::Granted) > 0 {
                overview.after = self.waiting_counts(person, &call.call).await?;
            }
            calls.push(overview);
        }
        let mails = self.store().mails(Page::first(Page::LARGEST)).await?;
        let failing = mails.rows.iter().filter(|m| m.error.is_some() && m.sent_at.is_none()).count();
        let (broken, unaccepted) = (self.broken_files(person).await?, self.unaccepted_editions(person)?);
        Ok(FrontDesk { calls, broken, unaccepted, mails_failing: failing as u64 })
    }

    /// A call with its counts and what waits in it.
    ///
    /// # Errors
    /// As [`Office::front_desk`]; no such call.
    pub async fn overview(&self, person: &Person, call: &CallId) -> Result<CallOverview, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let meta = called.edition.meta();
        let mut overview = CallOverview {
            call: call.clone(),
            programme: meta.programme.clone(),
            call_name: meta.call_name.clone(),
            time: call_time(&called.edition, self.now()),
            closes: meta.closes,
            phase: called.call.call.phase.code(),
            drafts: self.store().draft_count(&called.permit).await?,
            counts: self.store().case_counts(&called.permit).await?,
            todos: Vec::new(),
            after: Vec::new(),
        };
        let overdue = self.overdue_corrections(&called.permit).await?;
        let loads = self.store().review_loads(&called.permit).await?;
        let conflicted: u64 = loads.iter().map(|l| l.conflicted).sum();
        let outstanding: u64 = loads.iter().map(|l| l.assigned.saturating_sub(l.submitted)).sum();
        let over = called.edition.selection().reserve_term.is_over(self.now().day());
        overview.todos = todos(&overview, &called.call.call.phase, overdue, conflicted, outstanding);
        overview.todos.extend(
            Some(overview.count(StateCode::Reserved)).filter(|n| over && *n > 0).map(|count| Todo { kind: TodoKind::EndReserves, count }),
        );
        Ok(overview)
    }

    async fn overdue_corrections(&self, permit: &banso_permits::Permit) -> Result<u64, OfficeError> {
        let filter = CaseFilter { states: vec![StateCode::Returned, StateCode::GrantRequestReturned], ..CaseFilter::default() };
        let listed = self.store().cases_of(permit, &filter, CaseSort::Due, Direction::Ascending, Page::first(Page::LARGEST)).await?;
        let today = self.now().day();
        Ok(listed.rows.iter().filter(|r| r.row.due.is_some_and(|due| due < today)).count() as u64)
    }
}

fn todos(call: &CallOverview, phase: &CallPhase, overdue: u64, conflicted: u64, outstanding: u64) -> Vec<Todo> {
    let reviewed = matches!(phase, CallPhase::InReview { .. } | CallPhase::Reviewed { .. }) && outstanding == 0;
    let frozen = matches!(phase, CallPhase::SelectionFrozen { .. });
    let selectable = if reviewed { call.count(StateCode::UnderReview) } else { 0 };
    let plannable = matches!(phase, CallPhase::Receiving | CallPhase::Reviewed { .. }) && call.time == CallTime::Closed;
    [
        (TodoKind::Completeness, call.count(StateCode::Submitted)),
        (TodoKind::CorrectionOverdue, overdue),
        (TodoKind::ReviewPlan, if plannable { call.count(StateCode::Complete) } else { 0 }),
        (TodoKind::ReplaceReviewers, if reviewed || frozen { 0 } else { conflicted }),
        (TodoKind::Selection, selectable),
        (TodoKind::Execute, u64::from(frozen)),
        (TodoKind::GrantRequests, call.count(StateCode::GrantRequested)),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(kind, count)| Todo { kind, count })
    .collect()
}
