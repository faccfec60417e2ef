//! The joint test in small samples: Hotelling's statistic against an F distribution instead of Wald's against χ².
//!
//! The covariance is a sum of one matrix a cohort, each estimated from that cohort's units alone, so that neither χ² nor one Hotelling
//! distribution fits. As in the multivariate Behrens–Fisher problem (Nel and Van der Merwe 1986, *Communications in Statistics* 15(12);
//! Krishnamoorthy and Yu 2004, *Statistics and Probability Letters* 66(2), whose version does not depend on the outcome's units) it is
//! taken for a Wishart matrix of the degrees of freedom that give its mean and its total variance. With clusters these moments are those
//! of the cluster-robust matrix, as Pustejovsky and Tipton (2018, *Journal of Business & Economic Statistics* 36(4)) match them; the
//! working model is independent units of their cohort's covariance.

use super::SmallSample;
use crate::dist::f_p;
use crate::linear::Matrix;

/// The share of each cohort (by the units' weights) that each cluster holds.
pub(super) struct Shares {
    /// Σ over clusters of share × share, for two cohorts.
    once: Matrix,
    /// The same with the second share squared.
    twice: Matrix,
}

impl Shares {
    /// From the weights of each cohort's units and the cluster of every unit, cohort after cohort; every unit its own cluster without.
    pub(super) fn new(weights: &[Vec<f64>], clusters: Option<&(Vec<u32>, usize)>) -> Self {
        let cohorts = weights.len();
        let (mut once, mut twice) = (Matrix::zeros(cohorts, cohorts), Matrix::zeros(cohorts, cohorts));
        let mut held: Vec<Vec<(usize, f64)>> = vec![Vec::new(); clusters.map_or(0, |(_, count)| *count)];
        let mut unit = 0;
        for (cohort, weights) in weights.iter().enumerate() {
            let total = crate::sums::sum(weights.iter().copied());
            for weight in weights {
                let share = if total > 0.0 { weight / total } else { 0.0 };
                match clusters {
                    None => {
                        once[(cohort, cohort)] += share * share;
                        twice[(cohort, cohort)] += share * share * share;
                    }
                    Some((codes, _)) => match held[codes[unit] as usize].last_mut() {
                        Some((known, sum)) if *known == cohort => *sum += share,
                        _ => held[codes[unit] as usize].push((cohort, share)),
                    },
                }
                unit += 1;
            }
        }
        for cluster in &held {
            for (h, a) in cluster {
                for (k, b) in cluster {
                    once[(*h, *k)] += a * b;
                    twice[(*h, *k)] += a * b * b;
                }
            }
        }
        Self { once, twice }
    }

    /// What residuals about the cohorts' means leave of a cohort's covariance.
    fn left(&self, cohort: usize) -> f64 {
        1.0 - self.once[(cohort, cohort)]
    }

    /// Σ over pairs of clusters of the products of their covariances under the working model, by cohort.
    fn pairs(&self, h: usize, k: usize) -> f64 {
        let once = self.once[(h, k)];
        (once - self.twice[(h, k)] - self.twice[(k, h)] + once * once).max(0.0)
    }
}

/// The test against F. `own` are the covariances that each cohort's units give alone, `statistic` Wald's with the covariance in use.
pub(super) fn test(statistic: f64, own: &[Matrix], shares: &Shares) -> Option<SmallSample> {
    let q = own.first()?.rows();
    let whole = own.iter().fold(Matrix::zeros(q, q), |sum, part| sum.plus(part));
    let inverse = whole.inverse_spd()?;
    let parts: Vec<Matrix> = own.iter().map(|part| part.times(&inverse)).collect();
    let traces: Vec<f64> = parts.iter().map(|part| crate::sums::sum(part.diagonal().iter().copied())).collect();
    let size = q as f64;
    let left = crate::sums::sum(traces.iter().enumerate().map(|(h, trace)| trace * shares.left(h))) / size;
    let mut spread = 0.0;
    for (h, first) in parts.iter().enumerate() {
        for (k, second) in parts.iter().enumerate() {
            let pairs = shares.pairs(h, k);
            if pairs > 0.0 {
                spread += pairs * (product_trace(first, second) + traces[h] * traces[k]);
            }
        }
    }
    let degrees = left * left * size * (1.0 + size) / spread;
    let df2 = degrees - size + 1.0;
    let f = left * statistic * df2 / (degrees * size);
    (f.is_finite() && df2 >= 1.0).then(|| SmallSample { f, df1: q, df2, p: f_p(f, size, df2) })
}

/// The trace of a product.
fn product_trace(a: &Matrix, b: &Matrix) -> f64 {
    crate::sums::sum((0..a.rows()).flat_map(|i| (0..a.rows()).map(move |j| a[(i, j)] * b[(j, i)])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One effect of two cohorts of 5 and 8 units with variances 2 and 1 of their means is Welch's t test.
    #[test]
    fn one_effect_is_welchs_test() {
        let shares = Shares::new(&[vec![1.0; 5], vec![1.0; 8]], None);
        // With divisors n: what Welch's variances of 2 and 1 are before n / (n − 1).
        let (a, b) = (2.0 * 4.0 / 5.0, 1.0 * 7.0 / 8.0);
        let one = |v: f64| Matrix::from_fn(1, 1, |_, _| v);
        let test = test(4.0, &[one(a), one(b)], &shares);
        let welch = (a * 0.8 + b * 0.875).powi(2) / ((a * 0.8).powi(2) / 4.0 + (b * 0.875).powi(2) / 7.0);
        let test = test.expect("a test");
        assert!((test.df2 - welch).abs() < 1e-9 * welch, "{} is not {welch}", test.df2);
    }

    /// Units that each are their own cluster, and no clusters, are the same; clusters within cohorts count as units.
    #[test]
    fn clusters_within_cohorts_count_as_units() {
        let unit = |v: f64| Matrix::from_fn(2, 2, |i, j| if i == j { v } else { 0.3 });
        let own = [unit(1.0), unit(2.0)];
        let codes: (Vec<u32>, usize) = ((0..12).map(|u| u / 2).collect(), 6);
        let alone = test(9.0, &own, &Shares::new(&[vec![1.0; 3], vec![1.0; 3]], None)).expect("a test");
        let within = test(9.0, &own, &Shares::new(&[vec![1.0; 6], vec![1.0; 6]], Some(&codes))).expect("a test");
        assert!((alone.df2 - within.df2).abs() < 1e-9 && (alone.f - within.f).abs() < 1e-9, "{alone:?} {within:?}");
        // Too few for the number of effects: no test.
        assert!(test(9.0, &own, &Shares::new(&[vec![1.0; 2], vec![1.0; 2]], None)).is_none_or(|t| t.df2 < 3.0));
    }
}
