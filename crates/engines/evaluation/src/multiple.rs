//! p-values of tests that were made together. Holm (1979), Scandinavian Journal of Statistics 6, 65–70; Benjamini and Hochberg (1995),
//! Journal of the Royal Statistical Society B 57, 289–300; Romano and Wolf (2005), Econometrica 73, 1237–1282, with the p-values of
//! Romano and Wolf (2016), Statistics & Probability Letters 113, 38–40.

/// The places of those that are there, by ascending value.
fn ascending(p: &[Option<f64>]) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> = p.iter().enumerate().filter_map(|(at, p)| p.filter(|p| !p.is_nan()).map(|p| (at, p))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    order
}

/// Holm's step-down p-values (no false finding among all, whatever the dependence), in the order given.
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let order = ascending(p);
    let (mut out, mut highest, count) = (vec![None; p.len()], 0.0_f64, order.len());
    for (k, (at, p)) in order.into_iter().enumerate() {
        highest = highest.max((p * (count - k) as f64).min(1.0));
        out[at] = Some(highest);
    }
    out
}

/// Benjamini and Hochberg's step-up p-values (the expected share of false findings among the findings), in the order given.
#[must_use]
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let order = ascending(p);
    let (mut out, mut lowest, count) = (vec![None; p.len()], 1.0_f64, order.len());
    for (k, (at, p)) in order.into_iter().enumerate().rev() {
        lowest = lowest.min(p * count as f64 / (k + 1) as f64);
        out[at] = Some(lowest);
    }
    out
}

/// Romano and Wolf's step-down p-values: |t| against the greatest |t| that chance gives among those not yet decided. `draws` holds, for
/// every draw, the statistics under the null, none where a draw had none; the observed one counts among the draws.
#[must_use]
pub fn romano_wolf(t: &[Option<f64>], draws: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> =
        t.iter().enumerate().filter_map(|(at, t)| t.filter(|t| !t.is_nan()).map(|t| (at, t.abs()))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    // The greatest from the last place upwards, for all draws at once.
    let mut greatest = vec![0.0_f64; draws.len()];
    let mut exceed = vec![0_usize; order.len()];
    for (k, (at, seen)) in order.iter().enumerate().rev() {
        for (most, draw) in greatest.iter_mut().zip(draws) {
            *most = most.max(draw.get(*at).copied().flatten().map_or(0.0, f64::abs));
        }
        exceed[k] = greatest.iter().filter(|most| **most >= *seen).count();
    }
    let (mut out, mut highest) = (vec![None; t.len()], 0.0_f64);
    for ((at, _), count) in order.into_iter().zip(exceed) {
        highest = highest.max((count + 1) as f64 / (draws.len() + 1) as f64);
        out[at] = Some(highest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(got: &[Option<f64>], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!(got.is_some_and(|g| (g - want).abs() < 1e-12), "{got:?} is not {want}");
        }
    }

    #[test]
    fn holm_and_benjamini_hochberg() {
        let some = |p: &[f64]| p.iter().copied().map(Some).collect::<Vec<_>>();
        near(&holm(&some(&[0.01, 0.04, 0.03, 0.005])), &[0.03, 0.06, 0.06, 0.02]);
        near(&benjamini_hochberg(&some(&[0.01, 0.04, 0.03, 0.005])), &[0.02, 0.04, 0.04, 0.02]);
        near(&holm(&some(&[0.7, 0.9])), &[1.0, 1.0]);
        assert_eq!(holm(&[None, Some(0.02)]), [None, Some(0.02)]);
        // Benjamini and Hochberg (1995), section 4: fifteen p-values, four found at 5 %, the fourth 0.0095 × 15 / 4.
        let table = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0];
        let adjusted = benjamini_hochberg(&some(&table));
        assert_eq!(adjusted.iter().flatten().filter(|p| **p <= 0.05).count(), 4);
        near(&adjusted[3..4], &[0.035_625]);
        assert_eq!(holm(&some(&table)).iter().flatten().filter(|p| **p <= 0.05).count(), 3);
    }

    #[test]
    fn romano_wolf_steps_down() {
        let draws: Vec<Vec<Option<f64>>> =
            [[0.5, 1.0], [2.5, 0.1], [0.2, 1.9], [0.1, 0.3]].iter().map(|d| d.iter().map(|v| Some(*v)).collect()).collect();
        // 2.0 against the greater of both: 1 of 4 is as far; 1.5 against its own: 1 of 4.
        near(&romano_wolf(&[Some(2.0), Some(-1.5)], &draws), &[0.4, 0.4]);
        near(&romano_wolf(&[Some(0.4), Some(2.2)], &draws), &[0.6, 0.4]);
        assert_eq!(romano_wolf(&[None, Some(9.0)], &draws), [None, Some(0.2)]);
    }
}
