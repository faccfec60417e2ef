//! The jump at the cut-off: conventional, bias-corrected, and with the robust standard error of the corrected one.
//!
//! Calonico, Cattaneo, Titiunik (2014), Econometrica 82(6), 2295–2326; with covariates Calonico, Cattaneo, Farrell, Titiunik (2019), Review of
//! Economics and Statistics 101(3), 442–451.

use super::bandwidth::{Bandwidths, Choice, Half, Selector, Widths, choose};
use super::local::{Kernel, Polynomial, Window, chebyshev, chebyshev_sums};
use super::partial::{Combination, cross, factorial, ratio, sharp};
use super::result::{Estimate, Inference, Pair, SideFit, Three};
use super::side::{Nearest, Side};
use super::spec::{MassPoints, Sample, Spec};
use super::variance::{Variance, meat, residuals, weighted_row};
use super::warn;
use crate::{Frame, Matrix, Refusal};

/// One side with its windows and fits.
struct Fitted<'a> {
    side: &'a Side,
    nearest: Option<&'a Nearest>,
    narrow: Window,
    wide: Window,
    rows: usize,
    p: Polynomial,
    q: Polynomial,
    /// Chebyshev coefficients of each column, conventional and corrected.
    plain: Vec<Vec<f64>>,
    corrected: Vec<Vec<f64>>,
    /// Σ w T_k u^(p+1): what the next power adds to the right-hand side.
    lean: Vec<f64>,
    /// The functional that takes the next power's coefficient (of u = distance / h) out of Σ w_b T_k y.
    curve: Vec<f64>,
}

impl<'a> Fitted<'a> {
    fn new(half: &Half<'a>, kernel: Kernel, (p, q): (usize, usize), (h, b): (f64, f64)) -> Option<Self> {
        let side = half.side;
        let (narrow, wide) = (Window::new(side, kernel, h), Window::new(side, kernel, b));
        let (p, q) = (Polynomial::new(side, &narrow, p)?, Polynomial::new(side, &wide, q)?);
        let next = p.order + 1;
        let lean =
            chebyshev_sums(&side.distance[..narrow.n], h, p.order, |i| narrow.weights[i] * crate::maths::powi(side.distance[i] / h, next));
        let unit = crate::maths::powi(h / b, next);
        let curve: Vec<f64> = q.inverse.apply(&q.functional(next)).iter().map(|c| c * unit).collect();
        let tilt = p.solve(&lean);
        let plain: Vec<Vec<f64>> = side.columns.iter().map(|column| p.fit(side, &narrow, column)).collect();
        let corrected = plain
            .iter()
            .zip(&side.columns)
            .map(|(plain, column)| {
                let bend = crate::sums::dot(&curve, &q.right(side, &wide, column));
                plain.iter().zip(&tilt).map(|(c, t)| c - t * bend).collect()
            })
            .collect();
        let rows = narrow.n.max(wide.n);
        Some(Self { side, nearest: half.nearest, narrow, wide, rows, p, q, plain, corrected, lean, curve })
    }

    /// The derivative at the cut-off of every column.
    fn levels(&self, coefficients: &[Vec<f64>], derivative: usize) -> Vec<f64> {
        let unit = self.p.unit(self.side.sign, derivative) * factorial(derivative);
        coefficients.iter().map(|c| self.p.power(c, derivative) * unit).collect()
    }

    /// Covariances of the polynomial's coefficients for a combination of columns: conventional and robust, in the units of the data.
    fn covariances(&self, rule: Variance, combination: &Combination) -> (Matrix, Matrix) {
        let values = combination.of(self.side, self.rows);
        let with = (self.side, self.nearest);
        let k = self.p.order + 1;
        let plain = residuals(with, rule, (&self.p, &self.narrow), self.rows, &values);
        let middle = meat(self.side, rule, (k, k), &plain, |i, out| weighted_row(self.side, &self.narrow, i, out));
        let robust = if rule == Variance::Nn { plain } else { residuals(with, rule, (&self.q, &self.wide), self.rows, &values) };
        let wider = meat(self.side, rule, (k, self.q.order + 1), &robust, |i, out| self.corrected_row(i, out));
        let natural = |m: &Matrix| self.p.natural_covariance(self.side.sign, &self.p.sandwich(m));
        (natural(&middle), natural(&wider))
    }

    /// The row whose product with the outcome gives the corrected estimate.
    fn corrected_row(&self, i: usize, out: &mut [f64]) {
        weighted_row(self.side, &self.narrow, i, out);
        let mut basis = [0.0; 12];
        let basis = &mut basis[..self.curve.len()];
        chebyshev(self.side.distance[i] / self.wide.h, basis);
        let bend = self.wide.weight(i) * self.curve.iter().zip(&*basis).map(|(c, t)| c * t).sum::<f64>();
        out.iter_mut().zip(&self.lean).for_each(|(o, l)| *o -= l * bend);
    }

    fn clusters(&self) -> usize {
        let Some((codes, count)) = &self.side.clusters else { return 0 };
        let mut seen = vec![false; *count];
        codes[..self.rows].iter().for_each(|code| seen[*code as usize] = true);
        seen.iter().filter(|s| **s).count()
    }
}

/// Neighbours and halves, kept together so that windows can borrow them.
pub(super) fn nearest(sample: &Sample, rule: Variance, matches: usize) -> [Option<Nearest>; 2] {
    let find = |side| (rule == Variance::Nn).then(|| Nearest::new(side, matches));
    [find(&sample.left), find(&sample.right)]
}

/// The effect at the cut-off.
///
/// # Errors
/// A column that is missing or holds names, options that do not fit, a side without enough distinct scores, an outcome that decides no
/// bandwidth.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    spec.check()?;
    let sample = spec.sample(frame)?;
    estimate_sample(&sample, spec)
}

pub(super) fn estimate_sample(sample: &Sample, spec: &Spec) -> Result<Estimate, Refusal> {
    sides_filled(sample)?;
    let rule = spec.variance.resolved(spec.cluster.is_some());
    let nearest = nearest(sample, rule, spec.neighbours);
    let halves = [Half { side: &sample.left, nearest: nearest[0].as_ref() }, Half { side: &sample.right, nearest: nearest[1].as_ref() }];
    let bandwidths = match spec.bandwidth {
        Some(given) => given_bandwidths(spec, given.widths()),
        None => chosen_bandwidths(sample, &halves, spec, spec.selector)?,
    };
    let (p, q) = spec.orders();
    let few = || warn::too_few(&halves, spec, &bandwidths);
    let left = Fitted::new(&halves[0], spec.kernel, (p, q), (bandwidths.h.left, bandwidths.b.left)).ok_or_else(few)?;
    let right = Fitted::new(&halves[1], spec.kernel, (p, q), (bandwidths.h.right, bandwidths.b.right)).ok_or_else(few)?;
    assemble(sample, spec, bandwidths, rule, &left, &right)
}

pub(super) fn sides_filled(sample: &Sample) -> Result<(), Refusal> {
    if sample.left.len() == 0 || sample.right.len() == 0 {
        let (left, right) = (sample.left.len(), sample.right.len());
        return Err(Refusal::new(
            "one-sided",
            format!("カットオフの片側にしか行がありません（下{left}行、上{right}行）。カットオフと点数の列を確認してください。"),
            format!("rows are on one side of the cut-off only ({left} below, {right} above); look at the cut-off and the score"),
        ));
    }
    Ok(())
}

/// h as given; b as given, by the ratio, or as h.
fn given_bandwidths(spec: &Spec, h: Widths) -> Bandwidths {
    let b = spec.bias_bandwidth.map_or(h, super::spec::Given::widths);
    by_ratio(Bandwidths { h, b }, spec)
}

fn by_ratio(mut widths: Bandwidths, spec: &Spec) -> Bandwidths {
    if let (Some(ratio), None) = (spec.ratio, spec.bias_bandwidth) {
        widths.b = Widths { left: widths.h.left / ratio, right: widths.h.right / ratio };
    }
    widths
}

/// Rows and distinct scores of both sides decide the first bandwidth; the selector the rest.
pub(super) fn chosen_bandwidths(sample: &Sample, halves: &[Half<'_>; 2], spec: &Spec, selector: Selector) -> Result<Bandwidths, Refusal> {
    let (p, q) = spec.orders();
    let (pilot, least) = pilot(sample, spec);
    let fuzzy = spec.treatment.is_some();
    let complied = fuzzy && [&sample.left, &sample.right].iter().any(|side| constant(&side.columns[1]));
    let sharp = fuzzy && (complied || spec.sharp_bandwidth);
    let choice = Choice {
        order: p,
        bias_order: q,
        derivative: spec.derivative,
        kernel: spec.kernel,
        rule: spec.variance.resolved(spec.cluster.is_some()),
        fuzzy: fuzzy && !sharp,
        regularisation: spec.regularisation,
        restrict: spec.restrict,
        pilot,
        least,
    };
    let found = if sharp {
        let [left, right] = [without_treatment(&sample.left), without_treatment(&sample.right)];
        let bare = [Half { side: &left, nearest: halves[0].nearest }, Half { side: &right, nearest: halves[1].nearest }];
        choose(&bare, &choice, selector)
    } else {
        choose(halves, &choice, selector)
    };
    let found = found.filter(|w| [w.h.left, w.h.right, w.b.left, w.b.right].iter().all(|v| *v > 0.0 && v.is_finite()));
    let mut found = by_ratio(found.ok_or_else(|| warn::no_bandwidth(sample))?, spec);
    if let Some(b) = spec.bias_bandwidth {
        found.b = b.widths();
    }
    Ok(found)
}

fn without_treatment(side: &Side) -> Side {
    let mut bare = side.clone();
    bare.columns.remove(1);
    bare
}

fn constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// The first bandwidth: a constant of the kernel × min(sd, IQR / 1.349) × n^(−1/5), within the range, reaching enough distinct scores.
fn pilot(sample: &Sample, spec: &Spec) -> (f64, Widths) {
    let scores = &sample.scores;
    let deviation = crate::sums::deviation(scores);
    let quartiles = crate::sums::quantile_step(scores, 0.75) - crate::sums::quantile_step(scores, 0.25);
    // Where half of the rows share one score the quartiles say nothing.
    let spread = if quartiles > 0.0 { deviation.min(quartiles / 1.349) } else { deviation };
    let constant = match spec.kernel {
        Kernel::Triangular => 2.576,
        Kernel::Epanechnikov => 2.34,
        Kernel::Uniform => 1.843,
    };
    let (left, right) = (&sample.left, &sample.right);
    let n = match spec.mass_points {
        MassPoints::Adjust => left.distinct() + right.distinct(),
        MassPoints::Check | MassPoints::Off => scores.len(),
    };
    let mut pilot = constant * spread * crate::maths::pow(n as f64, -0.2);
    if spec.restrict {
        pilot = pilot.min(left.range().max(right.range()));
    }
    let lumpy = |side: &Side| 1.0 - side.distinct() as f64 / side.len() as f64 >= 0.2;
    let adjust = spec.mass_points == MassPoints::Adjust && (lumpy(left) || lumpy(right));
    let mut least = Widths { left: 0.0, right: 0.0 };
    if let Some(points) = spec.least_points.or(adjust.then_some(10)) {
        let margin = if spec.standardise { 1e-8 * deviation } else { 1e-8 };
        least = Widths { left: left.kth_distinct(points) + margin, right: right.kth_distinct(points) + margin };
        pilot = pilot.max(least.left).max(least.right);
    }
    (pilot, least)
}

fn assemble(
    sample: &Sample,
    spec: &Spec,
    bandwidths: Bandwidths,
    rule: Variance,
    left: &Fitted<'_>,
    right: &Fitted<'_>,
) -> Result<Estimate, Refusal> {
    let v = spec.derivative;
    let before = if spec.treatment.is_some() { 2 } else { 1 };
    let slopes = if left.side.columns.len() > before {
        let part = |fit: &Fitted<'_>| cross(fit.side, &fit.narrow, &fit.p, before).over(fit.narrow.h);
        part(left).plus(&part(right)).slopes().ok_or_else(warn::out_of_range)?
    } else {
        Matrix::zeros(0, before)
    };
    let levels = [left.levels(&left.plain, v), right.levels(&right.plain, v)];
    let corrected = [left.levels(&left.corrected, v), right.levels(&right.corrected, v)];
    let net = |levels: &[f64], j: usize| levels[j] - (0..slopes.rows()).map(|i| slopes[(i, j)] * levels[before + i]).sum::<f64>();
    let jump = |levels: &[Vec<f64>; 2], j: usize| net(&levels[1], j) - net(&levels[0], j);
    let difference: Vec<f64> = levels[1].iter().zip(&levels[0]).map(|(r, l)| r - l).collect();
    let mut shares = sharp(&slopes);
    let mut effect = [jump(&levels, 0), jump(&corrected, 0)];
    let mut bias = [0, 1].map(|s| net(&levels[s], 0) - net(&corrected[s], 0));
    let mut first_stage = None;
    if before == 2 {
        shares = ratio(&slopes, &difference);
        let lost = |j: usize| jump(&levels, j) - jump(&corrected, j);
        // A treatment that all have, or nobody, jumps by no more than rounding.
        if jump(&levels, 1).abs() <= 1e-10 * largest(&sample.left.columns[1], &sample.right.columns[1]) {
            return Err(warn::no_first_stage());
        }
        let main = effect[0] / jump(&levels, 1);
        effect = [main, main - shares[0] * lost(0) - shares[1] * lost(1)];
        bias = [0, 1].map(|s| {
            let part = |j: usize| net(&levels[s], j) - net(&corrected[s], j);
            shares[0] * part(0) + shares[1] * part(1)
        });
        let received: Vec<f64> = [0.0, 1.0].into_iter().chain((0..slopes.rows()).map(|i| -slopes[(i, 1)])).collect();
        let first = [jump(&levels, 1), jump(&corrected, 1)];
        first_stage = Some(three(spec, first, &Combination { shares: received }, rule, (left, right), 1.0).0);
    }
    let scale = spec.scale;
    let (three, covariances) = three(spec, effect.map(|e| e * scale), &Combination { shares }, rule, (left, right), scale.abs());
    let side = |at: usize, fit: &Fitted<'_>| {
        let mut side = side_fit(fit, [net(&levels[at], 0), net(&corrected[at], 0), bias[at]].map(|x| x * scale), &covariances[at]);
        if spec.mass_points == MassPoints::Off {
            // As the authors' software tells them when it does not look for shared scores.
            side.distinct = side.rows;
        }
        side
    };
    let out = Estimate {
        effect: three,
        first_stage,
        bandwidths,
        chosen_by: warn::chosen_by(spec),
        sides: Pair { left: side(0, left), right: side(1, right) },
        order: left.p.order,
        bias_order: left.q.order,
        derivative: v,
        kernel: spec.kernel,
        variance: rule,
        rule: rule.words().to_owned(),
        level: spec.level,
        clusters: spec.cluster.as_ref().map(|_| Pair { left: left.clusters(), right: right.clusters() }),
        slopes: (0..slopes.rows()).map(|i| slopes[(i, 0)]).collect(),
        collinear: sample.collinear.clone(),
        dropped: [sample.dropped, sample.dropped_weightless, sample.dropped_donut],
        warnings: Vec::new(),
    };
    finish(out, spec)
}

/// The greatest absolute value of two columns.
fn largest(left: &[f64], right: &[f64]) -> f64 {
    left.iter().chain(right).fold(0.0, |most, v| most.max(v.abs()))
}

fn finish(mut out: Estimate, spec: &Spec) -> Result<Estimate, Refusal> {
    let numbers = [out.effect.conventional, out.effect.robust];
    if numbers.iter().any(|i| !i.estimate.is_finite() || !i.standard_error.is_finite()) {
        return Err(if spec.treatment.is_some() && out.first_stage.is_some_and(|f| f.conventional.estimate.abs() < 1e-300) {
            warn::no_first_stage()
        } else {
            warn::out_of_range()
        });
    }
    out.warnings = warn::warnings(&out, spec);
    Ok(out)
}

/// The three inferences, and both sides' covariances.
fn three(
    spec: &Spec,
    [plain, corrected]: [f64; 2],
    combination: &Combination,
    rule: Variance,
    (left, right): (&Fitted<'_>, &Fitted<'_>),
    scale: f64,
) -> (Three, [(Matrix, Matrix); 2]) {
    let both = [left.covariances(rule, combination), right.covariances(rule, combination)];
    let v = spec.derivative;
    let unit = factorial(v) * scale;
    let error = |get: fn(&(Matrix, Matrix)) -> &Matrix| (get(&both[0])[(v, v)] + get(&both[1])[(v, v)]).max(0.0).sqrt() * unit;
    let (conventional, robust) = (error(|c| &c.0), error(|c| &c.1));
    let found = Three {
        conventional: Inference::normal(plain, conventional, spec.level),
        bias_corrected: Inference::normal(corrected, conventional, spec.level),
        robust: Inference::normal(corrected, robust, spec.level),
    };
    (found, both)
}

fn side_fit(fit: &Fitted<'_>, [limit, limit_corrected, bias]: [f64; 3], covariances: &(Matrix, Matrix)) -> SideFit {
    SideFit {
        rows: fit.side.len(),
        distinct: fit.side.distinct(),
        rows_h: fit.narrow.n,
        distinct_h: fit.side.groups_in(fit.narrow.n),
        rows_b: fit.wide.n,
        limit,
        limit_corrected,
        bias,
        coefficients: fit.plain.iter().map(|c| fit.p.natural(fit.side.sign, c)).collect(),
        covariance: covariances.0.to_rows(),
        covariance_robust: covariances.1.to_rows(),
    }
}
