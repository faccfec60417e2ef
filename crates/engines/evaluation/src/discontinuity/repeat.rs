//! Applicants who come again: the effect of an award by years since, with and without what later awards add.
//!
//! Cellini, Ferreira, Rothstein (2010), Quarterly Journal of Economics 125(1), 215–261. An award moves later outcomes itself (θ_0, θ_1, …)
//! and by changing the chance of later awards (π_1, π_2, …): ITT_τ = Σ_h π_h θ_{τ−h}, solved for θ from τ = 0 on. π_0 is the first stage:
//! 1 where the cut-off decides alone.

use serde::{Deserialize, Serialize};

use super::local::{Kernel, Polynomial, Window, chebyshev};
use super::result::{Inference, Pair};
use super::side::Side;
use super::spec::{Given, Spec};
use super::{Widths, warn};
use crate::{Frame, Matrix, Refusal, Warning};

/// One row an application; outcomes and awards by years since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepeatSpec {
    /// Columns of the outcome 0, 1, 2, … years after the application.
    pub outcomes: Vec<String>,
    /// Columns of whether an award was received 0, 1, 2, … years after it (as many as outcomes); the first may be left empty where the
    /// cut-off decides alone.
    pub awards: Vec<String>,
    /// The score's column.
    pub score: String,
    /// The cut-off.
    pub cutoff: f64,
    /// The applicant, whose rows are one cluster.
    pub applicant: String,
    /// The bandwidth; that of `mserd` for the first outcome when not given.
    pub bandwidth: Option<Given>,
    /// The kernel.
    pub kernel: Kernel,
    /// The order of the polynomial whose bias is taken off with the same bandwidth.
    pub order: usize,
    /// The confidence of the intervals.
    pub level: f64,
}

impl Default for RepeatSpec {
    fn default() -> Self {
        Self {
            outcomes: Vec::new(),
            awards: Vec::new(),
            score: String::new(),
            cutoff: 0.0,
            applicant: String::new(),
            bandwidth: None,
            kernel: Kernel::Triangular,
            order: 1,
            level: 0.95,
        }
    }
}

/// The effect some years after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Since {
    /// Years since the application.
    pub years: usize,
    /// Rows within the bandwidth with this outcome, below and above.
    pub rows: Pair<usize>,
    /// Of winning at the cut-off, whatever came later: the total effect.
    pub intent_to_treat: Inference,
    /// Of the award itself with later awards held still: the partial effect.
    pub treatment_on_treated: Inference,
    /// How much winning changes the chance of an award in this year (π).
    pub award: Inference,
}

/// Effects by years since.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepeatEstimate {
    /// Year by year.
    pub since: Vec<Since>,
    /// The sums over all years: total and partial.
    pub total: Inference,
    /// The sum of the partial effects.
    pub partial: Inference,
    /// The bandwidths used.
    pub bandwidths: Widths,
    /// Applicants with rows within them.
    pub applicants: usize,
    /// Applicants with more than one row within them.
    pub repeaters: usize,
    /// The rule in words.
    pub rule: &'static str,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// An estimate with each applicant's share of its error.
struct Linear {
    value: f64,
    shares: Vec<f64>,
    rows: Pair<usize>,
}

/// The total and the partial effect by years since.
///
/// # Errors
/// Missing columns, unequal numbers of outcomes and awards, too few distinct scores, no change of awards at the cut-off.
pub fn repeat(frame: &Frame, spec: &RepeatSpec) -> Result<RepeatEstimate, Refusal> {
    check(spec)?;
    let widths = match spec.bandwidth {
        Some(given) => given.widths(),
        None => {
            let first = Spec {
                outcome: spec.outcomes[0].clone(),
                score: spec.score.clone(),
                cutoff: spec.cutoff,
                kernel: spec.kernel,
                order: Some(spec.order),
                ..Spec::default()
            };
            super::select(frame, &first, &[super::Selector::Mserd])?.first().map_or(Widths { left: 1.0, right: 1.0 }, |s| s.bandwidths.h)
        }
    };
    let rows = frame.complete([spec.score.as_str(), spec.applicant.as_str()])?.rows;
    let (codes, applicants) = frame.groups(&spec.applicant, &rows)?;
    let mut owner = vec![0_u32; frame.rows()];
    rows.iter().zip(&codes).for_each(|(row, code)| owner[*row] = *code);
    let linear = |column: &str| linear(frame, spec, widths, column, (&owner, applicants));
    let outcomes = spec.outcomes.iter().map(|c| linear(c)).collect::<Result<Vec<_>, _>>()?;
    let awards = spec
        .awards
        .iter()
        .map(|c| {
            if c.is_empty() {
                Ok(Linear { value: 1.0, shares: vec![0.0; applicants], rows: Pair { left: 0, right: 0 } })
            } else {
                linear(c)
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    let score = frame.numbers(&spec.score)?;
    let mut seen = vec![0_usize; applicants];
    for row in &rows {
        let d = score[*row] - spec.cutoff;
        if d.abs() < if d < 0.0 { widths.left } else { widths.right } {
            seen[owner[*row] as usize] += 1;
        }
    }
    solve(spec, widths, &outcomes, &awards, &seen)
}

fn check(spec: &RepeatSpec) -> Result<(), Refusal> {
    let widths = spec.bandwidth.map(Given::widths);
    let positive = widths.is_none_or(|w| w.left > 0.0 && w.right > 0.0 && w.left.is_finite() && w.right.is_finite());
    let empty = spec.awards.iter().skip(1).any(String::is_empty);
    if spec.outcomes.is_empty()
        || spec.outcomes.len() != spec.awards.len()
        || empty
        || !positive
        || spec.order > 5
        || !(spec.level > 0.0 && spec.level < 1.0)
    {
        return Err(Refusal::new(
            "option",
            "outcomes と awards は同じ数（1つ以上）、bandwidth は正の数、order は5以下、level は0と1の間にしてください。空欄にできるのは awards の最初だけです。",
            "outcomes and awards must be as many as each other (at least one), bandwidth positive, order at most 5, level between 0 and 1; only the first award may be empty",
        ));
    }
    Ok(())
}

/// The jump of a column by a polynomial one order above `order`, which is the bias-corrected estimate with b = h, and each applicant's
/// share of its error (sum of weight × residual).
fn linear(frame: &Frame, spec: &RepeatSpec, widths: Widths, column: &str, (owner, applicants): (&[u32], usize)) -> Result<Linear, Refusal> {
    let asked = Spec { outcome: column.to_owned(), score: spec.score.clone(), cutoff: spec.cutoff, ..Spec::default() };
    let sample = Spec { cluster: Some(spec.applicant.clone()), ..asked }.sample(frame)?;
    super::estimate::sides_filled(&sample)?;
    let (mut value, mut shares, mut count) = (0.0, vec![0.0; applicants], [0, 0]);
    for (at, (side, h)) in [(&sample.left, widths.left), (&sample.right, widths.right)].into_iter().enumerate() {
        let window = Window::new(side, spec.kernel, h);
        let polynomial = Polynomial::new(side, &window, spec.order + 1).ok_or_else(|| warn::density_few(&sample, spec.order + 1))?;
        let fit = polynomial.fit(side, &window, &side.columns[0]);
        value += side.sign * polynomial.power(&fit, 0);
        count[at] = window.n;
        add_shares(side, (&window, &polynomial), &fit, |i| owner[sample.row(at == 0, i)] as usize, &mut shares);
    }
    Ok(Linear { value, shares, rows: Pair { left: count[0], right: count[1] } })
}

fn add_shares(side: &Side, (window, polynomial): (&Window, &Polynomial), fit: &[f64], owner: impl Fn(usize) -> usize, shares: &mut [f64]) {
    let functional = polynomial.inverse.apply(&polynomial.functional(0));
    let mut basis = vec![0.0; fit.len()];
    for i in 0..window.n {
        chebyshev(side.distance[i] / window.h, &mut basis);
        let weight = window.weights[i] * functional.iter().zip(&basis).map(|(f, t)| f * t).sum::<f64>();
        let residual = side.columns[0][i] - polynomial.value(fit, side.distance[i]);
        shares[owner(i)] += side.sign * weight * residual;
    }
}

fn solve(spec: &RepeatSpec, widths: Widths, outcomes: &[Linear], awards: &[Linear], seen: &[usize]) -> Result<RepeatEstimate, Refusal> {
    let all: Vec<&Linear> = outcomes.iter().chain(awards).collect();
    let groups = seen.iter().filter(|n| **n > 0).count();
    let scale = groups as f64 / (groups as f64 - 1.0);
    let covariance = Matrix::from_fn(all.len(), all.len(), |i, j| scale * crate::sums::dot(&all[i].shares, &all[j].shares));
    let years = outcomes.len();
    let first = awards.first().map_or(1.0, |a| a.value);
    if first.abs() < 1e-12 {
        return Err(warn::no_first_stage());
    }
    // θ and its derivative by every ITT and every π, from year 0 on.
    let (mut effects, mut slopes): (Vec<f64>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for t in 0..years {
        let mut value = outcomes[t].value;
        let mut slope = vec![0.0; all.len()];
        slope[t] = 1.0;
        for h in 1..=t {
            value -= awards[h].value * effects[t - h];
            slope[years + h] -= effects[t - h];
            slope.iter_mut().zip(&slopes[t - h]).for_each(|(s, d)| *s -= awards[h].value * d);
        }
        value /= first;
        slope[years] -= value;
        slope.iter_mut().for_each(|s| *s /= first);
        effects.push(value);
        slopes.push(slope);
    }
    let infer = |value: f64, slope: &[f64]| Inference::normal(value, covariance.quadratic(slope).max(0.0).sqrt(), spec.level);
    let unit = |at: usize| (0..all.len()).map(|i| f64::from(u8::from(i == at))).collect::<Vec<_>>();
    let since: Vec<Since> = (0..years)
        .map(|t| Since {
            years: t,
            rows: outcomes[t].rows.clone(),
            intent_to_treat: infer(outcomes[t].value, &unit(t)),
            treatment_on_treated: infer(effects[t], &slopes[t]),
            award: infer(awards[t].value, &unit(years + t)),
        })
        .collect();
    let whole: Vec<f64> = (0..all.len()).map(|i| f64::from(u8::from(i < years))).collect();
    let partial: Vec<f64> = (0..all.len()).map(|i| slopes.iter().map(|s| s[i]).sum()).collect();
    let repeaters = seen.iter().filter(|n| **n > 1).count();
    Ok(RepeatEstimate {
        total: infer(outcomes.iter().map(|o| o.value).sum(), &whole),
        partial: infer(effects.iter().sum(), &partial),
        warnings: warn::repeat(&since, groups, first),
        since,
        bandwidths: widths,
        applicants: groups,
        repeaters,
        rule: "sums by applicant times g/(g-1), errors of the recursion by the delta method",
    })
}
