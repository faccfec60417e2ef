//! What every page knows: the language, who is asking, the form token, where we are, what time it is, what is wrong.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use banso_kernel::{Instant, Lang, LocalText};
use banso_office::{Account, FieldProblem};
use banso_permits::Person;
use tower_sessions::Session;
use uuid::Uuid;

use crate::desks::Desk;
use crate::failure::Failure;
use crate::kept::Kept;
use crate::route::AppState;
use crate::{Reach, assets, csrf, routes, session};

/// Given to every template as `page`.
#[derive(Debug, Clone)]
pub(crate) struct PageContext {
    pub(crate) lang: Lang,
    pub(crate) account: Option<Account>,
    /// The office's clock when the request came.
    pub(crate) now: Instant,
    /// True when the office serves made-up data.
    pub(crate) synthetic: bool,
    /// True when made-up people, whose passwords are published, can be signed in as by others than whoever sits at this machine.
    pub(crate) exposed: bool,
    /// The message that the page before left.
    pub(crate) flash: Option<LocalText>,
    /// What is wrong with the form that this page shows again.
    pub(crate) problems: Vec<FieldProblem>,
    /// When the shown form was last saved, if it saves itself.
    pub(crate) saved_at: Option<Instant>,
    /// The names of fields of which the answers so far do not say whether they are required.
    pub(crate) open: Vec<String>,
    csrf: String,
    path: String,
    query: String,
}

/// A link of the navigation.
pub(crate) struct NavigationLink {
    pub(crate) path: &'static str,
    pub(crate) label: String,
    pub(crate) current: bool,
    exact: bool,
}

impl NavigationLink {
    pub(crate) const fn aria_current(&self) -> &'static str {
        if self.exact { "page" } else { "true" }
    }
}

impl PageContext {
    /// Who is asking.
    ///
    /// # Errors
    /// Nobody is signed in: the answer is the way to the sign-in page.
    pub(crate) fn person(&self) -> Result<&Person, Failure> {
        self.account.as_ref().map(|a| &a.person).ok_or_else(|| Failure::SignInNeeded { page: self.here() })
    }

    /// This path with its query, the language left out.
    pub(crate) fn here(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// Whether an address is this page's, in whatever language.
    pub(crate) fn is_at(&self, address: &str) -> bool {
        address.split('?').next() == Some(self.path.as_str())
    }

    /// `lang="ja"` for a text that an English page shows in Japanese, because nobody put it into English.
    pub(crate) fn lang_of(&self, text: &str) -> &'static str {
        if self.lang == Lang::En && is_japanese(text) { r#" lang="ja""# } else { "" }
    }

    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    pub(crate) fn with_csrf(mut self, token: String) -> Self {
        self.csrf = token;
        self
    }

    /// The page once more, with what is wrong.
    pub(crate) fn with_problems(mut self, problems: Vec<FieldProblem>) -> Self {
        self.problems = problems.into_iter().map(|p| FieldProblem { text: p.text.quoted(), ..p }).collect();
        self
    }

    pub(crate) fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(ja, en)
    }

    pub(crate) fn local<'a>(&self, text: &'a LocalText) -> &'a str {
        text.get(self.lang)
    }

    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    pub(crate) const fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The form token alone, for a form that has the id of its press already.
    pub(crate) fn token_field(&self) -> String {
        format!(r#"<input type="hidden" name="_csrf" value="{}">"#, csrf::masked(&self.csrf))
    }

    /// The two hidden fields that every form starts with. Hexadecimal digits and hyphens: nothing to escape.
    pub(crate) fn hidden(&self) -> String {
        let request = Uuid::now_v7();
        format!(r#"{}<input type="hidden" name="_request" value="{request}">"#, self.token_field())
    }

    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// What is wrong with one field, in the page's language.
    pub(crate) fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|p| p.field == field).map(|p| self.local(&p.text))
    }

    /// Whether a field may turn out to be required.
    pub(crate) fn may_be_required(&self, field: &str) -> bool {
        self.open.iter().any(|name| name == field)
    }

    /// The ids of a field's hint and problem, for `aria-describedby`.
    pub(crate) fn described_by(&self, field: &str, hint: &str) -> Option<String> {
        let ids = [(!hint.is_empty()).then(|| format!("{field}-hint")), self.problem(field).map(|_| format!("{field}-wrong"))];
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    pub(crate) const fn other_language(&self) -> Lang {
        match self.lang {
            Lang::Ja => Lang::En,
            Lang::En => Lang::Ja,
        }
    }

    pub(crate) fn other_language_link(&self) -> String {
        let lang = self.other_language().code();
        if self.query.is_empty() { format!("{}?lang={lang}", self.path) } else { format!("{}?{}&lang={lang}", self.path, self.query) }
    }

    /// The sign-in page, and from there back here.
    pub(crate) fn sign_in_link(&self) -> String {
        match self.path.as_str() {
            "/" | "/sign-in" => "/sign-in".to_owned(),
            _ => format!("/sign-in?next={}", encoded(&self.here())),
        }
    }

    /// Whether to offer the way to an application: to applicants, and to whoever may turn out to be one.
    pub(crate) fn may_start(&self) -> bool {
        self.account.as_ref().is_none_or(|a| Desk::of(&a.person).contains(&Desk::Applicant))
    }

    /// The main pages of this person's desks.
    pub(crate) fn navigation(&self) -> Vec<NavigationLink> {
        let mut links = vec![("/", self.t("公募", "Calls").to_owned())];
        if let Some(account) = &self.account {
            links.push(("/home", self.t("ホーム", "Home").to_owned()));
            links.extend(Desk::of(&account.person).into_iter().map(|d| (d.path(), self.local(&d.title()).to_owned())));
        }
        links.into_iter().map(|(path, label)| self.link(path, label)).collect()
    }

    fn link(&self, path: &'static str, label: String) -> NavigationLink {
        let below = |prefix: &str| self.path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        let current = match path {
            "/" => self.path == "/" || below("/calls"),
            _ => self.path == path || below(path),
        };
        NavigationLink { path, label, current, exact: self.path == path }
    }
}

/// Whether a text is written in Japanese: English ones may quote a name in kanji, but have more Latin letters than anything else.
pub(crate) fn is_japanese(text: &str) -> bool {
    let bare = without_tags(text);
    let japanese = bare.chars().filter(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='鿿')).count();
    let latin = bare.chars().filter(char::is_ascii_alphabetic).count();
    japanese > 0 && japanese * 3 > latin
}

/// The text of safe HTML, its tags left out.
fn without_tags(html: &str) -> String {
    html.split('<').enumerate().map(|(i, part)| if i == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) }).collect()
}

/// Percent-encoding for a query value.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl<S: Send + Sync> FromRequestParts<S> for PageContext {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<PageContext>().cloned().ok_or_else(|| {
            tracing::error!("a page was asked for outside the layer that makes its context");
            Failure::Status(axum::http::StatusCode::INTERNAL_SERVER_ERROR)
        })
    }
}

/// The language asked for by `?lang=`, and the query without it.
fn language_asked(uri: &Uri) -> (Option<Lang>, String) {
    let mut asked = None;
    let kept: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| match *pair {
            "lang=en" => {
                asked = Some(Lang::En);
                false
            }
            "lang=ja" => {
                asked = Some(Lang::Ja);
                false
            }
            other => !other.is_empty(),
        })
        .collect();
    (asked, kept.join("&"))
}

/// The language of the cookie; Japanese without one.
fn language_kept(headers: &HeaderMap) -> Lang {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    match cookies.map(str::trim).any(|c| c == "banso_lang=en") {
        true => Lang::En,
        false => Lang::Ja,
    }
}

/// Whether somebody hands on the requests of others, whatever we were told when we were started.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host"].iter().any(|name| headers.contains_key(*name))
}

/// The context of a request whose session was not asked.
pub(crate) fn of_nobody(state: &AppState, request: &Request) -> PageContext {
    let (asked, query) = language_asked(request.uri());
    let (path, query) = place(request.method(), request.uri().path(), query);
    PageContext {
        lang: asked.unwrap_or_else(|| language_kept(request.headers())),
        account: None,
        now: state.office.now(),
        synthetic: state.office.synthetic(),
        exposed: state.office.synthetic() && (state.settings.reach == Reach::Network || is_forwarded(request.headers())),
        flash: None,
        problems: Vec::new(),
        saved_at: None,
        open: Vec::new(),
        csrf: String::new(),
        path,
        query,
    }
}

/// Where a request is, as an address that a link can lead to: of a form that was sent to an address without a page, the page that it is
/// on. Of two slashes at the beginning one is left: a browser reads what follows two as the name of another host.
fn place(method: &Method, path: &str, query: String) -> (String, String) {
    let path = format!("/{}", path.trim_start_matches(['/', '\\']));
    if *method == Method::POST && !routes::is_page(&path) {
        let above = std::iter::successors(path.rsplit_once('/'), |(above, _)| above.rsplit_once('/')).map(|(above, _)| above);
        let page = above.filter(|a| !a.is_empty()).find(|a| routes::is_page(a));
        return (page.unwrap_or("/home").to_owned(), String::new());
    }
    (path, query)
}

/// Makes the context of the request, and keeps a language that was asked for.
pub(crate) async fn attach(State(state): State<AppState>, session: Session, mut request: Request, next: Next) -> Response {
    let (asked, _) = language_asked(request.uri());
    let mut page = of_nobody(&state, &request);
    if let Err(failure) = recognise(&state, &session, request.method(), &mut page).await {
        let (headers, method) = (request.headers().clone(), request.method().clone());
        let kept = Kept::unread(request).await;
        return failure.page_with(&page, &headers, &method, kept.as_ref()).into_response();
    }
    request.extensions_mut().insert(page);
    let mut response = next.run(request).await;
    if let Some(lang) = asked {
        let cookie = match lang {
            Lang::Ja => "banso_lang=ja; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            Lang::En => "banso_lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        };
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}

/// Reads the session: who it is, the form token, the message left for this page.
async fn recognise(state: &AppState, session: &Session, method: &Method, page: &mut PageContext) -> Result<(), Failure> {
    let Some(mut visit) = session::visit(session, &state.office).await? else { return Ok(()) };
    if let Some(person) = visit.person {
        // An account that was closed meanwhile is nobody from now on.
        page.account = state.office.account(person).await?;
    }
    if *method == Method::GET {
        page.flash = session::take_message(session, &mut visit).await?;
    }
    page.csrf = visit.csrf;
    Ok(())
}

#[cfg(test)]
impl PageContext {
    /// A page that nobody asked for.
    pub(crate) fn for_test(lang: Lang) -> Self {
        PageContext {
            lang,
            account: None,
            now: Instant::parse("2025-06-01T03:00:00Z").unwrap(),
            synthetic: true,
            exposed: false,
            flash: None,
            problems: Vec::new(),
            saved_at: None,
            open: Vec::new(),
            csrf: String::from("0123"),
            path: String::from("/specimen"),
            query: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_request() {
        let check = |uri: &'static str, expect: (Option<Lang>, &str)| {
            let (asked, rest) = language_asked(&Uri::from_static(uri));
            assert_eq!((asked, rest.as_str()), expect, "{uri}");
        };
        check("/", (None, ""));
        check("/?lang=en", (Some(Lang::En), ""));
        check("/?a=1&lang=ja&b=2", (Some(Lang::Ja), "a=1&b=2"));
        check("/?lang=fr", (None, "lang=fr"));
        let mut headers = HeaderMap::new();
        assert_eq!(language_kept(&headers), Lang::Ja);
        headers.insert(header::COOKIE, HeaderValue::from_static("banso=abc; banso_lang=en"));
        assert_eq!(language_kept(&headers), Lang::En);
    }

    #[test]
    fn where_a_request_is() {
        let check = |method: Method, path: &str, expect: (&str, &str)| {
            let (at, query) = place(&method, path, "a=1".to_owned());
            assert_eq!((at.as_str(), query.as_str()), expect, "{method} {path}");
        };
        check(Method::GET, "/apply/cases/1/basics", ("/apply/cases/1/basics", "a=1"));
        check(Method::POST, "/apply/cases/1/basics", ("/apply/cases/1/basics", "a=1"));
        check(Method::POST, "/apply/cases/1/members/2/invitation", ("/apply/cases/1", ""));
        check(Method::POST, "/office/calls/g8/1/payments/ab/answer", ("/office/calls/g8/1/payments/ab", ""));
        check(Method::POST, "/sign-out", ("/home", ""));
        check(Method::GET, "//evil.example/", ("/evil.example/", "a=1"));
        check(Method::GET, "/\\evil.example/", ("/evil.example/", "a=1"));
    }

    #[test]
    fn a_query_value_is_encoded() {
        assert_eq!(encoded("/apply?a=1&b=採"), "/apply%3Fa%3D1%26b%3D%E6%8E%A1");
    }
}
