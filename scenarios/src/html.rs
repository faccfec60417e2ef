//! Just enough reading of a page to use its forms and links. No browser, no scripts.

use std::collections::BTreeMap;

/// An answer of the server after redirects.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    /// Path and query that answered.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub bytes: Vec<u8>,
}

/// A form with what it would send if nothing were changed.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub multipart: bool,
    pub fields: Vec<(String, String)>,
}

impl Page {
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// # Panics
    /// When the page does not hold the words; shows the page.
    pub fn expect(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "{} ({}) does not say `{words}`:\n{}", self.path, self.status, self.plain());
        self
    }

    /// # Panics
    /// When the status is another.
    pub fn expect_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}:\n{}", self.path, self.plain());
        self
    }

    /// The words of the page without its tags.
    #[must_use]
    pub fn plain(&self) -> String {
        let text = self.text();
        let body = text.split("<body").nth(1).unwrap_or(&text);
        let mut out = String::new();
        for piece in body.split('<').skip(1) {
            let words = piece.split_once('>').map_or("", |(_, words)| words).trim();
            if !words.is_empty() {
                out.push_str(&unescape(words));
                out.push('\n');
            }
        }
        out
    }

    /// The form whose action contains `part`.
    ///
    /// # Panics
    /// When there is none; lists those there are.
    #[must_use]
    pub fn form(&self, part: &str) -> Form {
        self.try_form(part).unwrap_or_else(|e| panic!("{e}"))
    }

    /// # Errors
    /// When there is none; lists those there are.
    pub fn try_form(&self, part: &str) -> Result<Form, String> {
        let forms = self.forms();
        let found = forms.iter().find(|f| f.action.contains(part)).cloned();
        let actions: Vec<_> = forms.iter().map(|f| &f.action).collect();
        found.ok_or_else(|| format!("{} ({}) has no form for `{part}`, only {actions:?}:\n{}", self.path, self.status, self.plain()))
    }

    /// All forms, in the order of the page.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let text = self.text();
        text.split("<form").skip(1).filter_map(|piece| piece.split_once("</form>").map(|(form, _)| read_form(form, &self.path))).collect()
    }

    /// The values of the boxes and buttons of a group, ticked or not.
    #[must_use]
    pub fn choices(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let own = tags(&text, "input").filter(|tag| attribute(tag, "name").as_deref() == Some(name));
        own.filter_map(|tag| attribute(tag, "value")).collect()
    }

    /// Targets of all links whose address contains `part`, each once.
    #[must_use]
    pub fn links(&self, part: &str) -> Vec<String> {
        let text = self.text();
        let mut found: Vec<String> = Vec::new();
        for target in tags(&text, "a").filter_map(|tag| attribute(tag, "href")).filter(|target| target.contains(part)) {
            if !found.contains(&target) {
                found.push(target);
            }
        }
        found
    }

    /// # Panics
    /// When no link's address contains `part`.
    #[must_use]
    pub fn link(&self, part: &str) -> String {
        let found = self.links(part).into_iter().next();
        found.unwrap_or_else(|| panic!("{} ({}) has no link to `{part}`:\n{}", self.path, self.status, self.plain()))
    }
}

impl Form {
    /// The form with one field set, as a person would type it.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// One more field of a name that may come often: a box ticked.
    #[must_use]
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

fn read_form(form: &str, page: &str) -> Form {
    let (head, body) = form.split_once('>').unwrap_or((form, ""));
    let action = attribute(head, "action").filter(|a| !a.is_empty()).unwrap_or_else(|| page.to_owned());
    let mut fields = Vec::new();
    for tag in tags(body, "input") {
        let kind = attribute(tag, "type").unwrap_or_default();
        let chosen = !matches!(kind.as_str(), "checkbox" | "radio") || has(tag, "checked");
        if let Some(name) = attribute(tag, "name")
            && chosen
            && !matches!(kind.as_str(), "submit" | "button" | "file" | "image")
        {
            let unset = if kind == "checkbox" { "on" } else { "" };
            fields.push((name, attribute(tag, "value").unwrap_or_else(|| unset.to_owned())));
        }
    }
    for piece in body.split("<textarea").skip(1) {
        if let (Some((_, rest)), Some(name)) = (piece.split_once('>'), attribute(piece, "name")) {
            fields.push((name, unescape(rest.split("</textarea").next().unwrap_or("").trim_start_matches('\n'))));
        }
    }
    for piece in body.split("<select").skip(1) {
        let inner = piece.split("</select").next().unwrap_or("");
        if let Some(name) = attribute(piece, "name") {
            let options: Vec<_> = tags(inner, "option").collect();
            let chosen = options.iter().find(|o| has(o, "selected")).or(options.first());
            fields.push((name, chosen.and_then(|o| attribute(o, "value")).unwrap_or_default()));
        }
    }
    Form { action, multipart: attribute(head, "enctype").is_some_and(|e| e.contains("multipart")), fields }
}

/// What stands between `<name` and `>` of each such tag.
fn tags<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split('<').filter_map(move |piece| {
        let rest = piece.strip_prefix(name)?;
        let tag = rest.split('>').next()?;
        (tag.is_empty() || tag.starts_with([' ', '\n', '/'])).then_some(tag)
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let start = tag.find(&format!(" {name}=\"")).or_else(|| tag.find(&format!("\n{name}=\"")))? + name.len() + 3;
    tag[start..].split('"').next().map(unescape)
}

fn has(tag: &str, word: &str) -> bool {
    tag.split([' ', '\n', '/']).any(|w| w == word || w.starts_with(&format!("{word}=")))
}

fn unescape(text: &str) -> String {
    let mut out = text.to_owned();
    for (from, to) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        out = out.replace(from, to);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let html = r#"<body><form method="post" action="/a?x=1&amp;y" enctype="multipart/form-data"><input type="hidden" name="csrf" value="t&#34;k">
            <input name="q" value=""><input type="checkbox" name="c" checked><input type="checkbox" name="d"><input type="radio" name="r" value="1">
            <input type="radio" name="r" value="2" checked><textarea name="t">
a &lt;b&gt;</textarea><select name="s"><option value="1">x</option><option value="2" selected>y</option></select><button name="b">go</button></form>"#;
        let page = Page { status: 200, path: "/p".into(), headers: BTreeMap::new(), bytes: html.into() };
        let form = page.form("/a").set("q", "５");
        let value = |name| form.value(name);
        assert_eq!((form.action.as_str(), form.multipart), ("/a?x=1&y", true));
        assert_eq!((value("csrf"), value("q"), value("c"), value("d")), (Some("t\"k"), Some("５"), Some("on"), None));
        assert_eq!((value("r"), value("t"), value("s"), value("b")), (Some("2"), Some("a <b>"), Some("2"), None));
    }
}
