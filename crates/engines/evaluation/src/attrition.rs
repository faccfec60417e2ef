//! Firms that leave are not seen again: bounds on the effect on those who would stay either way. Lee (2009), Review of Economic Studies 76,
//! proposition 3 for the errors; Imbens and Manski (2004), Econometrica 72, for the interval of the effect itself.
//!
//! Assumes that treatment was as good as random and moves staying in one direction only. Ties at the cut are split, so that exactly the
//! excess share is trimmed.

use serde::{Deserialize, Serialize};

use crate::dist::{normal_cdf, normal_quantile};
use crate::frame::Frame;
use crate::notice::{Refusal, Warning};
use crate::sums::{mean, sum, variance};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Spec {
    /// The outcome; missing for those who left.
    pub outcome: String,
    /// The column that is 1 for the treated and 0 for the others.
    pub treatment: String,
    /// A column that is 1 for those still there and 0 for those who left; none: those with an outcome.
    pub observed: Option<String>,
    /// Columns known before treatment whose combinations tighten the bounds.
    pub cells: Vec<String>,
    /// The level of intervals.
    pub confidence: f64,
}

impl Default for Spec {
    fn default() -> Self {
        Self { outcome: String::new(), treatment: String::new(), observed: None, cells: Vec::new(), confidence: 0.95 }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Rows of treated and comparison arms.
    pub rows: [usize; 2],
    /// The share still there, treated and comparison.
    pub staying: [f64; 2],
    /// The difference of means among those still there, which compares different kinds of firms.
    pub naive: f64,
    /// Which arm is trimmed: the one where more stay.
    pub trimmed_arm: &'static str,
    /// The share of it that is trimmed.
    pub trimmed_share: f64,
    /// The bounds.
    pub bounds: [f64; 2],
    /// Their standard errors.
    pub standard_errors: [f64; 2],
    /// The interval that holds the effect with the asked confidence (Imbens and Manski).
    pub interval: [f64; 2],
    /// How many cells the bounds were found in.
    pub cells: usize,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Default)]
struct Arm {
    all: usize,
    outcomes: Vec<f64>,
}

impl Arm {
    fn staying(&self) -> f64 {
        self.outcomes.len() as f64 / self.all as f64
    }
}

struct Bound {
    mean: f64,
    variance: f64,
}

/// The mean of sorted outcomes without a share of the greatest (or the least), and its variance beside the trimmed share's own.
fn trimmed(sorted: &[f64], share: f64, greatest: bool) -> (f64, f64, f64) {
    let keep = sorted.len() as f64 * (1.0 - share);
    let mut left = keep;
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let mut cut = sorted[0];
    let mut take = |v: f64| {
        let weight = left.clamp(0.0, 1.0);
        left -= weight;
        if weight > 0.0 {
            cut = v;
            kept.push((v, weight));
        }
    };
    if greatest {
        sorted.iter().for_each(|v| take(*v))
    } else {
        sorted.iter().rev().for_each(|v| take(*v))
    }
    let centre = sum(kept.iter().map(|(v, w)| v * w)) / keep;
    let spread = sum(kept.iter().map(|(v, w)| w * (v - centre) * (v - centre))) / keep;
    (centre, spread, cut)
}

fn bound(more: &Arm, less: &Arm, share: f64, greatest: bool) -> Bound {
    let values = crate::sums::sorted(&more.outcomes);
    let (centre, spread, cut) = trimmed(&values, share, greatest);
    let kept = values.len() as f64 * (1.0 - share);
    let gap = (cut - centre) * (cut - centre);
    let of = |arm: &Arm| (1.0 - arm.staying()) / arm.outcomes.len() as f64;
    Bound { mean: centre, variance: spread / kept + gap * share / kept + gap * (of(more) + of(less)) }
}

/// Bounds in one cell: lower, upper, variances, the share trimmed, and whether the treated are trimmed.
struct Cell {
    bounds: [f64; 2],
    variances: [f64; 2],
    share: f64,
    treated_trimmed: bool,
    /// Rows that would stay either way.
    always: f64,
}

fn cell(treated: &Arm, other: &Arm) -> Cell {
    let treated_trimmed = treated.staying() >= other.staying();
    let (more, less) = if treated_trimmed { (treated, other) } else { (other, treated) };
    let share = 1.0 - less.staying() / more.staying();
    let [low, high] = [true, false].map(|greatest| bound(more, less, share, greatest));
    let plain = mean(&less.outcomes);
    let own = variance(&less.outcomes) / less.outcomes.len() as f64;
    let sign = if treated_trimmed { 1.0 } else { -1.0 };
    let mut ends = [(sign * (low.mean - plain), low.variance + own), (sign * (high.mean - plain), high.variance + own)];
    if !treated_trimmed {
        ends.swap(0, 1);
    }
    Cell {
        bounds: ends.map(|e| e.0),
        variances: ends.map(|e| e.1),
        share,
        treated_trimmed,
        always: (treated.all + other.all) as f64 * less.staying(),
    }
}

fn refuse(code: &'static str, ja: String, en: String) -> Refusal {
    Refusal::new(code, ja, en)
}

fn arms(frame: &Frame, spec: &Spec) -> Result<Vec<[Arm; 2]>, Refusal> {
    let used = frame.complete([spec.treatment.as_str()].into_iter().chain(spec.cells.iter().chain(&spec.observed).map(String::as_str)))?;
    let treatment = frame.numbers(&spec.treatment)?;
    let outcome = frame.numbers(&spec.outcome)?;
    let observed = spec.observed.as_ref().map(|name| frame.numbers(name)).transpose()?;
    let mut keys = vec![Vec::new(); used.rows.len()];
    for name in &spec.cells {
        let (codes, _) = frame.groups(name, &used.rows)?;
        keys.iter_mut().zip(codes).for_each(|(k, c)| k.push(c));
    }
    let mut cells = std::collections::BTreeMap::<Vec<u32>, [Arm; 2]>::new();
    for (row, key) in used.rows.iter().zip(keys) {
        let place = match treatment[*row] {
            0.0 => 1,
            1.0 => 0,
            other => {
                let (name, row) = (&spec.treatment, row + 1);
                return Err(refuse(
                    "not-binary",
                    format!("列「{name}」の{row}行目は{other}です。処置の列は0か1にしてください。"),
                    format!("column \"{name}\", row {row} is {other}; the treatment has to be 0 or 1"),
                ));
            }
        };
        let there = observed.map_or(!outcome[*row].is_nan(), |o| o[*row] == 1.0);
        if there && outcome[*row].is_nan() {
            let (name, row) = (&spec.outcome, row + 1);
            return Err(refuse(
                "outcome-missing",
                format!("{row}行目は残っている行ですが「{name}」がありません。値を入れるか、残っていない行としてください。"),
                format!("row {row} counts as still there but has no \"{name}\"; fill it in or mark it as gone"),
            ));
        }
        let arm = &mut cells.entry(key).or_default()[place];
        arm.all += 1;
        if there {
            arm.outcomes.push(outcome[*row]);
        }
    }
    Ok(cells.into_values().collect())
}

/// Finds the bounds.
///
/// # Errors
/// Columns that are missing or of the wrong kind, an arm of a cell with fewer than two rows still there.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    if !(spec.confidence > 0.0 && spec.confidence < 1.0) {
        return Err(refuse(
            "confidence",
            "confidence は0と1の間にしてください。".into(),
            "the level of confidence lies between 0 and 1".into(),
        ));
    }
    let groups = arms(frame, spec)?;
    if let Some(thin) = groups.iter().flatten().map(|a| a.outcomes.len()).min().filter(|n| *n < 2) {
        return Err(refuse(
            "few-stay",
            format!("残っている行が{thin}行しかない群があります（各群に2行以上必要です）。cells を減らしてください。"),
            format!("an arm of a cell has {thin} rows still there (two are needed); name fewer cells"),
        ));
    }
    let found: Vec<Cell> = groups.iter().map(|[treated, other]| cell(treated, other)).collect();
    let total = sum(found.iter().map(|c| c.always));
    let weights: Vec<f64> = found.iter().map(|c| c.always / total).collect();
    let bounds = [0, 1].map(|b| sum(found.iter().zip(&weights).map(|(c, w)| w * c.bounds[b])));
    let standard_errors = [0, 1].map(|b| sum(found.iter().zip(&weights).map(|(c, w)| w * w * c.variances[b])).sqrt());
    let mut merged: [Arm; 2] = Default::default();
    for group in &groups {
        for (all, part) in merged.iter_mut().zip(group) {
            all.all += part.all;
            all.outcomes.extend(&part.outcomes);
        }
    }
    // The order of rows does not matter to the bits either.
    merged.iter_mut().for_each(|arm| arm.outcomes.sort_unstable_by(f64::total_cmp));
    let directions = found.iter().filter(|c| c.treated_trimmed).count();
    let mut warnings = Vec::new();
    if directions != 0 && directions != found.len() {
        warnings.push(Warning::blocking(
            "two-directions",
            "残る割合への処置の向きが区分によって異なります。Leeの範囲は、処置が残存に一方向に働くことを前提とします。",
            "treatment moves staying up in some cells and down in others; the bounds assume one direction",
        ));
    }
    let reach = manski(bounds, standard_errors, spec.confidence);
    let [treated, other] = &merged;
    Ok(Estimate {
        rows: [treated.all, other.all],
        staying: [treated.staying(), other.staying()],
        naive: mean(&treated.outcomes) - mean(&other.outcomes),
        trimmed_arm: if treated.staying() >= other.staying() { "treated" } else { "comparison" },
        trimmed_share: sum(found.iter().zip(&weights).map(|(c, w)| w * c.share)),
        interval: [bounds[0] - reach * standard_errors[0], bounds[1] + reach * standard_errors[1]],
        bounds,
        standard_errors,
        cells: found.len(),
        warnings,
    })
}

/// How many standard errors beyond the bounds cover the effect, and not the whole set, with the asked confidence.
fn manski(bounds: [f64; 2], errors: [f64; 2], confidence: f64) -> f64 {
    let worst = errors[0].max(errors[1]);
    let apart = if worst > 0.0 { (bounds[1] - bounds[0]).max(0.0) / worst } else { f64::INFINITY };
    let (mut low, mut high) = (0.0, normal_quantile(0.5 + confidence / 2.0) + 1.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle + apart) - normal_cdf(-middle) < confidence { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
