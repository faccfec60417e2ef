//! Wald's test that the groups of a column have one effect.

use super::groups::Member;
use super::{Equality, Spec, draw};
use crate::dist::{chi2_p, f_p};
use crate::headline::Headline;
use crate::linear::Matrix;
use crate::multiple::holm;
use crate::notice::Refusal;
use crate::sums::{dot, mean};

type Found = Result<Headline, Refusal>;

pub(super) fn tests(
    spec: &Spec,
    members: &[Member],
    found: &[Found],
    drawn: &[Vec<Option<f64>>],
    sampler: &draw::Sampler,
) -> Vec<Equality> {
    let mut out: Vec<Equality> = spec.groups.iter().filter_map(|g| one(&g.column, members, found, drawn, sampler)).collect();
    let p: Vec<Option<f64>> = out.iter().map(|e| Some(e.p)).collect();
    out.iter_mut().zip(holm(&p)).for_each(|(e, p)| e.holm = p);
    out
}

fn one(column: &str, members: &[Member], found: &[Found], drawn: &[Vec<Option<f64>>], sampler: &draw::Sampler) -> Option<Equality> {
    let all = members.iter().zip(found).enumerate().filter(|(_, (m, _))| m.column == column);
    let known: Vec<(usize, &Member, &Headline)> = all.filter_map(|(at, (m, f))| f.as_ref().ok().map(|h| (at, m, h))).collect();
    let k = known.len();
    if k < 2 {
        return None;
    }
    let rows = sampler.members.iter().flatten().copied().chain(members.iter().flat_map(|m| m.rows.iter().copied())).max().unwrap_or(0) + 1;
    let mut covariance = Matrix::zeros(k, k);
    let mut shared = false;
    for i in 0..k {
        covariance[(i, i)] = known[i].2.standard_error * known[i].2.standard_error;
        for j in 0..i {
            if sampler.shared(&known[i].1.rows, &known[j].1.rows, rows) {
                shared = true;
                let both = correlation(drawn, known[i].0, known[j].0) * known[i].2.standard_error * known[j].2.standard_error;
                (covariance[(i, j)], covariance[(j, i)]) = (both, both);
            }
        }
    }
    // Differences to the first.
    let d: Vec<f64> = known[1..].iter().map(|(_, _, h)| h.estimate - known[0].2.estimate).collect();
    let v = Matrix::from_fn(k - 1, k - 1, |i, j| {
        covariance[(i + 1, j + 1)] - covariance[(i + 1, 0)] - covariance[(0, j + 1)] + covariance[(0, 0)]
    });
    let statistic = v.inverse_spd()?.quadratic(&d);
    let df = k - 1;
    let denominator =
        known.iter().filter_map(|(_, _, h)| h.degrees_of_freedom).fold(None, |least: Option<f64>, d| Some(least.map_or(d, |l| l.min(d))));
    let p = denominator.map_or_else(|| chi2_p(statistic, df as f64), |below| f_p(statistic / df as f64, df as f64, below));
    let from_draws = shared && !drawn.is_empty();
    let covariance = if from_draws { "draws" } else { "independent" };
    (statistic.is_finite() && p.is_finite()).then(|| Equality {
        column: column.to_owned(),
        statistic,
        degrees_of_freedom: df,
        denominator,
        p,
        holm: None,
        covariance,
    })
}

/// The correlation of two groups' statistics over the draws that have both.
fn correlation(drawn: &[Vec<Option<f64>>], i: usize, j: usize) -> f64 {
    let both: Vec<(f64, f64)> = drawn.iter().filter_map(|d| Some((d[i]?, d[j]?))).collect();
    if both.len() < 10 {
        return 0.0;
    }
    let centred = |of: fn(&(f64, f64)) -> f64| {
        let values: Vec<f64> = both.iter().map(of).collect();
        let centre = mean(&values);
        values.into_iter().map(|v| v - centre).collect::<Vec<f64>>()
    };
    let (a, b) = (centred(|b| b.0), centred(|b| b.1));
    let found = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
    if found.is_finite() { found.clamp(-0.999, 0.999) } else { 0.0 }
}
