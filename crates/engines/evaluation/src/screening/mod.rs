//! A screen of outcomes that firms report themselves: a digit too many or too few, yen for thousand yen, zeros, round figures, figures
//! carried over or shared between firms; and what each reading does to the comparison. The screen flags, it does not correct the record.

mod digits;
mod estimates;

use serde::{Deserialize, Serialize};

pub use digits::{Heaping, LastDigits};
pub use estimates::{Reread, Screened, ScreenedSpec, screened};

use crate::dist::{normal_p, normal_quantile};
use crate::frame::Frame;
use crate::notice::{Refusal, Warning};
use crate::sums::{mean, quantile_linear, sorted, variance};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Spec {
    /// The reported figure (sales, wages, value added).
    pub outcome: String,
    /// The firm; its other figures are what a slip shows against.
    pub firm: Option<String>,
    /// The period, to tell figures carried over from the period before.
    pub time: Option<String>,
    /// A figure to compare with instead of the firm's others, for example last year's from the register.
    pub reference: Option<String>,
    /// Workers: the comparison is also made by head.
    pub workers: Option<String>,
    /// The column that is 1 for the treated and 0 for the others, to compare before and after the screen.
    pub treatment: Option<String>,
    /// How near to a power of ten a ratio has to be to count as a slip, in powers of ten.
    pub tolerance: f64,
    /// The level of intervals.
    pub confidence: f64,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            firm: None,
            time: None,
            reference: None,
            workers: None,
            treatment: None,
            tolerance: 0.12,
            confidence: 0.95,
        }
    }
}

/// Why a row is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// About a thousand times (or a thousandth of) what the firm reports otherwise.
    ThousandYen,
    /// About ten or a hundred times (or a tenth or hundredth).
    DigitSlip,
    /// Zero where the firm otherwise reports something.
    Zero,
    /// The same figure as in the period before, to the last digit.
    CarriedOver,
    /// The same figure (and workers) as another firm in the same period.
    Shared,
}

/// One flagged row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The row of the table, counted from one.
    pub row: usize,
    /// Why.
    pub kind: Kind,
    /// What was reported.
    pub value: f64,
    /// What it was held against.
    pub against: f64,
    /// By what power of ten it would have to be multiplied to fit, for slips.
    pub power: i32,
}

/// The comparison under one reading of the figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// `as-reported`, `slips-rescaled`, `flagged-left-out`.
    pub reading: &'static str,
    /// `outcome` or `per-worker`.
    pub figure: &'static str,
    /// Rows of treated and comparison arms; all and none without a treatment column.
    pub rows: [usize; 2],
    /// Their means.
    pub means: [f64; 2],
    /// The difference.
    pub difference: f64,
    /// Its standard error, each arm with its own variance.
    pub standard_error: f64,
    /// Two-sided, by the normal.
    pub p: f64,
    /// The interval.
    pub interval: [f64; 2],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Figures looked at.
    pub rows: usize,
    /// Rows without a figure.
    pub missing: usize,
    /// How many rows were flagged for each reason.
    pub counts: Vec<(Kind, usize)>,
    /// The flagged rows.
    pub findings: Vec<Finding>,
    /// How last digits are spread.
    pub last_digits: Option<LastDigits>,
    /// How many figures are round.
    pub heaping: Vec<Heaping>,
    /// The comparison as reported, with slips rescaled, and with flagged rows left out.
    pub readings: Vec<Reading>,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
}

struct Rows {
    rows: Vec<usize>,
    values: Vec<f64>,
    firms: Option<Vec<u32>>,
    times: Option<Vec<f64>>,
    reference: Option<Vec<f64>>,
    workers: Option<Vec<f64>>,
    treated: Option<Vec<bool>>,
}

fn read(frame: &Frame, spec: &Spec) -> Result<Rows, Refusal> {
    let used = frame.complete([spec.outcome.as_str()].into_iter().chain(spec.firm.iter().chain(&spec.treatment).map(String::as_str)))?;
    let of =
        |name: &Option<String>| -> Result<Option<Vec<f64>>, Refusal> { name.as_ref().map(|n| Ok(used.of(frame.numbers(n)?))).transpose() };
    let treated = match of(&spec.treatment)? {
        None => None,
        Some(values) => {
            if let Some(at) = values.iter().position(|v| *v != 0.0 && *v != 1.0) {
                let (name, row) = (spec.treatment.as_deref().unwrap_or_default(), used.rows[at] + 1);
                return Err(Refusal::new(
                    "not-binary",
                    format!("列「{name}」の{row}行目が0でも1でもありません。"),
                    format!("column \"{name}\", row {row} is neither 0 nor 1"),
                ));
            }
            Some(values.iter().map(|v| *v == 1.0).collect())
        }
    };
    Ok(Rows {
        values: used.of(frame.numbers(&spec.outcome)?),
        firms: spec.firm.as_ref().map(|f| frame.groups(f, &used.rows)).transpose()?.map(|(codes, _)| codes),
        times: of(&spec.time)?,
        reference: of(&spec.reference)?,
        workers: of(&spec.workers)?,
        treated,
        rows: used.rows,
    })
}

/// What each figure is held against: the reference, or the median of the firm's other figures that are not zero.
fn against(rows: &Rows) -> Vec<f64> {
    if let Some(reference) = &rows.reference {
        return reference.clone();
    }
    let Some(firms) = &rows.firms else { return vec![f64::NAN; rows.values.len()] };
    let mut of = std::collections::BTreeMap::<u32, Vec<usize>>::new();
    firms.iter().enumerate().for_each(|(i, f)| of.entry(*f).or_default().push(i));
    let mut out = vec![f64::NAN; rows.values.len()];
    for members in of.values() {
        for i in members {
            let others: Vec<f64> = members.iter().filter(|j| *j != i && rows.values[**j] != 0.0).map(|j| rows.values[*j]).collect();
            out[*i] = quantile_linear(&sorted(&others), 0.5);
        }
    }
    out
}

/// The power of ten by which a figure misses, if it misses by about one.
fn slip(value: f64, against: f64, tolerance: f64) -> Option<i32> {
    let ratio = value / against;
    if !(ratio > 0.0 && ratio.is_finite()) {
        return None;
    }
    let power = crate::maths::ln(ratio) / std::f64::consts::LN_10;
    let near = power.round();
    ((power - near).abs() <= tolerance && (1.0..=3.0).contains(&near.abs())).then_some(-(near as i32))
}

fn find(rows: &Rows, spec: &Spec) -> Vec<Finding> {
    let held = against(rows);
    let mut out = Vec::new();
    let mut flag = |i: usize, kind, against, power| {
        out.push(Finding { row: rows.rows[i] + 1, kind, value: rows.values[i], against, power });
    };
    for (i, value) in rows.values.iter().enumerate() {
        if *value == 0.0 && held[i].abs() > 0.0 {
            flag(i, Kind::Zero, held[i], 0);
        }
        if let Some(power) = slip(*value, held[i], spec.tolerance) {
            let kind = if power.abs() == 3 { Kind::ThousandYen } else { Kind::DigitSlip };
            flag(i, kind, held[i], power);
        }
    }
    for (i, kind) in repeated(rows) {
        flag(i, kind, rows.values[i], 0);
    }
    out.sort_by_key(|f| (f.row, f.kind));
    out
}

/// Figures carried over from the firm's period before, and figures that two firms share.
fn repeated(rows: &Rows) -> Vec<(usize, Kind)> {
    let (Some(firms), Some(times)) = (&rows.firms, &rows.times) else { return Vec::new() };
    let telling = |v: f64| v.abs() >= 1000.0;
    let mut order: Vec<usize> = (0..firms.len()).filter(|i| !times[*i].is_nan()).collect();
    order.sort_by(|a, b| firms[*a].cmp(&firms[*b]).then(times[*a].total_cmp(&times[*b])));
    let mut out: Vec<(usize, Kind)> = (order.windows(2))
        .filter(|w| firms[w[0]] == firms[w[1]] && rows.values[w[0]] == rows.values[w[1]] && telling(rows.values[w[1]]))
        .map(|w| (w[1], Kind::CarriedOver))
        .collect();
    let workers = |i: usize| rows.workers.as_ref().map_or(0, |w| w[i].to_bits());
    let key = |i: usize| (times[i].to_bits(), rows.values[i].to_bits(), workers(i));
    let mut same = std::collections::BTreeMap::<(u64, u64, u64), Vec<usize>>::new();
    // A round figure is shared by chance.
    let round = |v: f64| v % 1000.0 == 0.0;
    order.iter().filter(|i| telling(rows.values[**i]) && !round(rows.values[**i])).for_each(|i| same.entry(key(*i)).or_default().push(*i));
    for members in same.values().filter(|m| m.len() > 1) {
        out.extend(members.iter().map(|i| (*i, Kind::Shared)));
    }
    out
}

fn compare(reading: &'static str, figure: &'static str, values: &[(f64, bool)], both: bool, confidence: f64) -> Reading {
    let arm = |wanted: bool| values.iter().filter(|(_, d)| !both || *d == wanted).map(|(v, _)| *v).collect::<Vec<f64>>();
    let (one, zero) = (arm(true), if both { arm(false) } else { Vec::new() });
    let part = |v: &[f64]| if v.is_empty() { 0.0 } else { variance(v) / v.len() as f64 };
    let means = [mean(&one), if both { mean(&zero) } else { 0.0 }];
    let difference = means[0] - means[1];
    let standard_error = (part(&one) + part(&zero)).sqrt();
    let reach = normal_quantile(0.5 + confidence / 2.0) * standard_error;
    Reading {
        reading,
        figure,
        rows: [one.len(), zero.len()],
        means,
        difference,
        standard_error,
        p: normal_p(difference / standard_error),
        interval: [difference - reach, difference + reach],
    }
}

fn readings(rows: &Rows, findings: &[Finding], spec: &Spec) -> Vec<Reading> {
    let place: std::collections::BTreeMap<usize, usize> = rows.rows.iter().enumerate().map(|(i, r)| (r + 1, i)).collect();
    let (mut scale, mut flagged) = (vec![1.0; rows.values.len()], vec![false; rows.values.len()]);
    for finding in findings {
        if let Some(i) = place.get(&finding.row) {
            flagged[*i] = true;
            if finding.power != 0 {
                scale[*i] = 10.0_f64.powi(finding.power);
            }
        }
    }
    let treated = |i: usize| rows.treated.as_ref().is_none_or(|t| t[i]);
    let both = rows.treated.is_some();
    let mut out = Vec::new();
    for figure in ["outcome", "per-worker"] {
        let by = |i: usize| match (figure, &rows.workers) {
            ("outcome", _) => 1.0,
            (_, Some(workers)) if workers[i] > 0.0 => workers[i],
            _ => f64::NAN,
        };
        for reading in ["as-reported", "slips-rescaled", "flagged-left-out"] {
            let values: Vec<(f64, bool)> = (0..rows.values.len())
                .filter(|i| reading != "flagged-left-out" || !flagged[*i])
                .map(|i| (rows.values[i] / by(i) * if reading == "slips-rescaled" { scale[i] } else { 1.0 }, treated(i)))
                .filter(|(v, _)| v.is_finite())
                .collect();
            if !values.is_empty() {
                out.push(compare(reading, figure, &values, both, spec.confidence));
            }
        }
    }
    out
}

/// Screens the figures.
///
/// # Errors
/// Columns that are missing or of the wrong kind, no figure at all.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    if !(spec.confidence > 0.0 && spec.confidence < 1.0 && spec.tolerance > 0.0 && spec.tolerance < 0.5) {
        return Err(Refusal::new(
            "spec",
            "confidence は0と1の間、tolerance は0と0.5の間にしてください。",
            "confidence lies between 0 and 1, tolerance between 0 and 0.5",
        ));
    }
    let rows = read(frame, spec)?;
    let findings = find(&rows, spec);
    let kinds = [Kind::ThousandYen, Kind::DigitSlip, Kind::Zero, Kind::CarriedOver, Kind::Shared];
    let out = Estimate {
        rows: rows.rows.len(),
        missing: frame.rows() - rows.rows.len(),
        counts: kinds.map(|k| (k, findings.iter().filter(|f| f.kind == k).count())).to_vec(),
        last_digits: digits::last_digits(&rows.values),
        heaping: digits::heaping(&rows.values),
        readings: readings(&rows, &findings, spec),
        findings,
        warnings: Vec::new(),
    };
    Ok(Estimate { warnings: doubts(&out), ..out })
}

fn doubts(out: &Estimate) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let slips: usize = out.counts.iter().filter(|(k, _)| matches!(k, Kind::ThousandYen | Kind::DigitSlip)).map(|(_, n)| n).sum();
    if slips > 0 {
        warnings.push(Warning::note(
            "slips",
            format!("単位や桁の誤りと見られる値が{slips}件あります。原資料で確かめてください。"),
            format!("{slips} figures look like a slip of unit or digit; check them at the source"),
        ));
    }
    let of = |name: &str| out.readings.iter().find(|r| r.figure == "outcome" && r.reading == name);
    if let (Some(a), Some(b)) = (of("as-reported"), of("slips-rescaled"))
        && (a.difference - b.difference).abs() > b.standard_error
    {
        let (before, after) = (a.difference, b.difference);
        warnings.push(Warning::blocking(
            "moved-by-slips",
            format!("報告値のままの差 {before:.4} と、誤りを直した差 {after:.4} が、標準誤差1つ分以上違います。"),
            format!("the difference moves from {before:.4} to {after:.4} when slips are rescaled, by more than a standard error"),
        ));
    }
    if out.last_digits.as_ref().is_some_and(|d| d.p < 0.001) {
        warnings.push(Warning::note(
            "last-digits",
            "末尾の数字が偏っています。丸めた値や見込みの値が混じっていると見られます。",
            "last digits are not spread evenly: figures look rounded or guessed",
        ));
    }
    warnings
}
