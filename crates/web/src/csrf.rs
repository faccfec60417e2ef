//! A form is accepted only from a page of the same session: the browser's own word first (`Sec-Fetch-Site`, `Origin`), then the token.
//!
//! Forms without files are read here, once, and handed on as pairs. Uploads are streamed: [`crate::upload::Upload`] checks the
//! token in the first parts before it lets a byte of the file through.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest as _, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use rand::Rng as _;

use crate::context::PageContext;
use crate::failure::Failure;
use crate::form::Pairs;
use crate::kept::{Kept, SIGN_IN};
use crate::route::FORM_BYTES_MAX;

pub(crate) const TOKEN_HEADER: &str = "x-csrf-token";
pub(crate) const TOKEN_FIELD: &str = "_csrf";
const CARRIED_BYTES: usize = 64 << 10;

/// Reads the form, compares its token, hands the fields on.
///
/// Where it is not taken, here or by the handler, what was typed goes with the answer: [`crate::failure::as_page`] shows it.
pub(crate) async fn check_form(page: PageContext, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (mut response, pairs) = match read(request).await {
        Err(failure) => return not_taken(failure, &path),
        Ok((request, pairs, sent)) if is_token(page.csrf(), sent.as_deref()) => (next.run(request).await, pairs),
        Ok((_, pairs, _)) => (Failure::Forged.into_response(), pairs),
    };
    if response.extensions().get::<Failure>().is_some()
        && let Some(kept) = Kept::of(&path, &pairs)
    {
        response.extensions_mut().insert(kept);
    }
    response
}

/// The answer to a form that was not read: with what was typed, where one field was too long.
fn not_taken(failure: Failure, path: &str) -> Response {
    let kept = match &failure {
        Failure::TooLong { typed, .. } if path != SIGN_IN => Kept::of(path, typed),
        Failure::TooLong { .. }
        | Failure::NotFound
        | Failure::WrongMethod
        | Failure::WrongDesk
        | Failure::SignInNeeded { .. }
        | Failure::FileNotTaken
        | Failure::Forged
        | Failure::WrongKind
        | Failure::TooLarge
        | Failure::Status(_)
        | Failure::Office(_) => None,
    };
    let mut response = failure.into_response();
    if let Some(kept) = kept {
        response.extensions_mut().insert(kept);
    }
    response
}

/// What can be told of an upload before its parts are read.
pub(crate) async fn check_origin(request: Request, next: Next) -> Response {
    if !same_site(request.headers()) {
        return Failure::Forged.into_response();
    }
    if !content_type(request.headers()).starts_with("multipart/form-data") {
        return Failure::WrongKind.into_response();
    }
    next.run(request).await
}

/// The request without its body, the fields, and the token that came with them.
async fn read(request: Request) -> Result<(Request, Pairs, Option<String>), Failure> {
    if !same_site(request.headers()) {
        return Err(Failure::Forged);
    }
    let kind = content_type(request.headers());
    if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Failure::WrongKind);
    }
    let empty = kind.is_empty();
    let (mut parts, body) = request.into_parts();
    // The sign-in page may carry a form as large as any, with longer names.
    let room = if parts.uri.path() == SIGN_IN { FORM_BYTES_MAX + CARRIED_BYTES } else { FORM_BYTES_MAX };
    let bytes = to_bytes(body, room).await.map_err(|_| Failure::TooLarge)?;
    let pairs = if empty {
        Vec::new()
    } else {
        let copy = Request::from_parts(parts.clone(), Body::from(bytes));
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(copy, &()).await.map_err(|_| Failure::WrongKind)?;
        pairs
    };
    let pairs = Pairs::new(pairs)?;
    let sent = parts.headers.get(TOKEN_HEADER).and_then(|v| v.to_str().ok()).or_else(|| pairs.first(TOKEN_FIELD)).map(str::to_owned);
    parts.extensions.insert(pairs.clone());
    Ok((Request::from_parts(parts, Body::empty()), pairs, sent))
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// Whether the browser says that the request comes from a page of ours. Older programs say nothing; then the token alone decides.
pub(crate) fn same_site(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok()) else { return true };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, rest)| rest == host)
}

/// The token as one page shows it: other digits every time. Pages are compressed; a secret that stays the same from page to page
/// beside text that a stranger can choose could be guessed digit by digit from their lengths.
pub(crate) fn masked(token: &str) -> String {
    let pad: String = token.chars().filter_map(|_| char::from_digit(rand::rng().random_range(0..16), 16)).collect();
    let hidden = crossed(&pad, token);
    pad + &hidden
}

/// Hexadecimal digits, one by one exclusive-or.
fn crossed(a: &str, b: &str) -> String {
    let digit = |(x, y): (char, char)| char::from_digit(x.to_digit(16)? ^ y.to_digit(16)?, 16);
    a.chars().zip(b.chars()).filter_map(digit).collect()
}

/// Whether it is the token, bare or [`masked`]; in a time that does not depend on where they differ.
pub(crate) fn is_token(expected: &str, sent: Option<&str>) -> bool {
    let Some(sent) = sent else { return false };
    match sent.split_at_checked(expected.len()) {
        Some((pad, hidden)) if hidden.len() == expected.len() => same(expected, &crossed(pad, hidden)),
        Some(_) | None => same(expected, sent),
    }
}

fn same(expected: &str, sent: &str) -> bool {
    let same_length = expected.len() == sent.len() && !expected.is_empty();
    let differs = expected.bytes().zip(sent.bytes()).fold(0_u8, |seen, (a, b)| seen | (a ^ b));
    same_length && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn where_a_form_may_come_from() {
        let check = |pairs: &[(&'static str, &'static str)], expect: bool| {
            let headers: HeaderMap = pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
            assert_eq!(same_site(&headers), expect, "{pairs:?}");
        };
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "none")], false);
        check(&[("host", "a.example"), ("origin", "https://a.example")], true);
        check(&[("host", "a.example"), ("origin", "https://b.example")], false);
        check(&[("host", "a.example"), ("origin", "null")], false);
    }

    #[test]
    fn tokens_are_compared_whole() {
        for (expected, sent, same) in [
            ("abc", Some("abc"), true),
            ("abc", Some("abd"), false),
            ("abc", Some("ab"), false),
            ("abc", None, false),
            ("", Some(""), false),
            ("00ff", Some("000000ff"), true),
            ("00ff", Some("123412cb"), true),
            ("00ff", Some("123412cc"), false),
            ("00ff", Some("zzzz00ff"), false),
            ("00ff", Some("00ff00ff0"), false),
        ] {
            assert_eq!(is_token(expected, sent), same, "{expected} {sent:?}");
        }
    }

    #[test]
    fn a_page_never_shows_the_same_digits_twice() {
        let token = "0123456789abcdef".repeat(4);
        let (one, two) = (masked(&token), masked(&token));
        assert_ne!(one, two);
        for shown in [one, two] {
            assert!(shown.len() == 128 && !shown.contains(&token) && is_token(&token, Some(&shown)), "{shown}");
        }
    }
}
