//! From cells to what is printed: errors, intervals and bands, the test of pre-trends, warnings.

use super::aggregate::{Average as Mean, Averages, Family};
use super::cells::{Cell, Cells, State};
use super::influence::{Influence, Linear};
use super::pair::Gap;
use super::panel::Panel;
use super::small::{self, Shares};
use super::{Average, CellEffect, Comparison, Effect, Estimate, Hole, PartEffect, Spec, Wald, Words};
use crate::dist::{chi2_p, normal_p, normal_quantile};
use crate::linear::Matrix;
use crate::notice::{Warning, chance};
use crate::sums::sorted;

/// Fewer units than this in a cohort, beside one a covariate, are too few for its normal approximation.
const SMALL: usize = 5;
/// Fewer clusters than this in all, or [`FEW_SIDE`] on one side, make the errors doubtful.
const FEW: usize = 30;
const FEW_SIDE: usize = 10;
/// An uncertainty below this share of the largest is rounding.
const ROUNDING: f64 = 1e-13;

/// Errors of some estimates and the factor of their intervals.
struct Errors {
    errors: Vec<Option<f64>>,
    critical: f64,
}

pub(super) fn report(panel: &Panel, cells: &Cells, spec: &Spec) -> Estimate {
    let averages = Averages::new(panel, cells, spec);
    let influence = &cells.influence;
    let (simple, group, event, calendar) = (averages.simple(), averages.group(), averages.event(), averages.calendar());
    let (of_cells, critical) = cell_effects(panel, cells, spec);
    let shares = shares(panel);
    let pretest = wald(&averages.before(0.0), influence, &shares);
    let pretest_clean = if spec.anticipation > 0.0 { wald(&averages.before(spec.anticipation), influence, &shares) } else { None };
    let mut estimate = Estimate {
        cells: of_cells,
        critical,
        simple: simple.map(|mean| single(&mean, influence, spec)),
        group: family(&group, influence, spec),
        event: family(&event, influence, spec),
        calendar: family(&calendar, influence, spec),
        pretest,
        pretest_clean,
        units: panel.units(),
        treated_units: panel.cohorts.iter().filter(|cohort| cohort.start.is_finite()).map(|cohort| cohort.units.len()).sum(),
        rows: panel.y.len(),
        clusters: panel.clusters.as_ref().map(|(_, count)| *count),
        left_out: panel.left_out.clone(),
        errors: words(panel, spec),
        warnings: Vec::new(),
    };
    estimate.warnings = warnings(panel, &estimate, spec);
    estimate
}

fn cell_effects(panel: &Panel, cells: &Cells, spec: &Spec) -> (Vec<CellEffect>, f64) {
    let estimates: Vec<&Linear> = cells.cells.iter().map(|cell| &cell.influence).collect();
    let found = errors(&cells.influence, &estimates, spec);
    let one = |(cell, error): (&Cell, &Option<f64>)| CellEffect {
        start: panel.cohorts[cell.cohort].start,
        time: panel.times[cell.time],
        base: panel.times[cell.base],
        effect: cell.effect().map(|effect| interval(effect, *error, found.critical)),
        treated: cell.treated,
        compared: cell.compared,
        hole: hole(cell.state),
    };
    (cells.cells.iter().zip(&found.errors).map(one).collect(), found.critical)
}

fn hole(state: State) -> Option<Hole> {
    let State::Gap(gap) = state else { return None };
    let (code, ja, en) = match gap {
        Gap::NoTreated => ("no-treated", "この群の個体（または重み）がありません。", "the cohort has no units (or no weight) here"),
        Gap::NoComparison => ("no-comparison", "比較できる個体がありません。", "there is nobody to compare with"),
        Gap::Overlap => (
            "overlap",
            "共変量で処置群と比較群がほぼ完全に分かれ、比べられません。共変量を減らすか、`regression` を検討してください。",
            "the covariates tell the cohort from the comparison almost without fail; use fewer, or consider `regression`",
        ),
        Gap::Regression => (
            "regression",
            "比較群が小さすぎるか共変量が互いに従属し、回帰ができません。共変量を減らすか `not-yet-treated` を検討してください。",
            "the comparison is too small for the regression, or its covariates are dependent; use fewer, or `not-yet-treated`",
        ),
    };
    Some(Hole { code, reason: Words { ja: ja.to_owned(), en: en.to_owned() } })
}

fn pointwise(spec: &Spec) -> f64 {
    normal_quantile(f64::midpoint(1.0, spec.level))
}

/// Analytic errors, or with draws the interquartile range of the draws over the normal's, and the quantile of the largest |t|.
fn errors(influence: &Influence, estimates: &[&Linear], spec: &Spec) -> Errors {
    let variances = influence.variances(estimates);
    let largest = variances.iter().fold(0.0_f64, |m, v| m.max(*v));
    let sound = |v: f64| v > ROUNDING * ROUNDING * largest && v > 0.0;
    let Some(bootstrap) = &spec.bootstrap else {
        let errors = variances.iter().map(|v| sound(*v).then(|| v.sqrt())).collect();
        return Errors { errors, critical: pointwise(spec) };
    };
    let draws = influence.draws(estimates, bootstrap);
    let spread = normal_quantile(0.75) - normal_quantile(0.25);
    let errors: Vec<Option<f64>> = (0..estimates.len())
        .map(|e| {
            let draws = sorted(draws.col(e));
            let error = (inverse_cdf(&draws, 0.75) - inverse_cdf(&draws, 0.25)) / spread;
            (sound(variances[e]) && error > 0.0).then_some(error)
        })
        .collect();
    let largest_t: Vec<f64> = (0..bootstrap.draws)
        .map(|draw| (0..errors.len()).filter_map(|e| errors[e].map(|error| (draws[(draw, e)] / error).abs())).fold(0.0, f64::max))
        .collect();
    let band = inverse_cdf(&sorted(&largest_t), spec.level);
    // A band narrower than the pointwise interval is an accident of the draws.
    Errors { errors, critical: if band.is_finite() { band.max(pointwise(spec)) } else { pointwise(spec) } }
}

/// The quantile by the inverse of the distribution function (type 1 of Hyndman and Fan).
fn inverse_cdf(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted.get(place.min(sorted.len()) - 1).copied().unwrap_or(f64::NAN)
}

fn interval(effect: f64, error: Option<f64>, critical: f64) -> Effect {
    Effect {
        effect,
        error,
        lower: error.map(|e| effect - critical * e),
        upper: error.map(|e| effect + critical * e),
        p: error.map(|e| normal_p(effect / e)),
    }
}

fn single(mean: &Mean, influence: &Influence, spec: &Spec) -> Effect {
    let found = errors(influence, &[&mean.influence], spec);
    // One number needs no band.
    interval(mean.effect, found.errors[0], pointwise(spec))
}

fn family(family: &Family, influence: &Influence, spec: &Spec) -> Average {
    let estimates: Vec<&Linear> = family.parts.iter().map(|(_, mean)| &mean.influence).collect();
    let found = errors(influence, &estimates, spec);
    let parts = family.parts.iter().zip(&found.errors);
    Average {
        overall: family.overall.as_ref().map(|mean| single(mean, influence, spec)),
        parts: parts.map(|((at, mean), error)| PartEffect { at: *at, effect: interval(mean.effect, *error, found.critical) }).collect(),
        critical: found.critical,
        covariance: influence.covariance(&estimates).to_rows(),
    }
}

/// The joint test that cells are nought; none without cells or with a singular covariance.
fn wald(cells: &[&Cell], influence: &Influence, shares: &Shares) -> Option<Wald> {
    if cells.is_empty() {
        return None;
    }
    let estimates: Vec<&Linear> = cells.iter().map(|cell| &cell.influence).collect();
    let covariance = influence.covariance(&estimates);
    let errors: Vec<f64> = covariance.diagonal().iter().map(|v| v.sqrt()).collect();
    // In units of the errors, so that the check of the rank does not depend on the outcome's units.
    let scaled = Matrix::from_fn(cells.len(), cells.len(), |i, j| covariance[(i, j)] / (errors[i] * errors[j]));
    if !scaled.all_finite() || scaled.eigen_symmetric().is_none_or(|(values, _)| values[0] < 1e-10) {
        return None;
    }
    let effects: Vec<f64> = cells.iter().zip(&errors).filter_map(|(cell, error)| Some(cell.effect()? / error)).collect();
    let statistic = scaled.inverse_spd()?.quadratic(&effects);
    let unit = |covariance: Matrix| Matrix::from_fn(cells.len(), cells.len(), |i, j| covariance[(i, j)] / (errors[i] * errors[j]));
    let own: Vec<Matrix> = influence.by_cohort(&estimates).into_iter().map(unit).collect();
    let small_sample = small::test(statistic, &own, shares);
    Some(Wald { statistic, df: cells.len(), p: chi2_p(statistic, cells.len() as f64), small_sample })
}

/// Which share of every cohort each cluster holds.
fn shares(panel: &Panel) -> Shares {
    let weights: Vec<Vec<f64>> =
        panel.cohorts.iter().map(|cohort| cohort.units.clone().map(|unit| panel.unit_weight(unit)).collect()).collect();
    Shares::new(&weights, panel.clusters.as_ref())
}

fn words(panel: &Panel, spec: &Spec) -> Words {
    let (unit_ja, unit_en) = if panel.clusters.is_some() { ("クラスター", "cluster") } else { ("個体", "unit") };
    match &spec.bootstrap {
        None => Words {
            ja: format!("影響関数を{unit_ja}ごとに合計した漸近的な標準誤差（小標本の補正なし、正規分布）。区間は点ごと。"),
            en: format!("influence functions summed by {unit_en}, no small-sample correction, normal distribution; pointwise intervals"),
        },
        Some(b) => {
            let (draws, seed) = (b.draws, b.seed);
            Words {
                ja: format!(
                    "{unit_ja}ごとの乗数ブートストラップ{draws}回（シード{seed}）、四分位範囲による標準誤差。族ごとに一様な信頼帯。"
                ),
                en: format!(
                    "{draws} multiplier draws by {unit_en} (seed {seed}), errors from the interquartile range; uniform bands within a family"
                ),
            }
        }
    }
}

fn warnings(panel: &Panel, estimate: &Estimate, spec: &Spec) -> Vec<Warning> {
    let mut out = Vec::new();
    let test = if spec.anticipation > 0.0 { estimate.pretest_clean } else { estimate.pretest };
    if let Some(p) = test.map(|test| test.chance()).filter(|p| *p < 0.05) {
        let p = chance(p);
        out.push(Warning::blocking(
            "pre-trend",
            format!("処置前から群の間に差があります（同時検定 {p}）。平行トレンドの仮定は疑わしく、`honest` で感度を確かめてください。"),
            format!("groups differ before treatment already (joint test {p}); parallel trends are doubtful: look at `honest`"),
        ));
    }
    small_cohorts(panel, spec, &mut out);
    few_clusters(panel, &mut out);
    let holes = estimate.cells.iter().filter(|cell| cell.hole.is_some()).count();
    if holes > 0 {
        let all = estimate.cells.len();
        out.push(Warning::blocking(
            "holes",
            format!("{all}個の群・時点のうち{holes}個は推定できず、平均から除きました。各セルの理由を確認してください。"),
            format!("{holes} of {all} cells could not be estimated and are not in the averages; see each cell's reason"),
        ));
    }
    if panel.left_out.fully_treated_periods > 0 {
        let n = panel.left_out.fully_treated_periods;
        out.push(Warning::note(
            "no-never-treated",
            format!("一度も処置を受けない個体がないため、最後の群を開始までの比較に使い、それ以後の{n}時点を除きました。"),
            format!("no unit is never treated: the last cohort is the comparison until it starts, and {n} periods after that are left out"),
        ));
    }
    out.extend(left_out(panel));
    if spec.bootstrap.is_some() && estimate.event.critical >= 7.0 {
        out.push(Warning::blocking(
            "wide-band",
            "信頼帯の臨界値が極端に大きくなりました。群が小さすぎるおそれがあります。",
            "the critical value of the band is extreme; some cohort is probably too small",
        ));
    }
    out
}

fn left_out(panel: &Panel) -> Vec<Warning> {
    let mut out = Vec::new();
    let mut add = |count: usize, code: &'static str, ja: &str, en: &str| {
        if count > 0 {
            out.push(Warning::note(code, format!("{count}{ja}"), format!("{count} {en}")));
        }
    };
    let left = &panel.left_out;
    add(left.incomplete_rows, "incomplete-rows", "行は欠測があるため除きました。", "rows with something missing were left out");
    add(
        left.unbalanced_units,
        "unbalanced",
        "個体は全時点がそろわないため除きました。",
        "units without a row in every period were left out",
    );
    add(
        left.always_treated_units,
        "always-treated",
        "個体は最初の時点ですでに処置を受けているため除きました。",
        "units were treated from the first period on and were left out",
    );
    out
}

fn small_cohorts(panel: &Panel, spec: &Spec, out: &mut Vec<Warning>) {
    let least = SMALL + spec.covariates.len();
    let small: Vec<String> = panel
        .cohorts
        .iter()
        .filter(|cohort| cohort.units.len() < least && (cohort.start.is_finite() || spec.comparison == Comparison::NeverTreated))
        .map(|cohort| if cohort.start.is_finite() { cohort.start.to_string() } else { "∞".to_owned() })
        .collect();
    if !small.is_empty() {
        let list = small.join(", ");
        out.push(Warning::blocking(
            "tiny-cohort",
            format!("個体が{least}未満の群があります（開始時点: {list}）。その推定と標準誤差は当てになりません。"),
            format!("cohorts of fewer than {least} units (start: {list}): their estimates and errors are not reliable"),
        ));
    }
}

fn few_clusters(panel: &Panel, out: &mut Vec<Warning>) {
    let count = |treated: bool| {
        let units = panel.cohorts.iter().filter(|cohort| cohort.start.is_finite() == treated).flat_map(|cohort| cohort.units.clone());
        match &panel.clusters {
            None => units.count(),
            Some((codes, _)) => {
                let mut seen: Vec<u32> = units.map(|unit| codes[unit]).collect();
                seen.sort_unstable();
                seen.dedup();
                seen.len()
            }
        }
    };
    let all = panel.clusters.as_ref().map_or_else(|| panel.units(), |(_, count)| *count);
    let (treated, never) = (count(true), count(false));
    if all <= FEW || treated < FEW_SIDE || never < FEW_SIDE {
        out.push(Warning::blocking(
            "few-clusters",
            format!("独立な単位が少なすぎます（全体{all}、処置{treated}、比較{never}）。標準誤差は小さすぎるおそれがあります。"),
            format!("few independent units ({all} in all, {treated} treated, {never} never treated): errors are probably too small"),
        ));
    }
}
