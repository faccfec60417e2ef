//! The front of the office's desk: every call with its counts and what waits in it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse as _;
use banso_grant::StateCode;
use banso_office::desk::{CallOverview, FrontDesk, Todo, TodoKind};
use banso_office::execution::WaitingKind;
use banso_office::{CallTime, Office};

use super::{call_path, phase_label, state_tone};
use crate::context::PageContext;
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "office/front.html")]
struct Front {
    page: PageContext,
    desk: FrontDesk,
}

impl Front {
    /// Where something that waits is done.
    fn todo_path(&self, call: &CallOverview, todo: &Todo) -> String {
        let path = call_path(&call.call);
        match todo.kind {
            TodoKind::Completeness => format!("{path}?state={}", StateCode::Submitted.code()),
            TodoKind::CorrectionOverdue => format!("{path}?state={}&sort=due", StateCode::Returned.code()),
            TodoKind::ReviewPlan => format!("{path}/review"),
            TodoKind::ReplaceReviewers => format!("{path}/progress"),
            TodoKind::EndReserves => format!("{path}/selection#reserves"),
            TodoKind::Selection | TodoKind::Execute => format!("{path}/selection"),
            TodoKind::GrantRequests => format!("{path}?state={}", StateCode::GrantRequested.code()),
        }
    }

    fn after_path(&self, call: &CallOverview, kind: &WaitingKind) -> String {
        super::after::after_path(&call.call, *kind)
    }

    fn path(&self, call: &CallOverview) -> String {
        call_path(&call.call)
    }

    fn tone(&self, state: &StateCode) -> &'static str {
        state_tone(*state)
    }

    fn label(&self, state: &StateCode) -> String {
        self.page.local(&state.label()).to_owned()
    }

    fn phase(&self, call: &CallOverview) -> String {
        self.page.local(&phase_label(call.phase)).to_owned()
    }

    fn time(&self, call: &CallOverview) -> (&'static str, &'static str) {
        match call.time {
            CallTime::Open => ("active", self.page.lang.pick("受付中", "Open")),
            CallTime::Upcoming => ("", self.page.lang.pick("受付前", "Not open yet")),
            CallTime::Closed => ("", self.page.lang.pick("受付終了", "Closed")),
        }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext) -> Answer {
    let desk = office.front_desk(page.person()?).await?;
    Ok(Front { page, desk }.into_response())
}
