//! The words of notices and mails: what happened, what to do next, by when.

use std::borrow::Cow;

use banso_grant::{Act as _, Case, CaseAct, CaseState, NoticeKind, Point};
use banso_guideline::{Edition, ReserveTerm, SectionContent};
use banso_kernel::{Day, Lang, LocalText};

use super::Told;
use super::cover::slot_title;
use crate::apply::quotes;

/// The title of a place of the form such as `plan/needs`, as its reader sees it.
#[must_use]
pub(super) fn place_title(edition: &Edition, place: &str) -> LocalText {
    let (section_id, key) = place.split_once('/').unwrap_or((place, ""));
    // A side's own section names its member between the two.
    let key = key.rsplit_once('/').map_or(key, |(_, key)| key);
    let quotes = quotes(edition);
    let Some(section) = edition.section(section_id).or((section_id == quotes.id).then_some(&quotes)) else {
        return LocalText::ja(place);
    };
    if key.is_empty() {
        return section.title.clone();
    }
    let label = match &section.content {
        SectionContent::Fields(fields) | SectionContent::Consortium { parts: fields, .. } => {
            fields.iter().find(|f| f.id == key || key.ends_with(&format!(".{}", f.id))).map(|f| f.label.clone())
        }
        SectionContent::Budget { lines, .. } => lines.iter().find(|l| key.starts_with(&l.name)).map(|l| l.title.clone()),
        SectionContent::Kpis => edition.kpis().iter().find(|k| k.id == key).map(|k| k.title.clone()),
        SectionContent::Documents(_) => Some(slot_title(edition, key)),
    };
    let label = label.unwrap_or_else(|| LocalText::ja(key));
    let english = |t: &LocalText| t.en.clone().unwrap_or_else(|| t.ja.clone());
    LocalText::new(format!("{} ／ {}", section.title.ja, label.ja), format!("{} / {}", english(&section.title), english(&label)))
}

impl Told<'_> {
    /// The subject line.
    pub(super) fn subject(&self, kind: NoticeKind) -> String {
        format!("{}（{}）", self.happened(kind).ja, self.paper.receipt_number)
    }

    /// What happened: after the decision the step itself, so that a list of notices tells them apart.
    fn happened(&self, kind: NoticeKind) -> LocalText {
        if !matches!(kind, NoticeKind::ExecutionStep | NoticeKind::ExecutionArrived) {
            return kind.label();
        }
        let step = crate::timeline::act_kind_name(self.record.act.kind());
        let en = step.get(Lang::En);
        let mut letters = en.chars();
        let capital: String = letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect();
        LocalText::new(format!("{}【交付決定後の手続】", step.ja), format!("{capital} (after the grant decision)"))
    }

    /// The text of a notice, Japanese first, the gist in English below.
    pub(super) fn body(&self, kind: NoticeKind, letter: bool) -> String {
        let (meta, number) = (self.edition.meta(), &self.paper.receipt_number);
        let what = format!("{} {}\n「{}」（受付番号 {number}）", meta.programme.ja, meta.call_name.ja, self.paper.title);
        let attached = if letter { "\n通知書（PDF）は、Bansoのお知らせのページからご覧になれます。" } else { "" };
        let english = self.happened(kind).en.unwrap_or_default();
        let recorded = self.record.recorded_at;
        format!(
            "{what}\n\n{}{attached}\n\n{english}. Receipt number {number}, recorded at {recorded}.\n\n{}\n",
            self.line(kind),
            meta.office
        )
    }

    /// What happened and what follows, in a few lines.
    fn line(&self, kind: NoticeKind) -> String {
        let at = self.record.recorded_at.wareki();
        let reason = reason_of(&self.record.act);
        match kind {
            NoticeKind::Receipt => format!(
                "{at}に申請（第{}版）を受け付けました。提出した内容全体の SHA-256 は {} です。受付票を添付しています。",
                self.paper.version, self.paper.whole
            ),
            NoticeKind::SubmissionTakenBack => {
                format!("{at}に提出を取り消しました。{}までは、直して提出し直せます。", self.edition.meta().closes.wareki())
            }
            NoticeKind::CorrectionAsked => format!("次の点の補正をお願いします。{}", self.points()),
            NoticeKind::CompletenessPassed => {
                "形式審査を終え、申請が整っていることを確認しました。続いて審査を行います。結果は改めてお知らせします。".to_owned()
            }
            NoticeKind::NotAccepted => format!("次の理由により、申請を受理しないこととしました。\n{reason}"),
            NoticeKind::ReviewAssigned => format!(
                "この申請の審査をお願いします。はじめに利益相反の有無を申告し、{}までに審査結果を提出してください。",
                review_due(self.case).map(Day::wareki).unwrap_or_default()
            ),
            NoticeKind::ReviewReleased => "この申請の審査の担当を外れました。お手元の写しは廃棄してください。".to_owned(),
            NoticeKind::ReviewNoLongerNeeded => {
                "申請が取り下げられたため、審査は不要となりました。お手元の写しは廃棄してください。".to_owned()
            }
            NoticeKind::ConflictFound => "審査員から利益相反の申告がありました。別の審査員に交代してください。".to_owned(),
            NoticeKind::ReviewReceived => format!("{at}に審査結果が提出されました。"),
            NoticeKind::ReconsiderationAsked => format!("次の理由により、審査結果の再検討をお願いします。\n{reason}"),
            NoticeKind::Selected => {
                format!(
                    "審査の結果、採択となりました。\n{reason}\n採択は補助金の交付を決定するものではありません。交付申請の手続に進んでください。"
                )
            }
            NoticeKind::Reserved => {
                format!("審査の結果、補欠となりました。繰上げのときは改めてお知らせします。{}\n{reason}", self.reserve_term())
            }
            NoticeKind::ReserveEnded => format!("繰上げとなることなく補欠の期間が終わり、不採択となりました。\n{reason}"),
            NoticeKind::Rejected => format!("審査の結果、不採択となりました。\n{reason}"),
            NoticeKind::Promoted => {
                format!("補欠から繰り上がり、採択となりました。\n{reason}\n交付申請の手続に進んでください。")
            }
            NoticeKind::GrantRequestReceived => format!("{}受付票を添付しています。", self.grant_request_line(&at)),
            NoticeKind::GrantRequestArrived => self.grant_request_line(&at),
            NoticeKind::GrantCorrectionAsked => format!("交付申請について、次の点の補正をお願いします。{}", self.points()),
            NoticeKind::GrantDecided => self.decision_line(),
            NoticeKind::GrantRefused => format!("次の理由により、補助金を交付しないことに決定しました。\n{reason}"),
            NoticeKind::WithdrawalConfirmed | NoticeKind::CaseWithdrawn => format!("{at}に取下げを受け付けました。"),
            NoticeKind::ExecutionStep | NoticeKind::ExecutionArrived => {
                format!("{at}に次の手続を記録しました。\n{}\n{reason}", crate::timeline::act_kind_name(self.record.act.kind()).ja)
            }
            NoticeKind::RecordRectified => format!("記録の誤記を次のとおり訂正しました。\n{reason}"),
        }
    }

    /// Until when a place on the reserve list counts, as far as the guideline says so.
    fn reserve_term(&self) -> String {
        match self.edition.selection().reserve_term {
            ReserveTerm::Open => String::new(),
            ReserveTerm::Until(last) => format!("補欠の期限は{}です。", last.wareki()),
            ReserveTerm::Unconfirmed => "補欠の期限は、定まり次第お知らせします。".to_owned(),
        }
    }

    fn grant_request_line(&self, at: &str) -> String {
        match self.case.state.request() {
            Some(request) => format!("{at}に交付申請（第{}版、申請額 {}）を受け付けました。", request.version, request.requested),
            None => format!("{at}に交付申請を受け付けました。"),
        }
    }

    fn decision_line(&self) -> String {
        let CaseAct::GrantDecided(decided) = &self.record.act else { return String::new() };
        format!(
            "補助金{}の交付を決定しました（{}）。交付の条件は通知書をご覧ください。この決定に不服があるときは、{}までに申請を取り下げることができます。",
            decided.amount,
            decided.number,
            decided.withdrawable_until.wareki()
        )
    }

    /// The points of a return, one a line, with their day.
    fn points(&self) -> String {
        let (points, due): (&[Point], Option<Day>) = if let CaseAct::Returned(returned) = &self.record.act {
            (&returned.points, Some(returned.due))
        } else if let CaseAct::GrantRequestReturned { points, due } = &self.record.act {
            (points, Some(*due))
        } else {
            (&[], None)
        };
        let lines = points.iter().map(|p| format!("\n・{}：{}", place_title(self.edition, &p.field).ja, p.note)).collect::<String>();
        let due = due.map(|d| format!("\n期限：{}まで", d.wareki())).unwrap_or_default();
        format!("{lines}{due}")
    }
}

fn review_due(case: &Case) -> Option<Day> {
    let CaseState::UnderReview { review } = &case.state else { return None };
    Some(review.due)
}

/// The reason that an act gives, where it gives one.
fn reason_of(act: &CaseAct) -> Cow<'_, str> {
    Cow::Borrowed(match act {
        CaseAct::Execution(act) => return Cow::Owned(act.reason()),
        CaseAct::SubmissionWithdrawn { reason }
        | CaseAct::NotAccepted { reason }
        | CaseAct::ReviewerReplaced { reason, .. }
        | CaseAct::ReconsiderationAsked { reason, .. }
        | CaseAct::BonusJudged { reason, .. }
        | CaseAct::Promoted { reason }
        | CaseAct::ReserveEnded { reason }
        | CaseAct::GrantRefused { reason, .. }
        | CaseAct::Withdrawn { reason }
        | CaseAct::Rectified { reason, .. } => reason,
        CaseAct::Selected(outcome) | CaseAct::Reserved { outcome, .. } | CaseAct::Rejected(outcome) => &outcome.reason,
        CaseAct::Submitted(_)
        | CaseAct::Returned(_)
        | CaseAct::CompletenessPassed { .. }
        | CaseAct::ReviewersAssigned { .. }
        | CaseAct::ConflictDeclared { .. }
        | CaseAct::Reviewed(_)
        | CaseAct::GrantRequested(_)
        | CaseAct::GrantRequestReturned { .. }
        | CaseAct::GrantDecided(_) => "",
    })
}
