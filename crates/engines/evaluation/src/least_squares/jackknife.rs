//! CRV3: the jackknife that leaves out one cluster at a time (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023), about the full
//! sample's coefficients.

use rayon::prelude::*;

use super::design::{Design, Dimension};
use super::moments::{Moments, Tally, each_window, left};
use super::solve::{Solved, inverse};
use super::spec::Spec;
use crate::frame::Column;
use crate::linear::Matrix;
use crate::notice::Refusal;

/// Rows times clusters up to which the fixed effects are absorbed anew without each cluster.
const AFFORDABLE: usize = 4_000_000_000;

/// Σ (β₍g₎ − β)(β₍g₎ − β)′. The textbook's factor is (G − 1)/G; pyfixest's, followed here, is that of CRV1, slightly larger.
pub(super) fn variance(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    dimension: &Dimension,
    spec: &Spec,
) -> Result<Matrix, Refusal> {
    let within = design.effects.iter().all(|effect| lies_within(effect, dimension));
    let betas = if within { from_products(design, moments, solved, dimension)? } else { anew(design, solved, dimension, spec)? };
    let k = solved.kept.len();
    let mut tally = Tally::default();
    for beta in &betas {
        let away: Vec<f64> = beta.iter().zip(&solved.beta).map(|(b, all)| b - all).collect();
        let outer: Vec<f64> = (0..k * k).map(|at| away[at / k] * away[at % k]).collect();
        tally.add(&outer);
    }
    let sums = tally.get();
    Ok(Matrix::from_fn(k, k, |i, j| sums.get(i * k + j).copied().unwrap_or(0.0)))
}

fn lies_within(effect: &Dimension, cluster: &Dimension) -> bool {
    let mut of = vec![Column::MISSING; effect.count];
    effect.codes.iter().zip(cluster.codes.iter()).filter(|(e, _)| **e != Column::MISSING).all(|(e, c)| {
        let known = &mut of[*e as usize];
        *known = if *known == Column::MISSING { *c } else { *known };
        *known == *c
    })
}

/// When every fixed effect lies within the clusters, leaving one out takes its products from the whole.
fn from_products(design: &Design<'_>, moments: &Moments, solved: &Solved, dimension: &Dimension) -> Result<Vec<Vec<f64>>, Refusal> {
    let width = design.width();
    let pairs = width * (width + 1) / 2;
    let mut sums = vec![0.0; dimension.count * pairs];
    each_window(
        design,
        |block| left(design, &moments.absorbed.levels, block),
        |blocks| {
            for rows in &blocks {
                for (i, row) in rows.rows.iter().enumerate() {
                    let sums = &mut sums[dimension.codes[*row as usize] as usize * pairs..][..pairs];
                    let weight = rows.weight(i);
                    let mut at = 0;
                    for j in 0..width {
                        let right = rows.columns[j][i] * weight;
                        for left in &rows.columns[..=j] {
                            sums[at] += left[i] * right;
                            at += 1;
                        }
                    }
                }
            }
            Ok(())
        },
    )?;
    let without = |own: &[f64]| {
        let at = |i: usize, j: usize| own[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
        refit(solved, &Matrix::from_fn(width, width, |i, j| moments.gram[(i, j)] - at(i, j)))
    };
    sums.par_chunks(pairs).map(without).collect::<Option<Vec<_>>>().ok_or_else(|| needed(dimension))
}

/// Absorbs anew without each cluster.
fn anew(design: &Design<'_>, solved: &Solved, dimension: &Dimension, spec: &Spec) -> Result<Vec<Vec<f64>>, Refusal> {
    if dimension.count.saturating_mul(design.rows) > AFFORDABLE {
        return Err(too_large(dimension, design.rows));
    }
    (0..dimension.count)
        .into_par_iter()
        .map(|cluster| {
            let part = design.without(dimension, cluster as u32);
            let gram = if part.rows == 0 { Matrix::zeros(0, 0) } else { Moments::of(&part, spec)?.gram };
            refit(solved, &gram).ok_or_else(|| needed(dimension))
        })
        .collect()
}

/// The coefficients of the same columns from other products; none when they are not independent any more.
fn refit(solved: &Solved, gram: &Matrix) -> Option<Vec<f64>> {
    if gram.rows() == 0 {
        return None;
    }
    let block = |rows: &[usize], cols: &[usize]| Matrix::from_fn(rows.len(), cols.len(), |i, j| gram[(rows[i], cols[j])]);
    if solved.given == solved.kept {
        let own = block(&solved.kept, &solved.kept);
        let regular = own.diagonal().iter().all(|d| *d > 0.0);
        return regular
            .then(|| inverse(&own))
            .flatten()
            .map(|inverse| inverse.apply(block(&solved.kept, &[0]).col(0)))
            .filter(|b| b.iter().all(|v| v.is_finite()));
    }
    let shares = inverse(&block(&solved.given, &solved.given))?.times(&block(&solved.given, &solved.kept));
    let bread = inverse(&block(&solved.kept, &solved.given).times(&shares))?;
    Some(bread.apply(&shares.transpose().apply(block(&solved.given, &[0]).col(0))))
}

fn needed(dimension: &Dimension) -> Refusal {
    let name = &dimension.name;
    Refusal::new(
        "cluster-needed",
        format!(
            "「{name}」のあるクラスターを除くと係数が決まらないため、crv3 を計算できません。crv1 かワイルド・ブートストラップを使ってください。"
        ),
        format!(
            "without one cluster of \"{name}\" the coefficients are not determined, so CRV3 cannot be had; use crv1 or the wild bootstrap"
        ),
    )
}

fn too_large(dimension: &Dimension, rows: usize) -> Refusal {
    let (name, count) = (&dimension.name, dimension.count);
    Refusal::new(
        "jackknife-too-large",
        format!(
            "「{name}」のクラスター{count}個×{rows}行では crv3 に時間がかかりすぎます。crv1 を使ってください（クラスターが多ければ十分です）。"
        ),
        format!("CRV3 over {count} clusters of \"{name}\" and {rows} rows takes too long; use crv1, which is good with many clusters"),
    )
}
