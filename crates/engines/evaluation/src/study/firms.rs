//! Who the rows of a panel are of: one row a firm, or in a difference a row a firm and period. What is said of firms counts each once.

use super::declare::{Declaration, Ready};
use crate::{Frame, Refusal, difference};

/// A firm of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Firm {
    /// Its rows, in a difference by period.
    pub rows: Vec<usize>,
    /// Whether it was treated within the periods of the panel.
    pub treated: bool,
}

/// The firms of a panel, each once; rows that name none are nobody's.
pub(super) fn of(declaration: &Declaration, panel: &Frame) -> Result<Vec<Firm>, Refusal> {
    let column = declaration.outcomes.first().map_or("", |o| o.column.as_str());
    let by_row = |treated: Vec<bool>| treated.into_iter().enumerate().map(|(row, treated)| Firm { rows: vec![row], treated }).collect();
    Ok(match declaration.design.ready(column)? {
        Ready::Discontinuity(spec) => by_row(match &spec.treatment {
            Some(name) => panel.numbers(name)?.iter().map(|v| *v > 0.0).collect(),
            None => panel.numbers(&spec.score)?.iter().map(|v| *v >= spec.cutoff).collect(),
        }),
        Ready::Balancing(spec) => by_row(panel.numbers(&spec.treatment)?.iter().map(|v| *v > 0.0).collect()),
        Ready::Difference(spec, _) => over_time(panel, &spec)?,
    })
}

fn over_time(panel: &Frame, spec: &difference::Spec) -> Result<Vec<Firm>, Refusal> {
    let (time, start) = (panel.numbers(&spec.time)?, panel.numbers(&spec.start)?);
    let last = time.iter().copied().filter(|t| !t.is_nan()).fold(f64::NEG_INFINITY, f64::max);
    let treated = |row: usize| start[row] > 0.0 && start[row] <= last;
    let Some(unit) = &spec.unit else {
        return Ok((0..panel.rows()).map(|row| Firm { rows: vec![row], treated: treated(row) && time[row] >= start[row] }).collect());
    };
    let column = panel.column(unit)?;
    let rows: Vec<usize> = (0..panel.rows()).filter(|row| !column.missing(*row) && !time[*row].is_nan()).collect();
    let (codes, count) = panel.groups(unit, &rows)?;
    let mut firms = vec![Firm { rows: Vec::new(), treated: false }; count];
    for (row, code) in rows.into_iter().zip(codes) {
        let firm = &mut firms[code as usize];
        firm.rows.push(row);
        firm.treated |= treated(row);
    }
    firms.iter_mut().for_each(|firm| firm.rows.sort_by(|a, b| time[*a].total_cmp(&time[*b])));
    Ok(firms)
}

impl Firm {
    /// The newest value that it has in a column.
    pub(super) fn newest(&self, values: &[f64]) -> Option<f64> {
        self.rows.iter().rev().map(|row| values[*row]).find(|v| !v.is_nan())
    }
}

/// What a difference compares firm by firm: the change of the outcome from the last period before the start to the period that is asked for,
/// or to the mean of the periods after; none where it is not known. Only where all start in one period: else there is no one change.
pub(super) fn changes(panel: &Frame, spec: &difference::Spec, at: Option<u32>, firms: &[Firm]) -> Result<Option<Vec<f64>>, Refusal> {
    let (time, start, y) = (panel.numbers(&spec.time)?, panel.numbers(&spec.start)?, panel.numbers(&spec.outcome)?);
    let mut starts: Vec<f64> = firms.iter().filter(|f| f.treated).filter_map(|f| Some(start[*f.rows.first()?])).collect();
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    let [start] = starts[..] else { return Ok(None) };
    let base = time.iter().copied().filter(|t| *t < start - spec.anticipation).fold(f64::NEG_INFINITY, f64::max);
    let mut after: Vec<f64> = time.iter().copied().filter(|t| at.map_or(*t >= start, |at| *t == start + f64::from(at))).collect();
    after.sort_by(f64::total_cmp);
    after.dedup();
    if !base.is_finite() || after.is_empty() {
        return Ok(None);
    }
    let change = |firm: &Firm| {
        let value = |t: f64| firm.rows.iter().find(|row| time[**row] == t).map_or(f64::NAN, |row| y[*row]);
        crate::sums::sum(after.iter().map(|t| value(*t))) / after.len() as f64 - value(base)
    };
    Ok(Some(firms.iter().map(change).collect()))
}

/// Whether a firm's outcome is known as the design needs it: in a difference of a balanced panel, in every period of the panel.
pub(super) fn known(panel: &Frame, ready: &Ready, firms: &[Firm]) -> Result<Vec<bool>, Refusal> {
    let (y, periods) = match ready {
        Ready::Discontinuity(spec) => (panel.numbers(&spec.outcome)?, 1),
        Ready::Balancing(spec) => (panel.numbers(&spec.outcome)?, 1),
        Ready::Difference(spec, _) => {
            let y = panel.numbers(&spec.outcome)?;
            // A period of which nothing is known of anybody is none of the design's.
            let known = panel.numbers(&spec.time)?.iter().zip(y).filter(|(t, y)| !t.is_nan() && y.is_finite());
            let mut times: Vec<f64> = known.map(|(t, _)| *t).collect();
            times.sort_by(f64::total_cmp);
            times.dedup();
            let all = if spec.sampling == difference::Sampling::Balanced { times.len() } else { 1 };
            (y, all)
        }
    };
    Ok(firms.iter().map(|f| f.rows.iter().filter(|row| y[**row].is_finite()).count() >= periods).collect())
}
