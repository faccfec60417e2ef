//! The auditor's desk in a browser: find a case, read its record, verify it, take it away; and what others get instead.

use banso_kernel::{CaseId, Day, Digest};
use banso_office::testing::TestOffice;
use banso_office::testing::papers::DOCUMENT;
use banso_permits::Role;
use banso_web::testing::Visitor;

async fn office() -> (TestOffice, CaseId) {
    let office = TestOffice::new().await;
    let call = office.published().await;
    let officer = office.somebody("officer", &[Role::Officer], None).await;
    let reviewers = office.reviewers(&["hanako", "jiro", "saburo"]).await;
    office.somebody("kansa", &[Role::Auditor], None).await;
    let lead = office.applicant("lead", "架空精機株式会社").await;
    let case = office.handed_in(&call, &lead, "切削工程の短縮").await;
    office.under_review(&[case], &officer, &reviewers, Day::new(2025, 7, 31).unwrap()).await;
    (office, case)
}

#[tokio::test]
async fn a_case_is_found_read_and_verified() {
    let (office, case) = office().await;
    let mut kansa = Visitor::signed_in(&office, "kansa").await;
    kansa.get("/audit").await.is(200).holds_together().has("切削工程の短縮").has("審査員の割当て").has("公募の記録");
    kansa.get("/audit?q=%E9%8B%B3%E9%80%A0").await.is(200).holds_together().has("0件");
    kansa.get("/audit?q=&state=under_review&call=go-tech/r7-1&page=x").await.has("切削工程の短縮");
    let page = format!("/audit/cases/{case}");
    let shown = kansa.get(&page).await;
    shown.is(200).holds_together().has("申請書の提出").has("事務局").has("試験 officer").has("効力発生日").has("記録日時");
    shown.has("/audit/editions/").has(&Digest::of(DOCUMENT).to_string()).has("記録を閲覧");
    kansa.send(&page, &format!("{page}/verification"), &[]).await.is(200).holds_together().has("改ざんは見つかりませんでした");
    kansa.get(&page).await.has("記録を検証");
    kansa.get(&format!("{page}/application")).await.is(200).holds_together().has("熟練者に頼っていた");
    kansa.get(&format!("{page}?lang=en")).await.holds_together().has("Reviewers assigned").has("Verify the chain");
}

#[tokio::test]
async fn a_changed_document_is_told() {
    let (office, case) = office().await;
    let digest = Digest::of(DOCUMENT).to_string();
    std::fs::write(office.folder().join("documents").join(&digest[..2]).join(&digest), b"another").unwrap();
    let mut kansa = Visitor::signed_in(&office, "kansa").await;
    let page = format!("/audit/cases/{case}");
    let found = kansa.send(&page, &format!("{page}/verification"), &[]).await;
    found.is(200).holds_together().has("記録と合わないところがあります").has("書き換えられています");
    let english = kansa.send(&page, &format!("{page}/verification?lang=en"), &[]).await;
    english.is(200).has("Something is not as it was written").has("it was changed");
}

#[tokio::test]
async fn the_case_file_goes_out_as_a_zip() {
    let (office, case) = office().await;
    let mut kansa = Visitor::signed_in(&office, "kansa").await;
    let zip = kansa.get(&format!("/audit/cases/{case}/export.zip")).await;
    zip.is(200);
    assert!(zip.body.starts_with("PK"));
    assert_eq!(zip.header("content-type"), "application/zip");
    assert!(zip.header("content-disposition").starts_with("attachment; filename=\"") && zip.header("content-disposition").contains(".zip"));
    let document = kansa.get(&format!("/audit/cases/{case}/documents/{}", Digest::of(DOCUMENT))).await;
    assert_eq!(document.is(200).header("content-type"), "application/octet-stream");
    kansa.get(&format!("/audit/cases/{case}")).await.has("案件ファイルを持出し").has("書類を取得");
}

#[tokio::test]
async fn the_whole_ledger_is_verified_beside_the_pages() {
    let (office, _) = office().await;
    let mut kansa = Visitor::signed_in(&office, "kansa").await;
    kansa.get("/audit/ledger").await.is(200).holds_together().has("まだ検証していません");
    let wrong = [("position", "1"), ("running", "zz")];
    kansa.send("/audit/ledger", "/audit/ledger", &wrong).await.is(422).holds_together().has("64桁");
    kansa.send("/audit/ledger", "/audit/ledger", &[]).await.is(303);
    let done = loop {
        let shown = kansa.get("/audit/ledger").await;
        shown.is(200).holds_together();
        if !shown.body.contains("http-equiv=\"refresh\"") {
            break shown;
        }
        tokio::task::yield_now().await;
    };
    done.has("改ざんは見つかりませんでした").has("試験 kansa");
}

#[tokio::test]
async fn a_call_and_its_edition() {
    let (office, case) = office().await;
    let mut kansa = Visitor::signed_in(&office, "kansa").await;
    kansa.get("/audit/calls/go-tech/r7-1").await.is(200).holds_together().has("公募要領の公表").has("審査の開始").has("審査計画");
    let page = kansa.get(&format!("/audit/cases/{case}")).await;
    let edition = page.body.split_once("/audit/editions/").map(|(_, rest)| rest.chars().take(64).collect::<String>()).unwrap();
    let read = kansa.get(&format!("/audit/editions/{edition}")).await;
    read.is(200).holds_together().has("id=\"c5-1\"").has("記録に残る版です");
    for to_apply in ["応募できるか確かめる", "応募をはじめる", "/check\""] {
        assert!(!read.body.contains(to_apply), "an edition on record is no way to apply: {to_apply}");
    }
    for nothing in ["/audit/calls/other/r1-1", "/audit/calls/Other/x", "/audit/editions/zz"] {
        kansa.get(nothing).await.is(404);
    }
    kansa.get(&format!("/audit/editions/{}", Digest::ZERO)).await.is(404);
}

#[tokio::test]
async fn others_do_not_get_in() {
    let (office, case) = office().await;
    let paths = ["", "/application", "/export.zip"].map(|tail| format!("/audit/cases/{case}{tail}"));
    for login in ["officer", "hanako", "lead"] {
        let mut visitor = Visitor::signed_in(&office, login).await;
        for path in paths.iter().map(String::as_str).chain(["/audit", "/audit/ledger", "/audit/calls/go-tech/r7-1"]) {
            visitor.get(path).await.is(403);
        }
    }
    let own = office.case_file(case).await.case.submission.paper.lead;
    assert!(Visitor::new(&office).get("/audit").await.location().starts_with("/sign-in"));
    let mut kansa = Visitor::signed_in(&office, "kansa").await;
    for nowhere in ["0198a000-0000-7000-8000-000000000001", "x"] {
        kansa.get(&format!("/audit/cases/{nowhere}")).await.is(404);
        kansa.get(&format!("/audit/cases/{nowhere}/export.zip")).await.is(404);
    }
    kansa.get(&format!("/audit?q={own}")).await.has("切削工程の短縮");
}
