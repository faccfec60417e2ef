//! Synthetic control: Abadie and Gardeazabal (2003), American Economic Review 93; Abadie, Diamond and Hainmueller (2010), JASA 105. With
//! outcomes only, the weights are the exact minimum. With predictors, the importance V of each predictor is sought so that the weights it
//! leads to track the outcome before treatment best; that search has many local optima, so every one found is reported.

use rayon::prelude::*;
use serde::Serialize;

use crate::maths::exp;
use crate::random::Streams;
use crate::simplex::nearest;
use crate::sums::{deviation, dot, sum};

/// Where a search for V ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optimum {
    /// The importance of each predictor, adding up to one.
    pub v: Vec<f64>,
    /// The mean squared gap before treatment over the periods that V is judged by.
    pub loss: f64,
    /// The least squares of predictors under V.
    pub predictor_loss: f64,
    /// The units' weights.
    pub weights: Vec<f64>,
    /// The share of starts that end at these weights.
    pub share_of_starts: f64,
    /// Whether V leads to these weights only; otherwise, of all weights that fit the predictors equally well, those that fit the outcome best.
    pub unique: bool,
}

/// What the search works on.
#[derive(Debug, Clone)]
pub(super) struct Nested {
    /// Predictors of the untreated units, one vector a unit, each predictor divided by its standard deviation over all units.
    pub donors: Vec<Vec<f64>>,
    /// The same for the treated.
    pub treated: Vec<f64>,
    /// Outcomes of the untreated units in the periods that V is judged by.
    pub paths: Vec<Vec<f64>>,
    /// The same for the treated.
    pub path: Vec<f64>,
}

impl Nested {
    /// Divides each predictor by its standard deviation; a predictor that does not vary is left out by V of no effect.
    pub(super) fn scale(donors: &mut [Vec<f64>], treated: &mut [f64]) {
        for m in 0..treated.len() {
            let mut all: Vec<f64> = donors.iter().map(|d| d[m]).collect();
            all.push(treated[m]);
            let spread = deviation(&all);
            let spread = if spread > 0.0 { spread } else { 1.0 };
            donors.iter_mut().for_each(|d| d[m] /= spread);
            treated[m] /= spread;
        }
    }

    /// The mean squared gap of the outcome.
    fn loss(&self, weights: &[f64]) -> f64 {
        let missed = (0..self.path.len()).map(|t| {
            let gap = self.path[t] - sum(weights.iter().zip(&self.paths).filter(|(w, _)| **w > 0.0).map(|(w, p)| w * p[t]));
            gap * gap
        });
        sum(missed) / self.path.len() as f64
    }

    /// The weights that fit the predictors best under V, and whether they are the only ones.
    pub(super) fn weights(&self, v: &[f64]) -> (Vec<f64>, bool) {
        let root: Vec<f64> = v.iter().map(|v| v.max(0.0).sqrt()).collect();
        let point = |d: &Vec<f64>| -> Vec<f64> { d.iter().zip(&self.treated).zip(&root).map(|((x, t), r)| r * (x - t)).collect() };
        let mut points: Vec<Vec<f64>> = self.donors.iter().map(point).collect();
        let found = nearest(&points);
        if found.unique {
            return (found.weights, true);
        }
        // Among equally good weights those with the best outcome fit: a second criterion too small to move the first.
        let length = |list: &[Vec<f64>]| list.iter().map(|p| dot(p, p)).fold(0.0, f64::max).sqrt();
        let paths: Vec<Vec<f64>> = self.paths.iter().map(|p| p.iter().zip(&self.path).map(|(a, b)| a - b).collect()).collect();
        let small = 1e-5 * length(&points) / length(&paths).max(f64::MIN_POSITIVE);
        points.iter_mut().zip(&paths).for_each(|(point, path)| point.extend(path.iter().map(|g| small * g)));
        (nearest(&points).weights, false)
    }

    /// What a given V leads to.
    pub(super) fn given(&self, v: &[f64]) -> Optimum {
        let total: f64 = v.iter().sum();
        let v: Vec<f64> = v.iter().map(|x| x / total).collect();
        let (weights, unique) = self.weights(&v);
        let missed = (0..v.len()).map(|m| {
            let gap = self.treated[m] - sum(weights.iter().zip(&self.donors).map(|(w, d)| w * d[m]));
            v[m] * gap * gap
        });
        Optimum { loss: self.loss(&weights), predictor_loss: sum(missed), v, weights, share_of_starts: 1.0, unique }
    }

    fn judge(&self, u: &[f64]) -> f64 {
        self.loss(&self.weights(&importance(u)).0)
    }

    /// Every optimum that some start ends at, best first.
    pub(super) fn search(&self, starts: usize, seed: u64) -> Vec<Optimum> {
        let k = self.treated.len();
        let from: Vec<Vec<f64>> = (0..starts.max(1))
            .map(|s| {
                let mut stream = Streams::new(seed).stream(s as u64);
                match s {
                    0 => vec![0.0; k],
                    _ if s <= k => (0..k).map(|m| if m + 1 == s { 4.0 } else { 0.0 }).collect(),
                    _ => (0..k).map(|_| 3.0 * stream.normal()).collect(),
                }
            })
            .collect();
        let ends: Vec<Vec<f64>> = from
            .par_iter()
            .map(|start| {
                let first = simplex_search(|u| self.judge(u), start, 1.5, 120 * k);
                simplex_search(|u| self.judge(u), &first, 0.7, 120 * k)
            })
            .collect();
        let mut found: Vec<Optimum> = Vec::new();
        let share = 1.0 / ends.len() as f64;
        for u in ends {
            let end = Optimum { share_of_starts: share, ..self.given(&importance(&u)) };
            let same = |a: &Optimum| a.weights.iter().zip(&end.weights).all(|(a, b)| (a - b).abs() < 2e-3);
            match found.iter_mut().find(|o| same(o)) {
                Some(known) => {
                    let total = known.share_of_starts + share;
                    if end.loss < known.loss {
                        *known = end;
                    }
                    known.share_of_starts = total;
                }
                None => found.push(end),
            }
        }
        found.sort_by(|a, b| a.loss.total_cmp(&b.loss));
        found
    }
}

/// V from free numbers: positive, adding up to one, none under a millionth of the greatest.
fn importance(u: &[f64]) -> Vec<f64> {
    let top = u.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raw: Vec<f64> = u.iter().map(|v| exp((v - top).max(-14.0))).collect();
    let total: f64 = raw.iter().sum();
    raw.iter().map(|v| v / total).collect()
}

/// Nelder and Mead (1965), The Computer Journal 7: for criteria with kinks.
fn simplex_search(f: impl Fn(&[f64]) -> f64, start: &[f64], size: f64, calls: usize) -> Vec<f64> {
    let k = start.len();
    let mut corners: Vec<(f64, Vec<f64>)> = (0..=k)
        .map(|c| {
            let point: Vec<f64> = start.iter().enumerate().map(|(j, v)| if j + 1 == c { v + size } else { *v }).collect();
            (f(&point), point)
        })
        .collect();
    for _ in 0..calls {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (best, worst) = (corners[0].0, corners[k].0);
        if (worst - best).abs() <= 1e-12 * (1.0 + best.abs()) {
            break;
        }
        let middle: Vec<f64> = (0..k).map(|j| corners[..k].iter().map(|c| c.1[j]).sum::<f64>() / k as f64).collect();
        let along = |t: f64| -> Vec<f64> { middle.iter().zip(&corners[k].1).map(|(m, w)| m + t * (m - w)).collect() };
        let mirrored = along(1.0);
        let value = f(&mirrored);
        let next = if value < best {
            let further = along(2.0);
            let more = f(&further);
            if more < value { (more, further) } else { (value, mirrored) }
        } else if value < corners[k - 1].0 {
            (value, mirrored)
        } else {
            let inside = along(if value < worst { 0.5 } else { -0.5 });
            (f(&inside), inside)
        };
        if next.0 < worst.min(value.max(best)) || next.0 < corners[k - 1].0 {
            corners[k] = next;
        } else {
            let lead = corners[0].1.clone();
            for corner in &mut corners[1..] {
                corner.1.iter_mut().zip(&lead).for_each(|(v, l)| *v = l + 0.5 * (*v - l));
                corner.0 = f(&corner.1);
            }
        }
    }
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    corners.swap_remove(0).1
}
