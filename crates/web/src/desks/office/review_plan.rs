//! The review is planned and opened: what would be, shown first; then exactly that.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_kernel::{Day, PersonId, fold_width};
use banso_office::desk::{ReviewPlanOrder, ReviewPlanPage, ReviewerChoice};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::{call_path, case_path, phase_label, shown_again};
use crate::context::PageContext;
use crate::desks::{call_of, id, invalid, see_other};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "office/review_plan.html")]
struct PlanView {
    page: PageContext,
    path: String,
    view: ReviewPlanPage,
    due: String,
    each: String,
    may_open: bool,
}

impl PlanView {
    fn case_path(&self, case: &banso_kernel::CaseId) -> String {
        case_path(*case)
    }

    fn phase(&self) -> String {
        self.page.local(&phase_label(self.view.phase)).to_owned()
    }

    /// Whether reviewers can be assigned where the call stands: before the review, and under way to cases that became complete late.
    fn plannable(&self) -> bool {
        matches!(self.view.phase, "receiving" | "reviewed") || self.under_way()
    }

    /// A review under way with cases that wait for reviewers.
    fn under_way(&self) -> bool {
        self.view.phase == "in_review" && self.view.waiting > 0
    }

    fn field(&self, reviewer: &ReviewerChoice) -> String {
        format!("max-{}", reviewer.person)
    }
}

/// What was asked, out of a query or a form.
fn order_of(pairs: &[(String, String)]) -> Result<ReviewPlanOrder, Vec<FieldProblem>> {
    let text = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| fold_width(v.trim())).unwrap_or_default();
    let mut wrong = Vec::new();
    let mut count = |name: &str, value: &str| -> Option<u32> {
        if value.is_empty() {
            return None;
        }
        let parsed = value.parse().ok().filter(|n| *n <= 10_000);
        if parsed.is_none() {
            wrong.push(FieldProblem::new(name, "0から10,000までの整数を入力してください。", "Enter a whole number from 0 to 10,000."));
        }
        parsed
    };
    let each = count("each", &text("each"));
    let mut cases_max: BTreeMap<PersonId, u32> = BTreeMap::new();
    for (name, value) in pairs {
        let Some(person) = name.strip_prefix("max-").and_then(|p| p.parse().ok()) else { continue };
        if let Some(max) = count(name, &fold_width(value.trim())) {
            cases_max.insert(person, max);
        }
    }
    let due = text("due");
    let due = if due.is_empty() { Ok(None) } else { Day::parse(&due).map(Some) };
    let due = due.unwrap_or_else(|_| {
        wrong.push(FieldProblem::new(
            "due",
            "実在する日付を入力してください（例：2025-07-31）。",
            "Enter a day that exists, e.g. 2025-07-31.",
        ));
        None
    });
    if wrong.is_empty() { Ok(ReviewPlanOrder { each, due, cases_max }) } else { Err(wrong) }
}

async fn page_of(office: &Office, page: PageContext, call: (String, String), pairs: &[(String, String)]) -> Result<PlanView, Failure> {
    let call = call_of(call)?;
    let (order, problems) = match order_of(pairs) {
        Ok(order) => (order, Vec::new()),
        Err(problems) => (ReviewPlanOrder::default(), problems),
    };
    let view = office.review_plan(page.person()?, &call, &order).await?;
    let typed = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let due = typed("due").unwrap_or_default();
    let each = typed("each").unwrap_or_else(|| view.each.to_string());
    let sound = problems.is_empty() && page.problems.is_empty();
    let mut page = page;
    page.problems.extend(problems);
    Ok(PlanView {
        path: format!("{}/review", call_path(&call)),
        may_open: sound && view.plan.is_some() && view.waiting > 0 && view.receiving_until.is_none(),
        due,
        each,
        page,
        view,
    })
}

pub(crate) async fn show(
    office: State<Office>,
    page: PageContext,
    Path(call): Path<(String, String)>,
    asked: Query<Vec<(String, String)>>,
) -> Answer {
    if asked.0.len() > 2_000 {
        return Err(Failure::TooLarge);
    }
    Ok(page_of(&office, page, call, &asked.0).await?.into_response())
}

pub(crate) async fn open(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(path): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(path.clone())?;
    let pairs: Vec<(String, String)> = form.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let opened = match order_of(&pairs) {
        Ok(order) => office.open_review(page.person()?, &call, &order, id(form.text("plan"))?, form.request()).await,
        Err(problems) => Err(OfficeError::Invalid(problems)),
    };
    match opened {
        Ok(_) => {
            let to = format!("{}/progress", call_path(&call));
            see_other(&session, &to, "審査を開始し、審査員に依頼しました。", "The review is open; the reviewers were asked.").await
        }
        Err(error) => {
            let problems = shown_again(error)?;
            invalid(page_of(&office, page.with_problems(problems), path, &pairs).await?)
        }
    }
}
