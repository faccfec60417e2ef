//! `banso evaluate`: one estimator on one table, as JSON or for people. Each estimator has a file of its own here, which turns options
//! into its specification; nothing is estimated in this folder.
//!
//! A further estimator takes three steps: a file with `Asked` (its options, beginning with [`Input`]) and `run`, a variant of
//! [`Estimator`], a line in [`evaluate`].

mod input;
mod look;
mod ls;
mod page;

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
}

/// Carries it out and prints what it gives.
pub(crate) fn evaluate(estimator: &Estimator, lang: Lang) -> Result<bool, Trouble> {
    let said = match estimator {
        Estimator::Look(asked) => look::run(asked, lang)?,
        Estimator::Ls(asked) => ls::run(asked, lang)?,
    };
    println!("{said}");
    Ok(true)
}
