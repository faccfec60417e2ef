//! The review is planned: so many reviewers each, nobody with a conflict, loads even; shown first, then opened exactly as shown.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use banso_grant::review::{AvailableReviewer, CaseToReview, ReviewPlanError, plan_review};
use banso_grant::{AssignmentState, Case, CaseState, ReviewPlan, decide};
use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Instant, LocalText, OrganisationId, PersonId, RequestId};
use banso_permits::{Action, Person, Role};
use banso_store::{Append, Batch, Change, Plan, PlanKind};

use super::Called;
use crate::work::Work;
use crate::{Office, OfficeError};

/// Cases that a reviewer takes on when nobody said otherwise.
const CASES_EACH: u32 = 20;
/// Most failing cases that are named at once.
const NAMED: usize = 50;

/// What is asked of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewPlanOrder {
    /// Reviewers for each case; the guideline's number without it.
    pub each: Option<u32>,
    pub due: Option<Day>,
    /// Most cases of each reviewer; 0 for one who does not take part. Who is not named takes part.
    pub cases_max: BTreeMap<PersonId, u32>,
}

/// The page of the review plan.
#[derive(Debug, Clone)]
pub struct ReviewPlanPage {
    pub call: CallId,
    pub edition: Edition,
    pub phase: &'static str,
    /// When the call closes, while it still takes applications: until then no review is opened.
    pub receiving_until: Option<Instant>,
    pub each: u32,
    pub due: Option<Day>,
    pub reviewers: Vec<ReviewerChoice>,
    /// Complete cases without reviewers.
    pub waiting: usize,
    pub plan: Option<Digest>,
    pub cases: Vec<PlannedCaseLine>,
    /// Why there is no plan, in general.
    pub problem: Option<LocalText>,
    /// The cases that stand in the way, each with its remedy.
    pub failing: Vec<FailingCase>,
}

/// Somebody who may review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerChoice {
    pub person: PersonId,
    pub name: String,
    pub organisation: String,
    pub cases_max: u32,
    /// How many cases the plan gives.
    pub load: u32,
    /// How many cases are barred by a conflict.
    pub conflicts: usize,
}

/// A case with those who would review it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCaseLine {
    pub case: CaseId,
    pub receipt_number: String,
    pub title: String,
    pub reviewers: Vec<String>,
    pub kept_away: Vec<(String, LocalText)>,
}

/// A case that cannot be covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingCase {
    pub case: CaseId,
    pub receipt_number: String,
    pub remedy: LocalText,
}

/// Everything that a plan is made of.
struct Ingredients {
    cases: BTreeMap<CaseId, Case>,
    to_review: Vec<CaseToReview>,
    reviewers: Vec<AvailableReviewer>,
    names: BTreeMap<PersonId, (String, String)>,
    each: u32,
}

impl Ingredients {
    fn plan(&self) -> Result<ReviewPlan, ReviewPlanError> {
        plan_review(&self.to_review, &self.reviewers, self.each)
    }

    /// All cases that cannot be covered, found by leaving out one after the other.
    fn failing(&self) -> Vec<FailingCase> {
        let mut left = self.to_review.clone();
        let mut failing = Vec::new();
        while failing.len() < NAMED {
            let Err(error) = plan_review(&left, &self.reviewers, self.each) else { break };
            let remedy = error.message();
            let ReviewPlanError::CannotCover { case, receipt_number, .. } = error else { break };
            failing.push(FailingCase { case, receipt_number, remedy });
            left.retain(|c| c.id != case);
        }
        failing
    }

    fn name(&self, person: PersonId) -> String {
        self.names.get(&person).map_or_else(|| person.to_string(), |(name, _)| name.clone())
    }
}

impl Office {
    /// What the plan would be.
    ///
    /// # Errors
    /// Forbidden, or no such call.
    pub async fn review_plan(&self, person: &Person, call: &CallId, order: &ReviewPlanOrder) -> Result<ReviewPlanPage, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let made = self.ingredients(&called, order).await?;
        let (plan, problem) = match made.plan() {
            Ok(plan) => (Some(plan), None),
            Err(error) => (None, Some(error.message())),
        };
        let planned = plan.as_ref().map(|p| p.get().cases.clone()).unwrap_or_default();
        let line = |c: &banso_grant::review::PlannedReview| PlannedCaseLine {
            case: c.case,
            receipt_number: c.receipt_number.clone(),
            title: made.cases.get(&c.case).map(|k| k.submission.paper.title.clone()).unwrap_or_default(),
            reviewers: c.reviewers.iter().map(|r| made.name(*r)).collect(),
            kept_away: c.kept_away.iter().map(|(r, found)| (made.name(*r), found.text())).collect(),
        };
        let choice = |r: &AvailableReviewer| ReviewerChoice {
            person: r.person,
            name: made.name(r.person),
            organisation: made.names.get(&r.person).map(|(_, o)| o.clone()).unwrap_or_default(),
            cases_max: r.cases_max,
            load: plan.as_ref().and_then(|p| p.get().loads.iter().find(|(p, _)| *p == r.person)).map_or(0, |(_, n)| *n),
            conflicts: planned.iter().filter(|c| c.kept_away.iter().any(|(p, _)| *p == r.person)).count(),
        };
        Ok(ReviewPlanPage {
            call: call.clone(),
            phase: called.call.call.phase.code(),
            receiving_until: Some(called.edition.meta().closes).filter(|closes| self.now() <= *closes),
            each: made.each,
            due: order.due,
            reviewers: made.reviewers.iter().map(choice).collect(),
            waiting: made.to_review.len(),
            plan: plan.as_ref().map(ReviewPlan::digest),
            cases: planned.iter().map(line).collect(),
            failing: if problem.is_some() { made.failing() } else { Vec::new() },
            problem,
            edition: called.edition,
        })
    }

    /// Opens the review under the plan that was shown: one act of the call, and for each case its reviewers, all at once.
    ///
    /// # Errors
    /// [`OfficeError::Stale`] when the plan would be another one by now; no day; a case that this person may not handle; refusals.
    pub async fn open_review(
        &self,
        person: &Person,
        call: &CallId,
        order: &ReviewPlanOrder,
        shown: Digest,
        request: RequestId,
    ) -> Result<usize, OfficeError> {
        let called = self.called(person, Action::RunCall, call).await?;
        if self.done_before(request).await? {
            return Ok(0);
        }
        let made = self.ingredients(&called, order).await?;
        let due =
            order.due.ok_or_else(|| OfficeError::field("due", "審査の期限を入力してください。", "Enter the day by which to review."))?;
        let plan = made.plan().map_err(|e| OfficeError::Invalid(vec![crate::FieldProblem { field: String::new(), text: e.message() }]))?;
        if plan.digest() != shown || plan.get().cases.is_empty() {
            return Err(OfficeError::Stale(LocalText::new(
                "表示後に申請又は審査員が変わり、割当案が変わりました。",
                "Cases or reviewers changed since the plan was shown.",
            )));
        }
        let by = self.by(person, called.edition.digest(), &called.edition.selection().clause);
        let opened = decide::open_review(&called.call.call, plan.digest(), due, called.edition.meta().closes, &by)?;
        let after = called.call.call.clone().apply(&opened.clone().recorded(called.call.seq() + 1, by.now)).map_err(OfficeError::fault)?;
        let kept =
            Plan { digest: plan.digest(), call: call.clone(), kind: PlanKind::Review, body: plan.json().to_owned(), made_by: person.id };
        let mut batch = Batch::call(call.clone(), called.call.seq(), vec![opened]).and_change(Change::keep_plan(&kept)).request(request);
        for planned in &plan.get().cases {
            self.may_case(person, Action::HandleCase, planned.case).await?;
            let case = made.cases.get(&planned.case).ok_or(OfficeError::NotFound)?;
            let act = decide::assign_reviewers(case, &after, called.edition.selection(), &planned.reviewers, &by)?;
            let seq = case.last.seq;
            batch = batch
                .and_append(Append::Case { case: planned.case, after: seq, acts: vec![act] })
                .and_job(self.job(&Work::Tell { case: planned.case, seq: seq + 1 })?);
        }
        self.append(batch).await?;
        Ok(plan.get().cases.len())
    }

    async fn ingredients(&self, called: &Called, order: &ReviewPlanOrder) -> Result<Ingredients, OfficeError> {
        let cases = self.store().cases_within(&called.permit).await?;
        let mut to_review = Vec::new();
        let mut staff = Staff::default();
        for (id, case) in cases.iter().filter(|(_, c)| matches!(c.state, CaseState::Complete { .. })) {
            to_review.push(self.to_review(*id, case, &mut staff).await?);
        }
        let each = order.each.unwrap_or(called.edition.selection().reviewers_each).max(1);
        let (reviewers, names) = self.available_reviewers(&cases, &order.cases_max).await?;
        Ok(Ingredients { cases, to_review, reviewers, names, each })
    }

    pub(crate) async fn to_review(&self, id: CaseId, case: &Case, staff: &mut Staff) -> Result<CaseToReview, OfficeError> {
        let mut people = BTreeSet::new();
        for organisation in self.organisations_in(id).await? {
            if let Entry::Vacant(unknown) = staff.0.entry(organisation) {
                let accounts = self.store().accounts_of(organisation).await?;
                // Others of the organisation are kept away as its members.
                let speaks = accounts.into_iter().filter(|a| a.roles.contains(&Role::Applicant)).map(|a| a.id);
                unknown.insert(speaks.collect());
            }
            people.extend(staff.0.get(&organisation).into_iter().flatten().copied());
        }
        let paper = &case.submission.paper;
        Ok(CaseToReview { id, receipt_number: paper.receipt_number.clone(), parties: paper.parties.iter().copied().collect(), people })
    }

    /// The organisations that take part in a case and have an account here.
    pub(crate) async fn organisations_in(&self, case: CaseId) -> Result<BTreeSet<OrganisationId>, OfficeError> {
        let mut found = BTreeSet::new();
        found.extend(self.store().application(case).await?.map(|a| a.application.lead));
        found.extend(self.store().members(case).await?.into_iter().filter_map(|m| m.organisation));
        Ok(found)
    }

    pub(crate) async fn available_reviewers(
        &self,
        cases: &BTreeMap<CaseId, Case>,
        cases_max: &BTreeMap<PersonId, u32>,
    ) -> Result<(Vec<AvailableReviewer>, BTreeMap<PersonId, (String, String)>), OfficeError> {
        let mut reviewers = Vec::new();
        let mut names = BTreeMap::new();
        for account in self.store().accounts_with(Role::Reviewer).await?.into_iter().filter(|a| a.disabled_at.is_none()) {
            let organisation = match account.organisation {
                Some(id) => self.store().organisation(id).await?,
                None => None,
            };
            let name = if account.name.is_empty() { account.login.clone() } else { account.name.clone() };
            names.insert(account.id, (name, organisation.as_ref().map(|o| o.name.clone()).unwrap_or_default()));
            let organisations: BTreeSet<CorporateNumber> = organisation.and_then(|o| o.corporate_number).into_iter().collect();
            reviewers.push(AvailableReviewer {
                person: account.id,
                organisations,
                declared_organisations: BTreeSet::new(),
                declared_cases: declared(account.id, cases),
                cases_max: cases_max.get(&account.id).copied().unwrap_or(CASES_EACH.saturating_sub(reviewing(account.id, cases))),
            });
        }
        Ok((reviewers, names))
    }
}

/// How many cases of the call somebody reviews already.
fn reviewing(person: PersonId, cases: &BTreeMap<CaseId, Case>) -> u32 {
    let own = |case: &&Case| {
        let assignment = case.state.review().and_then(|r| r.assignment(person));
        assignment.is_some_and(|a| !matches!(a.state, AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. }))
    };
    u32::try_from(cases.values().filter(own).count()).unwrap_or(u32::MAX)
}

/// Who works at which organisation, asked once each.
#[derive(Debug, Default)]
pub(crate) struct Staff(BTreeMap<OrganisationId, Vec<PersonId>>);

/// The cases on which somebody declared a conflict.
fn declared(person: PersonId, cases: &BTreeMap<CaseId, Case>) -> BTreeSet<CaseId> {
    let conflicted = |case: &&Case| {
        let own = case.state.review().and_then(|r| r.assignment(person));
        own.is_some_and(|a| matches!(a.state, AssignmentState::Conflicted(_)))
    };
    cases.iter().filter(|(_, c)| conflicted(c)).map(|(id, _)| *id).collect()
}
