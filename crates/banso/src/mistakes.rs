//! A command line that cannot be understood: what is wrong in Japanese and in the words of the reader of command lines, and what to type.

use std::error::Error as _;
use std::fmt::Write as _;

use banso_kernel::{CorporateNumberError, Lang};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error};

use crate::cli::Cli;

/// Says what is wrong and ends; help and version are no mistakes.
pub(crate) fn answer(error: &Error) -> ! {
    if let Some(said) = explained(error, Cli::lang_of_mistake()) {
        // As clap's own answer: what cannot be told is not worth failing for.
        complain!("{said}\n");
    }
    error.exit()
}

/// The Japanese of a mistake; nothing for help, for the version, and for whoever reads English.
fn explained(error: &Error, lang: Lang) -> Option<String> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) || lang == Lang::En {
        return None;
    }
    let mut said = format!("エラー: {}", what(error));
    if let Some(why) = error.source().and_then(|e| e.downcast_ref::<CorporateNumberError>()) {
        let _ = write!(said, "\n  {}", why.told().ja);
    }
    if let Some(near) = first(error, &[ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]) {
        let _ = write!(said, "\n  もしかすると: {near}");
    }
    if let Some(values) = first(error, &[ContextKind::ValidValue, ContextKind::ValidSubcommand]) {
        let _ = write!(said, "\n  使えるもの: {values}");
    }
    let _ = write!(said, "\n  使い方の一覧は {} --help で見られます。", Cli::command().get_name());
    Some(said)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "another crate's open list of mistakes")]
fn what(error: &Error) -> String {
    let argument = first(error, &[ContextKind::InvalidArg]).unwrap_or_default();
    let value = first(error, &[ContextKind::InvalidValue]).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("作業「{}」はありません。", first(error, &[ContextKind::InvalidSubcommand]).unwrap_or_default())
        }
        ErrorKind::UnknownArgument => format!("指定「{argument}」はありません。"),
        ErrorKind::InvalidValue if value.is_empty() => format!("「{argument}」の値がありません。"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("「{argument}」の値「{value}」は使えません。"),
        ErrorKind::NoEquals => format!("「{argument}」の値は「=」に続けて書いてください。"),
        ErrorKind::TooManyValues => format!("「{argument}」の値が多すぎます（「{value}」）。"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("「{argument}」の値の数が合いません。"),
        ErrorKind::ArgumentConflict => {
            let other = first(error, &[ContextKind::PriorArg]).unwrap_or_default();
            match other == argument || other.is_empty() {
                true => format!("「{argument}」は一度だけ指定してください。"),
                false => format!("「{argument}」と「{other}」は同時に指定できません。"),
            }
        }
        ErrorKind::MissingRequiredArgument => format!("必要な指定がありません: {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "作業の名前を続けて書いてください。".to_owned()
        }
        ErrorKind::InvalidUtf8 => "文字コードが UTF-8 でない語があります。".to_owned(),
        _ => "指定を読み取れません。".to_owned(),
    }
}

/// The first of these pieces that the mistake comes with.
fn first(error: &Error, kinds: &[ContextKind]) -> Option<String> {
    kinds.iter().find_map(|kind| words(error.get(*kind)?)).filter(|w| !w.is_empty())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "another crate's open list of pieces")]
fn words(value: &ContextValue) -> Option<String> {
    match value {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(many) => Some(many.join("、")),
        ContextValue::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn said(words: &[&str], lang: Lang) -> Option<String> {
        let error = Cli::try_parse_from(["banso"].iter().chain(words)).expect_err("a mistake");
        explained(&error, lang)
    }

    #[test]
    fn a_mistake_is_named_with_its_remedy() {
        for (words, pieces) in [
            (&["chek"][..], &["作業「chek」はありません", "もしかすると: check"][..]),
            (&["serve", "--prot", "1"], &["指定「--prot」はありません", "--port"]),
            (&["serve", "--port", "99999"], &["--port", "値「99999」は使えません"]),
            (&["check"], &["必要な指定がありません", "GUIDELINE.md"]),
            (&["--lang", "fr"], &["--lang", "値「fr」は使えません", "使えるもの: ja、en"]),
            (&["serve", "--port"], &["--port", "値がありません"]),
            (&["register", "show", "8700110005902"], &["8700110005902", "検査用数字（先頭の1桁）が合いません"]),
            (&["export"], &["作業の名前を続けて"]),
            (&["serve", "--port", "1", "--port", "2"], &["一度だけ指定"]),
        ] {
            let said = said(words, Lang::Ja).expect("words");
            for piece in pieces {
                assert!(said.contains(piece), "{words:?} does not say `{piece}`:\n{said}");
            }
        }
    }

    #[test]
    fn help_is_no_mistake_and_english_stands_alone() {
        assert_eq!(said(&["--help"], Lang::Ja), None);
        assert_eq!(said(&["--version"], Lang::Ja), None);
        assert_eq!(said(&["chek"], Lang::En), None);
    }
}
