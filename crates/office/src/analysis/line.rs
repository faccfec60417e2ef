//! A case of a closed call as a panel sees it, and the units and classes in which a panel states what is known of its firm.

use banso_grant::score::parse_fraction;
use banso_grant::selection::{Place, PlannedCase};
use banso_grant::{Case, CaseState};
use banso_guideline::{Item, ItemKind};
use banso_kernel::{CorporateNumber, Yen};

use super::known::{Known, decimal, plain};

/// Amounts of money stand in millions of yen, rounded to a tenth; per worker in tens of thousands, rounded alike.
pub(super) const MILLION: f64 = 1_000_000.0;
pub(super) const TEN_THOUSAND: f64 = 10_000.0;

/// A case of a closed call as a panel sees it, still with its firm.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(super) firm: CorporateNumber,
    pub(crate) score: f64,
    /// By the plan's line.
    pub(crate) above: bool,
    pub(crate) granted: bool,
    /// Selected or on the reserve list, and the grant neither decided nor refused yet.
    pub(crate) undecided: bool,
    pub(super) amount: Option<Yen>,
    pub(super) track: String,
    /// Its round, that round's cut-off (the score of the last case above the line) and the fiscal year of its selection.
    pub(super) round: String,
    pub(crate) cutoff: Option<f64>,
    pub(super) decided: i32,
    pub(super) facts: Known,
    /// What was known of the firm on the day of its selection: what groups are made of, whatever is learned later.
    pub(super) known_then: Known,
}

pub(super) fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The unit in which a panel states an item.
pub(crate) fn unit_of(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Number { unit, .. } if unit == "円" => Some("百万円"),
        ItemKind::Number { unit, .. } => Some(unit),
        ItemKind::Text | ItemKind::YesNo | ItemKind::Choice(_) | ItemKind::Day | ItemKind::CorporateNumber | ItemKind::List(_) => None,
    }
}

pub(super) fn is_money(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Number { unit, .. } if unit == "円")
}

/// The item that counts workers: what money is divided by.
pub(crate) fn workers(items: &[Item]) -> Option<&Item> {
    items.iter().find(|i| is_heads(i))
}

fn is_heads(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Number { unit, .. } if unit == "人")
}

impl Line {
    pub(super) fn of(planned: &PlannedCase, case: &Case, facts: Known) -> Option<Line> {
        let paper = &case.submission.paper;
        let amount = match &case.state {
            CaseState::Granted { decision, .. } => Some(decision.amount),
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Selected { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. }
            | CaseState::GrantRequested { .. }
            | CaseState::GrantRequestReturned { .. }
            | CaseState::GrantRefused { .. }
            | CaseState::Withdrawn { .. } => None,
        };
        let selected =
            matches!(case.state, CaseState::Selected { .. } | CaseState::GrantRequested { .. } | CaseState::GrantRequestReturned { .. });
        let undecided = selected || matches!(case.state, CaseState::Reserved { .. });
        Some(Line {
            firm: paper.lead,
            score: decimal(parse_fraction(&planned.score)?),
            above: planned.place == Place::Selected,
            granted: amount.is_some(),
            undecided,
            amount,
            track: plain(&paper.track),
            round: String::new(),
            cutoff: None,
            decided: 0,
            facts,
            known_then: Known::default(),
        })
    }

    /// In the unit that a panel states it in.
    pub(super) fn stated(item: &Item, value: f64) -> f64 {
        if is_money(item) { tenth(value / MILLION) } else { value }
    }

    /// Before the decision; heads as they were known on the day of the selection, as the groups by which they are told.
    pub(super) fn before(&self, item: &Item) -> Option<f64> {
        if is_heads(item) { self.at_selection(item) } else { self.facts.before(&item.id, self.decided) }
    }

    /// Before the decision, as it was known on the day of the selection.
    pub(super) fn at_selection(&self, item: &Item) -> Option<f64> {
        self.known_then.before(&item.id, self.decided)
    }

    /// On which side of its round's cut-off it is.
    pub(super) fn is_above_cutoff(&self) -> bool {
        self.distance().is_some_and(|d| d >= 0.0)
    }

    /// Whether it was granted in the end; nothing while that is open.
    pub(super) const fn arm(&self) -> Option<bool> {
        if self.undecided { None } else { Some(self.granted) }
    }

    pub(super) fn distance(&self) -> Option<f64> {
        self.cutoff.map(|c| self.score - c)
    }

    /// The business year that lies so many years after its selection.
    pub(super) fn year(&self, horizon: u32) -> i32 {
        self.decided.saturating_add(i32::try_from(horizon).unwrap_or(i32::MAX))
    }
}

/// The classes of size by workers, wide enough to hide in, and what they are called in English.
pub(crate) const SIZES: [(&str, &str); 3] =
    [("20人以下", "up to 20 workers"), ("21〜100人", "21 to 100 workers"), ("101人以上", "more than 100 workers")];

pub(super) fn size_class(workers: Option<f64>) -> String {
    let [(small, _), (middle, _), (large, _)] = SIZES;
    match workers {
        None => "",
        Some(n) if n <= 20.0 => small,
        Some(n) if n <= 100.0 => middle,
        Some(_) => large,
    }
    .to_owned()
}
