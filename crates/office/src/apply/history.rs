//! What became of an application, as its applicant may know it: who reviews it and how is not told.

use banso_grant::{CaseAct, Recorded};
use banso_kernel::{Instant, LocalText};
use banso_store::CaseFile;

use crate::OfficeError;

/// One step on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub at: Instant,
    pub text: LocalText,
}

/// The steps so far, oldest first.
pub(crate) fn history(file: &CaseFile) -> Result<Vec<Happened>, OfficeError> {
    let acts: Vec<Recorded<CaseAct>> = file.recorded().map_err(OfficeError::fault)?;
    Ok(acts.iter().filter_map(|r| words(&r.act).map(|text| Happened { at: r.recorded_at, text })).collect())
}

fn words(act: &CaseAct) -> Option<LocalText> {
    let text = |ja: &str, en: &str| Some(LocalText::new(ja, en));
    match act {
        CaseAct::Submitted(s) => {
            Some(LocalText::new(format!("提出しました（第{}版）", s.version), format!("submitted (version {})", s.version)))
        }
        CaseAct::SubmissionWithdrawn { .. } => text("提出を取り消しました", "submission taken back"),
        CaseAct::Returned(_) => text("補正の依頼がありました", "returned for correction"),
        CaseAct::CompletenessPassed { .. } => text("形式審査を終えました", "found complete"),
        CaseAct::NotAccepted { .. } => text("受理されませんでした", "not accepted"),
        CaseAct::Selected(_) => text("採択されました", "selected"),
        CaseAct::Reserved { .. } => text("補欠となりました", "on the reserve list"),
        CaseAct::Rejected(_) => text("不採択となりました", "not selected"),
        CaseAct::Promoted { .. } => text("補欠から採択に繰り上がりました", "moved up from the reserve list"),
        CaseAct::ReserveEnded { .. } => text("補欠の期間が終わり、不採択となりました", "the reserve list ended: not selected"),
        CaseAct::GrantRequested(r) => {
            Some(LocalText::new(format!("交付申請をしました（第{}版）", r.version), format!("grant requested (version {})", r.version)))
        }
        CaseAct::GrantRequestReturned { .. } => text("交付申請の補正の依頼がありました", "grant request returned for correction"),
        CaseAct::GrantDecided(d) => Some(LocalText::new(
            format!("交付決定を受けました（{}、{}）", d.number, d.amount),
            format!("grant decided ({}, {})", d.number, d.amount),
        )),
        CaseAct::GrantRefused { .. } => text("不交付の決定がありました", "grant refused"),
        CaseAct::Withdrawn { .. } => text("取り下げました", "withdrawn"),
        CaseAct::Rectified { .. } => text("記録の誤記が訂正されました", "a clerical error was put right"),
        CaseAct::Execution(act) => Some(act.meta().label()),
        CaseAct::ReviewersAssigned { .. }
        | CaseAct::ConflictDeclared { .. }
        | CaseAct::ReviewerReplaced { .. }
        | CaseAct::Reviewed(_)
        | CaseAct::ReconsiderationAsked { .. }
        | CaseAct::BonusJudged { .. } => None,
    }
}
