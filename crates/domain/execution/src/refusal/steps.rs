//! What is told when a step does not fit where the case stands.

use banso_kernel::Told;

use super::{ExecutionRefusal, GUIDELINE, pair, two};

impl ExecutionRefusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_steps(&self) -> Option<Told> {
        Some(match self {
            Self::WrongPhase { act, phase } => two(
                "R401",
                act.article.unwrap_or(GUIDELINE),
                pair(
                    format!("「{}」の段階では「{}」を行えません。", phase.label().ja, act.ja),
                    format!("`{}` cannot be done while the case is `{}`", act.kind, phase.code()),
                ),
                (
                    "案件の経過を開き、今の段階で行える手続を確認してください。",
                    "open the case's timeline and see which steps its phase allows",
                ),
            ),
            Self::StillPending(what) => two(
                "R402",
                GUIDELINE,
                pair(format!("{}の処理が終わっていません。", what.label().0), format!("a {} is still pending", what.label().1)),
                ("先にその処理を終えてください。", "settle it first"),
            ),
            Self::NothingPending(what) => two(
                "R403",
                GUIDELINE,
                pair(format!("対象となる{}がありません。", what.label().0), format!("there is no {} for this step", what.label().1)),
                ("案件の経過で、処理済みでないか確認してください。", "see in the timeline whether it was settled already"),
            ),
            Self::StillOpen { item } => two(
                "R408",
                GUIDELINE,
                pair(
                    format!("「{}」が残っているため、完結できません（{}）。", item.kind.label().ja, item.what),
                    format!("`{}` `{}` is open: the case cannot be closed", item.kind.code(), item.what),
                ),
                ("残っている手続を終えてから完結してください。", "settle what is open, then close"),
            ),
            Self::NotInTheGuideline { what } => two(
                "R410",
                GUIDELINE,
                pair(
                    format!("この公募要領には「{}」の定めがありません。", what.ja),
                    format!("the guideline has no rule on {}", what.get(banso_kernel::Lang::En)),
                ),
                ("公募要領を確認してください。", "check the guideline"),
            ),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_numbers(&self) -> Option<Told> {
        Some(match self {
            Self::NoSuchNumber { number } => two(
                "R404",
                GUIDELINE,
                pair(format!("{number}番の記録はありません。"), format!("there is no number {number}")),
                ("番号を確認してください。", "check the number"),
            ),
            Self::NumberNotNext { expected, found } => two(
                "R405",
                GUIDELINE,
                pair(format!("番号は{expected}のはずですが、{found}です。"), format!("number {expected} was expected, not {found}")),
                ("画面を読み直して、もう一度行ってください。", "load the page again and repeat the step"),
            ),
            Self::NoSuchAsset { id } => two(
                "R406",
                "適正化法第22条",
                pair(format!("財産「{id}」は取得財産の台帳にありません。"), format!("asset `{id}` is not in the register")),
                ("台帳の番号を確認するか、先に登録してください。", "check its number, or register it first"),
            ),
            Self::AssetNotCounted { id } => two(
                "R407",
                "適正化法第22条",
                pair(format!("財産「{id}」の現況が記入されていません。"), format!("asset `{id}` is missing from the census")),
                ("台帳の全ての財産について現況を記入してください。", "say of every asset in the register how it is"),
            ),
            Self::NotTheHolder { holder, from } => two(
                "R409",
                GUIDELINE,
                pair(format!("現在の事業者は{holder}で、{from}ではありません。"), format!("the holder is `{holder}`, not `{from}`")),
                ("法人番号を確認してください。", "check the corporate number"),
            ),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_kinds(&self) -> Option<Told> {
        Some(match self {
            Self::TriggerWrong { trigger } => two(
                "R421",
                "適正化法第14条",
                pair(
                    format!("報告の事由「{}」が案件の状態と合いません。", trigger.label().ja),
                    "the occasion of the report does not fit the case",
                ),
                ("報告の事由を選び直してください。", "choose the occasion again"),
            ),
            Self::PaymentKindWrong { kind } => two(
                "R422",
                GUIDELINE,
                pair(
                    format!("「{}」は今の段階では請求できません。", kind.label().ja),
                    "an advance is claimed before the amount is fixed, a settlement after",
                ),
                ("額の確定前は概算払、確定後は精算払を請求してください。", "claim an advance before fixing, a settlement after"),
            ),
            Self::ReceiptsWrong => two(
                "R428",
                "適正化法施行令第10条第1項",
                pair("受領日の充て方が最後の受領からさかのぼる順になっていません。", "the receipts are not the last ones backwards"),
                ("返還額を計算し直してください。", "compute the order again"),
            ),
            Self::SurchargeWrong { due } => two(
                "R429",
                "適正化法第19条第1項",
                if *due {
                    pair("取消しによる返還には加算金が付きます。", "a repayment after a cancellation bears a surcharge")
                } else {
                    pair("この返還には加算金が付きません。", "this repayment bears no surcharge")
                },
                ("命令の内容を計算し直してください。", "compute the order again"),
            ),
            _ => return None,
        })
    }
}
