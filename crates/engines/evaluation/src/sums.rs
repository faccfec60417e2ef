//! Sums and products that keep what rounding would lose (Neumaier's compensation), and order statistics by stated definitions.

/// The sum with Neumaier's compensation.
#[must_use]
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// The inner product, compensated.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a.iter().zip(b).map(|(x, y)| x * y))
}

/// The mean; not a number for no values.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

/// The variance with divisor n − 1, by the two-pass formula.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    sum(values.iter().map(|v| (v - centre) * (v - centre))) / (values.len() as f64 - 1.0)
}

/// The standard deviation with divisor n − 1.
#[must_use]
pub fn deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

/// The quantile of sorted values by type 7 of Hyndman and Fan (1996): linear between order statistics, the default of R and NumPy.
#[must_use]
pub fn quantile_linear(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let low = place.floor() as usize;
    let high = (low + 1).min(last);
    sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
}

/// The quantile of sorted values by type 2 of Hyndman and Fan (1996): the inverse of the distribution function, averaged at its steps.
#[must_use]
pub fn quantile_step(sorted: &[f64], share: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let n = sorted.len();
    let place = share.clamp(0.0, 1.0) * n as f64;
    let low = place.floor();
    let at = |i: f64| sorted[(i.max(1.0) as usize).min(n) - 1];
    if place > low { at(low + 1.0) } else { (at(low) + at(low + 1.0)) / 2.0 }
}

/// A sorted copy.
#[must_use]
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut copy = values.to_vec();
    copy.sort_unstable_by(f64::total_cmp);
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_beside_a_large_number() {
        assert_eq!(sum([1e100, 1.0, -1e100]), 1.0);
        assert_eq!(variance(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]), 1.0);
    }

    #[test]
    fn quantiles_follow_their_type() {
        let values = [1.0, 2.0, 3.0, 4.0];
        for (share, linear, step) in [(0.0, 1.0, 1.0), (0.25, 1.75, 1.5), (0.5, 2.5, 2.5), (0.6, 2.8, 3.0), (1.0, 4.0, 4.0)] {
            assert!((quantile_linear(&values, share) - linear).abs() < 1e-12, "type 7 at {share}");
            assert!((quantile_step(&values, share) - step).abs() < 1e-12, "type 2 at {share}");
        }
    }
}
