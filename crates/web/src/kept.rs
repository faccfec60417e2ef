//! What somebody typed into a form that could not be taken: shown again and, where that is safe, sent again. With scripts off the
//! answer to the form is the only copy there is.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest as _, Request};
use axum::http::{HeaderMap, header};
use banso_kernel::{CallId, LocalText};
use banso_office::Office;

use crate::form::{FormFields, Pairs};
use crate::labels;
use crate::route::FORM_BYTES_MAX;

/// Fields of a kept form travel through the sign-in page under their own names with this before them.
const CARRIED: &str = "kept.";
/// Where the kept form goes.
const CARRIED_PATH: &str = "kept-path";
/// The one form whose fields are not kept: they are a password.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// Hidden fields of our forms, of no interest to a reader.
const NOT_TYPED: [&str; 7] = ["version", "revision", "go", "prepared", "request-version", "plan", "declared"];

/// A form as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Where it was sent to.
    pub(crate) path: String,
    pairs: Vec<(String, String)>,
    /// What the form called its fields, where that is known.
    labels: Vec<(String, LocalText)>,
}

/// A field that somebody filled in.
pub(crate) struct Typed<'a> {
    pub(crate) label: LocalText,
    pub(crate) value: &'a str,
    /// How high a box shows it.
    pub(crate) rows: usize,
}

impl Kept {
    /// The fields of a form sent to `path`; what the sign-in page carried for another form, if that is where it was sent. None when there
    /// is nothing to lose.
    pub(crate) fn of(path: &str, pairs: &Pairs) -> Option<Self> {
        if path == SIGN_IN {
            return Self::carried(pairs.iter());
        }
        let pairs = pairs.iter().filter(|(n, _)| *n != crate::csrf::TOKEN_FIELD).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let kept = Kept { path: path.to_owned(), pairs, labels: Vec::new() };
        (!kept.typed().is_empty()).then_some(kept)
    }

    /// What the sign-in page carried.
    pub(crate) fn of_sign_in(form: &FormFields) -> Option<Self> {
        Self::carried(form.iter())
    }

    fn carried<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut path, mut pairs) = (String::new(), Vec::new());
        for (name, value) in fields {
            if name == CARRIED_PATH {
                path = value.to_owned();
            } else if let Some(own) = name.strip_prefix(CARRIED) {
                pairs.push((own.to_owned(), value.to_owned()));
            }
        }
        let ours = path.starts_with('/') && !path.starts_with("//") && path.bytes().all(|b| b.is_ascii_graphic() && !b"\\?#".contains(&b));
        (ours && !pairs.is_empty()).then_some(Kept { path, pairs, labels: Vec::new() })
    }

    /// A form whose body was not read yet, for whoever has no session any more. Nothing of a form from elsewhere is kept.
    pub(crate) async fn unread(request: Request) -> Option<Self> {
        let (parts, body) = request.into_parts();
        if !from_here(&parts.headers) || !is_form(&parts.headers) {
            return None;
        }
        let path = parts.uri.path().to_owned();
        let bytes = to_bytes(body, FORM_BYTES_MAX).await.ok()?;
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, Body::from(bytes)), &()).await.ok()?;
        Self::of(&path, &Pairs::new(pairs).ok()?)
    }

    /// The same with the labels of its fields: those of the guideline whose form it was, and our own.
    pub(crate) fn labelled(mut self, office: &Office) -> Self {
        let call = self.pairs.iter().find(|(n, _)| n == labels::FORM_OF).and_then(|(_, call)| CallId::parse(call).ok());
        let edition = call.and_then(|call| office.edition_in_force(&call).ok());
        self.labels =
            self.pairs.iter().filter_map(|(name, _)| Some((name.clone(), labels::label_of(name, &self.path, edition.as_ref())?))).collect();
        self
    }

    /// What a person typed or chose.
    pub(crate) fn typed(&self) -> Vec<Typed<'_>> {
        let seen = self.pairs.iter().filter(|(n, v)| !n.starts_with('_') && !v.is_empty() && !NOT_TYPED.contains(&n.as_str()));
        seen.map(|(name, value)| {
            let lines = value.lines().map(|l| 1 + l.chars().count() / 40).sum::<usize>();
            let label = self.labels.iter().find(|(n, _)| n == name).map(|(_, label)| label.clone());
            let bare = || LocalText::ja(name.strip_prefix("a.").unwrap_or(name));
            Typed { label: label.unwrap_or_else(bare), value, rows: lines.clamp(1, 20) }
        })
        .collect()
    }

    /// Every field, for sending it again; the press of the button among them, so that it counts once.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Every field as the sign-in page carries it.
    pub(crate) fn carriers(&self) -> Vec<(String, &str)> {
        let path = [(CARRIED_PATH.to_owned(), self.path.as_str())];
        path.into_iter().chain(self.pairs.iter().map(|(n, v)| (format!("{CARRIED}{n}"), v.as_str()))).collect()
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

/// Whether the browser itself says that the form stood on a page of ours. Only then is a button offered that sends it again: a page of
/// somebody else must not have its text waved through by a click.
pub(crate) fn from_here(headers: &HeaderMap) -> bool {
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    says && crate::csrf::same_site(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Pairs {
        Pairs::new(of.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()).unwrap()
    }

    #[test]
    fn what_was_typed_is_kept_and_the_token_is_not() {
        let sent = [("_csrf", "t"), ("_request", "r"), ("version", "3"), ("a.needs", "課題"), ("a.empty", "")];
        let kept = Kept::of("/apply/x", &pairs(&sent)).unwrap();
        let typed: Vec<(String, &str)> = kept.typed().iter().map(|t| (t.label.ja.clone(), t.value)).collect();
        assert_eq!(typed, [("needs".to_owned(), "課題")]);
        let names: Vec<&str> = kept.fields().iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["_request", "version", "a.needs", "a.empty"]);
        assert_eq!(Kept::of("/apply/x", &pairs(&[("_csrf", "t"), ("go", "stay")])), None);
    }

    #[test]
    fn it_travels_through_the_sign_in_page() {
        let kept = Kept::of("/apply/x", &pairs(&[("_request", "r"), ("a.needs", "課題")])).unwrap();
        let mut carried: Vec<(String, String)> = kept.carriers().into_iter().map(|(n, v)| (n, v.to_owned())).collect();
        carried.extend([("login".to_owned(), "a".to_owned()), ("password".to_owned(), "secret".to_owned())]);
        let carried = Pairs::new(carried).unwrap();
        assert_eq!(Kept::of(SIGN_IN, &carried), Some(kept.clone()));
        assert_eq!(Kept::of_sign_in(&FormFields::new(carried)), Some(kept));
        assert_eq!(Kept::of(SIGN_IN, &pairs(&[("login", "a"), ("password", "secret")])), None);
        for elsewhere in ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "/a?b", ""] {
            assert_eq!(Kept::of(SIGN_IN, &pairs(&[("kept-path", elsewhere), ("kept.a", "x")])), None, "{elsewhere}");
        }
    }
}
