//! `banso evaluate ls`: least squares with fixed effects.

use banso_evaluation::Refusal;
use banso_evaluation::least_squares::{self, ClusterCount, CountEffects, Errors, Estimate, Multiplier, Singletons, Spec, WeightKind, Wild};
use banso_kernel::Lang;
use banso_tables::{Ask, ParquetTable};
use clap::Args;

use super::input::Input;
use super::page::{Page, chance, number};
use super::rd::read_level;
use crate::trouble::Trouble;

/// What is regressed on what.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 結果の列。log(売上高) のような項も書けます
    /// The outcome: a column, or a term such as log(sales)
    #[arg(long, value_name = "TERM", verbatim_doc_comment)]
    outcome: String,
    /// 説明変数（コンマ区切り・繰り返し可）: 列、a:b（積）、a*b、a^2、log(a)、i(年度)、i(年度, 処置, ref=2019)
    /// Regressors, comma-separated or repeated: columns, a:b (product), a*b, a^2, log(a), i(year), i(year, treated, ref=2019)
    #[arg(long = "regressor", visible_alias = "regressors", value_name = "TERM", verbatim_doc_comment)]
    regressors: Vec<String>,
    /// 固定効果として吸収する列（繰り返し可）。企業^年 は組ごと
    /// Columns absorbed as fixed effects, repeated or comma-separated; firm^year is one for each pair
    #[arg(long = "fixed-effect", visible_aliases = ["fixed-effects", "absorb"], value_name = "COLUMN", value_delimiter = ',', verbatim_doc_comment)]
    fixed_effects: Vec<String>,
    /// 内生変数 / Endogenous regressors
    #[arg(long = "endogenous", value_name = "TERM")]
    endogenous: Vec<String>,
    /// 除外操作変数 / Excluded instruments
    #[arg(long = "instrument", visible_alias = "instruments", value_name = "TERM")]
    instruments: Vec<String>,
    /// 重みの列 / Column of weights
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// 重みの意味: analytic（分散の逆数）・frequency（同じ行の数）
    /// What weights mean: analytic (inverse variances) or frequency (numbers of equal rows)
    #[arg(long, value_name = "KIND", default_value = "analytic", value_parser = word::<WeightKind>, verbatim_doc_comment)]
    weight_kind: WeightKind,
    /// 誤差の数え方: iid・hc1・hc2・hc3・crv1・crv3（既定は、クラスターがあれば crv1、なければ iid）
    /// How errors are counted: iid, hc1, hc2, hc3, crv1, crv3 (crv1 with clusters, else iid)
    #[arg(long, value_name = "KIND", value_parser = word::<Errors>, verbatim_doc_comment)]
    errors: Option<Errors>,
    /// クラスターの列（1つか2つ）/ One or two columns to cluster by
    #[arg(long = "cluster", visible_alias = "clusters", value_name = "COLUMN", value_delimiter = ',')]
    clusters: Vec<String>,
    /// 定数項を入れない（固定効果がないとき）/ Without an intercept, when nothing is absorbed
    #[arg(long)]
    no_intercept: bool,
    /// 固定効果の水準に1行だけの行: drop・keep / Rows alone in a level of a fixed effect
    #[arg(long, value_name = "WHAT", default_value = "drop", value_parser = word::<Singletons>)]
    singletons: Singletons,
    /// 小標本補正 (n−1)/(n−K) をしない / Without the factor (n-1)/(n-K)
    #[arg(long)]
    no_parameter_correction: bool,
    /// 小標本補正 G/(G−1) をしない / Without the factor G/(G-1)
    #[arg(long)]
    no_cluster_correction: bool,
    /// K に数える固定効果: nonnested・all・none / Which fixed effects count in K
    #[arg(long, value_name = "WHICH", default_value = "nonnested", value_parser = word::<CountEffects>)]
    count_effects: CountEffects,
    /// 2方向クラスターの G: smallest・own / Which G corrects two-way clustering
    #[arg(long, value_name = "WHICH", default_value = "smallest", value_parser = word::<ClusterCount>)]
    cluster_count: ClusterCount,
    /// 信頼水準 / Level of the intervals
    #[arg(long, visible_alias = "level", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    confidence: f64,
    /// 固定効果を吸収する許容誤差 / Tolerance of the absorption
    #[arg(long, value_name = "SHARE", default_value_t = 1e-13)]
    tolerance: f64,
    /// ワイルド・クラスター・ブートストラップで検定する係数（繰り返し可）
    /// Coefficients to test by the wild cluster bootstrap; may be repeated
    #[arg(long = "wild", value_name = "COEFFICIENT", verbatim_doc_comment)]
    wild: Vec<String>,
    /// ブートストラップの帰無仮説の値 / Value under the null hypothesis of the bootstrap
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0, allow_negative_numbers = true)]
    null: f64,
    /// ブートストラップの反復 / Draws of the bootstrap
    #[arg(long, value_name = "N", default_value_t = 9_999)]
    draws: usize,
    /// 乗数: rademacher・webb・mammen / Multipliers of the bootstrap
    #[arg(long, value_name = "KIND", default_value = "rademacher", value_parser = word::<Multiplier>)]
    multiplier: Multiplier,
    /// 乱数の種 / Seed of the random streams
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Parquet を少しずつ何度か読みます（メモリーに入りきらない表に）
    /// Reads Parquet piece by piece, several times over: for tables larger than memory
    #[arg(long, verbatim_doc_comment)]
    stream: bool,
}

/// A word of a specification, as its JSON spells it.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

/// Commas divide terms, but not within parentheses.
pub(super) fn terms(texts: &[String]) -> Vec<String> {
    let (mut out, mut depth) = (Vec::new(), 0_usize);
    for text in texts {
        let mut term = String::new();
        for letter in text.chars() {
            depth = match letter {
                '(' => depth + 1,
                ')' => depth.saturating_sub(1),
                _ => depth,
            };
            if letter == ',' && depth == 0 { out.push(std::mem::take(&mut term)) } else { term.push(letter) }
        }
        out.push(term);
        depth = 0;
    }
    out.into_iter().map(|term| term.trim().to_owned()).filter(|term| !term.is_empty()).collect()
}

impl Asked {
    fn spec(&self) -> Spec {
        let wild =
            Wild { coefficients: self.wild.clone(), null: self.null, draws: self.draws, multiplier: self.multiplier, seed: self.seed };
        let mut spec = Spec::new(&self.outcome, &[]);
        spec.regressors = terms(&self.regressors);
        spec.fixed_effects.clone_from(&self.fixed_effects);
        spec.endogenous = terms(&self.endogenous);
        spec.instruments = terms(&self.instruments);
        spec.weights.clone_from(&self.weights);
        spec.weight_kind = self.weight_kind;
        spec.errors = self.errors;
        spec.clusters.clone_from(&self.clusters);
        spec.intercept = !self.no_intercept;
        spec.singletons = self.singletons;
        spec.small_sample.parameters = !self.no_parameter_correction;
        spec.small_sample.clusters = !self.no_cluster_correction;
        spec.small_sample.fixed_effects = self.count_effects;
        spec.small_sample.cluster_count = self.cluster_count;
        (spec.confidence, spec.tolerance) = (self.confidence, self.tolerance);
        spec.wild = (!self.wild.is_empty()).then_some(wild);
        spec
    }

    /// The columns to read, for a table that has these.
    fn ask(&self, spec: &Spec, there: &[String]) -> Ask {
        let texts = [&spec.regressors, &spec.endogenous, &spec.instruments].into_iter().flatten().chain([&spec.outcome]);
        let (numbers, factors) = least_squares::columns(texts.map(String::as_str), there);
        let dimensions = spec.fixed_effects.iter().chain(&spec.clusters);
        let groups =
            dimensions.flat_map(|name| if there.contains(name) { vec![name.as_str()] } else { name.split('^').map(str::trim).collect() });
        Ask::new().numbers(numbers).numbers(spec.weights.clone()).groups(factors).groups(groups).names(self.input.names.clone())
    }
}

/// Estimates.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let (spec, path) = (asked.spec(), &asked.input.table);
    agreed(&spec)?;
    let estimate = if asked.stream && banso_tables::is_parquet(path)? {
        let table = ParquetTable::open(path)?.with_names(&asked.input.names);
        least_squares::estimate_from(&table, &spec)?
    } else if asked.stream {
        return Err(not_parquet().into());
    } else {
        let there = banso_tables::columns(path)?;
        let frame = banso_tables::read(path, &asked.ask(&spec, &there))?;
        least_squares::estimate(&frame, &spec)?
    };
    asked.input.answer(&estimate, lang, || page(&estimate, &spec, lang))
}

/// Errors that do not look at clusters, and clusters, contradict each other.
fn agreed(spec: &Spec) -> Result<(), Refusal> {
    match spec.errors {
        Some(Errors::Iid | Errors::Hc1 | Errors::Hc2 | Errors::Hc3) if !spec.clusters.is_empty() && spec.wild.is_none() => {
            Err(Refusal::new(
                "option",
                "--errors の iid・hc1・hc2・hc3 はクラスターを使いません。--cluster を外すか、--errors を crv1 か crv3 にしてください。",
                "the errors iid, hc1, hc2 and hc3 take no clusters; leave out --cluster, or set --errors to crv1 or crv3",
            ))
        }
        Some(Errors::Iid | Errors::Hc1 | Errors::Hc2 | Errors::Hc3 | Errors::Crv1 | Errors::Crv3) | None => Ok(()),
    }
}

fn not_parquet() -> Refusal {
    Refusal::new("not-parquet", "--stream は Parquet の表にだけ使えます。", "--stream is for Parquet tables only")
}

fn page(estimate: &Estimate, spec: &Spec, lang: Lang) -> Page {
    let rows = estimate.coefficients.iter().map(|c| {
        vec![c.name.clone(), number(c.estimate), number(c.standard_error), number(c.statistic), chance(c.p), number(c.low), number(c.high)]
    });
    let level = format!("{}%", number(spec.confidence * 100.0).trim_end_matches('0').trim_end_matches('.'));
    let heads = [
        ("係数", "coefficient"),
        ("推定値", "estimate"),
        ("標準誤差", "std. error"),
        ("t", "t"),
        ("p", "p"),
        (&*format!("{level}下限"), &*format!("low {level}")),
        (&*format!("{level}上限"), &*format!("high {level}")),
    ];
    let left_out = estimate.dropped;
    let effects = estimate.fixed_effects.iter().map(|e| format!("{} ({})", e.name, e.levels)).collect::<Vec<_>>().join(", ");
    let clusters = estimate.clusters.iter().map(|c| format!("{} ({})", c.name, c.count)).collect::<Vec<_>>().join(", ");
    let dropped = match lang {
        Lang::Ja => format!("欠測 {}、重みゼロ {}、単独 {}", left_out.missing, left_out.zero_weight, left_out.singletons),
        Lang::En => format!("missing {}, weight zero {}, singletons {}", left_out.missing, left_out.zero_weight, left_out.singletons),
    };
    let errors = serde_json::to_value(estimate.errors).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let mut page = Page::new("最小二乗", "Least squares")
        .warnings(&estimate.warnings)
        .line("結果", "outcome", &spec.outcome)
        .line("観測数", "observations", estimate.observations)
        .line("除いた行", "rows left out", dropped)
        .line("固定効果", "fixed effects", effects)
        .line("誤差", "errors", errors)
        .line("クラスター", "clusters", clusters)
        .line("小標本補正", "small sample", lang.pick(&estimate.small_sample.ja, &estimate.small_sample.en))
        .line("決定係数", "R²", number(estimate.fit.r2));
    if !estimate.collinear.is_empty() {
        page = page.line("除いた列（重複）", "left out as collinear", estimate.collinear.join(", "));
    }
    further(page.table(&heads, rows.collect()), estimate)
}

/// First stages and the bootstrap.
fn further(mut page: Page, estimate: &Estimate) -> Page {
    if let Some(instruments) = &estimate.instruments {
        let rows = instruments
            .first_stages
            .iter()
            .map(|s| vec![s.name.clone(), number(s.f.statistic), number(s.robust.statistic), chance(s.robust.p)]);
        page = page.table(&[("第1段階", "first stage"), ("F", "F"), ("頑健な F", "robust F"), ("p", "p")], rows.collect());
        if let Some(test) = instruments.over_identification {
            page = page.line(
                "過剰識別 (Sargan)",
                "over-identification (Sargan)",
                format!("{} (p {})", number(test.statistic), chance(test.p)),
            );
        }
    }
    if !estimate.wild.is_empty() {
        let end = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), number);
        let rows = estimate
            .wild
            .iter()
            .map(|w| vec![w.name.clone(), number(w.statistic), chance(w.p), end(w.low), end(w.high), w.draws.to_string()]);
        let heads = [
            ("ワイルド・ブートストラップ", "wild bootstrap"),
            ("t", "t"),
            ("p", "p"),
            ("下限", "low"),
            ("上限", "high"),
            ("反復", "draws"),
        ];
        page = page.table(&heads, rows.collect());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_divide_terms_outside_parentheses() {
        let given = ["a, log(b)".to_owned(), "i(year, treated, ref=2019),c:d".to_owned()];
        assert_eq!(terms(&given), ["a", "log(b)", "i(year, treated, ref=2019)", "c:d"]);
    }

    #[test]
    fn errors_and_clusters_agree() {
        for (errors, clusters, fine) in [
            (None, vec!["g".to_owned()], true),
            (Some(Errors::Crv3), vec!["g".to_owned()], true),
            (Some(Errors::Hc1), vec![], true),
            (Some(Errors::Hc1), vec!["g".to_owned()], false),
            (Some(Errors::Iid), vec!["g".to_owned()], false),
        ] {
            let mut spec = Spec::new("y", &["x"]);
            (spec.errors, spec.clusters) = (errors, clusters);
            assert_eq!(agreed(&spec).is_ok(), fine, "{spec:?}");
        }
    }

    #[test]
    fn words_are_those_of_the_specification() {
        assert_eq!(word::<Errors>("crv3"), Ok(Errors::Crv3));
        assert!(word::<Errors>("crv9").is_err_and(|e| e.contains("crv1")));
    }
}
