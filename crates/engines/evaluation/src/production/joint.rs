//! Wooldridge (2009), Economics Letters 104: both equations at once, so that the errors of the first stage are in those of the whole. The first
//! equation has a polynomial of its own in state and proxy, first powers included: its coefficient of the state is not the function's, which the
//! second equation tells (capital through its own column, labour through its lag). Petrin and Levinsohn (2012), Journal of Econometrics 168,
//! take the second equation alone: it holds too where labour is chosen before productivity is known, as long as the proxy does not depend on
//! labour and labour's lag tells labour.

use super::panel::{Panel, monomials};
use super::solve::{Fit, Solved, apart, controls, each, least_squares, linked, now, ones, orthonormal, past, plain};
use super::spec::{Restrictions, Spec};
use crate::dist::chi2_p;
use crate::linear::Matrix;
use crate::notice::Refusal;
use crate::sums::dot;

/// One equation: its instruments (orthonormal), and its regressors in the places of all coefficients (none where the equation has none).
struct Equation {
    instruments: Matrix,
    regressors: Vec<Option<Vec<f64>>>,
}

/// Rows with a period before, and what both equations are made of.
struct Parts {
    pairs: Vec<(usize, usize)>,
    y: Vec<f64>,
    one: Vec<f64>,
    free: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    free_past: Vec<Vec<f64>>,
    terms_now: Vec<Vec<f64>>,
    terms_past: Vec<Vec<f64>>,
    controls: Vec<Vec<f64>>,
}

impl Parts {
    fn of(panel: &Panel, spec: &Spec) -> Result<Self, Refusal> {
        let pairs = linked(panel, 10)?;
        let control: Vec<&Vec<f64>> = panel.state.iter().chain(&panel.proxy).collect();
        // Productivity's past is a function of the first equation's polynomial: of no lower degree than either.
        let far = monomials(&control, spec.degree.max(spec.markov), false);
        let near = monomials(&control, spec.degree, false);
        Ok(Self {
            y: now(&pairs, &panel.y),
            one: ones(pairs.len()),
            free: each(&panel.free, |v| now(&pairs, v)),
            state: each(&panel.state, |v| now(&pairs, v)),
            free_past: each(&panel.free, |v| past(&pairs, v)),
            terms_now: each(&near, |v| now(&pairs, v)),
            terms_past: each(&far, |v| past(&pairs, v)),
            controls: each(&panel.controls, |v| now(&pairs, v)),
            pairs,
        })
    }

    /// Coefficients in order: free, state, then the second equation's constant, past and controls, then the first's constant, terms and controls.
    fn second(&self) -> Equation {
        let shared = self.free.iter().chain(&self.state);
        let own = std::iter::once(&self.one).chain(&self.terms_past).chain(&self.controls);
        let without = 1 + self.terms_now.len() + self.controls.len();
        let regressors = shared.chain(own.clone()).cloned().map(Some).chain(std::iter::repeat_n(None, without)).collect();
        let instruments: Vec<Vec<f64>> = own.chain(&self.free_past).chain(&self.state).cloned().collect();
        Equation { instruments: orthonormal(&instruments), regressors }
    }

    fn first(&self) -> Equation {
        let own = std::iter::once(&self.one).chain(&self.terms_now).chain(&self.controls);
        let without = self.state.len() + 1 + self.terms_past.len() + self.controls.len();
        let free = self.free.iter().cloned().map(Some);
        let regressors = free.chain(std::iter::repeat_n(None, without)).chain(own.clone().cloned().map(Some)).collect();
        let instruments: Vec<Vec<f64>> = own.chain(&self.free).cloned().collect();
        Equation { instruments: orthonormal(&instruments), regressors }
    }

    /// Where the second equation's controls begin.
    fn place_of_controls(&self) -> usize {
        self.free.len() + self.state.len() + 1 + self.terms_past.len()
    }
}

/// Moments of all equations by coefficient, and of the outcome.
fn moments(equations: &[Equation], y: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let count = equations.first().map_or(0, |e| e.regressors.len());
    let by = |c: usize| {
        (equations.iter())
            .flat_map(|e| match &e.regressors[c] {
                Some(column) => e.instruments.apply_transposed(column),
                None => vec![0.0; e.instruments.cols()],
            })
            .collect()
    };
    ((0..count).map(by).collect(), equations.iter().flat_map(|e| e.instruments.apply_transposed(y)).collect())
}

/// The second equation alone by two-stage least squares.
///
/// # Errors
/// Too few rows with a period before, inputs that cannot be told apart.
pub(super) fn alone(panel: &Panel, spec: &Spec) -> Result<Solved, Refusal> {
    let parts = Parts::of(panel, spec)?;
    let equation = parts.second();
    let used = parts.place_of_controls() + parts.controls.len();
    let (mut columns, target) = moments(std::slice::from_ref(&equation), &parts.y);
    columns.truncate(used);
    let fit = least_squares(&columns, &target);
    finished(panel, spec, &parts, &fit, None)
}

/// Both equations by two-step moments, the second step weighted by the moments' spread over firms.
///
/// # Errors
/// As [`alone`], and fewer firms than twice the moments.
pub(super) fn both(panel: &Panel, spec: &Spec) -> Result<Solved, Refusal> {
    let parts = Parts::of(panel, spec)?;
    let equations = [parts.first(), parts.second()];
    let (columns, target) = moments(&equations, &parts.y);
    let names = named(spec);
    let start = least_squares(&columns, &target);
    apart(&start, &names, 0)?;
    let spread = spread(panel, &parts, &equations, &start.coefficients);
    let Some(factor) = spread.cholesky().filter(|l| sound(l) && panel.firms.len() >= 2 * target.len()) else {
        let (firms, count) = (panel.firms.len(), target.len());
        return Err(Refusal::new(
            "few-firms",
            format!(
                "企業が{firms}社では{count}個の積率条件に重みを付けられません。degree か markov を下げるか、wooldridge-levinsohn-petrin を使ってください。"
            ),
            format!("{firms} firms are too few to weigh {count} moments; lower degree or markov, or use wooldridge-levinsohn-petrin"),
        ));
    };
    let weighted: Vec<Vec<f64>> = columns.iter().map(|c| forward(&factor, c)).collect();
    let fit = least_squares(&weighted, &forward(&factor, &target));
    let left: Vec<f64> = forward(&factor, &target).iter().zip(&fit.fitted).map(|(y, f)| y - f).collect();
    let degrees = target.len() - (columns.len() - fit.collinear.len());
    let statistic = dot(&left, &left);
    let restrictions = (degrees > 0).then(|| Restrictions { statistic, degrees, p: chi2_p(statistic, degrees as f64) });
    finished(panel, spec, &parts, &fit, restrictions)
}

fn named(spec: &Spec) -> Vec<String> {
    spec.free.iter().chain(&spec.state).cloned().collect()
}

fn finished(panel: &Panel, spec: &Spec, parts: &Parts, fit: &Fit, restrictions: Option<Restrictions>) -> Result<Solved, Refusal> {
    let names = named(spec);
    apart(fit, &names, 0)?;
    let mut own = controls(fit, parts.place_of_controls());
    own.truncate(parts.controls.len());
    let solved = plain(fit.coefficients[..names.len()].to_vec(), None, panel.y.len());
    Ok(Solved { controls: own, rows_second: parts.pairs.len(), restrictions, ..solved })
}

/// The sum over firms of the outer product of each firm's moments.
fn spread(panel: &Panel, parts: &Parts, equations: &[Equation], theta: &[f64]) -> Matrix {
    let left: Vec<Vec<f64>> = equations
        .iter()
        .map(|e| {
            let mut rest = parts.y.clone();
            for (column, b) in e.regressors.iter().zip(theta) {
                for (r, v) in rest.iter_mut().zip(column.iter().flatten()) {
                    *r -= b * v;
                }
            }
            rest
        })
        .collect();
    let mut at = 0;
    let firms: Vec<Vec<f64>> = (panel.firms.iter())
        .map(|(_, to)| {
            let from = at;
            while parts.pairs.get(at).is_some_and(|(row, _)| row < to) {
                at += 1;
            }
            (equations.iter().zip(&left))
                .flat_map(|(e, u)| (0..e.instruments.cols()).map(move |c| dot(&e.instruments.col(c)[from..at], &u[from..at])))
                .collect()
        })
        .collect();
    Matrix::from_columns(firms.first().map_or(0, Vec::len), &firms).transpose().gram(None)
}

/// Whether a lower factor is far from singular.
fn sound(factor: &Matrix) -> bool {
    let diagonal = factor.diagonal();
    let most = diagonal.iter().copied().fold(0.0, f64::max);
    diagonal.iter().all(|d| *d > 1e-8 * most)
}

/// Solves Lv = u for a lower triangular L.
fn forward(lower: &Matrix, u: &[f64]) -> Vec<f64> {
    let mut v = u.to_vec();
    for i in 0..v.len() {
        for j in 0..i {
            v[i] -= lower[(i, j)] * v[j];
        }
        v[i] /= lower[(i, i)];
    }
    v
}
