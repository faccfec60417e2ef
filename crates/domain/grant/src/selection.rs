//! From scores to a selection plan: rank, draw the budget line, name reserves. The plan is immutable and leaves its execution no
//! choice. What the guideline does not say is done one way: the first case that does not fit closes the list, and nobody further
//! down is taken in its place because a smaller request would fit.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use banso_guideline::{ScoreSheet, SelectionRules};
use banso_kernel::{CallId, CaseId, Digest, Exact, Instant, LocalText, Yen};
use serde::{Deserialize, Serialize};

use crate::act::{CaseAct, Judgement, Outcome};
use crate::canonical::{CanonicalError, Sealed};
use crate::case::Case;
use crate::line::{Line, reason};
use crate::score::{aggregate, fraction};
use crate::state::CaseState;

/// A reviewed case as the selection sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub case: CaseId,
    pub receipt_number: String,
    pub arrived_at: Instant,
    pub requested: Yen,
    /// Criterion id and points of each sheet that counts.
    pub sheets: Vec<Vec<(String, u32)>>,
    pub bonuses: Vec<ClaimedBonus>,
}

/// A bonus that was granted, with the documents that prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedBonus {
    pub bonus: String,
    pub evidence: Vec<Digest>,
}

impl Candidate {
    /// The candidate that a case under review is; `None` in any other state.
    #[must_use]
    pub fn of(id: CaseId, case: &Case) -> Option<Candidate> {
        let CaseState::UnderReview { review } = &case.state else { return None };
        let granted = case.bonuses.iter().filter(|(_, judged)| judged.judgement == Judgement::Granted);
        Some(Candidate {
            case: id,
            receipt_number: case.submission.paper.receipt_number.clone(),
            arrived_at: case.submission.arrived_at,
            requested: case.submission.paper.requested,
            sheets: review.sheets().map(|(_, sheet)| sheet.points.clone()).collect(),
            bonuses: granted.map(|(id, j)| ClaimedBonus { bonus: id.clone(), evidence: j.evidence.clone() }).collect(),
        })
    }
}

/// What the guideline says of the selection.
#[derive(Debug, Clone, Copy)]
pub struct SelectionTerms<'a> {
    pub call: &'a CallId,
    pub edition: Digest,
    /// The money that the call may select up to; `None` where the guideline sets no limit.
    pub budget: Option<Yen>,
    pub sheet: &'a ScoreSheet,
    pub rules: &'a SelectionRules,
}

/// A frozen choice: every case with its place and reason. `digest()` names it; `json()` is the text to keep.
pub type SelectionPlan = Sealed<Selection>;

/// What a selection plan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    call: CallId,
    edition: Digest,
    clause: String,
    budget: Option<Yen>,
    /// Requested by the selected ones together.
    amount: Yen,
    /// By rank.
    cases: Vec<PlannedCase>,
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCase {
    pub case: CaseId,
    pub receipt_number: String,
    /// 1 for the best; no two are equal.
    pub rank: u32,
    /// Reviewers' aggregated points, exact (`253/3`).
    pub aggregated: String,
    pub bonuses: Vec<PlannedBonus>,
    /// Aggregated points and bonus points together, exact.
    pub score: String,
    /// What put it behind the case above, when their scores are equal.
    pub tie: Tie,
    pub requested: Yen,
    /// Requested by all selected cases down to this one.
    pub cumulative: Yen,
    pub place: Place,
    /// For the applicant.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedBonus {
    pub bonus: String,
    pub points: u32,
    pub evidence: Vec<Digest>,
}

/// How equal scores were told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    NotTied,
    ByCriterion(String),
    ByArrival,
    ByReceiptNumber,
}

/// Where the plan puts a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Selected,
    Reserve { order: u32 },
    BelowPassMark,
    BeyondTheLine,
}

/// How many cases a plan puts where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub selected: u32,
    pub reserve: u32,
    pub rejected: u32,
}

/// Why no plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("case `{receipt_number}` has {have} score sheets; {need} are needed")]
    TooFewSheets { receipt_number: String, have: usize, need: usize },
    #[error("case `{receipt_number}` is named twice")]
    CaseTwice { receipt_number: String },
    #[error("case `{receipt_number}` has bonus `{bonus}`, which the guideline does not know")]
    UnknownBonus { receipt_number: String, bonus: String },
    #[error("the requested amounts are too large to be money")]
    TooLarge,
    #[error(transparent)]
    Unwritable(#[from] CanonicalError),
}

impl PlanError {
    /// For the office: what is wrong and what to do.
    #[must_use]
    pub fn message(&self) -> LocalText {
        let ja = match self {
            PlanError::TooFewSheets { receipt_number, have, need } => {
                format!("{receipt_number}の審査結果は{have}件です（{need}件必要）。提出を待つか、審査員を追加してください。")
            }
            PlanError::CaseTwice { receipt_number } => format!("{receipt_number}が重複しています。一覧を確認してください。"),
            PlanError::UnknownBonus { receipt_number, bonus } => {
                format!("{receipt_number}の加点項目「{bonus}」は公募要領にありません。加点の判定をやり直してください。")
            }
            PlanError::TooLarge => "申請額の合計が大きすぎます。申請額を確認してください。".to_owned(),
            PlanError::Unwritable(_) => "採択案を書き出せません。".to_owned(),
        };
        LocalText::new(ja, self.to_string())
    }
}

/// A candidate with its scores, before it has a rank.
pub(crate) struct Scored<'a> {
    pub(crate) candidate: &'a Candidate,
    pub(crate) aggregated: Exact,
    bonuses: Vec<PlannedBonus>,
    pub(crate) score: Exact,
    /// Aggregated points of the criteria that break ties, in order.
    criteria: Vec<Exact>,
}

/// Makes the plan. The order of the candidates does not matter.
///
/// # Errors
/// A candidate without enough sheets, named twice or with an unknown bonus.
pub fn plan(candidates: &[Candidate], terms: &SelectionTerms<'_>) -> Result<SelectionPlan, PlanError> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = candidates.iter().find(|c| !seen.insert(c.case)) {
        return Err(PlanError::CaseTwice { receipt_number: twice.receipt_number.clone() });
    }
    let mut scored = candidates.iter().map(|c| Scored::of(c, terms.rules)).collect::<Result<Vec<_>, _>>()?;
    scored.sort_by(|a, b| a.key().cmp(&b.key()));
    let mut line = Line::new(terms);
    let mut cases = Vec::with_capacity(scored.len());
    let mut above: Option<&Scored<'_>> = None;
    for (scored, rank) in scored.iter().zip(1_u32..) {
        let place = line.place(scored)?;
        let tie = above.map_or(Tie::NotTied, |a| scored.behind(a, terms.rules));
        cases.push(scored.planned(rank, tie, place, &line));
        above = Some(scored);
    }
    let selection = Selection {
        call: terms.call.clone(),
        edition: terms.edition,
        clause: terms.rules.clause.clone(),
        budget: terms.budget,
        amount: line.spent(),
        cases,
    };
    Ok(Sealed::seal(selection)?)
}

/// What ranks a case: more points first, then the earlier arrival.
type RankKey<'k> = (Reverse<Exact>, Vec<Reverse<Exact>>, Instant, &'k str, CaseId);

impl<'a> Scored<'a> {
    fn of(candidate: &'a Candidate, rules: &SelectionRules) -> Result<Self, PlanError> {
        let number = || candidate.receipt_number.clone();
        let total = |sheet: &Vec<(String, u32)>| sheet.iter().fold(0_u32, |sum, (_, p)| sum.saturating_add(*p));
        let too_few = |e: crate::score::TooFewScores| PlanError::TooFewSheets { receipt_number: number(), have: e.have, need: e.need };
        let totals: Vec<u32> = candidate.sheets.iter().map(total).collect();
        let aggregated = aggregate(&totals, rules.aggregation).map_err(too_few)?;
        let criterion = |id: &String| {
            let points = |sheet: &Vec<(String, u32)>| sheet.iter().find(|(c, _)| c == id).map_or(0, |(_, p)| *p);
            let all: Vec<u32> = candidate.sheets.iter().map(points).collect();
            aggregate(&all, rules.aggregation).map_err(too_few)
        };
        let criteria = rules.tie_break.iter().map(criterion).collect::<Result<_, _>>()?;
        let bonus = |claimed: &ClaimedBonus| {
            let known = rules.bonuses.iter().find(|b| b.id == claimed.bonus);
            let known = known.ok_or_else(|| PlanError::UnknownBonus { receipt_number: number(), bonus: claimed.bonus.clone() })?;
            Ok(PlannedBonus { bonus: known.id.clone(), points: known.points, evidence: claimed.evidence.clone() })
        };
        let bonuses = candidate.bonuses.iter().map(bonus).collect::<Result<Vec<_>, PlanError>>()?;
        let extra: i128 = bonuses.iter().map(|b| i128::from(b.points)).sum();
        Ok(Scored { candidate, aggregated, bonuses, score: aggregated + Exact::from_integer(extra), criteria })
    }

    fn key(&self) -> RankKey<'a> {
        let c = self.candidate;
        (Reverse(self.score), self.criteria.iter().copied().map(Reverse).collect(), c.arrived_at, &c.receipt_number, c.case)
    }

    /// What put this case behind the one above it.
    fn behind(&self, above: &Scored<'_>, rules: &SelectionRules) -> Tie {
        if self.score != above.score {
            return Tie::NotTied;
        }
        let differs = self.criteria.iter().zip(&above.criteria).zip(&rules.tie_break).find(|((own, other), _)| own != other);
        if let Some((_, id)) = differs {
            return Tie::ByCriterion(id.clone());
        }
        if self.candidate.arrived_at == above.candidate.arrived_at { Tie::ByReceiptNumber } else { Tie::ByArrival }
    }

    fn planned(&self, rank: u32, tie: Tie, place: Place, line: &Line<'_>) -> PlannedCase {
        PlannedCase {
            case: self.candidate.case,
            receipt_number: self.candidate.receipt_number.clone(),
            rank,
            aggregated: fraction(self.aggregated),
            bonuses: self.bonuses.clone(),
            score: fraction(self.score),
            reason: reason(self, rank, &tie, place, line),
            tie,
            requested: self.candidate.requested,
            cumulative: line.spent(),
            place,
        }
    }
}

impl Sealed<Selection> {
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.get().call
    }

    /// The edition that the plan rests on.
    #[must_use]
    pub fn edition(&self) -> Digest {
        self.get().edition
    }

    /// The guideline's clause on selection.
    #[must_use]
    pub fn clause(&self) -> &str {
        &self.get().clause
    }

    #[must_use]
    pub fn budget(&self) -> Option<Yen> {
        self.get().budget
    }

    /// Requested by the selected ones together.
    #[must_use]
    pub fn amount(&self) -> Yen {
        self.get().amount
    }

    /// By rank.
    #[must_use]
    pub fn cases(&self) -> &[PlannedCase] {
        &self.get().cases
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        self.cases().iter().fold(Counts::default(), |mut counts, case| {
            match case.place {
                Place::Selected => counts.selected += 1,
                Place::Reserve { .. } => counts.reserve += 1,
                Place::BelowPassMark | Place::BeyondTheLine => counts.rejected += 1,
            }
            counts
        })
    }

    /// The act that the plan means for a case; `None` when it does not speak of it.
    #[must_use]
    pub fn execute_for(&self, case: CaseId) -> Option<CaseAct> {
        let line = self.cases().iter().find(|c| c.case == case)?;
        let outcome = Outcome { plan: self.digest(), rank: line.rank, score: line.score.clone(), reason: line.reason.clone() };
        Some(match line.place {
            Place::Selected => CaseAct::Selected(outcome),
            Place::Reserve { order } => CaseAct::Reserved { order, outcome },
            Place::BelowPassMark | Place::BeyondTheLine => CaseAct::Rejected(outcome),
        })
    }
}
