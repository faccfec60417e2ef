//! What is told of sums and limits.

use banso_kernel::Told;

use super::{ENTRY, ExecutionRefusal, GUIDELINE, above, pair, two};

impl ExecutionRefusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_sums(&self) -> Option<Told> {
        Some(match self {
            Self::NotPositive { amount } => two(
                "R431",
                ENTRY,
                pair(format!("金額（{amount}）が正しくありません。"), format!("`{amount}` is not an amount that can stand here")),
                ("金額を確認してください。", "check the amount"),
            ),
            Self::LinesDoNotSum { expected, sum } => two(
                "R432",
                ENTRY,
                pair(format!("内訳の合計（{sum}）が{expected}と一致しません。"), format!("the lines sum to `{sum}`, not to `{expected}`")),
                ("内訳を確認してください。", "check the lines"),
            ),
            Self::CutAboveReported { line, amount } => two(
                "R433",
                "適正化法第15条",
                pair(
                    format!("「{line}」の減額（{amount}）が報告額を超えています。"),
                    format!("`{amount}` cut from `{line}` is more than reported"),
                ),
                ("減額を確認してください。", "check the cut"),
            ),
            Self::NotMinor { line, shift, most } => two(
                "R442",
                "適正化法第7条第1項",
                pair(
                    format!("「{line}」への流用（{shift}）は軽微な変更の限度（{most}）を超えています。"),
                    format!("`{shift}` shifted to `{line}` is above the limit of minor changes, `{most}`"),
                ),
                ("計画変更の承認を申請してください。", "ask for approval of a change of plan"),
            ),
            Self::FigureWrong { computed, found } => two(
                "R443",
                ENTRY,
                pair(
                    format!("計算結果は{computed}ですが、{found}とされています。"),
                    format!("the figure comes to `{computed}`, not `{found}`"),
                ),
                ("画面を読み直して、もう一度行ってください。", "load the page again and repeat the step"),
            ),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_limits(&self) -> Option<Told> {
        Some(match self {
            Self::AboveDecided { amount, decided } => above(
                "R434",
                "適正化法第6条",
                ("交付決定の額", "the amount decided"),
                *amount,
                *decided,
                ("交付決定の額以内にしてください。", "stay within the decision"),
            ),
            Self::AboveEligible { amount, eligible } => above(
                "R435",
                GUIDELINE,
                ("対象経費", "the eligible cost"),
                *amount,
                *eligible,
                ("対象経費の額以内にしてください。", "stay within the eligible cost"),
            ),
            Self::AboveComputed { amount, computed } => above(
                "R436",
                "適正化法第15条",
                ("公募要領による計算額", "what the guideline computes"),
                *amount,
                *computed,
                ("計算額以内にしてください。", "stay within the computed amount"),
            ),
            Self::AboveEntitlement { amount, entitled } => above(
                "R437",
                "適正化法第15条",
                ("受け取ることができる額", "what the holder is entitled to"),
                *amount,
                *entitled,
                ("既に請求・支払した額を確認してください。", "see what was claimed and paid before"),
            ),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_returns(&self) -> Option<Told> {
        Some(match self {
            Self::BelowPaid { amount, paid } => two(
                "R438",
                GUIDELINE,
                pair(format!("{amount}は既に支払った額（{paid}）を下回ります。"), format!("`{amount}` is less than was paid, `{paid}`")),
                ("減額には取消し又は額の確定の手続を行ってください。", "cancel a part, or fix the amount"),
            ),
            Self::PartIsWhole { amount, entitled } => two(
                "R439",
                "適正化法第17条",
                pair(
                    format!("一部取消しの額（{amount}）が残りの全額（{entitled}）以上です。"),
                    format!("a part of `{amount}` is all of `{entitled}`"),
                ),
                ("全部取消しとしてください。", "cancel the whole"),
            ),
            Self::AboveReturnable { amount, most } => above(
                "R440",
                "適正化法第18条",
                ("返還を命ずることができる額", "what may be ordered back"),
                *amount,
                *most,
                ("返還額を計算し直してください。", "compute the order again"),
            ),
            Self::MoreThanOwed { amount, open } => above(
                "R441",
                "適正化法第19条",
                ("未納の額", "what is owed"),
                *amount,
                *open,
                ("未納の額を確認してください。超える分は過誤納として返してください。", "check what is open; give back what is beyond it"),
            ),
            Self::MoreThanCharged { amount, open } => above(
                "R444",
                "適正化法第19条第3項",
                ("免除できる額", "what may be waived"),
                *amount,
                *open,
                (
                    "いま生じている加算金又は延滞金の額以内にしてください。元本は免除できません。",
                    "stay within the charge as it stands; the principal is not waived",
                ),
            ),
            Self::NotAllThatIsLeft { amount, open } => two(
                "R445",
                ENTRY,
                pair(
                    format!("整理する額（{amount}）が未収の額（{open}）と一致しません。"),
                    format!("`{amount}` is not all that is left, `{open}`"),
                ),
                ("未収の額を確認してください。未収がない債権は整理できません。", "see what is left; a debt that is paid is not given up"),
            ),
            _ => return None,
        })
    }

    pub(super) fn of_figures(&self) -> Told {
        let why = if let Self::Figures(error) = self { error.to_string() } else { String::new() };
        let message = pair("数字を計算できません。", format!("the figures cannot be computed: {why}"));
        two("R450", ENTRY, message, ("金額と日付を確認してください。", "check amounts and days"))
    }
}
