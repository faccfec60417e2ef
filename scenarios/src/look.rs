//! Looking at pages as people with all kinds of eyes and screens do: axe finds nothing, nothing runs out at the side, nothing is broken.

use crate::axe::accessibility_faults;
use crate::browser::{Browser, Screen};
use crate::server::Server;
use crate::stage::Login;

/// Looks at every page on a desk and on a phone, in Japanese, and on a phone in English; answers with all that is wrong.
pub async fn flaws(browser: &Browser, paths: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (screen, lang) in [(Screen::Desk, "ja"), (Screen::Phone, "ja"), (Screen::Phone, "en")] {
        browser.resize(screen).await;
        for path in paths {
            browser.visit(&in_language(path, lang)).await;
            let wrong = shown_flaws(browser, lang).await;
            found.extend(wrong.into_iter().map(|flaw| format!("{path} ({screen:?}, {lang}): {flaw}")));
        }
    }
    // The language of the last page is kept in a cookie: back to the usual one.
    browser.visit(&in_language("/", "ja")).await;
    browser.resize(Screen::Desk).await;
    found
}

fn in_language(path: &str, lang: &str) -> String {
    let (page, anchor) = path.split_once('#').unwrap_or((path, ""));
    let sign = if page.contains('?') { '&' } else { '?' };
    format!("{page}{sign}lang={lang}{}{anchor}", if anchor.is_empty() { "" } else { "#" })
}

/// What is wrong with the page shown.
pub async fn shown_flaws(browser: &Browser, lang: &str) -> Vec<String> {
    let mut found = accessibility_faults(browser).await;
    let facts = "return [document.documentElement.lang, document.documentElement.scrollWidth - document.documentElement.clientWidth,
        document.querySelectorAll('h1').length, performance.getEntriesByType('navigation')[0].responseStatus]";
    let facts = browser.execute(facts, vec![]).await.expect("the page answers");
    if facts[0] != lang {
        found.push(format!("the page says lang={}", facts[0]));
    }
    if facts[1].as_i64().is_none_or(|over| over > 0) {
        found.push(format!("the page is {} px wider than the screen", facts[1]));
    }
    if facts[2] != 1 {
        found.push(format!("the page has {} h1", facts[2]));
    }
    if facts[3].as_i64().is_some_and(|status| status >= 400) {
        found.push(format!("the answer was {}: {}", facts[3], browser.words().await));
    }
    found
}

impl Login {
    /// Signs in as a person does.
    pub async fn sign_in_with(&self, browser: &Browser) {
        browser.visit("/sign-in").await;
        browser.fill("login", &self.login).await;
        browser.fill("password", &self.password).await;
        browser.press("form[action='/sign-in'] button").await;
        browser.find_css("form[action='/sign-out']").await;
    }

    /// A browser of one's own, signed in.
    pub async fn browser(&self, server: &Server, screen: Screen, scripts: crate::Scripts) -> Option<Browser> {
        let browser = Browser::open(&server.address, screen, scripts).await?;
        self.sign_in_with(&browser).await;
        Some(browser)
    }
}
