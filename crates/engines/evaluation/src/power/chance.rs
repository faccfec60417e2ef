//! The chance that a two-sided test finds an effect: by the noncentral t, or the normal when there are no degrees of freedom to count.

use super::critical;
use crate::dist::normal_cdf;
use crate::maths::{exp, ln};

/// From so many degrees of freedom on the normal does.
const NORMAL: f64 = 1e6;
/// Steps of Simpson's rule over the root of χ²/df.
const STEPS: usize = 1_200;

/// P(T ≤ t) for Student's t with `df` degrees of freedom whose numerator has mean `shift`: the mean of Φ(t s − shift) over s = √(χ²/df).
#[must_use]
pub(crate) fn noncentral_cdf(t: f64, df: f64, shift: f64) -> f64 {
    if df >= NORMAL {
        return normal_cdf(t - shift);
    }
    let spread = 1.0 / (2.0 * df).sqrt();
    let (low, high) = ((1.0 - 12.0 * spread).max(0.0), 1.0 + 12.0 * spread);
    let constant = std::f64::consts::LN_2 + df / 2.0 * ln(df / 2.0) - libm::lgamma(df / 2.0);
    let density = |s: f64| {
        if s > 0.0 {
            exp(constant + (df - 1.0) * ln(s) - df * s * s / 2.0)
        } else if df > 1.0 {
            0.0
        } else {
            exp(constant)
        }
    };
    let step = (high - low) / STEPS as f64;
    let terms = (0..=STEPS).map(|i| {
        let s = low + step * i as f64;
        let weight = if i == 0 || i == STEPS { 1.0 } else { f64::from(2 + 2 * (i as u32 % 2)) };
        weight * density(s) * normal_cdf(t * s - shift)
    });
    crate::sums::sum(terms) * step / 3.0
}

/// The power of a two-sided test at a given effect over its standard error.
#[must_use]
pub fn power(ratio: f64, df: f64, significance: f64) -> f64 {
    if !ratio.is_finite() {
        return 1.0;
    }
    let t = critical(df, significance);
    let ratio = ratio.abs();
    // The upper tail from the other side, so that a small power keeps its digits.
    (noncentral_cdf(-t, df, -ratio) + noncentral_cdf(-t, df, ratio)).clamp(0.0, 1.0)
}

/// How many standard errors an effect must have to be found with the given power (Bloom's multiplier, exact).
#[must_use]
pub fn factor(df: f64, significance: f64, wanted: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while power(high, df, significance) < wanted && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if power(middle, df, significance) < wanted { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}
