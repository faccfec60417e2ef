//! What is wrong with an assignment, a declaration, a score sheet or a bonus.

use banso_kernel::PersonId;

use super::{Told, text};
use crate::law;

/// A flaw in a step of the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewFlaw {
    TooFewReviewers {
        given: usize,
        needed: u32,
    },
    ReviewerTwice {
        reviewer: PersonId,
    },
    NotAssigned {
        reviewer: PersonId,
    },
    /// Only the reviewer speaks for the reviewer.
    NotTheReviewer {
        reviewer: PersonId,
    },
    NotDeclared,
    AlreadyDeclared,
    Conflicted,
    Replaced,
    /// A sheet is in; it may be changed only when the office asks to reconsider it.
    AlreadySubmitted,
    NothingToReconsider,
    UnknownCriterion {
        criterion: String,
    },
    CriterionTwice {
        criterion: String,
        clause: String,
    },
    NotScored {
        criterion: String,
        clause: String,
    },
    AboveMaximum {
        criterion: String,
        clause: String,
        given: u32,
        points_max: u32,
    },
    CommentMissing {
        criterion: String,
        clause: String,
    },
    UnknownBonus {
        bonus: String,
    },
    EvidenceMissing {
        bonus: String,
        clause: String,
        slot: String,
    },
}

impl ReviewFlaw {
    pub(super) fn told(&self) -> Told {
        match self {
            ReviewFlaw::TooFewReviewers { .. }
            | ReviewFlaw::ReviewerTwice { .. }
            | ReviewFlaw::NotAssigned { .. }
            | ReviewFlaw::NotTheReviewer { .. }
            | ReviewFlaw::NotDeclared
            | ReviewFlaw::AlreadyDeclared
            | ReviewFlaw::Conflicted
            | ReviewFlaw::Replaced
            | ReviewFlaw::AlreadySubmitted
            | ReviewFlaw::NothingToReconsider => {
                let (code, message, next_step) = self.of_the_reviewer();
                Told::new(code, law::GUIDELINE, message, next_step)
            }
            ReviewFlaw::UnknownCriterion { criterion } => Told::new(
                "R150",
                law::GUIDELINE,
                text(format!("採点表に項目「{criterion}」はありません。"), format!("the score sheet has no criterion `{criterion}`")),
                text("採点表を開き直してください。", "open the score sheet anew"),
            ),
            ReviewFlaw::CriterionTwice { criterion, clause } => Told::new(
                "R151",
                clause,
                text(format!("項目「{criterion}」が二度採点されています。"), format!("criterion `{criterion}` is scored twice")),
                text("採点表を開き直してください。", "open the score sheet anew"),
            ),
            ReviewFlaw::NotScored { criterion, clause } => Told::new(
                "R152",
                clause,
                text(format!("項目「{criterion}」が採点されていません。"), format!("criterion `{criterion}` is not scored")),
                text("すべての項目を採点してください。", "score every criterion"),
            ),
            ReviewFlaw::AboveMaximum { criterion, clause, given, points_max } => Told::new(
                "R153",
                clause,
                text(
                    format!("項目「{criterion}」の{given}点は配点{points_max}点を超えています。"),
                    format!("{given} points for `{criterion}` exceed its maximum of {points_max}"),
                ),
                text("配点の範囲で採点してください。", "give points within the maximum"),
            ),
            ReviewFlaw::CommentMissing { criterion, clause } => Told::new(
                "R154",
                clause,
                text(format!("項目「{criterion}」にはコメントが必要です。"), format!("criterion `{criterion}` needs a comment")),
                text("採点の理由を書いてください。", "write why you gave these points"),
            ),
            ReviewFlaw::UnknownBonus { bonus } => Told::new(
                "R160",
                law::GUIDELINE,
                text(format!("加点項目「{bonus}」は公募要領にありません。"), format!("the guideline has no bonus `{bonus}`")),
                text("加点項目を選び直してください。", "choose one of the guideline's"),
            ),
            ReviewFlaw::EvidenceMissing { bonus, clause, slot } => Told::new(
                "R161",
                clause,
                text(
                    format!("加点項目「{bonus}」の証憑（{slot}）が提出されていません。"),
                    format!("bonus `{bonus}` needs document `{slot}`, which was not handed in"),
                ),
                text(
                    "加点を認めないか、差戻して提出を求めてください。",
                    "deny the bonus, or ask for the document before the check is passed",
                ),
            ),
        }
    }

    fn of_the_reviewer(&self) -> (&'static str, banso_kernel::LocalText, banso_kernel::LocalText) {
        if let ReviewFlaw::TooFewReviewers { given, needed } = self {
            let message = text(
                format!("審査員は{needed}名以上必要ですが、{given}名です。"),
                format!("{given} reviewers are named; the guideline asks for {needed}"),
            );
            return ("R140", message, text("審査員を追加してください。", "name more reviewers"));
        }
        let look = text("審査員の一覧を確認してください。", "check the list of reviewers");
        let ask = text("事務局へご連絡ください。", "contact the office");
        if let ReviewFlaw::ReviewerTwice { reviewer } = self {
            ("R141", text("同じ審査員が既に割り当てられています。", format!("reviewer `{reviewer}` is assigned already")), look)
        } else if let ReviewFlaw::NotAssigned { reviewer } = self {
            (
                "R142",
                text("この案件に割り当てられていない審査員です。", format!("reviewer `{reviewer}` is not assigned to this case")),
                look,
            )
        } else if let ReviewFlaw::NotTheReviewer { reviewer } = self {
            ("R143", text("審査員本人だけが行えます。", format!("only reviewer `{reviewer}` may do this")), ask)
        } else if let ReviewFlaw::NotDeclared = self {
            let next = text("先に利益相反の有無を申告してください。", "declare first");
            ("R144", text("利益相反の申告が済んでいません。", "no declaration on conflicts of interest was made"), next)
        } else if let ReviewFlaw::AlreadyDeclared = self {
            ("R145", text("利益相反の申告は済んでいます。", "the declaration was made already"), ask)
        } else if let ReviewFlaw::Conflicted = self {
            ("R146", text("利益相反があるため審査できません。", "the reviewer has a conflict of interest"), ask)
        } else if let ReviewFlaw::Replaced = self {
            ("R147", text("交代した審査員です。", "the reviewer was replaced"), ask)
        } else if let ReviewFlaw::AlreadySubmitted = self {
            let next = text(
                "直すには、事務局が理由を示して再検討を依頼します。",
                "to change it, the office asks for reconsideration with a reason",
            );
            ("R148", text("審査結果は提出済みです。", "the sheet was handed in already"), next)
        } else {
            let next = text("審査結果の提出を待ってください。", "wait until the sheet is handed in");
            ("R149", text("再検討の対象となる審査結果がありません。", "there is no sheet to reconsider"), next)
        }
    }
}
