//! Made-up cases, calls and orders that the tests share. All names and numbers are synthetic.
#![expect(dead_code, unreachable_pub, reason = "shared by several test files, each of which uses its own part")]

use std::collections::BTreeSet;
use std::path::Path;

use banso_grant::decide::{
    self, BonusOrder, By, GrantLimits, GrantOrder, GrantRequestOrder, PromotionOrder, ReserveEndOrder, SheetOrder, StudyOrder,
    SubmissionOrder, Window,
};
use banso_grant::selection::{Candidate, SelectionTerms, plan};
use banso_grant::*;
use banso_guideline::{Aggregation, Bonus, Criterion, ReserveTerm, ScoreSheet, SelectionRules};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Instant, LocalText, PersonId, Yen};

pub fn case_id(n: u32) -> CaseId {
    format!("00000000-0000-0000-0000-{n:012}").parse().unwrap()
}

pub fn person(n: u32) -> PersonId {
    format!("00000000-0000-0000-0001-{n:012}").parse().unwrap()
}

pub fn firm(n: u64) -> CorporateNumber {
    CorporateNumber::from_body(n)
}

pub fn call_id() -> CallId {
    CallId::parse("example/r8-1").unwrap()
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub fn at(text: &str) -> Instant {
    Instant::parse(&format!("{text}T12:00+09:00")).unwrap()
}

/// What the made-up editions were read with.
pub fn read_with() -> ReadWith {
    ReadWith { dictionary: digest("dictionary"), definitions: digest("definitions") }
}

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub fn edition() -> Digest {
    digest("edition 1")
}

pub fn by(who: u32, when: &str) -> By {
    By { actor: Actor::Person(person(who)), edition: edition(), now: at(when), clause: "4-1".into() }
}

pub fn window() -> Window {
    let moment = |text: &str| Instant::parse(text).unwrap();
    Window { opens: moment("2026-04-01T10:00+09:00"), closes: moment("2026-06-19T17:00+09:00") }
}

pub fn document(slot: &str) -> DocumentRef {
    DocumentRef { digest: digest(slot), bytes: 1_000, slot: slot.into() }
}

pub fn submission() -> SubmissionOrder {
    SubmissionOrder {
        call: call_id(),
        title: "架空の計画".into(),
        track: "通常枠".into(),
        lead: firm(1),
        parties: vec![firm(1), firm(2)],
        content: digest("answers"),
        documents: vec![document("plan-pdf"), document("wage-proof")],
        requested: Yen::new(45_000_000),
    }
}

pub fn criterion(id: &str, points_max: u32, comment_required: bool) -> Criterion {
    let text = |t: &str| LocalText::ja(t);
    let clause = format!("5-{id}");
    let look_at = Vec::new();
    Criterion { id: id.into(), group: text("技術面"), title: text(id), hint: text(""), points_max, look_at, comment_required, clause }
}

pub fn sheet() -> ScoreSheet {
    ScoreSheet { clause: "5-1".into(), criteria: vec![criterion("novelty", 50, true), criterion("market", 50, false)] }
}

pub fn rules() -> SelectionRules {
    let bonus = |id: &str, points, evidence: Option<&str>| Bonus {
        id: id.into(),
        title: LocalText::ja(id),
        points,
        evidence: evidence.map(str::to_owned),
        clause: "5-3".into(),
    };
    SelectionRules {
        clause: "5-2".into(),
        reviewers_each: 2,
        aggregation: Aggregation::Mean,
        pass_mark: None,
        bonuses: vec![bonus("wage", 5, Some("wage-proof")), bonus("family", 3, Some("family-proof")), bonus("region", 2, None)],
        tie_break: vec!["novelty".into()],
        reserves: 1,
        reserve_term: ReserveTerm::Open,
        selected_max: None,
    }
}

pub fn points(novelty: u32, market: u32) -> Vec<(String, u32)> {
    vec![("novelty".into(), novelty), ("market".into(), market)]
}

pub fn sheet_order(reviewer: u32) -> SheetOrder {
    SheetOrder {
        reviewer: person(reviewer),
        points: points(40, 45),
        commented: BTreeSet::from(["novelty".to_owned()]),
        comments: digest("comments"),
    }
}

pub fn correction() -> Vec<Point> {
    vec![Point { field: "budget/equipment".into(), note: "見積書と金額が異なります。".into() }]
}

pub fn grant_request() -> GrantRequestOrder {
    GrantRequestOrder {
        content: digest("grant answers"),
        documents: vec![document("quotes")],
        requested: Yen::new(45_000_000),
        computed: Yen::new(45_000_000),
        slots_required: vec!["quotes".into()],
    }
}

pub fn limits() -> GrantLimits {
    GrantLimits { ceiling: Yen::new(45_000_000), budget: Yen::new(60_000_000) }
}

/// A decision that cuts five million of what was asked for.
pub fn grant_order() -> GrantOrder {
    GrantOrder {
        number: "G8-1交決第1号".into(),
        eligible_cost: Yen::new(60_000_000),
        amount: Yen::new(40_000_000),
        by_year: vec![(1, Yen::new(25_000_000)), (2, Yen::new(15_000_000))],
        conditions: vec!["経費の配分を変更するときは承認を受けること。".into()],
        modifications: vec![Modification {
            place: "2年目 設備備品費（株式会社甲）".into(),
            asked: Yen::new(20_000_000),
            granted: Yen::new(15_000_000),
            reason: "汎用品のため対象外".into(),
        }],
        feasibility: "主たる試験は1年目の設備で行えるため。".into(),
        project_ends: day("2028-02-28"),
        withdrawable_until: day("2026-10-10"),
    }
}

/// A case as it grows, with the acts that made it.
#[derive(Clone)]
pub struct Story {
    pub case: Case,
    pub acts: Vec<Recorded<CaseAct>>,
}

impl Story {
    pub fn begin() -> Story {
        let new = decide::submit(&submission(), "G8-1-0001", window(), &by(1, "2026-06-01")).unwrap();
        let first = new.recorded(1, at("2026-06-01"));
        Story { case: Case::begin(&first).unwrap(), acts: vec![first] }
    }

    /// One more step, which must be possible.
    pub fn then(mut self, when: &str, step: impl FnOnce(&Case) -> Result<NewAct<CaseAct>, Refusal>) -> Story {
        let act = step(&self.case).unwrap().recorded(self.case.last.seq + 1, at(when));
        self.case = self.case.apply(&act).unwrap();
        self.acts.push(act);
        self
    }

    pub fn complete() -> Story {
        Story::begin().then("2026-06-03", |c| decide::pass_completeness(c, &["様式1".into()], &by(2, "2026-06-03")))
    }

    pub fn under_review() -> Story {
        let call = call(PhaseCode::InReview);
        Story::complete()
            .then("2026-07-01", |c| decide::assign_reviewers(c, &call, &rules(), &[person(11), person(12)], &by(2, "2026-07-01")))
    }

    pub fn declared() -> Story {
        let call = call(PhaseCode::InReview);
        let declare = |who: u32| {
            let call = call.clone();
            move |c: &Case| decide::declare_conflict(c, &call, person(who), Declaration::NoConflict, &by(who, "2026-07-02"))
        };
        Story::under_review().then("2026-07-02", declare(11)).then("2026-07-02", declare(12))
    }

    pub fn reviewed() -> Story {
        let call = call(PhaseCode::InReview);
        let review = |who: u32| {
            let call = call.clone();
            move |c: &Case| decide::submit_review(c, &call, &sheet(), &sheet_order(who), &by(who, "2026-07-10"))
        };
        Story::declared().then("2026-07-10", review(11)).then("2026-07-11", review(12))
    }

    /// With the outcome of a plan that has room for so many and so many on reserve.
    fn outcome(selected: u32, reserves: u32) -> Story {
        let story = Story::reviewed();
        let mut rules = rules();
        (rules.selected_max, rules.reserves) = (Some(selected), reserves);
        let plan = plan_for(&story.case, &rules);
        let call = executed(&plan);
        story.then("2026-08-01", |c| decide::give_outcome(case_id(1), c, &call, &plan, &by(3, "2026-08-01")))
    }

    pub fn selected() -> Story {
        Story::outcome(1, 0)
    }

    pub fn requested() -> Story {
        Story::selected().then("2026-09-01", |c| decide::request_grant(c, &grant_request(), &by(1, "2026-09-01")))
    }

    pub fn granted() -> Story {
        Story::requested().then("2026-09-25", |c| decide::decide_grant(c, &grant_order(), limits(), &by(3, "2026-09-25")))
    }

    /// A case in each state, by a way that an office would go.
    pub fn in_state(state: StateCode) -> Story {
        match state {
            StateCode::Submitted => Story::begin(),
            StateCode::SubmissionWithdrawn => {
                Story::begin().then("2026-06-02", |c| decide::withdraw_submission(c, "", window(), &by(1, "2026-06-02")))
            }
            StateCode::Returned => Story::begin()
                .then("2026-06-02", |c| decide::return_for_correction(c, &correction(), day("2026-06-10"), &by(2, "2026-06-02"))),
            StateCode::Complete => Story::complete(),
            StateCode::NotAccepted => Story::begin().then("2026-06-02", |c| decide::not_accept(c, "対象外の業種", &by(2, "2026-06-02"))),
            StateCode::UnderReview => Story::under_review(),
            StateCode::Selected => Story::selected(),
            StateCode::Reserved => Story::outcome(0, 1),
            StateCode::Rejected => Story::outcome(0, 0),
            StateCode::GrantRequested => Story::requested(),
            StateCode::GrantRequestReturned => Story::requested()
                .then("2026-09-05", |c| decide::return_grant_request(c, &correction(), day("2026-09-20"), &by(2, "2026-09-05"))),
            StateCode::Granted => Story::granted(),
            StateCode::GrantRefused => Story::requested()
                .then("2026-09-25", |c| decide::refuse_grant(c, "G8-1不交第1号", "予算を超えるため", &by(3, "2026-09-25"))),
            StateCode::Withdrawn => Story::complete().then("2026-06-30", |c| decide::withdraw(c, "事業の中止", &by(1, "2026-06-30"))),
        }
    }
}

pub fn plan_for(case: &Case, rules: &SelectionRules) -> SelectionPlan {
    let terms = SelectionTerms { call: &call_id(), edition: edition(), budget: Some(Yen::new(100_000_000)), sheet: &sheet(), rules };
    plan(&[Candidate::of(case_id(1), case).unwrap()], &terms).unwrap()
}

fn grow(call: Call, new: Result<NewAct<CallAct>, Refusal>) -> Call {
    let seq = call.last.seq + 1;
    call.apply(&new.unwrap().recorded(seq, at("2026-07-01"))).unwrap()
}

/// A call in each phase.
pub fn call(phase: PhaseCode) -> Call {
    let office = by(2, "2026-07-01");
    let receiving = Call::begin(&decide::publish_edition("第1版", read_with(), &office).unwrap().recorded(1, at("2026-03-01"))).unwrap();
    if phase == PhaseCode::Receiving {
        return receiving;
    }
    let new = decide::open_review(&receiving, digest("review plan"), day("2026-07-20"), window().closes, &office);
    let in_review = grow(receiving, new);
    match phase {
        PhaseCode::Receiving | PhaseCode::InReview => in_review,
        PhaseCode::Reviewed => {
            let new = decide::close_review(&in_review, "全件提出済み", &office);
            grow(in_review, new)
        }
        PhaseCode::SelectionFrozen => frozen(&plan_for(&Story::reviewed().case, &rules())),
        PhaseCode::SelectionExecuted => executed(&plan_for(&Story::reviewed().case, &rules())),
    }
}

pub fn frozen(plan: &SelectionPlan) -> Call {
    let call = call(PhaseCode::InReview);
    let new = decide::freeze_selection(&call, plan, decide::LeftToDo::default(), &by(2, "2026-07-30"));
    grow(call, new)
}

pub fn executed(plan: &SelectionPlan) -> Call {
    let call = frozen(plan);
    let new = decide::execute_selection(&call, plan, &by(3, "2026-08-01"));
    grow(call, new)
}

/// A step with an order that is right where its state is right, at a time that suits it.
pub fn attempt(step: Step, case: &Case) -> Result<NewAct<CaseAct>, Refusal> {
    let in_review = call(PhaseCode::InReview);
    let why = "理由";
    match step {
        Step::Resubmit => decide::resubmit(case, &submission(), window(), &by(1, "2026-06-05")),
        Step::WithdrawSubmission => decide::withdraw_submission(case, why, window(), &by(1, "2026-06-05")),
        Step::ReturnForCorrection => decide::return_for_correction(case, &correction(), day("2026-06-30"), &by(2, "2026-06-25")),
        Step::PassCompleteness => decide::pass_completeness(case, &["様式1".into()], &by(2, "2026-06-25")),
        Step::NotAccept => decide::not_accept(case, why, &by(2, "2026-06-25")),
        Step::AssignReviewers => decide::assign_reviewers(case, &in_review, &rules(), &[person(11), person(12)], &by(2, "2026-07-01")),
        Step::DeclareConflict => decide::declare_conflict(case, &in_review, person(11), Declaration::NoConflict, &by(11, "2026-07-02")),
        Step::ReplaceReviewer => decide::replace_reviewer(case, &in_review, person(11), person(13), why, &by(2, "2026-07-02")),
        Step::SubmitReview => decide::submit_review(case, &in_review, &sheet(), &sheet_order(11), &by(11, "2026-07-10")),
        Step::AskReconsideration => decide::ask_reconsideration(case, &in_review, person(11), why, &by(2, "2026-07-15")),
        Step::JudgeBonus => {
            let order = BonusOrder { bonus: "wage".into(), judgement: Judgement::Granted, reason: why.into() };
            decide::judge_bonus(case, &in_review, &rules(), &order, &by(2, "2026-07-15"))
        }
        Step::GiveOutcome => {
            let plan = plan_for(&Story::reviewed().case, &rules());
            decide::give_outcome(case_id(1), case, &executed(&plan), &plan, &by(3, "2026-08-01"))
        }
        Step::Promote => {
            let order = PromotionOrder { reason: why.into(), first_in_line: 1, free: Yen::new(50_000_000), term: ReserveTerm::Open };
            decide::promote(case, &order, &by(3, "2026-08-20"))
        }
        Step::EndReserve => {
            let order = ReserveEndOrder { reason: why.into(), last_in_line: 1, term: ReserveTerm::Until(day("2026-12-25")) };
            decide::end_reserve(case, &order, &by(3, "2026-12-26"))
        }
        Step::RequestGrant => decide::request_grant(case, &grant_request(), &by(1, "2026-09-10")),
        Step::ReturnGrantRequest => decide::return_grant_request(case, &correction(), day("2026-09-30"), &by(2, "2026-09-10")),
        Step::DecideGrant => decide::decide_grant(case, &grant_order(), limits(), &by(3, "2026-09-25")),
        Step::RefuseGrant => decide::refuse_grant(case, "G8-1不交第1号", why, &by(3, "2026-09-25")),
        Step::Withdraw => decide::withdraw(case, why, &by(1, "2026-10-01")),
        Step::Rectify => decide::rectify(case, 1, "「架空」は「仮」の誤り", &by(2, "2026-10-01")),
        Step::Execute => {
            let lines = vec![banso_execution::act::LineAmount { line: "物品費".into(), amount: grant_order().eligible_cost }];
            let allocated = banso_execution::act::BudgetAllocated { lines };
            decide::execute(case, |e| banso_execution::decide::step(e, allocated, day("2026-10-01"), "7-1"), &by(3, "2026-10-01"))
        }
        Step::OpenReview
        | Step::CloseReview
        | Step::FreezeSelection
        | Step::DiscardSelection
        | Step::ExecuteSelection
        | Step::DeclareStudy
        | Step::RunStudy => {
            panic!("{} is a step of a call", step.code())
        }
    }
}

/// The steps of a case, in the order of `Step::ALL`.
pub fn case_steps() -> impl Iterator<Item = Step> {
    Step::ALL.iter().copied().take_while(|s| *s != Step::OpenReview)
}

/// Compares a text with a file under `tests/golden/`. With `BLESS` set, a missing file is written, and a changed one too where
/// `may_change` says so: what the ledger was once written in never changes.
pub fn golden(name: &str, actual: &str, may_change: MayChange) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let kept = std::fs::read_to_string(&path).ok();
    if kept.as_deref() == Some(actual) {
        return;
    }
    let writable = kept.is_none() || may_change == MayChange::Yes;
    if std::env::var_os("BLESS").is_some() && writable {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let kept = kept.unwrap_or_default();
    let first = kept.lines().zip(actual.lines()).position(|(a, b)| a != b).unwrap_or(kept.lines().count().min(actual.lines().count()));
    panic!(
        "{name} differs from line {}:\n  kept: {:?}\n   now: {:?}\nIf the change is meant, run the test with BLESS=1 and read the diff.",
        first + 1,
        kept.lines().nth(first),
        actual.lines().nth(first)
    );
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MayChange {
    Yes,
    Never,
}

pub fn study_order(outcomes_known: u32) -> StudyOrder {
    StudyOrder { study: digest("study"), title: "採択は付加価値額を増やしたか".into(), outcomes_known }
}

pub fn study_run(known_on: &str) -> StudyRun {
    let (study, panel, report) = (digest("study"), digest("panel"), digest("report"));
    StudyRun { study, known_on: day(known_on), rows: 212, panel, report, engine: "0.1.0".into() }
}
