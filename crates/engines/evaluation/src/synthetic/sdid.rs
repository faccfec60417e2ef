//! Synthetic difference-in-differences and, as its special cases, synthetic control with a small ridge and difference-in-differences.
//! Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111: algorithm 1 (weights), section 2 (ζ), algorithms
//! 2 to 4 (bootstrap, jackknife, placebo). Several starts of treatment: one estimate a start against the never treated, averaged by
//! treated cells (their appendix A; Clarke et al. 2023).

use rayon::prelude::*;

use super::weights::{Problem, Solver, Stop, normalised};
use crate::random::Streams;
use crate::sums::{deviation, mean, sum, variance};

/// Untreated units first, then the treated, who all start at the same period.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub y: Vec<Vec<f64>>,
    pub controls: usize,
    pub before: usize,
}

/// Which weights are found, and which are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    SyntheticDid,
    Control,
    Did,
}

/// How it is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub kind: Kind,
    pub solver: Solver,
    pub zeta_omega: f64,
    pub zeta_lambda: f64,
    pub stop: Stop,
}

/// Weights and the effect.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub effect: f64,
    pub omega: Vec<f64>,
    pub lambda: Vec<f64>,
}

impl Block {
    fn treated(&self) -> usize {
        self.y.len() - self.controls
    }

    fn after(&self) -> usize {
        self.y.first().map_or(0, Vec::len) - self.before
    }

    /// The spread of the untreated units' changes before treatment.
    pub(super) fn noise(&self) -> f64 {
        let changes: Vec<f64> = self.y[..self.controls].iter().flat_map(|row| row[..self.before].windows(2).map(|w| w[1] - w[0])).collect();
        deviation(&changes)
    }

    /// (N₁ T₁)^¼.
    pub(super) fn size(&self) -> f64 {
        ((self.treated() * self.after()) as f64).sqrt().sqrt()
    }

    fn mean_treated(&self) -> Vec<f64> {
        let count = self.treated() as f64;
        (0..self.y.first().map_or(0, Vec::len)).map(|t| sum(self.y[self.controls..].iter().map(|row| row[t])) / count).collect()
    }

    /// Periods' weights: the untreated units' later mean from their earlier outcomes.
    fn lambda(&self, s: &Settings, start: Option<&[f64]>) -> Vec<f64> {
        let rows = &self.y[..self.controls];
        let a = (0..self.before).map(|t| rows.iter().map(|row| row[t]).collect()).collect();
        let b = rows.iter().map(|row| mean(&row[self.before..])).collect();
        solve(Problem { a, b, zeta: s.zeta_lambda }.centred(), s, start)
    }

    /// Units' weights: the treated mean's earlier path from those of the untreated.
    fn omega(&self, s: &Settings, start: Option<&[f64]>) -> Vec<f64> {
        let a = self.y[..self.controls].iter().map(|row| row[..self.before].to_vec()).collect();
        let b = self.mean_treated()[..self.before].to_vec();
        let problem = Problem { a, b, zeta: s.zeta_omega };
        solve(if s.kind == Kind::Control { problem } else { problem.centred() }, s, start)
    }

    /// The estimate, its weights found anew from given ones.
    pub(super) fn fit(&self, s: &Settings, from: Option<(&[f64], &[f64])>) -> Fit {
        let (omega, lambda) = match s.kind {
            Kind::SyntheticDid => (self.omega(s, from.map(|f| f.0)), self.lambda(s, from.map(|f| f.1))),
            Kind::Control => (self.omega(s, from.map(|f| f.0)), vec![0.0; self.before]),
            Kind::Did => (
                from.map_or_else(|| vec![1.0 / self.controls as f64; self.controls], |f| f.0.to_vec()),
                vec![1.0 / self.before as f64; self.before],
            ),
        };
        self.with(omega, lambda)
    }

    /// The estimate under given weights.
    pub(super) fn with(&self, omega: Vec<f64>, lambda: Vec<f64>) -> Fit {
        let gaps = self.gaps(&omega);
        let before = sum(lambda.iter().zip(&gaps).map(|(l, g)| l * g));
        Fit { effect: mean(&gaps[self.before..]) - before, omega, lambda }
    }

    /// Treated mean less the weighted untreated, by period.
    pub(super) fn gaps(&self, omega: &[f64]) -> Vec<f64> {
        (self.mean_treated().iter().zip(self.synthetic(omega))).map(|(t, c)| t - c).collect()
    }

    /// The weighted untreated by period.
    pub(super) fn synthetic(&self, omega: &[f64]) -> Vec<f64> {
        (0..self.y.first().map_or(0, Vec::len)).map(|t| sum(omega.iter().zip(&self.y).map(|(w, row)| w * row[t]))).collect()
    }

    fn of(&self, controls: &[usize], treated: &[usize]) -> Self {
        let y = controls.iter().chain(treated).map(|i| self.y[*i].clone()).collect();
        Self { y, controls: controls.len(), before: self.before }
    }
}

fn solve(problem: Problem, s: &Settings, start: Option<&[f64]>) -> Vec<f64> {
    match s.solver {
        Solver::FrankWolfe => problem.frank_wolfe(start, s.stop),
        Solver::Exact => problem.exact().0,
    }
}

/// √((R − 1) / R) times the standard deviation of the draws.
fn spread(draws: &[f64]) -> f64 {
    let count = draws.len() as f64;
    ((count - 1.0) / count).sqrt() * deviation(draws)
}

fn chosen(weights: &[f64], places: &[usize]) -> Vec<f64> {
    normalised(&places.iter().map(|i| weights[*i]).collect::<Vec<_>>())
}

/// Algorithm 4: untreated units take the treated units' place. One draw a replication; none without more untreated than treated units.
pub(super) fn placebo_draws(block: &Block, s: &Settings, fit: &Fit, replications: usize, streams: Streams) -> Option<Vec<f64>> {
    let treated = block.treated();
    if block.controls <= treated {
        return None;
    }
    let draw = |r: usize| {
        let mut order: Vec<usize> = (0..block.controls).collect();
        streams.stream(r as u64).shuffle(&mut order);
        let (controls, pretend) = order.split_at(block.controls - treated);
        block.of(controls, pretend).fit(s, Some((&chosen(&fit.omega, controls), &fit.lambda))).effect
    };
    Some((0..replications).into_par_iter().map(draw).collect())
}

/// Algorithm 2: units drawn with replacement. None with a single treated unit.
pub(super) fn bootstrap_draws(block: &Block, s: &Settings, fit: &Fit, replications: usize, streams: Streams) -> Option<Vec<f64>> {
    if block.treated() < 2 {
        return None;
    }
    let n = block.y.len();
    let draw = |r: usize| {
        let mut stream = streams.stream(r as u64);
        loop {
            let mut picked: Vec<usize> = (0..n).map(|_| stream.below(n)).collect();
            picked.sort_unstable();
            let cut = picked.partition_point(|i| *i < block.controls);
            if cut > 0 && cut < n {
                let (controls, treated) = picked.split_at(cut);
                return block.of(controls, treated).fit(s, Some((&chosen(&fit.omega, controls), &fit.lambda))).effect;
            }
        }
    };
    Some((0..replications).into_par_iter().map(draw).collect())
}

/// Algorithm 3: each unit left out in turn, weights kept. None with a single treated unit or a single weighted control.
pub(super) fn jackknife_error(block: &Block, fit: &Fit) -> Option<f64> {
    if block.treated() < 2 || fit.omega.iter().filter(|w| **w != 0.0).count() < 2 {
        return None;
    }
    let n = block.y.len();
    let draws: Vec<f64> = (0..n)
        .map(|left| {
            let controls: Vec<usize> = (0..block.controls).filter(|i| *i != left).collect();
            let treated: Vec<usize> = (block.controls..n).filter(|i| *i != left).collect();
            block.of(&controls, &treated).with(chosen(&fit.omega, &controls), fit.lambda.clone()).effect
        })
        .collect();
    let count = n as f64;
    Some(((count - 1.0) / count * (count - 1.0) * variance(&draws)).sqrt())
}

/// The spread of draws.
pub(super) fn error(draws: Option<Vec<f64>>) -> Option<f64> {
    draws.filter(|d| d.len() > 1).map(|d| spread(&d))
}
