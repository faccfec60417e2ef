//! What people are told when there is no page: why, and what to do next, in both languages.

use axum::http::StatusCode;
use banso_grant::Refusal;
use banso_kernel::{Lang, LocalText};
use banso_office::OfficeError;
use banso_office::timeline::basis;

use crate::form::VALUE_BYTES_MAX;

/// A failure in words.
pub(super) struct Words {
    pub(super) title: LocalText,
    pub(super) lines: Vec<LocalText>,
    pub(super) reference: Option<String>,
}

pub(super) fn words(ja: (&str, &str), en: (&str, &str)) -> Words {
    Words { title: LocalText::new(ja.0, en.0), lines: vec![LocalText::new(ja.1, en.1)], reference: None }
}

pub(super) fn not_found() -> Words {
    words(
        ("ページが見つかりません", "アドレスが正しくないか、このアカウントでは見ることのできないページです。"),
        ("Page not found", "The address is wrong, or this account cannot see that page."),
    )
}

/// Too long for one field: of what length it is, and what to do with it.
pub(super) fn too_long(bytes: usize) -> Words {
    let most = VALUE_BYTES_MAX;
    Words {
        title: LocalText::new("入力された文章が長すぎます", "One text is too long"),
        lines: vec![LocalText::new(
            format!(
                "一つの欄に入力できるのは{most}バイト（日本語で約{}万字）までです（いま{bytes}バイト）。何も保存されていません。入力した内容は下にあります。コピーして短くしてから、前のページで入力し直してください。",
                most / 30_000
            ),
            format!(
                "A field holds at most {most} bytes; there are {bytes}. Nothing was saved. What you typed is below: copy it, make it shorter and enter it on the page before."
            ),
        )],
        reference: None,
    }
}

pub(super) fn of_status(status: StatusCode) -> Words {
    match status {
        StatusCode::NOT_FOUND => not_found(),
        StatusCode::BAD_REQUEST => words(
            ("送信された内容を読み取れません", "前のページからやり直してください。"),
            ("The request cannot be read", "Please start again from the page before."),
        ),
        StatusCode::SERVICE_UNAVAILABLE => words(
            ("ただいま応答できません", "しばらくしてから、もう一度お試しください。保存済みの内容は失われていません。"),
            ("The service cannot answer just now", "Please try again in a moment. Nothing that was saved is lost."),
        ),
        _ => words(
            ("処理できませんでした", "もう一度お試しください。続くときは事務局に連絡してください。"),
            ("This could not be done", "Please try again, and tell the office if it happens again."),
        ),
    }
}

pub(super) fn of_office(error: &OfficeError) -> Words {
    match error {
        OfficeError::NotFound => not_found(),
        OfficeError::Forbidden(reasons) => Words {
            title: LocalText::new("この操作を行う権限がありません", "You may not do this"),
            lines: reasons.clone(),
            reference: None,
        },
        OfficeError::Refused(refusal) => {
            Words {
                title: LocalText::new("この操作は行えません", "This cannot be done"), lines: refusal_lines(refusal), reference: None
            }
        }
        OfficeError::Invalid(problems) => Words {
            title: LocalText::new("入力内容を確認してください", "Please check what you entered"),
            lines: problems.iter().map(|p| p.text.clone()).collect(),
            reference: None,
        },
        OfficeError::Stale(what) => Words {
            title: LocalText::new("表示した後に変わりました", "This has changed since the page was shown"),
            lines: vec![
                what.clone(),
                LocalText::new(
                    "前のページに戻って再読み込みし、最新の内容を確かめてからやり直してください。",
                    "Go back, reload, look at what is there now, and try again.",
                ),
            ],
            reference: None,
        },
        OfficeError::TooLate { closed } => {
            let ja = format!("{}に受付を終了しました。終了後の提出は受け付けられません。", closed.wareki());
            let en = format!("The call closed at {closed} (Japan). Nothing can be accepted afterwards.");
            Words {
                title: LocalText::new("受付は終了しました", "The call is closed"),
                lines: vec![LocalText::new(ja, en)],
                reference: None,
            }
        }
        OfficeError::Suspended(why) => Words {
            title: LocalText::new("この公募の手続は止まっています", "This call stands still"),
            lines: vec![why.clone()],
            reference: None,
        },
        OfficeError::Busy(why) => {
            let mut words = of_status(StatusCode::SERVICE_UNAVAILABLE);
            words.lines.insert(0, why.clone());
            words
        }
        OfficeError::RateLimited { retry_after_seconds } => {
            let minutes = retry_after_seconds.div_ceil(60);
            let ja = format!("試行回数が多すぎます。約{minutes}分後にもう一度お試しください。");
            let en = format!("Too many attempts. Please try again in about {minutes} minutes.");
            Words {
                title: LocalText::new("しばらくお待ちください", "Please wait a while"),
                lines: vec![LocalText::new(ja, en)],
                reference: None,
            }
        }
        OfficeError::Fault(reference) => Words {
            title: LocalText::new("システムの不具合が起きました", "Something went wrong in the system"),
            lines: vec![LocalText::new(
                "操作は完了していません。保存済みの内容は失われていません。しばらくしてからもう一度お試しください。",
                "What you did was not completed. Nothing that was saved is lost. Please try again in a moment.",
            )],
            reference: Some(reference.to_string()),
        },
    }
}

/// Why, what to do next, and on which article or clause.
fn refusal_lines(refusal: &Refusal) -> Vec<LocalText> {
    let told = refusal.told();
    let basis = basis(&told.basis);
    let source = LocalText::new(format!("根拠：{}", basis.ja), format!("Basis: {}", basis.get(Lang::En)));
    vec![told.message, told.next_step, source]
}
