//! Runs of payments: what goes in, what is held back, who approves.
#![cfg(test)]

mod common;

use std::collections::BTreeSet;

use banso_execution::act::*;
use banso_execution::decide;
use banso_execution::run::{Held, RunRefusal, approve, plan_run, waiting_claims};
use banso_execution::*;
use banso_kernel::{CaseId, CorporateNumber, PersonId, Yen};
use common::*;

fn case(n: u32) -> CaseId {
    format!("00000000-0000-0000-0000-{n:012}").parse().unwrap()
}

fn person(n: u32) -> PersonId {
    format!("00000000-0000-0000-0001-{n:012}").parse().unwrap()
}

fn claimed(amount: i64) -> Story {
    let claim =
        |c: &Execution| decide::claim_payment(c, PaymentKind::Settlement, yen(amount), digest("account"), day("2026-03-12"), &rules());
    Story::fixed().decide("2026-03-12", claim)
}

fn changed(on: &str) -> Story {
    claimed(38_000_000).then(on, AccountChanged { claim: 1, account: digest("other account"), reason: "支店の統合".into() })
}

#[test]
fn what_goes_in_and_what_is_held() {
    let (plain, fresh, old) = (claimed(20_000_000), changed("2026-03-30"), changed("2026-03-13"));
    let heard = claimed(1_000_000).then("2026-03-20", noticed("2026-04-20"));
    let revoked_since =
        claimed(38_000_000).then("2026-03-20", noticed("2026-03-21")).then("2026-03-22", revoked(Extent::Part { amount: yen(1) }));
    let all = [&plain, &fresh, &old, &heard, &revoked_since, &Story::paid()];
    let cases: Vec<(CaseId, &Execution)> = (1..).map(case).zip(all.iter().map(|s| &s.case)).collect();
    let plan = |confirmed: &BTreeSet<_>| plan_run(&cases, confirmed, day("2026-03-31"), day("2026-03-30"), &rules()).unwrap();
    let run = plan(&BTreeSet::new());
    assert_eq!(run.items.iter().map(|i| i.case).collect::<Vec<_>>(), [case(1), case(3)]);
    assert_eq!(
        run.held.iter().map(|(i, why)| (i.case, *why)).collect::<Vec<_>>(),
        [(case(2), Held::FreshAccount), (case(4), Held::UnderHearing), (case(5), Held::AboveEntitlement),]
    );
    assert_eq!((run.total, run.approvals), (yen(58_000_000), 3));
    let confirmed = plan(&BTreeSet::from([digest("other account")]));
    assert_eq!(confirmed.total, Yen::new(96_000_000));
    let text = serde_json::to_string(&run).unwrap();
    assert_eq!(serde_json::from_str::<run::PaymentRun>(&text).unwrap(), run);
}

/// Where everything is held there is nothing to plan, and still it is known what waits and why.
#[test]
fn what_is_held_is_known_where_nothing_else_waits() {
    let fresh = changed("2026-03-30");
    let cases = [(case(1), &fresh.case)];
    let waits = |confirmed: &BTreeSet<_>, on| {
        let waiting = waiting_claims(&cases, confirmed, day(on)).unwrap();
        (waiting.items.len(), waiting.held.into_iter().map(|(_, why)| why).collect::<Vec<_>>())
    };
    let none = BTreeSet::new();
    assert_eq!(plan_run(&cases, &none, day("2026-03-31"), day("2026-03-30"), &rules()).unwrap_err(), RunRefusal::Empty);
    assert_eq!(waits(&none, "2026-03-31"), (0, vec![Held::FreshAccount]));
    assert_eq!(waits(&BTreeSet::from([digest("other account")]), "2026-03-31"), (1, vec![]));
    assert_eq!(waits(&none, "2026-04-13"), (1, vec![]), "after fourteen days");
}

/// Nothing is paid to the account of a firm that is gone: the successor gives its own first.
#[test]
fn the_account_of_a_former_holder_is_not_paid_to() {
    let heir = CorporateNumber::from_body(77);
    let succeeded = |story: &Story| Succeeded {
        from: story.case.holder,
        to: heir,
        cause: SuccessionCause::Merger,
        on: day("2026-03-20"),
        number: "承継第1号".into(),
        documents: vec![],
    };
    let story = claimed(38_000_000);
    let act = succeeded(&story);
    let story = story.then("2026-03-21", act);
    let plan = |story: &Story| plan_run(&[(case(1), &story.case)], &BTreeSet::new(), day("2026-04-30"), day("2026-04-28"), &rules());
    assert_eq!(plan(&story).unwrap_err(), RunRefusal::Empty);
    let held =
        plan_run(&[(case(1), &story.case), (case(2), &claimed(1).case)], &BTreeSet::new(), day("2026-04-30"), day("2026-04-28"), &rules());
    assert_eq!(held.unwrap().held.iter().map(|(i, why)| (i.case, *why)).collect::<Vec<_>>(), [(case(1), Held::OfFormerHolder)]);
    let story = story.then("2026-03-25", AccountChanged { claim: 1, account: digest("heir"), reason: "承継のため".into() });
    assert_eq!(plan(&story).unwrap().items.iter().map(|i| i.account).collect::<Vec<_>>(), [digest("heir")]);
}

#[test]
fn a_run_that_cannot_be() {
    let (story, paid) = (claimed(1), Story::paid());
    let plan = |story: &Story, pay_on, today| plan_run(&[(case(1), &story.case)], &BTreeSet::new(), day(pay_on), day(today), &rules());
    for (story, pay_on, today, expected) in [
        (&story, "2026-05-04", "2026-05-01", RunRefusal::BankRests(day("2026-05-04"))),
        (&story, "2026-05-01", "2026-05-01", RunRefusal::NotAhead { pay_on: day("2026-05-01"), today: day("2026-05-01") }),
        (&paid, "2026-05-01", "2026-04-30", RunRefusal::Empty),
    ] {
        let refused = plan(story, pay_on, today).unwrap_err();
        assert_eq!(refused, expected);
        assert!(refused.message().ja.ends_with('。') && refused.message().en.is_some());
    }
}

#[test]
fn four_eyes_and_more() {
    let story = claimed(38_000_000);
    let run = plan_run(&[(case(1), &story.case)], &BTreeSet::new(), day("2026-03-31"), day("2026-03-30"), &rules()).unwrap();
    let large = run::PaymentRun { approvals: 3, ..run.clone() };
    for (run, approved, by, expected) in [
        (&run, vec![], 1, Err(RunRefusal::OwnPlan)),
        (&run, vec![], 2, Ok(0)),
        (&run, vec![person(2)], 3, Err(RunRefusal::Complete)),
        (&large, vec![], 2, Ok(1)),
        (&large, vec![person(2)], 2, Err(RunRefusal::Twice)),
        (&large, vec![person(2)], 3, Ok(0)),
    ] {
        assert_eq!(approve(run, person(1), &approved, person(by)), expected, "{by}");
    }
}
