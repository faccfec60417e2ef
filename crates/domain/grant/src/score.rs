//! From several reviewers' points to one exact score. No floating point here: what ranks cases is exact.

use banso_guideline::Aggregation;
use banso_kernel::Exact;

/// Not enough sheets for the guideline's aggregation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{have} scores are in; the aggregation needs {need}")]
pub struct TooFewScores {
    pub have: usize,
    pub need: usize,
}

/// One score out of the totals of several reviewers.
///
/// ```
/// use banso_grant::score::aggregate;
/// use banso_guideline::Aggregation;
/// use banso_kernel::Exact;
/// assert_eq!(aggregate(&[80, 85, 88], Aggregation::Mean), Ok(Exact::new(253, 3)));
/// assert_eq!(aggregate(&[80, 85, 88, 91], Aggregation::Median), Ok(Exact::new(173, 2)));
/// assert_eq!(aggregate(&[10, 80, 90, 100], Aggregation::TrimmedMean), Ok(Exact::new(85, 1)));
/// ```
///
/// # Errors
/// No score at all, or fewer than three for a trimmed mean.
pub fn aggregate(totals: &[u32], how: Aggregation) -> Result<Exact, TooFewScores> {
    let mut sorted: Vec<i128> = totals.iter().map(|t| i128::from(*t)).collect();
    sorted.sort_unstable();
    let need = match how {
        Aggregation::Mean | Aggregation::Median => 1,
        Aggregation::TrimmedMean => 3,
    };
    let too_few = TooFewScores { have: sorted.len(), need };
    if sorted.len() < need {
        return Err(too_few);
    }
    let middle = match how {
        Aggregation::Mean => sorted.as_slice(),
        Aggregation::Median => {
            let skipped = (sorted.len() - 1) / 2;
            sorted.get(skipped..sorted.len() - skipped).unwrap_or_default()
        }
        Aggregation::TrimmedMean => sorted.get(1..sorted.len() - 1).unwrap_or_default(),
    };
    let count = i128::try_from(middle.len()).ok().filter(|n| *n > 0).ok_or(too_few)?;
    Ok(Exact::new(middle.iter().sum(), count))
}

/// An exact number in words: `253/3`, or `84` when it is whole.
#[must_use]
pub fn fraction(value: Exact) -> String {
    value.to_string()
}

/// Reads `253/3` or `84`.
#[must_use]
pub fn parse_fraction(text: &str) -> Option<Exact> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let (n, d) = (numerator.parse().ok()?, denominator.parse().ok()?);
    (d > 0).then(|| Exact::new(n, d))
}

/// An exact number for people, two decimals, half away from zero: `84.33`.
#[must_use]
pub fn two_decimals(value: Exact) -> String {
    let hundredths = (value * Exact::from_integer(100)).round().to_integer();
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregations() {
        use Aggregation::{Mean, Median, TrimmedMean};
        for (totals, how, expected) in [
            (&[7][..], Mean, Ok("7")),
            (&[7, 8], Mean, Ok("15/2")),
            (&[9, 1, 5], Median, Ok("5")),
            (&[9, 1, 5, 6], Median, Ok("11/2")),
            (&[4], Median, Ok("4")),
            (&[9, 1, 5], TrimmedMean, Ok("5")),
            (&[9, 9, 9, 1], TrimmedMean, Ok("9")),
            (&[u32::MAX, u32::MAX], Mean, Ok("4294967295")),
            (&[], Mean, Err((0, 1))),
            (&[], Median, Err((0, 1))),
            (&[1, 2], TrimmedMean, Err((2, 3))),
        ] {
            let expected = expected.map(str::to_owned).map_err(|(have, need)| TooFewScores { have, need });
            assert_eq!(aggregate(totals, how).map(fraction), expected, "{totals:?} {how:?}");
        }
    }

    #[test]
    fn fractions_as_people_read_them() {
        for (text, shown) in [("253/3", "84.33"), ("1/200", "0.01"), ("-1/3", "-0.33"), ("90", "90.00"), ("167/2", "83.50")] {
            let value = parse_fraction(text).unwrap();
            assert_eq!((fraction(value).as_str(), two_decimals(value).as_str()), (text, shown));
        }
        for text in ["", "1/0", "1/-2", "a/2", "1/2/3"] {
            assert_eq!(parse_fraction(text), None, "{text}");
        }
    }
}
