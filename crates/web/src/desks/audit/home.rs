//! Finding a case among all calls.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_grant::StateCode;
use banso_kernel::CallId;
use banso_office::Office;
use banso_office::apply::tone_of;
use banso_office::audit::{AuditList, AuditRow, AuditSearch};
use serde::Deserialize;

use super::case_path;
use crate::context::{PageContext, encoded};
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "audit/home.html")]
struct Home {
    page: PageContext,
    list: AuditList,
    asked: Asked,
    number: u32,
    calls: Vec<(String, String)>,
    states: Vec<(String, String)>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: String,
}

pub(crate) async fn show(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    let asked = asked.0;
    let number = asked.page.parse().unwrap_or(1_u32).max(1);
    let search = AuditSearch {
        text: asked.q.clone(),
        call: CallId::parse(&asked.call).ok(),
        state: StateCode::parse(&asked.state),
        page: number - 1,
    };
    let list = office.audit_search(page.person()?, &search).await?;
    let calls = list.calls.iter().map(|c| (c.call.to_string(), page.local(&c.name).to_owned())).collect();
    let states = StateCode::ALL.iter().map(|s| (s.code().to_owned(), page.local(&s.label()).to_owned())).collect();
    Ok(Home { page, list, asked, number, calls, states }.into_response())
}

impl Home {
    fn path(&self, row: &AuditRow) -> String {
        case_path(&row.case)
    }

    fn label(&self, row: &AuditRow) -> String {
        self.page.local(&row.state.label()).to_owned()
    }

    const fn tone(&self, row: &AuditRow) -> &'static str {
        tone_of(row.state)
    }

    /// The same search on another page.
    fn turned_to(&self, number: u32) -> String {
        let Asked { q, call, state, .. } = &self.asked;
        format!("/audit?q={}&call={}&state={}&page={number}", encoded(q), encoded(call), encoded(state))
    }

    fn has_next(&self) -> bool {
        u64::from(self.number) < self.list.pages
    }
}
