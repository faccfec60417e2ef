//! Something is missing from what was handed in, or contradicts it.

use banso_kernel::{CorporateNumber, LocalText};

use super::{Step, Told, text};
use crate::law;

/// What a text is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName {
    pub ja: &'static str,
    pub en: &'static str,
}

impl FieldName {
    pub(crate) const fn new(ja: &'static str, en: &'static str) -> Self {
        FieldName { ja, en }
    }
}

/// A flaw in the papers of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaperFlaw {
    /// A step that must show its reason has none.
    ReasonMissing {
        step: Step,
    },
    /// A text that must not be blank is.
    Blank {
        field: FieldName,
    },
    TooLong {
        field: FieldName,
        characters_max: usize,
    },
    /// A return for correction that does not say what to correct.
    NoPoints,
    LeadNotAParty {
        lead: CorporateNumber,
    },
    PartyTwice {
        party: CorporateNumber,
    },
    /// Nobody or nothing to ask for: zero or less.
    NothingRequested,
    /// A resubmission into another call or by another lead.
    OtherApplication,
    /// A completeness check without a single thing checked.
    NothingChecked,
    DocumentMissing {
        slot: String,
    },
    NoSuchAct {
        seq: u64,
        last: u64,
    },
}

impl PaperFlaw {
    pub(super) fn told(&self) -> Told {
        match self {
            PaperFlaw::ReasonMissing { step } => Told::new(
                "R120",
                law::REASONS,
                text(format!("「{}」には理由が必要です。", step.label().ja), format!("`{}` needs a reason", step.code())),
                text("相手に示す理由を書いてください。", "write the reason as the other side will read it"),
            ),
            PaperFlaw::Blank { field } => of_a_text(
                "R121",
                text(format!("「{}」が空欄です。", field.ja), format!("`{}` is blank", field.en)),
                text("記入してください。", "fill it in"),
            ),
            PaperFlaw::TooLong { field, characters_max: max } => of_a_text(
                "R122",
                text(format!("「{}」は{max}字までです。", field.ja), format!("`{}` takes {max} characters at most", field.en)),
                text("短くしてください。", "shorten it"),
            ),
            PaperFlaw::NoPoints => Told::new(
                "R123",
                law::GUIDELINE,
                text("補正してほしい箇所が示されていません。", "no point to correct is named"),
                text("欄と内容を1つ以上示してください。", "name at least one field and what is wrong with it"),
            ),
            PaperFlaw::LeadNotAParty { lead } => Told::new(
                "R124",
                law::GUIDELINE,
                text(format!("代表者（{lead}）が構成員に含まれていません。"), format!("lead `{lead}` is not among the parties")),
                text("構成員の一覧を確認してください。", "check the list of members"),
            ),
            PaperFlaw::PartyTwice { party } => Told::new(
                "R125",
                law::GUIDELINE,
                text(format!("法人番号{party}の構成員が重複しています。"), format!("party `{party}` is named twice")),
                text("重複した行を削除してください。", "remove the second row"),
            ),
            PaperFlaw::NothingRequested => Told::new(
                "R126",
                law::GUIDELINE,
                text("補助金の申請額が0円以下です。", "no subsidy is asked for"),
                text("経費の欄を確認してください。", "check the budget"),
            ),
            PaperFlaw::OtherApplication => Told::new(
                "R127",
                law::GUIDELINE,
                text("公募回又は代表者が当初の提出と異なります。", "the call or the lead differs from the first submission"),
                text("別の申請として新たに作成してください。", "start a new application instead"),
            ),
            PaperFlaw::NothingChecked => Told::new(
                "R128",
                law::GUIDELINE,
                text("確認した項目が1つもありません。", "nothing was checked"),
                text("形式審査の項目を確認してください。", "go through the completeness list"),
            ),
            PaperFlaw::DocumentMissing { slot } => Told::new(
                "R129",
                law::GRANT_REQUEST,
                text(format!("書類「{slot}」が添付されていません。"), format!("document `{slot}` is not attached")),
                text("書類を添付してください。", "attach it"),
            ),
            PaperFlaw::NoSuchAct { seq, last } => Told::new(
                "R130",
                law::GUIDELINE,
                text(format!("{seq}番目の記録はありません（最後は{last}番）。"), format!("there is no act {seq}; the last is {last}")),
                text("案件の経過で番号を確認してください。", "look the number up in the timeline"),
            ),
        }
    }
}

/// A flaw of a text that somebody wrote: what the guideline's form asks for.
fn of_a_text(code: &'static str, message: LocalText, next_step: LocalText) -> Told {
    Told::new(code, law::GUIDELINE, message, next_step)
}
