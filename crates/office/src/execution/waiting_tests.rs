//! What waits for the office along the road of a made-up case, and a run for other claims while the bank has not answered.

use banso_execution::run::Held;
use banso_kernel::{Day, Digest, Yen};

use super::*;
use crate::OfficeError;
use crate::testing::road::{Road, account};
use crate::testing::stage::Stage;

/// Kinds and counts, as the front of the desk has them.
async fn waits(road: &Road) -> String {
    let desk = road.office().front_desk(&road.stage.officer).await.unwrap();
    let counts = desk.calls.iter().flat_map(|c| &c.after).map(|w| format!("{} {}", w.kind.code(), w.count));
    counts.collect::<Vec<_>>().join(", ")
}

async fn tasks(road: &Road, kind: WaitingKind) -> Vec<WaitingTask> {
    let query = WaitingQuery { call: Some(road.stage.call.clone()), kind: Some(kind), page: 9 };
    let page = road.office().waiting(&road.stage.officer, query).await.unwrap();
    page.groups.into_iter().flat_map(|g| g.lines).collect()
}

#[tokio::test]
async fn the_front_of_the_desk_counts_what_waits_after_a_decision() {
    let road = Road::decided().await;
    assert_eq!(waits(&road).await, "");
    let road = road.report_all().await;
    assert_eq!(waits(&road).await, "inspection 1");
    let [task] = tasks(&road, WaitingKind::Inspection).await.try_into().unwrap();
    assert_eq!((task.case, task.at, task.holder.as_str()), (Some(road.case), WaitingAt::Inspection, "株式会社架空1"));
    assert_eq!((task.day, task.amount), (Some(road.today()), Some(Yen::new(43_000_000))));
    road.inspect(1_000_000).await.unwrap();
    assert_eq!(waits(&road).await, "fixing 1");
    let page = road.office().fixing_page(&road.stage.director, road.case).await.unwrap();
    road.office().fix_amount(&road.stage.director, road.case, page.amount, road.press()).await.unwrap();
    road.stage.settle().await;
    assert_eq!(waits(&road).await, "");
    let road = road.claim().await;
    assert_eq!(waits(&road).await, "payment 1");
    let run = road.frozen().await;
    assert_eq!(waits(&road).await, "run-approval 1");
    let [task] = tasks(&road, WaitingKind::RunApproval).await.try_into().unwrap();
    assert_eq!((task.case, task.at, task.amount), (None, WaitingAt::Run(run), Some(Yen::new(28_000_000))));
    road.office().approve_run(&road.stage.director, &road.stage.call, run, road.press()).await.unwrap();
    road.stage.settle().await;
    assert_eq!(waits(&road).await, "", "until the day of payment");
    road.wait_days(7).await;
    assert_eq!(waits(&road).await, "run-answer 1");
    road.settle(run, None).await.unwrap();
    road.stage.settle().await;
    assert_eq!(waits(&road).await, "");
    // The reports and the tax fall due, and nothing comes.
    road.wait_days(700).await;
    let late = tasks(&road, WaitingKind::Late).await;
    assert!(!late.is_empty() && late.iter().all(|t| t.day.is_some_and(|d| d < road.today()) && !t.what.ja.is_empty()), "{late:?}");
    let stranger = road.office().waiting(road.holder(), WaitingQuery::default()).await;
    assert!(matches!(stranger, Err(OfficeError::Forbidden(_))), "{stranger:?}");
}

#[tokio::test]
async fn another_run_is_planned_while_the_bank_has_not_answered() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let cases = [stage.fixed(0).await, stage.fixed(1).await];
    let (office, officer, call) = (&stage.office, &stage.officer, &stage.call);
    let claim = async |n: usize| {
        let holder = &stage.cases[n].1;
        let amount = office.project_page(holder, cases[n]).await.unwrap().fixed;
        office.claim_payment(holder, cases[n], amount, &account("1234567"), stage.press()).await.unwrap();
        stage.settle().await;
    };
    let order = || {
        let pay_on: Option<Day> = Some(stage.today().plus_days(1).or_next_open(banso_kernel::ClosedDays::Bank));
        let requester = RequesterForm { code: "0012345678".into(), account: account("7654321") };
        RunOrder { pay_on, requester, confirmed: [].into(), request: stage.press() }
    };
    claim(0).await;
    let first = office.freeze_run(officer, call, order()).await.unwrap().unwrap();
    claim(1).await;
    let page = office.runs_page(officer, call).await.unwrap();
    assert_eq!((page.open, page.waiting.iter().filter(|w| w.planned).count()), (Some(first), 1));
    assert!(matches!(office.freeze_run(officer, call, order()).await, Err(OfficeError::Refused(_))), "two plans might name one claim");
    office.approve_run(&stage.director, call, first, stage.press()).await.unwrap();
    stage.settle().await;
    assert_eq!(office.runs_page(officer, call).await.unwrap().open, None);
    let second = office.freeze_run(officer, call, order()).await.unwrap().unwrap();
    let paid_to = async |run| office.run_page(officer, call, run).await.unwrap().transfers.iter().map(|t| t.item.case).collect::<Vec<_>>();
    assert_eq!((paid_to(first).await, paid_to(second).await), (vec![cases[0]], vec![cases[1]]));
    office.approve_run(&stage.director, call, second, stage.press()).await.unwrap();
    stage.settle().await;
    stage.wait_days(7);
    // The answers come in another order.
    for run in [second, first] {
        let lines = vec![SettleLine { reference: 1, returned: None }];
        office.settle_run(officer, call, run, SettleOrder { on: Some(stage.today()), lines, request: stage.press() }).await.unwrap();
    }
    stage.settle().await;
    for (n, case) in cases.into_iter().enumerate() {
        assert_eq!(office.project_page(&stage.cases[n].1, case).await.unwrap().paid, Yen::new(10_000_000));
    }
    assert!(office.store().verify(None).await.unwrap().is_sound());
}

/// The holder names another account while the run waits: everybody is told, nobody approves, and the office discards it.
#[tokio::test]
async fn a_run_that_became_stale_is_told_before_anybody_approves_it() {
    let road = Road::claimed().await;
    let (office, officer, director, call) = (road.office(), &road.stage.officer, &road.stage.director, &road.stage.call);
    let run = road.frozen().await;
    assert!(road.run(run).await.stale.is_empty());
    let number = road.page().await.claims[0].number;
    assert_eq!(office.claim_page(road.holder(), road.case).await.unwrap().planned, [number], "the holder is told before");
    office.change_account(road.holder(), road.case, number, &account("2223334"), "口座の変更", road.press()).await.unwrap();
    road.stage.settle().await;
    for person in [officer, director] {
        let page = office.run_page(person, call, run).await.unwrap();
        assert!(page.stale[0].ja.contains("振込先") && page.stale[0].ja.contains("事務局の担当者"), "{:?}", page.stale);
        assert!(page.may_approve.is_err());
    }
    let refused = office.approve_run(director, call, run, road.press()).await;
    assert!(matches!(&refused, Err(OfficeError::Stale(why)) if why.ja.contains("取り消して")), "{refused:?}");
    assert!(road.run(run).await.approved_by.is_empty());
    assert_eq!(waits(&road).await, "stale-run 1");
    let [task] = tasks(&road, WaitingKind::StaleRun).await.try_into().unwrap();
    assert_eq!((task.at, task.what.ja.contains("振込先")), (WaitingAt::Run(run), true));
    office.discard_run(officer, call, run, "振込先の変更のため", road.press()).await.unwrap();
    assert_eq!(waits(&road).await, "payment 1");
}

/// A claim is held, another run waits for the bank: the page of payments shows it with its reason, the list of what is to be done says the
/// same, and once somebody has asked the holder it is planned.
#[tokio::test]
async fn what_was_held_is_planned_while_another_run_waits_for_the_bank() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let cases = [stage.fixed(0).await, stage.fixed(1).await];
    let (office, officer, call) = (&stage.office, &stage.officer, &stage.call);
    for (n, case) in cases.into_iter().enumerate() {
        let holder = &stage.cases[n].1;
        let amount = office.project_page(holder, case).await.unwrap().fixed;
        office.claim_payment(holder, case, amount, &account("1234567"), stage.press()).await.unwrap();
    }
    let holder = &stage.cases[0].1;
    let number = office.project_page(holder, cases[0]).await.unwrap().claims[0].number;
    office.change_account(holder, cases[0], number, &account("2223334"), "口座の変更", stage.press()).await.unwrap();
    stage.settle().await;
    let order = |confirmed: Option<Digest>| {
        let pay_on: Option<Day> = Some(stage.today().plus_days(1).or_next_open(banso_kernel::ClosedDays::Bank));
        let requester = RequesterForm { code: "0012345678".into(), account: account("7654321") };
        RunOrder { pay_on, requester, confirmed: confirmed.into_iter().collect(), request: stage.press() }
    };
    let first = office.freeze_run(officer, call, order(None)).await.unwrap().unwrap();
    office.approve_run(&stage.director, call, first, stage.press()).await.unwrap();
    stage.settle().await;
    let page = office.runs_page(officer, call).await.unwrap();
    let [line] = page.waiting.try_into().unwrap();
    assert_eq!((line.case, line.held, page.open), (cases[0], Some(Held::FreshAccount), None));
    let query = WaitingQuery { call: Some(call.clone()), kind: Some(WaitingKind::Payment), page: 0 };
    let told = office.waiting(officer, query).await.unwrap().groups.remove(0).lines;
    assert_eq!(
        told.iter().map(|t| (t.case, t.what.ja.as_str())).collect::<Vec<_>>(),
        [(Some(cases[0]), "保留：振込先が直前に変更されています")]
    );
    let second = office.freeze_run(officer, call, order(Some(line.digest))).await.unwrap().unwrap();
    assert_eq!(office.run_page(officer, call, second).await.unwrap().transfers.len(), 1);
}
