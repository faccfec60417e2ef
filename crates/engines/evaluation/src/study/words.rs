//! What was found, in sentences: how large, how sure, under which assumptions, and what the number is not.

use super::declare::{Declaration, Method, Outcome};
use super::finding::{Effect, Finding, Group, Measure};
use crate::Warning;

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

/// What stands wherever firms are made up.
pub(super) fn synthetic() -> Sentence {
    Sentence::new("合成データ（デモ）", "Synthetic data (demonstration)")
}

/// A unit in a language; one that is not known here stays as it is.
#[must_use]
pub fn unit_in(unit: &str, english: bool) -> &str {
    if !english {
        return unit;
    }
    match unit {
        "円" => "yen",
        "千円" => "thousand yen",
        "万円" => "ten thousand yen",
        "百万円" => "million yen",
        "億円" => "hundred million yen",
        "人" => "workers",
        "社" => "firms",
        "件" => "cases",
        "時間" => "hours",
        "日" => "days",
        "年" => "years",
        "％" => "%",
        other => other,
    }
}

/// A number with three significant digits and grouped thousands: studies of some hundred firms know no more.
#[must_use]
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let mut places = 0_usize;
    let mut scale = value.abs();
    while scale < 99.5 && places < 8 {
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

/// A sentence begins with a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a number is of, in both languages.
pub(super) fn name_of(o: &Outcome, measure: Measure, group: Option<&Group>) -> Sentence {
    let per = measure == Measure::PerWorker;
    let ja = format!(
        "{}{}{}",
        group.map(|g| format!("［{}＝{}］", g.column, g.value)).unwrap_or_default(),
        o.ja,
        if per { "（従業員1人あたり）" } else { "" }
    );
    let english = |g: &Group| {
        let (column, value) = (g.column_en.as_ref().unwrap_or(&g.column), g.value_en.as_ref().unwrap_or(&g.value));
        format!("[{}: {value}] ", capital(column))
    };
    let en = format!("{}{}{}", group.map(english).unwrap_or_default(), capital(&o.en), if per { " (per worker)" } else { "" });
    Sentence { ja, en }
}

/// How many firms carry a number, as the design counts them.
pub(super) fn sides(method: Method, [one, other]: [usize; 2]) -> Sentence {
    match method {
        Method::Discontinuity => {
            Sentence::new(format!("カットオフの上{one}社・下{other}社"), format!("{one} firms above and {other} below the cut-off"))
        }
        Method::Difference | Method::Balancing => {
            Sentence::new(format!("交付{one}社・比較{other}社"), format!("{one} granted and {other} compared firms"))
        }
    }
}

/// What a finding says.
pub(super) fn says(declaration: &Declaration, finding: &Finding) -> Sentence {
    let name = named(finding);
    if let Some(refusal) = &finding.refused {
        return Sentence::new(
            format!("{}: 推定できませんでした。{}", name.ja, refusal.ja),
            format!("{}: no estimate. {}", name.en, refusal.en),
        );
    }
    if !finding.held.is_empty() && finding.firms != [0, 0] {
        let (ja, en) = reasons(finding);
        return Sentence::new(
            format!("{}: 次の疑いがあるため、数値を示しません。{ja}", name.ja),
            format!("{}: the number is held back. {en}", name.en),
        );
    }
    let Some(effect) = &finding.effect else {
        return Sentence::new(
            format!("{}: 企業が少ないため、数値を示しません。", name.ja),
            format!("{}: too few firms; the number is not shown.", name.en),
        );
    };
    let told = told(declaration, finding, effect, &name);
    qualified(finding, told)
}

/// A number that is shown in spite of a grave doubt says so in its own sentence.
fn qualified(finding: &Finding, told: Sentence) -> Sentence {
    let grave = || finding.notes.iter().filter(|w| w.blocks);
    if grave().next().is_none() {
        return told;
    }
    let ja: Vec<&str> = grave().map(|w| w.ja.as_str()).collect();
    let en: Vec<String> = grave().map(|w| capital(&w.en)).collect();
    Sentence::new(
        format!("【前提に重大な疑いがあることを承知のうえで示す数値】{}　疑い: {}", told.ja, ja.join(" ")),
        format!("[Shown in spite of a grave doubt, which the declaration acknowledged] {} The doubt: {}", told.en, en.join(" ")),
    )
}

/// Of which firms or of which time a number is, where the design does not speak of all of them.
pub(super) fn when(declaration: &Declaration) -> Sentence {
    let years = |h: u32| if h == 1 { "1 year".to_owned() } else { format!("{h} years") };
    match (declaration.design.method, declaration.design.event_time, declaration.horizon) {
        (Method::Difference, Some(_), Some(h)) => Sentence::new(format!("決定から{h}年後に"), format!(" {} after the decision", years(h))),
        (Method::Difference, Some(at), None) => {
            Sentence::new(format!("支援開始から{at}期後に"), format!(" {at} periods after the first of support"))
        }
        (Method::Difference, None, _) => Sentence::new("支援開始後の全期間を通じて", " over all periods since the start"),
        (Method::Discontinuity, _, _) => Sentence::new("カットオフ付近の企業で", " for firms near the cut-off"),
        (Method::Balancing, _, _) => Sentence::new("", ""),
    }
}

fn told(declaration: &Declaration, finding: &Finding, effect: &Effect, name: &Sentence) -> Sentence {
    let when = when(declaration);
    let (unit, unit_en) = (finding.outcome.unit_in(false), finding.outcome.unit_in(true));
    let (e, low, high) = (number(effect.estimate), number(effect.interval[0]), number(effect.interval[1]));
    let firms = sides(declaration.design.method, finding.firms);
    let least = number(effect.detectable);
    let (left, left_en) = finding.left_out.as_ref().map_or_else(Default::default, |s| (s.ja.clone(), format!(" {}", s.en)));
    let many = effect.p_adjusted > effect.p;
    let (many, many_en) = if many {
        let p = p_value(effect.p_adjusted);
        (format!("、多くの群を見たことを調整したp値 {p}"), format!(", p adjusted for looking at many groups {p}"))
    } else {
        (String::new(), String::new())
    };
    let (ja, en) = if effect.clear() {
        let (way, way_en) = if effect.estimate > 0.0 { ("増やした", "raised it") } else { ("減らした", "lowered it") };
        (
            format!("交付は{}平均 {e} {unit}{way}と推定されます（95%区間 {low}〜{high} {unit}{many}）。", when.ja),
            format!(
                "the grant {way_en} by an estimated {e} {unit_en} on average{} (95% interval {low} to {high} {unit_en}{many_en}).",
                when.en
            ),
        )
    } else {
        (
            format!(
                "{}増えたとも減ったとも言えません。推定値は {e} {unit}ですが、95%区間 {low}〜{high} {unit}は0を含みます{many}。",
                when.ja
            ),
            format!(
                "no change can be told{}. The estimate is {e} {unit_en}, but its 95% interval, {low} to {high} {unit_en}, contains nought{many_en}.",
                when.en
            ),
        )
    };
    Sentence::new(
        format!("{}: {ja}{}。この規模で見つけられる効果は、およそ {least} {unit}以上です。{left}", name.ja, firms.ja),
        format!(
            "{}: {en} {}; a study of this size finds effects of about {least} {unit_en} or more.{left_en}",
            name.en,
            capital(&firms.en)
        ),
    )
}

/// What runs along a figure of scores: points, or their distance where the cut-off is nought.
pub(super) fn score_axis(cutoff: f64) -> [String; 2] {
    let (ja, en) = if cutoff == 0.0 { ("カットオフからの点数の差", "points from the cut-off") } else { ("点数", "score") };
    [ja.to_owned(), en.to_owned()]
}

/// A p-value as papers print it: three places, and never nought.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// A warning whose p-value is not printed as nought.
pub(super) fn readable(warning: &Warning) -> Warning {
    let put = |text: &str| text.replace("p=0.0000", "p<0.0001").replace("p = 0.0000", "p < 0.0001");
    Warning { ja: put(&warning.ja), en: put(&warning.en), ..warning.clone() }
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
    fn numbers_keep_three_digits() {
        for (value, want) in
            [(0.0, "0"), (1234.56, "1,235"), (-7.41413, "−7.41"), (0.000123456, "0.000123"), (1e9, "1,000,000,000"), (0.04, "0.0400")]
        {
            assert_eq!(number(value), want);
        }
    }
}
