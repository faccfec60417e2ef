//! What was found, in sentences: how large, how sure, under which assumptions, and what the number is not.

use super::declare::{Declaration, Method, Outcome};
use super::finding::{Finding, Group, Measure};

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sentence {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

impl Sentence {
    pub(super) fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }
}

/// A number with four significant digits and grouped thousands.
#[must_use]
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let mut places = 0_usize;
    let mut scale = value.abs();
    while scale < 999.5 && places < 8 {
        scale *= 10.0;
        places += 1;
    }
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 { "−" } else { "" };
    if rest.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{rest}") }
}

pub(super) fn named(finding: &Finding) -> Sentence {
    name_of(&finding.outcome, finding.measure, finding.group.as_ref())
}

/// What a number is of, in both languages.
pub(super) fn name_of(o: &Outcome, measure: Measure, group: Option<&Group>) -> Sentence {
    let per = measure == Measure::PerWorker;
    let ja = format!(
        "{}{}{}",
        group.map(|g| format!("［{}＝{}］", g.column, g.value)).unwrap_or_default(),
        o.ja,
        if per { "（従業者1人あたり）" } else { "" }
    );
    let en = format!(
        "{}{}{}",
        group.map(|g| format!("[{} = {}] ", g.column, g.value)).unwrap_or_default(),
        o.en,
        if per { " (per worker)" } else { "" }
    );
    Sentence { ja, en }
}

/// What a finding says.
pub(super) fn says(finding: &Finding) -> Sentence {
    let name = named(finding);
    let unit = &finding.outcome.unit;
    let [treated, compared] = finding.firms;
    if let Some(refusal) = &finding.refused {
        return Sentence::new(
            format!("{}: 推定できませんでした。{}", name.ja, refusal.ja),
            format!("{}: no estimate. {}", name.en, refusal.en),
        );
    }
    if !finding.held.is_empty() && finding.firms != [0, 0] {
        let (ja, en) = reasons(finding);
        return Sentence::new(
            format!("{}: 次の疑いがあるため、数値を見出しにしません。{ja}", name.ja),
            format!("{}: the number is held back. {en}", name.en),
        );
    }
    let Some(effect) = &finding.effect else {
        return Sentence::new(
            format!("{}: 企業が少ないため、数値を示しません。", name.ja),
            format!("{}: too few firms; the number is not shown.", name.en),
        );
    };
    let (e, low, high) = (number(effect.estimate), number(effect.interval[0]), number(effect.interval[1]));
    let many =
        if effect.p_adjusted > effect.p { format!("（多重性を調整したp値 {:.3}）", effect.p_adjusted) } else { String::new() };
    let many_en =
        if effect.p_adjusted > effect.p { format!(" (p adjusted for looking often {:.3})", effect.p_adjusted) } else { String::new() };
    let (ja, en) = if effect.clear() {
        let (way, way_en) = if effect.estimate > 0.0 { ("増えた", "rose") } else { ("減った", "fell") };
        (
            format!("対象となった企業で{way}と考えられます。推定値は {e} {unit}、区間は {low}〜{high} {unit} です{many}。"),
            format!("{way_en} for the treated by an estimated {e} {unit}, interval {low} to {high} {unit}{many_en}."),
        )
    } else {
        (
            format!("増えたとも減ったとも言えません。推定値は {e} {unit} ですが、区間 {low}〜{high} {unit} は0を含みます{many}。"),
            format!("no change can be told. The estimate is {e} {unit}, but the interval {low} to {high} {unit} contains nought{many_en}."),
        )
    };
    let least = number(effect.detectable);
    Sentence::new(
        format!("{}: {ja}対象{treated}社・比較{compared}社。この規模で見つけられる効果は、およそ {least} {unit} 以上です。", name.ja),
        format!(
            "{}: {en} {treated} treated and {compared} compared firms; a study of this size finds effects of about {least} {unit} and more.",
            name.en
        ),
    )
}

fn reasons(finding: &Finding) -> (String, String) {
    let ja: Vec<&str> = finding.held.iter().map(|w| w.ja.as_str()).collect();
    let en: Vec<&str> = finding.held.iter().map(|w| w.en.as_str()).collect();
    (ja.join(" "), en.join(" "))
}

/// What has to hold for the numbers to be effects, and what they are not.
pub(super) fn assumptions(declaration: &Declaration) -> Vec<Sentence> {
    match declaration.design.method {
        Method::Discontinuity => vec![
            Sentence::new(
                "前提: カットオフのすぐ上と下の企業は、採択されるかどうかのほかは似ている。点数はカットオフをねらって動かされていない。",
                "Assumed: firms just above and just below the cut-off are alike but for the award, and nobody moved a score across it.",
            ),
            Sentence::new(
                "この数値は、カットオフ付近の企業についてのものです。高い点数で採択された企業の効果ではありません。",
                "The number is about firms near the cut-off, not about those selected with high scores.",
            ),
            Sentence::new(
                "落選後に再び申請して採択された企業がある場合、差は実際の効果より小さく出ます。",
                "Where rejected firms apply again and win later, the difference understates the effect.",
            ),
        ],
        Method::Difference => vec![
            Sentence::new(
                "前提: 支援がなければ、支援を受けた企業と比較企業は同じように推移したはずである（平行トレンド）。支援の前から効果は現れない。",
                "Assumed: without support the treated would have moved in parallel with the compared, and nothing shows before the start.",
            ),
            Sentence::new(
                "この数値は、支援を受けた企業の平均であり、受けなかった企業が受けた場合の効果ではありません。",
                "The number is the mean over those who were treated, not what others would have had from it.",
            ),
        ],
        Method::Balancing => vec![
            Sentence::new(
                "前提: 支援を受けるかどうかと成果の両方を左右するものは、すべて共変量として記録されている。これはデータからは確かめられません。",
                "Assumed: whatever drives both support and outcome is among the covariates. Data cannot show that.",
            ),
            Sentence::new(
                "この数値は、記録のない違い（経営者の意欲など）を除けていません。",
                "The number is not free of differences that nobody recorded, such as ambition.",
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        for (value, want) in
            [(0.0, "0"), (1234.56, "1,235"), (-7.41413, "−7.414"), (0.000123456, "0.0001235"), (1e9, "1,000,000,000"), (0.04, "0.04000")]
        {
            assert_eq!(number(value), want);
        }
    }
}
