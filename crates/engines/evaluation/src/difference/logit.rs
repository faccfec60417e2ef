//! Propensity of treatment by Newton's method: the logit's likelihood, or inverse probability tilting (Graham, Pinto, Egel 2012), whose
//! weights balance the covariates exactly.

use crate::linear::Matrix;
use crate::maths::{exp, ln, logistic};

/// What is maximised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Σ w [d·xb − ln(1 + e^xb)].
    Logit,
    /// Σ w [d·xb − (1 − d)·e^xb].
    Tilt,
}

/// A fitted propensity.
pub(super) struct Fit {
    pub probability: Vec<f64>,
    /// The inverse of the information Σ w p(1 − p) xx′.
    pub inverse: Matrix,
}

/// Fits; none when the maximum is not found, which for these concave problems means that treatment is (nearly) told by the covariates.
pub(super) fn fit(x: &Matrix, treated: &[f64], weights: &[f64], link: Link) -> Option<Fit> {
    let mut b = vec![0.0; x.cols()];
    let share = crate::sums::dot(weights, treated) / crate::sums::sum(weights.iter().copied());
    b[0] = ln(share / (1.0 - share));
    let mut index = x.apply(&b);
    let mut value = objective(&index, treated, weights, link);
    for _ in 0..100 {
        let (slope, curve) = derivatives(x, &index, treated, weights, link);
        let step = curve.inverse_spd()?.apply(&slope);
        let size = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        let length = b.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        let mut factor = 1.0;
        loop {
            let next: Vec<f64> = b.iter().zip(&step).map(|(b, s)| b + factor * s).collect();
            let moved = x.apply(&next);
            let reached = objective(&moved, treated, weights, link);
            // Near the maximum rounding decides which of two values is larger: there the full step is taken.
            if reached >= value || size < 1e-6 {
                (b, index, value) = (next, moved, reached);
                break;
            }
            factor /= 2.0;
            if factor < 1e-10 {
                return None;
            }
        }
        if !value.is_finite() || index.iter().any(|v| v.abs() > 500.0) {
            return None;
        }
        if size <= 1e-11 * length {
            let (_, information) = derivatives(x, &index, treated, weights, Link::Logit);
            return Some(Fit { probability: index.iter().map(|v| logistic(*v)).collect(), inverse: information.inverse_spd()? });
        }
    }
    None
}

fn objective(index: &[f64], treated: &[f64], weights: &[f64], link: Link) -> f64 {
    let one = |(i, d): (&f64, &f64)| match link {
        // ln(1 + e^i) without overflow.
        Link::Logit => d * i - (i.max(0.0) + libm::log1p(exp(-i.abs()))),
        Link::Tilt => d * i - (1.0 - d) * exp(*i),
    };
    crate::sums::sum(index.iter().zip(treated).map(one).zip(weights).map(|(v, w)| v * w))
}

/// The slope and minus the second derivative.
fn derivatives(x: &Matrix, index: &[f64], treated: &[f64], weights: &[f64], link: Link) -> (Vec<f64>, Matrix) {
    let mut pull = Vec::with_capacity(index.len());
    let mut bend = Vec::with_capacity(index.len());
    for ((i, d), w) in index.iter().zip(treated).zip(weights) {
        let (slope, curve) = match link {
            Link::Logit => {
                let p = logistic(*i);
                (d - p, p * (1.0 - p))
            }
            Link::Tilt => {
                let odds = (1.0 - d) * exp(*i);
                (d - odds, odds)
            }
        };
        pull.push(w * slope);
        bend.push(w * curve);
    }
    (x.apply_transposed(&pull), x.gram(Some(&bend)))
}
