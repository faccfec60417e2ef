//! The auditor's desk on a real store.

use std::io::{Cursor, Write as _};

use banso_exchange::verify_package;
use banso_grant::{ConflictKind, Declaration};
use banso_kernel::{CallId, CaseId, Day, Digest, RequestId};
use banso_permits::{Person, Role};

use super::{AuditSearch, LedgerCheck, PlanShown};
use crate::OfficeError;
use crate::testing::TestOffice;
use crate::testing::papers::DOCUMENT;
use crate::timeline::Who;

struct Desk {
    office: TestOffice,
    auditor: Person,
    call: CallId,
    case: CaseId,
}

/// A case under review, with one conflict declared.
async fn desk() -> Desk {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let auditor = office.somebody("kansa", &[Role::Auditor], None).await;
    let reviewers = office.reviewers(&["hanako", "jiro", "saburo"]).await;
    let lead = office.applicant("lead", "架空精機株式会社").await;
    let case = office.handed_in(&call, &lead, "切削工程の短縮").await;
    office.under_review(&[case], &officer, &reviewers, Day::new(2025, 7, 31).unwrap()).await;
    let request = RequestId::new(office.new_uuid());
    let conflict = Declaration::Conflict(ConflictKind::Money);
    office.declare_conflict(&reviewers[0], case, conflict, request).await.unwrap();
    office.run_jobs().await;
    Desk { office, auditor, call, case }
}

#[tokio::test]
async fn a_case_is_told_by_its_acts() {
    let d = desk().await;
    let case = d.office.audit_case(&d.auditor, d.case).await.unwrap();
    let names: Vec<&str> = case.acts.iter().map(|a| a.name.ja.as_str()).collect();
    assert_eq!(names, ["申請書の提出", "形式審査の通過", "審査員の割当て", "利益相反の申告（あり）"]);
    let assigned = &case.acts[2];
    assert_eq!((assigned.authority.ja.as_str(), assigned.seq), ("事務局", 3));
    assert!(matches!(&assigned.who, Who::Person { name: Some(name), .. } if name == "試験 officer"));
    assert!(assigned.details.iter().any(|d| d.value.ja == "試験 hanako、試験 jiro、試験 saburo"), "{:?}", assigned.details);
    assert!(assigned.place.as_ref().is_some_and(|p| p.clause == assigned.clause), "the clause can be read");
    assert!(case.acts[0].documents.iter().all(|d| d.name.ends_with(".pdf")));
    assert_eq!(case.head, case.acts[3].hash);
    assert!(case.acts.windows(2).all(|w| w[1].prev_hash == w[0].hash));
}

#[tokio::test]
async fn who_reads_is_written_down() {
    let d = desk().await;
    d.office.audit_case(&d.auditor, d.case).await.unwrap();
    d.office.audit_application(&d.auditor, d.case).await.unwrap();
    d.office.audit_document(&d.auditor, d.case, Digest::of(DOCUMENT)).await.unwrap();
    d.office.wait_seconds(60);
    let case = d.office.audit_case(&d.auditor, d.case).await.unwrap();
    let read: Vec<(&str, &str)> = case.accesses.iter().map(|a| (a.who.as_str(), a.action.ja.as_str())).collect();
    let who = "試験 kansa";
    assert_eq!(read, [(who, "記録を閲覧"), (who, "書類を取得"), (who, "申請書を閲覧"), (who, "記録を閲覧")]);
}

#[tokio::test]
async fn only_auditors_audit_and_not_in_their_own_cause() {
    let d = desk().await;
    let nowhere = CaseId::new(d.office.new_uuid());
    assert!(matches!(d.office.audit_case(&d.auditor, nowhere).await, Err(OfficeError::NotFound)));
    let own = d.office.case_file(d.case).await.case.submission.paper.lead;
    let firm = d.office.store().organisation_by_number(own).await.unwrap().unwrap().id;
    let relative = d.office.somebody("relative", &[Role::Auditor], Some(firm)).await;
    assert!(matches!(d.office.audit_case(&relative, d.case).await, Err(OfficeError::NotFound)));
    assert!(matches!(d.office.export_case(&relative, d.case).await, Err(OfficeError::NotFound)));
    for role in [Role::Applicant, Role::Officer, Role::Director, Role::Reviewer] {
        let other = d.office.somebody(&format!("other-{}", role.name()), &[role], None).await;
        assert!(matches!(d.office.audit_search(&other, &AuditSearch::default()).await, Err(OfficeError::Forbidden(_))));
        assert!(matches!(d.office.audit_named(&other, &d.case.to_string()).await, Err(OfficeError::Forbidden(_))));
        assert!(d.office.audit_case(&other, d.case).await.is_err());
        assert!(d.office.audit_check(&other, d.case).await.is_err());
        assert!(d.office.audit_call(&other, &d.call).await.is_err());
        assert!(d.office.check_ledger(&other, None).await.is_err());
    }
}

#[tokio::test]
async fn cases_are_found_by_what_people_know_of_them() {
    let d = desk().await;
    let number = d.office.case_file(d.case).await.case.submission.paper.receipt_number;
    for (text, found) in [("", 1), ("切削", 1), (number.as_str(), 1), ("架空精機", 1), ("鋳造", 0), ("%", 0)] {
        let list = d.office.audit_search(&d.auditor, &AuditSearch { text: text.to_owned(), ..Default::default() }).await.unwrap();
        assert_eq!(list.total, found, "{text}");
        assert_eq!(list.calls.len(), 1);
    }
    for name in [number.clone(), format!(" {} ", number.to_lowercase()), d.case.to_string()] {
        assert_eq!(d.office.audit_named(&d.auditor, &name).await.unwrap(), d.case, "{name}");
    }
    for name in ["", "切削", &number[1..]] {
        assert!(matches!(d.office.audit_named(&d.auditor, name).await, Err(OfficeError::NotFound)), "{name}");
    }
    let elsewhere = AuditSearch { call: Some(CallId::parse("other/r1-1").unwrap()), ..Default::default() };
    assert_eq!(d.office.audit_search(&d.auditor, &elsewhere).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_sound_case_is_sound_and_takes_its_proof_away() {
    let d = desk().await;
    let check = d.office.audit_check(&d.auditor, d.case).await.unwrap();
    assert!(check.report.is_sound(), "{:?}", check.report.problems);
    assert_eq!((check.report.acts, check.report.streams), (4, 1));
    let mut export = d.office.export_case(&d.auditor, d.case).await.unwrap();
    let mut zip = Vec::new();
    while let Some(chunk) = export.reader.next().await.unwrap() {
        zip.write_all(&chunk).unwrap();
    }
    assert_eq!(zip.len() as u64, export.bytes);
    let report = verify_package(Cursor::new(zip)).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.acts, report.case), (4, Some(d.case)));
    // Nothing was decided yet, so that no letter was sent; the table of contents is none.
    assert!(report.letters == 0 && report.documents >= 1 && report.synthetic);
}

#[tokio::test]
async fn a_document_that_was_changed_is_found() {
    let d = desk().await;
    let digest = Digest::of(DOCUMENT).to_string();
    let path = d.office.folder().join("documents").join(&digest[..2]).join(&digest);
    std::fs::write(path, b"something else").unwrap();
    let check = d.office.audit_check(&d.auditor, d.case).await.unwrap();
    assert!(!check.report.is_sound());
    assert!(check.report.problems.iter().all(|p| p.place.ja.starts_with("書類")), "{:?}", check.report.problems);
    assert!(matches!(d.office.export_case(&d.auditor, d.case).await, Err(OfficeError::Fault(_))));
}

#[tokio::test]
async fn a_call_is_told_with_its_plans() {
    let d = desk().await;
    let call = d.office.audit_call(&d.auditor, &d.call).await.unwrap();
    let names: Vec<&str> = call.acts.iter().map(|a| a.name.ja.as_str()).collect();
    assert_eq!(names, ["公募要領の公表", "審査の開始"]);
    assert!(matches!(&call.plans[..], [plan] if matches!(plan.shown, PlanShown::Review { each: 3, .. })), "{:?}", call.plans);
    let nowhere = CallId::parse("other/r1-1").unwrap();
    assert!(matches!(d.office.audit_call(&d.auditor, &nowhere).await, Err(OfficeError::NotFound)));
}

#[tokio::test]
async fn the_whole_ledger_is_gone_through() {
    let d = desk().await;
    let before = d.office.ledger_page(&d.auditor).await.unwrap();
    assert_eq!(before.check, LedgerCheck::Never);
    d.office.check_ledger(&d.auditor, Some(before.anchor)).await.unwrap();
    d.office.check_ledger(&d.auditor, None).await.unwrap();
    let mut check = d.office.ledger_page(&d.auditor).await.unwrap().check;
    while matches!(check, LedgerCheck::Running { .. }) {
        tokio::task::yield_now().await;
        check = d.office.ledger_page(&d.auditor).await.unwrap().check;
    }
    let LedgerCheck::Done { report, by, anchor, .. } = check else { panic!("{check:?}") };
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((by.as_str(), anchor, report.anchor), ("試験 kansa", Some(before.anchor), before.anchor));
}
