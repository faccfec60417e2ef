//! Rounds of a call, each with its own cut-off: one estimate a round, normalised scores, and their pool.
//!
//! Fixed effect: inverse variances. Random effects: DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177–188; restricted
//! likelihood with the interval of Hartung and Knapp (2001), Statistics in Medicine 20, 3875–3889.

use serde::{Deserialize, Serialize};

use super::checks::{Outcome, replace};
use super::estimate::estimate;
use super::result::{Estimate, Inference};
use super::spec::Spec;
use crate::dist::{chi2_p, t_p, t_quantile};
use crate::{Column, Frame, Refusal, Warning};

/// Rounds and how their scores are brought to one scale.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoundsSpec {
    /// What is estimated in each round; its `cutoff` is that of rounds which have no other.
    pub design: Spec,
    /// The column that tells rounds apart.
    pub round: String,
    /// The column with each row's cut-off, the same in all rows of a round.
    pub cutoff_column: Option<String>,
    /// Divide a round's distances from the cut-off by the standard deviation of its scores.
    pub standardise: bool,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Round {
    /// Its name.
    pub name: String,
    /// Its cut-off in the score's own unit.
    pub cutoff: f64,
    /// What one unit of the normalised score is in the score's own.
    pub unit: f64,
    /// Rows and distinct scores.
    pub rows: usize,
    /// Distinct scores.
    pub distinct: usize,
    /// The share of its rows at the most frequent score (heaping).
    pub heap: f64,
    /// Rows treated although below, and untreated although at or above (overrides, withdrawals); none without a treatment column.
    pub overrides: Option<[usize; 2]>,
    /// Its estimate, or why there is none.
    pub result: Outcome,
    /// Its weight under the fixed effect and under random effects.
    pub weights: [f64; 2],
}

/// Estimates put together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pooled {
    /// How many estimates.
    pub count: usize,
    /// Inverse variances.
    pub fixed: Inference,
    /// DerSimonian and Laird, normal.
    pub random: Inference,
    /// Variance between rounds by DerSimonian and Laird.
    pub between: f64,
    /// Restricted likelihood with Hartung and Knapp's errors (Student's t, count − 1).
    pub hartung_knapp: Option<Inference>,
    /// Variance between rounds by restricted likelihood.
    pub between_reml: f64,
    /// Cochran's Q.
    pub q: f64,
    /// Its p-value (χ², count − 1).
    pub q_p: f64,
    /// The share of the spread that is not chance.
    pub i_squared: f64,
}

/// Rounds, their pool and all rows at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundsEstimate {
    /// One by one.
    pub rounds: Vec<Round>,
    /// Put together from bias-corrected estimates with robust errors.
    pub pooled: Option<Pooled>,
    /// All rows with normalised scores at one cut-off.
    pub stacked: Outcome,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Estimates every round and pools them.
///
/// # Errors
/// A missing column, or a round whose rows name several cut-offs.
pub fn rounds(frame: &Frame, spec: &RoundsSpec) -> Result<RoundsEstimate, Refusal> {
    spec.design.check()?;
    let used = frame.complete([spec.round.as_str(), spec.design.score.as_str()])?;
    let (codes, count) = frame.groups(&spec.round, &used.rows)?;
    let score = frame.numbers(&spec.design.score)?;
    let mut normalised = vec![f64::NAN; frame.rows()];
    let mut members = vec![Vec::new(); count];
    for (row, code) in used.rows.iter().zip(&codes) {
        members[*code as usize].push(*row);
    }
    let mut facts = Vec::new();
    for rows in &members {
        let name = label(frame, &spec.round, rows)?;
        let cutoff = cutoff(frame, spec, &name, rows)?;
        let scores: Vec<f64> = rows.iter().map(|row| score[*row]).collect();
        let deviation = crate::sums::deviation(&scores);
        let unit = if spec.standardise && deviation > 0.0 { deviation } else { 1.0 };
        rows.iter().for_each(|row| normalised[*row] = (score[*row] - cutoff) / unit);
        facts.push((name, cutoff, unit));
    }
    let design = Spec { cutoff: 0.0, ..spec.design.clone() };
    let mut out = Vec::new();
    for (rows, (name, cutoff, unit)) in members.iter().zip(facts) {
        let mut own = vec![f64::NAN; frame.rows()];
        rows.iter().for_each(|row| own[*row] = normalised[*row]);
        let overrides = overrides(frame, &design, rows, &normalised)?;
        let found = estimate(&replace(frame, &design.score, own)?, &design);
        let (distinct, heap) = lumps(rows.iter().map(|row| score[*row]).collect());
        let result = outcome(found);
        out.push(Round { name, cutoff, unit, rows: rows.len(), distinct, heap, overrides, result, weights: [0.0; 2] });
    }
    let known: Vec<(usize, f64, f64)> = out.iter().enumerate().filter_map(|(at, r)| usable(&r.result).map(|(e, s)| (at, e, s))).collect();
    let pooled = pool(&known.iter().map(|(_, e, s)| (*e, *s)).collect::<Vec<_>>(), design.level);
    if let Some(pooled) = &pooled {
        weigh(&mut out, &known, pooled);
    }
    let stacked = outcome(estimate(&replace(frame, &design.score, normalised)?, &design));
    let warnings = warnings(&out, pooled.as_ref());
    Ok(RoundsEstimate { rounds: out, pooled, stacked, warnings })
}

fn outcome(found: Result<Estimate, Refusal>) -> Outcome {
    found.map_or_else(Outcome::Refused, |e| Outcome::Estimate(Box::new(e)))
}

fn usable(result: &Outcome) -> Option<(f64, f64)> {
    match result {
        Outcome::Estimate(e) if e.effect.robust.standard_error > 0.0 => Some((e.effect.robust.estimate, e.effect.robust.standard_error)),
        Outcome::Estimate(_) | Outcome::Refused(_) => None,
    }
}

fn label(frame: &Frame, column: &str, rows: &[usize]) -> Result<String, Refusal> {
    let first = rows.first().copied().unwrap_or_default();
    Ok(match frame.column(column)? {
        Column::Number(values) => values[first].to_string(),
        Column::Name { codes, levels } => levels.get(codes[first] as usize).cloned().unwrap_or_default(),
    })
}

fn cutoff(frame: &Frame, spec: &RoundsSpec, name: &str, rows: &[usize]) -> Result<f64, Refusal> {
    let Some(column) = &spec.cutoff_column else { return Ok(spec.design.cutoff) };
    let values = frame.numbers(column)?;
    let first = rows.first().map_or(f64::NAN, |row| values[*row]);
    if rows.iter().all(|row| values[*row] == first) {
        return Ok(first);
    }
    Err(Refusal::new(
        "several-cutoffs",
        format!(
            "回次「{name}」の行に異なるカットオフ、または欠測があります（列「{column}」）。1つの回次には1つのカットオフにしてください。"
        ),
        format!("round \"{name}\" has several cut-offs or missing ones in \"{column}\"; give each round one"),
    ))
}

/// Distinct scores, and the share of rows at the most frequent one.
fn lumps(mut scores: Vec<f64>) -> (usize, f64) {
    scores.sort_unstable_by(f64::total_cmp);
    let (mut distinct, mut most) = (0, 0);
    for group in scores.chunk_by(|a, b| a == b) {
        distinct += 1;
        most = most.max(group.len());
    }
    (distinct, most as f64 / scores.len().max(1) as f64)
}

fn overrides(frame: &Frame, design: &Spec, rows: &[usize], score: &[f64]) -> Result<Option<[usize; 2]>, Refusal> {
    let Some(name) = &design.treatment else { return Ok(None) };
    let treated = frame.numbers(name)?;
    let count = |above: bool, value: f64| rows.iter().filter(|row| (score[**row] >= 0.0) == above && treated[**row] == value).count();
    Ok(Some([count(false, 1.0), count(true, 0.0)]))
}

fn weigh(rounds: &mut [Round], known: &[(usize, f64, f64)], pooled: &Pooled) {
    let total = |between: f64| known.iter().map(|(_, _, s)| 1.0 / (s * s + between)).sum::<f64>();
    let (fixed, random) = (total(0.0), total(pooled.between_reml));
    for (at, _, s) in known {
        rounds[*at].weights = [1.0 / (s * s) / fixed, 1.0 / (s * s + pooled.between_reml) / random];
    }
}

/// Fixed and random effects of estimates with their standard errors; none without any.
#[must_use]
pub fn pool(estimates: &[(f64, f64)], level: f64) -> Option<Pooled> {
    let count = estimates.len();
    if count == 0 || estimates.iter().any(|(e, s)| !e.is_finite() || !s.is_finite() || *s <= 0.0) {
        return None;
    }
    let mean = |between: f64| {
        let total = crate::sums::sum(estimates.iter().map(|(_, s)| 1.0 / (s * s + between)));
        (crate::sums::sum(estimates.iter().map(|(e, s)| e / (s * s + between))) / total, total)
    };
    let (centre, total) = mean(0.0);
    let q = crate::sums::sum(estimates.iter().map(|(e, s)| (e - centre) * (e - centre) / (s * s)));
    let free = count as f64 - 1.0;
    let squares = crate::sums::sum(estimates.iter().map(|(_, s)| 1.0 / (s * s * s * s)));
    let between = if count > 1 { ((q - free) / (total - squares / total)).max(0.0) } else { 0.0 };
    let (random, random_total) = mean(between);
    let between_reml = reml(estimates, between);
    let (restricted, restricted_total) = mean(between_reml);
    let hartung_knapp = (count > 1).then(|| {
        let spread = crate::sums::sum(estimates.iter().map(|(e, s)| (e - restricted) * (e - restricted) / (s * s + between_reml)));
        let error = (spread / free / restricted_total).sqrt();
        let reach = t_quantile(0.5 + level / 2.0, free) * error;
        let statistic = if error > 0.0 { restricted / error } else { 0.0 };
        let p = if error > 0.0 { t_p(statistic, free) } else { f64::from(u8::from(restricted == 0.0)) };
        Inference { estimate: restricted, standard_error: error, statistic, p, interval: [restricted - reach, restricted + reach] }
    });
    Some(Pooled {
        count,
        fixed: Inference::normal(centre, (1.0 / total).sqrt(), level),
        random: Inference::normal(random, (1.0 / random_total).sqrt(), level),
        between,
        hartung_knapp,
        between_reml,
        q,
        q_p: if count > 1 { chi2_p(q, free) } else { 1.0 },
        i_squared: if q > 0.0 { ((q - free) / q).max(0.0) } else { 0.0 },
    })
}

/// The variance between estimates of greatest restricted likelihood, by Fisher's scoring (Viechtbauer 2005).
fn reml(estimates: &[(f64, f64)], start: f64) -> f64 {
    let mut between = start;
    if estimates.len() < 2 {
        return 0.0;
    }
    for _ in 0..500 {
        let w: Vec<f64> = estimates.iter().map(|(_, s)| 1.0 / (s * s + between)).collect();
        let [one, two, three] = [1, 2, 3].map(|k| crate::sums::sum(w.iter().map(|w| crate::maths::powi(*w, k))));
        let centre = crate::sums::sum(w.iter().zip(estimates).map(|(w, (e, _))| w * e)) / one;
        let spread = crate::sums::sum(w.iter().zip(estimates).map(|(w, (e, _))| w * w * (e - centre) * (e - centre)));
        let trace = one - two / one;
        let trace_two = two - 2.0 * three / one + (two / one) * (two / one);
        let next = (between + (spread - trace) / trace_two).max(0.0);
        if !next.is_finite() || (next - between).abs() <= 1e-13 * (between + 1.0 / one) {
            return if next.is_finite() { next } else { between };
        }
        between = next;
    }
    between
}

fn warnings(rounds: &[Round], pooled: Option<&Pooled>) -> Vec<Warning> {
    let mut all = Vec::new();
    let refused: Vec<&str> = rounds.iter().filter(|r| usable(&r.result).is_none()).map(|r| r.name.as_str()).collect();
    if !refused.is_empty() {
        let names = refused.join(", ");
        all.push(Warning::blocking(
            "rounds-left-out",
            format!("推定できず統合に入っていない回次: {names}"),
            format!("rounds that could not be estimated and are not in the pool: {names}"),
        ));
    }
    if let Some(few) = pooled.filter(|p| p.count > 1 && p.count < 5) {
        all.push(Warning::note(
            "few-rounds",
            format!("回次が{}しかないため、回次間のばらつきの推定は不確かです。", few.count),
            format!("with only {} rounds their variance is poorly known", few.count),
        ));
    }
    for round in rounds.iter().filter(|r| r.heap > 0.2) {
        let share = (round.heap * 100.0).round();
        all.push(Warning::note(
            "heaping",
            format!("回次「{}」の{share}%の行が同じ点数に集まっています。", round.name),
            format!("{share} % of the rows of round \"{}\" share one score", round.name),
        ));
    }
    all
}
