//! Bonus points: granted or denied on their evidence, each with its reason. The last judgement counts until a selection plan is frozen.

use banso_grant::Judgement;
use banso_grant::decide::{self, BonusOrder};
use banso_kernel::{CaseId, RequestId};
use banso_permits::{Action, Person};

use crate::{Office, OfficeError};

/// A judgement of one bonus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BonusJudgement {
    pub bonus: String,
    pub granted: Judgement,
    pub reason: String,
    pub request: RequestId,
}

impl Office {
    /// Judges a bonus of a case.
    ///
    /// # Errors
    /// A bonus that the guideline does not have, a grant without its evidence, no reason, a frozen plan; stale.
    pub async fn judge_bonus(&self, person: &Person, case: CaseId, order: &BonusJudgement) -> Result<(), OfficeError> {
        let handled = self.handled(person, Action::HandleCase, case).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        if order.reason.trim().is_empty() {
            return Err(OfficeError::field("bonus-reason", "判定の理由を入力してください。", "Enter the reason of the judgement."));
        }
        let rules = handled.edition.selection();
        let by = self.by(person, handled.edition.digest(), &rules.clause);
        let judged = BonusOrder { bonus: order.bonus.clone(), judgement: order.granted, reason: order.reason.clone() };
        let act = decide::judge_bonus(&handled.file.case, &handled.call.call, rules, &judged, &by)?;
        // Told with the outcome: nothing is queued.
        let batch = banso_store::Batch::case(case, handled.file.seq(), vec![act]).request(order.request);
        self.append(batch).await?;
        Ok(())
    }
}
