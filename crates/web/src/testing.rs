//! A browser without a window, for tests: the router over a [`TestOffice`], no socket, cookies kept, forms sent with their hidden fields.

#![expect(clippy::expect_used, reason = "what a test cannot ask fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use banso_office::testing::{PASSWORD, TestOffice};
use tower::ServiceExt as _;

use crate::route::{Carries, Gate};
use crate::{Settings, app, routes};

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Shown {
    /// A page that came without a server.
    #[cfg(test)]
    pub(crate) fn of_page(body: String) -> Self {
        Shown { status: StatusCode::OK, headers: HeaderMap::new(), body }
    }

    /// Where a redirect goes.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location")
    }

    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The value of the first hidden field of that name.
    #[must_use]
    pub fn hidden(&self, name: &str) -> &str {
        let start = format!(r#"name="{name}" value=""#);
        self.body.split_once(&start).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
    }

    /// # Panics
    /// When the page does not hold these words; shows the page.
    pub fn has(&self, words: &str) -> &Self {
        assert!(self.body.contains(words), "`{words}` is not on the page ({}):\n{}", self.status, self.body);
        self
    }

    /// That the page holds together for somebody who does not see it: one language, one title, one `h1`, ids used once, and every label,
    /// description and in-page link pointing at something.
    ///
    /// # Panics
    /// When it does not; says why.
    pub fn holds_together(&self) -> &Self {
        let mut ids = BTreeSet::new();
        for id in self.attributes(" id=") {
            assert!(ids.insert(id), "the id `{id}` stands twice on the page:\n{}", self.body);
        }
        let single = [" for=", " aria-labelledby=", " href=\"#", " aria-describedby="].into_iter().flat_map(|a| self.attributes(a));
        for reference in single.flat_map(str::split_whitespace) {
            assert!(ids.contains(reference), "`{reference}` is referred to but is not on the page:\n{}", self.body);
        }
        assert_eq!(self.body.matches("<h1").count(), 1, "a page has one h1:\n{}", self.body);
        assert_eq!(self.body.matches("<main").count(), 1);
        for empty in ["<title> |", "<title></title>", "<h1></h1>"] {
            assert!(!self.body.contains(empty), "`{empty}` on the page:\n{}", self.body);
        }
        for inline in ["<style", " style=\"", "<script>", " onclick=", "javascript:"] {
            assert!(!self.body.contains(inline), "`{inline}` on a page needs a hole in the policy:\n{}", self.body);
        }
        let code = rule_code(&self.body);
        assert!(code.is_none(), "`{code:?}` is for programs, people are told the words and the clause:\n{}", self.body);
        self
    }

    /// The values of an attribute; `start` is as it stands in the page up to the value.
    fn attributes(&self, start: &str) -> Vec<&str> {
        let quoted = if start.contains('"') { start.to_owned() } else { format!("{start}\"") };
        self.body.split(quoted.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    /// # Panics
    /// When the status is another one; shows the page.
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}\n{}", self.location(), self.body);
        self
    }
}

/// The code of a refusal or a finding (`R101`, `C112`) that stands in brackets, as people would have to read it.
fn rule_code(page: &str) -> Option<&str> {
    let inner = |start: &'static str, end: &'static str| page.split(start).skip(1).filter_map(move |rest| rest.split(end).next());
    let is_code =
        |word: &&str| word.strip_prefix(['R', 'C']).is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()));
    inner("（", "）").chain(inner("(", ")")).flat_map(|words| words.split([',', '、', ' '])).find(is_code)
}

/// Somebody at a browser.
pub struct Visitor {
    router: Router,
    cookies: BTreeMap<String, String>,
    address: [u8; 4],
}

impl Visitor {
    /// Somebody who has not been here before.
    #[must_use]
    pub fn new(office: &TestOffice) -> Self {
        Visitor { router: app((**office).clone(), Settings::default()), cookies: BTreeMap::new(), address: [127, 0, 0, 1] }
    }

    /// Somebody signed in as an account made by [`TestOffice::somebody`].
    ///
    /// # Panics
    /// When signing in does not lead on.
    pub async fn signed_in(office: &TestOffice, login: &str) -> Self {
        let mut visitor = Visitor::new(office);
        visitor.sign_in(login, PASSWORD).await.is(303);
        visitor
    }

    /// The same browser from another network address.
    #[must_use]
    pub fn from_address(mut self, address: [u8; 4]) -> Self {
        self.address = address;
        self
    }

    pub async fn sign_in(&mut self, login: &str, password: &str) -> Shown {
        self.send("/sign-in", "/sign-in", &[("login", login), ("password", password), ("next", "")]).await
    }

    pub async fn get(&mut self, path: &str) -> Shown {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Shown {
        self.ask(Method::GET, path, headers, Body::empty()).await
    }

    /// Opens a page and sends its form: the hidden fields of the page, then these.
    pub async fn send(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        let shown = self.get(page).await;
        let hidden = [("_csrf", shown.hidden("_csrf").to_owned()), ("_request", shown.hidden("_request").to_owned())];
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (*n, v.as_str())).collect();
        all.extend(fields);
        self.post(path, &all, &[]).await
    }

    /// Sends exactly these fields.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Shown {
        let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", percent(n), percent(v))).collect();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<(&str, &str)> = [kind].into_iter().chain(headers.iter().copied()).collect();
        self.ask(Method::POST, path, &headers, Body::from(pairs.join("&"))).await
    }

    /// Sends a form with a file, the token first.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Shown {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        let (field, name, content) = file;
        let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        self.ask(Method::POST, path, &[("content-type", "multipart/form-data; boundary=edge")], Body::from(body)).await
    }

    /// Sends exactly this body.
    pub async fn send_body(&mut self, path: &str, headers: &[(&str, &str)], body: Body) -> Shown {
        self.ask(Method::POST, path, headers, body).await
    }

    async fn ask(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Shown {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, "banso.invalid");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let mut request = request.body(body).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((Ipv4Addr::from(self.address), 50_000))));
        let response = self.router.clone().oneshot(request).await.expect("a router answers");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().expect("an ASCII cookie"));
        }
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        Shown { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if value.is_empty() || attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Method, path and gate of every line of the map.
#[must_use]
pub fn lines() -> Vec<(Method, &'static str, &'static str)> {
    routes::map().into_iter().map(|r| (method(r.carries), r.path, name(r.gate))).collect()
}

const fn method(carries: Carries) -> Method {
    match carries {
        Carries::Nothing => Method::GET,
        Carries::Form | Carries::Upload => Method::POST,
    }
}

/// A gate in the golden table.
const fn name(gate: Gate) -> &'static str {
    match gate {
        Gate::Anyone => "anyone",
        Gate::SignedIn => "signed in",
        Gate::Applicant => "applicant",
        Gate::Office => "office",
        Gate::Reviewer => "reviewer",
        Gate::Auditor => "auditor",
        Gate::Analyst => "analyst",
    }
}

fn percent(text: &str) -> String {
    crate::context::encoded(text)
}
