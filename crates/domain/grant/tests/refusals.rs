//! Each refusal with an order that earns it, at the edges of what is allowed; the order of checks; codes and words.
#![cfg(test)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use banso_grant::decide::*;
use banso_grant::*;
use banso_guideline::ReserveTerm;
use banso_kernel::{Instant, Yen};
use common::*;

/// The act's kind, or the refusal.
type Answer = Result<&'static str, Refusal>;

fn answer<A: Act>(result: Result<NewAct<A>, Refusal>) -> Answer {
    result.map(|new| new.act.kind())
}

/// One row of the table: what is tried, the code or the kind it should give, what it gave.
type Row = (&'static str, &'static str, Answer);

fn submissions() -> Vec<Row> {
    let with = |change: fn(&mut SubmissionOrder)| {
        let mut order = submission();
        change(&mut order);
        answer(submit(&order, "G8-1-0001", window(), &by(1, "2026-06-01")))
    };
    let moment = |text: &str| {
        let by = By { now: Instant::parse(text).unwrap(), ..by(1, "2026-06-01") };
        answer(submit(&submission(), "G8-1-0001", window(), &by))
    };
    vec![
        ("submit just before opening", "R110", moment("2026-04-01T09:59:59.999999+09:00")),
        ("submit at opening", "submitted", moment("2026-04-01T10:00:00+09:00")),
        ("submit at closing", "submitted", moment("2026-06-19T17:00:00+09:00")),
        ("submit just after closing", "R111", moment("2026-06-19T17:00:00.000001+09:00")),
        ("submit without a receipt number", "R121", answer(submit(&submission(), " ", window(), &by(1, "2026-06-01")))),
        ("submit without a title", "R121", with(|o| o.title = "　".into())),
        ("submit an endless title", "R122", with(|o| o.title = "長".repeat(2_001))),
        ("submit with a stranger as lead", "R124", with(|o| o.lead = firm(9))),
        ("submit with a party twice", "R125", with(|o| o.parties.push(firm(2)))),
        ("submit for nothing", "R126", with(|o| o.requested = Yen::ZERO)),
        ("submit for one yen", "submitted", with(|o| o.requested = Yen::new(1))),
    ]
}

fn corrections() -> Vec<Row> {
    let returned = Story::in_state(StateCode::Returned).case;
    let late = Story::begin().then("2026-06-18", |c| return_for_correction(c, &correction(), day("2026-07-03"), &by(2, "2026-06-18"))).case;
    let again = |case: &Case, text: &str| {
        let by = By { now: Instant::parse(text).unwrap(), ..by(1, "2026-06-01") };
        answer(resubmit(case, &submission(), window(), &by))
    };
    let other = |change: fn(&mut SubmissionOrder)| {
        let mut order = submission();
        change(&mut order);
        answer(resubmit(&returned, &order, window(), &by(1, "2026-06-05")))
    };
    let begun = Story::begin().case;
    let give_back = |points: &[Point], due: &str| answer(return_for_correction(&begun, points, day(due), &by(2, "2026-06-02")));
    let taken_back = Story::in_state(StateCode::SubmissionWithdrawn).case;
    let blank = [Point { field: "plan/title".into(), note: " ".into() }];
    vec![
        ("correct after the day, the call still open", "submitted", again(&returned, "2026-06-15T12:00:00+09:00")),
        ("correct within the day, the call closed", "submitted", again(&late, "2026-07-03T23:59:59.999999+09:00")),
        ("correct after the day and the close", "R112", again(&late, "2026-07-04T00:00:00+09:00")),
        ("resubmit what was taken back, the call closed", "R111", again(&taken_back, "2026-06-19T17:00:01+09:00")),
        ("correct into another call", "R127", other(|o| o.call = banso_kernel::CallId::parse("example/r8-2").unwrap())),
        ("correct under another lead", "R127", other(|o| (o.lead, o.parties) = (firm(2), vec![firm(2)]))),
        ("take back after closing", "R111", answer(withdraw_submission(&begun, "", window(), &by(1, "2026-06-20")))),
        ("return by today", "R114", give_back(&correction(), "2026-06-02")),
        ("return by tomorrow", "returned", give_back(&correction(), "2026-06-03")),
        ("return nothing", "R123", give_back(&[], "2026-06-10")),
        ("return a blank note", "R121", give_back(&blank, "2026-06-10")),
        ("pass without a check", "R128", answer(pass_completeness(&begun, &[], &by(2, "2026-06-02")))),
        ("not accept without a reason", "R120", answer(not_accept(&begun, "\n", &by(2, "2026-06-02")))),
        ("not accept on the due day", "R113", answer(not_accept(&returned, "期限徒過", &by(2, "2026-06-10")))),
        ("not accept on the day after", "not_accepted", answer(not_accept(&returned, "期限徒過", &by(2, "2026-06-11")))),
    ]
}

fn reviews() -> Vec<Row> {
    let open = call(PhaseCode::InReview);
    let complete = Story::complete().case;
    let declared = Story::declared().case;
    let assign = |who: &[u32]| {
        let people: Vec<_> = who.iter().map(|n| person(*n)).collect();
        answer(assign_reviewers(&complete, &open, &rules(), &people, &by(2, "2026-07-01")))
    };
    let review = |change: fn(&mut SheetOrder)| {
        let mut order = sheet_order(11);
        change(&mut order);
        answer(submit_review(&declared, &open, &sheet(), &order, &by(11, "2026-07-10")))
    };
    let bonus = |id: &str, judgement, why: &str| {
        let order = BonusOrder { bonus: id.into(), judgement, reason: why.into() };
        answer(judge_bonus(&complete, &open, &rules(), &order, &by(2, "2026-07-15")))
    };
    let replace = |from, to, why| answer(replace_reviewer(&declared, &open, person(from), person(to), why, &by(2, "2026-07-05")));
    vec![
        ("assign too few", "R140", assign(&[11])),
        ("assign one twice", "R141", assign(&[11, 11])),
        ("assign more than needed", "reviewers_assigned", assign(&[11, 12, 13])),
        ("declare for somebody else", "R143", {
            answer(declare_conflict(&declared, &open, person(11), Declaration::NoConflict, &by(12, "2026-07-02")))
        }),
        ("declare unassigned", "R142", {
            answer(declare_conflict(&declared, &open, person(19), Declaration::NoConflict, &by(19, "2026-07-02")))
        }),
        ("replace by one who is on the case", "R141", replace(11, 12, "多忙")),
        ("replace without a reason", "R120", replace(11, 13, "")),
        ("replace a stranger", "R142", replace(19, 13, "多忙")),
        ("review for somebody else", "R143", review(|o| o.reviewer = person(12))),
        ("review by nobody", "R143", {
            let by = By { actor: Actor::System, ..by(11, "2026-07-10") };
            answer(submit_review(&declared, &open, &sheet(), &sheet_order(11), &by))
        }),
        ("score full points", "reviewed", review(|o| o.points = points(50, 50))),
        ("score above the maximum", "R153", review(|o| o.points = points(50, 51))),
        ("score zero", "reviewed", review(|o| o.points = points(0, 0))),
        ("leave a criterion out", "R152", review(|o| drop(o.points.pop()))),
        ("score a criterion twice", "R151", review(|o| o.points.push(("market".into(), 1)))),
        ("score an unknown criterion", "R150", review(|o| o.points.push(("charm".into(), 1)))),
        ("leave a needed comment out", "R154", review(|o| o.commented.clear())),
        ("score in another order", "reviewed", review(|o| o.points.reverse())),
        ("judge an unknown bonus", "R160", bonus("charm", Judgement::Granted, "確認")),
        ("grant a bonus without its evidence", "R161", bonus("family", Judgement::Granted, "確認")),
        ("deny a bonus without its evidence", "bonus_judged", bonus("family", Judgement::Denied, "証憑なし")),
        ("grant a bonus that needs none", "bonus_judged", bonus("region", Judgement::Granted, "所在地を確認")),
        ("judge without a reason", "R120", bonus("wage", Judgement::Granted, "")),
    ]
}

fn openings() -> Vec<Row> {
    let (director, closes) = (by(3, "2026-08-01"), window().closes);
    let open = call(PhaseCode::InReview);
    vec![
        ("open a review by today", "R114", {
            answer(open_review(&call(PhaseCode::Receiving), digest("p"), day("2026-08-01"), closes, &director))
        }),
        ("open a closed review again", "review_opened", {
            answer(open_review(&call(PhaseCode::Reviewed), digest("p"), day("2026-08-09"), closes, &director))
        }),
        ("open the review for cases that came late", "review_opened", {
            answer(open_review(&open, digest("another plan"), day("2026-08-09"), closes, &director))
        }),
        ("open the review twice under one plan", "R102", {
            answer(open_review(&open, digest("review plan"), day("2026-08-09"), closes, &director))
        }),
        ("open a review before the call closes", "R118", {
            answer(open_review(&call(PhaseCode::Receiving), digest("p"), day("2026-07-09"), closes, &by(2, "2026-06-19")))
        }),
    ]
}

fn selections() -> Vec<Row> {
    let reviewed = Story::reviewed().case;
    let plan = plan_for(&reviewed, &rules());
    let other = plan_for(&reviewed, &banso_guideline::SelectionRules { reserves: 9, clause: "5-9".into(), ..rules() });
    let (open, frozen, executed) = (call(PhaseCode::InReview), frozen(&plan), executed(&plan));
    let director = by(3, "2026-08-01");
    let amend = publish_edition("第2版", read_with(), &By { edition: digest("edition 2"), ..director.clone() }).unwrap();
    let amended = |call: &Call| call.clone().apply(&amend.clone().recorded(call.last.seq + 1, at("2026-07-31"))).unwrap();
    let empty = {
        let (id, sheet, rules) = (call_id(), sheet(), rules());
        let terms = selection::SelectionTerms { call: &id, edition: edition(), budget: None, sheet: &sheet, rules: &rules };
        selection::plan(&[], &terms).unwrap()
    };
    let reserved = Story::in_state(StateCode::Reserved).case;
    let promoted = |first_in_line, free, why: &str| {
        let order = PromotionOrder { reason: why.into(), first_in_line, free: Yen::new(free), term: ReserveTerm::Open };
        answer(promote(&reserved, &order, &director))
    };
    let until = ReserveTerm::Until(day("2026-12-25"));
    let late = |when| {
        let order = PromotionOrder { reason: "辞退".into(), first_in_line: 1, free: Yen::new(45_000_000), term: until };
        answer(promote(&reserved, &order, &by(3, when)))
    };
    let ended = |last_in_line, term, when, why: &str| {
        answer(end_reserve(&reserved, &ReserveEndOrder { reason: why.into(), last_in_line, term }, &by(3, when)))
    };
    vec![
        ("freeze with sheets outstanding", "R173", answer(freeze_selection(&open, &plan, LeftToDo { sheets: 2, cases: 1 }, &director))),
        ("freeze over the head of a case", "R179", { answer(freeze_selection(&open, &plan, LeftToDo { sheets: 0, cases: 1 }, &director)) }),
        ("freeze an empty plan", "R174", answer(freeze_selection(&open, &empty, LeftToDo::default(), &director))),
        ("freeze under a superseded edition", "R171", answer(freeze_selection(&amended(&open), &plan, LeftToDo::default(), &director))),
        ("execute another plan", "R170", answer(execute_selection(&frozen, &other, &director))),
        ("execute after an amendment", "R171", answer(execute_selection(&amended(&frozen), &plan, &director))),
        ("discard without a reason", "R120", answer(discard_selection(&frozen, "", &director))),
        ("outcome before execution", "R102", answer(give_outcome(case_id(1), &reviewed, &frozen, &plan, &director))),
        ("outcome of another plan", "R170", answer(give_outcome(case_id(1), &reviewed, &executed, &other, &director))),
        ("outcome of a case the plan does not know", "R172", answer(give_outcome(case_id(2), &reviewed, &executed, &plan, &director))),
        ("promote when the first has gone", "promoted", promoted(2, 45_000_000, "辞退のため")),
        ("promote behind another", "R175", promoted(0, 45_000_000, "辞退のため")),
        ("promote without the money", "R176", promoted(1, 44_999_999, "辞退のため")),
        ("promote without a reason", "R120", promoted(1, 45_000_000, "")),
        ("promote on the last day", "promoted", late("2026-12-25")),
        ("promote on the day after", "R117", late("2026-12-26")),
        ("end a reserve on its last day", "R116", ended(1, until, "2026-12-25", "期限")),
        ("end a reserve on the day after", "reserve_ended", ended(1, until, "2026-12-26", "期限")),
        ("end a reserve whose day is over before those behind it", "reserve_ended", ended(3, until, "2026-12-26", "期限")),
        ("end a reserve whose day is not settled", "R177", ended(1, ReserveTerm::Unconfirmed, "2026-12-26", "期限")),
        ("end a reserve without a day", "reserve_ended", ended(1, ReserveTerm::Open, "2026-08-02", "予算の執行が終わったため")),
        ("end a reserve that others would pass", "R178", ended(2, ReserveTerm::Open, "2026-08-02", "予算の執行が終わったため")),
        ("end a reserve without a reason", "R120", ended(1, until, "2026-12-26", " ")),
        ("end what was promoted", "R101", {
            let order = ReserveEndOrder { reason: "期限".into(), last_in_line: 1, term: until };
            let up = Story::in_state(StateCode::Reserved).then("2026-08-20", |c| attempt(Step::Promote, c)).case;
            answer(end_reserve(&up, &order, &by(3, "2026-12-26")))
        }),
        ("close a review without a reason", "R120", answer(close_review(&open, "", &director))),
        ("publish without a name", "R121", answer(publish_edition("", read_with(), &director))),
    ]
}

fn grants() -> Vec<Row> {
    let selected = Story::selected().case;
    let returned = Story::in_state(StateCode::GrantRequestReturned).case;
    let requested = Story::requested().case;
    let granted = Story::granted().case;
    let ask = |change: fn(&mut GrantRequestOrder)| {
        let mut order = grant_request();
        change(&mut order);
        answer(request_grant(&selected, &order, &by(1, "2026-09-01")))
    };
    let ask_on = |when| answer(request_grant(&returned, &grant_request(), &by(1, when)));
    let refuse = |case: &Case, number, why, when| answer(refuse_grant(case, number, why, &by(3, when)));
    let leave = |when| answer(withdraw(&granted, "条件に不服", &by(1, when)));
    vec![
        ("ask without quotes", "R129", ask(|o| o.documents.clear())),
        ("ask for nothing", "R182", ask(|o| o.requested = Yen::ZERO)),
        ("ask for more than computed", "R180", ask(|o| o.computed = Yen::new(44_999_999))),
        ("ask for more than selected", "R181", ask(|o| (o.requested, o.computed) = (Yen::new(45_000_001), Yen::new(46_000_000)))),
        ("ask for less", "grant_requested", ask(|o| o.requested = Yen::new(1))),
        ("ask again on the due day", "grant_requested", ask_on("2026-09-20")),
        ("ask again on the day after", "R112", ask_on("2026-09-21")),
        ("refuse while the applicant corrects", "R113", refuse(&returned, "第1号", "期限徒過", "2026-09-20")),
        ("refuse after the applicant failed to", "grant_refused", refuse(&returned, "第1号", "期限徒過", "2026-09-21")),
        ("refuse without a number", "R121", refuse(&requested, " ", "予算", "2026-09-25")),
        ("refuse without a reason", "R120", refuse(&requested, "第1号", " ", "2026-09-25")),
        ("withdraw on the set day", "withdrawn", leave("2026-10-10")),
        ("withdraw on the day after", "R115", leave("2026-10-11")),
        ("rectify an act that is not there", "R130", answer(rectify(&granted, 99, "誤記", &by(2, "2026-10-01")))),
        ("rectify without a reason", "R120", answer(rectify(&granted, 1, "", &by(2, "2026-10-01")))),
    ]
}

fn decisions() -> Vec<Row> {
    let requested = Story::requested().case;
    let decide = |change: fn(&mut GrantOrder, &mut GrantLimits)| {
        let (mut order, mut limits) = (grant_order(), limits());
        change(&mut order, &mut limits);
        answer(decide_grant(&requested, &order, limits, &by(3, "2026-09-25")))
    };
    vec![
        ("grant what was asked", "grant_decided", decide(|o, _| as_asked(o))),
        ("grant more than asked", "R190", decide(|o, _| (o.amount, o.by_year) = (Yen::new(45_000_001), vec![(1, Yen::new(45_000_001))]))),
        ("grant above the ceiling", "R191", decide(|_, l| l.ceiling = Yen::new(39_999_999))),
        ("grant at the ceiling", "grant_decided", decide(|_, l| l.ceiling = Yen::new(40_000_000))),
        ("grant above the budget", "R192", decide(|_, l| l.budget = Yen::new(39_999_999))),
        ("grant above the cost", "R193", decide(|o, _| o.eligible_cost = Yen::new(39_999_999))),
        ("grant nothing", "R182", decide(|o, _| o.amount = Yen::ZERO)),
        ("grant a year twice", "R194", decide(|o, _| o.by_year = vec![(1, Yen::new(20_000_000)), (1, Yen::new(20_000_000))])),
        ("grant a year zero", "R194", decide(|o, _| o.by_year = vec![(0, Yen::new(40_000_000))])),
        ("grant a negative year", "R194", decide(|o, _| o.by_year = vec![(1, Yen::new(50_000_000)), (2, Yen::new(-10_000_000))])),
        ("grant years that do not sum", "R195", decide(|o, _| o.by_year.truncate(1))),
        ("grant years that overflow", "R201", decide(|o, _| o.by_year = vec![(1, Yen::new(i64::MAX)), (2, Yen::new(1))])),
        ("grant without conditions", "R196", decide(|o, _| o.conditions = vec![" ".into()])),
        ("modify without a reason", "R197", decide(|o, _| o.modifications[0].reason.clear())),
        ("cut without saying where", "R198", decide(|o, _| o.modifications.clear())),
        ("cut more than was said", "R198", decide(|o, _| o.modifications[0].granted = Yen::new(14_999_999))),
        ("modify without saying that it stays feasible", "R199", decide(|o, _| o.feasibility = " ".into())),
        ("move money between places", "grant_decided", {
            decide(|o, _| {
                as_asked(o);
                let moved = |place: &str, asked, granted| Modification {
                    place: place.into(),
                    asked: Yen::new(asked),
                    granted: Yen::new(granted),
                    reason: "費目の誤り".into(),
                };
                o.modifications = vec![moved("1年目 設備備品費", 10, 0), moved("1年目 外注費", 0, 10)];
                o.feasibility = "総額は変わらないため。".into();
            })
        }),
        ("end the project today", "R200", decide(|o, _| o.project_ends = day("2026-09-25"))),
        ("leave no day to withdraw", "R114", decide(|o, _| o.withdrawable_until = day("2026-09-25"))),
        ("decide without a number", "R121", decide(|o, _| o.number.clear())),
    ]
}

fn as_asked(o: &mut GrantOrder) {
    (o.amount, o.by_year) = (Yen::new(45_000_000), vec![(1, Yen::new(45_000_000))]);
    o.modifications.clear();
    o.feasibility.clear();
}

fn all() -> Vec<Row> {
    [submissions(), corrections(), reviews(), selections(), openings(), grants(), decisions(), studies()].concat()
}

fn studies() -> Vec<Row> {
    let executed = call(PhaseCode::SelectionExecuted);
    let declare = |call: &Call, order: &StudyOrder| answer(declare_study(call, order, &by(5, "2026-09-01")));
    let declared = declare_study(&executed, &study_order(0), &by(5, "2026-09-01")).unwrap();
    let known = executed.clone().apply(&declared.recorded(executed.last.seq + 1, at("2026-09-01"))).unwrap();
    let run = |call: &Call, known_on: &str| answer(record_study_run(call, study_run(known_on), &by(5, "2029-04-01")));
    vec![
        ("declare a study before the selection", "R102", declare(&call(PhaseCode::SelectionFrozen), &study_order(0))),
        ("declare a study", "study_declared", declare(&executed, &study_order(0))),
        ("declare it again", "R300", declare(&known, &study_order(0))),
        ("declare a study without a title", "R121", declare(&executed, &StudyOrder { title: " ".into(), ..study_order(0) })),
        ("run what was not declared", "R301", run(&executed, "2029-04-01")),
        ("run on what is known today", "study_run", run(&known, "2029-04-01")),
        ("run on what will be known tomorrow", "R302", run(&known, "2029-04-02")),
    ]
}

#[test]
fn each_order_gets_its_answer() {
    for (name, expected, answer) in all() {
        let got = match &answer {
            Ok(kind) => (*kind).to_owned(),
            Err(refusal) => refusal.code().to_owned(),
        };
        assert_eq!(got, expected, "{name}: {answer:?}");
    }
}

/// The first check that fails is the answer: state, call, time, actor, papers, money.
#[test]
fn checks_run_in_their_order() {
    let mut nothing_right = grant_order();
    nothing_right.number.clear();
    nothing_right.amount = Yen::ZERO;
    nothing_right.withdrawable_until = day("2026-01-01");
    let requested = Story::requested().case;
    let decided = |case: &Case, order: &GrantOrder| decide_grant(case, order, limits(), &by(3, "2026-09-25")).unwrap_err().code();
    assert_eq!(decided(&Story::begin().case, &nothing_right), "R101");
    assert_eq!(decided(&requested, &nothing_right), "R114");
    nothing_right.withdrawable_until = day("2026-10-10");
    assert_eq!(decided(&requested, &nothing_right), "R121");
    nothing_right.number = "第1号".into();
    assert_eq!(decided(&requested, &nothing_right), "R182");

    let mut order = sheet_order(11);
    order.points = points(99, 99);
    let review = |case: &Case, phase, who| submit_review(case, &call(phase), &sheet(), &order, &by(who, "2026-07-10")).unwrap_err().code();
    let assigned = Story::under_review().case;
    assert_eq!(review(&Story::begin().case, PhaseCode::Receiving, 12), "R101");
    assert_eq!(review(&assigned, PhaseCode::SelectionFrozen, 12), "R102");
    assert_eq!(review(&assigned, PhaseCode::InReview, 12), "R143");
    assert_eq!(review(&assigned, PhaseCode::InReview, 11), "R144");
    assert_eq!(review(&Story::declared().case, PhaseCode::InReview, 11), "R153");
}

/// One line for each code: what it rests on, what it says, what to do.
#[test]
fn refusals_speak_both_languages() {
    let mut told: BTreeMap<&str, (Told, Refusal)> = BTreeMap::new();
    let wrong_state = Refusal::WrongState { step: Step::Promote, state: StateCode::Granted };
    let unseen = [
        wrong_state,
        Refusal::Review(ReviewFlaw::NotDeclared),
        Refusal::Review(ReviewFlaw::AlreadyDeclared),
        Refusal::Review(ReviewFlaw::Conflicted),
        Refusal::Review(ReviewFlaw::Replaced),
        Refusal::Review(ReviewFlaw::AlreadySubmitted),
        Refusal::Review(ReviewFlaw::NothingToReconsider),
    ];
    for refusal in all().into_iter().filter_map(|(_, _, a)| a.err()).chain(unseen) {
        let new = refusal.told();
        if let Some((old, other)) = told.get(new.code) {
            assert_eq!(std::mem::discriminant(other), std::mem::discriminant(&refusal), "{} is used twice", old.code);
        } else {
            told.insert(new.code, (new, refusal));
        }
    }
    let mut text = String::new();
    for (code, (told, refusal)) in &told {
        let en = |t: &banso_kernel::LocalText| t.en.clone().unwrap();
        assert!(told.message.ja.ends_with('。') && told.next_step.ja.ends_with('。') && !told.basis.is_empty(), "{code}");
        assert_eq!(refusal.to_string(), format!("{code} {}", en(&told.message)));
        writeln!(
            text,
            "{code} {}\n  {}\n  {}\n  {}\n  {}",
            told.basis,
            told.message.ja,
            told.next_step.ja,
            en(&told.message),
            en(&told.next_step)
        )
        .unwrap();
    }
    golden("refusals.txt", &text, MayChange::Yes);
}

#[test]
fn steps_have_codes_of_their_own() {
    let codes: BTreeSet<_> = Step::ALL.iter().map(|s| s.code()).collect();
    assert_eq!(codes.len(), Step::ALL.len());
}

/// The recipe in the documentation, by hand.
#[test]
fn anybody_can_compute_the_digest_of_the_whole() {
    let documents = [document("plan-pdf"), document("budget")];
    let text = format!("content {}\nbudget 1000 {}\nplan-pdf 1000 {}\n", digest("answers"), digest("budget"), digest("plan-pdf"));
    assert_eq!(whole_digest(digest("answers"), &documents), digest(&text));
    assert_ne!(whole_digest(digest("answers"), &documents[..1]), digest(&text));
}
