//! How the numbers fare when something they rest on is otherwise: reported figures with slips, firms whose outcome nobody knows, effects
//! that spill over to neighbours, trends that were not parallel.

use super::checks::{Looked, Verdict};
use super::declare::{Declaration, Method, Outcome, Ready};
use super::finding::{Effect, Found, Full, find};
use super::firms::{self, Firm};
use super::words::{Sentence, capital, number, p_value};
use crate::frame::Column;
use crate::screening::{self, Finding as Flag, Kind};
use crate::{Frame, Refusal, attrition, difference, honest, maths, spillover};

/// An outcome that is shown, and what was found of it.
pub(super) type Shown<'a> = (&'a Outcome, &'a Found);

/// Screens the reported figures of every outcome, and estimates with slips put right and with doubtful figures left out.
pub(super) fn screen(looked: &mut Looked, declaration: &Declaration, panel: &Frame, shown: &[Shown<'_>]) -> Result<(), Refusal> {
    let assumed = Sentence::new(
        "成果の値に、桁の誤りや円と千円の取り違えがない（企業の報告値の点検）",
        "No reported figure has a slip of digits or takes yen for thousands of yen",
    );
    let (mut ja, mut en, mut verdict) = (Vec::new(), Vec::new(), Verdict::Holds);
    // Outcomes without a doubtful figure, and the fewest figures that any of them has.
    let (mut clean, mut fewest) = (0_usize, usize::MAX);
    for (outcome, found) in shown {
        let Some(before) = &found.effect else { continue };
        let ready = declaration.design.ready(&outcome.column)?;
        let Some((column, asked)) = asked(outcome, &ready) else { continue };
        let Ok(screened) = screening::estimate(panel, &asked) else { continue };
        let slip = |f: &&Flag| matches!(f.kind, Kind::ThousandYen | Kind::DigitSlip | Kind::Zero);
        let flags: Vec<&Flag> = screened.findings.iter().filter(slip).collect();
        let rows = screened.rows;
        if flags.is_empty() {
            (clean, fewest) = (clean + 1, fewest.min(rows));
            continue;
        }
        let again = |right: bool| -> Option<Effect> {
            let panel = corrected(panel, &column, &outcome.column, &flags, right).ok()?;
            find(&panel, &ready).ok()?.effect
        };
        let (right, out) = (again(true), again(false));
        let moved = |e: &Option<Effect>| e.as_ref().map_or(f64::INFINITY, |e| (e.estimate - before.estimate).abs() / before.standard_error);
        let most = moved(&right).max(moved(&out));
        if most > 1.0 {
            verdict = Verdict::Doubtful;
        }
        let said = if flags.len() >= declaration.least_cell { compared(&right, &out, outcome) } else { distance(most) };
        let many = if flags.len() >= declaration.least_cell {
            [format!("{}件", flags.len()), flags.len().to_string()]
        } else {
            [format!("{}件未満", declaration.least_cell), format!("fewer than {}", declaration.least_cell)]
        };
        ja.push(format!("{}: {rows}件のうち{}の値が疑わしく、{}", outcome.ja, many[0], said.ja));
        en.push(format!("{}: {} of {rows} figures are doubtful; {}", capital(&outcome.en), many[1], said.en));
    }
    if clean > 0 {
        let rest = if clean < shown.len() { ("ほかの", "other ") } else { ("", "") };
        ja.push(format!("{}{clean}つの成果では、それぞれ{fewest}件以上の値に疑わしいものはなく、推定値は変わりません。", rest.0));
        en.push(format!(
            "For {clean} {}outcome{} none of the {fewest} or more figures is doubtful, and the estimate stays as it is.",
            rest.1,
            if clean == 1 { "" } else { "s" }
        ));
    }
    if !ja.is_empty() {
        looked.add("screen", assumed, verdict, Sentence::new(ja.concat(), en.join(" ")));
    }
    Ok(())
}

/// The column of reported figures, and what is asked of it; none where the outcome is not made of any.
fn asked(outcome: &Outcome, ready: &Ready) -> Option<(String, screening::Spec)> {
    match (ready, &outcome.reported) {
        (_, Some(reported)) => {
            let asked =
                screening::Spec { outcome: reported.after.clone(), reference: Some(reported.before.clone()), ..screening::Spec::default() };
            Some((reported.after.clone(), asked))
        }
        (Ready::Difference(spec, _), None) => {
            let asked = screening::Spec {
                outcome: outcome.column.clone(),
                firm: spec.unit.clone(),
                time: Some(spec.time.clone()),
                ..screening::Spec::default()
            };
            Some((outcome.column.clone(), asked))
        }
        (Ready::Discontinuity(_) | Ready::Balancing(_), None) => None,
    }
}

/// The panel with slips put right, or with doubtful figures left out.
fn corrected(panel: &Frame, reported: &str, outcome: &str, flags: &[&Flag], right: bool) -> Result<Frame, Refusal> {
    let figures = panel.numbers(reported)?;
    let mut values = panel.numbers(outcome)?.to_vec();
    for flag in flags {
        let at = flag.row - 1;
        let unit = maths::powi(10.0, flag.power.unsigned_abs() as usize);
        let to = if flag.power > 0 { figures[at] * unit } else { figures[at] / unit };
        values[at] = if right && flag.power != 0 { values[at] + to - figures[at] } else { f64::NAN };
    }
    let mut values = Some(values);
    panel.columns().try_fold(Frame::new(), |built, (name, old)| {
        let new = if name == outcome { values.take().map(Column::Number) } else { None };
        built.with(name, new.unwrap_or_else(|| old.clone()))
    })
}

fn compared(right: &Option<Effect>, out: &Option<Effect>, outcome: &Outcome) -> Sentence {
    let told = |e: &Option<Effect>, english: bool| match e {
        Some(e) => {
            let (unit, to) = (outcome.unit_in(english), if english { " to " } else { "〜" });
            format!("{} {unit}（{}{to}{}）", number(e.estimate), number(e.interval[0]), number(e.interval[1]))
        }
        None => if english { "no estimate" } else { "推定不能" }.to_owned(),
    };
    Sentence::new(
        format!("桁を直すと推定値は {}、除くと {} です。", told(right, false), told(out, false)),
        format!("with slips put right the estimate is {}, without them {}.", told(right, true), told(out, true))
            .replace('（', " (")
            .replace('）', ")"),
    )
}

/// Of few figures only how far they move the estimate, to a tenth: two estimates would tell a firm's own.
fn distance(most: f64) -> Sentence {
    if !most.is_finite() {
        return Sentence::new("これを除くと推定できません。", "without them there is no estimate.");
    }
    Sentence::new(
        format!("直しても除いても、推定値の動きは標準誤差の{most:.1}倍までです。"),
        format!("putting them right or leaving them out moves the estimate by {most:.1} standard errors at most."),
    )
}

/// What Lee's bounds are about: firms, their outcome, and what that is called.
struct Lee {
    treated: Vec<bool>,
    outcome: Vec<f64>,
    what: [&'static str; 2],
}

/// At a cut-off the firms within the bandwidth; in a difference the change of each firm; none where there is no one comparison.
fn of_lee(declaration: &Declaration, panel: &Frame, firms: &[Firm], (outcome, found): Shown<'_>) -> Result<Option<Lee>, Refusal> {
    let arms = |of: &[&Firm]| of.iter().map(|f| f.treated).collect();
    let y = panel.numbers(&outcome.column)?;
    let of_rows = |of: &[&Firm]| of.iter().map(|f| f.newest(y).unwrap_or(f64::NAN)).collect();
    Ok(match (&found.full, declaration.design.ready(&outcome.column)?) {
        (Full::Discontinuity(result), Ready::Discontinuity(spec)) => {
            let (low, high) = (spec.cutoff - result.bandwidths.h.left, spec.cutoff + result.bandwidths.h.right);
            let score = panel.numbers(&spec.score)?;
            let near: Vec<&Firm> = firms.iter().filter(|f| f.rows.iter().any(|r| score[*r] >= low && score[*r] <= high)).collect();
            let what = ["推定に使う範囲の企業の単純な差", "plain difference of the firms within the bandwidth"];
            Some(Lee { treated: arms(&near), outcome: of_rows(&near), what })
        }
        (Full::Balancing(_), Ready::Balancing(_)) => {
            let all: Vec<&Firm> = firms.iter().collect();
            Some(Lee { treated: arms(&all), outcome: of_rows(&all), what: ["単純な差", "plain difference"] })
        }
        (Full::Difference(_), Ready::Difference(spec, at)) => firms::changes(panel, &spec, at, firms)?.map(|outcome| Lee {
            treated: firms.iter().map(|f| f.treated).collect(),
            outcome,
            what: ["支援の前からの変化の単純な差", "plain difference of changes since before the start"],
        }),
        (Full::Discontinuity(_) | Full::Difference(_) | Full::Balancing(_), _) => None,
    })
}

/// Lee's bounds: how far the comparison moves at worst because the outcome of some firms is not known.
pub(super) fn bounds(
    looked: &mut Looked,
    declaration: &Declaration,
    panel: &Frame,
    firms: &[Firm],
    first: Shown<'_>,
) -> Result<(), Refusal> {
    let (outcome, found) = first;
    let Some(of) = of_lee(declaration, panel, firms, first)? else { return Ok(()) };
    let assumed = Sentence::new(
        "成果が分からない企業が、結論を左右しない（Leeの範囲）",
        "Firms whose outcome is not known do not decide the conclusion (Lee's bounds)",
    );
    let known = |arm: bool| of.treated.iter().zip(&of.outcome).filter(|(t, y)| **t == arm && y.is_finite()).count();
    if known(true) < declaration.least_cell || known(false) < declaration.least_cell {
        return Ok(());
    }
    let arm = of.treated.iter().map(|t| f64::from(u8::from(*t))).collect();
    let table = Frame::new().with("y", Column::Number(of.outcome.clone()))?.with("d", Column::Number(arm))?;
    let spec = attrition::Spec { outcome: "y".into(), treatment: "d".into(), ..attrition::Spec::default() };
    match attrition::estimate(&table, &spec) {
        Ok(lee) => {
            let (unit, unit_en) = (outcome.unit_in(false), outcome.unit_in(true));
            let [low, high] = lee.bounds.map(number);
            let (naive, [a, b]) = (number(lee.naive), lee.staying.map(|s| s * 100.0));
            let decided = lee.bounds[0] <= 0.0 && lee.bounds[1] >= 0.0 && found.effect.as_ref().is_some_and(Effect::clear);
            let seen = Sentence::new(
                format!(
                    "比べる企業のうち成果が分かるのは、交付 {a:.0}%・不交付 {b:.0}%。{} {naive} {unit}は、未回答の偏りを最も厳しく見ると {low}〜{high} {unit}になります。",
                    of.what[0]
                ),
                format!(
                    "Among the firms compared the outcome is known for {a:.0}% of the granted and {b:.0}% of the others. The {} of {naive} {unit_en} is {low} to {high} {unit_en} under the worst selection.",
                    of.what[1]
                ),
            );
            looked.add("attrition-bounds", assumed, if decided { Verdict::Doubtful } else { Verdict::Holds }, seen);
        }
        Err(refusal) => looked.untested("attrition-bounds", assumed, &refusal),
    }
    Ok(())
}

/// The column of who was granted, as a table of neighbours has it.
const ARM: &str = "交付の有無";

/// Whether firms do better or worse where more of their neighbours were granted.
pub(super) fn neighbours(
    looked: &mut Looked,
    declaration: &Declaration,
    panel: &Frame,
    firms: &[Firm],
    (outcome, found): Shown<'_>,
) -> Result<(), Refusal> {
    let Some(column) = &declaration.neighbourhood else { return Ok(()) };
    let name = declaration.word(column);
    let assumed = Sentence::new(
        format!("交付の影響が、同じ区分（{}）の他の企業に及んでいない", name.ja),
        format!("Grants do not spill over to other firms of the same {}", name.en),
    );
    if declaration.design.method == Method::Difference {
        return Ok(());
    }
    // One row a firm.
    let arm = firms.iter().map(|f| f64::from(u8::from(f.treated))).collect();
    let mut table = Frame::new()
        .with(&outcome.column, Column::Number(panel.numbers(&outcome.column)?.to_vec()))?
        .with(ARM, Column::Number(arm))?
        .with(column, panel.column(column)?.clone())?;
    let mut covariates = Vec::new();
    match (&found.full, declaration.design.ready(&outcome.column)?) {
        (Full::Discontinuity(_), Ready::Discontinuity(spec)) => {
            table = table.with(&spec.score, Column::Number(panel.numbers(&spec.score)?.to_vec()))?;
            covariates.push(spec.score.clone());
        }
        (Full::Balancing(_), Ready::Balancing(_)) => {}
        (Full::Discontinuity(_) | Full::Difference(_) | Full::Balancing(_), _) => return Ok(()),
    }
    let spec = spillover::Spec {
        outcome: outcome.column.clone(),
        treatment: ARM.to_owned(),
        neighbourhood: column.clone(),
        covariates,
        ..spillover::Spec::default()
    };
    match spillover::estimate(&table, &spec) {
        Ok(spill) => {
            let (e, unit, unit_en) = (&spill.exposure, outcome.unit_in(false), outcome.unit_in(true));
            let [tenth, low, high] = [e.estimate, e.interval[0], e.interval[1]].map(|v| number(v / 10.0));
            let (many, p) = (spill.neighbourhoods, p_value(e.p));
            let seen = Sentence::new(
                format!(
                    "同じ区分の他の申請企業の交付割合が10ポイント高いと、成果は {tenth} {unit}違います（95%区間 {low}〜{high}、p = {p}、{many}区分）。"
                ),
                format!(
                    "Where 10 points more of the other applicants were granted, the outcome differs by {tenth} {unit_en} (95% interval {low} to {high}, p = {p}, {many} places)."
                ),
            );
            let doubtful = spill.warnings.iter().any(|w| w.code == "spill-over");
            looked.add("spill-over", assumed, if doubtful { Verdict::Doubtful } else { Verdict::Holds }, seen);
        }
        Err(refusal) => looked.untested("spill-over", assumed, &refusal),
    }
    Ok(())
}

/// The interval of the same number that is the headline, for trends that part by half or all of the largest difference seen before.
fn parted(panel: &Frame, spec: &difference::Spec, at: Option<u32>) -> Result<honest::Estimate, Refusal> {
    let asked = difference::Spec { base: difference::Base::Universal, ..spec.clone() };
    let found = difference::estimate(panel, &asked)?;
    let study = honest::Study::of_event(&found.event)?;
    // The periods since the start, in their order.
    let after: Vec<f64> = found.event.parts.iter().map(|p| p.at).filter(|t| *t >= 0.0).collect();
    let share = 1.0 / after.len() as f64;
    let weights = after.iter().map(|t| at.map_or(share, |at| f64::from(u8::from(*t == f64::from(at))))).collect();
    let bounds = honest::Spec { bounds: Some(vec![0.5, 1.0]), grid: 400, weights: Some(weights), ..honest::Spec::default() };
    honest::estimate(&study, &bounds)
}

/// How large violations of parallel trends the conclusion outlives (Rambachan and Roth 2023, relative magnitudes).
pub(super) fn sensitivity(
    looked: &mut Looked,
    declaration: &Declaration,
    panel: &Frame,
    (spec, at): (&difference::Spec, Option<u32>),
    outcome: &Outcome,
) {
    let assumed = Sentence::new(
        "平行トレンドからのずれがあっても、結論が変わらない（Rambachan–Rothの感度分析）",
        "The conclusion outlives trends that were not quite parallel (sensitivity of Rambachan and Roth)",
    );
    let found = match parted(panel, spec, at) {
        Ok(found) => found,
        Err(refusal) => return looked.untested("sensitivity", assumed, &refusal),
    };
    let told = |english: bool| -> String {
        let one = |i: &honest::Interval| {
            let end = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), number);
            let (low, high, unit) = (end(i.lower), end(i.upper), outcome.unit_in(english));
            let (ja, en) = match (i.lower, i.open) {
                (None, _) => ("両立する値なし".to_owned(), "no value agrees".to_owned()),
                (Some(_), true) => {
                    (format!("少なくとも {low}〜{high} {unit}（さらに広い）"), format!("at least {low} to {high} {unit}, and beyond"))
                }
                (Some(_), false) => (format!("{low}〜{high} {unit}"), format!("{low} to {high} {unit}")),
            };
            if english {
                format!("up to {} times as large: {en}", i.bound)
            } else {
                format!("支援前の最大のずれの{}倍まで: {ja}", i.bound)
            }
        };
        found.intervals.iter().map(one).collect::<Vec<_>>().join(if english { "; " } else { "、" })
    };
    let (verdict, ja, en) = match found.breakdown {
        Some(honest::Breakdown::At(most)) => (
            if most < 0.5 { Verdict::Doubtful } else { Verdict::Holds },
            format!("0でないと言えるのは、ずれが支援前の最大の{most:.2}倍までのときです。"),
            format!("Nought is excluded as long as violations are at most {most:.2} times the largest before the start."),
        ),
        Some(honest::Breakdown::Beyond(most)) => (
            Verdict::Holds,
            format!("ずれが支援前の最大の{most:.1}倍でも、0でないと言えます。"),
            format!("Nought is excluded even with violations {most:.1} times the largest before the start."),
        ),
        Some(honest::Breakdown::None) | None => (
            Verdict::Untested,
            "平行であっても0を含むため、これ以上は確かめられません。".to_owned(),
            "The interval contains nought even under parallel trends.".to_owned(),
        ),
    };
    // An interval without a value speaks against the bounds themselves.
    let verdict = if found.intervals.iter().any(|i| i.lower.is_none()) { Verdict::Doubtful } else { verdict };
    let effect = number(found.effect);
    let (what, what_en) = match (at, declaration.horizon) {
        (Some(_), Some(years)) => (format!("決定から{years}年後"), format!("{years} years after the decision")),
        (Some(at), None) => (format!("支援開始から{at}期後"), format!("{at} periods after the first of support")),
        (None, _) => ("支援開始後の各期の平均".to_owned(), "as the mean of the periods since the start".to_owned()),
    };
    let (unit, unit_en) = (outcome.unit_in(false), outcome.unit_in(true));
    let seen = Sentence::new(
        format!("{what}の効果 {effect} {unit}の95%区間は、{}。{ja}", told(false)),
        format!("Of the effect {what_en}, {effect} {unit_en}, the 95% interval is, for violations {}. {en}", told(true)),
    );
    looked.add("sensitivity", assumed, verdict, seen);
}
