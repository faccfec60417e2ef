//! `banso evaluate power`: what a call can show, before it opens.

use std::path::PathBuf;

use banso_evaluation::discontinuity::Kernel;
use banso_evaluation::power::{Design, Estimate, Pilot, Score, Spec, plan};
use banso_kernel::Lang;
use banso_tables::Ask;
use clap::Args;

use super::page::{Page, number};
use super::rd::{kernel, read_level};
use super::words::word;
use crate::trouble::Trouble;

/// What is planned.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    /// 設計: comparison・matching・discontinuity・panel / The design
    #[arg(long, value_parser = word::<Design>)]
    design: Design,
    /// 計画する企業（申請者）の数 / Firms (applicants) planned
    #[arg(long, value_name = "N")]
    rows: usize,
    /// 処置を受ける割合（カットオフでは採択割合）/ The share treated, or selected at a cut-off
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    treated: f64,
    /// 結果の標準偏差（省略すると効果は標準偏差単位）/ The outcome's standard deviation
    #[arg(long, value_name = "SD")]
    deviation: Option<f64>,
    /// 共変量が説明する分散の割合 / The share of variance that covariates explain
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    explained: f64,
    /// 検出したい効果（検出力と必要な数を示します）/ An effect: gives its power and the rows needed
    #[arg(long, value_name = "EFFECT", allow_negative_numbers = true)]
    effect: Option<f64>,
    /// 求める検出力 / The power asked
    #[arg(long, value_name = "SHARE", default_value_t = 0.8, value_parser = read_level)]
    power: f64,
    /// 信頼水準（0.95 または 95）/ Level of the interval
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
    /// 脱落の割合 / The share of rows lost
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    attrition: f64,
    /// カットオフ（割当）が受給を動かす割合 / How much the cut-off (the lot) moves take-up
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    compliance: f64,
    /// クラスターの平均の大きさ / Firms in a cluster
    #[arg(long, value_name = "N")]
    cluster_size: Option<f64>,
    /// クラスターの大きさの変動係数 / The coefficient of variation of cluster sizes
    #[arg(long, value_name = "CV", default_value_t = 0.0)]
    cluster_spread: f64,
    /// クラスター内の相関 / The correlation within clusters
    #[arg(long, visible_alias = "icc", value_name = "SHARE", default_value_t = 0.0)]
    intraclass: f64,
    /// 点数の分布: normal・uniform / How scores are spread
    #[arg(long, default_value = "normal", value_parser = word::<Score>)]
    score: Score,
    /// バンド幅（点数の標準偏差単位。省略すると全行）/ Bandwidth in standard deviations of the score
    #[arg(long, visible_alias = "bandwidth", value_name = "H")]
    reach: Option<f64>,
    /// 多項式の次数 / Order of the polynomial
    #[arg(long, value_name = "P", default_value_t = 1)]
    order: usize,
    /// カーネル / Kernel
    #[arg(long, default_value = "triangular", value_parser = kernel)]
    kernel: Kernel,
    /// 処置前の期数 / Periods before
    #[arg(long, value_name = "N", default_value_t = 1)]
    before: usize,
    /// 処置後の期数 / Periods after
    #[arg(long, value_name = "N", default_value_t = 1)]
    after: usize,
    /// 企業固有で変わらない分の割合 / The part of the variance that is the firm's own and stays
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    correlation: f64,
    /// 残りの自己相関 / The autocorrelation of the rest
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, allow_negative_numbers = true)]
    autocorrelation: f64,
    /// 群の間の隔たり（傾向スコアの指標の標準偏差単位）/ How far the arms are apart in the score's index
    #[arg(long, value_name = "SD", default_value_t = 0.0)]
    imbalance: f64,
    /// 最近傍の数（省略すると重みづけ）/ Neighbours; weighting without it
    #[arg(long, value_name = "N")]
    neighbours: Option<usize>,
    /// パイロットの表（分散をここから取ります）/ A pilot's table: variances are taken from it
    #[arg(long, value_name = "表.csv TABLE", requires = "outcome")]
    pilot: Option<PathBuf>,
    /// パイロットの結果の列 / The pilot's outcome
    #[arg(long, value_name = "COLUMN", requires = "pilot")]
    outcome: Option<String>,
    /// パイロットの共変量の列 / The pilot's covariates
    #[arg(long = "covariate", visible_alias = "covariates", value_name = "COLUMN", value_delimiter = ',', requires = "pilot")]
    covariates: Vec<String>,
    /// パイロットのクラスターの列 / The pilot's clusters
    #[arg(long, value_name = "COLUMN", requires = "pilot")]
    cluster: Option<String>,
    /// パイロットの処置の列 / The pilot's treatment
    #[arg(long, value_name = "COLUMN", requires = "pilot")]
    treatment: Option<String>,
    /// パイロットの点数の列 / The pilot's score
    #[arg(long, value_name = "COLUMN", requires = "pilot")]
    running: Option<String>,
    /// パイロットのカットオフ / The pilot's cut-off
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// パイロットの個体の列 / The pilot's units
    #[arg(long, value_name = "COLUMN", requires = "pilot")]
    unit: Option<String>,
    /// パイロットの時点の列 / The pilot's periods
    #[arg(long, value_name = "COLUMN", requires = "pilot")]
    time: Option<String>,
    /// 結果を JSON で出します / Answers in JSON
    #[arg(long)]
    json: bool,
}

impl Asked {
    fn spec(&self) -> Spec {
        let pilot = self.pilot.as_ref().map(|_| Pilot {
            outcome: self.outcome.clone().unwrap_or_default(),
            covariates: self.covariates.clone(),
            cluster: self.cluster.clone(),
            treatment: self.treatment.clone(),
            score: self.running.clone(),
            cutoff: self.cutoff,
            unit: self.unit.clone(),
            time: self.time.clone(),
        });
        Spec {
            design: self.design,
            rows: self.rows,
            treated: self.treated,
            deviation: self.deviation,
            explained: self.explained,
            confidence: self.level,
            power: self.power,
            effect: self.effect,
            attrition: self.attrition,
            compliance: self.compliance,
            cluster_size: self.cluster_size,
            cluster_spread: self.cluster_spread,
            intraclass: self.intraclass,
            score: self.score,
            reach: self.reach,
            order: self.order,
            kernel: self.kernel,
            before: self.before,
            after: self.after,
            correlation: self.correlation,
            autocorrelation: self.autocorrelation,
            imbalance: self.imbalance,
            neighbours: self.neighbours,
            pilot,
        }
    }
}

/// Plans and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let spec = asked.spec();
    let table = asked.pilot.as_ref().map(|path| {
        let numbers = asked.outcome.iter().chain(&asked.covariates).chain(&asked.treatment).chain(&asked.running).chain(&asked.time);
        let ask = Ask::new().numbers(numbers.cloned()).groups(asked.cluster.iter().chain(&asked.unit).cloned());
        banso_tables::read(path, &ask)
    });
    let table = table.transpose()?;
    let found = plan(table.as_ref(), &spec)?;
    if asked.json {
        return serde_json::to_string_pretty(&found).map_err(Trouble::Json);
    }
    Ok(page(&found, lang).render(lang))
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let unit = if found.in_deviations { lang.pick("（標準偏差単位）", " (standard deviations)") } else { "" };
    let mut page = Page::new("検出力と最小検出可能効果", "Power and minimum detectable effect")
        .line("計画した行", "rows planned", found.rows)
        .line("脱落後の行", "rows after attrition", number(found.analysed));
    if let Some(clusters) = found.clusters {
        page = page.line("クラスター", "clusters", number(clusters));
    }
    let freedom = if found.degrees_of_freedom.is_finite() { number(found.degrees_of_freedom) } else { "∞".to_owned() };
    page = page
        .line("結果の標準偏差", "outcome's standard deviation", number(found.deviation))
        .line("見込まれる標準誤差", "standard error expected", number(found.standard_error))
        .line("自由度", "degrees of freedom", freedom)
        .line("最小検出可能効果", "minimum detectable effect", format!("{}{unit}", number(found.minimum_detectable_effect)))
        .line("同（標準偏差単位）", "the same in standard deviations", number(found.in_standard_deviations));
    if let Some(power) = found.power_at_effect {
        let rows = found.rows_needed.map_or_else(|| "—".to_owned(), |n| n.to_string());
        page = page.line("指定した効果の検出力", "power at the asked effect", format!("{power:.4}")).line(
            "その効果に必要な行",
            "rows needed for it",
            rows,
        );
    }
    if let Some(pilot) = &found.pilot {
        page = page.line("パイロット", "pilot", format!("{} ({})", pilot.rows, pilot.rule));
    }
    let parts = found.parts.iter().map(|p| vec![lang.pick(&p.ja, &p.en).to_owned(), number(p.factor)]).collect();
    let curve = found.curve.iter().map(|p| vec![number(p.effect), format!("{:.4}", p.power)]).collect();
    page.table(&[("分散に掛かるもの", "what multiplies the variance"), ("倍率", "factor")], parts)
        .table(&[("効果", "effect"), ("検出力", "power")], curve)
        .text(found.rule, found.rule)
        .warnings(&found.warnings)
}
