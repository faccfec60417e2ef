//! A region or a sector treated as a whole, compared with a weighted mixture of untreated ones: synthetic control, synthetic
//! difference-in-differences, difference-in-differences. Sources are at the top of each part.
//!
//! Assumes that treatment does not reach the untreated units and is not foreseen, and that the mixture that tracks the past goes on doing
//! so. The fit of the past and placebo units test the last; nothing here tests the first.

mod control;
mod panel;
mod placebo;
mod predictors;
mod sdid;
mod spec;
mod weights;

pub use control::Optimum;
pub use spec::{
    Cohort, Effect, ErrorRule, Estimate, Gap, Method, PlaceboInSpace, PlaceboUnit, Predictor, PredictorRow, Spec, TimeWeight, UnitWeight,
};
pub use weights::Solver;

use crate::dist::{normal_p, normal_quantile};
use crate::frame::Frame;
use crate::notice::{Refusal, Warning};
use crate::random::Streams;
use crate::sums::{deviation, mean, sum};
use panel::{Panel, Treatment};
use sdid::{Block, Fit, Kind, Settings};
use weights::Stop;

fn check(spec: &Spec) -> Result<(), Refusal> {
    let wrong = |code, ja: &str, en: &str| Err(Refusal::new(code, ja, en));
    if spec.methods.is_empty() {
        return wrong("nothing-asked", "方法（methods）を1つ以上指定してください。", "name at least one method");
    }
    if !(spec.confidence > 0.0 && spec.confidence < 1.0) {
        return wrong("confidence", "confidence は0と1の間にしてください。", "the level of confidence lies between 0 and 1");
    }
    if spec.treatment.is_none() && (spec.treated_units.is_empty() || spec.first_treated.is_none()) {
        return wrong(
            "no-treatment",
            "処置の列（treatment）、または処置された単位（treated-units）と最初の期（first-treated）を指定してください。",
            "name a treatment column, or the treated units and their first treated period",
        );
    }
    if spec.methods.contains(&Method::Predictors) && spec.predictors.is_empty() {
        return wrong("no-predictors", "predictors を1つ以上指定してください。", "name at least one predictor");
    }
    let bad = |z: Option<f64>| z.is_some_and(|z| !z.is_finite() || z < 0.0);
    if bad(spec.zeta_omega) || bad(spec.zeta_lambda) || bad(spec.min_decrease) {
        return wrong("zeta", "zeta と min-decrease は0以上の数にしてください。", "zeta and min-decrease are numbers of zero or more");
    }
    if let Some(v) = &spec.v
        && (v.len() != spec.predictors.len() || v.iter().any(|x| !x.is_finite() || *x < 0.0) || v.iter().sum::<f64>() <= 0.0)
    {
        return wrong(
            "v",
            "v は predictors と同じ数の、0以上で和が正の数にしてください。",
            "v holds one number a predictor, none negative, not all zero",
        );
    }
    Ok(())
}

/// Compares the treated with their mixtures.
///
/// # Errors
/// Columns that are missing or of the wrong kind, a panel with holes, too few units or periods, predictors without values.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    check(spec)?;
    let treatment = match (&spec.treatment, spec.first_treated) {
        (Some(column), _) => Treatment::Column(column),
        (None, first) => Treatment::Named(&spec.treated_units, first.unwrap_or(f64::NAN)),
    };
    let panel = Panel::read(frame, &spec.outcome, &spec.unit, &spec.time, &treatment)?;
    let controls = panel.controls().len();
    let mut out =
        Estimate { units: [panel.units.len() - controls, controls], periods: panel.times.len(), effects: Vec::new(), warnings: Vec::new() };
    for method in &spec.methods {
        let effect = one(frame, spec, &panel, *method, &mut out.warnings)?;
        out.effects.push(effect);
    }
    out.warnings.dedup();
    Ok(out)
}

/// The untreated and one cohort.
fn block(panel: &Panel, start: usize, treated: &[usize]) -> Block {
    let controls = panel.controls();
    let y = controls.iter().chain(treated).map(|i| panel.y[*i].clone()).collect();
    Block { y, controls: controls.len(), before: start }
}

fn settings(spec: &Spec, method: Method, block: &Block) -> Settings {
    let noise = block.noise();
    let kind = match method {
        Method::SyntheticDid => Kind::SyntheticDid,
        Method::Control | Method::ControlRidge | Method::Predictors => Kind::Control,
        Method::Did => Kind::Did,
    };
    let (eta, solver) = match method {
        Method::SyntheticDid | Method::Did => (block.size(), spec.solver),
        Method::ControlRidge => (1e-6, spec.solver),
        Method::Control | Method::Predictors => (0.0, Solver::Exact),
    };
    let exact = matches!(method, Method::Control | Method::Predictors);
    Settings {
        kind,
        solver,
        zeta_omega: if exact { 0.0 } else { spec.zeta_omega.unwrap_or(eta * noise) },
        zeta_lambda: spec.zeta_lambda.unwrap_or(1e-6 * noise),
        stop: Stop {
            min_decrease: spec.min_decrease.unwrap_or(1e-5 * noise),
            max_steps: spec.max_steps,
            before_sparse: spec.steps_before_sparse,
        },
    }
}

fn rms(values: &[f64]) -> f64 {
    mean(&values.iter().map(|v| v * v).collect::<Vec<_>>()).sqrt()
}

/// One cohort's result in full.
fn cohort(panel: &Panel, start: usize, treated: &[usize], block: &Block, s: &Settings, fit: &Fit) -> Cohort {
    let controls = panel.controls();
    let gaps = block.gaps(&fit.omega);
    let shift = sum(fit.lambda.iter().zip(&gaps).map(|(l, g)| l * g));
    let compared = block.synthetic(&fit.omega);
    let moved: Vec<f64> = gaps.iter().map(|g| g - shift).collect();
    let exact =
        (s.solver == Solver::FrankWolfe && s.kind != Kind::Did).then(|| block.fit(&Settings { solver: Solver::Exact, ..*s }, None).effect);
    Cohort {
        first_treated: panel.times[start],
        treated: treated.iter().map(|i| panel.units[*i].clone()).collect(),
        effect: fit.effect,
        cells: treated.len() * (panel.times.len() - start),
        noise: block.noise(),
        zeta_omega: s.zeta_omega,
        zeta_lambda: s.zeta_lambda,
        unit_weights: controls.iter().zip(&fit.omega).map(|(i, w)| UnitWeight { unit: panel.units[*i].clone(), weight: *w }).collect(),
        time_weights: panel.times.iter().zip(&fit.lambda).map(|(t, w)| TimeWeight { time: *t, weight: *w }).collect(),
        gaps: (0..panel.times.len())
            .map(|t| Gap { time: panel.times[t], treated: compared[t] + gaps[t], synthetic: compared[t] + shift, gap: moved[t] })
            .collect(),
        rmspe_before: rms(&moved[..start]),
        rmspe_after: rms(&moved[start..]),
        exact_effect: exact,
        unique: true,
    }
}

fn one(frame: &Frame, spec: &Spec, panel: &Panel, method: Method, warnings: &mut Vec<Warning>) -> Result<Effect, Refusal> {
    let cohorts = panel.cohorts();
    let mut out = Effect {
        method,
        estimate: 0.0,
        standard_error: None,
        rule: "none".to_owned(),
        p: None,
        interval: None,
        cohorts: Vec::new(),
        single_units: Vec::new(),
        placebo: None,
        optima: Vec::new(),
        predictors: Vec::new(),
    };
    let mut parts = Vec::new();
    for (start, treated) in &cohorts {
        let block = block(panel, *start, treated);
        let s = settings(spec, method, &block);
        let fit = if method == Method::Predictors {
            let nested = predictors::nested(frame, spec, panel, *start, treated)?;
            let found = predictors::solve(spec, &nested);
            let best = &found[0];
            let fit = block.with(best.weights.clone(), vec![0.0; *start]);
            out.predictors.extend(predictors::rows(frame, spec, panel, treated, &best.weights)?);
            if cohorts.len() == 1 && spec.placebo_in_space {
                out.placebo = Some(placebo::by_predictors(panel, *start, &nested, best, &fit, &block));
            }
            out.optima.extend(found);
            fit
        } else {
            block.fit(&s, None)
        };
        let mut report = cohort(panel, *start, treated, &block, &s, &fit);
        if method == Method::Control {
            report.unique = placebo::unique(&block);
        }
        if method == Method::Predictors {
            report.unique = out.optima.first().is_none_or(|o| o.unique);
        }
        doubts(&report, method, &out, warnings);
        out.cohorts.push(report);
        parts.push((block, s, fit));
    }
    let cells: f64 = out.cohorts.iter().map(|c| c.cells as f64).sum();
    out.estimate = sum(out.cohorts.iter().map(|c| c.effect * c.cells as f64)) / cells;
    if method == Method::Control && cohorts.len() == 1 && spec.placebo_in_space {
        out.placebo = Some(placebo::by_outcomes(panel, &parts[0].0, &parts[0].2));
    }
    if panel.adopted.iter().flatten().count() > 1 && method != Method::Predictors {
        out.single_units = singles(panel, spec, method);
    }
    errors(spec, method, &parts, &mut out, warnings);
    Ok(out)
}

/// Each treated unit alone.
fn singles(panel: &Panel, spec: &Spec, method: Method) -> Vec<UnitWeight> {
    (0..panel.units.len())
        .filter_map(|i| {
            let start = panel.adopted[i]?;
            let block = block(panel, start, &[i]);
            let effect = block.fit(&settings(spec, method, &block), None).effect;
            Some(UnitWeight { unit: panel.units[i].clone(), weight: effect })
        })
        .collect()
}

fn errors(spec: &Spec, method: Method, parts: &[(Block, Settings, Fit)], out: &mut Effect, warnings: &mut Vec<Warning>) {
    let streams = Streams::new(spec.seed);
    let draws = spec.replications;
    let error = match (parts, spec.error) {
        (_, ErrorRule::None) => return,
        _ if method == Method::Predictors => return,
        ([(block, s, fit)], ErrorRule::Placebo) => sdid::error(sdid::placebo_draws(block, s, fit, draws, streams)),
        ([(block, s, fit)], ErrorRule::Bootstrap) => sdid::error(sdid::bootstrap_draws(block, s, fit, draws, streams)),
        ([(block, _, fit)], ErrorRule::Jackknife) => sdid::jackknife_error(block, fit),
        (_, ErrorRule::Placebo) => {
            let pairs: Vec<(&Block, &Settings)> = parts.iter().map(|(b, s, _)| (b, s)).collect();
            sdid::error(placebo::staggered_draws(&pairs, draws, streams))
        }
        (_, ErrorRule::Bootstrap | ErrorRule::Jackknife) => None,
    };
    let Some(error) = error else {
        warnings.push(Warning::note(
            "no-error",
            "この標準誤差は求められません（placebo は処置されない単位の方が多いこと、jackknife と bootstrap は同時に始まる処置単位が2以上あることが必要です）。",
            "this standard error does not exist here: placebo needs more untreated than treated units, jackknife and bootstrap several treated units that start together",
        ));
        return;
    };
    out.rule = match spec.error {
        ErrorRule::Placebo => format!("placebo, {draws} draws, seed {}; divisor R", spec.seed),
        ErrorRule::Bootstrap => format!("bootstrap of units, {draws} draws, seed {}; divisor R", spec.seed),
        ErrorRule::Jackknife => "jackknife over units, weights kept".to_owned(),
        ErrorRule::None => String::new(),
    };
    let reach = normal_quantile(0.5 + spec.confidence / 2.0) * error;
    out.p = Some(normal_p(out.estimate / error));
    out.interval = Some([out.estimate - reach, out.estimate + reach]);
    out.standard_error = Some(error);
}

fn doubts(report: &Cohort, method: Method, out: &Effect, warnings: &mut Vec<Warning>) {
    let before: Vec<f64> = report.gaps.iter().filter(|g| g.time < report.first_treated).map(|g| g.treated).collect();
    if method != Method::Did && report.rmspe_before > 0.5 * deviation(&before) {
        let (gap, spread) = (report.rmspe_before, deviation(&before));
        warnings.push(Warning::note(
            "poor-fit",
            format!("処置前の合成対照が実績に沿っていません（誤差の平方平均 {gap:.4}、実績の標準偏差 {spread:.4}）。"),
            format!("the mixture does not track the past: root mean squared gap {gap:.4} against a spread of {spread:.4}"),
        ));
    }
    if let Some(exact) = report.exact_effect
        && (exact - report.effect).abs() > 0.01 * report.effect.abs()
    {
        let effect = report.effect;
        warnings.push(Warning::note(
            "stopped-early",
            format!(
                "反復は効果 {effect:.6} で止まりましたが、重みの厳密な最小点では {exact:.6} です。solver を exact にして確かめてください。"
            ),
            format!("the walk stopped at an effect of {effect:.6}; the exact minimum gives {exact:.6}; compare with solver = exact"),
        ));
    }
    if !report.unique {
        warnings.push(Warning::note(
            "weights-not-unique",
            "同じ当てはまりの重みがほかにもあり、効果は1つに定まりません。",
            "other weights fit as well: the effect is not determined by the fit alone",
        ));
    }
    let near = out.optima.iter().filter(|o| o.loss <= 1.05 * out.optima[0].loss).count();
    if near > 1 {
        warnings.push(Warning::note(
            "several-optima",
            format!("予測変数の重要度Vの探索で、損失の差が5%以内の局所最適が{near}個あります。optima をすべて確認してください。"),
            format!("the search for V has {near} local optima within 5 % of the least loss; look at all of them"),
        ));
    }
}
