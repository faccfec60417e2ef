//! What an amendment may not take back. A closing instant that was announced is never brought forward, and the reserve list never ends
//! earlier than announced: whoever plans by them, can. A clause that was cited keeps its number. The call, the numbers of its letters and whether it is a demonstration are what
//! receipts in people's hands say; they never change.

use crate::edition::Edition;
use crate::front;
use crate::model::{ReserveTerm, SelectionRules};
use crate::problem::{Code, Problem, Span};

impl Edition {
    /// What keeps this edition from following `before`, an earlier edition of the same call. A later closing is fine.
    #[must_use]
    pub fn amends(&self, before: &Edition) -> Vec<Problem> {
        let mut problems = self.renumbered(before);
        problems.extend(
            [
                self.other_call(before),
                self.other_numbers(before),
                self.other_kind(before),
                self.closes_earlier(before),
                self.ends_earlier(before),
            ]
            .into_iter()
            .flatten(),
        );
        problems
    }

    /// Where a key of the front matter stands.
    fn at(&self, key: &str) -> Span {
        front::place_of(self.source(), key).unwrap_or(Span::new(0, 0))
    }

    fn other_call(&self, before: &Edition) -> Option<Problem> {
        let (was, is) = (&before.meta().call, &self.meta().call);
        let key = if was.programme() == is.programme() { "回" } else { "制度" };
        let problem = || {
            Problem::error(
                Code::NumberChanged,
                self.at(key),
                format!("「{was}」の改正なのに、「{is}」の要領になっています。"),
                format!("This amends `{was}`, but says that it is of `{is}`."),
            )
            .remedy(
                format!("制度と回を「{was}」に戻してください。別の公募は、別のファイルとして置いてください。"),
                format!("Put 制度 and 回 back to `{was}`; another call goes into a file of its own."),
            )
        };
        (was != is).then(problem)
    }

    fn other_numbers(&self, before: &Edition) -> Option<Problem> {
        let (was, is) = (&before.meta().number_prefix, &self.meta().number_prefix);
        let problem = || {
            Problem::error(
                Code::NumberChanged,
                self.at("番号"),
                format!("番号が「{was}」から「{is}」に変えられています。"),
                format!("番号 was changed from `{was}` to `{is}`."),
            )
            .remedy(
                format!("公表済みの版の番号は、受付番号や通知書の番号に使われています。「{was}」に戻してください。"),
                format!("Receipts and letters already bear the published number. Put `{was}` back."),
            )
        };
        // Empty where a kept text does not say it any more.
        (was != is && !was.is_empty()).then(problem)
    }

    fn other_kind(&self, before: &Edition) -> Option<Problem> {
        let (was, is) = (before.meta().synthetic, self.meta().synthetic);
        let words = |synthetic| if synthetic { ("合成（デモ）", "a demonstration") } else { ("実在の公募", "a real call") };
        let ((was_ja, was_en), (is_ja, is_en)) = (words(was), words(is));
        let problem = || {
            Problem::error(
                Code::SyntheticChanged,
                self.at("合成"),
                format!("公表済みの版は{was_ja}ですが、この版は{is_ja}です。"),
                format!("The published edition is of {was_en}, this one of {is_en}."),
            )
            .remedy(
                format!(
                    "改正では変えられません。「合成: {}」に戻してください。実在の公募とデモは、別の公募として置いてください。",
                    if was { "はい" } else { "いいえ" }
                ),
                format!("An amendment cannot change it. Put `合成: {}` back.", if was { "はい" } else { "いいえ" }),
            )
        };
        (was != is).then(problem)
    }

    fn closes_earlier(&self, before: &Edition) -> Option<Problem> {
        let (was, is) = (before.meta().closes, self.meta().closes);
        let announced = &before.meta().edition;
        let problem = || {
            Problem::error(
                Code::ClosingBroughtForward,
                self.at("受付"),
                format!("受付の終わりが{}に早められています。公表済みの版「{announced}」では{}です。", is.wareki(), was.wareki()),
                format!("The closing instant is brought forward to {is}; the published edition `{announced}` says {was}."),
            )
            .remedy(
                format!("一度公表した締切りは早められません。「受付」の終わりを{}以後にしてください。", was.wareki()),
                format!("A closing that was announced is never brought forward. Let 受付 end at {was} or later."),
            )
        };
        (is < was).then(problem)
    }

    fn ends_earlier(&self, before: &Edition) -> Option<Problem> {
        let was = before.selection().reserve_term.last_day()?;
        let kept = match self.selection().reserve_term {
            ReserveTerm::Until(is) => is >= was,
            // Without a day the office may end the list at any time.
            ReserveTerm::Open | ReserveTerm::Unconfirmed => false,
        };
        let problem = || {
            Problem::error(
                Code::ReserveTermShortened,
                self.term_written(),
                format!("補欠の期限が、公表済みの版の{}より早いか、なくなっています。", was.wareki()),
                format!("The reserve list ends earlier than the published edition's {was}, or has no last day any more."),
            )
            .remedy(format!("「補欠の期限」を{}以後の日にしてください。", was.wareki()), format!("Let 補欠の期限 be {was} or later."))
        };
        (!kept).then(problem)
    }

    fn term_written(&self) -> Span {
        let words = "補欠の期限";
        self.source().find(words).map_or(Span::new(0, 0), |at| Span::new(at, at.saturating_add(words.len())))
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

    /// Whether it scores and selects as the edition before: the same criteria with the same points, and the same rules. Words may differ,
    /// and how long the reserve list stands.
    #[must_use]
    pub fn judges_as(&self, before: &Edition) -> bool {
        let criteria = |e: &Edition| -> Vec<(String, u32, bool)> {
            e.score_sheet().criteria.iter().map(|c| (c.id.clone(), c.points_max, c.comment_required)).collect()
        };
        let rules = |e: &Edition| {
            let SelectionRules {
                clause: _,
                reviewers_each,
                aggregation,
                pass_mark,
                bonuses,
                tie_break,
                reserves,
                reserve_term: _,
                selected_max,
            } = e.selection().clone();
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
