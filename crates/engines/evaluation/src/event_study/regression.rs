//! The two that are one regression with unit and period effects: interaction-weighted and plain.

use std::collections::BTreeMap;

use super::panel::Panel;
use super::{CohortEffect, Estimate, EventEffect, Spec, Wald, effect};
use crate::dist::chi2_p;
use crate::frame::{Column, Frame};
use crate::least_squares;
use crate::linear::Matrix;
use crate::notice::{Refusal, Warning};

/// More cells than this are no event study.
const MOST: usize = 2_000;

/// A coefficient's cell: the cohort (none for all), the event time, and its rows.
struct Cell {
    start: Option<f64>,
    at: f64,
    rows: Vec<usize>,
}

/// Coefficients and covariance of the cells that could be estimated.
struct Fitted {
    cells: Vec<Cell>,
    beta: Vec<f64>,
    covariance: Matrix,
    df: f64,
    rows: usize,
    warnings: Vec<Warning>,
}

/// Bits whose order is that of the numbers.
fn key(x: f64) -> i64 {
    let bits = (x + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn reference(panel: &Panel, spec: &Spec) -> Result<f64, Refusal> {
    if let Some(asked) = spec.reference {
        if (0..panel.y.len()).any(|i| panel.event(i) == asked) {
            return Ok(asked);
        }
        return Err(Refusal::new(
            "reference",
            format!("基準の経過時点 {asked} の行がありません。"),
            format!("no row has the event time of reference, {asked}"),
        ));
    }
    let last =
        (0..panel.y.len()).map(|i| panel.event(i)).filter(|e| e.is_finite() && *e < -spec.anticipation).fold(f64::NEG_INFINITY, f64::max);
    if last.is_finite() {
        return Ok(last);
    }
    Err(Refusal::new("no-before", "処置前の期間がありません。", "there is no period before treatment"))
}

fn fit(panel: &Panel, spec: &Spec, reference: f64, by_cohort: bool) -> Result<Fitted, Refusal> {
    let mut cells = BTreeMap::<(i64, i64), Cell>::new();
    for i in 0..panel.y.len() {
        let (at, start) = (panel.event(i), panel.start[i]);
        if !at.is_finite() || at == reference {
            continue;
        }
        let cohort = by_cohort.then_some(start);
        let cell = cells.entry((cohort.map_or(0, key), key(at))).or_insert_with(|| Cell { start: cohort, at, rows: Vec::new() });
        cell.rows.push(i);
    }
    if cells.len() > MOST {
        let count = cells.len();
        return Err(Refusal::new(
            "too-many-cells",
            format!("開始時点と経過時点の組が{count}個あります（{MOST}個まで）。時点をまとめてください。"),
            format!("{count} pairs of cohort and event time, at most {MOST} are estimated; put periods together"),
        ));
    }
    let cells: Vec<Cell> = cells.into_values().collect();
    let n = panel.y.len();
    let mut frame = Frame::new().with("y", Column::Number(panel.y.clone()))?;
    let mut names = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let mut column = vec![0.0; n];
        cell.rows.iter().for_each(|i| column[*i] = 1.0);
        names.push(format!("d{at}"));
        frame = frame.with(&names[at], Column::Number(column))?;
    }
    for (at, column) in panel.covariates.iter().enumerate() {
        names.push(format!("x{at}"));
        frame = frame.with(&format!("x{at}"), Column::Number(column.clone()))?;
    }
    let codes = |codes: &[u32]| Column::Number(codes.iter().map(|c| f64::from(*c)).collect());
    frame = frame.with("unit", codes(&panel.unit))?.with("period", Column::Number(panel.period.iter().map(|p| *p as f64).collect()))?;
    frame = frame.with("cluster", codes(&panel.cluster))?;
    let mut ask = least_squares::Spec::new("y", &names.iter().map(String::as_str).collect::<Vec<_>>());
    ask.fixed_effects = vec!["unit".to_owned(), "period".to_owned()];
    ask.clusters = vec![if spec.cluster.is_some() { "cluster" } else { "unit" }.to_owned()];
    ask.confidence = spec.level;
    let found = least_squares::estimate(&frame, &ask)?;
    let place: BTreeMap<&str, usize> = found.coefficients.iter().enumerate().map(|(at, c)| (c.name.as_str(), at)).collect();
    let kept: Vec<(usize, usize)> = (0..cells.len()).filter_map(|at| Some((at, *place.get(names[at].as_str())?))).collect();
    let mut warnings: Vec<Warning> = found.warnings.iter().filter(|w| w.code != "few-clusters").cloned().collect();
    if kept.len() < cells.len() {
        let lost = cells.len() - kept.len();
        warnings.push(Warning::note(
            "cells-left-out",
            format!("{lost}個の組（開始時点・経過時点）は、基準の時点がないなどの理由で推定できませんでした。"),
            format!("{lost} pairs of cohort and event time could not be estimated, for example for want of the reference period"),
        ));
    }
    let beta = kept.iter().map(|(_, c)| found.coefficients[*c].estimate).collect();
    let covariance = Matrix::from_fn(kept.len(), kept.len(), |i, j| found.covariance[kept[i].1][kept[j].1]);
    let wanted: Vec<usize> = kept.iter().map(|(at, _)| *at).collect();
    let cells = cells.into_iter().enumerate().filter(|(at, _)| wanted.binary_search(at).is_ok()).map(|(_, c)| c).collect();
    Ok(Fitted { cells, beta, covariance, df: found.small_sample.degrees_of_freedom, rows: found.rows, warnings })
}

impl Fitted {
    /// The mean of cells by their rows.
    fn mean(&self, chosen: &[usize], level: f64) -> Option<super::Effect> {
        let total: usize = chosen.iter().map(|c| self.cells[*c].rows.len()).sum();
        if total == 0 {
            return None;
        }
        let mut weights = vec![0.0; self.cells.len()];
        chosen.iter().for_each(|c| weights[*c] = self.cells[*c].rows.len() as f64 / total as f64);
        let value = crate::sums::dot(&weights, &self.beta);
        Some(effect(value, self.covariance.quadratic(&weights), total, Some(self.df), level))
    }

    fn events(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.cells.iter().map(|c| c.at).collect();
        all.sort_unstable_by(f64::total_cmp);
        all.dedup();
        all
    }

    fn at(&self, wanted: impl Fn(f64) -> bool) -> Vec<usize> {
        (0..self.cells.len()).filter(|c| wanted(self.cells[*c].at)).collect()
    }

    /// That the averaged effects before treatment may show are all nought.
    fn pretest(&self, anticipation: f64) -> Option<Wald> {
        let before: Vec<f64> = self.events().into_iter().filter(|e| *e < -anticipation).collect();
        let rows: Vec<Vec<f64>> = before
            .iter()
            .map(|e| {
                let chosen = self.at(|at| at == *e);
                let total: usize = chosen.iter().map(|c| self.cells[*c].rows.len()).sum();
                let mut weights = vec![0.0; self.cells.len()];
                chosen.iter().for_each(|c| weights[*c] = self.cells[*c].rows.len() as f64 / total as f64);
                weights
            })
            .collect();
        wald(&rows, &self.beta, &self.covariance)
    }
}

/// Wald's test that combinations are nought.
pub(super) fn wald(rows: &[Vec<f64>], beta: &[f64], covariance: &Matrix) -> Option<Wald> {
    let k = rows.len();
    if k == 0 {
        return None;
    }
    let values: Vec<f64> = rows.iter().map(|r| crate::sums::dot(r, beta)).collect();
    let through: Vec<Vec<f64>> = rows.iter().map(|r| covariance.apply(r)).collect();
    let matrix = Matrix::from_fn(k, k, |i, j| crate::sums::dot(&rows[i], &through[j]));
    let statistic = matrix.inverse_spd()?.quadratic(&values);
    (statistic.is_finite() && statistic >= 0.0).then(|| Wald { statistic, df: k, p: chi2_p(statistic, k as f64) })
}

fn told(panel: &Panel, spec: &Spec, fitted: Fitted, reference: f64, by_cohort: bool) -> Estimate {
    let events = fitted.events();
    let event =
        events.iter().filter_map(|e| Some(EventEffect { at: *e, effect: fitted.mean(&fitted.at(|at| at == *e), spec.level)? })).collect();
    let rows_at = |e: f64| fitted.cells.iter().filter(|c| c.at == e).map(|c| c.rows.len()).sum::<usize>() as f64;
    let cohorts = if by_cohort {
        let one = |(at, cell): (usize, &Cell)| {
            let rows = cell.rows.len();
            let effect = effect(fitted.beta[at], fitted.covariance[(at, at)], rows, Some(fitted.df), spec.level);
            Some(CohortEffect { start: cell.start?, at: cell.at, effect, share: rows as f64 / rows_at(cell.at) })
        };
        fitted.cells.iter().enumerate().filter_map(one).collect()
    } else {
        Vec::new()
    };
    let mut warnings = fitted.warnings.clone();
    if let Some(last) = panel.last_as_never {
        warnings.push(Warning::note(
            "last-cohort",
            format!("処置を受けない個体がないため、最後（{last}）に始まる群を比較の相手とし、その開始以後の行は除きました。"),
            format!("nobody is never treated: the cohort of {last} stands for them, and rows from its start on are left out"),
        ));
    }
    Estimate {
        estimator: spec.estimator,
        overall: fitted.mean(&fitted.at(|at| at >= 0.0), spec.level),
        event,
        cohorts,
        reference: Some(reference),
        pretest: fitted.pretest(spec.anticipation),
        units: panel.units,
        treated_units: panel.treated_units(),
        rows: fitted.rows,
        clusters: panel.clusters,
        left_out: panel.left_out,
        degrees_of_freedom: Some(fitted.df),
        rule: "least squares with unit and period effects, clustered (CR1), shares of cohorts taken as known; Student's t with clusters - 1",
        warnings,
    }
}

/// Sun and Abraham's.
pub(super) fn interaction_weighted(panel: &Panel, spec: &Spec) -> Result<Estimate, Refusal> {
    let reference = reference(panel, spec)?;
    Ok(told(panel, spec, fit(panel, spec, reference, true)?, reference, true))
}

/// The plain one.
pub(super) fn two_way(panel: &Panel, spec: &Spec) -> Result<Estimate, Refusal> {
    let reference = reference(panel, spec)?;
    let mut found = told(panel, spec, fit(panel, spec, reference, false)?, reference, false);
    found.rule = "least squares with unit and period effects, clustered (CR1); Student's t with clusters - 1";
    Ok(found)
}
