//! The applicant's desk: the applications of one's own organisation, the notices on it, the calls that are open.

use banso_execution::ExecutionPhase;
use banso_execution::duties::deadlines;
use banso_grant::{CaseRow, StateCode};
use banso_guideline::{Edition, ReserveTerm};
use banso_kernel::{CaseId, Day, Instant, LocalText, NoticeId};
use banso_permits::{Action, Person, Resource};
use banso_store::{DocumentReader, OwnApplication, Page};

use crate::{Listed, Notice, Office, OfficeError};

/// Most applications on one page of the desk.
const APPLICATIONS: u32 = 200;
const NOTICES: u32 = 50;

/// The desk.
#[derive(Debug, Clone)]
pub struct DeskHome {
    pub organisation: String,
    pub applications: Vec<DeskCase>,
    pub notices: Listed<Notice>,
    pub open_calls: Vec<Edition>,
    pub now: Instant,
}

/// An application on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskCase {
    pub case: CaseId,
    pub title: String,
    pub call_name: LocalText,
    pub programme: LocalText,
    pub state: LocalText,
    pub tone: &'static str,
    pub receipt_number: Option<String>,
    pub lead: bool,
    /// The next thing to do, where it is this side's turn.
    pub next: Option<LocalText>,
    /// Until when it can be handed in, while it can.
    pub closes: Option<Instant>,
    pub due: Option<Day>,
    /// Whether the grant was decided and something follows it.
    pub after_decision: bool,
}

/// A letter on its way out.
#[derive(Debug)]
pub struct OutgoingLetter {
    pub name: String,
    pub reader: DocumentReader,
}

impl Office {
    /// The desk of somebody who applies.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] without the role or an organisation.
    pub async fn desk_home(&self, person: &Person) -> Result<DeskHome, OfficeError> {
        self.may(person, Action::Apply, &Resource::Office)?;
        let own = self.own_organisation(person).await?;
        let listed = self.store().applications_of(own.id, Page::first(APPLICATIONS)).await?;
        let now = self.now();
        let mut applications: Vec<DeskCase> = listed.rows.into_iter().filter_map(|r| self.desk_case(r, &own.id, now)).collect();
        for application in applications.iter_mut().filter(|a| a.after_decision) {
            self.tell_what_follows(person, application).await?;
        }
        let notices = self.notices(person, Page::first(NOTICES)).await?;
        let mut open_calls = Vec::new();
        for row in self.store().calls().await? {
            if let Ok(edition) = self.edition_in_force(&row.call) {
                open_calls.push(edition);
            }
        }
        open_calls.retain(|e| e.meta().opens <= now && now <= e.meta().closes);
        open_calls.sort_by_key(|e| e.meta().closes);
        Ok(DeskHome { organisation: own.name, applications, notices, open_calls, now })
    }

    fn desk_case(&self, row: OwnApplication, own: &banso_kernel::OrganisationId, now: Instant) -> Option<DeskCase> {
        let application = row.application.application;
        let edition = self.edition_in_force(&application.call).ok()?;
        let meta = edition.meta();
        let closed = now > meta.closes;
        let (state, tone) = state_of(row.case.as_ref(), closed, edition.selection().reserve_term);
        Some(DeskCase {
            case: application.case,
            title: application.title,
            call_name: meta.call_name.clone(),
            programme: meta.programme.clone(),
            state,
            tone,
            next: next_step(row.case.as_ref(), closed),
            after_decision: row.case.as_ref().is_some_and(|c| c.state == StateCode::Granted),
            receipt_number: row.case.as_ref().map(|c| c.receipt_number.clone()),
            lead: application.lead == *own,
            // After its closing the call's own instant is no deadline of anything.
            closes: Some(meta.closes).filter(|_| !closed && row.case.as_ref().is_none_or(|c| c.state == StateCode::SubmissionWithdrawn)),
            due: row.case.and_then(|c| c.due),
        })
    }

    /// Where a granted case stands by now, and what is due in it next. One whose guideline says nothing of that time, or that is
    /// in other hands by now, stays as decided.
    async fn tell_what_follows(&self, person: &Person, application: &mut DeskCase) -> Result<(), OfficeError> {
        let project = match self.project(person, Action::ReadCase, application.case).await {
            Ok(project) => project,
            Err(OfficeError::Stale(_) | OfficeError::NotFound | OfficeError::Forbidden(_)) => {
                application.after_decision = false;
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        let phase = project.execution.phase;
        let next = deadlines(&project.execution, &project.rules).into_iter().find(|d| d.met_on.is_none());
        (application.state, application.tone) = (phase.label(), phase_tone(phase));
        if phase == ExecutionPhase::Closed {
            (application.next, application.due) = (None, None);
            return Ok(());
        }
        application.next = Some(match &next {
            Some(duty) => duty.label(),
            None => LocalText::new("交付決定後の手続を確かめる", "see what follows the decision"),
        });
        application.due = next.map(|duty| duty.due);
        Ok(())
    }

    /// The letter of a notice.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], also when the notice is on somebody else's desk or has no letter.
    pub async fn notice_letter(&self, person: &Person, id: NoticeId) -> Result<OutgoingLetter, OfficeError> {
        let notice = self.open_notice(person, id).await?;
        let digest = notice.notice.document.ok_or(OfficeError::NotFound)?;
        let reader = self.store().documents().open(digest).await?.ok_or(OfficeError::NotFound)?;
        Ok(OutgoingLetter { name: format!("{}.pdf", notice.notice.subject), reader })
    }

    /// Whether this person can open an application: a draft may have been thrown away, or its consortium be another by now.
    pub async fn opens(&self, person: &Person, case: CaseId) -> bool {
        self.may_case(person, Action::ReadCase, case).await.is_ok()
    }

    /// A notice, marked as read by opening it.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub async fn desk_notice(&self, person: &Person, id: NoticeId) -> Result<Notice, OfficeError> {
        self.open_notice(person, id).await
    }
}

fn state_of(case: Option<&CaseRow>, closed: bool, term: ReserveTerm) -> (LocalText, &'static str) {
    match case {
        None if closed => (LocalText::new("未提出（締切り済）", "not submitted; closed"), ""),
        None => (LocalText::new("作成中", "draft"), "active"),
        Some(row) if row.state == StateCode::Reserved => (on_reserve(row.reserve_order, term), tone_of(row.state)),
        Some(row) => (row.state.label(), tone_of(row.state)),
    }
}

/// A place on the reserve list with the day until which it counts, where one is settled.
fn on_reserve(order: Option<u32>, term: ReserveTerm) -> LocalText {
    let place = order.map_or_else(String::new, |n| n.to_string());
    match term.last_day() {
        Some(last) => LocalText::new(format!("補欠{place}（{}まで）", last.wareki()), format!("reserve {place} (until {last})")),
        None => LocalText::new(format!("補欠{place}"), format!("reserve {place}")),
    }
}

/// The tone of a state's tag. The word says it; the tone only helps.
#[must_use]
pub const fn tone_of(state: StateCode) -> &'static str {
    match state {
        StateCode::Selected | StateCode::Granted => "good",
        StateCode::Returned | StateCode::GrantRequestReturned => "care",
        StateCode::NotAccepted | StateCode::GrantRefused => "wrong",
        StateCode::Submitted | StateCode::Complete | StateCode::UnderReview | StateCode::GrantRequested => "active",
        StateCode::SubmissionWithdrawn | StateCode::Reserved | StateCode::Rejected | StateCode::Withdrawn => "",
    }
}

/// The tone of a granted case, by where it stands.
const fn phase_tone(phase: ExecutionPhase) -> &'static str {
    match phase {
        ExecutionPhase::Decided | ExecutionPhase::Underway | ExecutionPhase::Fixed => "good",
        ExecutionPhase::Reported | ExecutionPhase::Inspected => "active",
        ExecutionPhase::Suspended | ExecutionPhase::Correcting => "care",
        ExecutionPhase::Revoked => "wrong",
        ExecutionPhase::Closed => "",
    }
}

fn next_step(case: Option<&CaseRow>, closed: bool) -> Option<LocalText> {
    let step = match case.map(|c| c.state) {
        None | Some(StateCode::SubmissionWithdrawn) if closed => return None,
        None => LocalText::new("入力して提出する", "fill in and submit"),
        Some(StateCode::SubmissionWithdrawn) => LocalText::new("直して提出し直す", "change and submit again"),
        Some(StateCode::Returned) => LocalText::new("補正して再提出する", "correct and submit again"),
        Some(StateCode::Selected) => LocalText::new("交付申請をする", "request the grant"),
        Some(StateCode::GrantRequestReturned) => LocalText::new("交付申請を補正する", "correct the grant request"),
        Some(StateCode::Granted) => LocalText::new("交付決定通知書を確かめる", "read the grant decision"),
        Some(
            StateCode::Submitted
            | StateCode::Complete
            | StateCode::NotAccepted
            | StateCode::UnderReview
            | StateCode::Reserved
            | StateCode::Rejected
            | StateCode::GrantRequested
            | StateCode::GrantRefused
            | StateCode::Withdrawn,
        ) => return None,
    };
    Some(step)
}
