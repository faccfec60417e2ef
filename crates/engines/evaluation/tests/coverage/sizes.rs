//! Tests whose null hypothesis is true: how often they reject at 5 %.

use banso_evaluation::difference::{self, Wald};
use banso_evaluation::discontinuity::{self, Checks};
use banso_evaluation::event_study;
use banso_evaluation::random::Stream;

use super::panels::{clustered, staggered};
use super::review;

/// A world in which nothing is to be found, and a test.
pub(crate) struct Test {
    /// What it is.
    pub name: &'static str,
    /// The p-value in one draw of a size; none when there is no test.
    pub p: fn(&mut Stream, usize) -> Option<f64>,
    /// The sizes (rows, units, clusters) of the larger run; the first is that of the tests.
    pub sizes: &'static [usize],
    /// Draws of the larger run.
    pub draws: u64,
    /// Draws of the tests.
    pub few: u64,
    /// The share rejected that the tests allow.
    pub allowed: [f64; 2],
}

/// How many draws reject at 5 %, and how many gave a p-value.
pub(crate) fn rejected(test: &Test, size: usize, draws: u64, seed: u64) -> (usize, usize) {
    let streams = super::Streams::new(seed);
    let found: Vec<f64> = (0..draws).filter_map(|d| (test.p)(&mut streams.stream(d), size)).collect();
    (found.iter().filter(|p| **p < 0.05).count(), found.len())
}

fn by_units(s: &mut Stream, n: usize) -> Option<Wald> {
    difference::estimate(&staggered(s, n).ok()?, &difference::Spec::new("y", "u", "t", "g")).ok()?.pretest
}

fn trends(s: &mut Stream, n: usize) -> Option<f64> {
    by_units(s, n)?.small_sample.map(|t| t.p)
}

fn trends_asymptotic(s: &mut Stream, n: usize) -> Option<f64> {
    Some(by_units(s, n)?.p)
}

/// Two neighbours, of different cohorts.
fn trends_across(s: &mut Stream, n: usize) -> Option<f64> {
    clustered(s, n, |unit, _| unit / 2)?.pretest?.small_sample.map(|t| t.p)
}

/// Two units of one cohort.
fn trends_within(s: &mut Stream, n: usize) -> Option<f64> {
    clustered(s, n, |unit, units| unit % (units / 2))?.pretest?.small_sample.map(|t| t.p)
}

fn trends_covariate(s: &mut Stream, n: usize) -> Option<f64> {
    let frame = staggered(s, n).ok()?;
    let of_unit: Vec<f64> = (0..n).map(|_| s.normal()).collect();
    let x: Vec<f64> = frame.numbers("u").ok()?.iter().map(|u| of_unit[*u as usize]).collect();
    let frame = frame.with("x", banso_evaluation::Column::Number(x)).ok()?;
    let spec = difference::Spec { covariates: vec!["x".into()], ..difference::Spec::new("y", "u", "t", "g") };
    difference::estimate(&frame, &spec).ok()?.pretest?.small_sample.map(|t| t.p)
}

fn leads_weighted(s: &mut Stream, n: usize) -> Option<f64> {
    let spec = event_study::Spec::new(event_study::Estimator::InteractionWeighted, "y", "u", "t", "g");
    event_study::estimate(&staggered(s, n).ok()?, &spec).ok()?.pretest.map(|t| t.p)
}

fn cut(outcome: &str) -> discontinuity::Spec {
    discontinuity::Spec { outcome: outcome.into(), score: "x".into(), cutoff: 78.0, ..Default::default() }
}

/// The least p-value after the correction for all that were tried.
fn least(checks: &Checks) -> Option<f64> {
    checks.tried.iter().filter_map(|t| t.adjusted_p).min_by(f64::total_cmp)
}

/// The outcome of [`review`] at the cut-offs that are tried when none are named.
fn placebos(s: &mut Stream, n: usize) -> Option<f64> {
    let (frame, spec) = (review(s, n).ok()?, cut("y"));
    let cutoffs = discontinuity::placebo_cutoffs(&frame, &spec).ok()?;
    least(&discontinuity::placebos(&frame, &spec, &cutoffs).ok()?)
}

/// Columns that were fixed before: smooth in the score, no jump.
fn fixed(s: &mut Stream, n: usize, count: usize) -> Option<f64> {
    let mut frame = review(s, n).ok()?;
    let x = frame.numbers("x").ok()?.to_vec();
    let names: Vec<String> = (0..count).map(|k| format!("z{k}")).collect();
    for name in &names {
        let z = x.iter().map(|x| 0.2 * x + 3.0 * s.normal()).collect();
        frame = frame.with(name, banso_evaluation::Column::Number(z)).ok()?;
    }
    least(&discontinuity::balance(&frame, &cut("y"), &names))
}

fn balance_one(s: &mut Stream, n: usize) -> Option<f64> {
    fixed(s, n, 1)
}

fn balance_three(s: &mut Stream, n: usize) -> Option<f64> {
    fixed(s, n, 3)
}

const fn test(
    name: &'static str,
    p: fn(&mut Stream, usize) -> Option<f64>,
    sizes: &'static [usize],
    draws: u64,
    allowed: [f64; 2],
) -> Test {
    Test { name, p, sizes, draws, few: 200, allowed }
}

/// In a test of 200 draws a true 5 % is found between 0 and 0.1 (three binomial errors).
const RIGHT: [f64; 2] = [0.0, 0.1];

/// All tests.
pub(crate) const TESTS: &[Test] = &[
    test("group-time effects before the start, F, units", trends, &[60, 160, 300], 2_000, RIGHT),
    test("the same, doubly robust with a covariate, units", trends_covariate, &[60, 160, 300], 2_000, RIGHT),
    test("the same, F, clusters of two cohorts", trends_across, &[30, 60], 2_000, RIGHT),
    test("the same, F, clusters within cohorts", trends_within, &[32, 60], 2_000, RIGHT),
    test("the same by χ², as published programs test, units", trends_asymptotic, &[60, 160, 300], 2_000, [0.05, 0.3]),
    test("event study, leads, interaction-weighted, units", leads_weighted, &[60, 160], 1_000, [0.0, 0.14]),
    test("cut-off, placebo cut-offs, rows", placebos, &[300, 1_000], 2_000, RIGHT),
    test("cut-off, balance of one column, rows", balance_one, &[300, 1_000], 2_000, RIGHT),
    test("cut-off, balance of three columns, rows", balance_three, &[300, 1_000], 2_000, RIGHT),
];
