//! Least squares with any number of fixed effects, weights, instruments, and errors counted as the design asks.
//!
//! Fixed effects: Guimarães and Portugal (2010), Correia (2016). Errors: White (1980), MacKinnon and White (1985), Liang and Zeger (1986),
//! Cameron, Gelbach and Miller (2008, 2011), MacKinnon, Nielsen and Webb (2023). Small-sample factors as fixest and pyfixest have them.
//! The rows are gone over three times and never copied as a whole, so that a file larger than memory will do.

mod absorb;
mod design;
mod first_stage;
mod jackknife;
mod levels;
mod leverage;
mod moments;
mod result;
mod sample;
mod scores;
mod solve;
mod source;
mod spec;
mod terms;
mod variance;
mod wild;

use crate::dist;
use crate::frame::Frame;
use crate::linear::Matrix;
use crate::notice::{Refusal, Warning};
use design::Design;
use moments::Moments;
use solve::Solved;
use variance::Variance;

pub use design::Dropped;
pub use first_stage::{FirstStage, Instruments, Test};
pub use result::{Clusters, Coefficient, Effect, Estimate, Fit, Rule};
pub use source::{Grouper, Groups, Keys, Source, blocks};
pub use spec::{ClusterCount, CountEffects, Errors, Multiplier, Singletons, SmallSample, Spec, WeightKind, Wild};
pub use terms::columns;
pub use wild::WildResult;

/// Fewer clusters than this block the headline: clustered errors are too small then (Cameron, Gelbach and Miller 2008).
const FEW: usize = 20;
/// Fewer than this are worth a note.
const SOME: usize = 42;

/// Estimates a regression over a frame.
///
/// # Errors
/// What is asked for is not there or cannot be answered; the refusal says why and what to do.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    estimate_from(frame, spec)
}

/// Estimates a regression over rows that are read block by block.
///
/// # Errors
/// As [`estimate`], and what reading refuses.
pub fn estimate_from(source: &dyn Source, spec: &Spec) -> Result<Estimate, Refusal> {
    sensible(spec)?;
    let design = Design::new(source, spec)?;
    let moments = Moments::of(&design, spec)?;
    let mut solved = solve::solve(&design, &moments)?;
    if solved.kept.is_empty() {
        return Err(nothing_left(&design, &solved));
    }
    let variance = settled(&design, &moments, &mut solved, spec)?;
    let mut warnings = few_clusters(&design, spec);
    warnings.extend(variance.warnings.iter().cloned());
    let instruments = if design.endogenous == 0 {
        None
    } else {
        let (instruments, weak) = first_stage::instruments(&design, &moments, &solved, &variance, spec)?;
        warnings.extend(weak);
        Some(instruments)
    };
    let wild = match &spec.wild {
        None => Vec::new(),
        Some(asked) => wild::wild(&design, &moments, &solved, spec, asked)?,
    };
    Ok(told(&design, &moments, &solved, &variance, spec, (instruments, wild, warnings)))
}

/// The variance at the solution. When the score there is not zero but for rounding, the solution is corrected by it and the rows are gone over
/// again: the corrected semi-normal equations of Björck (1987), which are as exact as an orthogonal decomposition.
fn settled(design: &Design<'_>, moments: &Moments, solved: &mut Solved, spec: &Spec) -> Result<Variance, Refusal> {
    let mut variance = variance::variance(design, moments, solved, spec)?;
    for _ in 0..3 {
        let step = solved.bread.apply(&variance.gradient);
        let errors = variance.matrix.diagonal();
        let far = step.iter().zip(&solved.beta).zip(&errors).any(|((s, b), v)| s.abs() > 1e-11 * (b.abs() + v.max(0.0).sqrt()));
        solved.beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if !far {
            break;
        }
        variance = variance::variance(design, moments, solved, spec)?;
    }
    Ok(variance)
}

type Extras = (Option<Instruments>, Vec<WildResult>, Vec<Warning>);

fn told(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    variance: &Variance,
    spec: &Spec,
    (instruments, wild, mut warnings): Extras,
) -> Estimate {
    let fit = fit(design, moments, solved, variance.squares);
    if instruments.is_none() && fit.r2 > 1.0 - 1e-12 {
        warnings.push(Warning::note(
            "perfect-fit",
            "結果が説明変数でほぼ完全に説明されています（決定係数1）。結果そのもの、またはそれから計算した列が説明変数に入っていないか確認してください。標準誤差に意味はありません。",
            "the regressors explain the outcome without remainder (R² of 1); see whether the outcome, or a column computed from it, is among them. The standard errors mean nothing",
        ));
    }
    let (beta, matrix) = unshifted(design, solved, &variance.matrix);
    let t = dist::t_quantile(f64::midpoint(1.0, spec.confidence), variance.freedom);
    let coefficient = |(i, column): (usize, &usize)| {
        let (estimate, standard_error) = (beta[i], matrix[(i, i)].max(0.0).sqrt());
        let statistic = estimate / standard_error;
        Coefficient {
            name: design.names[*column].clone(),
            estimate,
            standard_error,
            statistic,
            p: dist::t_p(statistic, variance.freedom),
            low: estimate - t * standard_error,
            high: estimate + t * standard_error,
        }
    };
    Estimate {
        coefficients: solved.kept.iter().enumerate().map(coefficient).collect(),
        covariance: matrix.to_rows(),
        errors: spec.counted(),
        small_sample: Rule {
            factor: variance.factor,
            parameters: variance.parameters,
            degrees_of_freedom: variance.freedom,
            ja: variance.words.0.clone(),
            en: variance.words.1.clone(),
        },
        observations: variance::observations(design, moments),
        rows: design.rows,
        dropped: design.dropped,
        fixed_effects: design
            .effects
            .iter()
            .zip(&variance.nested)
            .map(|(e, nested)| Effect { name: e.name.clone(), levels: e.count, nested: *nested })
            .collect(),
        clusters: design.clusters.iter().map(|c| Clusters { name: c.name.clone(), count: c.count }).collect(),
        collinear: solved.collinear.iter().map(|c| design.names[*c].clone()).collect(),
        fit,
        absorption_steps: moments.absorbed.steps,
        instruments,
        wild,
        warnings,
    }
}

/// With an intercept the columns were shifted; the intercept takes the shifts back.
fn unshifted(design: &Design<'_>, solved: &Solved, variance: &Matrix) -> (Vec<f64>, Matrix) {
    let (mut beta, k) = (solved.beta.clone(), solved.kept.len());
    if !design.has_intercept() || solved.kept.first() != Some(&1) {
        return (beta, variance.clone());
    }
    let shift = design.shift();
    let mut change = Matrix::identity(k);
    for (j, column) in solved.kept.iter().enumerate().skip(1) {
        beta[0] -= shift[*column] * solved.beta[j];
        change[(0, j)] = -shift[*column];
    }
    beta[0] += shift[0];
    (beta, change.times(variance).times(&change.transpose()))
}

fn fit(design: &Design<'_>, moments: &Moments, solved: &Solved, squares: f64) -> Fit {
    let n = variance::observations(design, moments);
    let absorbs = !design.effects.is_empty();
    let total = if absorbs || design.has_intercept() { moments.about_mean(0) } else { moments.squares[0] };
    let effects: usize = design.effects.iter().map(|e| e.count).sum();
    let parameters = solved.kept.len() as f64 + effects as f64 - design.effects.len().saturating_sub(1) as f64;
    let centred = f64::from(u8::from(absorbs || design.has_intercept()));
    let r2 = 1.0 - squares / total;
    Fit {
        residual_squares: squares,
        rmse: (squares / n).sqrt(),
        r2,
        adjusted_r2: 1.0 - (1.0 - r2) * (n - centred) / (n - parameters),
        within_r2: absorbs.then(|| 1.0 - squares / moments.gram[(0, 0)]),
    }
}

fn few_clusters(design: &Design<'_>, spec: &Spec) -> Vec<Warning> {
    if !spec.counted().clustered() {
        return Vec::new();
    }
    let few = design.clusters.iter().filter(|c| c.count < SOME).map(|c| {
        let (name, count) = (&c.name, c.count);
        let ja = format!("「{name}」のクラスターが{count}個しかありません。通常の t 検定は甘くなりすぎます。ワイルド・ブートストラップか crv3 で確かめてください。");
        let en = format!("there are only {count} clusters of \"{name}\": t tests reject too often; look at the wild bootstrap or at crv3");
        if count < FEW && spec.wild.is_none() { Warning::blocking("few-clusters", ja, en) } else { Warning::note("few-clusters", ja, en) }
    });
    few.collect()
}

fn sensible(spec: &Spec) -> Result<(), Refusal> {
    let say = |code, ja: &str, en: &str| Err(Refusal::new(code, ja, en));
    if !(spec.confidence > 0.0 && spec.confidence < 1.0) {
        return say(
            "confidence",
            "信頼水準は0と1の間で指定してください（例: 0.95）。",
            "the level of confidence lies between 0 and 1, for example 0.95",
        );
    }
    if !(spec.tolerance > 0.0 && spec.tolerance < 0.01) {
        return say("tolerance", "許容誤差は0より大きく0.01より小さくしてください。", "the tolerance is above 0 and below 0.01");
    }
    if spec.counted().clustered() && !(1..=2).contains(&spec.clusters.len()) {
        return say(
            "clusters",
            "crv1・crv3 には、クラスターの列を1つか2つ指定してください。",
            "crv1 and crv3 need one or two columns of clusters",
        );
    }
    if !spec.endogenous.is_empty() && spec.instruments.is_empty() {
        return say("instruments", "内生変数には操作変数が必要です。", "endogenous regressors need instruments");
    }
    if spec.endogenous.is_empty() && !spec.instruments.is_empty() {
        return say(
            "endogenous",
            "操作変数がありますが、内生変数が指定されていません。",
            "there are instruments but no endogenous regressor",
        );
    }
    Ok(())
}

fn nothing_left(design: &Design<'_>, solved: &Solved) -> Refusal {
    let names: Vec<&str> = solved.collinear.iter().map(|c| design.names[*c].as_str()).collect();
    let names = names.join(", ");
    Refusal::new(
        "nothing-left",
        format!("推定できる係数がありません。説明変数（{names}）は、固定効果に吸収されるか、ほかの列と重なっています。"),
        format!("no coefficient can be estimated: the regressors ({names}) are absorbed by the fixed effects or depend on each other"),
    )
}
