//! The last pass: residuals, and what each row or cluster adds to the score of the coefficients.

use rayon::prelude::*;

use super::design::{Design, Dimension, Rows};
use super::levels::Levels;
use super::moments::{Tally, each_window, left, product};
use super::spec::WeightKind;
use crate::linear::Matrix;
use crate::notice::Refusal;

/// A column as shares of the columns of the design.
pub(super) type Mix = Vec<(usize, f64)>;

/// Which squares are added up.
pub(super) enum Meat<'a> {
    /// None: one variance for all.
    None,
    /// Of each row, divided by a power of one minus its leverage.
    Rows(Option<Leverage<'a>>),
    /// Of the sums by cluster, in each dimension.
    Clusters(&'a [Dimension]),
}

/// What leverage is made of.
pub(super) struct Leverage<'a> {
    pub(super) bread: &'a Matrix,
    /// The leverage of the fixed effects by row of the source; empty without them.
    pub(super) effects: Vec<f64>,
    /// To which power one minus leverage divides the squares.
    pub(super) power: usize,
}

/// What the pass finds.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// The weighted sum of squared residuals.
    pub(super) squares: f64,
    /// The score: zero but for rounding at the solution.
    pub(super) gradient: Vec<f64>,
    /// The squares of the scores: one matrix, or one for each dimension of clusters.
    pub(super) meat: Vec<Matrix>,
    /// Rows that fit themselves alone.
    pub(super) full: usize,
}

/// Residuals and scores of one block.
pub(super) struct Block {
    pub(super) rows: Vec<u32>,
    pub(super) residual: Vec<f64>,
    /// Weight times residual times regressor, for each coefficient.
    pub(super) scores: Vec<Vec<f64>>,
    regressors: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

fn mixed(rows: &Rows, mix: &Mix) -> Vec<f64> {
    match mix.as_slice() {
        [(column, share)] if *share == 1.0 => rows.columns[*column].clone(),
        mix => {
            let mut out = vec![0.0; rows.rows.len()];
            for (column, share) in mix {
                out.iter_mut().zip(&rows.columns[*column]).for_each(|(o, v)| *o += share * v);
            }
            out
        }
    }
}

/// Residuals and scores of the rows of a block.
pub(super) fn block(design: &Design<'_>, levels: &Levels, at: usize, regressors: &[Mix], residual: &Mix) -> Result<Block, Refusal> {
    let rows = left(design, levels, at)?;
    let residual = mixed(&rows, residual);
    let regressors: Vec<Vec<f64>> = regressors.iter().map(|mix| mixed(&rows, mix)).collect();
    let weighted: Vec<f64> = residual.iter().enumerate().map(|(i, e)| rows.weight(i) * e).collect();
    let scores = regressors.iter().map(|x| x.iter().zip(&weighted).map(|(x, e)| x * e).collect()).collect();
    Ok(Block { rows: rows.rows, residual, scores, regressors, weights: rows.weights })
}

/// Goes over the rows once.
pub(super) fn pass(design: &Design<'_>, levels: &Levels, regressors: &[Mix], residual: &Mix, meat: &Meat<'_>) -> Result<Scores, Refusal> {
    let k = regressors.len();
    let (mut tally, mut squares, mut full) = (Tally::default(), Tally::default(), 0);
    let mut sums: Vec<Vec<f64>> = match meat {
        Meat::Clusters(dimensions) => dimensions.iter().map(|d| vec![0.0; d.count * k]).collect(),
        Meat::None | Meat::Rows(_) => Vec::new(),
    };
    each_window(
        design,
        |at| {
            let mut block = block(design, levels, at, regressors, residual)?;
            let first = first(&block);
            let rows = match meat {
                Meat::Rows(leverage) => block.squares(leverage.as_ref(), design.weight_kind),
                Meat::None | Meat::Clusters(_) => (Vec::new(), 0),
            };
            (block.regressors, block.residual, block.weights) = Default::default();
            Ok((block, first, rows))
        },
        |parts| {
            let mut blocks = Vec::with_capacity(parts.len());
            for (block, first, (rows, alone)) in parts {
                tally.add(&first);
                squares.add(&rows);
                full += alone;
                blocks.push(block);
            }
            if let Meat::Clusters(dimensions) = meat {
                sums.par_iter_mut().zip(*dimensions).for_each(|(sums, dimension)| by_cluster(sums, dimension, &blocks, k));
            }
            Ok(())
        },
    )?;
    let mut first = tally.get();
    let total = first.pop().unwrap_or(0.0);
    let meat = match meat {
        Meat::None => Vec::new(),
        Meat::Rows(_) => vec![symmetric(&squares.get(), k)],
        Meat::Clusters(_) => sums.iter().map(|sums| outer(sums, k)).collect(),
    };
    Ok(Scores { squares: total, gradient: first, meat, full })
}

/// The sums of the scores, then the weighted sum of squared residuals.
fn first(block: &Block) -> Vec<f64> {
    let ones = vec![1.0; block.rows.len()];
    let weighted: Vec<f64> = block.residual.iter().enumerate().map(|(i, e)| block.weights.get(i).copied().unwrap_or(1.0) * e).collect();
    block.scores.iter().map(|scores| product(scores, &ones)).chain([product(&weighted, &block.residual)]).collect()
}

fn by_cluster(sums: &mut [f64], dimension: &Dimension, blocks: &[Block], k: usize) {
    for block in blocks {
        for (i, row) in block.rows.iter().enumerate() {
            let at = dimension.codes[*row as usize] as usize * k;
            for (sum, scores) in sums[at..at + k].iter_mut().zip(&block.scores) {
                *sum += scores[i];
            }
        }
    }
}

/// The sum of the outer products of each group of `k` numbers.
fn outer(sums: &[f64], k: usize) -> Matrix {
    let mut tally = Tally::default();
    for chunk in sums.chunks(k.max(1) * 4096) {
        let mut part = vec![0.0; k * (k + 1) / 2];
        for s in chunk.chunks_exact(k.max(1)) {
            let mut at = 0;
            for j in 0..k {
                for i in 0..=j {
                    part[at] += s[i] * s[j];
                    at += 1;
                }
            }
        }
        tally.add(&part);
    }
    symmetric(&tally.get(), k)
}

fn symmetric(upper: &[f64], k: usize) -> Matrix {
    let at = |i: usize, j: usize| upper.get(j * (j + 1) / 2 + i).copied().unwrap_or(0.0);
    Matrix::from_fn(k, k, |i, j| at(i.min(j), i.max(j)))
}

impl Block {
    /// The squares of the scores of each row, the upper triangle column by column, and how many rows fit themselves alone.
    fn squares(&self, leverage: Option<&Leverage<'_>>, kind: WeightKind) -> (Vec<f64>, usize) {
        let (mut factors, mut full) = (vec![1.0; self.rows.len()], 0);
        for (i, factor) in factors.iter_mut().enumerate() {
            let weight = self.weights.get(i).copied().unwrap_or(1.0);
            // A frequency weight stands for so many rows, each with a score of its own.
            let copies = if kind == WeightKind::Frequency { weight } else { 1.0 };
            if let Some(leverage) = leverage {
                let x: Vec<f64> = self.regressors.iter().map(|column| column[i]).collect();
                let effects = leverage.effects.get(self.rows[i] as usize).copied().unwrap_or(0.0);
                let rest = 1.0 - (weight * leverage.bread.quadratic(&x) + effects) / copies;
                if rest < 1e-10 {
                    (*factor, full) = (0.0, full + 1);
                    continue;
                }
                *factor /= crate::maths::powi(rest, leverage.power);
            }
            *factor /= copies;
        }
        let mut out = Vec::new();
        for (j, right) in self.scores.iter().enumerate() {
            let right: Vec<f64> = right.iter().zip(&factors).map(|(s, f)| s * f).collect();
            out.extend(self.scores[..=j].iter().map(|left| product(left, &right)));
        }
        (out, full)
    }
}
