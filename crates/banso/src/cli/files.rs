//! What is taken out and taken in as files: cases, lists, the register of corporate numbers.

use std::path::PathBuf;

use banso_kernel::{CorporateNumber, Day};
use clap::{Args, Subcommand, ValueEnum};

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

/// A file of the portal, and for which firm.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct CallsAsked {
    /// Jグランツの公開APIの答え（JSON）/ Answers of the portal's public API, JSON
    #[arg(help_heading = ARGUMENTS, value_name = "ファイル FILE.json")]
    pub(crate) file: PathBuf,
    /// この日の正午に受付中の公募だけ / Only calls that are open at noon of this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) on: Option<Day>,
    /// 企業の都道府県 / Prefecture of the firm
    #[arg(long, value_name = "福井県")]
    pub(crate) prefecture: Option<String>,
    /// 企業の産業分類の符号 / The firm's code of the JSIC
    #[arg(long, value_name = "E")]
    pub(crate) industry: Option<String>,
    /// 企業の従業員数 / The firm's staff
    #[arg(long, value_name = "N")]
    pub(crate) staff: Option<u32>,
    /// 表示する公募の数 / How many calls to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) show: usize,
}

/// Whose table of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactsFrom {
    Office,
    Gbizinfo,
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
    /// 企業の事実の表（Excel か CSV）を取り込みます。誤りが一つでもあれば、何も取り込みません
    /// Takes in a table of facts about firms, Excel or CSV; with any mistake nothing of it is taken
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Facts {
        /// 1行目に「法人番号」と事実辞書の項目が並ぶ表 / Table whose first row names the corporate number and items of the dictionary
        #[arg(help_heading = ARGUMENTS, value_name = "表 FILE")]
        table: PathBuf,
        /// 出典。事務局の表か、gBizINFO のファイル / Source: the office's own table, or a file of gBizINFO
        #[arg(long, value_enum, default_value = "office")]
        source: FactsFrom,
        /// 「基準日」の列がないときの基準日 / The day of which the facts are, where no column says so
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<Day>,
    },
    /// 事務局の表のひな形（Excel）を書き出します / Writes an empty table of facts as Excel
    #[command(help_template = TEMPLATE)]
    Template {
        /// 行き先 / The file to write
        #[arg(help_heading = ARGUMENTS, value_name = "行き先 FILE.xlsx")]
        to: PathBuf,
    },
    /// 取り込んだファイルの一覧 / Files that were taken in
    #[command(help_template = TEMPLATE)]
    Files,
}
