//! Why a study is not declared or not run.

use banso_kernel::{Day, Digest};

use super::{Told, text};
use crate::law;

/// A flaw in a step of a study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StudyFlaw {
    /// The very same declaration stands already.
    DeclaredAlready { on: Day },
    /// No study of this call has that declaration.
    NotDeclared { study: Digest },
    /// What will be known on a day to come is not known.
    NotYet { known_on: Day, today: Day },
}

impl StudyFlaw {
    pub(super) fn told(&self) -> Told {
        let (code, message, next_step) = match self {
            StudyFlaw::DeclaredAlready { on } => (
                "R300",
                text(format!("同じ内容の研究が{}に宣言されています。", on.wareki()), format!("the same study was declared on {on}")),
                text("宣言済みの研究を開いて実行してください。", "open the declared study and run it"),
            ),
            StudyFlaw::NotDeclared { study } => (
                "R301",
                text("この公募には宣言されていない研究です。", format!("study `{}` was not declared for this call", study.short())),
                text("先に研究を宣言してください。", "declare the study first"),
            ),
            StudyFlaw::NotYet { known_on, today } => (
                "R302",
                text(
                    format!("{}はまだ来ていません（本日は{}）。", known_on.wareki(), today.wareki()),
                    format!("{known_on} is still to come (today is {today})"),
                ),
                text("本日以前の日を指定してください。", "name today or an earlier day"),
            ),
        };
        Told::new(code, law::EVALUATION, message, next_step)
    }
}
