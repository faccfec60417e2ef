//! Mail addresses and names as people type them: width folded, held to the strict form, never more than one line.

use banso_kernel::fold_width;

use crate::OfficeError;

/// An address as far as it can be told without sending to it: `name@host.domain` in plain letters. It never begins with a hyphen, which a
/// program that sends mail could take for an option.
pub(crate) fn mail_address(text: &str) -> Result<String, OfficeError> {
    let address = fold_width(text.trim());
    if address.split_once('@').is_some_and(|(local, host)| local_part(local) && host_name(host)) && address.len() <= 254 {
        return Ok(address);
    }
    Err(OfficeError::field(
        "email",
        "メールアドレスを確かめてください（例：tanto@example.co.jp）。",
        "Enter a mail address, e.g. tanto@example.co.jp.",
    ))
}

fn local_part(local: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
    (1..=64).contains(&local.len()) && local.bytes().all(allowed) && !local.starts_with(['-', '.'])
}

fn host_name(host: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !l.starts_with('-') && !l.ends_with('-')
    };
    host.contains('.') && host.split('.').all(label) && host.rsplit('.').next().is_some_and(|l| l.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// Most characters of the name of a person or an organisation.
const NAME_MAX: usize = 200;

/// A name on one line. It stands in the heads of mails, where a line break would begin another head.
pub(crate) fn one_line(field: &str, text: &str) -> Result<String, OfficeError> {
    let name = text.trim();
    if name.chars().any(char::is_control) || name.chars().count() > NAME_MAX {
        return Err(OfficeError::field(
            field,
            format!("改行や制御文字を含めず、{NAME_MAX}字以内で入力してください。"),
            format!("One line of at most {NAME_MAX} characters."),
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expect) in [
            ("tanto@example.co.jp", Some("tanto@example.co.jp")),
            (" a@b.example ", Some("a@b.example")),
            ("ａ＠ｂ．ｊｐ", Some("a@b.jp")),
            ("ａ@ｂ.jp", Some("a@b.jp")),
            ("first.last+tag@x.example", Some("first.last+tag@x.example")),
            ("", None),
            ("tanto", None),
            ("a@localhost", None),
            ("a@127.0.0.1", None),
            ("-oQ/tmp@x.jp", None),
            (".a@x.jp", None),
            ("a@-x.jp", None),
            ("a@b@c.jp", None),
            ("a b@c.jp", None),
            ("山田@例え.jp", None),
            ("山田 <a@b.example>", None),
            ("a@b.example\nbcc: c@d.example", None),
        ] {
            assert_eq!(mail_address(text).ok().as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(one_line("name", " 見本 太郎 ").unwrap(), "見本 太郎");
        for text in ["見本\r\nBcc: a@b.example", "a\u{0}b"] {
            assert!(one_line("name", text).is_err(), "{text:?}");
        }
    }
}
