//! From scores to variances: the sandwich, its small-sample factors, and the number of parameters.

use std::sync::Arc;

use super::design::{Design, Dimension};
use super::scores::{self, Leverage, Meat, Mix, Scores};
use super::source::Grouper;
use super::spec::{ClusterCount, CountEffects, Errors, Spec, WeightKind};
use super::{jackknife, moments::Moments, solve::Solved};
use crate::frame::Column;
use crate::linear::Matrix;
use crate::notice::{Refusal, Warning};

/// At most so many levels beside the largest effect when exact leverages are asked for.
const LEVELS_FOR_LEVERAGE: usize = 1_200;

/// The variance of the coefficients and what it was corrected by.
pub(super) struct Variance {
    pub(super) matrix: Matrix,
    pub(super) squares: f64,
    pub(super) gradient: Vec<f64>,
    /// Parameters counted in the correction.
    pub(super) parameters: f64,
    /// Degrees of freedom of the t distribution.
    pub(super) freedom: f64,
    pub(super) factor: f64,
    /// Which fixed effects lie within clusters.
    pub(super) nested: Vec<bool>,
    pub(super) words: (String, String),
    pub(super) warnings: Vec<Warning>,
}

/// The cluster dimensions with the sign of each: one, or two and minus both together.
pub(super) fn dimensions(design: &Design<'_>) -> Vec<(f64, Dimension)> {
    match design.clusters.as_slice() {
        [a, b] => vec![(1.0, a.clone()), (1.0, b.clone()), (-1.0, both(a, b))],
        others => others.iter().map(|d| (1.0, d.clone())).collect(),
    }
}

fn both(a: &Dimension, b: &Dimension) -> Dimension {
    let mut grouper = Grouper::default();
    for (x, y) in a.codes.iter().zip(b.codes.iter()) {
        // Products of two counts of rows stay below 2⁶⁴, but not below 2⁵³: beyond that, far beyond any memory, pairs could be confused.
        let pair = f64::from(*x) * b.count as f64 + f64::from(*y);
        grouper.push(if *x == Column::MISSING { f64::NAN } else { pair });
    }
    let groups = grouper.finish();
    Dimension { name: format!("{}^{}", a.name, b.name), count: groups.count(), codes: Arc::new(groups.codes) }
}

/// Whether each fixed effect lies within the clusters of some dimension.
fn nested(design: &Design<'_>) -> Vec<bool> {
    let within = |effect: &Dimension, cluster: &Dimension| {
        let mut of = vec![Column::MISSING; effect.count];
        effect.codes.iter().zip(cluster.codes.iter()).filter(|(e, _)| **e != Column::MISSING).all(|(e, c)| {
            let known = &mut of[*e as usize];
            *known = if *known == Column::MISSING { *c } else { *known };
            *known == *c
        })
    };
    design.effects.iter().map(|effect| design.clusters.iter().any(|cluster| within(effect, cluster))).collect()
}

/// How many parameters the fixed effects are: all levels less one for each further effect; of nested ones only one together, as fixest
/// counts them.
fn effect_parameters(design: &Design<'_>, count: CountEffects, nested: &[bool]) -> f64 {
    let all: usize = design.effects.iter().map(|e| e.count).sum();
    let all = (all as f64) - (design.effects.len().saturating_sub(1) as f64);
    match count {
        CountEffects::None => 0.0,
        CountEffects::All => all,
        CountEffects::Nonnested => {
            let within = design.effects.iter().zip(nested).filter(|(_, nested)| **nested);
            all - within.map(|(e, _)| e.count as f64 - 1.0).sum::<f64>()
        }
    }
}

/// How many observations there are: rows, or the sum of frequency weights.
pub(super) fn observations(design: &Design<'_>, moments: &Moments) -> f64 {
    match design.weight_kind {
        WeightKind::Analytic => design.rows as f64,
        WeightKind::Frequency => moments.mass,
    }
}

/// Counts the errors as asked.
pub(super) fn variance(design: &Design<'_>, moments: &Moments, solved: &Solved, spec: &Spec) -> Result<Variance, Refusal> {
    let errors = spec.counted();
    let clustered = errors.clustered();
    let nested = if clustered { nested(design) } else { vec![false; design.effects.len()] };
    let n = observations(design, moments);
    let parameters = solved.kept.len() as f64 + effect_parameters(design, spec.small_sample.fixed_effects, &nested);
    let all = solved.kept.len() as f64 + effect_parameters(design, CountEffects::All, &nested);
    if n - all < 1.0 {
        return Err(too_few(n, all));
    }
    let dimensions = if clustered { dimensions(design) } else { Vec::new() };
    let smallest = design.clusters.iter().map(|d| d.count).min().unwrap_or(0);
    if clustered && smallest < 2 {
        return Err(one_cluster());
    }
    let mut warnings = Vec::new();
    let (matrix, scores) = sandwich(design, moments, solved, (errors, spec), &dimensions, &mut warnings)?;
    let own = if spec.small_sample.parameters { (n - 1.0) / (n - parameters) } else { 1.0 };
    let group = |count: f64| if spec.small_sample.clusters && count > 1.0 { count / (count - 1.0) } else { 1.0 };
    let (matrix, factor) = match errors {
        Errors::Iid => (matrix.scaled(scores.squares / (n - 1.0)), own),
        Errors::Hc1 | Errors::Hc2 | Errors::Hc3 => (matrix, if spec.small_sample.parameters { n / (n - parameters) } else { 1.0 }),
        Errors::Crv1 | Errors::Crv3 => (matrix, own * group(smallest as f64)),
    };
    let matrix = positive(matrix.scaled(factor), &mut warnings);
    let freedom = if clustered { smallest as f64 - 1.0 } else { n - all };
    let words = words(errors, spec, n, parameters, smallest);
    Ok(Variance { matrix, squares: scores.squares, gradient: scores.gradient, parameters, freedom, factor, nested, words, warnings })
}

/// The sandwich without its small-sample factor; for iid the bread alone.
fn sandwich(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    (errors, spec): (Errors, &Spec),
    dimensions: &[(f64, Dimension)],
    warnings: &mut Vec<Warning>,
) -> Result<(Matrix, Scores), Refusal> {
    let levels = &moments.absorbed.levels;
    let residual: Mix = solved.residual();
    let pass = |meat: &Meat<'_>| scores::pass(design, levels, &solved.projected, &residual, meat);
    let around = |meat: &Matrix| solved.bread.times(meat).times(&solved.bread);
    match errors {
        Errors::Iid => Ok((solved.bread.clone(), pass(&Meat::None)?)),
        Errors::Hc1 => pass(&Meat::Rows(None)).map(|s| (around(&s.meat[0]), s)),
        Errors::Hc2 | Errors::Hc3 => {
            let leverage = leverage(design, moments, solved, if errors == Errors::Hc2 { 1 } else { 2 })?;
            let scores = pass(&Meat::Rows(Some(leverage)))?;
            if scores.full > 0 {
                warnings.push(full_leverage(scores.full));
            }
            Ok((around(&scores.meat[0]), scores))
        }
        Errors::Crv1 => {
            let only: Vec<Dimension> = dimensions.iter().map(|(_, d)| d.clone()).collect();
            let scores = pass(&Meat::Clusters(&only))?;
            let weigh = |(meat, (sign, d)): (&Matrix, &(f64, Dimension))| meat.clone().scaled(sign * relative(d, design, spec));
            let meat =
                scores.meat.iter().zip(dimensions).map(weigh).fold(Matrix::zeros(solved.kept.len(), solved.kept.len()), |a, b| a.plus(&b));
            Ok((around(&meat), scores))
        }
        Errors::Crv3 => {
            let k = solved.kept.len();
            let mut total = Matrix::zeros(k, k);
            for (sign, dimension) in dimensions {
                let one = jackknife::variance(design, moments, solved, dimension, spec)?;
                total = total.plus(&one.scaled(*sign * relative(dimension, design, spec)));
            }
            Ok((total, pass(&Meat::None)?))
        }
    }
}

/// A dimension's G / (G − 1) relative to that of the smallest, when each uses its own.
fn relative(dimension: &Dimension, design: &Design<'_>, spec: &Spec) -> f64 {
    let smallest = design.clusters.iter().map(|d| d.count).min().unwrap_or(2) as f64;
    let own = dimension.count as f64;
    match spec.small_sample.cluster_count {
        ClusterCount::Own if spec.small_sample.clusters => own / (own - 1.0) / (smallest / (smallest - 1.0)),
        ClusterCount::Own | ClusterCount::Smallest => 1.0,
    }
}

fn leverage<'a>(design: &Design<'_>, moments: &Moments, solved: &'a Solved, power: usize) -> Result<Leverage<'a>, Refusal> {
    if design.endogenous > 0 {
        return Err(Refusal::new(
            "leverage-of-instruments",
            "操作変数法では HC2・HC3 を使えません。hc1 か crv1 を指定してください。",
            "HC2 and HC3 are not defined with instruments; use hc1 or crv1",
        ));
    }
    let effects = if design.effects.is_empty() {
        Vec::new()
    } else {
        moments.absorber.leverage(&design.effects, &moments.weights, LEVELS_FOR_LEVERAGE).ok_or_else(too_many_levels)?
    };
    Ok(Leverage { bread: &solved.bread, effects, power })
}

/// A variance that is not positive semi-definite, which two-way clustering may give, has its negative eigenvalues set to zero (Cameron,
/// Gelbach and Miller 2011, section 2.3).
fn positive(matrix: Matrix, warnings: &mut Vec<Warning>) -> Matrix {
    let k = matrix.rows();
    let scale: Vec<f64> = matrix.diagonal().iter().map(|d| if *d > 0.0 { d.sqrt() } else { 1.0 }).collect();
    let even = Matrix::from_fn(k, k, |i, j| matrix[(i, j)] / (scale[i] * scale[j]));
    let Some((values, vectors)) = even.eigen_symmetric() else { return matrix };
    if values.iter().all(|v| *v > -1e-9) {
        return matrix;
    }
    warnings.push(Warning::note(
        "variance-not-positive",
        "2方向クラスターの分散行列が正定値でなかったため、負の固有値をゼロにしました。",
        "the two-way clustered variance was not positive; its negative eigenvalues were set to zero",
    ));
    let scaled = Matrix::from_fn(k, k, |i, j| vectors[(i, j)] * values[j].max(0.0));
    let mended = scaled.times(&vectors.transpose());
    Matrix::from_fn(k, k, |i, j| mended[(i, j)] * scale[i] * scale[j])
}

fn words(errors: Errors, spec: &Spec, n: f64, parameters: f64, clusters: usize) -> (String, String) {
    let effects = match spec.small_sample.fixed_effects {
        CountEffects::Nonnested => ("クラスターに含まれる固定効果はまとめて1個", "fixed effects nested in clusters count as one together"),
        CountEffects::All => ("固定効果をすべて数える", "all fixed effects count"),
        CountEffects::None => ("固定効果を数えない", "fixed effects do not count"),
    };
    let words = if spec.small_sample.parameters {
        (format!("(n−1)/(n−K)、n={n}、K={parameters}（{}）", effects.0), format!("(n-1)/(n-K) with n={n}, K={parameters} ({})", effects.1))
    } else {
        ("パラメーター数の補正なし".to_owned(), "no correction for parameters".to_owned())
    };
    let group = if spec.small_sample.clusters {
        (format!("G/(G−1)、G={clusters}"), format!("G/(G-1) with G={clusters}"))
    } else {
        ("クラスター数の補正なし".to_owned(), "no correction for the number of clusters".to_owned())
    };
    match errors {
        Errors::Iid => (format!("残差平方和/(n−1)×{}", words.0), format!("residual squares/(n-1) times {}", words.1)),
        Errors::Hc1 | Errors::Hc2 | Errors::Hc3 => {
            let own = |text: &str| text.replacen("(n−1)", "n", 1).replacen("(n-1)", "n", 1);
            (own(&words.0), own(&words.1))
        }
        Errors::Crv1 | Errors::Crv3 => (format!("{}×{}", words.0, group.0), format!("{} times {}", words.1, group.1)),
    }
}

fn too_few(n: f64, parameters: f64) -> Refusal {
    Refusal::new(
        "too-few-rows",
        format!("行数{n}に対してパラメーターが{parameters}個あり、誤差を見積もれません。説明変数か固定効果を減らしてください。"),
        format!("{n} observations for {parameters} parameters leave nothing to judge errors by; use fewer regressors or fixed effects"),
    )
}

fn one_cluster() -> Refusal {
    Refusal::new(
        "one-cluster",
        "クラスターが1つしかないため、クラスター内の相関を許す標準誤差は計算できません。別の列を指定してください。",
        "there is only one cluster; name another column to cluster by",
    )
}

fn too_many_levels() -> Refusal {
    Refusal::new(
        "leverage-too-large",
        format!(
            "固定効果の水準が多く（最大のものを除いて{LEVELS_FOR_LEVERAGE}超）、HC2・HC3 のてこ比を正確に計算できません。hc1 か crv1 を指定してください。"
        ),
        format!(
            "the fixed effects beside the largest have more than {LEVELS_FOR_LEVERAGE} levels, too many for exact leverages; use hc1 or crv1"
        ),
    )
}

fn full_leverage(rows: usize) -> Warning {
    Warning::note(
        "full-leverage",
        format!("{rows}行は自分だけで当てはまる（てこ比1）ため、HC2・HC3 の和から除きました。"),
        format!("{rows} row(s) fit themselves alone (leverage one) and were left out of the HC2/HC3 sum"),
    )
}
