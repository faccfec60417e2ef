//! What a call could show, before it opens: asked and answered on one page, nothing recorded.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_office::analysis::{PlanForm, PlanPage, number};
use banso_office::{Office, OfficeError};

use crate::context::PageContext;
use crate::desks::invalid;
use crate::failure::Answer;
use crate::form::Pairs;

#[derive(Template, WebTemplate)]
#[template(path = "analysis/plan.html")]
struct PlanView {
    page: PageContext,
    view: PlanPage,
}

impl PlanView {
    fn calls(&self) -> Vec<(String, String)> {
        self.view.calls.iter().map(|(call, name)| (call.to_string(), self.page.local(name).to_owned())).collect()
    }

    fn outcomes(&self) -> Vec<(String, String)> {
        self.view.outcomes.iter().map(|(item, label)| (item.clone(), self.page.local(label).to_owned())).collect()
    }

    fn number(&self, value: &f64) -> String {
        number(*value)
    }

    fn percent(&self, share: &f64) -> String {
        format!("{:.0}%", share * 100.0)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Query(typed): Query<Vec<(String, String)>>) -> Answer {
    let fields = Pairs::new(typed)?;
    let text = |name: &str| fields.first(name).unwrap_or_default().to_owned();
    let form = fields.first("applications").map(|_| PlanForm {
        like: text("like"),
        outcome: text("outcome"),
        horizon: text("horizon"),
        applications: text("applications"),
        share: text("share"),
        effect: text("effect"),
    });
    match office.plan_page(page.person()?, form.clone()).await {
        Ok(view) => Ok(PlanView { page, view }.into_response()),
        Err(OfficeError::Invalid(problems)) => {
            let mut view = office.plan_page(page.person()?, None).await?;
            view.form = form.unwrap_or_default();
            invalid(PlanView { page: page.with_problems(problems), view })
        }
        Err(other) => Err(other.into()),
    }
}
