//! What the office, the reviewers and the director do in the play.

use std::collections::{BTreeMap, BTreeSet};

use banso_grant::decide::{self, By, GrantLimits, GrantOrder, PromotionOrder, SheetOrder};
use banso_grant::review::{AvailableReviewer, CaseToReview, plan_review};
use banso_grant::selection::{Candidate, SelectionPlan, SelectionTerms, plan};
use banso_grant::{
    Actor, AssignmentState, CallAct, Case, CaseAct, CaseState, ConflictKind, Declaration, Judgement, Modification, NewAct, Point, Refusal,
};
use banso_kernel::{CaseId, Digest, PersonId, Yen};
use banso_permits::{Action, Permit, Person, Resource, Role};
use banso_store::{Batch, CaseFile, Change, Plan, PlanKind};

use super::DemoTrouble;
use super::calls::Round;
use super::play::Play;
use super::script::{Cut, Verdict};
use super::scores;

type Act = Result<NewAct<CaseAct>, Refusal>;

impl Play<'_> {
    fn by(&self, who: &Person, round: Round, clause: &str) -> Result<By, DemoTrouble> {
        let edition = self.edition(round)?.digest();
        Ok(By { actor: Actor::Person(who.id), edition, now: self.office.now(), clause: clause.to_owned() })
    }

    async fn permit(&self, who: &Person, action: Action, case: CaseId) -> Result<Permit, DemoTrouble> {
        let resource = self.store.resource_of(case).await?.ok_or(DemoTrouble::Script("resource"))?;
        self.policies.may(who, action, &resource).map_err(|d| DemoTrouble::Office(d.into()))
    }

    async fn file(&self, who: &Person, action: Action, case: CaseId) -> Result<CaseFile, DemoTrouble> {
        let permit = self.permit(who, action, case).await?;
        self.store.case(&permit).await?.ok_or(DemoTrouble::Script("case file"))
    }

    async fn step(
        &self,
        login: &str,
        action: Action,
        index: usize,
        decide: impl FnOnce(&CaseFile, &By) -> Act,
    ) -> Result<(), DemoTrouble> {
        let who = self.who(login).await?;
        self.step_of(&who, action, index, decide, Vec::new()).await
    }

    async fn step_of(
        &self,
        who: &Person,
        action: Action,
        index: usize,
        decide: impl FnOnce(&CaseFile, &By) -> Act,
        changes: Vec<Change>,
    ) -> Result<(), DemoTrouble> {
        let case = self.case(index)?;
        let file = self.file(who, action, case).await?;
        let act = decide(&file, &self.by(who, self.proposal(index)?.round, "5-2")?)?;
        let mut batch = Batch::case(case, file.seq(), vec![act]);
        batch.changes = changes;
        self.store.commit(batch).await?;
        Ok(())
    }

    async fn call_step(&self, login: &str, round: Round, acts: Vec<NewAct<CallAct>>, batch: Batch) -> Result<(), DemoTrouble> {
        let _who = self.who(login).await?;
        let call = self.call(round)?;
        let file = self.store.call(&call).await?.ok_or(DemoTrouble::Script("call"))?;
        let append = banso_store::Append::Call { call, after: file.acts.len() as u64, acts };
        self.store.commit(batch.and_append(append)).await?;
        Ok(())
    }

    async fn call_of(&self, round: Round) -> Result<banso_grant::Call, DemoTrouble> {
        Ok(self.store.call(&self.call(round)?).await?.ok_or(DemoTrouble::Script("call"))?.call)
    }

    pub(crate) async fn pass(&self, index: usize) -> Result<(), DemoTrouble> {
        let checks = ["様式と書類がそろっていること".to_owned(), "暴力団排除に関する誓約を確認したこと".to_owned()];
        self.step("officer", Action::HandleCase, index, |file, by| decide::pass_completeness(&file.case, &checks, by)).await
    }

    pub(crate) async fn send_back(&self, index: usize) -> Result<(), DemoTrouble> {
        let points = [Point {
            field: "documents/pledge".to_owned(),
            note: "誓約書に共同研究先の分がありません。追加してください（合成）。".to_owned(),
        }];
        let due = self.office.now().day().plus_days(22);
        self.step("officer", Action::HandleCase, index, |file, by| decide::return_for_correction(&file.case, &points, due, by)).await
    }

    pub(crate) async fn not_accept(&self, index: usize) -> Result<(), DemoTrouble> {
        let why = "研究開発計画書が別の公募のものであり、本公募の申請として審査できないため（合成）";
        self.step("officer", Action::HandleCase, index, |file, by| decide::not_accept(&file.case, why, by)).await
    }

    pub(crate) async fn judge_bonus(&self, index: usize, verdict: Verdict) -> Result<(), DemoTrouble> {
        let proposal = self.proposal(index)?;
        let edition = self.edition(proposal.round)?;
        let call = self.call_of(proposal.round).await?;
        let bonus = proposal.bonus.and_then(|n| edition.selection().bonuses.get(n)).ok_or(DemoTrouble::Script("bonus"))?;
        let (judgement, reason) = match verdict {
            Verdict::Granted => (Judgement::Granted, "証拠書類を確認した（合成）"),
            Verdict::Denied => (Judgement::Denied, "書類の日付が公募の開始より前で、要件に合わない（合成）"),
        };
        let order = decide::BonusOrder { bonus: bonus.id.clone(), judgement, reason: reason.to_owned() };
        let rules = edition.selection();
        self.step("officer", Action::HandleCase, index, |file, by| decide::judge_bonus(&file.case, &call, rules, &order, by)).await
    }

    async fn cases_of(&self, who: &Person, round: Round) -> Result<BTreeMap<CaseId, Case>, DemoTrouble> {
        let resource = Resource::Call(self.call(round)?);
        let permit = self.policies.may(who, Action::ReadCall, &resource).map_err(|d| DemoTrouble::Office(d.into()))?;
        Ok(self.store.cases_within(&permit).await?)
    }

    pub(crate) async fn open_review(&self, round: Round) -> Result<(), DemoTrouble> {
        let officer = self.who("officer").await?;
        let edition = self.edition(round)?;
        let cases = self.cases_of(&officer, round).await?;
        let complete: Vec<CaseToReview> = cases
            .iter()
            .filter(|(_, c)| matches!(c.state, CaseState::Complete { .. }))
            .map(|(id, c)| CaseToReview {
                id: *id,
                receipt_number: c.submission.paper.receipt_number.clone(),
                parties: c.submission.paper.parties.iter().copied().collect(),
                people: BTreeSet::new(),
            })
            .collect();
        let mut reviewers = Vec::new();
        for account in self.store.accounts_with(Role::Reviewer).await? {
            let own = match account.organisation {
                Some(id) => self.store.organisation(id).await?.and_then(|o| o.corporate_number),
                None => None,
            };
            reviewers.push(AvailableReviewer {
                person: account.id,
                organisations: own.into_iter().collect(),
                declared_organisations: BTreeSet::new(),
                declared_cases: BTreeSet::new(),
                cases_max: 20,
            });
        }
        let sealed = plan_review(&complete, &reviewers, edition.selection().reviewers_each).map_err(|_| DemoTrouble::Script("review plan"))?;
        let due = self.office.now().day().plus_days(if round == Round::Decided { 33 } else { 23 });
        let by = self.by(&officer, round, &edition.selection().clause)?;
        let call = self.call_of(round).await?;
        let act = decide::open_review(&call, sealed.digest(), due, &by)?;
        let kept = Plan {
            digest: sealed.digest(),
            call: self.call(round)?,
            kind: PlanKind::Review,
            body: sealed.json().to_owned(),
            made_by: officer.id,
        };
        self.call_step("officer", round, vec![act], Batch::changes(vec![Change::keep_plan(&kept)])).await?;
        let call = self.call_of(round).await?;
        for planned in &sealed.get().cases {
            let index = self.cases.iter().find(|(_, id)| **id == planned.case).map(|(i, _)| *i).ok_or(DemoTrouble::Script("case"))?;
            let rules = edition.selection();
            self.step("officer", Action::HandleCase, index, |file, by| {
                decide::assign_reviewers(&file.case, &call, rules, &planned.reviewers, by)
            })
            .await?;
        }
        Ok(())
    }

    /// The nth reviewer who still stands on a case.
    async fn reviewer(&self, index: usize, nth: usize) -> Result<Person, DemoTrouble> {
        let officer = self.who("officer").await?;
        let file = self.file(&officer, Action::ReadCase, self.case(index)?).await?;
        let CaseState::UnderReview { review } = &file.case.state else { return Err(DemoTrouble::Script("review")) };
        let standing = review
            .assignments
            .iter()
            .filter(|a| !matches!(a.state, AssignmentState::Conflicted(_) | AssignmentState::Replaced { .. }))
            .map(|a| a.reviewer)
            .nth(nth);
        Ok(self.office.person(standing.ok_or(DemoTrouble::Script("reviewer"))?).await?)
    }

    pub(crate) async fn declare(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        self.declaration(index, nth, Declaration::NoConflict).await
    }

    pub(crate) async fn conflict(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        self.declaration(index, nth, Declaration::Conflict(ConflictKind::JointWork)).await
    }

    async fn declaration(&self, index: usize, nth: usize, declaration: Declaration) -> Result<(), DemoTrouble> {
        let who = self.reviewer(index, nth).await?;
        let call = self.call_of(self.proposal(index)?.round).await?;
        let id = who.id;
        self.step_of(&who, Action::ReviewCase, index, |file, by| decide::declare_conflict(&file.case, &call, id, declaration, by), vec![]).await
    }

    pub(crate) async fn replace(&self, index: usize) -> Result<(), DemoTrouble> {
        let officer = self.who("officer").await?;
        let file = self.file(&officer, Action::ReadCase, self.case(index)?).await?;
        let CaseState::UnderReview { review } = &file.case.state else { return Err(DemoTrouble::Script("review")) };
        let from = review.assignments.iter().find(|a| matches!(a.state, AssignmentState::Conflicted(_))).map(|a| a.reviewer);
        let from = from.ok_or(DemoTrouble::Script("conflict"))?;
        let all = self.store.accounts_with(Role::Reviewer).await?;
        let to = all.iter().map(|a| a.id).rfind(|id| review.assignment(*id).is_none()).ok_or(DemoTrouble::Script("successor"))?;
        let call = self.call_of(self.proposal(index)?.round).await?;
        let why = "利益相反の申告があったため";
        self.step("officer", Action::HandleCase, index, |file, by| decide::replace_reviewer(&file.case, &call, from, to, why, by)).await
    }

    pub(crate) async fn score(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        let proposal = self.proposal(index)?;
        let edition = self.edition(proposal.round)?;
        let call = self.call_of(proposal.round).await?;
        let who = self.reviewer(index, nth).await?;
        let mut logins: Vec<PersonId> = self.store.accounts_with(Role::Reviewer).await?.into_iter().map(|a| a.id).collect();
        logins.dedup();
        let mut seats = Vec::new();
        for n in 0..edition.selection().reviewers_each as usize {
            let person = self.reviewer(index, n).await?;
            seats.push(logins.iter().position(|id| *id == person.id).unwrap_or_default());
        }
        let full: u32 = edition.score_sheet().criteria.iter().map(|c| c.points_max).sum();
        let totals = scores::totals(index, proposal.points, &seats, full);
        let total = totals.get(nth).copied().ok_or(DemoTrouble::Script("total"))?;
        let comments: BTreeMap<String, String> =
            edition.score_sheet().criteria.iter().filter(|c| c.comment_required).map(|c| (c.id.clone(), "合成の講評です。".to_owned())).collect();
        let text = serde_json::to_string(&comments).unwrap_or_default();
        let order = SheetOrder {
            reviewer: who.id,
            points: scores::spread(edition.score_sheet(), total),
            commented: comments.keys().cloned().collect(),
            comments: Digest::of(text.as_bytes()),
        };
        let sheet = edition.score_sheet();
        self.step_of(
            &who,
            Action::ReviewCase,
            index,
            |file, by| decide::submit_review(&file.case, &call, sheet, &order, by),
            vec![Change::keep_content(&text)],
        )
        .await
    }

    pub(crate) async fn reconsider(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        let reviewer = self.reviewer(index, nth).await?.id;
        let call = self.call_of(self.proposal(index)?.round).await?;
        let why = "事業化計画の評点と講評の内容が食い違っているため、見直してください（合成）";
        self.step("officer", Action::HandleCase, index, |file, by| decide::ask_reconsideration(&file.case, &call, reviewer, why, by)).await
    }

    pub(crate) async fn close_review(&self, round: Round) -> Result<(), DemoTrouble> {
        let officer = self.who("officer").await?;
        let act = decide::close_review(&self.call_of(round).await?, "全ての採点がそろったため", &self.by(&officer, round, "5-2")?)?;
        self.call_step("officer", round, vec![act], Batch::default()).await
    }

    async fn selection(&self, round: Round) -> Result<SelectionPlan, DemoTrouble> {
        let officer = self.who("officer").await?;
        let edition = self.edition(round)?;
        let call = self.call(round)?;
        let cases = self.cases_of(&officer, round).await?;
        let candidates: Vec<Candidate> = cases.iter().filter_map(|(id, case)| Candidate::of(*id, case)).collect();
        let terms = SelectionTerms {
            call: &call,
            edition: edition.digest(),
            budget: edition.meta().budget,
            sheet: edition.score_sheet(),
            rules: edition.selection(),
        };
        plan(&candidates, &terms).map_err(|_| DemoTrouble::Script("selection plan"))
    }

    pub(crate) async fn freeze(&self, round: Round) -> Result<(), DemoTrouble> {
        let officer = self.who("officer").await?;
        let sealed = self.selection(round).await?;
        let act = decide::freeze_selection(&self.call_of(round).await?, &sealed, 0, &self.by(&officer, round, "5-2")?)?;
        let kept = Plan {
            digest: sealed.digest(),
            call: self.call(round)?,
            kind: PlanKind::Selection,
            body: sealed.json().to_owned(),
            made_by: officer.id,
        };
        self.call_step("officer", round, vec![act], Batch::changes(vec![Change::keep_plan(&kept)])).await
    }

    pub(crate) async fn execute(&self, round: Round) -> Result<(), DemoTrouble> {
        let director = self.who("director").await?;
        let sealed = self.selection(round).await?;
        let act = decide::execute_selection(&self.call_of(round).await?, &sealed, &self.by(&director, round, "5-2")?)?;
        self.call_step("director", round, vec![act], Batch::default()).await?;
        let call = self.call_of(round).await?;
        for planned in sealed.cases() {
            let index = self.cases.iter().find(|(_, id)| **id == planned.case).map(|(i, _)| *i).ok_or(DemoTrouble::Script("case"))?;
            let id = planned.case;
            self.step("director", Action::Decide, index, |file, by| decide::give_outcome(id, &file.case, &call, &sealed, by)).await?;
        }
        Ok(())
    }

    pub(crate) async fn promote(&self, index: usize) -> Result<(), DemoTrouble> {
        let order = PromotionOrder { reason: "採択者の取下げによる（合成）".to_owned(), first_in_line: 1, free: Yen::new(1_000_000_000) };
        self.step("director", Action::Decide, index, |file, by| decide::promote(&file.case, &order, by)).await
    }

    pub(crate) async fn return_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let points = [Point { field: "grant-documents/grant-quotes".to_owned(), note: "相見積が足りません（合成）。".to_owned() }];
        let due = self.office.now().day().plus_days(14);
        self.step("officer", Action::HandleCase, index, |file, by| decide::return_grant_request(&file.case, &points, due, by)).await
    }

    pub(crate) async fn grant(&self, index: usize, cut: Cut) -> Result<(), DemoTrouble> {
        let round = self.proposal(index)?.round;
        let edition = self.edition(round)?;
        let today = self.office.now().day();
        let conditions: Vec<String> = edition.conditions().iter().map(|c| c.text.ja.clone()).collect();
        self.step("director", Action::Decide, index, |file, by| {
            let asked = match &file.case.state {
                CaseState::GrantRequested { request, .. } => request.requested,
                _ => Yen::ZERO,
            };
            let less = match cut {
                Cut::AsAsked => 0,
                Cut::Modified => 1_200_000,
            };
            let amount = Yen::new(asked.get() - less);
            let modification = Modification {
                place: "3年目 物品費".to_owned(),
                asked: Yen::new(5_000_000),
                granted: Yen::new(5_000_000 - less),
                reason: "既存の設備で足りるため（合成）".to_owned(),
            };
            let order = GrantOrder {
                number: format!("{index:03}"),
                eligible_cost: Yen::new(asked.get() * 3 / 2),
                amount,
                by_year: vec![(1, amount)],
                conditions,
                modifications: if less == 0 { vec![] } else { vec![modification] },
                feasibility: if less == 0 { String::new() } else { "研究開発の目的の達成に支障はない（合成）".to_owned() },
                project_ends: today.plus_days(900),
                withdrawable_until: today.plus_days(20),
            };
            let limits = GrantLimits { ceiling: asked, budget: asked };
            decide::decide_grant(&file.case, &order, limits, by)
        })
        .await
    }

    pub(crate) async fn refuse_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let why = "同じ内容について国の他の補助金の交付決定を受けたことが確認されたため（合成）";
        self.step("director", Action::Decide, index, |file, by| decide::refuse_grant(&file.case, "R-003", why, by)).await
    }
}
