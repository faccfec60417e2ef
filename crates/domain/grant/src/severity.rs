//! How severe each reviewer is, shown beside the raw score and never in its place: nothing that ranks or selects reads this file.
//!
//! Method: the additive model `mark = case + reviewer + error`, fitted by least squares; reviewers' severities sum to zero within each
//! connected panel (MacKay, Kenna, Low and Parker, "Calibration with confidence", R. Soc. open sci. 4: 160760, 2017; with equal
//! confidence in all marks, as here, it is Fisher's additive incomplete block analysis). Cases are eliminated first; what remains is a graph Laplacian over the reviewers, solved in double
//! precision. These are statistics, not money: right to about nine digits, shown with two decimals.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{CaseId, Exact, PersonId};

/// Fewest cases a reviewer must have marked to be given a severity.
pub const CASES_MIN: usize = 2;

/// One reviewer's total points for one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub case: CaseId,
    pub reviewer: PersonId,
    pub total: u32,
}

/// What the marks say of reviewers and cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    pub reviewers: Vec<ReviewerSeverity>,
    pub cases: Vec<CalibratedCase>,
    /// Panels that share no case with each other; severities compare only within one.
    pub panels: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReviewerSeverity {
    pub reviewer: PersonId,
    pub marks: usize,
    pub severity: Severity,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Severity {
    /// Points above (lenient) or below (severe) what the panel gives to the same cases. Without a standard error when the
    /// marks are just enough to fit the model exactly.
    Estimated { points: f64, standard_error: Option<f64>, panel: usize },
    /// Fewer than `CASES_MIN` cases.
    TooFewCases,
    /// Shares no case with another reviewer who has an estimate.
    NobodyToCompareWith,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibratedCase {
    pub case: CaseId,
    pub marks: usize,
    /// Marks whose reviewer has an estimate; the others are taken as they are.
    pub adjusted: usize,
    /// Mean of the marks as given.
    pub raw_mean: Exact,
    /// Mean of the marks without their reviewers' severities.
    pub calibrated_mean: f64,
}

/// The marks that reviewers gave one case.
type CaseMarks = Vec<(PersonId, u32)>;

/// Fits the model. A reviewer's second mark on one case replaces the first.
#[must_use]
pub fn calibrate(marks: &[Mark]) -> Calibration {
    let marks: BTreeMap<(CaseId, PersonId), u32> = marks.iter().map(|m| ((m.case, m.reviewer), m.total)).collect();
    let mut count: BTreeMap<PersonId, usize> = BTreeMap::new();
    for (_, reviewer) in marks.keys() {
        *count.entry(*reviewer).or_default() += 1;
    }
    let mut all: BTreeMap<CaseId, CaseMarks> = BTreeMap::new();
    let mut kept: BTreeMap<CaseId, CaseMarks> = BTreeMap::new();
    for ((case, reviewer), mark) in &marks {
        all.entry(*case).or_default().push((*reviewer, *mark));
        if count.get(reviewer).is_some_and(|n| *n >= CASES_MIN) {
            kept.entry(*case).or_default().push((*reviewer, *mark));
        }
    }
    let panels = panels(kept.values());
    let mut severities: BTreeMap<PersonId, Severity> = BTreeMap::new();
    for (number, panel) in panels.iter().enumerate() {
        let own: Vec<&CaseMarks> = kept.values().filter(|m| m.first().is_some_and(|(r, _)| panel.contains(r))).collect();
        severities.extend(fit(number, panel, &own));
    }
    let severity_of = |reviewer: &PersonId| severities.get(reviewer).copied().unwrap_or(Severity::TooFewCases);
    Calibration {
        reviewers: count.iter().map(|(r, n)| ReviewerSeverity { reviewer: *r, marks: *n, severity: severity_of(r) }).collect(),
        cases: all.into_iter().map(|(case, marks)| calibrated(case, &marks, severity_of)).collect(),
        panels: panels.len(),
    }
}

fn calibrated(case: CaseId, marks: &CaseMarks, severity_of: impl Fn(&PersonId) -> Severity) -> CalibratedCase {
    let points = |r: &PersonId| if let Severity::Estimated { points, .. } = severity_of(r) { Some(points) } else { None };
    let raw: i128 = marks.iter().map(|(_, m)| i128::from(*m)).sum();
    let without: f64 = marks.iter().map(|(r, m)| f64::from(*m) - points(r).unwrap_or(0.0)).sum();
    CalibratedCase {
        case,
        marks: marks.len(),
        adjusted: marks.iter().filter(|(r, _)| points(r).is_some()).count(),
        raw_mean: Exact::new(raw, i128::try_from(marks.len()).unwrap_or(1).max(1)),
        calibrated_mean: without / real(marks.len()),
    }
}

/// Reviewers who are linked by cases they share, directly or through others: only their severities can be compared.
fn panels<'a>(cases: impl Iterator<Item = &'a CaseMarks>) -> Vec<BTreeSet<PersonId>> {
    let mut panels: Vec<BTreeSet<PersonId>> = Vec::new();
    for marks in cases {
        let mut merged: BTreeSet<PersonId> = marks.iter().map(|(r, _)| *r).collect();
        let (touching, apart): (Vec<_>, Vec<_>) = panels.into_iter().partition(|p| !p.is_disjoint(&merged));
        merged.extend(touching.into_iter().flatten());
        panels = apart;
        panels.push(merged);
    }
    panels.sort();
    panels
}

/// Least squares within one panel.
fn fit(number: usize, panel: &BTreeSet<PersonId>, cases: &[&CaseMarks]) -> Vec<(PersonId, Severity)> {
    let people: Vec<PersonId> = panel.iter().copied().collect();
    if people.len() < 2 {
        return people.into_iter().map(|r| (r, Severity::NobodyToCompareWith)).collect();
    }
    let (laplacian, gap) = normal_equations(&people, cases);
    // Grounding the last reviewer makes the equations regular; centring afterwards makes the choice of ground immaterial.
    let Some(inverse) = grounded_inverse(laplacian) else {
        return people.into_iter().map(|r| (r, Severity::NobodyToCompareWith)).collect();
    };
    let raw: Vec<f64> = inverse.iter().map(|row| dot(row, &gap)).collect();
    let centre = raw.iter().sum::<f64>() / real(raw.len());
    let points: BTreeMap<PersonId, f64> = people.iter().copied().zip(raw.iter().map(|p| p - centre)).collect();
    let error = residual_variance(&points, cases);
    let spread = centred_diagonal(&inverse);
    let estimate = |((reviewer, points), spread): ((PersonId, f64), f64)| {
        let standard_error = error.map(|variance| (variance * spread.max(0.0)).sqrt());
        (reviewer, Severity::Estimated { points, standard_error, panel: number })
    };
    points.into_iter().zip(spread).map(estimate).collect()
}

/// The equations for the reviewers once the cases are eliminated: a Laplacian whose edges are shared cases, and for each reviewer the
/// sum of the gaps between own marks and the cases' means.
fn normal_equations(people: &[PersonId], cases: &[&CaseMarks]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut weight: BTreeMap<(PersonId, PersonId), f64> = BTreeMap::new();
    let mut gap: BTreeMap<PersonId, f64> = BTreeMap::new();
    for marks in cases {
        let n = real(marks.len());
        let mean = marks.iter().map(|(_, m)| f64::from(*m)).sum::<f64>() / n;
        for (reviewer, mark) in *marks {
            *gap.entry(*reviewer).or_default() += f64::from(*mark) - mean;
            *weight.entry((*reviewer, *reviewer)).or_default() += 1.0;
            for (other, _) in *marks {
                *weight.entry((*reviewer, *other)).or_default() -= 1.0 / n;
            }
        }
    }
    let entry = |a: PersonId, b: PersonId| weight.get(&(a, b)).copied().unwrap_or(0.0);
    let rows = people.iter().map(|a| people.iter().map(|b| entry(*a, *b)).collect()).collect();
    (rows, people.iter().map(|p| gap.get(p).copied().unwrap_or(0.0)).collect())
}

/// The inverse with the last row and column struck out, put back as zeros. Gauss–Jordan with row pivoting; `None` when singular.
fn grounded_inverse(mut rows: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    rows.pop()?;
    let n = rows.len();
    for (i, row) in rows.iter_mut().enumerate() {
        row.truncate(n);
        row.extend((0..n).map(|j| if i == j { 1.0 } else { 0.0 }));
    }
    for k in 0..n {
        let size = |row: &Vec<f64>| row.get(k).map_or(0.0, |x| x.abs());
        let best = (k..n).max_by(|a, b| rows.get(*a).map_or(0.0, size).total_cmp(&rows.get(*b).map_or(0.0, size)))?;
        rows.swap(k, best);
        let lead = rows.get(k)?.get(k).copied().filter(|x| x.abs() > 1e-12)?;
        let pivot: Vec<f64> = rows.get(k)?.iter().map(|x| x / lead).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = row.get(k).copied()?;
            if i == k {
                row.clone_from(&pivot);
            } else {
                row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
            }
        }
    }
    for row in &mut rows {
        row.drain(..n);
        row.push(0.0);
    }
    rows.push(vec![0.0; n + 1]);
    Some(rows)
}

/// The diagonal of the inverse after centring rows and columns: the variance of each centred severity over that of the error.
fn centred_diagonal(inverse: &[Vec<f64>]) -> Vec<f64> {
    let n = real(inverse.len());
    let means: Vec<f64> = inverse.iter().map(|row| row.iter().sum::<f64>() / n).collect();
    let grand = means.iter().sum::<f64>() / n;
    let own = |(i, row): (usize, &Vec<f64>)| row.get(i).copied().unwrap_or(0.0);
    inverse.iter().enumerate().map(own).zip(&means).map(|(own, mean)| own - 2.0 * mean + grand).collect()
}

/// Variance of the error, or `None` when no freedom is left to see it.
fn residual_variance(points: &BTreeMap<PersonId, f64>, cases: &[&CaseMarks]) -> Option<f64> {
    let marks: usize = cases.iter().map(|m| m.len()).sum();
    let freedom = (marks + 1).checked_sub(cases.len() + points.len()).filter(|f| *f > 0)?;
    let squares = |marks: &&CaseMarks| {
        let left: Vec<f64> = marks.iter().map(|(r, m)| f64::from(*m) - points.get(r).copied().unwrap_or(0.0)).collect();
        let mean = left.iter().sum::<f64>() / real(left.len());
        left.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()
    };
    Some(cases.iter().map(squares).sum::<f64>() / real(freedom))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
