//! The nearest point of a convex hull to the origin, exactly: Wolfe (1976), "Finding the nearest point in a polytope", Mathematical
//! Programming 11. Least squares under weights that are not negative and add up to one is this problem, so that the weights of synthetic
//! controls and the question whether moments can be balanced at all are answered to rounding, with true zeros.

use crate::linear::{Matrix, Orthogonal};
use crate::sums::dot;

/// The nearest point and the weights that make it.
#[derive(Debug, Clone)]
pub struct Nearest {
    /// One weight a point, none negative, adding up to one; zero off the support.
    pub weights: Vec<f64>,
    /// The nearest point itself: the weighted sum of the points.
    pub point: Vec<f64>,
    /// How far the first-order condition is from holding, relative to the lengths involved.
    pub gap: f64,
    /// Whether no other weights give the same point: false when a point outside the support meets its condition with equality.
    pub unique: bool,
    /// How many times a point entered the support.
    pub steps: usize,
}

/// Points that are affinely independent, and their weights.
struct Corral<'a> {
    points: &'a [Vec<f64>],
    members: Vec<usize>,
    weights: Vec<f64>,
}

impl Corral<'_> {
    fn point(&self) -> Vec<f64> {
        let mut sum = vec![0.0; self.points.first().map_or(0, Vec::len)];
        for (member, weight) in self.members.iter().zip(&self.weights) {
            for (s, v) in sum.iter_mut().zip(&self.points[*member]) {
                *s += weight * v;
            }
        }
        sum
    }

    /// The weights of the point nearest to the origin in the affine hull; none when the points depend on one another.
    fn affine(&self) -> Option<Vec<f64>> {
        let base = &self.points[*self.members.first()?];
        let rest: Vec<Vec<f64>> =
            self.members[1..].iter().map(|m| self.points[*m].iter().zip(base).map(|(v, b)| v - b).collect()).collect();
        let fit = Orthogonal::of(&Matrix::from_columns(base.len(), &rest), 1e-12);
        if !fit.collinear.is_empty() {
            return None;
        }
        let target: Vec<f64> = base.iter().map(|v| -v).collect();
        let steps = fit.fit(&target);
        let mut weights = vec![1.0 - crate::sums::sum(steps.iter().copied())];
        weights.extend(steps);
        Some(weights)
    }

    /// Walks to the affine minimum, leaving out members whose weight would turn negative on the way.
    fn settle(&mut self) -> bool {
        while self.members.len() > 1 {
            let Some(aim) = self.affine() else {
                // The last to come depends on the others: without it the point is as near.
                self.members.pop();
                self.weights.pop();
                return false;
            };
            if aim.iter().all(|w| *w > 0.0) {
                self.weights = aim;
                return true;
            }
            let share = (self.weights.iter().zip(&aim))
                .filter(|(_, a)| **a <= 0.0)
                .map(|(w, a)| if w > a { w / (w - a) } else { 0.0 })
                .fold(1.0_f64, f64::min);
            for (w, a) in self.weights.iter_mut().zip(&aim) {
                *w += share * (a - *w);
                // Whoever stopped the walk is at zero but for rounding.
                if *a <= 0.0 && *w <= 1e-15 {
                    *w = 0.0;
                }
            }
            if self.weights.iter().all(|w| *w > 0.0) {
                let least = (0..self.weights.len()).min_by(|a, b| self.weights[*a].total_cmp(&self.weights[*b]));
                if let Some(least) = least {
                    self.weights[least] = 0.0;
                }
            }
            let kept: Vec<(usize, f64)> =
                self.members.iter().copied().zip(self.weights.iter().copied()).filter(|(_, w)| *w > 0.0).collect();
            self.members = kept.iter().map(|(m, _)| *m).collect();
            let total = crate::sums::sum(kept.iter().map(|(_, w)| *w));
            self.weights = kept.iter().map(|(_, w)| w / total).collect();
        }
        self.weights = vec![1.0; self.members.len()];
        true
    }
}

/// The point of the convex hull of `points` that is nearest to the origin. All points have the same length; none give empty weights.
#[must_use]
pub fn nearest(points: &[Vec<f64>]) -> Nearest {
    let squares: Vec<f64> = points.iter().map(|p| dot(p, p)).collect();
    let longest = squares.iter().copied().fold(0.0, f64::max).sqrt();
    let Some(first) = (0..points.len()).min_by(|a, b| squares[*a].total_cmp(&squares[*b])) else {
        return Nearest { weights: Vec::new(), point: Vec::new(), gap: 0.0, unique: true, steps: 0 };
    };
    let mut corral = Corral { points, members: vec![first], weights: vec![1.0] };
    let mut steps = 0;
    let (point, reduced, level) = loop {
        let point = corral.point();
        let reduced: Vec<f64> = points.iter().map(|p| dot(p, &point)).collect();
        let level = dot(&point, &point);
        let Some(enters) = (0..points.len()).min_by(|a, b| reduced[*a].total_cmp(&reduced[*b])) else { break (point, reduced, level) };
        let tolerance = 4e-15 * longest * level.sqrt();
        let done = reduced[enters] >= level - tolerance || corral.members.contains(&enters) || steps > 20 * points.len() + 200;
        if done {
            break (point, reduced, level);
        }
        steps += 1;
        corral.members.push(enters);
        corral.weights.push(0.0);
        if !corral.settle() {
            break (point, reduced, level);
        }
    };
    let mut weights = vec![0.0; points.len()];
    for (member, weight) in corral.members.iter().zip(&corral.weights) {
        weights[*member] = *weight;
    }
    let scale = longest * level.sqrt();
    let lowest = reduced.iter().copied().fold(f64::INFINITY, f64::min);
    let gap = if scale > 0.0 { ((level - lowest) / scale).max(0.0) } else { 0.0 };
    let inside = level.sqrt() <= 1e-10 * longest;
    let tied = |j: usize| weights[j] == 0.0 && reduced[j] - level <= 1e-10 * scale;
    let unique = if inside { points.len() == corral.members.len() } else { !(0..points.len()).any(tied) };
    Nearest { weights, point, gap, unique, steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_of_a_triangle() {
        let found = nearest(&[vec![2.0, 0.0], vec![0.0, 2.0], vec![3.0, 3.0]]);
        assert!(found.weights.iter().zip([0.5, 0.5, 0.0]).all(|(w, e)| (w - e).abs() < 1e-14), "{found:?}");
        assert!(found.unique && found.gap < 1e-14);
        let inside = nearest(&[vec![-1.0, 0.0], vec![1.0, 1.0], vec![1.0, -1.0], vec![5.0, 0.0]]);
        assert!(inside.point.iter().all(|v| v.abs() < 1e-14) && !inside.unique);
        assert!(nearest(&[]).weights.is_empty());
        assert_eq!(nearest(&[vec![0.0], vec![0.0]]).point, vec![0.0]);
    }

    #[test]
    fn conditions_hold_for_many_points() {
        let mut stream = crate::random::Streams::new(5).stream(0);
        for n in [3, 20, 80] {
            let points: Vec<Vec<f64>> =
                (0..n).map(|_| (0..12).map(|k| stream.normal() + f64::from(u8::from(k == 0)) * 2.0).collect()).collect();
            let found = nearest(&points);
            assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            assert!(found.weights.iter().all(|w| *w >= 0.0) && found.gap < 1e-13, "{n}: {}", found.gap);
        }
    }
}
