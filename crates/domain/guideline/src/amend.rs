//! What an amendment may not take back: a closing instant that was announced is never brought forward. Whoever plans by it, can.

use crate::edition::Edition;
use crate::front;
use crate::model::SelectionRules;
use crate::problem::{Code, Problem, Span};

impl Edition {
    /// What keeps this edition from following `before`, an earlier edition of the same call. A later closing is fine.
    #[must_use]
    pub fn amends(&self, before: &Edition) -> Vec<Problem> {
        let (was, is) = (before.meta().closes, self.meta().closes);
        if is >= was {
            return Vec::new();
        }
        let announced = &before.meta().edition;
        let at = front::place_of(self.source(), "受付").unwrap_or(Span::new(0, 0));
        let problem = Problem::error(
            Code::ClosingBroughtForward,
            at,
            format!("受付の終わりが{}に早められています。公表済みの版「{announced}」では{}です。", is.wareki(), was.wareki()),
            format!("The closing instant is brought forward to {is}; the published edition `{announced}` says {was}."),
        );
        vec![problem.remedy(
            format!("一度公表した締切りは早められません。「受付」の終わりを{}以後にしてください。", was.wareki()),
            format!("A closing that was announced is never brought forward. Let 受付 end at {was} or later."),
        )]
    }

    /// Whether it scores and selects as the edition before: the same criteria with the same points, and the same rules. Words may differ.
    #[must_use]
    pub fn judges_as(&self, before: &Edition) -> bool {
        let criteria = |e: &Edition| -> Vec<(String, u32, bool)> {
            e.score_sheet().criteria.iter().map(|c| (c.id.clone(), c.points_max, c.comment_required)).collect()
        };
        let rules = |e: &Edition| {
            let SelectionRules { clause: _, reviewers_each, aggregation, pass_mark, bonuses, tie_break, reserves, selected_max } =
                e.selection().clone();
            let bonuses: Vec<_> = bonuses.into_iter().map(|b| (b.id, b.points, b.evidence)).collect();
            (reviewers_each, aggregation, pass_mark, bonuses, tie_break, reserves, selected_max)
        };
        criteria(self) == criteria(before) && rules(self) == rules(before)
    }
}
