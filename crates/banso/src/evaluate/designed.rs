//! A method with its options, for commands that do the same with any of them: by group, before and after a screen.

use std::path::PathBuf;

use banso_evaluation::balancing::{Estimand, Estimator};
use banso_evaluation::discontinuity::Given;
use banso_evaluation::headline::{Headline, LeastSquares, Method};
use banso_evaluation::{Refusal, balancing, difference, discontinuity, least_squares};
use banso_kernel::Lang;
use clap::Args;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ls::terms;
use super::page::{chance, number};
use super::rd::{read_level, widths};
use super::words::word;
use crate::reading;
use crate::trouble::Trouble;

/// Which method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Ls,
    Rd,
    Did,
    Balance,
}

/// A method and its options; whatever has none stands in `--settings`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Designed {
    /// 方法: ls（最小二乗）・rd（カットオフ）・did（差の差）・balance（共変量をそろえる）/ The method
    #[arg(long, value_parser = word::<Kind>)]
    method: Kind,
    /// 結果の列（ls では log(売上高) のような項も可）/ The outcome's column (a term, for ls)
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// ls: 効果とみなす係数 / ls: the coefficient that is the effect
    #[arg(long, value_name = "COEFFICIENT")]
    coefficient: Option<String>,
    /// ls: 説明変数 / ls: regressors
    #[arg(long = "regressor", visible_alias = "regressors", value_name = "TERM")]
    regressors: Vec<String>,
    /// ls: 固定効果 / ls: fixed effects
    #[arg(long = "fixed-effect", visible_alias = "fixed-effects", value_name = "COLUMN", value_delimiter = ',')]
    fixed_effects: Vec<String>,
    /// クラスターの列 / Clusters
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    cluster: Vec<String>,
    /// rd: 点数の列 / rd: the score's column
    #[arg(long, visible_alias = "score", value_name = "COLUMN")]
    running: Option<String>,
    /// rd: カットオフ / rd: the cut-off
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, allow_negative_numbers = true)]
    cutoff: f64,
    /// rd: バンド幅 / rd: bandwidth
    #[arg(long, value_name = "H", value_parser = widths)]
    bandwidth: Option<Given>,
    /// rd（ファジー）・balance: 処置の列 / rd (fuzzy), balance: the treatment's column
    #[arg(long, value_name = "COLUMN")]
    treatment: Option<String>,
    /// did: 個体の列 / did: units
    #[arg(long, value_name = "COLUMN")]
    unit: Option<String>,
    /// did: 時点の列 / did: periods
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// did: 処置の開始時点の列 / did: the first treated period
    #[arg(long, value_name = "COLUMN")]
    start: Option<String>,
    /// rd・did・balance: 共変量の列 / Covariates
    #[arg(long = "covariate", visible_alias = "covariates", value_name = "COLUMN", value_delimiter = ',')]
    covariates: Vec<String>,
    /// 重みの列 / Weights
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// balance: 比べ方 / balance: how to compare (augmented, weighting, entropy, matching …)
    #[arg(long, default_value = "augmented", value_parser = word::<Estimator>)]
    estimator: Estimator,
    /// balance: 対象 / balance: for whom (treated, all, comparison)
    #[arg(long, default_value = "treated", value_parser = word::<Estimand>)]
    estimand: Estimand,
    /// 信頼水準 / Level of the intervals
    #[arg(long, visible_alias = "confidence", value_name = "SHARE", default_value_t = 0.95, value_parser = read_level)]
    level: f64,
    /// そのほかの設定の JSON ファイル（仕様の項目名と値）/ A JSON file of further settings of the method, by the names of its specification
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

fn missing(option: &str) -> Trouble {
    Refusal::new("option", format!("この方法には --{option} が必要です。"), format!("this method needs --{option}")).into()
}

fn need(value: &Option<String>, option: &str) -> Result<String, Trouble> {
    value.clone().ok_or_else(|| missing(option))
}

impl Designed {
    /// The method as the library knows it.
    pub(crate) fn method(&self) -> Result<Method, Trouble> {
        Ok(match self.method {
            Kind::Ls => {
                let regressors = terms(&self.regressors);
                let first = self.coefficient.clone().or_else(|| regressors.first().cloned());
                let mut spec = least_squares::Spec::new(&self.outcome, &[]);
                spec.regressors = regressors;
                spec.fixed_effects.clone_from(&self.fixed_effects);
                spec.clusters.clone_from(&self.cluster);
                spec.weights.clone_from(&self.weights);
                spec.confidence = self.level;
                Method::LeastSquares(Box::new(LeastSquares { coefficient: need(&first, "regressor")?, spec: self.set(spec)? }))
            }
            Kind::Rd => Method::Discontinuity(Box::new(self.set(discontinuity::Spec {
                outcome: self.outcome.clone(),
                score: need(&self.running, "running")?,
                cutoff: self.cutoff,
                treatment: self.treatment.clone(),
                covariates: self.covariates.clone(),
                cluster: self.cluster.first().cloned(),
                weights: self.weights.clone(),
                bandwidth: self.bandwidth,
                level: self.level,
                ..discontinuity::Spec::default()
            })?)),
            Kind::Did => {
                let mut spec = difference::Spec::new(&self.outcome, "", &need(&self.time, "time")?, &need(&self.start, "start")?);
                spec.unit = Some(need(&self.unit, "unit")?);
                spec.covariates.clone_from(&self.covariates);
                spec.cluster = self.cluster.first().cloned();
                spec.weights.clone_from(&self.weights);
                spec.level = self.level;
                Method::Difference(Box::new(self.set(spec)?))
            }
            Kind::Balance => Method::Balancing(Box::new(self.set(balancing::Spec {
                outcome: self.outcome.clone(),
                treatment: need(&self.treatment, "treatment")?,
                covariates: self.covariates.clone(),
                weights: self.weights.clone(),
                estimators: vec![self.estimator],
                estimands: vec![self.estimand],
                confidence: self.level,
                ..balancing::Spec::default()
            })?)),
        })
    }

    /// The specification with the further settings laid over it.
    fn set<T: serde::Serialize + DeserializeOwned>(&self, spec: T) -> Result<T, Trouble> {
        let Some(path) = &self.settings else { return Ok(spec) };
        let text = reading::text(path).map_err(|cause| Trouble::Unreadable { path: path.clone(), cause })?;
        let mut all = serde_json::to_value(spec).map_err(Trouble::Json)?;
        let wrong = |cause: serde_json::Error| Trouble::Settings { path: path.clone(), cause };
        let further: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).map_err(wrong)?;
        if let serde_json::Value::Object(all) = &mut all {
            all.extend(further);
        }
        serde_json::from_value(all).map_err(wrong)
    }
}

/// The heads of a table of headlines, behind the first.
pub(super) const FIGURES: [(&str, &str); 5] =
    [("効果", "effect"), ("標準誤差", "error"), ("区間 下", "from"), ("区間 上", "to"), ("p値", "p")];

/// A headline as cells, or why there is none.
pub(super) fn cells(effect: Option<&Headline>, refused: Option<&Refusal>, lang: Lang) -> Vec<String> {
    match effect {
        Some(e) => vec![number(e.estimate), number(e.standard_error), number(e.interval[0]), number(e.interval[1]), chance(e.p)],
        None => vec![refused.map(|r| lang.pick(&r.ja, &r.en).to_owned()).unwrap_or_default()],
    }
}
