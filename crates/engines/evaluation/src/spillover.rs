//! Does treatment reach the untreated? The share of a firm's neighbours that are treated, itself left out, beside its own treatment; errors
//! clustered by neighbourhood. Miguel and Kremer (2004), Econometrica 72. A share that matters says that the untreated are no clean
//! comparison; one that does not is no proof.

use serde::{Deserialize, Serialize};

use crate::dist::{t_p, t_quantile};
use crate::frame::Frame;
use crate::linear::{Matrix, Orthogonal};
use crate::notice::{Refusal, Warning};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Spec {
    /// The outcome's column.
    pub outcome: String,
    /// The column that is 1 for the treated and 0 for the others.
    pub treatment: String,
    /// The column of neighbourhoods (municipality, industry).
    pub neighbourhood: String,
    /// Columns held constant.
    pub covariates: Vec<String>,
    /// The level of intervals.
    pub confidence: f64,
}

impl Default for Spec {
    fn default() -> Self {
        Self { outcome: String::new(), treatment: String::new(), neighbourhood: String::new(), covariates: Vec::new(), confidence: 0.95 }
    }
}

/// One coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    /// The estimate.
    pub estimate: f64,
    /// Clustered by neighbourhood: (G/(G−1))·((n−1)/(n−k)).
    pub standard_error: f64,
    /// Two-sided, by Student's t with G − 1 degrees of freedom.
    pub p: f64,
    /// The interval.
    pub interval: [f64; 2],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Rows used.
    pub rows: usize,
    /// Rows left out: something missing, or no neighbour.
    pub dropped: usize,
    /// Neighbourhoods.
    pub neighbourhoods: usize,
    /// The mean share of treated neighbours.
    pub mean_exposure: f64,
    /// The effect of one's own treatment, exposure left out.
    pub own_alone: Coefficient,
    /// The same beside exposure.
    pub own: Coefficient,
    /// The change of the outcome when all instead of no neighbours are treated.
    pub exposure: Coefficient,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
}

struct Data {
    y: Vec<f64>,
    columns: Vec<Vec<f64>>,
    groups: Vec<u32>,
}

/// The coefficient of a column in a regression with a constant, clustered.
fn fit(data: &Data, order: &[usize], confidence: f64) -> Result<Coefficient, Refusal> {
    // The column asked for comes last, so that it is the one left out when others explain it.
    let mut columns = vec![vec![1.0; data.y.len()]];
    columns.extend(order.iter().map(|j| data.columns[*j].clone()));
    let x = Matrix::from_columns(data.y.len(), &columns);
    let fit = Orthogonal::of(&x, 1e-9);
    if fit.collinear.contains(&(columns.len() - 1)) {
        return Err(Refusal::new(
            "no-exposure",
            "処置または近隣の処置割合が、他の列で説明されるか一定のため、影響を分けられません。",
            "treatment or exposure is constant or explained by other columns: its effect cannot be told apart",
        ));
    }
    let b = fit.fit(&data.y);
    let fitted = fit.q.apply(&fit.q.apply_transposed(&data.y));
    let kept = fit.kept.len();
    let inverse = fit.inverse_gram();
    let count = data.groups.iter().max().map_or(0, |g| *g as usize + 1);
    let mut totals = vec![vec![0.0; kept]; count];
    for i in 0..data.y.len() {
        for (a, j) in fit.kept.iter().enumerate() {
            totals[data.groups[i] as usize][a] += x[(i, *j)] * (data.y[i] - fitted[i]);
        }
    }
    let lever = inverse.col(kept - 1);
    let raw = crate::sums::sum(totals.iter().map(|t| {
        let part = crate::sums::dot(lever, t);
        part * part
    }));
    let (n, g) = (data.y.len() as f64, count as f64);
    let scale = g / (g - 1.0) * (n - 1.0) / (n - kept as f64);
    let standard_error = (raw * scale).sqrt();
    let estimate = b[kept - 1];
    let reach = t_quantile(0.5 + confidence / 2.0, g - 1.0) * standard_error;
    Ok(Coefficient { estimate, standard_error, p: t_p(estimate / standard_error, g - 1.0), interval: [estimate - reach, estimate + reach] })
}

/// Looks for spill-over.
///
/// # Errors
/// Columns that are missing or of the wrong kind, fewer than three neighbourhoods, exposure that does not vary.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    let names = [&spec.outcome, &spec.treatment, &spec.neighbourhood].into_iter().chain(&spec.covariates).map(String::as_str);
    let used = frame.complete(names)?;
    let treatment = used.of(frame.numbers(&spec.treatment)?);
    let (codes, count) = frame.groups(&spec.neighbourhood, &used.rows)?;
    let mut sums = vec![(0.0, 0.0); count];
    for (code, d) in codes.iter().zip(&treatment) {
        sums[*code as usize].0 += d;
        sums[*code as usize].1 += 1.0;
    }
    let inside: Vec<usize> = (0..codes.len()).filter(|i| sums[codes[*i] as usize].1 > 1.0).collect();
    let rows: Vec<usize> = inside.iter().map(|i| used.rows[*i]).collect();
    let (groups, neighbourhoods) = frame.groups(&spec.neighbourhood, &rows)?;
    if neighbourhoods < 3 || rows.len() < spec.covariates.len() + 5 || !(spec.confidence > 0.0 && spec.confidence < 1.0) {
        return Err(Refusal::new(
            "few-neighbourhoods",
            format!("2社以上ある近隣が{neighbourhoods}しかありません（3以上必要です）。区分を変えてください。"),
            format!("{neighbourhoods} neighbourhoods have two or more firms (three are needed); choose other neighbourhoods"),
        ));
    }
    let exposure: Vec<f64> = inside
        .iter()
        .map(|i| {
            let (total, all) = sums[codes[*i] as usize];
            (total - treatment[*i]) / (all - 1.0)
        })
        .collect();
    let own: Vec<f64> = inside.iter().map(|i| treatment[*i]).collect();
    let of = |name: &String| -> Result<Vec<f64>, Refusal> {
        let values = frame.numbers(name)?;
        Ok(rows.iter().map(|r| values[*r]).collect())
    };
    let mut columns = spec.covariates.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    let k = columns.len();
    columns.extend([own, exposure.clone()]);
    let data = Data { y: of(&spec.outcome)?, columns, groups };
    let with = |last: [usize; 2], both: bool| -> Vec<usize> { (0..k).chain(both.then_some(last[0])).chain([last[1]]).collect() };
    let exposed = fit(&data, &with([k, k + 1], true), spec.confidence)?;
    let mut warnings = Vec::new();
    if exposed.p < 0.1 {
        let p = exposed.p;
        warnings.push(Warning::blocking(
            "spill-over",
            format!("近隣の処置割合が成果と関係しています（p = {p:.3}）。処置されない企業は影響を受けていない比較相手とは言えません。"),
            format!("the share of treated neighbours moves the outcome (p = {p:.3}); untreated firms are no clean comparison"),
        ));
    }
    Ok(Estimate {
        rows: rows.len(),
        dropped: frame.rows() - rows.len(),
        neighbourhoods,
        mean_exposure: crate::sums::mean(&exposure),
        own_alone: fit(&data, &with([k + 1, k], false), spec.confidence)?,
        own: fit(&data, &with([k + 1, k], true), spec.confidence)?,
        exposure: exposed,
        warnings,
    })
}
