//! Made-up tables (synthetic) of one row each unit, whose effect is known.

use banso_evaluation::balancing::{self, Estimand, Matching, Metric};
use banso_evaluation::discontinuity::{self, Given, HonestSpec, Selector};
use banso_evaluation::least_squares::{self, Errors, Multiplier, Wild};
use banso_evaluation::random::Stream;
use banso_evaluation::{Frame, Refusal, maths};

use super::table;

/// Clusters of ten; both the regressor and the error have a part of the cluster; effect 1.
fn clustered(s: &mut Stream, clusters: usize) -> Result<Frame, Refusal> {
    let (mut y, mut x, mut c) = (vec![], vec![], vec![]);
    for g in 0..clusters {
        let (of_x, of_y) = (s.normal(), s.normal());
        for _ in 0..10 {
            let own = of_x + s.normal();
            y.push(own + of_y + s.normal() * (1.0 + 0.5 * own.abs()));
            x.push(own);
            c.push(g as f64);
        }
    }
    table(vec![("y", y), ("x", x), ("c", c)])
}

fn slope(frame: &Frame, errors: Option<Errors>, clusters: bool) -> Option<[f64; 2]> {
    let mut spec = least_squares::Spec::new("y", &["x"]);
    spec.errors = errors;
    if clusters {
        spec.clusters = vec!["c".into()];
    }
    let found = least_squares::estimate(frame, &spec).ok()?;
    found.coefficients.iter().find(|c| c.name == "x").map(|c| [c.low, c.high])
}

pub(crate) fn hc3(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let x: Vec<f64> = (0..n).map(|_| s.normal()).collect();
    let y = x.iter().map(|x| x + s.normal() * (0.3 + x.abs())).collect();
    slope(&table(vec![("y", y), ("x", x)]).ok()?, Some(Errors::Hc3), false)
}

pub(crate) fn cluster_many(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    slope(&clustered(s, n).ok()?, None, true)
}

pub(crate) fn cluster_jackknife(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    slope(&clustered(s, n).ok()?, Some(Errors::Crv3), true)
}

pub(crate) fn cluster_wild(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let mut spec = least_squares::Spec::new("y", &["x"]);
    spec.clusters = vec!["c".into()];
    spec.wild = Some(Wild { coefficients: vec!["x".into()], null: 0.0, draws: 399, multiplier: Multiplier::Rademacher, seed: s.bits() });
    let found = least_squares::estimate(&clustered(s, n).ok()?, &spec).ok()?;
    found.wild.first().and_then(|w| Some([w.low?, w.high?]))
}

/// Scores 2 Beta(2, 4) − 1, error 0.1295, jump 0.04: model 1 of Calonico, Cattaneo and Titiunik (2014), whose curvature is strong.
fn model_one(s: &mut Stream, n: usize) -> Result<Frame, Refusal> {
    let (mut x, mut y) = (vec![], vec![]);
    for _ in 0..n {
        // The second smallest of five uniforms is Beta(2, 4).
        let mut five = [0; 5].map(|_| s.uniform());
        five.sort_unstable_by(f64::total_cmp);
        let at = 2.0 * five[1] - 1.0;
        let below = [0.48, 1.27, 7.18, 20.21, 21.54, 7.33];
        let above = [0.52, 0.84, -3.0, 7.99, -9.01, 3.56];
        let mean = if at < 0.0 { below } else { above }.iter().rev().fold(0.0, |sum, c| sum * at + c);
        x.push(at);
        y.push(mean + 0.1295 * s.normal());
    }
    table(vec![("y", y), ("x", x)])
}

/// Review scores of 60 to 100, cut-off 78, mild curvature, jump 5.
pub(crate) fn review(s: &mut Stream, n: usize) -> Result<Frame, Refusal> {
    let x: Vec<f64> = (0..n).map(|_| 80.0 + 7.0 * s.normal()).collect();
    let y = x
        .iter()
        .map(|x| {
            let d = x - 78.0;
            0.6 * d - 0.015 * d * d + if d >= 0.0 { 5.0 } else { 0.0 } + 6.0 * s.normal()
        })
        .collect();
    table(vec![("y", y), ("x", x)])
}

fn jump(frame: &Frame, cutoff: f64, selector: Selector, order: usize) -> Option<[f64; 2]> {
    let spec = discontinuity::Spec { outcome: "y".into(), score: "x".into(), cutoff, selector, order: Some(order), ..Default::default() };
    discontinuity::estimate(frame, &spec).ok().map(|e| e.effect.robust.interval)
}

pub(crate) fn model_one_mse(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    jump(&model_one(s, n).ok()?, 0.0, Selector::Mserd, 1)
}

pub(crate) fn model_one_cer(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    jump(&model_one(s, n).ok()?, 0.0, Selector::Cerrd, 1)
}

pub(crate) fn model_one_square(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    jump(&model_one(s, n).ok()?, 0.0, Selector::Mserd, 2)
}

pub(crate) fn review_mse(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    jump(&review(s, n).ok()?, 78.0, Selector::Mserd, 1)
}

pub(crate) fn review_fuzzy(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let x: Vec<f64> = (0..n).map(|_| 80.0 + 7.0 * s.normal()).collect();
    let d: Vec<f64> = x.iter().map(|x| f64::from(u8::from((*x >= 78.0) == (s.uniform() < 0.85)))).collect();
    let y = x.iter().zip(&d).map(|(x, d)| 5.0 * d + 0.5 * (x - 78.0) + 6.0 * s.normal()).collect();
    let frame = table(vec![("y", y), ("x", x), ("d", d)]).ok()?;
    let spec =
        discontinuity::Spec { outcome: "y".into(), score: "x".into(), cutoff: 78.0, treatment: Some("d".into()), ..Default::default() };
    discontinuity::estimate(&frame, &spec).ok().map(|e| e.effect.robust.interval)
}

/// Whole scores only, the bound on curvature that holds.
pub(crate) fn honest(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let x: Vec<f64> = (0..n).map(|_| (80.0 + 7.0 * s.normal()).round()).collect();
    let y = x
        .iter()
        .map(|x| 0.6 * (x - 78.0) - 0.015 * (x - 78.0) * (x - 78.0) + if *x >= 78.0 { 5.0 } else { 0.0 } + 6.0 * s.normal())
        .collect();
    let frame = table(vec![("y", y), ("x", x)]).ok()?;
    let spec = HonestSpec {
        outcome: "y".into(),
        score: "x".into(),
        cutoff: 78.0,
        bound: Some(0.03),
        bandwidth: Some(Given::One(8.5)),
        ..Default::default()
    };
    discontinuity::honest(&frame, &spec).ok().map(|e| e.interval)
}

/// Two covariates that drive both treatment and outcome; effect on the treated 1 + mean of x among them in the population is left to a
/// constant effect, so that every estimand is 1.
fn selected(s: &mut Stream, n: usize) -> Result<Frame, Refusal> {
    let (mut y, mut d, mut x, mut z) = (vec![], vec![], vec![], vec![]);
    for _ in 0..n {
        let (a, b) = (s.normal(), s.normal());
        let treated = f64::from(u8::from(s.uniform() < maths::logistic(-0.7 + 0.6 * a - 0.4 * b)));
        y.push(treated + a + 0.5 * b + s.normal());
        d.push(treated);
        x.push(a);
        z.push(b);
    }
    table(vec![("y", y), ("d", d), ("x", x), ("z", z)])
}

fn balanced(s: &mut Stream, n: usize, estimator: balancing::Estimator, matching: Matching) -> Option<[f64; 2]> {
    let spec = balancing::Spec {
        outcome: "y".into(),
        treatment: "d".into(),
        covariates: vec!["x".into(), "z".into()],
        estimators: vec![estimator],
        estimands: vec![Estimand::Treated],
        matching,
        ..Default::default()
    };
    balancing::estimate(&selected(s, n).ok()?, &spec).ok()?.effects.first().map(|e| e.interval)
}

pub(crate) fn augmented(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    balanced(s, n, balancing::Estimator::Augmented, Matching::default())
}

pub(crate) fn entropy(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    balanced(s, n, balancing::Estimator::Entropy, Matching::default())
}

pub(crate) fn by_score(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    balanced(s, n, balancing::Estimator::Matching, Matching::default())
}

pub(crate) fn by_covariates(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let matching = Matching { metric: Metric::Mahalanobis, adjust_bias: true, ..Matching::default() };
    balanced(s, n, balancing::Estimator::Matching, matching)
}
