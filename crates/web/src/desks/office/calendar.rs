//! 期限の一覧 of the whole programme: what is overdue and what comes, filtered, paged, and the same list as Excel.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_execution::duties::DutyKind;
use banso_kernel::CallId;
use banso_office::Office;
use banso_office::execution::{CalendarLine, CalendarPage, CalendarQuery, CallTally, Horizon};
use serde::Deserialize;

use super::project_path;
use super::years::duty_path;
use crate::context::{PageContext, encoded};
use crate::download::{FileKind, download};
use crate::failure::Answer;

/// The query as addresses carry it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    when: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    page: Option<usize>,
}

impl Asked {
    fn query(&self) -> CalendarQuery {
        CalendarQuery {
            horizon: Horizon::named(&self.when),
            kind: DutyKind::ALL.iter().copied().find(|k| k.code() == self.kind),
            call: CallId::parse(&self.call).ok(),
            page: self.page.unwrap_or(1).saturating_sub(1),
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "years/calendar.html")]
struct Calendar {
    page: PageContext,
    view: CalendarPage,
}

impl Calendar {
    fn address(&self) -> String {
        let q = &self.view.query;
        let call = q.call.as_ref().map(|c| encoded(&c.to_string())).unwrap_or_default();
        format!("when={}&kind={}&call={call}", q.horizon.code(), self.kind())
    }

    fn page_link(&self, number: &usize) -> String {
        format!("/office/calendar?{}&page={number}", self.address())
    }

    fn kind(&self) -> String {
        self.view.query.kind.map(|k| k.code().to_owned()).unwrap_or_default()
    }

    fn when(&self) -> String {
        self.view.query.horizon.code().to_owned()
    }

    fn call(&self) -> String {
        self.view.query.call.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    fn horizons(&self) -> Vec<(String, String)> {
        Horizon::ALL.iter().map(|h| (h.code().to_owned(), self.page.local(&h.label()).to_owned())).collect()
    }

    fn kinds(&self) -> Vec<(String, String)> {
        DutyKind::ALL.iter().map(|k| (k.code().to_owned(), self.page.local(&k.label()).to_owned())).collect()
    }

    fn calls(&self) -> Vec<(String, String)> {
        self.view.calls.iter().map(|(call, name)| (call.to_string(), self.page.local(name).to_owned())).collect()
    }

    fn number(&self) -> usize {
        self.view.query.page.min(self.view.pages - 1) + 1
    }

    /// The list of one call within a horizon, of the kind that was asked for.
    fn of_call(&self, tally: &CallTally, horizon: &str) -> String {
        format!("/office/calendar?when={horizon}&kind={}&call={}", self.kind(), encoded(&tally.call.to_string()))
    }

    /// What has been overdue for longer than the list shows.
    fn long_overdue(&self) -> usize {
        if self.view.query.horizon == Horizon::Near { self.view.tallies.iter().map(|t| t.long_overdue).sum() } else { 0 }
    }

    fn case(&self, line: &CalendarLine) -> String {
        project_path(line.case)
    }

    fn settles(&self, line: &CalendarLine) -> String {
        duty_path(line.case, line.kind)
    }

    fn left(&self, line: &CalendarLine) -> String {
        match line.days {
            0 => self.page.t("本日", "today").to_owned(),
            days if days < 0 => format!("{}{}{}", self.page.t("", ""), -days, self.page.t("日超過", " days late")),
            days => format!("{}{days}{}", self.page.t("あと", ""), self.page.t("日", " days left")),
        }
    }

    fn tone(&self, line: &CalendarLine) -> &'static str {
        match line.days {
            days if days < 0 => "wrong",
            0..=7 => "care",
            _ => "",
        }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    let view = office.calendar(page.person()?, asked.query()).await?;
    Ok(Calendar { page, view }.into_response())
}

pub(crate) async fn excel(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    let file = office.calendar_file(page.person()?, &asked.query()).await?;
    Ok(download(&format!("期限一覧_{}.xlsx", page.now.day()), FileKind::Excel, file))
}
