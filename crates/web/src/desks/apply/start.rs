//! Starting an application: the firm first, then track and title.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_office::apply::{StartOrder, StartPage};
use banso_office::{CallTime, Office, OfficeError, call_time};
use serde::Deserialize;
use tower_sessions::Session;

use super::case_path;
use crate::context::PageContext;
use crate::desks::{call_of, invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "apply/start.html")]
struct Start {
    page: PageContext,
    view: StartPage,
    path: String,
    number: String,
    title: String,
    track: String,
}

impl Start {
    /// Why nothing can be started here, while the call takes nothing in.
    fn not_open(&self) -> Option<&'static str> {
        match call_time(&self.view.edition, self.page.now) {
            CallTime::Open => None,
            CallTime::Upcoming => Some(self.page.lang.pick(
                "受付はまだ始まっていません。受付開始の日時に、もう一度開いてください。",
                "The call has not opened yet. Please come back when it has.",
            )),
            CallTime::Closed => Some(
                self.page
                    .lang
                    .pick("受付は終了しました。新しい申請は始められません。", "The call is closed. Nothing can be started any more."),
            ),
        }
    }

    fn tracks(&self) -> Vec<(String, String)> {
        self.view.tracks.iter().map(|t| (t.name.clone(), self.page.local(&t.title).to_owned())).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Identified {
    number: Option<String>,
}

pub(crate) async fn show(
    office: State<Office>,
    page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    Query(asked): Query<Identified>,
) -> Answer {
    let call = call_of((&programme, &round))?;
    let path = format!("/apply/start/{programme}/{round}");
    let number = asked.number.clone().unwrap_or_default();
    match office.start_page(page.person()?, &call, asked.number.as_deref()).await {
        Ok(view) => {
            let own = view.own_number.map(|n| n.to_string()).unwrap_or_default();
            let number = if number.is_empty() { own } else { number };
            Ok(Start { page, view, path, number, title: String::new(), track: String::new() }.into_response())
        }
        Err(OfficeError::Invalid(problems)) => {
            let view = office.start_page(page.person()?, &call, None).await?;
            invalid(Start { page: page.with_problems(problems), view, path, number, title: String::new(), track: String::new() })
        }
        Err(other) => Err(other.into()),
    }
}

pub(crate) async fn begin(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of((&programme, &round))?;
    let order = StartOrder {
        call: call.clone(),
        number: form.text("number").to_owned(),
        title: form.text("title").to_owned(),
        track: form.text("track").to_owned(),
        request: form.request(),
    };
    match office.start_application(page.person()?, &order).await {
        Ok(case) => see_other(&session, &case_path(case), "申請書を作成しました。", "The application was started.").await,
        Err(OfficeError::Invalid(problems)) => {
            let number = Some(order.number.as_str()).filter(|_| !problems.iter().any(|p| p.field == "number"));
            let view = office.start_page(page.person()?, &call, number).await?;
            let path = format!("/apply/start/{programme}/{round}");
            let StartOrder { number, title, track, .. } = order;
            invalid(Start { page: page.with_problems(problems), view, path, number, title, track })
        }
        Err(other) => Err(other.into()),
    }
}
