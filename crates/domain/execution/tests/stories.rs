//! Whole lives of cases, and every refusal on the way.
#![cfg(test)]

mod common;

use banso_execution::act::*;
use banso_execution::decide::{self, DisposalOrder, RepaymentOrder};
use banso_execution::duties::{DutyKind, deadlines};
use banso_execution::law::*;
use banso_execution::state::OpenKind;
use banso_execution::*;
use banso_kernel::CorporateNumber;
use common::*;

fn repay(cause: Cause) -> RepaymentOrder {
    RepaymentOrder { cause, number: "納第1号".into(), reason: "条件による納付".into(), clause: "7-1".into() }
}

fn open(case: &Execution, on: &str) -> Vec<OpenKind> {
    case.open_items(day(on)).unwrap().into_iter().map(|i| i.kind).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one whole life")]
fn from_the_decision_to_the_closing() {
    let r = rules();
    let shifted = lines(&[("人件費", 27_000_000), ("物品費", 33_000_000)]);
    let story = Story::underway()
        .decide("2025-08-01", |c| decide::report_minor_change(c, &shifted, "見積の結果", day("2025-08-01"), &r))
        .then("2025-09-01", IncidentReported { incident: 1, what: "納期の遅れ".into(), expected_end: None, documents: vec![] })
        .then("2025-09-05", IncidentInstructed { incident: 1, instruction: "期間の延長を認める。".into(), project_ends: day("2026-03-13") })
        .decide("2025-10-01", |c| decide::claim_payment(c, PaymentKind::Advance, yen(20_000_000), digest("account"), day("2025-10-01"), &r))
        .then("2025-10-10", PaymentOrdered { claim: 2, run: digest("run 1"), pay_on: day("2025-10-15") })
        .then("2025-10-16", TransferReturned { claim: 2, on: day("2025-10-16"), reason: "受取人名の相違".into() })
        .then("2025-10-17", AccountChanged { claim: 2, account: digest("right account"), reason: "名義の訂正".into() })
        .then("2025-10-20", PaymentOrdered { claim: 2, run: digest("run 2"), pay_on: day("2025-10-27") })
        .then("2025-10-27", PaymentMade { claim: 2, on: day("2025-10-27") });
    assert_eq!(story.case.paid(), Ok(yen(20_000_000)));
    let totals = [("人件費".to_owned(), yen(27_000_000)), ("物品費".to_owned(), yen(32_000_000))].into();
    let order = decide::CompletionOrder {
        trigger: Trigger::Completed,
        completed_on: day("2026-03-13"),
        totals,
        claims: digest("c"),
        documents: vec![],
    };
    let accepted = lines(&[("人件費", 27_000_000), ("物品費", 32_000_000)]);
    let story = story
        .decide("2026-03-20", |c| decide::report_completion(c, &order, day("2026-03-20")))
        .then("2026-03-24", Inspected { content: digest("i"), cuts: vec![], accepted, documents: vec![] })
        .decide("2026-03-25", |c| decide::fix_amount(c, "確第1号", yen(39_333_333), day("2026-03-25")))
        .decide("2026-03-26", |c| {
            decide::claim_payment(c, PaymentKind::Settlement, yen(19_333_333), digest("right account"), day("2026-03-26"), &r)
        })
        .then("2026-03-27", PaymentOrdered { claim: 3, run: digest("run 3"), pay_on: day("2026-03-31") })
        .then("2026-03-31", PaymentMade { claim: 3, on: day("2026-03-31") })
        .then("2026-04-01", AssetsRegistered { assets: vec![asset("A-1")] });
    assert_eq!(story.case.paid(), Ok(yen(39_333_333)));
    let yearly = |nth, ends: &str, profit| CommercialisationReported {
        nth,
        year_ends: day(ends),
        revenue: revenue(profit),
        content: digest("y"),
        documents: vec![],
    };
    let story = story
        .then("2026-06-01", yearly(1, "2026-03-31", -5_000_000))
        .decide("2026-06-10", |c| decide::assess_revenue(c, 1, "損失のため", day("2026-06-10"), &r))
        .then("2027-06-01", yearly(2, "2027-03-31", 3_000_000))
        .decide("2027-06-10", |c| decide::assess_revenue(c, 2, "様式による計算", day("2027-06-10"), &r));
    // 3,000,000 × 39,333,333 / 59,000,000.
    assert_eq!(story.case.orderable(Cause::Revenue { nth: 2 }), Ok(yen(1_999_999)));
    let costs = [TaxedCost { rate: rate(1, 10), for_taxable: yen(32_000_000), common: yen(0), for_exempt: yen(0) }];
    let story = story
        .decide("2027-06-30", |c| decide::order_repayment(c, &repay(Cause::Revenue { nth: 2 }), day("2027-06-30"), &r))
        .then("2027-07-10", RepaymentReceived { debt: 4, on: day("2027-07-10"), amount: yen(1_999_999) })
        .decide("2027-07-11", |c| {
            decide::report_input_tax(c, day("2026-03-31"), &Deduction::NotOnPurchases, &costs, &[], day("2027-07-11"), &r)
        })
        .then(
            "2027-08-01",
            DisposalRequested {
                request: 5,
                asset: "A-1".into(),
                disposition: sale(3_000_000),
                planned_on: day("2027-08-31"),
                reason: "更新".into(),
                documents: vec![],
            },
        )
        .decide("2027-08-10", |c| {
            decide::decide_disposal(c, 5, &DisposalOrder::Approve { number: "処第1号".into(), conditions: vec![] }, day("2027-08-10"), &r)
        });
    // 24 months of ten years: 4,800,000 of 6,000,000 are left; two thirds of it.
    let due = [Flow::new(day("2027-09-06"), yen(3_200_000))];
    let story = story
        .then("2027-08-31", Disposed { request: 5, on: day("2027-08-31"), documents: vec![], real: None })
        .decide("2027-08-16", |c| decide::order_repayment(c, &repay(Cause::Disposal { request: 5 }), day("2027-08-16"), &r));
    assert_eq!(story.case.debts[&6].due, due, "20 days after 16 August is a Sunday");
    assert_eq!(open(&story.case, "2027-09-01"), [OpenKind::Debt]);
    let story = story
        .then("2027-09-06", RepaymentReceived { debt: 6, on: day("2027-09-06"), amount: yen(3_200_000) })
        .decide("2031-04-01", |c| decide::close(c, "結第1号", &["未収の債権がないこと".into()], day("2031-04-01"), &r));
    assert_eq!((story.case.phase, story.case.keep_until), (ExecutionPhase::Closed, Some(day("2031-04-02"))));
    let again = story.acts.iter().fold(Execution::begin(terms()), |case, (act, on)| case.apply(act, *on).unwrap());
    assert_eq!(again, story.case);
}

/// Revoked after payment, to the last yen of surcharge: 38,000,000 received 2026-03-31, ordered back by 2026-07-13.
#[test]
fn revoked_to_the_last_yen() {
    let story = Story::ordered_back();
    let debt = &story.case.debts[&2];
    assert_eq!((debt.principal, debt.due[0].on), (yen(38_000_000), day("2026-07-13")));
    assert_eq!(debt.receipts, [Flow::new(day("2026-03-31"), yen(38_000_000))]);
    let receive = |on, amount| received(2, on, amount);
    let story = story.then("2026-07-13", receive("2026-07-13", 30_000_000)).then("2026-08-12", receive("2026-08-12", 8_000_000));
    let s = story.case.debts[&2].statement(day("2026-08-31")).unwrap();
    // 105 days on 38,000,000 and 30 days on 8,000,000; late 30 days on 8,000,000.
    assert_eq!((s.surcharge.amount, s.late_charge.amount), (yen(1_197_000 + 72_000), yen(72_000)));
    assert_eq!(story.case.debts[&2].open(day("2026-08-31")), Ok(yen(1_341_000)));
    let refused = |act: ExecutionAct| story.case.clone().apply(&act, day("2026-09-01")).unwrap_err().code();
    assert_eq!(refused(receive("2026-09-01", 1_341_001).into()), "R441");
    assert_eq!(refused(CaseClosed { number: "結".into(), checked: vec!["x".into()], keep_until: day("2031-03-31") }.into()), "R408");
    let waived =
        ChargeWaived { debt: 2, of: ChargePart::LateCharge, amount: yen(72_000), reason: "災害により納付が遅れたため".into() };
    let story = story.then("2026-09-01", waived).then("2026-09-02", receive("2026-09-02", 1_269_000));
    assert_eq!(story.case.debts[&2].open(day("2030-01-01")), Ok(yen(0)));
    let story =
        story.then("2026-09-03", CaseClosed { number: "結第1号".into(), checked: vec!["完納".into()], keep_until: day("2031-03-31") });
    assert_eq!(story.case.phase, ExecutionPhase::Closed);
}

/// 法17条3項: a closed case is opened again by a cancellation, and by nothing else.
#[test]
fn after_closing_only_what_the_law_allows() {
    let closed = Story::in_phase(ExecutionPhase::Closed);
    let allowed: Vec<&str> = ExecutionAct::TABLE.iter().filter(|m| m.from.contains(&ExecutionPhase::Closed)).map(|m| m.kind).collect();
    assert_eq!(allowed, ["revocation_noticed", "revocation_answered", "revocation_dropped", "revoked", "succeeded"]);
    let order = RepaymentOrder {
        cause: Cause::Revocation,
        number: "返第1号".into(),
        reason: "取消しのため".into(),
        clause: "適正化法第18条第1項".into(),
    };
    let story = closed
        .then("2031-05-01", noticed("2031-05-15"))
        .then("2031-05-16", revoked(Extent::Part { amount: yen(5_000_000) }))
        .decide("2031-05-20", |c| decide::order_repayment(c, &order, day("2031-05-20"), &rules()));
    assert_eq!((story.case.phase, story.case.entitlement()), (ExecutionPhase::Fixed, yen(33_000_000)));
    assert_eq!(open(&story.case, "2031-05-21"), [OpenKind::Debt]);
}

#[test]
fn paid_in_advance_beyond_what_was_fixed() {
    let r = rules();
    let story = Story::underway()
        .decide("2025-10-01", |c| decide::claim_payment(c, PaymentKind::Advance, yen(32_000_000), digest("a"), day("2025-10-01"), &r))
        .then("2025-10-10", PaymentOrdered { claim: 1, run: digest("run"), pay_on: day("2025-10-15") })
        .then("2025-10-15", PaymentMade { claim: 1, on: day("2025-10-15") });
    let over = decide::claim_payment(&story.case, PaymentKind::Advance, yen(1), digest("a"), day("2025-10-16"), &r);
    assert_eq!(over.unwrap_err().code(), "R437", "four fifths at most");
    let totals = [("人件費".to_owned(), yen(20_000_000))].into();
    let order = decide::CompletionOrder {
        trigger: Trigger::Completed,
        completed_on: day("2026-01-30"),
        totals,
        claims: digest("c"),
        documents: vec![],
    };
    let story = story
        .decide("2026-02-10", |c| decide::report_completion(c, &order, day("2026-02-10")))
        .then("2026-03-02", Inspected { content: digest("i"), cuts: vec![], accepted: lines(&[("人件費", 20_000_000)]), documents: vec![] })
        .decide("2026-03-10", |c| decide::fix_amount(c, "確第1号", yen(13_333_333), day("2026-03-10")));
    assert_eq!(story.case.excess_to_order(), Ok(yen(18_666_667)));
    let excess = decide::order_repayment(&story.case, &repay(Cause::ExcessAfterFixing), day("2026-03-16"), &r).unwrap();
    let ExecutionAct::RepaymentOrdered(order) = &excess.act else { panic!("{excess:?}") };
    assert_eq!((order.principal, order.rule.surcharge.is_none(), order.receipts.len()), (yen(18_666_667), true, 0));
    assert_eq!(excess.clause, "適正化法第18条第2項");
}

#[test]
fn instalments_before_the_due_day_move_it_and_after_it_do_not() {
    let plan = |open: i64| InstalmentsAgreed {
        debt: 2,
        due: vec![Flow::new(day("2026-09-01"), yen(open / 2)), Flow::new(day("2026-10-01"), yen(open / 2))],
        reason: "資金繰り".into(),
    };
    let before = Story::ordered_back().then("2026-07-01", plan(38_000_000));
    let after = Story::ordered_back().then("2026-08-12", plan(38_000_000));
    let late = |story: &Story| story.case.debts[&2].statement(day("2026-09-30")).unwrap().late_charge.amount;
    // 29 days on the first half; 79 days on the whole.
    assert_eq!((late(&before), late(&after)), (yen(165_300), yen(900_600)));
    assert_eq!(after.case.debts[&2].next_due(), Some(day("2026-09-01")));
    assert_eq!(before.case.clone().apply(&plan(36_000_000).into(), day("2026-07-02")).unwrap_err().code(), "R432");
}

/// A plan after a part was paid counts from what is left, and charges alone may be demanded once the principal is covered.
#[test]
fn what_is_overdue_under_a_plan() {
    let late = Story::ordered_back().then("2026-08-12", received(2, "2026-08-12", 18_000_000));
    let plan = InstalmentsAgreed {
        debt: 2,
        due: vec![Flow::new(day("2026-09-01"), yen(10_000_000)), Flow::new(day("2026-10-01"), yen(10_000_000))],
        reason: "資金繰り".into(),
    };
    let story = late.then("2026-08-20", plan);
    let debt = &story.case.debts[&2];
    assert_eq!((debt.next_due(), debt.overdue(day("2026-09-01"))), (Some(day("2026-09-01")), Ok(yen(0))));
    assert_eq!(debt.overdue(day("2026-09-02")), Ok(yen(10_000_000)));
    let demand = |case: &Execution, on: &str| {
        let act = Demanded { debt: 2, number: "督第1号".into(), due: day(on).plus_days(14) };
        case.clone().apply(&act.into(), day(on)).map_err(|e| e.code())
    };
    assert_eq!(demand(&story.case, "2026-09-01").unwrap_err(), "R417");
    assert_eq!(demand(&story.case, "2026-09-02").unwrap().debts[&2].demanded_on, Some(day("2026-09-02")));
    let paid = story.then("2026-10-01", received(2, "2026-10-01", 20_000_000));
    let debt = &paid.case.debts[&2];
    // The charges that are left were due with the last part.
    assert_eq!(debt.next_due(), Some(day("2026-10-01")));
    // 135 days on 38,000,000 and 50 on 20,000,000; late 30 days on 38,000,000 and 50 on 20,000,000.
    let charges = yen(1_539_000 + 300_000 + 342_000 + 300_000);
    assert_eq!((debt.open(day("2026-12-01")), debt.overdue(day("2026-12-01"))), (Ok(charges), Ok(charges)));
    assert!(demand(&paid.case, "2026-12-01").is_ok());
    let lines = debt.allocations().unwrap();
    assert_eq!(lines.iter().map(|l| l.principal.get()).collect::<Vec<_>>(), [18_000_000, 20_000_000]);
}

/// The order of the checks, as a table: act, day, code.
#[test]
fn refusals_in_their_order() {
    let paid = Story::paid().then("2026-04-01", AssetsRegistered { assets: vec![asset("A-1")] });
    let noticed_story = Story::paid().then("2026-06-01", noticed("2026-06-15"));
    let disposal = |asset: &str| DisposalRequested {
        request: 2,
        asset: asset.into(),
        disposition: sale(1),
        planned_on: day("2027-01-01"),
        reason: "更新".into(),
        documents: vec![],
    };
    let year = |nth, ends: &str| CommercialisationReported {
        nth,
        year_ends: day(ends),
        revenue: revenue(0),
        content: digest("y"),
        documents: vec![],
    };
    let claim = |kind, amount| PaymentClaimed { claim: 2, kind, amount: yen(amount), account: digest("a") };
    let asset_with = |change: fn(&mut Asset)| {
        let mut a = asset("A-2");
        change(&mut a);
        AssetsRegistered { assets: vec![a] }
    };
    let count = |ids: &[&str]| AssetsCounted {
        as_of: day("2026-06-30"),
        seen: ids.iter().map(|id| Counted { id: (*id).into(), condition: AssetCondition::InUse }).collect(),
        documents: vec![],
    };
    let succession = |from| Succeeded {
        from: CorporateNumber::from_body(from),
        to: CorporateNumber::from_body(3),
        cause: SuccessionCause::Merger,
        on: day("2026-07-01"),
        number: "承第1号".into(),
        documents: vec![],
    };
    let cases: Vec<(&Story, ExecutionAct, &str)> = vec![
        (&paid, BudgetAllocated { lines: vec![] }.into(), "R401"),
        (&paid, disposal("A-9").into(), "R406"),
        (&paid, year(1, "2026-08-31").into(), "R415"),
        (&paid, year(2, "2026-03-31").into(), "R405"),
        (&paid, claim(PaymentKind::Advance, 1).into(), "R422"),
        (&paid, claim(PaymentKind::Settlement, 1).into(), "R437"),
        (&paid, claim(PaymentKind::Settlement, -1).into(), "R431"),
        (&paid, PaymentMade { claim: 1, on: day("2026-07-01") }.into(), "R403"),
        (&paid, PaymentMade { claim: 9, on: day("2026-07-01") }.into(), "R404"),
        (&paid, PaymentMade { claim: 1, on: day("2026-09-01") }.into(), "R412"),
        (&paid, revoked(Extent::Whole).into(), "R403"),
        (&noticed_story, noticed("2026-12-01").into(), "R402"),
        (&paid, asset_with(|a| a.acquired = a.acquired.plus_months(24)).into(), "R412"),
        (&paid, asset_with(|a| a.id.clear()).into(), "R423"),
        (&paid, asset_with(|a| a.subsidy = yen(6_000_001)).into(), "R435"),
        (&paid, asset_with(|a| a.id = "A-1".into()).into(), "R426"),
        (&paid, count(&["A-9"]).into(), "R406"),
        (&paid, count(&[]).into(), "R407"),
        (&paid, succession(2).into(), "R409"),
        (&paid, Succeeded { on: day("2010-01-01"), ..succession(1) }.into(), "R413"),
        (&paid, Demanded { debt: 1, number: "督".into(), due: day("2026-12-01") }.into(), "R404"),
    ];
    for (story, act, code) in cases {
        let got = story.case.clone().apply(&act, day("2026-08-01")).map(|_| act.kind()).unwrap_err();
        assert_eq!(got.code(), code, "{}: {got}", act.kind());
        assert!(!got.told().message.ja.is_empty() && got.told().next_step.en.is_some());
    }
    let too_early = noticed_story.case.clone().apply(&revoked(Extent::Whole).into(), day("2026-06-15")).unwrap_err();
    assert_eq!(too_early.code(), "R416");
    let part = noticed_story.case.apply(&revoked(Extent::Part { amount: yen(38_000_000) }).into(), day("2026-06-16")).unwrap_err();
    assert_eq!(part.code(), "R439");
}

#[test]
fn a_shift_above_the_limit_needs_approval() {
    let r = rules();
    let case = Story::underway().case;
    let try_shift = |a, b| {
        decide::report_minor_change(&case, &lines(&[("人件費", a), ("物品費", b)]), "理由", day("2025-08-01"), &r).map_err(|e| e.code())
    };
    assert!(try_shift(24_000_000, 36_000_000).is_ok(), "a fifth of 30,000,000");
    assert_eq!(try_shift(23_999_999, 36_000_001).unwrap_err(), "R442");
    assert_eq!(try_shift(24_000_000, 35_000_000).unwrap_err(), "R432");
    let unknown = decide::report_minor_change(&case, &lines(&[("旅費", 60_000_000)]), "理由", day("2025-08-01"), &r);
    assert_eq!(unknown.unwrap_err().code(), "R427");
}

#[test]
fn many_minor_shifts_are_no_way_around_the_approval() {
    let r = rules();
    let to = |a, b| lines(&[("人件費", a), ("物品費", b)]);
    let shifted = to(25_000_000, 35_000_000);
    let story = Story::underway().decide("2025-08-01", |c| decide::report_minor_change(c, &shifted, "見積の結果", day("2025-08-01"), &r));
    let again = |a, b| decide::report_minor_change(&story.case, &to(a, b), "理由", day("2025-08-02"), &r).map_err(|e| e.code());
    assert!(again(24_000_000, 36_000_000).is_ok(), "a fifth of 30,000,000 in all");
    assert_eq!(again(23_999_999, 36_000_001).unwrap_err(), "R442");
    assert!(again(30_000_000, 30_000_000).is_ok(), "back to what was approved");
}

#[test]
fn what_is_due_when() {
    let r = rules();
    let due = |story: &Story| {
        deadlines(&story.case, &r).into_iter().map(|d| (d.kind, d.nth, d.due.to_string(), d.met_on.is_some())).collect::<Vec<_>>()
    };
    let day = |t: &str| t.to_owned();
    assert_eq!(
        due(&Story::underway()),
        [(DutyKind::Progress, 0, day("2026-01-05"), false), (DutyKind::Completion, 0, day("2026-03-30"), false)]
    );
    assert_eq!(
        due(&Story::paid()),
        [
            (DutyKind::Completion, 0, day("2026-03-02"), true),
            (DutyKind::Commercialisation, 1, day("2026-06-30"), false),
            (DutyKind::InputTax, 0, day("2027-06-10"), false),
            (DutyKind::Commercialisation, 2, day("2027-06-30"), false),
        ]
    );
    let refused = decide::close(&Story::paid().case, "結", &["x".into()], common::day("2031-04-01"), &r).unwrap_err();
    assert_eq!(refused.code(), "R408", "reports are missing");
    assert_eq!(r.approvals_for(yen(1)), 2);
    assert_eq!(r.approvals_for(yen(50_000_000)), 3);
}

#[test]
fn each_act_names_the_article_of_its_own_case() {
    let noticed = Story::paid().then("2026-06-01", noticed("2026-06-15"));
    for (ground, article) in [
        (Ground::OtherUse, "適正化法第17条第1項・第3項"),
        (Ground::IndirectBreach, "適正化法第17条第2項・第3項"),
        (Ground::ChangedCircumstances, "適正化法第10条第1項"),
    ] {
        // 法17条3項: only where the amount was fixed.
        let early = Story::underway().then("2025-08-01", common::noticed("2025-08-15"));
        let act = Revoked { ground, ..revoked(Extent::Whole) };
        let decided = decide::step(&early.case, act, day("2025-08-20"), "7-1").unwrap();
        assert_eq!(decided.clause, article.trim_end_matches("・第3項"));
        let act = Revoked { ground, ..revoked(Extent::Whole) };
        let decided = decide::step(&noticed.case, act, day("2026-06-20"), "7-1").unwrap();
        assert_eq!(decided.clause, article);
        // 法19条1項: only a cancellation for cause bears a surcharge.
        let case = noticed.case.clone().apply(&decided.act, day("2026-06-20")).unwrap();
        let order = decide::order_repayment(&case, &repay(Cause::Revocation), day("2026-06-21"), &rules()).unwrap();
        let ExecutionAct::RepaymentOrdered(ordered) = &order.act else { panic!("{order:?}") };
        assert_eq!(ordered.rule.surcharge.is_some(), ground != Ground::ChangedCircumstances);
        assert_eq!(order.clause, "適正化法第18条第1項");
    }
}

#[test]
fn a_report_at_the_end_of_a_year_fixes_nothing() {
    let years = DecisionTerms { project_ends: day("2027-02-26"), ..terms() };
    let budget = BudgetAllocated { lines: lines(&[("人件費", 30_000_000), ("物品費", 30_000_000)]) };
    let case = Execution::begin(years).apply(&budget.into(), day("2025-06-02")).unwrap();
    let report = |case: &Execution, ended: &str, on: &str| {
        let totals = [("人件費".to_owned(), yen(10_000_000))].into();
        let order =
            decide::CompletionOrder { trigger: Trigger::YearEnd, completed_on: day(ended), totals, claims: digest("c"), documents: vec![] };
        decide::report_completion(case, &order, day(on)).map_err(|e| e.code())
    };
    let first = report(&case, "2026-03-31", "2026-04-10").unwrap();
    let after = case.clone().apply(&first.act, day("2026-04-10")).unwrap();
    assert_eq!((after.phase, after.year_ends.len(), after.completion.is_none()), (ExecutionPhase::Underway, 1, true));
    for (case, ended, on) in
        [(&after, "2026-03-31", "2026-04-11"), (&case, "2026-03-30", "2026-04-10"), (&case, "2027-03-31", "2027-04-10")]
    {
        assert_eq!(report(case, ended, on).unwrap_err(), "R421", "{ended}");
    }
    assert_eq!(report(&case, "2026-03-31", "2026-03-30").unwrap_err(), "R412");
}

/// After the whole decision is cancelled, whatever waited is over: only money keeps a case open.
#[test]
fn a_cancelled_case_can_be_closed() {
    let story = Story::paid()
        .then("2026-04-01", AssetsRegistered { assets: vec![asset("A-1")] })
        .then(
            "2026-05-01",
            CommercialisationReported {
                nth: 1,
                year_ends: day("2026-03-31"),
                revenue: revenue(9_000_000),
                content: digest("y"),
                documents: vec![],
            },
        )
        .then(
            "2026-05-02",
            DisposalRequested {
                request: 2,
                asset: "A-1".into(),
                disposition: sale(1),
                planned_on: day("2026-12-01"),
                reason: "更新".into(),
                documents: vec![],
            },
        )
        .then("2026-06-01", noticed("2026-06-15"))
        .then("2026-06-20", revoked(Extent::Whole));
    assert_eq!(open(&story.case, "2026-06-20"), [OpenKind::Excess, OpenKind::RestrictedAsset]);
    let story = story.decide("2026-06-22", |c| decide::order_repayment(c, &repay(Cause::Revocation), day("2026-06-22"), &rules()));
    // 38,000,000 from 31 March to 22 June: 84 days.
    let story = story.then("2026-06-22", received(3, "2026-06-22", 38_000_000 + 957_600));
    let closed =
        story.then("2026-06-23", CaseClosed { number: "結第1号".into(), checked: vec!["完納".into()], keep_until: day("2031-03-31") });
    assert_eq!(closed.case.phase, ExecutionPhase::Closed);
}

/// Two causes that together are more than was paid: the second is ordered for what is left, and the case can be closed.
#[test]
fn causes_together_are_ordered_for_no_more_than_was_paid() {
    let story = Story::paid()
        .then(
            "2026-05-01",
            InputTaxReported {
                tax_year_ends: day("2026-03-31"),
                deduction: Deduction::Full,
                costs: vec![],
                amount: yen(2_000_000),
                documents: vec![],
            },
        )
        .decide("2026-05-10", |c| decide::order_repayment(c, &repay(Cause::InputTax), day("2026-05-10"), &rules()))
        .then(
            "2026-05-11",
            CommercialisationReported {
                nth: 1,
                year_ends: day("2026-03-31"),
                revenue: revenue(900_000_000),
                content: digest("y"),
                documents: vec![],
            },
        )
        .decide("2026-05-12", |c| decide::assess_revenue(c, 1, "計算", day("2026-05-12"), &rules()))
        .decide("2026-05-13", |c| decide::order_repayment(c, &repay(Cause::Revenue { nth: 1 }), day("2026-05-13"), &rules()));
    assert_eq!(story.case.debts.values().map(|d| d.principal.get()).collect::<Vec<_>>(), [2_000_000, 36_000_000]);
    assert!(!open(&story.case, "2026-05-13").contains(&OpenKind::UnorderedPayback));
    assert!(decide::order_repayment(&story.case, &repay(Cause::Revenue { nth: 1 }), day("2026-05-14"), &rules()).is_err());
}

/// What is told of an amount that is too large is what it is about, and names the rule that says so.
#[test]
fn an_amount_too_large_is_told_for_what_it_is() {
    let case = Story::ordered_back().case;
    let told = |act: ExecutionAct| case.clone().apply(&act, day("2026-07-01")).unwrap_err().told();
    let waiver = told(ChargeWaived { debt: 2, of: ChargePart::Surcharge, amount: yen(9_999_999), reason: "災害".into() }.into());
    assert_eq!((waiver.code, waiver.basis.as_str()), ("R444", "適正化法第19条第3項"));
    assert!(waiver.message.ja.contains("免除できる額") && !waiver.next_step.ja.contains("過誤納"), "{waiver:?}");
    let given_up = DebtDischarged { debt: 2, amount: yen(1), reason: "破産".into(), clause: "架空の条".into() };
    assert_eq!(told(given_up.into()).code, "R445");
    let nothing = told(received(2, "2026-07-01", 0).into());
    assert_eq!((nothing.code, nothing.basis.contains("公募要領")), ("R431", false));
}

/// Where cost is counted without tax, no tax was subsidised: a return of it is refused, a report of nothing is taken.
#[test]
fn tax_that_was_not_subsidised_does_not_come_back() {
    let costs = [TaxedCost { rate: rate(1, 10), for_taxable: yen(11_000_000), common: yen(0), for_exempt: yen(0) }];
    let report = |basis, costs: &[TaxedCost]| {
        let mut rules = rules();
        rules.claims.basis = basis;
        let case = Story::paid().case;
        let decided = decide::report_input_tax(&case, day("2026-03-31"), &Deduction::Full, costs, &[], day("2026-04-20"), &rules);
        decided.map(|d| if let ExecutionAct::InputTaxReported(a) = d.act { a.amount } else { panic!("another act") }).map_err(|e| e.code())
    };
    assert_eq!(report(tax::TaxBasis::TaxOut, &costs), Err("R443"));
    assert_eq!(report(tax::TaxBasis::TaxOut, &[]), Ok(yen(0)));
    assert!(report(tax::TaxBasis::TaxIn, &costs).unwrap() > yen(0));
}
