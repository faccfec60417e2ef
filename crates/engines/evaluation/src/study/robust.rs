//! How the numbers fare when something they rest on is otherwise: reported figures with slips, firms whose outcome nobody knows, effects
//! that spill over to neighbours, trends that were not parallel.

use super::checks::{Looked, Verdict};
use super::declare::{Declaration, Outcome, Ready};
use super::finding::{Effect, Found, Full, find};
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
        (Ready::Difference(spec), None) => {
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

/// Lee's bounds: how far the comparison moves at worst because the outcome of some firms is not known.
pub(super) fn bounds(
    looked: &mut Looked,
    declaration: &Declaration,
    panel: &Frame,
    treated: &[bool],
    first: Shown<'_>,
) -> Result<(), Refusal> {
    let (outcome, found) = first;
    let near = match (&found.full, declaration.design.ready(&outcome.column)?) {
        (Full::Discontinuity(result), Ready::Discontinuity(spec)) => {
            let (low, high) = (spec.cutoff - result.bandwidths.h.left, spec.cutoff + result.bandwidths.h.right);
            panel.numbers(&spec.score)?.iter().map(|s| *s >= low && *s <= high).collect::<Vec<bool>>()
        }
        (Full::Balancing(_), Ready::Balancing(_)) => vec![true; panel.rows()],
        (Full::Discontinuity(_) | Full::Difference(_) | Full::Balancing(_), _) => return Ok(()),
    };
    let assumed = Sentence::new(
        "成果が分からない企業が、結論を左右しない（Leeの範囲）",
        "Firms whose outcome is not known do not decide the conclusion (Lee's bounds)",
    );
    let y = panel.numbers(&outcome.column)?;
    let rows: Vec<usize> = (0..panel.rows()).filter(|row| near[*row]).collect();
    let known = |arm: bool| rows.iter().filter(|r| treated[**r] == arm && y[**r].is_finite()).count();
    if known(true) < declaration.least_cell || known(false) < declaration.least_cell {
        return Ok(());
    }
    let arm = rows.iter().map(|r| f64::from(u8::from(treated[*r]))).collect();
    let table = Frame::new().with("y", Column::Number(rows.iter().map(|r| y[*r]).collect()))?.with("d", Column::Number(arm))?;
    let spec = attrition::Spec { outcome: "y".into(), treatment: "d".into(), ..attrition::Spec::default() };
    match attrition::estimate(&table, &spec) {
        Ok(lee) => {
            let (unit, unit_en) = (outcome.unit_in(false), outcome.unit_in(true));
            let [low, high] = lee.bounds.map(number);
            let (naive, [a, b]) = (number(lee.naive), lee.staying.map(|s| s * 100.0));
            let decided = lee.bounds[0] <= 0.0 && lee.bounds[1] >= 0.0 && found.effect.as_ref().is_some_and(Effect::clear);
            let seen = Sentence::new(
                format!(
                    "推定に使う範囲で成果が分かるのは、交付 {a:.0}%・不交付 {b:.0}%。同じ範囲の企業の単純な差 {naive} {unit}は、未回答の偏りを最も厳しく見ると {low}〜{high} {unit}になります。"
                ),
                format!(
                    "Among the firms compared the outcome is known for {a:.0}% of the granted and {b:.0}% of the others. Their plain difference of {naive} {unit_en} is {low} to {high} {unit_en} under the worst selection."
                ),
            );
            looked.add("attrition-bounds", assumed, if decided { Verdict::Doubtful } else { Verdict::Holds }, seen);
        }
        Err(refusal) => looked.untested("attrition-bounds", assumed, &refusal),
    }
    Ok(())
}

/// Whether firms do better or worse where more of their neighbours were granted.
pub(super) fn neighbours(
    looked: &mut Looked,
    declaration: &Declaration,
    panel: &Frame,
    treated: &[bool],
    (outcome, found): Shown<'_>,
) -> Result<(), Refusal> {
    let Some(column) = &declaration.neighbourhood else { return Ok(()) };
    let name = declaration.word(column);
    let assumed = Sentence::new(
        format!("交付の影響が、同じ区分（{}）の他の企業に及んでいない", name.ja),
        format!("Grants do not spill over to other firms of the same {}", name.en),
    );
    let arm = treated.iter().map(|t| f64::from(u8::from(*t))).collect();
    let mut table = Frame::new()
        .with("y", Column::Number(panel.numbers(&outcome.column)?.to_vec()))?
        .with("d", Column::Number(arm))?
        .with("n", panel.column(column)?.clone())?;
    let mut covariates = Vec::new();
    match (&found.full, declaration.design.ready(&outcome.column)?) {
        (Full::Discontinuity(_), Ready::Discontinuity(spec)) => {
            table = table.with("s", Column::Number(panel.numbers(&spec.score)?.to_vec()))?;
            covariates.push("s".to_owned());
        }
        (Full::Balancing(_), Ready::Balancing(_)) => {}
        (Full::Discontinuity(_) | Full::Difference(_) | Full::Balancing(_), _) => return Ok(()),
    }
    let spec =
        spillover::Spec { outcome: "y".into(), treatment: "d".into(), neighbourhood: "n".into(), covariates, ..spillover::Spec::default() };
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

/// How large violations of parallel trends the conclusion outlives (Rambachan and Roth 2023, relative magnitudes).
pub(super) fn sensitivity(looked: &mut Looked, panel: &Frame, spec: &difference::Spec, outcome: &Outcome) {
    let assumed = Sentence::new(
        "平行トレンドからのずれがあっても、結論が変わらない（Rambachan–Rothの感度分析）",
        "The conclusion outlives trends that were not quite parallel (sensitivity of Rambachan and Roth)",
    );
    let asked = difference::Spec { base: difference::Base::Universal, ..spec.clone() };
    let bounds = honest::Spec { bounds: Some(vec![0.5, 1.0]), grid: 400, ..honest::Spec::default() };
    let found = difference::estimate(panel, &asked)
        .and_then(|found| honest::Study::of_event(&found.event))
        .and_then(|study| honest::estimate(&study, &bounds));
    let found = match found {
        Ok(found) => found,
        Err(refusal) => return looked.untested("sensitivity", assumed, &refusal),
    };
    let told = |english: bool| -> String {
        let one = |i: &honest::Interval| {
            let end = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), number);
            let (low, high, unit) = (end(i.lower), end(i.upper), outcome.unit_in(english));
            if english {
                format!("up to {} times as large: {low} to {high} {unit}", i.bound)
            } else {
                format!("支援前の最大のずれの{}倍まで: {low}〜{high} {unit}", i.bound)
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
    let seen = Sentence::new(
        format!("支援開始の期の効果の95%区間は、{}。{ja}", told(false)),
        format!("95% intervals of the effect in the first period, for violations {}. {en}", told(true)),
    );
    looked.add("sensitivity", assumed, verdict, seen);
}
