//! Which notices an act gives rise to, and to whom. The office queues them in the transaction that records the act.

use banso_kernel::{Authority, PersonId};

use crate::act::{CaseAct, Declaration};
use crate::case::Case;
use crate::state::CaseState;

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// Everybody who speaks for a party of the application.
    Applicants,
    Reviewer(PersonId),
    Office,
}

/// One notice to be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    pub to: Recipient,
    pub kind: NoticeKind,
}

banso_kernel::coded! {
    /// What a notice says.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum NoticeKind {
        Receipt = "receipt", "申請を受け付けました", "Your application was received";
        SubmissionTakenBack = "submission_taken_back", "申請の提出を取り消しました", "Your submission was taken back";
        CorrectionAsked = "correction_asked", "申請内容の補正をお願いします", "Please correct your application";
        CompletenessPassed = "completeness_passed", "形式審査を終えました", "Your application is complete";
        NotAccepted = "not_accepted", "申請は受理されませんでした", "Your application was not accepted";
        ReviewAssigned = "review_assigned", "審査をお願いします（利益相反の申告）", "Please declare conflicts and review";
        ReviewReleased = "review_released", "審査の担当を外れました", "You are released from a review";
        ReviewNoLongerNeeded = "review_no_longer_needed", "申請の取下げにより審査は不要となりました", "A case you review was withdrawn";
        ConflictFound = "conflict_found", "審査員から利益相反の申告がありました", "A reviewer declared a conflict of interest";
        ReviewReceived = "review_received", "審査結果が提出されました", "A score sheet was handed in";
        ReconsiderationAsked = "reconsideration_asked", "審査結果の再検討をお願いします", "Please reconsider your score sheet";
        Selected = "selected", "採択されました", "Your application was selected";
        Reserved = "reserved", "補欠となりました", "Your application is on the reserve list";
        Rejected = "rejected", "不採択となりました", "Your application was not selected";
        Promoted = "promoted", "補欠から採択に繰り上がりました", "Your application moved up from the reserve list";
        ReserveEnded = "reserve_ended", "補欠の期間が終わり、不採択となりました", "The reserve list has ended; your application was not selected";
        GrantRequestReceived = "grant_request_received", "交付申請を受け付けました", "Your grant request was received";
        GrantRequestArrived = "grant_request_arrived", "交付申請が届きました", "A grant request has arrived";
        GrantCorrectionAsked = "grant_correction_asked", "交付申請の補正をお願いします", "Please correct your grant request";
        GrantDecided = "grant_decided", "交付決定の通知", "Notice of the grant decision";
        GrantRefused = "grant_refused", "不交付決定の通知", "Notice that the grant was refused";
        WithdrawalConfirmed = "withdrawal_confirmed", "取下げを受け付けました", "Your withdrawal was recorded";
        CaseWithdrawn = "case_withdrawn", "申請が取り下げられました", "A case was withdrawn";
        ExecutionStep = "execution_step", "交付決定後の手続がありました", "A step after the grant decision was recorded";
        ExecutionArrived = "execution_arrived", "交付決定後の手続が届きました", "A step after the grant decision has arrived";
        RecordRectified = "record_rectified", "記録の誤記を訂正しました", "A clerical error was put right";
    }
}

/// The notices of an act; `case` is the case after it.
#[must_use]
pub fn notices(act: &CaseAct, case: &Case) -> Vec<Notice> {
    use NoticeKind as Kind;
    let applicants = |kind| vec![Notice { to: Recipient::Applicants, kind }];
    let office = |kind| vec![Notice { to: Recipient::Office, kind }];
    let reviewer = |person: PersonId, kind| Notice { to: Recipient::Reviewer(person), kind };
    match act {
        CaseAct::Submitted(_) => applicants(Kind::Receipt),
        CaseAct::SubmissionWithdrawn { .. } => applicants(Kind::SubmissionTakenBack),
        CaseAct::Returned(_) => applicants(Kind::CorrectionAsked),
        CaseAct::CompletenessPassed { .. } => applicants(Kind::CompletenessPassed),
        CaseAct::NotAccepted { .. } => applicants(Kind::NotAccepted),
        CaseAct::ReviewersAssigned { reviewers, .. } => reviewers.iter().map(|r| reviewer(*r, Kind::ReviewAssigned)).collect(),
        CaseAct::ConflictDeclared { declaration, .. } => match declaration {
            Declaration::NoConflict => Vec::new(),
            Declaration::Conflict(_) => office(Kind::ConflictFound),
        },
        CaseAct::ReviewerReplaced { from, to, .. } => vec![reviewer(*from, Kind::ReviewReleased), reviewer(*to, Kind::ReviewAssigned)],
        CaseAct::Reviewed(_) => office(Kind::ReviewReceived),
        CaseAct::ReconsiderationAsked { reviewer: person, .. } => vec![reviewer(*person, Kind::ReconsiderationAsked)],
        // Bonus points are told with the outcome.
        CaseAct::BonusJudged { .. } => Vec::new(),
        CaseAct::Selected(_) => applicants(Kind::Selected),
        CaseAct::Reserved { .. } => applicants(Kind::Reserved),
        CaseAct::Rejected(_) => applicants(Kind::Rejected),
        CaseAct::Promoted { .. } => applicants(Kind::Promoted),
        CaseAct::ReserveEnded { .. } => applicants(Kind::ReserveEnded),
        CaseAct::GrantRequested(_) => [applicants(Kind::GrantRequestReceived), office(Kind::GrantRequestArrived)].concat(),
        CaseAct::GrantRequestReturned { .. } => applicants(Kind::GrantCorrectionAsked),
        CaseAct::GrantDecided(_) => applicants(Kind::GrantDecided),
        CaseAct::GrantRefused { .. } => applicants(Kind::GrantRefused),
        CaseAct::Withdrawn { .. } => {
            let reviewers = still_reviewing(case).into_iter().map(|r| reviewer(r, Kind::ReviewNoLongerNeeded)).collect();
            [applicants(Kind::WithdrawalConfirmed), office(Kind::CaseWithdrawn), reviewers].concat()
        }
        CaseAct::Rectified { .. } => applicants(Kind::RecordRectified),
        CaseAct::Execution(act) => match act.meta().authority {
            Authority::Applicant => [applicants(Kind::ExecutionStep), office(Kind::ExecutionArrived)].concat(),
            Authority::Office | Authority::Director | Authority::Reviewer | Authority::Analyst => applicants(Kind::ExecutionStep),
        },
    }
}

/// Reviewers who still worked on a case when it was withdrawn.
fn still_reviewing(case: &Case) -> Vec<PersonId> {
    let CaseState::Withdrawn { before, .. } = &case.state else { return Vec::new() };
    let CaseState::UnderReview { review } = &**before else { return Vec::new() };
    review.outstanding()
}
