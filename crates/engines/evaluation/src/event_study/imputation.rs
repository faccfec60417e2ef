//! Imputation: unit and period effects and slopes from the untreated rows, the treated rows less what those predict, and the weights that
//! every row has in a mean of them, from which the conservative clustered error comes (Borusyak, Jaravel, Spiess 2024, theorem 3, residuals
//! about the means by cohort and event time).

use std::collections::BTreeMap;

use super::panel::Panel;
use super::regression::wald;
use super::{CohortEffect, Estimate, EventEffect, Spec, Wald, effect};
use crate::frame::{Column, Frame};
use crate::least_squares;
use crate::linear::{Matrix, Orthogonal};
use crate::notice::Refusal;

/// The untreated rows' normal equations with the units taken out: periods (one left out) and slopes.
struct Plane<'a> {
    panel: &'a Panel,
    untreated: Vec<bool>,
    /// Untreated rows of each unit.
    counts: Vec<f64>,
    /// Each period's place among the columns; none for the one left out and those without an untreated row.
    place: Vec<Option<usize>>,
    known: Vec<bool>,
    width: usize,
    /// Means of the columns over a unit's untreated rows.
    means: Vec<Vec<(usize, f64)>>,
    solve: Orthogonal,
}

impl<'a> Plane<'a> {
    fn new(panel: &'a Panel, anticipation: f64) -> Result<Self, Refusal> {
        let n = panel.y.len();
        let untreated: Vec<bool> = (0..n).map(|i| panel.event(i) < -anticipation).collect();
        let mut rows_of = vec![0_usize; panel.times.len()];
        let mut counts = vec![0.0; panel.units];
        for i in (0..n).filter(|i| untreated[*i]) {
            rows_of[panel.period[i]] += 1;
            counts[panel.unit[i] as usize] += 1.0;
        }
        let base = (0..rows_of.len()).max_by_key(|t| (rows_of[*t], usize::MAX - *t)).unwrap_or(0);
        let mut next = 0;
        let place: Vec<Option<usize>> = (0..rows_of.len())
            .map(|t| {
                let used = t != base && rows_of[t] > 0;
                next += usize::from(used);
                used.then(|| next - 1)
            })
            .collect();
        let width = next + panel.covariates.len();
        let mut plane = Self {
            panel,
            untreated,
            counts,
            place,
            known: rows_of.iter().map(|r| *r > 0).collect(),
            width,
            means: Vec::new(),
            solve: Orthogonal::of(&Matrix::zeros(0, 0), 1e-10),
        };
        plane.centre();
        let gram = plane.gram();
        plane.solve = Orthogonal::of(&gram, 1e-9);
        if plane.solve.kept.len() < width {
            return Err(Refusal::new(
                "not-connected",
                "処置されていない行だけでは、個体と時点の効果（または共変量の係数）を分けられません。期間のつながりと共変量を確認してください。",
                "the untreated rows do not tell unit effects, period effects and slopes apart; look at how periods connect and at the covariates",
            ));
        }
        Ok(plane)
    }

    /// The columns of a row but for the unit's.
    fn row(&self, i: usize) -> Vec<(usize, f64)> {
        let from = self.width - self.panel.covariates.len();
        let period = self.place[self.panel.period[i]].map(|at| (at, 1.0));
        period.into_iter().chain(self.panel.covariates.iter().enumerate().map(|(k, c)| (from + k, c[i]))).collect()
    }

    fn centre(&mut self) {
        let mut sums: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); self.panel.units];
        for i in (0..self.panel.y.len()).filter(|i| self.untreated[*i]) {
            let own = &mut sums[self.panel.unit[i] as usize];
            self.row(i).into_iter().for_each(|(at, v)| *own.entry(at).or_insert(0.0) += v);
        }
        self.means = sums.into_iter().zip(&self.counts).map(|(s, n)| s.into_iter().map(|(at, v)| (at, v / n)).collect()).collect();
    }

    /// B′B − Σ n b̄ b̄′ over units, summed as deviations.
    fn gram(&self) -> Matrix {
        let mut out = Matrix::zeros(self.width, self.width);
        let mut dense = vec![0.0; self.width];
        for i in (0..self.panel.y.len()).filter(|i| self.untreated[*i]) {
            let mean = &self.means[self.panel.unit[i] as usize];
            mean.iter().for_each(|(at, v)| dense[*at] -= v);
            self.row(i).into_iter().for_each(|(at, v)| dense[at] += v);
            for (a, x) in mean.iter().map(|(a, _)| (*a, dense[*a])) {
                for (b, y) in mean.iter().map(|(b, _)| (*b, dense[*b])) {
                    out[(a, b)] += x * y;
                }
            }
            mean.iter().for_each(|(at, _)| dense[*at] = 0.0);
        }
        out
    }

    /// λ of (Z′Z) λ = (a, b): by unit and by column.
    fn solved(&self, units: &[f64], columns: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut right = columns.to_vec();
        for (unit, total) in units.iter().enumerate() {
            if *total != 0.0 {
                self.means[unit].iter().for_each(|(at, v)| right[*at] -= v * total);
            }
        }
        let below = self.solve.fit(&right);
        let mut by_column = vec![0.0; self.width];
        self.solve.kept.iter().zip(&below).for_each(|(at, v)| by_column[*at] = *v);
        let by_unit = units
            .iter()
            .enumerate()
            .map(|(unit, total)| {
                let n = self.counts[unit];
                if n > 0.0 { total / n - self.means[unit].iter().map(|(at, v)| v * by_column[*at]).sum::<f64>() } else { 0.0 }
            })
            .collect();
        (by_unit, by_column)
    }

    fn value(&self, i: usize, (by_unit, by_column): &(Vec<f64>, Vec<f64>)) -> f64 {
        by_unit[self.panel.unit[i] as usize] + self.row(i).iter().map(|(at, v)| v * by_column[*at]).sum::<f64>()
    }

    /// Unit sums and column sums of something over some rows.
    fn sums(&self, values: impl Iterator<Item = (usize, f64)>) -> (Vec<f64>, Vec<f64>) {
        let (mut units, mut columns) = (vec![0.0; self.panel.units], vec![0.0; self.width]);
        for (i, v) in values {
            units[self.panel.unit[i] as usize] += v;
            self.row(i).into_iter().for_each(|(at, x)| columns[at] += x * v);
        }
        (units, columns)
    }
}

/// Means of effects with what each row counts in their errors.
struct Means<'a> {
    plane: &'a Plane<'a>,
    /// For untreated rows the residual; for treated ones the effect less that of its cohort and event time.
    rest: Vec<f64>,
    effects: BTreeMap<usize, f64>,
}

impl Means<'_> {
    /// The mean over rows, and each cluster's part of its error.
    fn of(&self, rows: &[usize]) -> (f64, Vec<f64>) {
        let share = 1.0 / rows.len() as f64;
        let panel = self.plane.panel;
        let value = crate::sums::sum(rows.iter().map(|i| self.effects.get(i).copied().unwrap_or(0.0))) * share;
        let (units, columns) = self.plane.sums(rows.iter().map(|i| (*i, share)));
        let lambda = self.plane.solved(&units, &columns);
        let mut parts = vec![0.0; panel.clusters];
        for i in (0..panel.y.len()).filter(|i| self.plane.untreated[*i]) {
            parts[panel.cluster[i] as usize] -= self.plane.value(i, &lambda) * self.rest[i];
        }
        rows.iter().for_each(|i| parts[panel.cluster[*i] as usize] += share * self.rest[*i]);
        (value, parts)
    }
}

/// The path by imputation.
pub(super) fn imputation(panel: &Panel, spec: &Spec) -> Result<Estimate, Refusal> {
    let plane = Plane::new(panel, spec.anticipation)?;
    let n = panel.y.len();
    let (units, columns) = plane.sums((0..n).filter(|i| plane.untreated[*i]).map(|i| (i, panel.y[i])));
    let fitted = plane.solved(&units, &columns);
    let (mut rest, mut effects, mut left_out) = (vec![0.0; n], BTreeMap::new(), panel.left_out);
    for (i, rest) in rest.iter_mut().enumerate() {
        let apart = panel.y[i] - plane.value(i, &fitted);
        if plane.untreated[i] {
            *rest = apart;
        } else if plane.counts[panel.unit[i] as usize] > 0.0 && plane.known[panel.period[i]] {
            effects.insert(i, apart);
        } else {
            left_out.not_imputed += 1;
        }
    }
    // Cells of cohort and event time, by the period of both.
    let mut cells = BTreeMap::<(u64, usize), Vec<usize>>::new();
    effects.keys().for_each(|i| cells.entry((panel.start[*i].to_bits(), panel.period[*i])).or_default().push(*i));
    for rows in cells.values() {
        let centre = crate::sums::mean(&rows.iter().map(|i| effects[i]).collect::<Vec<_>>());
        rows.iter().for_each(|i| rest[*i] = effects[i] - centre);
    }
    let means = Means { plane: &plane, rest, effects };
    let mut events = BTreeMap::<i64, (f64, Vec<usize>)>::new();
    for i in means.effects.keys() {
        let at = panel.event(*i);
        let bits = (at + 0.0).to_bits() as i64;
        events.entry(bits ^ (((bits >> 63) as u64) >> 1) as i64).or_insert_with(|| (at, Vec::new())).1.push(*i);
    }
    let one = |rows: &[usize]| {
        let (value, parts) = means.of(rows);
        effect(value, crate::sums::dot(&parts, &parts), rows.len(), None, spec.level)
    };
    let after: Vec<usize> = means.effects.keys().copied().filter(|i| panel.event(*i) >= 0.0).collect();
    let cohorts = cells.values().map(|rows| {
        let (start, at) = (panel.start[rows[0]], panel.event(rows[0]));
        let all = events.values().find(|(e, _)| *e == at).map_or(1, |(_, r)| r.len());
        CohortEffect { start, at, effect: one(rows), share: rows.len() as f64 / all as f64 }
    });
    let mut event: Vec<EventEffect> = events.values().map(|(at, rows)| EventEffect { at: *at, effect: one(rows) }).collect();
    let (before, pretest) = leads(panel, spec, &plane)?;
    event.splice(0..0, before);
    Ok(Estimate {
        estimator: spec.estimator,
        overall: if after.is_empty() { None } else { Some(one(&after)) },
        event,
        cohorts: cohorts.collect(),
        reference: None,
        pretest,
        units: panel.units,
        treated_units: panel.treated_units(),
        rows: n - left_out.not_imputed,
        clusters: panel.clusters,
        left_out,
        degrees_of_freedom: None,
        rule: "conservative clustered errors of Borusyak, Jaravel and Spiess (2024), effects about their means by cohort and period; normal. Before the start: least squares on the untreated rows",
        warnings: Vec::new(),
    })
}

/// The test before the start: least squares on the untreated rows alone with indicators of the last event times before it.
fn leads(panel: &Panel, spec: &Spec, plane: &Plane<'_>) -> Result<(Vec<EventEffect>, Option<Wald>), Refusal> {
    if spec.leads == 0 {
        return Ok((Vec::new(), None));
    }
    let rows: Vec<usize> = (0..panel.y.len()).filter(|i| plane.untreated[*i]).collect();
    let mut times: Vec<f64> = rows.iter().map(|i| panel.event(*i)).filter(|e| e.is_finite()).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let chosen: Vec<f64> = times.iter().rev().take(spec.leads).rev().copied().collect();
    let pick = |values: &[f64]| Column::Number(rows.iter().map(|i| values[*i]).collect());
    let mut frame = Frame::new().with("y", pick(&panel.y))?;
    let mut names = Vec::new();
    for (k, at) in chosen.iter().enumerate() {
        names.push(format!("d{k}"));
        frame = frame.with(&names[k], Column::Number(rows.iter().map(|i| f64::from(u8::from(panel.event(*i) == *at))).collect()))?;
    }
    for (k, column) in panel.covariates.iter().enumerate() {
        names.push(format!("x{k}"));
        frame = frame.with(&format!("x{k}"), pick(column))?;
    }
    let codes = |of: &[u32]| Column::Number(rows.iter().map(|i| f64::from(of[*i])).collect());
    frame = frame.with("unit", codes(&panel.unit))?.with("cluster", codes(&panel.cluster))?;
    frame = frame.with("period", Column::Number(rows.iter().map(|i| panel.period[*i] as f64).collect()))?;
    let mut ask = least_squares::Spec::new("y", &names.iter().map(String::as_str).collect::<Vec<_>>());
    ask.fixed_effects = vec!["unit".to_owned(), "period".to_owned()];
    ask.clusters = vec![if spec.cluster.is_some() { "cluster" } else { "unit" }.to_owned()];
    let found = least_squares::estimate(&frame, &ask)?;
    let df = found.small_sample.degrees_of_freedom;
    let known: Vec<(usize, f64)> =
        (0..chosen.len()).filter_map(|k| Some((found.coefficients.iter().position(|c| c.name == names[k])?, chosen[k]))).collect();
    let rows_at = |at: f64| rows.iter().filter(|i| panel.event(**i) == at).count();
    let effects = known.iter().map(|(c, at)| EventEffect {
        at: *at,
        effect: effect(found.coefficients[*c].estimate, found.covariance[*c][*c], rows_at(*at), Some(df), spec.level),
    });
    let size = found.coefficients.len();
    let beta: Vec<f64> = found.coefficients.iter().map(|c| c.estimate).collect();
    let unit = |at: usize| (0..size).map(|i| f64::from(u8::from(i == at))).collect::<Vec<f64>>();
    let pretest =
        wald(&known.iter().map(|(c, _)| unit(*c)).collect::<Vec<_>>(), &beta, &Matrix::from_fn(size, size, |i, j| found.covariance[i][j]));
    Ok((effects.collect(), pretest))
}
