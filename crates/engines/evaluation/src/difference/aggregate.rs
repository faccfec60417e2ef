//! Averages of group-time effects: over all, by cohort, by time since the start, by calendar time (Callaway and Sant'Anna 2021,
//! section 3), with what estimating the cohorts' sizes adds to their errors.

use super::Spec;
use super::cells::{Cell, Cells, State};
use super::influence::Linear;
use super::panel::Panel;

/// An average and its influence.
#[derive(Clone)]
pub(super) struct Average {
    pub effect: f64,
    pub influence: Linear,
}

/// A family of averages with the mean over them.
pub(super) struct Family {
    pub overall: Option<Average>,
    /// At which cohort, time or time since the start.
    pub parts: Vec<(f64, Average)>,
}

/// All averages of the cells.
pub(super) struct Averages<'a> {
    panel: &'a Panel,
    cells: &'a Cells,
    spec: &'a Spec,
}

impl<'a> Averages<'a> {
    pub(super) const fn new(panel: &'a Panel, cells: &'a Cells, spec: &'a Spec) -> Self {
        Self { panel, cells, spec }
    }

    fn start(&self, cell: &Cell) -> f64 {
        self.panel.cohorts[cell.cohort].start
    }

    fn time(&self, cell: &Cell) -> f64 {
        self.panel.times[cell.time]
    }

    /// Cells with an effect that satisfy a condition on start and time.
    fn keep(&self, keep: impl Fn(f64, f64) -> bool) -> Vec<&'a Cell> {
        self.cells.cells.iter().filter(|cell| cell.effect().is_some() && keep(self.start(cell), self.time(cell))).collect()
    }

    fn within(&self, start: f64, time: f64) -> bool {
        start <= time && self.spec.max_event.is_none_or(|most| time - start <= most)
    }

    /// The mean over cells with the sizes of their cohorts.
    fn by_size(&self, cells: &[&Cell]) -> Option<Average> {
        let items: Vec<(usize, Average)> = cells
            .iter()
            .filter_map(|cell| {
                let effect = cell.effect()?;
                Some((cell.cohort, Average { effect, influence: cell.influence.clone() }))
            })
            .collect();
        self.weighed(&items)
    }

    /// The mean of averages weighed by the size of the cohort named beside each.
    fn weighed(&self, items: &[(usize, Average)]) -> Option<Average> {
        let size = |cohort: usize| self.cells.cohort_weight[cohort];
        let total: f64 = items.iter().map(|(cohort, _)| size(*cohort)).sum();
        if items.is_empty() || total <= 0.0 {
            return None;
        }
        let effect = crate::sums::sum(items.iter().map(|(cohort, item)| size(*cohort) * item.effect)) / total;
        let mut terms: Vec<(f64, &Linear)> = items.iter().map(|(cohort, item)| (size(*cohort) / total, &item.influence)).collect();
        // A unit more in a cohort shifts the mean towards the cohort's effect.
        let shifts: Vec<Linear> =
            items.iter().map(|(cohort, item)| vec![(self.cells.weight_column[*cohort], (item.effect - effect) / total)]).collect();
        terms.extend(shifts.iter().map(|shift| (1.0, shift)));
        Some(Average { effect, influence: combine(&terms) })
    }

    /// The mean over every cohort and time since its start.
    pub(super) fn simple(&self) -> Option<Average> {
        self.by_size(&self.keep(|start, time| self.within(start, time)))
    }

    /// The mean over time for each cohort, and over cohorts by size.
    pub(super) fn group(&self) -> Family {
        let mut items = Vec::new();
        for (h, cohort) in self.panel.cohorts.iter().enumerate().filter(|(_, cohort)| cohort.start.is_finite()) {
            let cells = self.keep(|start, time| start.to_bits() == cohort.start.to_bits() && self.within(start, time));
            let items_of: Vec<Average> =
                cells.iter().filter_map(|cell| Some(Average { effect: cell.effect()?, influence: cell.influence.clone() })).collect();
            if let Some(mean) = plain(&items_of) {
                items.push((h, mean));
            }
        }
        let overall = self.weighed(&items);
        Family { overall, parts: items.into_iter().map(|(h, mean)| (self.panel.cohorts[h].start, mean)).collect() }
    }

    /// The mean over cohorts at each time since the start; overall over those from the start on.
    pub(super) fn event(&self) -> Family {
        let (first, last) = (self.panel.times[0], self.panel.times[self.panel.times.len() - 1]);
        let mut at: Vec<f64> = self.cells.cells.iter().map(|cell| self.time(cell) - self.start(cell)).collect();
        at.sort_unstable_by(f64::total_cmp);
        at.dedup();
        at.retain(|e| {
            self.spec.min_event.is_none_or(|least| *e >= least)
                && self.spec.max_event.is_none_or(|most| *e <= most)
                && self.spec.balance_event.is_none_or(|until| *e <= until && *e >= until - (last - first))
        });
        let observed = |start: f64| self.spec.balance_event.is_none_or(|until| last - start >= until);
        let one = |e: f64| self.by_size(&self.keep(|start, time| (time - start).to_bits() == e.to_bits() && observed(start)));
        let parts: Vec<(f64, Average)> = at.into_iter().filter_map(|e| one(e + 0.0).map(|mean| (e, mean))).collect();
        let after: Vec<Average> = parts.iter().filter(|(e, _)| *e >= 0.0).map(|(_, mean)| mean.clone()).collect();
        Family { overall: plain(&after), parts }
    }

    /// The mean over cohorts that have started at each time; overall over times.
    pub(super) fn calendar(&self) -> Family {
        let one = |now: f64| self.by_size(&self.keep(|start, time| time.to_bits() == now.to_bits() && start <= now));
        let parts: Vec<(f64, Average)> = self.panel.times.iter().filter_map(|now| one(*now).map(|mean| (*now, mean))).collect();
        let means: Vec<Average> = parts.iter().map(|(_, mean)| mean.clone()).collect();
        Family { overall: plain(&means), parts }
    }

    /// Cells before the start that are estimated, for the test of pre-trends; `margin` leaves out that many units of time before it.
    pub(super) fn before(&self, margin: f64) -> Vec<&'a Cell> {
        let early = |cell: &&Cell| matches!(cell.state, State::Effect(_)) && self.time(cell) < self.start(cell) - margin;
        self.cells.cells.iter().filter(early).collect()
    }
}

/// The plain mean.
fn plain(items: &[Average]) -> Option<Average> {
    if items.is_empty() {
        return None;
    }
    let share = 1.0 / items.len() as f64;
    let terms: Vec<(f64, &Linear)> = items.iter().map(|item| (share, &item.influence)).collect();
    Some(Average { effect: crate::sums::sum(items.iter().map(|item| item.effect)) * share, influence: combine(&terms) })
}

/// Σ factor × combination.
fn combine(terms: &[(f64, &Linear)]) -> Linear {
    let mut all = std::collections::BTreeMap::<usize, f64>::new();
    for (factor, linear) in terms {
        for (column, value) in *linear {
            *all.entry(*column).or_default() += factor * value;
        }
    }
    all.into_iter().collect()
}
