//! What a call can show, before it opens: the power of an effect and the least effect that would be seen, for a comparison of two arms,
//! a matched comparison, a cut-off and a panel; with clusters, losses, partial take-up, and a pilot's variance.
//!
//! Bloom (1995), Evaluation Review 19(5) (minimum detectable effect); Cohen (1988) and the noncentral t for exact power; Eldridge, Ashby,
//! Kerry (2006), International Journal of Epidemiology 35 (clusters of unequal size); Schochet (2009), Journal of Educational and Behavioral
//! Statistics 34, and Cattaneo, Titiunik, Vazquez-Bare (2019), Stata Journal 19(1) (cut-offs); Frison and Pocock (1992), Statistics in
//! Medicine 11, and Burlig, Preonas, Woerman (2020), Journal of Development Economics 144 (panels); Abadie and Imbens (2006),
//! Econometrica 74 (matching).

mod chance;
mod error;
mod pilot;
mod spec;

pub use chance::{factor, power};
pub use spec::{Design, Estimate, Part, Pilot, Point, Score, Spec, Told};

use crate::notice::{Refusal, Warning};
use crate::{Frame, dist};
use error::Planned;

/// The search for enough rows ends here.
const MOST: usize = 100_000_000;

/// What the planned call can show; `pilot` is the table that the pilot's columns are of.
///
/// # Errors
/// Numbers that cannot be a plan, a pilot without its columns, too small a plan to leave a degree of freedom, and what the pilot's own
/// estimator refuses.
pub fn plan(pilot: Option<&Frame>, spec: &Spec) -> Result<Estimate, Refusal> {
    spec.check()?;
    let known = match (pilot, &spec.pilot) {
        (Some(frame), Some(ask)) => pilot::known(frame, spec, ask)?,
        (None, None) => pilot::Known::of(spec),
        (Some(_), None) | (None, Some(_)) => {
            return Err(Refusal::new(
                "pilot",
                "パイロットの表と、その列の指定（pilot）は、両方そろえてください。",
                "a pilot needs both its table and the names of its columns",
            ));
        }
    };
    let planned = Planned::of(spec, &known, spec.rows)?;
    let least = factor(planned.freedom, spec.significance(), spec.power) * planned.error;
    let at = |effect: f64| power(effect / planned.error, planned.freedom, spec.significance());
    let needed = spec.effect.map(|effect| needed(spec, &known, effect)).transpose()?.flatten();
    let curve = (0..=8).map(|k| least * f64::from(k) / 4.0).map(|effect| Point { effect, power: at(effect) }).collect();
    Ok(Estimate {
        design: spec.design,
        rows: spec.rows,
        analysed: planned.analysed,
        clusters: planned.clusters,
        deviation: known.deviation,
        in_deviations: spec.deviation.is_none() && spec.pilot.is_none(),
        standard_error: planned.error,
        degrees_of_freedom: planned.freedom,
        minimum_detectable_effect: least,
        in_standard_deviations: least / known.deviation,
        power_at_effect: spec.effect.map(at),
        rows_needed: needed,
        warnings: warnings(spec, &planned),
        parts: planned.parts,
        curve,
        rule: planned.rule,
        pilot: known.told,
    })
}

/// The fewest rows whose power at the effect is as asked; none when no number is enough.
fn needed(spec: &Spec, known: &pilot::Known, effect: f64) -> Result<Option<usize>, Refusal> {
    let enough =
        |rows: usize| Planned::of(spec, known, rows).is_ok_and(|p| power(effect / p.error, p.freedom, spec.significance()) >= spec.power);
    if effect == 0.0 || !enough(MOST) {
        return Ok(None);
    }
    let (mut low, mut high) = (1, MOST);
    while low < high {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    Ok(Some(high))
}

fn warnings(spec: &Spec, planned: &Planned) -> Vec<Warning> {
    let mut all = Vec::new();
    if let Some(count) = planned.clusters.filter(|c| *c < 20.0) {
        all.push(Warning::note(
            "few-clusters",
            format!(
                "クラスターが{count:.0}個の計画です。この計算は自由度で補っていますが、推定ではワイルド・ブートストラップが必要になります。"
            ),
            format!("a plan with {count:.0} clusters: degrees of freedom make up for it here, the estimate will need the wild bootstrap"),
        ));
    }
    if spec.attrition > 0.2 {
        let share = spec.attrition * 100.0;
        all.push(Warning::note(
            "attrition",
            format!("{share:.0}%の脱落を見込んでいます。脱落が処置によって異なれば、検出力だけでなく推定そのものが偏ります（Leeの範囲を計画に入れてください）。"),
            format!("{share:.0} % are expected to be lost; if treatment moves that share the estimate is biased, not only noisy (plan for Lee's bounds)"),
        ));
    }
    if planned.least_arm < 10.0 {
        all.push(Warning::note(
            "few-rows",
            format!("小さい方の群で使える行が{:.1}しかありません。正規近似による計算は目安です。", planned.least_arm),
            format!("the smaller arm has {:.1} usable rows; a calculation by normal approximation is a rough guide", planned.least_arm),
        ));
    }
    if spec.pilot.is_none() && spec.deviation.is_none() {
        all.push(Warning::note(
            "in-deviations",
            "標準偏差が指定されていないため、効果は結果の標準偏差を単位として示します。",
            "no standard deviation was given: effects are in standard deviations of the outcome",
        ));
    }
    all
}

/// The quantile that a two-sided test compares with.
fn critical(freedom: f64, significance: f64) -> f64 {
    dist::t_quantile(1.0 - significance / 2.0, freedom)
}
