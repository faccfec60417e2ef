//! Somebody with a session but without a browser: keeps cookies, follows redirects, sends forms. For flows by the thousand.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::html::{Form, Page};

const PAGE_MAX: usize = 256 * 1024 * 1024;
const REDIRECTS_MAX: usize = 10;

/// A file in a form.
#[derive(Debug, Clone)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// One person's session with one server.
#[derive(Debug, Clone)]
pub struct Visitor {
    client: Client<HttpConnector, Body>,
    address: String,
    cookies: BTreeMap<String, String>,
    language: &'static str,
}

impl Visitor {
    #[must_use]
    pub fn new(address: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Visitor { client, address: address.to_owned(), cookies: BTreeMap::new(), language: "ja" }
    }

    /// The same session after the server has been started again elsewhere.
    pub fn move_to(&mut self, address: &str) {
        address.clone_into(&mut self.address);
    }

    /// # Panics
    /// When the server cannot be reached.
    pub async fn get(&mut self, path: &str) -> Page {
        self.try_get(path).await.unwrap_or_else(|e| panic!("GET {path}: {e}"))
    }

    /// # Errors
    /// When the server cannot be reached or breaks off.
    pub async fn try_get(&mut self, path: &str) -> Result<Page, String> {
        self.send(Method::GET, path, None).await
    }

    /// # Panics
    /// When the server cannot be reached.
    pub async fn submit(&mut self, form: &Form) -> Page {
        self.try_submit(form, &[]).await.unwrap_or_else(|e| panic!("POST {}: {e}", form.action))
    }

    /// # Panics
    /// When the server cannot be reached.
    pub async fn submit_with(&mut self, form: &Form, uploads: &[Upload]) -> Page {
        self.try_submit(form, uploads).await.unwrap_or_else(|e| panic!("POST {}: {e}", form.action))
    }

    /// # Errors
    /// When the server cannot be reached or breaks off before its answer is whole.
    pub async fn try_submit(&mut self, form: &Form, uploads: &[Upload]) -> Result<Page, String> {
        let content = if form.multipart || !uploads.is_empty() { multipart(&form.fields, uploads) } else { urlencoded(&form.fields) };
        self.send(Method::POST, &form.action, Some(content)).await
    }

    async fn send(&mut self, method: Method, path: &str, content: Option<(String, Vec<u8>)>) -> Result<Page, String> {
        let (mut method, mut path, mut content) = (method, path.to_owned(), content);
        for _ in 0..REDIRECTS_MAX {
            let response = self.once(&method, &path, content.take()).await?;
            self.keep_cookies(&response);
            let target = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
            match target {
                Some(target) if response.status().is_redirection() => {
                    path = target.strip_prefix(&self.address).unwrap_or(&target).to_owned();
                    method = Method::GET;
                }
                Some(_) | None => return read(response, path).await,
            }
        }
        Err(format!("more than {REDIRECTS_MAX} redirects, the last to {path}"))
    }

    async fn once(&self, method: &Method, path: &str, content: Option<(String, Vec<u8>)>) -> Result<Response<Body>, String> {
        let cookies: Vec<_> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::COOKIE, cookies.join("; "));
        let body = match content {
            Some((kind, bytes)) => {
                request =
                    request.header(header::CONTENT_TYPE, kind).header("sec-fetch-site", "same-origin").header("origin", &self.address);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(|e| e.to_string())?;
        self.client.request(request).await.map(|r| r.map(Body::new)).map_err(|e| format!("{e:?}"))
    }

    fn keep_cookies(&mut self, response: &Response<Body>) {
        for cookie in response.headers().get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                if value.is_empty() || cookie.to_ascii_lowercase().contains("max-age=0") {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
    }
}

async fn read(response: Response<Body>, path: String) -> Result<Page, String> {
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter().map(|(k, v)| (k.as_str().to_owned(), String::from_utf8_lossy(v.as_bytes()).into_owned())).collect();
    let bytes = to_bytes(body, PAGE_MAX).await.map_err(|e| e.to_string())?.to_vec();
    Ok(Page { status: parts.status.as_u16(), path, headers, bytes })
}

fn urlencoded(fields: &[(String, String)]) -> (String, Vec<u8>) {
    let pairs: Vec<_> = fields.iter().map(|(k, v)| format!("{}={}", percent(k), percent(v))).collect();
    ("application/x-www-form-urlencoded".to_owned(), pairs.join("&").into_bytes())
}

/// Percent encoding of everything but letters, digits and `-._~`.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn multipart(fields: &[(String, String)], uploads: &[Upload]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----banso-scenarios-7d9f3c1e5b";
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    for Upload { field, name, media_type, bytes } in uploads {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded() {
        assert_eq!(urlencoded(&[("a b".into(), "1+2&髙".into())]).1, b"a%20b=1%2B2%26%E9%AB%99");
        let (kind, body) = multipart(&[("a".into(), "1".into())], &[]);
        assert!(kind.ends_with("5b") && body.ends_with(b"5b--\r\n"));
    }
}
