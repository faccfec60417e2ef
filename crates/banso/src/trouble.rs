//! What ends a command early, in words for the person at the keyboard: what is wrong, and what to do.

use std::io;
use std::path::PathBuf;

use banso_kernel::{Lang, LocalText};
use banso_office::OfficeError;
use banso_store::Fault;

use crate::door::DoorError;
use crate::reading::told as told_of;

/// Why a command could not do its work. Each text stands in both languages.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{path} を読めません。{ja}\nCannot read {path}: {en}", path = path.display(), ja = told_of(cause).ja, en = told_of(cause).get(Lang::En))]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error(
        "{path} の上に facts フォルダー（事実辞書 dictionary.md）がありません。--programmes で公募要領のフォルダーを指定してください。\n\
         No facts folder (dictionary.md) above {path}. Name the folder of guidelines with --programmes.",
        path = .0.display()
    )]
    NoFacts(PathBuf),
    #[error(
        "公募要領のフォルダー {path} がありません。--programmes で指定してください。\n\
         There is no folder of guidelines {path}. Name it with --programmes.",
        path = .0.display()
    )]
    NoProgrammes(PathBuf),
    #[error(
        "{0}\n\n事実辞書に誤りがあるため、公募要領を調べられません。\nThe dictionary of facts is broken; guidelines cannot be checked."
    )]
    Facts(String),
    #[error(transparent)]
    Screen(#[from] crate::screen::ScreenTrouble),
    #[error(transparent)]
    Door(#[from] DoorError),
    #[error("データを開けません。{remedy}\nThe data cannot be opened: {0}.", remedy = remedy(.0))]
    Store(#[from] Fault),
    #[error("{path}: 一件書類として開けません。/ This is no case file that can be opened.\n{cause}", path = path.display())]
    CaseFile { path: PathBuf, cause: banso_exchange::PackageError },
    #[error(
        "利用者「{0}」はいません（または閉じられています）。--as には、登録済みの利用者名を指定してください。\n\
         There is no open account `{0}`. Name somebody who is registered with --as."
    )]
    NoAccount(String),
    #[error(
        "案件「{0}」はありません（または、この利用者は監査できません）。受付番号を確かめてください。\n\
         There is no case `{0}` that this account may audit. Check the receipt number."
    )]
    NoCase(String),
    #[error(
        "公募「{0}」はありません。--programme と --call を確かめてください。\n\
         There is no call `{0}`. Check --programme and --call."
    )]
    NoCall(String),
    #[error(
        "{path} は一覧の行き先になりません。名前の終わりを .xlsx か .csv にしてください。\n\
         A list cannot be written to {path}. Let its name end in .xlsx or .csv.",
        path = .0.display()
    )]
    NoListFile(PathBuf),
    #[error(
        "{path} はすでにあります。上書きしません。別の名前を指定してください。\n\
         {path} is there already and is not overwritten. Give another name.",
        path = .0.display()
    )]
    Exists(PathBuf),
    #[error(
        "{path}: 研究の宣言として読めません。\n{cause}\nThe declaration of the study cannot be read.",
        path = path.display()
    )]
    Declaration { path: PathBuf, cause: String },
    #[error(
        "この宣言の SHA-256 は {found} で、--declared の {wanted} と違います。記録した宣言そのものを指定するか、--declared を外して探索的に実行してください。\n\
         The SHA-256 of this declaration is {found}, not {wanted}. Name the declaration that was recorded, or run without --declared (exploratory)."
    )]
    OtherDeclaration { wanted: String, found: banso_kernel::Digest },
    #[error("{path} に書けません。{ja}\nCannot write {path}: {en}", path = path.display(), ja = told_of(cause).ja, en = told_of(cause).get(Lang::En))]
    Unwritable { path: PathBuf, cause: io::Error },
    #[error("{path}\n{told}", path = path.display(), told = told(cause))]
    Register { path: PathBuf, cause: OfficeError },
    #[error(
        "法人番号 {0} は、取り込んだ法人番号のデータにありません。banso register import で全件データを取り込んでください。\n\
         {0} is not in the register as far as it was taken in. Take in its full file with `banso register import`."
    )]
    NoFirm(banso_kernel::CorporateNumber),
    #[error("「{0}」に当たる法人はありません。/ No firm is called `{0}`.")]
    NoFirmNamed(String),
    #[error("{path}: {ja}\n{en}", path = path.display())]
    Records { path: PathBuf, ja: String, en: String },
    #[error("エディターとのやり取りが終わりました。/ The conversation with the editor ended.\n{0}")]
    Editor(String),
    #[error("メールの準備ができません。/ Mails cannot be sent as asked for (--mail-command, --mail-from, or the outbox).\n{0}")]
    Mail(#[from] banso_office::MailError),
    #[error("権限の定義を読めません。/ The policies cannot be read.\n{0}")]
    Policies(#[from] banso_permits::PolicyError),
    #[error("待ち受けを始められません。/ The server cannot start.\n{0}")]
    Serving(io::Error),
    #[error(
        "申請者には所属機関が要ります。--organisation 法人番号 --organisation-name 名称 を付けてください。\n\
         An applicant acts for an organisation. Add --organisation NUMBER --organisation-name NAME."
    )]
    NoOrganisation,
    #[error(
        "{path} には別のデータがあります。デモは空のフォルダーにだけ作ります。\n\
         そのデータで始めるときは banso serve、デモを試すときは --data で別のフォルダーを指定してください。\n\
         {path} holds other data; the demonstration is made in an empty folder only.\n\
         Use `banso serve` to serve that data, or name another folder with --data.",
        path = .0.display()
    )]
    NotTheDemo(PathBuf),
    #[error(
        "{0} のデモは、読み込みの途中で止まっています。空のデータベースか別のフォルダー（--data）を指定して、もう一度始めてください。\n\
         The demonstration in {0} was interrupted half-way. Start again with an empty database, or with another folder (--data)."
    )]
    HalfADemo(String),
    #[error(transparent)]
    Demo(#[from] crate::demo::DemoTrouble),
    #[error(transparent)]
    Table(#[from] banso_tables::TableTrouble),
    #[error("{}\n{}", .0.ja, .0.en)]
    Refused(#[from] banso_evaluation::Refusal),
    #[error(
        "{path}: 設定を読めません。{cause_ja}\nThe settings cannot be read: {cause}",
        path = path.display(),
        cause_ja = settings_ja(cause)
    )]
    Settings { path: PathBuf, cause: serde_json::Error },
    #[error("結果を JSON にできません。/ The result cannot be written as JSON.\n{0}")]
    Json(serde_json::Error),
    #[error("{}", told(.0))]
    Office(#[from] OfficeError),
}

/// What is wrong with a file of settings: the name that is not known and those that are, or the place where the JSON breaks off.
fn settings_ja(cause: &serde_json::Error) -> String {
    let said = cause.to_string();
    let mut names = said.split('`').skip(1).step_by(2);
    match names.next() {
        Some(wrong) if said.starts_with("unknown field") => {
            let known: Vec<&str> = names.collect();
            format!("項目「{wrong}」はありません。使えるもの: {}", known.join("、"))
        }
        Some(wrong) if said.starts_with("unknown variant") => {
            let known: Vec<&str> = names.collect();
            format!("値「{wrong}」は使えません。使えるもの: {}", known.join("、"))
        }
        _ if cause.line() > 0 => {
            format!("{}行目の{}文字目あたりで JSON の形式か値の型が合いません。", cause.line(), cause.column())
        }
        _ => "項目の値の型が合いません（数・文字・true/false を確かめてください）。".to_owned(),
    }
}

/// What a fault of storage is, and what to do about it.
fn remedy(fault: &Fault) -> String {
    let fixed = match fault {
        Fault::Unreachable(_) => "データベースに接続できません。--database の接続先と、ディスクの空きを確かめてください。",
        Fault::Full => "ディスクに空きがありません。空きを作ってから、もう一度お試しください。",
        Fault::InUse(_) => "動作中のサーバーが使っています。先に止めるか、--data で別のフォルダーを指定してください。",
        Fault::Busy => "データベースをほかのプログラムが使っています。もう一度お試しください。",
        Fault::Newer { .. } => "このプログラムより新しい版のデータです。プログラムを更新してください。",
        Fault::Older { .. } => "このプログラムより古い版のデータです。一度サーバーを起動すると、新しい版になります。",
        Fault::LogUnread(_) => {
            "直前の書込みがログ（-wal）に残っていて、フォルダーに書き込めない利用者では読み合わせられません。サーバーを動かしている利用者で実行するか、サーバーを正しく止めてから実行してください。"
        }
        Fault::ReadOnly(_) => "書き込めません。フォルダーやデータベースの権限を確かめてください。",
        Fault::Address(_) => "接続先の書き方が正しくありません。",
        Fault::NothingHere(_) => "データがありません。--data でデータのフォルダーを指定してください。",
        Fault::NotEmpty => "すでにデータがあります。控えは、空のフォルダー（とデータベース）にだけ戻せます。",
        Fault::OtherFolder(_) => "データのフォルダーとデータベースの組合せが違います。対になる --data と --database を指定してください。",
        Fault::HalfRestored(_) => "控えから戻す作業が終わっていません。もう一度 banso restore で戻してください。",
        Fault::Denied(_) => "このフォルダーを読む権限がありません。サーバーを動かしている利用者で実行してください。",
        Fault::BrokenBackup(_) => {
            "控えのファイルが壊れているか、途中で切れています（何も取り込んでいません）。写し直すか、別の控えを指定してください。"
        }
        Fault::Files(cause) => {
            return format!("ファイルを読み書きできません。行き先のフォルダー・権限・空きを確かめてください（{cause}）。");
        }
        Fault::Database(cause) => return format!("データベースが処理できませんでした。接続先と権限を確かめてください（{cause}）。"),
        Fault::Impossible { place, what } => {
            return format!("保存されている内容に、あり得ないものがあります。banso verify で確かめてください（{place}：{what}）。");
        }
        Fault::Misfit { place, .. } => {
            return format!("{place}の行為がつながりません。banso verify で確かめてください。");
        }
        Fault::WrongPermit => "プログラムの不具合です。この表示を添えて知らせてください。",
    };
    fixed.to_owned()
}

/// What the office answers, in the words that a page would show.
fn told(error: &OfficeError) -> String {
    let words = |text: &LocalText| match &text.en {
        Some(en) => format!("{}\n{en}", text.ja),
        None => text.ja.clone(),
    };
    match error {
        OfficeError::Invalid(problems) => problems.iter().map(|p| words(&p.text)).collect::<Vec<_>>().join("\n"),
        OfficeError::Forbidden(reasons) => reasons.iter().map(words).collect::<Vec<_>>().join("\n"),
        OfficeError::Stale(text) | OfficeError::Suspended(text) | OfficeError::Busy(text) => words(text),
        OfficeError::Refused(_)
        | OfficeError::NotFound
        | OfficeError::TooLate { .. }
        | OfficeError::RateLimited { .. }
        | OfficeError::Fault(_) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_by_file_and_name() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Known {
            #[expect(dead_code, reason = "read from a file only")]
            level: Option<f64>,
        }
        for (text, ja) in
            [(r#"{"levle": 0.9}"#, "項目「levle」はありません。使えるもの: level"), (r#"{"level": "much"}"#, "1行目"), ("{", "1行目")]
        {
            let cause = serde_json::from_str::<Known>(text).expect_err("a mistake");
            let said = Trouble::Settings { path: "set.json".into(), cause }.to_string();
            assert!(said.contains(ja) && said.starts_with("set.json") && said.contains("The settings cannot be read"), "{said}");
        }
    }

    #[test]
    fn a_fault_of_storage_says_in_both_languages_what_to_do() {
        for (fault, ja, en) in [
            (Fault::BrokenBackup("no end".into()), "途中で切れて", "nothing was taken in: no end"),
            (Fault::NotEmpty, "空のフォルダー", "only where there is nothing"),
            (Fault::InUse("x".into()), "先に止めるか", "stop it first"),
            (Fault::Unreachable("refused".into()), "--database", "refused"),
            (Fault::Newer { found: 9, known: 2 }, "プログラムを更新", "schema 9"),
            (Fault::Older { found: 2, known: 9 }, "一度サーバーを起動", "schema 2"),
            (Fault::LogUnread("x-wal".into()), "サーバーを動かしている利用者", "x-wal"),
            (Fault::Files("No space".into()), "権限・空きを確かめてください（No space）。", "No space"),
            (Fault::Database("syntax".into()), "権限を確かめてください（syntax）。", "syntax"),
        ] {
            let said = Trouble::Store(fault).to_string();
            assert!(said.contains(ja) && said.contains(en), "{said}");
        }
    }
}
