//! What a pilot's table says of variances: its spread, its clusters, what covariates explain, how outcomes change over time, and the
//! errors of the design's own estimator where only that tells.

use std::collections::BTreeMap;

use super::spec::{Design, Pilot, Spec, Told};
use crate::balancing::{Estimand, Estimator};
use crate::sums::{deviation, mean, sum, variance};
use crate::{Frame, Refusal, balancing, discontinuity};

/// What is known of the outcome.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub deviation: f64,
    pub explained: f64,
    pub intraclass: f64,
    pub cluster_size: Option<f64>,
    pub cluster_spread: f64,
    /// The variance of the change over the outcome's.
    pub change: Option<f64>,
    /// The pilot's squared error times its rows.
    pub unit: Option<f64>,
    pub told: Option<Told>,
}

impl Known {
    /// As the plan says.
    pub(super) fn of(spec: &Spec) -> Self {
        Self {
            deviation: spec.deviation.unwrap_or(1.0),
            explained: spec.explained,
            intraclass: spec.intraclass,
            cluster_size: spec.cluster_size,
            cluster_spread: spec.cluster_spread,
            change: None,
            unit: None,
            told: None,
        }
    }
}

/// What a pilot says.
pub(super) fn known(frame: &Frame, spec: &Spec, ask: &Pilot) -> Result<Known, Refusal> {
    match spec.design {
        Design::Comparison => comparison(frame, spec, ask),
        Design::Matching => matching(frame, spec, ask),
        Design::Discontinuity => cutoff(frame, spec, ask),
        Design::Panel => panel(frame, spec, ask),
    }
}

fn needs(field: &Option<String>, option: &str) -> Result<String, Refusal> {
    field.clone().ok_or_else(|| {
        Refusal::new(
            "pilot",
            format!("この設計のパイロットには列の指定（pilot.{option}）が必要です。"),
            format!("a pilot of this design needs the column pilot.{option}"),
        )
    })
}

fn varies(value: f64, column: &str) -> Result<f64, Refusal> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(Refusal::new(
        "no-variance",
        format!("パイロットの列「{column}」が変動しないか行が少なすぎ、分散が分かりません。"),
        format!("\"{column}\" of the pilot does not vary or has too few rows; its variance is unknown"),
    ))
}

fn told(rows: usize, rule: &'static str) -> Told {
    Told { rows, explained: None, intraclass: None, cluster_size: None, standard_error: None, change: None, rule }
}

/// The spread, what covariates explain of it, and the correlation within clusters of what they leave.
fn comparison(frame: &Frame, spec: &Spec, ask: &Pilot) -> Result<Known, Refusal> {
    let columns = std::iter::once(&ask.outcome).chain(&ask.covariates).chain(&ask.cluster);
    let used = frame.complete(columns.map(String::as_str))?;
    let y = used.of(frame.numbers(&ask.outcome)?);
    let spread = varies(deviation(&y), &ask.outcome)?;
    let mut out = Known { deviation: spread, ..Known::of(spec) };
    let mut say = told(used.rows.len(), "variance of the pilot; correlation within clusters by analysis of variance");
    let rest = if ask.covariates.is_empty() {
        y
    } else {
        let columns: Vec<Vec<f64>> = ask.covariates.iter().map(|c| Ok(used.of(frame.numbers(c)?))).collect::<Result<_, Refusal>>()?;
        let (rest, explained) = left_over(&y, &columns);
        (out.explained, say.explained) = (explained, Some(explained));
        rest
    };
    if let Some(cluster) = &ask.cluster {
        let (codes, count) = frame.groups(cluster, &used.rows)?;
        let found = within(&rest, &codes, count);
        (out.intraclass, say.intraclass) = (found.0, Some(found.0));
        // The plan's own sizes come first.
        let size = spec.cluster_size.map_or([found.1, found.2], |m| [m, spec.cluster_spread]);
        (out.cluster_size, out.cluster_spread) = (Some(size[0]), size[1]);
        say.cluster_size = Some(size);
    }
    out.told = Some(say);
    Ok(out)
}

/// What a regression leaves, and the share of variance that it takes, corrected for its size (adjusted R²).
fn left_over(y: &[f64], columns: &[Vec<f64>]) -> (Vec<f64>, f64) {
    let n = y.len();
    let ones = vec![1.0; n];
    let all: Vec<&[f64]> = std::iter::once(ones.as_slice()).chain(columns.iter().map(Vec::as_slice)).collect();
    let fit = crate::linear::Orthogonal::of(&crate::Matrix::from_columns(n, &all), 1e-10);
    let fitted = fit.q.apply(&fit.q.apply_transposed(y));
    let rest: Vec<f64> = y.iter().zip(&fitted).map(|(y, f)| y - f).collect();
    let free = n as f64 - fit.kept.len() as f64;
    let share = if free > 0.0 { 1.0 - sum(rest.iter().map(|r| r * r)) / free / variance(y) } else { 0.0 };
    (rest, share.clamp(0.0, 0.999_999))
}

/// The intraclass correlation by one-way analysis of variance (Donner 1986), the mean size of clusters and its coefficient of variation.
fn within(values: &[f64], codes: &[u32], count: usize) -> (f64, f64, f64) {
    let mut members = vec![Vec::new(); count];
    values.iter().zip(codes).for_each(|(v, c)| members[*c as usize].push(*v));
    let sizes: Vec<f64> = members.iter().map(|m| m.len() as f64).collect();
    let (n, k) = (values.len() as f64, count as f64);
    let centre = mean(values);
    let between = sum(members.iter().map(|m| m.len() as f64 * (mean(m) - centre) * (mean(m) - centre))) / (k - 1.0);
    let inside = sum(members.iter().map(|m| {
        let own = mean(m);
        sum(m.iter().map(|v| (v - own) * (v - own)))
    })) / (n - k);
    let typical = (n - sum(sizes.iter().map(|s| s * s)) / n) / (k - 1.0);
    let found = (between - inside) / (between + (typical - 1.0) * inside);
    let size = n / k;
    let spread = if count > 1 { deviation(&sizes) / size } else { 0.0 };
    (if found.is_finite() { found.clamp(0.0, 0.999_999) } else { 0.0 }, size, spread)
}

/// The error of the effect on the treated by doubly robust weighting.
fn matching(frame: &Frame, spec: &Spec, ask: &Pilot) -> Result<Known, Refusal> {
    let treatment = needs(&ask.treatment, "treatment")?;
    let estimator = if spec.neighbours.is_some() { Estimator::Matching } else { Estimator::Augmented };
    let asked = balancing::Spec {
        outcome: ask.outcome.clone(),
        treatment,
        covariates: ask.covariates.clone(),
        estimators: vec![estimator],
        estimands: vec![Estimand::Treated],
        matching: balancing::Matching { neighbours: spec.neighbours.unwrap_or(1), ..balancing::Matching::default() },
        confidence: spec.confidence,
        ..balancing::Spec::default()
    };
    let found = balancing::estimate(frame, &asked)?;
    let error = varies(found.effects.first().map_or(f64::NAN, |e| e.standard_error), &ask.outcome)?;
    let used = frame.complete([ask.outcome.as_str()])?;
    by_error(
        spec,
        used.of(frame.numbers(&ask.outcome)?),
        &ask.outcome,
        (error, found.rows.iter().sum()),
        "effect on the treated in the pilot",
    )
}

/// The robust error at the pilot's own cut-off and bandwidth.
fn cutoff(frame: &Frame, spec: &Spec, ask: &Pilot) -> Result<Known, Refusal> {
    let asked = discontinuity::Spec {
        outcome: ask.outcome.clone(),
        score: needs(&ask.score, "score")?,
        cutoff: ask.cutoff,
        treatment: ask.treatment.clone(),
        covariates: ask.covariates.clone(),
        cluster: ask.cluster.clone(),
        order: Some(spec.order),
        kernel: spec.kernel,
        level: spec.confidence,
        ..discontinuity::Spec::default()
    };
    let found = discontinuity::estimate(frame, &asked)?;
    let error = varies(found.effect.robust.standard_error, &ask.outcome)?;
    let used = frame.complete([ask.outcome.as_str(), asked.score.as_str()])?;
    let rows = found.sides.left.rows + found.sides.right.rows;
    by_error(spec, used.of(frame.numbers(&ask.outcome)?), &ask.outcome, (error, rows), "robust error at the pilot's cut-off and bandwidth")
}

fn by_error(spec: &Spec, y: Vec<f64>, column: &str, (error, rows): (f64, usize), rule: &'static str) -> Result<Known, Refusal> {
    let spread = varies(deviation(&y), column)?;
    let say = Told { standard_error: Some(error), ..told(rows, rule) };
    Ok(Known { deviation: spread, unit: Some(error * error * rows as f64), cluster_size: None, told: Some(say), ..Known::of(spec) })
}

/// The variance of the change from `before` periods to the `after` that follow, over all such stretches of the pilot and net of each
/// stretch's mean: whatever the serial correlation is, it is in it (Burlig, Preonas and Woerman 2020).
fn panel(frame: &Frame, spec: &Spec, ask: &Pilot) -> Result<Known, Refusal> {
    let (unit, time) = (needs(&ask.unit, "unit")?, needs(&ask.time, "time")?);
    let columns = [&ask.outcome, &unit, &time].into_iter().chain(&ask.cluster);
    let used = frame.complete(columns.map(String::as_str))?;
    let (codes, units) = frame.groups(&unit, &used.rows)?;
    let (y, times) = (used.of(frame.numbers(&ask.outcome)?), used.of(frame.numbers(&time)?));
    let mut known: Vec<f64> = times.clone();
    known.sort_unstable_by(f64::total_cmp);
    known.dedup();
    let mut cells = BTreeMap::<(usize, u32), f64>::new();
    for ((value, t), code) in y.iter().zip(&times).zip(&codes) {
        let at = known.partition_point(|k| k < t);
        if cells.insert((at, *code), *value).is_some() {
            return Err(Refusal::new(
                "unit-twice",
                format!("パイロットに同じ個体・同じ時点の行が2つ以上あります（列「{unit}」「{time}」）。"),
                format!("the pilot has a unit (\"{unit}\") twice in a period (\"{time}\")"),
            ));
        }
    }
    let clusters = ask.cluster.as_deref().map(|c| frame.groups(c, &used.rows)).transpose()?;
    let (m, r) = (spec.before, spec.after);
    let stretches = (known.len() + 1).saturating_sub(m + r);
    let (mut squares, mut free, mut correlations) = (0.0, 0.0, Vec::new());
    for from in 0..stretches {
        let found: Vec<(u32, f64)> = (0..units as u32).filter_map(|u| Some((u, change(&cells, u, from, m, r)?))).collect();
        let values: Vec<f64> = found.iter().map(|(_, v)| *v).collect();
        if values.len() > 1 {
            squares += variance(&values) * (values.len() as f64 - 1.0);
            free += values.len() as f64 - 1.0;
        }
        if let Some((owner, count)) = &clusters {
            let of: BTreeMap<u32, u32> = codes.iter().zip(owner).map(|(u, c)| (*u, *c)).collect();
            let own: Vec<u32> = found.iter().map(|(u, _)| of.get(u).copied().unwrap_or_default()).collect();
            if values.len() > *count {
                correlations.push(within(&values, &own, *count));
            }
        }
    }
    let spread = varies(deviation(&y), &ask.outcome)?;
    let change = varies(squares / free, &ask.outcome)?;
    let mut out = Known { deviation: spread, change: Some(change / (spread * spread)), ..Known::of(spec) };
    let mut say = Told { change: Some(change.sqrt()), ..told(units, "changes over all stretches of the pilot, net of their means") };
    if let Some((_, size, sizes)) = correlations.first().copied() {
        let all: Vec<f64> = correlations.iter().map(|c| c.0).collect();
        let size = spec.cluster_size.map_or([size, sizes], |m| [m, spec.cluster_spread]);
        out.intraclass = mean(&all);
        (out.cluster_size, out.cluster_spread) = (Some(size[0]), size[1]);
        (say.intraclass, say.cluster_size) = (Some(out.intraclass), Some(size));
    }
    out.told = Some(say);
    Ok(out)
}

/// A unit's mean over `r` periods minus its mean over the `m` before them; none with a gap.
fn change(cells: &BTreeMap<(usize, u32), f64>, unit: u32, from: usize, m: usize, r: usize) -> Option<f64> {
    let over = |a: usize, b: usize| (a..b).map(|t| cells.get(&(t, unit)).copied()).collect::<Option<Vec<f64>>>().map(|v| mean(&v));
    Some(over(from + m, from + m + r)? - over(from, from + m)?)
}
