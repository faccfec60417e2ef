//! The standard error that a plan leads to, as a product of named parts.

use super::pilot::Known;
use super::spec::{Design, Part, Score, Spec};
use crate::Matrix;
use crate::dist::{normal_cdf, normal_pdf, normal_quantile};
use crate::maths::{exp, powi};
use crate::notice::Refusal;

/// A plan's error and what it is made of.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub analysed: f64,
    pub clusters: Option<f64>,
    pub least_arm: f64,
    pub error: f64,
    pub freedom: f64,
    pub parts: Vec<Part>,
    pub rule: &'static str,
}

fn part(code: &'static str, ja: impl Into<String>, en: impl Into<String>, factor: f64) -> Part {
    Part { code, ja: ja.into(), en: en.into(), factor }
}

impl Planned {
    /// The error of `rows` planned rows.
    pub(super) fn of(spec: &Spec, known: &Known, rows: usize) -> Result<Self, Refusal> {
        let n = rows as f64;
        let analysed = n * (1.0 - spec.attrition);
        let mut parts = Vec::new();
        if spec.attrition > 0.0 {
            parts.push(part("attrition", "脱落", "attrition", 1.0 / (1.0 - spec.attrition)));
        }
        let rule = match known.unit {
            Some(unit) => {
                // Squared error × rows of the pilot, in units of an even comparison.
                parts.push(part(
                    "pilot",
                    "パイロットの分散（1行当たり）",
                    "the pilot's variance, by row",
                    unit / (4.0 * known.deviation * known.deviation),
                ));
                "the pilot's squared error times its rows over the rows planned"
            }
            None => designed(spec, known, &mut parts)?,
        };
        let clusters = known.cluster_size.map(|m| analysed / m);
        if let Some(size) = known.cluster_size.filter(|_| known.unit.is_none()) {
            // Eldridge, Ashby, Kerry (2006), equation 3.
            let effective = 1.0 + ((spec_spread(known) + 1.0) * size - 1.0) * known.intraclass;
            parts.push(part("clusters", "クラスター", "clusters", effective.max(1.0 - known.intraclass)));
        }
        if spec.compliance < 1.0 {
            parts.push(part("take-up", "処置の受け入れ", "take-up", 1.0 / (spec.compliance * spec.compliance)));
        }
        let factor: f64 = parts.iter().map(|p| p.factor).product();
        let error = known.deviation * (4.0 * factor / n).sqrt();
        let freedom = match (spec.design, clusters) {
            (Design::Matching | Design::Discontinuity, _) => f64::INFINITY,
            (Design::Comparison | Design::Panel, Some(count)) => count - 2.0,
            (Design::Comparison | Design::Panel, None) => analysed - 2.0,
        };
        if freedom < 1.0 || !(error > 0.0 && error.is_finite()) {
            return Err(Refusal::new(
                "small-plan",
                format!(
                    "計画が小さすぎます（使える行 {analysed:.1}、クラスター {:.1}）。行またはクラスターを増やしてください。",
                    clusters.unwrap_or(analysed)
                ),
                format!(
                    "the plan is too small ({analysed:.1} usable rows, {:.1} clusters): no degree of freedom is left",
                    clusters.unwrap_or(analysed)
                ),
            ));
        }
        let least_arm = analysed * spec.treated.min(1.0 - spec.treated);
        Ok(Self { analysed, clusters, least_arm, error, freedom, parts, rule })
    }
}

fn spec_spread(known: &Known) -> f64 {
    known.cluster_spread * known.cluster_spread
}

/// The parts of a design described by numbers.
fn designed(spec: &Spec, known: &Known, parts: &mut Vec<Part>) -> Result<&'static str, Refusal> {
    let (p, q) = (spec.treated, 1.0 - spec.treated);
    let explained = known.explained;
    if explained > 0.0 {
        parts.push(part("explained", "共変量が説明する分", "explained by covariates", 1.0 - explained));
    }
    let arms = part("arms", "群の大きさ", "sizes of the arms", 1.0 / (4.0 * p * q));
    Ok(match spec.design {
        Design::Comparison => {
            parts.push(arms);
            "difference of means; noncentral t with n - 2 (clusters - 2)"
        }
        Design::Panel => {
            parts.push(arms);
            let changes = known.change.unwrap_or_else(|| change_variance(spec));
            parts.push(part("changes", "前後の変化の分散", "variance of the change", changes));
            "difference of mean changes; noncentral t with n - 2 (clusters - 2)"
        }
        Design::Matching => {
            parts.push(part("overlap", "群の大きさと重なり", "sizes of the arms and their overlap", matching(spec) / 4.0));
            "effect on the treated; normal"
        }
        Design::Discontinuity => {
            parts.push(part("cut-off", "カットオフ付近に限ること", "only rows near the cut-off", jump(spec)? / 4.0));
            "local polynomial on each side; normal"
        }
    })
}

/// The variance of a unit's mean after minus its mean before, over the variance of one period: the unit's own part falls out, the rest
/// is AR(1) (Burlig, Preonas and Woerman 2020; with no autocorrelation Frison and Pocock 1992).
fn change_variance(spec: &Spec) -> f64 {
    let (m, r) = (spec.before, spec.after);
    let weight = |t: usize| if t < m { -1.0 / m as f64 } else { 1.0 / r as f64 };
    // The sum of weights at every distance of periods.
    let total = m + r;
    let mut power = 1.0;
    let mut sum = 0.0;
    for lag in 0..total {
        let pairs: f64 = (0..total - lag).map(|t| weight(t) * weight(t + lag)).sum();
        sum += pairs * power * if lag == 0 { 1.0 } else { 2.0 };
        power *= spec.autocorrelation;
    }
    (1.0 - spec.correlation) * sum
}

/// Rows × variance of the effect on the treated, in variances of the outcome, when the score's index is normal in both arms with means
/// `imbalance` apart: the weights' effective size is exp(−imbalance²) of the comparison rows. With M neighbours 1/M and 1 + 1/(2M) more
/// (Abadie and Imbens 2006, the moments of how often a row serves as a match).
fn matching(spec: &Spec) -> f64 {
    let (p, q) = (spec.treated, 1.0 - spec.treated);
    let apart = exp(spec.imbalance * spec.imbalance);
    match spec.neighbours.map(|m| m as f64) {
        None => 1.0 / p + apart / q,
        Some(m) => 1.0 / p + 1.0 / (p * m) + (1.0 + 1.0 / (2.0 * m)) * apart / q,
    }
}

/// Rows × variance of the jump, in variances of the outcome: for each side e′ Γ⁻¹ Ψ Γ⁻¹ e with Γ = ∫ K r r′ f, Ψ = ∫ K² r r′ f.
fn jump(spec: &Spec) -> Result<f64, Refusal> {
    let shape = Shape::of(spec);
    let both = [-1.0, 1.0].map(|sign| side(spec, &shape, sign));
    match both {
        [Some(left), Some(right)] => Ok(left + right),
        _ => Err(Refusal::new(
            "reach",
            "このバンド幅（reach）ではカットオフの片側に点数がほとんどありません。広げるか、採択割合を見直してください。",
            "with this reach a side of the cut-off has hardly any score; widen it or look at the share selected",
        )),
    }
}

/// Scores with mean 0 and standard deviation 1.
struct Shape {
    kind: Score,
    cutoff: f64,
}

/// Half the range of a uniform with standard deviation 1.
const HALF: f64 = 1.732_050_807_568_877_2;
/// Beyond this many standard deviations of the normal there is nobody.
const FAR: f64 = 9.0;

impl Shape {
    fn of(spec: &Spec) -> Self {
        let cutoff = match spec.score {
            Score::Normal => normal_quantile(1.0 - spec.treated),
            Score::Uniform => HALF * (1.0 - 2.0 * spec.treated),
        };
        Self { kind: spec.score, cutoff }
    }

    fn density(&self, x: f64) -> f64 {
        match self.kind {
            Score::Normal => normal_pdf(x),
            Score::Uniform => 0.5 / HALF,
        }
    }

    /// How far scores reach on a side.
    fn end(&self, sign: f64) -> f64 {
        match self.kind {
            Score::Normal => FAR - sign * self.cutoff,
            Score::Uniform => HALF - sign * self.cutoff,
        }
    }

    fn share(&self, sign: f64) -> f64 {
        match self.kind {
            Score::Normal => normal_cdf(-sign * self.cutoff),
            Score::Uniform => (HALF - sign * self.cutoff) / (2.0 * HALF),
        }
    }
}

const STEPS: usize = 2_000;

fn side(spec: &Spec, shape: &Shape, sign: f64) -> Option<f64> {
    let end = shape.end(sign);
    let width = spec.reach.map_or(end, |h| h.min(end));
    if width <= 0.0 || shape.share(sign) < 1e-9 {
        return None;
    }
    let k = spec.order + 1;
    let (mut gram, mut meat) = (Matrix::zeros(k, k), Matrix::zeros(k, k));
    let step = width / STEPS as f64;
    for i in 0..=STEPS {
        let u = i as f64 / STEPS as f64;
        let simpson = if i == 0 || i == STEPS { 1.0 } else { f64::from(2 + 2 * (i as u32 % 2)) };
        // Without a reach every row counts alike.
        let kernel = spec.reach.map_or(1.0, |h| spec.kernel.weight((u * width / h).min(1.0)));
        let mass = simpson * step / 3.0 * shape.density(shape.cutoff + sign * u * width);
        for a in 0..k {
            for b in 0..k {
                let both = mass * powi(u, a + b);
                gram[(a, b)] += kernel * both;
                meat[(a, b)] += kernel * kernel * both;
            }
        }
    }
    let inverse = gram.inverse_spd()?;
    let found = inverse.times(&meat).times(&inverse)[(0, 0)];
    (found > 0.0 && found.is_finite()).then_some(found)
}
