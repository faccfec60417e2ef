//! Whether the assumptions of a design hold, as far as data can tell: each with what was looked at, what came of it, and a word of judgement.

use serde::{Deserialize, Serialize};

use super::declare::{Declaration, Method, Ready};
use super::figure::{Figure, Layer};
use super::finding::{Full, Measure};
use super::firms::Firm;
use super::left::{self, Share};
use super::robust::{self, Shown};
use super::run::{PER_WORKER, measured};
use super::words::{Sentence, name_of, number, p_value, score_axis};
use crate::sums::sorted;
use crate::{Frame, Refusal, Warning, difference, discontinuity};

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing speaks against the assumption.
    Holds,
    /// Something does.
    Doubtful,
    /// The data cannot tell.
    Untested,
}

impl Verdict {
    /// For people, Japanese and English.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Holds => ("疑う結果なし", "nothing against it"),
            Self::Doubtful => ("疑いあり", "in doubt"),
            Self::Untested => ("データでは確かめられない", "the data cannot tell"),
        }
    }
}

/// One assumption, looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// A stable word.
    pub code: &'static str,
    /// What must hold.
    pub assumed: Sentence,
    /// What came of it.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: Sentence,
}

/// What all checks gave: themselves, what blocks the headline, and a figure.
#[derive(Default)]
pub(super) struct Looked {
    pub checks: Vec<Check>,
    pub warnings: Vec<Warning>,
    pub figures: Vec<Figure>,
}

impl Looked {
    pub(super) fn add(&mut self, code: &'static str, assumed: Sentence, verdict: Verdict, seen: Sentence) {
        self.checks.push(Check { code, assumed, verdict, seen });
    }

    pub(super) fn untested(&mut self, code: &'static str, assumed: Sentence, why: &Refusal) {
        self.add(code, assumed, Verdict::Untested, Sentence::new(why.ja.clone(), why.en.clone()));
    }
}

/// The checks that come before any outcome is looked at: of the score and of what was fixed before the decision.
pub(super) fn beforehand(declaration: &Declaration, panel: &Frame) -> Result<Looked, Refusal> {
    let mut looked = Looked::default();
    let Some(outcome) = declaration.outcomes.first() else { return Ok(looked) };
    open_grants(&mut looked, declaration, panel)?;
    if let Ready::Discontinuity(spec) = declaration.design.ready(&outcome.column)? {
        density(&mut looked, declaration, panel, &spec)?;
        balance(&mut looked, declaration, panel, &spec);
    }
    Ok(looked)
}

/// How many cases were left out because their grant is not decided yet, and what that can do to the design.
fn open_grants(looked: &mut Looked, declaration: &Declaration, panel: &Frame) -> Result<(), Refusal> {
    let Some(column) = &declaration.open else { return Ok(()) };
    let count = panel.numbers(column)?.iter().copied().filter(|n| n.is_finite()).fold(0.0, f64::max);
    if count < 1.0 {
        return Ok(());
    }
    let assumed = Sentence::new(
        "交付の決定がまだの案件を除いても、比べる両側が偏らない",
        "Leaving out the cases whose grant is not decided yet makes neither side another one",
    );
    let (gap, gap_en) = match declaration.design.method {
        Method::Discontinuity => (
            "採択と補欠の案件なので、カットオフの近くの点数が欠け、だれも操作していなくても密度の検定が疑いありとなることがあります。",
            " They are selected or on the reserve list: scores near the cut-off are missing, and the density test can find a jump that nobody made.",
        ),
        Method::Difference | Method::Balancing => ("", ""),
    };
    let seen = Sentence::new(
        format!("交付の決定がまだの{count:.0}件を除きました。{gap}決定がそろってから、もう一度実行してください。"),
        format!("{count:.0} cases whose grant is not decided yet were left out.{gap_en} Run the study again when the decisions are made."),
    );
    looked.add("open-grants", assumed, Verdict::Untested, seen);
    Ok(())
}

/// The count of the nearest firms is doubtful below this: it is looked at beside another test.
const NEAREST: f64 = 0.01;

fn one_sided(p: f64) -> Warning {
    let [ja, en] = if p < 0.001 { ["p<0.001".to_owned(), "p < 0.001".to_owned()] } else { [format!("p={p:.3}"), format!("p = {p:.3}")] };
    Warning::blocking(
        "manipulated-score",
        format!("カットオフのすぐ上と下の企業数が偏っています（二項検定 {ja}）。点数が操作された疑いがあります。"),
        format!("the firms nearest to the cut-off lie on one side of it (binomial {en}): the score may be manipulated"),
    )
}

fn density(looked: &mut Looked, declaration: &Declaration, panel: &Frame, spec: &discontinuity::Spec) -> Result<(), Refusal> {
    let assumed = Sentence::new(
        "点数がカットオフをねらって動かされていない（点数の密度がカットオフで連続）",
        "Nobody moved a score across the cut-off: its density does not jump there",
    );
    let asked = discontinuity::DensitySpec { score: spec.score.clone(), cutoff: spec.cutoff, ..Default::default() };
    match discontinuity::density(panel, &asked) {
        Ok(found) => {
            let p = found.difference.p;
            // A polynomial runs over a hole just beside the cut-off; a count of the nearest firms does not.
            let nearest = found.binomial.first().map_or(1.0, |b| b.p);
            let (below, above) = (found.rows.left, found.rows.right);
            let seen = Sentence::new(
                format!(
                    "密度の検定（Cattaneo–Jansson–Ma）p = {}、カットオフに最も近い企業の上下の件数の検定 p = {}。上{above}社・下{below}社。",
                    p_value(p),
                    p_value(nearest)
                ),
                format!(
                    "Density test (Cattaneo, Jansson, Ma): p = {}; count of the nearest firms on both sides: p = {}; {above} firms above, {below} below.",
                    p_value(p),
                    p_value(nearest)
                ),
            );
            looked.warnings.extend(found.warnings);
            if nearest < NEAREST && !looked.warnings.iter().any(|w| w.code == "manipulated-score") {
                looked.warnings.push(one_sided(nearest));
            }
            let doubtful = looked.warnings.iter().any(|w| w.blocks);
            looked.add("density", assumed, if doubtful { Verdict::Doubtful } else { Verdict::Holds }, seen);
        }
        Err(refusal) => looked.untested("density", assumed, &refusal),
    }
    looked.figures.extend(histogram(panel, spec, declaration.least_cell)?);
    Ok(())
}

/// How many firms there are by score, in bins that do not straddle the cut-off; bins of too few firms are left out.
fn histogram(panel: &Frame, spec: &discontinuity::Spec, least: usize) -> Result<Option<Figure>, Refusal> {
    let scores: Vec<f64> = panel.numbers(&spec.score)?.iter().copied().filter(|s| s.is_finite()).collect();
    let scores = sorted(&scores);
    let (Some(low), Some(high)) = (scores.first(), scores.last()) else { return Ok(None) };
    let bins = (scores.len() / (2 * least)).clamp(2, 24) as f64;
    let width = (high - low) / bins;
    if width.is_nan() || width <= 0.0 || *low >= spec.cutoff || *high < spec.cutoff {
        return Ok(None);
    }
    let (first, last) = (((low - spec.cutoff) / width).floor() as i64, ((high - spec.cutoff) / width).floor() as i64);
    let edge = |at: i64| spec.cutoff + width * at as f64;
    let count = |at: i64| scores.partition_point(|s| *s < edge(at + 1)) - scores.partition_point(|s| *s < edge(at));
    let at: Vec<[f64; 3]> = (first..=last).filter(|at| count(*at) >= least).map(|at| [edge(at), edge(at + 1), count(at) as f64]).collect();
    Ok((!at.is_empty()).then(|| Figure {
        name: "density".to_owned(),
        ja: format!("点数ごとの企業数（{least}社未満の階級は示さない）とカットオフ"),
        en: format!("Firms by score and the cut-off (bins of fewer than {least} firms are not shown)"),
        synthetic: false,
        along: score_axis(spec.cutoff),
        up: ["企業数".to_owned(), "firms".to_owned()],
        mark: Some(spec.cutoff),
        layers: vec![Layer::Bars { at }],
    }))
}

fn balance(looked: &mut Looked, declaration: &Declaration, panel: &Frame, spec: &discontinuity::Spec) {
    if declaration.before.is_empty() {
        return;
    }
    let assumed = Sentence::new(
        "カットオフのすぐ上と下の企業は、決定の前には似ていた",
        "Firms just above and just below were alike before the decision",
    );
    let checks = discontinuity::balance(panel, spec, &declaration.before);
    let told = |t: &discontinuity::Tried| {
        let name = declaration.word(&t.what);
        match t.adjusted_p.map(p_value) {
            Some(p) => (format!("{} p = {p}", name.ja), format!("{} p = {p}", name.en)),
            None => (format!("{} 推定できません", name.ja), format!("{} not estimated", name.en)),
        }
    };
    let (ja, en): (Vec<String>, Vec<String>) = checks.tried.iter().map(told).unzip();
    let verdict = if !checks.warnings.is_empty() {
        Verdict::Doubtful
    } else if checks.tried.iter().all(|t| t.adjusted_p.is_none()) {
        Verdict::Untested
    } else {
        Verdict::Holds
    };
    looked.warnings.extend(checks.warnings);
    looked.add(
        "balance",
        assumed,
        verdict,
        Sentence::new(
            format!("カットオフでの差の検定（Holmの調整後）: {}。", ja.join("、")),
            format!("Tests of a jump at the cut-off, adjusted by Holm's method: {}.", en.join("; ")),
        ),
    );
}

/// The checks that rest on estimates: `shown` are the outcomes whose number is in the report, the first declared one first.
pub(super) fn afterwards(
    looked: &mut Looked,
    declaration: &Declaration,
    panel: &Frame,
    firms: &[Firm],
    shown: &[Shown<'_>],
) -> Result<(), Refusal> {
    let Some(first) = shown.first().copied().filter(|(o, _)| declaration.outcomes.first() == Some(*o)) else {
        return attrition(looked, declaration, panel);
    };
    let (outcome, found) = first;
    let ready = declaration.design.ready(&outcome.column)?;
    match (&found.full, &ready) {
        (Full::Discontinuity(result), Ready::Discontinuity(spec)) => {
            compliance(looked, result);
            placebo(looked, declaration, panel, spec)?;
        }
        (Full::Difference(result), Ready::Difference(spec, at)) => {
            trends(looked, result.pretest.as_ref().map(difference::Wald::chance));
            robust::sensitivity(looked, declaration, panel, (spec, *at), outcome);
        }
        (Full::Balancing(result), _) => alike(looked, result),
        (Full::Discontinuity(_) | Full::Difference(_), _) => {}
    }
    attrition(looked, declaration, panel)?;
    robust::bounds(looked, declaration, panel, firms, first)?;
    robust::screen(looked, declaration, panel, shown)?;
    robust::neighbours(looked, declaration, panel, firms, first)
}

fn compliance(looked: &mut Looked, result: &discontinuity::Estimate) {
    let Some(first) = &result.first_stage else { return };
    let assumed = Sentence::new(
        "カットオフを超えることで交付の割合が十分に変わる（補欠の繰上げ・取下げがあってもよい）",
        "Crossing the cut-off changes who is granted by enough, promotions and withdrawals notwithstanding",
    );
    let weak = result.warnings.iter().any(|w| w.code == "weak-first-stage");
    let jump = first.conventional.estimate * 100.0;
    let seen = Sentence::new(
        format!("交付を受ける割合は、カットオフで {jump:.0} ポイント上がります。"),
        format!("The share that is granted rises by {jump:.0} points at the cut-off."),
    );
    looked.add("first-stage", assumed, if weak { Verdict::Doubtful } else { Verdict::Holds }, seen);
}

fn placebo(looked: &mut Looked, declaration: &Declaration, panel: &Frame, spec: &discontinuity::Spec) -> Result<(), Refusal> {
    let assumed = Sentence::new(
        "カットオフでないところでは、成果は跳ばない（偽のカットオフ）",
        "The outcome does not jump where nothing was decided (placebo cut-offs)",
    );
    let (score, y) = (panel.numbers(&spec.score)?, panel.numbers(&spec.outcome)?);
    let side = |above: bool| -> Vec<f64> {
        let both = score.iter().zip(y).filter(|(s, y)| s.is_finite() && y.is_finite() && (**s >= spec.cutoff) == above);
        sorted(&both.map(|(s, _)| *s).collect::<Vec<_>>())
    };
    let median = |side: Vec<f64>| (side.len() >= 4 * declaration.least_cell).then(|| side[side.len() / 2]);
    let cutoffs: Vec<f64> = [side(false), side(true)].into_iter().filter_map(median).collect();
    let checks = discontinuity::placebos(panel, spec, &cutoffs)?;
    let told: Vec<&discontinuity::Tried> = checks.tried.iter().filter(|t| t.adjusted_p.is_some()).collect();
    if told.is_empty() {
        let (ja, en) = ("企業が少なく、試せません。", "Too few firms to try.");
        looked.add("placebo", assumed, Verdict::Untested, Sentence::new(ja, en));
        return Ok(());
    }
    let p = p_value(told.iter().filter_map(|t| t.adjusted_p).fold(1.0, f64::min));
    let count = told.len();
    let seen = Sentence::new(
        format!("上と下それぞれの中央の点数など{count}か所で試し、最も小さいp = {p}（Holmの調整後）。"),
        format!("Tried at {count} places, the median score of each side; the least p is {p} (adjusted by Holm's method)."),
    );
    looked.add("placebo", assumed, if checks.warnings.is_empty() { Verdict::Holds } else { Verdict::Doubtful }, seen);
    Ok(())
}

fn trends(looked: &mut Looked, p: Option<f64>) {
    let assumed = Sentence::new(
        "支援がなければ、支援を受けた企業も比較企業と同じように推移した（平行トレンド）",
        "Without support both would have moved in parallel",
    );
    let (verdict, seen) = match p {
        Some(p) => (
            if p < 0.05 { Verdict::Doubtful } else { Verdict::Holds },
            Sentence::new(
                format!("支援前の推移の差の同時検定 p = {}。差が見つからないことは、平行であることの証明ではありません。", p_value(p)),
                format!(
                    "Joint test of differences before the start: p = {}. Finding none does not prove that trends are parallel.",
                    p_value(p)
                ),
            ),
        ),
        None => (Verdict::Untested, Sentence::new("支援前の期間が足りず、確かめられません。", "Too few periods before the start to tell.")),
    };
    looked.add("parallel-trends", assumed, verdict, seen);
}

fn alike(looked: &mut Looked, result: &crate::balancing::Estimate) {
    let assumed = Sentence::new("調整の後、記録された特徴で両群がそろっている", "After balancing the arms are alike in what is recorded");
    let Some(plot) = result.love.last() else { return };
    let most = plot.rows.iter().map(|r| r.difference_after.abs()).fold(0.0, f64::max);
    let seen = Sentence::new(
        format!("調整後の標準化差の最大は {}（0.1以下が目安）。", number(most)),
        format!("The largest standardised difference left is {} (0.1 is usual).", number(most)),
    );
    looked.add("balance", assumed, if most > 0.1 { Verdict::Doubtful } else { Verdict::Holds }, seen);
}

/// Whether outcomes are known alike for those who were granted and those who were not: each of them, as it is and per worker, and in one line
/// those of which the same firms are known.
fn attrition(looked: &mut Looked, declaration: &Declaration, panel: &Frame) -> Result<(), Refusal> {
    let mut all: Vec<([Share; 2], Vec<Sentence>)> = Vec::new();
    for outcome in &declaration.outcomes {
        for (measure, part) in measured(panel, outcome)? {
            let column = if measure == Measure::PerWorker { PER_WORKER } else { outcome.column.as_str() };
            let left = left::of(declaration, part.as_ref().unwrap_or(panel), &declaration.design.ready(column)?)?;
            let (shares, name) = ([left.share(true), left.share(false)], name_of(outcome, measure, None));
            match all.iter_mut().find(|(known, _)| *known == shares) {
                Some((_, names)) => names.push(name),
                None => all.push((shares, vec![name])),
            }
        }
    }
    let several = all.len() > 1;
    for (shares, names) in all {
        let (ja, en): (Vec<String>, Vec<String>) = names.into_iter().map(|n| (n.ja, n.en)).unzip();
        let name = several.then(|| Sentence::new(format!("{}: ", ja.join("、")), format!("{}: ", en.join("; "))));
        kept(looked, declaration, shares, name.as_ref());
    }
    Ok(())
}

fn kept(looked: &mut Looked, declaration: &Declaration, [(n1, k1), (n0, k0)]: [Share; 2], name: Option<&Sentence>) {
    if n1 < declaration.least_cell || n0 < declaration.least_cell {
        return;
    }
    let percent = |k: usize, n: usize| k as f64 / n as f64 * 100.0;
    let (a, b) = (percent(k1, n1), percent(k0, n0));
    let assumed = Sentence::new(
        "成果が分からない企業（廃業・未回答）の割合が、両群で大きく違わない",
        "The share of firms whose outcome is not known is much the same on both sides",
    );
    let (when, when_en) = match declaration.design.method {
        Method::Difference => ("必要な全ての期間で", " in every period that is needed"),
        Method::Discontinuity | Method::Balancing => ("", ""),
    };
    // In pooled rounds a row is an application, of which a firm may have several.
    let (of, of_en) = if declaration.rounds.is_some() { ("案件", " applications") } else { ("企業", "") };
    let (name, name_en) = name.map_or(("", ""), |n| (n.ja.as_str(), n.en.as_str()));
    let seen = Sentence::new(
        format!("{name}成果が{when}分かる{of}は、交付を受けた{of}の {a:.0}%、受けなかった{of}の {b:.0}% です。"),
        format!("{name_en}The outcome is known{when_en} for {a:.0}% of the granted{of_en} and {b:.0}% of the others."),
    );
    looked.add("attrition", assumed, if (a - b).abs() > 10.0 { Verdict::Doubtful } else { Verdict::Holds }, seen);
}
