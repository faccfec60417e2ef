//! What reviewers do in the play.

use std::collections::BTreeMap;

use banso_grant::decide::{self, By, SheetOrder};
use banso_grant::{Actor, CaseAct, ConflictKind, Declaration, NewAct, Refusal, ReviewStatus};
use banso_kernel::{CaseId, Digest, PersonId};
use banso_permits::{Action, Permit, Person, Role};
use banso_store::{Batch, CaseFile, Change};

use super::DemoTrouble;
use super::calls::Round;
use super::play::Play;
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

    pub(crate) async fn step(
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

    pub(crate) async fn call_of(&self, round: Round) -> Result<banso_grant::Call, DemoTrouble> {
        Ok(self.store.call(&self.call(round)?).await?.ok_or(DemoTrouble::Script("call"))?.call)
    }

    /// The nth reviewer who still stands on a case.
    pub(crate) async fn reviewer(&self, index: usize, nth: usize) -> Result<Person, DemoTrouble> {
        let reviews = self.office.case_reviews(&self.officer().await?, self.case(index)?).await?;
        let stands = |s: &&banso_office::desk::ReviewerSheet| !matches!(s.status, ReviewStatus::Conflicted | ReviewStatus::Replaced);
        let standing = reviews.sheets.iter().filter(stands).nth(nth).map(|s| s.person);
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
        self.step_of(&who, Action::ReviewCase, index, |file, by| decide::declare_conflict(&file.case, &call, id, declaration, by), vec![])
            .await
    }

    pub(crate) async fn score(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        let proposal = self.proposal(index)?;
        let edition = self.edition(proposal.round)?;
        let call = self.call_of(proposal.round).await?;
        let who = self.reviewer(index, nth).await?;
        let all: Vec<PersonId> = self.store.accounts_with(Role::Reviewer).await?.into_iter().map(|a| a.id).collect();
        let reviews = self.office.case_reviews(&self.officer().await?, self.case(index)?).await?;
        let on_it: Vec<PersonId> = reviews.sheets.iter().filter(|s| s.status != ReviewStatus::Replaced).map(|s| s.person).collect();
        let seats: Vec<usize> = on_it.iter().map(|id| all.iter().position(|other| other == id).unwrap_or_default()).collect();
        let full: u32 = edition.score_sheet().criteria.iter().map(|c| c.points_max).sum();
        let totals = scores::totals(index, proposal.points, &seats, full);
        let own = on_it.iter().position(|id| *id == who.id);
        let total = own.and_then(|seat| totals.get(seat)).copied().ok_or(DemoTrouble::Script("total"))?;
        let comments: BTreeMap<String, String> = edition
            .score_sheet()
            .criteria
            .iter()
            .filter(|c| c.comment_required)
            .map(|c| (c.id.clone(), "合成の講評です。".to_owned()))
            .collect();
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
}
