//! Production functions, and from them the marginal product of labour. The second stages of these estimators have several minima and
//! roots, most of them wrong: every one found is reported with its criterion and the share of starts that end there, and more than one
//! holds the headline back. Sources are at the top of each part.
//!
//! Assumes that productivity follows a process of its own past, that the proxy rises with productivity given the state, and that state
//! inputs were decided a period before. Gross output by Ackerberg–Caves–Frazer is refused: without further restrictions it is not
//! identified (Gandhi, Navarro and Rivers 2020, Journal of Political Economy 128).

mod joint;
mod panel;
mod product;
mod roots;
mod solve;
mod spec;
mod transition;

use rayon::prelude::*;

pub use product::{Change, Firm, Level, MarginalProduct, Product};
pub use roots::Root;
pub use spec::{Control, Elasticity, Estimate, Form, Function, Method, Output, Restrictions, Spec};

use crate::dist::normal_quantile;
use crate::frame::Frame;
use crate::notice::{Refusal, Warning};
use crate::random::Streams;
use crate::sums::{deviation, mean, sum};
use panel::{Columns, Panel};
use product::{Levels, Pair, Spread};
use solve::{Solved, solve};

fn check(spec: &Spec) -> Result<(), Refusal> {
    let wrong = |code, ja: &str, en: &str| Err(Refusal::new(code, ja, en));
    if spec.methods.is_empty() || spec.free.is_empty() || spec.state.is_empty() {
        return wrong(
            "nothing-asked",
            "methods、free（労働など）、state（資本など）をそれぞれ1つ以上指定してください。",
            "name at least one method, one free input (labour) and one state input (capital)",
        );
    }
    let needs = |m: &Method| !matches!(m, Method::Ols | Method::FixedEffects);
    if spec.proxy.is_empty() && (spec.methods.iter().any(needs) || spec.output == Output::Gross) {
        return wrong(
            "no-proxy",
            "この方法には代理変数（proxy: 投資、原材料、電力など）が必要です。",
            "these methods need a proxy: investment, materials, energy",
        );
    }
    if !(1..=5).contains(&spec.degree)
        || !(1..=5).contains(&spec.markov)
        || spec.free.len() + spec.state.len() + spec.proxy.len() > 8
        || spec.controls.len() > 100
    {
        return wrong(
            "size",
            "degree と markov は1〜5、投入と代理変数は合わせて8列まで、controls は100列までにしてください。",
            "degree and markov are 1 to 5, inputs and proxies at most 8 columns, controls at most 100",
        );
    }
    if !spec.controls.is_empty() && spec.methods.iter().any(|m| matches!(m, Method::Wooldridge | Method::WooldridgeSystem)) {
        return wrong(
            "controls",
            "controls は wooldridge と wooldridge-system（prodest の変種）では使えません。wooldridge-gmm などを使ってください。",
            "controls do not go with wooldridge and wooldridge-system (the variants of prodest); use wooldridge-gmm or another method",
        );
    }
    if !(spec.period_step > 0.0 && spec.period_step.is_finite() && spec.confidence > 0.0 && spec.confidence < 1.0) {
        return wrong(
            "spec",
            "period-step は正の数、confidence は0と1の間にしてください。",
            "period-step is positive, confidence lies between 0 and 1",
        );
    }
    if spec.form == Form::Translog
        && spec.methods.iter().any(|m| !matches!(m, Method::Ols | Method::FixedEffects | Method::AckerbergCavesFrazer))
    {
        return wrong(
            "translog",
            "トランスログ型は ols、fixed-effects、ackerberg-caves-frazer で使えます。",
            "the translog form goes with ols, fixed-effects and ackerberg-caves-frazer",
        );
    }
    if spec.output == Output::Gross
        && spec.methods.iter().any(|m| !matches!(m, Method::Ols | Method::FixedEffects | Method::LevinsohnPetrin))
    {
        return wrong(
            "gross-output",
            "総産出は ols、fixed-effects、levinsohn-petrin で推定できます。Ackerberg–Caves–Frazer などでは追加の制約なしに識別されません（Gandhi, Navarro, Rivers 2020）。Olley–Pakes では原材料を free に入れてください。",
            "gross output goes with ols, fixed-effects and levinsohn-petrin; with Ackerberg–Caves–Frazer it is not identified without further restrictions (Gandhi, Navarro and Rivers 2020); with Olley–Pakes name materials as a free input",
        );
    }
    Ok(())
}

/// Estimates the function by each method. What one of several methods refuses stands among the warnings.
///
/// # Errors
/// Columns that are missing or of the wrong kind, a firm and period twice; and when no method answers, why the first does not: inputs that cannot
/// be told apart, no roots.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    check(spec)?;
    let levels = spec.product.as_ref().map(|ask| Levels::read(frame, spec, ask)).transpose()?;
    let ask = spec.product.clone().unwrap_or_default();
    let also: Vec<String> = [ask.output_level, ask.labour_level, ask.technology].into_iter().flatten().collect();
    let panel = Panel::read(
        frame,
        &Columns {
            outcome: &spec.outcome,
            free: &spec.free,
            state: &spec.state,
            proxy: &spec.proxy,
            controls: &spec.controls,
            firm: &spec.firm,
            time: &spec.time,
            also: &also,
            step: spec.period_step,
        },
    )?;
    let mut out = Estimate { dropped_missing: panel.dropped, functions: Vec::new(), warnings: Vec::new() };
    let mut first = None;
    for method in &spec.methods {
        match one(&panel, spec, *method, levels.as_ref(), &mut out.warnings) {
            Ok(function) => out.functions.push(function),
            Err(refusal) => {
                let (ja, en) = (format!("{method:?}: {}", refusal.ja), format!("{method:?}: {}", refusal.en));
                out.warnings.push(Warning::note(refusal.code, ja, en));
                first.get_or_insert(refusal);
            }
        }
    }
    match first {
        Some(refusal) if out.functions.is_empty() => Err(refusal),
        _ => Ok(out),
    }
}

/// Coefficients for rows without and with the technology: the same, or each its own.
fn pair(panel: &Panel, spec: &Spec, method: Method, levels: &Levels, own: &[f64], near: Option<&Pair>) -> Result<Pair, Refusal> {
    let separate = spec.product.as_ref().is_some_and(|p| p.separate && p.technology.is_some());
    if !separate {
        return Ok([own.to_vec(), own.to_vec()]);
    }
    let with = levels.with(panel);
    let part = |wanted: bool| -> Result<Vec<f64>, Refusal> {
        let rows: Vec<bool> = with.iter().map(|w| *w == wanted).collect();
        let near = near.map(|p| p[usize::from(wanted)].as_slice());
        Ok(solve(&panel.only(&rows), spec, method, near)?.theta)
    };
    Ok([part(false)?, part(true)?])
}

struct Draw {
    theta: Vec<f64>,
    pair: Option<Pair>,
    figures: Option<[f64; 4]>,
}

/// The function estimated anew on firms drawn with replacement; draws without an estimate are left out.
fn draws(panel: &Panel, spec: &Spec, method: Method, solved: &Solved, levels: Option<(&Levels, &Pair)>) -> Vec<Draw> {
    let streams = Streams::new(spec.seed);
    let count = panel.firms.len();
    (0..spec.replications)
        .into_par_iter()
        .map(|r| {
            // Streams from the far end: the near ones place the starts.
            let mut stream = streams.stream(u64::MAX - r as u64);
            let firms: Vec<usize> = (0..count).map(|_| stream.below(count)).collect();
            let resampled = panel.resampled(&firms);
            let theta = solve(&resampled, spec, method, Some(&solved.theta)).ok()?.theta;
            let Some((levels, near)) = levels else { return Some(Draw { theta, pair: None, figures: None }) };
            let pair = pair(&resampled, spec, method, levels, &theta, Some(near)).ok()?;
            let figures = product::figures(&resampled, spec, levels, &pair);
            Some(Draw { theta, pair: Some(pair), figures: Some(figures) })
        })
        .collect::<Vec<Option<Draw>>>()
        .into_iter()
        .flatten()
        .collect()
}

fn covariance(list: &[&Vec<f64>]) -> Vec<Vec<f64>> {
    let size = list.first().map_or(0, |v| v.len());
    let column = |j: usize| list.iter().map(|v| v[j]).collect::<Vec<f64>>();
    let centred: Vec<Vec<f64>> = (0..size)
        .map(|j| {
            let values = column(j);
            let centre = mean(&values);
            values.iter().map(|v| v - centre).collect()
        })
        .collect();
    let count = list.len() as f64 - 1.0;
    centred.iter().map(|a| centred.iter().map(|b| crate::sums::dot(a, b) / count).collect()).collect()
}

fn spread(drawn: &[Draw]) -> Option<Spread> {
    let figures: Vec<[f64; 4]> = drawn.iter().filter_map(|d| d.figures).collect();
    let side = |s: usize| covariance(&drawn.iter().filter_map(|d| d.pair.as_ref()).map(|p| &p[s]).collect::<Vec<_>>());
    (figures.len() > 1).then(|| Spread {
        covariances: [side(0), side(1)],
        figures: [0, 1, 2, 3].map(|k| deviation(&figures.iter().map(|f| f[k]).collect::<Vec<_>>())),
    })
}

fn one(panel: &Panel, spec: &Spec, method: Method, levels: Option<&Levels>, warnings: &mut Vec<Warning>) -> Result<Function, Refusal> {
    let solved = solve(panel, spec, method, None)?;
    let (_, names) = solve::inputs(panel, spec);
    let pair = levels.map(|l| pair(panel, spec, method, l, &solved.theta, None)).transpose()?;
    let drawn = draws(panel, spec, method, &solved, levels.zip(pair.as_ref()));
    let enough = drawn.len() > 1;
    let reach = normal_quantile(0.5 + spec.confidence / 2.0);
    let error = |of: &dyn Fn(&[f64]) -> f64| enough.then(|| deviation(&drawn.iter().map(|d| of(&d.theta)).collect::<Vec<_>>()));
    let elasticities = (names.iter().zip(&solved.theta).enumerate())
        .map(|(j, (name, value))| {
            let standard_error = error(&|t| t[j]);
            let interval = standard_error.map(|e| [value - reach * e, value + reach * e]);
            Elasticity { input: name.clone(), estimate: *value, standard_error, interval }
        })
        .collect();
    let total = |t: &[f64]| sum(t.iter().copied());
    let held = doubts(&solved, method, warnings);
    let (made, asked) = (drawn.len(), spec.replications);
    if made < asked {
        let lost = asked - made;
        warnings.push(Warning::note(
            "draws-lost",
            format!("ブートストラップ{asked}回中{lost}回は解に達せず、標準誤差から除きました。"),
            format!("{lost} of {asked} bootstrap draws reached no solution and are left out of the standard errors"),
        ));
    }
    Ok(Function {
        method,
        elasticities,
        controls: (spec.controls.iter().zip(&solved.controls))
            .map(|(column, estimate)| Control { column: column.clone(), estimate: *estimate })
            .collect(),
        constant: solved.constant,
        returns_to_scale: (spec.form == Form::CobbDouglas).then(|| (total(&solved.theta), error(&total))),
        sought: names[solved.sought_from..].to_vec(),
        share_lost: solved.lost,
        rows_first: solved.rows_first,
        rows_second: solved.rows_second,
        firms: panel.firms.len(),
        draws: made,
        restrictions: solved.restrictions,
        rule: if enough {
            format!("block bootstrap by firm, {made} draws, seed {}; divisor R − 1", spec.seed)
        } else {
            "none".to_owned()
        },
        held,
        product: levels.zip(pair).map(|(l, p)| product::product(panel, spec, l, &p, spread(&drawn).as_ref())),
        roots: solved.roots,
    })
}

/// Moments beyond those needed that disagree.
fn disagreement(restrictions: Restrictions) -> Warning {
    let Restrictions { statistic, degrees, p } = restrictions;
    let p = crate::notice::chance(p);
    Warning::note(
        "moments-disagree",
        format!(
            "余分な積率条件が合いません（J = {statistic:.2}、自由度{degrees}、{p}）。労働を生産性の判明前に決めているなら、ackerberg-caves-frazer か wooldridge-levinsohn-petrin を使ってください。"
        ),
        format!(
            "moments beyond those needed disagree (J = {statistic:.2}, {degrees} degrees, {p}); where labour is chosen before productivity is known, use ackerberg-caves-frazer or wooldridge-levinsohn-petrin"
        ),
    )
}

/// A variant that does not come near the truth, several roots, or none that solves: the number is held back.
fn doubts(solved: &Solved, method: Method, warnings: &mut Vec<Warning>) -> Option<&'static str> {
    warnings.extend(solved.restrictions.filter(|r| r.p < 0.05).map(disagreement));
    let solving = solved.roots.iter().filter(|r| r.solves).count();
    let warning = if matches!(method, Method::Wooldridge | Method::WooldridgeSystem) {
        Warning::blocking(
            "peers-variant",
            "wooldridge と wooldridge-system は prodest の変種で、企業が増えても真の値に近づかないことがあります。wooldridge-gmm（論文どおり）を使ってください。",
            "wooldridge and wooldridge-system are the variants of prodest, which need not come near the truth with more firms; use wooldridge-gmm, which is as in the paper",
        )
    } else if solved.roots.is_empty() {
        return None;
    } else if solving == 0 {
        Warning::blocking(
            "no-exact-root",
            format!("{method:?}: 積率条件を満たす解がありません。表示は条件に最も近い点です。代理変数と期間を見直してください。"),
            format!("{method:?}: no point meets the moment conditions; the one shown comes nearest; look at the proxy and the periods"),
        )
    } else if solving > 1 {
        let list: Vec<String> = (solved.roots.iter().filter(|r| r.solves))
            .map(|r| {
                format!("({}) {:.1}%", r.theta.iter().map(|t| format!("{t:.4}")).collect::<Vec<_>>().join(", "), 100.0 * r.share_of_starts)
            })
            .collect();
        let list = list.join("; ");
        Warning::blocking(
            "several-roots",
            format!("{method:?}: 解が{solving}個あります: {list}。どれを採るか、理由とともに宣言してください。"),
            format!("{method:?}: there are {solving} solutions: {list}; declare which one is taken and why"),
        )
    } else {
        return None;
    };
    let code = warning.code;
    warnings.push(warning);
    Some(code)
}
