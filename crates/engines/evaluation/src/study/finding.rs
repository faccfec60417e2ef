//! One number of a study, with what is needed to judge it, and the words for it.

use serde::{Deserialize, Serialize};

use super::declare::{Declaration, Method, Outcome, Ready};
use super::words::{Sentence, number};
use crate::dist::normal_quantile;
use crate::{Frame, Refusal, Warning, balancing, difference, discontinuity};

/// The outcome as it is, or divided by workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// As it is.
    Total,
    /// Divided by the number of workers.
    PerWorker,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Which outcome.
    pub outcome: Outcome,
    /// As it is or per worker.
    pub measure: Measure,
    /// The group it is of; none for everybody.
    pub group: Option<Group>,
    /// The number; none when it is suppressed or could not be had.
    pub effect: Option<Effect>,
    /// Firms (rows) that carry it: treated, compared.
    pub firms: [usize; 2],
    /// Who carries no number for want of a value; none where nobody is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Sentence>,
    /// Why it is no headline.
    pub held: Vec<Warning>,
    /// What else to know.
    pub notes: Vec<Warning>,
    /// Why there is no number.
    pub refused: Option<Refusal>,
    /// Everything the method says.
    pub details: serde_json::Value,
}

/// One group of a declared column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The column.
    pub column: String,
    /// Its value.
    pub value: String,
    /// What the column is called in English, where that is another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column_en: Option<String>,
    /// The same of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_en: Option<String>,
}

/// An effect with its uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// In the unit of the outcome.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The 95 % interval, or of the level in the settings.
    pub interval: [f64; 2],
    /// Two-sided.
    pub p: f64,
    /// The same after control for looking at several groups (Holm 1979); as `p` where nothing was looked at twice.
    pub p_adjusted: f64,
    /// The effect that a study of this size finds with 80 % chance at the 5 % level: (z₀.₉₇₅ + z₀.₈) standard errors.
    pub detectable: f64,
}

impl Effect {
    pub(super) fn new(estimate: f64, standard_error: f64, interval: [f64; 2], p: f64) -> Self {
        let detectable = (normal_quantile(0.975) + normal_quantile(0.8)) * standard_error;
        Self { estimate, standard_error, interval, p, p_adjusted: p, detectable }
    }

    /// Whether the interval leaves nought out.
    #[must_use]
    pub fn clear(&self) -> bool {
        self.interval[0] > 0.0 || self.interval[1] < 0.0
    }
}

/// What a method found: the effect, who carries it, the warnings, everything it says.
pub(super) struct Found {
    pub effect: Option<Effect>,
    pub firms: [usize; 2],
    pub warnings: Vec<Warning>,
    pub details: serde_json::Value,
    pub full: Full,
}

/// The method's own result, for the figures.
pub(super) enum Full {
    Discontinuity(Box<discontinuity::Estimate>),
    Difference(Box<difference::Estimate>),
    Balancing(Box<balancing::Estimate>),
}

pub(super) fn find(panel: &Frame, ready: &Ready) -> Result<Found, Refusal> {
    match ready {
        Ready::Discontinuity(spec) => {
            let found = discontinuity::estimate(panel, spec)?;
            let robust = found.effect.robust;
            Ok(Found {
                effect: finite(Effect::new(robust.estimate, robust.standard_error, robust.interval, robust.p)),
                firms: [found.sides.right.rows_h, found.sides.left.rows_h],
                warnings: found.warnings.clone(),
                details: details(&found)?,
                full: Full::Discontinuity(Box::new(found)),
            })
        }
        Ready::Difference(spec, at) => {
            let found = difference::estimate(panel, spec)?;
            Ok(Found {
                effect: headline(&found, spec, *at)?.and_then(finite),
                firms: [found.treated_units, found.units.saturating_sub(found.treated_units)],
                warnings: found.warnings.clone(),
                details: details(&found)?,
                full: Full::Difference(Box::new(found)),
            })
        }
        Ready::Balancing(spec) => {
            let found = balancing::estimate(panel, spec)?;
            // The last that was asked for is the headline: methods are listed from the simplest to the one that is believed.
            let last = found.effects.last();
            let effect = last.map(|e| Effect::new(e.estimate, e.standard_error, e.interval, e.p));
            Ok(Found {
                effect: effect.and_then(finite),
                firms: found.rows,
                warnings: found.warnings.clone(),
                details: details(&found)?,
                full: Full::Balancing(Box::new(found)),
            })
        }
    }
}

/// The effect in the period since the start that is asked for, with an interval of its own; the mean over cohorts where none is.
fn headline(found: &difference::Estimate, spec: &difference::Spec, at: Option<u32>) -> Result<Option<Effect>, Refusal> {
    let Some(at) = at else {
        let mean = found.group.overall.as_ref();
        return Ok(mean.and_then(|e| Some(Effect::new(e.effect, e.error?, [e.lower?, e.upper?], e.p?))));
    };
    let part = found.event.parts.iter().find(|p| p.at == f64::from(at)).map(|p| &p.effect);
    let Some((effect, error, p)) = part.and_then(|e| Some((e.effect, e.error?, e.p?))) else {
        let last = found
            .event
            .parts
            .iter()
            .filter(|p| p.at >= 0.0 && p.effect.error.is_some())
            .map(|p| p.at)
            .fold(None, |last: Option<f64>, t| Some(last.map_or(t, |l| l.max(t))));
        let (until, until_en) = match last {
            Some(last) => {
                (format!("（今のデータで推定できるのは{last:.0}期後まで）"), format!(" (now as late as {last:.0} periods after)"))
            }
            None => (String::new(), String::new()),
        };
        return Err(Refusal::new(
            "no-horizon",
            format!(
                "支援開始から{at}期後の値がある企業がないか少なく、その時点の効果を推定できません{until}。その期の値が登録された後の日を基準日にして、もう一度実行してください。"
            ),
            format!(
                "no or too few firms are seen {at} periods after the start: there is no effect of that time{until_en}. Run the study again as known on a day when the figures of that period are in"
            ),
        ));
    };
    let reach = normal_quantile(f64::midpoint(1.0, spec.level)) * error;
    Ok(Some(Effect::new(effect, error, [effect - reach, effect + reach], p)))
}

fn finite(effect: Effect) -> Option<Effect> {
    let numbers = [effect.estimate, effect.standard_error, effect.interval[0], effect.interval[1], effect.p];
    numbers.iter().all(|v| v.is_finite()).then_some(effect)
}

/// What a method can be asked to say of each row: never in a report.
const BY_ROW: [&str; 3] = ["row_weights", "row_scores", "row_numbers"];

fn details<T: Serialize>(found: &T) -> Result<serde_json::Value, Refusal> {
    let mut value = serde_json::to_value(found).map_err(|error| {
        Refusal::new("details", format!("結果を書き出せません: {error}"), format!("the result cannot be written: {error}"))
    })?;
    if let Some(fields) = value.as_object_mut() {
        BY_ROW.iter().for_each(|key| drop(fields.remove(*key)));
    }
    Ok(value)
}

/// What one unit of effect cost: a ratio with Fieller's interval (Fieller 1954), cost and effect taken as independent. The interval is
/// none when the effect cannot be told from nought: then the cost per unit has no bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostOfEffect {
    /// Mean granted to a treated firm.
    pub cost: f64,
    /// Cost / effect.
    pub ratio: f64,
    /// 95 %.
    pub interval: Option<[f64; 2]>,
    /// Firms it was granted to.
    pub firms: usize,
}

impl CostOfEffect {
    /// What was paid, and what a unit of the first outcome cost, in words.
    #[must_use]
    pub fn says(&self, declaration: &Declaration) -> Sentence {
        let Some(first) = declaration.outcomes.first() else { return Sentence::new("", "") };
        let (unit, unit_en) = (first.unit_in(false), first.unit_in(true));
        let (paid, firms) = (number(self.cost), self.firms);
        // The effect at a cut-off is not that of all who were granted.
        let (whom, whom_en) = match declaration.design.method {
            Method::Discontinuity => ("カットオフ付近（推定に使う範囲）で交付を受けた企業", " near the cut-off (within the bandwidth)"),
            Method::Difference | Method::Balancing => ("交付を受けた企業", ""),
        };
        let Some([low, high]) = self.interval.map(|ends| ends.map(number)) else {
            return Sentence::new(
                format!(
                    "{whom}の交付額は、1社あたり平均 {paid} {unit}です（{firms}社）。効果が0と区別できないため、効果1単位あたりの費用は示せません。"
                ),
                format!(
                    "On average {paid} {unit_en} were granted to a firm{whom_en} ({firms} firms). The effect cannot be told from nought, so neither can its price."
                ),
            );
        };
        let ratio = number(self.ratio);
        Sentence::new(
            format!(
                "{whom}の交付額は、1社あたり平均 {paid} {unit}です（{firms}社）。「{}」1 {unit}あたりの交付額は {ratio} {unit}（95%区間 {low}〜{high} {unit}）です。",
                first.ja
            ),
            format!(
                "On average {paid} {unit_en} were granted to a firm{whom_en} ({firms} firms): {ratio} {unit_en} of grant for each 1 {unit_en} of \"{}\" (95% interval {low} to {high} {unit_en}).",
                first.en
            ),
        )
    }
}

pub(crate) fn fieller(cost: (f64, f64), effect: (f64, f64), firms: usize) -> CostOfEffect {
    let z2 = normal_quantile(0.975) * normal_quantile(0.975);
    let (a, va, b, vb) = (cost.0, cost.1 * cost.1, effect.0, effect.1 * effect.1);
    let (square, middle) = (b * b - z2 * vb, a * b);
    // (ab)² − (b² − z²v_b)(a² − z²v_a), multiplied out so that nothing cancels.
    let inside = z2 * (a * a * vb + b * b * va - z2 * va * vb);
    let interval = (square > 0.0 && inside >= 0.0).then(|| {
        let reach = inside.sqrt();
        [(middle - reach) / square, (middle + reach) / square]
    });
    CostOfEffect { cost: a, ratio: a / b, interval, firms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fieller_has_no_bound_when_the_effect_may_be_nought() {
        assert_eq!(fieller((10.0, 1.0), (1.0, 1.0), 5).interval, None);
        let sure = fieller((10.0, 0.0), (2.0, 1e-9), 5);
        let Some([low, high]) = sure.interval else { unreachable!("the effect is far from nought") };
        assert!((sure.ratio - 5.0).abs() < 1e-12 && low < 5.0 && high > 5.0 && high - low < 1e-7);
    }
}
