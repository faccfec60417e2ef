//! Signing in and out, and the home page of whoever is signed in.

use std::net::SocketAddr;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{ConnectInfo, FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use banso_kernel::LocalText;
use banso_office::{FieldProblem, Office, SignIn};
use serde::Deserialize;
use tower_sessions::Session;

use crate::context::PageContext;
use crate::desks::{Desk, invalid};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;
use crate::kept::Kept;
use crate::route::AppState;
use crate::{Peer, session};

#[derive(Template, WebTemplate)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: PageContext,
    login: String,
    next: String,
    /// Whether somebody was sent here on the way to another page.
    needed: bool,
    /// What was typed into another form when the session was gone.
    kept: Option<Kept>,
}

/// What was typed before signing in, to be sent now.
#[derive(Template, WebTemplate)]
#[template(path = "kept.html")]
struct KeptPage {
    page: PageContext,
    kept: Kept,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

pub(crate) async fn sign_in_form(office: State<Office>, page: PageContext, session: Session, next: Query<Next>) -> Answer {
    if page.account.is_some() {
        return Ok(Redirect::to(local_path(&next.next)).into_response());
    }
    let token = session::token(&session, &office).await?;
    let needed = !next.next.is_empty();
    Ok(SignInPage { page: page.with_csrf(token), login: String::new(), next: next.0.next, needed, kept: None }.into_response())
}

/// The sign-in page in answer to a form that was sent without a session.
pub(crate) fn sign_in_first(page: PageContext, next: String, kept: Option<Kept>) -> Response {
    SignInPage { page, login: String::new(), next, needed: false, kept }.into_response()
}

pub(crate) async fn sign_in(office: State<Office>, page: PageContext, session: Session, address: Address, form: FormFields) -> Answer {
    let (login, next) = (form.text("login"), form.text("next"));
    match office.sign_in(login, form.text("password"), &address.0).await? {
        SignIn::Welcome(account) => {
            session::signed_in(&session, &office, account.person.id).await?;
            let Some(kept) = Kept::of_sign_in(&form) else { return Ok(Redirect::to(local_path(next)).into_response()) };
            let mut page = page.with_csrf(session::token(&session, &office).await?);
            page.account = Some(*account);
            Ok(KeptPage { page, kept: kept.labelled(&office) }.into_response())
        }
        SignIn::Wrong => {
            let text = LocalText::new("ログインIDまたはパスワードが正しくありません。", "The login or the password is wrong.");
            let page = page.with_problems(vec![FieldProblem { field: "login".to_owned(), text }]);
            invalid(SignInPage {
                page,
                login: login.to_owned(),
                next: next.to_owned(),
                needed: false,
                kept: Kept::of_sign_in(&form).map(|k| k.labelled(&office)),
            })
        }
    }
}

pub(crate) async fn sign_out(session: Session) -> Answer {
    session::signed_out(&session).await?;
    Ok(Redirect::to("/").into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
struct HomePage {
    page: PageContext,
    desks: Vec<Desk>,
}

pub(crate) async fn home(page: PageContext) -> Answer {
    let desks = Desk::of(page.person()?);
    Ok(HomePage { page, desks }.into_response())
}

/// A path of ours, or the home page: nobody is sent elsewhere after signing in. Browsers leave out tabs and line ends wherever they stand.
fn local_path(next: &str) -> &str {
    let ours = next.starts_with('/') && !next.starts_with("//") && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if ours { next } else { "/home" }
}

/// The address that sign-ins are counted by.
pub(crate) struct Address(String);

impl FromRequestParts<AppState> for Address {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let socket = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
        // The last word of the last line: some proxies add a line of their own below the one that a stranger wrote.
        let lines = || parts.headers.get_all("x-forwarded-for").iter();
        let forwarded = || lines().next_back().and_then(|v| v.to_str().ok()).and_then(|v| v.rsplit(',').next());
        let address = match state.settings.peer {
            Peer::Socket => socket(),
            Peer::Forwarded => forwarded().map(|a| a.trim().to_owned()).or_else(socket),
        };
        match address {
            Some(address) => Ok(Address(address.chars().take(64).collect())),
            None => {
                tracing::error!("the server was started without the addresses of its peers");
                Err(Failure::Status(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_come_after_signing_in() {
        for (next, goes) in [
            ("/apply?a=1", "/apply?a=1"),
            ("", "/home"),
            ("https://elsewhere.example/", "/home"),
            ("//elsewhere.example/", "/home"),
            ("/\\elsewhere.example", "/home"),
            ("/a\nb", "/home"),
            ("/\t/elsewhere.example", "/home"),
            ("/\u{b}/elsewhere.example", "/home"),
            ("/公募", "/home"),
            ("/apply%2Fx?a=%E6%8E%A1#b", "/apply%2Fx?a=%E6%8E%A1#b"),
        ] {
            assert_eq!(local_path(next), goes);
        }
    }
}
