//! Who is told what.
#![cfg(test)]

mod common;

use banso_grant::*;
use common::*;

fn last_notices(story: &Story) -> Vec<String> {
    let act = &story.acts.last().unwrap().act;
    let to = |n: &Notice| match n.to {
        Recipient::Applicants => "applicants".to_owned(),
        Recipient::Office => "office".to_owned(),
        Recipient::Reviewer(_) => "reviewer".to_owned(),
    };
    notices(act, &story.case).iter().map(|n| format!("{}: {}", to(n), n.kind.code())).collect()
}

#[test]
fn each_state_tells_those_it_concerns() {
    for (state, expected) in [
        (StateCode::Submitted, &["applicants: receipt"][..]),
        (StateCode::SubmissionWithdrawn, &["applicants: submission_taken_back"]),
        (StateCode::Returned, &["applicants: correction_asked"]),
        (StateCode::Complete, &["applicants: completeness_passed"]),
        (StateCode::NotAccepted, &["applicants: not_accepted"]),
        (StateCode::Selected, &["applicants: selected"]),
        (StateCode::Reserved, &["applicants: reserved"]),
        (StateCode::Rejected, &["applicants: rejected"]),
        (StateCode::GrantRequested, &["applicants: grant_request_received", "office: grant_request_arrived"]),
        (StateCode::GrantRequestReturned, &["applicants: grant_correction_asked"]),
        (StateCode::Granted, &["applicants: grant_decided"]),
        (StateCode::GrantRefused, &["applicants: grant_refused"]),
        (StateCode::Withdrawn, &["applicants: withdrawal_confirmed", "office: case_withdrawn"]),
    ] {
        assert_eq!(last_notices(&Story::in_state(state)), expected, "{}", state.code());
    }
}

#[test]
fn reviewers_are_told_of_their_own_work() {
    let to = |who: u32, kind| Notice { to: Recipient::Reviewer(person(who)), kind };
    let told = |story: &Story| notices(&story.acts.last().unwrap().act, &story.case);
    let assigned = Story::under_review();
    assert_eq!(told(&assigned), [to(11, NoticeKind::ReviewAssigned), to(12, NoticeKind::ReviewAssigned)]);

    let replaced = assigned.clone().then("2026-07-02", |c| attempt(Step::ReplaceReviewer, c));
    assert_eq!(told(&replaced), [to(11, NoticeKind::ReviewReleased), to(13, NoticeKind::ReviewAssigned)]);

    let withdrawn = replaced.then("2026-07-03", |c| attempt(Step::Withdraw, c));
    let reviewers: Vec<_> = told(&withdrawn).into_iter().filter(|n| n.kind == NoticeKind::ReviewNoLongerNeeded).collect();
    assert_eq!(reviewers, [to(12, NoticeKind::ReviewNoLongerNeeded), to(13, NoticeKind::ReviewNoLongerNeeded)]);

    let reconsider = Story::reviewed().then("2026-07-15", |c| attempt(Step::AskReconsideration, c));
    assert_eq!(told(&reconsider), [to(11, NoticeKind::ReconsiderationAsked)]);
    assert_eq!(told(&Story::reviewed()), [Notice { to: Recipient::Office, kind: NoticeKind::ReviewReceived }]);
    assert_eq!(told(&Story::declared()), []);
}

#[test]
fn a_place_on_the_reserve_list_ends_with_a_word_to_the_applicant() {
    let ended = Story::in_state(StateCode::Reserved).then("2026-12-26", |c| attempt(Step::EndReserve, c));
    assert_eq!(last_notices(&ended), ["applicants: reserve_ended"]);
    let CaseState::Rejected { path, outcome, .. } = &ended.case.state else { panic!("{:?}", ended.case.state) };
    assert_eq!(*path, RejectionPath::FromReserve { order: 1, on: day("2026-12-26"), reason: "理由".into() });
    assert_eq!(outcome.rank, 1, "what the selection said of it stays");
    let rejected = Story::in_state(StateCode::Rejected).case.state;
    assert!(matches!(rejected, CaseState::Rejected { path: RejectionPath::AtSelection, .. }), "{rejected:?}");
}

#[test]
fn kinds_read_back_and_have_a_subject_in_both_languages() {
    for kind in NoticeKind::ALL {
        assert_eq!(NoticeKind::parse(kind.code()), Some(*kind));
        assert!(!kind.label().ja.is_empty() && kind.label().en.is_some_and(|t| !t.is_empty()));
    }
}
