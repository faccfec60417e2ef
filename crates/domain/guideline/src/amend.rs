//! What an amendment may not take back: a closing instant that was announced is never brought forward, a clause that was cited keeps
//! its number. Whoever plans by them, can.

use crate::edition::Edition;
use crate::front;
use crate::model::SelectionRules;
use crate::problem::{Code, Problem, Span};

impl Edition {
    /// What keeps this edition from following `before`, an earlier edition of the same call. A later closing is fine.
    #[must_use]
    pub fn amends(&self, before: &Edition) -> Vec<Problem> {
        let mut problems = self.renumbered(before);
        problems.extend(self.closing_brought_forward(before));
        problems
    }

    fn closing_brought_forward(&self, before: &Edition) -> Option<Problem> {
        let (was, is) = (before.meta().closes, self.meta().closes);
        if is >= was {
            return None;
        }
        let announced = &before.meta().edition;
        let at = front::place_of(self.source(), "受付").unwrap_or(Span::new(0, 0));
        let problem = Problem::error(
            Code::ClosingBroughtForward,
            at,
            format!("受付の終わりが{}に早められています。公表済みの版「{announced}」では{}です。", is.wareki(), was.wareki()),
            format!("The closing instant is brought forward to {is}; the published edition `{announced}` says {was}."),
        );
        Some(problem.remedy(
            format!("一度公表した締切りは早められません。「受付」の終わりを{}以後にしてください。", was.wareki()),
            format!("A closing that was announced is never brought forward. Let 受付 end at {was} or later."),
        ))
    }

    /// Clauses that have another number than in the edition before. Answers, acts and letters of the call cite the old one.
    fn renumbered(&self, before: &Edition) -> Vec<Problem> {
        let (old, new) = (owns(before), owns(self));
        let same = |a: &Own<'_>, b: &Own<'_>| a.title == b.title || (a.body == b.body && !b.body.is_empty());
        let keeps = |own: &Own<'_>, among: &[Own<'_>]| among.iter().any(|o| o.id == own.id && same(o, own));
        let mut problems = Vec::new();
        for gone in old.iter().filter(|o| !keeps(o, &new)) {
            let Some(moved) = new.iter().find(|n| n.id != gone.id && same(gone, n) && !keeps(n, &old)) else { continue };
            problems.push(
                Problem::error(
                    Code::ClauseRenumbered,
                    moved.at,
                    format!("公表済みの版の条項{}「{}」が、{}になっています。", gone.id, gone.title, moved.id),
                    format!("Clause {} of the published edition has become {}.", gone.id, moved.id),
                )
                .remedy(
                    format!(
                        "申請・判定・通知は条項の番号で根拠を示しています。番号は{}のままにし、足す条項には空いている番号を、消す条項の番号は欠番にしてください。",
                        gone.id
                    ),
                    format!(
                        "Applications, findings and letters cite clauses by number. Keep {}; give a new clause a free number, and leave the number of one that goes unused.",
                        gone.id
                    ),
                ),
            );
        }
        problems
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

/// A clause with its number, title and the text below its heading.
struct Own<'a> {
    id: &'a str,
    title: &'a str,
    body: &'a str,
    at: Span,
}

fn owns(edition: &Edition) -> Vec<Own<'_>> {
    edition
        .whole()
        .placed
        .iter()
        .map(|p| {
            let text = edition.source().get(p.text.start..p.text.end).unwrap_or_default().trim();
            let body = text.split_once('\n').map_or("", |(_, rest)| rest.trim());
            Own { id: &p.clause.id, title: &p.clause.title.ja, body, at: p.heading }
        })
        .collect()
}
