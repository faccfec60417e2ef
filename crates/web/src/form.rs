//! The fields of a form: counted, cleaned, read into the kernel's words. Unknown fields are ignored, a field sent twice keeps its order.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use banso_kernel::{Day, Digest, LocalText, MoneyError, RequestId, Yen, fold_width};
use banso_office::FieldProblem;
use uuid::Uuid;

use crate::context::PageContext;
use crate::failure::Failure;

/// Most fields of one form: a budget of 20 members, 10 lines and 3 years, and room to spare.
const FIELDS_MAX: usize = 3_000;
/// Most bytes of a field's name, and of its value.
const NAME_BYTES_MAX: usize = 200;
pub(crate) const VALUE_BYTES_MAX: usize = 400_000;

/// The fields as they came, within limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pairs(Arc<Vec<(String, String)>>);

impl Pairs {
    /// # Errors
    /// More or longer fields than any form of ours has.
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Result<Self, Failure> {
        if pairs.len() > FIELDS_MAX || pairs.iter().any(|(name, _)| name.len() > NAME_BYTES_MAX) {
            return Err(Failure::TooLarge);
        }
        let pairs = Pairs::cleaned(pairs);
        let too_long = pairs.iter().find(|(_, value)| value.len() > VALUE_BYTES_MAX).map(|(_, value)| value.len());
        match too_long {
            Some(bytes) => Err(Failure::TooLong { bytes, typed: pairs }),
            None => Ok(pairs),
        }
    }

    fn cleaned(pairs: Vec<(String, String)>) -> Self {
        Pairs(Arc::new(pairs.into_iter().map(|(name, value)| (name, clean(&value))).collect()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Line ends as `\n`; nothing that is not seen and changes what is; no blanks around it.
fn clean(value: &str) -> String {
    let text = value.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !unseen(*c)).collect::<String>().trim().to_owned()
}

/// Control characters; those that turn the direction of what follows, so that a list or a letter reads otherwise than it is written; and
/// those that no XML may hold, which would leave an Excel file that does not open.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The fields of a form that has passed the CSRF check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormFields {
    pairs: Pairs,
    request: RequestId,
}

impl FormFields {
    pub(crate) fn new(pairs: Pairs) -> Self {
        let request = pairs.first("_request").and_then(|id| id.parse().ok()).unwrap_or_else(|| RequestId::new(Uuid::now_v7()));
        FormFields { pairs, request }
    }

    /// The id of a press of this person's on this page. With another text, on another page or of somebody else it is another press: what
    /// was answered to one is never taken for the answer to the other, and a page that the browser had kept is heard once more.
    fn pressed(mut self, parts: &Parts) -> Self {
        let Some(id) = self.pairs.first("_request").filter(|id| id.parse::<RequestId>().is_ok()) else { return self };
        let person = parts.extensions.get::<PageContext>().and_then(|p| p.account.as_ref()).map(|a| a.person.id.to_string());
        let told = self.pairs.0.iter().filter(|(name, _)| !matches!(name.as_str(), "_csrf" | "_request"));
        let fields = told.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let words: Vec<&str> = [id, person.as_deref().unwrap_or_default(), parts.uri.path()].into_iter().chain(fields).collect();
        let text: String = words.iter().map(|word| format!("{} {word}\n", word.len())).collect();
        let mut bytes = [0_u8; 16];
        bytes.iter_mut().zip(Digest::of(text.as_bytes()).as_bytes()).for_each(|(to, from)| *to = *from);
        self.request = RequestId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid());
        self
    }

    /// The id of this press of the button: a form sent twice has it twice.
    pub(crate) const fn request(&self) -> RequestId {
        self.request
    }

    /// The text of a field, empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.pairs.first(name).unwrap_or_default()
    }

    /// The lines of a text, those with nothing in them left out.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        self.text(name).lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    }

    /// Whether a box was ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.pairs.first(name).is_some()
    }

    /// All values of a field sent several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Every field but the hidden ones of the frame.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().filter(|(n, _)| !n.starts_with('_'))
    }

    /// A whole number; full-width digits and commas are accepted. `None` when the field is empty.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, FieldProblem> {
        let bare: String = fold_width(self.text(name)).chars().filter(|c| !matches!(c, ',' | ' ')).collect();
        if bare.is_empty() {
            return Ok(None);
        }
        bare.parse().map(Some).map_err(|_| wrong(name, "整数を入力してください（例：12）。", "Enter a whole number, e.g. 12."))
    }

    /// An amount; 全角, commas, 万 and 億 are accepted. `None` when the field is empty.
    pub(crate) fn yen(&self, name: &str) -> Result<Option<Yen>, FieldProblem> {
        let told = |e: MoneyError| FieldProblem { field: name.to_owned(), text: e.told() };
        self.parsed(name, |t| Yen::parse(t).map_err(told))
    }

    /// A day, 和暦 or 西暦. `None` when the field is empty.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, FieldProblem> {
        let (ja, en) = (
            "実在する日付を入力してください（例：令和7年4月1日、2025-04-01）。",
            "Enter a day that exists, e.g. 2025-04-01 or 令和7年4月1日.",
        );
        self.parsed(name, |t| Day::parse(t).map_err(|_| wrong(name, ja, en)))
    }

    fn parsed<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, FieldProblem>) -> Result<Option<T>, FieldProblem> {
        let text = self.text(name);
        if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
    }
}

fn wrong(field: &str, ja: &str, en: &str) -> FieldProblem {
    FieldProblem { field: field.to_owned(), text: LocalText::new(ja, en) }
}

impl<S: Send + Sync> FromRequestParts<S> for FormFields {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match parts.extensions.remove::<Pairs>() {
            Some(pairs) => Ok(FormFields::new(pairs).pressed(parts)),
            None => {
                tracing::error!("a form was asked for on a route that carries none");
                Err(Failure::Status(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(pairs: &[(&str, &str)]) -> FormFields {
        FormFields::new(Pairs::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()).unwrap())
    }

    #[test]
    fn fields_are_cleaned_and_read() {
        let f = form(&[
            ("a", " １，２３４ "),
            ("b", "x\r\ny\u{0}z"),
            ("c", "令和7年2月30日"),
            ("d", "4,500万円"),
            ("e", "1.5"),
            ("a", "2"),
            ("_csrf", "t"),
        ]);
        assert_eq!(f.number("a"), Ok(Some(1234)));
        assert_eq!(f.text("b"), "x\nyz");
        assert_eq!(clean("\u{feff}計画\u{202e}fdp.\u{2066}xe\u{ffff}\u{200b}"), "計画fdp.xe\u{200b}");
        assert_eq!(f.all("a").collect::<Vec<_>>(), ["１，２３４", "2"]);
        assert_eq!(f.yen("d"), Ok(Some(Yen::new(45_000_000))));
        assert_eq!(f.number("nowhere"), Ok(None));
        assert!(f.iter().all(|(n, _)| n != "_csrf"));
        for problem in [f.day("c").unwrap_err(), f.yen("e").unwrap_err()] {
            assert!(!problem.text.ja.is_empty() && problem.text.en.is_some());
        }
    }

    #[test]
    fn the_same_press_has_the_same_id() {
        let id = "0198a000-0000-7000-8000-000000000001";
        assert_eq!(form(&[("_request", id)]).request(), form(&[("_request", id)]).request());
        assert_ne!(form(&[("_request", "nonsense")]).request(), form(&[]).request());
    }

    #[test]
    fn an_id_means_one_form_of_one_person_on_one_page() {
        let id = "0198a000-0000-7000-8000-000000000001";
        let pressed = |path: &str, fields: &[(&str, &str)]| {
            let request = axum::http::Request::builder().uri(path).body(()).unwrap();
            form(fields).pressed(&request.into_parts().0).request()
        };
        let first = pressed("/office/cases/1/check/pass", &[("_request", id), ("check", "a"), ("_csrf", "1")]);
        assert_eq!(pressed("/office/cases/1/check/pass", &[("_request", id), ("check", "a"), ("_csrf", "2")]), first);
        assert_ne!(pressed("/office/cases/2/check/pass", &[("_request", id), ("check", "a")]), first);
        assert_ne!(pressed("/office/cases/1/check/pass", &[("_request", id), ("check", "b")]), first);
        assert_ne!(pressed("/office/cases/1/check/pass", &[("_request", id), ("chec", "ka")]), first);
    }

    #[test]
    fn more_than_a_form_has_is_refused() {
        let many = vec![(String::from("a"), String::new()); FIELDS_MAX + 1];
        let long_name = vec![("a".repeat(NAME_BYTES_MAX + 1), String::new())];
        for pairs in [many, long_name] {
            assert!(matches!(Pairs::new(pairs), Err(Failure::TooLarge)));
        }
        let long_value = vec![(String::from("a"), "x".repeat(VALUE_BYTES_MAX + 1))];
        assert!(matches!(Pairs::new(long_value), Err(Failure::TooLong { typed, .. }) if typed.iter().count() == 1));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_in_words(name in ".{0,40}", value in ".{0,200}") {
            let f = form(&[(&name, &value)]);
            let _ = (f.number(&name), f.yen(&name), f.day(&name), f.ticked(&name));
            prop_assert!(!f.text(&name).contains('\r'));
        }
    }
}
