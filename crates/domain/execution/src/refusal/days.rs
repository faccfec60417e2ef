//! What is told of days and texts.

use banso_kernel::Told;

use super::{ExecutionRefusal, GUIDELINE, pair, two};

impl ExecutionRefusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_days(&self) -> Option<Told> {
        Some(match self {
            Self::DueNotAhead { due, today } => two(
                "R411",
                GUIDELINE,
                pair(
                    format!("期限（{}）は本日（{}）より後の日にしてください。", due.wareki(), today.wareki()),
                    format!("due day `{due}` is not after `{today}`"),
                ),
                ("期限を選び直してください。", "choose a later day"),
            ),
            Self::InTheFuture { day, today } => two(
                "R412",
                GUIDELINE,
                pair(
                    format!("{}はまだ来ていません（本日は{}）。", day.wareki(), today.wareki()),
                    format!("`{day}` has not come yet; today is `{today}`"),
                ),
                ("日付を確認してください。", "check the day"),
            ),
            Self::BeforeDecision { day, decided_on } => two(
                "R413",
                GUIDELINE,
                pair(
                    format!("{}は決定・命令の日（{}）より前です。", day.wareki(), decided_on.wareki()),
                    format!("`{day}` is before the decision or order of `{decided_on}`"),
                ),
                ("日付を確認してください。", "check the day"),
            ),
            Self::AfterProjectEnd { day, ends } => two(
                "R414",
                "適正化法第14条",
                pair(
                    format!("{}は補助事業の終了日（{}）を過ぎています。", day.wareki(), ends.wareki()),
                    format!("`{day}` is after the end of the project, `{ends}`"),
                ),
                ("期間を延ばす必要があるときは、計画変更又は事故報告を行ってください。", "ask for a change of plan, or report the delay"),
            ),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_waiting(&self) -> Option<Told> {
        Some(match self {
            Self::YearNotOver { ends } => two(
                "R415",
                GUIDELINE,
                pair(
                    format!("報告の対象年度（{}まで）が終わっていません。", ends.wareki()),
                    format!("the year of the report ends on `{ends}`"),
                ),
                ("年度が終わってから報告してください。", "report when the year is over"),
            ),
            Self::HearingOpen { until } => two(
                "R416",
                "適正化法第17条",
                pair(format!("弁明の期限（{}）がまだ過ぎていません。", until.wareki()), format!("the holder may answer until `{until}`")),
                ("弁明を受けるか、期限の翌日以降に行ってください。", "wait for the answer or for the day after"),
            ),
            Self::NotOverdue => two(
                "R417",
                "適正化法第21条第1項",
                pair("納期限が過ぎていません。", "nothing of the debt is overdue"),
                ("納期限の翌日以降に督促してください。", "demand payment after the due day"),
            ),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a part of one table; `told` asks the parts in turn")]
    pub(super) fn of_texts(&self) -> Option<Told> {
        Some(match self {
            Self::Blank { field } => two(
                "R423",
                "適正化法第21条の2",
                pair(format!("{}が記入されていません。", field.label().0), format!("{} is blank", field.label().1)),
                ("記入してください。", "fill it in"),
            ),
            Self::TooLong { field, characters_max } => two(
                "R424",
                GUIDELINE,
                pair(
                    format!("{}は{characters_max}字以内で記入してください。", field.label().0),
                    format!("{} is longer than {characters_max} characters", field.label().1),
                ),
                ("短くしてください。", "make it shorter"),
            ),
            Self::NoLines => two(
                "R425",
                GUIDELINE,
                pair("明細が1件もありません。", "there are no lines"),
                ("明細を記入してください。", "enter at least one"),
            ),
            Self::LineTwice { line } => two(
                "R426",
                GUIDELINE,
                pair(format!("「{line}」が空欄であるか重複しています。"), format!("`{line}` is blank or there twice")),
                ("1件にまとめてください。", "make it one"),
            ),
            Self::UnknownLine { line } => two(
                "R427",
                GUIDELINE,
                pair(format!("経費区分「{line}」は交付決定にありません。"), format!("heading `{line}` is not in the decision")),
                ("交付決定の経費区分から選んでください。", "choose one of the headings of the decision"),
            ),
            _ => return None,
        })
    }
}
