//! The order of scores by what was written, not by what binary fractions make of it: 0.3 − 0.2 and 0.2 − 0.1 are equal distances here.

use std::cmp::Ordering;

/// The most decimals for which a column of scores is turned into whole ticks.
const DECIMALS: i32 = 12;

/// Scores as whole numbers of one decimal unit, when all of them are so.
pub(super) fn ticks(scores: &[f64]) -> Option<Vec<i64>> {
    (0..=DECIMALS).find_map(|decimals| {
        let unit = crate::maths::powi(10.0, decimals as usize);
        scores.iter().map(|x| tick(*x, unit)).collect()
    })
}

/// The score in ticks of 1/unit: exact when dividing the whole number again gives the same binary fraction, because division rounds
/// correctly and both numbers are exact.
fn tick(x: f64, unit: f64) -> Option<i64> {
    let whole = (x * unit).round_ties_even();
    (whole.abs() < 4_503_599_627_370_496.0 && whole / unit == x).then_some(whole as i64)
}

/// Compares `middle − low` with `high − middle` by the shortest decimals that denote the three numbers. Only asked when the binary
/// distances are within rounding of each other; falls back to those when the decimals do not fit in 128 bits.
pub(super) fn compare(low: f64, middle: f64, high: f64) -> Ordering {
    let (below, above) = (middle - low, high - middle);
    let size = low.abs().max(middle.abs()).max(high.abs());
    if (below.abs() - above.abs()).abs() > 8.0 * f64::EPSILON * size {
        return below.abs().total_cmp(&above.abs());
    }
    exact([low, middle, high]).unwrap_or_else(|| below.abs().total_cmp(&above.abs()))
}

fn exact(values: [f64; 3]) -> Option<Ordering> {
    let parts = [decimal(values[0])?, decimal(values[1])?, decimal(values[2])?];
    let unit = parts.iter().filter(|p| p.0 != 0).map(|p| p.1).min()?;
    let mut whole = [0_i128; 3];
    for (out, (digits, exponent)) in whole.iter_mut().zip(parts) {
        if digits != 0 {
            *out = digits.checked_mul(10_i128.checked_pow(u32::try_from(exponent - unit).ok()?)?)?;
        }
    }
    let below = whole[1].checked_sub(whole[0])?.checked_abs()?;
    let above = whole[2].checked_sub(whole[1])?.checked_abs()?;
    Some(below.cmp(&above))
}

/// The shortest decimal digits × 10^exponent that denote a number.
fn decimal(x: f64) -> Option<(i128, i32)> {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let decimals = mantissa.split_once('.').map_or(0, |(_, tail)| tail.len());
    let digits: i128 = mantissa.replace('.', "").parse().ok()?;
    Some((digits, exponent.parse::<i32>().ok()? - i32::try_from(decimals).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_decide_ties() {
        assert_eq!(compare(0.1, 0.2, 0.3), Ordering::Equal, "binary fractions would say {:?}", (0.2_f64 - 0.1).total_cmp(&(0.3 - 0.2)));
        assert_eq!(compare(0.1, 0.2, 0.300_000_000_1), Ordering::Less);
        assert_eq!(compare(-3.923_708_2, 0.0, 3.923_708_2), Ordering::Equal);
        assert_eq!(compare(1e-300, 1.0, 2.0), Ordering::Equal, "what 128 bits do not hold is compared in binary");
        assert_eq!(ticks(&[0.25, -1.5, 3.0]), Some(vec![25, -150, 300]));
        assert_eq!(ticks(&[1.0 / 3.0]), None);
        assert_eq!(ticks(&[1e18]), None);
    }
}
