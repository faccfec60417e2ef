//! What reviewers do in the play: declare, score.

use std::collections::BTreeMap;

use banso_guideline::Criterion;
use banso_kernel::PersonId;
use banso_office::desk::ReviewerSheet;
use banso_office::reviewing::{SubmitSheet, TypedSheet};
use banso_office::{ConflictKind, Declaration, ReviewStatus};
use banso_permits::{Person, Role};

use super::DemoTrouble;
use super::play::Play;
use super::{dice, scores};

impl Play<'_> {
    /// The nth reviewer who still stands on a case.
    pub(crate) async fn reviewer(&self, index: usize, nth: usize) -> Result<Person, DemoTrouble> {
        let reviews = self.office.case_reviews(&self.officer().await?, self.case(index)?).await?;
        let stands = |s: &&ReviewerSheet| !matches!(s.status, ReviewStatus::Conflicted | ReviewStatus::Replaced);
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
        let request = self.press(&format!("declare {index} {nth}"));
        Ok(self.office.declare_conflict(&who, self.case(index)?, declaration, request).await?)
    }

    pub(crate) async fn score(&self, index: usize, nth: usize) -> Result<(), DemoTrouble> {
        let who = self.reviewer(index, nth).await?;
        let edition = self.edition(self.proposal(index)?.round)?;
        let total = self.total(index, who.id, edition.score_sheet().criteria.iter().map(|c| c.points_max).sum()).await?;
        let points = scores::spread(edition.score_sheet(), total);
        let comment =
            |(c, (_, given)): (&Criterion, &(String, u32))| c.comment_required.then(|| (c.id.clone(), words_for(index, who.id, c, *given)));
        let comments: BTreeMap<String, String> = edition.score_sheet().criteria.iter().zip(&points).filter_map(comment).collect();
        let typed = TypedSheet {
            points: points.into_iter().map(|(id, given)| (id, given.to_string())).collect(),
            comments,
            overall: String::new(),
        };
        let order = SubmitSheet { typed, request: self.press(&format!("score {index} {nth}")) };
        Ok(self.office.submit_sheet(&who, self.case(index)?, &order).await?)
    }

    /// What a reviewer gives a case in all.
    async fn total(&self, index: usize, reviewer: PersonId, full: u32) -> Result<u32, DemoTrouble> {
        let all: Vec<PersonId> = self.store.accounts_with(Role::Reviewer).await?.into_iter().map(|a| a.id).collect();
        let reviews = self.office.case_reviews(&self.officer().await?, self.case(index)?).await?;
        let on_it: Vec<PersonId> = reviews.sheets.iter().filter(|s| s.status != ReviewStatus::Replaced).map(|s| s.person).collect();
        let seats: Vec<usize> = on_it.iter().map(|id| all.iter().position(|other| other == id).unwrap_or_default()).collect();
        let totals = scores::totals(index, self.proposal(index)?.points, &seats, full);
        let own = on_it.iter().position(|id| *id == reviewer);
        own.and_then(|seat| totals.get(seat)).copied().ok_or(DemoTrouble::Script("total"))
    }
}

/// A comment that fits the points, and says that it is made up.
fn words_for(index: usize, reviewer: PersonId, criterion: &Criterion, given: u32) -> String {
    let said = match (given * 100).checked_div(criterion.points_max).unwrap_or_default() {
        85.. => ["根拠が数値で示されており、優れている。", "従来との違いが明確で、説得力がある。", "計画が具体的で、実現の見込みが高い。"],
        65..85 => [
            "おおむね妥当だが、根拠の一部が弱い。",
            "方向は良い。比較の対象をもう少し示してほしい。",
            "妥当である。年度ごとの基準があるとなお良い。",
        ],
        _ => [
            "根拠が乏しく、目標との関係が分かりにくい。",
            "従来の方法との違いが十分に示されていない。",
            "前提の置き方に無理があり、再検討を要する。",
        ],
    };
    let nth = dice::roll(&format!("words {index} {reviewer} {}", criterion.id), 3);
    let words = said.into_iter().nth(usize::try_from(nth).unwrap_or_default()).unwrap_or_default();
    format!("【合成】{}：{words}", criterion.title.ja)
}
