//! The selection plan: a worked example by hand, the edges, and what must hold for any list.
#![cfg(test)]

mod common;

use std::collections::BTreeSet;

use banso_grant::selection::*;
use banso_grant::*;
use banso_guideline::{Aggregation, SelectionRules};
use banso_kernel::{Exact, Yen};
use common::*;
use proptest::prelude::*;

fn candidate(n: u32, sheets: &[(u32, u32)], requested: i64) -> Candidate {
    Candidate {
        case: case_id(n),
        receipt_number: format!("G8-1-{n:04}"),
        arrived_at: at("2026-06-01").plus_seconds(i64::from(n)),
        requested: Yen::new(requested),
        sheets: sheets.iter().map(|(a, b)| points(*a, *b)).collect(),
        bonuses: Vec::new(),
    }
}

fn with_bonus(mut candidate: Candidate, bonus: &str) -> Candidate {
    candidate.bonuses.push(ClaimedBonus { bonus: bonus.into(), evidence: vec![digest(bonus)] });
    candidate
}

fn make(candidates: &[Candidate], budget: Option<i64>, rules: &SelectionRules) -> Result<SelectionPlan, PlanError> {
    let (call, sheet) = (call_id(), sheet());
    plan(candidates, &SelectionTerms { call: &call, edition: edition(), budget: budget.map(Yen::new), sheet: &sheet, rules })
}

fn shown(plan: &SelectionPlan) -> Vec<String> {
    let place = |p: Place| match p {
        Place::Selected => "selected".to_owned(),
        Place::Reserve { order } => format!("reserve {order}"),
        Place::BelowPassMark => "below".to_owned(),
        Place::BeyondTheLine => "beyond".to_owned(),
    };
    let tie = |t: &Tie| match t {
        Tie::NotTied => String::new(),
        Tie::ByCriterion(id) => format!(" ={id}"),
        Tie::ByArrival => " =arrival".to_owned(),
        Tie::ByReceiptNumber => " =number".to_owned(),
    };
    let line = |c: &PlannedCase| format!("{} {} {} {}{}", c.rank, c.receipt_number, c.score, place(c.place), tie(&c.tie));
    plan.cases().iter().map(line).collect()
}

#[test]
fn a_list_by_hand() {
    let mut same_moment = candidate(6, &[(30, 30)], 10);
    same_moment.arrived_at = candidate(5, &[], 0).arrived_at;
    let list = [
        candidate(1, &[(40, 40), (40, 41), (40, 42)], 40),
        with_bonus(candidate(2, &[(40, 45)], 30), "wage"),
        candidate(3, &[(45, 36)], 20),
        candidate(4, &[(10, 10)], 1),
        candidate(5, &[(30, 30)], 10),
        same_moment,
        candidate(7, &[(30, 30)], 10),
        candidate(8, &[(31, 29)], 15),
    ];
    let rules = SelectionRules { reserves: 2, pass_mark: Some(Exact::new(3, 10)), ..rules() };
    let plan = make(&list, Some(100), &rules).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "1 G8-1-0002 90 selected",
            "2 G8-1-0003 81 selected",
            "3 G8-1-0001 81 selected =novelty",
            "4 G8-1-0008 60 reserve 1",
            "5 G8-1-0005 60 reserve 2 =novelty",
            "6 G8-1-0006 60 beyond =number",
            "7 G8-1-0007 60 beyond =arrival",
            "8 G8-1-0004 20 below",
        ]
    );
    assert_eq!((plan.amount(), plan.counts()), (Yen::new(90), Counts { selected: 3, reserve: 2, rejected: 3 }));
    let reason = |n: usize| plan.cases()[n].reason.as_str();
    assert_eq!(reason(0), "審査点85.00点、加点5点、合計90.00点で第1位です。予算の範囲内のため採択とします。");
    assert_eq!(
        reason(3),
        "審査点60.00点、加点0点、合計60.00点で第4位です。上位の採択により予算の残額が10円となり、次の順位の申請額15円に満たないため、\
         採択はその前の順位までとしました。補欠第1位とします。"
    );
    assert!(reason(7).ends_with("審査点が基準点30.00点に達していないため不採択とします。"));
    assert!(reason(5).contains("上位と同点のため、受付番号の順により順位を定めました。"));
}

#[test]
fn a_reason_names_no_budget_and_no_reserve_list_where_there_are_none() {
    let list = [candidate(1, &[(50, 30)], 1), candidate(2, &[(1, 1)], 1)];
    let rules = SelectionRules { reserves: 0, selected_max: Some(1), ..rules() };
    let plan = make(&list, None, &rules).unwrap();
    let said: Vec<&str> = plan.cases().iter().map(|c| c.reason.as_str()).collect();
    assert!(said[0].ends_with("第1位です。採択とします。"), "{}", said[0]);
    assert!(said[1].ends_with("採択はその順位までとしました。不採択とします。"), "{}", said[1]);
}

#[test]
fn the_line_at_its_edges() {
    assert_eq!(shown(&make(&[], Some(0), &rules()).unwrap()), [] as [&str; 0]);
    let below = SelectionRules { pass_mark: Some(Exact::new(1, 1)), ..rules() };
    let list = [candidate(1, &[(10, 10)], 5), candidate(2, &[(20, 10)], 5)];
    let plan = make(&list, Some(100), &below).unwrap();
    assert_eq!((plan.amount(), plan.counts()), (Yen::ZERO, Counts { selected: 0, reserve: 0, rejected: 2 }));
    // Somebody who asks for nothing uses up a place, not money.
    let free = [candidate(1, &[(10, 10)], 0), candidate(2, &[(9, 9)], 1)];
    assert_eq!(shown(&make(&free, Some(0), &rules()).unwrap()), ["1 G8-1-0001 20 selected", "2 G8-1-0002 18 reserve 1"]);
}

#[test]
fn the_line_stops_at_the_first_that_does_not_fit() {
    let list = [candidate(1, &[(50, 50)], 60), candidate(2, &[(50, 40)], 50), candidate(3, &[(50, 30)], 1)];
    let none_on_reserve = SelectionRules { reserves: 0, ..rules() };
    // 40 are left after the first; the third would fit but does not pass the second by.
    assert_eq!(
        shown(&make(&list, Some(100), &none_on_reserve).unwrap()),
        ["1 G8-1-0001 100 selected", "2 G8-1-0002 90 beyond", "3 G8-1-0003 80 beyond"]
    );
    for (budget, selected_max, selected) in
        [(Some(110), None, 2), (Some(111), None, 3), (None, None, 3), (None, Some(2), 2), (None, Some(0), 0), (Some(59), None, 0)]
    {
        let rules = SelectionRules { selected_max, ..rules() };
        let plan = make(&list, budget, &rules).unwrap();
        assert_eq!(plan.counts().selected, selected, "{budget:?} {selected_max:?}");
    }
}

#[test]
fn a_bonus_lifts_a_rank_but_not_over_the_pass_mark() {
    let rules = SelectionRules { pass_mark: Some(Exact::new(3, 5)), ..rules() };
    let list = [with_bonus(candidate(1, &[(30, 29)], 1), "wage"), candidate(2, &[(30, 30)], 1)];
    assert_eq!(shown(&make(&list, None, &rules).unwrap()), ["1 G8-1-0001 64 below", "2 G8-1-0002 60 selected"]);
}

#[test]
fn what_makes_no_plan_is_named() {
    let one = candidate(1, &[(1, 1)], 1);
    let trimmed = SelectionRules { aggregation: Aggregation::TrimmedMean, ..rules() };
    for (list, rules, expected) in [
        (vec![one.clone(), one.clone()], rules(), "case `G8-1-0001` is named twice"),
        (vec![candidate(2, &[], 1)], rules(), "case `G8-1-0002` has 0 score sheets; 1 are needed"),
        (vec![one.clone()], trimmed, "case `G8-1-0001` has 1 score sheets; 3 are needed"),
        (vec![with_bonus(one, "charm")], rules(), "case `G8-1-0001` has bonus `charm`, which the guideline does not know"),
        (vec![candidate(1, &[(1, 1)], i64::MAX), candidate(2, &[(1, 1)], 1)], rules(), "the requested amounts are too large to be money"),
    ] {
        let error = make(&list, None, &rules).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.message().ja.ends_with('。')), (expected, true));
    }
}

/// A case under review becomes a candidate with the sheets that count and the bonuses that were granted.
#[test]
fn candidates_come_from_cases() {
    let judged = |bonus: &str, judgement| {
        let order = decide::BonusOrder { bonus: bonus.into(), judgement, reason: "確認".into() };
        move |c: &Case| decide::judge_bonus(c, &call(PhaseCode::InReview), &rules(), &order, &by(2, "2026-07-15"))
    };
    let story = Story::reviewed()
        .then("2026-07-15", judged("wage", Judgement::Granted))
        .then("2026-07-15", judged("region", Judgement::Denied))
        .then("2026-07-16", |c| attempt(Step::AskReconsideration, c));
    let found = Candidate::of(case_id(1), &story.case).unwrap();
    assert_eq!(found.sheets, [points(40, 45)]);
    assert_eq!(found.bonuses, [ClaimedBonus { bonus: "wage".into(), evidence: vec![digest("wage-proof")] }]);
    assert_eq!(Candidate::of(case_id(1), &Story::selected().case), None);
}

/// Sheets, requested amount, second of arrival, whether a bonus was granted.
type Drawn = (Vec<(u32, u32)>, i64, i64, bool);

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (prop::collection::vec((0..6_u32, 0..6_u32), 1..4), 1..50_i64, 0..3_i64, prop::bool::ANY);
    prop::collection::vec(one, 0..14).prop_map(|rows| {
        let build = |((sheets, requested, arrived, bonus), n): (Drawn, u32)| {
            let mut c = candidate(n, &sheets, requested);
            c.arrived_at = at("2026-06-01").plus_seconds(arrived);
            if bonus { with_bonus(c, "region") } else { c }
        };
        rows.into_iter().zip(1..).map(build).collect()
    })
}

fn any_rules() -> impl Strategy<Value = SelectionRules> {
    let aggregation = prop_oneof![Just(Aggregation::Mean), Just(Aggregation::Median)];
    (aggregation, prop::option::of(0..8_i128), 0..4_u32, prop::option::of(0..6_u32)).prop_map(
        |(aggregation, mark, reserves, selected_max)| SelectionRules {
            aggregation,
            pass_mark: mark.map(|m| Exact::new(m, 100)),
            reserves,
            selected_max,
            ..rules()
        },
    )
}

proptest! {
    #[test]
    fn what_holds_for_any_list(list in candidates(), rules in any_rules(), budget in prop::option::of(0..200_i64), shuffle in 0..14_usize) {
        let plan = make(&list, budget, &rules).unwrap();
        let cases = plan.cases();

        // The order of input, and telling ties apart, leave no choice.
        let mut other = list.clone();
        other.reverse();
        other.rotate_left(shuffle.min(list.len()));
        let again = make(&other, budget, &rules).unwrap();
        prop_assert_eq!(again.json(), plan.json());

        // Everybody once; ranks without gaps; scores descending.
        prop_assert_eq!(cases.iter().map(|c| c.case).collect::<BTreeSet<_>>(), list.iter().map(|c| c.case).collect());
        prop_assert!(cases.iter().zip(1..).all(|(c, rank)| c.rank == rank));
        let score = |c: &PlannedCase| score::parse_fraction(&c.score).unwrap();
        prop_assert!(cases.windows(2).all(|w| score(&w[0]) >= score(&w[1])));

        // Never more than the budget, never more than the number.
        let selected: Vec<&PlannedCase> = cases.iter().filter(|c| c.place == Place::Selected).collect();
        let sum: i64 = selected.iter().map(|c| c.requested.get()).sum();
        prop_assert_eq!(plan.amount().get(), sum);
        prop_assert!(budget.is_none_or(|b| sum <= b));
        prop_assert!(rules.selected_max.is_none_or(|m| selected.len() <= m as usize));

        // Above the pass mark the selected come first, then the reserves in order, then the rest: nobody overtakes.
        let passed: Vec<&PlannedCase> = cases.iter().filter(|c| c.place != Place::BelowPassMark).collect();
        let reserves = (passed.len() - selected.len()).min(rules.reserves as usize);
        let expected = (0..passed.len()).map(|i| match i {
            i if i < selected.len() => Place::Selected,
            i if i < selected.len() + reserves => Place::Reserve { order: u32::try_from(i - selected.len() + 1).unwrap() },
            _ => Place::BeyondTheLine,
        });
        prop_assert!(passed.iter().zip(expected).all(|(c, place)| c.place == place));

        // The line is drawn as far down as it can be: the next one does not fit.
        if let Some(next) = passed.get(selected.len()) {
            let no_money = budget.is_some_and(|b| sum + next.requested.get() > b);
            prop_assert!(no_money || rules.selected_max.is_some_and(|m| selected.len() == m as usize));
        }

        // The pass mark is about the reviewers' points alone.
        let mark = rules.pass_mark.map_or(Exact::from_integer(0), |share| share * Exact::from_integer(100));
        for c in cases {
            let points = score::parse_fraction(&c.aggregated).unwrap();
            prop_assert_eq!(c.place == Place::BelowPassMark, points < mark);
            let kind = match c.place {
                Place::Selected => "selected",
                Place::Reserve { .. } => "reserved",
                Place::BelowPassMark | Place::BeyondTheLine => "rejected",
            };
            prop_assert_eq!(plan.execute_for(c.case).unwrap().kind(), kind);
        }
        prop_assert_eq!(plan.execute_for(case_id(999)), None);
        prop_assert_eq!(SelectionPlan::open(plan.json()).unwrap(), plan);
    }
}
