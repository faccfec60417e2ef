//! Effects of every cohort at every time (Callaway and Sant'Anna 2021, *Journal of Econometrics* 225): which comparison, which base
//! period, and the influence of every unit.

use rayon::prelude::*;

use super::influence::{Influence, Linear, Part};
use super::pair::{self, Gap, Sample};
use super::panel::Panel;
use super::{Base, Comparison, Spec};

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum State {
    Effect(f64),
    /// The base period of a universal base: nought by definition.
    Reference,
    Gap(Gap),
}

/// One cohort at one time.
pub(super) struct Cell {
    pub cohort: usize,
    pub time: usize,
    pub base: usize,
    pub state: State,
    pub treated: usize,
    pub compared: usize,
    pub influence: Linear,
}

impl Cell {
    pub(super) const fn effect(&self) -> Option<f64> {
        match self.state {
            State::Effect(effect) => Some(effect),
            State::Reference => Some(0.0),
            State::Gap(_) => None,
        }
    }
}

/// All cells, the influence they share, and for each cohort its weight and the basis column that holds its units' weights.
pub(super) struct Cells {
    pub cells: Vec<Cell>,
    pub influence: Influence,
    pub cohort_weight: Vec<f64>,
    pub weight_column: Vec<usize>,
}

/// A cell before it is estimated.
struct Plan {
    cohort: usize,
    time: usize,
    base: usize,
    comparison: Vec<usize>,
}

/// Estimates all cells.
pub(super) fn estimate(panel: &Panel, spec: &Spec) -> Cells {
    let plans = plans(panel, spec);
    let cohort_weight =
        panel.cohorts.iter().map(|cohort| crate::sums::sum(cohort.units.clone().map(|unit| panel.unit_weight(unit)))).collect();
    if panel.covariates.is_empty() && panel.balanced && panel.weights_constant() {
        means(panel, plans, cohort_weight)
    } else {
        samples(panel, spec, plans, cohort_weight)
    }
}

fn plans(panel: &Panel, spec: &Spec) -> Vec<Plan> {
    let mut plans = Vec::new();
    let times = &panel.times;
    for (g, cohort) in panel.cohorts.iter().enumerate().filter(|(_, cohort)| cohort.start.is_finite()) {
        let clean = times.partition_point(|t| t + spec.anticipation < cohort.start);
        // Cohorts without a clean period were left out when the table was read; in an unbalanced one a time may still be missing.
        let Some(clean) = clean.checked_sub(1) else { continue };
        let first = usize::from(spec.base == Base::Varying);
        for time in first..times.len() {
            let base = if spec.base == Base::Universal || cohort.start - spec.anticipation <= times[time] { clean } else { time - 1 };
            let later = times[time.max(base)] + spec.anticipation;
            let compares = |h: usize| match spec.comparison {
                Comparison::NeverTreated => panel.cohorts[h].start.is_infinite(),
                Comparison::NotYetTreated => h != g && panel.cohorts[h].start > later,
            };
            plans.push(Plan { cohort: g, time, base, comparison: (0..panel.cohorts.len()).filter(|h| compares(*h)).collect() });
        }
    }
    plans
}

/// Without covariates every estimator is the difference of two mean changes, and the influence of a unit is linear in its own changes.
fn means(panel: &Panel, plans: Vec<Plan>, cohort_weight: Vec<f64>) -> Cells {
    let (periods, cohorts) = (panel.times.len(), panel.cohorts.len());
    // Basis of a cohort: its units' weighted, centred changes since the first period at times 1.., then their weights.
    let column = |cohort: usize, time: usize| cohort * periods + time - 1;
    let weight_column: Vec<usize> = (0..cohorts).map(|h| column(h, periods)).collect();
    let centred: Vec<(Vec<f64>, Part)> = (0..cohorts).into_par_iter().map(|h| centre(panel, h, cohort_weight[h])).collect();
    let change = |h: usize, time: usize, base: usize| centred[h].0[time] - centred[h].0[base];
    let cells = plans
        .into_iter()
        .map(|plan| {
            let (g, time, base) = (plan.cohort, plan.time, plan.base);
            let total: f64 = plan.comparison.iter().map(|h| cohort_weight[*h]).sum();
            let state = if cohort_weight[g] <= 0.0 {
                State::Gap(Gap::NoTreated)
            } else if total <= 0.0 {
                State::Gap(Gap::NoComparison)
            } else if time == base {
                State::Reference
            } else {
                State::Effect(0.0)
            };
            let mut influence = Linear::new();
            let State::Effect(_) = state else { return cell(panel, plan, state, influence) };
            let mean = crate::sums::sum(plan.comparison.iter().map(|h| cohort_weight[*h] * change(*h, time, base))) / total;
            let mut put = |h: usize, factor: f64, weight: f64| {
                let at = |time: usize, factor: f64| (time > 0).then(|| (column(h, time), factor));
                influence.extend([at(time, factor), at(base, -factor)].into_iter().flatten());
                influence.push((weight_column[h], weight));
            };
            put(g, 1.0 / cohort_weight[g], 0.0);
            for h in &plan.comparison {
                put(*h, -1.0 / total, -(change(*h, time, base) - mean) / total);
            }
            influence.sort_unstable_by_key(|(column, _)| *column);
            let state = State::Effect(change(g, time, base) - mean);
            cell(panel, plan, state, influence)
        })
        .collect();
    let parts = centred.into_iter().map(|(_, part)| part).collect();
    let influence = Influence::new(parts, cohorts * periods, panel.clusters.as_ref());
    Cells { cells, influence, cohort_weight, weight_column }
}

fn cell(panel: &Panel, plan: Plan, state: State, influence: Linear) -> Cell {
    let Plan { cohort, time, base, comparison } = plan;
    let compared = comparison.iter().map(|h| panel.cohorts[*h].units.len()).sum();
    Cell { cohort, time, base, state, treated: panel.cohorts[cohort].units.len(), compared, influence }
}

/// A cohort's mean changes since the first period, and its units' columns.
fn centre(panel: &Panel, cohort: usize, total: f64) -> (Vec<f64>, Part) {
    let (periods, units) = (panel.times.len(), panel.cohorts[cohort].units.clone());
    let rows = |unit: usize| (&panel.y[panel.rows(unit)], panel.weights[panel.first[unit]]);
    let mean = |time: usize| {
        let change = |unit: usize| {
            let (y, w) = rows(unit);
            w * (y[time] - y[0])
        };
        if total > 0.0 { crate::sums::sum(units.clone().map(change)) / total } else { 0.0 }
    };
    let means: Vec<f64> = (0..periods).map(mean).collect();
    let mut data = Vec::with_capacity(units.len() * periods);
    for unit in units {
        let (y, w) = rows(unit);
        data.extend((1..periods).map(|time| w * (y[time] - y[0] - means[time])));
        data.push(w);
    }
    (means, Part { columns: (cohort * periods..(cohort + 1) * periods).collect(), data })
}

/// A cell's effect and influence by cohort, each over all units of the cohort.
struct Estimated {
    state: State,
    treated: usize,
    compared: usize,
    influence: Vec<(usize, Vec<f64>)>,
}

/// With covariates, changing weights or missing rows: each cell from its own sample.
fn samples(panel: &Panel, spec: &Spec, plans: Vec<Plan>, cohort_weight: Vec<f64>) -> Cells {
    let done: Vec<Estimated> = plans.par_iter().map(|plan| sample_cell(panel, spec, plan)).collect();
    let weight_column: Vec<usize> = (0..panel.cohorts.len()).map(|h| plans.len() + h).collect();
    let parts = (0..panel.cohorts.len()).map(|h| part(panel, h, weight_column[h], &done)).collect();
    let influence = Influence::new(parts, plans.len() + panel.cohorts.len(), panel.clusters.as_ref());
    let cells = plans
        .into_iter()
        .zip(done)
        .enumerate()
        .map(|(at, (plan, done))| {
            let influence = if matches!(done.state, State::Effect(_)) { vec![(at, 1.0)] } else { Linear::new() };
            let (treated, compared) = (done.treated, done.compared);
            Cell { cohort: plan.cohort, time: plan.time, base: plan.base, state: done.state, treated, compared, influence }
        })
        .collect();
    Cells { cells, influence, cohort_weight, weight_column }
}

fn part(panel: &Panel, cohort: usize, weight_column: usize, done: &[Estimated]) -> Part {
    let mut columns = Vec::new();
    let mut values: Vec<&[f64]> = Vec::new();
    for (at, cell) in done.iter().enumerate() {
        if let Some((_, influence)) = cell.influence.iter().find(|(h, _)| *h == cohort) {
            columns.push(at);
            values.push(influence);
        }
    }
    columns.push(weight_column);
    let units = panel.cohorts[cohort].units.clone();
    let mut data = Vec::with_capacity(units.len() * columns.len());
    for (row, unit) in units.enumerate() {
        data.extend(values.iter().map(|v| v[row]));
        data.push(panel.unit_weight(unit));
    }
    Part { columns, data }
}

fn sample_cell(panel: &Panel, spec: &Spec, plan: &Plan) -> Estimated {
    let cohorts: Vec<usize> = std::iter::once(plan.cohort).chain(plan.comparison.iter().copied()).collect();
    // Which unit of which cohort each row of the sample belongs to.
    let mut owners: Vec<(usize, usize)> = Vec::new();
    let mut sample = Sample { y: Vec::new(), treated: Vec::new(), post: None, weights: Vec::new(), covariates: Vec::new() };
    let (mut rows, mut post) = (Vec::new(), Vec::new());
    for (place, h) in cohorts.iter().enumerate() {
        for unit in panel.cohorts[*h].units.clone() {
            let all = panel.rows(unit);
            if panel.balanced {
                owners.push((place, unit));
                sample.y.push(panel.y[all.start + plan.time] - panel.y[all.start + plan.base]);
                // Covariates and weights are those of the earlier of the two periods.
                rows.push(all.start + plan.time.min(plan.base));
                continue;
            }
            for row in all.filter(|row| [plan.time, plan.base].contains(&(panel.time[*row] as usize))) {
                owners.push((place, unit));
                sample.y.push(panel.y[row]);
                post.push(panel.time[row] as usize == plan.time);
                rows.push(row);
            }
        }
    }
    sample.treated = owners.iter().map(|(place, _)| *place == 0).collect();
    sample.weights = rows.iter().map(|row| panel.weights[*row]).collect();
    sample.covariates = panel.covariates.iter().map(|x| rows.iter().map(|row| x[*row]).collect()).collect();
    sample.post = (!panel.balanced).then_some(post);
    let count = |own: bool| {
        let mut units: Vec<usize> = owners.iter().filter(|(place, _)| (*place == 0) == own).map(|(_, unit)| *unit).collect();
        units.dedup();
        units.len()
    };
    let (treated, compared) = (count(true), count(false));
    if plan.time == plan.base {
        return Estimated { state: State::Reference, treated, compared, influence: Vec::new() };
    }
    match pair::effect(&sample, spec.method) {
        Err(gap) => Estimated { state: State::Gap(gap), treated, compared, influence: Vec::new() },
        Ok(found) => {
            let mut influence: Vec<(usize, Vec<f64>)> = cohorts.iter().map(|h| (*h, vec![0.0; panel.cohorts[*h].units.len()])).collect();
            for ((place, unit), v) in owners.iter().zip(&found.influence) {
                let start = panel.cohorts[cohorts[*place]].units.start;
                influence[*place].1[unit - start] += v;
            }
            Estimated { state: State::Effect(found.effect), treated, compared, influence }
        }
    }
}
