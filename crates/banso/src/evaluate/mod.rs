//! `banso evaluate`: one estimator on one table, as JSON or for people. Each estimator has a file of its own here, which turns options
//! into its specification; nothing is estimated in this folder.
//!
//! A further estimator takes three steps: a file with `Asked` (its options, beginning with [`Input`]) and `run`, a variant of
//! [`Estimator`], a line in [`evaluate`].

mod balance;
mod density;
mod designed;
mod did;
mod event;
mod groups;
mod honest;
mod input;
mod look;
mod ls;
mod page;
mod power;
mod production;
mod rd;
mod rd_checks;
mod rd_honest;
mod rd_one_step;
mod rd_permute;
mod rd_plot;
mod rd_repeat;
mod rd_rounds;
mod screen;
mod screened;
mod study;
mod synth;
mod words;

use banso_kernel::Lang;
use clap::Subcommand;

use crate::cli::TEMPLATE;
use crate::trouble::Trouble;

/// What to do with a table.
#[derive(Debug, Subcommand)]
pub(crate) enum Estimator {
    /// 表の列と、その型・欠測・範囲を示します
    /// Shows the columns of a table, with their kind, what is missing and their range
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Look(look::Asked),
    /// 最小二乗（固定効果・操作変数・クラスター誤差・ワイルド・ブートストラップ）
    /// Least squares: fixed effects, instruments, clustered errors, wild bootstrap
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Ls(Box<ls::Asked>),
    /// 差の差: 開始時点の異なる処置の、群・時点別の効果とその平均
    /// Difference-in-differences: effects of treatments that start at different times
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Did(Box<did::Asked>),
    /// イベントスタディ: 群の重みづけ（Sun–Abraham）、補完（Borusyak–Jaravel–Spiess）、通常の二方向固定効果
    /// Event studies: interaction-weighted, by imputation, and the plain two-way regression
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Event(Box<event::Asked>),
    /// 差の差の感度: 平行トレンドが崩れても結論が残るか
    /// Sensitivity of an event study to trends that are not parallel
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Honest(Box<honest::Asked>),
    /// 審査のカットオフでの効果（不連続回帰）
    /// The effect at a cut-off: regression discontinuity
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Rd(Box<rd::Asked>),
    /// 回次ごとのカットオフでの効果と、その統合（メタ分析）
    /// Effects of rounds at their own cut-offs, and their pool (meta-analysis)
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdRounds(Box<rd_rounds::Asked>),
    /// 再申請者のいる公募での、経過年ごとの全体効果と部分効果
    /// Applicants who come again: total and partial effects by years since
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdRepeat(Box<rd_repeat::Asked>),
    /// 再申請者のいる公募での部分効果（申請者と年のパネルの一段階推定）
    /// Applicants who come again: partial effects by one regression on a panel
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdOneStep(rd_one_step::Asked),
    /// 粗い点数でも正しい区間（曲率の上限のもとで）
    /// Intervals that stay honest with coarse scores, under bounded curvature
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdHonest(rd_honest::Asked),
    /// 局所ランダム化: カットオフ付近の窓の中での並べ替え検定
    /// Local randomisation: permutations within a window at the cut-off
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdPermute(rd_permute::Asked),
    /// 前提の点検: 共変量のつり合い、偽のカットオフ、ドーナツ
    /// Checks of the design: balance of covariates, placebo cut-offs, donuts
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdChecks(Box<rd_checks::Asked>),
    /// 不連続の図: データから決める区間の平均と多項式
    /// The binned plot: means of data-driven bins and a polynomial of each side
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    RdPlot(rd_plot::Asked),
    /// 点数が操作されていないかの検定（密度の不連続）
    /// Whether the density of a score jumps at the cut-off
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Density(density::Asked),
    /// 共変量をそろえた比較: 傾向スコア、重みづけ、回帰、エントロピーバランス、マッチング
    /// Comparison with covariates balanced: score, weighting, regression, entropy balancing, matching
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Balance(Box<balance::Asked>),
    /// 合成対照と合成差の差: 地域や業種を1つの単位として比べます
    /// Synthetic control and synthetic difference-in-differences for a region or sector as a whole
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Synth(Box<synth::Asked>),
    /// 生産関数と労働の限界生産物
    /// Production functions and the marginal product of labour
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Production(Box<production::Asked>),
    /// 報告値の点検: 桁の誤り、円と千円、丸め、退出の範囲、波及
    /// Screen of reported figures; bounds under attrition; spill-over
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Screen(Box<screen::Asked>),
    /// 報告値の点検の前と後で、推定がどれだけ動くか
    /// An estimate before and after the screen of reported figures
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Screened(Box<screened::Asked>),
    /// あらかじめ決めた区分ごとの効果（多重検定の補正、等しさの検定）
    /// Effects by pre-declared groups: multiple-testing control, a test that they are equal
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Groups(Box<groups::Asked>),
    /// 公募の前に: 検出力と最小検出可能効果
    /// Before a call opens: power and minimum detectable effect
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Power(Box<power::Asked>),
    /// 研究の宣言を調べ、記録すべき SHA-256 を示します
    /// Checks the declaration of a study and prints the SHA-256 to be recorded
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Declare(study::Declared),
    /// 宣言どおりに研究を実行し、報告・図・データをフォルダーに書きます
    /// Runs a study as it was declared and writes its report, figures and data to a folder
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Study(study::Asked),
}

/// Carries it out and prints what it gives.
pub(crate) fn evaluate(estimator: &Estimator, lang: Lang) -> Result<bool, Trouble> {
    let said = match estimator {
        Estimator::Look(asked) => look::run(asked, lang)?,
        Estimator::Ls(asked) => ls::run(asked, lang)?,
        Estimator::Did(asked) => did::run(asked, lang)?,
        Estimator::Event(asked) => event::run(asked, lang)?,
        Estimator::Honest(asked) => honest::run(asked, lang)?,
        Estimator::Rd(asked) => rd::run(asked, lang)?,
        Estimator::RdRounds(asked) => rd_rounds::run(asked, lang)?,
        Estimator::RdRepeat(asked) => rd_repeat::run(asked, lang)?,
        Estimator::RdOneStep(asked) => rd_one_step::run(asked, lang)?,
        Estimator::RdHonest(asked) => rd_honest::run(asked, lang)?,
        Estimator::RdPermute(asked) => rd_permute::run(asked, lang)?,
        Estimator::RdChecks(asked) => rd_checks::run(asked, lang)?,
        Estimator::RdPlot(asked) => rd_plot::run(asked, lang)?,
        Estimator::Density(asked) => density::run(asked, lang)?,
        Estimator::Balance(asked) => balance::run(asked, lang)?,
        Estimator::Synth(asked) => synth::run(asked, lang)?,
        Estimator::Production(asked) => production::run(asked, lang)?,
        Estimator::Screen(asked) => screen::run(asked, lang)?,
        Estimator::Screened(asked) => screened::run(asked, lang)?,
        Estimator::Groups(asked) => groups::run(asked, lang)?,
        Estimator::Power(asked) => power::run(asked, lang)?,
        Estimator::Declare(asked) => study::declare(asked, lang)?,
        Estimator::Study(asked) => study::run(asked, lang)?,
    };
    say!("{said}");
    Ok(true)
}
