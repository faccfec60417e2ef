//! How the numbers were made, in words: what stands in the results only as settings, and what has to be known to read them side by side.

use super::declare::{Declaration, Outcome, Ready};
use super::finding::{Finding, Found, Full};
use super::words::{Sentence, capital, number};
use crate::Frame;
use crate::balancing::{self, Estimand, Estimator};
use crate::difference::{self, Base, Comparison, Method};
use crate::discontinuity::{self, Kernel};

pub(super) fn of(
    declaration: &Declaration,
    panel: &Frame,
    shown: &[(&Outcome, &Found)],
    (findings, groups): (&[Finding], &[Finding]),
) -> Vec<Sentence> {
    let mut all = Vec::new();
    for (outcome, found) in shown {
        match &found.full {
            Full::Discontinuity(result) => all.extend(at_cutoff(outcome, found, result)),
            Full::Difference(result) if all.is_empty() => all.push(over_time(declaration, panel, (outcome, result))),
            Full::Balancing(result) if all.is_empty() => all.extend(made_alike(declaration, result)),
            Full::Difference(_) | Full::Balancing(_) => {}
        }
    }
    let count = findings.iter().filter(|f| f.effect.is_some()).count();
    if count > 1 {
        all.push(Sentence::new(
            format!(
                "全体についての数値は{count}つあります。区間とp値は、複数の数値を見たことを調整していません。1つでも0を除く区間が出る確率は、1つだけ見るときより高くなります。"
            ),
            format!(
                "There are {count} numbers for everybody. Their intervals and p-values are not adjusted for that: that one of them leaves out nought by chance is likelier than with a single one."
            ),
        ));
    }
    if groups.iter().any(|g| g.effect.is_some()) {
        all.push(Sentence::new(
            "群ごとのp値はHolmの方法で調整していますが、区間は調整していません（1つの群だけを見るときの95%区間です）。",
            "The p-values of groups are adjusted by Holm's method; their intervals are not (each is a 95% interval for one group alone).",
        ));
    }
    all.extend(about_the_first(declaration));
    all.extend(nobody_in(declaration, groups));
    all
}

fn at_cutoff(outcome: &Outcome, found: &Found, result: &discontinuity::Estimate) -> Vec<Sentence> {
    let (kernel, kernel_en) = match result.kernel {
        Kernel::Triangular => ("三角", "triangular"),
        Kernel::Epanechnikov => ("エパネチニコフ", "Epanechnikov"),
        Kernel::Uniform => ("一様", "uniform"),
    };
    let (h, b, p, q) = (&result.bandwidths.h, &result.bandwidths.b, result.order, result.bias_order);
    let [left, right, bias_left, bias_right] = [h.left, h.right, b.left, b.right].map(number);
    let by = &result.chosen_by;
    let name = capital(&outcome.en);
    let mut all = vec![Sentence::new(
        format!(
            "{}: 局所{p}次多項式、{kernel}カーネル、帯域幅は下{left}点・上{right}点（選び方 {by}）、偏りの補正は{q}次・帯域幅 下{bias_left}点・上{bias_right}点。推定値と区間は頑健なバイアス補正によります（Calonico, Cattaneo and Titiunik 2014）。",
            outcome.ja
        ),
        format!(
            "{name}: local polynomial of order {p}, {kernel_en} kernel, bandwidth {left} points below and {right} above (chosen by {by}); bias by order {q} within {bias_left} and {bias_right} points. Estimate and interval are robust and bias-corrected (Calonico, Cattaneo and Titiunik 2014)."
        ),
    )];
    let Some(effect) = &found.effect else { return all };
    let (unit, unit_en) = (outcome.unit_in(false), outcome.unit_in(true));
    let plain = result.effect.conventional.estimate;
    let last = number(effect.estimate);
    match &result.first_stage {
        Some(stage) => {
            let share = stage.conventional.estimate;
            let (jump, ratio, percent) = (number(plain * share), number(plain), number(share * 100.0));
            all.push(Sentence::new(
                format!(
                    "{}: 図の当てはめ線の段差は {jump} {unit}です。カットオフで交付の割合が上がるのは {percent} ポイントなので、段差をこれで割ると {ratio} {unit}、偏りを補正して {last} {unit}になります。",
                    outcome.ja
                ),
                format!(
                    "{name}: the lines in the figure are {jump} {unit_en} apart at the cut-off. As the share that is granted rises there by {percent} points, the effect of a grant is that divided by it, {ratio} {unit_en}, and {last} {unit_en} with the bias taken off."
                ),
            ));
        }
        None => {
            let jump = number(plain);
            all.push(Sentence::new(
                format!("{}: 図の当てはめ線の段差は {jump} {unit}で、偏りを補正すると {last} {unit}になります。", outcome.ja),
                format!("{name}: the lines in the figure are {jump} {unit_en} apart at the cut-off; with the bias taken off that is {last} {unit_en}."),
            ));
        }
    }
    all
}

fn over_time(declaration: &Declaration, panel: &Frame, (outcome, result): (&Outcome, &difference::Estimate)) -> Sentence {
    let (what, what_en) = match (declaration.design.event_time, declaration.horizon) {
        (Some(at), Some(years)) => (
            format!("示す数値は、決定から{years}年後（支援開始から{at}期後）の効果です。"),
            format!("The number is the effect {years} years after the decision ({at} periods after the first of support)."),
        ),
        (Some(at), None) => (
            format!("示す数値は、支援開始から{at}期後の効果です。"),
            format!("The number is the effect {at} periods after the first of support."),
        ),
        (None, _) => (
            "示す数値は、支援開始後の全期間を通じた平均の効果で、特定の年の効果ではありません。".to_owned(),
            "The number is the mean effect over all periods since the start, not that of one year.".to_owned(),
        ),
    };
    let words = &result.errors;
    let [how, base] = declaration.design.ready(&outcome.column).map_or_else(
        |_| [Sentence::new("", ""), Sentence::new("", "")],
        |ready| match ready {
            Ready::Difference(spec, _) => [compared_with(declaration, &spec), measured_from(panel, &spec)],
            Ready::Discontinuity(_) | Ready::Balancing(_) => [Sentence::new("", ""), Sentence::new("", "")],
        },
    );
    Sentence::new(
        format!("Callaway–Sant'Annaの群・時点ごとの効果によります。{}{}{what}標準誤差: {}", how.ja, base.ja, words.ja),
        format!("Group-time effects of Callaway and Sant'Anna. {}{}{what_en} Errors: {}.", how.en, base.en, words.en),
    )
}

/// Whom a difference compares with, in what it makes them alike, and how.
fn compared_with(declaration: &Declaration, spec: &difference::Spec) -> Sentence {
    let (whom, whom_en) = match spec.comparison {
        Comparison::NeverTreated => ("パネルの期間中に一度も支援を受けなかった企業", "firms that were never supported within the panel"),
        Comparison::NotYetTreated => {
            ("その時点でまだ支援を受けていない企業（受けなかった企業を含む）", "firms that were not supported by then, or never")
        }
    };
    let (how, how_en) = match spec.method {
        Method::DoublyRobust => ("二重に頑健な推定", "doubly robust estimation"),
        Method::ImprovedDoublyRobust => ("改良された二重に頑健な推定", "improved doubly robust estimation"),
        Method::Weighting => ("傾向スコアの重み", "weights by the propensity score"),
        Method::Regression => ("回帰", "regression"),
    };
    let (ja, en): (Vec<String>, Vec<String>) =
        spec.covariates.iter().map(|name| declaration.word(name)).map(|name| (name.ja, name.en)).unzip();
    if ja.is_empty() {
        // Without covariates all four are the same difference of mean changes.
        return Sentence::new(
            format!("比べる相手は{whom}です。共変量は使わず、両群の平均の変化の差を取ります（推定の方法によらず同じ値です）。"),
            format!(
                "Compared with {whom_en}; without covariates, by the difference of mean changes, which is the same by every estimator. "
            ),
        );
    }
    let (ja, en) = (ja.join("、"), en.join("; "));
    Sentence::new(
        format!("比べる相手は{whom}で、次の共変量でそろえます: {ja}。方法は{how}です。"),
        format!("Compared with {whom_en}, made alike in: {en}, by {how_en}. "),
    )
}

/// The period that changes are measured from.
fn measured_from(panel: &Frame, spec: &difference::Spec) -> Sentence {
    let (last, last_en) = if spec.anticipation > 0.0 {
        let ahead = number(spec.anticipation);
        (format!("支援開始の{ahead}期前より前の最後の期"), format!("the last period more than {ahead} before the start of support"))
    } else {
        ("支援開始の直前の期".to_owned(), "the last period before the start of support".to_owned())
    };
    let (at, at_en) = periods(panel, spec).unwrap_or_default();
    let (before, before_en) = match spec.base {
        Base::Varying => {
            ("開始前の期どうしは、1つ前の期からの変化を見ます。", "before the start each period is held against the one before it.")
        }
        Base::Universal => ("開始前の期も、同じ基準からの変化を見ます。", "so is each period before the start."),
    };
    Sentence::new(format!("変化の基準は{last}{at}です。{before}"), format!("Changes are measured from {last_en}{at_en}; {before_en} "))
}

/// Which period that is where all start together, and which ones the panel knows something of.
fn periods(panel: &Frame, spec: &difference::Spec) -> Option<(String, String)> {
    let (time, start, y) = (panel.numbers(&spec.time).ok()?, panel.numbers(&spec.start).ok()?, panel.numbers(&spec.outcome).ok()?);
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let times = sorted(time.iter().zip(y).filter(|(t, y)| t.is_finite() && y.is_finite()).map(|(t, _)| *t).collect());
    let (first, last) = (times.first()?, times.last()?);
    let starts = sorted(start.iter().copied().filter(|s| *s > 0.0 && s <= last).collect());
    let base = |start: &f64| times.iter().rev().find(|t| **t < start - spec.anticipation);
    let plain = |period: &f64| period.to_string();
    let (known, known_en) =
        (format!("パネルは{}〜{}", plain(first), plain(last)), format!("the panel knows {} to {}", plain(first), plain(last)));
    Some(match &starts[..] {
        [only] => {
            let base = plain(base(only)?);
            (format!("（{base}。{known}）"), format!(" ({base}; {known_en})"))
        }
        _ => (format!("（{known}）"), format!(" ({known_en})")),
    })
}

fn made_alike(declaration: &Declaration, result: &balancing::Estimate) -> Option<Sentence> {
    let [granted, others] = result.rows;
    let last = result.effects.last().filter(|_| granted > 0)?;
    let (how, how_en) = estimator(last.estimator);
    let (whom, whom_en) = match last.estimand {
        Estimand::All => ("全ての企業", "all firms"),
        Estimand::Treated => ("交付を受けた企業", "the firms that were granted"),
        Estimand::Comparison => ("交付を受けなかった企業", "the firms that were not granted"),
    };
    let covariates = declaration.design.settings.get("covariates").and_then(|v| v.as_array()).into_iter().flatten();
    let names = covariates.filter_map(|c| Some(declaration.word(c.as_str()?)));
    let (ja, en): (Vec<String>, Vec<String>) = names.map(|n| (n.ja, n.en)).unzip();
    let (ja, en) = (ja.join("、"), en.join("; "));
    Some(Sentence::new(
        format!(
            "次の特徴で両群をそろえた後の差です: {ja}。ほかの特徴の違いは残ります。方法は{how}、{whom}についての平均です（交付{granted}社・比較{others}社）。"
        ),
        format!(
            "The difference after the arms were made alike in: {en}. What else they differ in stays. By {how_en}, averaged over {whom_en} ({granted} granted, {others} compared)."
        ),
    ))
}

/// A way of balancing in words.
const fn estimator(of: Estimator) -> (&'static str, &'static str) {
    match of {
        Estimator::Difference => ("平均の単純な差", "the plain difference of means"),
        Estimator::HorvitzThompson => {
            ("傾向スコアの逆数による重み（Horvitz–Thompson）", "inverse probability weights (Horvitz and Thompson)")
        }
        Estimator::Weighting => ("傾向スコアの逆数による重み（Hájek）", "inverse probability weights (Hájek)"),
        Estimator::Regression => ("両群それぞれの回帰", "a regression in each arm"),
        Estimator::Augmented => {
            ("回帰と傾向スコアを組み合わせた二重に頑健な推定（AIPW）", "regression and weights together, doubly robust (AIPW)")
        }
        Estimator::AugmentedWeighted => {
            ("二重に頑健な推定（重み付き回帰のAIPW）", "doubly robust estimation (AIPW with weighted regressions)")
        }
        Estimator::WeightedRegression => ("傾向スコアの重みによる回帰（IPW-RA）", "regressions with inverse probability weights (IPW-RA)"),
        Estimator::Entropy => ("エントロピーバランス", "entropy balancing"),
        Estimator::Matching => ("最近傍マッチング", "nearest-neighbour matching"),
    }
}

/// Groups, bounds, spill-over and cost are about one outcome: which.
fn about_the_first(declaration: &Declaration) -> Option<Sentence> {
    let first = declaration.outcomes.first().filter(|_| declaration.outcomes.len() > 1)?;
    Some(Sentence::new(
        format!("群ごとの結果、前提の点検（報告値の点検を除く）と費用は、主な成果として最初に宣言した「{}」についてのものです。", first.ja),
        format!(
            "Groups, the checks (but that of reported figures) and cost are about the main outcome, which was declared first: \"{}\".",
            first.en
        ),
    ))
}

/// Groups that were declared and that no firm is in.
fn nobody_in(declaration: &Declaration, groups: &[Finding]) -> Vec<Sentence> {
    let told = |column: &&String| groups.iter().filter_map(|g| g.group.as_ref()).any(|g| g.column == **column);
    let said = |column: &String| {
        let name = declaration.word(column);
        Sentence::new(
            format!(
                "宣言した群「{}」は、区分の分かる企業がない（企業が特定されないよう区分を除いた場合を含む）ため、示していません。",
                name.ja
            ),
            format!(
                "The declared group \"{}\" is not shown: no firm has a value of it, or values were left out so that no firm can be told.",
                name.en
            ),
        )
    };
    declaration.groups.iter().filter(|column| !told(column)).map(said).collect()
}
