//! The outbox: what was mailed, what waits, what failed.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_office::Office;
use banso_office::desk::{MailKind, MailPage, SentMail};
use serde::Deserialize;

use crate::context::PageContext;
use crate::failure::Answer;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: Option<u32>,
}

#[derive(Template, WebTemplate)]
#[template(path = "office/mails.html")]
struct Mails {
    page: PageContext,
    view: MailPage,
}

impl Mails {
    fn kind(&self) -> String {
        self.view.kind.map(|k| k.code().to_owned()).unwrap_or_default()
    }

    fn kinds(&self) -> Vec<(String, String)> {
        MailKind::ALL.iter().map(|k| (k.code().to_owned(), self.page.local(&k.label()).to_owned())).collect()
    }

    fn label(&self, mail: &SentMail) -> String {
        mail.kind.map(|k| self.page.local(&k.label()).to_owned()).unwrap_or_default()
    }

    fn state(&self, mail: &SentMail) -> (&'static str, &'static str) {
        match (mail.sent_at, &mail.error) {
            (Some(_), _) => ("good", self.page.lang.pick("送信済", "sent")),
            (None, Some(_)) => ("wrong", self.page.lang.pick("送信できず（再試行中）", "failed, being tried again")),
            (None, None) => ("", self.page.lang.pick("送信待ち", "waiting")),
        }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    let kind = MailKind::parse(&asked.kind);
    let view = office.outbox(page.person()?, kind, asked.page.unwrap_or(1).saturating_sub(1)).await?;
    Ok(Mails { page, view }.into_response())
}
