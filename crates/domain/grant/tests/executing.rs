//! A case simply goes on after its decision: steps decided by `execution`, written and folded here.
#![cfg(test)]

mod common;

use banso_execution::act::*;
use banso_execution::decide::step;
use banso_execution::{ExecutionAct, ExecutionPhase, ExecutionRefusal};
use banso_grant::decide::{self, execute};
use banso_grant::*;
use banso_kernel::{Day, Yen};
use common::*;

fn allocated() -> BudgetAllocated {
    let line = |line: &str, amount| LineAmount { line: line.into(), amount: Yen::new(amount) };
    BudgetAllocated { lines: vec![line("人件費", 20_000_000), line("物品費", 40_000_000)] }
}

fn underway() -> Story {
    let today = day("2026-09-25");
    Story::granted().then("2026-09-25", |c| execute(c, |e| step(e, allocated(), today, "7-1"), &by(3, "2026-09-25")))
}

#[test]
fn a_case_goes_on() {
    let reported = IncidentReported { incident: 1, what: "納期の遅れ".into(), expected_end: None, documents: vec![] };
    let story = underway().then("2026-11-02", |c| execute(c, |e| step(e, reported, day("2026-11-02"), "7-1"), &by(1, "2026-11-02")));
    let execution = story.case.state.execution().unwrap();
    assert_eq!((execution.phase, execution.holder, execution.decided), (ExecutionPhase::Underway, firm(1), grant_order().amount));
    assert_eq!(execution.terms.decided_on, day("2026-09-25"));
    assert_eq!(Case::fold(&story.acts), Ok(story.case.clone()));
    let last = story.acts.last().unwrap();
    assert_eq!((last.act.kind(), last.authority.as_str(), last.clause.as_str()), ("incident_reported", "申請者", "適正化法第7条第1項"));
    let told: Vec<_> = notices(&last.act, &story.case).iter().map(|n| n.kind.code()).collect();
    assert_eq!(told, ["execution_step", "execution_arrived"]);
    assert_eq!(story.case.row(case_id(1)).last_kind, "incident_reported");
}

#[test]
fn what_does_not_fit_is_refused_before_and_found_after() {
    let again = execute(&underway().case, |e| step(e, allocated(), day("2026-09-26"), "7-1"), &by(3, "2026-09-26"));
    assert_eq!(again.unwrap_err().code(), "R401");
    let early = execute(&Story::requested().case, |e| step(e, allocated(), day("2026-09-26"), "7-1"), &by(3, "2026-09-26"));
    assert_eq!(early.unwrap_err().code(), "R101");
    let mut acts = underway().acts;
    let twice = Recorded { seq: acts.len() as u64 + 1, ..acts.last().unwrap().clone() };
    acts.push(twice);
    let misfit = FoldError::Misfit { seq: 12, kind: "budget_allocated", state: "granted" };
    assert_eq!(misfit.told().ja, "行為12（種類 budget_allocated）は、状態「交付決定」には続きません。");
    assert_eq!(Case::fold(&acts), Err(misfit));
}

#[test]
fn a_decision_under_which_money_was_paid_is_not_withdrawn() {
    let until = grant_order().withdrawable_until;
    let at = |when: &'static str| (when, day(when));
    let pay = |story: Story, (when, today): (&'static str, Day), act: ExecutionActOf| {
        story.then(when, |c| execute(c, |e| step(e, act(today), today, "7-1"), &by(3, when)))
    };
    let claimed = |_: Day| {
        let amount = Yen::new(1_000_000);
        PaymentClaimed { claim: 1, kind: PaymentKind::Advance, amount, account: digest("account") }.into()
    };
    let story = pay(underway(), at("2026-10-01"), claimed);
    assert!(decide::withdraw(&story.case, "不服", &by(1, "2026-10-01")).is_ok());
    let story = pay(story, at("2026-10-02"), |today| PaymentOrdered { claim: 1, run: digest("run"), pay_on: today }.into());
    let story = pay(story, at("2026-10-02"), |today| PaymentMade { claim: 1, on: today }.into());
    assert!(day("2026-10-02") <= until);
    assert_eq!(decide::withdraw(&story.case, "不服", &by(1, "2026-10-02")).unwrap_err().code(), "R101");
}

type ExecutionActOf = fn(Day) -> ExecutionAct;

#[test]
fn codes_of_both_crates_are_told_apart() {
    let refusal = Refusal::Execution(ExecutionRefusal::NotOverdue);
    assert_eq!((refusal.code(), refusal.basis().as_str()), ("R417", "適正化法第21条第1項"));
}
