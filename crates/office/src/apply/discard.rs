//! Throwing a draft away: only one that was never handed in, of which the ledger holds no act. Everybody who came in is told.

use banso_kernel::{CaseId, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change};

use super::draft::{CaseHead, Draft, Seat};
use super::told::words;
use crate::{Office, OfficeError};

/// What would be lost, for the page that asks once more.
#[derive(Debug, Clone)]
pub struct DiscardPage {
    pub head: CaseHead,
    /// Whether this person may throw it away: the lead may, while it was never handed in.
    pub may: bool,
    pub cost: Yen,
    /// Fields in which something stands.
    pub answers: usize,
    pub documents: usize,
    /// The other organisations that have come in.
    pub members: Vec<String>,
}

impl Draft {
    fn never_handed_in(&self) -> bool {
        self.file.is_none()
    }

    fn discard_page(&self) -> DiscardPage {
        let answers = self.answers.sections.values().flat_map(|sides| sides.values()).flat_map(|a| a.values());
        let came_in = self.members.iter().filter(|m| m.organisation.is_some_and(|o| o != self.lead.id));
        DiscardPage {
            head: self.head(),
            may: self.seat == Seat::Lead && self.never_handed_in(),
            cost: self.form_facts(self.edition.form()).total_cost().unwrap_or(Yen::new(i64::MAX)),
            answers: answers.filter(|t| !t.trim().is_empty()).count(),
            documents: self.attachments.len(),
            members: came_in.map(|m| self.side_name(m.member)).collect(),
        }
    }
}

impl Office {
    /// What throwing the draft away would mean.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn discard_page(&self, person: &Person, case: CaseId) -> Result<DiscardPage, OfficeError> {
        Ok(self.draft(person, case, Action::ReadCase).await?.discard_page())
    }

    /// Throws a draft away with everything in it, and tells the organisations that had come in. Pressed twice it is thrown away once.
    ///
    /// # Errors
    /// One that was handed in, even if it was taken back since: that is withdrawn, and stays on record.
    pub async fn discard_draft(&self, person: &Person, case: CaseId, request: RequestId) -> Result<(), OfficeError> {
        if self.store().answered(request).await?.is_some() {
            return Ok(());
        }
        let draft = self.draft(person, case, Action::SpeakForCase).await?;
        if !draft.never_handed_in() {
            return Err(OfficeError::Stale(LocalText::new(
                "一度提出した申請は削除できません。記録として残ります。提出の取消しや取下げは、申請のページから行えます。",
                "An application that was handed in is not thrown away: it stays on record. Take it back or withdraw it from its page.",
            )));
        }
        let mut batch = Batch::changes(vec![Change::draft_stands(case, draft.row.revision), Change::discard_draft(case)]).request(request);
        let words = discarded_words(&draft);
        for desk in self.desks_of(case).await?.into_iter().filter(|desk| *desk != draft.lead.id) {
            batch = self.tell_organisation(batch, (case, desk), "discarded", &words).await?;
        }
        self.append(batch).await.map(|_| ())
    }
}

fn discarded_words(draft: &Draft) -> (String, String) {
    let (title, lead) = (&draft.row.application.title, &draft.lead.name);
    let ja = format!(
        "代表者の{lead}が、この申請を提出せずに削除しました。貴機関が入力した内容と添付した書類も削除され、申請のページは開けません。"
    );
    let en = format!(
        "{lead} has thrown the draft of \"{title}\" away without submitting it. What your organisation had filled in and attached went with it, \
         and its page can no longer be opened."
    );
    words(draft, "作成中の申請が削除されました", &ja, &en)
}
