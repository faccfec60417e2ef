//! How far a finding survives when trends are not parallel (Rambachan and Roth 2023, *Review of Economic Studies* 90(5)).
//!
//! From the coefficients of an event study and their covariance: intervals for an effect when the difference of trends may bend by no
//! more than M a period (smoothness), or change from period to period by no more than M̄ times the largest change seen before treatment
//! (relative magnitudes); and the largest M or M̄ at which nought stays excluded.

mod conditional;
mod dual;
mod fixed;
mod polyhedron;

use serde::{Deserialize, Serialize};

pub use fixed::folded_quantile;

use crate::dist::normal_quantile;
use crate::linear::Matrix;
use crate::notice::{Refusal, Warning};

/// Coefficients of an event study in order of time, without the reference period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// How many of the coefficients are before the reference period.
    pub before: usize,
    /// The coefficients, consecutive periods, those after the reference period last.
    pub effects: Vec<f64>,
    /// Their covariance.
    pub covariance: Vec<Vec<f64>>,
}

/// What to allow and how to infer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Spec {
    /// Which deviations from parallel trends are allowed.
    pub deviation: Deviation,
    /// How intervals are made; for smoothness fixed-length ones, for the others the hybrid, if none.
    pub method: Option<Method>,
    /// A further restriction of the deviation.
    pub shape: Shape,
    /// The values of M or M̄; if none, for M̄ 0.5, 1, 1.5 and 2, for M five values up to the sharpest bend seen before treatment.
    pub bounds: Option<Vec<f64>>,
    /// Weights of the effects after the reference period in the effect of interest; the first effect if none.
    pub weights: Option<Vec<f64>>,
    /// The level of the intervals.
    pub level: f64,
    /// How many values of the effect are tested for the hybrid and the conditional interval.
    pub grid: usize,
    /// The smallest value tested; if none, minus twenty standard errors, and further until the interval closes.
    pub from: Option<f64>,
    /// The largest value tested; if none, twenty standard errors, and further until the interval closes.
    pub to: Option<f64>,
    /// Draws for the least favourable critical value.
    pub draws: usize,
    /// The seed of the random streams.
    pub seed: u64,
    /// Whether to look for the breakdown value.
    pub breakdown: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            deviation: Deviation::RelativeMagnitudes,
            method: None,
            shape: Shape::Any,
            bounds: None,
            weights: None,
            level: 0.95,
            grid: 1000,
            from: None,
            to: None,
            draws: 10_000,
            seed: 1,
            breakdown: true,
        }
    }
}

/// Which deviations from parallel trends are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// ΔSD(M): the slope changes by no more than M a period.
    Smoothness,
    /// ΔRM(M̄): no change after treatment is larger than M̄ times the largest before it.
    #[default]
    RelativeMagnitudes,
    /// ΔSDRM(M̄): no change of slope after treatment is larger than M̄ times the largest before it.
    RelativeSmoothness,
}

/// How intervals are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The shortest interval of fixed length around an affine estimator (smoothness alone only).
    FixedLength,
    /// Inversion of the conditional test of Andrews, Roth and Pakes (2023).
    Conditional,
    /// Inversion of its hybrid with the least favourable test.
    Hybrid,
}

/// A further restriction of the deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// None.
    #[default]
    Any,
    /// The bias after treatment is not negative.
    PositiveBias,
    /// The bias after treatment is not positive.
    NegativeBias,
    /// The difference of trends never falls.
    Increasing,
    /// The difference of trends never rises.
    Decreasing,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The effect under parallel trends.
    pub effect: f64,
    /// Its standard error.
    pub error: f64,
    /// Its interval under parallel trends.
    pub original: (f64, f64),
    /// Which deviations are allowed.
    pub deviation: Deviation,
    /// How the intervals were made.
    pub method: Method,
    /// An interval for each bound.
    pub intervals: Vec<Interval>,
    /// Up to which bound nought stays excluded.
    pub breakdown: Option<Breakdown>,
    /// What makes the result doubtful.
    pub warnings: Vec<Warning>,
}

/// An interval under one bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interval {
    /// M or M̄.
    pub bound: f64,
    /// The lower end; none when every value was rejected.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: Option<f64>,
    /// Whether the first or last tested value was accepted: the interval goes on beyond it.
    pub open: bool,
}

/// The largest bound at which nought stays excluded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "bound")]
pub enum Breakdown {
    /// Nought is not excluded under parallel trends already.
    None,
    /// Excluded up to here, to a hundredth of M̄ or of the standard error.
    At(f64),
    /// Still excluded at the largest bound looked at.
    Beyond(f64),
}

/// A checked study in units of the effect's standard error.
struct Scaled {
    before: usize,
    after: usize,
    effects: Vec<f64>,
    covariance: Matrix,
    weights: Vec<f64>,
    unit: f64,
}

impl Scaled {
    fn effect(&self) -> f64 {
        crate::sums::dot(&self.weights, &self.effects[self.before..])
    }
}

impl Study {
    /// The event study of a [`crate::difference`] estimate with a universal base.
    ///
    /// # Errors
    /// A varying base (changes before treatment are then of one period), anticipation, or event times that are not consecutive.
    pub fn of_event(event: &crate::difference::Average) -> Result<Self, Refusal> {
        let at: Vec<f64> = event.parts.iter().map(|part| part.at).collect();
        let step = at.windows(2).map(|w| w[1] - w[0]).fold(f64::INFINITY, f64::min);
        let reference: Vec<usize> = (0..at.len()).filter(|i| event.parts[*i].effect.error.is_none()).collect();
        let [reference] = reference[..] else {
            return Err(Refusal::new(
                "no-reference",
                "基準時点が1つに定まりません。`base` を `universal` にして推定してください。",
                "the event study has not exactly one reference period; estimate with a universal base",
            ));
        };
        let even = at.windows(2).all(|w| (w[1] - w[0] - step).abs() < 1e-9 * step);
        if !even || at.get(reference + 1).is_none_or(|next| *next != 0.0) {
            return Err(Refusal::new(
                "event-times",
                "イベント時点は等間隔で、基準時点の次が0でなければなりません（先行効果なし）。",
                "event times must be evenly spaced with 0 right after the reference period (no anticipation)",
            ));
        }
        let kept: Vec<usize> = (0..at.len()).filter(|i| *i != reference).collect();
        Ok(Self {
            before: reference,
            effects: kept.iter().map(|i| event.parts[*i].effect.effect).collect(),
            covariance: kept.iter().map(|i| kept.iter().map(|j| event.covariance[*i][*j]).collect()).collect(),
        })
    }
}

/// Estimates.
///
/// # Errors
/// Numbers of coefficients that do not fit together, no coefficient on one side of the reference, a covariance that is not one, weights
/// of nought, negative bounds, or a method that does not fit the deviation.
pub fn estimate(study: &Study, spec: &Spec) -> Result<Estimate, Refusal> {
    let scaled = check(study, spec)?;
    let method = spec.method.unwrap_or(match (spec.deviation, spec.shape) {
        (Deviation::Smoothness, Shape::Any) => Method::FixedLength,
        _ => Method::Hybrid,
    });
    if method == Method::FixedLength && (spec.deviation != Deviation::Smoothness || spec.shape != Shape::Any) {
        return Err(Refusal::new(
            "method",
            "`fixed-length` は `smoothness`（形の制約なし）だけで使えます。`hybrid` にしてください。",
            "`fixed-length` is for `smoothness` without a shape only; use `hybrid`",
        ));
    }
    let bounds = spec.bounds.clone().unwrap_or_else(|| default_bounds(&scaled, spec.deviation));
    let intervals = match method {
        Method::FixedLength => bounds.iter().map(|m| fixed::interval(&scaled, *m, spec)).collect(),
        Method::Conditional | Method::Hybrid => conditional::intervals(&scaled, &bounds, spec, method),
    };
    let breakdown = spec.breakdown.then(|| breakdown(&scaled, spec, method));
    let (effect, error) = (scaled.effect() * scaled.unit, scaled.unit);
    let z = normal_quantile(f64::midpoint(1.0, spec.level));
    let warnings = warnings(&intervals);
    let original = (effect - z * error, effect + z * error);
    Ok(Estimate { effect, error, original, deviation: spec.deviation, method, intervals, breakdown, warnings })
}

fn warnings(intervals: &[Interval]) -> Vec<Warning> {
    let mut out = Vec::new();
    if intervals.iter().any(|i| i.open) {
        out.push(Warning::note(
            "open-interval",
            "区間が調べた範囲の端に達しています。`from` と `to` を広げてください。",
            "an interval reaches the end of the values tested; widen `from` and `to`",
        ));
    }
    if intervals.iter().any(|i| i.lower.is_none()) {
        out.push(Warning::blocking(
            "empty-interval",
            "調べた範囲のどの値も、許した逸脱のもとでは係数と両立しません。指定した `from`〜`to` の外にあるか、上限が処置前の動きに対して小さすぎます。",
            "no value tested agrees with the coefficients under the bound: it lies outside the `from` and `to` given, or the bound is too small for what is seen before treatment",
        ));
    }
    out
}

fn default_bounds(study: &Scaled, deviation: Deviation) -> Vec<f64> {
    match deviation {
        Deviation::RelativeMagnitudes | Deviation::RelativeSmoothness => vec![0.5, 1.0, 1.5, 2.0],
        Deviation::Smoothness => {
            let mut path = study.effects[..study.before].to_vec();
            path.push(0.0);
            let bend = path.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs()).fold(0.0, f64::max);
            let most = if bend > 0.0 { bend } else { study.covariance[(0, 0)].sqrt() };
            (0..5).map(|k| f64::from(k) / 4.0 * most * study.unit).collect()
        }
    }
}

fn breakdown(study: &Scaled, spec: &Spec, method: Method) -> Breakdown {
    let excludes = |bound: f64| match method {
        Method::FixedLength => {
            let found = fixed::interval(study, bound, spec);
            found.lower.is_some_and(|l| l > 0.0) || found.upper.is_some_and(|u| u < 0.0)
        }
        Method::Conditional | Method::Hybrid => !conditional::accepts_nought(study, bound, spec, method),
    };
    let most = if spec.deviation == Deviation::Smoothness { 10.0 * study.unit } else { 10.0 };
    if !excludes(0.0) {
        return Breakdown::None;
    }
    if excludes(most) {
        return Breakdown::Beyond(most);
    }
    let (mut holds, mut fails) = (0.0, most);
    while fails - holds > most / 1000.0 {
        let middle = f64::midpoint(holds, fails);
        if excludes(middle) { holds = middle } else { fails = middle }
    }
    Breakdown::At(holds)
}

fn refuse<T>(code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(code, ja, en))
}

fn check(study: &Study, spec: &Spec) -> Result<Scaled, Refusal> {
    let n = study.effects.len();
    if study.before == 0 || study.before >= n {
        return refuse(
            "periods",
            format!("係数{n}個のうち処置前が{}個です。処置前と処置後がそれぞれ1つ以上要ります。", study.before),
            format!("of {n} coefficients {} are before the reference; at least one is needed on either side", study.before),
        );
    }
    if spec.deviation == Deviation::RelativeSmoothness && study.before < 2 {
        return refuse(
            "periods",
            "この制約には処置前の係数が2つ以上要ります。",
            "this restriction needs two coefficients before the reference",
        );
    }
    if study.covariance.len() != n || study.covariance.iter().any(|row| row.len() != n) {
        return refuse("covariance", format!("共分散は{n}×{n}でなければなりません。"), format!("the covariance must be {n} by {n}"));
    }
    let after = n - study.before;
    let mut weights = spec.weights.clone().unwrap_or_default();
    if spec.weights.is_none() {
        weights = (0..after).map(|i| f64::from(u8::from(i == 0))).collect();
    }
    if weights.len() != after || weights.iter().all(|w| *w == 0.0) {
        return refuse(
            "weights",
            format!("`weights` は処置後の係数と同じ{after}個で、少なくとも1つは0以外にしてください。"),
            format!("`weights` must be {after} numbers, one for each coefficient after the reference, not all nought"),
        );
    }
    let bounds = spec.bounds.iter().flatten();
    if !(0.0 < spec.level && spec.level < 1.0) || bounds.clone().any(|b| !b.is_finite() || *b < 0.0) {
        return refuse(
            "bounds",
            "水準は0と1の間、上限は0以上にしてください。",
            "the level must lie between 0 and 1, bounds must be 0 or more",
        );
    }
    if !(2..=100_000).contains(&spec.grid) || !(100..=1_000_000).contains(&spec.draws) {
        return refuse(
            "grid",
            "`grid` は2〜10万、`draws` は100〜100万にしてください。",
            "`grid` must be 2 to 100,000 and `draws` 100 to 1,000,000",
        );
    }
    scale(study, after, weights)
}

fn scale(study: &Study, after: usize, weights: Vec<f64>) -> Result<Scaled, Refusal> {
    let n = study.effects.len();
    let raw = Matrix::from_fn(n, n, |i, j| f64::midpoint(study.covariance[i][j], study.covariance[j][i]));
    let numbers = study.effects.iter().chain(&weights).chain(study.covariance.iter().flatten());
    let mut full = vec![0.0; n];
    full[study.before..].copy_from_slice(&weights);
    let unit = raw.quadratic(&full).sqrt();
    let sound = numbers.copied().all(f64::is_finite) && unit.is_finite() && unit > 0.0 && raw.diagonal().iter().all(|v| *v > 0.0);
    let covariance = raw.scaled(1.0 / (unit * unit));
    let definite = sound
        && covariance.eigen_symmetric().is_some_and(|(values, _)| {
            let largest = values.last().copied().unwrap_or(0.0);
            values.first().is_some_and(|least| *least > -1e-8 * largest)
        });
    if !definite {
        return refuse(
            "covariance",
            "共分散が正しくありません（対角が正で、半正定値の対称行列にしてください）。",
            "the covariance is not one: it must be symmetric, positive on the diagonal and without negative eigenvalues",
        );
    }
    let effects = study.effects.iter().map(|e| e / unit).collect();
    Ok(Scaled { before: study.before, after, effects, covariance, weights, unit })
}
