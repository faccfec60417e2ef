//! The wild cluster bootstrap with the null hypothesis imposed (WCR of Cameron, Gelbach and Miller 2008), by products of clusters rather than
//! of rows (Roodman, MacKinnon, Nielsen and Webb 2019): one draw costs G² multiplications, however many rows there are. The interval inverts
//! the test with the same draws.

use rayon::prelude::*;
use serde::Serialize;

use super::design::{Design, Dimension, Rows};
use super::levels::Levels;
use super::moments::{Moments, left};
use super::solve::Solved;
use super::spec::{Multiplier, Spec, Wild};
use crate::notice::Refusal;
use crate::random::Streams;

/// More clusters than this need no bootstrap.
const CLUSTERS: usize = 2_000;
/// Columns absorbed at once.
const TOGETHER: usize = 8;

/// The bootstrap of one coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WildResult {
    /// The coefficient.
    pub name: String,
    /// The value under the null hypothesis.
    pub null: f64,
    /// The t statistic of the sample, with CRV1 errors without small-sample factors.
    pub statistic: f64,
    /// The share of draws whose statistic is larger in size.
    pub p: f64,
    /// The lower end of the interval; none when the test never rejects on that side.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// How many draws there were.
    pub draws: usize,
    /// Whether they are all the sign changes that there are, rather than a random choice.
    pub enumerated: bool,
    /// What errors were multiplied by.
    pub multiplier: Multiplier,
}

/// What one draw amounts to for any null value β − d: the numerator n₀ + d n₁ over the root of q₀ + 2 d q₁ + d² q₂.
#[derive(Debug, Clone, Copy, Default)]
struct Draw {
    n: [f64; 2],
    q: [f64; 3],
}

impl Draw {
    fn statistic(&self, d: f64) -> f64 {
        let below = self.q[0] + 2.0 * d * self.q[1] + d * d * self.q[2];
        ((self.n[0] + d * self.n[1]) / below.max(0.0).sqrt()).abs()
    }
}

/// Bootstraps the coefficients asked for.
pub(super) fn wild(design: &Design<'_>, moments: &Moments, solved: &Solved, spec: &Spec, asked: &Wild) -> Result<Vec<WildResult>, Refusal> {
    let [dimension] = design.clusters.as_slice() else {
        return Err(Refusal::new(
            "wild-clusters",
            "ワイルド・ブートストラップには、クラスターの列をちょうど1つ指定してください。",
            "the wild bootstrap needs exactly one column of clusters",
        ));
    };
    if design.endogenous > 0 {
        return Err(Refusal::new(
            "wild-instruments",
            "ワイルド・ブートストラップは操作変数法では使えません。",
            "the wild bootstrap is not defined here with instruments",
        ));
    }
    if dimension.count > CLUSTERS || asked.draws == 0 || asked.draws > 10_000_000 {
        return Err(Refusal::new(
            "wild-size",
            format!(
                "ワイルド・ブートストラップは、クラスター{CLUSTERS}個まで、反復1回以上1000万回までです。クラスターが多ければ crv1 で十分です。"
            ),
            format!(
                "the wild bootstrap takes at most {CLUSTERS} clusters and between 1 and 10 million draws; with many clusters crv1 is good"
            ),
        ));
    }
    let place = |name: &String| {
        solved.kept.iter().position(|c| design.names[*c] == *name).ok_or_else(|| {
            Refusal::new("no-coefficient", format!("係数「{name}」がありません。"), format!("there is no coefficient \"{name}\""))
        })
    };
    let places = asked.coefficients.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    places.into_iter().map(|at| one(design, moments, solved, spec, asked, (dimension, at))).collect()
}

fn one(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    spec: &Spec,
    asked: &Wild,
    (dimension, at): (&Dimension, usize),
) -> Result<WildResult, Refusal> {
    let length = solved.bread[(at, at)];
    let residual = kernel(design, moments, solved, spec, dimension, (at, &solved.residual()))?;
    // What is left of the regressor given the others is its row of the inverse, brought to its own length.
    let own: Vec<(usize, f64)> = solved.kept.iter().enumerate().map(|(i, c)| (*c, solved.bread[(at, i)] / length)).collect();
    let regressor = kernel(design, moments, solved, spec, dimension, (at, &own))?;
    let (multipliers, enumerated) = multipliers(asked, dimension.count);
    let draws: Vec<Draw> = (0..multipliers.count)
        .into_par_iter()
        .map(|draw| {
            let v = multipliers.draw(draw);
            let (a, b) = (residual.times(&v), regressor.times(&v));
            Draw {
                n: [crate::sums::dot(&residual.numerator, &v), crate::sums::dot(&regressor.numerator, &v)],
                q: [crate::sums::dot(&a, &a), crate::sums::dot(&a, &b), crate::sums::dot(&b, &b)],
            }
        })
        .collect();
    let ones = vec![1.0; dimension.count];
    let error = crate::linear::norm(&residual.times(&ones));
    let beta = solved.beta[at];
    let p = |null: f64| share(&draws, beta - null, error);
    let alpha = 1.0 - spec.confidence;
    let end = |sign: f64| end_of(beta, sign * error, |null| p(null) > alpha);
    Ok(WildResult {
        name: design.names[solved.kept[at]].clone(),
        null: asked.null,
        statistic: (beta - asked.null) / error,
        p: p(asked.null),
        low: end(-1.0),
        high: end(1.0),
        draws: draws.len(),
        enumerated,
        multiplier: asked.multiplier,
    })
}

/// The share of draws whose statistic is larger than the sample's; one that is equal but for rounding is not.
fn share(draws: &[Draw], d: f64, error: f64) -> f64 {
    let own = (d / error).abs();
    draws.iter().filter(|draw| draw.statistic(d) > own * (1.0 + 1e-9)).count() as f64 / draws.len() as f64
}

/// Where the null hypothesis begins to be rejected, going from the estimate by steps of `step`; none when it is not within 2²⁰ of them.
fn end_of(beta: f64, step: f64, holds: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut inside, mut outside) = (0.0, 1.0);
    while holds(beta + outside * step) {
        inside = outside;
        outside *= 2.0;
        if outside > f64::from(1 << 20) {
            return None;
        }
    }
    for _ in 0..60 {
        let middle = f64::midpoint(inside, outside);
        if holds(beta + middle * step) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Some(beta + outside * step)
}

/// How one column of errors, multiplied cluster by cluster, moves the coefficient and the scores of the clusters.
struct Kernel {
    /// Σ over the rows of a cluster of weight, projected regressor and error.
    numerator: Vec<f64>,
    /// Row g: how cluster h's errors enter the score of cluster g.
    scores: crate::linear::Matrix,
}

impl Kernel {
    fn times(&self, v: &[f64]) -> Vec<f64> {
        self.scores.apply(v)
    }
}

type Target<'a> = (usize, &'a [(usize, f64)]);

fn kernel(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    spec: &Spec,
    dimension: &Dimension,
    (at, errors): Target<'_>,
) -> Result<Kernel, Refusal> {
    let (g, k) = (dimension.count, solved.kept.len());
    let mut numerator = vec![0.0; g];
    // By cluster: Σ w z x and Σ w x e, with z the row of the inverse times the regressors.
    let (mut zx, mut xe) = (crate::linear::Matrix::zeros(k, g), crate::linear::Matrix::zeros(k, g));
    let mut error_rows = vec![0.0; design.keep.len()];
    let mut z_rows = vec![0.0; design.keep.len()];
    for block in 0..design.blocks.len() {
        let rows = left(design, &moments.absorbed.levels, block)?;
        for (i, row) in rows.rows.iter().enumerate() {
            let cluster = dimension.codes[*row as usize] as usize;
            let e: f64 = errors.iter().map(|(c, share)| share * rows.columns[*c][i]).sum();
            let z: f64 = solved.kept.iter().enumerate().map(|(j, c)| solved.bread[(at, j)] * rows.columns[*c][i]).sum();
            let w = rows.weight(i);
            numerator[cluster] += w * z * e;
            for (j, c) in solved.kept.iter().enumerate() {
                zx[(j, cluster)] += w * z * rows.columns[*c][i];
                xe[(j, cluster)] += w * rows.columns[*c][i] * e;
            }
            (error_rows[*row as usize], z_rows[*row as usize]) = (e, z);
        }
    }
    let mut scores = zx.transpose().times(&solved.bread.times(&xe)).scaled(-1.0);
    (0..g).for_each(|cluster| scores[(cluster, cluster)] += numerator[cluster]);
    if !design.effects.is_empty() {
        absorbed(design, moments, spec, dimension, (&error_rows, &z_rows), &mut scores)?;
    }
    Ok(Kernel { numerator, scores })
}

/// Errors of one cluster alone are not free of the fixed effects that reach into others: what those absorb is taken from the scores.
fn absorbed(
    design: &Design<'_>,
    moments: &Moments,
    spec: &Spec,
    dimension: &Dimension,
    (e, z): (&[f64], &[f64]),
    scores: &mut crate::linear::Matrix,
) -> Result<(), Refusal> {
    let counts: Vec<usize> = design.effects.iter().map(|effect| effect.count).collect();
    let used: Vec<u32> = (0..design.keep.len()).filter(|row| design.keep[*row]).map(|row| row as u32).collect();
    for start in (0..dimension.count).step_by(TOGETHER) {
        let width = TOGETHER.min(dimension.count - start);
        let mut columns = vec![vec![0.0; used.len()]; width];
        let mut weights = Vec::new();
        for (i, row) in used.iter().enumerate() {
            let cluster = dimension.codes[*row as usize] as usize;
            if (start..start + width).contains(&cluster) {
                columns[cluster - start][i] = e[*row as usize];
            }
            if !moments.weights.is_empty() {
                weights.push(moments.weights[*row as usize]);
            }
        }
        let rows = Rows { columns, weights, rows: used.clone() };
        let mut sums = Levels::zeros(&counts, width);
        sums.add(&design.effects, std::slice::from_ref(&rows));
        let sizes: Vec<f64> = rows.columns.iter().map(|c| (0..c.len()).map(|i| rows.weight(i) * c[i] * c[i]).sum()).collect();
        let found = moments.absorber.solve(&sums, &sizes, spec.tolerance.max(1e-12), spec.iterations)?;
        for (i, row) in used.iter().enumerate() {
            let cluster = dimension.codes[*row as usize] as usize;
            let weight = rows.weight(i) * z[*row as usize];
            for (theta, effect) in found.levels.by_effect.iter().zip(&design.effects) {
                let theta = &theta[effect.codes[*row as usize] as usize * width..][..width];
                theta.iter().enumerate().for_each(|(h, t)| scores[(cluster, start + h)] -= weight * t);
            }
        }
    }
    Ok(())
}

/// The multipliers of every draw.
struct Multipliers {
    count: usize,
    clusters: usize,
    enumerated: bool,
    kind: Multiplier,
    streams: Streams,
}

fn multipliers(asked: &Wild, clusters: usize) -> (Multipliers, bool) {
    let all = 1_usize.checked_shl(u32::try_from(clusters).unwrap_or(u32::MAX)).filter(|_| clusters < 40);
    let enumerated = asked.multiplier == Multiplier::Rademacher && all.is_some_and(|all| all <= asked.draws);
    let count = all.filter(|_| enumerated).unwrap_or(asked.draws);
    (Multipliers { count, clusters, enumerated, kind: asked.multiplier, streams: Streams::new(asked.seed) }, enumerated)
}

impl Multipliers {
    fn draw(&self, index: usize) -> Vec<f64> {
        if self.enumerated {
            return (0..self.clusters).map(|cluster| if index >> cluster & 1 == 0 { 1.0 } else { -1.0 }).collect();
        }
        let mut stream = self.streams.stream(index as u64);
        let six = [-1.5_f64.sqrt(), -1.0, -0.5_f64.sqrt(), 0.5_f64.sqrt(), 1.0, 1.5_f64.sqrt()];
        (0..self.clusters)
            .map(|_| match self.kind {
                Multiplier::Rademacher => stream.sign(),
                Multiplier::Webb => six[stream.below(6)],
                Multiplier::Mammen => stream.mammen(),
            })
            .collect()
    }
}
