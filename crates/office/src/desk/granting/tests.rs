//! The grant desk on a real store: prepared, returned, decided, refused; who may; what is stale; what a second press does.

use banso_grant::{CaseState, Point};
use banso_guideline::answers::Place;
use banso_guideline::{Facts, SectionContent};
use banso_kernel::Yen;
use banso_store::Content;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::costs::{Asked, CostCell, SettledCell};
use super::*;
use crate::OfficeError;
use crate::apply::Paper;
use crate::testing::papers::REQUESTED;
use crate::testing::stage::Stage;

async fn asked() -> (Stage, banso_kernel::CaseId) {
    let stage = Stage::reviewed(3, "1億円").await.executed().await;
    let case = stage.request_grant(0).await;
    (stage, case)
}

#[tokio::test]
async fn a_request_as_it_stands_is_granted_with_its_letter() {
    let (stage, case) = asked().await;
    let page = stage.office.grant_page(&stage.director, case).await.unwrap();
    let settled = page.settled.clone().unwrap();
    assert_eq!((settled.amount, settled.eligible_cost), (REQUESTED, Yen::new(51_000_000)));
    assert_eq!(settled.by_year, [(1, Yen::new(24_000_000)), (2, Yen::new(10_000_000)), (3, Yen::new(2_000_000))]);
    assert_eq!(page.request.unwrap().computed, Ok(REQUESTED));
    let order = DecisionOrder { prepared_version: 0, request: stage.press() };
    for who in [&stage.officer, &stage.auditor] {
        let refused = stage.office.decide_grant(who, case, order).await;
        assert!(matches!(refused, Err(OfficeError::Forbidden(_))), "{refused:?}");
    }
    let stranger = stage.office.decide_grant(&stage.cases[1].1, case, order).await;
    assert!(matches!(stranger, Err(OfficeError::NotFound)), "{stranger:?}");
    stage.office.decide_grant(&stage.director, case, order).await.unwrap();
    stage.office.decide_grant(&stage.director, case, order).await.unwrap();
    stage.office.run_jobs().await;
    let file = stage.office.case_file(case).await;
    let CaseState::Granted { decision, .. } = &file.case.state else { panic!("{:?}", file.case.state) };
    assert_eq!((decision.number.as_str(), decision.amount), ("G7-1交決第1号", REQUESTED));
    assert_eq!(decision.withdrawable_until, stage.office.now().day().plus_days(20));
    let (name, pdf) = stage.office.decision_letter_of(&stage.officer, case).await.unwrap();
    assert_eq!((name.as_str(), &pdf[..5]), ("G7-1交決第1号.pdf", &b"%PDF-"[..]));
    let notices = stage.office.notices(&stage.cases[0].1, crate::Page::first(20)).await.unwrap();
    let last = &notices.rows[0].notice;
    assert!(last.subject.starts_with("交付決定の通知") && last.document.is_some(), "{last:?}");
    let again = DecisionOrder { prepared_version: 0, request: stage.press() };
    assert!(matches!(stage.office.decide_grant(&stage.director, case, again).await, Err(OfficeError::Stale(_))));
}

/// The plain draft of the request that is waiting.
async fn draft(stage: &Stage, case: banso_kernel::CaseId) -> Prepared {
    stage.office.grant_page(&stage.officer, case).await.unwrap().prepared
}

#[tokio::test]
async fn modifications_explain_every_yen_of_the_difference() {
    let (stage, case) = asked().await;
    let mut prepared = draft(&stage, case).await;
    prepared.cells.insert(0, PreparedCell { accepted: Yen::new(27_000_000), reason: "汎用品のため。".into() });
    prepared.cells.insert(3, PreparedCell { accepted: Yen::ZERO, reason: "".into() });
    prepared.reduction = Some(Yen::new(500_000));
    stage.office.prepare_decision(&stage.officer, case, &prepared, 0).await.unwrap();
    let page = stage.office.grant_page(&stage.officer, case).await.unwrap();
    let open: Vec<&str> = page.open_points.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(open, ["why-3", "reduction-reason", "feasibility"]);
    let order = DecisionOrder { prepared_version: 1, request: stage.press() };
    assert!(matches!(stage.office.decide_grant(&stage.director, case, order).await, Err(OfficeError::Invalid(p)) if p.len() == 3));

    prepared.cells.insert(3, PreparedCell { accepted: Yen::ZERO, reason: "対象外のため。".into() });
    prepared.reduction_reason = "予算の都合による。".into();
    prepared.feasibility = "研究の遂行に支障はない。".into();
    let stale = stage.office.prepare_decision(&stage.officer, case, &prepared, 0).await;
    assert!(matches!(stale, Err(OfficeError::Stale(_))), "{stale:?}");
    stage.office.prepare_decision(&stage.officer, case, &prepared, 1).await.unwrap();
    let old = stage.office.decide_grant(&stage.director, case, order).await;
    assert!(matches!(old, Err(OfficeError::Stale(_))), "{old:?}");

    let preview = stage.office.preview_decision(&stage.director, case).await.unwrap();
    assert_eq!(&preview[..5], b"%PDF-");
    let order = DecisionOrder { prepared_version: 2, request: stage.press() };
    stage.office.decide_grant(&stage.director, case, order).await.unwrap();
    stage.office.run_jobs().await;
    let file = stage.office.case_file(case).await;
    let decision = file.case.state.decision().unwrap();
    // Two thirds of 3,000,000, the whole of 2,000,000, and 500,000 besides.
    assert_eq!(decision.amount, Yen::new(31_500_000));
    let off: Vec<i64> = decision.modifications.iter().map(|m| m.asked.get() - m.granted.get()).collect();
    assert_eq!(off, [2_000_000, 2_000_000, 500_000]);
    assert_eq!(decision.by_year.iter().map(|(_, a)| a.get()).sum::<i64>(), 31_500_000);
    assert!(decision.modifications[0].reason.contains("27,000,000円に修正。汎用品のため。"), "{:?}", decision.modifications);
}

#[tokio::test]
async fn a_place_tells_its_own_subsidy_as_the_guideline_rounds_it() {
    let stage = Stage::reviewed(1, "1億円").await;
    let content = stage.office.case_file(stage.cases[0].0).await.case.submission.paper.content;
    let Some(Content::Kept(text)) = stage.office.store().content(content).await.unwrap() else { panic!("no text") };
    let handed_in = Paper::read(&text).unwrap();
    let edition = stage.office.edition_in_force(&handed_in.call).unwrap();
    let budget = edition.form().sections.iter().find(|s| matches!(s.content, SectionContent::Budget { .. })).unwrap().id.clone();
    let settled = |costs: &[(&str, i64)], accepted: &[i64], requested: Option<i64>| {
        let mut paper = handed_in.clone();
        paper.answers.sections.remove(&budget);
        for (key, cost) in costs {
            paper.answers.set(Place { section: budget.clone(), member: 1, key: (*key).to_owned() }, cost.to_string());
        }
        let mut asked = Asked { edition: &edition, paper: &paper, known: Facts::default(), requested: Yen::ZERO };
        asked.requested = requested.map_or_else(|| asked.computed().unwrap(), Yen::new);
        let settle = |(cell, accepted): (CostCell, &i64)| SettledCell { cell, accepted: Yen::new(*accepted), reason: "対象外".into() };
        let cells: Vec<_> = asked.cells().into_iter().zip(accepted).map(settle).collect();
        (asked.computed().unwrap().min(asked.requested), asked.settle(&cells, None).unwrap())
    };
    let ten = 10_000_000;
    for (costs, accepted, expect) in [
        // Two thirds of 20,000,000 less those of 10,000,000 are a yen more than those of 10,000,000.
        (&[("人件費.1", ten), ("物品費.1", ten)][..], &[ten, 0][..], &[(6_666_666, 0), (1, 0)][..]),
        (&[("人件費.1", ten), ("物品費.1", ten)], &[ten, 1_000_000], &[(6_666_666, 666_666)]),
        (&[("人件費.1", ten), ("物品費.2", ten)], &[ten, 0], &[(6_666_666, 0)]),
        (&[("人件費.1", ten), ("物品費.1", ten)], &[0, 0], &[(6_666_666, 0), (6_666_666, 0), (1, 0)]),
    ] {
        let (_, settled) = settled(costs, accepted, None);
        let told: Vec<_> = settled.modifications.iter().map(|m| (m.asked.get(), m.granted.get())).collect();
        assert_eq!(told, expect, "{costs:?} {accepted:?}: {:?}", settled.modifications);
    }
    let lines = ["人件費.1", "物品費.1", "旅費.1", "人件費.2", "物品費.2", "物品費.3"];
    let cells = proptest::collection::vec((1..60_000_000_i64, 0..60_000_000_i64, proptest::bool::ANY), 1..6);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let holds = runner.run(&(cells, proptest::option::of(1..90_000_000_i64)), |(cells, requested)| {
        let costs: Vec<_> = lines.iter().copied().zip(cells.iter().map(|(cost, ..)| *cost)).collect();
        let accepted: Vec<i64> = cells.iter().map(|(cost, other, changed)| if *changed { *other } else { *cost }).collect();
        let (before, settled) = settled(&costs, &accepted, requested);
        let years: i64 = settled.by_year.iter().map(|(_, y)| y.get()).sum();
        prop_assert_eq!(years, settled.amount.get());
        let off: i64 = settled.modifications.iter().map(|m| m.asked.get() - m.granted.get()).sum();
        prop_assert_eq!(off, before.get() - settled.amount.get());
        prop_assert!(settled.modifications.iter().all(|m| m.asked >= Yen::ZERO && m.granted >= Yen::ZERO), "{:?}", settled);
        Ok(())
    });
    holds.unwrap();
}

#[tokio::test]
async fn a_request_is_returned_with_points_and_a_day() {
    let (stage, case) = asked().await;
    let point = |field: &str, note: &str| Point { field: field.into(), note: note.into() };
    let due = Some(stage.office.now().day().plus_days(7));
    for (points, due, wrong) in [
        (vec![], due, Some("note-1")),
        (vec![point("", "単価の根拠")], due, Some("place-1")),
        (vec![point("budget", "単価の根拠")], None, Some("due")),
    ] {
        let answer = stage.office.return_grant_request(&stage.officer, case, ReturnOrder { points, due, request: stage.press() }).await;
        let Err(OfficeError::Invalid(problems)) = answer else { panic!("{answer:?}") };
        assert_eq!(Some(problems[0].field.as_str()), wrong);
    }
    let points = vec![point("grant-documents/grant-quotes", "2者目の見積書がありません。")];
    let order = ReturnOrder { points, due, request: stage.press() };
    let forbidden = stage.office.return_grant_request(&stage.director, case, order.clone()).await;
    assert!(matches!(forbidden, Err(OfficeError::Forbidden(_))), "{forbidden:?}");
    stage.office.return_grant_request(&stage.officer, case, order.clone()).await.unwrap();
    stage.office.return_grant_request(&stage.officer, case, order).await.unwrap();
    stage.office.run_jobs().await;
    let page = stage.office.grant_page(&stage.officer, case).await.unwrap();
    assert!(matches!(page.stage, GrantStage::Returned { overdue: false, .. }));
    let notices = stage.office.notices(&stage.cases[0].1, crate::Page::first(20)).await.unwrap();
    let body = &notices.rows[0].notice.body;
    assert!(body.contains("交付申請の添付書類 ／ 見積書：2者目の見積書がありません。") && body.contains("期限"), "{body}");
}

#[tokio::test]
async fn a_refusal_has_its_reason_and_its_letter() {
    let (stage, case) = asked().await;
    let order = |reason: &str| RefusalOrder { reason: reason.into(), request: stage.press() };
    assert!(matches!(stage.office.refuse_grant(&stage.director, case, order(" ")).await, Err(OfficeError::Invalid(_))));
    assert!(matches!(stage.office.refuse_grant(&stage.officer, case, order("不備")).await, Err(OfficeError::Forbidden(_))));
    stage.office.refuse_grant(&stage.director, case, order("共同体が解消されたため。")).await.unwrap();
    stage.office.run_jobs().await;
    let (name, _) = stage.office.decision_letter_of(&stage.auditor, case).await.unwrap();
    assert_eq!(name, "G7-1不交第1号.pdf");
}

#[tokio::test]
async fn withdrawals_free_money_for_the_reserve_list() {
    let stage = Stage::reviewed(4, "8,000万円").await.executed().await;
    let second = stage.cases[1].0;
    let reserve = stage.cases[2].0;
    let promote = || stage.office.promote(&stage.director, reserve, "採択者の取下げにより予算が空いたため。", stage.press());
    assert!(matches!(promote().await, Err(OfficeError::Refused(_))));
    stage.withdraw(1).await;
    assert!(matches!(stage.office.case_file(second).await.case.state, CaseState::Withdrawn { .. }));
    promote().await.unwrap();
    stage.office.run_jobs().await;
    assert!(matches!(stage.office.case_file(reserve).await.case.state, CaseState::Selected { .. }));
    let subject = |of: usize| {
        let office = &stage.office;
        let person = stage.cases[of].1.clone();
        async move { office.notices(&person, crate::Page::first(5)).await.unwrap().rows[0].notice.clone() }
    };
    assert!(subject(1).await.subject.starts_with("取下げを受け付けました"));
    let promoted = subject(2).await;
    assert!(promoted.subject.starts_with("補欠から採択に") && promoted.document.is_some(), "{promoted:?}");
    let case = stage.request_grant(2).await;
    assert_eq!(stage.office.grant_page(&stage.officer, case).await.unwrap().number, "G7-1交決第3号");
}

#[tokio::test]
async fn what_went_into_a_thing_follows_the_rate_of_the_member_whose_it_is() {
    let stage = Stage::reviewed(1, "1億円").await;
    let content = stage.office.case_file(stage.cases[0].0).await.case.submission.paper.content;
    let Some(Content::Kept(text)) = stage.office.store().content(content).await.unwrap() else { panic!("no text") };
    let paper = Paper::read(&text).unwrap();
    let edition = stage.office.edition_in_force(&paper.call).unwrap();
    let asked = Asked { edition: &edition, paper: &paper, known: Facts::default(), requested: Yen::new(36_000_000) };
    let settle = |cell: CostCell| SettledCell { accepted: cell.asked, cell, reason: String::new() };
    let cells: Vec<SettledCell> = asked.cells().into_iter().map(settle).collect();
    // Two thirds of the firm's 45,000,000 and all of the university's 6,000,000.
    let shares = asked.shares(&cells).unwrap();
    let firm = format!("物品費（{}）", paper.members[0].name);
    for (heading, cost, count, fixed, expect) in [
        (firm.as_str(), 6_206_000, 1, 36_000_000, 4_137_333),
        (firm.as_str(), 6_206_000, 2, 36_000_000, 2_068_666),
        ("その他経費（架空工業大学）", 2_006_000, 1, 36_000_000, 2_006_000),
        // Half of the whole was cancelled: each bears half.
        (firm.as_str(), 6_206_000, 1, 18_000_000, 2_068_666),
        ("その他経費（架空工業大学）", 2_006_000, 1, 18_000_000, 1_003_000),
        ("その他経費（架空の別の者）", 2_006_000, 1, 36_000_000, 0),
    ] {
        assert_eq!(shares.share(heading, Yen::new(cost), count, Yen::new(fixed)).get(), expect, "{heading} {cost} {count} {fixed}");
    }
    // What is accepted less of the firm changes nothing for the university.
    let mut less = cells.clone();
    less[0].accepted = Yen::new(3_000_000);
    let shares = asked.shares(&less).unwrap();
    let fixed = asked.settle(&less, None).unwrap().computed;
    assert_eq!(fixed.get(), 2_000_000 + 10_000_000 + 6_000_000);
    assert_eq!(shares.share("その他経費（架空工業大学）", Yen::new(2_006_000), 1, fixed).get(), 2_006_000);
    assert_eq!(shares.share(&firm, Yen::new(3_000_000), 1, fixed).get(), 2_000_000);
}
