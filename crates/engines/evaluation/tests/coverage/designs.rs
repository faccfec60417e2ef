//! Made-up worlds (synthetic) whose effect is known, and the interval that an estimator gives in one draw of each: shared by the tests and
//! by the larger run.

use banso_evaluation::balancing::{self, Estimand, Matching, Metric};
use banso_evaluation::discontinuity::{self, Given, HonestSpec, Selector};
use banso_evaluation::event_study;
use banso_evaluation::least_squares::{self, Errors, Multiplier, Wild};
use banso_evaluation::production::{self, Method};
use banso_evaluation::random::{Stream, Streams};
use banso_evaluation::synthetic;
use banso_evaluation::{Column, Frame, Refusal, difference, maths};

/// A world and an estimator.
pub(crate) struct World {
    /// What it is.
    pub name: &'static str,
    /// The effect.
    pub truth: f64,
    /// The interval in one draw; none when it was refused.
    pub interval: fn(&mut Stream) -> Option<[f64; 2]>,
    /// Draws of the larger run.
    pub draws: u64,
    /// The share covered that is allowed in a test of 200 draws (or of `few`).
    pub allowed: [f64; 2],
    /// Draws of the test.
    pub few: u64,
}

/// How many draws cover, and how many there were with an interval.
pub(crate) fn covered(world: &World, draws: u64, seed: u64) -> (usize, usize) {
    let streams = Streams::new(seed);
    let found: Vec<[f64; 2]> = (0..draws).filter_map(|d| (world.interval)(&mut streams.stream(d))).collect();
    (found.iter().filter(|[low, high]| (*low..=*high).contains(&world.truth)).count(), found.len())
}

fn table(columns: Vec<(&str, Vec<f64>)>) -> Result<Frame, Refusal> {
    columns.into_iter().try_fold(Frame::new(), |frame, (name, values)| frame.with(name, Column::Number(values)))
}

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

fn hc3(s: &mut Stream) -> Option<[f64; 2]> {
    let x: Vec<f64> = (0..80).map(|_| s.normal()).collect();
    let y = x.iter().map(|x| x + s.normal() * (0.3 + x.abs())).collect();
    slope(&table(vec![("y", y), ("x", x)]).ok()?, Some(Errors::Hc3), false)
}

fn cluster_many(s: &mut Stream) -> Option<[f64; 2]> {
    slope(&clustered(s, 60).ok()?, None, true)
}

fn cluster_jackknife(s: &mut Stream) -> Option<[f64; 2]> {
    slope(&clustered(s, 15).ok()?, Some(Errors::Crv3), true)
}

fn cluster_wild(s: &mut Stream) -> Option<[f64; 2]> {
    let mut spec = least_squares::Spec::new("y", &["x"]);
    spec.clusters = vec!["c".into()];
    spec.wild = Some(Wild { coefficients: vec!["x".into()], null: 0.0, draws: 399, multiplier: Multiplier::Rademacher, seed: s.bits() });
    let found = least_squares::estimate(&clustered(s, 15).ok()?, &spec).ok()?;
    found.wild.first().and_then(|w| Some([w.low?, w.high?]))
}

/// Scores 2 Beta(2, 4) − 1, error 0.1295, jump 0.04: model 1 of Calonico, Cattaneo and Titiunik (2014), whose curvature is strong.
pub(crate) fn model_one(s: &mut Stream, n: usize) -> Result<Frame, Refusal> {
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
fn review(s: &mut Stream, n: usize) -> Result<Frame, Refusal> {
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

fn jump(frame: &Frame, cutoff: f64, selector: Selector) -> Option<[f64; 2]> {
    let spec = discontinuity::Spec { outcome: "y".into(), score: "x".into(), cutoff, selector, ..Default::default() };
    discontinuity::estimate(frame, &spec).ok().map(|e| e.effect.robust.interval)
}

fn model_one_mse(s: &mut Stream) -> Option<[f64; 2]> {
    jump(&model_one(s, 1_000).ok()?, 0.0, Selector::Mserd)
}

fn model_one_cer(s: &mut Stream) -> Option<[f64; 2]> {
    jump(&model_one(s, 1_000).ok()?, 0.0, Selector::Cerrd)
}

fn review_mse(s: &mut Stream) -> Option<[f64; 2]> {
    jump(&review(s, 600).ok()?, 78.0, Selector::Mserd)
}

fn review_fuzzy(s: &mut Stream) -> Option<[f64; 2]> {
    let x: Vec<f64> = (0..2_000).map(|_| 80.0 + 7.0 * s.normal()).collect();
    let d: Vec<f64> = x.iter().map(|x| f64::from(u8::from((*x >= 78.0) == (s.uniform() < 0.85)))).collect();
    let y = x.iter().zip(&d).map(|(x, d)| 5.0 * d + 0.5 * (x - 78.0) + 6.0 * s.normal()).collect();
    let frame = table(vec![("y", y), ("x", x), ("d", d)]).ok()?;
    let spec =
        discontinuity::Spec { outcome: "y".into(), score: "x".into(), cutoff: 78.0, treatment: Some("d".into()), ..Default::default() };
    discontinuity::estimate(&frame, &spec).ok().map(|e| e.effect.robust.interval)
}

/// Whole scores only, the bound on curvature that holds.
fn honest(s: &mut Stream) -> Option<[f64; 2]> {
    let x: Vec<f64> = (0..600).map(|_| (80.0 + 7.0 * s.normal()).round()).collect();
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

/// Three cohorts and the never treated, effects that differ by cohort and grow; own trend of the unit's level, serial correlation.
fn staggered(s: &mut Stream) -> Result<Frame, Refusal> {
    let mut cells = vec![vec![]; 4];
    for unit in 0..160_u32 {
        let start = [0.0, 3.0, 4.0, 5.0][unit as usize % 4];
        let (own, mut shock) = (s.normal(), s.normal());
        for t in 1..=6_u32 {
            let since = f64::from(t) - start;
            let effect = if start > 0.0 && since >= 0.0 { 0.5 + 0.2 * since + 0.1 * (start - 4.0) } else { 0.0 };
            for (column, value) in cells.iter_mut().zip([own + 0.3 * f64::from(t) + shock + effect, f64::from(unit), f64::from(t), start]) {
                column.push(value);
            }
            shock = 0.5 * shock + 0.75_f64.sqrt() * s.normal();
        }
    }
    let [y, u, t, g] = [0, 1, 2, 3].map(|k| cells[k].clone());
    table(vec![("y", y), ("u", u), ("t", t), ("g", g)])
}

/// The first effect of the three cohorts: 0.5 + 0.1 × (−1, 0, 1).
fn group_time(s: &mut Stream) -> Option<[f64; 2]> {
    let found = difference::estimate(&staggered(s).ok()?, &difference::Spec::new("y", "u", "t", "g")).ok()?;
    found.event.parts.iter().find(|p| p.at == 0.0).and_then(|p| Some([p.effect.lower?, p.effect.upper?]))
}

fn path(s: &mut Stream, estimator: event_study::Estimator) -> Option<[f64; 2]> {
    let found = event_study::estimate(&staggered(s).ok()?, &event_study::Spec::new(estimator, "y", "u", "t", "g")).ok()?;
    found.event.iter().find(|p| p.at == 0.0).and_then(|p| Some([p.effect.lower?, p.effect.upper?]))
}

fn interaction_weighted(s: &mut Stream) -> Option<[f64; 2]> {
    path(s, event_study::Estimator::InteractionWeighted)
}

fn imputation(s: &mut Stream) -> Option<[f64; 2]> {
    path(s, event_study::Estimator::Imputation)
}

/// Two covariates that drive both treatment and outcome; effect on the treated 1 + mean of x among them in the population is left to a
/// constant effect, so that every estimand is 1.
fn selected(s: &mut Stream) -> Result<Frame, Refusal> {
    let (mut y, mut d, mut x, mut z) = (vec![], vec![], vec![], vec![]);
    for _ in 0..500 {
        let (a, b) = (s.normal(), s.normal());
        let treated = f64::from(u8::from(s.uniform() < maths::logistic(-0.7 + 0.6 * a - 0.4 * b)));
        y.push(treated + a + 0.5 * b + s.normal());
        d.push(treated);
        x.push(a);
        z.push(b);
    }
    table(vec![("y", y), ("d", d), ("x", x), ("z", z)])
}

fn balanced(s: &mut Stream, estimator: balancing::Estimator, matching: Matching) -> Option<[f64; 2]> {
    let spec = balancing::Spec {
        outcome: "y".into(),
        treatment: "d".into(),
        covariates: vec!["x".into(), "z".into()],
        estimators: vec![estimator],
        estimands: vec![Estimand::Treated],
        matching,
        ..Default::default()
    };
    balancing::estimate(&selected(s).ok()?, &spec).ok()?.effects.first().map(|e| e.interval)
}

fn augmented(s: &mut Stream) -> Option<[f64; 2]> {
    balanced(s, balancing::Estimator::Augmented, Matching::default())
}

fn entropy(s: &mut Stream) -> Option<[f64; 2]> {
    balanced(s, balancing::Estimator::Entropy, Matching::default())
}

fn by_score(s: &mut Stream) -> Option<[f64; 2]> {
    balanced(s, balancing::Estimator::Matching, Matching::default())
}

fn by_covariates(s: &mut Stream) -> Option<[f64; 2]> {
    let matching = Matching { metric: Metric::Mahalanobis, adjust_bias: true, ..Matching::default() };
    balanced(s, balancing::Estimator::Matching, matching)
}

/// Thirty regions, six treated in the last five of twenty periods, two factors; effect 1.
fn synthetic_did(s: &mut Stream) -> Option<[f64; 2]> {
    let mut factor = vec![[0.0; 2]];
    for t in 1..20 {
        let last: [f64; 2] = factor[t - 1];
        factor.push([0.8 * last[0] + 0.4 * s.normal(), 0.8 * last[1] + 0.4 * s.normal()]);
    }
    let mut cells = vec![vec![]; 4];
    for unit in 0..30 {
        let (own, load) = (s.normal(), [s.normal(), s.normal()]);
        for (t, f) in factor.iter().enumerate() {
            let treated = f64::from(u8::from(unit < 6 && t >= 15));
            let y = own + load[0] * f[0] + load[1] * f[1] + 0.05 * t as f64 + treated + 0.5 * s.normal();
            for (column, value) in cells.iter_mut().zip([y, f64::from(unit), t as f64, treated]) {
                column.push(value);
            }
        }
    }
    let [y, u, t, d] = [0, 1, 2, 3].map(|k| cells[k].clone());
    let frame = table(vec![("y", y), ("u", u), ("t", t), ("d", d)]).ok()?;
    let spec = synthetic::Spec {
        outcome: "y".into(),
        unit: "u".into(),
        time: "t".into(),
        treatment: Some("d".into()),
        methods: vec![synthetic::Method::SyntheticDid],
        replications: 100,
        placebo_in_space: false,
        seed: s.bits(),
        ..Default::default()
    };
    synthetic::estimate(&frame, &spec).ok()?.effects.first().and_then(|e| e.interval)
}

/// Labour 0.6 and capital 0.4; labour has a shock of its own after the proxy is chosen, so that it is told from productivity.
fn labour(s: &mut Stream, method: Method) -> Option<[f64; 2]> {
    let mut cells = vec![vec![]; 6];
    for firm in 0..120 {
        let (mut omega, mut capital) = (0.3 * s.normal(), 2.0 + s.normal());
        for t in 0..6 {
            omega = 0.7 * omega + 0.2 * s.normal();
            capital += 0.2 * s.normal() + 0.1 * omega;
            let work = 1.0 + 0.3 * capital + 0.5 * omega + 0.6 * s.normal();
            let y = 0.6 * work + 0.4 * capital + omega + 0.1 * s.normal();
            for (column, value) in cells.iter_mut().zip([y, work, capital, 0.4 * capital + omega, f64::from(firm), f64::from(t)]) {
                column.push(value);
            }
        }
    }
    let [y, l, k, m, firm, t] = [0, 1, 2, 3, 4, 5].map(|c| cells[c].clone());
    let frame = table(vec![("y", y), ("l", l), ("k", k), ("m", m), ("firm", firm), ("t", t)]).ok()?;
    let spec = production::Spec {
        outcome: "y".into(),
        free: vec!["l".into()],
        state: vec!["k".into()],
        proxy: vec!["m".into()],
        firm: "firm".into(),
        time: "t".into(),
        methods: vec![method],
        starts: 6,
        replications: 40,
        seed: s.bits(),
        ..Default::default()
    };
    production::estimate(&frame, &spec).ok()?.functions.first()?.elasticities.first()?.interval
}

fn levinsohn_petrin(s: &mut Stream) -> Option<[f64; 2]> {
    labour(s, Method::LevinsohnPetrin)
}

fn wooldridge(s: &mut Stream) -> Option<[f64; 2]> {
    labour(s, Method::WooldridgeSystem)
}

const fn world(
    name: &'static str,
    truth: f64,
    interval: fn(&mut Stream) -> Option<[f64; 2]>,
    draws: u64,
    few: u64,
    allowed: [f64; 2],
) -> World {
    World { name, truth, interval, draws, allowed, few }
}

/// In a test of 200 draws a true 95 % is found between 0.89 and 0.99 (three binomial errors), of 100 between 0.88 and 1.
const RIGHT: [f64; 2] = [0.89, 0.99];
const FEW: [f64; 2] = [0.88, 1.0];

/// All worlds.
pub(crate) const WORLDS: &[World] = &[
    world("least squares, HC3, 80 rows, unequal variances", 1.0, hc3, 2_000, 200, RIGHT),
    world("least squares, 60 clusters (CR1)", 1.0, cluster_many, 2_000, 200, RIGHT),
    world("least squares, 15 clusters, jackknife (CR3)", 1.0, cluster_jackknife, 2_000, 200, RIGHT),
    world("least squares, 15 clusters, wild bootstrap", 1.0, cluster_wild, 1_000, 100, FEW),
    world("cut-off, review scores, 600 rows, `mserd`", 5.0, review_mse, 2_000, 200, RIGHT),
    world("cut-off, review scores, fuzzy, 2,000 rows, `mserd`", 5.0, review_fuzzy, 1_000, 100, FEW),
    world("cut-off, model 1 of CCT (2014), 1,000 rows, `mserd`", 0.04, model_one_mse, 2_000, 200, [0.85, 0.97]),
    world("cut-off, model 1 of CCT (2014), 1,000 rows, `cerrd`", 0.04, model_one_cer, 2_000, 200, [0.86, 0.98]),
    world("cut-off, whole scores, honest under the true bound", 5.0, honest, 2_000, 200, [0.92, 1.0]),
    world("group-time effects, event time 0", 0.5, group_time, 2_000, 200, RIGHT),
    world("interaction-weighted, event time 0", 0.5, interaction_weighted, 1_000, 200, RIGHT),
    world("imputation, event time 0", 0.5, imputation, 1_000, 200, RIGHT),
    world("balancing, AIPW on the treated", 1.0, augmented, 2_000, 200, RIGHT),
    world("balancing, entropy on the treated", 1.0, entropy, 2_000, 200, RIGHT),
    world("matching on the estimated score", 1.0, by_score, 2_000, 200, RIGHT),
    world("matching on covariates, bias adjusted", 1.0, by_covariates, 2_000, 200, RIGHT),
    world("synthetic difference-in-differences, placebo errors", 1.0, synthetic_did, 400, 40, [0.84, 1.0]),
    world("production, labour, Levinsohn–Petrin", 0.6, levinsohn_petrin, 300, 30, [0.82, 1.0]),
    world("production, labour, Wooldridge's system", 0.6, wooldridge, 300, 30, [0.82, 1.0]),
];
