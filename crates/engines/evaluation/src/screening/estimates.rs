//! What the screen's readings do to an estimate of any method: as reported, slips rescaled, flagged rows left out; total and by head.

use serde::{Deserialize, Serialize};

use super::{Estimate, Finding, Spec, estimate};
use crate::frame::{Column, Frame};
use crate::headline::{Headline, Method};
use crate::notice::{Refusal, Warning};

/// A screen and the estimate that is to be seen before and after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScreenedSpec {
    /// The screen; its outcome is the reported column, which the method may use as it is or in a term.
    pub screen: Spec,
    /// The method.
    pub method: Method,
}

/// The estimate under one reading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reread {
    /// `as-reported`, `slips-rescaled`, `flagged-left-out`.
    pub reading: &'static str,
    /// `outcome` or `per-worker`.
    pub figure: &'static str,
    /// Rows of the table whose figure is another than reported, or left out.
    pub changed: usize,
    /// The estimate.
    pub effect: Option<Headline>,
    /// Why there is none.
    pub refused: Option<Refusal>,
    /// How far it is from that of the figures as reported, in its own standard errors.
    pub moved: Option<f64>,
}

/// The screen and the estimates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Screened {
    /// What the screen found.
    pub screen: Estimate,
    /// The estimates.
    pub readings: Vec<Reread>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Screens, and estimates before and after.
///
/// # Errors
/// What the screen refuses, and what the method refuses for the figures as reported.
pub fn screened(frame: &Frame, spec: &ScreenedSpec) -> Result<Screened, Refusal> {
    let screen = estimate(frame, &spec.screen)?;
    spec.method.headline(frame)?;
    let mut readings = Vec::new();
    for figure in ["outcome", "per-worker"] {
        let Some(by) = heads(frame, &spec.screen, figure)? else { continue };
        let first = readings.len();
        for reading in ["as-reported", "slips-rescaled", "flagged-left-out"] {
            let (values, changed) = reread(frame.numbers(&spec.screen.outcome)?, &screen.findings, reading);
            let values = values.iter().zip(&by).map(|(v, by)| v / by).map(|v| if v.is_finite() { v } else { f64::NAN }).collect();
            let found = replaced(frame, &spec.screen.outcome, values).and_then(|table| spec.method.headline(&table));
            let base = readings.get(first).and_then(|r: &Reread| r.effect.as_ref()).map(|e| e.estimate);
            let moved = found.as_ref().ok().zip(base).map(|(h, b)| (h.estimate - b) / h.standard_error);
            readings.push(Reread { reading, figure, changed, effect: found.as_ref().ok().cloned(), refused: found.err(), moved });
        }
    }
    let warnings = warnings(&screen, &readings);
    Ok(Screened { screen, readings, warnings })
}

/// What figures are divided by: one, or workers; none when by head was not asked for.
fn heads(frame: &Frame, screen: &Spec, figure: &str) -> Result<Option<Vec<f64>>, Refusal> {
    match (figure, &screen.workers) {
        ("outcome", _) => Ok(Some(vec![1.0; frame.rows()])),
        (_, Some(workers)) => Ok(Some(frame.numbers(workers)?.iter().map(|w| if *w > 0.0 { *w } else { f64::NAN }).collect())),
        (_, None) => Ok(None),
    }
}

fn reread(values: &[f64], findings: &[Finding], reading: &str) -> (Vec<f64>, usize) {
    let mut out = values.to_vec();
    let mut changed = vec![false; values.len()];
    for finding in findings {
        let at = finding.row - 1;
        match reading {
            "slips-rescaled" if finding.power != 0 => {
                let unit = crate::maths::powi(10.0, finding.power.unsigned_abs() as usize);
                out[at] = if finding.power > 0 { values[at] * unit } else { values[at] / unit };
                changed[at] = true;
            }
            "flagged-left-out" => {
                out[at] = f64::NAN;
                changed[at] = true;
            }
            _ => {}
        }
    }
    (out, changed.iter().filter(|c| **c).count())
}

fn replaced(frame: &Frame, column: &str, values: Vec<f64>) -> Result<Frame, Refusal> {
    let mut values = Some(values);
    frame.columns().try_fold(Frame::new(), |built, (name, old)| {
        let new = if name == column { values.take().map(Column::Number) } else { None };
        built.with(name, new.unwrap_or_else(|| old.clone()))
    })
}

fn warnings(screen: &Estimate, readings: &[Reread]) -> Vec<Warning> {
    let mut all: Vec<Warning> = screen.warnings.iter().filter(|w| w.code != "moved-by-slips").cloned().collect();
    for r in readings {
        let by = if r.figure == "outcome" { ("", "") } else { ("1人当たり・", "by head, ") };
        if let Some(moved) = r.moved.filter(|m| m.abs() > 1.0) {
            all.push(Warning::blocking(
                "moved-by-screen",
                format!("報告値の読み方（{}{}）で効果が標準誤差の{moved:.1}倍動きます。原資料を確かめるまで結論にできません。", by.0, r.reading),
                format!("the effect moves by {moved:.1} standard errors under another reading of the figures ({}{}); check them at the source first", by.1, r.reading),
            ));
        }
        if let Some(refusal) = &r.refused {
            all.push(Warning::note(
                "reading-refused",
                format!("読み方（{}{}）では推定できません: {}", by.0, r.reading, refusal.ja),
                format!("no estimate under the reading {}{}: {}", by.1, r.reading, refusal.en),
            ));
        }
        let held = r.effect.iter().filter(|_| r.reading == "as-reported" && r.figure == "outcome").flat_map(|e| &e.warnings);
        all.extend(held.filter(|w| w.blocks).cloned());
    }
    all
}
