//! Everything that is not the page asked for: one enum, one page, one JSON shape. Faults were logged where they happened; here they
//! only show their number.

mod said;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use banso_kernel::Lang;
use banso_office::{FieldProblem, Office, OfficeError};
use futures_util::FutureExt as _;
use serde::Serialize;
use tower_sessions::Session;

use self::said::{Words, not_found, of_office, of_status, too_long, words};
use crate::context::{self, PageContext, encoded};
use crate::desks::account;
use crate::form::Pairs;
use crate::kept::{Kept, SIGN_IN, from_here};
use crate::route::AppState;
use crate::session;

/// When a program may ask again what storage could not do just now.
const BUSY_SECONDS: u32 = 10;

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// Why there is no page.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// No such thing, or not for this person to know of.
    NotFound,
    WrongMethod,
    /// Signed in, but the desk belongs to another role.
    WrongDesk,
    /// After signing in, on to `page`.
    SignInNeeded {
        page: String,
    },
    /// A file was sent without a session. Files are not carried through signing in, as typed text is.
    FileNotTaken,
    /// The form does not come from a page of this session.
    Forged,
    /// A body of a kind that this address does not take.
    WrongKind,
    TooLarge,
    /// One field of a form is longer than any that is kept. What was typed is shown again.
    TooLong {
        bytes: usize,
        typed: Pairs,
    },
    /// What the layers below answer on their own account.
    Status(StatusCode),
    Office(Arc<OfficeError>),
}

impl From<OfficeError> for Failure {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::NotFound => Failure::NotFound,
            OfficeError::Forbidden(_)
            | OfficeError::Refused(_)
            | OfficeError::Invalid(_)
            | OfficeError::Stale(_)
            | OfficeError::TooLate { .. }
            | OfficeError::Suspended(_)
            | OfficeError::Busy(_)
            | OfficeError::RateLimited { .. }
            | OfficeError::Fault(_) => Failure::Office(Arc::new(error)),
        }
    }
}

impl IntoResponse for Failure {
    /// Bare; [`as_page`] makes it a page in the language of the request.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Failure::WrongDesk | Failure::Forged => StatusCode::FORBIDDEN,
            Failure::SignInNeeded { .. } | Failure::FileNotTaken => StatusCode::UNAUTHORIZED,
            Failure::WrongKind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Failure::TooLarge | Failure::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::Status(status) => *status,
            Failure::Office(error) => match error.as_ref() {
                OfficeError::NotFound => StatusCode::NOT_FOUND,
                OfficeError::Forbidden(_) => StatusCode::FORBIDDEN,
                OfficeError::Refused(_) | OfficeError::Stale(_) | OfficeError::TooLate { .. } | OfficeError::Suspended(_) => {
                    StatusCode::CONFLICT
                }
                OfficeError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                OfficeError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
                OfficeError::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
                OfficeError::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    fn words(&self) -> Words {
        match self {
            Failure::NotFound => not_found(),
            Failure::WrongMethod => words(
                ("この操作はできません", "アドレスが正しくないか、画面が古くなっています。前のページからやり直してください。"),
                ("This cannot be done here", "The address is wrong or the page is out of date. Please start again from the page before."),
            ),
            Failure::WrongDesk => words(
                (
                    "この画面を見る権限がありません",
                    "別の役割の方のための画面です。別のアカウントをお持ちのときは、ログインし直してください。",
                ),
                ("This desk is for another role", "If you have another account, please sign in with it."),
            ),
            Failure::SignInNeeded { .. } => words(
                ("ログインが必要です", "ログインの有効期間が過ぎました。もう一度ログインしてください。保存済みの内容は失われていません。"),
                ("Please sign in", "Your session has ended. Please sign in again; nothing that was saved is lost."),
            ),
            Failure::FileNotTaken => words(
                (
                    "ファイルを受け取っていません",
                    "ログインの有効期間が過ぎたため、いま送信したファイルは保存されていません。ログインして戻り、もう一度ファイルを選んで送信してください。これまでに添付したファイルと保存済みの内容は失われていません。",
                ),
                (
                    "The file was not taken in",
                    "Your session had ended, so the file that you have just sent is not kept. Sign in, go back, choose it again and send it. \
                     Files attached before and everything saved are still there.",
                ),
            ),
            Failure::Forged => words(
                ("送信を受け付けられませんでした", "画面が古くなっているか、別のサイトから送信されました。何も保存されていません。"),
                ("The form was not accepted", "The page is out of date, or the form was sent from another site. Nothing was saved."),
            ),
            Failure::WrongKind => words(
                ("送信の形式が正しくありません", "画面のフォームから送信してください。"),
                ("This kind of content is not accepted here", "Please use the form on the page."),
            ),
            Failure::TooLarge => words(
                (
                    "送信された内容が大きすぎます",
                    "一度に送れるのは、ファイルは全体で110 MiBまで、文章は画面全体で2 MiB、一つの欄で40万バイトまでです（書類ごとの上限は、添付する画面に書いてあります）。大きさを減らして、もう一度送信してください。何も保存されていません。",
                ),
                (
                    "Too much was sent",
                    "At most 110 MiB of file or 2 MiB of text, 400,000 bytes in one field, can be sent at once; \
                     the limit of each document stands where it is attached. Please send less. Nothing was saved.",
                ),
            ),
            Failure::TooLong { bytes, .. } => too_long(*bytes),
            Failure::Status(status) => of_status(*status),
            Failure::Office(error) => of_office(error),
        }
    }

    /// Whether the same form may well be taken a moment later, or from a fresh page.
    fn may_pass(&self) -> bool {
        match self {
            Failure::Forged => true,
            Failure::Status(status) => status.is_server_error(),
            Failure::Office(error) => {
                matches!(**error, OfficeError::Busy(_) | OfficeError::RateLimited { .. } | OfficeError::Fault(_))
            }
            Failure::NotFound
            | Failure::WrongMethod
            | Failure::WrongDesk
            | Failure::SignInNeeded { .. }
            | Failure::FileNotTaken
            | Failure::WrongKind
            | Failure::TooLarge
            | Failure::TooLong { .. } => false,
        }
    }

    /// The page or, when a script asks, the JSON.
    pub(crate) fn page(&self, page: &PageContext, headers: &HeaderMap, method: &Method) -> Response {
        self.page_with(page, headers, method, None)
    }

    /// The same with what was typed into the form that failed.
    pub(crate) fn page_with(&self, page: &PageContext, headers: &HeaderMap, method: &Method, kept: Option<&Kept>) -> Response {
        let words = self.words();
        let status = self.status();
        let mut response = if wants_json(headers) {
            (status, Json(JsonFailure::new(self, &words, page.lang))).into_response()
        } else {
            match (self, method) {
                (Failure::SignInNeeded { page }, &Method::GET) => {
                    return Redirect::to(&format!("/sign-in?next={}", encoded(page))).into_response();
                }
                _ => {
                    let again = self.may_pass() && page.account.is_some() && from_here(headers);
                    (status, html(status, &words, page, headers, kept, again)).into_response()
                }
            }
        };
        self.say_when(response.headers_mut());
        response
    }

    /// When to try again, for programs.
    fn say_when(&self, headers: &mut HeaderMap) {
        let seconds = match self {
            Failure::Office(error) => match error.as_ref() {
                OfficeError::RateLimited { retry_after_seconds } => *retry_after_seconds,
                OfficeError::Busy(_) => BUSY_SECONDS,
                OfficeError::NotFound
                | OfficeError::Forbidden(_)
                | OfficeError::Refused(_)
                | OfficeError::Invalid(_)
                | OfficeError::Stale(_)
                | OfficeError::TooLate { .. }
                | OfficeError::Suspended(_)
                | OfficeError::Fault(_) => return,
            },
            Failure::NotFound
            | Failure::WrongMethod
            | Failure::WrongDesk
            | Failure::SignInNeeded { .. }
            | Failure::FileNotTaken
            | Failure::Forged
            | Failure::WrongKind
            | Failure::TooLarge
            | Failure::TooLong { .. }
            | Failure::Status(_) => return,
        };
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    page: &'a PageContext,
    title: &'a str,
    lines: Vec<&'a str>,
    reference: Option<&'a str>,
    back: String,
    /// For somebody who is not signed in: through the sign-in page back to where they were.
    sign_in: Option<String>,
    kept: Option<&'a Kept>,
    /// Whether what was typed can be sent once more from this page.
    again: bool,
}

fn html(status: StatusCode, words: &Words, page: &PageContext, headers: &HeaderMap, kept: Option<&Kept>, again: bool) -> Response {
    let lines = words.lines.iter().map(|l| page.local(l)).collect();
    // A page that is not there is no way back to itself.
    let back = Some(back(headers)).filter(|b| status != StatusCode::NOT_FOUND || !page.is_at(b)).unwrap_or_else(|| "/home".to_owned());
    // While storage is away nobody can be known, and nobody can sign in.
    let sign_in =
        (page.account.is_none() && status != StatusCode::SERVICE_UNAVAILABLE).then(|| format!("/sign-in?next={}", encoded(&back)));
    let shown =
        FailurePage { page, title: page.local(&words.title), lines, reference: words.reference.as_deref(), back, sign_in, kept, again };
    match shown.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the failure page could not be rendered");
            page.local(&words.title).to_owned().into_response()
        }
    }
}

/// The page that the request came from, if it is one of ours.
fn back(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let referer = headers.get(header::REFERER).and_then(|r| r.to_str().ok()).unwrap_or_default();
    let after_scheme = referer.split_once("://").map_or("", |(_, rest)| rest);
    match after_scheme.strip_prefix(host) {
        Some(path) if !host.is_empty() && path.starts_with('/') && !path.starts_with("//") => path.to_owned(),
        Some(_) | None => "/home".to_owned(),
    }
}

#[derive(Serialize)]
struct JsonFailure {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    problems: Vec<JsonProblem>,
}

#[derive(Serialize)]
struct JsonProblem {
    field: String,
    text: String,
}

impl JsonFailure {
    fn new(failure: &Failure, words: &Words, lang: Lang) -> Self {
        let lines: Vec<&str> = words.lines.iter().map(|l| l.get(lang)).collect();
        let problems = match failure {
            Failure::Office(error) => problems_in(error, lang),
            Failure::NotFound
            | Failure::WrongMethod
            | Failure::WrongDesk
            | Failure::SignInNeeded { .. }
            | Failure::FileNotTaken
            | Failure::Forged
            | Failure::WrongKind
            | Failure::TooLarge
            | Failure::TooLong { .. }
            | Failure::Status(_) => Vec::new(),
        };
        JsonFailure { message: format!("{} {}", words.title.get(lang), lines.join(" ")), reference: words.reference.clone(), problems }
    }
}

fn problems_in(error: &OfficeError, lang: Lang) -> Vec<JsonProblem> {
    let OfficeError::Invalid(problems) = error else { return Vec::new() };
    problems.iter().map(|p| JsonProblem { field: p.field.clone(), text: p.text.clone().quoted().get(lang).to_owned() }).collect()
}

pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|a| a.to_str().ok()).is_some_and(|a| a.starts_with("application/json"))
}

/// A page that fails in a way that nobody thought of is a fault with its number, as any other, and not a broken connection.
pub(crate) async fn survive(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(why) => Failure::from(OfficeError::panicked(&format!("{method} {path}"), why.as_ref())).into_response(),
    }
}

/// Makes pages of failures, and of the bare statuses that layers and extractors answer with.
pub(crate) async fn as_page(State(state): State<AppState>, page: PageContext, session: Session, request: Request, next: Next) -> Response {
    let (headers, method, path) = (request.headers().clone(), request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let kept = response.extensions_mut().remove::<Kept>().map(|kept| kept.labelled(&state.office));
        let signs_in = page.account.is_none() && (kept.is_some() || path == SIGN_IN && matches!(failure, Failure::Forged));
        if signs_in && from_here(&headers) && !wants_json(&headers) {
            return match sign_in_first(&state.office, &session, page.clone(), &headers, &failure, kept.clone()).await {
                Ok(answer) => answer,
                Err(failure) => failure.page_with(&page, &headers, &method, kept.as_ref()),
            };
        }
        return failure.page_with(&page, &headers, &method, kept.as_ref());
    }
    let status = response.status();
    let plain = response.headers().get(header::CONTENT_TYPE).is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if (status.is_client_error() || status.is_server_error()) && plain {
        return bare(status).page(&page, &headers, &method);
    }
    response
}

/// Makes a page of the bare 500 that the sessions answer with when a new one cannot be kept.
pub(crate) async fn never_bare(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (page, headers, method) = (context::of_nobody(&state, &request), request.headers().clone(), request.method().clone());
    let (response, cause) = session::with_cause(next.run(request)).await;
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR && !response.headers().contains_key(header::CONTENT_TYPE) {
        return cause.unwrap_or(Failure::Status(StatusCode::SERVICE_UNAVAILABLE)).page(&page, &headers, &method);
    }
    response
}

/// The sign-in page, and what was typed with it: it is sent again from the page that comes after.
async fn sign_in_first(
    office: &Office,
    session: &Session,
    page: PageContext,
    headers: &HeaderMap,
    failure: &Failure,
    kept: Option<Kept>,
) -> Result<Response, Failure> {
    let mut page = page.with_csrf(session::token(session, office).await?);
    if !matches!(failure, Failure::SignInNeeded { .. }) {
        page = page.with_problems(failure.words().lines.into_iter().map(|text| FieldProblem { field: String::new(), text }).collect());
    }
    let mut response = (failure.status(), account::sign_in_first(page, back(headers), kept)).into_response();
    failure.say_when(response.headers_mut());
    Ok(response)
}

fn bare(status: StatusCode) -> Failure {
    match status {
        StatusCode::NOT_FOUND => Failure::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Failure::WrongKind,
        StatusCode::METHOD_NOT_ALLOWED => Failure::WrongMethod,
        other => Failure::Status(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn what_comes_bare_is_made_a_page() {
        let office = banso_office::testing::TestOffice::new().await;
        let state = AppState { office: (*office).clone(), settings: crate::Settings::default() };
        let bare = get(async || StatusCode::INTERNAL_SERVER_ERROR);
        let router = Router::new().route("/bare", bare).layer(axum::middleware::from_fn_with_state(state, never_bare));
        let response = router.oneshot(Request::get("/bare").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let page = String::from_utf8_lossy(&body);
        assert!(page.contains("ただいま応答できません") && !page.contains("ログインして戻る"), "nobody can sign in now: {page}");
    }

    #[tokio::test]
    async fn a_page_that_panics_is_a_fault_with_a_number() {
        async fn broken() -> Response {
            panic!("nobody thought of it")
        }
        let router = Router::new().route("/broken", get(broken)).layer(from_fn(survive));
        let response = router.oneshot(Request::get("/broken").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let failure = response.extensions().get::<Failure>().unwrap();
        assert!(matches!(failure, Failure::Office(e) if matches!(**e, OfficeError::Fault(_))), "{failure:?}");
    }
}
