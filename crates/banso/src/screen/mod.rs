//! `banso screen`: every firm of a table against every programme, with lists, an explanation of one firm, or the rules as SQL.

mod compare;
mod explain;
mod input;
mod list;
mod register;
mod report;
mod run;
mod statement;

use std::path::PathBuf;

use banso_kernel::{Day, Lang};
use clap::{Args, ValueEnum};

use crate::cli;
use crate::reading::told;
use crate::trouble::Trouble;

/// What to screen, and what for.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    /// 企業の表（CSV・Parquet）。列の名前は事実辞書の項目
    /// Table of firms, CSV or Parquet; its columns are called as items of the dictionary
    #[arg(long, value_name = "FILE", verbatim_doc_comment, conflicts_with = "synthetic")]
    firms: Option<PathBuf>,
    /// 台帳（--data・--database）に取り込んだ法人を、出典のある事実とともに照合します
    /// Screens the register of --data or --database, with the facts that sources say
    #[arg(long, verbatim_doc_comment, conflicts_with_all = ["firms", "synthetic"])]
    register: bool,
    /// 合成の企業を、公表された分布からこの数だけ作って照合します（実在しません）
    /// Screens this many synthetic firms made from published marginals; none of them exists
    #[arg(long, value_name = "N", verbatim_doc_comment)]
    synthetic: Option<u64>,
    /// 合成の種 / Seed of the synthetic firms
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// この日に受付中の公募だけを照合します（既定: すべての公募の最新の版）。台帳の企業は、その日に現存し、その日までに分かっていた事実によります
    /// Only calls open on this day; without it the latest edition of every call. Firms of the register are those of that day, with the
    /// facts as of it
    #[arg(long, value_name = "YYYY-MM-DD", verbatim_doc_comment)]
    on: Option<Day>,
    /// 申請について仮定すること（項目=値）。繰り返せます
    /// Something taken for granted about the application, as item=value; may be repeated
    #[arg(long, value_name = "ITEM=VALUE", verbatim_doc_comment)]
    suppose: Vec<String>,
    /// 集計の区分（選択の項目、又は数の項目:境目,境目…）
    /// Divisions of the counts: a choice, or a number with the highest of each band
    #[arg(long, value_name = "ITEM[:N,N…]", verbatim_doc_comment, default_values_t = ["都道府県".to_owned(), "業種".to_owned(), "従業員数:5,20,50,100,300".to_owned()])]
    by: Vec<String>,
    /// 企業を見分ける項目 / The item that tells firms apart
    #[arg(long, value_name = "ITEM", default_value = "法人番号")]
    key: String,
    /// 集計と企業の一覧を置くフォルダー。途中で止めても、同じ指定で続きから始めます
    /// Folder for the counts and lists of firms; a run that was stopped goes on from where it was
    #[arg(long, value_name = "DIR", verbatim_doc_comment)]
    to: Option<PathBuf>,
    /// 一覧に載せる企業を絞ります（項目=値）。繰り返せます
    /// Only these firms in the lists, as item=value; may be repeated
    #[arg(long, value_name = "ITEM=VALUE", verbatim_doc_comment, requires = "to")]
    only: Vec<String>,
    /// この企業について、制度ごとに理由を説明します
    /// Explains this one firm, programme by programme
    #[arg(long, value_name = "FIRM", verbatim_doc_comment)]
    explain: Option<String>,
    /// 照合せず、同じ規則を SQL にして表示します
    /// Prints the same rules as SQL instead of screening
    #[arg(long, value_enum, value_name = "DIALECT", verbatim_doc_comment)]
    sql: Option<SqlOf>,
    /// 二つの版を比べ、答えが変わる企業を数えます（前の版と後の版の公募要領）
    /// Counts the firms whose answer changes between two editions: the guideline before and after
    #[arg(long, num_args = 2, value_names = ["BEFORE.md", "AFTER.md"], verbatim_doc_comment)]
    compare: Vec<PathBuf>,
    /// SQL の表の名前 / Name of the table in SQL
    #[arg(long, value_name = "TABLE", default_value = "firms")]
    table: String,
    /// 照合せず、企業の表を CSV で書き出します（合成の企業を他で使うとき）
    /// Writes the firms as CSV instead of screening them
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    write: Option<PathBuf>,
    /// スレッドの数（既定: すべてのコア）/ Threads; all cores if not given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// Whose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SqlOf {
    Postgres,
    Spark,
    Sqlite,
}

impl Asked {
    fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    }
}

/// Why a screening could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScreenTrouble {
    #[error(transparent)]
    Table(#[from] banso_tables::TableTrouble),
    #[error("{path} を読めません。{ja}\nCannot read {path}: {en}", path = path.display(), ja = told(cause).ja, en = told(cause).get(Lang::En))]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{path} に書けません。{ja}\nCannot write {path}: {en}", path = path.display(), ja = told(cause).ja, en = told(cause).get(Lang::En))]
    Unwritable { path: PathBuf, cause: std::io::Error },
    #[error(
        "企業の表がありません。--firms、--register、--synthetic のどれかを指定してください。\nThere are no firms. Give --firms, --register or --synthetic."
    )]
    NoFirms,
    #[error(
        "「{0}」は「項目=値」の形ではないか、事実辞書に合いません。\n`{0}` is not ITEM=VALUE, or does not fit the dictionary of facts."
    )]
    BadPair(String),
    #[error(
        "「{0}」では分けられません。選択の項目か「数の項目:5,20」を書いてください。\nFirms cannot be divided by `{0}`. Name a choice, or a number as ITEM:5,20."
    )]
    BadDivision(String),
    #[error(
        "照合する公募がありません。--programmes と --on を確かめてください。\nThere is no call to screen for. Check --programmes and --on."
    )]
    NoCalls,
    #[error("公募要領 {path} に誤りがあります。banso check で確かめてください。\nThe guideline {path} has errors. See `banso check`.")]
    BadGuideline { path: String },
    #[error("{path} の分布を読めません: {cause}\nThe marginals in {path} cannot be read: {cause}", path = path.display())]
    Marginals { path: PathBuf, cause: banso_screening::BadMarginal },
    #[error(
        "二つの公募要領は同じ公募の版ではありません（{before} と {after}）。\nThese are not editions of one call: {before} and {after}."
    )]
    OtherCall { before: String, after: String },
    #[error("企業「{0}」は表にありません。\nThere is no firm `{0}` in the table.")]
    NoFirm(String),
    #[error("{path} は別の照合の途中です。別のフォルダーを指定してください。\n{path} holds another screening. Name another folder.", path = path.display())]
    OtherRun { path: PathBuf },
    #[error("企業の台帳を読めません。\n{0}")]
    Register(#[source] Box<Trouble>),
    #[error(
        "台帳に法人がありません。banso register import で取り込んでください。\nThe register has no firms. Take its files in with `banso register import`."
    )]
    EmptyRegister,
    #[error(
        "企業の表に、規則が尋ねる項目の列が一つもありません。列の名前を事実辞書の項目に合わせてください。\nNo column of the table is an item that the rules ask about. Name its columns as the dictionary does."
    )]
    NoItems,
}

/// Does what was asked. False when a table had cells that do not fit.
pub(crate) fn screen(asked: &Asked, place: &cli::Place, lang: Lang) -> Result<bool, Trouble> {
    if let [before, after] = asked.compare.as_slice() {
        return compare::compare(asked, place, (before, after), lang);
    }
    let prepared = input::prepare(asked, place, lang)?;
    if let Some(dialect) = asked.sql {
        statement::print(&prepared, dialect, &asked.table);
        return Ok(true);
    }
    if let Some(path) = &asked.write {
        return list::write_firms(asked, &prepared, path).map_err(Trouble::Screen);
    }
    if let Some(firm) = &asked.explain {
        return explain::explain(asked, &prepared, firm, lang).map_err(Trouble::Screen);
    }
    run::run(asked, &prepared, lang).map_err(Trouble::Screen)
}
