//! The command line as people type it and as `--help` explains it. Nothing is done here.

mod files;
mod people;

use std::net::IpAddr;
use std::path::PathBuf;

use banso_kernel::Lang;
use banso_store::Anchor;
use banso_web::PublicAddress;
use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::evaluate::Estimator;
use crate::{screen, simulate};

pub(crate) use files::{CallsAsked, ExportCase, ExportCommand, ExportList, FactsFrom, RegisterCommand};
pub(crate) use people::{NewUser, OrganisationKind, RoleName, UserCommand};

const ABOUT: &str = "Banso（伴走）— 補助金の公募要領から交付決定まで\nFrom the guideline of a grant programme to the decision letter";

const AFTER: &str = "\
はじめに / First steps:
  banso                       見本のデータで始めます。画面の住所が表示されます
                              Starts with the demo data and prints the addresses to open
  Ctrl-C                      終わります。データは残ります / Stops; everything is kept
  banso check 要領.md         公募要領の誤りを、行と直し方とともに示します
                              Shows mistakes in a guideline with their line and remedy
  banso 作業名 --help         その作業の説明 / Explains one command

データはすべて --data のフォルダーにあります（PostgreSQL を使うときは、データベースにも）。
Everything is kept in the folder given by --data (and in the database when PostgreSQL is used).";

const ARGUMENTS: &str = "対象 / Arguments";

/// How the help of every command is laid out.
pub(crate) const TEMPLATE: &str = "\
{about}

使い方 / Usage: {usage}

{all-args}{after-help}
";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "banso", version, about = ABOUT, after_help = AFTER, help_template = TEMPLATE, max_term_width = 100)]
#[command(subcommand_help_heading = "作業 / Commands", subcommand_value_name = "作業 COMMAND", next_help_heading = "指定 / Options")]
#[command(disable_help_subcommand = true, disable_help_flag = true, disable_version_flag = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// 表示の言語（ja・en）
    /// Language of messages
    #[arg(long, global = true, value_enum, env = "BANSO_LANG", hide_env_values = true, hide_possible_values = true, verbatim_doc_comment)]
    lang: Option<Language>,
    /// The machine's own setting, used when `--lang` is absent.
    #[arg(long, global = true, hide = true, env = "LANG")]
    locale: Option<String>,
    /// この説明 / This help
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// 版 / The version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

impl Cli {
    /// Japanese, unless English is asked for by `--lang` or by the machine.
    pub(crate) fn lang(&self) -> Lang {
        spoken(self.lang, self.locale.as_deref())
    }

    /// The same of words that could not be understood as a whole.
    pub(crate) fn lang_of_mistake() -> Lang {
        let understood = Cli::command().ignore_errors(true).try_get_matches();
        let Ok(words) = understood else { return Lang::Ja };
        let locale = words.try_get_one::<String>("locale").ok().flatten();
        spoken(words.try_get_one::<Language>("lang").ok().flatten().copied(), locale.map(String::as_str))
    }
}

fn spoken(asked: Option<Language>, locale: Option<&str>) -> Lang {
    match (asked, locale) {
        (Some(Language::En), _) => Lang::En,
        (None, Some(locale)) if locale.starts_with("en") => Lang::En,
        (Some(Language::Ja) | None, _) => Lang::Ja,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Ja,
    En,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Place {
    /// データを置くフォルダー。なければ作ります
    /// Folder of the data; made when it is not there
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "banso-data",
        env = "BANSO_DATA",
        hide_env_values = true,
        verbatim_doc_comment
    )]
    pub(crate) data: PathBuf,
    /// PostgreSQL の接続先（postgres://…）。なければフォルダー内の SQLite
    /// PostgreSQL to use; SQLite inside the folder without it
    #[arg(long, global = true, value_name = "URL", env = "BANSO_DATABASE", hide_env_values = true, verbatim_doc_comment)]
    pub(crate) database: Option<String>,
    /// 公募要領のフォルダー（既定: programmes）。隣の facts と policies も読みます
    /// Folder of the guidelines; `facts` and `policies` are read beside it
    #[arg(long, global = true, value_name = "DIR", env = "BANSO_PROGRAMMES", hide_env_values = true, verbatim_doc_comment)]
    pub(crate) programmes: Option<PathBuf>,
    #[cfg(feature = "s3")]
    #[command(flatten)]
    pub(crate) bucket: Bucket,
}

/// A bucket for the documents. Its keys come from the environment only: what stands on a command line can be seen by everybody.
#[cfg(feature = "s3")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Bucket {
    /// 書類を置く S3 互換のバケット（この事務局専用）。鍵は環境変数 BANSO_BUCKET_KEY・BANSO_BUCKET_SECRET
    /// S3-compatible bucket for the documents, of this office alone; keys in BANSO_BUCKET_KEY and BANSO_BUCKET_SECRET
    #[arg(
        long = "bucket",
        global = true,
        value_name = "NAME",
        env = "BANSO_BUCKET",
        hide_env_values = true,
        requires = "bucket_endpoint",
        verbatim_doc_comment
    )]
    pub(crate) bucket: Option<String>,
    /// バケットのある所（https://…）/ Where the bucket is
    #[arg(
        id = "bucket_endpoint",
        long = "bucket-endpoint",
        global = true,
        value_name = "URL",
        env = "BANSO_BUCKET_ENDPOINT",
        hide_env_values = true
    )]
    pub(crate) endpoint: Option<String>,
    /// バケットの地域 / Region of the bucket
    #[arg(
        long = "bucket-region",
        global = true,
        value_name = "REGION",
        default_value = "ap-northeast-1",
        env = "BANSO_BUCKET_REGION",
        hide_env_values = true
    )]
    pub(crate) region: String,
    #[arg(long, global = true, hide = true, default_value = "", env = "BANSO_BUCKET_KEY", hide_env_values = true)]
    bucket_key: String,
    #[arg(long, global = true, hide = true, default_value = "", env = "BANSO_BUCKET_SECRET", hide_env_values = true)]
    bucket_secret: String,
}

#[cfg(feature = "s3")]
impl Bucket {
    /// The bucket, when one is named.
    pub(crate) fn place(&self) -> Option<banso_store::BucketPlace> {
        Some(banso_store::BucketPlace {
            endpoint: self.endpoint.clone()?,
            region: self.region.clone(),
            bucket: self.bucket.clone()?,
            access_key: self.bucket_key.clone(),
            secret_key: self.bucket_secret.clone(),
        })
    }
}

/// Where to listen.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Listen {
    /// ポート番号（既定 8080。使用中なら次の空き番号。0 は空き番号）
    /// Port; without it 8080 or the next free one, 0 for any free one
    #[arg(long, value_name = "PORT", env = "BANSO_PORT", hide_env_values = true, verbatim_doc_comment)]
    pub(crate) port: Option<u16>,
    /// 待ち受けるアドレス（既定 127.0.0.1）。外に開くときは、前に TLS の中継を置いてください
    /// Address to listen on, 127.0.0.1 if not given; beyond loopback, put a TLS proxy in front
    #[arg(long, value_name = "IP", env = "BANSO_LISTEN", hide_env_values = true, verbatim_doc_comment)]
    pub(crate) listen: Option<IpAddr>,
    /// 利用者が開くアドレス。メールのリンクに使います（既定は待ち受けるアドレス）
    /// Address that people open; links in mails begin with it (the listening address if not given)
    #[arg(long, value_name = "https://…", env = "BANSO_ADDRESS", hide_env_values = true, verbatim_doc_comment)]
    pub(crate) address: Option<PublicAddress>,
    /// HTTPS の中継の後ろで使う（クッキーを HTTPS に限り、相手を X-Forwarded-For で数えます）
    /// Behind an HTTPS proxy: cookies over HTTPS only, visitors counted by X-Forwarded-For
    #[arg(long, env = "BANSO_BEHIND_PROXY", hide_env_values = true, verbatim_doc_comment)]
    pub(crate) behind_proxy: bool,
}

impl Listen {
    /// What stands behind the command goes before what stands in front of it.
    pub(crate) fn or(&self, front: &Listen) -> Listen {
        Listen {
            port: self.port.or(front.port),
            listen: self.listen.or(front.listen),
            address: self.address.clone().or_else(|| front.address.clone()),
            behind_proxy: self.behind_proxy || front.behind_proxy,
        }
    }
}

/// How mails leave the house.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Post {
    /// メールを渡すコマンド（例: 'sendmail -t -i'）。なければ、データフォルダーの outbox に .eml として置きます
    /// Command that each mail is piped to, e.g. 'sendmail -t -i'; without it, .eml files in the folder's outbox
    #[arg(long, value_name = "COMMAND", env = "BANSO_MAIL_COMMAND", hide_env_values = true, requires = "mail_from", verbatim_doc_comment)]
    pub(crate) mail_command: Option<String>,
    /// 差出人のメールアドレス / Address that mails are from
    #[arg(long, value_name = "ADDRESS", env = "BANSO_MAIL_FROM", hide_env_values = true)]
    pub(crate) mail_from: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 本番の受付を始めます（見本のデータは入れません）
    /// Serves without demo data, for real use
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Serve {
        #[command(flatten)]
        listen: Listen,
        #[command(flatten)]
        post: Post,
    },
    /// 見本のデータを入れて始めます（作業名なしと同じ）
    /// Loads the synthetic demo into a new folder and serves (as without a command)
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Demo(Listen),
    /// 公募要領を調べ、誤りを行・位置・直し方とともに示し、検証例を実行します
    /// Checks guidelines: mistakes with line, caret and remedy; runs the worked examples
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Check {
        /// 公募要領（Markdown）/ Guidelines
        #[arg(help_heading = ARGUMENTS, required = true, value_name = "要領.md GUIDELINE.md")]
        files: Vec<PathBuf>,
    },
    /// 公募要領の書き方（空白・コロン・表・空行）を整えます。内容は変わりません
    /// Lays guidelines out: blanks, colons, tables, empty lines. What they say stays as it is
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Fmt {
        /// 公募要領（Markdown）/ Guidelines
        #[arg(help_heading = ARGUMENTS, required = true, value_name = "要領.md GUIDELINE.md")]
        files: Vec<PathBuf>,
        /// 書き換えず、整えると変わるファイルを示します / Writes nothing, tells which files would change
        #[arg(long)]
        check: bool,
    },
    /// 採択案件などの記録（CSV）を分野に分け、当たった語を示して数えます（facts/sectors.md の分類による）
    /// Counts records (CSV) by sector as facts/sectors.md says, and shows the words that were found
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Classify(Classify),
    /// エディターのための言語サーバー（標準入出力）。誤り、用語の説明、候補、定義への移動、整形
    /// Language server for editors over stdin and stdout: problems, meanings, completion, definitions, layout
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Lsp,
    /// 記録の連鎖・一覧・書類をすべて検証します。ZIP を渡すと、その一件を検証します
    /// Verifies all acts, lists and documents; or case files (ZIP), without the database
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Verify {
        /// 監査用の一件書類 / Case files
        #[arg(help_heading = ARGUMENTS, value_name = "一件書類.zip CASE.zip", conflicts_with = "anchor")]
        files: Vec<PathBuf>,
        /// 以前に控えた台帳の末尾（番号:ハッシュ）。台帳がそこから続いているかも確かめます
        /// An end of the ledger that was written down earlier; it must still be on the way
        #[arg(long, value_name = "番号:ハッシュ POSITION:HASH", verbatim_doc_comment)]
        anchor: Option<Anchor>,
    },
    /// データの控えを作ります（動かしたままで構いません）
    /// Writes a backup; the server may go on running
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Backup {
        /// 控えの行き先 / The file to write
        #[arg(help_heading = ARGUMENTS, value_name = "控え.zip BACKUP.zip")]
        to: PathBuf,
    },
    /// 控えから、空のデータフォルダー（とデータベース）を満たし、すべてを検証します
    /// Fills an empty data folder (and database) from a backup, and verifies everything
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Restore {
        /// 控え / The backup
        #[arg(help_heading = ARGUMENTS, value_name = "控え.zip BACKUP.zip")]
        from: PathBuf,
    },
    /// 案件ファイル（ZIP）や申請一覧を、画面と同じ内容・同じ権限で取り出します
    /// Takes out a case file (ZIP) or a list of applications, as the desks do and with their permits
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// 法人番号公表サイトのファイルを取り込み、法人を調べます
    /// Takes in files of the national register of corporate numbers, and looks firms up
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Register {
        #[command(subcommand)]
        command: RegisterCommand,
    },
    /// 利用者の登録
    /// Accounts
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// ほかの機関の公募を、Jグランツの公開データから読み、企業の対象になり得るものを示します
    /// Reads other offices' calls from J-Grants' public data, and shows those that may be for a firm
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Calls(CallsAsked),
    /// 企業の表を、すべての制度の要件に照らします（都道府県・業種・規模別の集計、企業の一覧、一社の説明、SQL）
    /// Screens a table of firms against the conditions of all programmes
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Screen(screen::Asked),
    /// 架空の制度を数年分演じ、毎日すべての不変条件と台帳を確かめます（不正、遅延、倒産、停止、時計の飛びを含みます）
    /// Plays a made-up programme over years and checks invariants and ledger after every day: frauds, late papers, deaths, clock jumps
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Simulate(simulate::Asked),
    /// 効果を推定します（表を渡し、推定の方法を選びます）
    /// Estimates effects from a table, by the method that is named
    #[command(verbatim_doc_comment, help_template = TEMPLATE, subcommand_help_heading = "方法 / Methods", subcommand_value_name = "方法 METHOD")]
    Evaluate {
        #[command(subcommand)]
        estimator: Estimator,
    },
}

/// Records to be counted by sector.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Classify {
    /// 記録（UTF-8 の CSV。列: 番号、事業計画名、事業計画の概要、産業大分類、産業小分類）/ Records, CSV in UTF-8
    #[arg(help_heading = ARGUMENTS, value_name = "記録.csv RECORDS.csv")]
    pub(crate) records: PathBuf,
    /// 分野（facts/sectors.md の見出し）。なければ全て / The sector, as its heading says; all of them without it
    #[arg(long, value_name = "SECTOR")]
    pub(crate) sector: Option<String>,
    /// いつの数え方によるか（なければ最も新しいもの）/ The day whose rules count; the newest without it
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,
    /// 人の見直し（CSV。列: 番号、分野、判断（含める・除く）、理由、確認者、確認日）/ The reviewed list
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) reviewed: Option<PathBuf>,
    /// 一件ごとの結果の行き先（CSV）/ Where each record's answer is written
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) to: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn english_is_asked_for_japanese_is_not() {
        for (words, lang) in [
            (&["banso", "--lang", "en", "--locale", "ja_JP.UTF-8"][..], Lang::En),
            (&["banso", "--locale", "en_GB.UTF-8"], Lang::En),
            (&["banso", "--locale", "C.UTF-8"], Lang::Ja),
            (&["banso", "--lang", "ja", "--locale", "en_US.UTF-8"], Lang::Ja),
        ] {
            assert_eq!(Cli::parse_from(words).lang(), lang, "{words:?}");
        }
    }
}
