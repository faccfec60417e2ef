//! What lies on the reviewer's desk.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse as _;
use banso_grant::ReviewStatus;
use banso_office::Office;
use banso_office::reviewing::{DeskTask, ReviewDesk};

use super::case_path;
use crate::context::PageContext;
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "review/home.html")]
struct Home {
    page: PageContext,
    desk: ReviewDesk,
}

pub(crate) async fn show(office: State<Office>, page: PageContext) -> Answer {
    let desk = office.review_desk(page.person()?).await?;
    Ok(Home { page, desk }.into_response())
}

impl Home {
    fn path(&self, task: &DeskTask) -> String {
        case_path(&task.case)
    }

    fn label(&self, task: &DeskTask) -> String {
        self.page.local(&task.status.label()).to_owned()
    }

    const fn tone(&self, task: &DeskTask) -> &'static str {
        match task.status {
            ReviewStatus::Assigned => "care",
            ReviewStatus::Declared => "active",
            ReviewStatus::Reconsider => "wrong",
            ReviewStatus::Submitted => "good",
            ReviewStatus::Conflicted | ReviewStatus::Replaced => "",
        }
    }

    const fn readable(&self, task: &DeskTask) -> bool {
        match task.status {
            ReviewStatus::Assigned | ReviewStatus::Declared | ReviewStatus::Reconsider | ReviewStatus::Submitted => true,
            ReviewStatus::Conflicted | ReviewStatus::Replaced => false,
        }
    }
}
