//! The life of a case as tables: every state with every step, every reviewer's state with every step, every phase of a call.
#![cfg(test)]

mod common;

use std::fmt::Write as _;

use banso_grant::*;
use common::*;
use proptest::prelude::*;

fn told(result: &Result<NewAct<CaseAct>, Refusal>, case: &Case) -> String {
    match result {
        Err(refusal) => refusal.code().to_owned(),
        Ok(new) => {
            let after = case.clone().apply(&new.clone().recorded(case.last.seq + 1, at("2026-12-01"))).unwrap();
            format!("{} → {} [{} / {}]", new.act.kind(), after.state.code().code(), new.authority, new.clause)
        }
    }
}

#[test]
fn every_state_with_every_step() {
    let mut table = String::from("# state × step → act → state [authority / clause], or the code of the refusal\n");
    for state in StateCode::ALL {
        let case = Story::in_state(*state).case;
        assert_eq!(case.state.code(), *state);
        writeln!(table, "\n{}", state.code()).unwrap();
        for step in case_steps() {
            writeln!(table, "  {:<22} {}", step.code(), told(&attempt(step, &case), &case)).unwrap();
        }
    }
    golden("lifecycle.txt", &table, MayChange::Yes);
}

fn reviewer_states() -> Vec<(&'static str, Case)> {
    let call = call(PhaseCode::InReview);
    let conflict = Declaration::Conflict(ConflictKind::JointWork);
    let conflicted =
        Story::under_review().then("2026-07-02", |c| decide::declare_conflict(c, &call, person(11), conflict, &by(11, "2026-07-02")));
    let replaced = Story::under_review()
        .then("2026-07-02", |c| decide::replace_reviewer(c, &call, person(11), person(13), "多忙", &by(2, "2026-07-02")));
    let reconsider =
        Story::reviewed().then("2026-07-15", |c| decide::ask_reconsideration(c, &call, person(11), "配点の誤解", &by(2, "2026-07-15")));
    vec![
        ("assigned", Story::under_review().case),
        ("declared", Story::declared().case),
        ("conflicted", conflicted.case),
        ("submitted", Story::reviewed().case),
        ("reconsider", reconsider.case),
        ("replaced", replaced.case),
    ]
}

/// A step of one reviewer's work, under its name in the table.
type ReviewStep = (&'static str, fn(&Case, &Call) -> Result<NewAct<CaseAct>, Refusal>);

const REVIEW_STEPS: [ReviewStep; 5] = [
    ("declare no conflict", |c, call| decide::declare_conflict(c, call, person(11), Declaration::NoConflict, &by(11, "2026-07-16"))),
    ("declare conflict", |c, call| {
        decide::declare_conflict(c, call, person(11), Declaration::Conflict(ConflictKind::Money), &by(11, "2026-07-16"))
    }),
    ("submit review", |c, call| decide::submit_review(c, call, &sheet(), &sheet_order(11), &by(11, "2026-07-16"))),
    ("ask reconsideration", |c, call| decide::ask_reconsideration(c, call, person(11), "理由", &by(2, "2026-07-16"))),
    ("replace", |c, call| decide::replace_reviewer(c, call, person(11), person(14), "理由", &by(2, "2026-07-16"))),
];

#[test]
fn every_reviewer_state_and_phase_with_every_step() {
    let mut table = String::from("# phase × reviewer × step → the reviewer after it, or the code of the refusal\n");
    for phase in [PhaseCode::Receiving, PhaseCode::InReview, PhaseCode::Reviewed, PhaseCode::SelectionFrozen, PhaseCode::SelectionExecuted]
    {
        let call = call(phase);
        writeln!(table, "\n{}", phase.code()).unwrap();
        for (status, case) in reviewer_states() {
            for (name, step) in REVIEW_STEPS {
                let result = match step(&case, &call) {
                    Err(refusal) => refusal.code().to_owned(),
                    Ok(new) => {
                        let after = case.clone().apply(&new.recorded(case.last.seq + 1, at("2026-12-01"))).unwrap();
                        after.state.review().unwrap().assignment(person(11)).unwrap().status().code().to_owned()
                    }
                };
                writeln!(table, "  {status:<11} {name:<20} {result}").unwrap();
            }
        }
    }
    golden("reviewers.txt", &table, MayChange::Yes);
}

#[test]
fn every_phase_of_a_call_with_every_step() {
    let plan = plan_for(&Story::reviewed().case, &rules());
    let office = by(2, "2026-07-15");
    let mut table = String::from("# phase × step → act → phase, or the code of the refusal\n");
    for phase in [PhaseCode::Receiving, PhaseCode::InReview, PhaseCode::Reviewed, PhaseCode::SelectionFrozen, PhaseCode::SelectionExecuted]
    {
        let call = call(phase);
        writeln!(table, "\n{}", call.phase.code()).unwrap();
        let steps = [
            ("publish_edition", decide::publish_edition("第2版", read_with(), &office)),
            ("open_review", decide::open_review(&call, digest("review plan"), day("2026-07-20"), window().closes, &office)),
            ("close_review", decide::close_review(&call, "全件提出済み", &office)),
            ("freeze_selection", decide::freeze_selection(&call, &plan, decide::LeftToDo::default(), &office)),
            ("discard_selection", decide::discard_selection(&call, "加点の見直し", &office)),
            ("execute_selection", decide::execute_selection(&call, &plan, &office)),
            ("declare_study", decide::declare_study(&call, &study_order(0), &by(5, "2026-08-01"))),
            ("record_study_run", decide::record_study_run(&call, study_run("2026-08-01"), &by(5, "2026-08-01"))),
        ];
        for (name, result) in steps {
            let result = match result {
                Err(refusal) => refusal.code().to_owned(),
                Ok(new) => {
                    let kind = new.act.kind();
                    let after = call.clone().apply(&new.recorded(call.last.seq + 1, at("2026-08-01"))).unwrap();
                    format!("{kind} → {}", after.phase.code())
                }
            };
            writeln!(table, "  {name:<18} {result}").unwrap();
        }
    }
    golden("calls.txt", &table, MayChange::Yes);
}

/// A study is known from its declaration on, with every run; the phase of the call stays.
#[test]
fn a_study_is_declared_once_and_run_often() {
    let before = call(PhaseCode::SelectionExecuted);
    let next = |call: Call, new: NewAct<CallAct>, on: &str| {
        let seq = call.last.seq + 1;
        call.apply(&new.recorded(seq, at(on))).unwrap()
    };
    let declared = decide::declare_study(&before, &study_order(0), &by(5, "2026-09-01")).unwrap();
    let after = next(before.clone(), declared.clone(), "2026-09-01");
    assert_eq!(after.phase, before.phase);
    assert!(after.study(digest("study")).unwrap().is_beforehand());
    // The same act once more is none that this office could have recorded.
    assert!(after.clone().apply(&declared.recorded(after.last.seq + 1, at("2026-09-02"))).is_err());
    let late = decide::StudyOrder { study: digest("another"), ..study_order(3) };
    let after = next(after.clone(), decide::declare_study(&after, &late, &by(5, "2026-09-03")).unwrap(), "2026-09-03");
    assert!(!after.study(digest("another")).unwrap().is_beforehand());
    let run = decide::record_study_run(&after, study_run("2029-04-01"), &by(5, "2029-04-01")).unwrap();
    let once = next(after, run.clone(), "2029-04-01");
    let twice = next(once, run, "2029-04-02");
    let runs: Vec<u64> = twice.study(digest("study")).unwrap().runs.iter().map(|r| r.seq).collect();
    assert_eq!((runs.len(), twice.last.seq, runs[1]), (2, runs[1], runs[0] + 1));
}

#[test]
fn a_discarded_plan_leaves_the_call_where_it_was() {
    for phase in [PhaseCode::InReview, PhaseCode::Reviewed] {
        let before = call(phase);
        let plan = plan_for(&Story::reviewed().case, &rules());
        let freeze = decide::freeze_selection(&before, &plan, decide::LeftToDo::default(), &by(2, "2026-07-30")).unwrap();
        let frozen = before.clone().apply(&freeze.recorded(before.last.seq + 1, at("2026-07-30"))).unwrap();
        let discard = decide::discard_selection(&frozen, "加点の見直し", &by(2, "2026-07-31")).unwrap();
        let after = frozen.clone().apply(&discard.recorded(frozen.last.seq + 1, at("2026-07-31"))).unwrap();
        assert_eq!(after.phase, before.phase);
    }
}

#[test]
fn a_fold_is_its_acts_one_by_one() {
    for state in StateCode::ALL {
        let story = Story::in_state(*state);
        assert_eq!(Case::fold(&story.acts), Ok(story.case.clone()), "{}", state.code());
    }
}

#[test]
fn a_fold_refuses_what_no_office_could_have_done() {
    let granted = Story::granted().acts;
    let without = |n: usize| {
        let mut acts = granted.clone();
        acts.remove(n);
        acts
    };
    let renumbered = |mut acts: Vec<Recorded<CaseAct>>| {
        acts.iter_mut().zip(1..).for_each(|(a, n)| a.seq = n);
        acts
    };
    let misfit = |seq, kind, state| Err(FoldError::Misfit { seq, kind, state });
    let doubled = || {
        let mut acts = granted.clone();
        acts.push(Recorded { seq: 11, ..granted[9].clone() });
        acts
    };
    for (name, acts, expected) in [
        ("nothing", vec![], Err(FoldError::Empty)),
        ("a hole", without(4), Err(FoldError::Gap { expected: 5, found: 6 })),
        ("no beginning", renumbered(without(0)), Err(FoldError::NotAFirstAct { seq: 1, kind: "completeness_passed" })),
        ("no completeness check", renumbered(without(1)), misfit(2, "reviewers_assigned", "submitted")),
        ("no declaration", renumbered(without(3)), misfit(5, "reviewed", "under_review")),
        ("no selection", renumbered(without(7)), misfit(8, "grant_requested", "under_review")),
        ("decided twice", doubled(), misfit(11, "grant_decided", "granted")),
    ] {
        assert_eq!(Case::fold(&acts).map(|c| c.state.code()), expected, "{name}");
    }
}

#[test]
fn arrival_counts_from_the_first_version_unless_the_applicant_took_it_back() {
    let again = |c: &Case| decide::resubmit(c, &submission(), window(), &by(1, "2026-06-05"));
    for (state, arrived) in [(StateCode::Returned, "2026-06-01"), (StateCode::SubmissionWithdrawn, "2026-06-05")] {
        let case = Story::in_state(state).then("2026-06-05", again).case;
        let got = (case.submission.paper.version, case.submission.received_at, case.submission.arrived_at);
        assert_eq!(got, (2, at("2026-06-05"), at(arrived)), "{}", state.code());
        assert_eq!(case.submission.paper.receipt_number, "G8-1-0001");
    }
}

#[test]
fn a_new_version_starts_without_judged_bonuses() {
    let judged = Story::complete().then("2026-06-04", |c| attempt(Step::JudgeBonus, c));
    assert_eq!(judged.case.bonuses.len(), 1);
    let taken_back = judged.then("2026-06-05", |c| attempt(Step::WithdrawSubmission, c));
    assert!(taken_back.then("2026-06-06", |c| attempt(Step::Resubmit, c)).case.bonuses.is_empty());
}

#[test]
fn rows_show_where_a_case_stands() {
    let mut table = String::new();
    for state in StateCode::ALL {
        let case = Story::in_state(*state).case;
        let row = case.row(case_id(1));
        let yen = |y: Option<banso_kernel::Yen>| y.map_or_else(|| "-".to_owned(), |y| y.get().to_string());
        let text = |t: Option<String>| t.unwrap_or_else(|| "-".to_owned());
        writeln!(
            table,
            "{} v{} requested {} granted {} number {} rank {} score {} reserve {} reviewed {}/{} due {} last {} {}",
            row.state.code(),
            row.version,
            row.requested.get(),
            yen(row.granted),
            text(row.decision_number),
            text(row.rank.map(|r| r.to_string())),
            text(row.score),
            text(row.reserve_order.map(|r| r.to_string())),
            row.reviewed,
            row.reviewers,
            text(row.due.map(|d| d.to_string())),
            row.last_seq,
            row.last_kind,
        )
        .unwrap();
        assert_eq!((row.case, row.receipt_number.as_str(), row.lead, row.parties.len()), (case_id(1), "G8-1-0001", firm(1), 2));
    }
    golden("rows.txt", &table, MayChange::Yes);
}

#[test]
fn review_rows_follow_each_reviewer() {
    let got: Vec<_> = reviewer_states()
        .into_iter()
        .map(|(status, case)| {
            let rows = case.review_rows(case_id(1));
            let mine = rows.iter().find(|r| r.reviewer == person(11)).unwrap();
            assert_eq!(mine.status.code(), status);
            assert_eq!(ReviewStatus::parse(status), Some(mine.status));
            (status, mine.version, mine.total, case.row(case_id(1)).reviewers, case.row(case_id(1)).reviewed)
        })
        .collect();
    assert_eq!(
        got,
        [
            ("assigned", 0, None, 2, 0),
            ("declared", 0, None, 2, 0),
            ("conflicted", 0, None, 2, 0),
            ("submitted", 1, Some(85), 2, 2),
            ("reconsider", 1, None, 2, 1),
            ("replaced", 0, None, 2, 0),
        ]
    );
}

#[test]
fn state_codes_read_back() {
    for state in StateCode::ALL {
        assert_eq!(StateCode::parse(state.code()), Some(*state));
    }
    assert_eq!(StateCode::parse("draft"), None);
}

proptest! {
    /// Whatever is tried in whatever order: an act that is decided is an act that the fold takes, and the fold from the start agrees.
    #[test]
    fn what_is_decided_folds(tries in prop::collection::vec((0..20_usize, 0..5_usize), 1..40)) {
        let steps: Vec<Step> = case_steps().collect();
        let in_review = call(PhaseCode::InReview);
        let mut story = Story::begin();
        for (step, variant) in tries {
            let decided = match (steps[step], variant) {
                (Step::DeclareConflict | Step::SubmitReview | Step::AskReconsideration | Step::ReplaceReviewer, v) => REVIEW_STEPS[v].1(&story.case, &in_review),
                (other, _) => attempt(other, &story.case),
            };
            if let Ok(new) = decided {
                let act = new.recorded(story.case.last.seq + 1, at("2026-12-01"));
                story.case = story.case.apply(&act).map_err(|e| TestCaseError::fail(e.to_string()))?;
                story.acts.push(act);
            }
        }
        prop_assert_eq!(Case::fold(&story.acts), Ok(story.case));
    }
}
