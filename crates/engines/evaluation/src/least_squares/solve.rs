//! The coefficients: which columns are independent, least squares, two-stage least squares.

use super::design::Design;
use super::moments::{Moments, left};
use crate::linear::{Matrix, Orthogonal};
use crate::notice::Refusal;

/// Below this share left of a column's square the products cannot tell whether it depends on the columns before it.
const DOUBTFUL: f64 = 1e-6;
/// Below this share it is taken to depend, when the rows are too many to be looked at again.
const DEPENDS: f64 = 1e-11;
/// The share of a column's length below which it depends on the others, when the rows themselves are looked at.
const LENGTH: f64 = 1e-9;
/// The share of a column's square that absorbing leaves of one that is constant within levels: rounding and the tolerance.
const ABSORBED: f64 = 1e-20;
/// Rows times columns up to which they are looked at again.
const HELD: usize = 40_000_000;

/// The solution, by the place of its columns in the design.
pub(super) struct Solved {
    /// The regressors that are kept.
    pub(super) kept: Vec<usize>,
    /// Regressors and instruments that depend on others, or that the fixed effects absorb.
    pub(super) collinear: Vec<usize>,
    /// Exogenous regressors and instruments that are kept; as `kept` without instruments.
    pub(super) given: Vec<usize>,
    pub(super) beta: Vec<f64>,
    /// The inverse of the products of the (projected) regressors.
    pub(super) bread: Matrix,
    /// What each coefficient's score is made of: columns of the design and their shares.
    pub(super) projected: Vec<Vec<(usize, f64)>>,
}

impl Solved {
    /// The residual as a sum of columns: outcome less regressors times coefficients.
    pub(super) fn residual(&self) -> Vec<(usize, f64)> {
        std::iter::once((0, 1.0)).chain(self.kept.iter().copied().zip(self.beta.iter().map(|b| -b))).collect()
    }
}

/// Columns that are independent of those before them, those that are not, and the inverse of the products of the former.
pub(super) struct Independent {
    pub(super) kept: Vec<usize>,
    pub(super) collinear: Vec<usize>,
    pub(super) inverse: Matrix,
}

/// Solves for the coefficients.
pub(super) fn solve(design: &Design<'_>, moments: &Moments) -> Result<Solved, Refusal> {
    let last = design.regressors;
    let exogenous: Vec<usize> = (1..=last - design.endogenous.min(last)).collect();
    if design.endogenous == 0 {
        let found = independent(design, moments, &exogenous)?;
        let right: Vec<f64> = found.kept.iter().map(|c| moments.gram[(*c, 0)]).collect();
        let projected = found.kept.iter().map(|c| vec![(*c, 1.0)]).collect();
        let beta = found.inverse.apply(&right);
        let Independent { kept, collinear, inverse } = found;
        return Ok(Solved { given: kept.clone(), kept, collinear, beta, bread: inverse, projected });
    }
    instrumented(design, moments, &exogenous)
}

fn instrumented(design: &Design<'_>, moments: &Moments, exogenous: &[usize]) -> Result<Solved, Refusal> {
    let gram = &moments.gram;
    let endogenous: Vec<usize> = (design.regressors + 1 - design.endogenous..=design.regressors).collect();
    let all: Vec<usize> = exogenous.iter().copied().chain(design.regressors + 1..design.width()).collect();
    let given = independent(design, moments, &all)?;
    let own = given.kept.iter().filter(|c| exogenous.contains(c)).copied();
    let regressors = independent(design, moments, &own.chain(endogenous.iter().copied()).collect::<Vec<_>>())?;
    let excluded = given.kept.iter().filter(|c| !exogenous.contains(c)).count();
    let lost: Vec<&str> = regressors.collinear.iter().map(|c| design.names[*c].as_str()).collect();
    if excluded < endogenous.len() || !lost.is_empty() {
        return Err(not_identified(excluded, endogenous.len(), &lost));
    }
    let kept = regressors.kept;
    let block = |rows: &[usize], cols: &[usize]| Matrix::from_fn(rows.len(), cols.len(), |i, j| gram[(rows[i], cols[j])]);
    let shares = given.inverse.times(&block(&given.kept, &kept));
    let projected_gram = block(&kept, &given.kept).times(&shares);
    let bread = inverse(&projected_gram).ok_or_else(|| not_identified(excluded, endogenous.len(), &[]))?;
    let right = shares.transpose().apply(block(&given.kept, &[0]).col(0));
    let beta = bread.apply(&right);
    let of = |j: usize| given.kept.iter().enumerate().map(|(i, c)| (*c, shares[(i, j)])).collect::<Vec<_>>();
    let exact = |j: usize| if exogenous.contains(&kept[j]) { vec![(kept[j], 1.0)] } else { of(j) };
    let projected = (0..kept.len()).map(exact).collect();
    Ok(Solved { collinear: given.collinear, given: given.kept, beta, bread, projected, kept })
}

/// Goes through the columns in order and keeps those that are independent of the ones kept before.
pub(super) fn independent(design: &Design<'_>, moments: &Moments, columns: &[usize]) -> Result<Independent, Refusal> {
    let gram = &moments.gram;
    let mut factor: Vec<Vec<f64>> = Vec::new();
    let (mut kept, mut collinear, mut doubtful) = (Vec::new(), Vec::new(), false);
    for column in columns {
        let own = gram[(*column, *column)];
        if own <= ABSORBED * moments.squares[*column].max(moments.about_mean(*column)) || own <= 0.0 {
            collinear.push(*column);
            continue;
        }
        let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
        for (i, before) in kept.iter().enumerate() {
            let before: usize = *before;
            let cosine = gram[(before, *column)] / (gram[(before, before)].sqrt() * own.sqrt());
            let above: &Vec<f64> = &factor[i];
            let value = (cosine - crate::sums::dot(&above[..i], &row)) / above[i];
            row.push(value);
        }
        let rest = 1.0 - crate::sums::dot(&row, &row);
        doubtful |= rest < DOUBTFUL;
        if rest <= DEPENDS {
            collinear.push(*column);
        } else {
            row.push(rest.sqrt());
            factor.push(row);
            kept.push(*column);
        }
    }
    if doubtful && design.rows.saturating_mul(columns.len()) <= HELD {
        return looked_at(design, moments, columns);
    }
    let own = Matrix::from_fn(kept.len(), kept.len(), |i, j| gram[(kept[i], kept[j])]);
    let inverse = inverse(&own).ok_or_else(singular)?;
    collinear.sort_unstable();
    Ok(Independent { kept, collinear, inverse })
}

/// The same from the rows themselves, orthogonalised one after the other.
fn looked_at(design: &Design<'_>, moments: &Moments, columns: &[usize]) -> Result<Independent, Refusal> {
    let gram = &moments.gram;
    let alive: Vec<usize> = columns.iter().copied().filter(|c| gram[(*c, *c)] > ABSORBED * moments.squares[*c]).collect();
    let mut data: Vec<Vec<f64>> = vec![Vec::with_capacity(design.rows); alive.len()];
    for block in 0..design.blocks.len() {
        let rows = left(design, &moments.absorbed.levels, block)?;
        for (out, column) in data.iter_mut().zip(&alive) {
            out.extend(rows.columns[*column].iter().enumerate().map(|(i, v)| v * rows.weight(i).sqrt()));
        }
    }
    let found = Orthogonal::of(&Matrix::from_columns(design.rows, &data), LENGTH);
    let kept: Vec<usize> = found.kept.iter().map(|i| alive[*i]).collect();
    let collinear = columns.iter().copied().filter(|c| !kept.contains(c)).collect();
    Ok(Independent { kept, collinear, inverse: found.inverse_gram() })
}

/// The inverse of a symmetric positive definite matrix, its columns brought to one length first.
pub(super) fn inverse(gram: &Matrix) -> Option<Matrix> {
    let n = gram.rows();
    if n == 0 {
        return Some(Matrix::zeros(0, 0));
    }
    let scale: Vec<f64> = gram.diagonal().iter().map(|d| 1.0 / d.sqrt()).collect();
    let even = Matrix::from_fn(n, n, |i, j| gram[(i, j)] * scale[i] * scale[j]);
    let inverse = even.inverse_spd()?;
    Some(Matrix::from_fn(n, n, |i, j| (inverse[(i, j)] + inverse[(j, i)]) / 2.0 * scale[i] * scale[j])).filter(Matrix::all_finite)
}

fn singular() -> Refusal {
    Refusal::new(
        "singular",
        "説明変数の積の行列が解けません。ほとんど同じ動きをする列を除いてください。",
        "the products of the regressors cannot be inverted; leave out columns that move almost alike",
    )
}

fn not_identified(instruments: usize, endogenous: usize, lost: &[&str]) -> Refusal {
    let lost = if lost.is_empty() { String::new() } else { format!(" ({})", lost.join(", ")) };
    Refusal::new(
        "not-identified",
        format!(
            "内生変数{endogenous}個に対し、互いに独立な操作変数が{instruments}個です{lost}。操作変数を加えるか、ほかの列と重なる内生変数を除いてください。"
        ),
        format!(
            "there are {instruments} independent instruments for {endogenous} endogenous regressors{lost}; add instruments, or leave out endogenous regressors that depend on other columns"
        ),
    )
}
