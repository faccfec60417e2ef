//! Sensitivity to violations of parallel trends, against the Python port and the printed results of HonestDiD, and properties.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

mod common;

use banso_evaluation::difference::{self, Base};
use banso_evaluation::honest::{Breakdown, Deviation, Estimate, Method, Shape, Spec, Study, estimate, folded_quantile};
use cases::cases;
use common::{frame, given, near, truth};
use proptest::prelude::*;

fn medicaid() -> Study {
    serde_json::from_value(truth("honest_ehec")["study"].clone()).unwrap()
}

fn rows(name: &str) -> Vec<[f64; 5]> {
    serde_json::from_value(truth("honest_ehec")[name].clone()).unwrap()
}

#[track_caller]
fn within(what: &str, got: Option<f64>, want: f64, apart: f64) {
    let got = got.unwrap_or(f64::NAN);
    assert!((got - want).abs() <= apart, "{what}: {got} is not {want}");
}

#[test]
fn fixed_length_intervals_of_medicaid() {
    let rows = rows("smoothness");
    let bounds = rows.iter().map(|r| r[0]).collect();
    let got = given(estimate(&medicaid(), &Spec { deviation: Deviation::Smoothness, bounds: Some(bounds), ..Spec::default() }));
    for (got, row) in got.intervals.iter().zip(&rows) {
        // Both peers take the folded normal's quantile from a million draws, which moves the fourth digit of their half-lengths.
        within("centre", got.lower.zip(got.upper).map(|(l, u)| f64::midpoint(l, u)), f64::midpoint(row[1], row[2]), 2e-5);
        within("lower", got.lower, row[1], 1e-4);
        within("upper", got.upper, row[2], 1e-4);
        within("lower as printed", got.lower, row[3], 1e-4);
        within("upper as printed", got.upper, row[4], 1e-4);
    }
    let Some(Breakdown::At(bound)) = got.breakdown else { panic!("{:?}", got.breakdown) };
    assert!((0.02..0.025).contains(&bound), "{bound}");
}

#[test]
fn hybrid_intervals_of_medicaid() {
    let rows = rows("relative");
    let bounds: Vec<f64> = rows.iter().map(|r| r[0]).collect();
    let run =
        |grid| given(estimate(&medicaid(), &Spec { bounds: Some(bounds.clone()), grid, draws: 2000, breakdown: false, ..Spec::default() }));
    let (coarse, fine) = (run(200), run(1000));
    for ((coarse, fine), row) in coarse.intervals.iter().zip(&fine.intervals).zip(&rows) {
        within("lower", coarse.lower, row[1], 2e-3);
        within("upper", coarse.upper, row[2], 2e-3);
        within("lower as printed", fine.lower, row[3], 2e-3);
        within("upper as printed", fine.upper, row[4], 2e-3);
    }
}

#[test]
fn folded_quantiles_have_their_probability() {
    use banso_evaluation::dist::normal_cdf;
    for share in [0.5, 0.9, 0.95, 0.999] {
        for bias in [0.0, 1e-8, 0.3, 1.0, 4.0, 60.0] {
            let c = folded_quantile(share, bias);
            assert!((normal_cdf(c - bias) - normal_cdf(-c - bias) - share).abs() < 1e-13, "{share} {bias}");
        }
    }
    assert!((folded_quantile(0.95, 0.0) - 1.959_963_984_540_054).abs() < 1e-14);
}

/// Coefficients made for these tests: a trend that bends a little, and an effect after.
fn study(before: usize, after: usize, scale: f64) -> Study {
    let n = before + after;
    let effects = (0..n).map(|i| scale * (0.1 * ((i * 5 % 7) as f64 - 3.0) + if i >= before { 3.0 } else { 0.0 })).collect();
    let covariance =
        (0..n).map(|i| (0..n).map(|j| scale * scale * (0.04 + if i == j { 0.05 + 0.01 * i as f64 } else { 0.0 })).collect()).collect();
    Study { before, effects, covariance }
}

fn length(estimate: &Estimate, at: usize) -> f64 {
    estimate.intervals[at].upper.unwrap() - estimate.intervals[at].lower.unwrap()
}

fn smooth(bounds: &[f64]) -> Spec {
    Spec { deviation: Deviation::Smoothness, bounds: Some(bounds.to_vec()), breakdown: false, ..Spec::default() }
}

/// The half-length of an affine estimator, by the definition of the worst bias: over bends of ±M at every period, straight lines apart.
fn half_length(study: &Study, before_weights: &[f64], bound: f64) -> f64 {
    let (p, n) = (study.before, study.effects.len());
    let weights: Vec<f64> = before_weights.iter().copied().chain((p..n).map(|i| f64::from(u8::from(i == p)))).collect();
    let time = |i: usize| if i < p { i as f64 - p as f64 } else { (i - p + 1) as f64 };
    let exposure =
        |j: f64| -> f64 { (0..n).map(|i| weights[i] * if j >= 0.0 { (time(i) - j).max(0.0) } else { (j - time(i)).max(0.0) }).sum() };
    let bias: f64 =
        (0..n).map(|i| (i as f64) - p as f64 + 1.0).filter(|j| *j < (n - p) as f64).map(|j| exposure(j).abs()).sum::<f64>() * bound;
    let variance: f64 = (0..n).map(|i| (0..n).map(|j| weights[i] * weights[j] * study.covariance[i][j]).sum::<f64>()).sum();
    variance.sqrt() * folded_quantile(0.95, bias / variance.sqrt())
}

#[test]
fn no_affine_estimator_has_a_shorter_interval() {
    let study = study(4, 2, 1.0);
    for bound in [0.0, 0.01, 0.05, 0.2, 1.0] {
        let best = length(&given(estimate(&study, &smooth(&[bound]))), 0) / 2.0;
        let mut least = f64::INFINITY;
        // Estimators blind to a straight line: three free weights, the fourth follows.
        let steps: Vec<f64> = (-12..=12).map(|k| f64::from(k) / 12.0).collect();
        for a in &steps {
            for b in &steps {
                for c in &steps {
                    let last = -4.0 * a - 3.0 * b - 2.0 * c + 1.0;
                    least = least.min(half_length(&study, &[*a, *b, *c, last], bound));
                }
            }
        }
        assert!(best <= least + 1e-12 && best >= least * 0.9, "bound {bound}: {best} against {least}");
    }
}

#[test]
fn units_do_not_matter() {
    for (deviation, bounds) in
        [(Deviation::Smoothness, [0.0, 0.1]), (Deviation::RelativeMagnitudes, [0.5, 1.0]), (Deviation::RelativeSmoothness, [0.5, 1.0])]
    {
        let run = |scale: f64| {
            let bounds = if deviation == Deviation::Smoothness { bounds.map(|b| b * scale) } else { bounds };
            let spec = Spec { deviation, bounds: Some(bounds.to_vec()), draws: 500, grid: 300, breakdown: false, ..Spec::default() };
            given(estimate(&study(3, 3, scale), &spec))
        };
        let one = run(1.0);
        for scale in [1e-9, 1e9] {
            for (a, b) in one.intervals.iter().zip(&run(scale).intervals) {
                within("lower", b.lower.map(|v| v / scale), a.lower.unwrap(), 1e-6);
                within("upper", b.upper.map(|v| v / scale), a.upper.unwrap(), 1e-6);
            }
        }
    }
}

#[test]
fn allowing_more_never_shortens_and_shapes_never_lengthen_by_more_than_the_grid() {
    for (before, after) in [(1, 1), (2, 1), (1, 3), (3, 4)] {
        for deviation in [Deviation::Smoothness, Deviation::RelativeMagnitudes, Deviation::RelativeSmoothness] {
            if before < 2 && deviation == Deviation::RelativeSmoothness {
                continue;
            }
            let spec = Spec {
                deviation,
                method: Some(Method::Hybrid),
                bounds: Some(vec![0.0, 0.3, 1.0, 3.0]),
                draws: 100,
                grid: 200,
                breakdown: false,
                ..Spec::default()
            };
            let got = given(estimate(&study(before, after, 1.0), &spec));
            let step = 40.0 * got.error / 199.0;
            let lengths: Vec<f64> = (0..4).map(|i| length(&got, i)).collect();
            assert!(lengths.windows(2).all(|w| w[1] >= w[0] - 2.0 * step), "{before} {after} {deviation:?} {lengths:?}");
            if deviation == Deviation::Smoothness {
                for (i, interval) in got.intervals.iter().enumerate() {
                    let fixed = given(estimate(&study(before, after, 1.0), &smooth(&[interval.bound])));
                    assert!(lengths[i] < 1.6 * length(&fixed, 0) + 2.0 * step, "{before} {after} {i}");
                }
            }
            for shape in [Shape::PositiveBias, Shape::NegativeBias, Shape::Increasing, Shape::Decreasing] {
                let shaped = given(estimate(&study(before, after, 1.0), &Spec { shape, ..spec.clone() }));
                assert_eq!(shaped.intervals.len(), 4);
            }
        }
    }
}

#[test]
fn a_straight_line_before_treatment_is_seen_through() {
    // A trend of 1 a period that goes on, and an effect of 2: smoothness with M = 0 finds the effect, whatever the trend.
    let mut study = study(3, 1, 0.01);
    study.effects = vec![-3.0, -2.0, -1.0, 1.0 + 2.0];
    let got = given(estimate(&study, &smooth(&[0.0])));
    let middle = f64::midpoint(got.intervals[0].lower.unwrap(), got.intervals[0].upper.unwrap());
    assert!((middle - 2.0).abs() < 1e-12, "{middle}");
}

#[test]
fn breakdown_is_where_nought_comes_in() {
    let got = given(estimate(&medicaid(), &Spec { bounds: Some(vec![1.0]), draws: 1000, ..Spec::default() }));
    let Some(Breakdown::At(bound)) = got.breakdown else { panic!("{:?}", got.breakdown) };
    // The printed interval for 2 begins at −0.001, that for 1.5 at 0.009.
    assert!((1.7..2.05).contains(&bound), "{bound}");
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| given(estimate(&medicaid(), &Spec { grid: 100, draws: 500, breakdown: false, ..Spec::default() })))
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn an_event_study_leads_on() {
    let data = frame("mpdta.csv", &["year", "countyreal", "lpop", "lemp", "first.treat", "treat"]);
    let spec = difference::Spec { base: Base::Universal, ..difference::Spec::new("lemp", "countyreal", "year", "first.treat") };
    let found = given(difference::estimate(&data, &spec));
    let study = given(Study::of_event(&found.event));
    assert_eq!((study.before, study.effects.len()), (3, 7));
    let got = given(estimate(&study, &Spec { draws: 200, grid: 100, breakdown: false, ..Spec::default() }));
    near("effect", got.effect, -0.019_931_816_789_259_777, 1e-10);
    let varying = given(difference::estimate(&data, &difference::Spec::new("lemp", "countyreal", "year", "first.treat")));
    assert_eq!(Study::of_event(&varying.event).err().map(|r| r.code), Some("no-reference"));
}

#[test]
fn refusals() {
    let check = |study: Study, spec: Spec, code: &str| assert_eq!(estimate(&study, &spec).err().map(|r| r.code), Some(code));
    check(Study { before: 0, ..study(2, 2, 1.0) }, Spec::default(), "periods");
    check(Study { before: 4, ..study(2, 2, 1.0) }, Spec::default(), "periods");
    check(Study { covariance: Vec::new(), ..study(2, 2, 1.0) }, Spec::default(), "covariance");
    let mut wrong = study(2, 2, 1.0);
    wrong.covariance[0][1] = 5.0;
    wrong.covariance[1][0] = 5.0;
    check(wrong, Spec::default(), "covariance");
    check(study(2, 2, 1.0), Spec { weights: Some(vec![0.0, 0.0]), ..Spec::default() }, "weights");
    check(study(2, 2, 1.0), Spec { bounds: Some(vec![-1.0]), ..Spec::default() }, "bounds");
    check(study(2, 2, 1.0), Spec { method: Some(Method::FixedLength), ..Spec::default() }, "method");
    check(study(1, 2, 1.0), Spec { deviation: Deviation::RelativeSmoothness, ..Spec::default() }, "periods");
}

proptest! {
    #![proptest_config(cases(64))]
    #[test]
    fn nothing_panics(
        before in 1_usize..5, after in 1_usize..4, roots in prop::collection::vec(-3_i8..4, 64), effects in prop::collection::vec(-9_i8..9, 8),
        deviation in 0..3, method in 0..4, shape in 0..5, bound in 0_u8..4, weights in prop::collection::vec(-2_i8..3, 3), weighted: bool,
        exponent in -30_i32..30,
    ) {
        let n = before + after;
        let scale = 10_f64.powi(exponent);
        let root = |i: usize, j: usize| f64::from(roots[i * 8 + j]) * scale;
        // Of any rank, as from few clusters.
        let covariance = (0..n).map(|i| (0..n).map(|j| (0..n).map(|k| root(i, k) * root(j, k)).sum()).collect()).collect();
        let study = Study { before, effects: effects.iter().take(n).map(|e| f64::from(*e) * scale).collect(), covariance };
        let spec = Spec {
            deviation: [Deviation::Smoothness, Deviation::RelativeMagnitudes, Deviation::RelativeSmoothness][deviation as usize],
            method: [None, Some(Method::FixedLength), Some(Method::Conditional), Some(Method::Hybrid)][method as usize],
            shape: [Shape::Any, Shape::PositiveBias, Shape::NegativeBias, Shape::Increasing, Shape::Decreasing][shape as usize],
            bounds: Some(vec![f64::from(bound)]),
            weights: weighted.then(|| weights.iter().take(after).map(|w| f64::from(*w)).collect()),
            grid: 20,
            draws: 100,
            breakdown: bound == 1,
            ..Spec::default()
        };
        if let Ok(found) = estimate(&study, &spec) {
            for interval in &found.intervals {
                prop_assert!(interval.lower.is_none_or(f64::is_finite) && interval.upper.is_none_or(f64::is_finite));
            }
        }
    }
}

/// An effect far from nought, whose interval ends beyond twenty standard errors.
fn far() -> Study {
    Study { before: 2, effects: vec![0.5, -0.4, 60.0, 61.0], covariance: identity(4) }
}

fn identity(n: usize) -> Vec<Vec<f64>> {
    (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect()
}

#[test]
fn the_grid_is_widened_until_the_interval_closes() {
    let spec = Spec { bounds: Some(vec![0.5, 1.0]), grid: 400, draws: 500, breakdown: false, ..Spec::default() };
    let found = given(estimate(&far(), &spec));
    let asked = given(estimate(&far(), &Spec { from: Some(30.0), to: Some(90.0), grid: 4000, ..spec.clone() }));
    for (wide, exact) in found.intervals.iter().zip(&asked.intervals) {
        assert!(!wide.open && !exact.open, "{wide:?} {exact:?}");
        // A step of the grid: forty standard errors in 400 values.
        within("lower", wide.lower, exact.lower.unwrap(), 0.11);
        within("upper", wide.upper, exact.upper.unwrap(), 0.11);
    }
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    // What was asked for is kept, and told to be cut.
    let cut = given(estimate(&far(), &Spec { from: Some(30.0), to: Some(60.0), ..spec }));
    assert!(cut.intervals.iter().all(|i| i.open && i.upper == Some(60.0)), "{:?}", cut.intervals);
}
