//! How strong instruments are, and whether more of them than needed agree.

use serde::Serialize;

use super::design::Design;
use super::moments::Moments;
use super::scores::{self, Meat, Mix};
use super::solve::{Solved, inverse};
use super::spec::{Errors, Spec};
use super::variance::{Variance, dimensions, observations};
use crate::dist;
use crate::linear::Matrix;
use crate::notice::{Refusal, Warning};

/// An F below which instruments are called weak (Staiger and Stock 1997).
const WEAK: f64 = 10.0;

/// What the instruments can carry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Instruments {
    /// One for each endogenous regressor.
    pub first_stages: Vec<FirstStage>,
    /// Sargan's test when there are more instruments than endogenous regressors; it takes all rows to have one variance.
    pub over_identification: Option<Test>,
    /// Wu's and Hausman's test: whether least squares would do. It takes all rows to have one variance.
    pub endogeneity: Option<Test>,
}

/// The excluded instruments in the regression of one endogenous regressor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstStage {
    /// The endogenous regressor.
    pub name: String,
    /// The F statistic of the excluded instruments if all rows had one variance.
    pub f: Test,
    /// The same with errors counted as the regression counts them.
    pub robust: Test,
}

/// A test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Test {
    /// Its statistic: F, or χ² when the second degrees of freedom are none.
    pub statistic: f64,
    /// Its p-value.
    pub p: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Degrees of freedom below, of an F.
    pub df2: Option<f64>,
}

fn f_test(statistic: f64, df: f64, below: f64) -> Test {
    Test { statistic, p: dist::f_p(statistic, df, below), df, df2: Some(below) }
}

/// Tests the instruments, and warns when they are weak.
pub(super) fn instruments(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    variance: &Variance,
    spec: &Spec,
) -> Result<(Instruments, Vec<Warning>), Refusal> {
    let endogenous: Vec<usize> = (design.regressors + 1 - design.endogenous..=design.regressors).collect();
    let first_stages =
        endogenous.iter().map(|column| first_stage(design, moments, solved, *column, variance, spec)).collect::<Result<Vec<_>, _>>()?;
    let warnings = first_stages.iter().filter(|stage| stage.robust.statistic < WEAK).map(weak).collect();
    let over_identification = sargan(design, moments, solved, variance);
    let endogeneity = hausman(design, moments, solved, variance, &endogenous);
    Ok((Instruments { first_stages, over_identification, endogeneity }, warnings))
}

fn block(gram: &Matrix, rows: &[usize], cols: &[usize]) -> Matrix {
    Matrix::from_fn(rows.len(), cols.len(), |i, j| gram[(rows[i], cols[j])])
}

/// Coefficients and residual squares of the regression of one column on others.
fn regress(gram: &Matrix, on: &[usize], column: usize) -> Option<(Matrix, Vec<f64>, f64)> {
    let inverse = inverse(&block(gram, on, on))?;
    let right = block(gram, on, &[column]);
    let beta = inverse.apply(right.col(0));
    let squares = gram[(column, column)] - crate::sums::dot(&beta, right.col(0));
    Some((inverse, beta, squares.max(0.0)))
}

fn first_stage(
    design: &Design<'_>,
    moments: &Moments,
    solved: &Solved,
    column: usize,
    variance: &Variance,
    spec: &Spec,
) -> Result<FirstStage, Refusal> {
    let gram = &moments.gram;
    let excluded: Vec<usize> = (0..solved.given.len()).filter(|i| solved.given[*i] > design.regressors).collect();
    let own: Vec<usize> = solved.given.iter().copied().filter(|c| *c <= design.regressors).collect();
    let unsolved = || {
        Refusal::new(
            "singular",
            "第1段階を解けません。操作変数を見直してください。",
            "the first stage cannot be solved; look at the instruments",
        )
    };
    let (bread, beta, with) = regress(gram, &solved.given, column).ok_or_else(unsolved)?;
    let without = regress(gram, &own, column).map_or(gram[(column, column)], |found| found.2);
    let n = observations(design, moments);
    let q = excluded.len() as f64;
    let effects = |counted: f64| counted - solved.kept.len() as f64 + solved.given.len() as f64;
    let all: f64 = design.effects.iter().map(|e| e.count as f64).sum::<f64>() - (design.effects.len().saturating_sub(1) as f64);
    let below = n - solved.given.len() as f64 - all;
    let plain = f_test((without - with) / q / (with / below), q, below);
    let residual: Mix = std::iter::once((column, 1.0)).chain(solved.given.iter().copied().zip(beta.iter().map(|b| -b))).collect();
    let regressors: Vec<Mix> = solved.given.iter().map(|c| vec![(*c, 1.0)]).collect();
    let meat = meat(design, moments, &regressors, &residual, spec)?;
    let robust = match meat {
        None => plain,
        Some(meat) => {
            let whole = bread.times(&meat).times(&bread);
            let part = Matrix::from_fn(excluded.len(), excluded.len(), |i, j| whole[(excluded[i], excluded[j])]);
            let picked: Vec<f64> = excluded.iter().map(|i| beta[*i]).collect();
            let small = variance.factor * (n - variance.parameters) / (n - effects(variance.parameters));
            let wald = inverse(&part).map_or(f64::NAN, |inverse| inverse.quadratic(&picked)) / small / q;
            f_test(wald, q, if spec.counted().clustered() { variance.freedom } else { below })
        }
    };
    Ok(FirstStage { name: design.names[column].clone(), f: plain, robust })
}

/// The squares of scores as the errors are counted; none for iid. CRV3 is counted as CRV1, and HC2 and HC3 as HC1.
fn meat(design: &Design<'_>, moments: &Moments, regressors: &[Mix], residual: &Mix, spec: &Spec) -> Result<Option<Matrix>, Refusal> {
    let levels = &moments.absorbed.levels;
    match spec.counted() {
        Errors::Iid => Ok(None),
        Errors::Hc1 | Errors::Hc2 | Errors::Hc3 => {
            let found = scores::pass(design, levels, regressors, residual, &Meat::Rows(None))?;
            Ok(found.meat.into_iter().next())
        }
        Errors::Crv1 | Errors::Crv3 => {
            let (signs, dimensions): (Vec<f64>, Vec<_>) = dimensions(design).into_iter().unzip();
            let found = scores::pass(design, levels, regressors, residual, &Meat::Clusters(&dimensions))?;
            let k = regressors.len();
            Ok(Some(found.meat.into_iter().zip(signs).fold(Matrix::zeros(k, k), |sum, (meat, sign)| sum.plus(&meat.scaled(sign)))))
        }
    }
}

/// Sargan's statistic: n times the share of the residuals' squares that all instruments explain.
fn sargan(design: &Design<'_>, moments: &Moments, solved: &Solved, variance: &Variance) -> Option<Test> {
    let df = solved.given.len().checked_sub(solved.kept.len()).filter(|df| *df > 0)? as f64;
    let residual = solved.residual();
    let explained: Vec<f64> = solved.given.iter().map(|z| residual.iter().map(|(c, share)| share * moments.gram[(*z, *c)]).sum()).collect();
    let inverse = inverse(&block(&moments.gram, &solved.given, &solved.given))?;
    let statistic = observations(design, moments) * inverse.quadratic(&explained) / variance.squares;
    Some(Test { statistic, p: dist::chi2_p(statistic, df), df, df2: None })
}

/// Adds the first stages' residuals to the regression; if they matter, the regressors are endogenous.
fn hausman(design: &Design<'_>, moments: &Moments, solved: &Solved, variance: &Variance, endogenous: &[usize]) -> Option<Test> {
    let gram = &moments.gram;
    // The regression on regressors and first-stage residuals spans the same columns as that on regressors and fitted values.
    let fitted: Vec<&Mix> = solved.kept.iter().zip(&solved.projected).filter(|(c, _)| endogenous.contains(c)).map(|(_, mix)| mix).collect();
    let mixes: Vec<Mix> = solved.kept.iter().map(|c| vec![(*c, 1.0)]).chain(fitted.into_iter().cloned()).collect();
    let inner = |a: &Mix, b: &Mix| a.iter().map(|(i, x)| b.iter().map(|(j, y)| x * y * gram[(*i, *j)]).sum::<f64>()).sum::<f64>();
    let own = Matrix::from_fn(mixes.len(), mixes.len(), |i, j| inner(&mixes[i], &mixes[j]));
    let right: Vec<f64> = mixes.iter().map(|mix| inner(mix, &vec![(0, 1.0)])).collect();
    let squares = |m: usize| {
        let part = Matrix::from_fn(m, m, |i, j| own[(i, j)]);
        inverse(&part).map(|inverse| gram[(0, 0)] - inverse.quadratic(&right[..m]))
    };
    let (with, without) = (squares(mixes.len())?, squares(solved.kept.len())?);
    let q = endogenous.len() as f64;
    let below = observations(design, moments) - variance.parameters - q;
    (below > 0.0 && with > 0.0).then(|| f_test((without - with) / q / (with / below), q, below))
}

fn weak(stage: &FirstStage) -> Warning {
    let (name, f) = (&stage.name, stage.robust.statistic);
    Warning::blocking(
        "weak-instruments",
        format!(
            "操作変数が「{name}」を弱くしか説明しません（第1段階の F = {f:.2}、目安は10以上）。推定値は最小二乗の方へ偏り、区間は当てになりません。"
        ),
        format!(
            "the instruments hardly explain \"{name}\" (first-stage F = {f:.2}, below 10): the estimate leans towards least squares and its interval cannot be trusted"
        ),
    )
}
