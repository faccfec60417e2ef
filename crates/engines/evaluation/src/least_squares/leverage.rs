//! How far the fixed effects fit each row to itself, exactly.

use super::absorb::Absorber;
use super::design::Dimension;
use crate::frame::Column;
use crate::linear::Matrix;

impl Absorber {
    /// The share that the fixed effects have in fitting each row of the source to itself, its leverage, weights included. None when the
    /// effects beside the largest have more than `most` levels together.
    pub(super) fn leverage(&self, effects: &[Dimension], weights: &[f64], most: usize) -> Option<Vec<f64>> {
        if self.rest > most {
            return None;
        }
        let rows = effects.first().map_or(0, |e| e.codes.len());
        let mut out = vec![0.0; rows];
        let inverse = self.inverse()?;
        let lead = effects.get(self.first)?;
        // S⁺ times the mean indicators of each level of the eliminated effect, and the square of that length.
        let mut means = vec![vec![0.0; self.rest]; self.mass_first.len()];
        let mut squares = vec![0.0; self.mass_first.len()];
        let others = self.counts.len() - 1;
        self.each_level(|level, rows| {
            let mut mean = vec![0.0; self.rest];
            for row in rows {
                let share = self.weights.get(row).copied().unwrap_or(1.0) / self.mass_first[level];
                self.codes[row * others..(row + 1) * others].iter().for_each(|code| mean[*code as usize] += share);
            }
            means[level] = inverse.apply(&mean);
            squares[level] = crate::sums::dot(&mean, &means[level]);
        });
        for (row, code) in lead.codes.iter().enumerate().filter(|(_, code)| **code != Column::MISSING) {
            let level = *code as usize;
            let places: Vec<usize> =
                (0..self.counts.len()).filter(|f| *f != self.first).map(|f| self.offsets[f] + effects[f].codes[row] as usize).collect();
            let mut share = 1.0 / self.mass_first[level] + squares[level];
            for a in &places {
                share += places.iter().map(|b| inverse[(*a, *b)]).sum::<f64>() - 2.0 * means[level][*a];
            }
            out[row] = share * weights.get(row).copied().unwrap_or(1.0);
        }
        Some(out)
    }

    /// The generalised inverse of the normal equations of the other effects.
    fn inverse(&self) -> Option<Matrix> {
        if self.rest == 0 {
            return Some(Matrix::zeros(0, 0));
        }
        let mut whole = Matrix::zeros(self.rest, self.rest);
        let mut out = vec![[0.0; 1]; self.rest];
        for column in 0..self.rest {
            let mut unit = vec![[0.0; 1]; self.rest];
            unit[column] = [1.0];
            self.apply::<1>(&unit, &mut out);
            whole.col_mut(column).iter_mut().zip(&out).for_each(|(w, o)| *w = o[0]);
        }
        let (values, vectors) = whole.eigen_symmetric()?;
        let most = values.iter().fold(0.0_f64, |m, v| m.max(*v));
        let scaled = Matrix::from_fn(self.rest, self.rest, |i, j| if values[j] > most * 1e-11 { vectors[(i, j)] / values[j] } else { 0.0 });
        Some(scaled.times(&vectors.transpose()))
    }
}
