//! What every unit contributes to every estimate, held compactly, and from it covariances and multiplier draws.
//!
//! Estimates are linear in a few columns per cohort (the basis), so neither the covariance nor a draw ever looks at units × estimates:
//! units are summed once per cohort, and the sums are combined. Draws look eight units' signs up at a time.

use rayon::prelude::*;

use super::{Bootstrap, Multiplier};
use crate::linear::Matrix;
use crate::random::Streams;

/// A combination of basis columns, ascending by column.
pub(super) type Linear = Vec<(usize, f64)>;

/// Rows are worked through in portions of this many, whatever the number of threads, and summed up in order.
const PORTION: usize = 4096;
/// Draws are taken in portions of this many.
const DRAWS: usize = 1024;

/// The units (or clusters) that have values in some basis columns.
pub(super) struct Part {
    /// Which basis columns.
    pub columns: Vec<usize>,
    /// One row of values after the other.
    pub data: Vec<f64>,
}

impl Part {
    fn rows(&self) -> usize {
        self.data.len().checked_div(self.columns.len()).unwrap_or(0)
    }
}

/// The basis, with the sums of its squares and products.
pub(super) struct Influence {
    parts: Vec<Part>,
    squares: Vec<Matrix>,
    /// The columns of each cohort and their squares and products by unit, when clusters sum them up across cohorts.
    own: Vec<(Vec<usize>, Matrix)>,
}

impl Influence {
    /// Takes the parts of all cohorts in order of units; with clusters, sums them up by cluster.
    pub(super) fn new(parts: Vec<Part>, basis: usize, clusters: Option<&(Vec<u32>, usize)>) -> Self {
        let mut own = Vec::new();
        let parts = match clusters {
            None => parts,
            Some((codes, count)) => {
                own = parts.iter().map(|part| (part.columns.clone(), squares(part))).collect();
                vec![by_cluster(&parts, basis, codes, *count)]
            }
        };
        let squares = parts.iter().map(squares).collect();
        Self { parts, squares, own }
    }

    /// Covariances of estimates that each cohort's units give alone, as if all units were independent.
    pub(super) fn by_cohort(&self, estimates: &[&Linear]) -> Vec<Matrix> {
        let alone = |columns: &[usize], squares: &Matrix| {
            let dense: Vec<Vec<f64>> = estimates.iter().map(|e| on(e, columns)).collect();
            let through: Vec<Vec<f64>> = dense.iter().map(|row| squares.apply(row)).collect();
            Matrix::from_fn(dense.len(), dense.len(), |i, j| crate::sums::dot(&dense[i], &through[j]))
        };
        if self.own.is_empty() {
            self.parts.iter().zip(&self.squares).map(|(part, squares)| alone(&part.columns, squares)).collect()
        } else {
            self.own.iter().map(|(columns, squares)| alone(columns, squares)).collect()
        }
    }

    /// Covariances of estimates.
    pub(super) fn covariance(&self, estimates: &[&Linear]) -> Matrix {
        let m = estimates.len();
        let mut out = Matrix::zeros(m, m);
        for (part, squares) in self.parts.iter().zip(&self.squares) {
            let dense: Vec<Vec<f64>> = estimates.iter().map(|e| on(e, &part.columns)).collect();
            let through: Vec<Option<Vec<f64>>> =
                dense.iter().map(|row| row.iter().any(|v| *v != 0.0).then(|| squares.apply(row))).collect();
            for j in 0..m {
                let Some(through) = &through[j] else { continue };
                for i in 0..=j {
                    let value: f64 = dense[i].iter().zip(through).map(|(a, b)| a * b).sum();
                    out[(i, j)] += value;
                    if i != j {
                        out[(j, i)] += value;
                    }
                }
            }
        }
        out
    }

    /// Variances of estimates.
    pub(super) fn variances(&self, estimates: &[&Linear]) -> Vec<f64> {
        let mut out = vec![0.0; estimates.len()];
        for (part, squares) in self.parts.iter().zip(&self.squares) {
            for (sum, estimate) in out.iter_mut().zip(estimates) {
                let row = on(estimate, &part.columns);
                let used: Vec<usize> = (0..row.len()).filter(|i| row[*i] != 0.0).collect();
                for j in &used {
                    for i in &used {
                        *sum += row[*i] * row[*j] * squares[(*i, *j)];
                    }
                }
            }
        }
        out
    }

    /// Draws of the estimates' deviations under random multipliers of mean 0 and variance 1: a row a draw, a column an estimate.
    pub(super) fn draws(&self, estimates: &[&Linear], bootstrap: &Bootstrap) -> Matrix {
        let mut out = Matrix::zeros(bootstrap.draws, estimates.len());
        let places: Vec<usize> = self.parts.iter().map(|part| part.rows().div_ceil(8)).collect();
        let bytes: usize = places.iter().sum();
        for from in (0..bootstrap.draws).step_by(DRAWS) {
            let count = DRAWS.min(bootstrap.draws - from);
            let bits: Vec<Vec<u8>> = (from..from + count).into_par_iter().map(|draw| multipliers(bootstrap, draw, bytes)).collect();
            let mut place = 0;
            for (part, length) in self.parts.iter().zip(&places) {
                let sums = multiplied(part, &bits, place, bootstrap.multiplier);
                place += length;
                let width = part.columns.len();
                for (e, estimate) in estimates.iter().enumerate() {
                    let row = on(estimate, &part.columns);
                    let used: Vec<(usize, f64)> = row.into_iter().enumerate().filter(|(_, v)| *v != 0.0).collect();
                    if used.is_empty() {
                        continue;
                    }
                    for (draw, sums) in sums.chunks_exact(width).enumerate() {
                        out[(from + draw, e)] += used.iter().map(|(i, v)| v * sums[*i]).sum::<f64>();
                    }
                }
            }
        }
        out
    }
}

/// An estimate's factors of a part's columns.
fn on(estimate: &Linear, columns: &[usize]) -> Vec<f64> {
    let factor = |column: &usize| estimate.binary_search_by_key(column, |(c, _)| *c).map_or(0.0, |at| estimate[at].1);
    columns.iter().map(factor).collect()
}

fn by_cluster(parts: &[Part], basis: usize, codes: &[u32], count: usize) -> Part {
    let mut data = vec![0.0; basis * count];
    let mut unit = 0;
    for part in parts {
        for row in part.data.chunks_exact(part.columns.len().max(1)) {
            let at = codes[unit] as usize * basis;
            part.columns.iter().zip(row).for_each(|(column, v)| data[at + column] += v);
            unit += 1;
        }
    }
    Part { columns: (0..basis).collect(), data }
}

/// X′X of a part.
fn squares(part: &Part) -> Matrix {
    let width = part.columns.len();
    let portions: Vec<Vec<f64>> = part
        .data
        .par_chunks(PORTION * width.max(1))
        .map(|portion| {
            let mut sums = vec![0.0; width * width];
            for row in portion.chunks_exact(width.max(1)) {
                for (j, right) in row.iter().enumerate() {
                    if *right != 0.0 {
                        let out = &mut sums[j * width..j * width + j + 1];
                        out.iter_mut().zip(row).for_each(|(sum, left)| *sum += left * right);
                    }
                }
            }
            sums
        })
        .collect();
    Matrix::from_fn(width, width, |i, j| crate::sums::sum(portions.iter().map(|p| p[i.max(j) * width + i.min(j)])))
}

/// One draw's multipliers as bits, eight units a byte.
fn multipliers(bootstrap: &Bootstrap, draw: usize, bytes: usize) -> Vec<u8> {
    let mut stream = Streams::new(bootstrap.seed).stream(draw as u64);
    match bootstrap.multiplier {
        Multiplier::Rademacher => {
            let words = (0..bytes.div_ceil(8)).flat_map(|_| stream.bits().to_le_bytes());
            words.take(bytes).collect()
        }
        Multiplier::Mammen => {
            (0..bytes).map(|_| (0..8).fold(0_u8, |byte, place| byte | (u8::from(stream.mammen() > 0.0) << place))).collect()
        }
    }
}

/// Σ multiplier × row for each draw: `width` sums a draw. From the 256 possible sums of eight rows each draw takes the one of its signs.
fn multiplied(part: &Part, bits: &[Vec<u8>], place: usize, multiplier: Multiplier) -> Vec<f64> {
    let (width, draws) = (part.columns.len(), bits.len());
    if width == 0 {
        return Vec::new();
    }
    let (low, high) = multiplier.points();
    let portions: Vec<Vec<f64>> = part
        .data
        .par_chunks(PORTION * width)
        .enumerate()
        .map(|(portion, data)| {
            let mut sums = vec![0.0; draws * width];
            let mut table = vec![0.0; 256 * width];
            for (block, rows) in data.chunks(8 * width).enumerate() {
                tabulate(rows, width, low, high, &mut table);
                let byte = place + portion * (PORTION / 8) + block;
                for (sums, bits) in sums.chunks_exact_mut(width).zip(bits) {
                    let at = usize::from(bits[byte]) * width;
                    sums.iter_mut().zip(&table[at..at + width]).for_each(|(sum, v)| *sum += v);
                }
            }
            sums
        })
        .collect();
    let mut total = vec![0.0; draws * width];
    for portion in portions {
        total.iter_mut().zip(portion).for_each(|(sum, v)| *sum += v);
    }
    total
}

/// All 256 sums of up to eight rows, each row times the high or the low point by its bit.
fn tabulate(rows: &[f64], width: usize, low: f64, high: f64, table: &mut [f64]) {
    table[..width].fill(0.0);
    for row in rows.chunks_exact(width) {
        table[..width].iter_mut().zip(row).for_each(|(sum, v)| *sum += low * v);
    }
    for (place, row) in rows.chunks_exact(width).enumerate() {
        let (known, new) = table.split_at_mut((1 << place) * width);
        for (from, to) in known.chunks_exact(width).zip(new.chunks_exact_mut(width)) {
            for ((to, from), v) in to.iter_mut().zip(from).zip(row) {
                *to = from + (high - low) * v;
            }
        }
    }
    // With fewer rows than eight the other bits say nothing.
    let known = (1 << rows.len().checked_div(width).unwrap_or(0)) * width;
    for at in (known..table.len()).step_by(known) {
        table.copy_within(0..known, at);
    }
}
