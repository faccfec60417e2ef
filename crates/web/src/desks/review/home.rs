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
    /// What is asked for now: calls with open work, or with a due day that is still to come.
    current: Vec<DeskTask>,
    /// Rounds that are over, the newest first.
    past: Vec<DeskTask>,
}

pub(crate) async fn show(office: State<Office>, page: PageContext) -> Answer {
    let desk = office.review_desk(page.person()?).await?;
    let (current, past) = by_round(&desk.tasks);
    Ok(Home { page, desk, current, past }.into_response())
}

/// Current tasks, and those of calls in which nothing waits any more and whose day is past.
fn by_round(tasks: &[DeskTask]) -> (Vec<DeskTask>, Vec<DeskTask>) {
    let goes_on = |task: &DeskTask| tasks.iter().any(|t| t.call == task.call && (t.waits() || !t.overdue));
    let (current, mut past): (Vec<DeskTask>, Vec<DeskTask>) = tasks.iter().cloned().partition(goes_on);
    past.sort_by_key(|t| (std::cmp::Reverse(t.due), t.receipt_number.clone()));
    (current, past)
}

impl Home {
    /// Sheets that are in, and all that are to come, of the current rounds.
    fn progress(&self) -> (usize, usize) {
        let counted = || self.current.iter().filter(|t| t.status != ReviewStatus::Conflicted && t.status != ReviewStatus::Replaced);
        (counted().filter(|t| t.status == ReviewStatus::Submitted).count(), counted().count())
    }

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
