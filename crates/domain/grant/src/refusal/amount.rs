//! What is wrong with the money or the terms of a grant request or decision.

use banso_kernel::{Day, Yen};

use super::{Told, text};
use crate::law;

/// A flaw in an amount or in what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountFlaw {
    /// More than the guideline computes from the costs.
    AboveComputed {
        asked: Yen,
        computed: Yen,
    },
    /// More than what the application was selected for.
    AboveSelected {
        asked: Yen,
        selected: Yen,
    },
    NotPositive {
        amount: Yen,
    },
    AboveRequested {
        amount: Yen,
        requested: Yen,
    },
    AboveCeiling {
        amount: Yen,
        ceiling: Yen,
    },
    AboveBudget {
        amount: Yen,
        budget: Yen,
    },
    AboveCost {
        amount: Yen,
        eligible_cost: Yen,
    },
    /// A year that is zero, named twice, or has a negative amount.
    YearWrong {
        year: u32,
    },
    YearsDoNotSum {
        amount: Yen,
        years: Yen,
    },
    NoConditions,
    ModificationUnexplained {
        place: String,
    },
    /// The modifications do not add up to what was cut.
    ModificationsDoNotSum {
        cut: Yen,
        explained: Yen,
    },
    /// Art. 6(3): it is not said why the project stays feasible.
    FeasibilityMissing,
    ProjectEndsTooSoon {
        ends: Day,
        today: Day,
    },
    TooLarge,
}

impl AmountFlaw {
    pub(super) fn told(&self) -> Told {
        let check = || text("金額を確認してください。", "check the amounts");
        let (code, basis, message, next_step) = match self {
            AmountFlaw::AboveComputed { asked, computed } => (
                "R180",
                law::GRANT_REQUEST,
                above(("申請額", "request"), *asked, ("公募要領で算定した額", "the guideline's amount"), *computed),
                check(),
            ),
            AmountFlaw::AboveSelected { asked, selected } => (
                "R181",
                law::GRANT_REQUEST,
                above(("申請額", "request"), *asked, ("採択時の申請額", "the request at selection"), *selected),
                check(),
            ),
            AmountFlaw::NotPositive { amount } => (
                "R182",
                law::EXAMINATION,
                text(format!("金額（{amount}）は1円以上にしてください。"), format!("amount `{}` yen is not positive", amount.get())),
                check(),
            ),
            AmountFlaw::AboveRequested { amount, requested } => (
                "R190",
                law::EXAMINATION,
                above(("交付決定額", "grant"), *amount, ("交付申請額", "the grant request"), *requested),
                check(),
            ),
            AmountFlaw::AboveCeiling { amount, ceiling } => (
                "R191",
                law::EXAMINATION,
                above(("交付決定額", "grant"), *amount, ("公募要領の上限額", "the guideline's ceiling"), *ceiling),
                check(),
            ),
            AmountFlaw::AboveBudget { amount, budget } => (
                "R192",
                law::EXAMINATION,
                above(("交付決定額", "grant"), *amount, ("確認済みの予算", "the confirmed budget"), *budget),
                text("予算の確認をやり直してください。", "confirm the budget again"),
            ),
            AmountFlaw::AboveCost { amount, eligible_cost } => (
                "R193",
                law::EXAMINATION,
                above(("交付決定額", "grant"), *amount, ("補助対象経費", "the eligible cost"), *eligible_cost),
                check(),
            ),
            AmountFlaw::YearWrong { year } => (
                "R194",
                law::EXAMINATION,
                text(format!("{year}年目の内訳が正しくありません（重複、0年目又は負の額）。"), format!("the line of year {year} is wrong")),
                text("年度別内訳を確認してください。", "each year once, from 1, with no negative amount"),
            ),
            AmountFlaw::YearsDoNotSum { amount, years } => (
                "R195",
                law::EXAMINATION,
                text(
                    format!("年度別内訳の合計{years}が交付決定額{amount}と一致しません。"),
                    format!("the years sum to `{}` yen, the amount is `{}`", years.get(), amount.get()),
                ),
                text("年度別内訳を直してください。", "correct the years"),
            ),
            AmountFlaw::NoConditions
            | AmountFlaw::ModificationUnexplained { .. }
            | AmountFlaw::ModificationsDoNotSum { .. }
            | AmountFlaw::FeasibilityMissing
            | AmountFlaw::ProjectEndsTooSoon { .. }
            | AmountFlaw::TooLarge => return self.of_the_terms(),
        };
        Told::new(code, basis, message, next_step)
    }

    fn of_the_terms(&self) -> Told {
        if let AmountFlaw::NoConditions = self {
            let next = text("公募要領の交付条件を付けてください。", "attach the guideline's conditions");
            return Told::new("R196", law::CONDITIONS, text("交付条件がありません。", "the decision has no conditions"), next);
        }
        if let AmountFlaw::ModificationUnexplained { place } = self {
            let message = text(format!("「{place}」の修正に理由がありません。"), format!("the modification at `{place}` has no reason"));
            return Told::new("R197", law::MODIFICATION, message, text("修正の理由を書いてください。", "write why it was modified"));
        }
        if let AmountFlaw::ModificationsDoNotSum { cut, explained } = self {
            let message = text(
                format!("修正の内訳の合計{explained}が、申請額と交付決定額の差{cut}と一致しません。"),
                format!("the modifications explain `{}` yen of a cut of `{}`", explained.get(), cut.get()),
            );
            let next = text("減額した箇所をすべて挙げてください。", "name every place that was cut");
            return Told::new("R198", law::MODIFICATION, message, next);
        }
        if let AmountFlaw::FeasibilityMissing = self {
            let message = text(
                "修正しても事業の遂行を不当に困難にしないことの説明がありません。",
                "it is not said why the modification does not make the project unduly hard",
            );
            return Told::new("R199", law::MODIFICATION, message, text("説明を書いてください。", "write it down"));
        }
        if let AmountFlaw::ProjectEndsTooSoon { ends, today } = self {
            let message = text(
                format!("事業の完了期限（{}）が本日（{}）より後ではありません。", ends.wareki(), today.wareki()),
                format!("the project would end on `{ends}`, not after today, `{today}`"),
            );
            return Told::new("R200", law::EXAMINATION, message, text("完了期限を選び直してください。", "choose a later day"));
        }
        let message = text("金額の合計が大きすぎます。", "a sum is too large to be money");
        Told::new("R201", law::EXAMINATION, message, text("金額を確認してください。", "check the amounts"))
    }
}

/// An amount over its limit, each by its names in Japanese and English.
fn above(what: (&str, &str), amount: Yen, limit_name: (&str, &str), limit: Yen) -> banso_kernel::LocalText {
    text(
        format!("{}{amount}が{}{limit}を超えています。", what.0, limit_name.0),
        format!("{} of `{}` yen exceeds {} of `{}`", what.1, amount.get(), limit_name.1, limit.get()),
    )
}
