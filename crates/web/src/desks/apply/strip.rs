//! What stands at the top of every page of an application: what it is, where it stands, how long there is.

use banso_kernel::{Instant, LocalText};
use banso_office::apply::{CaseHead, Phase};

/// The words of the strip.
pub(crate) struct Strip {
    pub(crate) title: String,
    pub(crate) call: LocalText,
    pub(crate) track: LocalText,
    pub(crate) lead: String,
    pub(crate) state: LocalText,
    pub(crate) tone: &'static str,
    pub(crate) receipt_number: Option<String>,
    /// Until when, with what ends then.
    pub(crate) until: Option<(LocalText, Instant)>,
    pub(crate) note: Option<LocalText>,
}

impl Strip {
    pub(crate) fn of(head: &CaseHead) -> Self {
        let (tone, label, note) = words(&head.phase);
        Strip {
            title: head.title.clone(),
            call: head.call_name.clone(),
            track: head.track.clone(),
            lead: head.lead.clone(),
            state: head.state.clone(),
            tone,
            receipt_number: head.receipt_number.clone(),
            until: head.phase.until().map(|until| (label, until)),
            note,
        }
    }
}

fn words(phase: &Phase) -> (&'static str, LocalText, Option<LocalText>) {
    let label = match phase {
        Phase::Correcting { .. } | Phase::CorrectingRequest { .. } => LocalText::new("補正の期限", "Correction due"),
        Phase::Filling { .. }
        | Phase::Closed { .. }
        | Phase::Submitted { .. }
        | Phase::Waiting
        | Phase::Requesting { .. }
        | Phase::Granted { .. }
        | Phase::Ended => LocalText::new("受付締切", "Closes"),
    };
    let (tone, note) = match phase {
        Phase::Filling { .. } => ("active", None),
        Phase::Closed { at } => (
            "",
            Some(LocalText::new(
                format!("この公募は{}に締め切られました。入力した内容は残っていますが、提出はできません。", at.wareki()),
                format!("The call closed at {at}. What you entered is kept, but it can no longer be submitted."),
            )),
        ),
        Phase::Submitted { until } => (
            "good",
            Some(LocalText::new(
                format!("提出済みです。{}までは、提出を取り消して直し、もう一度提出できます。", until.wareki()),
                format!("Submitted. Until {until} you can take it back, change it and submit again."),
            )),
        ),
        Phase::Correcting { due, until, .. } if until.day() > *due => ("care", Some(correction_may_come_later(*until))),
        Phase::Correcting { .. } | Phase::CorrectingRequest { .. } => (
            "care",
            Some(LocalText::new(
                "事務局から補正の依頼が届いています。期限までに直して、もう一度提出してください。",
                "The office asks for corrections. Put them right and submit again before the due day.",
            )),
        ),
        Phase::Waiting => (
            "active",
            Some(LocalText::new(
                "事務局の手続を待っています。結果は通知でお知らせします。",
                "With the office. You will be told by a notice.",
            )),
        ),
        Phase::Requesting { .. } => (
            "good",
            Some(LocalText::new(
                "採択されました。補助金を受けるには交付申請が必要です。経費を確かめ、見積書を添付して提出してください。",
                "Selected. To receive the subsidy, request the grant: confirm the budget, attach the quotes and submit.",
            )),
        ),
        Phase::Granted { until: Some(until) } => (
            "good",
            Some(LocalText::new(
                format!("交付決定を受けています。決定の内容に不服があるときは、{}まで取り下げられます（適正化法第9条）。", until.wareki()),
                format!("The grant is decided. If you disagree with its terms you may withdraw until {until} (Art. 9)."),
            )),
        ),
        Phase::Granted { until: None } => (
            "good",
            Some(LocalText::new(
                "交付決定を受けています。決定後の手続（計画変更・実績報告・請求・その後の報告）は「交付決定後の手続」から行います。",
                "The grant is decided. Changes, the completion report, claims and later reports are all under `After the decision`.",
            )),
        ),
        Phase::Ended => ("", None),
    };
    (tone, label, note)
}

/// The call closes after the due day of the correction: until then it is taken in, though late.
fn correction_may_come_later(until: Instant) -> LocalText {
    LocalText::new(
        format!(
            "事務局から補正の依頼が届いています。期限までに直して、もう一度提出してください。期限を過ぎたときも、公募の受付が締め切られる{}までは提出できます。",
            until.wareki()
        ),
        format!(
            "The office asks for corrections. Put them right and submit again before the due day. After it you can still submit until the call closes at {until}."
        ),
    )
}
