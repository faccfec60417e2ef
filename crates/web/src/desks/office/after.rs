//! 交付決定後にすること: everything that waits for the office after the decisions, each with where it is done.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_kernel::CallId;
use banso_office::Office;
use banso_office::execution::{WaitingAt, WaitingKind, WaitingPage, WaitingQuery, WaitingTask};
use serde::Deserialize;

use super::years::duty_path;
use super::{call_path, project_path};
use crate::context::{PageContext, encoded};
use crate::failure::Answer;

/// The query as addresses carry it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    call: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: Option<usize>,
}

#[derive(Template, WebTemplate)]
#[template(path = "office/after.html")]
struct After {
    page: PageContext,
    view: WaitingPage,
}

/// The list of one kind in one call.
pub(crate) fn after_path(call: &CallId, kind: WaitingKind) -> String {
    format!("/office/after?call={}&kind={}", encoded(&call.to_string()), kind.code())
}

impl After {
    fn call(&self) -> String {
        self.view.query.call.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    fn kind(&self) -> String {
        self.view.query.kind.map(|k| k.code().to_owned()).unwrap_or_default()
    }

    fn calls(&self) -> Vec<(String, String)> {
        self.view.calls.iter().map(|(call, name)| (call.to_string(), self.page.local(name).to_owned())).collect()
    }

    fn kinds(&self) -> Vec<(String, String)> {
        WaitingKind::ALL.iter().map(|k| (k.code().to_owned(), self.page.local(&k.label()).to_owned())).collect()
    }

    fn label(&self, kind: &WaitingKind) -> String {
        self.page.local(&kind.label()).to_owned()
    }

    fn call_name(&self, task: &WaitingTask) -> String {
        self.view.calls.iter().find(|(call, _)| *call == task.call).map_or_else(String::new, |(_, name)| self.page.local(name).to_owned())
    }

    fn all_of(&self, kind: &WaitingKind) -> String {
        format!("/office/after?call={}&kind={}", encoded(&self.call()), kind.code())
    }

    fn page_link(&self, number: &usize) -> String {
        format!("/office/after?call={}&kind={}&page={number}", encoded(&self.call()), self.kind())
    }

    fn number(&self) -> usize {
        self.view.query.page.min(self.view.pages - 1) + 1
    }

    /// Where it is done.
    fn done_at(&self, task: &WaitingTask) -> String {
        let payments = format!("{}/payments", call_path(&task.call));
        let Some(case) = task.case else {
            return if let WaitingAt::Run(run) = task.at { format!("{payments}/{run}") } else { payments };
        };
        let project = project_path(case);
        match task.at {
            WaitingAt::Project => format!("{project}#change"),
            WaitingAt::Work => format!("{project}/work"),
            WaitingAt::Inspection => format!("{project}/inspection"),
            WaitingAt::Fixing => format!("{project}/fixing"),
            WaitingAt::Payments | WaitingAt::Run(_) => payments,
            WaitingAt::Revocation => format!("{project}/revocation"),
            WaitingAt::Repayment => format!("{project}/repayment"),
            WaitingAt::Debt(debt) => format!("{project}/debts/{debt}"),
            WaitingAt::Assessment(kind, nth) => format!("{project}/{}/{nth}", kind.code()),
            WaitingAt::Disposal(request) => format!("{project}/disposals/{request}"),
            WaitingAt::Duty(kind) => duty_path(case, kind),
            WaitingAt::Closing => format!("{project}/closing"),
        }
    }

    /// What the line is called: a case by its number, a run by its kind.
    fn name(&self, task: &WaitingTask) -> String {
        if task.case.is_some() { task.receipt_number.clone() } else { self.page.t("支払計画", "Run of payments").to_owned() }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    let query = WaitingQuery {
        call: CallId::parse(&asked.call).ok(),
        kind: WaitingKind::ALL.iter().copied().find(|k| k.code() == asked.kind),
        page: asked.page.unwrap_or(1).saturating_sub(1),
    };
    let view = office.waiting(page.person()?, query).await?;
    Ok(After { page, view }.into_response())
}
