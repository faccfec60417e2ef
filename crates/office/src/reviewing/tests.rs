//! The reviewer's desk on a real store.

use std::collections::BTreeMap;

use banso_grant::{AssignmentState, ConflictKind, Declaration, ReviewStatus, decide};
use banso_kernel::{CaseId, Day, Digest, RequestId};
use banso_permits::{Person, Role};

use super::{Stage, SubmitSheet, TypedSheet};
use crate::OfficeError;
use crate::testing::TestOffice;
use crate::testing::cases::{PROGRAMME, programme, words};
use crate::testing::papers::DOCUMENT;

struct Desk {
    office: TestOffice,
    officer: Person,
    reviewers: Vec<Person>,
    cases: Vec<CaseId>,
}

/// Two cases with three reviewers each.
async fn desk() -> Desk {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let reviewers = office.reviewers(&["hanako", "jiro", "saburo"]).await;
    let mut cases = Vec::new();
    for title in ["切削工程の短縮", "鋳造の見える化"] {
        let lead = office.applicant(&format!("lead{}", cases.len()), &format!("架空{title}株式会社")).await;
        cases.push(office.handed_in(&call, &lead, title).await);
        office.wait_seconds(60);
    }
    office.under_review(&cases, &officer, &reviewers, Day::new(2025, 7, 31).unwrap()).await;
    Desk { office, officer, reviewers, cases }
}

impl Desk {
    fn request(&self) -> RequestId {
        RequestId::new(self.office.new_uuid())
    }

    async fn free(&self, reviewer: &Person, case: CaseId) {
        self.office.declare_conflict(reviewer, case, Declaration::NoConflict, self.request()).await.unwrap();
    }

    async fn status(&self, reviewer: &Person, case: CaseId) -> ReviewStatus {
        let desk = self.office.review_desk(reviewer).await.unwrap();
        desk.tasks.iter().find(|t| t.case == case).unwrap().status
    }
}

fn sheet(points: &[(&str, &str)], comment: &str) -> TypedSheet {
    let commented = ["novelty", "feasibility", "business-plan"].map(|id| (id.to_owned(), comment.to_owned()));
    TypedSheet {
        points: points.iter().map(|(id, p)| ((*id).to_owned(), (*p).to_owned())).collect(),
        comments: BTreeMap::from(commented),
        overall: String::new(),
    }
}

const FULL: [(&str, &str); 6] =
    [("novelty", "15"), ("feasibility", "１４"), ("market", "10"), ("business-plan", "12"), ("policy", "0"), ("team", "11")];

fn missing<T: std::fmt::Debug>(answer: &Result<T, OfficeError>) -> bool {
    matches!(answer, Err(OfficeError::NotFound))
}

#[tokio::test]
async fn nothing_is_read_before_the_declaration() {
    let d = desk().await;
    let (reviewer, case) = (&d.reviewers[0], d.cases[0]);
    let page = d.office.review_page(reviewer, case).await.unwrap();
    assert!(matches!(page.stage, Stage::Declare));
    assert_eq!((page.head.title.as_str(), page.head.parties.len()), ("切削工程の短縮", 3));
    let document = Digest::of(DOCUMENT);
    assert!(matches!(d.office.review_document(reviewer, case, document).await, Err(OfficeError::Forbidden(_))));
    assert!(matches!(d.office.save_sheet(reviewer, case, sheet(&FULL, "よい"), 0).await, Err(OfficeError::Forbidden(_))));
    let submit = SubmitSheet { typed: sheet(&FULL, "よい"), request: d.request() };
    assert!(matches!(d.office.submit_sheet(reviewer, case, &submit).await, Err(OfficeError::Forbidden(_))));

    d.free(reviewer, case).await;
    d.free(reviewer, case).await;
    let Stage::Score(scoring) = d.office.review_page(reviewer, case).await.unwrap().stage else { panic!() };
    assert_eq!((scoring.sheet.points_max, scoring.sheet.criteria, scoring.version), (100, 6, 0));
    let looks: Vec<_> = scoring.sheet.groups.iter().flat_map(|g| &g.lines).map(|l| (l.criterion.look_at.len(), l.look_at.len())).collect();
    assert!(looks.iter().all(|(asked, found)| asked == found), "{looks:?}");
    assert_eq!(d.office.review_document(reviewer, case, document).await.unwrap().bytes, DOCUMENT.len() as u64);
    assert!(missing(&d.office.review_document(reviewer, case, Digest::ZERO).await));
}

#[tokio::test]
async fn somebody_elses_case_is_not_found() {
    let d = desk().await;
    let stranger = d.office.somebody("shiro", &[Role::Reviewer], None).await;
    let nowhere = CaseId::new(d.office.new_uuid());
    for (who, case) in [(&stranger, d.cases[0]), (&d.officer, d.cases[0]), (&d.reviewers[0], nowhere)] {
        assert!(
            missing(&d.office.review_page(who, case).await)
                || matches!(d.office.review_page(who, case).await, Err(OfficeError::Forbidden(_)))
        );
        let order = SubmitSheet { typed: sheet(&FULL, "よい"), request: d.request() };
        assert!(d.office.submit_sheet(who, case, &order).await.is_err());
        assert!(d.office.declare_conflict(who, case, Declaration::NoConflict, d.request()).await.is_err());
    }
    assert!(missing(&d.office.review_page(&stranger, d.cases[0]).await));
    assert!(matches!(d.office.review_desk(&d.officer).await, Err(OfficeError::Forbidden(_))));
    assert!(d.office.review_desk(&stranger).await.unwrap().tasks.is_empty());
}

#[tokio::test]
async fn a_conflict_closes_the_case_and_tells_the_office() {
    let d = desk().await;
    let (reviewer, case) = (&d.reviewers[0], d.cases[0]);
    d.free(reviewer, case).await;
    d.office.save_sheet(reviewer, case, sheet(&FULL, "よい"), 0).await.unwrap();
    // It came to light while reading.
    d.office.declare_conflict(reviewer, case, Declaration::Conflict(ConflictKind::JointWork), d.request()).await.unwrap();
    assert!(missing(&d.office.review_page(reviewer, case).await));
    assert_eq!(d.office.store().review_draft(case, reviewer.id).await.unwrap(), None);
    assert_eq!(d.status(reviewer, case).await, ReviewStatus::Conflicted);
    d.office.run_jobs().await;
    let told = d.office.notices(&d.officer, crate::Page::first(10)).await.unwrap();
    assert!(told.rows[0].notice.subject.contains("利益相反"), "{told:?}");
    let desk = d.office.review_desk(reviewer).await.unwrap();
    assert_eq!((desk.progress.all, desk.next), (1, Some(d.cases[1])));
}

#[tokio::test]
async fn a_sheet_is_saved_over_what_was_shown_only() {
    let d = desk().await;
    let (reviewer, case) = (&d.reviewers[0], d.cases[0]);
    d.free(reviewer, case).await;
    let half = sheet(&[("novelty", "15"), ("policy", "11"), ("unheard-of", "3")], "");
    let saved = d.office.save_sheet(reviewer, case, half.clone(), 0).await.unwrap();
    assert_eq!((saved.version, saved.total, saved.scored), (1, 15, 1));
    assert_eq!(saved.problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["p-policy"], "11 of 10 points");
    assert_eq!(d.office.save_sheet(reviewer, case, half, 0).await.unwrap().version, 1, "posted twice");
    let other = sheet(&[("novelty", "3")], "");
    assert!(matches!(d.office.save_sheet(reviewer, case, other.clone(), 0).await, Err(OfficeError::Stale(_))));
    assert_eq!(d.office.save_sheet(reviewer, case, other, 1).await.unwrap().version, 2);
    let Stage::Score(scoring) = d.office.review_page(reviewer, case).await.unwrap().stage else { panic!() };
    assert_eq!((scoring.version, scoring.sheet.total, scoring.sheet.scored), (2, 3, 1));
    let long = TypedSheet { overall: "長".repeat(2_001), ..TypedSheet::default() };
    assert!(matches!(d.office.save_sheet(reviewer, case, long, 2).await, Err(OfficeError::Invalid(_))));
}

#[tokio::test]
async fn what_a_sheet_must_have() {
    let d = desk().await;
    let (reviewer, case) = (&d.reviewers[0], d.cases[0]);
    d.free(reviewer, case).await;
    let but = |id: &str, points: &str| {
        let mut full = sheet(&FULL, "よい");
        full.points.insert(id.to_owned(), points.to_owned());
        full
    };
    let check = async |typed: TypedSheet, expect: &[&str]| {
        let answer = d.office.submit_sheet(reviewer, case, &SubmitSheet { typed, request: d.request() }).await;
        let Err(OfficeError::Invalid(problems)) = answer else { panic!("{answer:?}") };
        assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), expect);
    };
    check(but("novelty", ""), &["p-novelty"]).await;
    check(but("novelty", "21"), &["p-novelty"]).await;
    check(but("novelty", "-1"), &["p-novelty"]).await;
    check(but("novelty", "7.5"), &["p-novelty"]).await;
    check(but("novelty", "よい"), &["p-novelty"]).await;
    check(sheet(&FULL, " "), &["c-novelty", "c-feasibility", "c-business-plan"]).await;
    check(sheet(&FULL, &"長".repeat(2_001)), &["c-novelty", "c-feasibility", "c-business-plan"]).await;
    check(
        TypedSheet::default(),
        &[
            "p-novelty",
            "c-novelty",
            "p-feasibility",
            "c-feasibility",
            "p-market",
            "p-business-plan",
            "c-business-plan",
            "p-policy",
            "p-team",
        ],
    )
    .await;
    assert_eq!(d.status(reviewer, case).await, ReviewStatus::Declared);
}

#[tokio::test]
async fn handed_in_reconsidered_handed_in_again() {
    let d = desk().await;
    let (reviewer, case) = (&d.reviewers[0], d.cases[0]);
    d.free(reviewer, case).await;
    let order = SubmitSheet { typed: sheet(&FULL, "よい"), request: d.request() };
    d.office.submit_sheet(reviewer, case, &order).await.unwrap();
    d.office.submit_sheet(reviewer, case, &order).await.unwrap();
    let Stage::Done { sheet: own, version, .. } = d.office.review_page(reviewer, case).await.unwrap().stage else { panic!() };
    assert_eq!((own.total, version, own.groups[0].lines[0].comment.as_str()), (62, 1, "よい"));
    let changed = SubmitSheet { typed: sheet(&FULL, "わるい"), request: d.request() };
    assert!(matches!(d.office.submit_sheet(reviewer, case, &changed).await, Err(OfficeError::Forbidden(_))));

    let file = d.office.case_file(case).await;
    let call = d.office.call_file(&file.case.submission.paper.call).await;
    let edition = d.office.edition(call.call.edition.digest).unwrap();
    let by = d.office.acting(&d.officer, &edition);
    let act = decide::ask_reconsideration(&file.case, &call.call, reviewer.id, "市場性の点が記述と合いません。", &by).unwrap();
    d.office.record(&file, act).await;

    let Stage::Score(scoring) = d.office.review_page(reviewer, case).await.unwrap().stage else { panic!() };
    assert_eq!(scoring.reconsider, Some(("市場性の点が記述と合いません。".to_owned(), 1)));
    assert_eq!((scoring.sheet.total, scoring.version), (62, 0), "the earlier sheet is filled in");
    d.office.submit_sheet(reviewer, case, &changed).await.unwrap();
    let state = &d.office.case_file(case).await.case.state;
    let AssignmentState::Submitted(sheet) = &state.review().unwrap().assignment(reviewer.id).unwrap().state else { panic!() };
    assert_eq!(sheet.version, 2);
    d.office.run_jobs().await;
    assert!(d.office.store().verify(None).await.unwrap().is_sound());
}

#[tokio::test]
async fn three_hand_in_at_once_and_none_is_lost() {
    let d = desk().await;
    for reviewer in &d.reviewers {
        d.free(reviewer, d.cases[0]).await;
    }
    let orders: Vec<_> = d.reviewers.iter().map(|_| SubmitSheet { typed: sheet(&FULL, "よい"), request: d.request() }).collect();
    let (a, b, c) = tokio::join!(
        d.office.submit_sheet(&d.reviewers[0], d.cases[0], &orders[0]),
        d.office.submit_sheet(&d.reviewers[1], d.cases[0], &orders[1]),
        d.office.submit_sheet(&d.reviewers[2], d.cases[0], &orders[2]),
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    assert_eq!(d.office.case_file(d.cases[0]).await.case.state.review().unwrap().sheets().count(), 3);
    d.office.run_jobs().await;
}

#[tokio::test]
async fn a_sheet_is_read_with_the_criteria_it_was_made_under() {
    let d = desk().await;
    let (reviewer, case) = (&d.reviewers[0], d.cases[0]);
    d.free(reviewer, case).await;
    d.office.submit_sheet(reviewer, case, &SubmitSheet { typed: sheet(&FULL, "よい"), request: d.request() }).await.unwrap();
    d.free(&d.reviewers[1], case).await;
    // The sheet itself stays what it is once the review has begun; the rest of the text may still be amended.
    let amended =
        programme().replace("第1回・第1版", "第1回・第2版").replace("この文書は**合成デモ**です。", "この文書は改めた**合成デモ**です。");
    let file = crate::ProgrammeFile { path: PROGRAMME.replace(".md", ".2.md"), text: amended };
    let loaded = d.office.load_programmes(&[file], &words()).await.unwrap();
    assert!(matches!(loaded[..], [crate::Loaded::Published { number: 2, .. }]), "{loaded:?}");

    let first = |sheet: &super::SheetView| {
        let criterion = &sheet.groups[0].lines[0].criterion;
        (criterion.title.ja.clone(), criterion.points_max, sheet.older_edition.clone())
    };
    let Stage::Done { sheet: own, .. } = d.office.review_page(reviewer, case).await.unwrap().stage else { panic!() };
    assert_eq!(first(&own), ("新規性・独創性".to_owned(), 20, Some("令和7年度第1回・第1版".to_owned())));
    let Stage::Score(open) = d.office.review_page(&d.reviewers[1], case).await.unwrap().stage else { panic!() };
    assert_eq!(first(&open.sheet), ("新規性・独創性".to_owned(), 20, None));
    let all = d.office.case_reviews(&d.officer, case).await.unwrap().sheets;
    let titles = |reviewer: &Person| {
        let sheet = all.iter().find(|s| s.person == reviewer.id).unwrap();
        (sheet.criteria[0].title.ja.clone(), sheet.older_edition.is_some())
    };
    assert_eq!(titles(reviewer), ("新規性・独創性".to_owned(), true));
    assert_eq!(titles(&d.reviewers[1]), ("新規性・独創性".to_owned(), false));
    d.office.run_jobs().await;
}
