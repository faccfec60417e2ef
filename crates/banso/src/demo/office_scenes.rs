//! What the office and the director do in the play: completeness, bonus points, the review's plan, the selection.

use banso_kernel::{LocalText, RequestId};
use banso_office::desk::{BonusJudgement, ReturnOrder, ReviewPlanOrder};
use banso_office::{Judgement, Point, ReviewStatus};
use banso_permits::Person;

use super::DemoTrouble;
use super::calls::Round;
use super::dice;
use super::play::Play;
use super::script::Verdict;

impl Play<'_> {
    pub(crate) async fn officer(&self) -> Result<Person, DemoTrouble> {
        self.who("officer").await
    }

    pub(crate) async fn director(&self) -> Result<Person, DemoTrouble> {
        self.who("director").await
    }

    /// One press of a button at this moment.
    pub(crate) fn press(&self, what: &str) -> RequestId {
        dice::request(&format!("{what} {}", self.office.now()))
    }

    pub(crate) async fn pass(&self, index: usize) -> Result<(), DemoTrouble> {
        let (officer, case) = (self.officer().await?, self.case(index)?);
        let page = self.office.office_case(&officer, case).await?;
        let ticked: Vec<String> = page.checklist.items.iter().map(|item| item.id.clone()).collect();
        Ok(self.office.pass_completeness(&officer, case, &ticked, self.press(&format!("pass {index}"))).await?)
    }

    pub(crate) async fn send_back(&self, index: usize) -> Result<(), DemoTrouble> {
        let note = "誓約書に共同研究先の分がありません。全ての構成員の誓約を1つのPDFにまとめて差し替えてください（合成）。";
        let order = ReturnOrder {
            points: vec![Point { field: "documents/pledge".to_owned(), note: note.to_owned() }],
            due: Some(self.office.now().day().plus_days(12)),
            request: self.press(&format!("return {index}")),
        };
        Ok(self.office.return_for_correction(&self.officer().await?, self.case(index)?, &order).await?)
    }

    pub(crate) async fn not_accept(&self, index: usize) -> Result<(), DemoTrouble> {
        let why = "研究開発計画書が別の公募のものであり、この公募の申請として審査できないため（合成）";
        let request = self.press(&format!("not accept {index}"));
        Ok(self.office.not_accept(&self.officer().await?, self.case(index)?, why, request).await?)
    }

    pub(crate) async fn judge_bonus(&self, index: usize, verdict: Verdict) -> Result<(), DemoTrouble> {
        let proposal = self.proposal(index)?;
        let edition = self.edition(proposal.round)?;
        let bonus = proposal.bonus.and_then(|n| edition.selection().bonuses.get(n)).ok_or(DemoTrouble::Script("bonus"))?;
        let (granted, reason) = match verdict {
            Verdict::Granted => (Judgement::Granted, "証拠書類を確認した（合成）"),
            Verdict::Denied => (Judgement::Denied, "書類の日付が対象の期間の外にあり、要件に合わない（合成）"),
        };
        let request = self.press(&format!("bonus {index}"));
        let order = BonusJudgement { bonus: bonus.id.clone(), granted, reason: reason.to_owned(), request };
        Ok(self.office.judge_bonus(&self.officer().await?, self.case(index)?, &order).await?)
    }

    pub(crate) async fn open_review(&self, round: Round) -> Result<(), DemoTrouble> {
        let (officer, call) = (self.officer().await?, self.call(round)?);
        let days = if round == Round::InReview { 23 } else { 33 };
        let order = ReviewPlanOrder { due: Some(self.office.now().day().plus_days(days)), ..ReviewPlanOrder::default() };
        let page = self.office.review_plan(&officer, &call, &order).await?;
        let shown = page.plan.ok_or_else(|| unplanned(page.problem))?;
        self.office.open_review(&officer, &call, &order, shown, self.press("open review")).await?;
        Ok(())
    }

    pub(crate) async fn replace(&self, index: usize) -> Result<(), DemoTrouble> {
        let (officer, case) = (self.officer().await?, self.case(index)?);
        let reviews = self.office.case_reviews(&officer, case).await?;
        let from = reviews.sheets.iter().find(|s| s.status == ReviewStatus::Conflicted).map(|s| s.person);
        let to = reviews.successors.first().map(|(person, _)| *person);
        let (from, to) = from.zip(to).ok_or(DemoTrouble::Script("successor"))?;
        let why = "利益相反の申告があったため（合成）";
        Ok(self.office.replace_reviewer(&officer, case, (from, to), why, self.press(&format!("replace {index}"))).await?)
    }

    pub(crate) async fn reconsider(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        let reviewer = self.reviewer(index, nth).await?.id;
        let why = "事業化計画の評点と講評の内容が食い違っているため、見直してください（合成）";
        let request = self.press(&format!("reconsider {index}"));
        Ok(self.office.ask_reconsideration(&self.officer().await?, self.case(index)?, reviewer, why, request).await?)
    }

    pub(crate) async fn close_review(&self, round: Round) -> Result<(), DemoTrouble> {
        let why = "全ての審査結果がそろったため（合成）";
        Ok(self.office.close_review(&self.officer().await?, &self.call(round)?, why, self.press("close review")).await?)
    }

    pub(crate) async fn freeze(&self, round: Round) -> Result<(), DemoTrouble> {
        let (officer, call) = (self.officer().await?, self.call(round)?);
        let meeting = self.office.meeting(&officer, &call).await?;
        let shown = meeting.plan.as_ref().map(|p| p.digest()).ok_or_else(|| unplanned(meeting.problem))?;
        Ok(self.office.freeze_selection(&officer, &call, shown, self.press("freeze")).await?)
    }

    pub(crate) async fn execute(&self, round: Round) -> Result<(), DemoTrouble> {
        let (director, call) = (self.director().await?, self.call(round)?);
        let meeting = self.office.meeting(&director, &call).await?;
        let shown = meeting.plan.as_ref().map(|p| p.digest()).ok_or_else(|| unplanned(meeting.problem))?;
        self.office.execute_selection(&director, &call, shown, self.press("execute")).await?;
        Ok(())
    }

    pub(crate) async fn promote(&self, index: usize) -> Result<(), DemoTrouble> {
        let why = "採択者の取下げにより予算に余裕が生じたため（合成）";
        Ok(self.office.promote(&self.director().await?, self.case(index)?, why, self.press(&format!("promote {index}"))).await?)
    }
}

fn unplanned(problem: Option<LocalText>) -> DemoTrouble {
    let text = problem.unwrap_or_else(|| LocalText::new("案を作れません。", "There is no plan."));
    DemoTrouble::Office(banso_office::OfficeError::Stale(text))
}
