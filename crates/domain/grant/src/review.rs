//! Who reviews what: nobody with a declared or derivable conflict, the same number of reviewers for each case, even loads. The same
//! input gives the same plan, in whatever order it comes.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{CaseId, CorporateNumber, LocalText, PersonId};
use serde::{Deserialize, Serialize};

use crate::canonical::{CanonicalError, Sealed};
use crate::flow::{Network, balanced};

/// A case that waits for reviewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseToReview {
    pub id: CaseId,
    pub receipt_number: String,
    /// Every organisation in it: lead, members, universities, research institutes.
    pub parties: BTreeSet<CorporateNumber>,
    /// Everybody with an account who works on the application.
    pub people: BTreeSet<PersonId>,
}

/// Somebody who may review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailableReviewer {
    pub person: PersonId,
    /// Every organisation they belong to.
    pub organisations: BTreeSet<CorporateNumber>,
    /// Organisations they declared an interest in.
    pub declared_organisations: BTreeSet<CorporateNumber>,
    /// Cases they declared a conflict on.
    pub declared_cases: BTreeSet<CaseId>,
    /// Most cases they take on.
    pub cases_max: u32,
}

/// Why somebody may not review a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictFound {
    /// Declared on this case before.
    Declared,
    /// Works on the application.
    Applicant,
    /// Belongs to an organisation of the application.
    SameOrganisation(CorporateNumber),
    /// Declared an interest in an organisation of the application.
    DeclaredOrganisation(CorporateNumber),
    /// The reviewer's organisation applies together with an organisation of this case in another case of the call.
    CoApplicant { with: CorporateNumber, in_case: String },
}

impl ConflictFound {
    /// As the office reads it.
    #[must_use]
    pub fn text(&self) -> LocalText {
        match self {
            ConflictFound::Declared => LocalText::new("本人の申告", "declared by the reviewer"),
            ConflictFound::Applicant => LocalText::new("申請の担当者", "works on the application"),
            ConflictFound::SameOrganisation(o) => LocalText::new(format!("所属機関（{o}）が構成員"), format!("belongs to party {o}")),
            ConflictFound::DeclaredOrganisation(o) => {
                LocalText::new(format!("構成員{o}との利害関係の申告"), format!("declared an interest in party {o}"))
            }
            ConflictFound::CoApplicant { with, in_case } => LocalText::new(
                format!("所属機関が{in_case}で構成員{with}と共同申請"),
                format!("applies together with party {with} in {in_case}"),
            ),
        }
    }
}

/// A sealed review plan: `digest()` names it, `json()` is the text to keep.
pub type ReviewPlan = Sealed<ReviewAssignments>;

/// What a review plan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewAssignments {
    /// Reviewers for each case.
    pub each: u32,
    /// In order of receipt number.
    pub cases: Vec<PlannedReview>,
    /// How many cases each reviewer has, those with none included.
    pub loads: Vec<(PersonId, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedReview {
    pub case: CaseId,
    pub receipt_number: String,
    pub reviewers: Vec<PersonId>,
    /// Who was kept away from it, and why.
    pub kept_away: Vec<(PersonId, ConflictFound)>,
}

/// Why no plan exists.
#[derive(Debug, thiserror::Error)]
pub enum ReviewPlanError {
    #[error("{0} is named twice")]
    Twice(String),
    #[error("no reviewers are asked for")]
    NoneAskedFor,
    /// Not enough reviewers without a conflict, or not enough room among them.
    #[error("case `{receipt_number}` needs {each} reviewers; {eligible} have no conflict and {placed} have room")]
    CannotCover { case: CaseId, receipt_number: String, each: u32, eligible: usize, placed: usize },
    #[error(transparent)]
    Unwritable(#[from] CanonicalError),
}

impl ReviewPlanError {
    /// For the office: what is wrong and what to do.
    #[must_use]
    pub fn message(&self) -> LocalText {
        let ja = match self {
            ReviewPlanError::Twice(what) => format!("{what}が重複しています。一覧を確認してください。"),
            ReviewPlanError::NoneAskedFor => "1件あたりの審査員数を1名以上にしてください。".to_owned(),
            ReviewPlanError::CannotCover { receipt_number, each, eligible, placed, .. } => format!(
                "{receipt_number}に審査員{each}名を割り当てられません（利益相反のない審査員{eligible}名、うち担当できるのは{placed}名）。\
                 審査員を追加するか、担当件数の上限を見直してください。"
            ),
            ReviewPlanError::Unwritable(_) => "審査計画を書き出せません。".to_owned(),
        };
        LocalText::new(ja, self.to_string())
    }
}

/// Plans the review.
///
/// # Errors
/// Names the case that cannot be covered; then no assignment covers all cases.
pub fn plan_review(cases: &[CaseToReview], reviewers: &[AvailableReviewer], each: u32) -> Result<ReviewPlan, ReviewPlanError> {
    if each == 0 {
        return Err(ReviewPlanError::NoneAskedFor);
    }
    let cases = in_order(cases)?;
    let reviewers = in_order_of_person(reviewers)?;
    let alliances = Alliances::of(&cases);
    let conflicts: Vec<BTreeMap<PersonId, ConflictFound>> =
        cases.iter().map(|c| reviewers.iter().filter_map(|r| Some((r.person, alliances.conflict(c, r)?))).collect()).collect();
    let free = |found: &BTreeMap<PersonId, ConflictFound>| {
        reviewers.iter().enumerate().filter(|(_, r)| !found.contains_key(&r.person)).map(|(i, _)| i).collect::<Vec<_>>()
    };
    let network = Network {
        eligible: conflicts.iter().map(free).collect(),
        room: reviewers.iter().map(|r| usize::try_from(r.cases_max).unwrap_or(usize::MAX)).collect(),
    };
    let wanted = usize::try_from(each).unwrap_or(usize::MAX);
    let assigned = balanced(&network, wanted).map_err(|stuck| cannot_cover(&cases, &network, each, stuck.case, stuck.given))?;
    let person = |i: &usize| reviewers.get(*i).map(|r| r.person);
    let planned = cases.iter().zip(&assigned).zip(conflicts).map(|((case, numbers), found)| PlannedReview {
        case: case.id,
        receipt_number: case.receipt_number.clone(),
        reviewers: numbers.iter().filter_map(person).collect(),
        kept_away: found.into_iter().collect(),
    });
    let planned: Vec<PlannedReview> = planned.collect();
    let load = |r: &PersonId| u32::try_from(planned.iter().filter(|c| c.reviewers.contains(r)).count()).unwrap_or(u32::MAX);
    let loads = reviewers.iter().map(|r| (r.person, load(&r.person))).collect();
    Ok(Sealed::seal(ReviewAssignments { each, cases: planned, loads })?)
}

/// The reviewers who could take a case over, the least loaded first: no conflict, not on the case yet, and room left.
#[must_use]
pub fn successors(
    case: &CaseToReview,
    all_cases: &[CaseToReview],
    reviewers: &[AvailableReviewer],
    on_the_case: &BTreeSet<PersonId>,
    loads: &BTreeMap<PersonId, u32>,
) -> Vec<PersonId> {
    let all: Vec<&CaseToReview> = all_cases.iter().collect();
    let alliances = Alliances::of(&all);
    let load = |r: &AvailableReviewer| loads.get(&r.person).copied().unwrap_or(0);
    let fits = |r: &&AvailableReviewer| !on_the_case.contains(&r.person) && load(r) < r.cases_max && alliances.conflict(case, r).is_none();
    let mut fitting: Vec<&AvailableReviewer> = reviewers.iter().filter(fits).collect();
    fitting.sort_by_key(|r| (load(r), r.person));
    fitting.into_iter().map(|r| r.person).collect()
}

fn in_order(cases: &[CaseToReview]) -> Result<Vec<&CaseToReview>, ReviewPlanError> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = cases.iter().find(|c| !seen.insert(c.id)) {
        return Err(ReviewPlanError::Twice(twice.receipt_number.clone()));
    }
    let mut sorted: Vec<&CaseToReview> = cases.iter().collect();
    sorted.sort_by_key(|c| (&c.receipt_number, c.id));
    Ok(sorted)
}

fn in_order_of_person(reviewers: &[AvailableReviewer]) -> Result<Vec<&AvailableReviewer>, ReviewPlanError> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = reviewers.iter().find(|r| !seen.insert(r.person)) {
        return Err(ReviewPlanError::Twice(twice.person.to_string()));
    }
    let mut sorted: Vec<&AvailableReviewer> = reviewers.iter().collect();
    sorted.sort_by_key(|r| r.person);
    Ok(sorted)
}

fn cannot_cover(cases: &[&CaseToReview], network: &Network, each: u32, number: usize, placed: usize) -> ReviewPlanError {
    let eligible = network.eligible.get(number).map_or(0, Vec::len);
    match cases.get(number) {
        Some(case) => ReviewPlanError::CannotCover { case: case.id, receipt_number: case.receipt_number.clone(), each, eligible, placed },
        None => ReviewPlanError::NoneAskedFor,
    }
}

/// Which organisations apply together, and in which case.
struct Alliances<'a>(BTreeMap<CorporateNumber, BTreeMap<CorporateNumber, &'a str>>);

impl<'a> Alliances<'a> {
    fn of(cases: &[&'a CaseToReview]) -> Self {
        let mut allies: BTreeMap<CorporateNumber, BTreeMap<CorporateNumber, &'a str>> = BTreeMap::new();
        for case in cases {
            for party in &case.parties {
                let others = case.parties.iter().filter(|o| *o != party);
                let known = allies.entry(*party).or_default();
                for other in others {
                    known.entry(*other).or_insert(&case.receipt_number);
                }
            }
        }
        Alliances(allies)
    }

    fn conflict(&self, case: &CaseToReview, reviewer: &AvailableReviewer) -> Option<ConflictFound> {
        if reviewer.declared_cases.contains(&case.id) {
            return Some(ConflictFound::Declared);
        }
        if case.people.contains(&reviewer.person) {
            return Some(ConflictFound::Applicant);
        }
        if let Some(own) = reviewer.organisations.intersection(&case.parties).next() {
            return Some(ConflictFound::SameOrganisation(*own));
        }
        if let Some(declared) = reviewer.declared_organisations.intersection(&case.parties).next() {
            return Some(ConflictFound::DeclaredOrganisation(*declared));
        }
        let ally = |own: &CorporateNumber| {
            let allies = self.0.get(own)?;
            case.parties.iter().find_map(|p| Some((*p, (*allies.get(p)?).to_owned())))
        };
        let (with, in_case) = reviewer.organisations.iter().find_map(ally)?;
        Some(ConflictFound::CoApplicant { with, in_case })
    }
}
