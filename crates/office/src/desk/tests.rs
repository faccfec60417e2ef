//! The desk of the office on a real store: each use case, its refusals, who may, the same button twice, and what was looked at moving on.

use std::collections::{BTreeMap, BTreeSet};

use banso_grant::{Judgement, Point, ReviewStatus, StateCode};
use banso_kernel::{CallId, CaseId, Day, Digest, RequestId, Yen};
use banso_permits::{Person, Role};

use super::*;
use crate::OfficeError;
use crate::testing::TestOffice;

struct Stage {
    office: TestOffice,
    call: CallId,
    officer: Person,
    director: Person,
    cases: Vec<CaseId>,
    leads: Vec<Person>,
}

/// A call with three applications, and those who handle them.
async fn stage() -> Stage {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let director = office.somebody("director", &[Role::Director], None).await;
    let (mut cases, mut leads) = (Vec::new(), Vec::new());
    for title in ["切削工程の短縮", "鋳造の見える化", "溶接の自動化"] {
        let lead = office.applicant(&format!("lead{}", cases.len()), &format!("架空{title}株式会社")).await;
        cases.push(office.handed_in(&call, &lead, title).await);
        leads.push(lead);
        office.wait_seconds(60);
    }
    Stage { office, call, officer, director, cases, leads }
}

impl Stage {
    fn request(&self) -> RequestId {
        RequestId::new(self.office.new_uuid())
    }

    async fn state(&self, case: CaseId) -> StateCode {
        self.office.office_case(&self.officer, case).await.unwrap().code()
    }

    async fn pass(&self, case: CaseId) {
        let page = self.office.office_case(&self.officer, case).await.unwrap();
        let all: Vec<String> = page.checklist.items.iter().map(|i| i.id.clone()).collect();
        self.office.pass_completeness(&self.officer, case, &all, self.request()).await.unwrap();
    }

    async fn reviewers(&self, count: usize) -> Vec<Person> {
        self.office.reviewers(&["reviewer0", "reviewer1", "reviewer2", "reviewer3"][..count]).await
    }

    fn terms(&self) -> ReviewPlanOrder {
        ReviewPlanOrder { each: None, due: Some(Day::new(2025, 7, 31).unwrap()), cases_max: BTreeMap::new() }
    }

    /// The call has closed: the day after.
    fn closed(&self) {
        let closes = self.office.edition_in_force(&self.call).unwrap().meta().closes;
        self.office.clock.set(closes.plus_seconds(24 * 3600));
    }

    /// Everything complete, the review open, nobody has declared yet.
    async fn opened(&self, reviewers: usize) -> Vec<Person> {
        for case in &self.cases {
            self.pass(*case).await;
        }
        let people = self.reviewers(reviewers).await;
        self.closed();
        let plan = self.office.review_plan(&self.officer, &self.call, &self.terms()).await.unwrap();
        self.office.open_review(&self.officer, &self.call, &self.terms(), plan.plan.unwrap(), self.request()).await.unwrap();
        people
    }

    /// Every assigned reviewer of a case gives these points for each criterion, as a share of its maximum in tenths.
    async fn scored(&self, case: CaseId, tenths: u32) {
        let assigned = self.office.case_file(case).await.case.state.review().unwrap().assignments.clone();
        for a in assigned {
            self.office.reviewed(case, &self.office.person(a.reviewer).await.unwrap(), tenths * 10).await;
        }
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, OfficeError>) -> &'static str {
    match answer {
        Err(OfficeError::Refused(refusal)) => refusal.told().code,
        other => panic!("not a refusal: {other:?}"),
    }
}

fn fields<T: std::fmt::Debug>(answer: Result<T, OfficeError>) -> Vec<String> {
    match answer {
        Err(OfficeError::Invalid(problems)) => problems.into_iter().map(|p| p.field).collect(),
        other => panic!("not a problem of the form: {other:?}"),
    }
}

#[tokio::test]
async fn an_application_passes_when_everything_was_checked() {
    let s = stage().await;
    let (case, request) = (s.cases[0], s.request());
    let page = s.office.office_case(&s.officer, case).await.unwrap();
    assert!(page.checklist.items.len() > 2, "{:?}", page.checklist);
    let ids: BTreeSet<_> = page.checklist.items.iter().map(|i| &i.id).collect();
    assert_eq!(ids.len(), page.checklist.items.len(), "the ids of a page are used once");
    let all: Vec<String> = page.checklist.items.iter().map(|i| i.id.clone()).collect();
    let missing = fields(s.office.pass_completeness(&s.officer, case, &all[1..], request).await);
    assert_eq!(missing, [format!("check-{}", all[0])]);
    s.office.pass_completeness(&s.officer, case, &all, request).await.unwrap();
    s.office.pass_completeness(&s.officer, case, &all, request).await.unwrap();
    assert_eq!(s.state(case).await, StateCode::Complete);
    let once_more = s.office.pass_completeness(&s.officer, case, &all, s.request()).await;
    assert!(matches!(once_more, Err(OfficeError::Stale(_))), "{once_more:?}");
    s.office.run_jobs().await;
    assert!(s.office.mails().iter().any(|m| m.contains("lead0@banso.invalid")));
}

#[tokio::test]
async fn an_application_is_returned_with_its_points() {
    let s = stage().await;
    let case = s.cases[0];
    let point = Point { field: "plan/needs".to_owned(), note: "誰の課題かを書いてください。".to_owned() };
    let order = |points: Vec<Point>, due: Option<Day>, request| ReturnOrder { points, due, request };
    let (day, past) = (Day::new(2025, 6, 15), Day::new(2025, 5, 1));
    assert_eq!(fields(s.office.return_for_correction(&s.officer, case, &order(vec![point.clone()], None, s.request())).await), ["due"]);
    let nothing = |due| order(vec![], due, s.request());
    assert_eq!(fields(s.office.return_for_correction(&s.officer, case, &nothing(day.clone().ok())).await), ["place-1"]);
    assert_eq!(fields(s.office.return_for_correction(&s.officer, case, &nothing(None)).await), ["place-1", "due"]);
    refused(s.office.return_for_correction(&s.officer, case, &order(vec![point.clone()], past.ok(), s.request())).await);
    let good = order(vec![point], day.ok(), s.request());
    s.office.return_for_correction(&s.officer, case, &good).await.unwrap();
    s.office.return_for_correction(&s.officer, case, &good).await.unwrap();
    assert_eq!(s.state(case).await, StateCode::Returned);
    s.office.run_jobs().await;
    let page = s.office.office_case(&s.officer, case).await.unwrap();
    let letter = page.letters[0].document.unwrap();
    let mut pdf = s.office.office_letter(&s.officer, case, letter).await.unwrap();
    assert!(pdf.reader.next().await.unwrap().unwrap().starts_with(b"%PDF"));
    // While the applicant may still correct it, it cannot be turned away; afterwards it can.
    refused(s.office.not_accept(&s.officer, case, "補正がない", s.request()).await);
    s.office.wait_seconds(30 * 86_400);
    assert_eq!(s.office.front_desk(&s.officer).await.unwrap().calls[0].todos[1].kind, TodoKind::CorrectionOverdue);
    refused(s.office.not_accept(&s.officer, case, "  ", s.request()).await);
    s.office.not_accept(&s.officer, case, "期限までに補正されませんでした。", s.request()).await.unwrap();
    assert_eq!(s.state(case).await, StateCode::NotAccepted);
    s.office.run_jobs().await;
}

#[tokio::test]
async fn who_may_handle_is_said_by_the_policies() {
    let s = stage().await;
    let case = s.cases[0];
    let own = s.office.somebody("insider", &[Role::Officer], s.leads[0].organisation).await;
    let auditor = s.office.somebody("auditor", &[Role::Auditor], None).await;
    let reviewer = s.office.somebody("reviewer", &[Role::Reviewer], None).await;
    for (who, reads) in [(&s.officer, true), (&s.director, true), (&auditor, true), (&own, false), (&reviewer, false), (&s.leads[1], false)]
    {
        assert_eq!(s.office.office_case(who, case).await.is_ok(), reads, "{:?}", who.roles);
    }
    for who in [&auditor, &s.director] {
        let answer = s.office.not_accept(who, case, "理由", s.request()).await;
        assert!(matches!(answer, Err(OfficeError::Forbidden(_))), "{:?}: {answer:?}", who.roles);
    }
    for who in [&own, &reviewer, &s.leads[1]] {
        let answer = s.office.not_accept(who, case, "理由", s.request()).await;
        assert!(matches!(answer, Err(OfficeError::NotFound)), "{:?}: {answer:?}", who.roles);
    }
    for who in [&reviewer, &s.leads[1]] {
        assert!(matches!(s.office.front_desk(who).await, Err(OfficeError::Forbidden(_))));
        assert!(matches!(s.office.outbox(who, None, 0).await, Err(OfficeError::Forbidden(_))));
        assert!(s.office.office_inbox(who, &s.call, InboxQuery::default()).await.is_err());
        assert!(s.office.meeting(who, &s.call).await.is_err());
    }
    assert!(s.office.case_document(&s.officer, case, Digest::ZERO).await.is_err());
    assert!(s.office.office_letter(&s.officer, case, Digest::ZERO).await.is_err());
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_taken_away() {
    let s = stage().await;
    s.pass(s.cases[1]).await;
    let all = InboxQuery::default();
    let check = |query: InboxQuery, expect: &'static [&'static str]| {
        let s = &s;
        async move {
            let inbox = s.office.office_inbox(&s.officer, &s.call, query.clone()).await.unwrap();
            let titles: Vec<&str> = inbox.listed.rows.iter().map(|r| r.row.title.as_str()).collect();
            assert_eq!(titles, expect, "{query:?}");
            assert_eq!((inbox.listed.total, inbox.pages), (expect.len() as u64, 1));
        }
    };
    check(all.clone(), &["切削工程の短縮", "鋳造の見える化", "溶接の自動化"]).await;
    check(InboxQuery { descending: true, ..all.clone() }, &["溶接の自動化", "鋳造の見える化", "切削工程の短縮"]).await;
    check(InboxQuery { search: "架空鋳造".to_owned(), ..all.clone() }, &["鋳造の見える化"]).await;
    check(InboxQuery { states: vec![StateCode::Complete], ..all.clone() }, &["鋳造の見える化"]).await;
    check(InboxQuery { track: Some("ない枠".to_owned()), ..all.clone() }, &[]).await;
    check(InboxQuery { search: "%".to_owned(), ..all.clone() }, &[]).await;
    for code in SortColumn::ALL {
        assert_eq!(SortColumn::named(code.code()), code);
        s.office.office_inbox(&s.officer, &s.call, InboxQuery { sort: code, ..all.clone() }).await.unwrap();
    }
    let file = async |kind| s.office.office_inbox_file(&s.officer, &s.call, all.clone(), kind).await.unwrap();
    assert!(file(ListFile::Excel).await.starts_with(b"PK"), "an Excel file is a ZIP");
    let csv = String::from_utf8(file(ListFile::Csv).await).unwrap();
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.starts_with("\u{FEFF}受付番号,計画の名称,") && csv.contains("鋳造の見える化"), "{csv}");
    let nowhere = CallId::parse("nowhere/r1").unwrap();
    assert!(matches!(s.office.office_inbox(&s.officer, &nowhere, InboxQuery::default()).await, Err(OfficeError::NotFound)));
    s.office.run_jobs().await;
}

#[tokio::test]
async fn a_review_is_planned_without_conflicts_and_opened_as_shown() {
    let s = stage().await;
    for case in &s.cases {
        s.pass(*case).await;
    }
    // Nobody to review yet: every case is named with its remedy.
    let none = s.office.review_plan(&s.officer, &s.call, &s.terms()).await.unwrap();
    assert_eq!((none.waiting, none.failing.len(), none.plan), (3, 3, None));
    let people = s.reviewers(3).await;
    let colleague = s.office.somebody("colleague", &[Role::Reviewer], s.leads[0].organisation).await;
    let shown = s.office.review_plan(&s.officer, &s.call, &s.terms()).await.unwrap();
    let each = shown.each as usize;
    assert_eq!((shown.reviewers.len(), shown.cases.len(), shown.failing.len()), (4, 3, 0));
    assert!(shown.cases.iter().all(|c| c.reviewers.len() == each));
    let own = shown.cases.iter().find(|c| c.case == s.cases[0]).unwrap();
    assert_eq!(own.kept_away.len(), 1, "the colleague is kept away from the own firm's case");
    assert!(!own.reviewers.iter().any(|n| n.contains("colleague")));
    // The plan that was shown, or none at all.
    let terms = s.terms();
    let other = ReviewPlanOrder { cases_max: BTreeMap::from([(colleague.id, 0)]), ..s.terms() };
    let plan = shown.plan.unwrap();
    assert!(matches!(s.office.open_review(&s.officer, &s.call, &other, plan, s.request()).await, Err(OfficeError::Stale(_))));
    let no_day = ReviewPlanOrder { due: None, ..s.terms() };
    assert_eq!(fields(s.office.open_review(&s.officer, &s.call, &no_day, plan, s.request()).await), ["due"]);
    assert!(matches!(s.office.open_review(&s.director, &s.call, &terms, plan, s.request()).await, Err(OfficeError::Forbidden(_))));
    refused(s.office.open_review(&s.officer, &s.call, &terms, plan, s.request()).await);
    s.closed();
    let request = s.request();
    assert_eq!(s.office.open_review(&s.officer, &s.call, &terms, plan, request).await.unwrap(), 3);
    assert_eq!(s.office.open_review(&s.officer, &s.call, &terms, plan, request).await.unwrap(), 0);
    assert_eq!(s.state(s.cases[2]).await, StateCode::UnderReview);
    s.office.run_jobs().await;
    assert!(s.office.mails().iter().any(|m| m.contains(&format!("{}@banso.invalid", "reviewer0"))), "{people:?}");
}

#[tokio::test]
async fn reviewers_are_replaced_and_asked_again() {
    let s = stage().await;
    s.opened(4).await;
    let case = s.cases[0];
    let view = s.office.case_reviews(&s.officer, case).await.unwrap();
    assert!(view.movable && view.sheets.iter().all(ReviewerSheet::replaceable));
    let (from, to) = (view.sheets[0].person, view.successors[0].0);
    let on_it = view.sheets[1].person;
    assert_eq!(refused(s.office.replace_reviewer(&s.officer, case, (from, on_it), "病気のため", s.request()).await).len(), 4);
    assert_eq!(fields(s.office.replace_reviewer(&s.officer, case, (from, s.officer.id), "病気のため", s.request()).await), ["to"]);
    refused(s.office.replace_reviewer(&s.officer, case, (from, to), "", s.request()).await);
    let request = s.request();
    for _ in 0..2 {
        s.office.replace_reviewer(&s.officer, case, (from, to), "病気のため", request).await.unwrap();
    }
    let after = s.office.case_reviews(&s.officer, case).await.unwrap();
    let status = |p| after.sheets.iter().find(|x| x.person == p).map(|x| x.status);
    assert_eq!((status(from), status(to)), (Some(ReviewStatus::Replaced), Some(ReviewStatus::Assigned)));

    let other = s.cases[1];
    s.scored(other, 8).await;
    let view = s.office.case_reviews(&s.officer, other).await.unwrap();
    let sheet = &view.sheets[0];
    assert!(sheet.reconsiderable() && sheet.total.is_some() && sheet.points.iter().all(Option::is_some));
    refused(s.office.ask_reconsideration(&s.officer, other, sheet.person, " ", s.request()).await);
    s.office.ask_reconsideration(&s.officer, other, sheet.person, "配点の誤り", s.request()).await.unwrap();
    refused(s.office.ask_reconsideration(&s.officer, other, sheet.person, "もう一度", s.request()).await);
    let progress = s.office.review_progress(&s.officer, &s.call).await.unwrap();
    let each = progress.cases[0].assigned.iter().filter(|a| a.status != ReviewStatus::Replaced).count();
    assert_eq!((progress.cases.len(), progress.outstanding), (3, 2 * each + 1));
    refused(s.office.close_review(&s.officer, &s.call, "", s.request()).await);
    s.office.close_review(&s.officer, &s.call, "期限が来たため", s.request()).await.unwrap();
    refused(s.office.close_review(&s.officer, &s.call, "もう一度", s.request()).await);
    // Closed too early: no sheet is taken, and without them nothing can be selected. It is opened again.
    let plan = s.office.meeting(&s.officer, &s.call).await.unwrap().plan.unwrap().digest();
    assert_eq!(fields(s.office.freeze_selection(&s.officer, &s.call, plan, s.request()).await), [""]);
    assert_eq!(fields(s.office.reopen_review(&s.officer, &s.call, None, s.request()).await), ["due"]);
    refused(s.office.reopen_review(&s.officer, &s.call, Day::new(2025, 5, 1).ok(), s.request()).await);
    s.office.reopen_review(&s.officer, &s.call, Day::new(2025, 8, 31).ok(), s.request()).await.unwrap();
    let twice = s.office.reopen_review(&s.officer, &s.call, Day::new(2025, 8, 31).ok(), s.request()).await;
    assert!(matches!(twice, Err(OfficeError::Stale(_))), "{twice:?}");
    let late = s.cases[2];
    s.scored(late, 7).await;
    assert_eq!(s.office.review_progress(&s.officer, &s.call).await.unwrap().outstanding, each + 1);
    s.office.run_jobs().await;
}

#[tokio::test]
async fn a_selection_is_frozen_as_shown_and_executed_by_the_director() {
    let s = stage().await;
    s.opened(3).await;
    let waiting = s.office.meeting(&s.officer, &s.call).await.unwrap();
    assert!(waiting.outstanding > 0 && waiting.lines.is_empty() && waiting.waiting.len() == 3);
    for (case, tenths) in s.cases.iter().zip([7, 9, 2]) {
        s.scored(*case, tenths).await;
    }
    let shown = s.office.meeting(&s.officer, &s.call).await.unwrap();
    let titles: Vec<&str> = shown.lines.iter().map(|l| l.title.as_str()).collect();
    assert_eq!(titles, ["鋳造の見える化", "切削工程の短縮", "溶接の自動化"]);
    assert_eq!((shown.outstanding, shown.reviewers.len()), (0, 3));
    assert!(shown.lines.iter().all(|l| l.calibrated.is_some() && l.calibrated_rank.is_some()));
    let plan = shown.plan.as_ref().unwrap().digest();
    // What was looked at moves on: a bonus is judged, and the plan is another one.
    let bonus = shown.lines[1].bonuses[0].clone();
    assert!(bonus.open());
    let judged = |reason: &str| BonusJudgement {
        bonus: bonus.bonus.id.clone(),
        granted: Judgement::Granted,
        reason: reason.to_owned(),
        request: s.request(),
    };
    assert_eq!(fields(s.office.judge_bonus(&s.officer, s.cases[0], &judged("")).await), ["bonus-reason"]);
    s.office.judge_bonus(&s.officer, s.cases[0], &judged("証拠書類を確認した。")).await.unwrap();
    assert!(matches!(s.office.freeze_selection(&s.officer, &s.call, plan, s.request()).await, Err(OfficeError::Stale(_))));
    let plan = s.office.meeting(&s.officer, &s.call).await.unwrap().plan.unwrap().digest();
    refused(s.office.execute_selection(&s.director, &s.call, plan, s.request()).await);
    s.office.freeze_selection(&s.officer, &s.call, plan, s.request()).await.unwrap();
    refused(s.office.freeze_selection(&s.officer, &s.call, plan, s.request()).await);
    refused(s.office.judge_bonus(&s.officer, s.cases[0], &judged("遅い判定")).await);
    fields(s.office.discard_selection(&s.officer, &s.call, "", s.request()).await);
    s.office.discard_selection(&s.officer, &s.call, "加点の確認をやり直すため", s.request()).await.unwrap();
    s.office.freeze_selection(&s.officer, &s.call, plan, s.request()).await.unwrap();
    assert!(matches!(s.office.execute_selection(&s.officer, &s.call, plan, s.request()).await, Err(OfficeError::Forbidden(_))));
    assert!(matches!(s.office.execute_selection(&s.director, &s.call, Digest::ZERO, s.request()).await, Err(OfficeError::Stale(_))));
    let request = s.request();
    for _ in 0..2 {
        assert_eq!(s.office.execute_selection(&s.director, &s.call, plan, request).await.unwrap(), 0);
    }
    assert_eq!(s.state(s.cases[1]).await, StateCode::Selected);
    assert_eq!(s.state(s.cases[2]).await, StateCode::Rejected);
    refused(s.office.promote(&s.director, s.cases[2], "辞退があったため", s.request()).await);
    s.office.run_jobs().await;
    let letters = s.office.office_case(&s.officer, s.cases[2]).await.unwrap().letters;
    assert!(letters.iter().any(|l| l.subject.contains("不採択") && l.document.is_some()));
    let done = s.office.meeting(&s.officer, &s.call).await.unwrap();
    assert!(matches!(done.state, MeetingState::Executed(..)));
    assert!(done.free.is_none_or(|free| free >= Yen::ZERO));
}

#[tokio::test]
async fn the_front_page_says_what_waits() {
    let s = stage().await;
    let kinds = |desk: &FrontDesk| desk.calls[0].todos.iter().map(|t| (t.kind, t.count)).collect::<Vec<_>>();
    let desk = s.office.front_desk(&s.officer).await.unwrap();
    assert_eq!(kinds(&desk), [(TodoKind::Completeness, 3)]);
    assert_eq!((desk.calls[0].count(StateCode::Submitted), desk.calls[0].total(), desk.broken.len()), (3, 3, 0));
    s.pass(s.cases[0]).await;
    s.office.wait_seconds(60 * 86_400);
    let desk = s.office.front_desk(&s.director).await.unwrap();
    assert_eq!(kinds(&desk), [(TodoKind::Completeness, 2), (TodoKind::ReviewPlan, 1)]);
    let file = crate::ProgrammeFile { path: "programmes/go-tech/r9-9.md".to_owned(), text: "壊れた公募要領".to_owned() };
    s.office.load_programmes(&[file], &crate::testing::cases::words()).await.unwrap();
    assert_eq!(s.office.front_desk(&s.officer).await.unwrap().broken.len(), 1);
    s.office.run_jobs().await;
    let outbox = s.office.outbox(&s.officer, None, 0).await.unwrap();
    assert!(outbox.total >= 1 && outbox.mails.iter().all(|m| m.sent_at.is_some() && m.kind.is_some()));
    let mut by_kind = 0;
    for &kind in MailKind::ALL {
        let some = s.office.outbox(&s.officer, Some(kind), 0).await.unwrap();
        assert!(some.mails.iter().all(|m| m.kind == Some(kind)));
        by_kind += some.total;
    }
    assert_eq!(by_kind, outbox.total);
}

#[tokio::test]
async fn a_case_that_became_complete_late_is_reviewed_before_anything_is_frozen() {
    let s = stage().await;
    let [first, second, late] = s.cases[..] else { panic!("three cases") };
    for case in [first, second] {
        s.pass(case).await;
    }
    s.reviewers(3).await;
    s.closed();
    let shown = s.office.review_plan(&s.officer, &s.call, &s.terms()).await.unwrap();
    s.office.open_review(&s.officer, &s.call, &s.terms(), shown.plan.unwrap(), s.request()).await.unwrap();
    for case in [first, second] {
        s.scored(case, 8).await;
    }
    let meeting = s.office.meeting(&s.officer, &s.call).await.unwrap();
    assert_eq!(meeting.unsettled.iter().map(|u| u.case).collect::<Vec<_>>(), [late]);
    let plan = meeting.plan.unwrap().digest();
    assert_eq!(refused(s.office.freeze_selection(&s.officer, &s.call, plan, s.request()).await), "R179");
    s.pass(late).await;
    let more = s.office.review_plan(&s.officer, &s.call, &s.terms()).await.unwrap();
    assert_eq!((more.waiting, more.cases.len()), (1, 1));
    assert!(more.reviewers.iter().all(|r| r.cases_max < 20), "those who review already have fewer places left");
    assert_eq!(s.office.open_review(&s.officer, &s.call, &s.terms(), more.plan.unwrap(), s.request()).await.unwrap(), 1);
    assert_eq!(s.state(late).await, StateCode::UnderReview);
    s.scored(late, 6).await;
    let plan = s.office.meeting(&s.officer, &s.call).await.unwrap();
    assert!(plan.unsettled.is_empty());
    s.office.freeze_selection(&s.officer, &s.call, plan.plan.unwrap().digest(), s.request()).await.unwrap();
    s.office.run_jobs().await;
}

#[tokio::test]
async fn who_reviews_in_a_call_sees_no_others_marks_as_an_officer() {
    let s = stage().await;
    let both = s.office.somebody("both", &[Role::Officer, Role::Reviewer], None).await;
    for case in &s.cases {
        s.pass(*case).await;
    }
    s.reviewers(4).await;
    assert!(s.office.meeting(&both, &s.call).await.is_ok());
    s.closed();
    let plan = s.office.review_plan(&s.officer, &s.call, &s.terms()).await.unwrap();
    assert!(plan.reviewers.iter().any(|r| r.person == both.id && r.load > 0), "{:?}", plan.reviewers);
    s.office.open_review(&s.officer, &s.call, &s.terms(), plan.plan.unwrap(), s.request()).await.unwrap();
    assert!(matches!(s.office.meeting(&both, &s.call).await, Err(OfficeError::Forbidden(_))));
    assert!(matches!(s.office.meeting_excel(&both, &s.call).await, Err(OfficeError::Forbidden(_))));
    assert!(matches!(s.office.review_progress(&both, &s.call).await, Err(OfficeError::Forbidden(_))));
    assert!(s.office.meeting(&s.officer, &s.call).await.is_ok());
    s.office.run_jobs().await;
}

#[tokio::test]
async fn completeness_rests_on_the_chapter_of_the_form() {
    let s = stage().await;
    s.pass(s.cases[0]).await;
    let acts = s.office.case_file(s.cases[0]).await.acts;
    let act = acts.last().unwrap();
    // Costs are asked for in chapter 3, before the questions of the form; what is checked is the form.
    assert_eq!((act.kind.as_str(), act.clause.as_str()), ("completeness_passed", "4"));
    s.office.run_jobs().await;
}
