//! Every minimum or root from many starts: Levenberg–Marquardt with exact derivatives, then Newton to rounding; who ends where is counted.
//! Marquardt (1963), Journal of the Society for Industrial and Applied Mathematics 11.

use rayon::prelude::*;
use serde::Serialize;

use super::transition::Second;
use crate::linear::Matrix;
use crate::random::Streams;
use crate::sums::dot;

/// A place where the search ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Root {
    /// The coefficients sought by the second stage, in the order of the specification.
    pub theta: Vec<f64>,
    /// The criterion there: the sum of squares for a minimum, a quadratic form in the moments for a root.
    pub criterion: f64,
    /// The share of starts that end here.
    pub share_of_starts: f64,
    /// Whether the moments hold exactly (for estimators by moments), or the place is a minimum (for those by least squares).
    pub solves: bool,
}

/// What is minimised.
pub(super) enum Goal<'a> {
    /// The sum of squares of innovation and first-stage residual.
    Squares(&'a Second),
    /// The moments of the innovation with instruments (already orthonormal), which are to vanish.
    Moments(&'a Second, &'a Matrix),
}

/// Value, half its gradient, Gauss–Newton curvature, and the scale against which a value is zero.
struct Local {
    value: f64,
    gradient: Vec<f64>,
    curvature: Matrix,
    scale: f64,
}

impl Goal<'_> {
    fn at(&self, theta: &[f64]) -> Option<Local> {
        match self {
            Self::Squares(second) => {
                let here = second.at(theta)?;
                let total: Vec<f64> = here.xi.iter().zip(&second.noise).map(|(x, e)| x + e).collect();
                let jacobian = Matrix::from_columns(total.len(), &here.by_theta);
                let value = dot(&total, &total);
                Some(Local { value, gradient: jacobian.apply_transposed(&total), curvature: jacobian.gram(None), scale: value })
            }
            Self::Moments(second, instruments) => {
                let here = second.at(theta)?;
                let moments = instruments.apply_transposed(&here.xi);
                let slopes: Vec<Vec<f64>> = here.by_theta.iter().map(|d| instruments.apply_transposed(d)).collect();
                let jacobian = Matrix::from_columns(moments.len(), &slopes);
                let n = second.rows() as f64;
                let scale = dot(&here.xi, &here.xi) / n;
                Some(Local {
                    value: dot(&moments, &moments) / n,
                    gradient: jacobian.apply_transposed(&moments).iter().map(|v| v / n).collect(),
                    curvature: jacobian.gram(None).scaled(1.0 / n),
                    scale,
                })
            }
        }
    }

    /// Newton on the gradient, its derivative by central differences; for least squares, whose residuals do not vanish.
    fn polish(&self, mut theta: Vec<f64>) -> Option<(Vec<f64>, Local, bool)> {
        let p = theta.len();
        let mut minimum = false;
        for _ in 0..8 {
            let here = self.at(&theta)?;
            let mut hessian = Matrix::zeros(p, p);
            for j in 0..p {
                let h = 1e-5 * (1.0 + theta[j].abs());
                let moved = |by: f64| {
                    let mut t = theta.clone();
                    t[j] += by;
                    self.at(&t).map(|l| l.gradient)
                };
                let (up, down) = (moved(h)?, moved(-h)?);
                for i in 0..p {
                    hessian[(i, j)] = (up[i] - down[i]) / (2.0 * h);
                }
            }
            let even = hessian.clone().plus(&hessian.transpose()).scaled(0.5);
            minimum = even.cholesky().is_some();
            if !minimum {
                break;
            }
            let step = even.solve_spd(&Matrix::from_columns(p, std::slice::from_ref(&here.gradient)))?;
            let long = step.col(0).iter().zip(&theta).any(|(s, t)| s.abs() > 0.1 * (1.0 + t.abs()));
            if long {
                break;
            }
            theta.iter_mut().zip(step.col(0)).for_each(|(t, s)| *t -= s);
            if step.col(0).iter().zip(&theta).all(|(s, t)| s.abs() < 1e-13 * (1.0 + t.abs())) {
                break;
            }
        }
        let here = self.at(&theta)?;
        Some((theta, here, minimum))
    }

    /// Where one start ends; none when it does not settle.
    pub(super) fn descend(&self, start: &[f64]) -> Option<Root> {
        let mut theta = start.to_vec();
        let mut here = self.at(&theta)?;
        let mut damping = 1e-3;
        // Least squares is taken on by Newton from near by; moments end here.
        let close = if matches!(self, Self::Squares(_)) { 1e-5 } else { 1e-12 };
        for _ in 0..300 {
            let p = theta.len();
            let mut system = here.curvature.clone();
            for j in 0..p {
                system[(j, j)] += damping * here.curvature[(j, j)].max(1e-300);
            }
            let step = system.solve_spd(&Matrix::from_columns(p, std::slice::from_ref(&here.gradient)));
            let tried = step.and_then(|s| {
                let next: Vec<f64> = theta.iter().zip(s.col(0)).map(|(t, s)| t - s).collect();
                let local = self.at(&next)?;
                let small = s.col(0).iter().zip(&theta).all(|(s, t)| s.abs() < close * (1.0 + t.abs()));
                (local.value.is_finite()).then_some((next, local, small))
            });
            match tried {
                Some((next, local, small)) if local.value <= here.value => {
                    (theta, here) = (next, local);
                    damping = (damping / 8.0).max(1e-15);
                    if small {
                        break;
                    }
                }
                _ => {
                    damping *= 6.0;
                    if damping > 1e12 {
                        break;
                    }
                }
            }
            if theta.iter().any(|t| t.abs() > 1e4) {
                return None;
            }
        }
        self.settled(theta, here)
    }

    fn settled(&self, theta: Vec<f64>, here: Local) -> Option<Root> {
        let flat = |l: &Local| {
            l.gradient.iter().enumerate().all(|(j, g)| g.abs() <= 1e-6 * (l.curvature[(j, j)] * l.value.max(1e-30 * l.scale)).sqrt())
        };
        match self {
            Self::Squares(_) => {
                let (theta, here, minimum) = self.polish(theta)?;
                (minimum && flat(&here)).then_some(Root { theta, criterion: here.value, share_of_starts: 0.0, solves: true })
            }
            Self::Moments(..) => {
                let solves = here.value <= 1e-20 * here.scale;
                (solves || flat(&here)).then_some(Root { theta, criterion: here.value, share_of_starts: 0.0, solves })
            }
        }
    }

    /// Every place that some start ends at, roots first, then by criterion and share; and the share of starts that do not settle.
    pub(super) fn search(&self, starts: &[Vec<f64>]) -> (Vec<Root>, f64) {
        let ends: Vec<Option<Root>> = starts.par_iter().map(|start| self.descend(start)).collect();
        let mut found: Vec<(Root, usize)> = Vec::new();
        let mut lost = 0;
        for end in ends {
            let Some(end) = end else {
                lost += 1;
                continue;
            };
            let same = |a: &Root| a.theta.iter().zip(&end.theta).all(|(a, b)| (a - b).abs() <= 1e-5 * (1.0 + a.abs()));
            match found.iter_mut().find(|(root, _)| same(root)) {
                Some((root, count)) => {
                    *count += 1;
                    if end.criterion < root.criterion {
                        *root = end;
                    }
                }
                None => found.push((end, 1)),
            }
        }
        let all = starts.len().max(1) as f64;
        let mut roots: Vec<Root> = found.into_iter().map(|(root, count)| Root { share_of_starts: count as f64 / all, ..root }).collect();
        roots.sort_by(|a, b| {
            let by_criterion = match self {
                Self::Squares(_) => a.criterion.total_cmp(&b.criterion),
                // Exact roots differ in their criterion by rounding only: the one that more starts reach comes first.
                Self::Moments(..) if a.solves && b.solves => std::cmp::Ordering::Equal,
                Self::Moments(..) => a.criterion.total_cmp(&b.criterion),
            };
            b.solves
                .cmp(&a.solves)
                .then(by_criterion)
                .then(b.share_of_starts.total_cmp(&a.share_of_starts))
                .then(a.theta[0].total_cmp(&b.theta[0]))
        });
        (roots, f64::from(lost) / all)
    }
}

/// Starts: a first guess, around it, within [−0.5, 1.5], and one in five far out.
pub(super) fn starts(guess: &[f64], count: usize, seed: u64) -> Vec<Vec<f64>> {
    (0..count.max(1))
        .map(|s| {
            let mut stream = Streams::new(seed).stream(s as u64);
            let wide = |stream: &mut crate::random::Stream, low: f64, high: f64| low + (high - low) * stream.uniform();
            guess
                .iter()
                .map(|g| match s {
                    0 => *g,
                    _ if s % 5 == 4 => wide(&mut stream, -10.0, 10.0),
                    _ if s % 5 == 3 => g + 0.5 * stream.normal(),
                    _ => wide(&mut stream, -0.5, 1.5),
                })
                .collect()
        })
        .collect()
}
