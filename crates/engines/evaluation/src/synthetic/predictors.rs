//! Predictors read from the panel: averages of a column over periods, what is missing left out as in the original study.

use super::control::{Nested, Optimum};
use super::panel::Panel;
use super::spec::{PredictorRow, Spec};
use crate::frame::Frame;
use crate::notice::Refusal;
use crate::sums::mean;

/// The predictors of a unit as they are.
fn of_unit(frame: &Frame, spec: &Spec, panel: &Panel, unit: usize) -> Result<Vec<f64>, Refusal> {
    spec.predictors
        .iter()
        .map(|p| {
            let column = frame.numbers(&p.column)?;
            let values: Vec<f64> = (panel.times.iter().zip(&panel.cell[unit]))
                .filter(|(t, _)| **t >= p.from && **t <= p.to)
                .map(|(_, row)| column[*row])
                .filter(|v| !v.is_nan())
                .collect();
            if values.is_empty() {
                let (name, from, to, who) = (&p.column, p.from, p.to, &panel.units[unit]);
                return Err(Refusal::new(
                    "predictor-missing",
                    format!("「{who}」には{from}〜{to}の「{name}」が1つもありません。期間を変えるか、その単位を外してください。"),
                    format!("\"{who}\" has no \"{name}\" from {from} to {to}; choose other periods or leave the unit out"),
                ));
            }
            Ok(mean(&values))
        })
        .collect()
}

/// The mean over units of their predictors.
fn of_units(frame: &Frame, spec: &Spec, panel: &Panel, units: &[usize]) -> Result<Vec<f64>, Refusal> {
    let all = units.iter().map(|u| of_unit(frame, spec, panel, *u)).collect::<Result<Vec<_>, _>>()?;
    Ok((0..spec.predictors.len()).map(|m| mean(&all.iter().map(|row| row[m]).collect::<Vec<_>>())).collect())
}

/// The search's data for one cohort.
pub(super) fn nested(frame: &Frame, spec: &Spec, panel: &Panel, start: usize, treated: &[usize]) -> Result<Nested, Refusal> {
    let controls = panel.controls();
    let mut donors = controls.iter().map(|u| of_unit(frame, spec, panel, *u)).collect::<Result<Vec<_>, _>>()?;
    let mut aim = of_units(frame, spec, panel, treated)?;
    Nested::scale(&mut donors, &mut aim);
    let judged: Vec<usize> = (0..start)
        .filter(|t| spec.fit_from.is_none_or(|f| panel.times[*t] >= f) && spec.fit_to.is_none_or(|l| panel.times[*t] <= l))
        .collect();
    if judged.is_empty() {
        return Err(Refusal::new(
            "fit-periods",
            "fit-from と fit-to の間に処置前の期がありません。",
            "no period before treatment lies between fit-from and fit-to",
        ));
    }
    let path_of = |u: usize| -> Vec<f64> { judged.iter().map(|t| panel.y[u][*t]).collect() };
    let path = judged.iter().map(|t| mean(&treated.iter().map(|u| panel.y[*u][*t]).collect::<Vec<_>>())).collect();
    Ok(Nested { donors, treated: aim, paths: controls.iter().map(|u| path_of(*u)).collect(), path })
}

/// The optima: one for a given V, all that the search finds otherwise.
pub(super) fn solve(spec: &Spec, nested: &Nested) -> Vec<Optimum> {
    match &spec.v {
        Some(v) => vec![nested.given(v)],
        None => nested.search(spec.starts, spec.seed),
    }
}

/// How the predictors are matched.
pub(super) fn rows(frame: &Frame, spec: &Spec, panel: &Panel, treated: &[usize], weights: &[f64]) -> Result<Vec<PredictorRow>, Refusal> {
    let controls = panel.controls();
    let donors = controls.iter().map(|u| of_unit(frame, spec, panel, *u)).collect::<Result<Vec<_>, _>>()?;
    let aim = of_units(frame, spec, panel, treated)?;
    Ok((spec.predictors.iter().enumerate())
        .map(|(m, p)| PredictorRow {
            name: if p.from == p.to { format!("{} {}", p.column, p.from) } else { format!("{} {}–{}", p.column, p.from, p.to) },
            treated: aim[m],
            synthetic: weights.iter().zip(&donors).map(|(w, d)| w * d[m]).sum(),
            mean_untreated: mean(&donors.iter().map(|d| d[m]).collect::<Vec<_>>()),
        })
        .collect())
}
