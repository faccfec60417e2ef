//! Cancelled after payment, ordered back, and paid to the last yen of its charges, on made-up cases.

use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::{Extent, SuccessionCause};
use banso_execution::law::ChargePart;
use banso_kernel::{CaseId, Day, Yen};
use banso_permits::Person;

use super::*;
use crate::testing::paid::account;
use crate::testing::stage::Stage;
use crate::{Office, OfficeError};
use banso_execution::figures::CountedBy;

/// What was paid: two thirds of 15,000,000.
const PAID: i64 = 10_000_000;
/// 0.03 % of it.
const A_DAY: i64 = 3_000;

struct Story {
    stage: Stage,
    case: CaseId,
    paid_on: Day,
}

impl Story {
    async fn paid() -> Story {
        let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
        let case = stage.paid(0).await;
        let paid_on = stage.today();
        stage.wait_days(100);
        Story { stage, case, paid_on }
    }

    fn office(&self) -> &Office {
        &self.stage.office
    }

    fn holder(&self) -> &Person {
        &self.stage.cases[0].1
    }

    fn days(&self) -> i64 {
        self.paid_on.days_until(self.stage.today()) + 1
    }

    async fn notice(&self, person: &Person, facts: &str, due: i32) -> Result<(), OfficeError> {
        let due = Some(self.stage.today().plus_days(due));
        self.office().notice_revocation(person, self.case, ("other_use", facts, due), self.stage.press()).await
    }

    async fn revoke(&self, extent: Extent, reason: &str) -> Result<(), OfficeError> {
        let form = RevocationForm { extent: Some(extent), reason: reason.into(), clause: "3-7".into(), request: self.stage.press() };
        self.office().revoke(&self.stage.director, self.case, form).await
    }

    /// Announced, answered, cancelled as a whole.
    async fn revoked() -> Story {
        let story = Story::paid().await;
        story.notice(&story.stage.director, "加工機を受託加工に用いた。", 14).await.unwrap();
        story.office().answer_revocation(story.holder(), story.case, "架空の弁明です。", story.stage.press()).await.unwrap();
        story.revoke(Extent::Whole, "目的外の使用が認められるため。").await.unwrap();
        story.stage.settle().await;
        story
    }

    async fn order(&self, shown: i64) -> Result<(), OfficeError> {
        let press = self.stage.press();
        self.office().order_repayment(&self.stage.director, self.case, "revocation", Yen::new(shown), "取消しのため。", press).await
    }

    async fn ordered() -> Story {
        let story = Story::revoked().await;
        story.order(PAID).await.unwrap();
        story.stage.settle().await;
        story
    }

    async fn debts(&self) -> CaseDebts {
        self.office().debts_at_desk(&self.stage.officer, self.case, None).await.unwrap()
    }

    async fn debt(&self) -> DebtStatementView {
        self.debts().await.debts.remove(0)
    }

    async fn receive(&self, amount: i64) -> Result<(), OfficeError> {
        let (number, came) = (self.debt().await.line.debt, (Some(self.stage.today()), Some(Yen::new(amount))));
        self.office().receive_repayment(&self.stage.officer, self.case, number, came, self.stage.press()).await
    }

    async fn letters(&self) -> Vec<String> {
        let acts = self.office().project_at_desk(&self.stage.officer, self.case).await.unwrap().acts;
        let mut names = Vec::new();
        for act in acts.iter().filter(|a| a.letter) {
            let (name, pdf) = self.office().execution_letter_of(&self.stage.officer, self.case, act.seq).await.unwrap();
            assert_eq!(&pdf[..5], b"%PDF-", "{name}");
            names.push(name);
        }
        names
    }
}

/// The fields that are wrong.
fn fields(result: Result<(), OfficeError>) -> Vec<String> {
    let Err(OfficeError::Invalid(problems)) = result else { panic!("{result:?}") };
    problems.into_iter().map(|p| p.field).collect()
}

fn code(result: Result<(), OfficeError>) -> &'static str {
    let Err(OfficeError::Refused(refusal)) = result else { panic!("{result:?}") };
    refusal.told().code
}

#[tokio::test]
async fn a_holder_is_heard_before_a_decision_is_cancelled() {
    let story = Story::paid().await;
    let (office, director, officer) = (story.office(), &story.stage.director, &story.stage.officer);
    assert!(matches!(office.hearing_page(story.holder(), story.case).await, Err(OfficeError::NotFound)));
    assert!(matches!(story.notice(officer, "事実", 14).await, Err(OfficeError::Forbidden(_))));
    assert_eq!(fields(story.notice(director, " ", 14).await), ["notice-what"]);
    assert_eq!(fields(story.notice(director, "事実", 0).await), ["notice-due"]);
    assert_eq!(code(story.revoke(Extent::Whole, "理由").await), "R403");
    story.notice(director, "加工機を受託加工に用いた。", 14).await.unwrap();
    assert_eq!(code(story.notice(director, "加工機を受託加工に用いた。", 14).await), "R402");
    assert_eq!(code(story.revoke(Extent::Whole, "理由").await), "R416");
    let stranger = &story.stage.cases[1].1;
    assert!(matches!(office.hearing_page(stranger, story.case).await, Err(OfficeError::NotFound)));
    let answer = |person, text| office.answer_revocation(person, story.case, text, story.stage.press());
    assert!(matches!(answer(officer, "代わりに").await, Err(OfficeError::Forbidden(_))));
    assert_eq!(fields(answer(story.holder(), " ").await), ["statement"]);
    answer(story.holder(), "災害の復旧に用いたものです。").await.unwrap();
    let part = Extent::Part { amount: Yen::new(4_000_000) };
    let page = office.revocation_page(officer, story.case, Some(part)).await.unwrap();
    let hearing = page.hearing.unwrap();
    assert_eq!((hearing.statement.as_deref(), hearing.decidable), (Some("災害の復旧に用いたものです。"), true));
    let consequence = page.consequence.unwrap();
    let repayment = consequence.repayment.unwrap();
    assert_eq!((consequence.entitled_after.get(), repayment.principal.get()), (PAID - 4_000_000, 4_000_000));
    assert_eq!(repayment.today.surcharge.get(), story.days() * 1_200);
    assert_eq!(fields(story.revoke(Extent::Part { amount: Yen::new(PAID) }, "理由").await), ["revoke-amount"]);
    let above = office.revocation_page(officer, story.case, Some(Extent::Part { amount: Yen::new(PAID + 1) })).await.unwrap();
    let wrong: Vec<&str> = above.wrong.iter().map(|p| p.field.as_str()).collect();
    assert_eq!((wrong, above.consequence.is_none()), (vec!["revoke-amount"], true), "told as soon as it is looked at");
    assert_eq!(fields(story.revoke(part, " ").await), ["revoke-reason"]);
    office.drop_revocation(director, story.case, "やむを得ない事情が認められるため。", story.stage.press()).await.unwrap();
    story.stage.settle().await;
    assert!(office.revocation_page(officer, story.case, None).await.unwrap().hearing.is_none());
    let letters = story.letters().await;
    assert!(
        letters.contains(&"取消しの予告（弁明の機会）.pdf".to_owned()) && letters.contains(&"取消しの見送り.pdf".to_owned()),
        "{letters:?}"
    );
}

#[tokio::test]
async fn cancelled_after_payment_to_the_last_yen_of_surcharge() {
    let story = Story::revoked().await;
    let (office, officer, director) = (story.office(), &story.stage.officer, &story.stage.director);
    let page = office.repayment_page(officer, story.case).await.unwrap();
    let preview = &page.previews[0];
    assert_eq!((preview.code.as_str(), preview.principal.get()), ("revocation", PAID));
    assert_eq!(preview.today.surcharge.get(), story.days() * A_DAY);
    assert_eq!(&office.preview_repayment(officer, story.case, "revocation").await.unwrap()[..5], b"%PDF-");
    assert!(matches!(office.preview_repayment(officer, story.case, "gift").await, Err(OfficeError::NotFound)));
    assert!(matches!(story.order(PAID - 1).await, Err(OfficeError::Stale(_))));
    let unasked = office.order_repayment(officer, story.case, "revocation", Yen::new(PAID), "理由", story.stage.press()).await;
    assert!(matches!(unasked, Err(OfficeError::Forbidden(_))));
    let blank = office.order_repayment(director, story.case, "revocation", Yen::new(PAID), " ", story.stage.press()).await;
    assert_eq!(fields(blank), ["order-reason"]);
    story.order(PAID).await.unwrap();
    story.stage.settle().await;
    assert!(office.repayment_page(officer, story.case).await.unwrap().previews.is_empty());
    let debt = story.debt().await;
    assert_eq!((debt.daily.get(), debt.line.sums.open.get()), (A_DAY, PAID + story.days() * A_DAY));
    let due = debt.line.next_due.unwrap();
    // A part in time, the rest ten days late.
    story.receive(4_000_000).await.unwrap();
    let first = story.days();
    assert_eq!(fields(story.receive(99_000_000).await), ["receipt-amount"]);
    let late = story.stage.today().days_until(due) + 10;
    story.stage.wait_days(late);
    assert_eq!(story.debt().await.line.sums.overdue.get(), 6_000_000 + first * A_DAY + late * 1_800 + 10 * 1_800);
    story.receive(6_000_000).await.unwrap();
    let (surcharge, late_charge) = (first * A_DAY + late * 1_800, 10 * 1_800);
    story.stage.wait_days(30);
    let debt = story.debt().await;
    assert_eq!(debt.daily, Yen::ZERO, "nothing grows once the principal is paid");
    assert_eq!((debt.surcharge_open.get(), debt.late_charge_open.get()), (surcharge, late_charge));
    story.receive(surcharge + late_charge).await.unwrap();
    let debt = story.debt().await;
    let covered: Vec<(i64, i64, i64)> =
        debt.lines.iter().filter_map(|l| l.covered).map(|c| (c.principal.get(), c.surcharge.get(), c.late_charge.get())).collect();
    assert_eq!(covered, [(4_000_000, 0, 0), (6_000_000, 0, 0), (0, surcharge, late_charge)]);
    assert!(debt.settled);
    assert_eq!(fields(story.receive(1).await), ["receipt-amount"]);
    let money = office.money_page(&story.stage.auditor, &story.stage.call, None, CountedBy::Moved).await.unwrap().total;
    assert_eq!((money.paid.get(), money.ordered_back.get(), money.principal_returned.get()), (PAID, PAID, PAID));
    assert_eq!((money.charges_returned.get(), money.outstanding.get()), (surcharge + late_charge, 0));
    assert_eq!(office.project_page(story.holder(), story.case).await.unwrap().phase, Phase::Revoked);
    story.stage.settle().await;
    assert_eq!(story.letters().await.len(), 4, "fixed, announced, cancelled, ordered back");
}

/// Nothing came in, 999 yen were waived and the rest was given up: the columns say so, and on the day of payment there was nothing.
async fn register_adds_up(story: &Story, given_up: Yen) {
    let (office, officer) = (story.office(), &story.stage.officer);
    let register = office.debt_register(officer, &story.stage.call, None).await.unwrap();
    let t = register.total;
    assert_eq!((t.received.get(), t.waived.get(), t.discharged, t.open), (0, 999, given_up, Yen::ZERO));
    let owed = t.principal.get() + t.surcharge.get() + t.late_charge.get();
    assert_eq!(owed, t.received.get() + t.waived.get() + t.discharged.get() + t.open.get());
    let before = office.debt_register(officer, &story.stage.call, Some(story.paid_on)).await.unwrap();
    assert!(before.lines.is_empty(), "on the day of payment nothing was owed");
}

#[tokio::test]
async fn demanded_in_instalments_waived_and_given_up() {
    let story = Story::ordered().await;
    let (office, officer, director) = (story.office(), &story.stage.officer, &story.stage.director);
    let number = story.debt().await.line.debt;
    let press = || story.stage.press();
    let demand = |due: i32| office.demand(officer, story.case, number, Some(story.stage.today().plus_days(due)), press());
    assert_eq!(code(demand(14).await), "R417");
    let plan = |count: i64| InstalmentForm {
        first: Some(story.stage.today().plus_days(40)),
        count: Some(count),
        reason: "資金繰りのため。".into(),
        request: press(),
    };
    assert_eq!(fields(office.agree_instalments(director, story.case, number, plan(0)).await), ["plan-count"]);
    assert!(matches!(office.agree_instalments(officer, story.case, number, plan(3)).await, Err(OfficeError::Forbidden(_))));
    let shown = office.plan_instalments(officer, story.case, number, &plan(3)).await.unwrap();
    assert_eq!(shown.iter().map(|f| f.amount.get()).collect::<Vec<_>>(), [3_333_000, 3_333_000, 3_334_000]);
    office.agree_instalments(director, story.case, number, plan(3)).await.unwrap();
    let debt = story.debt().await;
    assert_eq!((debt.schedule.len(), debt.line.next_due), (3, Some(shown[0].on)));
    story.stage.wait_days(story.stage.today().days_until(shown[0].on) + 1);
    assert_eq!(story.debt().await.line.sums.overdue.get(), 3_333_000);
    assert_eq!(fields(demand(0).await), ["demand-due"]);
    demand(14).await.unwrap();
    let waive = |of, amount: i64, reason: &str| {
        let form = WaiverForm { of, amount: Some(Yen::new(amount)), reason: reason.into(), request: press() };
        office.waive_charge(director, story.case, number, form)
    };
    assert_eq!(fields(waive(None, 1, "災害").await), ["waive-of"]);
    assert_eq!(fields(waive(Some(ChargePart::LateCharge), 9_000_000, "災害").await), ["waive-amount"]);
    waive(Some(ChargePart::LateCharge), 999, "災害のため。").await.unwrap();
    let offset = |amount: i64, against: &str| {
        let form = OffsetForm { on: Some(story.stage.today()), amount: Some(Yen::new(amount)), against: against.into(), request: press() };
        office.offset(director, story.case, number, form)
    };
    for nothing in [" ", "架空交決第9号"] {
        assert_eq!(fields(offset(500_000, nothing).await), ["offset-what"]);
    }
    let open = story.debt().await.line.sums.open;
    let discharge = |shown: Yen, clause: &str| {
        let form = DischargeForm {
            shown: Some(shown), reason: "破産手続が終結したため。".into(), clause: clause.into(), request: press()
        };
        office.discharge_debt(director, story.case, number, form)
    };
    assert!(matches!(discharge(Yen::new(1), "3-7").await, Err(OfficeError::Stale(_))));
    assert_eq!(fields(discharge(open, " ").await), ["discharge-clause"]);
    let left = story.debt().await;
    discharge(open, "3-7").await.unwrap();
    // Nothing of it is left; what was given up is told part by part.
    let debt = story.debt().await;
    // Each line says what was left after it: the waiver of one yen less than a thousand, and nothing after the last.
    let after: Vec<(&str, i64)> = debt.lines.iter().filter_map(|l| Some((l.what.ja.as_ref(), l.left?.get()))).collect();
    let [.., (waiver, rest), (last, nothing)] = after[..] else { panic!("{after:?}") };
    assert_eq!((waiver, last, rest, nothing), ("加算金・延滞金の免除", "債権の免除・不納欠損", open.get(), 0));
    assert_eq!([debt.principal_open, debt.surcharge_open, debt.late_charge_open, debt.line.sums.open], [Yen::ZERO; 4]);
    let (_, given_up) = debt.given_up.unwrap();
    assert_eq!(
        (given_up.principal, given_up.surcharge, given_up.late_charge),
        (left.principal_open, left.surcharge_open, left.late_charge_open)
    );
    assert!(debt.schedule.iter().all(|s| !s.overdue));
    register_adds_up(&story, open).await;
    assert!(matches!(office.debt_register(story.holder(), &story.stage.call, None).await, Err(OfficeError::Forbidden(_))));
    assert!(matches!(office.demand(officer, story.case, 99, None, press()).await, Err(OfficeError::NotFound)));
    story.stage.settle().await;
    assert_eq!(story.letters().await.len(), 8, "four, instalments, demand, waiver, discharge");
    let (_, file) = office.debt_register_file(officer, &story.stage.call, None).await.unwrap();
    assert!(file.starts_with(b"PK"));
}

/// Another case comes to the debtor by a merger; its claim waits.
async fn with_another_grant() -> (Story, CaseId) {
    let story = Story::ordered().await;
    let stage = &story.stage;
    let other = stage.fixed(1).await;
    let debtor = stage.office.succession_page(&stage.director, story.case).await.unwrap().holder;
    let form = SuccessionForm { to: debtor.to_string(), cause: Some(SuccessionCause::Merger), on: Some(stage.today()) };
    stage.office.succeed(&stage.director, other, &form, stage.press()).await.unwrap();
    let fixed = stage.office.project_page(story.holder(), other).await.unwrap().fixed;
    assert_eq!(fixed, Some(Yen::new(PAID)));
    stage.office.claim_payment(story.holder(), other, fixed, &account("1234567"), stage.press()).await.unwrap();
    stage.settle().await;
    (story, other)
}

#[tokio::test]
async fn a_debt_is_set_off_against_another_grant_that_awaits_payment_and_nothing_else() {
    let (story, other) = with_another_grant().await;
    let (office, director, stage) = (story.office(), &story.stage.director, &story.stage);
    let number = story.debt().await.line.debt;
    let offset = |amount: i64, against: &str| {
        let form = OffsetForm { on: Some(stage.today()), amount: Some(Yen::new(amount)), against: against.into(), request: stage.press() };
        office.offset(director, story.case, number, form)
    };
    let choices = office.debts_at_desk(director, story.case, None).await.unwrap().offsets;
    let [choice] = &choices[..] else { panic!("{choices:?}") };
    assert_eq!((choice.case, choice.most.get()), (other, PAID));
    assert!(story.debts().await.offsets.is_empty(), "an officer does not decide");
    for wrong in ["でたらめ", "", &choice.number.replace("第1号", "第2号")] {
        assert_eq!(fields(offset(1, wrong).await), ["offset-what"], "{wrong}");
    }
    assert_eq!(fields(offset(PAID + 1, &choice.number).await), ["offset-amount"]);
    assert_eq!(fields(offset(0, &choice.number).await), ["offset-amount"]);
    let before = story.debt().await.line.sums.open.get();
    offset(4_000_000, &choice.number).await.unwrap();
    assert_eq!(story.debt().await.line.sums.open.get(), before - 4_000_000);
    let claim = |page: ProjectPage| page.claims[0].clone();
    let held = claim(office.project_page(story.holder(), other).await.unwrap());
    assert_eq!((held.amount.get(), held.set_off.get(), held.open), (PAID, 4_000_000, true));
    // The transfer is so much less.
    let runs = office.runs_page(&stage.officer, &stage.call).await.unwrap();
    assert_eq!(runs.waiting.iter().map(|w| w.amount.get()).collect::<Vec<_>>(), [6_000_000]);
    let money = office.money_page(&stage.auditor, &stage.call, None, CountedBy::Moved).await.unwrap().total;
    assert_eq!(money.paid.get(), PAID + 4_000_000, "what was set off was paid by it");
    assert_eq!(fields(offset(6_000_001, &choice.number).await), ["offset-amount"]);
    offset(6_000_000, &choice.number).await.unwrap();
    let settled = claim(office.project_page(story.holder(), other).await.unwrap());
    assert_eq!((settled.state.ja.as_ref(), settled.open), ("相殺済", false));
    assert_eq!(fields(offset(1, &choice.number).await), ["offset-what"], "nothing of it is left");
    assert!(office.runs_page(&stage.officer, &stage.call).await.unwrap().waiting.is_empty());
    stage.settle().await;
    let report = office.store().verify(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}
