//! Why a step of a run of payments is not taken.

use banso_kernel::{Day, Told, Yen};

use super::text;
use crate::law;

/// What is wrong with a step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunFlaw {
    AnotherWaits { pay_on: Day },
    NotWaiting,
    OwnPlan,
    Twice,
    TooLate { pay_on: Day },
    DayWrong { on: Day, pay_on: Day },
    SumWrong { total: Yen },
}

impl RunFlaw {
    pub(super) fn told(&self) -> Told {
        let (code, message, next) = match self {
            RunFlaw::AnotherWaits { pay_on } => (
                "R221",
                text(
                    format!("承認を待っている支払計画（支払日 {}）があります。", pay_on.wareki()),
                    format!("a run to be paid on {pay_on} waits for its approvals"),
                ),
                text("その計画を承認するか、取り消してください。", "approve or discard it first"),
            ),
            RunFlaw::NotWaiting => (
                "R222",
                text("この支払計画は、その手続を待っていません。", "the run does not wait for this step"),
                text("支払計画の画面で状態を確かめてください。", "look at the run's page"),
            ),
            RunFlaw::OwnPlan => (
                "R223",
                text("支払計画を作った人は承認できません。", "who planned a run does not approve it"),
                text("別の人が承認してください。", "somebody else approves"),
            ),
            RunFlaw::Twice => (
                "R224",
                text("同じ人は2度承認できません。", "the same person has approved already"),
                text("別の人が承認してください。", "somebody else approves"),
            ),
            RunFlaw::TooLate { pay_on } => (
                "R225",
                text(format!("支払日（{}）を過ぎています。", pay_on.wareki()), format!("the day of payment {pay_on} has passed")),
                text("取り消して、新しい支払日で作り直してください。", "discard it and plan again"),
            ),
            RunFlaw::DayWrong { on, pay_on } => (
                "R226",
                text(
                    format!("振込日（{}）は、支払日（{}）から本日までの日にしてください。", on.wareki(), pay_on.wareki()),
                    format!("{on} is not between the day of payment {pay_on} and today"),
                ),
                text("銀行の記録の日を確かめてください。", "check the bank's record"),
            ),
            RunFlaw::SumWrong { total } => (
                "R227",
                text(
                    format!("支払済と振込不能の合計が、支払計画の総額（{total}）と合いません。"),
                    format!("paid and returned are not `{total}` together"),
                ),
                text("すべての振込の結果を入力してください。", "answer every transfer"),
            ),
        };
        Told::new(code, law::GUIDELINE, message, next)
    }
}
