//! What the balancing estimators read from a frame: outcome, treatment of zeros and ones, sampling weights, and covariates centred and
//! scaled so that no unit of measurement matters to the arithmetic.

use crate::frame::{Column, Frame};
use crate::linear::{Matrix, Orthogonal};
use crate::notice::Refusal;
use crate::sums::{mean, sum};

/// The rows in use.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub y: Vec<f64>,
    pub treated: Vec<bool>,
    /// Sampling weights with mean one.
    pub weights: Vec<f64>,
    pub covariates: Covariates,
    /// Row of the frame for each row in use.
    pub rows: Vec<usize>,
    pub dropped: usize,
}

/// Covariates as they came, one column each, names beside them.
#[derive(Debug, Clone, Default)]
pub(super) struct Covariates {
    pub names: Vec<String>,
    pub columns: Vec<Vec<f64>>,
}

/// A constant and the covariates that do not depend on earlier ones, standardised; and the way back to their units.
#[derive(Debug, Clone)]
pub(super) struct Design {
    /// Constant first.
    pub z: Matrix,
    /// Names of the kept columns, `(constant)` first.
    pub names: Vec<String>,
    /// Covariates that were left out because earlier ones explain them (or because they do not vary).
    pub dropped: Vec<String>,
    centres: Vec<f64>,
    scales: Vec<f64>,
}

fn refuse(code: &'static str, ja: String, en: String) -> Refusal {
    Refusal::new(code, ja, en)
}

/// Reads a column that says who was treated.
pub(super) fn zeros_and_ones(frame: &Frame, name: &str, rows: &[usize]) -> Result<Vec<bool>, Refusal> {
    let values = frame.numbers(name)?;
    rows.iter()
        .map(|row| match values[*row] {
            0.0 => Ok(false),
            1.0 => Ok(true),
            other => Err(refuse(
                "not-binary",
                format!("列「{name}」の{}行目は{other}です。処置の列は0か1にしてください。", row + 1),
                format!("column \"{name}\", row {} is {other}; the treatment has to be 0 or 1", row + 1),
            )),
        })
        .collect()
}

/// Sampling weights brought to mean one; ones when none are named.
pub(super) fn weights_of(frame: &Frame, name: Option<&str>, rows: &[usize]) -> Result<Vec<f64>, Refusal> {
    let Some(name) = name else { return Ok(vec![1.0; rows.len()]) };
    let all = frame.numbers(name)?;
    let values: Vec<f64> = rows.iter().map(|row| all[*row]).collect();
    if let Some(at) = values.iter().position(|w| *w < 0.0) {
        let row = rows[at] + 1;
        return Err(refuse(
            "negative-weight",
            format!("重みの列「{name}」の{row}行目が負です。0以上にしてください。"),
            format!("weights in column \"{name}\": row {row} is negative; weights are zero or more"),
        ));
    }
    let centre = mean(&values);
    if !(centre > 0.0 && centre.is_finite()) {
        return Err(refuse(
            "zero-weights",
            format!("重みの列「{name}」がすべて0です。"),
            format!("all weights in column \"{name}\" are zero"),
        ));
    }
    Ok(values.iter().map(|w| w / centre).collect())
}

impl Covariates {
    /// Numbers as they are; a column of names becomes one column of zeros and ones for each level but the first.
    pub(super) fn read<'a>(frame: &Frame, names: impl IntoIterator<Item = &'a str>, rows: &[usize]) -> Result<Self, Refusal> {
        let mut out = Self::default();
        for name in names {
            match frame.column(name)? {
                Column::Number(values) => {
                    out.names.push(name.to_owned());
                    out.columns.push(rows.iter().map(|row| values[*row]).collect());
                }
                Column::Name { codes, levels } => {
                    let mut present: Vec<u32> = rows.iter().map(|row| codes[*row]).collect();
                    present.sort_unstable();
                    present.dedup();
                    for code in present.iter().skip(1) {
                        out.names.push(format!("{name}={}", levels[*code as usize]));
                        out.columns.push(rows.iter().map(|row| f64::from(u8::from(codes[*row] == *code))).collect());
                    }
                }
            }
        }
        Ok(out)
    }

    pub(super) fn keep(&self, rows: &[usize]) -> Self {
        let columns = self.columns.iter().map(|c| rows.iter().map(|r| c[*r]).collect()).collect();
        Self { names: self.names.clone(), columns }
    }
}

impl Sample {
    pub(super) fn read(
        frame: &Frame,
        outcome: &str,
        treatment: &str,
        covariates: &[String],
        weights: Option<&str>,
        also: &[String],
    ) -> Result<Self, Refusal> {
        let needed = [outcome, treatment].into_iter().chain(weights).chain(covariates.iter().chain(also).map(String::as_str));
        let used = frame.complete(needed)?;
        let all = frame.numbers(outcome)?;
        let sample = Self {
            y: used.of(all),
            treated: zeros_and_ones(frame, treatment, &used.rows)?,
            weights: weights_of(frame, weights, &used.rows)?,
            covariates: Covariates::read(frame, covariates.iter().map(String::as_str), &used.rows)?,
            rows: used.rows,
            dropped: used.dropped,
        };
        for (arm, ja, en) in [(true, "処置群", "treated"), (false, "比較群", "comparison")] {
            let count = sample.count(arm);
            if count < 2 {
                return Err(refuse(
                    "one-arm",
                    format!("列「{treatment}」で{ja}が{count}件しかありません。両群に2件以上が必要です。"),
                    format!("column \"{treatment}\" has {count} {en} rows; each arm needs at least two"),
                ));
            }
        }
        Ok(sample)
    }

    /// How many rows with weight are in the arm.
    pub(super) fn count(&self, arm: bool) -> usize {
        self.treated.iter().zip(&self.weights).filter(|(d, w)| **d == arm && **w > 0.0).count()
    }

    pub(super) fn keep(&self, rows: &[usize]) -> Self {
        let of = |values: &[f64]| -> Vec<f64> { rows.iter().map(|r| values[*r]).collect() };
        let weights = of(&self.weights);
        let centre = mean(&weights);
        Self {
            y: of(&self.y),
            treated: rows.iter().map(|r| self.treated[*r]).collect(),
            weights: weights.iter().map(|w| w / centre).collect(),
            covariates: self.covariates.keep(rows),
            rows: rows.iter().map(|r| self.rows[*r]).collect(),
            dropped: self.dropped + self.rows.len() - rows.len(),
        }
    }
}

/// The weighted mean and standard deviation (divisor: the weights' sum).
pub(super) fn moments(values: &[f64], weights: &[f64]) -> (f64, f64) {
    let total = sum(weights.iter().copied());
    let centre = sum(values.iter().zip(weights).map(|(v, w)| v * w)) / total;
    let spread = sum(values.iter().zip(weights).map(|(v, w)| w * (v - centre) * (v - centre))) / total;
    (centre, spread.max(0.0).sqrt())
}

impl Design {
    pub(super) fn of(covariates: &Covariates, weights: &[f64]) -> Self {
        let rows = weights.len();
        let (mut columns, mut names, mut dropped) = (vec![vec![1.0; rows]], vec!["(constant)".to_owned()], Vec::new());
        let (mut centres, mut scales) = (Vec::new(), Vec::new());
        for (name, values) in covariates.names.iter().zip(&covariates.columns) {
            let (centre, spread) = moments(values, weights);
            if spread > 1e-12 * centre.abs() && spread > 0.0 {
                columns.push(values.iter().map(|v| (v - centre) / spread).collect());
                names.push(name.clone());
                centres.push(centre);
                scales.push(spread);
            } else {
                dropped.push(name.clone());
            }
        }
        let root: Vec<f64> = weights.iter().map(|w| w.sqrt()).collect();
        let weighted: Vec<Vec<f64>> = columns.iter().map(|c| c.iter().zip(&root).map(|(v, w)| v * w).collect()).collect();
        let kept = Orthogonal::of(&Matrix::from_columns(rows, &weighted), 1e-9);
        dropped.extend(kept.collinear.iter().map(|j| names[*j].clone()));
        let chosen = |values: &[f64]| -> Vec<f64> { kept.kept.iter().filter(|j| **j > 0).map(|j| values[*j - 1]).collect() };
        Self {
            z: Matrix::from_columns(rows, &columns).select(&kept.kept),
            names: kept.kept.iter().map(|j| names[*j].clone()).collect(),
            dropped,
            centres: chosen(&centres),
            scales: chosen(&scales),
        }
    }

    /// The matrix that takes coefficients of the standardised columns to coefficients of the columns as they came.
    pub(super) fn back(&self) -> Matrix {
        let k = self.names.len();
        let mut back = Matrix::zeros(k, k);
        back[(0, 0)] = 1.0;
        for j in 1..k {
            back[(j, j)] = 1.0 / self.scales[j - 1];
            back[(0, j)] = -self.centres[j - 1] / self.scales[j - 1];
        }
        back
    }
}
