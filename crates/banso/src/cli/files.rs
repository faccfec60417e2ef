//! What is taken out and taken in as files: cases, lists, the register of corporate numbers.

use std::path::PathBuf;

use banso_kernel::CorporateNumber;
use clap::{Args, Subcommand};

use super::{ARGUMENTS, TEMPLATE};

/// What to take out.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// 一件の記録・書類・通知書をまとめた監査用の ZIP。banso verify で検証できます
    /// One case with its acts, documents and letters as a ZIP; `banso verify` checks it
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Case(ExportCase),
    /// 一つの公募の申請一覧（Excel または CSV）
    /// The applications of one call, as Excel or CSV
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    List(ExportList),
}

/// One case to be taken out.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct ExportCase {
    /// 受付番号または案件の ID / Receipt number or id of the case
    #[arg(help_heading = ARGUMENTS, value_name = "受付番号 NUMBER")]
    pub(crate) case: String,
    /// 誰として取り出すか（監査の権限が要ります。記録に残ります）/ As whom: somebody who audits; it is written down
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// 行き先（既定: 受付番号.zip）/ The file to write; NUMBER.zip if not given
    #[arg(long, value_name = "FILE.zip")]
    pub(crate) to: Option<PathBuf>,
}

/// The applications of a call to be taken out.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct ExportList {
    /// 制度（公募要領のフォルダー名）/ Programme, as its folder is called
    #[arg(long, value_name = "PROGRAMME")]
    pub(crate) programme: String,
    /// 公募の回（公募要領のファイル名）/ Call, as its file is called
    #[arg(long, value_name = "CALL")]
    pub(crate) call: String,
    /// 誰として取り出すか（事務局・交付決定権者・監査）/ As whom: office, director or auditor
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// 行き先。.xlsx か .csv（既定: 申請一覧_制度-回_日付.xlsx）/ The file to write, .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}

/// What to do with the register.
#[derive(Debug, Subcommand)]
pub(crate) enum RegisterCommand {
    /// 全件・差分のファイル（CSV か ZIP、Shift_JIS か UTF-8）を取り込みます。途中でやめても続きから始められます
    /// Takes in full or difference files (CSV or ZIP, Shift_JIS or UTF-8); goes on where it was stopped
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Import {
        /// 法人番号公表サイトのファイル / Files of the register
        #[arg(help_heading = ARGUMENTS, required = true, value_name = "ファイル FILE")]
        files: Vec<PathBuf>,
    },
    /// 一つの法人の今と経緯 / One firm, now and before
    #[command(help_template = TEMPLATE)]
    Show {
        /// 法人番号 / Corporate number
        #[arg(help_heading = ARGUMENTS, value_name = "法人番号 NUMBER")]
        number: CorporateNumber,
    },
    /// 名称で探します（㈱・旧字・全角半角・ひらがなの違いは問いません）
    /// Finds firms by name, however it is written
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Find {
        /// 名称の初め、または一部 / Beginning of the name, or a part of it
        #[arg(help_heading = ARGUMENTS, value_name = "名称 NAME")]
        name: String,
    },
    /// 取り込んだファイルの一覧 / Files that were taken in
    #[command(help_template = TEMPLATE)]
    Files,
}
