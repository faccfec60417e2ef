//! Absorbing any number of fixed effects: the coefficients of their indicators are found, so that no column need be held twice.
//!
//! The effect with the most levels is eliminated exactly; conjugate gradients with the diagonal as preconditioner solve the normal equations
//! of the others (the singular but consistent system of Guimarães and Portugal 2010, accelerated as Correia 2016 accelerates alternating
//! projections). The rows are walked in the order of the eliminated effect, so that memory is met in order; several columns are solved at
//! once and share what is read. Work is divided by columns, never by rows, so that no sum depends on the number of threads.

use rayon::prelude::*;

use super::design::Dimension;
use super::levels::Levels;
use crate::frame::Column;
use crate::notice::Refusal;

/// Steps that may pass without halving what is left.
const PATIENCE: usize = 60;

/// The fixed effects over the rows that take part.
pub(super) struct Absorber {
    /// Levels of each effect, in the order of the specification.
    pub(super) counts: Vec<usize>,
    /// The effect that is eliminated.
    pub(super) first: usize,
    /// Where each other effect begins in a joint vector of their coefficients.
    pub(super) offsets: Vec<usize>,
    /// How many coefficients the other effects have together.
    pub(super) rest: usize,
    /// Where the rows of each level of the eliminated effect begin.
    pub(super) starts: Vec<u32>,
    /// For each row, in that order, its level in each other effect, by its place in the joint vector.
    pub(super) codes: Vec<u32>,
    /// Weights in that order; empty for ones.
    pub(super) weights: Vec<f64>,
    pub(super) mass_first: Vec<f64>,
    pub(super) mass_rest: Vec<f64>,
}

/// Coefficients of every level, and how many steps it took to find them.
pub(super) struct Absorbed {
    pub(super) levels: Levels,
    pub(super) steps: usize,
}

impl Absorber {
    /// Orders the rows by the effect with the most levels. `weights` are of all rows of the source, empty for ones.
    pub(super) fn new(effects: &[Dimension], weights: &[f64]) -> Self {
        let counts: Vec<usize> = effects.iter().map(|e| e.count).collect();
        let first = (0..counts.len()).rev().max_by_key(|f| counts[*f]).unwrap_or(0);
        let mut offsets = Vec::new();
        let mut rest = 0;
        for (f, count) in counts.iter().enumerate() {
            offsets.push(rest);
            rest += if f == first { 0 } else { *count };
        }
        let Some(lead) = effects.get(first) else { return Self::nothing() };
        let mut starts = vec![0_u32; lead.count + 1];
        lead.codes.iter().filter(|code| **code != Column::MISSING).for_each(|code| starts[*code as usize + 1] += 1);
        for level in 0..lead.count {
            starts[level + 1] += starts[level];
        }
        let rows = starts[lead.count] as usize;
        let others: Vec<(&Dimension, usize)> =
            effects.iter().enumerate().filter(|(f, _)| *f != first).map(|(f, e)| (e, offsets[f])).collect();
        let mut absorber = Self {
            first,
            rest,
            mass_first: vec![0.0; lead.count],
            mass_rest: vec![0.0; rest],
            codes: vec![0; rows * others.len()],
            weights: if weights.is_empty() { Vec::new() } else { vec![0.0; rows] },
            counts,
            offsets,
            starts,
        };
        absorber.order(lead, &others, weights);
        absorber
    }

    fn nothing() -> Self {
        Self {
            counts: Vec::new(),
            first: 0,
            offsets: Vec::new(),
            rest: 0,
            starts: vec![0],
            codes: Vec::new(),
            weights: Vec::new(),
            mass_first: Vec::new(),
            mass_rest: Vec::new(),
        }
    }

    fn order(&mut self, lead: &Dimension, others: &[(&Dimension, usize)], weights: &[f64]) {
        let mut next: Vec<u32> = self.starts.clone();
        for (row, code) in lead.codes.iter().enumerate().filter(|(_, code)| **code != Column::MISSING) {
            let place = &mut next[*code as usize];
            let at = *place as usize;
            *place += 1;
            let weight = weights.get(row).copied().unwrap_or(1.0);
            self.mass_first[*code as usize] += weight;
            if let Some(kept) = self.weights.get_mut(at) {
                *kept = weight;
            }
            for (slot, (other, offset)) in others.iter().enumerate() {
                let code = *offset + other.codes[row] as usize;
                self.codes[at * others.len() + slot] = code as u32;
                self.mass_rest[code] += weight;
            }
        }
    }

    /// The coefficients of every level for columns whose sums by level are given. `sizes` are the columns' sums of squares.
    pub(super) fn solve(&self, sums: &Levels, sizes: &[f64], tolerance: f64, steps: usize) -> Result<Absorbed, Refusal> {
        let width = sums.width;
        let parts = width.div_ceil(4).max(1);
        let ranges: Vec<std::ops::Range<usize>> = (0..parts).map(|p| p * width / parts..(p + 1) * width / parts).collect();
        let limits = Limits { tolerance, steps };
        let solved: Vec<Part> = ranges
            .par_iter()
            .map(|range| match range.len() {
                0 => Ok(Part::default()),
                1 => self.part::<1>(sums, range.start, sizes, limits),
                2 => self.part::<2>(sums, range.start, sizes, limits),
                3 => self.part::<3>(sums, range.start, sizes, limits),
                _ => self.part::<4>(sums, range.start, sizes, limits),
            })
            .collect::<Result<_, _>>()?;
        let mut levels = Levels::zeros(&self.counts, width);
        for (part, range) in solved.iter().zip(&ranges) {
            let wide = range.len();
            for (f, count) in self.counts.iter().enumerate() {
                let (from, offset) = if f == self.first { (&part.first, 0) } else { (&part.rest, self.offsets[f]) };
                for level in 0..*count {
                    let source = &from[(offset + level) * wide..(offset + level + 1) * wide];
                    levels.by_effect[f][level * width + range.start..level * width + range.end].copy_from_slice(source);
                }
            }
        }
        Ok(Absorbed { levels, steps: solved.iter().map(|p| p.steps).max().unwrap_or(0) })
    }

    /// Solves for `W` columns beginning with `column`.
    fn part<const W: usize>(&self, sums: &Levels, column: usize, sizes: &[f64], limits: Limits) -> Result<Part, Refusal> {
        let Some(lead) = sums.by_effect.get(self.first) else { return Ok(Part::default()) };
        let pick = |from: &[f64], level: usize| -> [f64; W] { std::array::from_fn(|j| from[level * sums.width + column + j]) };
        let first: Vec<[f64; W]> = (0..self.mass_first.len()).map(|level| pick(lead, level)).collect();
        let mut rest: Vec<[f64; W]> = vec![[0.0; W]; self.rest];
        for (f, count) in self.counts.iter().enumerate().filter(|(f, _)| *f != self.first) {
            for level in 0..*count {
                rest[self.offsets[f] + level] = pick(&sums.by_effect[f], level);
            }
        }
        self.spread::<W>(&mut rest, |level, _| divided(first[level], self.mass_first[level]));
        let floor: [f64; W] = std::array::from_fn(|j| sizes.get(column + j).copied().unwrap_or(0.0) * 1e-28);
        let (theta, steps) = if self.rest == 0 { (Vec::new(), 0) } else { self.gradients::<W>(&rest, floor, limits)? };
        let mut lead = first;
        self.each_level(|level, rows| {
            let total = self.total::<W>(&theta, rows);
            lead[level] = std::array::from_fn(|j| (lead[level][j] - total[j]) / self.mass_first[level]);
        });
        Ok(Part { first: lead.into_iter().flatten().collect(), rest: theta.into_iter().flatten().collect(), steps })
    }

    /// Conjugate gradients for each column in step with the others.
    fn gradients<const W: usize>(&self, b: &[[f64; W]], floor: [f64; W], limits: Limits) -> Result<(Vec<[f64; W]>, usize), Refusal> {
        let mut x = vec![[0.0; W]; b.len()];
        let mut r = b.to_vec();
        let start = self.length(&r);
        let goal: [f64; W] = std::array::from_fn(|j| (start[j] * limits.tolerance * limits.tolerance).max(floor[j]));
        let (mut out, mut steps, mut before) = (vec![[0.0; W]; b.len()], 0, start);
        // What is left is computed anew now and then, for what is carried along drifts away from it.
        while steps < limits.steps {
            steps += self.descend::<W>(&mut x, &mut r, &mut out, goal, limits.steps - steps);
            self.apply::<W>(&x, &mut out);
            r.iter_mut().zip(b.iter().zip(&out)).for_each(|(r, (b, out))| *r = std::array::from_fn(|j| b[j] - out[j]));
            let after = self.length(&r);
            // When another round does not help, rounding leaves more than was asked for: this is as exact as the numbers allow.
            let done = |j: usize| {
                after[j] <= goal[j] || after[j] <= start[j] * 1e-24 || (after[j] > before[j] * 0.1 && after[j] <= start[j] * 1e-16)
            };
            if (0..W).all(done) {
                return Ok((x, steps));
            }
            before = after;
        }
        Err(not_converged(steps))
    }

    /// Steps of conjugate gradients from `x`, of which `r` is left, until that is as short as it should be or gets no shorter.
    fn descend<const W: usize>(&self, x: &mut [[f64; W]], r: &mut [[f64; W]], out: &mut [[f64; W]], goal: [f64; W], most: usize) -> usize {
        let mut size = self.length(r);
        let (mut best, mut since) = (size, 0);
        let mut d: Vec<[f64; W]> = r.iter().zip(&self.mass_rest).map(|(r, m)| divided(*r, *m)).collect();
        for step in 0..most {
            if (0..W).all(|j| size[j] <= goal[j]) || since >= PATIENCE {
                return step;
            }
            self.apply::<W>(&d, out);
            let curve = inner::<W>(&d, out);
            let alpha: [f64; W] = std::array::from_fn(|j| if curve[j] > 0.0 && size[j] > goal[j] { size[j] / curve[j] } else { 0.0 });
            for ((x, r), (d, out)) in x.iter_mut().zip(r.iter_mut()).zip(d.iter().zip(out.iter())) {
                for j in 0..W {
                    x[j] += alpha[j] * d[j];
                    r[j] -= alpha[j] * out[j];
                }
            }
            let next = self.length(r);
            let beta: [f64; W] = std::array::from_fn(|j| if alpha[j] > 0.0 { next[j] / size[j] } else { 0.0 });
            for ((d, r), mass) in d.iter_mut().zip(r.iter()).zip(&self.mass_rest) {
                for j in 0..W {
                    d[j] = r[j] / mass + beta[j] * d[j];
                }
            }
            size = next;
            since += 1;
            for j in 0..W {
                if size[j] > goal[j] && size[j] < best[j] * 0.5 {
                    (best[j], since) = (size[j], 0);
                }
            }
        }
        most
    }

    /// The normal equations of the other effects with the eliminated one taken out, times `v`.
    pub(super) fn apply<const W: usize>(&self, v: &[[f64; W]], out: &mut [[f64; W]]) {
        if self.counts.len() == 2 {
            out.iter_mut().zip(v.iter().zip(&self.mass_rest)).for_each(|(out, (v, m))| *out = std::array::from_fn(|j| v[j] * m));
            self.each_level(|level, rows| {
                let mean = divided(self.total::<W>(v, rows.clone()), self.mass_first[level]);
                self.scatter::<W>(out, rows, mean);
            });
            return;
        }
        out.fill([0.0; W]);
        let others = self.counts.len() - 1;
        self.each_level(|level, rows| {
            let mean = divided(self.total::<W>(v, rows.clone()), self.mass_first[level]);
            for row in rows {
                let codes = &self.codes[row * others..(row + 1) * others];
                let weight = self.weights.get(row).copied().unwrap_or(1.0);
                let mut fitted = mean.map(|m| -m);
                for code in codes {
                    (0..W).for_each(|j| fitted[j] += v[*code as usize][j]);
                }
                for code in codes {
                    (0..W).for_each(|j| out[*code as usize][j] += weight * fitted[j]);
                }
            }
        });
    }

    pub(super) fn each_level(&self, mut visit: impl FnMut(usize, std::ops::Range<usize>)) {
        for level in 0..self.mass_first.len() {
            visit(level, self.starts[level] as usize..self.starts[level + 1] as usize);
        }
    }

    /// The weighted sum over some rows of the coefficients of their levels.
    fn total<const W: usize>(&self, v: &[[f64; W]], rows: std::ops::Range<usize>) -> [f64; W] {
        let others = self.counts.len() - 1;
        let mut total = [0.0; W];
        if self.weights.is_empty() {
            for code in &self.codes[rows.start * others..rows.end * others] {
                let v = &v[*code as usize];
                (0..W).for_each(|j| total[j] += v[j]);
            }
            return total;
        }
        for row in rows {
            for code in &self.codes[row * others..(row + 1) * others] {
                let v = &v[*code as usize];
                (0..W).for_each(|j| total[j] += self.weights[row] * v[j]);
            }
        }
        total
    }

    /// Takes `mean`, times its weight, from the levels of some rows.
    fn scatter<const W: usize>(&self, out: &mut [[f64; W]], rows: std::ops::Range<usize>, mean: [f64; W]) {
        let others = self.counts.len() - 1;
        if self.weights.is_empty() {
            for code in &self.codes[rows.start * others..rows.end * others] {
                let out = &mut out[*code as usize];
                (0..W).for_each(|j| out[j] -= mean[j]);
            }
            return;
        }
        for row in rows {
            for code in &self.codes[row * others..(row + 1) * others] {
                let out = &mut out[*code as usize];
                (0..W).for_each(|j| out[j] -= self.weights[row] * mean[j]);
            }
        }
    }

    /// Takes the mean of each level of the eliminated effect from the sums of the others.
    fn spread<const W: usize>(&self, sums: &mut [[f64; W]], mean: impl Fn(usize, usize) -> [f64; W]) {
        self.each_level(|level, rows| {
            let mean = mean(level, rows.len());
            self.scatter::<W>(sums, rows, mean);
        });
    }

    /// r′D⁻¹r of each column: the length of what the levels still explain.
    fn length<const W: usize>(&self, r: &[[f64; W]]) -> [f64; W] {
        let mut total = [0.0; W];
        for (r, mass) in r.iter().zip(&self.mass_rest) {
            (0..W).for_each(|j| total[j] += r[j] * r[j] / mass);
        }
        total
    }
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    tolerance: f64,
    steps: usize,
}

#[derive(Debug, Default)]
struct Part {
    first: Vec<f64>,
    rest: Vec<f64>,
    steps: usize,
}

fn divided<const W: usize>(values: [f64; W], by: f64) -> [f64; W] {
    values.map(|v| v / by)
}

fn inner<const W: usize>(a: &[[f64; W]], b: &[[f64; W]]) -> [f64; W] {
    let mut total = [0.0; W];
    for (a, b) in a.iter().zip(b) {
        (0..W).for_each(|j| total[j] += a[j] * b[j]);
    }
    total
}

fn not_converged(steps: usize) -> Refusal {
    Refusal::new(
        "not-converged",
        format!("固定効果の吸収が{steps}回で収束しませんでした。固定効果を減らすか、iterations を増やしてください。"),
        format!("the fixed effects were not absorbed within {steps} steps; absorb less, or allow more steps (`iterations`)"),
    )
}
