//! max γ′y over γ ≥ 0, W′γ = (1, 0, …): the dual of the smallest η with y − Xδ ≤ η·s. Only y changes from test to test, so the simplex
//! method starts from the last optimal basis, which is feasible for every y. The system has as many equations as there are effects.

/// The linear programme with its basis.
#[derive(Clone)]
pub(super) struct Dual {
    /// A column a variable, each as long as there are equations.
    columns: Vec<Vec<f64>>,
    basis: Vec<usize>,
    /// The inverse of the basis, row by row.
    inverse: Vec<Vec<f64>>,
    since_factor: usize,
}

const TINY: f64 = 1e-10;

impl Dual {
    /// From rows (s_j, X_j) with positive s; none when no γ is feasible.
    pub(super) fn new(rows: &[Vec<f64>]) -> Option<Self> {
        let size = rows.first()?.len();
        // Each equation beyond the first in its own units.
        let units: Vec<f64> = (0..size).map(|i| rows.iter().fold(0.0_f64, |m, row| m.max(row[i].abs()))).collect();
        let scaled = |row: &Vec<f64>| row.iter().zip(&units).map(|(v, u)| if *u > 0.0 { v / u } else { 0.0 }).collect::<Vec<f64>>();
        let mut columns: Vec<Vec<f64>> = rows.iter().map(scaled).collect();
        let real = columns.len();
        for i in 0..size {
            columns.push((0..size).map(|j| f64::from(u8::from(i == j))).collect());
        }
        let inverse = (0..size).map(|i| columns[real + i].clone()).collect();
        let mut dual = Self { columns, basis: (real..real + size).collect(), inverse, since_factor: 0 };
        // First phase: artificial variables cost one each until they are out (or stay at nought).
        let cost: Vec<f64> = (0..real + size).map(|j| if j < real { 0.0 } else { -1.0 }).collect();
        let lost = dual.maximise(&cost, real + size);
        if lost < -1e-9 {
            return None;
        }
        dual.expel(real);
        dual.columns.iter_mut().for_each(|column| column[0] *= units[0]);
        // The first equation again in its own units, so that γ is.
        dual.factor();
        Some(dual)
    }

    /// Takes artificial variables that are left at nought out of the basis, and equations that say nothing out of the system.
    fn expel(&mut self, real: usize) {
        let mut row = 0;
        while row < self.basis.len() {
            if self.basis[row] < real {
                row += 1;
                continue;
            }
            let entering = (0..real)
                .filter(|j| !self.basis.contains(j))
                .map(|j| (j, dot(&self.inverse[row], &self.columns[j])))
                .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0)))
                .filter(|(_, value)| value.abs() > 1e-9);
            match entering {
                Some((j, _)) => {
                    self.basis[row] = j;
                    self.factor();
                    row += 1;
                }
                None => {
                    // The equation of this artificial variable depends on the others.
                    let equation = self.basis[row] - real;
                    self.drop_equation(equation, row, real);
                }
            }
        }
        self.columns.truncate(real);
    }

    fn drop_equation(&mut self, equation: usize, row: usize, real: usize) {
        self.basis.remove(row);
        self.basis.iter_mut().filter(|b| **b > real + equation).for_each(|b| *b -= 1);
        self.columns.remove(real + equation);
        self.columns.iter_mut().for_each(|column| {
            column.remove(equation);
        });
        self.factor();
    }

    /// Inverts the basis anew (Gauss and Jordan with row pivots).
    fn factor(&mut self) {
        let n = self.basis.len();
        let mut work: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let left = self.basis.iter().map(|b| self.columns[*b][i]);
                left.chain((0..n).map(|j| f64::from(u8::from(i == j)))).collect()
            })
            .collect();
        for i in 0..n {
            let pivot = (i..n).max_by(|a, b| work[*a][i].abs().total_cmp(&work[*b][i].abs())).unwrap_or(i);
            work.swap(i, pivot);
            let by = work[i][i];
            work[i].iter_mut().for_each(|v| *v /= by);
            let lead = work[i].clone();
            for (k, row) in work.iter_mut().enumerate().filter(|(k, _)| *k != i) {
                let factor = row[i];
                if factor != 0.0 {
                    row.iter_mut().zip(&lead).for_each(|(v, l)| *v -= factor * l);
                }
                debug_assert!(k < n);
            }
        }
        self.inverse = work.into_iter().map(|row| row[n..].to_vec()).collect();
        self.since_factor = 0;
    }

    /// The basic variables: the first column of the inverse.
    fn value(&self, row: usize) -> f64 {
        self.inverse[row][0]
    }

    /// What each variable outside the basis would add per unit, under costs y.
    fn reduced(&self, y: &[f64], j: usize, prices: &[f64]) -> f64 {
        y[j] - dot(prices, &self.columns[j])
    }

    fn prices(&self, y: &[f64]) -> Vec<f64> {
        let n = self.basis.len();
        let mut prices = vec![0.0; n];
        for (row, b) in self.basis.iter().enumerate() {
            let cost = y[*b];
            if cost != 0.0 {
                prices.iter_mut().zip(&self.inverse[row]).for_each(|(p, v)| *p += cost * v);
            }
        }
        prices
    }

    /// Brings variable `entering` into the basis; gives how far it goes.
    fn pivot(&mut self, entering: usize) -> Option<f64> {
        let direction: Vec<f64> = self.inverse.iter().map(|row| dot(row, &self.columns[entering])).collect();
        let mut leaving: Option<(usize, f64)> = None;
        for (row, d) in direction.iter().enumerate().filter(|(_, d)| **d > TINY) {
            let far = self.value(row).max(0.0) / d;
            let better = leaving
                .is_none_or(|(best, length)| far < length - TINY * length.abs() || (far <= length && self.basis[row] < self.basis[best]));
            if better {
                leaving = Some((row, far));
            }
        }
        let (row, far) = leaving?;
        self.basis[row] = entering;
        self.since_factor += 1;
        if self.since_factor >= 64 {
            self.factor();
            return Some(far);
        }
        let by = direction[row];
        self.inverse[row].iter_mut().for_each(|v| *v /= by);
        let lead = self.inverse[row].clone();
        for (k, other) in self.inverse.iter_mut().enumerate() {
            if k != row && direction[k] != 0.0 {
                other.iter_mut().zip(&lead).for_each(|(v, l)| *v -= direction[k] * l);
            }
        }
        Some(far)
    }

    /// Maximises y′γ over the first `count` variables; gives the maximum.
    fn maximise(&mut self, y: &[f64], count: usize) -> f64 {
        let scale = y.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        for step in 0..2000 {
            let prices = self.prices(y);
            let mut best: Option<(usize, f64)> = None;
            for j in 0..count {
                if self.basis.contains(&j) {
                    continue;
                }
                let gain = self.reduced(y, j, &prices);
                // The largest gain first; after many steps the first gain, which cannot cycle (Bland).
                if gain > 1e-11 * scale && best.is_none_or(|(_, most)| gain > most && step < 200) {
                    best = Some((j, gain));
                }
            }
            let Some((entering, _)) = best else { break };
            if self.pivot(entering).is_none() {
                break;
            }
        }
        self.basis.iter().enumerate().map(|(row, b)| y[*b] * self.value(row)).sum()
    }

    /// The maximum for y.
    pub(super) fn best(&mut self, y: &[f64]) -> f64 {
        self.maximise(y, self.columns.len())
    }

    /// The optimal γ of the last y: variable and value, those above nought.
    pub(super) fn solution(&self) -> Vec<(usize, f64)> {
        let mut out: Vec<(usize, f64)> =
            self.basis.iter().enumerate().map(|(row, b)| (*b, self.value(row))).filter(|(_, v)| *v > TINY * TINY).collect();
        out.sort_unstable_by_key(|(b, _)| *b);
        out
    }

    /// By how much y may move along `by` (direction `sign`) while the optimal γ stays the same.
    pub(super) fn range(&self, y: &[f64], by: &[f64], sign: f64) -> f64 {
        let mut dual = self.clone();
        dual.factor();
        let mut so_far: f64 = 0.0;
        for _ in 0..500 {
            let (prices, slopes) = (dual.prices(y), dual.prices(by));
            let mut next: Option<(usize, f64)> = None;
            for j in (0..dual.columns.len()).filter(|j| !dual.basis.contains(j)) {
                let slope = sign * dual.reduced(by, j, &slopes);
                if slope > 1e-11 {
                    let far = (-dual.reduced(y, j, &prices) / slope).max(so_far);
                    if next.is_none_or(|(_, least)| far < least) {
                        next = Some((j, far));
                    }
                }
            }
            let Some((entering, far)) = next else { return f64::INFINITY };
            so_far = far;
            // A pivot that goes nowhere changes the basis, not γ.
            match dual.pivot(entering) {
                Some(length) if length <= 1e-12 => {}
                _ => return far,
            }
        }
        so_far
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
