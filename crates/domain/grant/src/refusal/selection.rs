//! What is wrong with a selection plan or its execution.

use banso_kernel::{CaseId, Digest, LocalText, Yen};

use super::{Told, text};
use crate::law;

/// A flaw in a step of the selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionFlaw {
    /// The plan in hand is not the one that was frozen.
    OtherPlan {
        frozen: Digest,
        given: Digest,
    },
    /// A plan that was made under an edition that no longer governs.
    OtherEdition {
        plan: Digest,
        in_force: Digest,
    },
    /// A case that the plan does not speak of.
    NotInPlan {
        case: CaseId,
    },
    /// Sheets that are still to come.
    ReviewsOutstanding {
        sheets: u32,
    },
    /// Cases that are neither turned away nor reviewed: nobody has judged them yet.
    CasesUnsettled {
        cases: u32,
    },
    EmptyPlan,
    /// Others stand before it on the reserve list.
    OthersAhead {
        order: u32,
        first: u32,
    },
    NotEnoughFreed {
        requested: Yen,
        free: Yen,
    },
    /// The guideline has not settled until when the reserve list stands.
    ReserveTermUnsettled,
    /// Others stand behind it on the reserve list: ending it first would let them pass.
    OthersBehind {
        order: u32,
        last: u32,
    },
}

impl SelectionFlaw {
    pub(super) fn told(&self) -> Told {
        let (code, message, next_step) = match self {
            SelectionFlaw::OtherPlan { frozen, given } => (
                "R170",
                text("確定した採択案と異なる案です。", format!("plan `{}` is not the frozen plan `{}`", given.short(), frozen.short())),
                text("確定した採択案を開き直してください。", "open the frozen plan"),
            ),
            SelectionFlaw::OtherEdition { plan, in_force } => (
                "R171",
                text(
                    "採択案の作成後に公募要領が改訂されています。",
                    format!("the plan rests on edition `{}`; edition `{}` is in force", plan.short(), in_force.short()),
                ),
                text("現行の要領で採択案を作り直してください。", "make the plan anew under the edition in force"),
            ),
            SelectionFlaw::NotInPlan { case } => (
                "R172",
                text("採択案に含まれていない案件です。", format!("the plan does not speak of case `{case}`")),
                text("採択案を確認してください。", "check the plan"),
            ),
            SelectionFlaw::ReviewsOutstanding { sheets } => (
                "R173",
                text(format!("未提出の審査結果が{sheets}件あります。"), format!("{sheets} score sheets are still to come")),
                text("提出を待つか、審査員を交代してください。", "wait for them, or replace the reviewers"),
            ),
            SelectionFlaw::CasesUnsettled { cases } => unsettled(*cases),
            SelectionFlaw::EmptyPlan => (
                "R174",
                text("採択案に案件がありません。", "the plan has no cases"),
                text("審査の済んだ案件を確認してください。", "check which cases were reviewed"),
            ),
            SelectionFlaw::OthersAhead { order, first } => (
                "R175",
                text(format!("補欠第{order}位より先に補欠第{first}位がいます。"), format!("reserve {order} comes after reserve {first}")),
                text("順位の先の案件から繰り上げてください。", "promote the one that stands first"),
            ),
            SelectionFlaw::NotEnoughFreed { requested, free } => (
                "R176",
                text(
                    format!("使える予算{free}が申請額{requested}に足りません。"),
                    format!("`{}` yen are free; `{}` are asked for", free.get(), requested.get()),
                ),
                text("予算の残りを確認してください。", "check what is left of the budget"),
            ),
            SelectionFlaw::ReserveTermUnsettled => (
                "R177",
                text(
                    "公募要領の「補欠の期限」が要確認のままのため、補欠を終了できません。",
                    "the guideline has not settled until when the reserve list stands",
                ),
                text("期限の日を定めた版を公表してください。", "publish an edition that names the day"),
            ),
            SelectionFlaw::OthersBehind { order, last } => (
                "R178",
                text(
                    format!("補欠第{order}位より後に補欠第{last}位がいます。先の順位を終了すると、順位が入れ替わります。"),
                    format!("reserve {last} stands behind reserve {order} and would pass it"),
                ),
                text("順位の後の案件から終了するか、全ての補欠を終了してください。", "end the last one first, or all of them"),
            ),
        };
        Told::new(code, law::GUIDELINE, message, next_step)
    }
}

/// Cases that nobody has judged yet.
fn unsettled(cases: u32) -> (&'static str, LocalText, LocalText) {
    (
        "R179",
        text(
            format!("形式審査又は審査員の割当てが終わっていない申請が{cases}件あります。"),
            format!("`{cases}` applications are neither turned away nor with reviewers"),
        ),
        text(
            "形式審査を終えて審査員を割り当てるか、不受理としてから確定してください。補正を求めた申請は、補正の期限を待ちます。",
            "check them and assign reviewers, or do not accept them; wait for corrections until they are due",
        ),
    )
}
