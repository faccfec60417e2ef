//! What a unit of effect cost, for everybody and by group: yen of subsidy for a yen of value added.

use super::Spec;
use super::groups::Member;
use crate::frame::Frame;
use crate::headline::{Headline, Method};
use crate::notice::Refusal;
use crate::study::{CostOfEffect, fieller};
use crate::sums::{mean, variance};

/// Means of what was paid, one a unit: rows of one unit of a panel count once, rows without a payment not at all.
fn paid(frame: &Frame, spec: &Spec, column: &str, rows: &[usize]) -> Result<Vec<f64>, Refusal> {
    let values = frame.numbers(column)?;
    let rows: Vec<usize> = rows.iter().copied().filter(|row| values[*row] > 0.0).collect();
    let unit = if let Method::Difference(spec) = &spec.method { spec.unit.as_deref() } else { None };
    let Some(unit) = unit else { return Ok(rows.iter().map(|row| values[*row]).collect()) };
    let (codes, count) = frame.groups(unit, &rows)?;
    let mut of = vec![(0.0, 0.0); count];
    for (code, row) in codes.iter().zip(&rows) {
        let (sum, seen) = &mut of[*code as usize];
        (*sum, *seen) = (*sum + values[*row], *seen + 1.0);
    }
    Ok(of.into_iter().map(|(sum, seen)| sum / seen).collect())
}

/// The cost of a unit of effect among some rows; none without an effect or with fewer than two payments.
fn of(frame: &Frame, spec: &Spec, rows: &[usize], effect: Option<&Headline>) -> Result<Option<CostOfEffect>, Refusal> {
    let (Some(column), Some(effect)) = (&spec.cost, effect) else { return Ok(None) };
    let paid = paid(frame, spec, column, rows)?;
    if paid.len() < 2 {
        return Ok(None);
    }
    let error = (variance(&paid) / paid.len() as f64).sqrt();
    Ok(Some(fieller((mean(&paid), error), (effect.estimate, effect.standard_error), paid.len())))
}

/// Everybody's, then each group's.
pub(super) fn costs(
    frame: &Frame,
    spec: &Spec,
    everyone: &Headline,
    members: &[Member],
    found: &[Result<Headline, Refusal>],
) -> Result<(Option<CostOfEffect>, Vec<Option<CostOfEffect>>), Refusal> {
    let all: Vec<usize> = (0..frame.rows()).collect();
    let each = members.iter().zip(found).map(|(member, found)| of(frame, spec, &member.rows, found.as_ref().ok()));
    Ok((of(frame, spec, &all, Some(everyone))?, each.collect::<Result<_, _>>()?))
}
