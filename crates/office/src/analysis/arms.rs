//! The arms of a panel: who was granted, who was not, of whom it is still open; and which rounds are too small to be shown firm by firm.

use banso_kernel::LocalText;

use super::line::{Line, unit_of};
use super::panel::Panel;
use super::shelter::ALIKE;

/// A round that is not shown, with how many firms its arms have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmallRound {
    name: String,
    granted: usize,
    others: usize,
}

impl SmallRound {
    /// Why it is not shown.
    pub(crate) fn why(&self) -> LocalText {
        let SmallRound { name, granted, others } = self;
        LocalText::new(
            format!(
                "公募回「{name}」は、交付{granted}社・不交付{others}社です。どちらも{ALIKE}社以上ないと企業が特定されるおそれがあるため、研究に使えません。"
            ),
            format!(
                "Round \"{name}\" has {granted} granted and {others} other firms: with fewer than {ALIKE} of either a firm could be told, and no study uses it."
            ),
        )
    }
}

impl Panel {
    /// The share of cases above the line, and of cases that were granted in the end.
    pub(crate) fn share_above(&self) -> f64 {
        self.share(|l| l.above)
    }

    pub(crate) fn share_granted(&self) -> f64 {
        self.share(|l| l.granted)
    }

    fn share(&self, of: impl Fn(&Line) -> bool) -> f64 {
        let count = self.lines.iter().filter(|l| of(l)).count();
        // A plan in which everybody or nobody is granted has nothing to compare.
        (count as f64 / self.lines.len().max(1) as f64).clamp(0.01, 0.99)
    }

    /// Those granted, or those that were not and will not be: whose grant is not decided yet is in neither arm.
    fn arm(&self, granted: bool) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |l| l.granted == granted && !l.undecided)
    }

    /// Firms with a value of an item before the decision, among those granted (or not).
    pub(crate) fn known_before(&self, granted: bool) -> usize {
        let some = |l: &&Line| self.items.iter().any(|i| unit_of(i).is_some() && l.before(i).is_some());
        self.arm(granted).filter(some).count()
    }

    /// Firms with at least two business years up to the decision for an item, among those granted (or not).
    pub(crate) fn with_history(&self, granted: bool) -> usize {
        let some = |l: &&Line| self.items.iter().any(|i| l.facts.years_of(&i.id, l.decided) >= 2);
        self.arm(granted).filter(some).count()
    }

    /// The fiscal year of the oldest selection: the first targets are due so many years after it.
    pub(crate) fn first_decided(&self) -> i32 {
        self.lines.iter().map(|l| l.decided).min().unwrap_or_default()
    }

    /// The rounds of which fewer than [`ALIKE`] firms were granted, or were not.
    pub(crate) fn small_rounds(&self) -> Vec<SmallRound> {
        let mut names: Vec<&str> = self.lines.iter().map(|l| l.round.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let small = |name: &str| {
            let count = |arm: bool| self.arm(arm).filter(|l| l.round == name).count();
            let (granted, others) = (count(true), count(false));
            (granted.min(others) < ALIKE).then(|| SmallRound { name: name.to_owned(), granted, others })
        };
        names.into_iter().filter_map(small).collect()
    }

    /// The same panel as if every open grant were decided as the line says: what a study is planned by before the decisions are made.
    pub(crate) fn foreseen(&self) -> Panel {
        let mut later = self.clone();
        for line in later.lines.iter_mut().filter(|l| l.undecided) {
            (line.granted, line.undecided) = (line.above, false);
        }
        later
    }
}
