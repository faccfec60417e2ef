//! What every estimator is asked with: the table, which columns are names, and how to answer.

use std::path::PathBuf;

use banso_evaluation::Frame;
use banso_kernel::Lang;
use banso_tables::Ask;
use clap::Args;
use serde::Serialize;

use super::page::Page;
use crate::trouble::Trouble;

/// The table and the form of the answer.
#[derive(Debug, Clone, Args)]
pub(crate) struct Input {
    /// 表（CSV: UTF-8 または Shift_JIS、Parquet）
    /// The table: CSV in UTF-8 or Shift_JIS, or Parquet
    #[arg(id = "table", help_heading = "対象 / Arguments", value_name = "表.csv TABLE", verbatim_doc_comment)]
    pub(crate) table: PathBuf,
    /// 数値に見えても名前（符号）として読む列（コンマ区切り・繰り返し可）
    /// Columns that are names although they look like numbers; comma-separated, may be repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', verbatim_doc_comment)]
    pub(crate) names: Vec<String>,
    /// 結果を JSON で出します（数値は最短の往復表記）
    /// Answers in JSON, each number in the shortest form that reads back to the same bits
    #[arg(long, verbatim_doc_comment)]
    pub(crate) json: bool,
}

impl Input {
    /// The columns that must be numbers, and those that divide rows into groups (numbers or names).
    pub(crate) fn frame<'a>(
        &self,
        numbers: impl IntoIterator<Item = &'a str>,
        groups: impl IntoIterator<Item = &'a str>,
    ) -> Result<Frame, Trouble> {
        let ask = Ask::new().numbers(numbers).groups(groups).names(self.names.iter().cloned());
        Ok(banso_tables::read(&self.table, &ask)?)
    }

    /// The answer as it was asked for: JSON of the estimate, or the page.
    pub(crate) fn answer(&self, estimate: &impl Serialize, lang: Lang, page: impl FnOnce() -> Page) -> Result<String, Trouble> {
        if self.json { serde_json::to_string_pretty(estimate).map_err(Trouble::Json) } else { Ok(page().render(lang)) }
    }
}
