//! The figures of a finding: what a discontinuity, an event study and a balance look like.

use super::declare::{Declaration, Ready};
use super::figure::{Figure, Layer};
use super::finding::{Finding, Found, Full, Measure};
use super::words::{named, score_axis};
use crate::{Frame, Refusal, balancing, difference, discontinuity};

/// The figures of one finding; `before` is how many there are already.
pub(super) fn of(
    declaration: &Declaration,
    panel: &Frame,
    finding: &Finding,
    found: &Found,
    before: usize,
) -> Result<Vec<Figure>, Refusal> {
    let ready = declaration.design.ready(&finding.outcome.column)?;
    Ok(match (&found.full, &ready) {
        (Full::Discontinuity(result), Ready::Discontinuity(spec)) if finding.measure == Measure::Total => {
            vec![jump(panel, finding, result, spec, declaration.least_cell, before)?]
        }
        (Full::Difference(result), _) => event(finding, result, before).into_iter().collect(),
        (Full::Balancing(result), _) if before == 0 => love(declaration, result, before).into_iter().collect(),
        (Full::Discontinuity(_) | Full::Balancing(_), _) => Vec::new(),
    })
}

/// Means of the outcome in bins of at least `least` firms on each side, and the fitted lines within the bandwidth.
fn jump(
    panel: &Frame,
    finding: &Finding,
    result: &discontinuity::Estimate,
    spec: &discontinuity::Spec,
    least: usize,
    before: usize,
) -> Result<Figure, Refusal> {
    let (score, y) = (panel.numbers(&spec.score)?, panel.numbers(&finding.outcome.column)?);
    let mut points: Vec<[f64; 2]> = score.iter().zip(y).filter(|(s, y)| !s.is_nan() && !y.is_nan()).map(|(s, y)| [*s, *y]).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let split = points.partition_point(|p| p[0] < spec.cutoff);
    let (below, above) = points.split_at(split);
    let mut layers = vec![Layer::Points { at: [bins(below, least), bins(above, least)].concat() }];
    let (h, sides) = (&result.bandwidths.h, &result.sides);
    for (side, from, to) in [(&sides.left, -h.left, 0.0), (&sides.right, 0.0, h.right)] {
        if let Some(coefficients) = side.coefficients.first() {
            let at = |share: f64| {
                let x = from + (to - from) * share;
                let value = coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
                [spec.cutoff + x, value]
            };
            layers.push(Layer::Line { at: (0..=20).map(|i| at(f64::from(i) / 20.0)).collect() });
        }
    }
    let name = named(finding);
    Ok(Figure {
        name: format!("discontinuity-{}", before + 1),
        ja: format!("{}とカットオフ（点は{least}社以上の平均、線は推定に使った当てはめ）", name.ja),
        en: format!("{} at the cut-off (points are means of at least {least} firms, lines the fit behind the estimate)", name.en),
        synthetic: false,
        along: score_axis(spec.cutoff),
        // The caption names the outcome; an axis has no room for it.
        up: [false, true].map(|english| finding.outcome.unit_in(english).to_owned()),
        mark: Some(spec.cutoff),
        layers,
    })
}

/// Means of neighbouring points, as many bins as twice the square root of their number allows, each of at least `least`.
fn bins(points: &[[f64; 2]], least: usize) -> Vec<[f64; 2]> {
    let n = points.len();
    if n < least {
        return Vec::new();
    }
    let count = (n / least).min((2.0 * (n as f64).sqrt()) as usize).max(1);
    (0..count)
        .map(|i| {
            let bin = &points[i * n / count..(i + 1) * n / count];
            [0, 1].map(|axis| crate::sums::sum(bin.iter().map(|p| p[axis])) / bin.len() as f64)
        })
        .collect()
}

/// Effects by time since the start.
fn event(finding: &Finding, result: &difference::Estimate, before: usize) -> Option<Figure> {
    let at: Vec<[f64; 4]> =
        result.event.parts.iter().filter_map(|p| Some([p.at, p.effect.lower?, p.effect.effect, p.effect.upper?])).collect();
    let name = named(finding);
    (!at.is_empty()).then(|| Figure {
        name: format!("event-{}", before + 1),
        ja: format!("{}: 支援開始からの年数ごとの効果と区間（0より前は、平行トレンドの確認）", name.ja),
        en: format!("{}: effects by time since the start with their intervals (before 0: a look at parallel trends)", name.en),
        synthetic: false,
        along: ["支援開始からの期間（0は開始の期）".to_owned(), "periods since the start (0: the first)".to_owned()],
        up: [format!("効果（{}）", finding.outcome.unit_in(false)), format!("effect ({})", finding.outcome.unit_in(true))],
        mark: Some(0.0),
        layers: vec![Layer::Intervals { at }],
    })
}

/// Standardised differences before and after, of the last estimator.
fn love(declaration: &Declaration, result: &balancing::Estimate, before: usize) -> Option<Figure> {
    let plot = result.love.last()?;
    let name = |r: &balancing::LoveRow| declaration.word(&r.covariate);
    let rows: Vec<(String, f64, f64)> = plot.rows.iter().map(|r| (name(r).ja, r.difference_before, r.difference_after)).collect();
    let english = plot.rows.iter().map(|r| name(r).en).collect();
    (!rows.is_empty()).then(|| Figure {
        name: format!("love-{}", before + 1),
        ja: "群のあいだの標準化差（○は調整前、●は調整後）".to_owned(),
        en: "standardised differences between the arms (open: before, filled: after)".to_owned(),
        synthetic: false,
        along: ["標準化差".to_owned(), "standardised difference".to_owned()],
        up: [String::new(), String::new()],
        mark: Some(0.0),
        layers: vec![Layer::Rows { rows, english }],
    })
}
