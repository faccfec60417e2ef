//! Sums and coefficients by level of the fixed effects.

use rayon::prelude::*;

use super::design::{Dimension, Rows};

/// Sums, or coefficients, by level: for each effect its levels, for each level the columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Levels {
    pub(super) width: usize,
    pub(super) by_effect: Vec<Vec<f64>>,
}

impl Levels {
    pub(super) fn zeros(counts: &[usize], width: usize) -> Self {
        Self { width, by_effect: counts.iter().map(|count| vec![0.0; count * width]).collect() }
    }

    /// Adds the weighted columns of some blocks of rows to the sums of their levels; one effect after the other by one thread each.
    pub(super) fn add(&mut self, effects: &[Dimension], blocks: &[Rows]) {
        let width = self.width;
        self.by_effect.par_iter_mut().zip(effects).for_each(|(sums, effect)| {
            for rows in blocks {
                for (i, row) in rows.rows.iter().enumerate() {
                    let at = effect.codes[*row as usize] as usize * width;
                    let sums = &mut sums[at..at + width];
                    let weight = rows.weight(i);
                    for (sum, column) in sums.iter_mut().zip(&rows.columns) {
                        *sum += weight * column[i];
                    }
                }
            }
        });
    }

    /// Takes the coefficients of its levels from every row.
    pub(super) fn take_from(&self, effects: &[Dimension], rows: &mut Rows) {
        let width = self.width;
        for (theta, effect) in self.by_effect.iter().zip(effects) {
            for (i, row) in rows.rows.iter().enumerate() {
                let at = effect.codes[*row as usize] as usize * width;
                for (theta, column) in theta[at..at + width].iter().zip(&mut rows.columns) {
                    column[i] -= theta;
                }
            }
        }
    }
}
