//! Passes over the rows: sums by level, then the moments of what is left. Blocks are worked on by all threads and combined in their order.

use rayon::prelude::*;

use super::absorb::{Absorbed, Absorber};
use super::design::{Design, Rows};
use super::levels::Levels;
use super::spec::Spec;
use crate::linear::Matrix;
use crate::notice::Refusal;

/// At most so many rows are held at a time, or one block of the source when that has more.
const WINDOW: usize = 1 << 19;

/// Sums that keep what rounding would lose (Neumaier).
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    total: Vec<f64>,
    lost: Vec<f64>,
}

impl Tally {
    pub(super) fn add(&mut self, values: &[f64]) {
        if self.total.is_empty() {
            (self.total, self.lost) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        }
        for ((total, lost), value) in self.total.iter_mut().zip(&mut self.lost).zip(values) {
            let next = *total + value;
            *lost += if total.abs() >= value.abs() { (*total - next) + value } else { (value - next) + *total };
            *total = next;
        }
    }

    pub(super) fn get(&self) -> Vec<f64> {
        self.total.iter().zip(&self.lost).map(|(total, lost)| total + lost).collect()
    }
}

/// Σ abc over three columns, or two; four sums side by side, so that the processor can take several at once.
pub(super) fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0_f64; 8];
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    for (a, b) in left.by_ref().zip(right.by_ref()) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let tail: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + tail
}

/// Goes over all blocks: `work` in parallel, `take` in order.
pub(super) fn each_window<T: Send>(
    design: &Design<'_>,
    work: impl Fn(usize) -> Result<T, Refusal> + Sync,
    mut take: impl FnMut(Vec<T>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut block = 0;
    while block < design.blocks.len() {
        let (start, mut rows) = (block, 0);
        while block < design.blocks.len() && (block == start || rows + design.blocks[block].len() <= WINDOW) {
            rows += design.blocks[block].len();
            block += 1;
        }
        take((start..block).into_par_iter().map(&work).collect::<Result<Vec<T>, _>>()?)?;
    }
    Ok(())
}

/// What is left of the columns once the fixed effects are out.
pub(super) struct Moments {
    /// Products of all columns: outcome, regressors, instruments.
    pub(super) gram: Matrix,
    /// The sum of the weights.
    pub(super) mass: f64,
    /// Sums and sums of squares of the columns before anything was absorbed, shifted as the design says.
    pub(super) sums: Vec<f64>,
    pub(super) squares: Vec<f64>,
    pub(super) absorbed: Absorbed,
    pub(super) absorber: Absorber,
    /// The weight of each row of the source; empty for ones.
    pub(super) weights: Vec<f64>,
}

impl Moments {
    /// Absorbs and adds up.
    pub(super) fn of(design: &Design<'_>, spec: &Spec) -> Result<Self, Refusal> {
        let width = design.width();
        let counts: Vec<usize> = design.effects.iter().map(|e| e.count).collect();
        let (mut levels, mut weights) = (Levels::zeros(&counts, width), Vec::new());
        let (mut sums, mut squares) = (Tally::default(), Tally::default());
        each_window(
            design,
            |block| {
                let rows = design.rows(block)?;
                let (sums, squares) = raw(&rows);
                Ok((rows, sums, squares))
            },
            |parts| {
                let mut blocks = Vec::with_capacity(parts.len());
                for (rows, sum, square) in parts {
                    sums.add(&sum);
                    squares.add(&square);
                    if !rows.weights.is_empty() {
                        weights.resize(design.keep.len(), 0.0);
                        rows.rows.iter().zip(&rows.weights).for_each(|(row, w)| weights[*row as usize] = *w);
                    }
                    blocks.push(rows);
                }
                levels.add(&design.effects, &blocks);
                Ok(())
            },
        )?;
        let (mut sums, squares) = (sums.get(), squares.get());
        let mass = sums.pop().unwrap_or(0.0);
        finite(&squares, design)?;
        let absorber = Absorber::new(&design.effects, &weights);
        let absorbed = absorber.solve(&levels, &squares, spec.tolerance, spec.iterations)?;
        drop(levels);
        let gram = gram(design, &absorbed.levels)?;
        Ok(Self { gram, mass, sums, squares, absorbed, absorber, weights })
    }

    /// The weighted sum of squares about the mean of a column before anything was absorbed.
    pub(super) fn about_mean(&self, column: usize) -> f64 {
        (self.squares[column] - self.sums[column] * self.sums[column] / self.mass).max(0.0)
    }
}

/// The rows of a block with the fixed effects taken out.
pub(super) fn left(design: &Design<'_>, levels: &Levels, block: usize) -> Result<Rows, Refusal> {
    let mut rows = design.rows(block)?;
    levels.take_from(&design.effects, &mut rows);
    Ok(rows)
}

/// Sums of the columns and, last, of the weights; sums of squares of the columns.
fn raw(rows: &Rows) -> (Vec<f64>, Vec<f64>) {
    let ones = vec![1.0; rows.rows.len()];
    let weights = if rows.weights.is_empty() { &ones } else { &rows.weights };
    let sums = rows.columns.iter().chain([&ones]).map(|column| product(column, weights)).collect();
    let squares = rows
        .columns
        .iter()
        .map(|column| if rows.weights.is_empty() { product(column, column) } else { product(column, &weighted(column, weights)) });
    (sums, squares.collect())
}

pub(super) fn weighted(column: &[f64], weights: &[f64]) -> Vec<f64> {
    column.iter().zip(weights).map(|(v, w)| v * w).collect()
}

fn gram(design: &Design<'_>, levels: &Levels) -> Result<Matrix, Refusal> {
    let width = design.width();
    let mut tally = Tally::default();
    each_window(
        design,
        |block| left(design, levels, block).map(|rows| products(&rows)),
        |parts| {
            parts.iter().for_each(|part| tally.add(part));
            Ok(())
        },
    )?;
    let sums = tally.get();
    let at = |i: usize, j: usize| sums.get(j * (j + 1) / 2 + i).copied().unwrap_or(0.0);
    Ok(Matrix::from_fn(width, width, |i, j| at(i.min(j), i.max(j))))
}

/// The products of all pairs of columns, the upper triangle column by column.
pub(super) fn products(rows: &Rows) -> Vec<f64> {
    let mut out = Vec::new();
    for (j, column) in rows.columns.iter().enumerate() {
        let scaled = if rows.weights.is_empty() { None } else { Some(weighted(column, &rows.weights)) };
        let right = scaled.as_ref().unwrap_or(column);
        out.extend(rows.columns[..=j].iter().map(|left| product(left, right)));
    }
    out
}

fn finite(squares: &[f64], design: &Design<'_>) -> Result<(), Refusal> {
    match squares.iter().position(|s| !s.is_finite() || *s > 1e290) {
        None => Ok(()),
        Some(at) => {
            let name = &design.names[at];
            Err(Refusal::new(
                "too-large",
                format!("「{name}」の値が大きすぎて計算できません。単位を変えてください（例: 円→百万円）。"),
                format!("the values of \"{name}\" are too large to be squared; change their unit"),
            ))
        }
    }
}
